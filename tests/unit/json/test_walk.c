#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "json/scan.h"

static struct json_slice
slice(const char *text)
{
	return (struct json_slice){ text, strlen(text) };
}

static void
assert_slice(struct json_slice v, const char *text)
{
	assert_non_null(v.p);
	assert_int_equal(v.n, strlen(text));
	assert_memory_equal(v.p, text, v.n);
}

static void
kinds(void **state)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} rows[] = {
		{ "{}", JSON_OBJECT },
		{ "[]", JSON_ARRAY },
		{ "\"\"", JSON_STRING },
		{ "0", JSON_NUMBER },
		{ "9", JSON_NUMBER },
		{ "-1", JSON_NUMBER },
		{ "true", JSON_BOOL },
		{ "false", JSON_BOOL },
		{ "null", JSON_NULL },
		{ " \t\r\n[1]", JSON_ARRAY },
		{ "", JSON_NONE },
		{ "  ", JSON_NONE },
		{ "+1", JSON_NONE },
		{ "/", JSON_NONE },
		{ ":", JSON_NONE },
		{ "\v1", JSON_NONE },
		{ "\xef\xbb\xbf{}", JSON_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(json_kind(slice(rows[i].text)), rows[i].kind);
	assert_int_equal(json_kind((struct json_slice){ 0 }), JSON_NONE);
}

static void
items_without_white_space(void **state)
{
	static const char text[] =
		" [ 1 ,\n\"a,]\\\"\" , [2, [3]],{\"b\":\"]}\"}\t,true"
		",-0.5e+1 ,null,[ ] ] ";
	static const char *const items[] = {
		"1", "\"a,]\\\"\"", "[2, [3]]", "{\"b\":\"]}\"}", "true",
		"-0.5e+1", "null", "[ ]",
	};
	struct json_slice item;
	struct json_walk w;

	(void)state;
	assert_int_equal(json_check(slice(text), &json_limits_document, NULL),
			 0);
	json_walk_init(&w, slice(text));
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		assert_int_equal(json_next_item(&w, &item), 1);
		assert_slice(item, items[i]);
	}
	assert_int_equal(json_next_item(&w, &item), 0);
	assert_int_equal(json_next_item(&w, &item), 0);
}

static void
members_without_white_space(void **state)
{
	static const char text[] = " { \"a\" : 1 ,\n\"b\\\"}\":{\"c\":[2]}"
		" , \"\" :\t\"x\" , \"d\":[ ] } ";
	static const struct {
		const char *key, *value;
	} members[] = {
		{ "\"a\"", "1" },
		{ "\"b\\\"}\"", "{\"c\":[2]}" },
		{ "\"\"", "\"x\"" },
		{ "\"d\"", "[ ]" },
	};
	struct json_slice key, value;
	struct json_walk w;

	(void)state;
	assert_int_equal(json_check(slice(text), &json_limits_document, NULL),
			 0);
	json_walk_init(&w, slice(text));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		assert_int_equal(json_next_member(&w, &key, &value), 1);
		assert_slice(key, members[i].key);
		assert_slice(value, members[i].value);
	}
	assert_int_equal(json_next_member(&w, &key, &value), 0);
	assert_int_equal(json_next_member(&w, &key, &value), 0);
}

static void
what_is_empty_has_nothing(void **state)
{
	static const char *const texts[] = {
		"[]", " [ ] ", "{}", "{ }", "1", "\"[1]\"", "null", "", " ",
	};
	struct json_slice key, value;
	struct json_walk w;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_walk_init(&w, slice(texts[i]));
		assert_int_equal(json_next_item(&w, &value), 0);
		json_walk_init(&w, slice(texts[i]));
		assert_int_equal(json_next_member(&w, &key, &value), 0);
	}
	json_walk_init(&w, (struct json_slice){ 0 });
	assert_int_equal(json_next_item(&w, &value), 0);
}

