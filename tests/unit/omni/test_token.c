#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "omni/token.h"

static void
test_find(void **state)
{
	static const struct {
		const char *answer, *token;	/* NULL: none */
	} rows[] = {
		{ "{\"token\":\"a.b.c\"}", "a.b.c" },
		{ "{\"access_token\":\"t\"}", "t" },
		{ "{\"accessToken\":\"t\"}", "t" },
		{ "{\"data\":{\"token\":\"t\"}}", "t" },
		{ "{\"a\":1,\"b\":[],\"c\":{\"accessToken\":\"t\"}}", "t" },
		{ "{\"data\":{\"token\":\"inner\"},\"token\":\"outer\"}",
		  "outer" },
		{ "{\"access_token\":\"second\",\"token\":\"first\"}",
		  "first" },
		{ "{\"token\":\"\",\"access_token\":\"t\"}", "t" },
		{ "{\"token\":null,\"data\":{\"token\":\"t\"}}", "t" },
		{ "{\"token\":\"\\u0041\\/b\"}", "A/b" },
		{ "{\"token\":12345}", NULL },
		{ "{\"token\":true}", NULL },
		{ "{\"Token\":\"t\"}", NULL },
		{ "{\"token\":{\"value\":\"t\"}}", NULL },
		{ "{\"a\":{\"b\":{\"token\":\"t\"}}}", NULL },
		{ "{\"a\":[{\"token\":\"t\"}]}", NULL },
		{ "{}", NULL },
		{ "[\"token\"]", NULL },
		{ "\"token\"", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_slice answer = {
			rows[i].answer, strlen(rows[i].answer),
		};
		struct buf token = BUF_INIT(64);

		assert_int_equal(token_find(answer, &token),
				 rows[i].token != NULL);
		if (rows[i].token)
			assert_string_equal(buf_text(&token), rows[i].token);
		buf_release(&token);
	}
}

static void
test_find_too_long(void **state)
{
	static const char text[] = "{\"token\":\"0123456789\"}";
	struct json_slice answer = { text, sizeof(text) - 1 };
	struct buf token = BUF_INIT(4);

	(void)state;
	assert_int_equal(token_find(answer, &token), 0);
	buf_release(&token);
}

static void
test_expiry(void **state)
{
	static const struct {
		const char *token;
		int64_t expiry;
	} rows[] = {
		/* {"sub":"1","exp":1735689600} */
		{ "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjoxNzM1Njg5NjAwfQ"
		  ".x", 1735689600 },
		/* {"exp":"1735689600"} */
		{ "e30.eyJleHAiOiIxNzM1Njg5NjAwIn0.", 1735689600 },
		/* {"exp":1735689600,"n":"~~~???"}: both digits that differ
		   from base64 */
		{ "h.eyJleHAiOjE3MzU2ODk2MDAsIm4iOiJ-fn4_Pz8ifQ.s",
		  1735689600 },
		{ "e30.e30.s", -1 },			/* {} */
		{ "e30.eyJleHAiOjB9.s", -1 },		/* {"exp":0} */
		{ "e30.eyJleHAiOi01fQ.s", -1 },		/* {"exp":-5} */
		{ "e30.eyJleHAiOjEuNX0.s", -1 },	/* {"exp":1.5} */
		{ "e30.eyJleHAiOjFlOX0.s", -1 },	/* {"exp":1e9} */
		/* {"exp":99999999999999999999} */
		{ "e30.eyJleHAiOjk5OTk5OTk5OTk5OTk5OTk5OTk5fQ.s", -1 },
		{ "e30.W10.s", -1 },			/* [] */
		{ "e30.bm9uZQ.s", -1 },			/* none */
		{ "e30.eyJleHAiOjE3MzU2ODk2MDB9", -1 },	/* no third part */
		{ "e30.eyJleHAi OjE3MzU2ODk2MDB9.s", -1 },
		{ "e30.eyJleHAiOjE3MzU2ODk2MDB9==.s", -1 },
		{ "e30..s", -1 },
		{ "..", -1 },
		{ "plain", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (token_expiry(rows[i].token) != rows[i].expiry)
			fail_msg("%s: %lld", rows[i].token,
				 (long long)token_expiry(rows[i].token));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_too_long),
		cmocka_unit_test(test_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
