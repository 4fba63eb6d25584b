#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/error.h"
#include "flow/tap.h"

/* A sink that answers as it is told and remembers what it was asked. */
struct fake {
	struct sink sink;	/* first */
	int answer;
	int64_t offset, total;
	size_t n;
};

static int
fake_begin(struct sink *sink, int64_t offset, int64_t total)
{
	struct fake *f = (struct fake *)sink;

	f->offset = offset;
	f->total = total;
	return f->answer;
}

static int
fake_write(struct sink *sink, const uint8_t *bytes, size_t n)
{
	struct fake *f = (struct fake *)sink;

	assert_non_null(bytes);
	f->n = n;
	return f->answer;
}

static const struct fake fresh = { .sink = { fake_begin, fake_write } };

static void
test_passes_on_and_counts(void **state)
{
	static const uint8_t bytes[10];
	struct tap_count count = { 0 };
	struct fake behind = fresh;
	struct tap t;

	(void)state;
	tap_init(&t, &behind.sink, &count);
	assert_int_equal(t.sink.begin(&t.sink, 7, 17), 0);
	assert_int_equal(behind.offset, 7);
	assert_int_equal(behind.total, 17);
	assert_int_equal(t.sink.write(&t.sink, bytes, 10), 0);
	assert_int_equal(behind.n, 10);
	assert_int_equal(t.sink.write(&t.sink, bytes, 3), 0);
	behind.answer = ARK_EDISK;
	assert_int_equal(t.sink.write(&t.sink, bytes, 5), ARK_EDISK);
	assert_int_equal(t.sink.begin(&t.sink, 0, -1), ARK_EDISK);
	assert_int_equal(atomic_load(&count.bytes), 13);
	assert_int_equal(atomic_load(&count.held), 0);
}

static void
test_tells_who_is_held(void **state)
{
	static const uint8_t bytes[10];
	struct tap_count count = { 0 };
	struct fake behind = fresh;
	struct tap one, two, never = { 0 };

	(void)state;
	tap_init(&one, &behind.sink, &count);
	tap_init(&two, &behind.sink, &count);
	behind.answer = SINK_AGAIN;
	for (int i = 0; i < 3; i++)
		assert_int_equal(one.sink.write(&one.sink, bytes, 10),
				 SINK_AGAIN);
	assert_int_equal(two.sink.write(&two.sink, bytes, 10), SINK_AGAIN);
	assert_int_equal(atomic_load(&count.held), 2);
	assert_int_equal(atomic_load(&count.bytes), 0);
	/* Room again for the one; the other is called off. */
	behind.answer = 0;
	assert_int_equal(one.sink.write(&one.sink, bytes, 10), 0);
	assert_int_equal(atomic_load(&count.held), 1);
	tap_end(&two);
	tap_end(&two);
	tap_end(&never);
	assert_int_equal(atomic_load(&count.held), 0);
	/* A body that begins anew is held by nothing. */
	behind.answer = SINK_AGAIN;
	(void)one.sink.write(&one.sink, bytes, 10);
	behind.answer = 0;
	(void)one.sink.begin(&one.sink, 0, -1);
	assert_int_equal(atomic_load(&count.held), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes_on_and_counts),
		cmocka_unit_test(test_tells_who_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
