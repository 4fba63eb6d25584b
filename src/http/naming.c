/*
 * Names that hops wait for.
 *
 * libcurl 7.88 looks names up on threads of its own, but when a transfer ends
 * before such a thread it waits for the thread, and the whole loop with it: for
 * half a minute where a name server is silent.  CURLOPT_QUICK_EXIT would leave
 * the thread behind; but before libcurl 8.14 that may touch what the thread has
 * freed.
 *
 * So libcurl is kept from it.  It tells when it misses a name, which is when
 * there is neither a connection to use again nor an address of the last
 * minutes.  Then the hop is taken from libcurl, waits for the resolver, and
 * begins anew with what that said in libcurl's cache of addresses.  Who needs
 * no name pays nothing.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/engine_internal.h"

_Static_assert(RESOLVER_NAME_MAX == URL_HOST_MAX, "a host is a name");

/* Whether nobody needs to be asked: libcurl knows it by heart. */
static bool
is_known(const char *host)
{
	static const char local[] = "localhost";
	size_t len = strlen(host), n = sizeof(local) - 1;
	struct in_addr address;

	if (inet_pton(AF_INET, host, &address) == 1)
		return true;
	return len >= n && !strcasecmp(host + len - n, local) &&
	       (len == n || host[len - n - 1] == '.');
}

/*
 * Whether host can be given to the resolver and its answer to libcurl.  What
 * cannot, an address of IPv6 or a proxy's name outside ASCII, is left to
 * libcurl.
 */
static bool
is_name(const char *host)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";
	size_t len = strlen(host);

	return len && len < RESOLVER_NAME_MAX &&
	       strspn(host, allowed) == len && !is_known(host);
}

/* ---- the proxy ---- */

static bool
takes_addresses(const char *scheme)
{
	return !strcasecmp(scheme, "socks4") || !strcasecmp(scheme, "socks") ||
	       !strcasecmp(scheme, "socks5");
}

/* What libcurl refuses or cannot parse is left to libcurl. */
static void
parse_proxy(struct proxy *out, CURLU *h, const char *text)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	int64_t number;

	if (curl_url_set(h, CURLUPART_URL, text,
			 CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) ||
	    curl_url_get(h, CURLUPART_SCHEME, &scheme, 0) ||
	    curl_url_get(h, CURLUPART_HOST, &host, CURLU_URLDECODE))
		goto out;
	out->takes_addresses = takes_addresses(scheme);
	if (!is_name(host))
		goto out;
	/* Without a port, what libcurl takes. */
	number = strcasecmp(scheme, "https") ? 1080 : 443;
	if (!curl_url_get(h, CURLUPART_PORT, &port, 0) &&
	    text_to_int(port, 0, UINT16_MAX, &number))
		goto out;
	out->port = (uint16_t)number;
	memcpy(out->host, host, strlen(host) + 1);
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
}

/* ---- start and stop ---- */

static void
wake(void *arg)
{
	sockets_wake(arg);
}

int
naming_open(struct http_engine *e, struct ark_error *err)
{
	CURLU *h;

	if (e->settings.proxy) {
		h = curl_url();
		if (!h)
			return error_nomem(err);
		parse_proxy(&e->proxy, h, e->settings.proxy);
		curl_url_cleanup(h);
	}
	return resolver_new(&e->resolver, wake, e, err);
}

void
naming_close(struct http_engine *e)
{
	resolver_free(e->resolver);
	e->resolver = NULL;
}

/* ---- what is missing ---- */

/* The first of t's names that this hop was not given yet. */
static enum name
next_name(const struct transfer *t)
{
	const struct http_engine *e = t->engine;
	bool is_direct = !e->settings.proxy || e->proxy.takes_addresses;

	if (t->given_names < NAME_PROXY && e->proxy.host[0])
		return NAME_PROXY;
	if (t->given_names < NAME_HOST && is_direct && is_name(t->hop.host))
		return NAME_HOST;
	return NAME_NONE;
}

static const char *
text_of(const struct transfer *t)
{
	return t->missing == NAME_PROXY ? t->engine->proxy.host : t->hop.host;
}

