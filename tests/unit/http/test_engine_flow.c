/* Time and order: pauses, limits, stalls, stale connections, ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "unit/http/client.h"

static bool
answer(struct asked *a)
{
	unsigned long n = strtoul(strrchr(a->path, '/') + 1, NULL, 10);

	if (!strncmp(a->path, "/bytes/", 7))
		return say_ok(a, n);
	if (!strncmp(a->path, "/late/", 6)) {
		sleep_ms((int)n);
		return say_ok(a, 10);
	}
	if (!strncmp(a->path, "/hang", 5)) {
		char c;

		return recv(a->fd, &c, 1, 0) > 0;
	}
	if (!strncmp(a->path, "/stall", 6)) {
		char c;

		(void)say(a, strcmp(a->path, "/stall-error")
				     ? "HTTP/1.1 200 OK\r\n"
				     : "HTTP/1.1 503 Busy\r\n");
		if (strcmp(a->path, "/stall-head"))
			(void)say(a, "Content-Length: 50\r\n\r\nhello");
		return recv(a->fd, &c, 1, 0) > 0;
	}
	if (!strcmp(a->path, "/drip")) {
		(void)say(a, "HTTP/1.1 200 OK\r\n"
			  "Content-Length: 50000\r\n\r\n");
		while (say(a, "x"))
			sleep_ms(50);
		return false;
	}
	if (!strcmp(a->path, "/tls/1")) {
		(void)say(a, "HTTP/1.1 400 Not so\r\n\r\n");
		return false;
	}
	/* Faster than the least speed: 200 bytes each 50 ms. */
	if (!strcmp(a->path, "/slow")) {
		(void)say(a, "HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n");
		for (size_t i = 0; i < 30; i++) {
			(void)say_body(a, i * 200, 200);
			sleep_ms(50);
		}
		return true;
	}
	/* Only the first request of a connection is answered. */
	if (!strcmp(a->path, "/once"))
		return a->n_request == 1 && say_ok(a, 10);
	if (!strcmp(a->path, "/once-slam"))
		return a->n_request == 1 ? say_ok(a, 10) : slam(a);
	if (!strcmp(a->path, "/once-late")) {
		if (a->n_request > 1)
			return false;
		sleep_ms(500);
		return say_ok(a, 10);
	}
	if (!strcmp(a->path, "/once-half")) {
		if (a->n_request == 1)
			return say_ok(a, 10);
		(void)say(a, "HTTP/1.1 200 OK\r\nContent-Le");
		return false;
	}
	return false;
}

static struct server *server;

