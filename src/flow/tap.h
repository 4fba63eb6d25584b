/*
 * A tap: a sink in front of another that counts what passes through, and who
 * is held because there is no room behind it.
 *
 * The sender's thread calls the sink; the counts may be read from any thread at
 * any time.  A count outlives its taps.
 */
#ifndef FLOW_TAP_H
#define FLOW_TAP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/sink.h"

struct tap_count {
	atomic_llong bytes;	/* taken by the sinks behind */
	atomic_int held;	/* taps whose last bytes had no room */
};

struct tap {
	struct sink sink;	/* first: offer this one to the sender */
	struct sink *behind;
	struct tap_count *count;
	bool is_held;
};

/* tap_init(t, behind, count): Both are borrowed until tap_end(). */
void tap_init(struct tap *t, struct sink *behind, struct tap_count *count);

/* tap_end(t): The sender is done with it; what it held counts no more. */
void tap_end(struct tap *t);

#endif
