/*
 * The engine without memory, and where libcurl or the system refuses it
 * something: a transfer ends as broken, the next one does not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "http/url.h"
#include "unit/heap.h"
#include "unit/http/lacking.h"

void *__real_calloc(size_t n, size_t size);

/* The other side, server and resolver, always has memory. */
#define calloc __real_calloc
#include "unit/http/client.h"
#include "unit/http/resolver.h"
#undef calloc

#define BODY 1000	/* bytes of a recording */

/* ---- the other side ---- */

static struct server *server;

static bool
answer(struct asked *a)
{
	char head[256];

	if (strstr(a->path, "/recording"))	/* also of a proxy */
		return say_ok(a, BODY);
	if (strcmp(a->path, "/elsewhere"))
		return say(a, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
			   "hello");
	(void)snprintf(head, sizeof(head), "HTTP/1.1 302 Found\r\n"
		       "Content-Length: 0\r\n"
		       "Location: http://b.example:%u/recording\r\n\r\n",
		       server->port);
	return say(a, head);
}

/* A sink that needs no memory. */
struct counter {
	struct sink sink;
	size_t n;
	bool is_other;	/* not what the server sent */
};

static int
counter_begin(struct sink *sink, int64_t offset, int64_t total)
{
	struct counter *c = (struct counter *)sink;

	(void)total;
	c->n = 0;
	c->is_other = offset != 0;
	return 0;
}

static int
counter_write(struct sink *sink, const uint8_t *bytes, size_t n)
{
	struct counter *c = (struct counter *)sink;

	for (size_t i = 0; i < n; i++)
		c->is_other |= bytes[i] != (c->n + i) % 251;
	c->n += n;
	return 0;
}

/* ---- asking ---- */

static const struct question {
	enum http_kind kind;
	const char *host, *path;
} questions[] = {
	{ HTTP_API, "127.0.0.1", "/login" },
	{ HTTP_API, "a.example", "/login" },
	{ HTTP_MEDIA, "127.0.0.1", "/elsewhere" },
	{ HTTP_MEDIA, "b.example", "/recording" },
};

enum { N_QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

/* As quick_settings(), with every text that the engine copies. */
static struct http_settings
settings(void)
{
	static const char *const hosts[] = { "127.0.0.1", "b.example" };
	static char base[64];
	struct http_settings s;

	quick_settings(&s);
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%u/",
		       server->port);
	s.api_base = base;
	s.user_agent = "test";
	s.ca_file = "/dev/null";
	s.max_connections = 0;	/* as many as it likes */
	s.media_hosts = hosts;
	s.n_media_hosts = 2;
	return s;
}

/* The request of a question, or NULL. */
static struct http_request *
new_request(const struct question *q)
{
	struct http_request *r;
	char url[128];

	(void)snprintf(url, sizeof(url), "http://%s:%u%s", q->host,
		       server->port, q->path);
	r = http_request_new(q->kind, url);
	if (r)
		r->wants_credentials = r->wants_token = q->kind == HTTP_API;
	return r;
}

/* The end of a transfer, whose body is right if it was done. */
static enum http_end
end_of(struct http_engine *e, const struct question *q,
       struct http_request *r, char why[192])
{
	struct counter c = { .sink = { counter_begin, counter_write } };
	struct http_result *result = NULL;
	enum http_end end;

	if (q->kind == HTTP_MEDIA)
		r->sink = &c.sink;
	assert_int_equal(http_call(e, r, &result, NULL), 0);
	end = result->end;
	memcpy(why, result->why, sizeof(result->why));
	if (end == HTTP_DONE && q->kind == HTTP_API) {
		assert_string_equal(buf_text(&result->body), "hello");
	} else if (end == HTTP_DONE) {
		assert_int_equal(c.n, BODY);
		assert_false(c.is_other);
	}
	http_result_free(result);
	return end;
}

static void
assert_done(struct http_engine *e, const struct question *q)
{
	struct http_request *r = new_request(q);
	char why[192];

	assert_non_null(r);
	if (end_of(e, q, r, why) != HTTP_DONE)
		fail_msg("%s%s: %s", q->host, q->path, why);
}

