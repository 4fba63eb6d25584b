/*
 * ark_status and ark_find: what the archive holds.
 */
#include <string.h>

#include "archive/archive.h"
#include "base/event.h"
#include "callark/archive.h"
#include "config/config.h"
#include "digest/digest.h"
#include "flow/confinement.h"
#include "flow/period.h"
#include "omni/document.h"

#define OPEN_STATES (1u << ARK_QUEUED | 1u << ARK_DEFERRED | \
		     1u << ARK_FAILED | 1u << ARK_GONE | \
		     1u << ARK_QUARANTINED)

static int
tell_facts(struct archive *a, const struct ark_status_options *o,
	   struct ark_error *err)
{
	struct buf dialect = BUF_INIT(65536);
	struct ark_archive_facts facts = {
		.root = store_root(a->store),
		.organization_id = a->organization_id,
		.organization = a->organization,
		.time_zone = zone_name(a->zone),
	};
	int rc;

	rc = catalogue_meta_get(a->catalogue, "dialect", &dialect, err);
	if (rc >= 0)
		rc = catalogue_last_run(a->catalogue, &facts.last_run_s, err);
	if (rc >= 0) {
		facts.dialect = buf_text(&dialect);
		rc = o->facts(o->ctx, &facts);
	}
	buf_release(&dialect);
	return rc;
}

struct day_teller {
	const struct ark_status_options *options;
	int32_t today;
};

/* catalogue_day_fn */
static int
tell_day(void *ctx, const struct catalogue_day *d)
{
	const struct day_teller *t = ctx;
	struct ark_day day = {
		.is_current = d->day >= t->today,
		.day = d->day, .was_asked = d->was_asked,
		.is_complete = d->is_complete, .is_published = !d->is_dirty,
		.total = d->total, .listed = d->listed,
		.vanished = d->vanished, .oddities = d->oddities,
		.bytes = d->bytes, .first_s = d->first_s,
		.last_s = d->last_s, .flaw = d->flaw,
	};

	memcpy(day.counts, d->counts, sizeof(day.counts));
	day.counts[ARK_DEFERRED] += day.counts[ARK_QUEUED];
	day.counts[ARK_QUEUED] = 0;
	return t->options->day(t->options->ctx, &day);
}

static int
tell_items(struct archive *a, const struct ark_range *range,
	   const struct ark_status_options *o, struct ark_error *err)
{
	struct catalogue_query q = {
		.from_s = range->from_s, .to_s = range->to_s,
		.states = OPEN_STATES,
	};
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select(&cur, a->catalogue, &q, err);
	while (!rc) {
		bool is_new;

		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		is_new = row.state == ARK_QUEUED;
		rc = o->item(o->ctx, row.id, row.day,
			     is_new ? ARK_DEFERRED : row.state,
			     is_new && !*row.reason ? "not tried yet" :
			     row.reason, row.attempts);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

int
ark_status(const struct ark_config *c, const struct ark_status_options *o,
	   struct ark_error *err)
{
	struct day_teller teller = { .options = o };
	struct archive *a = NULL;
	struct ark_range range = { 0 };
	int rc;

	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&a, c->path, ARCHIVE_READ, err);
	if (!rc) {
		confinement_offline(c, store_root(a->store), CONFINE_READ,
				    NULL);
		rc = period_or_all(&range, &o->range, a->zone, err);
	}
	if (!rc && o->facts)
		rc = tell_facts(a, o, err);
	if (!rc && o->day) {
		teller.today = day_of(period_now(a->zone));
		rc = catalogue_days(a->catalogue, day_of(range.from_s),
				    day_of(range.to_s - 1), tell_day, &teller,
				    err);
	}
	if (!rc && o->item)
		rc = tell_items(a, &range, o, err);
	archive_close(a);
	return rc;
}

/* ---- find ------------------------------------------------------------- */

static int
tell_found(const struct catalogue_row *row, const struct omni_document *d,
	   ark_found_fn *fn, void *ctx)
{
	char hex[DIGEST_SHA256_HEX];
	struct ark_found found = {
		.recording = &d->recording.pub, .path = row->path,
		.bytes = row->bytes, .sha256 = hex,
		.media_type = row->media_type, .codec = row->codec,
		.audio_ms = row->audio_ms, .downloaded_s = row->downloaded_s,
		.document = row->document, .document_len = row->document_len,
	};

	digest_hex(hex, row->sha256, sizeof(row->sha256));
	return fn(ctx, &found);
}

static int
find_in(struct archive *a, const struct ark_range *range,
	const struct ark_find_options *o, ark_found_fn *fn, void *ctx,
	struct ark_error *err)
{
	struct catalogue_query q = {
		.from_s = range->from_s, .to_s = range->to_s,
		.states = 1u << ARK_ARCHIVED, .with = CATALOGUE_WITH_DOCUMENT,
	};
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	struct omni_document d;
	int64_t found = 0;
	int rc;

	document_init(&d);
	rc = catalogue_select(&cur, a->catalogue, &q, err);
	while (!rc && !event_should_stop(&o->listener)) {
		struct json_slice text;

		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		text = (struct json_slice){ row.document, row.document_len };
		rc = document_parse(&d, text, a->zone, row.day, err);
		if (!rc && !ark_filter_excludes(o->filter, &d.recording.pub)) {
			found++;
			rc = tell_found(&row, &d, fn, ctx);
		}
	}
	document_release(&d);
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	if (!rc && event_should_stop(&o->listener))
		return error_set(err, ARK_ESTOPPED, "stopped by a signal");
	if (!rc && !found)
		return error_set(err, ARK_ENOTFOUND,
				 "no archived recording matches");
	return rc;
}

int
ark_find(const struct ark_config *c, const struct ark_find_options *o,
	 ark_found_fn *fn, void *ctx, struct ark_error *err)
{
	struct archive *a = NULL;
	struct ark_range range;
	int rc;

	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&a, c->path, ARCHIVE_READ, err);
	if (!rc) {
		confinement_offline(c, store_root(a->store), CONFINE_READ,
				    &o->listener);
		rc = period_or_all(&range, &o->range, a->zone, err);
	}
	if (!rc)
		rc = find_in(a, &range, o, fn, ctx, err);
	archive_close(a);
	return rc;
}
