/* Without memory there is no draw, and never another one. */
#include "unit/heap.h"
#include "unit/sample/records.h"

/* A population, a draw from it, its record as text, and that read back. */
static int
go_round(struct sample_record *written, struct sample_record *read,
	 struct buf *text, struct ark_error *err)
{
	struct sample_population p = { 0 };
	struct sample_rules r = { 0 };
	struct sample_draw d = { 0 };
	int rc;

	rc = sample_rules_read(&r, &record_words, err);
	for (size_t i = 0; !rc && i < N(manual_calls); i++) {
		const struct manual_call *c = &manual_calls[i];
		const struct sample_call call = {
			.id = c->id, .agent = c->agent,
			.service = c->service, .length_ms = c->length_ms,
			.start_s = FIRST_S + c->day * DAY_SECONDS +
				   c->hour * 3600 + c->minute * 60,
		};

		rc = sample_add(&p, &call, err);
	}
	if (!rc)
		rc = sample_measure(&p, err);
	if (!rc)
		rc = sample_draw(&d, &r, &p, err);
	if (!rc)
		rc = make_record(written, &record_words, &p, &d, err);
	if (!rc)
		rc = record_write(written, put, text, err);
	if (!rc)
		rc = read_text(read, buf_text(text), err);
	sample_draw_release(&d);
	sample_rules_release(&r);
	sample_population_release(&p);
	return rc;
}

/* ark_redraw_fn */
static int
differ(void *ctx, const struct ark_redraw_difference *d)
{
	(void)ctx;
	(void)d;
	return ARK_EBUG;
}

static void
attempt(void *ctx)
{
	struct sample_record written = { 0 }, read = { 0 };
	struct buf text = BUF_INIT(1 << 20);
	struct ark_error err = { 0 };
	const char *expected = ctx;
	int64_t rc;

	rc = go_round(&written, &read, &text, &err);
	if (!rc)
		rc = record_compare(&written, &read, differ, NULL, &err);
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
	} else {
		assert_int_equal(rc, 0);
		assert_string_equal(buf_text(&text), expected);
	}
	sample_record_release(&written);
	sample_record_release(&read);
	buf_release(&text);
}

static void
test_each_allocation(void **state)
{
	struct buf expected = BUF_INIT(1 << 20);
	struct sample_record r;

	(void)state;
	full_record(&r);
	assert_int_equal(record_write(&r, put, &expected, NULL), 0);
	sample_record_release(&r);
	assert_true(heap_each(attempt, expected.data) > 30);
	buf_release(&expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