/* ---- memory ---- */

/* Without memory q is not done, or as it would have been. */
static void
ask_without_memory(struct http_engine *e, const struct question *q)
{
	bool had_failed = heap_has_failed();
	struct http_request *r = new_request(q);
	enum http_end end = HTTP_BROKEN;
	char why[192] = "";

	if (r)
		end = end_of(e, q, r, why);
	if (end == HTTP_DONE)
		return;
	assert_int_equal(end, HTTP_BROKEN);
	if (r)
		assert_string_equal(why, "out of memory");
	assert_true(heap_has_failed());
	assert_false(had_failed);
}

static void
run_without_memory(void *ctx)
{
	struct http_settings s = settings();
	struct http_engine *e = NULL;
	struct ark_error err = { 0 };
	int rc = http_engine_start(&e, &s, &err);

	(void)ctx;
	if (rc) {
		assert_true(heap_has_failed());
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
		assert_null(e);
		return;
	}
	if (!http_engine_credentials(e, "key", "token")) {
		assert_true(heap_has_failed());
		assert_int_not_equal(http_engine_credentials(e, "key", NULL),
				     0);
	}
	for (int i = 0; i < N_QUESTIONS; i++)
		ask_without_memory(e, &questions[i]);
	/* There is memory again, and all is well. */
	for (int i = 0; heap_has_failed() && i < N_QUESTIONS; i++)
		assert_done(e, &questions[i]);
	http_engine_stop(e);
}

static void
a_transfer_without_memory_is_not_done(void **state)
{
	(void)state;
	assert_true(heap_each(run_without_memory, NULL) > 0);
}

/* Whatever there is no memory for, nobody is asked but the proxy. */
static void
run_with_proxy(void *ctx)
{
	struct http_settings s = settings();
	struct http_engine *e = NULL;
	int rc;

	s.api_base = NULL;
	s.proxy = ctx;
	rc = http_engine_start(&e, &s, NULL);
	if (rc) {
		assert_true(heap_has_failed());
		assert_int_equal(rc, ARK_ENOMEM);
		return;
	}
	server->last_head[0] = 0;
	ask_without_memory(e, &questions[3]);
	http_engine_stop(e);
	assert_true(heap_has_failed() || server->last_head[0]);
	if (server->last_head[0])
		assert_memory_equal(server->last_head, "GET http://b.exa", 16);
}

static void
a_proxy_without_memory_is_not_left_out(void **state)
{
	char proxy[64];

	(void)state;
	(void)snprintf(proxy, sizeof(proxy), "http://a.example:%u",
		       server->port);
	assert_true(heap_each(run_with_proxy, proxy) > 0);
}

/* ---- libcurl ---- */

static void
assert_broken(struct http_engine *e, const struct question *q, const char *text)
{
	struct http_request *r = new_request(q);
	char why[192];

	assert_non_null(r);
	assert_int_equal(end_of(e, q, r, why), HTTP_BROKEN);
	if (!strstr(why, text))
		fail_msg("%s%s: %s", q->host, q->path, why);
}

/* Ask q, of which an option may be refused. */
static void
ask_without_option(struct http_engine *e, const struct question *q)
{
	bool had_refused = atomic_load(&lacking.has_refused);
	struct http_request *r = new_request(q);
	char why[192];

	assert_non_null(r);
	if (end_of(e, q, r, why) == HTTP_DONE)
		return;
	assert_string_equal(why, "out of memory");
	assert_true(atomic_load(&lacking.has_refused));
	assert_false(had_refused);
}

/* Each option is set: a transfer without one does not go out. */
static void
an_option_refused_is_noticed(void **state)
{
	struct http_settings s = settings();
	int n = 0;

	(void)state;
	do {
		struct http_engine *e = NULL;
		struct ark_error err = { 0 };

		atomic_store(&lacking.has_refused, false);
		atomic_store(&lacking.option_to_refuse, ++n);
		if (http_engine_start(&e, &s, &err)) {
			assert_int_equal(err.code, ARK_EBUG);
			assert_string_equal(err.text,
					    "libcurl refuses our options");
			assert_true(atomic_load(&lacking.has_refused));
			continue;
		}
		for (int i = 0; i < N_QUESTIONS; i++)
			ask_without_option(e, &questions[i]);
		atomic_store(&lacking.option_to_refuse, 0);
		for (int i = 0; i < N_QUESTIONS; i++)
			assert_done(e, &questions[i]);
		http_engine_stop(e);
	} while (atomic_load(&lacking.has_refused));
	assert_true(n > 60);
}

