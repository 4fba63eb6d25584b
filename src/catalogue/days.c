/*
 * Days: their sums, and whose bag is behind.
 */
#include <stdlib.h>

#include "base/error.h"
#include "callark/route.h"
#include "catalogue/query.h"

#define DAY_COLUMNS                                                            \
	"day, was_asked, is_complete, is_dirty, total, asked_s, complete_s,"   \
	" published_s, flaw"

static void
read_facts(struct query *q, struct catalogue_day *d)
{
	*d = (struct catalogue_day){
		.day = (int32_t)query_get_int(q, 0),
		.was_asked = query_get_int(q, 1),
		.is_complete = query_get_int(q, 2),
		.is_dirty = query_get_int(q, 3),
		.total = query_get_time(q, 4),
		.asked_s = query_get_time(q, 5),
		.complete_s = query_get_time(q, 6),
		.published_s = query_get_time(q, 7),
	};
	(void)sqlite3_snprintf(sizeof(d->flaw), d->flaw, "%s",
			       query_get_text(q, 8));
}

/* The row of a kind and state. */
static void
add_sum(struct query *q, struct catalogue_day *d)
{
	int64_t state = query_get_int(q, 0), n = query_get_int(q, 1);
	bool is_archived = state == ARK_ARCHIVED;

	if (query_get_int(q, 4) == CATALOGUE_ATTACHMENT) {
		d->media.counts[state] = n;
		d->media.listed += n;
		d->media.bytes += is_archived ? query_get_int(q, 2) : 0;
		return;
	}
	d->counts[state] = n;
	d->listed += n;
	d->vanished += query_get_int(q, 3);
	d->bytes += is_archived ? query_get_int(q, 2) : 0;
}

static int
read_sums(struct catalogue *c, struct catalogue_day *d, struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_DAY_TALLY,
		   "SELECT state, n, bytes, vanished, kind FROM tally"
		   " WHERE day = ?");
	query_int(&q, d->day);
	for (;;) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		if ((uint64_t)query_get_int(&q, 0) >= ARK_N_STATES ||
		    (uint64_t)query_get_int(&q, 4) >= CATALOGUE_N_KINDS) {
			rc = query_damaged(c, "a state or kind out of range",
					   err);
			break;
		}
		add_sum(&q, d);
	}
	query_close(&q);
	return rc;
}

static int
read_ends(struct catalogue *c, struct catalogue_day *d, struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_DAY_ENDS,
		   "SELECT (SELECT min(start_s) FROM recording"
		   "  WHERE day = ?1 AND kind = " SQL_RECORDING "),"
		   " (SELECT max(start_s) FROM recording"
		   "  WHERE day = ?1 AND kind = " SQL_RECORDING "),"
		   " (SELECT count(*) FROM oddity WHERE day = ?1),"
		   " (SELECT sum(1 << route) FROM report_day WHERE day = ?1"
		   "  AND route <> ?2 AND asked_s IS NOT NULL"
		   "  AND NOT is_complete),"
		   " (SELECT sum(1 << route) FROM report_day WHERE day = ?1"
		   "  AND asked_s IS NOT NULL)");
	query_int(&q, d->day);
	query_int(&q, ARK_AUDIO_LINKS);	/* is_complete tells of those */
	rc = query_next(&q, err);
	if (rc > 0) {
		d->first_s = query_get_time(&q, 0);
		d->last_s = query_get_time(&q, 1);
		d->oddities = query_get_int(&q, 2);
		d->reports_incomplete = (unsigned)query_get_int(&q, 3);
		d->reports_asked = (unsigned)query_get_int(&q, 4);
	}
	query_close(&q);
	return rc < 0 ? rc : 0;
}

/* The day at the present row of q: 1, or 0 when there is no more. */
static int
next_day(struct query *q, struct catalogue_day *d, struct ark_error *err)
{
	int rc;

	rc = query_next(q, err);
	if (rc <= 0)
		return rc;
	read_facts(q, d);
	rc = query_status(q, err);
	if (!rc)
		rc = read_sums(q->c, d, err);
	if (!rc)
		rc = read_ends(q->c, d, err);
	return rc ? rc : 1;
}

