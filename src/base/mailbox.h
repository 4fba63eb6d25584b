/*
 * Letters from worker threads to the one thread that decides.
 *
 * A letter is the first member of whatever struct the worker sends; posting
 * hands it over.  Any thread posts, one thread takes.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <pthread.h>
#include <stdint.h>

#include "base/error.h"

struct letter {
	struct letter *next;
	int kind;		/* the receiver's own numbering */
};

struct mailbox {
	pthread_mutex_t mutex;
	pthread_cond_t arrived;
	struct letter *first;
	struct letter **last;
};

int mailbox_init(struct mailbox *m, struct ark_error *err);

/* mailbox_release(m): Nobody may use m any more; letters left are not freed. */
void mailbox_release(struct mailbox *m);

/* mailbox_post(m, l): Append l and wake the taker.  Never fails. */
void mailbox_post(struct mailbox *m, struct letter *l);

/*
 * mailbox_take(m, wait_ms):
 * Take all letters, oldest first, waiting up to wait_ms (0: not at all, -1:
 * for ever) for the first.  Return the chain, or NULL when none came.
 */
struct letter *mailbox_take(struct mailbox *m, int64_t wait_ms);

#endif
