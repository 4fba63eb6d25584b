/*
 * Names looked up beside the loop: shared, left, stuck, and too many of them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/thread.h"
#include "http/resolver.h"
#include "unit/heap.h"

/* The threads of these tests, and who answers them, always have memory. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
#define malloc __real_malloc
#define calloc __real_calloc
#include "unit/http/resolver.h"

#define LONG_MS 20000	/* for what happens at once, on a slow machine too */

/* ---- threads that are counted, and can be refused ---- */

static atomic_int n_threads;
static atomic_bool is_refused, lacks_ipv6;

struct start {
	void *(*work)(void *arg);
	void *arg;
};

static void *
run(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	(void)start.work(start.arg);
	(void)atomic_fetch_sub(&n_threads, 1);
	return NULL;
}

/* In place of that of base. */
int
thread_start(pthread_t *out, const char *name, void *(*work)(void *arg),
	     void *arg)
{
	struct start *start;

	(void)name;
	if (atomic_load(&is_refused))
		return EAGAIN;
	start = malloc(sizeof(*start));
	if (!start)
		abort();
	*start = (struct start){ work, arg };
	(void)atomic_fetch_add(&n_threads, 1);
	return pthread_create(out, NULL, run, start);
}

int __real_socket(int family, int kind, int protocol);
int __wrap_socket(int family, int kind, int protocol);

int
__wrap_socket(int family, int kind, int protocol)
{
	if (family != AF_INET6 || !atomic_load(&lacks_ipv6))
		return __real_socket(family, kind, protocol);
	errno = EAFNOSUPPORT;
	return -1;
}

/* ---- helpers ---- */

static atomic_int n_wakes;

static void
count_wake(void *arg)
{
	assert_ptr_equal(arg, &n_wakes);
	(void)atomic_fetch_add(&n_wakes, 1);
}

static struct resolver *
start(void)
{
	struct resolver *r = NULL;

	atomic_store(&n_wakes, 0);
	(void)pthread_mutex_lock(&resolver.mutex);
	resolver.n_rows = 0;
	resolver.n_asked = 0;
	resolver.n_to_go = 0;
	(void)pthread_mutex_unlock(&resolver.mutex);
	assert_int_equal(resolver_new(&r, count_wake, &n_wakes, NULL), 0);
	return r;
}

static struct lookup *
ask(struct resolver *r, const char *name)
{
	struct lookup *l = resolver_ask(r, name, 0);

	assert_non_null(l);
	return l;
}

/* What came of l, or NULL after wait_ms. */
static const struct resolver_answer *
wait_for(struct resolver *r, struct lookup *l, int64_t wait_ms)
{
	int64_t end_ms = clock_now_ms() + wait_ms;
	const struct resolver_answer *answer = resolver_answer(r, l);

	while (!answer && clock_now_ms() < end_ms) {
		sleep_ms(1);
		answer = resolver_answer(r, l);
	}
	return answer;
}

static void
wait_until_asked(int n, char last[256])
{
	int64_t end_ms = clock_now_ms() + LONG_MS;

	while (resolver_asked(last) < n && clock_now_ms() < end_ms)
		sleep_ms(1);
	assert_int_equal(resolver_asked(last), n);
}

static void
wait_for_threads(int n)
{
	int64_t end_ms = clock_now_ms() + LONG_MS;

	while (atomic_load(&n_threads) != n && clock_now_ms() < end_ms)
		sleep_ms(1);
	assert_int_equal(atomic_load(&n_threads), n);
}

static struct lookup *
ask_silent(struct resolver *r, int i)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "silent%d.example", i);
	return ask(r, name);
}

/* ---- tests ---- */

