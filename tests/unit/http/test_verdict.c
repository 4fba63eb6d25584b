/* What our small server cannot do: TLS, and all of libcurl's codes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "http/engine_internal.h"

static void
test_codes(void **state)
{
	static const struct {
		CURLcode code;
		enum http_end end;
		bool is_untrusted;
	} rows[] = {
		{ CURLE_UNSUPPORTED_PROTOCOL, HTTP_NONSENSE, false },
		{ CURLE_URL_MALFORMAT, HTTP_FORBIDDEN, false },
		{ CURLE_COULDNT_RESOLVE_PROXY, HTTP_DNS, false },
		{ CURLE_COULDNT_RESOLVE_HOST, HTTP_DNS, false },
		{ CURLE_COULDNT_CONNECT, HTTP_CONNECT, false },
		{ CURLE_WEIRD_SERVER_REPLY, HTTP_NONSENSE, false },
		{ CURLE_HTTP2, HTTP_RESET, false },
		{ CURLE_PARTIAL_FILE, HTTP_SHORT, false },
		{ CURLE_WRITE_ERROR, HTTP_BROKEN, false },
		{ CURLE_OUT_OF_MEMORY, HTTP_BROKEN, false },
		{ CURLE_OPERATION_TIMEDOUT, HTTP_CONNECT, false },
		{ CURLE_SSL_CONNECT_ERROR, HTTP_TLS, false },
		{ CURLE_GOT_NOTHING, HTTP_RESET, false },
		{ CURLE_SEND_ERROR, HTTP_RESET, false },
		{ CURLE_RECV_ERROR, HTTP_RESET, false },
		{ CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS, true },
		{ CURLE_SSL_CACERT_BADFILE, HTTP_TLS, true },
		{ CURLE_SSL_ISSUER_ERROR, HTTP_TLS, true },
		{ CURLE_SSL_INVALIDCERTSTATUS, HTTP_TLS, true },
		{ CURLE_BAD_FUNCTION_ARGUMENT, HTTP_BROKEN, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict v;

		verdict_curl(rows[i].code, "", &v);
		assert_int_equal(v.end, rows[i].end);
		assert_int_equal(v.is_untrusted, rows[i].is_untrusted);
		assert_true(v.why[0]);
		verdict_curl(rows[i].code, "words\x1b[31m", &v);
		assert_memory_equal(v.why, "words", 5);
		assert_null(strchr(v.why, '\x1b'));
	}
}

static struct url
parse(const char *text)
{
	struct url u = { 0 };

	assert_int_equal(url_parse(&u, NULL, text, NULL), 0);
	return u;
}

static void
test_redirects(void **state)
{
	static const struct {
		const char *from, *to;
		enum http_kind kind;
		bool allow_http, is_post;
		long status;
		int rc;
	} rows[] = {
		{ "https://m/a", "https://n/a", HTTP_MEDIA, false, false, 302,
		  0 },
		{ "https://m/a", "http://m/a", HTTP_MEDIA, false, false, 302,
		  ARK_EUSAGE },
		/* Never down, also where http is allowed. */
		{ "https://m/a", "http://m/a", HTTP_MEDIA, true, false, 302,
		  ARK_EUSAGE },
		{ "http://m/a", "https://m/a", HTTP_MEDIA, true, false, 302,
		  0 },
		{ "http://m/a", "http://n/a", HTTP_MEDIA, true, false, 302,
		  0 },
		{ "https://api/a", "https://api/b", HTTP_API, false, false,
		  302, 0 },
		{ "https://api/a", "https://api:444/b", HTTP_API, false,
		  false, 302, ARK_EUSAGE },
		{ "https://api/a", "https://x.api/b", HTTP_API, false, false,
		  302, ARK_EUSAGE },
		{ "https://api/a", "https://api/b", HTTP_API, false, true,
		  307, 0 },
		{ "https://api/a", "https://api/b", HTTP_API, false, true,
		  302, ARK_EUSAGE },
	};
	static struct http_engine e;
	static struct transfer t;
	char body[] = "{}";

	(void)state;
	e.api = parse("https://api/v1");
	e.has_api = true;
	t.engine = &e;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url next = parse(rows[i].to);

		t.hop = parse(rows[i].from);
		t.request.kind = rows[i].kind;
		t.request.body = rows[i].is_post ? body : NULL;
		t.result.head.status = rows[i].status;
		e.settings.allow_http = rows[i].allow_http;
		assert_int_equal(hop_check_redirect(&t, &next, NULL),
				 rows[i].rc);
		url_release(&t.hop);
		url_release(&next);
	}
	url_release(&e.api);
}

/* The total of a range is no range: "bytes" with "*" and a number. */
static void
test_range_of_nothing(void **state)
{
	struct http_request request = { .offset = 10 };
	struct http_head head = {
		.status = 206, .has_range = true, .range_first = -1,
		.range_last = -1, .range_total = 100, .content_length = -1,
	};
	struct verdict v = { 0 };

	(void)state;
	assert_int_equal(verdict_head(&request, &head, &v), ANSWER_NONE);
	assert_int_equal(v.end, HTTP_NONSENSE);
	assert_string_equal(v.why, "206 without a sound Content-Range");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_range_of_nothing),
		cmocka_unit_test(test_redirects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
