/*
 * Recordings, as a bag tells them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flow/pages.h"
#include "flow/rebuild_internal.h"
#include "manifest/table.h"
#include "store/layout.h"

/* The start of a document, and its fingerprint. */
static int
read_document(struct rebuild *r, struct json_slice text,
	      uint8_t fingerprint[32], struct ark_error *err)
{
	int rc;

	rc = document_parse(&r->document, text, r->archive->zone, r->day, err);
	if (rc)
		return rc;
	return document_fingerprint(r->digest, ARK_AUDIO_LINKS, text,
				    r->document.link, fingerprint, err);
}

static int
read_versions(struct rebuild *r, const struct table_row *t,
	      struct catalogue_version **out, struct ark_error *err)
{
	struct catalogue_version *before;
	int rc = 0;

	before = calloc(t->n_versions + 1, sizeof(*before));
	if (!before)
		return error_nomem(err);
	for (size_t i = 0; !rc && i < t->n_versions; i++) {
		before[i] = (struct catalogue_version){
			.seen_s = t->versions[i].seen_s,
			.body = t->versions[i].document.p,
			.len = t->versions[i].document.n,
		};
		rc = read_document(r, t->versions[i].document,
				   before[i].fingerprint, err);
	}
	if (rc) {
		free(before);
		return rc;
	}
	*out = before;
	return 0;
}

/* The row that a line of the table tells of; texts stay the line's. */
static struct catalogue_row
row_of(struct rebuild *r, const struct table_row *t)
{
	const struct ark_recording *rec = &r->document.recording.pub;
	struct catalogue_row row = {
		.id = (char *)(uintptr_t)t->id,
		.interaction_id = (char *)(uintptr_t)rec->interaction_id,
		.day = r->day, .start_s = rec->start_s,
		.duration_s = rec->duration_s, .state = t->state,
		.reason = (char *)(uintptr_t)t->reason,
		.link = (char *)(uintptr_t)rec->url,
		.first_tried_s = -1, .first_seen_s = t->first_seen_s,
		.vanished_s = t->vanished_s,
		.oddity = (char *)(uintptr_t)t->oddity,
		.path = (char *)(uintptr_t)"", .bytes = t->bytes,
		.media_type = (char *)(uintptr_t)t->media_type,
		.codec = (char *)(uintptr_t)t->codec,
		.link_host = (char *)(uintptr_t)t->link_host,
		.audio_ms = t->audio_ms, .downloaded_s = t->downloaded_s,
		.version = (int)t->n_versions + 1,
		.version_seen_s = t->seen_s,
		.document = (char *)(uintptr_t)t->document.p,
		.document_len = t->document.n,
	};

	memcpy(row.sha256, t->sha256, sizeof(row.sha256));
	return row;
}

static int
restore(struct rebuild *r, const struct table_row *t, struct ark_error *err)
{
	struct catalogue_version *before = NULL;
	char path[STORE_PATH_MAX];
	uint8_t fingerprint[32];
	struct catalogue_row row;
	int rc;

	rc = read_versions(r, t, &before, err);
	if (!rc)
		rc = read_document(r, t->document, fingerprint, err);
	if (rc)
		goto out;
	row = row_of(r, t);
	if (t->state == ARK_ARCHIVED) {
		rc = layout_in_bag(path, r->day, t->path, err);
		row.path = path;
		if (!rc)
			rc = rebuild_file(r, &row, path, err);
	}
	if (!rc)
		rc = catalogue_restore(r->archive->catalogue, &row,
				       fingerprint, before, t->n_versions, err);
	r->totals->documents += !rc;
out:
	free(before);
	return rc;
}

/* rebuild_line_fn: of data/recordings.ndjson */
static int
restore_recording(struct rebuild *r, struct json_slice line,
		  struct ark_error *err)
{
	struct table_parsed parsed = { 0 };
	int rc;

	rc = table_parse(&parsed, line, err);
	if (!rc)
		rc = restore(r, &parsed.row, err);
	table_parsed_release(&parsed);
	return rc;
}

int
rebuild_recordings(struct rebuild *r, struct ark_error *err)
{
	static const struct rebuild_table recordings = {
		.name = "recordings.ndjson", .restore = restore_recording,
		.if_missing = "the table is missing; sync this day again",
	};

	return rebuild_table(r, &recordings, err);
}
