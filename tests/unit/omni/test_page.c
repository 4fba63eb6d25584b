#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "omni/page.h"

#define DAY_FROM (INT64_C(20000) * 86400)	/* 2024-10-04 */

static const struct walk_query query = {
	DAY_FROM, DAY_FROM + 86400, 3,
};

static struct http_request *
request(const struct omni_dialect *d, const struct walk_query *q)
{
	struct http_request *r = NULL;

	assert_int_equal(page_request(&r, "https://omni.example:8443/v1",
				      ARK_AUDIO_LINKS, d, q,
				      NULL), 0);
	assert_non_null(r);
	assert_int_equal(r->kind, HTTP_API);
	assert_true(r->wants_credentials);
	assert_true(r->wants_token);
	assert_int_equal(r->max_body, OMNI_MAX_PAGE_BYTES);
	assert_true(r->deadline_ms > 0);
	return r;
}

static void
test_get(void **state)
{
	struct omni_dialect d;
	struct http_request *r;

	(void)state;
	dialect_init(&d);
	r = request(&d, &query);
	assert_null(r->body);
	assert_string_equal(r->url, "https://omni.example:8443/v1/ReportsApi/"
			    "service-history-audio-links?report-skip=3"
			    "&date_ini=2024-10-04%2000%3A00%3A00"
			    "&date_end=2024-10-05%2000%3A00%3A00");
	http_request_free(r);
	d.param = OMNI_PARAM_UNDERSCORE;
	d.unit = OMNI_UNIT_DOCUMENTS;
	d.page_size = 500;
	r = request(&d, &query);
	assert_non_null(strstr(r->url, "?report_skip=1500&"));
	assert_null(strstr(r->url, "report-skip"));
	http_request_free(r);
}

static void
test_post(void **state)
{
	struct omni_dialect d;
	struct http_request *r;

	(void)state;
	dialect_init(&d);
	d.method = OMNI_POST;
	d.param = OMNI_PARAM_UNDERSCORE;
	r = request(&d, &query);
	assert_string_equal(r->url, "https://omni.example:8443/v1/ReportsApi/"
			    "service-history-audio-links");
	assert_string_equal(r->body, "{\"report_skip\":3,"
			    "\"date_ini\":\"2024-10-04 00:00:00\","
			    "\"date_end\":\"2024-10-05 00:00:00\"}");
	assert_int_equal(r->body_len, strlen(r->body));
	http_request_free(r);
}

/* The Totals of the halves are told by their first pages. */
static void
test_half(void **state)
{
	const struct walk_query q = { DAY_FROM, DAY_FROM + 43200, -1 };
	struct omni_dialect d;
	struct http_request *r;

	(void)state;
	dialect_init(&d);
	d.unit = OMNI_UNIT_DOCUMENTS;
	r = request(&d, &q);
	assert_non_null(strstr(r->url, "?report-skip=0&"));
	assert_non_null(strstr(r->url, "date_end=2024-10-04%2012%3A00%3A00"));
	http_request_free(r);
}

static void
test_url_too_long(void **state)
{
	struct http_request *r = NULL;
	struct omni_dialect d;
	char base[9000];

	(void)state;
	memset(base, 'a', sizeof(base) - 1);
	base[sizeof(base) - 1] = 0;
	dialect_init(&d);
	assert_true(page_request(&r, base, ARK_AUDIO_LINKS, &d, &query,
				 NULL) < 0);
	assert_null(r);
}

static void
test_parse(void **state)
{
	static const struct {
		const char *body, *data;
		int64_t total;
	} rows[] = {
		{ "{\"Total\":2,\"Page\":0,\"Data\":[{},{}]}", "[{},{}]", 2 },
		{ "{\"total\":0,\"page\":0,\"data\":[]}", "[]", 0 },
		{ " {\"DATA\" : [ 1 ] , \"TOTAL\" : 1 } ", "[ 1 ]", 1 },
		{ "{\"Total\":\"12\",\"Data\":[]}", "[]", 12 },
		{ "{\"data\":{\"Total\":3,\"Data\":[1]}}", "[1]", 3 },
		{ "{\"status\":true,\"data\":{\"data\":[1],\"total\":\"3\"}}",
		  "[1]", 3 },
		/* inside the envelope or not at all */
		{ "{\"Total\":9,\"data\":{\"Data\":[1]}}", "[1]", -1 },
		{ "{\"Data\":[]}", "[]", -1 },
		{ "{\"Total\":null,\"Data\":[]}", "[]", -1 },
		{ "{\"Total\":-1,\"Data\":[]}", "[]", -1 },
		{ "{\"Total\":1.5,\"Data\":[]}", "[]", -1 },
		{ "{\"Total\":\"\",\"Data\":[]}", "[]", -1 },
		{ "{\"Total\":\"many\",\"Data\":[]}", "[]", -1 },
		{ "{\"Total\":99999999999999999999,\"Data\":[]}", "[]", -1 },
		{ "{\"Total\":9223372036854775807,\"Data\":[]}", "[]", -1 },
		/* documents are not looked at, nor what stands in strings */
		{ "{\"Data\":[{\"a\":1,\"a\":2},\"\xff\",null]}",
		  "[{\"a\":1,\"a\":2},\"\xff\",null]", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct omni_page page;

		if (page_parse(&page, rows[i].body, strlen(rows[i].body),
			       NULL))
			fail_msg("refused: %s", rows[i].body);
		assert_int_equal(page.data.n, strlen(rows[i].data));
		assert_memory_equal(page.data.p, rows[i].data, page.data.n);
		if (page.total != rows[i].total)
			fail_msg("%s: total %lld", rows[i].body,
				 (long long)page.total);
	}
}

static void
test_parse_refused(void **state)
{
	static const char *const rows[] = {
		"", " ", "null", "[]", "\"Data\"", "{}",
		"{\"Total\":1}",
		"{\"Data\":null}",
		"{\"Data\":\"[]\"}",
		"{\"data\":{\"data\":{\"data\":[]}}}",
		"{\"data\":{\"items\":[]}}",
		"{\"Data\":[}",			/* malformed */
		"{\"Total\":1,\"Data\":[{\"id\":",	/* cut */
		"{\"Data\":[]} and more",	/* trailing garbage */
		"{\"Data\":[]}{\"Data\":[]}",	/* two answers */
		"\xef\xbb\xbf{\"Data\":[]}",
		"<html></html>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct omni_page page;
		struct ark_error err;

		if (page_parse(&page, rows[i], strlen(rows[i]), &err) !=
		    ARK_EFORMAT)
			fail_msg("taken: %s", rows[i]);
		assert_int_equal(err.code, ARK_EFORMAT);
		assert_true(*err.text);
	}
}

/* Depth 100,000 is refused, not followed. */
static void
test_parse_deep(void **state)
{
	enum { DEPTH = 100000 };
	char *body = malloc(2 * DEPTH + 16);
	struct omni_page page;
	int at;

	(void)state;
	assert_non_null(body);
	memcpy(body, "{\"Data\":", 8);
	at = 8;
	memset(body + at, '[', DEPTH);
	memset(body + at + DEPTH, ']', DEPTH);
	at += 2 * DEPTH;
	body[at++] = '}';
	assert_int_equal(page_parse(&page, body, (size_t)at, NULL),
			 ARK_EFORMAT);
	free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_url_too_long),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refused),
		cmocka_unit_test(test_parse_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
