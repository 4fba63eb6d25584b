#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "report/subject.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a document names, "cpf:999..." one behind the other. */
struct named {
	char text[4096];
	size_t n;
};

/* subject_fn: each once. */
static int
note(void *ctx, const struct subject *s)
{
	struct named *named = ctx;
	char one[512];

	(void)snprintf(one, sizeof(one), " %s%s:%s ",
		       subject_kind_name(s->kind),
		       s->kind == ARK_SUBJECT_PHONE && !s->has_area ? "-local" :
								      "",
		       s->text);
	if (strstr(named->text, one))
		return 0;
	assert_true(strlen(named->text) + strlen(one) < sizeof(named->text));
	memcpy(named->text + strlen(named->text), one, strlen(one));
	named->n++;
	return 0;
}

static struct named
scan_bytes(const char *text, size_t n)
{
	struct subject_scan scan = SUBJECT_SCAN_INIT;
	struct ark_error err = { 0 };
	struct named named = { 0 };

	assert_int_equal(subject_each(&scan, text, n, note, &named, &err), 0);
	subject_scan_release(&scan);
	return named;
}

static struct named
scan(const char *text)
{
	return scan_bytes(text, strlen(text));
}

static void
assert_names(const char *document, const char *what)
{
	struct named named = scan(document);
	char padded[256];

	(void)snprintf(padded, sizeof(padded), " %s ", what);
	if (!strstr(named.text, padded))
		fail_msg("%s names no %s, but%s", document, what, named.text);
}

static void
assert_names_nobody(const char *document)
{
	struct named named = scan(document);

	if (named.n)
		fail_msg("%s names%s", document, named.text);
}

/* ---- each route ------------------------------------------------------------ */

static void
test_service_history(void **state)
{
	struct named named = scan(
		"{\"agente\":\"Ana S\u00e1\",\"agent\":\"ana@atendimento.example\","
		"\"cliente\":\"5511988887777\",\"contato\":\"Jo\u00e3o\","
		"\"data_inicio\":\"2024-12-30 14:30:05\",\"midia\":1,"
		"\"protocolo\":\"20241230143005000012\",\"ramal\":\"2001\","
		"\"servi\u00e7o\":\"x\",\"documento_cliente\":\"999.900.003-79\","
		"\"comentarios_internos\":\"ligar para 11977776666\","
		"\"id\":\"21988887777\"}");

	(void)state;
	assert_non_null(strstr(named.text, " phone:5511988887777 "));
	assert_non_null(strstr(named.text, " cpf:99990000379 "));
	assert_non_null(strstr(named.text, " protocol:20241230143005000012 "));
	assert_int_equal(named.n, 3);
}

static void
test_voice_log(void **state)
{
	struct named named = scan(
		"{\"data_inicio\":\"2024-12-30 14:30:05\",\"ramal\":\"2001\","
		"\"src_voice_log\":\"+5511988887777\","
		"\"from_voice_log\":\"\\\"Ana\\\" <11977776666>\","
		"\"ipbx_external_endpoint\":\"tronco-11\","
		"\"ipbx_dialed_string\":\"01521955554444\","
		"\"ipbx_external_callerid\":\"sip:+5531966665555@host.example\","
		"\"ipbx_external_channel_desc\":"
		"\"PJSIP/5541999998888-0000a3f2\","
		"\"service_flow_type_did\":\"551130000001\","
		"\"respostas_pesquisas\":[{\"quest\u00e3o\":\"11911112222\","
		"\"id\":\"11911112222\"}],\"protocolo\":81}");

	(void)state;
	assert_non_null(strstr(named.text, " phone:5511988887777 "));
	assert_non_null(strstr(named.text, " phone:5511977776666 "));
	assert_non_null(strstr(named.text, " phone:5521955554444 "));
	assert_non_null(strstr(named.text, " phone:5531966665555 "));
	assert_non_null(strstr(named.text, " phone:5541999998888 "));
	assert_non_null(strstr(named.text, " protocol:81 "));
	assert_null(strstr(named.text, "551130000001"));
	assert_null(strstr(named.text, "11911112222"));
}

