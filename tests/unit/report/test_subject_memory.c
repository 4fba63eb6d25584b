/* Without memory nobody is found, and nobody is thought not to be there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/subject.h"
#include "unit/heap.h"

static void
parse(void *ctx)
{
	struct ark_error err = { 0 };
	struct subject s;
	int rc;

	rc = subject_parse(&s, "+55 (11) 98888-7777", ARK_SUBJECT_ANY_KIND,
			   false, &err);
	(void)ctx;
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
	} else {
		assert_int_equal(rc, 0);
		assert_string_equal(s.text, "5511988887777");
	}
}

/* subject_fn */
static int
count(void *ctx, const struct subject *s)
{
	++*(int *)ctx;
	assert_int_equal(s->kind == ARK_SUBJECT_PHONE, s->has_area);
	return 0;
}

static void
scan(void *ctx)
{
	static const char text[] =
		"{\"contato\":\"Ana Maria da Concei\\u00e7\\u00e3o e Silva, "
		"que atende pelo (11) 98888-7777\",\"documento\":"
		"\"999.900.003-79\",\"protocolo\":\"20241230143005000012\"}";
	struct subject_scan memory = SUBJECT_SCAN_INIT;
	struct ark_error err = { 0 };
	int n = 0, rc;

	rc = subject_each(&memory, text, sizeof(text) - 1, count, &n, &err);
	(void)ctx;
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
	} else {
		assert_int_equal(rc, 0);
		assert_true(n >= 3);
	}
	subject_scan_release(&memory);
}

static void
test_a_word_without_memory(void **state)
{
	(void)state;
	assert_true(heap_each(parse, NULL) > 0);
}

static void
test_a_document_without_memory(void **state)
{
	(void)state;
	assert_true(heap_each(scan, NULL) > 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_word_without_memory),
		cmocka_unit_test(test_a_document_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
