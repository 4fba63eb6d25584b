/*
 * ark_status and ark_find: what the archive holds.
 */
#include <string.h>

#include "archive/archive.h"
#include "base/event.h"
#include "callark/archive.h"
#include "config/config.h"
#include "flow/batches.h"
#include "flow/confinement.h"
#include "flow/day_facts.h"
#include "flow/found.h"
#include "flow/period.h"

struct teller {
	struct archive *archive;
	const struct ark_status_options *options;
	struct ark_range range;
	int32_t today;
	struct batches_rows *items;
	const struct catalogue_row *item;	/* read, not told yet */
	struct ark_error *err;
};

static int
tell_facts(const struct teller *t)
{
	const struct archive *a = t->archive;
	struct buf dialect = BUF_INIT(65536);
	int32_t last = day_of(t->range.to_s - 1);
	struct ark_archive_facts facts = {
		.root = store_root(a->store),
		.organization_id = a->organization_id,
		.organization = a->organization,
		.time_zone = zone_name(a->zone),
		.from_day = period_is_named(&t->options->range) ?
			    day_of(t->range.from_s) : ARK_NO_DAY,
		.to_day = last < t->today ? last : t->today,
	};
	int rc;

	rc = catalogue_meta_get(a->catalogue, "dialect", &dialect, t->err);
	if (rc >= 0)
		rc = catalogue_last_run(a->catalogue, &facts.last_run_s,
					t->err);
	if (rc >= 0) {
		facts.dialect = buf_text(&dialect);
		rc = t->options->facts(t->options->ctx, &facts);
	}
	buf_release(&dialect);
	return rc;
}

static int
hand_day(const struct teller *t, ark_day_fn *fn, const struct catalogue_day *d)
{
	const struct ark_day day = day_facts(d, t->today);

	return fn(t->options->ctx, &day);
}

static int
hand_item(const struct teller *t, const struct catalogue_row *row)
{
	bool is_new = row->state == ARK_QUEUED;

	return t->options->item(t->options->ctx, row->id, row->day,
				is_new ? ARK_DEFERRED : row->state,
				is_new && !*row->reason ? "not tried yet" :
				row->reason, row->attempts);
}

/* Tell the items of calls that began before a civil second. */
static int
tell_items(struct teller *t, int64_t before_s)
{
	int rc = 0;

	while (!rc) {
		if (!t->item) {
			rc = batches_rows_next(t->items, &t->item, t->err);
			if (rc <= 0)
				break;
		}
		if (t->item->start_s >= before_s)
			return 0;
		rc = hand_item(t, t->item);
		t->item = NULL;
	}
	return rc;
}

/* catalogue_day_fn */
static int
tell_overview(void *ctx, const struct catalogue_day *d)
{
	const struct teller *t = ctx;

	return hand_day(t, t->options->overview, d);
}

/* catalogue_day_fn */
static int
tell_day(void *ctx, const struct catalogue_day *d)
{
	struct teller *t = ctx;
	bool has_items = t->items && t->options->is_by_day;
	int rc = 0;

	if (has_items)
		rc = tell_items(t, d->day * DAY_SECONDS);
	if (!rc)
		rc = hand_day(t, t->options->day, d);
	if (!rc && has_items)
		rc = tell_items(t, (d->day + INT64_C(1)) * DAY_SECONDS);
	return rc;
}

static int
tell_days(struct teller *t, catalogue_day_fn *fn)
{
	return batches_days(t->archive->catalogue, day_of(t->range.from_s),
			    day_of(t->range.to_s - 1), fn, t, t->err);
}

static int
tell(struct teller *t)
{
	const struct ark_status_options *o = t->options;
	struct catalogue_query q = {
		.from_s = t->range.from_s, .to_s = t->range.to_s,
		.states = STATES_OPEN,
		.kinds = 1u << CATALOGUE_RECORDING | 1u << CATALOGUE_ATTACHMENT,
	};
	int rc = 0;

	if (o->overview)
		rc = tell_days(t, tell_overview);
	if (!rc && o->facts)
		rc = tell_facts(t);
	if (!rc && o->item)
		rc = batches_rows_open(&t->items, t->archive->catalogue, &q,
				       t->err);
	if (!rc && o->day)
		rc = tell_days(t, tell_day);
	if (!rc && o->item)
		rc = tell_items(t, INT64_MAX);
	batches_rows_close(t->items);
	return rc;
}

int
ark_status(const struct ark_config *c, const struct ark_status_options *o,
	   struct ark_error *err)
{
	struct teller t = { .options = o, .err = err };
	int rc;

	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&t.archive, c->path, ARCHIVE_READ, err);
	if (!rc) {
		confinement_offline(c, store_root(t.archive->store),
				    CONFINE_READ, NULL);
		rc = period_or_all(&t.range, &o->range, t.archive->zone, err);
	}
	if (!rc) {
		t.today = day_of(period_now(t.archive->zone));
		rc = tell(&t);
	}
	archive_close(t.archive);
	return rc;
}

/* ---- find ------------------------------------------------------------- */

static int
tell_found(const struct catalogue_row *row, const struct omni_document *d,
	   ark_found_fn *fn, void *ctx)
{
	char hex[DIGEST_SHA256_HEX];
	struct ark_found found;

	found_fill(&found, hex, row, d);
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
	struct batches_rows *rows = NULL;
	struct omni_document d;
	int64_t found = 0;
	int rc;

	document_init(&d);
	rc = batches_rows_open(&rows, a->catalogue, &q, err);
	while (!rc && !event_should_stop(&o->listener)) {
		const struct catalogue_row *row;
		struct json_slice text;

		rc = batches_rows_next(rows, &row, err);
		if (rc <= 0)
			break;
		text = (struct json_slice){ row->document, row->document_len };
		rc = document_parse(&d, text, a->zone, row->day, err);
		if (!rc && !ark_filter_excludes(o->filter, &d.recording.pub)) {
			found++;
			rc = tell_found(row, &d, fn, ctx);
		}
	}
	document_release(&d);
	batches_rows_close(rows);
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
