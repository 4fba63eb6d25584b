#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "omni/document.h"

#define DAY 20000			/* 2024-10-04 */
#define DAY_FROM (DAY * DAY_SECONDS)

struct fixture {
	struct omni_document d;
	struct zone *zone;
	struct ark_error err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	document_init(&f->d);
	assert_int_equal(zone_open(&f->zone, "America/Sao_Paulo", &f->err), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	document_release(&f->d);
	zone_free(f->zone);
	free(f);
	return 0;
}

static int
parse(struct fixture *f, const char *text)
{
	struct json_slice slice = { text, strlen(text) };

	return document_parse(&f->d, slice, f->zone, DAY, &f->err);
}

/* Parse text that is well-formed. */
static const struct ark_recording *
read_one(struct fixture *f, const char *text)
{
	if (parse(f, text))
		fail_msg("%s: %s", text, f->err.text);
	return &f->d.recording.pub;
}

static void
test_everything(void **state)
{
	struct fixture *f = *state;
	const struct ark_recording *r = read_one(f,
		"{\"id\":81,\"_id\":\"65f0c1\",\"agente\":\"Jo\\u00e3o\","
		"\"agent\":\"joao@example.com\",\"cliente\":\"5511\","
		"\"contato\":\"Maria\",\"servi\u00e7o\":\"Vendas\","
		"\"ramal\":2001,\"origem\":\"entrante\",\"protocolo\":\"P9\","
		"\"status\":\"Contact\",\"documento_cliente\":\"123\","
		"\"tag\":\"x\",\"download_url\":\"https://m.example/a?b\","
		"\"data_inicio\":\"2024-10-04 14:30:05\","
		"\"data_atendida\":\"2024-10-04 14:30:15\","
		"\"data_fim\":\"2024-10-04 14:31:15\",\"midia\":{\"a\":[1]}}");

	assert_string_equal(f->d.oddity, "");
	assert_string_equal(r->id, "81");
	assert_string_equal(r->interaction_id, "65f0c1");
	assert_string_equal(r->agent, "Jo\u00e3o");
	assert_string_equal(r->agent_email, "joao@example.com");
	assert_string_equal(r->client, "5511");
	assert_string_equal(r->contact, "Maria");
	assert_string_equal(r->service, "Vendas");
	assert_string_equal(r->extension, "2001");
	assert_string_equal(r->origin, "entrante");
	assert_string_equal(r->protocol, "P9");
	assert_string_equal(r->status, "Contact");
	assert_string_equal(r->client_document, "123");
	assert_string_equal(r->tag, "x");
	assert_string_equal(r->url, "https://m.example/a?b");
	assert_int_equal(r->start_s, DAY_FROM + 52205);
	assert_int_equal(r->answered_s, DAY_FROM + 52215);
	assert_int_equal(r->end_s, DAY_FROM + 52275);
	assert_int_equal(r->day, DAY);
	assert_int_equal(r->duration_s, 60);
	assert_int_equal(f->d.link.n, strlen("\"https://m.example/a?b\""));
	assert_memory_equal(f->d.link.p, "\"https://m.example/a?b\"",
			    f->d.link.n);
}

#define START "\"data_inicio\":\"2024-10-04 00:00:01\""

static void
test_identity(void **state)
{
	static const struct {
		const char *text, *id;
		bool is_odd;
	} rows[] = {
		{ "{\"id\":\"a\",\"_id\":\"b\"," START "}", "a", false },
		{ "{\"_id\":\"b\",\"id\":\"a\"," START "}", "a", false },
		{ "{\"id\":7," START "}", "7", false },
		/* beyond doubles and 64 bits: the digits as they came */
		{ "{\"id\":9007199254740993," START "}", "9007199254740993",
		  false },
		{ "{\"id\":36893488147419103233," START "}",
		  "36893488147419103233", false },
		{ "{\"id\":-5," START "}", "-5", false },
		{ "{\"id\":\"a b/../c\"," START "}", "a b/../c", false },
		{ "{\"id\":{\"$oid\":\"65f0\"}," START "}", "65f0", false },
		{ "{\"_id\":{\"$oid\":\"65f0\"}," START "}", "65f0", false },
		{ "{\"_id\":\"b\"," START "}", "b", false },
		{ "{\"id\":null,\"_id\":\"b\"," START "}", "b", false },
		{ "{\"id\":\"\",\"_id\":\"b\"," START "}", "b", false },
		{ "{\"id\":[1],\"_id\":\"b\"," START "}", "b", true },
		{ "{\"id\":{\"x\":1},\"_id\":\"b\"," START "}", "b", true },
		{ "{\"id\":true,\"_id\":\"b\"," START "}", "b", true },
		{ "{\"protocolo\":\"P9\"," START "}",
		  "P9 2024-10-04 00:00:01", false },
		{ "{" START ",\"id\":null,\"protocolo\":9}",
		  "9 2024-10-04 00:00:01", false },
		{ "{\"protocolo\":\"P9\"}", "", true },
		{ "{\"protocolo\":\"\"," START "}", "", true },
		{ "{" START "}", "", true },
		{ "{\"id\":\"\"," START "}", "", true },
		/* names are exact */
		{ "{\"ID\":\"a\",\"_ID\":\"b\"," START "}", "", true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ark_recording *r = read_one(f, rows[i].text);

		if (strcmp(r->id, rows[i].id) ||
		    rows[i].is_odd != !!*f->d.oddity)
			fail_msg("%s: id \"%s\", oddity \"%s\"", rows[i].text,
				 r->id, f->d.oddity);
	}
}

static void
test_long_id(void **state)
{
	struct fixture *f = *state;
	char text[1024], id[600];

	for (size_t n = DOCUMENT_MAX_ID; n <= DOCUMENT_MAX_ID + 1; n++) {
		memset(id, 'x', n);
		id[n] = 0;
		(void)snprintf(text, sizeof(text), "{\"id\":\"%s\",%s}", id,
			       START);
		assert_string_equal(read_one(f, text)->id,
				    n == DOCUMENT_MAX_ID ? id : "");
		assert_int_equal(!*f->d.oddity, n == DOCUMENT_MAX_ID);
	}
}

static void
test_times(void **state)
{
	static const struct {
		const char *value;
		int64_t start_s;	/* -1: none that can be read */
	} rows[] = {
		{ "\"2024-10-04 00:00:00\"", DAY_FROM },
		{ "\"2024-10-04T23:59:59.999\"", DAY_FROM + 86399 },
		{ "\"04/10/2024 10:00\"", DAY_FROM + 36000 },
		/* another zone; the civil day is the archive's */
		{ "\"2024-10-04T01:00:00Z\"", DAY_FROM - 7200 },
		{ "\"2024-10-04T01:00:00+02:00\"", DAY_FROM - 4 * 3600 },
		{ "1728010800", DAY_FROM },
		{ "\"1728010800000\"", DAY_FROM },
		/* the night of a change: 2018-11-04 00:30 did not exist */
		{ "\"2018-11-04 00:30:00\"", INT64_C(1541291400) },
		{ "\"2099-01-01 00:00:00\"", INT64_C(4070908800) },
		{ "\"9999-12-31 00:00:00\"", -1 },
		{ "\"2024-02-30 00:00:00\"", -1 },
		{ "\"yesterday\"", -1 },
		{ "\"\"", -1 },
		{ "null", -1 },
		{ "true", -1 },
		{ "{}", -1 },
		{ "12.5", -1 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ark_recording *r;
		char text[128];

		(void)snprintf(text, sizeof(text),
			       "{\"id\":1,\"data_inicio\":%s}", rows[i].value);
		r = read_one(f, text);
		if (r->start_s != (rows[i].start_s < 0 ? DAY_FROM :
				   rows[i].start_s) ||
		    (rows[i].start_s < 0) != !!*f->d.oddity)
			fail_msg("%s: %lld, oddity \"%s\"", rows[i].value,
				 (long long)r->start_s, f->d.oddity);
		assert_int_equal(r->day, day_of(r->start_s));
	}
}

/* Ends and answers of the wrong type are no more than unknown. */
static void
test_wrong_types(void **state)
{
	struct fixture *f = *state;
	const struct ark_recording *r = read_one(f,
		"{\"id\":1," START ",\"data_fim\":[],\"data_atendida\":\"?\","
		"\"agente\":{\"nome\":\"x\"},\"cliente\":[1],\"status\":null,"
		"\"tag\":true,\"ramal\":1.50}");

	assert_string_equal(f->d.oddity, "");
	assert_int_equal(r->end_s, -1);
	assert_int_equal(r->answered_s, -1);
	assert_int_equal(r->duration_s, -1);
	assert_string_equal(r->agent, "");
	assert_string_equal(r->client, "");
	assert_string_equal(r->status, "");
	assert_string_equal(r->tag, "true");
	assert_string_equal(r->extension, "1.50");
}

static void
test_spellings(void **state)
{
	static const struct {
		const char *text, *service, *document;
	} rows[] = {
		{ "{\"servico\":\"a\",\"documento\":\"1\"}", "a", "1" },
		{ "{\"servi\u00e7o\":\"a\",\"documento_cliente\":\"1\"}",
		  "a", "1" },
		{ "{\"servi\\u00e7o\":\"a\"}", "a", "" },
		{ "{\"servico\":\"a\",\"servi\u00e7o\":\"b\","
		  "\"documento\":\"1\",\"documento_cliente\":\"2\"}",
		  "a", "1" },
		{ "{\"servico\":\"\",\"servi\u00e7o\":\"b\","
		  "\"documento\":null,\"documento_cliente\":\"2\"}",
		  "b", "2" },
		{ "{\"servico\":\"a\",\"servi\u00e7o\":\"\","
		  "\"documento\":\"1\",\"documento_cliente\":null}",
		  "a", "1" },
		{ "{\"Servico\":\"a\",\"DOCUMENTO\":\"1\"}", "", "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ark_recording *r = read_one(f, rows[i].text);

		assert_string_equal(r->service, rows[i].service);
		assert_string_equal(r->client_document, rows[i].document);
	}
}

static void
test_link(void **state)
{
	static const struct {
		const char *value, *url;
		bool is_odd;
	} rows[] = {
		{ "\"https://m.example/1\"", "https://m.example/1", false },
		{ "\"\\/media\\/1?a=b&c\"", "/media/1?a=b&c",
		  false },
		{ "\"\"", "", false },
		{ "null", "", false },
		{ "[\"https://m.example/1\"]", "", true },
		{ "{}", "", true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text),
			       "{\"download_url\":%s,\"id\":1,%s}",
			       rows[i].value, START);
		assert_string_equal(read_one(f, text)->url, rows[i].url);
		assert_int_equal(f->d.link.n, strlen(rows[i].value));
		assert_memory_equal(f->d.link.p, rows[i].value, f->d.link.n);
		assert_int_equal(!*f->d.oddity, !rows[i].is_odd);
	}
	(void)read_one(f, "{\"id\":1}");
	assert_null(f->d.link.p);
}

/* What cannot be read at all is kept raw by whoever asked. */
static void
test_refused(void **state)
{
	static const char *const rows[] = {
		"", "null", "7", "\"id\"", "[]", "{\"id\":1", "{\"id\":1}}",
		"{\"id\":1,\"id\":1}",
		"{\"id\":1,\"\\u0069d\":2}",
		"{\"id\":\"\xff\"}",
		"{\"id\":\"a\\u0000b\"}",
		"{\"id\":\"\\ud800\"}",
		"{\"id\":\"a\nb\"}",
		"{\"id\":007}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(f, rows[i]) != ARK_EFORMAT)
			fail_msg("taken: %s", rows[i]);
		assert_int_equal(f->err.code, ARK_EFORMAT);
	}
	/* and the next one is read as ever */
	assert_string_equal(read_one(f, "{\"id\":2," START "}")->id, "2");
	assert_string_equal(f->d.oddity, "");
}

/* One document must not end a listing, however large a text it brings. */
static void
test_huge_text(void **state)
{
	enum { HUGE_TEXT = 3 << 20 };
	struct fixture *f = *state;
	char *text = malloc(HUGE_TEXT + 64);
	size_t at;

	assert_non_null(text);
	memcpy(text, "{\"id\":1,\"cliente\":\"", 19);
	memset(text + 19, 'x', HUGE_TEXT);
	at = 19 + HUGE_TEXT;
	memcpy(text + at, "\"}", 3);
	assert_int_equal(parse(f, text), ARK_EFORMAT);
	assert_non_null(strstr(f->err.text, "longer"));
	free(text);
	assert_string_equal(read_one(f, "{\"id\":2," START "}")->id, "2");
}

/* Nothing of a document is left when the next one is read. */
static void
test_reuse(void **state)
{
	struct fixture *f = *state;
	const struct ark_recording *r;

	(void)read_one(f, "{\"id\":[],\"agente\":\"x\",\"download_url\":\"/1\","
		       "\"data_fim\":\"2024-10-04 00:00:01\"}");
	r = read_one(f, "{\"id\":1," START "}");
	assert_string_equal(r->agent, "");
	assert_string_equal(r->url, "");
	assert_int_equal(r->end_s, -1);
	assert_null(f->d.link.p);
	assert_string_equal(f->d.oddity, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_everything, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_id, setup, teardown),
		cmocka_unit_test_setup_teardown(test_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_types, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_spellings, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_huge_text, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_reuse, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
