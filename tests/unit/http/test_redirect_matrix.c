/*
 * Sixteen places that an answer of the API may lead on to, times four kinds of
 * requests, times the five statuses of a redirect: whether it is followed, and
 * which header lines with secrets the next hop was sent.
 *
 * The API is api.example to the engine; every name is this machine.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <assert.h>

#include "http/engine_internal.h"
#include "unit/http/client.h"
#include "unit/http/resolver.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define KEY "the-key"
#define TOKEN "the-token"

static struct server *api, *other;

/* What the servers are told to do, and what they heard. */
struct scene {
	int status;
	char location[512];
	int n_at_first, n_behind;	/* at the redirect, and behind it */
	char first[ASKED_SIZE], behind[ASKED_SIZE];
};

static struct scene scene;
static pthread_mutex_t scene_mutex = PTHREAD_MUTEX_INITIALIZER;

static bool
answer(struct asked *a)
{
	bool is_first = !strcmp(a->path, "/v1/first/page");
	char head[1024];

	(void)pthread_mutex_lock(&scene_mutex);
	(void)snprintf(head, sizeof(head), "HTTP/1.1 %d Go\r\n"
		       "Content-Length: 4\r\nLocation: %s\r\n\r\ngone",
		       scene.status, scene.location);
	memcpy(is_first ? scene.first : scene.behind, a->head, ASKED_SIZE);
	scene.n_at_first += is_first;
	scene.n_behind += !is_first;
	/* The next request on this connection may be shorter. */
	memset(a->head, 0, sizeof(a->head));
	(void)pthread_mutex_unlock(&scene_mutex);
	if (!strcmp(a->path, "/tls/1"))
		return false;
	return is_first ? say(a, head) : say_ok(a, 10);
}

/* ---- who asks */

static const struct {
	const char *name;
	enum http_kind kind;
	bool is_post, has_secrets;
} askers[] = {
	{ "page", HTTP_API, false, true },
	{ "login", HTTP_API, true, true },
	{ "media", HTTP_MEDIA, false, true },
	{ "plain media", HTTP_MEDIA, false, false },
};

/* ---- where to */

enum fate {
	HOME,		/* followed by all, with the secrets of the asker */
	AWAY,		/* followed by media alone, without any secret */
	AWAY_TLS,	/* the same, to a server that speaks no TLS */
	BARRED,		/* no medium, for its address; no page, for its origin */
	NO_URL,		/* refused by all, for what it says */
};

static const struct {
	const char *name;
	const char *location;	/* {a} and {o}: the ports of the two servers */
	enum fate fate;
	const char *why;	/* that media is refused */
} targets[] = {
	{ "same origin", "http://api.example:{a}/end", HOME, "" },
	{ "relative path", "../end?x=1#y", HOME, "" },
	{ "absolute path", "/end", HOME, "" },
	{ "scheme-relative", "//api.example:{a}/end", HOME, "" },
	{ "other case", "HTTP://API.Example:{a}/end", HOME, "" },
	{ "final dot", "http://api.example.:{a}/end", HOME, "" },
	{ "other port", "http://api.example:{o}/end", AWAY, "" },
	{ "other host", "http://media.example:{o}/end", AWAY, "" },
	{ "sub-domain", "http://x.api.example:{a}/end", AWAY, "" },
	{ "address for name", "//127.0.0.1:{a}/end", AWAY, "" },
	{ "http to https", "https://api.example:{a}/end", AWAY_TLS, "" },
	{ "user information", "http://" KEY ":x@api.example:{a}/end", NO_URL,
	  "user information" },
	{ "other scheme", "ftp://api.example:{a}/end", NO_URL, "only http" },
	{ "no host", "http:///end", NO_URL, "host is empty" },
	{ "private address", "http://10.0.0.1:{o}/end", BARRED,
	  "10.0.0.1 is not public" },
	{ "private by name", "http://inside.example:{o}/end", BARRED,
	  "169.254.169.254 is not public" },
};