static void
test_messages_are_not_read(void **state)
{
	struct named named = scan(
		"{\"contato\":\"Jo\u00e3o\",\"protocolo\":\"P-7\",\"mensagens\":["
		"{\"message\":\"meu CPF 999.900.003-79, joao@x.example\","
		"\"cliente\":\"5511988887777\"}]}");

	(void)state;
	assert_string_equal(named.text, " protocol:p7 ");
}

static void
test_agents_are_no_subjects(void **state)
{
	(void)state;
	assert_names_nobody(
		"{\"agent_id\":\"11988887777\",\"agente\":\"99990000379\","
		"\"agent\":\"ana@atendimento.example\",\"evento\":\"Login\","
		"\"data_inicio\":1735567805,\"id\":11988887777}");
}

/* ---- spellings ------------------------------------------------------------- */

static void
test_spellings_of_papers(void **state)
{
	static const struct {
		const char *value, *what;
	} rows[] = {
		{ "\"999.900.003-79\"", "cpf:99990000379" },
		{ "\"99990000379\"", "cpf:99990000379" },
		{ "99990000379", "cpf:99990000379" },
		{ "\"CPF 999.900.003-79\"", "cpf:99990000379" },
		{ "\"CPF:99990000379\"", "cpf:99990000379" },
		{ "\"99990000378\"", "cpf:99990000378" },	/* wrong */
		{ "\"00099990000379\"", "cpf:99990000379" },	/* filled up */
		{ "1234567890", "cpf:01234567890" },	/* a zero was lost */
		{ "191", "cnpj:00000000000191" },
		{ "11222333000181", "cnpj:11222333000181" },
		{ "\"11.222.333/0001-81\"", "cnpj:11222333000181" },
		{ "\"12.abc.345/01de-35\"", "cnpj:12ABC34501DE35" },
		{ "\"12ABC34501DE99\"", "cnpj:12ABC34501DE99" },
		{ "\"\\u0039\\u0039990000379\"", "cpf:99990000379" },
		{ "\"999.900.003\\u201379\"", "cpf:99990000379" },
		{ "[\"999.900.003-79\"]", "cpf:99990000379" },
		{ "{\"cpf\":\"999.900.003-79\"}", "cpf:99990000379" },
		{ "\"joao@x.example\"", "email:joao@x.example" },
		{ "\"+55 11 98888-7777\"", "phone:5511988887777" },
	};
	char document[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)snprintf(document, sizeof(document),
			       "{\"documento\":%s}", rows[i].value);
		assert_names(document, rows[i].what);
		(void)snprintf(document, sizeof(document),
			       "{ \"documento_cliente\" : %s }",
			       rows[i].value);
		assert_names(document, rows[i].what);
	}
}

