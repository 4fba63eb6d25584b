/* What is told of a form that is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "review/form.h"
#include "unit/heap.h"

#define FORM(questions) "{\"questions\":[" questions "]}"
#define Q(id, rest) "{\"id\":" id ",\"text\":\"A\"," rest "}"
#define YES_NO(rest) Q("\"a\"", "\"type\":\"yes_no\"" rest)
#define CHOICE(choices) Q("\"a\"", "\"type\":\"choice\",\"choices\":" choices)
#define X10 "xxxxxxxxxx"
#define ID_IS(id) FORM(Q(id, "\"type\":\"text\""))

#define AN_ID "question 1 of the form: expected an \"id\" of at most 40"
#define A_TYPE "question 1 of the form: expected a \"type\": yes_no"
#define A_WEIGHT "question 1 of the form: expected a \"weight\" between 0 and"
#define A_VALUE "question 1 of the form: expected a \"value\" of a choice"
#define NOT_FATAL "question 1 of the form: expected a fatal question to be of"

static const struct {
	const char *form;
	const char *why;	/* how it is refused begins; NULL: it is good */
} rows[] = {
	{ FORM(YES_NO("")), NULL },
	{ "[]", "the form: expected an object with \"questions\"" },
	{ "{}", "the form: expected \"questions\", a list" },
	{ "{\"questions\":{}}", "the form: expected \"questions\", a list" },
	{ "{\"title\":7,\"questions\":[]}", "the form: expected \"title\"" },
	{ FORM(""), "the form: expected at least one question" },
	{ "{\"quetsions\":[]}", "\"quetsions\" is none of a form: the form" },
	{ FORM("7"), "question 1 of the form: expected an object" },
	{ FORM(YES_NO(",\"wieght\":1")),
	  "\"wieght\" is none of a form: question 1" },
	{ FORM(YES_NO(",\"help\":7")),
	  "question 1 of the form: expected \"help\" to be a text" },
	{ "{\"questions\":[", "the form is no JSON: " },
	{ "", "the form is no JSON: " },
	{ "\xff", "the form is no JSON: " },

	/* ids */
	{ FORM("{}"), AN_ID },
	{ ID_IS("7"), AN_ID },
	{ ID_IS("\"\""), AN_ID },
	{ ID_IS("\"9a\""), AN_ID },
	{ ID_IS("\"Ab\""), AN_ID },
	{ ID_IS("\"{a\""), AN_ID },
	{ ID_IS("\"a b\""), AN_ID },
	{ ID_IS("\"aB\""), AN_ID },
	{ ID_IS("\"" X10 X10 X10 X10 "x\""), AN_ID },
	{ ID_IS("\"" X10 X10 X10 X10 "\""), NULL },
	{ ID_IS("\"a-_9\""), NULL },
	{ FORM(YES_NO("") "," YES_NO("")),
	  "question 2 of the form: expected an \"id\" of its own" },
	{ FORM(YES_NO("") "," Q("\"b\"", "\"type\":\"text\"")), NULL },
	{ FORM(YES_NO("") "," Q("\"aa\"", "\"type\":\"text\"")), NULL },

	/* texts and types */
	{ FORM("{\"id\":\"a\",\"type\":\"text\"}"),
	  "question 1 of the form: expected a \"text\"" },
	{ FORM("{\"id\":\"a\",\"text\":\"\",\"type\":\"text\"}"),
	  "question 1 of the form: expected a \"text\"" },
	{ FORM("{\"id\":\"a\",\"text\":\"A\"}"), A_TYPE },
	{ FORM(Q("\"a\"", "\"type\":7")), A_TYPE },
	{ FORM(Q("\"a\"", "\"type\":\"yesno\"")), A_TYPE },

	/* what it is worth */
	{ FORM(YES_NO(",\"weight\":0")), NULL },
	{ FORM(YES_NO(",\"weight\":1e3")), NULL },
	{ FORM(YES_NO(",\"weight\":1000.5")), A_WEIGHT },
	{ FORM(YES_NO(",\"weight\":-1")), A_WEIGHT },
	{ FORM(YES_NO(",\"weight\":1e400")), A_WEIGHT },
	{ FORM(YES_NO(",\"weight\":\"1\"")), A_WEIGHT },
	{ FORM(YES_NO(",\"weight\":1.0000000000000000000000000000000")),
	  A_WEIGHT },
	{ FORM(YES_NO(",\"fatal\":1")),
	  "question 1 of the form: expected \"fatal\" to be true or false" },
	{ FORM(YES_NO(",\"fatal\":true")), NULL },
	{ FORM(Q("\"a\"", "\"type\":\"scale\",\"fatal\":true")), NULL },
	{ FORM(Q("\"a\"", "\"type\":\"text\",\"fatal\":false")), NULL },
	{ FORM(Q("\"a\"", "\"type\":\"text\",\"fatal\":true")), NOT_FATAL },

	/* choices */
	{ FORM(YES_NO(",\"choices\":[\"x\",\"y\"]")),
	  "question 1 of the form: expected \"choices\" only with type" },
	{ FORM(Q("\"a\"", "\"type\":\"choice\"")),
	  "question 1 of the form: expected \"choices\", a list" },
	{ FORM(CHOICE("{}")),
	  "question 1 of the form: expected \"choices\", a list" },
	{ FORM(CHOICE("[\"x\"]")),
	  "question 1 of the form: expected 2 to 9 choices" },
	{ FORM(CHOICE("[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\","
		      "\"10\"]")),
	  "question 1 of the form: expected 2 to 9 choices" },
	{ FORM(CHOICE("[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\""
		      "]")), NULL },
	{ FORM(CHOICE("[\"x\",7]")),
	  "question 1 of the form: expected choices that are texts" },
	{ FORM(CHOICE("[\"x\",\"\"]")),
	  "question 1 of the form: expected choices that are texts" },
	{ FORM(CHOICE("[\"x\",{\"value\":1}]")),
	  "question 1 of the form: expected choices that are texts" },
	{ FORM(CHOICE("[\"x\",{\"text\":\"y\"}]")), NULL },
	{ FORM(CHOICE("[\"x\",{\"text\":\"y\",\"value\":0.5}]")), NULL },
	{ FORM(CHOICE("[\"x\",{\"text\":\"y\",\"value\":2}]")), A_VALUE },
	{ FORM(CHOICE("[\"x\",{\"text\":\"y\",\"value\":\"1\"}]")), A_VALUE },
	{ FORM(CHOICE("[\"x\",{\"text\":\"y\",\"valeu\":1}]")),
	  "\"valeu\" is none of a form: question 1" },
};