static int
set_up(void **state)
{
	(void)state;
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

static void
impatient(struct http_settings *s)
{
	quick_settings(s);
	s->connect_ms = 500;
	s->first_byte_ms = 500;
	s->low_speed_bytes = 1000;
	s->low_speed_ms = 600;
}

static int64_t
cpu_ms(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static void
test_timeouts(void **state)
{
	static const struct {
		const char *path;
		int64_t deadline_ms;
		enum http_end end;
		const char *text;
		int64_t least_ms, most_ms;
	} rows[] = {
		{ "/hang", 0, HTTP_TIMEOUT, "no answer within 500 ms",
		  500, 1500 },
		{ "/late/300", 0, HTTP_DONE, "", 300, 1500 },
		{ "/stall", 0, HTTP_TIMEOUT, "stalled", 500, 2000 },
		{ "/stall-head", 0, HTTP_TIMEOUT, "stalled", 500, 2000 },
		{ "/drip", 0, HTTP_TIMEOUT, "stalled", 500, 2000 },
		{ "/slow", 0, HTTP_DONE, "", 1400, 4000 },
		{ "/slow", 700, HTTP_TIMEOUT, "deadline of 700 ms", 700, 1500 },
		/* The status is known, whatever becomes of its body. */
		{ "/stall-error", 0, HTTP_STATUS, "status 503", 0, 2000 },
		{ "/stall-error", 300, HTTP_STATUS, "status 503", 300, 1000 },
	};
	struct http_settings s;
	struct http_engine *e;

	(void)state;
	impatient(&s);
	e = start_engine(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request *q = make_request(HTTP_MEDIA, server,
						      rows[i].path);
		struct http_result *r;
		struct memory m;

		memory_init(&m);
		q->sink = &m.sink;
		q->deadline_ms = rows[i].deadline_ms;
		r = call(e, q);
		print_message("%s after %lld ms: %s\n", http_end_name(r->end),
			      (long long)r->spent_ms, r->text);
		assert_int_equal(r->end, rows[i].end);
		assert_non_null(strstr(r->text, rows[i].text));
		assert_in_range(r->spent_ms, rows[i].least_ms,
				rows[i].most_ms);
		if (!strcmp(rows[i].path, "/late/300"))
			assert_in_range(r->first_byte_ms, 290, 1000);
		buf_release(&m.bytes);
		http_result_free(r);
	}
	http_engine_stop(e);
}

/* A queue of connections that nobody takes: the kernel drops what follows. */
static void
test_connect(void **state)
{
	struct silent full;
	struct http_settings s;
	struct http_engine *e;
	struct http_result *r;

	(void)state;
	silent_bind(&full);
	impatient(&s);
	e = start_engine(&s);
	r = get_api(e, &full.server, "/");
	print_message("%s\n", r->text);
	assert_int_equal(r->end, HTTP_CONNECT);
	http_result_free(r);
	silent_fill(&full);
	r = get_api(e, &full.server, "/");
	print_message("%s after %lld ms\n", r->text, (long long)r->spent_ms);
	assert_int_equal(r->end, HTTP_CONNECT);
	assert_in_range(r->spent_ms, 400, 1500);
	http_result_free(r);
	http_engine_stop(e);
	silent_close(&full);
}

/* No such name, and no need to ask anybody: the label is too long. */
static void
test_dns_and_tls(void **state)
{
	char url[128] = "http://";
	struct http_settings s;
	struct http_engine *e;
	struct http_result *r;

	(void)state;
	impatient(&s);
	e = start_engine(&s);
	memset(url + 7, 'a', 70);
	memcpy(url + 77, ".test/", 7);
	r = call(e, http_request_new(HTTP_API, url));
	print_message("%s\n", r->text);
	assert_int_equal(r->end, HTTP_DNS);
	http_result_free(r);
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/x",
		       server->port);
	r = call(e, http_request_new(HTTP_API, url));
	print_message("%s\n", r->text);
	assert_int_equal(r->end, HTTP_TLS);
	assert_false(r->is_untrusted);
	http_result_free(r);
	http_engine_stop(e);
}

static void
test_stale(void **state)
{
	static const struct {
		const char *path;
		bool is_repeated;
	} rows[] = {
		{ "/once", true },
		{ "/once-slam", true },
		/* A part of an answer is an answer. */
		{ "/once-half", false },
	};
	struct http_settings s;
	struct http_result *r;

	(void)state;
	quick_settings(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_engine *e = start_engine(&s);
		struct memory m;

		r = get_media(e, server, rows[i].path, &m);
		assert_int_equal(r->end, HTTP_DONE);
		assert_true(r->is_fresh_connection);
		buf_release(&m.bytes);
		http_result_free(r);
		r = get_media(e, server, rows[i].path, &m);
		print_message("%s: %s\n", rows[i].path, r->text);
		if (rows[i].is_repeated) {
			assert_int_equal(r->end, HTTP_DONE);
			assert_true(memory_is_body(&m, 0, 10));
		} else {
			assert_int_equal(r->end, HTTP_RESET);
		}
		buf_release(&m.bytes);
		http_result_free(r);
		http_engine_stop(e);
	}
}

#define N_KEPT 40

/*
 * All kept connections die under the request: libcurl itself tries six, we do
 * so five times, and the last time on a new one.
 */
static void
test_stale_to_the_end(void **state)
{
	struct server *own = server_start(answer);
	struct http_settings s;
	struct http_engine *e;
	struct http_result *r;
	struct mailbox box;
	int n = 0;

	(void)state;
	quick_settings(&s);
	e = start_engine(&s);
	assert_int_equal(mailbox_init(&box, NULL), 0);
	for (int i = 0; i < N_KEPT; i++) {
		struct http_request *q = make_request(HTTP_API, own,
						      "/once-late");

		q->reply = &box;
		http_engine_submit(e, q);
	}
	while (n < N_KEPT) {
		struct letter *l = mailbox_take(&box, 5000);

		assert_non_null(l);
		for (; l; n++) {
			r = (void *)l;
			l = l->next;
			assert_int_equal(r->end, HTTP_DONE);
			http_result_free(r);
		}
	}
	assert_int_equal(own->n_connections, N_KEPT);
	r = get_api(e, own, "/once-late");
	n = atomic_load(&own->n_requests) - N_KEPT;
	print_message("%s after %d requests\n", r->text, n);
	assert_int_equal(r->end, HTTP_DONE);
	assert_true(r->is_fresh_connection);
	assert_in_range(n, HTTP_MAX_STALE + 1, N_KEPT);
	http_result_free(r);
	http_engine_stop(e);
	server_stop(own);
	mailbox_release(&box);
}

/* Many kept connections, all dead: still one attempt to the caller. */
static void
test_many_stale(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct mailbox box;
	struct memory m[20];
	int n_done = 0;

	(void)state;
	quick_settings(&s);
	e = start_engine(&s);
	assert_int_equal(mailbox_init(&box, NULL), 0);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 20; i++) {
			struct http_request *q = make_request(
				HTTP_MEDIA, server, "/once-slam");

			memory_init(&m[i]);
			q->sink = &m[i].sink;
			q->reply = &box;
			http_engine_submit(e, q);
		}
		for (n_done = 0; n_done < 20;) {
			struct letter *l = mailbox_take(&box, 5000);

			assert_non_null(l);
			for (; l; n_done++) {
				struct http_result *r = (void *)l;

				l = l->next;
				assert_int_equal(r->end, HTTP_DONE);
				http_result_free(r);
			}
		}
		for (int i = 0; i < 20; i++)
			buf_release(&m[i].bytes);
	}
	http_engine_stop(e);
	mailbox_release(&box);
}