static void
answers_are_as_the_system_gives_them(void **state)
{
	static const struct {
		const char *name, *told, *addresses;
		int failure;
	} rows[] = {
		{ "one.example", "127.0.0.1", "127.0.0.1", 0 },
		{ "six.example", "2001:db8::1", "[2001:db8::1]", 0 },
		{ "six-first.example", "::1 127.0.0.1 ::2",
		  "[::1],127.0.0.1,[::2]", 0 },
		{ "four-first.example", "10.0.0.2 10.0.0.1 fe80::1",
		  "10.0.0.2,10.0.0.1,[fe80::1]", 0 },
		{ "mapped.example", "::ffff:10.0.0.1", "[::ffff:10.0.0.1]", 0 },
		{ "no.example", NULL, "", EAI_NONAME },
		{ "also-local.example", "local 10.0.0.1", "10.0.0.1", 0 },
		{ "local.example", "local", "", EAI_NONAME },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct resolver *r = start();
		const struct resolver_answer *answer;
		struct lookup *l;

		if (rows[i].told)
			resolver_add(rows[i].name, rows[i].told);
		l = ask(r, rows[i].name);
		answer = wait_for(r, l, LONG_MS);
		assert_non_null(answer);
		assert_int_equal(answer->failure, rows[i].failure);
		assert_string_equal(answer->addresses, rows[i].addresses);
		assert_true(resolver_has_news(r));
		assert_false(resolver_has_news(r));
		assert_int_equal(atomic_load(&n_wakes), 1);
		resolver_leave(r, l);
		resolver_free(r);
		wait_for_threads(0);
	}
}

/* Where there is no IPv6, nobody is asked for its addresses. */
static void
only_families_that_are_there_are_asked_for(void **state)
{
	(void)state;
	for (int has_ipv6 = 0; has_ipv6 < 2; has_ipv6++) {
		struct resolver *r = start();
		struct lookup *l;

		atomic_store(&lacks_ipv6, !has_ipv6);
		resolver_add("one.example", "127.0.0.1");
		l = ask(r, "one.example");
		assert_non_null(wait_for(r, l, LONG_MS));
		(void)pthread_mutex_lock(&resolver.mutex);
		assert_int_equal(resolver.family,
				 has_ipv6 ? AF_UNSPEC : AF_INET);
		(void)pthread_mutex_unlock(&resolver.mutex);
		resolver_leave(r, l);
		resolver_free(r);
		wait_for_threads(0);
	}
}

static void
nothing_without_memory(void *ctx)
{
	struct resolver *r = NULL;
	struct ark_error err = { 0 };
	int rc = resolver_new(&r, count_wake, &n_wakes, &err);
	struct lookup *l;

	(void)ctx;
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	if (rc)
		return;
	l = resolver_ask(r, "no.example", 0);
	assert_int_equal(!l, heap_has_failed());
	if (l) {
		assert_non_null(wait_for(r, l, LONG_MS));
		resolver_leave(r, l);
	}
	resolver_free(r);
	wait_for_threads(0);
}

static void
a_lookup_without_memory_is_none(void **state)
{
	(void)state;
	resolver_free(start());
	assert_int_equal(heap_each(nothing_without_memory, NULL), 2);
}

/* The longest there are, and more than are kept. */
static void
many_addresses_are_cut(void **state)
{
	static const char one[] = "2001:db8:1111:2222:3333:4444:5555:6666";
	struct buf told = BUF_INIT(1 << 16), kept = BUF_INIT(1 << 16);
	struct resolver *r = start();
	const struct resolver_answer *answer;
	struct lookup *l;

	(void)state;
	for (int i = 0; i < RESOLVER_MAX_ADDRESSES + 8; i++) {
		buf_addf(&told, "%s%s", i ? " " : "", one);
		if (i < RESOLVER_MAX_ADDRESSES)
			buf_addf(&kept, "%s[%s]", i ? "," : "", one);
	}
	resolver_add("many.example", buf_text(&told));
	l = ask(r, "many.example");
	answer = wait_for(r, l, LONG_MS);
	assert_non_null(answer);
	assert_string_equal(answer->addresses, buf_text(&kept));
	resolver_leave(r, l);
	resolver_free(r);
	wait_for_threads(0);
	buf_release(&told);
	buf_release(&kept);
}

/* Five ask for one name, and one of them does not stay: one lookup. */
static void
a_name_is_looked_up_once_at_a_time(void **state)
{
	struct resolver *r = start();
	struct lookup *l[5];

	(void)state;
	resolver_add("silent.example", "192.0.2.1");
	for (int i = 0; i < 5; i++)
		l[i] = ask(r, "silent.example");
	resolver_leave(r, l[0]);
	wait_until_asked(1, NULL);
	assert_null(resolver_answer(r, l[1]));
	assert_false(resolver_has_news(r));
	resolver_let_go(1);
	for (int i = 1; i < 5; i++) {
		const struct resolver_answer *answer =
			wait_for(r, l[i], LONG_MS);

		assert_non_null(answer);
		assert_string_equal(answer->addresses, "192.0.2.1");
		resolver_leave(r, l[i]);
	}
	assert_int_equal(resolver_asked(NULL), 1);
	assert_int_equal(atomic_load(&n_wakes), 1);
	/* Answers are not kept. */
	l[0] = ask(r, "silent.example");
	resolver_let_go(1);
	assert_non_null(wait_for(r, l[0], LONG_MS));
	assert_int_equal(resolver_asked(NULL), 2);
	resolver_leave(r, l[0]);
	resolver_free(r);
	wait_for_threads(0);
}

