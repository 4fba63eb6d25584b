#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/event.h"

struct heard {
	int n;
	struct ark_event event;
	char text[1024];
	bool wants_end;
};

static void
hear(void *ctx, const struct ark_event *event)
{
	struct heard *h = ctx;

	h->n++;
	h->event = *event;
	if (event->text)
		(void)snprintf(h->text, sizeof(h->text), "%s", event->text);
}

static bool
wants_end(void *ctx)
{
	return ((struct heard *)ctx)->wants_end;
}

static void
test_log(void **state)
{
	struct heard h = { 0 };
	const struct ark_listener l = { .notify = hear, .ctx = &h };

	(void)state;
	event_log(&l, ARK_LOG_WARNING, "81", "%s of %d", "one", 2);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.event.level, ARK_LOG_WARNING);
	assert_string_equal(h.event.id, "81");
	assert_string_equal(h.text, "one of 2");
	assert_null(h.event.progress);
	event_log(&l, ARK_LOG_DEBUG, NULL, "nothing");
	assert_null(h.event.id);
	assert_int_equal(h.event.level, ARK_LOG_DEBUG);
}

/* A text that is too long is cut, not lost. */
static void
test_long_log(void **state)
{
	struct heard h = { 0 };
	const struct ark_listener l = { .notify = hear, .ctx = &h };

	(void)state;
	event_log(&l, ARK_LOG_INFO, NULL, "begin %2000d", 7);
	assert_int_equal(h.n, 1);
	assert_memory_equal(h.text, "begin ", 6);
	assert_in_range(strlen(h.text), 500, 1000);
}

static void
test_progress(void **state)
{
	const struct ark_progress p = { .days = 3, .in_flight = 7 };
	struct heard h = { 0 };
	const struct ark_listener l = { .notify = hear, .ctx = &h };

	(void)state;
	event_progress(&l, &p);
	assert_int_equal(h.n, 1);
	assert_ptr_equal(h.event.progress, &p);
	assert_null(h.event.text);
	assert_null(h.event.id);
}

static void
test_stop(void **state)
{
	struct heard h = { 0 };
	const struct ark_listener l = { .should_stop = wants_end, .ctx = &h };

	(void)state;
	assert_false(event_should_stop(&l));
	h.wants_end = true;
	assert_true(event_should_stop(&l));
}

static void
test_nobody_listens(void **state)
{
	const struct ark_progress p = { 0 };
	const struct ark_listener deaf = { 0 };

	(void)state;
	event_log(NULL, ARK_LOG_ERROR, "id", "%s", "text");
	event_log(&deaf, ARK_LOG_ERROR, "id", "%s", "text");
	event_progress(NULL, &p);
	event_progress(&deaf, &p);
	assert_false(event_should_stop(NULL));
	assert_false(event_should_stop(&deaf));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_long_log),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
