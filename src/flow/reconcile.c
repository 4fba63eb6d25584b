/*
 * ark_reconcile: the calls that the reports tell of, against each other and
 * against the archive.
 */
#include "callark/reconcile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "base/error.h"
#include "base/event.h"
#include "catalogue/report.h"
#include "flow/call_listings.h"
#include "flow/confinement.h"
#include "flow/day_list.h"
#include "flow/period.h"
#include "omni/document.h"
#include "report/reconcile.h"

struct job {
	const struct ark_reconcile_options *options;
	struct ark_reconcile_totals *totals;
	struct archive *archive;
	struct omni_document parsed;
	struct day_list list;		/* to be reconciled */
	/* of the day in hand */
	int32_t day;
	struct reconcile *calls;
	struct call_listings listings[RECONCILE_DAYS];
	struct ark_reconciled_day told;
};

/* ---- which days ------------------------------------------------------- */

/* catalogue_day_fn */
static int
add_listed(void *ctx, const struct catalogue_day *d)
{
	return day_list_add(ctx, d->day);
}

/* catalogue_report_day_fn */
static int
add_reported(void *ctx, const struct catalogue_report_day *d)
{
	return d->route < ARK_CALL_ROUTES ? day_list_add(ctx, d->day) : 0;
}

/* Every day that the catalogue knows, once. */
static int
find_days(struct job *j, const struct ark_range *range, struct ark_error *err)
{
	int32_t from = day_of(range->from_s), to = day_of(range->to_s - 1);
	int rc;

	rc = catalogue_days(j->archive->catalogue, from, to, add_listed,
			    &j->list, err);
	if (!rc)
		rc = catalogue_report_days(j->archive->catalogue, from, to,
					   add_reported, &j->list, err);
	day_list_tidy(&j->list);
	return rc == ARK_ENOMEM ? error_nomem(err) : rc;
}

/* The days of the range, or all there are. */
static int
choose_days(struct job *j, struct ark_error *err)
{
	struct ark_range range;
	int rc;

	rc = period_past_or_all(&range, &j->options->range, j->archive->zone,
				err);
	if (rc < 0)
		return rc;
	if (!rc)
		rc = find_days(j, &range, err);
	else if (range.from_s >= range.to_s)
		rc = 0;
	else {
		rc = 0;
		for (int32_t day = day_of(range.from_s);
		     !rc && day <= day_of(range.to_s - 1); day++)
			rc = day_list_add(&j->list, day) ? error_nomem(err) : 0;
	}
	if (!rc && !j->list.n)
		rc = error_set(err, ARK_ENOTFOUND,
			       "the archive has no day of that range");
	return rc;
}

/* ---- the documents ---------------------------------------------------- */

static int
note_unreadable(struct job *j, enum ark_route route, const char *id,
		int64_t start_s, const char *detail)
{
	struct ark_discrepancy d = {
		.kind = ARK_UNREADABLE, .day = j->day, .detail = detail,
		.protocol = "", .agent = "", .agent_email = "", .service = "",
		.start_s = start_s, .ids = { "", "", "" },
	};

	d.ids[route] = id;
	return reconcile_note(j->calls, &d, j->options->discrepancy,
			      j->options->ctx);
}

/* Give a document to the day in hand; what cannot be read is told of. */
static int
take(struct job *j, struct reconcile_document *d, struct json_slice text,
     const char *id, int64_t start_s, struct ark_error *err)
{
	struct ark_error why = { 0 };
	char detail[640];
	int rc;

	if (start_s < j->day * DAY_SECONDS - RECONCILE_MARGIN_S ||
	    start_s >= (j->day + 1) * DAY_SECONDS + RECONCILE_MARGIN_S)
		return 0;
	rc = document_parse(&j->parsed, text, j->archive->zone,
			    day_of(start_s), &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc && day_of(start_s) != j->day)
		return 0;
	if (rc) {
		(void)snprintf(detail, sizeof(detail), "%s: %s",
			       ark_route_name(d->route), why.text);
		return note_unreadable(j, d->route, id, start_s, detail);
	}
	d->fields = &j->parsed.recording.pub;
	d->is_wanted = !ark_filter_excludes(j->options->filter, d->fields);
	if (d->route == ARK_SERVICE_HISTORY)
		d->medium = reconcile_medium(text.p, text.n);
	return reconcile_add(j->calls, d, err);
}

static int
check_stop(const struct job *j, struct ark_error *err)
{
	if (event_should_stop(&j->options->listener))
		return error_set(err, ARK_ESTOPPED, "stopped by a signal");
	return 0;
}

static int
take_report(struct job *j, enum ark_route route, int32_t day,
	    struct ark_error *err)
{
	const struct catalogue_report_query q = { .day = day, .route = route };
	struct catalogue_report_cursor *cur = NULL;
	struct catalogue_report_row row;
	int rc;

	rc = catalogue_report_select(&cur, j->archive->catalogue, &q, err);
	while (!rc) {
		struct reconcile_document d = { .route = route };

		rc = catalogue_report_next(cur, &row, err);
		if (rc <= 0)
			break;
		d.version = row.version;
		d.first_seen_s = row.first_seen_s;
		d.vanished_s = row.vanished_s;
		d.audio_ms = -1;
		d.reason = "";
		rc = check_stop(j, err);
		if (!rc)
			rc = take(j, &d, (struct json_slice){ row.body,
				  row.body_len }, row.id, row.start_s, err);
	}
	catalogue_report_cursor_free(cur);
	return rc;
}

