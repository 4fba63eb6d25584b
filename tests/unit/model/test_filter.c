#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callark/filter.h"
#include "model/recording.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* The document that the rows below are held against. */
static void
make_call(struct recording *r, int64_t duration_s)
{
	static const char *const texts[RECORDING_N_TEXTS] = {
		[RECORDING_ID] = "81",
		[RECORDING_AGENT] = "Jo\xc3\xa3o da Silva",
		[RECORDING_AGENT_EMAIL] = "joao@acme.example",
		[RECORDING_CLIENT] = "MARIA CONCEI\xc3\x87\xc3\x83O",
		[RECORDING_CONTACT] = "11999990000",
		[RECORDING_SERVICE] = "Cobran\xc3\xa7" "a",
		[RECORDING_EXTENSION] = "4021",
		[RECORDING_ORIGIN] = "inbound",
		[RECORDING_PROTOCOL] = "20241231-77",
		[RECORDING_STATUS] = "Finalizada",
		[RECORDING_CLIENT_DOCUMENT] = "123.456.789-09",
		[RECORDING_TAG] = "venda, retorno",
	};

	recording_init(r);
	for (size_t i = 0; i < RECORDING_N_TEXTS; i++) {
		const char *text = texts[i] ? texts[i] : "";

		assert_int_equal(recording_put(r, (enum recording_text)i, text,
					       strlen(text)), 0);
	}
	r->pub.start_s = 1735655405;
	r->pub.end_s = duration_s < 0 ? -1 : 1735655405 + duration_s;
	recording_seal(r);
}

static void
test_words(void **state)
{
	static const struct {
		const char *word;
		const char *value;
		bool passes;
	} rows[] = {
		{ "agent", "jo\xc3\x83o*", true },
		{ "agent", "*@acme.example", true },
		{ "agent", "silva", false },
		{ "agent", "*silva", true },
		{ "service", "COBRAN\xc3\x87" "A", true },
		{ "service", "cobran?a", true },
		{ "service", "vendas", false },
		{ "tag", "*retorno*", true },
		{ "tag", "retorno", false },
		{ "status", "final*", true },
		{ "status", "aberta", false },
		{ "origin", "INBOUND", true },
		{ "origin", "out*", false },
		{ "protocol", "20241231*", true },
		{ "protocol", "2024123177", false },
		{ "extension", "40??", true },
		{ "extension", "40?", false },
		{ "client", "maria*", true },
		{ "client", "119*", true },
		{ "client", "jo\xc3\xa3o*", false },
		{ "client", "123.456.789-09", true },
		{ "client", "12345678909", true },
		{ "client", "123 456 789 09", true },
		{ "client", "123456*", true },
		{ "client", "12345678900", false },
		{ "client", "(11) 99999-0000", true },
		{ "client", "(11) 9*", true },
		{ "client", "-*-", false },
		{ "client", "-", false },
		{ "client", "??????????????", true },
		{ "client", "12345678909x", false },
		{ "min-duration", "60", true },
		{ "min-duration", "1m", true },
		{ "min-duration", "61", false },
		{ "max-duration-call", "60s", true },
		{ "max-duration-call", "59", false },
	};
	struct recording r;

	(void)state;
	make_call(&r, 60);
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_filter *f = NULL;
		const char *reason;

		assert_int_equal(ark_filter_new(&f, NULL), 0);
		assert_true(ark_filter_is_empty(f));
		assert_null(ark_filter_excludes(f, &r.pub));
		assert_int_equal(ark_filter_add(f, rows[i].word,
						rows[i].value, NULL), 0);
		assert_false(ark_filter_is_empty(f));
		assert_true(ark_filter_has(f, rows[i].word));
		assert_false(ark_filter_has(f, "protocols"));
		reason = ark_filter_excludes(f, &r.pub);
		if ((reason == NULL) != rows[i].passes)
			print_error("--%s %s\n", rows[i].word, rows[i].value);
		if (rows[i].passes)
			assert_null(reason);
		else
			assert_string_equal(reason, rows[i].word);
		ark_filter_free(f);
	}
	recording_release(&r);
}