static void
test_spellings_of_clients(void **state)
{
	static const struct {
		const char *value, *what;
	} rows[] = {
		{ "\"5511988887777\"", "phone:5511988887777" },
		{ "5511988887777", "phone:5511988887777" },
		{ "\"551188887777\"", "phone:5511988887777" },
		{ "\"+55 (11) 98888-7777\"", "phone:5511988887777" },
		{ "\"011 98888.7777\"", "phone:5511988887777" },
		{ "\"5511988887777@c.us\"", "phone:5511988887777" },
		{ "\"whatsapp:+5511988887777\"", "phone:5511988887777" },
		{ "\"tel:+55-11-98888-7777;x=1\"", "phone:5511988887777" },
		{ "\"Jo\u00e3o (11) 98888-7777\"", "phone:5511988887777" },
		{ "\"11988887777/1133334444\"", "phone:551133334444" },
		{ "\"11 98888-7777 +55 11 3333-4444\"", "phone:551133334444" },
		{ "\"11988887777 1133334444\"", "phone:551133334444" },
		{ "\"98888-7777\"", "phone-local:988887777" },
		{ "\"\xf0\x9f\x93\x9e (11) 98888-7777\"",
		  "phone:5511988887777" },
		{ "\"14155552671\"", "phone:14155552671" },
		{ "\"+1 (415) 555-2671\"", "phone:14155552671" },
		{ "\"4791234567\"", "phone:5547991234567" },
		{ "\"4791234567\"", "phone:4791234567" },
		{ "\"999.900.003-79\"", "cpf:99990000379" },
		{ "\"CNPJ 12.ABC.345/01DE-35 (matriz)\"",
		  "cnpj:12ABC34501DE35" },
		{ "\"Jo\u00e3o <JOAO@X.example>\"", "email:joao@x.example" },
		{ "\"a@x.example;b@x.example\"", "email:b@x.example" },
		{ "\"{11988887777}\"", "phone:5511988887777" },
		{ "\"~11988887777~\"", "phone:5511988887777" },
		/* signs of typographers and of telephones are no letters */
		{ "\"\u201c(11) 98888-7777\u201d\"", "phone:5511988887777" },
		{ "\"\u201811988887777\u2019\"", "phone:5511988887777" },
		{ "\"\u00ab11988887777\u00bb\"", "phone:5511988887777" },
		{ "\"\u260e\ufe0f11988887777\"", "phone:5511988887777" },
		{ "\"\xf0\x9f\x93\x9e""11988887777\"", "phone:5511988887777" },
		{ "\"1\ufe0f\u20e3""1 98888-7777\"", "phone:5511988887777" },
		{ "\"\u2022 11988887777\u2022""1133334444\"",
		  "phone:551133334444" },
		{ "\"1234 \u00b7 11988887777\"", "phone:5511988887777" },
		{ "\"\u201ca@x.example\u201d\"", "email:a@x.example" },
		{ "\"\u2026a@x.example\u2026\"", "email:a@x.example" },
		{ "\"d\u2019ana@x.example\"", "email:d'ana@x.example" },
		{ "\"\u201c999.900.003-79\u201d\"", "cpf:99990000379" },
		{ "[[\"x\",{\"fone\":\"11 98888 7777\"}]]",
		  "phone:5511988887777" },
	};
	static const char *const fields[] = { "cliente", "contato", "telefone" };
	char document[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t k = 0; k < COUNT(fields); k++) {
			(void)snprintf(document, sizeof(document),
				       "{\"%s\":%s}", fields[k],
				       rows[i].value);
			assert_names(document, rows[i].what);
		}
	}
}

static void
test_what_names_nobody(void **state)
{
	static const char *const values[] = {
		"\"\"", "null", "true", "{}", "[]", "\"***\"", "\"2001\"",
		"\"@ana.sa\"", "\"99990000378x\"", "1e300", "-1", "0",
		"\"webchat-6712ab34567890cd\"", "\"Maria da Silva\"",
		"\"fone11988887777\"", "\"_11988887777\"",
		"\"11988887777_\"", "\"12ABC34501_\"",
		"\"\u00e111988887777\"", "\"11988887777\u00ba\"",
		"\"\\ud800\"", "\"@\"", "\"@@@\"",
		"\"+\"", "\"(((\"", "\"+(+(+(\"",
	};
	char document[256];

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		(void)snprintf(document, sizeof(document), "{\"cliente\":%s,"
			       "\"documento\":%s}", values[i], values[i]);
		assert_names_nobody(document);
	}
	assert_names_nobody("{\"protocolo\":\"\"}");
	assert_names_nobody("{\"protocolo\":null}");
	assert_names_nobody("{\"protocolo\":\" - \"}");
}

/* With the code of the country it is Brazilian and nothing else. */
static void
test_a_number_with_its_country_has_one_reading(void **state)
{
	struct named named = scan("{\"cliente\":\"551988887777\"}");

	(void)state;
	assert_string_equal(named.text, " phone:5519988887777 ");
}

static void
test_a_wrong_cpf_counts_only_where_one_is_expected(void **state)
{
	struct named named = scan("{\"cliente\":\"99990000378\"}");

	(void)state;
	assert_null(strstr(named.text, "cpf:"));
}

/* ---- hostile documents ------------------------------------------------- */

