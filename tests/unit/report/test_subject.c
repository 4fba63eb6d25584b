#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "report/subject.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ANY ARK_SUBJECT_ANY_KIND

static struct subject
parse(const char *word, int kind)
{
	struct ark_error err = { 0 };
	struct subject s;

	if (subject_parse(&s, word, kind, false, &err))
		fail_msg("%s: %s", word, err.text);
	return s;
}

static void
refuse(const char *word, int kind, const char *why)
{
	struct ark_error err = { 0 };
	struct subject s;

	assert_int_equal(subject_parse(&s, word, kind, false, &err),
			 ARK_EUSAGE);
	assert_int_equal(err.code, ARK_EUSAGE);
	if (!strstr(err.text, why))
		fail_msg("%s: %s", word, err.text);
	if (strlen(word) > 7 && strstr(err.text, word))
		fail_msg("it repeats %s: %s", word, err.text);
}

static void
assert_same(const char *word, int kind, const char *form)
{
	struct subject s = parse(word, kind);

	if (strcmp(s.text, form) != 0)
		fail_msg("%s: %s in place of %s", word, s.text, form);
}

/* ---- CPF ------------------------------------------------------------------ */

static void
test_a_cpf_has_one_form(void **state)
{
	static const char *const words[] = {
		"99990000379", "999.900.003-79", "999 900 003 79",
		" 999.900.003-79 ", "999.900.00379", "999900003-79",
		"999.900.003/79", "9-9-9-9-0-0-0-0-3-7-9",
		"999.900.003\u201079",		/* hyphen */
		"999.900.003\u201379",		/* en dash */
		"999\u00a0900\u202f003\u00a079",	/* spaces that do not break */
		"\u202a999.900.003-79\u202c",	/* as copied from a telephone */
		"\ufeff999.900.003-79\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++)
		assert_same(words[i], ARK_SUBJECT_CPF, "99990000379");
	assert_int_equal(parse("111.444.777-35", ANY).kind, ARK_SUBJECT_CPF);
	assert_int_equal(parse("11144477735", ANY).kind, ARK_SUBJECT_CPF);
	assert_same("012.345.678-90", ANY, "01234567890");
	assert_same("000.000.012-44", ANY, "00000001244");
}

static void
test_check_digits_of_a_cpf(void **state)
{
	static const char right[] = "99990000379";
	char word[sizeof(right)];

	(void)state;
	for (size_t i = 0; i < sizeof(right) - 1; i++) {
		memcpy(word, right, sizeof(right));
		for (char c = '0'; c <= '9'; c++) {
			word[i] = c;
			if (c != right[i])
				refuse(word, ARK_SUBJECT_CPF, "check digits");
		}
	}
	refuse("11111111111", ARK_SUBJECT_CPF, "check digits");
	refuse("000.000.000-00", ARK_SUBJECT_CPF, "check digits");
	refuse("9999000037", ARK_SUBJECT_CPF, "11 digits");
	refuse("999900003790", ARK_SUBJECT_CPF, "11 digits");
	refuse("99990000A79", ARK_SUBJECT_CPF, "11 digits");
	refuse("999.900.003_79", ARK_SUBJECT_CPF, "11 digits");
	refuse("999.900.003~79", ARK_SUBJECT_CPF, "11 digits");
	refuse("\u0669\u0669990000379", ARK_SUBJECT_CPF, "11 digits");
}

/* ---- CNPJ ----------------------------------------------------------------- */

static void
test_a_cnpj_has_one_form(void **state)
{
	static const struct {
		const char *word, *form;
	} rows[] = {
		{ "11.222.333/0001-81", "11222333000181" },
		{ "11222333000181", "11222333000181" },
		{ "11 222 333 0001 81", "11222333000181" },
		{ "00.000.000/0001-91", "00000000000191" },
		/* the example of Receita Federal and Serpro */
		{ "12.ABC.345/01DE-35", "12ABC34501DE35" },
		{ "12abc34501de35", "12ABC34501DE35" },
		{ "12.aBc.345/01\u2011De\u201335", "12ABC34501DE35" },
		{ "SI.M70.000/0001-76", "SIM70000000176" },
		{ "ZZ.ZZZ.ZZZ/ZZZZ-62", "ZZZZZZZZZZZZ62" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].word, ANY).kind,
				 ARK_SUBJECT_CNPJ);
		assert_same(rows[i].word, ARK_SUBJECT_CNPJ, rows[i].form);
	}
}

