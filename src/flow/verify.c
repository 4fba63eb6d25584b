/*
 * ark_verify: reads the archive back and compares it with what it says of
 * itself, day by day.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "callark/archive.h"
#include "config/config.h"
#include "flow/audit.h"
#include "flow/days_of.h"
#include "flow/period.h"

const char *
ark_verdict_name(enum ark_verdict v)
{
	static const char *const names[] = {
		"missing", "truncated", "changed", "extra", "bad-bag",
		"unpublished", "unreadable",
	};

	return names[v];
}

/* catalogue_day_fn: days that have archived recordings. */
struct day_list {
	int32_t *days;
	size_t n, cap;
};

static int
add_day(void *ctx, const struct catalogue_day *d)
{
	struct day_list *l = ctx;
	int32_t *grown;

	if (!d->counts[ARK_ARCHIVED])
		return 0;
	grown = array_room(l->days, l->n, &l->cap, sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	l->days = grown;
	l->days[l->n++] = d->day;
	return 0;
}

static int
by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

/* Days that the tree or the catalogue has, each once, in order. */
static int
gather_days(struct audit *a, const struct ark_range *range,
	    struct day_list *l, struct ark_error *err)
{
	int32_t from = day_of(range->from_s), to = day_of(range->to_s - 1);
	size_t kept = 0;
	int rc;

	rc = days_of_tree(a->archive->store, from, to, &l->days, &l->n, err);
	l->cap = l->n;
	if (!rc)
		rc = catalogue_days(a->archive->catalogue, from, to, add_day, l,
				    err);
	if (rc)
		return rc;
	if (l->n)
		qsort(l->days, l->n, sizeof(*l->days), by_day);
	for (size_t i = 0; i < l->n; i++) {
		if (!kept || l->days[kept - 1] != l->days[i])
			l->days[kept++] = l->days[i];
	}
	l->n = kept;
	return 0;
}

static int
verify_days(struct audit *a, const struct ark_range *range,
	    struct ark_error *err)
{
	struct day_list list = { 0 };
	int rc;

	rc = gather_days(a, range, &list, err);
	for (size_t i = 0; !rc && i < list.n; i++) {
		a->day = list.days[i];
		rc = audit_day(a, err);
		audit_forget(a);
	}
	free(list.days);
	free(a->known);
	return rc;
}

int
ark_verify(const struct ark_config *c, const struct ark_verify_options *o,
	   struct ark_verify_totals *totals, struct ark_error *err)
{
	struct audit a = { .options = o, .totals = totals };
	struct ark_range range;
	int64_t bad = 0;
	int rc;

	memset(totals, 0, sizeof(*totals));
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&a.archive, c->path, o->is_repairing ?
				  ARCHIVE_WRITE : ARCHIVE_CHECK, err);
	if (!rc)
		rc = catalogue_check(a.archive->catalogue, err);
	if (!rc)
		rc = period_or_all(&range, &o->range, a.archive->zone, err);
	if (!rc)
		rc = verify_days(&a, &range, err);
	archive_close(a.archive);
	for (int i = 0; i <= ARK_VERIFY_UNREADABLE; i++) {
		if (i != ARK_VERIFY_UNPUBLISHED)
			bad += totals->found[i];
	}
	if (!rc && bad)
		rc = error_set(err, ARK_EINTEGRITY, "%lld files are not as "
			       "they should be", (long long)bad);
	return rc;
}