/* Whom everybody has left is joined by others, but not when it is old. */
static void
an_old_lookup_is_not_shared(void **state)
{
	struct resolver *r = start();
	struct lookup *old, *joined, *fresh;

	(void)state;
	resolver_add("silent.example", "192.0.2.1");
	old = resolver_ask(r, "silent.example", 1000);
	wait_until_asked(1, NULL);
	resolver_leave(r, old);
	joined = resolver_ask(r, "silent.example", 999 + RESOLVER_SHARED_MS);
	fresh = resolver_ask(r, "silent.example", 1000 + RESOLVER_SHARED_MS);
	wait_until_asked(2, NULL);
	resolver_let_go(2);
	assert_non_null(wait_for(r, joined, LONG_MS));
	assert_non_null(wait_for(r, fresh, LONG_MS));
	assert_int_equal(resolver_asked(NULL), 2);
	resolver_leave(r, joined);
	resolver_leave(r, fresh);
	resolver_free(r);
	wait_for_threads(0);
}

/* An answer that nobody waits for wakes nobody. */
static void
a_lookup_may_be_left(void **state)
{
	struct resolver *r = start();
	struct lookup *l = ask(r, "silent.example");

	(void)state;
	wait_until_asked(1, NULL);
	resolver_leave(r, l);
	resolver_let_go(1);
	wait_for_threads(0);
	assert_int_equal(atomic_load(&n_wakes), 0);
	assert_false(resolver_has_news(r));
	resolver_free(r);
}

/* Its threads are stuck: it is freed at once, and they by and by. */
static void
a_stuck_resolver_can_be_freed(void **state)
{
	struct resolver *r = start();
	struct lookup *l[4];
	int64_t begun_ms;

	(void)state;
	for (int i = 0; i < 4; i++)
		l[i] = ask_silent(r, i);
	wait_until_asked(4, NULL);
	for (int i = 0; i < 4; i++)
		resolver_leave(r, l[i]);
	begun_ms = clock_now_ms();
	resolver_free(r);
	assert_in_range(clock_now_ms() - begun_ms, 0, LONG_MS / 10);
	assert_int_equal(atomic_load(&n_threads), 4);
	resolver_let_go(4);
	wait_for_threads(0);
	assert_int_equal(atomic_load(&n_wakes), 0);
}

/* All but one thread are stuck, and a name that is answered is answered. */
static void
silent_names_hold_up_no_other(void **state)
{
	struct resolver *r = start();
	struct lookup *l[RESOLVER_MAX_THREADS - 1], *good;

	(void)state;
	resolver_add("good.example", "192.0.2.1");
	for (int i = 0; i < RESOLVER_MAX_THREADS - 1; i++)
		l[i] = ask_silent(r, i);
	wait_until_asked(RESOLVER_MAX_THREADS - 1, NULL);
	for (int i = 0; i < 100; i++) {
		good = ask(r, "good.example");
		assert_non_null(wait_for(r, good, LONG_MS));
		resolver_leave(r, good);
	}
	for (int i = 0; i < RESOLVER_MAX_THREADS - 1; i++) {
		assert_null(resolver_answer(r, l[i]));
		resolver_leave(r, l[i]);
	}
	resolver_free(r);
	resolver_let_go(RESOLVER_MAX_THREADS - 1);
	wait_for_threads(0);
}

/*
 * More silent names than threads: no more threads; those in the queue that are
 * left are never asked for; and what most are waiting for is first.
 */
