#include "flow/docket.h"

#include <assert.h>

#include "base/error.h"
#include "base/event.h"

/*
 * So many files shall wait for the crew, or more: it is to have enough to do
 * while a large day is judged.  A day is gathered as a whole, so memory is that
 * of two days and so many files, of which each takes some 600 bytes.
 */
#define ENOUGH 8192

int
docket_init(struct docket *d, struct archive *a,
	    const struct docket_options *o, const int32_t *days, size_t n,
	    struct ark_error *err)
{
	*d = (struct docket){
		.archive = a, .options = *o, .days = days, .n = n,
	};
	d->last = &d->first;
	return hashing_new(&d->crew, a->store, o->is_quick, o->listener, err);
}

void
docket_release(struct docket *d)
{
	hashing_free(d->crew);
	d->crew = NULL;
	evidence_free(d->now);
	d->now = NULL;
	while (d->first) {
		struct evidence *e = d->first;

		d->first = e->next;
		evidence_free(e);
	}
}

static int
gather(struct docket *d)
{
	struct evidence *e;

	e = evidence_gather(d->archive, d->days[d->n_gathered]);
	if (!e)
		return ARK_ENOMEM;
	d->n_gathered++;
	*d->last = e;
	d->last = &e->next;
	if (!e->rc)
		hashing_add(d->crew, &e->files.job);
	return 0;
}

/* Without the memory, each has its turn later, when it is taken. */
static void
gather_ahead(struct docket *d)
{
	while (d->options.is_ahead && d->n_gathered < d->n &&
	       hashing_waiting(d->crew) < ENOUGH &&
	       !event_should_stop(d->options.listener)) {
		if (gather(d))
			return;
	}
}

int
docket_take(struct docket *d, struct evidence **out, struct ark_error *err)
{
	if (d->now)
		docket_await(d);
	evidence_free(d->now);
	d->now = NULL;
	if (event_should_stop(d->options.listener))
		return error_set(err, ARK_ESTOPPED, "stopped by a signal");
	if (!d->first && d->n_gathered == d->n)
		return 0;
	if (!d->first && gather(d))
		return error_nomem(err);
	assert(d->first);	/* gathered now, or ahead */
	d->now = d->first;
	d->first = d->now->next;
	if (!d->first)
		d->last = &d->first;
	*out = d->now;
	return 1;
}

void
docket_await(struct docket *d)
{
	do
		gather_ahead(d);
	while (!hashing_help(d->crew, &d->now->files.job));
}
