/* Texts on their way to the page: as scripts that are data, and masked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "json/scan.h"
#include "review/mask.h"
#include "review/script.h"

static void
scripts_are_ascii_and_say_the_same(void **state)
{
	static const struct {
		const char *json, *script;
	} rows[] = {
		{ "{\"a\":1}", "{\"a\":1}" },
		{ "\"</script>\"", "\"\\u003c/script\\u003e\"" },
		{ "\"a&b\"", "\"a\\u0026b\"" },
		{ "\"ção\"", "\"\\u00e7\\u00e3o\"" },
		{ "\"\xe2\x80\xa8\"", "\"\\u2028\"" },
		{ "\"\xf0\x9f\x91\x8d\"", "\"\\ud83d\\udc4d\"" },
		{ "\"\x7f\"", "\"\\u007f\"" },
		{ "\"\xff\"", "\"\\ufffd\"" },
		{ "\"\\\"\\\\\"", "\"\\\"\\\\\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out = BUF_INIT(1000);

		script_json(&out, rows[i].json, strlen(rows[i].json));
		assert_string_equal(buf_text(&out), rows[i].script);
		assert_int_equal(json_check((struct json_slice){
			buf_text(&out), out.len }, &json_limits_document,
			NULL), 0);
		buf_release(&out);
	}
}

static void
scripts_may_end_anywhere(void **state)
{
	struct buf out = BUF_INIT(1000);

	(void)state;
	script_json(&out, "", 0);
	assert_int_equal(out.len, 0);
	script_json(&out, "a<", 2);
	assert_string_equal(buf_text(&out), "a\\u003c");
	buf_release(&out);
}

/* Part of a picture is no picture. */
static void
base64_that_has_no_room_is_none(void **state)
{
	static const uint8_t bytes[100];
	struct buf out = BUF_INIT(sizeof(bytes));

	(void)state;
	script_base64(&out, bytes, sizeof(bytes));
	assert_int_equal(buf_status(&out, NULL), ARK_ELIMIT);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void
base64_is_that_of_the_standard(void **state)
{
	static const char *const rows[][2] = {	/* RFC 4648, section 10 */
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out = BUF_INIT(100);

		script_base64(&out, (const uint8_t *)rows[i][0],
			      strlen(rows[i][0]));
		assert_string_equal(buf_text(&out), rows[i][1]);
		buf_release(&out);
	}
}

#define B "\xe2\x80\xa2"

static void
clients_are_hidden(void **state)
{
	static const struct {
		const char *text, *masked;
		void (*mask)(struct buf *out, const char *text);
	} rows[] = {
		{ "Ana", "A" B B, mask_client },
		{ "Ana Sá", "A" B B " S" B, mask_client },
		{ "Élio", "É" B B B, mask_client },
		{ "ana.sa@x.br", "a" B B ".s" B "@x.b" B, mask_client },
		{ "Ana 99", "A" B B " " B B, mask_client },
		{ "9Ana", B B B B, mask_client },
		{ "5511987654321", B B B B B B B B B "4321", mask_client },
		{ "+55 (11) 4321", "+" B B " (" B B ") 4321", mask_client },
		{ "1234567", B B B B B B B, mask_client },
		{ "", "", mask_client },
		{ "\xff\xfe", B B, mask_client },
		{ "123.456.789-09", B B B "." B B B "." B B B "-09",
		  mask_document },
		{ "12.ABC.345/01DE-35",
		  B B "." B B B "." B B B "/" B B B B "-35", mask_document },
		{ "12345", B B B B B, mask_document },
		{ "1234567890\xff", B B B B B B B B B "0" B, mask_document },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out = BUF_INIT(1000);

		rows[i].mask(&out, rows[i].text);
		assert_string_equal(buf_text(&out), rows[i].masked);
		buf_release(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_are_ascii_and_say_the_same),
		cmocka_unit_test(scripts_may_end_anywhere),
		cmocka_unit_test(base64_that_has_no_room_is_none),
		cmocka_unit_test(base64_is_that_of_the_standard),
		cmocka_unit_test(clients_are_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
