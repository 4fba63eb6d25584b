/*
 * Names of hosts and proxies: who waits for one, for how long, and who does
 * not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/http/client.h"
#include "unit/http/resolver.h"

#define N_OTHERS 50

static struct server *first, *second;
static struct memory body;	/* of the silent names, one at a time */

/* /to/NAME goes to NAME on the second server; /close ends the connection. */
static bool
answer(struct asked *a)
{
	char head[2048];

	if (!strcmp(a->path, "/close")) {
		(void)say_ok(a, 10);
		return false;
	}
	if (strncmp(a->path, "/to/", 4))
		return say_ok(a, 10);
	(void)snprintf(head, sizeof(head), "HTTP/1.1 302 Go\r\n"
		       "Content-Length: 0\r\nLocation: http://%s:%u/x\r\n\r\n",
		       a->path + 4, second->port);
	return say(a, head);
}

/* ---- helpers ---- */

static struct http_settings
settings(int64_t connect_ms)
{
	struct http_settings s;

	quick_settings(&s);
	s.connect_ms = connect_ms;
	(void)pthread_mutex_lock(&resolver.mutex);
	resolver.n_rows = 0;
	resolver.n_asked = 0;
	resolver.n_to_go = 0;
	memset(resolver.is_used, 0, sizeof(resolver.is_used));
	(void)pthread_mutex_unlock(&resolver.mutex);
	return s;
}

static struct http_engine *
start(int64_t connect_ms)
{
	struct http_settings s = settings(connect_ms);

	return start_engine(&s);
}

static struct http_request *
ask(const char *host, unsigned port, const char *path)
{
	char url[512];
	struct http_request *q;

	(void)snprintf(url, sizeof(url), "http://%s:%u%s", host, port, path);
	q = http_request_new(HTTP_API, url);
	if (!q)
		abort();
	return q;
}

static void
assert_done(struct http_result *r)
{
	if (r->end != HTTP_DONE)
		fail_msg("%s: %s", http_end_name(r->end), r->text);
	http_result_free(r);
}

static void
get(struct http_engine *e, const char *host, unsigned port, const char *path)
{
	assert_done(call(e, ask(host, port, path)));
}

static struct http_result *
take(struct mailbox *box, int wait_ms)
{
	struct letter *l = mailbox_take(box, wait_ms);

	assert_non_null(l);
	assert_null(l->next);
	return (struct http_result *)l;
}

/* Ask for a silent name, and come back when the resolver is. */
static void
submit_silent(struct http_engine *e, struct mailbox *box, const char *host,
	      enum http_kind kind)
{
	struct http_request *q = ask(host, first->port, "/x");
	int n_before = resolver_asked(NULL);

	buf_release(&body.bytes);
	memory_init(&body);
	q->kind = kind;
	q->sink = &body.sink;
	q->reply = box;
	http_engine_submit(e, q);
	for (int i = 0; i < 10000 && resolver_asked(NULL) == n_before; i++)
		sleep_ms(1);
	assert_int_equal(resolver_asked(NULL), n_before + 1);
}

/* The threads that hang in the resolver end. */
static void
let_all_go(void)
{
	int n_left;

	do {
		(void)pthread_mutex_lock(&resolver.mutex);
		n_left = resolver.n_silent;
		resolver.n_to_go = n_left;
		(void)pthread_cond_broadcast(&resolver.let_go);
		(void)pthread_mutex_unlock(&resolver.mutex);
		sleep_ms(1);
	} while (n_left);
	sleep_ms(20);
}

/* ---- names that are answered ---- */

/*
 * Once for a host and port: not for what reuses a connection, nor for a new
 * connection to an address that is known.
 */
static void
a_name_is_asked_for_once(void **state)
{
	struct http_engine *e = start(2000);
	int n_before = first->n_connections;

	(void)state;
	resolver_add("media.example", "127.0.0.1");
	for (int i = 0; i < 5; i++)
		get(e, "media.example", first->port, "/x");
	assert_int_equal(first->n_connections - n_before, 1);
	for (int i = 0; i < 3; i++)
		get(e, "media.example", first->port, "/close");
	assert_int_equal(first->n_connections - n_before, 3);
	assert_int_equal(resolver_asked(NULL), 1);
	get(e, "media.example", second->port, "/x");
	assert_int_equal(resolver_asked(NULL), 2);
	http_engine_stop(e);
}

