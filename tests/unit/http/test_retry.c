#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/retry.h"

static const struct {
	enum http_end end;
	long status;
	enum http_kind kind;
	unsigned credentials;
	int64_t offset;
	bool is_untrusted;
	enum retry_class want;
} rows[] = {
	{ HTTP_DONE, 200, HTTP_MEDIA, 0, 0, false, RETRY_NONE },
	{ HTTP_DONE, 206, HTTP_MEDIA, 0, 5, false, RETRY_NONE },
	{ HTTP_SHORT, 200, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_UNPROVED, 200, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_NONSENSE, 206, HTTP_MEDIA, 0, 5, false, RETRY_TRANSIENT },
	{ HTTP_TOO_LARGE, 200, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_DNS, 0, HTTP_API, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_CONNECT, 0, HTTP_API, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_TLS, 0, HTTP_API, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_TLS, 0, HTTP_API, 0, 0, true, RETRY_PERMANENT },
	{ HTTP_RESET, 200, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_TIMEOUT, 0, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_FORBIDDEN, 302, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_SINK, 200, HTTP_MEDIA, 0, 0, false, RETRY_LOCAL },
	{ HTTP_BROKEN, 0, HTTP_MEDIA, 0, 0, false, RETRY_LOCAL },
	{ HTTP_CANCELLED, 0, HTTP_MEDIA, 0, 0, false, RETRY_STOPPED },

	{ HTTP_STATUS, 204, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 304, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 400, HTTP_API, 1, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 401, HTTP_API, 1, 0, false, RETRY_AUTH },
	{ HTTP_STATUS, 401, HTTP_API, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 401, HTTP_MEDIA, 1, 0, false, RETRY_AUTH },
	{ HTTP_STATUS, 401, HTTP_MEDIA, 0, 0, false, RETRY_LINK },
	{ HTTP_STATUS, 403, HTTP_API, 1, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 403, HTTP_MEDIA, 1, 0, false, RETRY_LINK },
	{ HTTP_STATUS, 403, HTTP_MEDIA, 0, 0, false, RETRY_LINK },
	{ HTTP_STATUS, 404, HTTP_API, 1, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 404, HTTP_MEDIA, 0, 0, false, RETRY_LINK },
	{ HTTP_STATUS, 405, HTTP_API, 1, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 408, HTTP_API, 1, 0, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 410, HTTP_MEDIA, 0, 0, false, RETRY_LINK },
	{ HTTP_STATUS, 416, HTTP_MEDIA, 0, 5, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 416, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 422, HTTP_API, 1, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 425, HTTP_API, 1, 0, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 429, HTTP_MEDIA, 0, 0, false, RETRY_THROTTLED },
	{ HTTP_STATUS, 451, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 500, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 501, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 502, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 503, HTTP_MEDIA, 0, 0, false, RETRY_THROTTLED },
	{ HTTP_STATUS, 504, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 505, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
	{ HTTP_STATUS, 522, HTTP_MEDIA, 0, 0, false, RETRY_TRANSIENT },
	{ HTTP_STATUS, 600, HTTP_MEDIA, 0, 0, false, RETRY_PERMANENT },
};

static void
test_classify(void **state)
{
	static struct http_result r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request q = { .kind = rows[i].kind,
					  .offset = rows[i].offset };

		r.request = &q;
		r.end = rows[i].end;
		r.head.status = rows[i].status;
		r.credentials = rows[i].credentials;
		r.is_untrusted = rows[i].is_untrusted;
		if (retry_classify(&r) != rows[i].want)
			print_message("row %zu, status %ld\n", i,
				      rows[i].status);
		assert_int_equal(retry_classify(&r), rows[i].want);
	}
}

static const struct {
	enum retry_class class;
	int attempt;
	int64_t server_ms;
	uint32_t random;
	int what;
	int64_t wait_ms, pause_ms;
} decisions[] = {
	/* Full jitter: from nothing to all of it. */
	{ RETRY_TRANSIENT, 1, -1, 0, RETRY_WAIT, 0, 0 },
	{ RETRY_TRANSIENT, 1, -1, UINT32_MAX, RETRY_WAIT, 500, 0 },
	{ RETRY_TRANSIENT, 1, -1, UINT32_MAX / 2, RETRY_WAIT, 249, 0 },
	{ RETRY_TRANSIENT, 2, -1, UINT32_MAX, RETRY_WAIT, 1000, 0 },
	{ RETRY_TRANSIENT, 5, -1, UINT32_MAX, RETRY_WAIT, 8000, 0 },
	{ RETRY_TRANSIENT, 6, -1, UINT32_MAX, RETRY_GIVE_UP, 0, 0 },
	{ RETRY_TRANSIENT, 7, -1, 0, RETRY_GIVE_UP, 0, 0 },
	/* A server that names a wait gets it. */
	{ RETRY_TRANSIENT, 1, 7000, UINT32_MAX, RETRY_WAIT, 7000, 0 },
	{ RETRY_TRANSIENT, 3, 100, UINT32_MAX, RETRY_WAIT, 2000, 0 },
	{ RETRY_TRANSIENT, 1, 300001, 0, RETRY_GIVE_UP, 0, 0 },
	{ RETRY_THROTTLED, 1, 7000, UINT32_MAX, RETRY_WAIT, 7000, 7000 },
	{ RETRY_THROTTLED, 1, 0, UINT32_MAX, RETRY_WAIT, 500, 500 },
	{ RETRY_THROTTLED, 2, -1, UINT32_MAX, RETRY_WAIT, 1000, 1000 },
	{ RETRY_THROTTLED, 1, 300000, 0, RETRY_WAIT, 300000, 300000 },
	{ RETRY_THROTTLED, 1, 300001, 0, RETRY_GIVE_UP, 0, 300001 },
	{ RETRY_THROTTLED, 6, 7000, 0, RETRY_GIVE_UP, 0, 7000 },
	{ RETRY_NONE, 1, -1, 0, RETRY_GIVE_UP, 0, 0 },
	{ RETRY_AUTH, 1, -1, 0, RETRY_GIVE_UP, 0, 0 },
	{ RETRY_LINK, 1, 5000, 0, RETRY_GIVE_UP, 0, 0 },
	{ RETRY_PERMANENT, 1, 5000, 0, RETRY_GIVE_UP, 0, 0 },
	{ RETRY_LOCAL, 1, -1, 0, RETRY_GIVE_UP, 0, 0 },
	{ RETRY_STOPPED, 1, -1, 0, RETRY_GIVE_UP, 0, 0 },
};

static void
test_decide(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++) {
		struct retry_decision d = retry_decide(
			&retry_default, decisions[i].class,
			decisions[i].attempt, decisions[i].server_ms,
			decisions[i].random);

		print_message("row %zu\n", i);
		assert_int_equal(d.what, decisions[i].what);
		assert_int_equal(d.wait_ms, decisions[i].wait_ms);
		assert_int_equal(d.host_pause_ms, decisions[i].pause_ms);
	}
}

static void
test_cap(void **state)
{
	struct retry_policy p = retry_default;

	(void)state;
	p.max_attempts = 1000;
	for (int attempt = 1; attempt < 1000; attempt++) {
		struct retry_decision d = retry_decide(
			&p, RETRY_TRANSIENT, attempt, -1, UINT32_MAX);

		assert_int_equal(d.what, RETRY_WAIT);
		assert_true(d.wait_ms == 60000 ||
			    (attempt < 8 && d.wait_ms == 500 << (attempt - 1)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classify),
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