static void
threads_are_bounded(void **state)
{
	struct resolver *r = start();
	struct lookup *l[RESOLVER_MAX_THREADS], *left, *one, *two[2];
	char last[256];

	(void)state;
	for (int i = 0; i < RESOLVER_MAX_THREADS; i++)
		l[i] = ask_silent(r, i);
	wait_until_asked(RESOLVER_MAX_THREADS, NULL);
	left = ask(r, "left.example");
	one = ask(r, "silent-one.example");
	two[0] = ask(r, "silent-two.example");
	two[1] = ask(r, "silent-two.example");
	assert_int_equal(atomic_load(&n_threads), RESOLVER_MAX_THREADS);
	resolver_leave(r, left);
	resolver_let_go(1);
	wait_until_asked(RESOLVER_MAX_THREADS + 1, last);
	assert_string_equal(last, "silent-two.example");
	resolver_let_go(1);
	wait_until_asked(RESOLVER_MAX_THREADS + 2, last);
	assert_string_equal(last, "silent-one.example");
	assert_int_equal(atomic_load(&n_threads), RESOLVER_MAX_THREADS);
	resolver_let_go(RESOLVER_MAX_THREADS);
	assert_non_null(wait_for(r, one, LONG_MS));
	assert_non_null(wait_for(r, two[0], LONG_MS));
	assert_non_null(wait_for(r, two[1], LONG_MS));
	for (int i = 0; i < RESOLVER_MAX_THREADS; i++) {
		assert_non_null(wait_for(r, l[i], LONG_MS));
		resolver_leave(r, l[i]);
	}
	resolver_leave(r, one);
	resolver_leave(r, two[0]);
	resolver_leave(r, two[1]);
	assert_int_equal(resolver_asked(NULL), RESOLVER_MAX_THREADS + 2);
	wait_for_threads(0);
	resolver_free(r);
}

/* Without any thread the lookup fails; with one that works, it takes turns. */
static void
a_thread_that_cannot_be_had(void **state)
{
	struct resolver *r = start();
	const struct resolver_answer *answer;
	struct lookup *first, *l;

	(void)state;
	resolver_add("good.example", "192.0.2.1");
	atomic_store(&is_refused, true);
	l = ask(r, "good.example");
	answer = resolver_answer(r, l);
	assert_non_null(answer);
	assert_int_equal(answer->failure, EAI_MEMORY);
	assert_true(resolver_has_news(r));
	resolver_leave(r, l);
	atomic_store(&is_refused, false);
	first = ask(r, "silent.example");
	wait_until_asked(1, NULL);
	atomic_store(&is_refused, true);
	l = ask(r, "good.example");
	assert_null(resolver_answer(r, l));
	resolver_let_go(1);
	answer = wait_for(r, l, LONG_MS);
	assert_non_null(answer);
	assert_int_equal(answer->failure, 0);
	atomic_store(&is_refused, false);
	resolver_leave(r, l);
	resolver_leave(r, first);
	resolver_free(r);
	wait_for_threads(0);
}

/* Asked, left and answered in every order: nothing is lost or used twice. */
static void
in_any_order(void **state)
{
	struct resolver *r = start();
	struct lookup *l[8] = { NULL };
	unsigned luck = 1;

	(void)state;
	resolver_add("name0.example", "192.0.2.1");
	resolver_add("name1.example", "192.0.2.1");
	for (int i = 0; i < 5000; i++) {
		char name[32];
		size_t k;

		luck = luck * 1103515245 + 12345;
		k = luck >> 16 & 7;
		(void)snprintf(name, sizeof(name), "name%u.example",
			       luck >> 20 & 3);
		if (l[k]) {
			if (luck >> 24 & 1)
				assert_non_null(wait_for(r, l[k], LONG_MS));
			resolver_leave(r, l[k]);
			l[k] = NULL;
		} else {
			l[k] = ask(r, name);
		}
	}
	for (size_t k = 0; k < 8; k++) {
		if (l[k])
			resolver_leave(r, l[k]);
	}
	resolver_free(r);
	wait_for_threads(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_as_the_system_gives_them),
		cmocka_unit_test(only_families_that_are_there_are_asked_for),
		cmocka_unit_test(a_lookup_without_memory_is_none),
		cmocka_unit_test(many_addresses_are_cut),
		cmocka_unit_test(a_name_is_looked_up_once_at_a_time),
		cmocka_unit_test(an_old_lookup_is_not_shared),
		cmocka_unit_test(a_lookup_may_be_left),
		cmocka_unit_test(a_stuck_resolver_can_be_freed),
		cmocka_unit_test(silent_names_hold_up_no_other),
		cmocka_unit_test(threads_are_bounded),
		cmocka_unit_test(a_thread_that_cannot_be_had),
		cmocka_unit_test(in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
