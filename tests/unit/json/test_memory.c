/* Without memory a text is neither sound nor damaged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/scan.h"
#include "unit/heap.h"

#define N_MEMBERS 400	/* more than twice what is kept without memory */

/* An object of many members; the last is called as the first if is_twice. */
static void
make_object(struct buf *out, bool is_twice)
{
	buf_addc(out, '{');
	for (int i = 0; i < N_MEMBERS; i++)
		buf_addf(out, "%s\"m%d\":%d", i ? "," : "",
			 is_twice && i == N_MEMBERS - 1 ? 0 : i, i);
	buf_addc(out, '}');
	assert_int_equal(out->rc, 0);
}

struct text {
	struct json_slice text;
	int rc;		/* with memory */
};

static void
check(void *ctx)
{
	const struct text *t = ctx;
	struct ark_error err = { 0 };
	int rc = json_check(t->text, &json_limits_page, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : t->rc);
	assert_int_equal(err.code, rc);
}

static void
a_text_without_memory_is_not_damaged(void **state)
{
	(void)state;
	for (int is_twice = 0; is_twice < 2; is_twice++) {
		struct buf object = BUF_INIT(1 << 16);
		struct text t;

		make_object(&object, is_twice);
		t.text = (struct json_slice){ buf_text(&object), object.len };
		t.rc = is_twice ? ARK_EFORMAT : 0;
		assert_true(heap_each(check, &t) >= 2);
		buf_release(&object);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_without_memory_is_not_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
