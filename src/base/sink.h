/*
 * Where the bytes of a body go.
 *
 * The one who moves bytes (http) calls begin once an answer is accepted, then
 * write for every stretch; it knows nothing else of the receiver.  A second
 * begin with offset 0 means the sender starts the body anew: what came before
 * is void.  Calls come from one thread at a time.
 */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stddef.h>
#include <stdint.h>

#define SINK_AGAIN 1	/* no room now: nothing was taken, offer it again */

struct sink {
	/*
	 * begin(sink, offset, total):
	 * The body continues behind the first `offset` kept bytes (0: from the
	 * start); total is the whole length or -1.  Return 0 or a negative
	 * ark_code, which ends the transfer.
	 */
	int (*begin)(struct sink *sink, int64_t offset, int64_t total);

	/*
	 * write(sink, bytes, n):
	 * Take all n bytes.  Return 0, SINK_AGAIN, or a negative ark_code,
	 * which ends the transfer.  Never blocks.
	 */
	int (*write)(struct sink *sink, const uint8_t *bytes, size_t n);
};

#endif
