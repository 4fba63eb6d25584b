/*
 * A page and its parts: what is foreign stays text, and the policy knows the
 * style sheet.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/html.h"
#include "digest/digest.h"

/* What a page is made of, to be freed. */
static char *
page_of(const char *title, const char *text)
{
	struct html h;
	char *page = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&page, &size);

	assert_non_null(out);
	html_init(&h, out);
	html_begin(&h, title);
	html_text(&h, text);
	html_end(&h);
	assert_int_equal(h.rc, 0);
	html_release(&h);
	assert_int_equal(fclose(out), 0);
	return page;
}

static void
the_policy_has_the_digest_of_the_style(void **state)
{
	uint8_t told[DIGEST_SHA256_SIZE], found[DIGEST_SHA256_SIZE];
	const char prefix[] = "sha256-";

	(void)state;
	assert_int_equal(strncmp(html_style_digest, prefix, strlen(prefix)), 0);
	assert_int_equal(digest_unbase64(told, sizeof(told), html_style_digest +
					 strlen(prefix)), 0);
	assert_int_equal(digest_sha256(found, html_style, strlen(html_style),
				       NULL), 0);
	assert_memory_equal(told, found, sizeof(told));
	assert_null(strstr(html_style, "</"));
	assert_null(strstr(html_style, "url("));
	assert_null(strstr(html_style, "@import"));
}

static void
what_is_foreign_stays_text(void **state)
{
	char *page = page_of("</title><script>x</script>", "<b>&'\"\x01\xff");

	(void)state;
	assert_non_null(strstr(page, "<title>&lt;/title&gt;&lt;script&gt;x"
			       "&lt;/script&gt;</title>"));
	assert_non_null(strstr(page, "&lt;b&gt;&amp;&#39;&quot;\\x01\\xFF"
			       "</body>"));
	assert_null(strstr(page, "<script"));
	free(page);
}

static void
the_policy_comes_before_all_that_it_is_for(void **state)
{
	char *page = page_of("t", "x");
	const char *policy = strstr(page, "Content-Security-Policy");

	(void)state;
	assert_non_null(policy);
	assert_non_null(strstr(policy, "default-src 'none'; style-src 'sha256-"));
	assert_true(policy < strstr(page, "<style>"));
	assert_true(policy < strstr(page, "<title>"));
	assert_true(strstr(page, "charset") < policy);
	free(page);
}

static void
a_text_of_any_length_is_shown_up_to_the_limit(void **state)
{
	char *text = malloc(HTML_TEXT_MAX + 2), *page;
	const char *p;
	size_t n = 0;

	(void)state;
	assert_non_null(text);
	memset(text, '"', HTML_TEXT_MAX + 1);
	text[HTML_TEXT_MAX + 1] = 0;
	page = page_of("t", text);
	for (p = strstr(page, "&quot;"); p && !strncmp(p, "&quot;", 6); p += 6)
		n++;
	assert_int_equal(n, HTML_TEXT_MAX);
	assert_int_equal(strncmp(p, "...</body>", 10), 0);
	free(page);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_policy_has_the_digest_of_the_style),
		cmocka_unit_test(what_is_foreign_stays_text),
		cmocka_unit_test(the_policy_comes_before_all_that_it_is_for),
		cmocka_unit_test(a_text_of_any_length_is_shown_up_to_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
