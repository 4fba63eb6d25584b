/* Without memory there is no draw, and never another one. */
#include "base/error.h"
#include "unit/heap.h"
#include "unit/sample/records.h"

/* What is drawn, and the record of it when all goes well. */
struct trial {
	const struct ark_sample_rules *words;
	struct buf expected;
};

/* A population, a draw from it, its record as text, and that read back. */
static int
go_round(const struct ark_sample_rules *words, struct sample_record *written,
	 struct sample_record *read, struct buf *text, struct ark_error *err)
{
	struct sample_population p = { 0 };
	struct sample_rules r = { 0 };
	struct sample_draw d = { 0 };
	int rc;

	rc = sample_rules_read(&r, words, err);
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
		rc = make_record(written, words, &p, &d, err);
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
	const struct trial *t = ctx;
	int64_t rc;

	rc = go_round(t->words, &written, &read, &text, &err);
	if (!rc)
		rc = record_compare(&written, &read, differ, NULL, &err);
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
	} else {
		assert_int_equal(rc, 0);
		assert_string_equal(buf_text(&text), buf_text(&t->expected));
	}
	sample_record_release(&written);
	sample_record_release(&read);
	buf_release(&text);
}

static void
test_each_allocation(void **state)
{
	static const struct ark_sample_rules others[] = {
		{ .seed = "s", .percent = "50" },
		{ .seed = "s", .per_service = 2, .pick = "shortest:1" },
	};
	const struct ark_sample_rules *const words[] = {
		&record_words, &others[0], &others[1],
	};

	(void)state;
	for (size_t i = 0; i < N(words); i++) {
		struct trial t = { words[i], BUF_INIT(1 << 20) };
		struct sample_record r;

		record_of(&r, words[i]);
		assert_int_equal(record_write(&r, put, &t.expected, NULL), 0);
		sample_record_release(&r);
		assert_true(heap_each(attempt, &t) > 30);
		buf_release(&t.expected);
	}
}

#define LONG 70000	/* no two such texts are kept in one piece of memory */

/* Each text is an allocation. */
static void
keep_long_texts(void *ctx)
{
	static char texts[7][LONG];
	const struct sample_call call = {
		.id = texts[0], .agent = texts[1], .service = texts[2],
	};
	const struct record_call drawn = { .id = texts[5] };
	struct sample_population p = { 0 };
	struct sample_record r = { 0 };
	struct ark_error err = { 0 };
	int rc;

	(void)ctx;
	for (size_t i = 0; i < N(texts); i++)
		memset(texts[i], 'a' + (int)i, LONG - 1);
	rc = sample_add(&p, &call, &err);
	if (!rc)
		rc = record_add_filter(&r, texts[3], texts[4], &err);
	if (!rc)
		rc = record_add_call(&r, &drawn, &err);
	if (!rc)
		rc = record_add_excluded(&r, texts[6], 1, &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_int_equal(r.n_excluded, !rc);
	sample_population_release(&p);
	sample_record_release(&r);
}

/* So many names that they need more than one piece of memory; or none. */
static void
read_rules(void *ctx)
{
	const struct ark_sample_rules words = {
		.seed = "s", .count = 1, .evaluators = ctx,
	};
	struct ark_error err = { 0 };
	struct sample_rules r;
	int rc = sample_rules_read(&r, &words, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	if (!rc)
		assert_int_equal(r.n_evaluators, ctx ? 500 : 0);
	sample_rules_release(&r);
}

static void
test_each_text(void **state)
{
	struct buf names = BUF_INIT(1 << 20);

	(void)state;
	for (int i = 0; i < 500; i++)
		(void)buf_addf(&names, "%s%0150d", i ? "," : "", i);
	assert_int_equal(buf_status(&names, NULL), 0);
	assert_true(heap_each(keep_long_texts, NULL) >= 7);
	assert_true(heap_each(read_rules, NULL) >= 1);
	assert_true(heap_each(read_rules, names.data) >= 2);
	buf_release(&names);
}

/* ---- digests ------------------------------------------------------------ */

int __real_digest_add(struct digest *d, const void *bytes, size_t n,
		      struct ark_error *err);
int __wrap_digest_add(struct digest *d, const void *bytes, size_t n,
		      struct ark_error *err);

static long failing_add, n_adds;	/* 0: none fails */

int
__wrap_digest_add(struct digest *d, const void *bytes, size_t n,
		  struct ark_error *err)
{
	if (++n_adds == failing_add)
		return error_set(err, ARK_EBUG, "a digest that fails");
	return __real_digest_add(d, bytes, n, err);
}

static int
draw_once(const struct ark_sample_rules *words, struct ark_error *err)
{
	struct sample_population p = { 0 };
	struct sample_rules r;
	struct sample_draw d = { 0 };
	int rc;

	add_manual(&p, false);
	rules(&r, words);
	n_adds = 0;
	rc = sample_measure(&p, err);
	if (!rc)
		rc = sample_draw(&d, &r, &p, err);
	sample_draw_release(&d);
	sample_rules_release(&r);
	sample_population_release(&p);
	return rc;
}

/* A lot that cannot be drawn ends it: there is no other draw in its place. */
static void
test_each_lot(void **state)
{
	static const struct ark_sample_rules table[] = {
		{ .count = 7, .pick = "longest:2", .evaluators = "eva,ivo",
		  .calibration = 1 },
		{ .percent = "50" },
		{ .per_agent = 2, .evaluators = "eva" },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct ark_error err;
		int rc;

		failing_add = 0;
		do {
			failing_add++;
			err = (struct ark_error){ 0 };
			rc = draw_once(&table[i], &err);
			assert_int_equal(rc, n_adds >= failing_add ? ARK_EBUG :
								     0);
			assert_int_equal(err.code, rc);
		} while (rc);
		assert_true(failing_add > 50);
	}
	failing_add = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_allocation),
		cmocka_unit_test(test_each_text),
		cmocka_unit_test(test_each_lot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
