#include "flow/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "flow/custody.h"
#include "flow/edition.h"
#include "flow/report_files.h"
#include "manifest/baginfo.h"
#include "store/layout.h"

#define MAX_LINE_BYTES ((size_t)64 << 20)	/* of a table's line */
#define MAX_TAG_BYTES ((size_t)256 << 20)	/* of a manifest */

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

/* Write a tag file and note it for the tag manifest. */
int
edition_tag(struct edition *e, const char *name, const void *bytes, size_t n,
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

/* Of a day without attachments nothing is said. */
static void
put_media(struct buf *out, const struct catalogue_media *m)
{
	char text[80];

	if (!m->listed)
		return;
	(void)snprintf(text, sizeof(text), "%" PRId64 " attachments, %" PRId64
		       " archived", m->listed, m->counts[ARK_ARCHIVED]);
	baginfo_put(out, "Callark-Media", text);
}

static void
put_reports(struct buf *out, const struct edition *e)
{
	for (size_t i = 0; i < e->n_reports; i++) {
		const struct catalogue_report_day *d = &e->reports[i];
		const struct report_listing l = {
			.is_complete = d->is_complete, .total = d->total,
			.documents = d->documents - d->vanished,
			.complete_s = d->complete_s,
		};

		report_put_baginfo(out, d->route, &l);
	}
}

/* The sums, the window and what made them; no personal data. */
static int
write_baginfo(struct edition *e, const struct catalogue_day *d, int64_t now_s,
	      struct ark_error *err)
{
	struct buf out = BUF_INIT(65536);
	char day[DAY_SIZE], now[CLOCK_UTC_SIZE];
	struct trail_head head;
	int rc;

	rc = trail_last(e->archive, &head, err);
	if (rc)
		return rc;
	day_format(day, e->day);
	clock_utc(now, now_s);
	now[10] = 0;	/* the date alone */
	baginfo_put(&out, "Source-Organization", e->archive->organization);
	baginfo_put(&out, "External-Identifier", day);
	baginfo_put(&out, "Bagging-Date", now);
	baginfo_put(&out, "Bag-Software-Agent", "callark " CALLARK_VERSION);
	baginfo_put_oxum(&out, e->octets, e->files);
	baginfo_put(&out, "Callark-Organization-Id",
		    e->archive->organization_id);
	baginfo_put(&out, "Callark-Day", day);
	baginfo_put(&out, "Callark-Time-Zone", zone_name(e->archive->zone));
	baginfo_put(&out, "Callark-Listing", d->is_complete ? "complete" :
		    d->was_asked ? "incomplete" : "not asked");
	if (d->total >= 0)
		baginfo_put_int(&out, "Callark-Platform-Total", d->total);
	baginfo_put_instant(&out, "Callark-Listing-Complete-At", d->complete_s);
	put_counts(&out, d);
	put_media(&out, &d->media);
	put_reports(&out, e);
	trail_put_baginfo(&out, &head);
	rc = buf_status(&out, err);
	if (!rc)
		rc = edition_tag(e, "bag-info.txt", out.data, out.len, err);
	buf_release(&out);
	return rc;
}

/* Both manifests; tagmanifest is the SHA-256 of the last. */
static int
write_manifests(struct edition *e, uint8_t tagmanifest[DIGEST_SHA256_SIZE],
		struct ark_error *err)
{
	struct buf out = BUF_INIT(MAX_TAG_BYTES);
	char path[STORE_PATH_MAX];
	int rc;

	manifest_sort(&e->payload);
	manifest_print(&e->payload, &out);
	rc = buf_status(&out, err);
	if (!rc)
		rc = edition_tag(e, "manifest-sha256.txt", buf_text(&out), out.len,
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
	if (!rc)
		rc = digest_sha256(tagmanifest, buf_text(&out), out.len, err);
out:
	buf_release(&out);
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
	uint8_t tagmanifest[DIGEST_SHA256_SIZE];
	struct catalogue_day facts;
	int rc;

	document_init(&e.document);
	rc = catalogue_day(a->catalogue, day, &facts, err);
	if (!rc)
		rc = layout_in_bag(path, day, "data", err);
	if (!rc)
		rc = store_mkdirs(a->store, path, err);
	if (!rc)
		rc = edition_tables(&e, err);
	if (!rc)
		rc = edition_media(&e, &facts.media, err);
	if (!rc)
		rc = edition_reports(&e, err);
	if (!rc)
		rc = edition_statement(&e, err);
	if (!rc)
		rc = edition_tag(&e, "bagit.txt", baginfo_bagit_txt,
			     strlen(baginfo_bagit_txt), err);
	if (!rc)
		rc = write_baginfo(&e, &facts, now_s, err);
	if (!rc)
		rc = write_manifests(&e, tagmanifest, err);
	if (!rc)
		rc = custody_published(a, &facts, tagmanifest, err);
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
