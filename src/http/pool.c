#include <stdlib.h>

#include "http/engine_internal.h"

int
handles_init(struct pool *p, size_t size)
{
	p->idle = calloc(size, sizeof(*p->idle));
	p->size = p->idle ? size : 0;
	return p->idle ? 0 : ARK_ENOMEM;
}

void
handles_release(struct pool *p)
{
	while (p->n)
		curl_easy_cleanup(p->idle[--p->n]);
	free(p->idle);
	*p = (struct pool){ 0 };
}

void
handles_give(struct pool *p, CURL *easy)
{
	if (!easy)
		return;
	if (p->n == p->size)
		curl_easy_cleanup(easy);
	else
		p->idle[p->n++] = easy;
}

static bool
set_protocol(CURL *h, const struct http_settings *s)
{
	const char *schemes = s->allow_http ? "http,https" : "https";

	/* The head and the body are judged as they were sent. */
	return !curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, schemes) &&
	       !curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, schemes) &&
	       !curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(h, CURLOPT_HTTP_VERSION,
				 (long)CURL_HTTP_VERSION_1_1) &&
	       !curl_easy_setopt(h, CURLOPT_HTTP09_ALLOWED, 0L) &&
	       !curl_easy_setopt(h, CURLOPT_HTTP_CONTENT_DECODING, 0L) &&
	       !curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
	       !curl_easy_setopt(h, CURLOPT_UNRESTRICTED_AUTH, 0L) &&
	       !curl_easy_setopt(h, CURLOPT_USERAGENT,
				 s->user_agent ? s->user_agent : "callark");
}

/*
 * A CA directory beside the bundle, which Debian compiles in, would turn off
 * libcurl's cache of the parsed bundle: 45 ms instead of 1 ms a connection.
 */
static bool
set_tls(CURL *h, const struct http_settings *s)
{
	const char *bundle = s->ca_file;

	if (!bundle)
		bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
	if (!bundle)
		bundle = "/etc/ssl/certs/ca-certificates.crt";
	return !curl_easy_setopt(h, CURLOPT_CAINFO, bundle) &&
	       !curl_easy_setopt(h, CURLOPT_CAPATH, NULL) &&
	       !curl_easy_setopt(h, CURLOPT_PROXY_CAINFO, bundle) &&
	       !curl_easy_setopt(h, CURLOPT_PROXY_CAPATH, NULL) &&
	       !curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       !curl_easy_setopt(h, CURLOPT_SSLVERSION,
				 (long)CURL_SSLVERSION_TLSv1_2);
}

static bool
set_network(CURL *h, const struct http_settings *s)
{
	/* Set, even to nothing: else the environment decides. */
	return !curl_easy_setopt(h, CURLOPT_PROXY, s->proxy ? s->proxy : "") &&
	       !curl_easy_setopt(h, CURLOPT_NOPROXY, s->proxy ? "" : "*") &&
	       !curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_TCP_NODELAY, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_TCP_KEEPIDLE, 30L) &&
	       !curl_easy_setopt(h, CURLOPT_TCP_KEEPINTVL, 15L) &&
	       !curl_easy_setopt(h, CURLOPT_MAXAGE_CONN, 55L) &&
	       !curl_easy_setopt(h, CURLOPT_MAXLIFETIME_CONN, 600L) &&
	       !curl_easy_setopt(h, CURLOPT_DNS_CACHE_TIMEOUT, 300L) &&
	       !curl_easy_setopt(h, CURLOPT_BUFFERSIZE, 65536L) &&
	       !curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
				 (long)s->connect_ms);
}

static bool
set_callbacks(CURL *h, struct http_engine *e)
{
	return !curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, answer_header) &&
	       !curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, answer_body) &&
	       !curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION,
				 answer_socket) &&
	       !curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, answer_prereq) &&
	       !curl_easy_setopt(h, CURLOPT_RESOLVER_START_FUNCTION,
				 naming_missed) &&
	       !curl_easy_setopt(h, CURLOPT_RESOLVER_START_DATA, h) &&
	       !curl_easy_setopt(h, CURLOPT_NOPROGRESS, 1L) &&
	       !curl_easy_setopt(h, CURLOPT_SHARE, e->share);
}

/*
 * Handles are not reset between uses: every option that differs from request
 * to request is set anew for each (see ask.c), and all others here.
 */
CURL *
handles_take(struct http_engine *e, struct pool *p)
{
	CURL *h;

	if (p->n)
		return p->idle[--p->n];
	h = curl_easy_init();
	if (!h)
		return NULL;
	if (!set_protocol(h, &e->settings) || !set_tls(h, &e->settings) ||
	    !set_network(h, &e->settings) || !set_callbacks(h, e)) {
		curl_easy_cleanup(h);
		return NULL;
	}
	return h;
}
