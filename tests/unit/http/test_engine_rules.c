/* Who may be asked, who sees the credentials, and what a request looks like. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/http/client.h"

static struct server *api, *other;

static bool
redirect(struct asked *a, int status, const char *to, unsigned port)
{
	char head[2048];

	if (port)
		(void)snprintf(head, sizeof(head), "HTTP/1.1 %d Go\r\n"
			       "Content-Length: 4\r\n"
			       "Location: http://127.0.0.1:%u%s\r\n\r\ngone",
			       status, port, to);
	else
		(void)snprintf(head, sizeof(head), "HTTP/1.1 %d Go\r\n"
			       "Content-Length: 4\r\n"
			       "Location: %s\r\n\r\ngone", status, to);
	return say(a, head);
}

/*
 * /to-api/N/path and /to-other/N/path redirect there with status N; /hops/N
 * goes round N times; /raw/N/text has the text as its Location.
 */
static bool
answer(struct asked *a)
{
	char to[64];
	int status = 0;
	const char *rest = strchr(a->path + 1, '/');

	if (rest)
		status = (int)strtol(rest + 1, NULL, 10);
	if (!strncmp(a->path, "/to-api/", 8))
		return redirect(a, status, strchr(rest + 1, '/'), api->port);
	if (!strncmp(a->path, "/to-other/", 10))
		return redirect(a, status, strchr(rest + 1, '/'), other->port);
	if (!strncmp(a->path, "/raw/", 5))
		return redirect(a, status, strchr(rest + 1, '/') + 1, 0);
	if (!strncmp(a->path, "/hops/", 6) && status > 0) {
		(void)snprintf(to, sizeof(to), "/hops/%d", status - 1);
		return redirect(a, 302, to, 0);
	}
	if (!strcmp(a->path, "/big-redirect")) {
		(void)say(a, "HTTP/1.1 302 Go\r\nLocation: /end\r\n"
			  "Content-Length: 9000000\r\n\r\n");
		(void)say_body(a, 0, 9000000);
		return false;
	}
	return say_ok(a, 10);
}

static struct http_engine *
start(bool with_api, bool with_addresses)
{
	struct http_settings s;
	char base[64];

	quick_settings(&s);
	if (!with_addresses)
		s.addresses.n_allowed = 0;
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%u/v1",
		       api->port);
	if (with_api)
		s.api_base = base;
	s.user_agent = "callark/test";
	return start_engine(&s);
}