static void
test_check_digits_of_a_cnpj(void **state)
{
	(void)state;
	refuse("12.ABC.345/01DE-34", ARK_SUBJECT_CNPJ, "check digits");
	refuse("12.ABC.345/01DE-53", ARK_SUBJECT_CNPJ, "check digits");
	refuse("12.BAC.345/01DE-35", ARK_SUBJECT_CNPJ, "check digits");
	refuse("12.ABC.345/01DE-3F", ARK_SUBJECT_CNPJ, "check digits");
	refuse("12.ABC.345/01DE-F5", ARK_SUBJECT_CNPJ, "check digits");
	refuse("11.222.333/0001-82", ARK_SUBJECT_CNPJ, "check digits");
	refuse("00000000000000", ARK_SUBJECT_CNPJ, "check digits");
	refuse("11.222.333/0001-8", ARK_SUBJECT_CNPJ, "14 digits");
	refuse("11.222.333/0001-811", ARK_SUBJECT_CNPJ, "14 digits");
	refuse("12.\u00c1BC.345/01DE-35", ARK_SUBJECT_CNPJ, "14 digits");
}

static void
test_wrong_check_digits_can_be_searched_for(void **state)
{
	struct ark_error err = { 0 };
	struct subject s;

	(void)state;
	assert_int_equal(subject_parse(&s, "999.900.003-78", ARK_SUBJECT_CPF,
				       true, &err), 0);
	assert_string_equal(s.text, "99990000378");
	assert_int_equal(subject_parse(&s, "12.abc.345/01de-99",
				       ARK_SUBJECT_CNPJ, true, &err), 0);
	assert_string_equal(s.text, "12ABC34501DE99");
	assert_int_equal(subject_parse(&s, "999.900.003-78", ANY, true, &err),
			 ARK_EUSAGE);
	assert_non_null(strstr(err.text, "--kind"));
	assert_int_equal(subject_parse(&s, "999.900.003", ARK_SUBJECT_CPF,
				       true, &err), ARK_EUSAGE);
}

/* ---- telephone numbers ------------------------------------------------- */

static void
test_a_mobile_number_has_one_form(void **state)
{
	static const char *const words[] = {
		"+5511988887777", "5511988887777", "11988887777",
		"011988887777", "01511988887777", "005511988887777",
		"+55 11 98888-7777", "(11) 98888-7777", "(011) 98888-7777",
		"+55 (11) 9 8888 7777", "+55 (0) 11 98888-7777",
		"11 8888-7777", "+551188887777", "551188887777",
		"0 15 11 8888 7777", "11.98888.7777",
		"\u202a+55\u00a011\u00a098888\u20117777\u202c",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct subject s = parse(words[i], ARK_SUBJECT_PHONE);

		assert_true(s.has_area);
		assert_same(words[i], ARK_SUBJECT_PHONE, "5511988887777");
	}
}