static void
many_wait_for_one_lookup(void **state)
{
	struct http_engine *e = start(20000);
	struct mailbox box;

	(void)state;
	resolver_add("silent.example", "127.0.0.1");
	assert_int_equal(mailbox_init(&box, NULL), 0);
	submit_silent(e, &box, "silent.example", HTTP_API);
	for (int i = 0; i < 20; i++) {
		struct http_request *q = ask("silent.example", first->port,
					     "/x");

		q->reply = &box;
		http_engine_submit(e, q);
	}
	assert_null(mailbox_take(&box, 100));
	assert_int_equal(resolver_asked(NULL), 1);
	resolver_let_go(1);
	for (int n = 0; n < 21;) {
		struct letter *l = mailbox_take(&box, 10000);

		assert_non_null(l);
		for (; l; n++) {
			struct http_result *r = (void *)l;

			l = l->next;
			assert_done(r);
		}
	}
	assert_int_equal(resolver_asked(NULL), 1);
	http_engine_stop(e);
	mailbox_release(&box);
}

/* libcurl knows these, and nobody is asked. */
static void
some_names_are_known(void **state)
{
	static const char *const hosts[] = {
		"127.0.0.1", "localhost", "LocalHost", "x.localhost",
		"127.1", "2130706433", "0x7f.0.0.1",
	};
	struct http_engine *e = start(2000);

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		get(e, hosts[i], first->port, "/x");
	http_result_free(call(e, ask("[::1]", first->port, "/x")));
	assert_int_equal(resolver_asked(NULL), 0);
	http_engine_stop(e);
}

/* What only looks like it is asked for. */
static void
other_names_are_asked_for(void **state)
{
	static const char *const hosts[] = {
		"notlocalhost", "localhost.example", "a_b.example",
		"xn--mnchen-3ya.example", "-.example", "MEDIA.example.",
		"x.io",
	};
	static const char *const names[] = {
		"notlocalhost", "localhost.example", "a_b.example",
		"xn--mnchen-3ya.example", "-.example", "media.example",
		"x.io",
	};
	struct http_engine *e = start(2000);
	char last[256];

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		resolver_add(names[i], "127.0.0.1");
		get(e, hosts[i], first->port, "/x");
		assert_int_equal(resolver_asked(last), i + 1);
		assert_string_equal(last, names[i]);
	}
	http_engine_stop(e);
}

/* The first address that answers is used, be there many that do not. */
static void
addresses_are_tried_in_their_order(void **state)
{
	struct http_engine *e = start(5000);

	(void)state;
	resolver_add("media.example", "127.0.0.9 127.0.0.8 ::1 127.0.0.1");
	get(e, "media.example", first->port, "/x");
	http_engine_stop(e);
}

static void
a_name_that_is_not_there(void **state)
{
	struct http_engine *e = start(2000);

	(void)state;
	for (int i = 1; i <= 2; i++) {
		struct http_result *r = call(e, ask("no.example", first->port,
						    "/x"));

		print_message("%s\n", r->text);
		assert_int_equal(r->end, HTTP_DNS);
		assert_non_null(strstr(r->why, "Could not resolve host: "
				       "no.example ("));
		assert_string_equal(r->host, "no.example");
		/* A failure is not remembered. */
		assert_int_equal(resolver_asked(NULL), i);
		http_result_free(r);
	}
	http_engine_stop(e);
}

/* ---- names that are not answered ---- */

/*
 * The time to connect ends the attempt; meanwhile others come and go, to hosts
 * by address and by name.
 */
