/* The record: what is written is what is read, and nothing else is. */
#include "unit/sample/records.h"

static void
print(struct buf *out, const struct sample_record *r)
{
	assert_int_equal(record_write(r, put, out, NULL), 0);
}

static void
test_round_trip(void **state)
{
	struct buf first = BUF_INIT(1 << 20), second = BUF_INIT(1 << 20);
	struct sample_record r, again = { 0 };
	struct ark_error err = { 0 };

	(void)state;
	full_record(&r);
	print(&first, &r);
	assert_int_equal(read_text(&again, buf_text(&first), &err), 0);
	print(&second, &again);
	assert_string_equal(buf_text(&first), buf_text(&second));
	assert_int_equal(again.n_calls, 7);
	assert_int_equal(again.n_excluded, 2);
	assert_string_equal(again.excluded[0].id, "another");
	assert_string_equal(again.filters[0].value, "\"Z\xc3\xa9\"\n*");
	sample_record_release(&r);
	sample_record_release(&again);
	buf_release(&first);
	buf_release(&second);
}

/* Whatever was asked for, it is read back as the same. */
static void
test_rules_round_trip(void **state)
{
	static const struct {
		struct ark_sample_rules words;
		const char *told;
	} table[] = {
		{ { .seed = "s", .count = 3 }, "\"rules\":{\"count\":3}" },
		{ { .seed = "s", .percent = "33.50" },
		  "\"rules\":{\"percent\":\"33.5\"}" },
		{ { .seed = "s", .per_agent = 2 },
		  "\"rules\":{\"per_agent\":2}" },
		{ { .seed = "s", .per_service = 2 },
		  "\"rules\":{\"per_service\":2}" },
		{ { .seed = "s", .pick = "shortest:2" },
		  "\"rules\":{\"pick\":\"shortest:2\"}" },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct buf first = BUF_INIT(1 << 20);
		struct buf second = BUF_INIT(1 << 20);
		struct sample_record r, again = { 0 };

		record_of(&r, &table[i].words);
		print(&first, &r);
		if (!strstr(buf_text(&first), table[i].told))
			fail_msg("%s: %s", table[i].told, buf_text(&first));
		assert_int_equal(read_text(&again, buf_text(&first), NULL), 0);
		print(&second, &again);
		assert_string_equal(buf_text(&first), buf_text(&second));
		assert_int_equal(again.rules.n, r.rules.n);
		sample_record_release(&r);
		sample_record_release(&again);
		buf_release(&first);
		buf_release(&second);
	}
}

/* More than goes out at once. */
static void
test_long_record(void **state)
{
	struct buf text = BUF_INIT(64 << 20);
	struct sample_record r, again = { 0 };
	char id[16];

	(void)state;
	full_record(&r);
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(id, sizeof(id), "more %d", i);
		assert_int_equal(record_add_excluded(&r, id, 1, NULL), 0);
	}
	print(&text, &r);
	assert_true(text.len > 200000);
	assert_int_equal(read_text(&again, buf_text(&text), NULL), 0);
	assert_int_equal(again.n_excluded, 5002);
	sample_record_release(&r);
	sample_record_release(&again);
	buf_release(&text);
}

#define HEAD "{\"type\":\"draw\",\"format\":1,\"draw\":1,\"drawn_at\":" \
	"\"2026-01-05T08:00:00Z\",\"tool\":\"t\",\"organization_id\":\"o\"," \
	"\"time_zone\":\"UTC\",\"from\":\"2025-12-29 00:00:00\",\"to\":" \
	"\"2026-01-05 00:00:00\",\"filters\":[],\"seed\":\"s\",\"rules\":" \
	"{\"count\":1},\"exclude_drawn\":false,\"evaluators\":[],"	\
	"\"calibration\":0,\"population\":1,\"population_sha256\":\"" HEX \
	"\",\"excluded\":0,\"drawn\":1}"
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define CALL "{\"type\":\"call\",\"n\":1,\"id\":\"a\",\"start\":" \
	"\"2025-12-29 08:15:00\",\"sha256\":\"" HEX "\",\"picked\":false," \
	"\"calibration\":false,\"evaluators\":[]}"
#define SECOND "{\"type\":\"call\",\"n\":2,\"id\":\"a\",\"start\":" \
	"\"2025-12-30 08:15:00\",\"sha256\":\"" HEX "\",\"picked\":" \
	"false,\"calibration\":false,\"evaluators\":[]}"
#define DAY "{\"type\":\"day\",\"day\":\"2025-12-29\",\"population\":1," \
	"\"sha256\":\"" HEX "\",\"drawn\":1}"
#define WHOLE HEAD "\n" DAY "\n" CALL "\n"