/* libcurl was built without a bundle: the system's, as Debian has it. */
static void
there_is_always_a_bundle(void **state)
{
	struct http_settings s = settings();
	struct http_engine *e;

	(void)state;
	s.ca_file = NULL;
	atomic_store(&lacking.what, BUNDLE);
	e = start_engine(&s);
	assert_done(e, &questions[0]);
	atomic_store(&lacking.what, NOTHING);
	http_engine_stop(e);
	assert_string_equal(lacking.bundle, "/etc/ssl/certs/ca-certificates.crt");
}

/* ---- what is short ---- */

static void
an_engine_that_cannot_start_says_so(void **state)
{
	static const struct {
		enum lack lack;
		int rc;
		const char *text;
	} table[] = {
		{ EPOLL, ARK_EUSAGE, "ulimit -n" },
		{ EVENTFD, ARK_EUSAGE, "ulimit -n" },
		{ WATCHING, ARK_EUSAGE, "ulimit -n" },
		{ MULTI, ARK_ENOMEM, "out of memory" },
		{ SHARE, ARK_ENOMEM, "out of memory" },
		{ SESSIONS, ARK_ENOMEM, "out of memory" },
		{ PROXY, ARK_ENOMEM, "out of memory" },
	};
	struct http_settings s = settings();

	(void)state;
	s.api_base = NULL;
	s.proxy = "http://a.example:3128";
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_engine *e = NULL;
		struct ark_error err = { 0 };

		atomic_store(&lacking.what, table[i].lack);
		assert_int_equal(http_engine_start(&e, &s, &err), table[i].rc);
		assert_non_null(strstr(err.text, table[i].text));
		assert_null(e);
	}
	atomic_store(&lacking.what, NOTHING);
}

static void
a_transfer_that_cannot_go_on_is_broken(void **state)
{
	static const struct {
		enum lack lack;
		const char *text;
	} table[] = {
		{ HANDLES, "out of memory" },
		{ ADDING, "out of memory" },
		{ WATCHING, "" },
		{ ASSIGNING, "" },
		{ LIBCURL, "Internal error" },
		{ LIBCURL_TIMER, "Internal error" },
	};
	struct http_settings s = settings();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_engine *e = start_engine(&s);

		atomic_store(&lacking.what, table[i].lack);
		assert_broken(e, &questions[0], table[i].text);
		atomic_store(&lacking.what, NOTHING);
		assert_done(e, &questions[0]);
		http_engine_stop(e);
	}
}

/* Its name is looked up by libcurl then; it is asked all the same. */
static void
a_proxy_that_is_not_understood_is_asked(void **state)
{
	static const enum lack table[] = { SCHEME, HOST };
	struct http_settings s = settings();
	char proxy[64];

	(void)state;
	(void)snprintf(proxy, sizeof(proxy), "http://a.example:%u",
		       server->port);
	s.api_base = NULL;
	s.proxy = proxy;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_engine *e;

		atomic_store(&lacking.what, table[i]);
		e = start_engine(&s);
		atomic_store(&lacking.what, NOTHING);
		server->last_head[0] = 0;
		assert_done(e, &questions[3]);
		assert_memory_equal(server->last_head, "GET http://b.exa", 16);
		http_engine_stop(e);
	}
}

static int
full_begin(struct sink *sink, int64_t offset, int64_t total)
{
	(void)sink;
	(void)offset;
	(void)total;
	return 0;
}

static int
full_write(struct sink *sink, const uint8_t *bytes, size_t n)
{
	(void)sink;
	(void)bytes;
	(void)n;
	return SINK_AGAIN;
}