static void
test_what_is_no_document(void **state)
{
	static const char *const texts[] = {
		"", " ", "{", "[", "\"", "{\"cliente\"", "{\"cliente\":",
		"{\"cliente\":\"", "{\"cliente\":\"5511988887777", "[[[[[[[[",
		"{\"cliente\":}", "\x00\x01", "\xff\xfe", "nul", "}", ":", ",",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		(void)scan(texts[i]);
}

/* What can be read is, whatever the rest is like. */
static void
test_a_bad_neighbour_hides_nothing(void **state)
{
	(void)state;
	assert_names("{\"contato\":\"\xc3\x28\xff\",\"cliente\":"
		     "\"5511988887777\"}", "phone:5511988887777");
	assert_names("{\"contato\":\"\\ud800\",\"cliente\":\"5511988887777\"}",
		     "phone:5511988887777");
	assert_names("{\"cliente\":null,\"cliente\":\"5511988887777\"}",
		     "phone:5511988887777");
	assert_names("{\"cl\\u0069ente\":\"5511988887777\"}",
		     "phone:5511988887777");
}

/* An address longer than any can be is none, and hides none. */
static void
test_length_has_a_limit(void **state)
{
	char document[1024] = "{\"contato\":\"";
	size_t n = strlen(document);

	(void)state;
	memset(document + n, 'a', SUBJECT_MAX_TEXT);
	(void)snprintf(document + n + SUBJECT_MAX_TEXT,
		       sizeof(document) - n - SUBJECT_MAX_TEXT,
		       "@x.example\"}");
	assert_names_nobody(document);
	(void)snprintf(document + n + SUBJECT_MAX_TEXT,
		       sizeof(document) - n - SUBJECT_MAX_TEXT,
		       "@x.example, b@x.example\"}");
	assert_names(document, "email:b@x.example");
}

/* It needs eleven digits, though letters may stand in longer ones. */
static void
test_a_cpf_has_no_letters(void **state)
{
	struct named named = scan("{\"documento\":\"9999000037A\"}");

	(void)state;
	assert_null(strstr(named.text, "cpf:"));
}

static void
test_depth_has_a_limit(void **state)
{
	char document[4096] = "{\"cliente\":";
	size_t n = strlen(document);

	(void)state;
	memset(document + n, '[', 1000);
	(void)snprintf(document + n + 1000, sizeof(document) - n - 1000,
		       "\"5511988887777\"");
	(void)scan(document);
	(void)snprintf(document, sizeof(document),
		       "{\"cliente\":[[[[[[[[[[\"5511988887777\"]]]]]]]]]]}");
	assert_names(document, "phone:5511988887777");
}

/* Lists, and objects, one in the other: 15 are looked into, 20 are not. */
static void
test_nesting_has_a_limit(void **state)
{
	static const char *const opening[] = { "[", "{\"a\":" };
	static const char *const closing[] = { "]", "}" };
	static const int depths[] = { 15, 20 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buf text = BUF_INIT(4096);
		int depth = depths[i / 2];

		(void)buf_adds(&text, "{\"cliente\":");
		for (int k = 0; k < depth; k++)
			(void)buf_adds(&text, opening[i % 2]);
		(void)buf_adds(&text, "\"5511988887777\"");
		for (int k = 0; k < depth; k++)
			(void)buf_adds(&text, closing[i % 2]);
		(void)buf_adds(&text, "}");
		if (depth == 15)
			assert_names(buf_text(&text), "phone:5511988887777");
		else
			assert_names_nobody(buf_text(&text));
		buf_release(&text);
	}
}

/* A value of n bytes made of unit again and again, then one that is short. */
static struct named
scan_long(const char *unit, size_t n)
{
	char *text = malloc(n + 100);
	size_t len, step = strlen(unit);
	struct named named;

	assert_non_null(text);
	len = (size_t)snprintf(text, n, "{\"contato\":\"");
	for (; len + step < n; len += step)
		memcpy(text + len, unit, step);
	len += (size_t)snprintf(text + len, 100,
				"\",\"cliente\":\"5511988887777\"}");
	named = scan_bytes(text, len);
	free(text);
	return named;
}

static void
test_huge_values_cost_little_and_hide_nothing(void **state)
{
	static const char *const units[] = {
		"9", "(", "+", "+(", "( ", "a@", "@", ".@.", "1 ", "- ", "\xc3\xa9",
		"99990000379 ", "+55", "\\u0031", "'@",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		assert_non_null(strstr(scan_long(units[i], 60000).text,
				       " phone:5511988887777 "));
		assert_non_null(strstr(scan_long(units[i], 1 << 20).text,
				       " phone:5511988887777 "));
	}
}

static int
refuse(void *ctx, const struct subject *s)
{
	(void)s;
	++*(int *)ctx;
	return 7;
}

static void
test_whoever_is_told_can_end_it(void **state)
{
	static const char text[] = "{\"cliente\":[\"5511988887777\",\"a@b.c\"],"
				   "\"protocolo\":\"7\"}";
	struct subject_scan scan = SUBJECT_SCAN_INIT;
	int told = 0;

	(void)state;
	assert_int_equal(subject_each(&scan, text, sizeof(text) - 1, refuse,
				      &told, NULL), 7);
	assert_int_equal(told, 1);
	subject_scan_release(&scan);
}

struct ear {
	int n, stop_at;			/* 0: never */
};

/* subject_fn */
static int
hear_until(void *ctx, const struct subject *s)
{
	struct ear *e = ctx;

	(void)s;
	return ++e->n == e->stop_at ? 7 : 0;
}

static int
scan_to(const char *text, struct ear *e)
{
	struct subject_scan scan = SUBJECT_SCAN_INIT;
	int rc = subject_each(&scan, text, strlen(text), hear_until, e, NULL);

	subject_scan_release(&scan);
	return rc;
}

/* Whatever it was told last: nothing is told behind that. */
static void
test_whoever_is_told_can_end_it_anywhere(void **state)
{
	static const char *const documents[] = {
		"{\"cliente\":\"CPF 999.900.003-79, CNPJ 11.222.333/0001-81: "
		"(11) 98888-7777 / 8888-7777 a@x.example b@x.example\"}",
		"{\"contato\":\"11988887777 1133334444 11977776666\","
		"\"cliente\":\"99990000379\"}",
		"{\"documento\":\"99990000379\",\"protocolo\":\"7\"}",
		"{\"documento\":\"00011222333000181\"}",
		"{\"documento\":191,\"documento_cliente\":\"a@x.example\"}",
		"{\"documento\":\"1234567890\"}",
		"{\"documento\":\"CPF 11144477735 e 999.900.003-79\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		struct ear all = { 0 };

		assert_int_equal(scan_to(documents[i], &all), 0);
		assert_true(all.n > 0);
		for (int n = 1; n <= all.n; n++) {
			struct ear e = { .stop_at = n };

			assert_int_equal(scan_to(documents[i], &e), 7);
			assert_int_equal(e.n, n);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service_history),
		cmocka_unit_test(test_voice_log),
		cmocka_unit_test(test_messages_are_not_read),
		cmocka_unit_test(test_agents_are_no_subjects),
		cmocka_unit_test(test_spellings_of_papers),
		cmocka_unit_test(test_spellings_of_clients),
		cmocka_unit_test(test_what_names_nobody),
		cmocka_unit_test(
			test_a_number_with_its_country_has_one_reading),
		cmocka_unit_test(
			test_a_wrong_cpf_counts_only_where_one_is_expected),
		cmocka_unit_test(test_what_is_no_document),
		cmocka_unit_test(test_a_bad_neighbour_hides_nothing),
		cmocka_unit_test(test_length_has_a_limit),
		cmocka_unit_test(test_a_cpf_has_no_letters),
		cmocka_unit_test(test_depth_has_a_limit),
		cmocka_unit_test(test_nesting_has_a_limit),
		cmocka_unit_test(test_huge_values_cost_little_and_hide_nothing),
		cmocka_unit_test(test_whoever_is_told_can_end_it),
		cmocka_unit_test(test_whoever_is_told_can_end_it_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
