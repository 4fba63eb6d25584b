#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "json/tree.h"

static struct json_slice
slice(const char *text)
{
	return (struct json_slice){ text, strlen(text) };
}

static void
assert_prints(struct json_tree *t, bool is_pretty, const char *text)
{
	struct buf out = BUF_INIT(10000);
	struct ark_error err = { 0 };

	assert_int_equal(json_print(t, is_pretty, &out, &err), 0);
	assert_string_equal(buf_text(&out), text);
	assert_int_equal(err.code, 0);
	assert_int_equal(json_check((struct json_slice){ buf_text(&out),
							 out.len },
				    &json_limits_document, NULL), 0);
	buf_release(&out);
}

/* One of everything. */
static void
fill(struct json_tree *t)
{
	json_put_text(t, "text", "Jo\xc3\xa3o \"Z\xc3\xa9\"\n");
	json_put_text(t, "no text", NULL);
	json_put_int(t, "int", -1);
	json_put_real(t, "real", 0.5);
	json_open_array(t, "list");
	json_put_bool(t, NULL, true);
	json_open_object(t, NULL);
	json_put_null(t, "null");
	json_close(t);
	json_open_array(t, NULL);
	json_close(t);
	json_put_raw(t, NULL, slice("{\"raw\" :1.00}"));
	json_close(t);
	json_put_bool(t, "last", false);
}

static void
prints_on_one_line(void **state)
{
	struct json_tree *t = json_tree_new();

	(void)state;
	assert_non_null(t);
	assert_prints(t, false, "{}");
	fill(t);
	assert_prints(t, false,
		      "{\"text\":\"Jo\xc3\xa3o \\\"Z\xc3\xa9\\\"\\n\","
		      "\"no text\":null,\"int\":-1,\"real\":0.5,"
		      "\"list\":[true,{\"null\":null},[],{\"raw\" :1.00}],"
		      "\"last\":false}");
	json_tree_free(t);
	json_tree_free(NULL);
}

static void
prints_indented_and_adds(void **state)
{
	struct json_tree *t = json_tree_new();
	struct buf out = BUF_INIT(1000);

	(void)state;
	json_put_int(t, "a", 1);
	json_open_object(t, "b");
	json_put_int(t, "c", 2);
	assert_prints(t, true, "{\n\t\"a\":\t1,\n\t\"b\":\t{\n"
		      "\t\t\"c\":\t2\n\t}\n}");
	assert_int_equal(buf_adds(&out, "> "), 0);
	assert_int_equal(json_print(t, false, &out, NULL), 0);
	assert_string_equal(buf_text(&out), "> {\"a\":1,\"b\":{\"c\":2}}");
	buf_release(&out);
	json_tree_free(t);
}

static void
integers_keep_their_digits(void **state)
{
	struct json_tree *t = json_tree_new();

	(void)state;
	json_put_int(t, "min", INT64_MIN);
	json_put_int(t, "max", INT64_MAX);
	json_put_int(t, "odd", 9007199254740993);
	json_put_int(t, "zero", 0);
	assert_prints(t, false, "{\"min\":-9223372036854775808,"
		      "\"max\":9223372036854775807,\"odd\":9007199254740993,"
		      "\"zero\":0}");
	json_tree_free(t);
}

static const struct {
	double value;
	const char *text;
} reals[] = {
	{ 0, "{\"r\":0}" },
	{ -0.0, "{\"r\":0}" },
	{ 1, "{\"r\":1}" },
	{ 100, "{\"r\":100}" },
	{ -2.5, "{\"r\":-2.5}" },
	{ 0.1 + 0.2, "{\"r\":0.3}" },
	{ 1.25, "{\"r\":1.25}" },
	{ 12.3456, "{\"r\":12.346}" },
	{ -0.001, "{\"r\":-0.001}" },
	{ -0.0001, "{\"r\":0}" },
	{ 0.9999, "{\"r\":1}" },
	{ 1234567.875, "{\"r\":1234567.875}" },
	{ 999999999999.5, "{\"r\":999999999999.5}" },
	{ 1e12, "{\"r\":1000000000000}" },
	{ -1e12 - 0.5, "{\"r\":-1000000000000}" },
	{ 1e15, "{\"r\":1000000000000000}" },
	{ 4.9e-324, "{\"r\":0}" },
	{ INFINITY, "{\"r\":null}" },
	{ -INFINITY, "{\"r\":null}" },
	{ NAN, "{\"r\":null}" },
};

static void
assert_reals(void)
{
	for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++) {
		struct json_tree *t = json_tree_new();

		json_put_real(t, "r", reals[i].value);
		assert_prints(t, false, reals[i].text);
		json_tree_free(t);
	}
}

static void
reals_are_short(void **state)
{
	struct json_tree *t = json_tree_new();
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_reals();
	json_put_real(t, "r", -DBL_MAX);
	assert_int_equal(json_print(t, false, &out, NULL), 0);
	assert_int_equal(out.len, strlen("{\"r\":-}") + 309);
	buf_release(&out);
	json_tree_free(t);
}

/* Where the machine has a locale with a decimal comma. */
static void
reals_know_no_locale(void **state)
{
	static const char *const locales[] = {
		"pt_BR.UTF-8", "pt_BR.utf8", "de_DE.UTF-8", "fr_FR.UTF-8",
	};
	bool is_set = false;

	(void)state;
	for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++)
		is_set = is_set || setlocale(LC_ALL, locales[i]);
	if (!is_set)
		skip();
	assert_string_equal(localeconv()->decimal_point, ",");
	assert_reals();
	(void)setlocale(LC_ALL, "C");
}