/* One part of a whole record put in place of another: it is none any more. */
static void
test_refused(void **state)
{
	static const struct {
		const char *part, *instead, *told;
	} table[] = {
		{ WHOLE, "", "empty" },
		{ WHOLE, "{}", "draw: this is no record" },
		{ WHOLE, "[1]", "draw: this is no record" },
		{ WHOLE, "x", "" },
		{ WHOLE, DAY, "draw: this is no record" },
		{ CALL "\n", "", "0 calls" },
		{ CALL "\n", CALL "\n" CALL "\n", "n: expected" },
		{ "1}\n" DAY "\n" CALL "\n", "2}\n" CALL "\n" SECOND "\n",
		  "in it twice" },
		{ CALL "\n", HEAD "\n", "day, call or excluded" },
		{ CALL "\n", "{\"type\":7}\n", "day, call or excluded" },
		{ CALL "\n", "\n", "" },
		{ "\"format\":1", "\"format\":2", "use a newer" },
		{ "\"format\":1", "\"format\":\"1\"", "format" },
		{ "\"draw\":1", "\"draw\":0", "draw" },
		{ "T08:00:00Z", "", "drawn_at" },
		{ "\"to\":\"2026-01-05 00:00:00\"", "\"to\":\"2026-01-05\"",
		  "to: expected a time" },
		{ "\"to\":\"2026-01-05 00:00:00\"",
		  "\"to\":\"05/01/2026 00:00:00\"", "to: expected a time" },
		{ "\"to\":\"2026-01-05 00:00:00\"",
		  "\"to\":\"2026-01-05 00:00+03\"", "to: expected a time" },
		{ "\"to\":\"2026-01-05 00:00:00\"",
		  "\"to\":\"2026-01-05 00-00:00\"", "to: expected a time" },
		{ "\"to\":\"2026-01-05 00:00:00\"",
		  "\"to\":\"2026-01-05 00:00-00\"", "to: expected a time" },
		{ "\"to\":\"2026-01-05 00:00:00\"",
		  "\"to\":\"2026-02-30 00:00:00\"", "to: expected a time" },
		{ "\"filters\":[]", "\"filters\":{}", "filters" },
		{ "\"filters\":[]", "\"filters\":[{\"name\":\"agent\"}]",
		  "value" },
		{ "\"seed\":\"s\"", "\"seed\":null", "seed" },
		{ "\"seed\":\"s\"", "\"seed\":\"\"", "seed" },
		{ "\"count\":1", "\"count\":0", "count" },
		{ "\"count\":1", "", "in one way" },
		{ "\"count\":1", "\"count\":1,\"percent\":\"5\"",
		  "in one way" },
		{ "{\"count\":1}", "3", "in one way" },
		{ "\"count\":1", "\"percent\":5", "percent" },
		{ "\"evaluators\":[],\"cal", "\"evaluators\":[\"a,b\"],\"cal",
		  "without commas" },
		{ "\"evaluators\":[],\"cal", "\"evaluators\":[\"\"],\"cal",
		  "without commas" },
		{ "\"evaluators\":[],\"cal", "\"evaluators\":\"a\",\"cal",
		  "a list" },
		{ "\"calibration\":0", "\"calibration\":1", "--calibration" },
		{ "\"calibration\":0", "\"calibration\":-1", "calibration" },
		{ "\"exclude_drawn\":false", "\"exclude_drawn\":0",
		  "true or false" },
		{ "\"population\":1,\"population", "\"population\":0,"
		  "\"population", "population" },
		{ "_sha256\":\"00", "_sha256\":\"0", "SHA-256" },
		{ "\"excluded\":0", "\"excluded\":1", "0 excluded" },
		{ "\"day\":\"2025-12-29\"", "\"day\":\"2025-12-32\"", "day" },
		{ DAY "\n", DAY "\n" DAY "\n", "their order" },
		{ "\"id\":\"a\"", "\"id\":\"\"", "id" },
		{ "\"id\":\"a\"", "\"id\":7", "id" },
		{ "\"n\":1", "\"n\":2", "n: expected" },
		{ "\"picked\":false", "\"picked\":\"no\"", "true or false" },
		{ "\"evaluators\":[]}", "\"evaluators\":[\"eva\"]}",
		  "of the first line" },
		{ "\"evaluators\":[]}", "\"evaluators\":null}", "a list" },
	};
	struct sample_record r = { 0 };

	(void)state;
	assert_int_equal(read_text(&r, WHOLE, NULL), 0);
	sample_record_release(&r);
	for (size_t i = 0; i < N(table); i++) {
		const char *at = strstr(WHOLE, table[i].part);
		struct buf text = BUF_INIT(1 << 20);
		struct ark_error err = { 0 };

		assert_non_null(at);
		buf_add(&text, WHOLE, (size_t)(at - WHOLE));
		buf_adds(&text, table[i].instead);
		buf_adds(&text, at + strlen(table[i].part));
		if (read_text(&r, buf_text(&text), &err) != ARK_EFORMAT)
			fail_msg("accepted: %s", buf_text(&text));
		if (!strstr(err.text, table[i].told))
			fail_msg("%s: lacks %s", err.text, table[i].told);
		sample_record_release(&r);
		buf_release(&text);
	}
}

