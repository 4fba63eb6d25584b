/*
 * The line: how many run at a time, in which order, and what stops it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/http/client.h"

#define N 12

/* How many answers are under way at the server; and an order to wait. */
static atomic_bool is_holding;
static char order[N + 1];
static atomic_int n_order;

/* "/ok/X" is answered as soon as nothing holds, "/no/X" with 503 at once. */
static bool
answer(struct asked *a)
{
	order[atomic_fetch_add(&n_order, 1) % N] = a->path[4];
	while (atomic_load(&is_holding) &&
	       !atomic_load(&a->server->is_stopping))
		sleep_ms(2);
	if (!strncmp(a->path, "/no/", 4))
		return say(a, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
	return say_ok(a, 100);
}

struct bench {
	struct server *server;
	struct http_engine *engine;
	struct mailbox box;
	struct memory memory[N];
	int n;				/* submitted */
};

static int
set_up(void **state)
{
	static struct bench b;
	struct http_settings s;

	b = (struct bench){ .server = server_start(answer) };
	quick_settings(&s);
	b.engine = start_engine(&s);
	atomic_store(&is_holding, false);
	atomic_store(&n_order, 0);
	memset(order, 0, sizeof(order));
	*state = &b;
	return mailbox_init(&b.box, NULL);
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < b->n; i++)
		buf_release(&b->memory[i].bytes);
	server_stop(b->server);
	mailbox_release(&b->box);
	return 0;
}

/* Requests that stand in line, one for each letter; a capital is refused. */
static void
submit(struct bench *b, const char *letters)
{
	for (; *letters; letters++) {
		struct memory *m = &b->memory[b->n++];
		bool is_bad = *letters >= 'A' && *letters <= 'Z';
		struct http_request *r;
		char path[16];

		(void)snprintf(path, sizeof(path), "/%s/%c",
			       is_bad ? "no" : "ok", *letters);
		r = make_request(HTTP_MEDIA, b->server, path);
		memory_init(m);
		r->sink = &m->sink;
		r->reply = &b->box;
		r->stands_in_line = true;
		http_engine_submit(b->engine, r);
	}
}

/* Take n results; their ends, a letter each: d, s, c, r. */
static const char *
take(struct bench *b, int n, int *n_holds)
{
	static char ends[N + 1];
	int got = 0;

	while (got < n) {
		struct letter *l = mailbox_take(&b->box, 5000);

		assert_non_null(l);
		while (l) {
			struct http_result *r = (struct http_result *)l;

			l = l->next;
			*n_holds += r->holds_line;
			ends[got++] = http_end_name(r->end)[0];
			http_result_free(r);
		}
	}
	ends[got] = 0;
	assert_int_equal(got, n);
	return ends;
}

static void
wait_for_asked(int n)
{
	for (int i = 0; i < 2000 && atomic_load(&n_order) < n; i++)
		sleep_ms(2);
	assert_int_equal(atomic_load(&n_order), n);
}

/* Nothing more is asked for a while. */
static void
expect_rest(int n)
{
	sleep_ms(100);
	assert_int_equal(atomic_load(&n_order), n);
}

static void
nothing_begins_before_a_number_is_told(void **state)
{
	struct bench *b = *state;
	int n_holds = 0;

	submit(b, "ab");
	expect_rest(0);
	assert_int_equal(http_engine_of_line(b->engine), 0);
	http_engine_line(b->engine, 2);
	assert_string_equal(take(b, 2, &n_holds), "dd");
	assert_int_equal(n_holds, 0);
	http_engine_stop(b->engine);
}

static void
so_many_at_a_time_in_their_order(void **state)
{
	struct bench *b = *state;
	int n_holds = 0;

	atomic_store(&is_holding, true);
	http_engine_line(b->engine, 1);
	submit(b, "abcdef");
	wait_for_asked(1);
	expect_rest(1);
	http_engine_line(b->engine, 3);
	wait_for_asked(3);
	expect_rest(3);
	assert_int_equal(http_engine_of_line(b->engine), 3);
	http_engine_line(b->engine, 1);		/* ends nothing */
	atomic_store(&is_holding, false);
	assert_string_equal(take(b, 6, &n_holds), "dddddd");
	assert_int_equal(order[0], 'a');
	assert_string_equal(order + 3, "def");
	assert_int_equal(http_engine_of_line(b->engine), 0);
	http_engine_stop(b->engine);
}

/* It stands still behind a refusal until whoever submitted has looked. */
static void
a_refusal_holds_it(void **state)
{
	struct bench *b = *state;
	int n_holds = 0;

	http_engine_line(b->engine, 2);
	atomic_store(&is_holding, true);
	submit(b, "ABcd");
	wait_for_asked(2);
	atomic_store(&is_holding, false);
	assert_string_equal(take(b, 2, &n_holds), "ss");
	assert_int_equal(n_holds, 2);
	expect_rest(2);
	http_engine_go_on(b->engine);
	expect_rest(2);
	http_engine_go_on(b->engine);
	assert_string_equal(take(b, 2, &n_holds), "dd");
	assert_int_equal(n_holds, 2);
	http_engine_stop(b->engine);
}

static void
those_that_did_not_begin_can_be_recalled(void **state)
{
	struct bench *b = *state;
	int n_holds = 0;

	http_engine_line(b->engine, 1);
	submit(b, "Abc");
	assert_string_equal(take(b, 1, &n_holds), "s");
	http_engine_recall(b->engine);
	http_engine_go_on(b->engine);
	assert_string_equal(take(b, 2, &n_holds), "rr");
	assert_int_equal(n_holds, 1);		/* they hold nothing */
	expect_rest(1);
	submit(b, "d");
	assert_string_equal(take(b, 1, &n_holds), "d");
	http_engine_stop(b->engine);
}

static void
cancelling_ends_all_and_holds_nothing(void **state)
{
	struct bench *b = *state;
	int n_holds = 0;

	atomic_store(&is_holding, true);
	http_engine_line(b->engine, 1);
	submit(b, "abc");
	wait_for_asked(1);
	http_engine_cancel_media(b->engine);
	assert_string_equal(take(b, 3, &n_holds), "ccc");
	atomic_store(&is_holding, false);
	submit(b, "d");
	assert_string_equal(take(b, 1, &n_holds), "d");
	assert_int_equal(n_holds, 0);
	http_engine_stop(b->engine);
}

static void
a_stop_delivers_those_that_stand(void **state)
{
	struct bench *b = *state;
	int n_holds = 0;

	submit(b, "abc");
	http_engine_stop(b->engine);
	assert_string_equal(take(b, 3, &n_holds), "ccc");
	expect_rest(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_begins_before_a_number_is_told),
		TEST(so_many_at_a_time_in_their_order),
		TEST(a_refusal_holds_it),
		TEST(those_that_did_not_begin_can_be_recalled),
		TEST(cancelling_ends_all_and_holds_nothing),
		TEST(a_stop_delivers_those_that_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