static const int statuses[] = { 301, 302, 303, 307, 308 };

static_assert(N(targets) * N(askers) == 64, "sixteen places, four askers");

static void
put_ports(char out[512], const char *location)
{
	struct buf text = BUF_INIT(500);

	while (*location) {
		bool is_api = !strncmp(location, "{a}", 3);

		if (is_api || !strncmp(location, "{o}", 3)) {
			buf_addf(&text, "%u", is_api ? api->port : other->port);
			location += 3;
		} else {
			buf_addc(&text, *location++);
		}
	}
	assert_int_equal(buf_status(&text, NULL), 0);
	(void)snprintf(out, 512, "%s", buf_text(&text));
	buf_release(&text);
}

static void
set_scene(int status, const char *location)
{
	(void)pthread_mutex_lock(&scene_mutex);
	memset(&scene, 0, sizeof(scene));
	scene.status = status;
	put_ports(scene.location, location);
	(void)pthread_mutex_unlock(&scene_mutex);
}

static void
get_scene(struct scene *out)
{
	(void)pthread_mutex_lock(&scene_mutex);
	*out = scene;
	(void)pthread_mutex_unlock(&scene_mutex);
}

static struct http_result *
ask(struct http_engine *e, size_t asker)
{
	struct http_request *q;
	struct http_result *r;
	struct memory m;
	char url[128];

	(void)snprintf(url, sizeof(url), "http://api.example:%u/v1/first/page",
		       api->port);
	q = http_request_new(askers[asker].kind, url);
	assert_non_null(q);
	memory_init(&m);
	if (askers[asker].kind == HTTP_MEDIA)
		q->sink = &m.sink;
	if (askers[asker].is_post) {
		q->body = strdup("{}");
		q->body_len = 2;
	}
	q->wants_credentials = askers[asker].has_secrets;
	q->wants_token = askers[asker].has_secrets;
	r = call(e, q);
	buf_release(&m.bytes);
	return r;
}

/* Whether text is anywhere in what was heard, which may hold NULs. */
static bool
is_heard(const char heard[ASKED_SIZE], const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n <= ASKED_SIZE; i++) {
		if (!memcmp(heard + i, text, n))
			return true;
	}
	return false;
}

static void
assert_secrets(const char heard[ASKED_SIZE], bool are_there, const char *name)
{
	bool has_key = is_heard(heard, "\r\nx-api-key: " KEY "\r\n");
	bool has_token = is_heard(heard,
				  "\r\nAuthorization: Bearer " TOKEN "\r\n");

	if (has_key != are_there || has_token != are_there)
		fail_msg("%s: key %d, token %d", name, has_key, has_token);
	/* Not in another line either. */
	if (!are_there)
		assert_false(is_heard(heard, KEY) || is_heard(heard, TOKEN));
}

/* How it has to end, and why if not well. */
static enum http_end
expected(size_t target, size_t asker, int status, const char **why)
{
	bool is_page = askers[asker].kind == HTTP_API;

	*why = targets[target].why;
	if (targets[target].fate == NO_URL)
		return HTTP_FORBIDDEN;
	if (is_page && targets[target].fate != HOME) {
		*why = "redirects to another origin";
		return HTTP_FORBIDDEN;
	}
	/* A POST would have to become a GET, or be sent by our own choice. */
	if (askers[asker].is_post && status < 307) {
		*why = "a POST is redirected";
		return HTTP_FORBIDDEN;
	}
	if (targets[target].fate == BARRED)
		return HTTP_FORBIDDEN;
	return targets[target].fate == AWAY_TLS ? HTTP_TLS : HTTP_DONE;
}