/* Who listens: one, or all for calibration, and nobody else. */
static void
test_evaluators(void **state)
{
	static const struct {
		const char *calibration, *evaluators;
		int rc;
	} table[] = {
		{ "false", "[\"eva\"]", 0 }, { "false", "[\"ivo\"]", 0 },
		{ "true", "[\"eva\",\"ivo\"]", 0 },
		{ "true", "[\"ivo\",\"eva\"]", ARK_EFORMAT },
		{ "true", "[\"eva\"]", ARK_EFORMAT },
		{ "true", "[\"eva\",\"ivo\",\"ivo\"]", ARK_EFORMAT },
		{ "false", "[\"eva\",\"ivo\"]", ARK_EFORMAT },
		{ "false", "[]", ARK_EFORMAT },
		{ "false", "[\"Eva\"]", ARK_EFORMAT },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct buf text = BUF_INIT(1 << 20), line = BUF_INIT(1 << 20);
		struct sample_record r;
		char *end;

		full_record(&r);
		assert_int_equal(record_head(&r, &text, NULL), 0);
		sample_record_release(&r);
		assert_int_equal(record_line(&r, buf_text(&text), text.len,
					     NULL), 0);
		buf_adds(&line, CALL);
		end = strstr((char *)line.data, "\"calibration\"");
		line.len = (size_t)(end - (char *)line.data);
		buf_addf(&line, "\"calibration\":%s,\"evaluators\":%s}",
			 table[i].calibration, table[i].evaluators);
		assert_int_equal(record_line(&r, buf_text(&line), line.len,
					     NULL), table[i].rc);
		sample_record_release(&r);
		buf_release(&text);
		buf_release(&line);
	}
}

/* ---- a draw made again -------------------------------------------------- */

/* ark_redraw_fn */
static int
note(void *ctx, const struct ark_redraw_difference *d)
{
	static const char letters[ARK_N_REDRAW_KINDS + 1] = "pdmnbe";
	char *told = ctx;
	size_t len = strlen(told);

	(void)snprintf(told + len, 200 - len, "%c%s ", letters[d->kind], d->id);
	assert_true(*d->detail);
	return 0;
}

static void
compare(const char *expected, int64_t n, const struct sample_record *now)
{
	struct sample_record was;
	char told[200] = "";

	full_record(&was);
	assert_int_equal(record_compare(&was, now, note, told, NULL), n);
	assert_string_equal(told, expected);
	sample_record_release(&was);
}

static void
test_comparing(void **state)
{
	struct sample_record r;

	(void)state;
	full_record(&r);
	compare("", 0, &r);
	r.calls[0].sha256[31] ^= 1;
	r.calls[1].evaluator = !r.calls[1].evaluator;
	r.calls[2].is_picked = !r.calls[2].is_picked;
	compare("bc01 ec02 ec03 ", 3, &r);
	r.calls[3].id = "new";
	compare("bc01 ec02 ec03 mc07 nnew ", 5, &r);
	r.n_calls = 0;
	r.population_sha256[0] ^= 1;
	r.days[2].population++;
	compare("p d mc01 mc02 mc03 mc07 mc08 mc09 mc10 ", 9, &r);
	r.days[0].day--;	/* one day more, one less */
	r.n_days = 1;
	r.population++;
	r.n_calls = 3;
	compare("p d d d d bc01 ec02 ec03 mc07 mc08 mc09 mc10 ", 12, &r);
	sample_record_release(&r);
	full_record(&r);	/* and beyond the last */
	r.days[r.n_days - 1].day += 7;
	compare("d d ", 2, &r);
	sample_record_release(&r);
}

/* ark_redraw_fn */
static int
refuse(void *ctx, const struct ark_redraw_difference *d)
{
	(void)d;
	++*(int *)ctx;
	return ARK_ESTOPPED;
}

static void
test_whoever_is_told_may_end_it(void **state)
{
	struct sample_record was, now;
	int n = 0;

	(void)state;
	full_record(&was);
	full_record(&now);
	now.n_calls = now.n_days = 0;
	assert_int_equal(record_compare(&was, &now, refuse, &n, NULL),
			 ARK_ESTOPPED);
	assert_int_equal(n, 1);
	sample_record_release(&was);
	sample_record_release(&now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_rules_round_trip),
		cmocka_unit_test(test_long_record),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_evaluators),
		cmocka_unit_test(test_comparing),
		cmocka_unit_test(test_whoever_is_told_may_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