static int
take_links(struct job *j, struct ark_error *err)
{
	const struct catalogue_query q = {
		.from_s = j->day * DAY_SECONDS - RECONCILE_MARGIN_S,
		.to_s = (j->day + 1) * DAY_SECONDS + RECONCILE_MARGIN_S,
		.with = CATALOGUE_WITH_DOCUMENT,
	};
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select(&cur, j->archive->catalogue, &q, err);
	while (!rc) {
		struct reconcile_document d = { .route = ARK_AUDIO_LINKS };

		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		d.version = row.version;
		d.first_seen_s = row.first_seen_s;
		d.vanished_s = row.vanished_s;
		d.state = row.state;
		d.reason = row.reason;
		d.audio_ms = row.audio_ms;
		rc = check_stop(j, err);
		if (!rc)
			rc = take(j, &d, (struct json_slice){ row.document,
				  row.document_len }, row.id, row.start_s, err);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

/* The day in hand, and what of the days beside it lies near midnight. */
static int
take_all(struct job *j, struct ark_error *err)
{
	int rc = take_links(j, err);

	for (int32_t day = j->day - 1; !rc && day <= j->day + 1; day++) {
		rc = take_report(j, ARK_SERVICE_HISTORY, day, err);
		if (!rc)
			rc = take_report(j, ARK_VOICE_LOG, day, err);
	}
	return rc;
}

/* ---- telling ---------------------------------------------------------- */

static int
tell_lines(struct job *j, struct ark_error *err)
{
	struct ark_reconcile_line *lines = NULL;
	size_t n = 0;
	int rc;

	if (!j->options->line)
		return 0;
	rc = reconcile_lines(j->calls, &lines, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = j->options->line(j->options->ctx, &lines[i]);
	free(lines);
	return rc;
}

/* Documents of which not even the id could be read. */
static int
tell_wrecks(struct job *j)
{
	const int64_t n = j->listings[RECONCILE_TODAY].day.oddities;
	char detail[96];

	if (!n)
		return 0;
	(void)snprintf(detail, sizeof(detail), "%lld documents could not be "
		       "read and are kept in quarantine", (long long)n);
	return note_unreadable(j, ARK_AUDIO_LINKS, "", -1, detail);
}

static int
tell_day(struct job *j, struct ark_error *err)
{
	int rc;

	rc = reconcile_run(j->calls, j->options->discrepancy, j->options->ctx,
			   err);
	if (!rc)
		rc = tell_wrecks(j);
	if (!rc)
		rc = tell_lines(j, err);
	if (rc)
		return rc;
	reconcile_sums(j->calls, &j->told);
	j->totals->days++;
	j->totals->days_unproved += !j->told.is_proved;
	reconcile_sums_add(&j->totals->sums, &j->told.sums);
	return j->options->day ? j->options->day(j->options->ctx, &j->told) : 0;
}

/* The listings of the day in hand and of those beside it. */
static int
look_up_listings(struct job *j, struct reconcile_options *o,
		 struct ark_error *err)
{
	const struct call_listings *today = &j->listings[RECONCILE_TODAY];
	int rc = 0;

	for (int at = 0; !rc && at < RECONCILE_DAYS; at++) {
		struct call_listings *l = &j->listings[at];

		rc = call_listings_read(l, j->archive->catalogue,
					j->day + at - RECONCILE_TODAY, err);
		for (int i = 0; i < ARK_CALL_ROUTES; i++)
			o->is_listed[at][i] = l->of[i].is_complete;
	}
	j->told = (struct ark_reconciled_day){
		.day = j->day, .is_proved = call_listings_complete(today),
	};
	memcpy(j->told.listings, today->of, sizeof(today->of));
	return rc;
}

static int
reconcile_day(struct job *j, int32_t day, struct ark_error *err)
{
	struct reconcile_options o = {
		.day = day, .tolerance_s = j->options->tolerance_s,
		.zone = j->archive->zone,
	};
	int rc;

	j->day = day;
	rc = look_up_listings(j, &o, err);
	if (!rc)
		rc = reconcile_new(&j->calls, &o, err);
	if (!rc)
		rc = take_all(j, err);
	if (!rc)
		rc = tell_day(j, err);
	reconcile_free(j->calls);
	j->calls = NULL;
	return rc;
}

int
ark_reconcile(const struct ark_config *c,
	      const struct ark_reconcile_options *o,
	      struct ark_reconcile_totals *totals, struct ark_error *err)
{
	struct job j = { .options = o, .totals = totals };
	int rc;

	*totals = (struct ark_reconcile_totals){ 0 };
	document_init(&j.parsed);
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&j.archive, c->path, ARCHIVE_READ, err);
	if (!rc) {
		confinement_offline(c, store_root(j.archive->store),
				    CONFINE_READ, &o->listener);
		rc = choose_days(&j, err);
	}
	for (size_t i = 0; !rc && i < j.list.n; i++)
		rc = reconcile_day(&j, j.list.days[i], err);
	if (!rc && (totals->days_unproved || totals->sums.unexplained))
		rc = ARK_EINCOMPLETE;
	document_release(&j.parsed);
	free(j.list.days);
	archive_close(j.archive);
	return rc;
}