/* Punctuation on the other side: the document has digits only. */
static void
test_bare_document(void **state)
{
	struct ark_filter *f = NULL;
	struct recording r;

	(void)state;
	recording_init(&r);
	assert_int_equal(recording_put(&r, RECORDING_CLIENT_DOCUMENT,
				       "12345678000195", 14), 0);
	recording_seal(&r);
	assert_int_equal(ark_filter_new(&f, NULL), 0);
	assert_int_equal(ark_filter_add(f, "client", "12.345.678/0001-95",
					NULL), 0);
	assert_null(ark_filter_excludes(f, &r.pub));
	ark_filter_free(f);
	recording_release(&r);
}

/* A text that is too long to be a number is not cut into one. */
static void
test_long_text_is_no_number(void **state)
{
	struct ark_filter *f = NULL;
	struct recording r;
	char text[200];

	(void)state;
	memset(text, '1', sizeof(text));
	recording_init(&r);
	assert_int_equal(recording_put(&r, RECORDING_CONTACT, text,
				       sizeof(text)), 0);
	recording_seal(&r);
	assert_int_equal(ark_filter_new(&f, NULL), 0);
	assert_int_equal(ark_filter_add(f, "client", "1.1*", NULL), 0);
	assert_string_equal(ark_filter_excludes(f, &r.pub), "client");
	assert_int_equal(ark_filter_add(f, "client", "11*", NULL), 0);
	assert_null(ark_filter_excludes(f, &r.pub));
	ark_filter_free(f);
	recording_release(&r);
}

static void
test_combinations(void **state)
{
	struct ark_filter *f = NULL;
	struct recording r;

	(void)state;
	make_call(&r, 60);
	assert_int_equal(ark_filter_new(&f, NULL), 0);
	assert_int_equal(ark_filter_add(f, "service", "Vendas", NULL), 0);
	assert_string_equal(ark_filter_excludes(f, &r.pub), "service");
	assert_int_equal(ark_filter_add(f, "service", "cobr*", NULL), 0);
	assert_null(ark_filter_excludes(f, &r.pub));
	assert_false(ark_filter_has(f, "extension"));
	assert_int_equal(ark_filter_add(f, "extension", "1*", NULL), 0);
	assert_int_equal(ark_filter_add(f, "agent", "nobody", NULL), 0);
	assert_string_equal(ark_filter_excludes(f, &r.pub), "agent");
	ark_filter_free(f);
	assert_true(ark_filter_is_empty(NULL));
	assert_false(ark_filter_has(NULL, "agent"));
	assert_null(ark_filter_excludes(NULL, &r.pub));
	ark_filter_free(NULL);
	recording_release(&r);
}

static void
test_unknown_duration(void **state)
{
	static const char *const words[] = { "min-duration",
					     "max-duration-call" };
	struct recording r;

	(void)state;
	make_call(&r, -1);
	for (size_t i = 0; i < N(words); i++) {
		struct ark_filter *f = NULL;

		assert_int_equal(ark_filter_new(&f, NULL), 0);
		assert_int_equal(ark_filter_add(f, words[i], "0", NULL), 0);
		assert_string_equal(ark_filter_excludes(f, &r.pub), words[i]);
		ark_filter_free(f);
	}
	recording_release(&r);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *word;
		const char *value;
		const char *named[2];
	} rows[] = {
		{ "agents", "x", { "\"agents\"", "\"agent\"" } },
		{ "Agent", "x", { "\"Agent\"", "\"agent\"" } },
		{ "colour", "x", { "\"colour\"", "unknown" } },
		{ "agent", "", { "--agent", "\"\"" } },
		{ "agent", "a\xff", { "--agent", "UTF-8" } },
		{ "min-duration", "", { "--min-duration", "15m" } },
		{ "min-duration", "long", { "--min-duration", "\"long\"" } },
		{ "max-duration-call", "-1", { "--max-duration-call", "-1" } },
	};
	struct ark_filter *f = NULL;
	struct ark_error err = { 0 };
	char longer[2000];

	(void)state;
	assert_int_equal(ark_filter_new(&f, NULL), 0);
	for (size_t i = 0; i < N(rows); i++) {
		assert_int_equal(ark_filter_add(f, rows[i].word,
						rows[i].value, &err),
				 ARK_EUSAGE);
		assert_non_null(strstr(err.text, rows[i].named[0]));
		assert_non_null(strstr(err.text, rows[i].named[1]));
		assert_true(ark_filter_is_empty(f));
	}
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_int_equal(ark_filter_add(f, "tag", longer, &err), ARK_EUSAGE);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(ark_filter_add(f, "tag", "x", NULL), 0);
	assert_int_equal(ark_filter_add(f, "tag", "x", &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, "1000"));
	ark_filter_free(f);
}

