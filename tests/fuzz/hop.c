/*
 * Which redirect is followed.  Two bytes of circumstances, then three lines:
 * the API's address, the address asked now, where the answer points.  Whatever
 * is followed leads neither from https to http, nor the API elsewhere, nor
 * media to a host that is not wanted.
 */
#include "fuzz.h"
#include "http/engine_internal.h"

enum {
	HAS_API = 1,
	ALLOWS_HTTP = 2,
	IS_MEDIA = 4,
	IS_POST = 8,
	HAS_HOSTS = 16,
	IS_LATE = 32,	/* no redirect is left */
};

static const long statuses[] = { 200, 301, 302, 303, 307, 308, 404, 300 };
static const char *const hosts[] = { "*.example.com", "cdn.example.net" };

/* What must hold when the step to next is allowed. */
static void
look(const struct transfer *t, const struct url *next)
{
	const struct http_engine *e = t->engine;
	bool is_own = e->has_api && url_same_origin(&e->api, next);
	long status = t->result.head.status;

	MUST(next->is_https || e->settings.allow_http);
	MUST(next->is_https || !t->hop.is_https);
	MUST(t->request.kind == HTTP_MEDIA || is_own);
	MUST(!t->request.body || status == 307 || status == 308);
	MUST(t->result.n_redirects < HTTP_MAX_REDIRECTS);
	if (e->settings.n_media_hosts && !is_own)
		MUST(text_glob(hosts[0], next->host) ||
		     text_glob(hosts[1], next->host));
}

static void
try_step(struct transfer *t, const struct url *next)
{
	struct ark_error err = { 0 };
	int rc = hop_check_redirect(t, next, &err);

	must_report(rc, &err);
	if (!rc) {
		look(t, next);
		/* Where one may go, one may be. */
		MUST(!hop_check(t, next, &err));
	}
}

static void
arrange(struct http_engine *e, struct transfer *t, uint8_t flags, long status)
{
	static char body[] = "{}";

	e->settings.allow_http = flags & ALLOWS_HTTP;
	e->settings.media_hosts = hosts;
	e->settings.n_media_hosts = flags & HAS_HOSTS ? 2 : 0;
	t->engine = e;
	t->request.kind = flags & IS_MEDIA ? HTTP_MEDIA : HTTP_API;
	t->request.body = flags & IS_POST ? body : NULL;
	t->result.n_redirects = flags & IS_LATE ? HTTP_MAX_REDIRECTS : 0;
	header_init(&t->result.head);
	t->result.head.status = status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct http_engine e;
	static struct transfer t;
	struct input in = { bytes, n };
	uint8_t flags = input_byte(&in);
	long status = statuses[input_byte(&in) % 8];
	char *api = input_line(&in), *now = input_line(&in);
	char *location = input_rest(&in);
	struct url next = { 0 };

	arrange(&e, &t, flags, status);
	e.has_api = flags & HAS_API && !url_parse(&e.api, NULL, api, NULL);
	(void)snprintf(t.result.head.location, sizeof(t.result.head.location),
		       "%s", location);
	MUST(hop_is_redirect(&t.result.head) ==
	     (status > 300 && status < 400 && *location));
	if (!url_parse(&t.hop, NULL, now, NULL)) {
		if (!url_parse(&next, t.hop.href, location, NULL))
			try_step(&t, &next);
		url_release(&next);
		url_release(&t.hop);
	}
	url_release(&e.api);
	free(api);
	free(now);
	free(location);
	return 0;
}
