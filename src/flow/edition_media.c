/*
 * The attachments of a day: data/media.ndjson, a line each, and their files in
 * the list of the payload.
 */
#include <string.h>

#include "flow/attachment_id.h"
#include "flow/edition.h"
#include "store/layout.h"

static int
write_row(struct edition *e, struct store_file *f,
	  const struct catalogue_row *row, struct ark_error *err)
{
	struct table_attachment out = {
		.conversation = row->interaction_id, .start_s = row->start_s,
	};
	struct attachment_place at;

	if (attachment_place(row->id, row->interaction_id, &at))
		return error_set(err, ARK_EINTEGRITY, "the catalogue calls an "
				 "attachment %s: run callark rebuild", row->id);
	out.message = at.message;
	out.place = at.place;
	memcpy(out.fingerprint, row->fingerprint, sizeof(out.fingerprint));
	edition_describe(row, &out.row);
	buf_clear(&e->line);
	table_attachment(&e->line, &out);
	if (e->line.rc)
		return error_nomem(err);
	store_file_write(f, buf_text(&e->line), e->line.len);
	return edition_file(e, &out.row, err);
}

static int
write_rows(struct edition *e, struct store_file *f, struct ark_error *err)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select_day(&cur, e->archive->catalogue,
				  CATALOGUE_ATTACHMENT, e->day, err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = write_row(e, f, &row, err);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

/* A table of an earlier edition is not left beside a manifest without it. */
static bool
has_table(const struct edition *e)
{
	char path[STORE_PATH_MAX];
	int64_t size;

	return !layout_in_bag(path, e->day, EDITION_MEDIA, NULL) &&
	       !store_size(e->archive->store, path, &size, NULL);
}

int
edition_media(struct edition *e, const struct catalogue_media *sums,
	      struct ark_error *err)
{
	struct store_file *f = NULL;
	int rc;

	if (!sums->listed && !has_table(e))
		return 0;
	rc = edition_open(e, &f, EDITION_MEDIA, err);
	if (!rc)
		rc = write_rows(e, f, err);
	if (!rc)
		rc = edition_close(e, f, EDITION_MEDIA, err);
	store_file_free(f);
	return rc;
}