static int
set_up(void **state)
{
	(void)state;
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

/* The last request that s saw, and forget it. */
static void
take_head(struct server *s, char out[ASKED_SIZE])
{
	(void)pthread_mutex_lock(&s->mutex);
	memcpy(out, s->last_head, ASKED_SIZE);
	s->last_head[0] = 0;
	(void)pthread_mutex_unlock(&s->mutex);
}

static const struct {
	const char *name;
	enum http_kind kind;
	bool to_other;		/* the first hop */
	const char *path;
	bool wants_credentials, wants_token;
	enum http_end end;
	bool api_asked, other_asked;
	bool key_at_api, token_at_api;
	const char *text;
} rows[] = {
	{ "plain API", HTTP_API, false, "/x", true, true, HTTP_DONE,
	  true, false, true, true, "" },
	{ "login", HTTP_API, false, "/x", true, false, HTTP_DONE,
	  true, false, true, false, "" },
	{ "API without", HTTP_API, false, "/x", false, true, HTTP_DONE,
	  true, false, false, false, "" },
	{ "API elsewhere", HTTP_API, true, "/x", true, true, HTTP_DONE,
	  false, true, false, false, "" },
	{ "media", HTTP_MEDIA, true, "/x", true, true, HTTP_DONE,
	  false, true, false, false, "" },
	{ "media at the API", HTTP_MEDIA, false, "/x", true, true, HTTP_DONE,
	  true, false, true, true, "" },
	{ "media at the API without", HTTP_MEDIA, false, "/x", false, false,
	  HTTP_DONE, true, false, false, false, "" },
	{ "media to elsewhere", HTTP_MEDIA, false, "/to-other/302/x", true,
	  true, HTTP_DONE, true, true, true, true, "" },
	{ "media to the API", HTTP_MEDIA, true, "/to-api/307/x", true, true,
	  HTTP_DONE, true, true, true, true, "" },
	{ "media there and back", HTTP_MEDIA, false,
	  "/to-other/301/to-api/302/x", true, true, HTTP_DONE,
	  true, true, true, true, "" },
	{ "API redirect at home", HTTP_API, false, "/to-api/302/x", true,
	  true, HTTP_DONE, true, false, true, true, "" },
	{ "API redirect away", HTTP_API, false, "/to-other/302/x", true, true,
	  HTTP_FORBIDDEN, true, false, true, true, "another origin" },
	{ "five hops", HTTP_MEDIA, true, "/hops/5", true, true, HTTP_DONE,
	  false, true, false, false, "" },
	{ "six hops", HTTP_MEDIA, true, "/hops/6", true, true, HTTP_FORBIDDEN,
	  false, true, false, false, "more than 5" },
	{ "303", HTTP_MEDIA, true, "/to-other/303/x", true, true, HTTP_DONE,
	  false, true, false, false, "" },
	{ "308", HTTP_MEDIA, true, "/to-other/308/x", true, true, HTTP_DONE,
	  false, true, false, false, "" },
	{ "300 is none", HTTP_MEDIA, true, "/to-other/300/x", true, true,
	  HTTP_STATUS, false, true, false, false, "status 300" },
	{ "305 is none", HTTP_MEDIA, true, "/to-other/305/x", true, true,
	  HTTP_STATUS, false, true, false, false, "status 305" },
	{ "other scheme", HTTP_MEDIA, true, "/raw/302/file:///etc/passwd",
	  true, true, HTTP_FORBIDDEN, false, true, false, false, "http" },
	{ "user information", HTTP_MEDIA, true,
	  "/raw/302/http://u:p@127.0.0.1/", true, true, HTTP_FORBIDDEN,
	  false, true, false, false, "user information" },
	{ "private address", HTTP_MEDIA, true, "/raw/302/http://10.0.0.1/",
	  true, true, HTTP_FORBIDDEN, false, true, false, false, "10.0.0.1" },
	{ "metadata address", HTTP_MEDIA, true,
	  "/raw/302/http://169.254.169.254/latest", true, true,
	  HTTP_FORBIDDEN, false, true, false, false, "allow_private" },
	{ "large redirect", HTTP_MEDIA, true, "/big-redirect", true, true,
	  HTTP_DONE, false, true, false, false, "" },
};

static void
test_who_sees_what(void **state)
{
	struct http_engine *e = start(true, true);

	(void)state;
	assert_int_equal(http_engine_credentials(e, "KEY", "TOKEN"), 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request *q = make_request(
			rows[i].kind, rows[i].to_other ? other : api,
			rows[i].path);
		char at_api[ASKED_SIZE], at_other[ASKED_SIZE];
		struct http_result *r;
		struct memory m;

		memory_init(&m);
		q->sink = &m.sink;
		q->wants_credentials = rows[i].wants_credentials;
		q->wants_token = rows[i].wants_token;
		r = call(e, q);
		take_head(api, at_api);
		take_head(other, at_other);
		print_message("%-26s %s %s\n", rows[i].name,
			      http_end_name(r->end), r->text);
		assert_int_equal(r->end, rows[i].end);
		assert_non_null(strstr(r->text, rows[i].text));
		assert_int_equal(at_api[0] != 0, rows[i].api_asked);
		assert_int_equal(at_other[0] != 0, rows[i].other_asked);
		assert_int_equal(!!strstr(at_api, "\r\nx-api-key: KEY\r\n"),
				 rows[i].key_at_api);
		assert_int_equal(!!strstr(at_api, "\r\nAuthorization: Bearer "
					  "TOKEN\r\n"), rows[i].token_at_api);
		/* Nobody else gets anything, under whatever name. */
		assert_null(strstr(at_other, "KEY"));
		assert_null(strstr(at_other, "TOKEN"));
		buf_release(&m.bytes);
		http_result_free(r);
	}
	http_engine_stop(e);
}

static void
test_generations(void **state)
{
	struct http_engine *e = start(true, true);
	struct http_request *q;
	struct http_result *r;
	char head[ASKED_SIZE];

	(void)state;
	q = make_request(HTTP_API, api, "/x");
	q->wants_credentials = true;
	q->wants_token = true;
	r = call(e, q);
	assert_int_equal(r->credentials, 0);
	http_result_free(r);
	assert_int_equal(http_engine_credentials(e, "k1", NULL), 1);
	assert_int_equal(http_engine_credentials(e, "k2", "t2"), 2);
	/* What would break a header line is refused, and changes nothing. */
	assert_int_equal(http_engine_credentials(e, "k\r\nX: y", "t"), 0);
	assert_int_equal(http_engine_credentials(e, "k", "t\x7f"), 0);
	q = make_request(HTTP_API, api, "/x");
	q->wants_credentials = true;
	q->wants_token = true;
	r = call(e, q);
	take_head(api, head);
	assert_int_equal(r->credentials, 2);
	assert_non_null(strstr(head, "x-api-key: k2\r\n"));
	http_result_free(r);
	/* A result says what the last hop got, not the first. */
	{
		struct memory m;

		memory_init(&m);
		q = make_request(HTTP_MEDIA, api, "/to-other/302/x");
		q->sink = &m.sink;
		q->wants_credentials = true;
		r = call(e, q);
		assert_int_equal(r->credentials, 0);
		assert_int_equal(r->n_redirects, 1);
		buf_release(&m.bytes);
		http_result_free(r);
	}
	/* An empty token is none. */
	assert_int_equal(http_engine_credentials(e, "k3", ""), 3);
	q = make_request(HTTP_API, api, "/x");
	q->wants_credentials = true;
	q->wants_token = true;
	r = call(e, q);
	take_head(api, head);
	assert_null(strstr(head, "Authorization"));
	http_result_free(r);
	/* And so is no key, or an empty one. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(http_engine_credentials(e, i ? "" : NULL,
							 "t4"), 4 + i);
		q = make_request(HTTP_API, api, "/x");
		q->wants_credentials = true;
		q->wants_token = true;
		r = call(e, q);
		take_head(api, head);
		assert_null(strstr(head, "x-api-key"));
		assert_non_null(strstr(head, "Authorization: Bearer t4\r\n"));
		http_result_free(r);
	}
	http_engine_stop(e);
}

static void
test_request_lines(void **state)
{
	struct http_engine *e = start(true, true);
	struct http_result *r = get_api(e, api, "/a%20b?c=d");
	struct http_request *q;
	char head[ASKED_SIZE];

	(void)state;
	take_head(api, head);
	assert_memory_equal(head, "GET /a%20b?c=d HTTP/1.1\r\n", 25);
	assert_non_null(strstr(head, "\r\nAccept-Encoding: identity\r\n"));
	assert_non_null(strstr(head, "\r\nUser-Agent: callark/test\r\n"));
	assert_null(strstr(head, "Cookie"));
	assert_null(strstr(head, "Range"));
	http_result_free(r);
	/* The API is never asked for a part. */
	q = make_request(HTTP_API, api, "/x");
	q->offset = 5;
	r = call(e, q);
	take_head(api, head);
	assert_null(strstr(head, "Range"));
	assert_int_equal(r->end, HTTP_DONE);
	http_result_free(r);
	http_engine_stop(e);
}

/* POST, then GET, on the same handle: nothing of the one is in the other. */
static void
test_post(void **state)
{
	static const struct {
		const char *path;
		enum http_end end;
		bool is_repeated;
	} posts[] = {
		{ "/x", HTTP_DONE, true },
		{ "/to-api/307/x", HTTP_DONE, true },
		{ "/to-api/308/x", HTTP_DONE, true },
		{ "/to-api/301/x", HTTP_FORBIDDEN, true },
		{ "/to-api/302/x", HTTP_FORBIDDEN, true },
		{ "/to-api/303/x", HTTP_FORBIDDEN, true },
	};
	struct http_engine *e = start(true, true);
	char head[ASKED_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++) {
		struct http_request *q = make_request(HTTP_API, api,
						      posts[i].path);
		struct http_result *r;

		q->body = strdup("{\"password\":1}");
		q->body_len = strlen(q->body);
		r = call(e, q);
		take_head(api, head);
		assert_int_equal(r->end, posts[i].end);
		assert_memory_equal(head, "POST /", 6);
		assert_non_null(strstr(head, "\r\n\r\n{\"password\":1}"));
		assert_non_null(strstr(head, "\r\nContent-Type: "
				       "application/json\r\n"));
		assert_null(strstr(head, "Expect"));
		assert_memory_equal(r->text, "POST ", 5);
		http_result_free(r);
		r = get_api(e, api, "/x");
		take_head(api, head);
		assert_memory_equal(head, "GET /x", 6);
		assert_null(strstr(head, "Content-"));
		assert_null(strstr(head, "password"));
		http_result_free(r);
	}
	/* A body of nothing is still a POST. */
	{
		struct http_request *q = make_request(HTTP_API, api, "/x");

		q->body = strdup("");
		http_result_free(call(e, q));
		take_head(api, head);
		assert_memory_equal(head, "POST /x", 7);
		assert_non_null(strstr(head, "\r\nContent-Length: 0\r\n"));
	}
	http_engine_stop(e);
}

/* Range and If-Range go along over the hops, and only with their request. */
static void
test_range_over_hops(void **state)
{
	struct http_engine *e = start(true, true);
	struct http_request *q = make_request(HTTP_MEDIA, api,
					      "/to-other/302/x");
	char head[ASKED_SIZE];
	struct memory m;

	(void)state;
	memory_init(&m);
	q->sink = &m.sink;
	q->offset = 5;
	(void)snprintf(q->etag, sizeof(q->etag), "\"e\"");
	http_result_free(call(e, q));
	take_head(other, head);
	assert_non_null(strstr(head, "\r\nRange: bytes=5-\r\n"));
	assert_non_null(strstr(head, "\r\nIf-Range: \"e\"\r\n"));
	buf_release(&m.bytes);
	http_result_free(get_media(e, other, "/x", &m));
	take_head(other, head);
	assert_null(strstr(head, "Range"));
	buf_release(&m.bytes);
	http_engine_stop(e);
}

static void
test_addresses(void **state)
{
	struct http_engine *e = start(true, false);
	char url[128], wanted[128];
	struct http_result *r;
	struct memory m;
	static const char *const names[] = {
		"localhost", "0x7f.1", "2130706433", "127.1", "0177.0.0.1",
		"[::ffff:127.0.0.1]", "127.0.0.1.", "LOCALHOST.", "[::1]",
	};

	(void)state;
	/* The API's own address is as the user wrote it. */
	r = get_api(e, api, "/x");
	assert_int_equal(r->end, HTTP_DONE);
	http_result_free(r);
	/* Another port of the same host is another origin. */
	r = get_media(e, other, "/x", &m);
	print_message("%s\n", r->text);
	assert_int_equal(r->end, HTTP_FORBIDDEN);
	assert_non_null(strstr(r->text, "127.0.0.1 is not public"));
	assert_non_null(strstr(r->text, "network.allow_private"));
	assert_int_equal(r->head.status, 0);
	http_result_free(r);
	r = get_media(e, api, "/to-other/302/x", &m);
	assert_int_equal(r->end, HTTP_FORBIDDEN);
	(void)snprintf(wanted, sizeof(wanted), "127.0.0.1:%u/x: address",
		       other->port);
	assert_non_null(strstr(r->text, wanted));
	http_result_free(r);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct http_request *q;

		(void)snprintf(url, sizeof(url), "http://%s:%u/x", names[i],
			       other->port);
		q = http_request_new(HTTP_MEDIA, url);
		memory_init(&m);
		q->sink = &m.sink;
		r = call(e, q);
		print_message("%s\n", r->text);
		assert_int_equal(r->end, HTTP_FORBIDDEN);
		http_result_free(r);
	}
	http_engine_stop(e);
	/* Without an API there is no exception at all. */
	e = start(false, false);
	r = get_api(e, api, "/x");
	assert_int_equal(r->end, HTTP_FORBIDDEN);
	http_result_free(r);
	http_engine_stop(e);
}

