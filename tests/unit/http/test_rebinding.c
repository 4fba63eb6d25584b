/*
 * Names that change their mind: allowed when they were looked at, private when
 * they are connected to.  The address is judged where the socket is made.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/http/client.h"
#include "unit/http/resolver.h"

static struct server *first, *second;

/* /to/NAME goes to NAME on the second server. */
static bool
answer(struct asked *a)
{
	char head[2048];

	if (strncmp(a->path, "/to/", 4))
		return say_ok(a, 10);
	(void)snprintf(head, sizeof(head), "HTTP/1.1 302 Go\r\n"
		       "Content-Length: 0\r\nLocation: http://%s:%u/x\r\n\r\n",
		       a->path + 4, second->port);
	return say(a, head);
}

/* Where every name of a row leads, and what becomes of it. */
static const struct {
	const char *addresses;
	enum http_end end;
	const char *why;
} rows[] = {
	{ "127.0.0.1", HTTP_DONE, "" },
	{ "10.0.0.1", HTTP_FORBIDDEN, "10.0.0.1 is not public" },
	{ "192.168.1.1", HTTP_FORBIDDEN, "192.168.1.1 is not public" },
	{ "169.254.169.254", HTTP_FORBIDDEN, "169.254.169.254 is not" },
	{ "100.64.0.1", HTTP_FORBIDDEN, "100.64.0.1 is not public" },
	{ "0.0.0.0", HTTP_FORBIDDEN, "0.0.0.0 is not public" },
	{ "127.0.0.2", HTTP_FORBIDDEN, "127.0.0.2 is not public" },
	{ "::1", HTTP_FORBIDDEN, "::1 is not public" },
	{ "::", HTTP_FORBIDDEN, ":: is not public" },
	{ "fe80::1", HTTP_FORBIDDEN, "fe80::1 is not public" },
	{ "::ffff:10.0.0.1", HTTP_FORBIDDEN, "10.0.0.1 is not public" },
	{ "64:ff9b::127.0.0.1", HTTP_FORBIDDEN, "is not public" },
	/* Of several, one that is allowed is enough; no other is tried. */
	{ "10.0.0.1 127.0.0.1", HTTP_DONE, "" },
	{ "::1 127.0.0.1", HTTP_DONE, "" },
	{ "10.0.0.1 ::1 169.254.169.254", HTTP_FORBIDDEN, "is not public" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static struct http_engine *
start(void)
{
	struct http_settings s;

	quick_settings(&s);
	s.addresses.n_allowed = 0;
	assert_int_equal(address_allow(&s.addresses, "127.0.0.1", NULL), 0);
	return start_engine(&s);
}

static struct http_result *
get(struct http_engine *e, const char *host, unsigned port, const char *path)
{
	struct http_request *q;
	struct http_result *r;
	struct memory m;
	char url[512];

	(void)snprintf(url, sizeof(url), "http://%s:%u%s", host, port, path);
	q = http_request_new(HTTP_MEDIA, url);
	assert_non_null(q);
	memory_init(&m);
	q->sink = &m.sink;
	r = call(e, q);
	buf_release(&m.bytes);
	return r;
}

static void
assert_end(const struct http_result *r, size_t i)
{
	if (r->end != rows[i].end || !strstr(r->text, rows[i].why))
		fail_msg("%s: %s", rows[i].addresses, r->text);
}

static void
a_name_is_judged_by_its_address(void **state)
{
	struct http_engine *e = start();

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		char name[64];
		int n_before = atomic_load(&first->n_requests);
		struct http_result *r;

		(void)snprintf(name, sizeof(name), "row%zu.example", i);
		resolver_add(name, rows[i].addresses);
		r = get(e, name, first->port, "/x");
		assert_end(r, i);
		assert_int_equal(atomic_load(&first->n_requests) - n_before,
				 rows[i].end == HTTP_DONE);
		http_result_free(r);
		/* The text of the name ends with this block. */
		resolver.n_rows = 0;
	}
	http_engine_stop(e);
}

/* Good when asked first; asked again, for another port, it is another. */
static void
a_name_that_changes_is_judged_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct http_engine *e = start();
		int n_first = atomic_load(&first->n_requests);
		int n_second = atomic_load(&second->n_requests);
		struct http_result *r;

		memset(resolver.is_used, 0, sizeof(resolver.is_used));
		resolver.n_asked = 0;
		resolver_add("rebind.example", "127.0.0.1");
		resolver_add("rebind.example", rows[i].addresses);
		r = get(e, "rebind.example", first->port, "/to/rebind.example");
		assert_end(r, i);
		assert_int_equal(r->n_redirects, 1);
		assert_int_equal(resolver.n_asked, 2);
		assert_int_equal(atomic_load(&first->n_requests) - n_first, 1);
		assert_int_equal(atomic_load(&second->n_requests) - n_second,
				 rows[i].end == HTTP_DONE);
		http_result_free(r);
		http_engine_stop(e);
		resolver.n_rows = 0;
	}
	print_message("%zu rows\n", N_ROWS);
}

static int
set_up(void **state)
{
	(void)state;
	first = server_start(answer);
	second = server_start(answer);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	server_stop(first);
	server_stop(second);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_judged_by_its_address),
		cmocka_unit_test(a_name_that_changes_is_judged_again),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