/* Nobody has checked these: the walk gives what is whole and ends. */
static void
broken_texts_end(void **state)
{
	static const struct {
		const char *text;
		int n_items, n_members;
	} rows[] = {
		{ "[1", 1, 0 },
		{ "[1,", 1, 0 },
		{ "[1,,2]", 1, 0 },
		{ "[,1]", 0, 0 },
		{ "[1 2]", 1, 0 },
		{ "[\"a", 0, 0 },
		{ "[\"a\\", 0, 0 },
		{ "[\"a\\\"", 0, 0 },
		{ "[[", 0, 0 },
		{ "[[]", 1, 0 },
		{ "[1,[2,\"", 1, 0 },
		{ "[1,{]", 2, 0 },		/* only counted */
		{ "[a:b]", 1, 0 },
		{ "[", 0, 0 },
		{ "{", 0, 0 },
		{ "{\"a", 0, 0 },
		{ "{\"a\"", 1, 0 },
		{ "{\"a\":", 1, 0 },
		{ "{\"a\":}", 1, 0 },
		{ "{\"a\":1", 1, 1 },
		{ "{\"a\":1,", 1, 1 },
		{ "{\"a\":1,2:3}", 1, 1 },
		{ "{\"a\":1 \"b\":2}", 1, 1 },
		{ "{\"a\" 1}", 1, 0 },
		{ "{a:1}", 1, 0 },
		{ "{1:1}", 1, 0 },
		{ "{\"a\":[1,\"b\":2}", 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_slice key, value;
		struct json_walk w;
		int n = 0;

		json_walk_init(&w, slice(rows[i].text));
		while (json_next_item(&w, &value))
			n++;
		assert_int_equal(n, rows[i].n_items);
		n = 0;
		json_walk_init(&w, slice(rows[i].text));
		while (json_next_member(&w, &key, &value))
			n++;
		assert_int_equal(n, rows[i].n_members);
	}
}

static void
keys_are_compared_decoded(void **state)
{
	static const struct {
		const char *key, *name;
		int is_equal, is_equal_nocase;
	} rows[] = {
		{ "\"data\"", "data", 1, 1 },
		{ " \"data\" ", "data", 1, 1 },
		{ "\"Data\"", "data", 0, 1 },
		{ "\"data\"", "DATA", 0, 1 },
		{ "\"d\\u0061ta\"", "data", 1, 1 },
		{ "\"d\\u0041ta\"", "data", 0, 1 },
		{ "\"data\"", "dat", 0, 0 },
		{ "\"dat\"", "data", 0, 0 },
		{ "\"\"", "", 1, 1 },
		{ "\"\"", "a", 0, 0 },
		{ "\"a\"", "", 0, 0 },
		{ "\"[`\"", "{@", 0, 0 },	/* 32 apart, no letters */
		{ "\"a\\nb\"", "a\nb", 1, 1 },
		{ "\"a\\\\nb\"", "a\\nb", 1, 1 },
		{ "\"a\\nb\"", "a\\nb", 0, 0 },
		{ "\"servi\xc3\xa7o\"", "servi\xc3\xa7o", 1, 1 },
		{ "\"servi\\u00e7o\"", "servi\xc3\xa7o", 1, 1 },
		{ "\"SERVI\xc3\x87O\"", "servi\xc3\xa7o", 0, 0 },
		{ "\"\\ud834\\udd1e\"", "\xf0\x9d\x84\x9e", 1, 1 },
		{ "\"\xc3\xa7\"", "\xc3", 0, 0 },
		{ "data", "data", 0, 0 },
		{ "\"data", "data", 0, 0 },
		{ "\"", "", 0, 0 },
		{ "", "", 0, 0 },
		{ "\"da\\", "da", 0, 0 },
		{ "\"da\\\"", "da", 0, 0 },
		{ "\"da\\u00\"", "da", 0, 0 },
		{ "\"da\xc3\"", "da\xc3", 0, 0 },
		{ "\"a\"b\"", "a\"b", 0, 0 },
		{ "1", "1", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_slice key = slice(rows[i].key);

		assert_int_equal(json_key_is(key, rows[i].name),
				 rows[i].is_equal);
		assert_int_equal(json_key_is_nocase(key, rows[i].name),
				 rows[i].is_equal_nocase);
	}
	assert_false(json_key_is((struct json_slice){ 0 }, ""));
}

static void
members_by_name(void **state)
{
	struct json_slice o = slice("{\"Total\":1,\"data\":[{\"page\":9}],"
				    "\"total\":2,\"x\":null,\"total\":3}");

	(void)state;
	assert_slice(json_member(o, "Total"), "1");
	assert_slice(json_member(o, "total"), "2");
	assert_slice(json_member_nocase(o, "total"), "1");
	assert_slice(json_member_nocase(o, "DATA"), "[{\"page\":9}]");
	assert_slice(json_member(o, "x"), "null");
	assert_null(json_member(o, "page").p);
	assert_null(json_member(o, "DATA").p);
	assert_int_equal(json_member(o, "DATA").n, 0);
	assert_null(json_member_nocase(slice("[\"a\",1]"), "a").p);
	assert_null(json_member(slice("[\"a\":1]"), "a").p);
	assert_null(json_member((struct json_slice){ 0 }, "a").p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(items_without_white_space),
		cmocka_unit_test(members_without_white_space),
		cmocka_unit_test(what_is_empty_has_nothing),
		cmocka_unit_test(broken_texts_end),
		cmocka_unit_test(keys_are_compared_decoded),
		cmocka_unit_test(members_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
