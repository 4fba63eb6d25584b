/*
 * Pings to a health-check service: that a run began, that it ended well, that
 * it did not.
 *
 * The protocol is that of Healthchecks: GET of the address that the service
 * gave, with /start behind it, with nothing, or with /N, the exit status.  The
 * address is a secret, for whoever knows it can ping: no error holds it.
 *
 * start -> send, any number of times -> stop.  Pings go out from a thread of
 * their own, one after the other.
 */
#ifndef FLOW_PINGER_H
#define FLOW_PINGER_H

#include "base/mailbox.h"
#include "callark/event.h"
#include "config/config.h"
#include "http/engine.h"
#include "http/url.h"

#define PING_MAX_MS 10000	/* for one ping, from the name to the answer */

struct pinger {
	const struct ark_listener *listener;	/* lent */
	struct http_engine *engine;	/* NULL: not started */
	struct mailbox box;
	bool is_out;		/* a ping has no answer yet */
	const char *base;	/* lent by the settings */
};

/*
 * pinger_start(p, c, l, err):
 * Get ready to ping the address that c has; it alone is allowed as written,
 * also when it is private.  Return 0, ARK_EUSAGE, ARK_ENOMEM or ARK_EBUG; then
 * nothing has to be stopped.
 */
int pinger_start(struct pinger *p, const struct ark_config *c,
		 const struct ark_listener *l, struct ark_error *err);

/*
 * pinger_send(p, suffix, err):
 * Send a ping, to be waited for, with suffix ("", "/start") behind the address;
 * none may be out.  Return 0, ARK_EUSAGE (the address is malformed) or
 * ARK_ENOMEM.
 */
int pinger_send(struct pinger *p, const char *suffix, struct ark_error *err);

/*
 * pinger_wait(p, err):
 * Wait for the answer to the ping that is out, at most PING_MAX_MS after it was
 * sent, and one second once l wants to stop.  Return 0 (also when none is out),
 * ARK_ESERVICE when the service did not take it, ARK_ESTOPPED (it is still out)
 * or ARK_ENOMEM.
 */
int pinger_wait(struct pinger *p, struct ark_error *err);

/* pinger_stop(p): Without waiting for anything; p may be one not started. */
void pinger_stop(struct pinger *p);

#endif