int
naming_missed(void *state, void *reserved, void *easy)
{
	char *data = NULL;
	struct transfer *t;

	(void)state;
	(void)reserved;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);
	t = (struct transfer *)(void *)data;
	t->missing = next_name(t);
	return t->missing != NAME_NONE;
}

/* ---- waiting ---- */

bool
naming_await(struct transfer *t)
{
	struct http_engine *e = t->engine;
	int64_t now_ms;

	if (t->missing == NAME_NONE || t->is_judged)
		return false;
	now_ms = clock_now_ms();
	if (!t->connect_by_ms)
		t->connect_by_ms = now_ms + e->settings.connect_ms;
	t->lookup = resolver_ask(e->resolver, text_of(t), now_ms);
	if (!t->lookup) {
		transfer_judge(t, HTTP_BROKEN, "out of memory");
		return false;
	}
	e->n_awaiting++;
	/* It may have gone out on an old connection, and begins anew. */
	t->sent_ms = 0;
	return true;
}

bool
naming_is_late(struct transfer *t, int64_t now_ms)
{
	if (!t->lookup || now_ms < t->connect_by_ms)
		return false;
	transfer_judge(t, HTTP_CONNECT,
		       "Resolving timed out after %lld milliseconds",
		       (long long)t->engine->settings.connect_ms);
	return true;
}

static void
leave(struct transfer *t)
{
	resolver_leave(t->engine->resolver, t->lookup);
	t->lookup = NULL;
	t->engine->n_awaiting--;
}

/* The addresses as CURLOPT_RESOLVE wants them; "+": not for ever. */
static void
take_addresses(struct transfer *t, const char *addresses)
{
	const struct proxy *proxy = &t->engine->proxy;
	bool is_proxy = t->missing == NAME_PROXY;
	struct buf line = BUF_INIT(sizeof(struct resolver_answer) +
				   URL_HOST_MAX + sizeof("+:65535:"));

	buf_addf(&line, "+%s:%u:%s", text_of(t),
		 (unsigned)(is_proxy ? proxy->port : t->hop.port), addresses);
	t->addresses.data = buf_take(&line);
	buf_release(&line);
	if (!t->addresses.data)
		transfer_judge(t, HTTP_BROKEN, "out of memory");
	t->given_names = t->missing;
	t->missing = NAME_NONE;
}

static void
resume(struct transfer *t, const struct resolver_answer *answer)
{
	if (answer->failure)
		transfer_judge(t, HTTP_DNS, "Could not resolve %s: %s (%s)",
			       t->missing == NAME_PROXY ? "proxy" : "host",
			       text_of(t), gai_strerror(answer->failure));
	else
		take_addresses(t, answer->addresses);
	leave(t);
	if (t->is_judged)
		transfer_ended(t, CURLE_COULDNT_RESOLVE_HOST);
	else
		transfer_send(t);
}

void
naming_resume(struct http_engine *e)
{
	const struct resolver_answer *answer;
	struct transfer *next;

	if (!e->n_awaiting || !resolver_has_news(e->resolver))
		return;
	for (struct transfer *t = e->live; t; t = next) {
		next = t->next;
		answer = t->lookup ? resolver_answer(e->resolver, t->lookup)
				   : NULL;
		if (answer)
			resume(t, answer);
	}
}

/* ---- the hop in libcurl ---- */

/* What the lookup took of the time to connect is gone; 0 would be no limit. */
bool
naming_give(struct transfer *t)
{
	int64_t left_ms;

	if (!t->addresses.data)
		return true;
	left_ms = t->connect_by_ms - clock_now_ms();
	return !curl_easy_setopt(t->easy, CURLOPT_RESOLVE, &t->addresses) &&
	       !curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
				 left_ms > 0 ? (long)left_ms : 1L);
}

void
naming_forget(struct transfer *t)
{
	const struct http_settings *s = &t->engine->settings;

	if (t->lookup)
		leave(t);
	if (!t->addresses.data)
		return;
	if (t->easy) {
		(void)curl_easy_setopt(t->easy, CURLOPT_RESOLVE, NULL);
		(void)curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
				       (long)s->connect_ms);
	}
	free(t->addresses.data);
	t->addresses.data = NULL;
}
