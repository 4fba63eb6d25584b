/*
 * Who listens to what.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sample/draw_internal.h"

/* Something in the order of its lot. */
struct ticket {
	size_t index;
	const char *agent;		/* before the lot, where it counts */
	uint8_t lot[DIGEST_SHA256_SIZE];
};

static int
by_lot(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;

	return memcmp(x->lot, y->lot, sizeof(x->lot));
}

static int
by_agent_and_lot(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;
	int order = x->agent == y->agent ? 0 : strcmp(x->agent, y->agent);

	return order ? order : by_lot(a, b);
}

/* The calls of lowest lot are for everybody. */
static int
set_calibration(struct sample_draw *d, int64_t n, struct ticket *tickets,
		struct lots *l, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < d->n; i++) {
		tickets[i].index = i;
		rc = lot(tickets[i].lot, l, LOT_CALIBRATION,
			 d->calls[i].call->id, err);
	}
	if (rc)
		return rc;
	qsort(tickets, d->n, sizeof(*tickets), by_lot);
	for (size_t i = 0; i < d->n && (int64_t)i < n; i++)
		d->calls[tickets[i].index].evaluator = SAMPLE_EVERYBODY;
	return 0;
}

/* Evaluators in the order in which they are dealt calls. */
static int
seat(struct ticket *seats, const struct sample_rules *r, struct lots *l,
     struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->n_evaluators; i++) {
		seats[i].index = i;
		rc = lot(seats[i].lot, l, LOT_EVALUATOR, r->evaluators[i],
			 err);
	}
	if (!rc)
		qsort(seats, r->n_evaluators, sizeof(*seats), by_lot);
	return rc;
}

/* One after the other, agent by agent, so that no agent meets one evaluator. */
static int
deal_out(struct sample_draw *d, const struct ticket *seats, size_t n_seats,
	 struct ticket *tickets, struct lots *l, struct ark_error *err)
{
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < d->n; i++) {
		if (d->calls[i].evaluator == SAMPLE_EVERYBODY)
			continue;
		tickets[n].index = i;
		tickets[n].agent = d->calls[i].call->agent;
		rc = lot(tickets[n++].lot, l, LOT_DEAL, d->calls[i].call->id,
			 err);
	}
	if (rc)
		return rc;
	qsort(tickets, n, sizeof(*tickets), by_agent_and_lot);
	for (size_t i = 0; i < n; i++)
		d->calls[tickets[i].index].evaluator = seats[i % n_seats].index;
	return 0;
}

int
deal(struct sample_draw *d, const struct sample_rules *r, struct lots *l,
     struct ark_error *err)
{
	struct ticket *tickets = calloc(d->n + r->n_evaluators,
					sizeof(*tickets));
	struct ticket *seats;
	int rc;

	if (!tickets)
		return error_nomem(err);
	seats = tickets + d->n;
	rc = set_calibration(d, r->calibration, tickets, l, err);
	if (!rc)
		rc = seat(seats, r, l, err);
	if (!rc)
		rc = deal_out(d, seats, r->n_evaluators, tickets, l, err);
	free(tickets);
	return rc;
}
