#include "http/retry.h"

const struct retry_policy retry_default = {
	.base_ms = 500,
	.cap_ms = 60 * 1000,
	.longest_wait_ms = 300 * 1000,
	.max_attempts = 6,
};

static enum retry_class
classify_client_error(const struct http_result *r)
{
	bool is_link = r->request->kind == HTTP_MEDIA;

	switch (r->head.status) {
	case 401:
		if (r->credentials)
			return RETRY_AUTH;
		return is_link ? RETRY_LINK : RETRY_PERMANENT;
	case 403:
	case 404:
	case 410:
		return is_link ? RETRY_LINK : RETRY_PERMANENT;
	case 408:
	case 425:
		return RETRY_TRANSIENT;
	case 416:
		/* Without our offset the next attempt asks another thing. */
		return r->request->offset > 0 ? RETRY_TRANSIENT
					      : RETRY_PERMANENT;
	case 429:
		return RETRY_THROTTLED;
	default:
		return RETRY_PERMANENT;
	}
}

static enum retry_class
classify_status(const struct http_result *r)
{
	long status = r->head.status;

	if (status >= 500 && status <= 599) {
		if (status == 503)
			return RETRY_THROTTLED;
		return status == 501 || status == 505 ? RETRY_PERMANENT
						      : RETRY_TRANSIENT;
	}
	if (status >= 400)
		return classify_client_error(r);
	/* 202, 204: perhaps there is a body later.  3xx: never. */
	return status < 300 ? RETRY_TRANSIENT : RETRY_PERMANENT;
}

enum retry_class
retry_classify(const struct http_result *r)
{
	switch (r->end) {
	case HTTP_DONE:
		return RETRY_NONE;
	case HTTP_STATUS:
		return classify_status(r);
	case HTTP_SHORT:
	case HTTP_UNPROVED:
	case HTTP_NONSENSE:
	case HTTP_DNS:
	case HTTP_CONNECT:
	case HTTP_RESET:
	case HTTP_TIMEOUT:
		return RETRY_TRANSIENT;
	case HTTP_TLS:
		return r->is_untrusted ? RETRY_PERMANENT : RETRY_TRANSIENT;
	case HTTP_TOO_LARGE:
	case HTTP_FORBIDDEN:
		return RETRY_PERMANENT;
	case HTTP_CANCELLED:
	case HTTP_RECALLED:
		return RETRY_STOPPED;
	case HTTP_SINK:
	case HTTP_BROKEN:
	default:
		return RETRY_LOCAL;
	}
}

/* Anything in [0, base * 2^(attempt - 1)], at most cap. */
static int64_t
jitter(const struct retry_policy *policy, int attempt, uint32_t random)
{
	int64_t most = policy->base_ms;

	while (--attempt > 0 && most < policy->cap_ms)
		most *= 2;
	if (most > policy->cap_ms)
		most = policy->cap_ms;
	return (int64_t)((uint64_t)most * random / UINT32_MAX);
}

struct retry_decision
retry_decide(const struct retry_policy *policy, enum retry_class class,
	     int attempt, int64_t server_wait_ms, uint32_t random)
{
	struct retry_decision d = { .what = RETRY_GIVE_UP };

	if (class != RETRY_TRANSIENT && class != RETRY_THROTTLED)
		return d;
	d.wait_ms = jitter(policy, attempt, random);
	if (server_wait_ms > d.wait_ms)
		d.wait_ms = server_wait_ms;
	if (class == RETRY_THROTTLED)
		d.host_pause_ms = d.wait_ms;
	if (attempt < policy->max_attempts &&
	    d.wait_ms <= policy->longest_wait_ms)
		d.what = RETRY_WAIT;
	else
		d.wait_ms = 0;
	return d;
}
