/*
 * Calls taken from the days of a group.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/time.h"
#include "sample/draw_internal.h"

/* The calls of one day, by rank. */
struct pile {
	struct sample_call *next, *end;
	int64_t left;			/* that were not taken */
	uint8_t lot[DIGEST_SHA256_SIZE];
};

struct piles {
	struct pile *items;		/* by day */
	size_t n, cap;
};

/* Take the call of lowest rank; there is one. */
static void
take(struct pile *p)
{
	while (p->next->fate != SAMPLE_LEFT)
		p->next++;
	p->next++->fate = SAMPLE_DRAWN;
	p->left--;
}

/* Piles that have something left. */
static int
make_piles(struct piles *out, struct sample_group *g, struct ark_error *err)
{
	struct sample_call *end = g->calls + g->n;

	for (struct sample_call *c = g->calls; c < end;) {
		struct pile p = { .next = c };
		int32_t day = day_of(c->start_s);
		struct pile *grown;

		for (; c < end && day_of(c->start_s) == day; c++)
			p.left += c->fate == SAMPLE_LEFT;
		p.end = c;
		if (!p.left)
			continue;
		grown = array_room(out->items, out->n, &out->cap, sizeof(p));
		if (!grown)
			return error_nomem(err);
		out->items = grown;
		out->items[out->n++] = p;
	}
	return 0;
}

/* ---- the same number of each ------------------------------------------ */

static int
by_lot(const void *a, const void *b)
{
	const struct pile *x = a, *y = b;

	return memcmp(x->lot, y->lot, sizeof(x->lot));
}

/* Days in an order that is each group's own. */
static int
shuffle(struct piles *piles, const char *group, struct lots *l,
	struct ark_error *err)
{
	struct buf text = BUF_INIT((size_t)64 << 20);
	char day[DAY_SIZE];
	int rc = 0;

	for (size_t i = 0; !rc && i < piles->n; i++) {
		struct pile *p = &piles->items[i];

		day_format(day, day_of(p->next->start_s));
		buf_clear(&text);
		buf_adds(&text, day);
		buf_addc(&text, '\n');
		buf_adds(&text, group);
		rc = buf_status(&text, err);
		if (!rc)
			rc = lot(p->lot, l, LOT_DAY, buf_text(&text), err);
	}
	if (!rc && piles->n)
		qsort(piles->items, piles->n, sizeof(*piles->items), by_lot);
	buf_release(&text);
	return rc;
}

/* Round after round, one from each pile that has something left. */
static void
take_in_rounds(struct piles *piles, int64_t n)
{
	while (n) {
		size_t kept = 0;

		for (size_t i = 0; n && i < piles->n; i++, n--) {
			take(&piles->items[i]);
			if (piles->items[i].left)
				piles->items[kept++] = piles->items[i];
		}
		piles->n = kept;
	}
}

int
spread_evenly(struct sample_group *g, int64_t n, struct lots *l,
	      struct ark_error *err)
{
	struct piles piles = { 0 };
	int rc;

	rc = make_piles(&piles, g, err);
	if (!rc)
		rc = shuffle(&piles, g->name, l, err);
	if (!rc)
		take_in_rounds(&piles, n);
	free(piles.items);
	return rc;
}

/* ---- of each its share ------------------------------------------------ */

/* Where roundings begin: something in [0, total). */
static int
find_offset(int64_t *offset, int64_t total, struct lots *l,
	    struct ark_error *err)
{
	uint8_t value[DIGEST_SHA256_SIZE];
	uint64_t first = 0;
	int rc;

	rc = lot(value, l, LOT_ROUNDING, "", err);
	for (size_t i = 0; !rc && i < sizeof(first); i++)
		first = first << 8 | value[i];
	*offset = (int64_t)(first % (uint64_t)total);
	return rc;
}

/*
 * Shares are rounded so that their sum is n and none is off by 1 or more: what
 * the days up to this one have together, n of total, less what those before it
 * had.  n and total are below 2^23.
 */
static void
take_shares(struct piles *piles, int64_t n, int64_t total, int64_t offset)
{
	int64_t calls = 0, taken = 0;

	for (size_t i = 0; i < piles->n; i++) {
		struct pile *p = &piles->items[i];
		int64_t upto;

		calls += p->left;
		upto = (calls * n + offset) / total;
		for (; taken < upto; taken++)
			take(p);
	}
}

int
spread_by_share(struct sample_group *g, int64_t n, struct lots *l,
		struct ark_error *err)
{
	struct piles piles = { 0 };
	int64_t total = 0, offset = 0;
	int rc;

	rc = make_piles(&piles, g, err);
	for (size_t i = 0; i < piles.n; i++)
		total += piles.items[i].left;
	if (!rc && total)
		rc = find_offset(&offset, total, l, err);
	if (!rc && total)
		take_shares(&piles, n, total, offset);
	free(piles.items);
	return rc;
}