/* It was held because its sink was full, and libcurl does not take it up. */
static void
a_transfer_that_cannot_be_resumed_ends(void **state)
{
	struct sink full = { full_begin, full_write };
	struct http_settings s = settings();
	struct http_engine *e = start_engine(&s);
	struct http_request *r = new_request(&questions[3]);
	struct http_result *result = NULL;
	struct mailbox reply;

	(void)state;
	assert_non_null(r);
	assert_int_equal(mailbox_init(&reply, NULL), 0);
	r->sink = &full;
	r->reply = &reply;
	atomic_store(&lacking.what, RESUMING);
	http_engine_submit(e, r);
	while (!result) {
		http_engine_wake(e);
		result = (struct http_result *)mailbox_take(&reply, 1);
	}
	atomic_store(&lacking.what, NOTHING);
	assert_int_equal(result->end, HTTP_BROKEN);
	assert_non_null(strstr(result->why, "0 of 1000 bytes came"));
	http_result_free(result);
	assert_done(e, &questions[3]);
	http_engine_stop(e);
	mailbox_release(&reply);
}

/* The address stays the caller's. */
static void
make_request_to(void *ctx)
{
	struct url url = { 0 };
	struct http_request *r = NULL;
	int rc = url_parse(&url, NULL, ctx, NULL);

	if (!rc)
		r = http_request_to(HTTP_API, &url);
	assert_int_equal(!r, heap_has_failed());
	assert_int_equal(!!url.href, !rc && !r);
	url_release(&url);
	http_request_free(r);
}

static void
a_request_without_memory_takes_nothing(void **state)
{
	static char address[] = "http://a.example/x";

	(void)state;
	assert_true(heap_each(make_request_to, address) > 0);
}

/* A wake that a signal interrupts is not lost. */
static void
an_interrupted_wake_is_repeated(void **state)
{
	struct http_settings s = settings();
	struct http_engine *e = start_engine(&s);
	static const int errors[] = { EINTR, EAGAIN };

	(void)state;
	for (int i = 0; i < 2; i++) {
		sleep_ms(20);	/* asleep */
		atomic_store(&lacking.failing_errno, errors[i]);
		atomic_store(&lacking.failing_reads, 1);
		atomic_store(&lacking.failing_writes, errors[i] == EINTR);
		assert_done(e, &questions[0]);
		assert_true(atomic_load(&lacking.failing_reads) <= 0);
		assert_true(atomic_load(&lacking.failing_writes) <= 0);
	}
	http_engine_stop(e);
}

/* Nothing is sent whose answer nobody could wait for. */
static void
a_call_without_a_mailbox_is_none(void **state)
{
	struct http_settings s = settings();
	struct http_engine *e = start_engine(&s);
	struct http_result *result = NULL;
	struct ark_error err = { 0 };
	int n_requests = atomic_load(&server->n_requests);

	(void)state;
	atomic_store(&lacking.what, CONDITION);
	assert_int_equal(http_call(e, new_request(&questions[0]), &result,
				   &err), ARK_ENOMEM);
	atomic_store(&lacking.what, NOTHING);
	assert_int_equal(err.code, ARK_ENOMEM);
	assert_null(result);
	http_engine_stop(e);
	assert_int_equal(atomic_load(&server->n_requests), n_requests);
}

/* ---- main ---- */

static int
set_up(void **state)
{
	(void)state;
	resolver_add("a.example", "127.0.0.1");
	resolver_add("b.example", "127.0.0.1");
	server = server_start(answer);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	server_stop(server);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transfer_without_memory_is_not_done),
		cmocka_unit_test(a_proxy_without_memory_is_not_left_out),
		cmocka_unit_test(an_option_refused_is_noticed),
		cmocka_unit_test(there_is_always_a_bundle),
		cmocka_unit_test(an_engine_that_cannot_start_says_so),
		cmocka_unit_test(a_transfer_that_cannot_go_on_is_broken),
		cmocka_unit_test(a_proxy_that_is_not_understood_is_asked),
		cmocka_unit_test(a_transfer_that_cannot_be_resumed_ends),
		cmocka_unit_test(a_request_without_memory_takes_nothing),
		cmocka_unit_test(an_interrupted_wake_is_repeated),
		cmocka_unit_test(a_call_without_a_mailbox_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
