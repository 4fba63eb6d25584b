#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "omni/dialect.h"

static void
load(struct omni_dialect *d, const char *json)
{
	dialect_load(d, json, strlen(json));
}

static void
test_nothing_known(void **state)
{
	struct omni_dialect d;

	(void)state;
	memset(&d, 0xff, sizeof(d));
	dialect_init(&d);
	assert_int_equal(d.method, OMNI_METHOD_UNKNOWN);
	assert_int_equal(d.param, OMNI_PARAM_UNKNOWN);
	assert_int_equal(d.unit, OMNI_UNIT_UNKNOWN);
	assert_int_equal(d.organization_field, -1);
	assert_int_equal(d.page_size, 0);
	assert_int_equal(d.ceiling, 0);
	assert_false(d.is_method_pinned || d.is_param_pinned);
	assert_false(d.is_unit_pinned || d.is_field_pinned);
	assert_false(d.is_changed);
	/* what is tried first */
	assert_false(dialect_is_post(&d));
	assert_string_equal(dialect_param(&d), "report-skip");
	assert_int_equal(dialect_page_size(&d), OMNI_PAGE_SIZE);
	assert_int_equal(dialect_skip(&d, 7), 7);
}

static void
test_use(void **state)
{
	struct omni_dialect d;

	(void)state;
	dialect_init(&d);
	d.method = OMNI_POST;
	d.param = OMNI_PARAM_UNDERSCORE;
	d.unit = OMNI_UNIT_DOCUMENTS;
	assert_true(dialect_is_post(&d));
	assert_string_equal(dialect_param(&d), "report_skip");
	assert_int_equal(dialect_skip(&d, 0), 0);
	assert_int_equal(dialect_skip(&d, 3), 3000);
	d.page_size = 40;
	assert_int_equal(dialect_page_size(&d), 40);
	assert_int_equal(dialect_skip(&d, 3), 120);
	d.unit = OMNI_UNIT_PAGES;
	assert_int_equal(dialect_skip(&d, 3), 3);
}

static void
test_fields(void **state)
{
	static const char *const names[] = {
		"organization", "organization_id", "organizationId",
		"id_organization", "empresa", "id",
	};
	int n = (int)(sizeof(names) / sizeof(names[0]));

	(void)state;
	for (int i = 0; i < n; i++)
		assert_string_equal(dialect_organization_field(i), names[i]);
	assert_null(dialect_organization_field(n));
	assert_null(dialect_organization_field(-1));
}

static void
test_pin(void **state)
{
	const struct dialect_words none = { 0 };
	const struct dialect_words all = {
		"POST", "report_skip", "documents", "empresa",
	};
	struct omni_dialect d;

	(void)state;
	dialect_init(&d);
	assert_int_equal(dialect_pin(&d, &none, NULL), 0);
	assert_false(d.is_method_pinned || d.is_param_pinned);
	assert_false(d.is_unit_pinned || d.is_field_pinned);
	assert_int_equal(dialect_pin(&d, &all, NULL), 0);
	assert_int_equal(d.method, OMNI_POST);
	assert_int_equal(d.param, OMNI_PARAM_UNDERSCORE);
	assert_int_equal(d.unit, OMNI_UNIT_DOCUMENTS);
	assert_int_equal(d.organization_field, 4);
	assert_true(d.is_method_pinned && d.is_param_pinned);
	assert_true(d.is_unit_pinned && d.is_field_pinned);
	assert_false(d.is_changed);
}

