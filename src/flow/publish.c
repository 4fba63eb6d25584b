#include "flow/publish.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "json/scan.h"
#include "manifest/baginfo.h"
#include "manifest/manifest.h"
#include "manifest/table.h"
#include "omni/document.h"
#include "store/file.h"
#include "store/layout.h"

#define MAX_LINE_BYTES ((size_t)64 << 20)	/* of a table's line */
#define MAX_TAG_BYTES ((size_t)256 << 20)	/* of a manifest */

/* A day on its way out. */
struct edition {
	struct archive *archive;
	int32_t day;
	struct manifest payload, tags;
	struct store_file *ndjson, *csv;
	struct buf line, versions_text;
	struct omni_document document;
	struct table_version *versions;
	size_t n_versions, versions_cap;
	size_t *offsets;		/* of versions in versions_text */
	int64_t octets, files;
};

static void
edition_release(struct edition *e)
{
	manifest_release(&e->payload);
	manifest_release(&e->tags);
	store_file_free(e->ndjson);
	store_file_free(e->csv);
	buf_release(&e->line);
	buf_release(&e->versions_text);
	document_release(&e->document);
	free(e->versions);
	free(e->offsets);
}

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

static int
write_row(struct edition *e, const struct catalogue_row *row,
	  struct ark_error *err)
{
	struct table_row out = {
		.id = row->id, .state = row->state, .reason = row->reason,
		.path = "", .media_type = row->media_type,
		.codec = row->codec, .link_host = row->link_host,
		.oddity = row->oddity, .bytes = row->bytes,
		.audio_ms = row->audio_ms, .downloaded_s = row->downloaded_s,
		.first_seen_s = row->first_seen_s,
		.seen_s = row->version_seen_s, .vanished_s = row->vanished_s,
		.document = { row->document, row->document_len },
	};
	int rc;

	if (row->state == ARK_QUEUED) {	/* for the reader it is one state */
		out.state = ARK_DEFERRED;
		out.reason = *row->reason ? row->reason : "not tried yet";
	}
	if (row->state == ARK_ARCHIVED)
		out.path = path_in_bag(row->path);
	memcpy(out.sha256, row->sha256, sizeof(out.sha256));
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
	if (row->state != ARK_ARCHIVED)
		return 0;
	e->octets += row->bytes;
	e->files++;
	return manifest_add(&e->payload, out.path, row->sha256, row->bytes,
			    err);
}