/* A fresh connection that dies before a byte is a failure, once. */
static void
test_fresh_is_not_repeated(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct http_result *r;
	int before;

	(void)state;
	quick_settings(&s);
	e = start_engine(&s);
	before = atomic_load(&server->n_requests);
	r = get_api(e, server, "/nothing");
	assert_int_equal(r->end, HTTP_RESET);
	assert_true(r->is_fresh_connection);
	assert_int_equal(atomic_load(&server->n_requests), before + 1);
	http_result_free(r);
	http_engine_stop(e);
}

/* A sink without room for longer than any stall, and not one byte wrong. */
static void
test_pause(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct http_request *q;
	struct http_result *r;
	struct mailbox box;
	struct memory m;

	(void)state;
	impatient(&s);
	e = start_engine(&s);
	assert_int_equal(mailbox_init(&box, NULL), 0);
	memory_init(&m);
	atomic_store(&m.is_full, true);
	q = make_request(HTTP_MEDIA, server, "/bytes/3000000");
	q->sink = &m.sink;
	q->reply = &box;
	q->reply_kind = 7;
	q->tag = &m;
	http_engine_submit(e, q);
	assert_null(mailbox_take(&box, 1500));
	for (int i = 0; i < 40; i++) {
		atomic_store(&m.is_full, i % 2);
		http_engine_wake(e);
		sleep_ms(2);
	}
	atomic_store(&m.is_full, false);
	http_engine_wake(e);
	r = (struct http_result *)mailbox_take(&box, 10000);
	assert_non_null(r);
	print_message("%s, refused %d times\n", r->text,
		      atomic_load(&m.n_again));
	assert_int_equal(r->end, HTTP_DONE);
	assert_int_equal(r->letter.kind, 7);
	assert_ptr_equal(r->request->tag, &m);
	assert_int_equal(m.n_begins, 1);
	assert_true(memory_is_body(&m, 0, 3000000));
	http_result_free(r);
	buf_release(&m.bytes);
	http_engine_stop(e);
	mailbox_release(&box);
}

/* When all of the sinks have refused once, or after 20 seconds. */
static void
wait_until_refused(struct memory *m, int n)
{
	for (int k = 0, ms = 0; k < n && ms < 20000;) {
		if (atomic_load(&m[k].n_again)) {
			k++;
			continue;
		}
		sleep_ms(10);
		ms += 10;
	}
}