static void
test_pin_refused(void **state)
{
	static const struct {
		struct dialect_words words;
		const char *key, *word;
	} rows[] = {
		{ { .method = "post" }, "omni.method", "GET" },
		{ { .method = "" }, "omni.method", "auto" },
		{ { .page_param = "skip" }, "omni.page_param", "report_skip" },
		{ { .page_unit = "rows" }, "omni.page_unit", "documents" },
		{ { .organization_field = "org" }, "omni.organization_field",
		  "organizationId" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct omni_dialect d;
		struct ark_error err;

		dialect_init(&d);
		assert_int_equal(dialect_pin(&d, &rows[i].words, &err),
				 ARK_EUSAGE);
		assert_int_equal(err.code, ARK_EUSAGE);
		assert_non_null(strstr(err.text, rows[i].key));
		assert_non_null(strstr(err.text, rows[i].word));
	}
}

static void
test_saved_comes_back(void **state)
{
	struct omni_dialect d, back;
	struct buf text = BUF_INIT(1024);

	(void)state;
	dialect_init(&d);
	d.method = OMNI_GET;
	d.param = OMNI_PARAM_UNDERSCORE;
	d.unit = OMNI_UNIT_DOCUMENTS;
	d.organization_field = 2;
	d.page_size = 500;
	d.ceiling = 10000;
	assert_int_equal(dialect_save(&d, &text, NULL), 0);
	dialect_init(&back);
	dialect_load(&back, buf_text(&text), text.len);
	assert_int_equal(back.method, OMNI_GET);
	assert_int_equal(back.param, OMNI_PARAM_UNDERSCORE);
	assert_int_equal(back.unit, OMNI_UNIT_DOCUMENTS);
	assert_int_equal(back.organization_field, 2);
	assert_int_equal(back.page_size, 500);
	assert_int_equal(back.ceiling, 10000);
	assert_false(back.is_changed);
	assert_false(back.is_param_pinned);
	buf_release(&text);
}

static void
test_nothing_saved(void **state)
{
	struct omni_dialect d, back;
	struct buf text = BUF_INIT(1024), small = BUF_INIT(8);

	(void)state;
	dialect_init(&d);
	assert_int_equal(dialect_save(&d, &text, NULL), 0);
	dialect_init(&back);
	dialect_load(&back, buf_text(&text), text.len);
	assert_int_equal(back.param, OMNI_PARAM_UNKNOWN);
	assert_int_equal(back.organization_field, -1);
	assert_int_equal(dialect_save(&d, &small, NULL), ARK_ELIMIT);
	buf_release(&small);
	buf_release(&text);
}

static void
test_pinned_stays(void **state)
{
	const struct dialect_words words = {
		"GET", "report-skip", "pages", "id",
	};
	struct omni_dialect d;

	(void)state;
	dialect_init(&d);
	assert_int_equal(dialect_pin(&d, &words, NULL), 0);
	load(&d, "{\"method\":\"POST\",\"page_param\":\"report_skip\","
	     "\"page_unit\":\"documents\",\"organization_field\":\"empresa\","
	     "\"page_size\":20}");
	assert_int_equal(d.method, OMNI_GET);
	assert_int_equal(d.param, OMNI_PARAM_DASH);
	assert_int_equal(d.unit, OMNI_UNIT_PAGES);
	assert_int_equal(d.organization_field, 5);
	assert_int_equal(d.page_size, 20);
}

static void
test_bad_text_is_ignored(void **state)
{
	static const char *const rows[] = {
		"", "{", "[]", "null", "\"POST\"", "{} {}",
		"{\"method\":\"POST\",\"method\":\"POST\"}",
		("{\"method\":\"PUT\",\"page_param\":7,\"page_unit\":null,"
		 "\"organization_field\":[],\"page_size\":0,\"ceiling\":-1}"),
		"{\"page_size\":1000001,\"ceiling\":1e9}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct omni_dialect d;

		dialect_init(&d);
		load(&d, rows[i]);
		assert_int_equal(d.method, OMNI_METHOD_UNKNOWN);
		assert_int_equal(d.param, OMNI_PARAM_UNKNOWN);
		assert_int_equal(d.unit, OMNI_UNIT_UNKNOWN);
		assert_int_equal(d.organization_field, -1);
		assert_int_equal(d.page_size, 0);
		assert_int_equal(d.ceiling, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_pin_refused),
		cmocka_unit_test(test_saved_comes_back),
		cmocka_unit_test(test_nothing_saved),
		cmocka_unit_test(test_pinned_stays),
		cmocka_unit_test(test_bad_text_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
