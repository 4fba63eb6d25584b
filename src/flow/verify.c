/*
 * ark_verify: reads the archive back and compares it with what it says of
 * itself, day by day.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/event.h"
#include "callark/archive.h"
#include "config/config.h"
#include "flow/audit.h"
#include "flow/confinement.h"
#include "flow/custody.h"
#include "flow/day_list.h"
#include "flow/days_of.h"
#include "flow/period.h"

const char *
ark_verdict_name(enum ark_verdict v)
{
	static const char *const names[] = {
		"missing", "truncated", "changed", "extra", "bad-bag",
		"unpublished", "unreadable", "unchecked",
	};

	return names[v];
}

/* catalogue_day_fn: days that should have a bag, be it an empty one. */
static int
add_known_day(void *ctx, const struct catalogue_day *d)
{
	if (!d->counts[ARK_ARCHIVED] && d->published_s < 0)
		return 0;
	return day_list_add(ctx, d->day);
}

/* Days from one to another that the tree, the catalogue or the trail has. */
static int
gather_days(struct audit *a, int32_t from, int32_t to, struct day_list *l,
	    struct ark_error *err)
{
	int32_t day;
	int rc;

	rc = days_of_tree(a->archive->store, from, to, &l->days, &l->n, err);
	l->cap = l->n;
	if (!rc)
		rc = catalogue_days(a->archive->catalogue, from, to,
				    add_known_day, l, err);
	if (rc)
		return rc;
	day_list_tidy(l);
	rc = audit_trail(a, l->days, l->n, err);
	for (size_t i = 0; !rc && audit_published(a, i, &day); i++) {
		if (day >= from && day <= to && day_list_add(l, day))
			rc = error_nomem(err);
	}
	day_list_tidy(l);
	return rc;
}

/* Tell what came of a->day, which is what the totals have grown by. */
static int
tell_day(const struct audit *a, const struct ark_verify_totals *before)
{
	struct ark_verify_totals t = *a->totals;

	if (!a->options->day)
		return 0;
	t.days -= before->days;
	t.files -= before->files;
	t.bytes -= before->bytes;
	t.repaired -= before->repaired;
	for (int i = 0; i < ARK_N_VERDICTS; i++)
		t.found[i] -= before->found[i];
	return a->options->day(a->options->ctx, a->day, &t);
}

static int
verify_days(struct audit *a, const struct ark_range *range,
	    struct ark_error *err)
{
	struct day_list list = { 0 };
	int rc;

	rc = gather_days(a, day_of(range->from_s), day_of(range->to_s - 1),
			 &list, err);
	for (size_t i = 0; !rc && i < list.n; i++) {
		const struct ark_verify_totals before = *a->totals;

		a->day = list.days[i];
		rc = audit_edition(a, err);
		if (!rc)
			rc = audit_day(a, err);
		audit_forget(a);
		if (!rc)
			rc = tell_day(a, &before);
	}
	if (!rc)
		rc = audit_trail_end(a, err);
	audit_trail_forget(a);
	free(list.days);
	free(a->known);
	return rc;
}

/*
 * What came of it will be told by the trail, opened before rights are given up.
 * A repair does that as it goes; an archive that cannot be written, or has no
 * trail, is read all the same.
 */
static void
open_trail(struct audit *a)
{
	struct ark_error why;
	int rc;

	if (a->options->is_repairing)
		return;
	rc = store_log_open(&a->trail, a->archive->store, TRAIL_PATH, false,
			    &why);
	if (rc && rc != ARK_ENOTFOUND)
		event_log(&a->options->listener, ARK_LOG_WARNING, NULL,
			  "the trail will not tell of this: %s", why.text);
}

/* How it ends, once everything was read. */
static int
conclude(struct audit *a, const struct ark_range *range, struct ark_error *err)
{
	struct ark_error why = { 0 };
	int64_t bad = 0;
	int rc = 0;

	for (int i = 0; i < ARK_N_VERDICTS; i++) {
		if (i != ARK_VERIFY_UNPUBLISHED)
			bad += a->totals->found[i];
	}
	if (a->trail || a->options->is_repairing)
		rc = custody_verified(a, range, &why);
	if (rc && !bad && err)
		*err = why;
	if (rc && bad)
		event_log(&a->options->listener, ARK_LOG_WARNING, NULL,
			  "the trail does not tell of this: %s", why.text);
	if (bad)
		return error_set(err, ARK_EINTEGRITY, "%lld files are not as "
				 "they should be", (long long)bad);
	return rc;
}

int
ark_verify(const struct ark_config *c, const struct ark_verify_options *o,
	   struct ark_verify_totals *totals, struct ark_error *err)
{
	struct audit a = { .options = o, .totals = totals };
	struct ark_range range;
	int rc;

	memset(totals, 0, sizeof(*totals));
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&a.archive, c->path, o->is_repairing ?
				  ARCHIVE_WRITE : ARCHIVE_CHECK, err);
	if (!rc) {
		open_trail(&a);
		confinement_offline(c, store_root(a.archive->store),
				    o->is_repairing ? CONFINE_TIDY :
				    CONFINE_READ, &o->listener);
		rc = catalogue_check(a.archive->catalogue, err);
	}
	if (!rc)
		rc = period_or_all(&range, &o->range, a.archive->zone, err);
	if (!rc)
		rc = verify_days(&a, &range, err);
	totals->is_finished = !rc;
	if (!rc)
		rc = conclude(&a, &range, err);
	store_log_close(a.trail);
	archive_close(a.archive);
	return rc;
}