/* Nothing to do is nothing done: no transfers, then 64 that may not go on. */
static void
test_no_spinning(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct mailbox box;
	static struct memory m[64];
	int64_t used_ms;

	(void)state;
	quick_settings(&s);
	e = start_engine(&s);
	assert_int_equal(mailbox_init(&box, NULL), 0);
	sleep_ms(50);
	used_ms = cpu_ms();
	sleep_ms(1000);
	used_ms = cpu_ms() - used_ms;
	print_message("idle: %lld ms of CPU in a second\n",
		      (long long)used_ms);
	assert_in_range(used_ms, 0, 5);
	for (int i = 0; i < 64; i++) {
		struct http_request *q = make_request(HTTP_MEDIA, server,
						      "/bytes/8000000");

		memory_init(&m[i]);
		atomic_store(&m[i].is_full, true);
		q->sink = &m[i].sink;
		q->reply = &box;
		http_engine_submit(e, q);
	}
	wait_until_refused(m, 64);
	sleep_ms(2000);
	for (int i = 0; i < 64; i++)
		assert_in_range(atomic_load(&m[i].n_again), 1, 1);
	used_ms = cpu_ms();
	sleep_ms(2000);
	used_ms = cpu_ms() - used_ms;
	print_message("64 paused: %lld ms of CPU in two seconds\n",
		      (long long)used_ms);
	assert_in_range(used_ms, 0, 20);
	assert_null(mailbox_take(&box, 0));
	http_engine_stop(e);
	for (int n = 0; n < 64;) {
		struct letter *l = mailbox_take(&box, 1000);

		assert_non_null(l);
		for (; l; n++) {
			struct http_result *r = (void *)l;

			l = l->next;
			assert_int_equal(r->end, HTTP_CANCELLED);
			http_result_free(r);
		}
	}
	mailbox_release(&box);
}

/* 400,000 bytes at 200,000 a second, by four, and nobody left behind. */
static void
test_rate_limit(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct mailbox box;
	struct memory m[4];
	int64_t begun_ms, least_ms = INT64_MAX, spent_ms, used_ms;

	(void)state;
	impatient(&s);
	s.rate_limit = 200000;
	e = start_engine(&s);
	assert_int_equal(mailbox_init(&box, NULL), 0);
	begun_ms = clock_now_ms();
	used_ms = cpu_ms();
	for (int i = 0; i < 4; i++) {
		struct http_request *q = make_request(HTTP_MEDIA, server,
						      "/bytes/100000");

		memory_init(&m[i]);
		q->sink = &m[i].sink;
		q->reply = &box;
		http_engine_submit(e, q);
	}
	for (int n = 0; n < 4;) {
		struct letter *l = mailbox_take(&box, 10000);

		assert_non_null(l);
		for (; l; n++) {
			struct http_result *r = (void *)l;

			l = l->next;
			assert_int_equal(r->end, HTTP_DONE);
			if (r->spent_ms < least_ms)
				least_ms = r->spent_ms;
			http_result_free(r);
		}
	}
	spent_ms = clock_now_ms() - begun_ms;
	used_ms = cpu_ms() - used_ms;
	print_message("%lld ms, the first after %lld, %lld ms of CPU\n",
		      (long long)spent_ms, (long long)least_ms,
		      (long long)used_ms);
	assert_in_range(spent_ms, 1500, 2600);
	assert_true(least_ms > spent_ms / 2);
	assert_in_range(used_ms, 0, 300);
	for (int i = 0; i < 4; i++) {
		assert_true(memory_is_body(&m[i], 0, 100000));
		buf_release(&m[i].bytes);
	}
	/* The API is not limited. */
	{
		struct http_result *r = get_api(e, server, "/bytes/2000000");

		assert_int_equal(r->end, HTTP_DONE);
		assert_in_range(r->spent_ms, 0, 2000);
		http_result_free(r);
	}
	http_engine_stop(e);
	mailbox_release(&box);
}

