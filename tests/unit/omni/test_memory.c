/* Without memory an answer is not understood; it is never misunderstood. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "omni/document.h"
#include "omni/omni.h"
#include "omni/token.h"
#include "unit/heap.h"

#define DAY 20000	/* 2024-10-04 */

static void
find_token(void *ctx)
{
	static const char text[] = "{\"data\":{\"token\":\"a.b.c\"}}";
	struct json_slice answer = { text, sizeof(text) - 1 };
	struct buf token = BUF_INIT_SECRET(64);
	int is_found = token_find(answer, &token);

	(void)ctx;
	if (heap_has_failed()) {
		assert_int_equal(is_found, 0);
		assert_int_equal(token.rc, ARK_ENOMEM);
	} else {
		assert_int_equal(is_found, 1);
		assert_string_equal(buf_text(&token), "a.b.c");
	}
	buf_release(&token);
}

/* Its start above all: with another it would lie in another day. */
static void
parse_document(void *ctx)
{
	static const char text[] =
		"{\"data_inicio\":\"2024-12-30 14:30:05\",\"_id\":\"1\","
		"\"data_fim\":\"2024-12-30 14:31:05\",\"agente\":\"Ana\","
		"\"download_url\":\"https://example.com/1\",\"id\":\"7\"}";
	struct json_slice slice = { text, sizeof(text) - 1 };
	struct omni_document d;
	struct ark_error err = { 0 };
	int rc;

	document_init(&d);
	rc = document_parse(&d, slice, ctx, DAY, &err);
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
	} else {
		assert_int_equal(rc, 0);
		assert_string_equal(d.oddity, "");
		assert_int_equal(d.recording.pub.end_s -
				 d.recording.pub.start_s, 60);
		assert_string_equal(d.recording.pub.id, "7");
		assert_string_equal(d.recording.pub.url,
				    "https://example.com/1");
	}
	document_release(&d);
}

int __wrap_http_call(struct http_engine *e, struct http_request *r,
		     struct http_result **out, struct ark_error *err);
void __wrap_http_result_free(struct http_result *r);
unsigned __wrap_http_engine_credentials(struct http_engine *e,
					const char *api_key, const char *token);

void
__wrap_http_result_free(struct http_result *r)
{
	if (!r)
		return;
	http_request_free(r->request);
	buf_release(&r->body);
	free(r);
}

/* A platform that grants every login, in place of the engine. */
int
__wrap_http_call(struct http_engine *e, struct http_request *r,
		 struct http_result **out, struct ark_error *err)
{
	struct http_result *res = calloc(1, sizeof(*res));

	(void)e;
	if (!res) {
		http_request_free(r);
		return error_nomem(err);
	}
	res->request = r;
	res->end = HTTP_DONE;
	buf_init(&res->body, 4096);
	buf_adds(&res->body, strstr(r->url, "/loginApi") ?
		 "{\"empresas\":[{\"id\":\"org-1\",\"nome\":\"ACME\","
		 "\"timeZone\":\"America/Sao_Paulo\"}]}" :
		 "{\"token\":\"a.b.c\"}");
	if (res->body.rc) {
		__wrap_http_result_free(res);
		return error_nomem(err);
	}
	*out = res;
	return 0;
}

unsigned
__wrap_http_engine_credentials(struct http_engine *e, const char *api_key,
			       const char *token)
{
	(void)e;
	assert_string_equal(api_key, "key");
	if (token)	/* none for the first step */
		assert_string_equal(token, "a.b.c");
	return 1;
}

static void
log_in(void *ctx)
{
	const struct omni_settings *set = ctx;
	struct ark_error err = { 0 };
	struct omni o = { 0 };
	int rc;

	rc = omni_init(&o, set, &err);
	if (!rc)
		rc = omni_organizations(&o, true, &err);
	if (!rc)
		rc = omni_login(&o, &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	if (!rc) {
		assert_string_equal(o.chosen->id, "org-1");
		assert_string_equal(o.chosen->name, "ACME");
	}
	omni_release(&o);
}

/* Nobody is told to look for another login, or gets into another archive. */
static void
a_login_without_memory_is_not_refused(void **state)
{
	struct secret key = { 0 }, password = { 0 };
	const struct omni_settings set = {
		.base_url = "https://api.example/v1", .login = "robot",
		.api_key = &key, .password = &password,
	};

	(void)state;
	assert_int_equal(secret_set(&key, "key", 3, NULL), 0);
	assert_int_equal(secret_set(&password, "word", 4, NULL), 0);
	assert_true(heap_each(log_in, (void *)(uintptr_t)&set) > 0);
	secret_release(&key);
	secret_release(&password);
}

static void
a_token_without_memory_is_not_missing(void **state)
{
	(void)state;
	assert_true(heap_each(find_token, NULL) > 0);
}

static void
a_document_without_memory_is_not_another(void **state)
{
	struct zone *zone = NULL;

	(void)state;
	assert_int_equal(zone_open(&zone, "America/Sao_Paulo", NULL), 0);
	assert_true(heap_each(parse_document, zone) > 0);
	zone_free(zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_without_memory_is_not_refused),
		cmocka_unit_test(a_token_without_memory_is_not_missing),
		cmocka_unit_test(a_document_without_memory_is_not_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
