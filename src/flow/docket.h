/*
 * Inside verify: its days on their way.  While one day is judged, the next ones
 * are gathered and the crew reads their files, so that no core waits for what
 * only one thread may do.
 *
 *	docket_init		for days, in order
 *	docket_take		the next one, gathered
 *	docket_await		until its files were looked at
 *	docket_release
 */
#ifndef FLOW_DOCKET_H
#define FLOW_DOCKET_H

#include "callark/event.h"
#include "flow/evidence.h"

struct docket_options {
	bool is_quick;			/* sizes only: see hashing.h */
	bool is_ahead;			/* else a day at a time */
	const struct ark_listener *listener;
};

struct docket {
	struct archive *archive;
	struct docket_options options;
	struct hashing *crew;
	const int32_t *days;		/* the caller's */
	size_t n, n_gathered;
	struct evidence *now;		/* taken */
	struct evidence *first, **last;	/* gathered, not taken */
};

/*
 * docket_init(d, a, o, days, n, err):
 * Return 0 or ARK_ENOMEM.  Release d in any case; a, days and the listener must
 * live until then.
 */
int docket_init(struct docket *d, struct archive *a,
		const struct docket_options *o, const int32_t *days, size_t n,
		struct ark_error *err);
void docket_release(struct docket *d);

/*
 * docket_take(d, out, err):
 * Lend the next of the days, until the one behind it is taken or d released.
 * Return 1, 0 when there are no more, ARK_ENOMEM, or ARK_ESTOPPED when the
 * listener wants an end.
 */
int docket_take(struct docket *d, struct evidence **out,
		struct ark_error *err);

/*
 * docket_await(d):
 * See that all files of the day that was taken are looked at; meanwhile, days
 * behind it are gathered.
 */
void docket_await(struct docket *d);

#endif
