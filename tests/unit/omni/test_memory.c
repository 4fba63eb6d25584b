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
#include "omni/page.h"
#include "omni/token.h"
#include "unit/heap.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
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

#define LONG_TEXT \
	"0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct zone *zone;

/* Whatever is read first, and so has need of memory. */
static const struct document {
	const char *text, *id;
} documents[] = {
	{ "{\"data_inicio\":\"2024-12-30 14:30:05\",\"_id\":\"1\","
	  "\"data_fim\":\"2024-12-30 14:31:05\",\"agente\":\"Ana\","
	  "\"download_url\":\"https://example.com/1\",\"id\":\"7\"}", "7" },
	{ "{\"agente\":\"Ana " LONG_TEXT "\",\"id\":\"7\",\"download_url\":"
	  "\"https://example.com/1\",\"data_fim\":\"2024-12-30 14:31:05\","
	  "\"data_inicio\":\"2024-12-30 14:30:05\"}", "7" },
	{ "{\"id\":\"7\",\"protocolo\":\"" LONG_TEXT "\",\"download_url\":"
	  "\"https://example.com/1\",\"data_fim\":\"2024-12-30 14:31:05\","
	  "\"data_inicio\":\"2024-12-30 14:30:05\"}", "7" },
	{ "{\"id\":\"" LONG_TEXT "\",\"download_url\":"
	  "\"https://example.com/1\",\"data_fim\":\"2024-12-30 14:31:05\","
	  "\"data_inicio\":\"2024-12-30 14:30:05\"}", LONG_TEXT },
};