static void
a_silent_name_holds_up_no_other(void **state)
{
	struct http_engine *e = start(1000);
	struct mailbox box;
	struct http_result *r;
	int n_done = 0;

	(void)state;
	resolver_add("media.example", "127.0.0.1");
	assert_int_equal(mailbox_init(&box, NULL), 0);
	submit_silent(e, &box, "silent.example", HTTP_API);
	for (; n_done < N_OTHERS; n_done++)
		get(e, n_done % 2 ? "127.0.0.1" : "media.example",
		    n_done % 3 ? first->port : second->port, "/close");
	r = take(&box, 10000);
	print_message("%d others; %s after %lld ms\n", n_done, r->text,
		      (long long)r->spent_ms);
	assert_int_equal(r->end, HTTP_CONNECT);
	assert_string_equal(r->why,
			    "Resolving timed out after 1000 milliseconds");
	assert_in_range(r->spent_ms, 1000, 5000);
	http_result_free(r);
	/* The silent one, and the other at two ports. */
	assert_int_equal(resolver_asked(NULL), 3);
	/* And again: the old question is shared. */
	r = call(e, ask("silent.example", first->port, "/x"));
	assert_int_equal(r->end, HTTP_CONNECT);
	assert_int_equal(resolver_asked(NULL), 3);
	http_result_free(r);
	let_all_go();
	http_engine_stop(e);
	mailbox_release(&box);
}

/* A redirect begins a new time to connect, and may lead to a silent name. */
static void
a_redirect_to_a_silent_name(void **state)
{
	struct http_engine *e = start(500);
	struct http_result *r;

	(void)state;
	r = call(e, ask("127.0.0.1", first->port, "/to/silent.example"));
	assert_int_equal(r->end, HTTP_FORBIDDEN);	/* the API's does not */
	http_result_free(r);
	{
		struct http_request *q = ask("127.0.0.1", first->port,
					     "/to/silent.example");
		struct memory m;

		memory_init(&m);
		q->kind = HTTP_MEDIA;
		q->sink = &m.sink;
		r = call(e, q);
	}
	assert_int_equal(r->end, HTTP_CONNECT);
	assert_int_equal(r->n_redirects, 1);
	assert_string_equal(r->host, "silent.example");
	http_result_free(r);
	http_engine_stop(e);
	let_all_go();
}

/* What the lookup took of the time to connect is not given a second time. */
static void
connecting_has_what_the_lookup_left(void **state)
{
	struct silent full;
	struct http_engine *e = start(3000);
	struct mailbox box;
	struct http_request *q;
	struct http_result *r;

	(void)state;
	silent_bind(&full);
	silent_fill(&full);
	resolver_add("silent.example", "127.0.0.1");
	assert_int_equal(mailbox_init(&box, NULL), 0);
	q = ask("silent.example", full.server.port, "/x");
	q->reply = &box;
	http_engine_submit(e, q);
	assert_null(mailbox_take(&box, 2500));
	resolver_let_go(1);
	r = take(&box, 10000);
	print_message("%s after %lld ms\n", r->text, (long long)r->spent_ms);
	assert_int_equal(r->end, HTTP_CONNECT);
	assert_in_range(r->spent_ms, 2900, 5300);
	http_result_free(r);
	/* The next one has all of it again. */
	r = call(e, ask("127.0.0.1", full.server.port, "/x"));
	assert_int_equal(r->end, HTTP_CONNECT);
	assert_in_range(r->spent_ms, 2900, 20000);
	http_result_free(r);
	http_engine_stop(e);
	mailbox_release(&box);
	silent_close(&full);
}

/* Ended by others while it waits; late answers meet nobody. */
static void
who_waits_can_be_ended(void **state)
{
	struct http_engine *e = start(20000);
	struct mailbox box;
	struct http_request *q;
	struct http_result *r;
	int64_t begun_ms;

	(void)state;
	resolver_add("silent1.example", "127.0.0.1");
	assert_int_equal(mailbox_init(&box, NULL), 0);
	submit_silent(e, &box, "silent1.example", HTTP_MEDIA);
	http_engine_cancel_media(e);
	r = take(&box, 10000);
	assert_int_equal(r->end, HTTP_CANCELLED);
	http_result_free(r);

	q = ask("silent2.example", first->port, "/x");
	q->deadline_ms = 300;
	r = call(e, q);
	assert_int_equal(r->end, HTTP_TIMEOUT);
	assert_in_range(r->spent_ms, 300, 5000);
	http_result_free(r);
	let_all_go();

	submit_silent(e, &box, "silent3.example", HTTP_API);
	begun_ms = clock_now_ms();
	http_engine_stop(e);
	assert_in_range(clock_now_ms() - begun_ms, 0, 5000);
	r = take(&box, 0);
	assert_int_equal(r->end, HTTP_CANCELLED);
	http_result_free(r);
	mailbox_release(&box);
	let_all_go();
}