int
catalogue_days(struct catalogue *c, int32_t from_day, int32_t to_day,
	       catalogue_day_fn *fn, void *ctx, struct ark_error *err)
{
	struct catalogue_day d;
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT " DAY_COLUMNS " FROM day"
		      " WHERE day BETWEEN ? AND ? ORDER BY day");
	query_int(&q, from_day);
	query_int(&q, to_day);
	for (;;) {
		rc = next_day(&q, &d, err);
		if (rc <= 0)
			break;
		/* All rows of a day may have moved to another. */
		rc = d.was_asked || d.listed || d.media.listed ? fn(ctx, &d)
							       : 0;
		if (rc)
			break;
	}
	query_close(&q);
	return rc;
}

int
catalogue_day(struct catalogue *c, int32_t day, struct catalogue_day *out,
	      struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c, "SELECT " DAY_COLUMNS " FROM day WHERE day = ?");
	query_int(&q, day);
	rc = next_day(&q, out, err);
	query_close(&q);
	if (rc)
		return rc < 0 ? rc : 0;
	*out = (struct catalogue_day){
		.day = day,
		.total = -1,
		.asked_s = -1,
		.complete_s = -1,
		.published_s = -1,
		.first_s = -1,
		.last_s = -1,
	};
	return 0;
}

int
catalogue_unpublish(struct catalogue *c, int32_t day, struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c, "UPDATE day SET is_dirty = 1 WHERE day = ?");
	query_int(&q, day);
	return work_end(c, query_run(&q, err), err);
}

int
catalogue_dirty_days(struct catalogue *c, int32_t **days, size_t *n,
		     struct ark_error *err)
{
	int32_t *list = NULL;
	size_t len = 0, cap = 0;
	struct query q;
	int rc;

	query_prepare(&q, c, "SELECT day FROM day WHERE is_dirty ORDER BY day");
	for (;;) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		if (len == cap) {
			int32_t *grown;

			cap = cap ? cap * 2 : 64;
			grown = realloc(list, cap * sizeof(*list));
			if (!grown) {
				rc = error_nomem(err);
				break;
			}
			list = grown;
		}
		list[len++] = (int32_t)query_get_int(&q, 0);
	}
	query_close(&q);
	if (rc) {
		free(list);
		return rc;
	}
	*days = list;
	*n = len;
	return 0;
}

/* A row on its way may be renamed at any moment: its day stays marked. */
int
catalogue_published(struct catalogue *c, int32_t day, int64_t now_s,
		    struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c,
		      "UPDATE day SET published_s = ?2, is_dirty ="
		      " EXISTS (SELECT 1 FROM recording"
		      "  WHERE day = ?1 AND lease_s IS NOT NULL)"
		      " WHERE day = ?1");
	query_int(&q, day);
	query_int(&q, now_s);
	return work_end(c, query_run(&q, err), err);
}

int
catalogue_settled_day(struct catalogue *c, unsigned kinds, unsigned reports,
		      int32_t *day, struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT max(day) FROM day WHERE was_asked AND day <"
		      " coalesce((SELECT d.day FROM day d WHERE d.was_asked"
		      "   AND (NOT d.is_complete OR EXISTS"
		      "    (SELECT 1 FROM tally t WHERE t.day = d.day"
		      "     AND (?1 >> t.kind) & 1"
		      "     AND t.state IN " SQL_WAITING " AND t.n > 0)"
		      "    OR EXISTS (SELECT 1 FROM report_day r"
		      "     WHERE r.day = d.day AND (?2 >> r.route) & 1"
		      "      AND r.asked_s IS NOT NULL"
		      "      AND NOT r.is_complete))"
		      "   ORDER BY d.day LIMIT 1),"
		      "  9223372036854775807)");
	query_int(&q, kinds);
	query_int(&q, reports);
	rc = query_next(&q, err);
	if (rc > 0) {
		rc = sqlite3_column_type(q.s, 0) != SQLITE_NULL;
		if (rc)
			*day = (int32_t)query_get_int(&q, 0);
	}
	query_close(&q);
	return rc;
}
