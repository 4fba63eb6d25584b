/*
 * The attachments of a day: data/media.ndjson, a line each, and their files in
 * the list of the payload.
 */
#include <string.h>

#include "flow/attachment_id.h"
#include "flow/edition.h"
#include "store/layout.h"

/* The table on its way out. */
struct table {
	struct edition *edition;
	struct store_file *file;
};

/* edition_row_fn */
static int
write_row(void *ctx, const struct catalogue_row *row, struct ark_error *err)
{
	const struct table *t = ctx;
	struct edition *e = t->edition;
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
	store_file_write(t->file, buf_text(&e->line), e->line.len);
	return edition_file(e, &out.row, err);
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
	struct table t = { .edition = e };
	int rc;

	if (!sums->listed && !has_table(e))
		return 0;
	rc = edition_open(e, &t.file, EDITION_MEDIA, err);
	if (!rc)
		rc = edition_each(e, CATALOGUE_ATTACHMENT, write_row, &t, err);
	if (!rc)
		rc = edition_close(e, t.file, EDITION_MEDIA, err);
	store_file_free(t.file);
	return rc;
}