/* An answer, a cancel and the end at about the same time, many times over. */
static void
answers_that_race(void **state)
{
	struct mailbox box;

	(void)state;
	assert_int_equal(mailbox_init(&box, NULL), 0);
	for (int i = 0; i < 100; i++) {
		struct http_engine *e = start(20000);
		struct http_result *r;

		resolver_add("silent.example", "127.0.0.1");
		submit_silent(e, &box, "silent.example", HTTP_MEDIA);
		resolver_let_go(1);
		if (i % 3 == 0)
			http_engine_cancel_media(e);
		if (i % 3 != 1)
			http_engine_stop(e);
		r = take(&box, 10000);
		assert_true(r->end == HTTP_DONE || r->end == HTTP_CANCELLED);
		if (i % 3 == 1) {
			assert_int_equal(r->end, HTTP_DONE);
			http_engine_stop(e);
		}
		http_result_free(r);
		let_all_go();
	}
	mailbox_release(&box);
}

/* ---- proxies ---- */

/* The proxy's name is ours to find out, the host's is the proxy's. */
static void
a_proxy_by_name(void **state)
{
	struct http_settings s = settings(1000);
	struct http_engine *e;
	char proxy[64], last[256];

	(void)state;
	resolver_add("proxy.example", "127.0.0.1");
	(void)snprintf(proxy, sizeof(proxy), "http://u:p@proxy.example:%u",
		       first->port);
	s.proxy = proxy;
	e = start_engine(&s);
	get(e, "media.example", 80, "/x");
	get(e, "other.example", 80, "/close");
	get(e, "10.0.0.1", 80, "/x");
	assert_int_equal(resolver_asked(last), 1);
	assert_string_equal(last, "proxy.example");
	http_engine_stop(e);
}

static void
a_proxy_that_is_not_found(void **state)
{
	static const struct {
		const char *proxy;
		enum http_end end;
		const char *why;
	} rows[] = {
		{ "http://no.example:3128", HTTP_DNS,
		  "Could not resolve proxy: no.example (" },
		{ "no.example", HTTP_DNS, "Could not resolve proxy: " },
		{ "https://no.example", HTTP_DNS, "Could not resolve proxy: " },
		{ "socks5h://no.example", HTTP_DNS,
		  "Could not resolve proxy: " },
		{ "silent.example", HTTP_CONNECT,
		  "Resolving timed out after 500 milliseconds" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_settings s = settings(500);
		struct http_engine *e;
		struct http_result *r;

		s.proxy = rows[i].proxy;
		e = start_engine(&s);
		r = call(e, ask("media.example", 80, "/x"));
		print_message("%s: %s\n", rows[i].proxy, r->text);
		assert_int_equal(r->end, rows[i].end);
		assert_non_null(strstr(r->why, rows[i].why));
		assert_int_equal(resolver_asked(NULL), 1);
		http_result_free(r);
		http_engine_stop(e);
		let_all_go();
	}
}

/* Nothing that could be asked for: libcurl says what is wrong with it. */
static void
a_proxy_that_is_no_name(void **state)
{
	static const char *const proxies[] = {
		"http://[", "ftp://proxy.example", "http://[::1]:1", "http://127.0.0.1:1",
		"http://:3128", "socks5://localhost:1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		struct http_settings s = settings(500);
		struct http_engine *e;
		struct http_result *r;

		s.proxy = proxies[i];
		e = start_engine(&s);
		r = call(e, ask("127.0.0.1", first->port, "/x"));
		print_message("%s: %s: %s\n", proxies[i],
			      http_end_name(r->end), r->text);
		assert_true(r->end == HTTP_CONNECT || r->end == HTTP_DNS);
		assert_int_equal(resolver_asked(NULL), 0);
		http_result_free(r);
		http_engine_stop(e);
	}
}

struct socks {
	int fd;
	unsigned char asked[16];	/* version, what, 0, type, address … */
};

static bool
receive(int fd, void *bytes, size_t n)
{
	return recv(fd, bytes, n, MSG_WAITALL) == (ssize_t)n;
}

/* One connection of SOCKS 5, to an address of IPv4, and one request in it. */
static bool
serve_connection(struct socks *s, int fd)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	static const unsigned char granted[10] = { 5, 0, 0, 1 };
	unsigned char hello[2], methods[255];
	char head[4096];

	return receive(fd, hello, 2) && receive(fd, methods, hello[1]) &&
	       send(fd, "\5", 2, MSG_NOSIGNAL) == 2 &&
	       receive(fd, s->asked, 10) &&
	       send(fd, granted, 10, MSG_NOSIGNAL) == 10 &&
	       recv(fd, head, sizeof(head), 0) > 0 &&
	       send(fd, ok, sizeof(ok) - 1, MSG_NOSIGNAL) > 0;
}