/* The last bound counts; bounds that no call can meet are a mistake. */
static void
test_bounds(void **state)
{
	struct ark_filter *f = NULL;
	struct recording r;

	(void)state;
	make_call(&r, 60);
	assert_int_equal(ark_filter_new(&f, NULL), 0);
	assert_int_equal(ark_filter_add(f, "min-duration", "2h", NULL), 0);
	assert_int_equal(ark_filter_add(f, "min-duration", "1m", NULL), 0);
	assert_int_equal(ark_filter_add(f, "max-duration-call", "30", NULL),
			 ARK_EUSAGE);
	assert_int_equal(ark_filter_add(f, "max-duration-call", "60", NULL),
			 0);
	assert_null(ark_filter_excludes(f, &r.pub));
	assert_int_equal(ark_filter_add(f, "min-duration", "2m", NULL),
			 ARK_EUSAGE);
	assert_null(ark_filter_excludes(f, &r.pub));
	ark_filter_free(f);
	recording_release(&r);
}

/* Every row of the public table can be added under its name. */
static void
test_table(void **state)
{
	const struct ark_filter_word *words;
	int n = 0;

	(void)state;
	words = ark_filter_words(&n);
	assert_int_equal(n, 10);
	for (int i = 0; i < n; i++) {
		bool is_glob = !strcmp(words[i].argument, "GLOB");
		struct ark_filter *f = NULL;

		assert_true(is_glob || !strcmp(words[i].argument, "SPAN"));
		assert_null(strchr(words[i].help, '\n'));
		assert_int_equal(ark_filter_new(&f, NULL), 0);
		assert_int_equal(ark_filter_add(f, words[i].name, "5", NULL),
				 0);
		assert_int_equal(ark_filter_add(f, words[i].name, "x", NULL),
				 is_glob ? 0 : ARK_EUSAGE);
		ark_filter_free(f);
	}
}

/* ark_filter_option_fn: add it to another filter, and to a list. */
struct copy {
	struct ark_filter *filter;
	char list[200];
};

static int
copy_option(void *ctx, const char *name, const char *value)
{
	struct copy *c = ctx;
	size_t len = strlen(c->list);

	(void)snprintf(c->list + len, sizeof(c->list) - len, "%s=%s;", name,
		       value);
	return ark_filter_add(c->filter, name, value, NULL);
}

static void
test_options_come_back(void **state)
{
	static const char *const options[][2] = {
		{ "max-duration-call", "2h" }, { "agent", "z*" },
		{ "service", "Cobran\xc3\xa7" "a" }, { "agent", "a*" },
		{ "min-duration", "90s" },
	};
	struct ark_filter *f = NULL;
	struct copy c = { 0 }, again = { 0 };

	(void)state;
	assert_int_equal(ark_filter_new(&f, NULL), 0);
	assert_int_equal(ark_filter_new(&c.filter, NULL), 0);
	assert_int_equal(ark_filter_new(&again.filter, NULL), 0);
	assert_int_equal(ark_filter_each(NULL, copy_option, &c), 0);
	assert_int_equal(ark_filter_each(f, copy_option, &c), 0);
	assert_string_equal(c.list, "");
	for (size_t i = 0; i < N(options); i++)
		assert_int_equal(ark_filter_add(f, options[i][0], options[i][1],
						NULL), 0);
	assert_int_equal(ark_filter_each(f, copy_option, &c), 0);
	assert_string_equal(c.list, "agent=z*;agent=a*;service=Cobran\xc3\xa7"
			    "a;min-duration=90;max-duration-call=7200;");
	assert_int_equal(ark_filter_each(c.filter, copy_option, &again), 0);
	assert_string_equal(again.list, c.list);
	ark_filter_free(f);
	ark_filter_free(c.filter);
	ark_filter_free(again.filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_bare_document),
		cmocka_unit_test(test_long_text_is_no_number),
		cmocka_unit_test(test_combinations),
		cmocka_unit_test(test_unknown_duration),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_options_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
