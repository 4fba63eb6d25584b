/*
 * Attachments, as a bag tells them.
 */
#include <string.h>

#include "flow/attachment_id.h"
#include "flow/rebuild_internal.h"
#include "manifest/table.h"
#include "store/layout.h"

/* The row that a line tells of; texts stay the line's. */
static struct catalogue_row
row_of(const struct rebuild *r, const struct table_attachment *t)
{
	struct catalogue_row row = {
		.kind = CATALOGUE_ATTACHMENT,
		.id = (char *)(uintptr_t)t->row.id,
		.interaction_id = (char *)(uintptr_t)t->conversation,
		.day = r->day, .start_s = t->start_s, .duration_s = -1,
		.state = t->row.state,
		.reason = (char *)(uintptr_t)t->row.reason,
		.first_tried_s = -1, .first_seen_s = t->row.first_seen_s,
		.version_seen_s = t->row.first_seen_s,
		.vanished_s = t->row.vanished_s, .bytes = t->row.bytes,
		.media_type = (char *)(uintptr_t)t->row.media_type,
		.codec = (char *)(uintptr_t)t->row.codec,
		.link_host = (char *)(uintptr_t)t->row.link_host,
		.audio_ms = t->row.audio_ms,
		.downloaded_s = t->row.downloaded_s,
	};

	memcpy(row.sha256, t->row.sha256, sizeof(row.sha256));
	return row;
}

static int
restore(struct rebuild *r, const struct table_attachment *t,
	struct ark_error *err)
{
	struct catalogue_row row = row_of(r, t);
	struct attachment_place at;
	char path[STORE_PATH_MAX];
	int rc = 0;

	if (attachment_place(t->row.id, t->conversation, &at))
		return error_set(err, ARK_EFORMAT, "%s is none of %s",
				 t->row.id, t->conversation);
	if (row.state == ARK_ARCHIVED) {
		row.path = path;
		rc = layout_in_bag(path, r->day, t->row.path, err);
		if (!rc)
			rc = rebuild_file(r, &row, path, err);
	}
	if (!rc)
		rc = catalogue_restore(r->archive->catalogue, &row,
				       t->fingerprint, NULL, 0, err);
	return rc;
}

/* rebuild_line_fn */
static int
restore_attachment(struct rebuild *r, struct json_slice line,
		   struct ark_error *err)
{
	struct table_attachment parsed;
	struct buf texts;
	int rc;

	rc = table_attachment_parse(&parsed, &texts, line, err);
	if (!rc)
		rc = restore(r, &parsed, err);
	buf_release(&texts);
	return rc;
}

int
rebuild_media(struct rebuild *r, struct ark_error *err)
{
	static const struct rebuild_table media = {
		.name = "media.ndjson", .restore = restore_attachment,
	};

	return rebuild_table(r, &media, err);
}
