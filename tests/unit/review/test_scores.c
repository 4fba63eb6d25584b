/* Exports read and merged, and forms, without memory too. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "review/scores.h"
#include "unit/heap.h"

#define CALL(id, score, entered) \
	"{\"id\":\"" id "\",\"start\":\"s\",\"state\":\"scored\"," \
	"\"score\":" score ",\"entered\":\"" entered "\"}"
#define EXPORT(who, calls) \
	"{\"format\":\"callark-scores\",\"review\":\"r\",\"evaluator\":\"" \
	who "\",\"calls\":[" calls "]}"

static int
add(struct scores *s, const char *text, struct ark_error *err)
{
	return scores_add(s, text, strlen(text), err);
}

static void
scores_have_one_decimal(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int32_t score;
	} rows[] = {
		{ "0", 0, 0 }, { "100", 0, 1000 }, { "82.1", 0, 821 },
		{ "100.0", 0, 1000 }, { "null", 0, ARK_NO_SCORE },
		{ "100.1", ARK_EUSAGE, 0 }, { "101", ARK_EUSAGE, 0 },
		{ "-1", ARK_EUSAGE, 0 }, { "1e1", ARK_EUSAGE, 0 },
		{ "1.25", ARK_EUSAGE, 0 }, { "true", ARK_EUSAGE, 0 },
		{ "12345", ARK_EUSAGE, 0 },
		{ "\"7.5\"", 0, 75 }, { "\"\"", 0, ARK_NO_SCORE },
		{ "\"1.\"", ARK_EUSAGE, 0 }, { "\"1./\"", ARK_EUSAGE, 0 },
		{ "\"1.:\"", ARK_EUSAGE, 0 }, { "\"1:\"", ARK_EUSAGE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf text = BUF_INIT(1000);
		struct scores s = { 0 };
		struct ark_error err = { 0 };

		(void)buf_addf(&text, EXPORT("e", CALL("c", "%s", "")),
			       rows[i].text);
		assert_int_equal(add(&s, buf_text(&text), &err), rows[i].rc);
		assert_int_equal(err.code, rows[i].rc);
		if (!rows[i].rc)
			assert_int_equal(s.items[0].pub.score, rows[i].score);
		scores_release(&s);
		buf_release(&text);
	}
}

static void
the_last_of_one_evaluator_stays(void **state)
{
	struct scores s = { 0 };

	(void)state;
	assert_int_equal(add(&s, EXPORT("eva", CALL("a", "10", "1") ","
					CALL("b", "20", "1")), NULL), 0);
	assert_int_equal(add(&s, EXPORT("ivo", CALL("a", "30", "1")), NULL),
			 0);
	assert_int_equal(add(&s, EXPORT("eva", CALL("a", "40", "2")), NULL),
			 0);
	assert_int_equal(add(&s, EXPORT("eva", CALL("a", "50", "0")), NULL),
			 0);
	scores_merge(&s);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.replaced, 2);
	assert_string_equal(s.items[0].pub.evaluator, "eva");
	assert_int_equal(s.items[0].pub.score, 400);
	assert_int_equal(s.items[1].pub.score, 300);
	assert_string_equal(s.items[2].pub.id, "b");
	scores_release(&s);
}

/* What is not read is named; nothing of it is kept. */
static void
what_is_no_export_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{\"format\":7,\"calls\":[]}", "\"format\": " },
		{ "{\"calls\":[]}", "\"format\": " },
		{ "{\"format\":\"callark-scores\"}", "\"calls\", a list" },
		{ "{\"format\":\"callark-scores\",\"calls\":{}}",
		  "\"calls\", a list" },
		{ EXPORT("eva", "7"), "calls that are objects" },
		{ EXPORT("", CALL("a", "1", "")), "the evaluator and the id" },
		{ EXPORT("eva", CALL("", "1", "")),
		  "the evaluator and the id" },
		{ EXPORT("eva", CALL("a", "1", "")) "x", "this is no export" },
		{ "id,score\na,1\n", "CSV with the columns" },
		{ "id,evaluator\na,eva\n", "CSV with the columns" },
		{ "score,evaluator\n1,eva\n", "CSV with the columns" },
		{ "", "CSV with the columns" },
		{ "id,score,evaluator\nonly\n", "the evaluator and the id" },
		{ "id,score,evaluator\n\"a,1,eva\n",
		  "CSV with the columns" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ark_error err = { 0 };
		struct scores s = { 0 };

		assert_int_equal(add(&s, rows[i].text, &err), ARK_EUSAGE);
		if (!strstr(err.text, rows[i].why))
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_int_equal(s.n, 0);
		scores_release(&s);
	}
}

/* n bytes of a note in an export. */
static void
expect_long(const char *head, size_t n, const char *tail, const char *why)
{
	struct buf text = BUF_INIT((size_t)8 << 20);
	struct ark_error err = { 0 };
	struct scores s = { 0 };

	(void)buf_adds(&text, head);
	while (n--)
		(void)buf_addc(&text, 'x');
	(void)buf_adds(&text, tail);
	assert_int_equal(buf_status(&text, NULL), 0);
	assert_int_equal(add(&s, buf_text(&text), &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, why));
	assert_int_equal(s.n, 0);
	scores_release(&s);
	buf_release(&text);
}