static void
test_media_hosts(void **state)
{
	static const char *const globs[] = { "*.example.com", "LOCAL*" };
	struct http_settings s;
	struct http_engine *e;
	struct http_request *q;
	struct http_result *r;
	struct memory m;
	char base[64], url[64];

	(void)state;
	quick_settings(&s);
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%u", api->port);
	s.api_base = base;
	s.media_hosts = globs;
	s.n_media_hosts = 2;
	e = start_engine(&s);
	(void)snprintf(base, sizeof(base), "http://gone.example");
	r = get_media(e, api, "/x", &m);
	assert_int_equal(r->end, HTTP_DONE);
	buf_release(&m.bytes);
	http_result_free(r);
	r = get_media(e, other, "/x", &m);
	assert_int_equal(r->end, HTTP_FORBIDDEN);
	assert_non_null(strstr(r->text, "host 127.0.0.1 is not among"));
	http_result_free(r);
	r = get_media(e, api, "/to-other/302/x", &m);
	assert_int_equal(r->end, HTTP_FORBIDDEN);
	http_result_free(r);
	/* The list is of media hosts. */
	r = get_api(e, other, "/x");
	assert_int_equal(r->end, HTTP_DONE);
	http_result_free(r);
	(void)snprintf(url, sizeof(url), "http://localhost:%u/x", other->port);
	q = http_request_new(HTTP_MEDIA, url);
	memory_init(&m);
	q->sink = &m.sink;
	r = call(e, q);
	assert_int_equal(r->end, HTTP_DONE);
	buf_release(&m.bytes);
	http_result_free(r);
	http_engine_stop(e);
}