static int
check(const char *form, struct ark_error *err)
{
	*err = (struct ark_error){ 0 };
	return form_check((struct json_slice){ form, strlen(form) }, err);
}

static void
what_is_wrong_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ark_error err;
		int rc = check(rows[i].form, &err);

		if (rc != (rows[i].why ? ARK_EUSAGE : 0) || err.code != rc)
			fail_msg("%s: %d, %s", rows[i].form, rc, err.text);
		if (rc && strncmp(err.text, rows[i].why, strlen(rows[i].why)))
			fail_msg("%s: %s", rows[i].form, err.text);
	}
}

/* n questions, each with an id of its own. */
static int
check_many(int n, struct ark_error *err)
{
	struct buf form = BUF_INIT(FORM_MAX_BYTES);
	int rc;

	(void)buf_adds(&form, "{\"questions\":[");
	for (int i = 0; i < n; i++)
		(void)buf_addf(&form, "%s{\"id\":\"q%d\",\"text\":\"A\","
			       "\"type\":\"text\"}", i ? "," : "", i);
	(void)buf_adds(&form, "]}");
	rc = check(buf_text(&form), err);
	buf_release(&form);
	return rc;
}

static void
there_are_so_many_questions_and_no_more(void **state)
{
	struct ark_error err;

	(void)state;
	assert_int_equal(check_many(FORM_MAX_QUESTIONS, &err), 0);
	assert_int_equal(check_many(FORM_MAX_QUESTIONS + 1, &err), ARK_EUSAGE);
	assert_string_equal(err.text, "the form: expected at most 100 "
			    "questions");
}

/* So many members that they take memory to be told apart. */
static void
check_without_memory(void *ctx)
{
	struct buf form = BUF_INIT(FORM_MAX_BYTES);
	struct ark_error err;
	int rc;

	(void)ctx;
	(void)buf_adds(&form, "{\"title\":\"T\"");
	for (int i = 0; i < 100; i++)
		(void)buf_addf(&form, ",\"member%d\":1", i);
	(void)buf_adds(&form, "}");
	if (!buf_status(&form, NULL)) {
		rc = check(buf_text(&form), &err);
		if (!heap_has_failed() || rc != ARK_ENOMEM)
			assert_int_equal(rc, ARK_EUSAGE);
		assert_int_equal(err.code, rc);
		if (rc == ARK_ENOMEM)
			assert_string_equal(err.text, "out of memory");
	}
	buf_release(&form);
}

static void
memory_may_run_out_anywhere(void **state)
{
	(void)state;
	assert_true(heap_each(check_without_memory, NULL) > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(memory_may_run_out_anywhere),
		cmocka_unit_test(there_are_so_many_questions_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