/* Media end, the API's go on; what comes after the cancel is not meant. */
static void
test_cancel_media(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct mailbox box;
	static struct memory m[10];
	int n_cancelled = 0, n_done = 0;

	(void)state;
	quick_settings(&s);
	e = start_engine(&s);
	assert_int_equal(mailbox_init(&box, NULL), 0);
	for (int i = 0; i < 10; i++) {
		struct http_request *q = make_request(
			i % 2 ? HTTP_MEDIA : HTTP_API, server,
			i % 2 ? "/hang" : "/late/400");

		memory_init(&m[i]);
		q->sink = &m[i].sink;
		q->reply = &box;
		http_engine_submit(e, q);
		if (i == 4)
			sleep_ms(100);
	}
	http_engine_cancel_media(e);
	memory_init(&m[1]);
	{
		struct http_request *q = make_request(HTTP_MEDIA, server,
						      "/bytes/10");

		q->sink = &m[0].sink;
		q->reply = &box;
		http_engine_submit(e, q);
	}
	while (n_cancelled + n_done < 11) {
		struct letter *l = mailbox_take(&box, 3000);

		assert_non_null(l);
		while (l) {
			struct http_result *r = (void *)l;

			l = l->next;
			if (r->end == HTTP_CANCELLED)
				n_cancelled++;
			else if (r->end == HTTP_DONE)
				n_done++;
			http_result_free(r);
		}
	}
	assert_int_equal(n_cancelled, 5);
	assert_int_equal(n_done, 6);
	assert_null(mailbox_take(&box, 50));
	buf_release(&m[0].bytes);
	http_engine_stop(e);
	mailbox_release(&box);
}

#define PER_THREAD 50

struct sender {
	struct http_engine *engine;
	struct mailbox *box;
	struct memory m[PER_THREAD];
};

static void *
send_many(void *arg)
{
	struct sender *sender = arg;

	for (int i = 0; i < PER_THREAD; i++) {
		struct http_request *q = make_request(
			i % 3 ? HTTP_MEDIA : HTTP_API, server,
			i % 7 ? "/bytes/20000" : "/once");

		memory_init(&sender->m[i]);
		q->sink = &sender->m[i].sink;
		q->reply = sender->box;
		q->tag = &sender->m[i];
		http_engine_submit(sender->engine, q);
		http_engine_wake(sender->engine);
		if (i % 5 == 0)
			sleep_ms(1);
	}
	return NULL;
}

/* Four threads submit; each request comes back once, also those of a stop. */
static void
test_exactly_once(void **state)
{
	struct http_settings s;
	struct mailbox box;
	static struct sender senders[4];
	pthread_t threads[4];

	(void)state;
	quick_settings(&s);
	for (int is_cut = 0; is_cut < 2; is_cut++) {
		struct http_engine *e = start_engine(&s);
		int n = 0, n_done = 0;

		assert_int_equal(mailbox_init(&box, NULL), 0);
		for (int i = 0; i < 4; i++) {
			senders[i].engine = e;
			senders[i].box = &box;
			assert_int_equal(pthread_create(&threads[i], NULL,
							send_many,
							&senders[i]), 0);
		}
		for (int i = 0; i < 4; i++)
			(void)pthread_join(threads[i], NULL);
		if (is_cut) {
			http_engine_stop(e);
			e = NULL;
		}
		while (n < 4 * PER_THREAD) {
			struct letter *l = mailbox_take(&box, 5000);

			assert_non_null(l);
			for (; l; n++) {
				struct http_result *r = (void *)l;

				l = l->next;
				assert_non_null(r->request->tag);
				r->request->tag = NULL;
				n_done += r->end == HTTP_DONE;
				http_result_free(r);
			}
		}
		if (!is_cut)
			assert_int_equal(n_done, n);
		http_engine_stop(e);
		assert_null(mailbox_take(&box, 0));
		mailbox_release(&box);
		for (int i = 0; i < 4; i++) {
			for (int j = 0; j < PER_THREAD; j++)
				buf_release(&senders[i].m[j].bytes);
		}
	}
}

/* Connections are kept: many requests, few of them. */
static void
test_reuse(void **state)
{
	struct http_settings s;
	struct http_engine *e;
	struct server *own = server_start(answer);

	(void)state;
	quick_settings(&s);
	e = start_engine(&s);
	for (int i = 0; i < 30; i++) {
		struct http_result *r = get_api(e, own, "/bytes/100");

		assert_int_equal(r->end, HTTP_DONE);
		assert_int_equal(r->is_fresh_connection, i == 0);
		http_result_free(r);
	}
	http_engine_stop(e);
	assert_int_equal(own->n_connections, 1);
	server_stop(own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_dns_and_tls),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_stale_to_the_end),
		cmocka_unit_test(test_many_stale),
		cmocka_unit_test(test_fresh_is_not_repeated),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_no_spinning),
		cmocka_unit_test(test_rate_limit),
		cmocka_unit_test(test_cancel_media),
		cmocka_unit_test(test_exactly_once),
		cmocka_unit_test(test_reuse),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
