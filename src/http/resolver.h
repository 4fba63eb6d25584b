/*
 * Names and their addresses, as the system tells them.
 *
 * The system's resolver blocks, half a minute and more when a name server is
 * silent, and nothing ends its wait.  So it is asked on threads of our own, and
 * who waits for an answer may leave at any time.  The thread stays behind
 * and ends when the system lets it go: perhaps after the resolver was freed,
 * perhaps with the process.
 *
 * new -> ask -> the wake, then answer -> leave -> free; all in one thread.
 *
 * A name that is asked for twice at a time is looked up once.  Answers are not
 * kept: how long one may be used is for the caller to say.
 */
#ifndef HTTP_RESOLVER_H
#define HTTP_RESOLVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define RESOLVER_NAME_MAX 256		/* with the zero behind it */
#define RESOLVER_MAX_ADDRESSES 32	/* of one name; the others are left out */

/*
 * A name without an answer holds one thread, and one more for each time that
 * is too long to share it.  So two dozen of them hold up nobody; where there
 * are more, names wait until a thread is free, and those that most are waiting
 * for come first.
 */
#define RESOLVER_MAX_THREADS 32

/*
 * Who asks for a name that has been looked up for longer has it looked up
 * anew: the system may be stuck with what is long different.
 */
#define RESOLVER_SHARED_MS 30000

struct resolver_answer {
	int failure;	/* 0, or what getaddrinfo() returned */
	/* "192.0.2.1,[2001:db8::1]", in the system's order. */
	char addresses[RESOLVER_MAX_ADDRESSES * (INET6_ADDRSTRLEN + 2)];
};

struct resolver;
struct lookup;

/*
 * resolver_new(out, wake, arg, err):
 * wake(arg) is called from another thread after an answer that somebody waits
 * for; it must not block, nor call a function of this file.  Return 0 or
 * ARK_ENOMEM.
 */
int resolver_new(struct resolver **out, void (*wake)(void *arg), void *arg,
		 struct ark_error *err);

/*
 * resolver_free(r):
 * Everybody has left.  Does not wait for the system; wake is not called any
 * more.  What its threads still need goes with the last of them.
 */
void resolver_free(struct resolver *r);

/*
 * resolver_ask(r, name, now_ms):
 * Have name (shorter than RESOLVER_NAME_MAX) looked up.  Never blocks.  Return
 * a lookup to be left, or NULL: no memory.  Without a thread it is answered at
 * once, with EAI_MEMORY and no wake.
 */
struct lookup *resolver_ask(struct resolver *r, const char *name,
			    int64_t now_ms);

/* resolver_has_news(r): Whether there were answers since the last call. */
bool resolver_has_news(struct resolver *r);

/*
 * resolver_answer(r, l):
 * Lend what came of l, until it is left; NULL: nothing yet.
 */
const struct resolver_answer *resolver_answer(struct resolver *r,
					      struct lookup *l);

/* resolver_leave(r, l): Wait no more; l may be gone. */
void resolver_leave(struct resolver *r, struct lookup *l);

#endif
