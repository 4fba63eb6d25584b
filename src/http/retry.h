/*
 * What follows a failed attempt.  Pure functions: no clock, no state, no
 * randomness of their own.
 */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H

#include <stdint.h>

#include "http/engine.h"

enum retry_class {
	RETRY_NONE,		/* it succeeded */
	RETRY_TRANSIENT,	/* 408, 425, 429, 5xx but 501 and 505, lost and
				   short bodies, timeouts, DNS, connect */
	RETRY_THROTTLED,	/* 429, 503: the host wants fewer requests */
	RETRY_AUTH,		/* 401 where credentials were sent */
	RETRY_LINK,		/* 401, 403, 404, 410 of a link: list it again */
	RETRY_PERMANENT,	/* other 4xx, 501, 505, TLS refused, forbidden
				   by our rules, too large */
	RETRY_LOCAL,		/* disk, memory: nothing the network can mend */
	RETRY_STOPPED,		/* cancelled */
};

/* retry_classify(r): The class of one result. */
enum retry_class retry_classify(const struct http_result *r);

struct retry_policy {
	int64_t base_ms;	/* 500 */
	int64_t cap_ms;		/* 60,000 */
	int64_t longest_wait_ms;/* 300,000: a server asking more is deferred */
	int max_attempts;	/* 6 in one run */
};

extern const struct retry_policy retry_default;

struct retry_decision {
	enum { RETRY_WAIT, RETRY_GIVE_UP } what;
	int64_t wait_ms;
	int64_t host_pause_ms;	/* > 0: nothing to this host for so long */
};

/*
 * retry_decide(policy, class, attempt, server_wait_ms, random):
 * attempt counts from 1; server_wait_ms is Retry-After or -1; random is
 * anything in [0, UINT32_MAX].  Transient: full jitter over base * 2^(attempt
 * - 1), at most cap, or the server's wait when that is longer ("0" would use
 * up all attempts in a moment).  Throttled: the same, for the whole host.
 * Everything else gives up.
 */
struct retry_decision retry_decide(const struct retry_policy *policy,
				   enum retry_class class, int attempt,
				   int64_t server_wait_ms, uint32_t random);

#endif