static void
texts_have_a_longest_length(void **state)
{
	(void)state;
	expect_long("{\"format\":\"callark-scores\",\"evaluator\":\"eva\","
		    "\"calls\":[{\"id\":\"a\",\"note\":\"", (1 << 20) + 1,
		    "\"}]}", "expected shorter texts");
	expect_long("id,score,evaluator,note\na,1,eva,", 4 << 20, "\n",
		    "this is no export of scores");
}

/* JSON may stand behind blanks. */
static void
blanks_before_an_export_are_passed_over(void **state)
{
	struct scores s = { 0 };

	(void)state;
	assert_int_equal(add(&s, " \t\r\n" EXPORT("eva", CALL("a", "1", "")),
			     NULL), 0);
	assert_int_equal(s.n, 1);
	scores_release(&s);
	assert_int_equal(add(&s, " \n", NULL), ARK_EUSAGE);
}

/* Rows as spreadsheets and editors leave them: without a last line end. */
static void
csv_may_end_anywhere(void **state)
{
	static const struct {
		const char *text, *note;
	} rows[] = {
		{ "id,score,evaluator,note\na,1,eva,\"n\"", "n" },
		{ "id,score,evaluator,note\na,1,eva,", "" },
		{ "id,score,evaluator,note\na,1,eva,n\r", "n\r" },
		{ "id,score,evaluator,note\na,1,eva,n\rm\r\n", "n\rm" },
		{ "id;score;evaluator;note\na;1;eva;n,m\n", "n,m" },
		{ "id,score,evaluator,note,a;b\na,1,eva,n;m,\n", "n;m" },
		{ "id,score,evaluator,note", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ark_error err = { 0 };
		struct scores s = { 0 };

		if (add(&s, rows[i].text, &err))
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_int_equal(s.n, !!rows[i].note);
		if (s.n) {
			assert_string_equal(s.items[0].pub.note, rows[i].note);
			assert_int_equal(s.items[0].pub.score, 10);
		}
		scores_release(&s);
	}
}

static void
csv_is_read_as_it_is_written(void **state)
{
	static const char text[] =
		"score,odd,id,evaluator,note,state\r\n"
		"82.1,x,\"c,1\",eva,\"'=1+1 \"\"q\"\"\r\nmore\",scored\r\n"
		",,c2,eva,,begun\n"
		"\r\n"
		"5,,c3,eva,'plain,scored";
	struct scores s = { 0 };

	(void)state;
	assert_int_equal(add(&s, text, NULL), 0);
	assert_int_equal(s.n, 3);
	assert_string_equal(s.items[0].pub.id, "c,1");
	assert_string_equal(s.items[0].pub.note, "=1+1 \"q\"\r\nmore");
	assert_true(s.items[0].pub.is_scored);
	assert_int_equal(s.items[0].pub.score, 821);
	assert_int_equal(s.items[1].pub.score, ARK_NO_SCORE);
	assert_false(s.items[1].pub.is_scored);
	assert_string_equal(s.items[2].pub.note, "'plain");
	scores_release(&s);
}

static void
read_without_memory(void *ctx)
{
	const char *text = ctx;
	struct scores s = { 0 };
	struct ark_error err = { 0 };
	int rc = add(&s, text, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_string_equal(err.text, rc ? "out of memory" : "");
	scores_merge(&s);
	scores_release(&s);
}

static void
memory_may_run_out_anywhere(void **state)
{
	char json[] = EXPORT("eva", CALL("a", "10", "1") ","
			     CALL("b", "20", "1"));
	char csv[] = "id,score,evaluator\na,1,eva\nb,2,eva\n";
	struct buf wide = BUF_INIT(10000);

	(void)state;
	/* so many members that they take memory to be told apart */
	(void)buf_adds(&wide, "{\"format\":\"callark-scores\","
		       "\"evaluator\":\"eva\",\"calls\":[{\"id\":\"a\"");
	for (int i = 0; i < 100; i++)
		(void)buf_addf(&wide, ",\"member%d\":1", i);
	(void)buf_adds(&wide, "}]}");
	(void)buf_addc(&wide, '\0');
	assert_true(heap_each(read_without_memory, json) > 3);
	assert_true(heap_each(read_without_memory, wide.data) > 3);
	buf_release(&wide);
	assert_true(heap_each(read_without_memory, csv) > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_have_one_decimal),
		cmocka_unit_test(the_last_of_one_evaluator_stays),
		cmocka_unit_test(what_is_no_export_is_refused),
		cmocka_unit_test(texts_have_a_longest_length),
		cmocka_unit_test(blanks_before_an_export_are_passed_over),
		cmocka_unit_test(csv_may_end_anywhere),
		cmocka_unit_test(csv_is_read_as_it_is_written),
		cmocka_unit_test(memory_may_run_out_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
