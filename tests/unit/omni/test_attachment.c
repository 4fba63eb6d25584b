#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "omni/attachment.h"

/* What is found, as "number.place=address " each. */
static void
tell(struct attachment_walk *w, char out[256])
{
	struct json_slice address;
	size_t n = 0;

	out[0] = 0;
	while (attachment_next(w, &address))
		n += (size_t)snprintf(out + n, 256 - n, "%zu.%zu=%.*s ",
				      w->number, w->place, (int)address.n,
				      address.p);
	assert_int_equal(attachment_next(w, &address), 0);
}

static const struct {
	const char *document, *found;
} rows[] = {
	{ "{}", "" },
	{ "{\"mensagens\":null}", "" },
	{ "{\"mensagens\":[]}", "" },
	{ "{\"mensagens\":[null,1,\"x\",[\"y\"]]}", "" },
	{ "{\"mensagens\":[{\"media\":null},{\"media\":\"\"}]}", "" },
	{ "{\"mensagens\":[{\"media\":\"a\"}]}", "1.1=\"a\" " },
	{ "{\"mensagens\":[{},{\"media\":\"a\"},{},{\"media\":\"b\"}]}",
	  "2.1=\"a\" 4.1=\"b\" " },
	{ "{\"mensagens\":[{\"media\":{\"url\":\"a\",\"n\":\"x\"}}]}",
	  "1.1=\"a\" " },
	{ "{\"mensagens\":[{\"media\":{\"name\":\"x\"}}]}", "" },
	{ "{\"mensagens\":[{\"media\":[\"a\",null,{\"url\":\"b\"}]},"
	  "{\"media\":[]},{\"media\":\"c\"}]}",
	  "1.1=\"a\" 1.3=\"b\" 3.1=\"c\" " },
	{ "{\"mensagens\":[{\"media\":[[\"a\"]]}]}", "" },
	{ "{\"media\":\"a\"}", "" },
};

static void
test_walk(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attachment_walk w;
		char found[256];

		attachment_walk_init(&w, (struct json_slice){
			rows[i].document, strlen(rows[i].document) });
		tell(&w, found);
		assert_string_equal(found, rows[i].found);
	}
}

static void
test_one_message(void **state)
{
	static const char message[] =
		"{\"message\":\"x\",\"media\":[\"a\",\"b\"]}";
	const struct json_slice text = { message, sizeof(message) - 1 };
	struct attachment_walk w;
	struct json_slice address;
	char found[256];

	(void)state;
	attachment_walk_message(&w, text);
	tell(&w, found);
	assert_string_equal(found, "1.1=\"a\" 1.2=\"b\" ");
	attachment_walk_message(&w, text);
	assert_int_equal(attachment_next(&w, &address), 1);
	assert_ptr_equal(w.message.p, text.p);
	assert_int_equal(w.message.n, text.n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_one_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