static void
test_http_is_not_allowed(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct http_result *r;

	(void)state;
	quick_settings(&s);
	s.allow_http = false;
	e = start_engine(&s);
	r = get_api(e, api, "/x");
	assert_int_equal(r->end, HTTP_FORBIDDEN);
	assert_non_null(strstr(r->text, "network.allow_http"));
	http_result_free(r);
	http_engine_stop(e);
}

static void
test_bad_urls(void **state)
{
	static const char *const urls[] = {
		"", "x", "ftp://127.0.0.1/", "http://a:b@127.0.0.1/",
		"http://127.0.0.1:0/", "http://127.0.0.1/ x",
	};
	struct http_engine *e = start(true, true);

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct http_result *r = call(e, http_request_new(HTTP_API,
								 urls[i]));

		print_message("%s\n", r->text);
		assert_int_equal(r->end, HTTP_FORBIDDEN);
		http_result_free(r);
	}
	http_engine_stop(e);
}

/* The environment has no say. */
static void
test_environment(void **state)
{
	struct http_engine *e;
	struct http_result *r;

	(void)state;
	(void)setenv("http_proxy", "http://127.0.0.1:1/", 1);
	(void)setenv("all_proxy", "http://127.0.0.1:1/", 1);
	e = start(true, true);
	r = get_api(e, api, "/x");
	assert_int_equal(r->end, HTTP_DONE);
	http_result_free(r);
	http_engine_stop(e);
	(void)unsetenv("http_proxy");
	(void)unsetenv("all_proxy");
}