/* Its start above all: with another it would lie in another day. */
static void
parse_document(void *ctx)
{
	const struct document *given = ctx;
	struct json_slice slice = { given->text, strlen(given->text) };
	struct omni_document d;
	struct ark_error err = { 0 };
	int rc;

	document_init(&d);
	rc = document_parse(&d, slice, zone, DAY, &err);
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
	} else {
		assert_int_equal(rc, 0);
		assert_string_equal(d.oddity, "");
		assert_int_equal(d.recording.pub.end_s -
				 d.recording.pub.start_s, 60);
		assert_string_equal(d.recording.pub.id, given->id);
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

#define ORGANIZATION "{\"id\":\"org-1\",\"nome\":\"ACME\"," \
	"\"timeZone\":\"America/Sao_Paulo\"}"
#define GRANTED "{\"empresas\":[" ORGANIZATION "]}"
#define TOKEN "{\"token\":\"a.b.c\"}"

/* How it answers the two steps of a login. */
static struct {
	enum http_end end, second_end;
	const char *first, *second;
} platform = { HTTP_DONE, HTTP_DONE, GRANTED, TOKEN };

/* A platform in place of the engine. */
int
__wrap_http_call(struct http_engine *e, struct http_request *r,
		 struct http_result **out, struct ark_error *err)
{
	struct http_result *res = calloc(1, sizeof(*res));
	bool is_first;

	(void)e;
	if (!res) {
		http_request_free(r);
		return error_nomem(err);
	}
	res->request = r;
	is_first = strstr(r->url, "/loginApi") != NULL;
	res->end = is_first ? platform.end : platform.second_end;
	buf_init(&res->body, 1 << 20);
	buf_adds(&res->body, is_first ? platform.first : platform.second);
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
	void *line = malloc(1);

	(void)e;
	assert_string_equal(api_key, "key");
	free(line);
	if (!line)
		return 0;
	if (token && strchr(token, '\n'))
		return 0;	/* as the engine does */
	if (token)	/* none for the first step */
		assert_string_equal(token, "a.b.c");
	return 1;
}

static struct omni_settings
settings(struct secret *key, struct secret *password)
{
	assert_int_equal(secret_set(key, "key", 3, NULL), 0);
	assert_int_equal(secret_set(password, "word", 4, NULL), 0);
	return (struct omni_settings){
		.base_url = "https://api.example/v1", .login = "robot",
		.api_key = key, .password = password,
	};
}

/* Both steps of a login. */
static int
log_in(struct omni *o, const struct omni_settings *set, struct ark_error *err)
{
	int rc;

	rc = omni_init(o, set, err);
	if (!rc)
		rc = omni_organizations(o, true, err);
	if (!rc)
		rc = omni_login(o, err);
	return rc;
}

static void
log_in_without_memory(void *ctx)
{
	struct ark_error err = { 0 };
	struct omni o = { 0 };
	int rc = log_in(&o, ctx, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	if (!rc) {
		assert_string_equal(o.chosen->id, "org-1");
		assert_string_equal(o.chosen->name, "ACME");
	}
	omni_release(&o);
}

/* An object of so many members that JSON takes memory to compare them. */
static void
make_long(struct buf *out, const char *last)
{
	buf_addc(out, '{');
	for (int i = 0; i < 100; i++)
		buf_addf(out, "\"m%d\":%d,", i, i);
	buf_adds(out, last + 1);
	assert_int_equal(out->rc, 0);
}

/* Nobody is told to look for another login, or gets into another archive. */
static void
a_login_without_memory_is_not_refused(void **state)
{
	struct buf first = BUF_INIT(8192), second = BUF_INIT(8192);
	struct secret key = { 0 }, password = { 0 };
	struct omni_settings set = settings(&key, &password);

	(void)state;
	assert_true(heap_each(log_in_without_memory, &set) > 0);
	make_long(&first, GRANTED);
	make_long(&second, TOKEN);
	platform.first = buf_text(&first);
	platform.second = buf_text(&second);
	assert_true(heap_each(log_in_without_memory, &set) > 0);
	platform.first = GRANTED;
	platform.second = TOKEN;
	buf_release(&first);
	buf_release(&second);
	secret_release(&key);
	secret_release(&password);
}

/* Each way in which a login comes to nothing is told as what it is. */
static void
a_login_that_fails_is_told(void **state)
{
	static const struct {
		enum http_end end, second_end;
		const char *first, *second;
		int rc;
		const char *text;
	} rows[] = {
		{ HTTP_CANCELLED, HTTP_DONE, GRANTED, TOKEN, ARK_ESTOPPED,
		  "stopped" },
		{ HTTP_FORBIDDEN, HTTP_DONE, GRANTED, TOKEN, ARK_EUSAGE,
		  "login: " },
		{ HTTP_DONE, HTTP_FORBIDDEN, GRANTED, TOKEN, ARK_EUSAGE,
		  "login to the organisation: " },
		{ HTTP_DONE, HTTP_DONE, "<html>", TOKEN, ARK_ESERVICE, "login: the answer "
		  "is no JSON; check omni.base_url" },
		{ HTTP_DONE, HTTP_DONE, GRANTED, "<html>", ARK_ESERVICE, "login to the "
		  "organisation: the answer is no JSON; check omni.base_url" },
		{ HTTP_DONE, HTTP_DONE, GRANTED, "{\"token\":\"a.b\\n.c\"}",
		  ARK_ESERVICE,
		  "login to the organisation: the token cannot be sent in a "
		  "header" },
		{ HTTP_DONE, HTTP_DONE, GRANTED, TOKEN, 0, "" },
	};
	struct secret key = { 0 }, password = { 0 };
	struct omni_settings set = settings(&key, &password);

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct omni o = { 0 };

		platform.end = rows[i].end;
		platform.second_end = rows[i].second_end;
		platform.first = rows[i].first;
		platform.second = rows[i].second;
		assert_int_equal(log_in(&o, &set, &err), rows[i].rc);
		assert_string_equal(err.text, rows[i].text);
		omni_release(&o);
	}
	secret_release(&key);
	secret_release(&password);
}

/* More organisations than anybody has are not kept. */
static void
organisations_are_bounded(void **state)
{
	struct buf many = BUF_INIT(1 << 20);
	struct secret key = { 0 }, password = { 0 };
	struct omni_settings set = settings(&key, &password);
	struct omni o = { 0 };

	(void)state;
	buf_adds(&many, "{\"empresas\":[" ORGANIZATION);
	for (int i = 0; i < OMNI_MAX_ORGANIZATIONS; i++)
		buf_adds(&many, "," ORGANIZATION);
	buf_adds(&many, "]}");
	assert_int_equal(many.rc, 0);
	platform.first = buf_text(&many);
	assert_int_equal(omni_init(&o, &set, NULL), 0);
	assert_int_equal(omni_organizations(&o, false, NULL), 0);
	assert_int_equal(o.n_organizations, OMNI_MAX_ORGANIZATIONS);
	platform.first = GRANTED;
	omni_release(&o);
	buf_release(&many);
	secret_release(&key);
	secret_release(&password);
}

/* ---- what is asked, and what is remembered ---- */

static void
ask_for_page(void *ctx)
{
	const struct omni_dialect *d = ctx;
	const struct walk_query q = { .from_s = 0, .to_s = 86400, .page = 1 };
	struct ark_error err = { 0 };
	struct http_request *r = NULL;
	int rc = page_request(&r, "https://api.example/v1", ARK_AUDIO_LINKS, d,
			      &q, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_int_equal(!r, !!rc);
	http_request_free(r);
}

static void
save_dialect(void *ctx)
{
	struct ark_error err = { 0 };
	struct buf out = BUF_INIT(4096);
	int rc = dialect_save(ctx, &out, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	buf_release(&out);
}

static void
a_dialect_without_memory_is_not_spoken(void **state)
{
	struct omni_dialect d;

	(void)state;
	dialect_init(&d);
	for (int is_post = 0; is_post < 2; is_post++) {
		d.method = is_post ? OMNI_POST : OMNI_GET;
		assert_true(heap_each(ask_for_page, &d) > 0);
	}
	assert_true(heap_each(save_dialect, &d) > 0);
}

/* The first two pages of four, both the same. */
static void
walk_pages(void *ctx)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct omni_dialect d;
	struct walk w;
	struct walk_query q;
	int rc = 0;

	(void)ctx;
	dialect_init(&d);
	walk_init(&w, &d, 0, 86400);
	for (int i = 0; i < 2 && !rc; i++) {
		assert_int_equal(walk_next(&w, &q), 1);
		rc = walk_feed(&w, &q, 12, ids, N(ids));
	}
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	if (!rc)
		assert_int_equal(w.ids.n, N(ids));
	walk_release(&w);
}

/* Ids that were not remembered would be taken for missing, or for new ones. */
static void
a_page_without_memory_is_not_counted(void **state)
{
	(void)state;
	assert_true(heap_each(walk_pages, NULL) > 0);
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
	struct zone *own = NULL;

	(void)state;
	assert_int_equal(zone_open(&own, "America/Sao_Paulo", NULL), 0);
	zone = own;
	for (size_t i = 0; i < N(documents); i++)
		assert_true(heap_each(parse_document, (void *)(uintptr_t)
				      &documents[i]) > 0);
	zone_free(own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_without_memory_is_not_refused),
		cmocka_unit_test(a_login_that_fails_is_told),
		cmocka_unit_test(organisations_are_bounded),
		cmocka_unit_test(a_dialect_without_memory_is_not_spoken),
		cmocka_unit_test(a_page_without_memory_is_not_counted),
		cmocka_unit_test(a_token_without_memory_is_not_missing),
		cmocka_unit_test(a_document_without_memory_is_not_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
