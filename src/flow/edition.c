/*
 * The tables of a day, and with them the list of its payload.
 */
#include "flow/edition.h"

#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "store/layout.h"

/* catalogue_version_fn: remember an earlier document. */
static int
add_version(void *ctx, int version, int64_t seen_s, const char *body,
	    size_t len)
{
	struct edition *e = ctx;
	struct table_version *grown;
	size_t cap = e->versions_cap ? e->versions_cap * 2 : 8;

	(void)version;
	if (e->n_versions == e->versions_cap) {
		size_t *offsets;

		grown = realloc(e->versions, cap * sizeof(*grown));
		if (!grown)
			return ARK_ENOMEM;
		e->versions = grown;
		offsets = realloc(e->offsets, cap * sizeof(*offsets));
		if (!offsets)
			return ARK_ENOMEM;
		e->offsets = offsets;
		e->versions_cap = cap;
	}
	e->offsets[e->n_versions] = e->versions_text.len;
	e->versions[e->n_versions++] = (struct table_version){
		.seen_s = seen_s, .document = { NULL, len },
	};
	return buf_add(&e->versions_text, body, len);
}

/* The earlier versions of a row, if it has any. */
static int
load_versions(struct edition *e, const struct catalogue_row *row,
	      struct ark_error *err)
{
	int rc;

	e->n_versions = 0;
	buf_clear(&e->versions_text);
	if (row->version <= 1)
		return 0;
	rc = catalogue_versions(e->archive->catalogue, row->row, add_version,
				e, err);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc == ARK_ELIMIT)
		return buf_status(&e->versions_text, err);
	for (size_t i = 0; !rc && i < e->n_versions; i++)
		e->versions[i].document.p = buf_text(&e->versions_text) +
					    e->offsets[i];
	return rc;
}

/* The part of an archived path that lies in the bag: "data/audio/...". */
static const char *
path_in_bag(const char *path)
{
	const char *data = strstr(path, "/data/");

	return data ? data + 1 : path;
}

void
edition_describe(const struct catalogue_row *row, struct table_row *out)
{
	*out = (struct table_row){
		.id = row->id, .state = row->state, .reason = row->reason,
		.path = "", .media_type = row->media_type,
		.codec = row->codec, .link_host = row->link_host,
		.oddity = row->oddity, .bytes = row->bytes,
		.audio_ms = row->audio_ms, .downloaded_s = row->downloaded_s,
		.first_seen_s = row->first_seen_s,
		.seen_s = row->version_seen_s, .vanished_s = row->vanished_s,
		.document = { row->document, row->document_len },
	};
	if (row->state == ARK_QUEUED) {	/* for the reader it is one state */
		out->state = ARK_DEFERRED;
		out->reason = *row->reason ? row->reason : "not tried yet";
	}
	if (row->state == ARK_ARCHIVED)
		out->path = path_in_bag(row->path);
	memcpy(out->sha256, row->sha256, sizeof(out->sha256));
}

int
edition_file(struct edition *e, const struct table_row *out,
	     struct ark_error *err)
{
	if (out->state != ARK_ARCHIVED)
		return 0;
	e->octets += out->bytes;
	e->files++;
	return manifest_add(&e->payload, out->path, out->sha256, out->bytes,
			    err);
}

/* edition_row_fn */
static int
write_row(void *ctx, const struct catalogue_row *row, struct ark_error *err)
{
	struct edition *e = ctx;
	struct table_row out;
	int rc;

	edition_describe(row, &out);
	rc = load_versions(e, row, err);
	if (rc)
		return rc;
	out.versions = e->versions;
	out.n_versions = e->n_versions;
	buf_clear(&e->line);
	table_ndjson(&e->line, &out);
	store_file_write(e->ndjson, buf_text(&e->line), e->line.len);
	rc = document_parse(&e->document, out.document, e->archive->zone,
			    e->day, NULL);
	if (rc == ARK_ENOMEM || e->line.rc)
		return error_nomem(err);
	buf_clear(&e->line);
	table_csv(&e->line, &out, &e->document.recording.pub, ',');
	store_file_write(e->csv, buf_text(&e->line), e->line.len);
	if (e->line.rc)
		return error_nomem(err);
	return edition_file(e, &out, err);
}

int
edition_each(struct edition *e, enum catalogue_kind kind, edition_row_fn *fn,
	     void *ctx, struct ark_error *err)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select_day(&cur, e->archive->catalogue, kind, e->day,
				  err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = fn(ctx, &row, err);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

int
edition_open(struct edition *e, struct store_file **out, const char *name,
	     struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_in_bag(path, e->day, name, err);
	if (!rc)
		rc = store_file_new(out, e->archive->store, path, err);
	return rc;
}

int
edition_close(struct edition *e, struct store_file *f, const char *name,
	      struct ark_error *err)
{
	int rc;

	rc = store_file_publish(f, err);
	if (rc)
		return rc;
	e->octets += store_file_size(f);
	e->files++;
	return manifest_add(&e->payload, name, store_file_sha256(f),
			    store_file_size(f), err);
}

/* data/recordings.ndjson and data/recordings.csv. */
int
edition_tables(struct edition *e, struct ark_error *err)
{
	int rc;

	rc = edition_open(e, &e->ndjson, "data/recordings.ndjson", err);
	if (!rc)
		rc = edition_open(e, &e->csv, "data/recordings.csv", err);
	if (rc)
		return rc;
	table_csv_head(&e->line, ',');
	store_file_write(e->csv, buf_text(&e->line), e->line.len);
	rc = edition_each(e, CATALOGUE_RECORDING, write_row, e, err);
	if (!rc)
		rc = edition_close(e, e->ndjson, "data/recordings.ndjson", err);
	if (!rc)
		rc = edition_close(e, e->csv, "data/recordings.csv", err);
	return rc;
}
