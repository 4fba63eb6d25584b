#include <string.h>

#include "base/text.h"
#include "http/engine_internal.h"

bool
hop_is_redirect(const struct http_head *head)
{
	switch (head->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308: return head->location[0];
	default: return false;
	}
}

static bool
is_media_host(const struct http_settings *s, const char *host)
{
	if (!s->n_media_hosts)
		return true;
	for (size_t i = 0; i < s->n_media_hosts; i++) {
		if (text_glob(s->media_hosts[i], host))
			return true;
	}
	return false;
}

int
hop_check(const struct transfer *t, const struct url *url,
	  struct ark_error *err)
{
	const struct http_engine *e = t->engine;

	if (!url->is_https && !e->settings.allow_http)
		return error_set(err, ARK_EUSAGE,
				 "%s: http is not allowed (network.allow_http)",
				 url->origin);
	if (e->has_api && url_same_origin(url, &e->api))
		return 0;
	if (t->request.kind == HTTP_MEDIA &&
	    !is_media_host(&e->settings, url->host))
		return error_set(err, ARK_EUSAGE,
				 "host %s is not among network.media_hosts",
				 url->host);
	return 0;
}

int
hop_check_redirect(const struct transfer *t, const struct url *next,
		   struct ark_error *err)
{
	const struct http_engine *e = t->engine;
	long status = t->result.head.status;

	if (t->result.n_redirects >= HTTP_MAX_REDIRECTS)
		return error_set(err, ARK_EUSAGE, "more than %d redirects",
				 HTTP_MAX_REDIRECTS);
	if (t->hop.is_https && !next->is_https)
		return error_set(err, ARK_EUSAGE, "redirected from https to %s",
				 next->origin);
	if (t->request.kind == HTTP_API &&
	    (!e->has_api || !url_same_origin(next, &e->api)))
		return error_set(err, ARK_EUSAGE,
				 "the API redirects to another origin, %s",
				 next->origin);
	if (t->request.body && status != 307 && status != 308)
		return error_set(err, ARK_EUSAGE,
				 "a POST is redirected with status %ld",
				 status);
	return hop_check(t, next, err);
}