static void
raw_stays_on_its_line(void **state)
{
	struct json_tree *t = json_tree_new();
	char text[] = "[1,2]tail";

	(void)state;
	json_put_raw(t, "a", slice(" {\n\"b\" : \"\\n\",\r\n\"c\":1.0}\n"));
	json_put_raw(t, "none", (struct json_slice){ 0 });
	json_put_raw(t, "empty", slice(" "));
	json_put_raw(t, "part", (struct json_slice){ text, 5 });
	memset(text, 'x', sizeof(text));	/* a copy was kept */
	assert_prints(t, false, "{\"a\":{ \"b\" : \"\\n\",  \"c\":1.0},"
		      "\"none\":null,\"empty\":null,\"part\":[1,2]}");
	json_tree_free(t);
}

static void
depth_is_bounded(void **state)
{
	struct json_tree *t = json_tree_new();
	struct buf out = BUF_INIT(1000);
	struct ark_error err = { 0 };

	(void)state;
	json_open_array(t, "a");
	for (int i = 1; i < 31; i++)
		json_open_array(t, NULL);
	assert_int_equal(json_print(t, false, &out, NULL), 0);
	json_open_object(t, NULL);
	json_put_int(t, "lost", 1);
	json_close(t);
	for (int i = 0; i < 100; i++)
		json_close(t);
	json_put_int(t, "lost", 1);
	buf_clear(&out);
	assert_int_equal(json_print(t, false, &out, &err), ARK_ELIMIT);
	assert_string_equal(err.text, "JSON: nested deeper than 32");
	assert_int_equal(out.len, 0);
	buf_release(&out);
	json_tree_free(t);
}

static void
ceiling_of_out_is_told(void **state)
{
	struct json_tree *t = json_tree_new();
	struct buf out = BUF_INIT(7);
	struct ark_error err = { 0 };

	(void)state;
	json_put_int(t, "a", 1);
	assert_int_equal(json_print(t, false, &out, &err), 0);
	assert_int_equal(json_print(t, false, &out, &err), ARK_ELIMIT);
	assert_int_equal(err.code, ARK_ELIMIT);
	assert_string_equal(buf_text(&out), "{\"a\":1}");
	buf_release(&out);
	json_tree_free(t);
}

/* A text fits where two bytes more are allowed, and never where fewer are. */
static void
ceiling_of_out_is_kept(void **state)
{
	char value[1100];

	(void)state;
	memset(value, 'x', sizeof(value));
	for (size_t n = 8; n < sizeof(value); n++) {
		struct json_tree *t = json_tree_new();
		struct buf whole = BUF_INIT(n + 2), less = BUF_INIT(n - 1);

		value[n - 8] = 0;
		json_put_text(t, "a", value);
		value[n - 8] = 'x';
		assert_int_equal(json_print(t, false, &whole, NULL), 0);
		assert_int_equal(whole.len, n);
		assert_int_equal(strlen(buf_text(&whole)), n);
		assert_int_equal(json_print(t, false, &less, NULL), ARK_ELIMIT);
		assert_int_equal(less.len, 0);
		buf_release(&whole);
		buf_release(&less);
		json_tree_free(t);
	}
}

/* No copy is made of a secret: the tree tells what it holds when printed. */
static void
secrets_are_lent(void **state)
{
	struct json_tree *t = json_tree_new();
	struct buf out = BUF_INIT_SECRET(1000);
	char secret[] = "hush \"\n";

	(void)state;
	json_put_secret(t, "a", secret);
	assert_int_equal(json_print(t, false, &out, NULL), 0);
	assert_string_equal(buf_text(&out), "{\"a\":\"hush \\\"\\n\"}");
	buf_clear(&out);
	memcpy(secret, "gone", 5);
	assert_int_equal(json_print(t, false, &out, NULL), 0);
	assert_string_equal(buf_text(&out), "{\"a\":\"gone\"}");
	json_tree_free(t);
	assert_string_equal(secret, "gone");
	buf_release(&out);
}

static int allocations_left;

static void *
failing_malloc(size_t n)
{
	/* One fails, those behind it succeed: the failure must stick. */
	return allocations_left-- == 0 ? NULL : malloc(n);
}

/* Make and print a tree of which allocation number k fails. */
static int
print_failing_at(int k, bool is_pretty)
{
	struct buf out = BUF_INIT(1000);
	struct json_tree *t;
	int rc;

	allocations_left = k;
	t = json_tree_new();
	fill(t);
	rc = json_print(t, is_pretty, &out, NULL);
	json_tree_free(t);
	assert_true(rc == 0 || out.len == 0);
	buf_release(&out);
	return rc;
}

static void
failed_allocations_stick(void **state)
{
	struct cJSON_Hooks hooks = { failing_malloc, free };

	(void)state;
	cJSON_InitHooks(&hooks);
	for (int is_pretty = 0; is_pretty < 2; is_pretty++) {
		int k = 0;

		for (;; k++) {
			int rc = print_failing_at(k, is_pretty);

			/* Until all that were wanted succeeded. */
			if (allocations_left >= 0) {
				assert_int_equal(rc, 0);
				break;
			}
			assert_int_equal(rc, ARK_ENOMEM);
		}
		assert_in_range(k, 20, 100);
	}
	cJSON_InitHooks(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_on_one_line),
		cmocka_unit_test(prints_indented_and_adds),
		cmocka_unit_test(integers_keep_their_digits),
		cmocka_unit_test(reals_are_short),
		cmocka_unit_test(reals_know_no_locale),
		cmocka_unit_test(raw_stays_on_its_line),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(ceiling_of_out_is_told),
		cmocka_unit_test(ceiling_of_out_is_kept),
		cmocka_unit_test(secrets_are_lent),
		cmocka_unit_test(failed_allocations_stick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