/* Until one was served: libcurl may leave when it misses the host's name. */
static void *
serve_socks(void *arg)
{
	struct socks *s = arg;
	bool is_served = false;
	int fd;

	while (!is_served) {
		fd = accept(s->fd, NULL, NULL);
		if (fd < 0)
			break;
		is_served = serve_connection(s, fd);
		(void)close(fd);
	}
	return NULL;
}

/* To a proxy that takes addresses alone, both names are ours to find out. */
static void
a_proxy_that_takes_addresses(void **state)
{
	static const char *const hosts[] = { "proxy.example", "127.0.0.1" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct http_settings s = settings(5000);
		struct sockaddr_in sa = { .sin_family = AF_INET };
		socklen_t size = sizeof(sa);
		struct socks socks = { 0 };
		struct http_engine *e;
		pthread_t thread;
		char proxy[64];

		resolver_add("proxy.example", "127.0.0.1");
		resolver_add("media.example", "192.0.2.7");
		sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		socks.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(socks.fd, (struct sockaddr *)&sa, size),
				 0);
		assert_int_equal(listen(socks.fd, 1), 0);
		(void)getsockname(socks.fd, (struct sockaddr *)&sa, &size);
		assert_int_equal(pthread_create(&thread, NULL, serve_socks,
						&socks), 0);
		(void)snprintf(proxy, sizeof(proxy), "socks5://%s:%u",
			       hosts[i], ntohs(sa.sin_port));
		s.proxy = proxy;
		e = start_engine(&s);
		get(e, "media.example", 80, "/x");
		(void)pthread_join(thread, NULL);
		assert_memory_equal(socks.asked,
				    "\5\1\0\1" "\300\0\2\7" "\0\120", 10);
		assert_int_equal(resolver_asked(NULL), 2 - i);
		http_engine_stop(e);
		(void)close(socks.fd);
	}
}

/* Those of SOCKS 4 do too; this one never answers. */
static void
older_proxies_take_addresses(void **state)
{
	static const char *const schemes[] = { "socks4", "socks" };

	(void)state;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct http_settings s = settings(200);
		struct http_engine *e;
		struct http_result *r;
		char proxy[64], last[256];

		resolver_add("media.example", "192.0.2.7");
		(void)snprintf(proxy, sizeof(proxy), "%s://127.0.0.1:%u",
			       schemes[i], first->port);
		s.proxy = proxy;
		e = start_engine(&s);
		r = call(e, ask("media.example", 80, "/x"));
		assert_int_equal(r->end, HTTP_CONNECT);
		assert_int_equal(resolver_asked(last), 1);
		assert_string_equal(last, "media.example");
		http_result_free(r);
		http_engine_stop(e);
	}
}

/* ---- */

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
	buf_release(&body.bytes);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_asked_for_once),
		cmocka_unit_test(many_wait_for_one_lookup),
		cmocka_unit_test(some_names_are_known),
		cmocka_unit_test(other_names_are_asked_for),
		cmocka_unit_test(addresses_are_tried_in_their_order),
		cmocka_unit_test(a_name_that_is_not_there),
		cmocka_unit_test(a_silent_name_holds_up_no_other),
		cmocka_unit_test(a_redirect_to_a_silent_name),
		cmocka_unit_test(connecting_has_what_the_lookup_left),
		cmocka_unit_test(who_waits_can_be_ended),
		cmocka_unit_test(answers_that_race),
		cmocka_unit_test(a_proxy_by_name),
		cmocka_unit_test(a_proxy_that_is_not_found),
		cmocka_unit_test(a_proxy_that_is_no_name),
		cmocka_unit_test(a_proxy_that_takes_addresses),
		cmocka_unit_test(older_proxies_take_addresses),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