/* A proxy that was asked for is used, whatever its address. */
static void
test_proxy(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct http_request *q;
	struct http_result *r;
	char proxy[64], head[ASKED_SIZE];

	(void)state;
	quick_settings(&s);
	s.addresses.n_allowed = 0;
	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", api->port);
	s.proxy = proxy;
	(void)setenv("no_proxy", "*", 1);
	e = start_engine(&s);
	q = http_request_new(HTTP_API, "http://media.example/x");
	r = call(e, q);
	take_head(api, head);
	assert_int_equal(r->end, HTTP_DONE);
	assert_memory_equal(head, "GET http://media.example/x", 26);
	http_result_free(r);
	http_engine_stop(e);
	(void)unsetenv("no_proxy");
}

static void
test_bad_settings(void **state)
{
	struct http_settings s;
	struct http_engine *e = NULL;
	struct ark_error err;

	(void)state;
	http_settings_init(&s);
	s.api_base = "ftp://example.com";
	assert_int_equal(http_engine_start(&e, &s, &err), ARK_EFORMAT);
	assert_null(e);
	http_engine_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_sees_what),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_request_lines),
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_range_over_hops),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_media_hosts),
		cmocka_unit_test(test_http_is_not_allowed),
		cmocka_unit_test(test_bad_urls),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_bad_settings),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
