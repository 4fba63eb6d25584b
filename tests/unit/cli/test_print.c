/* A line that cannot be made is told, and nothing of it is printed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/error.h"
#include "cli/print.h"
#include "unit/heap.h"

static const struct ark_recording recording = {
	.id = "id", .interaction_id = "i", .agent = "Ana",
	.agent_email = "a@b.example", .client = "Rui", .contact = "Eva",
	.service = "Sales", .extension = "7", .origin = "o", .protocol = "1",
	.status = "Contact", .client_document = "", .tag = "",
	.url = "https://a.example/1",
};

static const struct ark_found found = {
	.recording = &recording, .path = "2024/12/30/data/audio/a.wav",
	.bytes = 7, .sha256 = "00", .media_type = "audio/wav", .codec = "pcm",
	.audio_ms = -1, .document = "{}", .document_len = 2,
};

static long
printed(void)
{
	assert_int_equal(fflush(stdout), 0);
	return ftell(stdout);
}

/* What a line came to, and that it is there or not. */
static void
check(int rc, long before)
{
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(printed(), before);
	} else {
		assert_int_equal(rc, 0);
		assert_true(printed() > before);
	}
}

static void
print_one_found(void *ctx)
{
	const enum print_format *format = ctx;
	long before = printed();

	check(print_found(*format, "/archive", &found, '\n'), before);
}

static void
print_one_listed(void *ctx)
{
	const enum print_format *format = ctx;
	long before = printed();

	check(print_listed(*format, &recording, "{}", 2), before);
}

static void
a_line_without_memory_is_told(void **state)
{
	enum print_format csv = PRINT_CSV;
	FILE *terminal = stdout;

	(void)state;
	stdout = tmpfile();
	assert_non_null(stdout);
	assert_true(heap_each(print_one_found, &csv) > 0);
	assert_true(heap_each(print_one_listed, &csv) > 0);
	assert_int_equal(fclose(stdout), 0);
	stdout = terminal;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_without_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
