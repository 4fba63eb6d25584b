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
		return rc == ARK_ENOMEM ? error_nomem(err) : rc;
	day_list_tidy(l);
	rc = audit_trail(a, l->days, l->n, err);
	for (size_t i = 0; !rc && audit_published(a, i, &day); i++) {
		if (day >= from && day <= to && day_list_add(l, day))
			rc = error_nomem(err);
	}
	day_list_tidy(l);
	return rc;
}

/* Verify one day, and tell what the totals have grown by. */
static int
verify_day(struct audit *a, struct ark_error *err)
{
	const struct ark_verify_totals before = *a->totals;
	struct ark_verify_totals t;
	int rc;

	a->day = a->evidence->day;
	a->is_bag_bad = a->is_any_bad = false;
	rc = audit_edition(a, err);
	if (!rc && a->evidence->rc)
		return error_set(err, a->evidence->rc, "%s",
				 a->evidence->err.text);
	if (!rc)
		rc = audit_day(a, err);
	if (rc)
		return rc;
	t = *a->totals;
	t.days -= before.days;
	t.files -= before.files;
	t.bytes -= before.bytes;
	t.repaired -= before.repaired;
	for (int i = 0; i < ARK_N_VERDICTS; i++)
		t.found[i] -= before.found[i];
	return telling_day_end(&a->telling, a->day, &t);
}

static int
verify_days(struct audit *a, const struct day_list *l, struct ark_error *err)
{
	const struct docket_options o = {
		.is_quick = a->options->is_quick,
		/* what is mended in one day may not be read before */
		.is_ahead = !a->options->is_repairing,
		.listener = &a->options->listener,
	};
	int rc;

	rc = docket_init(&a->docket, a->archive, &o, l->days, l->n, err);
	while (!rc) {
		rc = docket_take(&a->docket, &a->evidence, err);
		if (rc <= 0)
			break;
		rc = verify_day(a, err);
	}
	docket_release(&a->docket);
	return rc;
}

/* Everything of a range: the trail, day by day, and the trail's end. */
static int
verify_range(struct audit *a, const struct ark_range *range,
	     struct ark_error *err)
{
	struct day_list list = { 0 };
	int rc;

	rc = gather_days(a, day_of(range->from_s), day_of(range->to_s - 1),
			 &list, err);
	if (!rc)
		rc = verify_days(a, &list, err);
	if (!rc)
		rc = audit_trail_end(a, err);
	audit_trail_forget(a);
	free(list.days);
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

/* Whatever is to be read, once the catalogue is being looked at. */
static int
verify_archive(struct audit *a, struct ark_range *range, struct ark_error *err)
{
	int rc;

	rc = telling_begin(&a->telling, a->archive, a->options);
	if (!rc)
		rc = period_or_all(range, &a->options->range,
				   a->archive->zone, err);
	if (!rc)
		rc = verify_range(a, range, err);
	rc = telling_end(&a->telling, rc, err);
	if (a->telling.rc)	/* what was read by it was told nobody */
		memset(a->totals, 0, sizeof(*a->totals));
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
		rc = verify_archive(&a, &range, err);
	}
	totals->is_finished = !rc;
	if (!rc)
		rc = conclude(&a, &range, err);
	store_log_close(a.trail);
	archive_close(a.archive);
	return rc;
}
