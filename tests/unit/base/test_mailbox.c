#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mailbox.h"

static void
test_order(void **state)
{
	struct letter letters[3] = { { .kind = 0 }, { .kind = 1 },
				     { .kind = 2 } };
	struct mailbox m;
	struct letter *l;

	(void)state;
	assert_int_equal(mailbox_init(&m, NULL), 0);
	assert_null(mailbox_take(&m, 0));
	for (size_t i = 0; i < 3; i++)
		mailbox_post(&m, &letters[i]);
	l = mailbox_take(&m, 0);
	for (int i = 0; i < 3; i++, l = l->next)
		assert_int_equal(l->kind, i);
	assert_null(l);
	assert_null(mailbox_take(&m, 0));
	mailbox_post(&m, &letters[1]);	/* a letter may be used again */
	l = mailbox_take(&m, -1);
	assert_ptr_equal(l, &letters[1]);
	assert_null(l->next);
	mailbox_release(&m);
}

static void
test_wait_ends(void **state)
{
	struct mailbox m;
	int64_t began_ms = clock_now_ms();
	int64_t passed_ms;

	(void)state;
	assert_int_equal(mailbox_init(&m, NULL), 0);
	assert_null(mailbox_take(&m, 30));
	passed_ms = clock_now_ms() - began_ms;
	assert_true(passed_ms >= 29 && passed_ms < 10000);
	mailbox_release(&m);
}

#define THREADS 4
#define PER_THREAD 500

struct worker {
	pthread_t thread;
	struct mailbox *mailbox;
	int number;
};

static void *
post_many(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < PER_THREAD; i++) {
		struct letter *l = calloc(1, sizeof(*l));

		if (!l)
			abort();
		l->kind = w->number * PER_THREAD + i;
		mailbox_post(w->mailbox, l);
	}
	return NULL;
}

/* Nothing is lost, and the letters of one thread keep their order. */
static void
test_threads(void **state)
{
	struct worker workers[THREADS];
	int next[THREADS] = { 0 };
	struct mailbox m;
	int taken = 0;

	(void)state;
	assert_int_equal(mailbox_init(&m, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		workers[i].mailbox = &m;
		workers[i].number = i;
		assert_int_equal(pthread_create(&workers[i].thread, NULL,
						post_many, &workers[i]), 0);
	}
	while (taken < THREADS * PER_THREAD) {
		struct letter *l = mailbox_take(&m, -1);

		assert_non_null(l);
		while (l) {
			struct letter *following = l->next;

			assert_int_equal(l->kind % PER_THREAD,
					 next[l->kind / PER_THREAD]++);
			free(l);
			l = following;
			taken++;
		}
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	assert_null(mailbox_take(&m, 0));
	mailbox_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_wait_ends),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
