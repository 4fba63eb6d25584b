#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "http/url.h"
#include "unit/heap.h"

struct address {
	const char *base, *text, *href;
};

static void
parse(void *ctx)
{
	const struct address *a = ctx;
	struct url u = { 0 };
	struct ark_error err = { 0 };
	int rc = url_parse(&u, a->base, a->text, &err);

	if (heap_has_failed()) {
		/* A bad one may be told as such; and what is relative libcurl
		 * then takes for a whole address. */
		if (rc != ARK_EFORMAT || (a->href && !a->base))
			assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, rc);
		assert_null(u.href);
		return;
	}
	if (a->href) {
		assert_int_equal(rc, 0);
		assert_string_equal(u.href, a->href);
	} else {
		assert_int_equal(rc, ARK_EFORMAT);
	}
	url_release(&u);
}

/* Sound or not, an address for which there was no memory is no bad address. */
static void
an_address_without_memory_is_not_a_bad_one(void **state)
{
	static struct address table[] = {
		{ NULL, "https://Example.com/a?b=c#d",
		  "https://example.com/a?b=c" },
		{ NULL, "http://[2001:db8::1]:81/", "http://[2001:db8::1]:81/" },
		{ "https://a.example/x/y?q", "../z?w", "https://a.example/z?w" },
		{ NULL, "http://0x7f.1/x", "http://127.0.0.1/x" },
		{ NULL, "ftp://a.example/", NULL },
		{ NULL, "https://a.example:0/", NULL },
		{ NULL, "https://[fe80::1%25eth0]/", NULL },
		{ NULL, "https://user@a.example/", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_true(heap_each(parse, &table[i]) > 0);
}

static void
releasing_nothing_is_nothing(void **state)
{
	struct url u = { 0 };

	(void)state;
	url_release(NULL);
	url_release(&u);
	assert_null(u.href);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_without_memory_is_not_a_bad_one),
		cmocka_unit_test(releasing_nothing_is_nothing),
	};

	/* What libcurl allocates may fail as well. */
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free, realloc,
				 strdup, calloc))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
