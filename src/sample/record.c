#include "sample/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"

void
sample_record_release(struct sample_record *r)
{
	sample_rules_release(&r->rules);
	free(r->filters);
	free(r->days);
	free(r->calls);
	free(r->excluded);
	keep_release(&r->texts);
	*r = (struct sample_record){ 0 };
}

int
record_add_filter(struct sample_record *r, const char *name, const char *value,
		  struct ark_error *err)
{
	struct record_filter *grown, f = {
		keep_text(&r->texts, name), keep_text(&r->texts, value),
	};

	grown = array_room(r->filters, r->n_filters, &r->filters_cap,
			   sizeof(f));
	if (grown)
		r->filters = grown;
	if (!grown || !f.name || !f.value)
		return error_nomem(err);
	r->filters[r->n_filters++] = f;
	return 0;
}

int
record_add_day(struct sample_record *r, const struct sample_day *d,
	       struct ark_error *err)
{
	struct sample_day *grown = array_room(r->days, r->n_days, &r->days_cap,
					      sizeof(*grown));

	if (!grown)
		return error_nomem(err);
	r->days = grown;
	r->days[r->n_days++] = *d;
	return 0;
}

int
record_add_call(struct sample_record *r, const struct record_call *c,
		struct ark_error *err)
{
	struct record_call *grown, copy = *c;

	grown = array_room(r->calls, r->n_calls, &r->calls_cap, sizeof(copy));
	if (grown)
		r->calls = grown;
	copy.id = keep_text(&r->texts, c->id);
	if (!grown || !copy.id)
		return error_nomem(err);
	r->calls[r->n_calls++] = copy;
	return 0;
}

int
record_add_excluded(struct sample_record *r, const char *id, int64_t draw,
		    struct ark_error *err)
{
	struct record_excluded *grown, e = {
		keep_text(&r->texts, id), draw,
	};

	grown = array_room(r->excluded, r->n_excluded, &r->excluded_cap,
			   sizeof(e));
	if (grown)
		r->excluded = grown;
	if (!grown || !e.id)
		return error_nomem(err);
	r->excluded[r->n_excluded++] = e;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct record_excluded *x = a, *y = b;

	return strcmp(x->id, y->id);
}

void
record_sort_excluded(struct sample_record *r)
{
	if (r->n_excluded)
		qsort(r->excluded, r->n_excluded, sizeof(*r->excluded), by_id);
}