static bool
try(struct http_engine *e, size_t target, size_t asker, int status)
{
	const char *name = targets[target].name, *why;
	enum http_end end = expected(target, asker, status, &why);
	bool is_followed = end == HTTP_DONE || end == HTTP_TLS;
	struct http_result *r;
	struct scene heard;

	set_scene(status, targets[target].location);
	r = ask(e, asker);
	get_scene(&heard);
	if (r->end != end || !strstr(r->text, why))
		fail_msg("%s, %s, %d: %s, %s", name, askers[asker].name, status,
			 http_end_name(r->end), r->text);
	assert_int_equal(heard.n_at_first, 1);
	assert_int_equal(heard.n_behind, is_followed);
	assert_secrets(heard.first, askers[asker].has_secrets, name);
	assert_secrets(heard.behind, is_followed && askers[asker].has_secrets &&
		       targets[target].fate == HOME, name);
	if (is_followed && end == HTTP_DONE)
		assert_memory_equal(heard.behind, askers[asker].is_post
				    ? "POST" : "GET ", 4);
	assert_null(strstr(r->text, KEY));
	http_result_free(r);
	return is_followed;
}

static struct http_engine *
start(void)
{
	struct http_settings s;
	struct http_engine *e;
	char base[64];

	quick_settings(&s);
	(void)snprintf(base, sizeof(base), "http://api.example:%u/v1",
		       api->port);
	s.api_base = base;
	e = start_engine(&s);
	assert_int_equal(http_engine_credentials(e, KEY, TOKEN), 1);
	return e;
}

static void
each_cell_of_the_matrix(void **state)
{
	struct http_engine *e = start();
	size_t n_cells = 0, n_tried = 0, n_followed = 0;

	(void)state;
	for (size_t t = 0; t < N(targets); t++) {
		for (size_t a = 0; a < N(askers); a++) {
			for (size_t s = 0; s < N(statuses); s++) {
				n_followed += try(e, t, a, statuses[s]);
				n_tried++;
			}
			n_cells++;
		}
	}
	http_engine_stop(e);
	print_message("%zu cells, %zu redirects, %zu followed\n", n_cells,
		      n_tried, n_followed);
	assert_int_equal(n_cells, 64);
	assert_int_equal(n_tried, 320);
	/* 6 home: 5 page, 2 login, 5 and 5 media; 5 away: 5 and 5 media. */
	assert_int_equal(n_followed, 6 * 17 + 5 * 10);
}

/* Never down to http, not even at home, whoever asks and by which status. */
static void
https_stays_https(void **state)
{
	static const char *const hops[] = {
		"http://api.example/x", "http://api.example:443/x",
		"http://media.example/x", "http://127.0.0.1/x",
	};
	struct http_engine e = { .settings = { .allow_http = true } };

	(void)state;
	assert_int_equal(url_parse(&e.api, NULL, "https://api.example/v1",
				   NULL), 0);
	e.has_api = true;
	for (size_t i = 0; i < N(hops) * N(askers) * N(statuses); i++) {
		size_t asker = i / N(statuses) % N(askers);
		struct transfer t = { .engine = &e };
		struct ark_error err = { 0 };
		struct url next = { 0 };

		assert_int_equal(url_parse(&t.hop, NULL,
					   "https://api.example/y", NULL), 0);
		assert_int_equal(url_parse(&next, NULL, hops[i % N(hops)],
					   NULL), 0);
		t.request.kind = askers[asker].kind;
		t.result.head.status = statuses[i % N(statuses)];
		assert_int_equal(hop_check_redirect(&t, &next, &err),
				 ARK_EUSAGE);
		assert_non_null(strstr(err.text, "redirected from https to "));
		url_release(&next);
		url_release(&t.hop);
	}
	url_release(&e.api);
}

static int
set_up(void **state)
{
	(void)state;
	resolver_add("api.example", "127.0.0.1");
	resolver_add("x.api.example", "127.0.0.1");
	resolver_add("media.example", "127.0.0.1");
	resolver_add("inside.example", "169.254.169.254");
	api = server_start(answer);
	other = server_start(answer);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	server_stop(api);
	server_stop(other);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cell_of_the_matrix),
		cmocka_unit_test(https_stays_https),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
