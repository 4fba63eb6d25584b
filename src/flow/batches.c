#include "flow/batches.h"

#include <stdlib.h>

#include "base/error.h"

#define DAYS 64
#define ROWS 256
#define DOCUMENT_BYTES ((size_t)1 << 20)	/* of a batch, but for its last */

/* ---- days */

struct day_batch {
	struct catalogue_day days[DAYS];
	size_t n;
};

/* catalogue_day_fn; 1: enough. */
static int
take_day(void *ctx, const struct catalogue_day *d)
{
	struct day_batch *b = ctx;

	b->days[b->n++] = *d;
	return b->n == DAYS;
}

static int
tell_days(const struct day_batch *b, catalogue_day_fn *fn, void *ctx)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < b->n; i++)
		rc = fn(ctx, &b->days[i]);
	return rc;
}

int
batches_days(struct catalogue *c, int32_t from_day, int32_t to_day,
	     catalogue_day_fn *fn, void *ctx, struct ark_error *err)
{
	struct day_batch *b = malloc(sizeof(*b));
	int rc;

	if (!b)
		return error_nomem(err);
	for (;;) {
		b->n = 0;
		rc = catalogue_days(c, from_day, to_day, take_day, b, err);
		if (rc < 0)
			break;
		rc = tell_days(b, fn, ctx);
		if (rc || b->n < DAYS || b->days[DAYS - 1].day >= to_day)
			break;
		from_day = b->days[DAYS - 1].day + 1;
	}
	free(b);
	return rc;
}

/* ---- rows */

struct batches_rows {
	struct catalogue *catalogue;
	struct catalogue_query query;	/* begins behind the last row told */
	char *last_id;			/* its id; NULL: none was told */
	struct catalogue_row rows[ROWS];
	size_t n, at;
	bool is_last;			/* batch */
};

int
batches_rows_open(struct batches_rows **out, struct catalogue *c,
		  const struct catalogue_query *q, struct ark_error *err)
{
	struct batches_rows *b = calloc(1, sizeof(*b));

	if (!b)
		return error_nomem(err);
	b->catalogue = c;
	b->query = *q;
	*out = b;
	return 0;
}

void
batches_rows_close(struct batches_rows *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < ROWS; i++)
		catalogue_row_release(&b->rows[i]);
	free(b->last_id);
	free(b);
}

/* The next batch goes on behind the last row of this one. */
static void
remember_last(struct batches_rows *b)
{
	struct catalogue_row *last;

	if (!b->n)
		return;
	last = &b->rows[b->n - 1];
	free(b->last_id);
	b->last_id = last->id;
	last->id = NULL;
	b->query.from_s = last->start_s;
	b->query.behind_id = b->last_id;
}

static int
fill(struct batches_rows *b, struct ark_error *err)
{
	struct catalogue_cursor *cur = NULL;
	size_t bytes = 0;
	int rc;

	remember_last(b);
	b->n = b->at = 0;
	rc = catalogue_select(&cur, b->catalogue, &b->query, err);
	while (!rc && b->n < ROWS && bytes < DOCUMENT_BYTES) {
		struct catalogue_row *r = &b->rows[b->n];

		rc = catalogue_next(cur, r, err);
		if (rc <= 0) {
			b->is_last = true;
			break;
		}
		rc = 0;
		bytes += r->document_len;
		b->n++;
	}
	catalogue_cursor_free(cur);
	return rc;
}

int
batches_rows_next(struct batches_rows *b, const struct catalogue_row **row,
		  struct ark_error *err)
{
	int rc;

	if (b->at == b->n && !b->is_last) {
		rc = fill(b, err);
		if (rc)
			return rc;
	}
	if (b->at == b->n)
		return 0;
	*row = &b->rows[b->at++];
	return 1;
}
