/*
 * ark_reconcile: the calls that the reports tell of, against each other and
 * against the archive.
 */
#include "callark/reconcile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/event.h"
#include "flow/confinement.h"
#include "flow/custody.h"
#include "flow/period.h"
#include "flow/reconciling.h"
#include "flow/recover.h"

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
find_days(struct reconciling *j, const struct ark_range *range,
	  struct ark_error *err)
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
choose_days(struct reconciling *j, struct ark_error *err)
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

/* ---- telling ---------------------------------------------------------- */

static int
tell_lines(struct reconciling *j, struct ark_error *err)
{
	int rc = reconcile_lines(j->calls, &j->lines, &j->n_lines, err);

	for (size_t i = 0; !rc && j->options->line && i < j->n_lines; i++)
		rc = j->options->line(j->options->ctx, &j->lines[i]);
	return rc;
}

/* Documents of which not even the id could be read. */
static int
tell_wrecks(struct reconciling *j)
{
	const int64_t n = j->listings[RECONCILE_TODAY].day.oddities;
	char detail[96];

	if (!n)
		return 0;
	(void)snprintf(detail, sizeof(detail), "%lld documents could not be "
		       "read and are kept in quarantine", (long long)n);
	return reconciling_note_unreadable(j, ARK_AUDIO_LINKS, "", -1, detail);
}

/* Put into the bag what will be told of the day. */
static int
state_day(struct reconciling *j, struct ark_error *err)
{
	struct completeness c = {
		.tolerance_s = j->options->tolerance_s, .day = &j->told,
		.lines = j->lines, .n_lines = j->n_lines,
		.unreadable = j->listings[RECONCILE_TODAY].day.oddities,
	};
	struct reconcile_beside *beside = NULL;
	char day[DAY_SIZE];
	int rc;

	if (!j->options->makes_statements)
		return 0;
	rc = reconcile_beside(j->calls, &beside, &c.n_beside, err);
	c.beside = beside;
	if (!rc)
		rc = statement_make(&j->statement, j->archive, &c,
				    clock_wall_s(), err);
	free(beside);
	j->told.statement = j->statement.sha256;
	j->told.is_statement_new = j->statement.is_new;
	if (rc || *j->told.statement)
		return rc;
	day_format(day, j->day);
	event_log(&j->options->listener, ARK_LOG_WARNING, NULL, "%s has no bag "
		  "that a statement could be put into", day);
	return 0;
}

static int
tell_day(struct reconciling *j, struct ark_error *err)
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
	rc = state_day(j, err);
	if (rc)
		return rc;
	j->totals->days++;
	j->totals->days_unproved += !j->told.is_proved;
	reconcile_sums_add(&j->totals->sums, &j->told.sums);
	return j->options->day ? j->options->day(j->options->ctx, &j->told) : 0;
}

/* The listings of the day in hand and of those beside it. */
static int
look_up_listings(struct reconciling *j, struct reconcile_options *o,
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
		.statement = "",
	};
	memcpy(j->told.listings, today->of, sizeof(today->of));
	return rc;
}

static int
reconcile_day(struct reconciling *j, int32_t day, struct ark_error *err)
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
		rc = reconciling_take_all(j, err);
	if (!rc)
		rc = tell_day(j, err);
	free(j->lines);
	j->lines = NULL;
	reconcile_free(j->calls);
	j->calls = NULL;
	return rc;
}

/* Open the archive, and see that what is there is what it says. */
static int
open_archive(struct reconciling *j, const struct ark_config *c,
	     struct ark_error *err)
{
	const struct ark_reconcile_options *o = j->options;
	const bool is_writing = o->makes_statements;
	int rc;

	rc = archive_open(&j->archive, c->path, is_writing ? ARCHIVE_WRITE :
			  ARCHIVE_READ, err);
	if (rc)
		return rc;
	confinement_offline(c, store_root(j->archive->store), is_writing ?
			    CONFINE_WRITE : CONFINE_READ, &o->listener);
	if (!is_writing)
		return 0;
	rc = custody_opened(j->archive, false, err);
	return rc ? rc : recover(j->archive, &o->listener, c->name, err);
}

int
ark_reconcile(const struct ark_config *c,
	      const struct ark_reconcile_options *o,
	      struct ark_reconcile_totals *totals, struct ark_error *err)
{
	struct reconciling j = { .options = o, .totals = totals };
	int rc;

	*totals = (struct ark_reconcile_totals){ 0 };
	if (o->makes_statements && !ark_filter_is_empty(o->filter))
		return error_set(err, ARK_EUSAGE, "a statement is about all "
				 "calls of a day: --statement takes no filter");
	document_init(&j.parsed);
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = open_archive(&j, c, err);
	if (!rc)
		rc = choose_days(&j, err);
	for (size_t i = 0; !rc && i < j.list.n; i++)
		rc = reconcile_day(&j, j.list.days[i], err);
	if (!rc && o->makes_statements)
		rc = trail_know(j.archive, err);
	if (!rc && (totals->days_unproved || totals->sums.unexplained))
		rc = ARK_EINCOMPLETE;
	document_release(&j.parsed);
	free(j.list.days);
	archive_close(j.archive);
	return rc;
}