static int
write_rows(struct edition *e, struct ark_error *err)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select_day(&cur, e->archive->catalogue, e->day, err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = write_row(e, &row, err);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

static int
open_table(struct edition *e, struct store_file **out, const char *name,
	   struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_in_bag(path, e->day, name, err);
	if (!rc)
		rc = store_file_new(out, e->archive->store, path, err);
	return rc;
}

/* Put a finished table in place and into the manifest. */
static int
close_table(struct edition *e, struct store_file *f, const char *name,
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

/* Write a tag file and note it for the tag manifest. */
static int
put_tag(struct edition *e, const char *name, const void *bytes, size_t n,
	struct ark_error *err)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_in_bag(path, e->day, name, err);
	if (!rc)
		rc = store_file_put(e->archive->store, path, bytes, n, err);
	if (!rc)
		rc = digest_sha256(sha256, bytes, n, err);
	if (!rc)
		rc = manifest_add(&e->tags, name, sha256, (int64_t)n, err);
	return rc;
}

static void
put_counts(struct buf *out, const struct catalogue_day *d)
{
	static const struct {
		enum ark_state state;
		const char *label;
	} rows[] = {
		{ ARK_ARCHIVED, "Callark-Archived" },
		{ ARK_NO_LINK, "Callark-No-Link" },
		{ ARK_EXCLUDED, "Callark-Excluded" },
		{ ARK_FAILED, "Callark-Failed" },
		{ ARK_GONE, "Callark-Gone" },
		{ ARK_QUARANTINED, "Callark-Quarantined" },
		{ ARK_PURGED, "Callark-Purged" },
	};

	baginfo_put_int(out, "Callark-Listed", d->listed);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		baginfo_put_int(out, rows[i].label, d->counts[rows[i].state]);
	baginfo_put_int(out, "Callark-Deferred", d->counts[ARK_DEFERRED] +
			d->counts[ARK_QUEUED]);
	baginfo_put_int(out, "Callark-Unreadable-Documents", d->oddities);
	baginfo_put_int(out, "Callark-Vanished", d->vanished);
}

static void
put_instant(struct buf *out, const char *label, int64_t s)
{
	char text[CLOCK_UTC_SIZE];

	if (s < 0)
		return;
	clock_utc(text, s);
	baginfo_put(out, label, text);
}

/* The sums, the window and what made them; no personal data. */
static int
write_baginfo(struct edition *e, const struct catalogue_day *d, int64_t now_s,
	      struct ark_error *err)
{
	struct buf out = BUF_INIT(65536);
	struct buf oxum = BUF_INIT(64);
	char day[DAY_SIZE], now[CLOCK_UTC_SIZE];
	int rc;

	day_format(day, e->day);
	clock_utc(now, now_s);
	now[10] = 0;	/* the date alone */
	buf_addf(&oxum, "%lld.%lld", (long long)e->octets,
		 (long long)e->files);
	baginfo_put(&out, "Source-Organization", e->archive->organization);
	baginfo_put(&out, "External-Identifier", day);
	baginfo_put(&out, "Bagging-Date", now);
	baginfo_put(&out, "Bag-Software-Agent", "callark " CALLARK_VERSION);
	baginfo_put(&out, "Payload-Oxum", buf_text(&oxum));
	baginfo_put(&out, "Callark-Organization-Id",
		    e->archive->organization_id);
	baginfo_put(&out, "Callark-Day", day);
	baginfo_put(&out, "Callark-Time-Zone", zone_name(e->archive->zone));
	baginfo_put(&out, "Callark-Listing", d->is_complete ? "complete" :
		    d->was_asked ? "incomplete" : "not asked");
	if (d->total >= 0)
		baginfo_put_int(&out, "Callark-Platform-Total", d->total);
	put_instant(&out, "Callark-Listing-Complete-At", d->complete_s);
	put_counts(&out, d);
	rc = buf_status(&out, err);
	if (!rc)
		rc = put_tag(e, "bag-info.txt", out.data, out.len, err);
	buf_release(&out);
	buf_release(&oxum);
	return rc;
}

static int
write_manifests(struct edition *e, struct ark_error *err)
{
	struct buf out = BUF_INIT(MAX_TAG_BYTES);
	char path[STORE_PATH_MAX];
	int rc;

	manifest_sort(&e->payload);
	manifest_print(&e->payload, &out);
	rc = buf_status(&out, err);
	if (!rc)
		rc = put_tag(e, "manifest-sha256.txt", buf_text(&out), out.len,
			     err);
	if (rc)
		goto out;
	buf_clear(&out);
	manifest_sort(&e->tags);
	manifest_print(&e->tags, &out);
	rc = buf_status(&out, err);
	if (!rc)
		rc = layout_in_bag(path, e->day, "tagmanifest-sha256.txt", err);
	if (!rc)
		rc = store_file_put(e->archive->store, path, buf_text(&out),
				    out.len, err);
out:
	buf_release(&out);
	return rc;
}

/* data/recordings.ndjson and data/recordings.csv. */
static int
write_tables(struct edition *e, struct ark_error *err)
{
	int rc;

	rc = open_table(e, &e->ndjson, "data/recordings.ndjson", err);
	if (!rc)
		rc = open_table(e, &e->csv, "data/recordings.csv", err);
	if (rc)
		return rc;
	table_csv_head(&e->line, ',');
	store_file_write(e->csv, buf_text(&e->line), e->line.len);
	rc = write_rows(e, err);
	if (!rc)
		rc = close_table(e, e->ndjson, "data/recordings.ndjson", err);
	if (!rc)
		rc = close_table(e, e->csv, "data/recordings.csv", err);
	return rc;
}

int
publish_day(struct archive *a, int32_t day, int64_t now_s,
	    struct ark_error *err)
{
	struct edition e = {
		.archive = a, .day = day,
		.line = BUF_INIT(MAX_LINE_BYTES),
		.versions_text = BUF_INIT(MAX_LINE_BYTES),
	};
	char path[STORE_PATH_MAX], name[DAY_SIZE];
	struct catalogue_day facts;
	int rc;

	document_init(&e.document);
	rc = catalogue_day(a->catalogue, day, &facts, err);
	if (!rc)
		rc = layout_in_bag(path, day, "data", err);
	if (!rc)
		rc = store_mkdirs(a->store, path, err);
	if (!rc)
		rc = write_tables(&e, err);
	if (!rc)
		rc = put_tag(&e, "bagit.txt", baginfo_bagit_txt,
			     strlen(baginfo_bagit_txt), err);
	if (!rc)
		rc = write_baginfo(&e, &facts, now_s, err);
	if (!rc)
		rc = write_manifests(&e, err);
	if (!rc)
		rc = catalogue_published(a->catalogue, day, now_s, err);
	edition_release(&e);
	day_format(name, day);
	if (rc)
		error_prefix(err, "publishing %s", name);
	return rc;
}

int
publish_dirty(struct archive *a, int64_t now_s, int64_t *n,
	      struct ark_error *err)
{
	int32_t *days = NULL;
	size_t count = 0;
	int rc;

	*n = 0;
	rc = catalogue_dirty_days(a->catalogue, &days, &count, err);
	for (size_t i = 0; !rc && i < count; i++) {
		rc = publish_day(a, days[i], now_s, err);
		*n += !rc;
	}
	free(days);
	return rc;
}
