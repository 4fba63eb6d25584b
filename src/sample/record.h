/*
 * The record of a draw, whose form stands in callark/sample.h: all that it
 * takes to draw again and to compare.
 */
#ifndef SAMPLE_RECORD_H
#define SAMPLE_RECORD_H

#include <stdbool.h>

#include "base/buf.h"
#include "callark/archive.h"
#include "callark/export.h"
#include "callark/range.h"
#include "sample/draw.h"

#define RECORD_FORMAT 1
#define RECORD_MAX_LINE ((size_t)16 << 20)

struct record_filter {
	const char *name, *value;
};

/* A call that was drawn. */
struct record_call {
	const char *id;
	int64_t start_s;		/* civil */
	uint8_t sha256[DIGEST_SHA256_SIZE];	/* of the recording */
	bool is_picked;
	size_t evaluator;		/* as in struct sample_drawn */
};

struct record_excluded {
	const char *id;
	int64_t draw;
};

/* Begin with { 0 }. */
struct sample_record {
	int64_t number, drawn_s;
	const char *tool, *organization_id, *time_zone;
	struct ark_range range;
	struct sample_rules rules;	/* the record's own */
	bool excludes_drawn;
	int64_t population;
	uint8_t population_sha256[DIGEST_SHA256_SIZE];
	struct record_filter *filters;
	struct sample_day *days;	/* in order */
	struct record_call *calls;	/* by start and id */
	struct record_excluded *excluded;	/* by id */
	size_t n_filters, n_days, n_calls, n_excluded;
	size_t filters_cap, days_cap, calls_cap, excluded_cap;
	struct keep texts;		/* of all of the above */
	/* while it is read: what its first line says of the others */
	bool has_head;
	int64_t n_calls_told, n_excluded_told;
};

void sample_record_release(struct sample_record *r);

/*
 * Add copies of what is given.  Return 0 or ARK_ENOMEM.
 */
int record_add_filter(struct sample_record *r, const char *name,
		      const char *value, struct ark_error *err);
int record_add_day(struct sample_record *r, const struct sample_day *d,
		   struct ark_error *err);
int record_add_call(struct sample_record *r, const struct record_call *c,
		    struct ark_error *err);
int record_add_excluded(struct sample_record *r, const char *id, int64_t draw,
			struct ark_error *err);

/* record_sort_excluded(r): By the bytes of their ids. */
void record_sort_excluded(struct sample_record *r);

/* ---- record_write.c --------------------------------------------------- */

/* record_head(r, out, err): Add the first line, without line end. */
int record_head(const struct sample_record *r, struct buf *out,
		struct ark_error *err);

/*
 * record_write(r, put, ctx, err):
 * Hand all lines to put, some at a time.  Return 0, ARK_ENOMEM, ARK_ELIMIT (a
 * line of more than RECORD_MAX_LINE bytes), or what put returned.
 */
int record_write(const struct sample_record *r, ark_export_fn *put, void *ctx,
		 struct ark_error *err);

/* ---- record_read.c ---------------------------------------------------- */

/*
 * record_line(r, line, n, err) … record_end(r, err):
 * Take the lines of a record one after the other, without their ends; then see
 * that none is missing.  Return 0, ARK_EFORMAT with err telling what was
 * expected, or ARK_ENOMEM.
 */
int record_line(struct sample_record *r, const char *line, size_t n,
		struct ark_error *err);
int record_end(const struct sample_record *r, struct ark_error *err);

/* ---- record_compare.c ------------------------------------------------- */

/*
 * record_compare(was, now, fn, ctx, err):
 * Tell fn in what the draw now differs from what it was.  The two have the same
 * rules; details say what can be said without the archive.  Return how many
 * differences there are, what fn returned, or ARK_ENOMEM.
 */
int64_t record_compare(const struct sample_record *was,
		       const struct sample_record *now,
		       ark_redraw_fn *fn, void *ctx,
		       struct ark_error *err);

#endif