static void
test_other_numbers_have_one_form(void **state)
{
	static const struct {
		const char *word, *form;
		bool has_area;
	} rows[] = {
		/* fixed lines keep their eight digits */
		{ "(11) 3333-4444", "551133334444", true },
		{ "+55 11 3333 4444", "551133334444", true },
		{ "0 21 11 3333-4444", "551133334444", true },
		{ "11 5123-4567", "551151234567", true },
		{ "11 95123-4567", "5511951234567", true },
		/* an area code like that of the country */
		{ "55 3222-1234", "555532221234", true },
		{ "55 99999-1234", "5555999991234", true },
		{ "55 55 3222-1234", "555532221234", true },
		{ "055 3222-1234", "555532221234", true },
		/* other countries */
		{ "+1 415 555 2671", "14155552671", true },
		{ "00 1 415 555 2671", "14155552671", true },
		{ "+351 912 345 678", "351912345678", true },
		{ "+47 91 23 45 67", "4791234567", true },
		{ "+298 211234", "298211234", true },
		{ "14155552671", "14155552671", true },
		{ "223456789", "223456789", true },
		{ "0123456789", "0123456789", true },
		{ "+55 01 2345-6789", "550123456789", true },
		/* services */
		{ "0800 123 4567", "08001234567", true },
		/* without area code */
		{ "98888-7777", "988887777", false },
		{ "8888-7777", "988887777", false },
		{ "3333 4444", "33334444", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct subject s = parse(rows[i].word, ARK_SUBJECT_PHONE);

		assert_same(rows[i].word, ARK_SUBJECT_PHONE, rows[i].form);
		assert_int_equal(s.has_area, rows[i].has_area);
	}
}

static void
test_what_is_no_number(void **state)
{
	static const char *const words[] = {
		"", "+", "1234567", "+55 11", "1234567890123456", "11 98888x7777",
		"++5511988887777", "11 98888-7777 / 11 97777-6666",
		"00 123456", "11+988887777", "(11) 98888-7777 ramal 3",
		"99999999999999999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++)
		refuse(words[i], ARK_SUBJECT_PHONE, "telephone number");
}

static void
test_numbers_are_compared_as_far_as_they_are_known(void **state)
{
	static const struct {
		const char *a, *b;
		enum subject_match match;
	} rows[] = {
		{ "11 98888-7777", "+55 11 8888 7777", SUBJECT_SAME },
		{ "11 98888-7777", "21 98888-7777", SUBJECT_OTHER },
		{ "11 98888-7777", "98888-7777", SUBJECT_PARTLY },
		{ "8888-7777", "21 98888-7777", SUBJECT_PARTLY },
		{ "8888-7777", "98888-7777", SUBJECT_SAME },
		{ "11 3333-4444", "3333-4444", SUBJECT_PARTLY },
		{ "11 3333-4444", "11 93333-4444", SUBJECT_OTHER },
		{ "11 5123-4567", "11 95123-4567", SUBJECT_OTHER },
		{ "+47 91234567", "9123-4567", SUBJECT_OTHER },
		{ "+55 3333-4444", "3333-4444", SUBJECT_OTHER },
		{ "+47 91234567", "47 9123-4567", SUBJECT_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct subject a = parse(rows[i].a, ARK_SUBJECT_PHONE);
		struct subject b = parse(rows[i].b, ARK_SUBJECT_PHONE);

		if (subject_compare(&a, &b) != rows[i].match ||
		    subject_compare(&b, &a) != rows[i].match)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
		if (rows[i].match != SUBJECT_OTHER)
			assert_int_equal(subject_key(&a), subject_key(&b));
	}
}

/* ---- e-mail addresses and protocols ------------------------------------- */

static void
test_an_address_has_one_form(void **state)
{
	static const char *const words[] = {
		"ana.sa@correio.example", "ANA.SA@Correio.Example",
		" ana.sa@correio.example ", "<ana.sa@correio.example>",
		"Ana S\u00e1 <ana.sa@correio.example>", "ana.sa@correio.example.",
		"mailto:ana.sa@correio.example", "'ana.sa@correio.example'",
		"\u200bana.sa@correio.example",
		"\u201cana.sa@correio.example\u201d",
		"\u00abana.sa@correio.example\u00bb\u2026",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_int_equal(parse(words[i], ANY).kind, ARK_SUBJECT_EMAIL);
		assert_same(words[i], ARK_SUBJECT_EMAIL,
			    "ana.sa@correio.example");
	}
	assert_same("jos\u00e9+loja@x-y.example", ANY,
		    "jos\u00e9+loja@x-y.example");
	refuse("ana.sa", ARK_SUBJECT_EMAIL, "NAME@HOST");
	refuse("@ana.sa", ARK_SUBJECT_EMAIL, "NAME@HOST");
	refuse("ana.sa@", ARK_SUBJECT_EMAIL, "NAME@HOST");
	refuse("a@x.example, b@x.example", ARK_SUBJECT_EMAIL, "NAME@HOST");
}

static void
test_a_protocol_has_one_form(void **state)
{
	(void)state;
	assert_same("20241230143005000012", ANY, "20241230143005000012");
	assert_int_equal(parse("20241230143005000012", ANY).kind,
			 ARK_SUBJECT_PROTOCOL);
	assert_same("2024.1230-1430/0500 0012", ANY, "20241230143005000012");
	assert_same("Prot-7", ARK_SUBJECT_PROTOCOL, "prot7");
	assert_same("\u201cProt\u00b77\u201d", ARK_SUBJECT_PROTOCOL, "prot7");
	assert_same("#7", ARK_SUBJECT_PROTOCOL, "7");
	assert_int_equal(parse("65f0c1ab-12de-35f0", ANY).kind,
			 ARK_SUBJECT_PROTOCOL);
	refuse("", ARK_SUBJECT_PROTOCOL, "protocol");
	refuse(" - ", ARK_SUBJECT_PROTOCOL, "protocol");
}

/* ---- which kind ----------------------------------------------------------- */

static void
test_doubt_is_told(void **state)
{
	(void)state;
	/* right check digits, and an area code and a 9 as well */
	refuse("11988880084", ANY, "cpf or phone");
	refuse("11 98888-0084", ANY, "cpf or phone");
	/* written as nobody writes the other */
	assert_int_equal(parse("\u200e119.888.800-84\n", ANY).kind,
			 ARK_SUBJECT_CPF);
	assert_int_equal(parse("(11) 98888-0084", ANY).kind,
			 ARK_SUBJECT_PHONE);
	assert_int_equal(parse("+55 11 98888-0084", ANY).kind,
			 ARK_SUBJECT_PHONE);
	refuse("119.888.800-85", ANY, "--kind");	/* wrong digits */
	refuse("11144477736", ANY, "--kind");
	refuse("11.222.333/0001-82", ANY, "--kind");
	refuse("98888-7777", ANY, "--kind");		/* no area code */
	refuse("14155552671", ANY, "--kind");
	refuse("119.888.800-84 1", ANY, "--kind");
	refuse("@ana.sa", ANY, "--kind");
	refuse("Maria", ANY, "--kind");
	refuse("Maria Aparecida dos Santos", ANY, "names are not searched");
	refuse("", ANY, "--kind");
	assert_int_equal(parse("+14155552671", ANY).kind, ARK_SUBJECT_PHONE);
	assert_int_equal(parse("(11) 98888-7777", ANY).kind,
			 ARK_SUBJECT_PHONE);
}

static void
test_a_word_without_end(void **state)
{
	static const size_t sizes[] = { 255, 1024, 1025, 1 << 20 };
	struct subject s;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char *word = malloc(sizes[i] + 1);

		assert_non_null(word);
		memset(word, '1', sizes[i]);
		word[sizes[i]] = 0;
		for (int k = ANY; k < ARK_N_SUBJECT_KINDS; k++)
			assert_int_equal(subject_parse(&s, word, k, false,
						       NULL), ARK_EUSAGE);
		free(word);
	}
}

/* ---- keys ----------------------------------------------------------------- */

static void
test_keys(void **state)
{
	struct subject a = parse("999.900.003-79", ARK_SUBJECT_CPF);
	struct subject b = parse("99990000379", ARK_SUBJECT_PROTOCOL);
	struct subject c = parse("99990000379", ARK_SUBJECT_PHONE);
	struct subject d = parse("999.900.026-65", ARK_SUBJECT_CPF);

	(void)state;
	assert_true(subject_key(&a) >= 0);
	assert_true(subject_key(&a) < INT64_C(1) << 47);
	assert_true(subject_key(&a) != subject_key(&b));
	assert_true(subject_key(&a) != subject_key(&c));
	assert_true(subject_key(&b) != subject_key(&c));
	assert_true(subject_key(&a) != subject_key(&d));
	assert_int_equal(subject_compare(&a, &b), SUBJECT_OTHER);
	assert_int_equal(subject_compare(&a, &d), SUBJECT_OTHER);
	/* They stand in catalogues: see subject_key(). */
	assert_int_equal(subject_key(&a), INT64_C(5877182427318));
	assert_int_equal(subject_key(&c), INT64_C(14608314220248));
}

static void
test_names_of_kinds(void **state)
{
	static const char *const names[ARK_N_SUBJECT_KINDS] = {
		"cpf", "cnpj", "phone", "email", "protocol",
	};

	(void)state;
	for (int k = 0; k < ARK_N_SUBJECT_KINDS; k++)
		assert_string_equal(subject_kind_name((enum ark_subject_kind)k),
				    names[k]);
	assert_string_equal(subject_kind_words(ARK_SUBJECT_CPF), "CPF");
	assert_string_equal(subject_kind_words(ARK_SUBJECT_PHONE),
			    "telephone number");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cpf_has_one_form),
		cmocka_unit_test(test_check_digits_of_a_cpf),
		cmocka_unit_test(test_a_cnpj_has_one_form),
		cmocka_unit_test(test_check_digits_of_a_cnpj),
		cmocka_unit_test(test_wrong_check_digits_can_be_searched_for),
		cmocka_unit_test(test_a_mobile_number_has_one_form),
		cmocka_unit_test(test_other_numbers_have_one_form),
		cmocka_unit_test(test_what_is_no_number),
		cmocka_unit_test(
			test_numbers_are_compared_as_far_as_they_are_known),
		cmocka_unit_test(test_an_address_has_one_form),
		cmocka_unit_test(test_a_protocol_has_one_form),
		cmocka_unit_test(test_doubt_is_told),
		cmocka_unit_test(test_a_word_without_end),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_names_of_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
