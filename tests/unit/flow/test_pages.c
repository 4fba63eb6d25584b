#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/pages.h"
#include "unit/flow/steps.h"
#include "unit/heap.h"

#define DAY 20000			/* 2024-10-04 */
#define START "\"data_inicio\":\"2024-10-04 00:00:01\""

struct fixture {
	struct page_reader reader;
	struct lister_page page;
	struct zone *zone;
	struct buf body;
	int64_t total;
	struct ark_error err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(zone_open(&f->zone, "UTC", &f->err), 0);
	assert_int_equal(page_reader_init(&f->reader, ARK_AUDIO_LINKS,
					  "https://omni.example/v1", f->zone,
					  &f->err), 0);
	buf_init(&f->body, 1 << 24);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	page_reader_release(&f->reader);
	buf_release(&f->body);
	zone_free(f->zone);
	free(f);
	return 0;
}

static int
read_page(struct fixture *f, const char *text)
{
	buf_clear(&f->body);
	assert_int_equal(buf_adds(&f->body, text), 0);
	return page_read(&f->reader, &f->body, DAY, &f->total, &f->page,
			 &f->err);
}

static void
assert_slice(struct json_slice s, const char *text)
{
	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(s.p, text, s.n);
}

static void
test_page(void **state)
{
	struct fixture *f = *state;
	const struct lister_document *d;

	assert_int_equal(read_page(f, "{\"Total\":2,\"Data\":[ {\"id\":81,"
				   "\"download_url\":\"https://m.example/1\","
				   START "} ,\n {\"id\":\"x\"}\n]}"), 0);
	assert_int_equal(f->total, 2);
	assert_int_equal(f->page.day, DAY);
	assert_int_equal(f->page.n, 2);
	assert_int_equal(f->page.n_wrecks, 0);
	assert_int_equal(f->reader.n_ids, 2);
	d = &f->page.documents[0];
	assert_string_equal(d->recording->id, "81");
	assert_string_equal(f->reader.ids[0], "81");
	assert_string_equal(d->link, "https://m.example/1");
	assert_slice(d->body, "{\"id\":81,\"download_url\":"
		     "\"https://m.example/1\"," START "}");
	assert_null(d->oddity);
	assert_false(d->is_new);
	d = &f->page.documents[1];
	assert_string_equal(f->reader.ids[1], "x");
	assert_string_equal(d->link, "");
	assert_int_equal(d->recording->day, DAY);
	assert_non_null(strstr(d->oddity, "data_inicio"));
}

static void
test_no_documents(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_page(f, "{\"Total\":0,\"Data\":[]}"), 0);
	assert_int_equal(f->total, 0);
	assert_int_equal(f->page.n, 0);
	assert_int_equal(f->reader.n_ids, 0);
	assert_int_equal(read_page(f, "{\"Data\":[]}"), 0);
	assert_int_equal(f->total, -1);
	assert_int_equal(read_page(f, "<html>"), ARK_EFORMAT);
	assert_int_equal(read_page(f, ""), ARK_EFORMAT);
	assert_int_equal(f->page.n, 0);
}

/* One line stays one line, and only between tokens: strings have none. */
static void
test_line_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_page(f, "{\"Data\":[{\n\"id\":\r\n1,\t\"a\":"
				   "\"x\\n\\ry\"\n}]}"), 0);
	assert_int_equal(f->page.n, 1);
	assert_slice(f->page.documents[0].body,
		     "{ \"id\":  1,\t\"a\":\"x\\n\\ry\" }");
}

static void
test_links(void **state)
{
	static const struct {
		const char *link, *out;
	} rows[] = {
		{ "https://m.example/a?b=c#d", "https://m.example/a?b=c#d" },
		{ "http://m.example/a", "http://m.example/a" },
		{ "/media/1", "https://omni.example/media/1" },
		{ "media/1", "https://omni.example/v1/media/1" },
		{ "../media/1?x=%20y",
		  "https://omni.example/media/1?x=%20y" },
		{ "//cdn.example/1", "https://cdn.example/1" },
		{ "", "" },
		/* what is no URL is told when it is fetched */
		{ "javascript:alert(1)", "javascript:alert(1)" },
		{ "file:///etc/passwd", "file:///etc/passwd" },
		{ "a b", "a b" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];

		(void)snprintf(text, sizeof(text), "{\"Data\":[{\"id\":1,"
			       "\"download_url\":\"%s\"}]}", rows[i].link);
		assert_int_equal(read_page(f, text), 0);
		assert_string_equal(f->page.documents[0].link, rows[i].out);
	}
}

/* What cannot be read stays beside what can, and has an id of its own. */
static void
test_wrecks(void **state)
{
	struct fixture *f = *state;
	char id[40];

	assert_int_equal(read_page(f, "{\"Total\":5,\"Data\":["
				   "{\"id\":1,\"id\":2},null,{\"id\":3},"
				   "\"\xff\",{\"id\":4,\"a\":\"\\ud800\"}]}"),
			 0);
	assert_int_equal(f->page.n, 1);
	assert_int_equal(f->page.n_wrecks, 4);
	assert_int_equal(f->reader.n_ids, 5);
	assert_string_equal(f->page.documents[0].recording->id, "3");
	assert_string_equal(f->reader.ids[0], "3");
	assert_slice(f->page.wrecks[0].body, "{\"id\":1,\"id\":2}");
	assert_slice(f->page.wrecks[1].body, "null");
	assert_slice(f->page.wrecks[2].body, "\"\xff\"");
	for (size_t i = 0; i < f->page.n_wrecks; i++) {
		const struct lister_wreck *w = &f->page.wrecks[i];
		uint8_t sha256[32];

		assert_true(*w->reason);
		assert_false(w->is_new);
		assert_int_equal(digest_sha256(sha256, w->body.p, w->body.n,
					       NULL), 0);
		assert_memory_equal(w->sha256, sha256, sizeof(sha256));
		memcpy(id, "raw-", 5);
		digest_hex(id + 4, sha256, 16);
		assert_string_equal(f->reader.ids[1 + i], id);
	}
}

/* Nothing but wrecks, and more of them than there was room for. */
static void
test_many_wrecks(void **state)
{
	struct fixture *f = *state;

	buf_clear(&f->body);
	(void)buf_adds(&f->body, "{\"Data\":[0");
	for (int i = 1; i < 700; i++)
		(void)buf_addf(&f->body, ",%d", i);
	(void)buf_adds(&f->body, "]}");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(page_read(&f->reader, &f->body, DAY,
					   &f->total, &f->page, &f->err), 0);
		assert_int_equal(f->page.n, 0);
		assert_int_equal(f->page.n_wrecks, 700);
		assert_int_equal(f->reader.n_ids, 700);
		assert_string_not_equal(f->reader.ids[0], f->reader.ids[699]);
	}
}

static void
test_many_documents(void **state)
{
	enum { MANY = 3000 };
	struct fixture *f = *state;
	char text[64];

	buf_clear(&f->body);
	(void)buf_adds(&f->body, "{\"Data\":[");
	for (int i = 0; i < MANY; i++)
		(void)buf_addf(&f->body, "%s{\"id\":%d,\"download_url\":\"/%d\""
			       "},[]", i ? "," : "", i, i);
	(void)buf_adds(&f->body, "]}");
	assert_int_equal(page_read(&f->reader, &f->body, DAY, &f->total,
				   &f->page, &f->err), 0);
	assert_int_equal(f->page.n, MANY);
	assert_int_equal(f->page.n_wrecks, MANY);
	assert_int_equal(f->reader.n_ids, 2 * MANY);
	for (int i = 0; i < MANY; i++) {
		const struct lister_document *d = &f->page.documents[i];

		(void)snprintf(text, sizeof(text), "%d", i);
		assert_string_equal(d->recording->id, text);
		assert_string_equal(f->reader.ids[i], text);
		(void)snprintf(text, sizeof(text), "https://omni.example/%d",
			       i);
		assert_string_equal(d->link, text);
	}
	/* and a small page after it */
	assert_int_equal(read_page(f, "{\"Data\":[{\"id\":\"a\"}]}"), 0);
	assert_int_equal(f->page.n, 1);
	assert_int_equal(f->reader.n_ids, 1);
	assert_string_equal(f->page.documents[0].link, "");
}

/* Documents without identity: the same one has the same name. */
static void
test_nameless(void **state)
{
	struct fixture *f = *state;
	char id[64];

	assert_int_equal(read_page(f, "{\"Data\":[{\"a\":1},{\"a\":2},"
				   "{\"a\":1},{\"id\":\"\",\"a\":1}]}"), 0);
	assert_int_equal(f->page.n, 4);
	(void)snprintf(id, sizeof(id), "%s", f->reader.ids[0]);
	assert_memory_equal(id, "doc-", 4);
	assert_int_equal(strlen(id), 36);
	assert_string_equal(f->reader.ids[2], id);
	assert_string_not_equal(f->reader.ids[1], id);
	assert_string_not_equal(f->reader.ids[3], id);
	assert_string_equal(f->page.documents[0].recording->id, id);
	assert_non_null(f->page.documents[0].oddity);
	assert_int_equal(read_page(f, "{\"Data\":[{\"a\":1}]}"), 0);
	assert_string_equal(f->reader.ids[0], id);
}

static void
fingerprint(struct fixture *f, const char *document, uint8_t out[32])
{
	char text[256];

	(void)snprintf(text, sizeof(text), "{\"Data\":[%s]}", document);
	assert_int_equal(read_page(f, text), 0);
	memcpy(out, f->page.documents[0].fingerprint, 32);
}

static void
test_fingerprint(void **state)
{
	static const struct {
		const char *one, *other;
		bool is_same;
	} rows[] = {
		/* a fresh signature is no new version */
		{ "{\"id\":1,\"download_url\":\"https://m/1?sig=a\",\"b\":2}",
		  "{\"id\":1,\"download_url\":\"https://m/1?sig=bcd\",\"b\":2}",
		  true },
		{ "{\"id\":1,\"download_url\":\"https://m/1\"}",
		  "{\"id\":1,\"download_url\":\"/elsewhere\"}", true },
		/* a first link is, and one that is taken away */
		{ "{\"id\":1,\"download_url\":null}",
		  "{\"id\":1,\"download_url\":\"https://m/1\"}", false },
		{ "{\"id\":1,\"download_url\":\"\"}",
		  "{\"id\":1,\"download_url\":\"https://m/1\"}", false },
		{ "{\"id\":1}", "{\"id\":1,\"download_url\":\"x\"}", false },
		/* everything else counts, before and behind the link */
		{ "{\"id\":1,\"download_url\":\"x\",\"b\":2}",
		  "{\"id\":1,\"download_url\":\"x\",\"b\":3}", false },
		{ "{\"id\":1,\"a\":1,\"download_url\":\"x\"}",
		  "{\"id\":1,\"a\":2,\"download_url\":\"x\"}", false },
		{ "{\"id\":1,\"a\":1}", "{\"id\":1,\"a\": 1}", false },
		{ "{\"id\":1,\"a\":1}", "{\"id\":1,\"a\":1}", true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t one[32], other[32];

		fingerprint(f, rows[i].one, one);
		fingerprint(f, rows[i].other, other);
		if (rows[i].is_same != !memcmp(one, other, 32))
			fail_msg("%s and %s", rows[i].one, rows[i].other);
	}
}

/* Without a link it is the SHA-256 of the document, as anybody makes it. */
static void
test_fingerprint_is_sha256(void **state)
{
	static const char text[] = "{\"id\":1}";
	struct fixture *f = *state;
	struct json_slice body = { text, sizeof(text) - 1 };
	struct json_slice none = { 0 };
	uint8_t got[32], sha256[32];

	assert_int_equal(document_fingerprint(f->reader.digest,
					      ARK_AUDIO_LINKS, body, none,
					      got, &f->err), 0);
	assert_int_equal(digest_sha256(sha256, text, sizeof(text) - 1, NULL),
			 0);
	assert_memory_equal(got, sha256, 32);
}

static void
test_base_too_long(void **state)
{
	struct page_reader r;
	struct ark_error err;
	char base[9000];

	(void)state;
	memset(base, 'a', sizeof(base) - 1);
	base[sizeof(base) - 1] = 0;
	assert_int_equal(page_reader_init(&r, ARK_AUDIO_LINKS, base, NULL,
					  &err), ARK_EUSAGE);
	page_reader_release(&r);
}

static void
begin_without_memory(void *ctx)
{
	struct page_reader r;
	struct ark_error err = { 0 };
	int rc = page_reader_init(&r, ARK_AUDIO_LINKS, ctx, NULL, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	page_reader_release(&r);
}

static void
test_begin_without_memory(void **state)
{
	char base[] = "https://omni.example/v1";

	(void)state;
	assert_true(heap_each(begin_without_memory, base) > 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* A page of each kind of document: with a link, without, and no document. */
static const char of_links[] =
	"{\"Total\":4,\"Data\":[{\"id\":81,\"download_url\":"
	"\"https://m.example/1\"," START "},\n{\"id\":82,\"download_url\":"
	"\"/2\"," START "},{" START "},7]}";
static const char of_messages[] =
	"{\"Total\":1,\"Data\":[{\"id\":\"m\"," START ",\"mensagens\":["
	"{\"message\":\"a\",\"media\":[\"/3\",\"https://m.example/4\"]},"
	"{\"message\":\"b\"}]}]}";

struct attempt {
	enum ark_route route;
	const char *text;
	size_t n_ids;
	struct zone *zone;
	struct buf body;
};

static void
try_page(void *ctx)
{
	struct attempt *a = ctx;
	struct page_reader reader = { 0 };
	struct ark_error err = { 0 };
	struct lister_page page;
	int64_t total;
	int rc;

	buf_clear(&a->body);
	rc = page_reader_init(&reader, a->route, "https://omni.example/v1",
			      a->zone, &err);
	if (!rc)
		rc = buf_adds(&a->body, a->text);
	if (!rc)
		rc = page_read(&reader, &a->body, DAY, &total, &page, &err);
	assert_int_equal(rc, heap_has_failed() || steps_failed() ?
			 ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	if (!rc)
		assert_int_equal(reader.n_ids, a->n_ids);
	page_reader_release(&reader);
}

static void
test_page_without_memory(void **state)
{
	struct fixture *f = *state;
	struct attempt attempts[] = {
		{ ARK_AUDIO_LINKS, of_links, 4 },
		{ ARK_MESSAGES, of_messages, 1 },
	};

	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		struct attempt *a = &attempts[i];

		a->zone = f->zone;
		buf_init(&a->body, 1 << 20);
		assert_int_equal(buf_adds(&a->body, a->text), 0);	/* room */
		assert_true(heap_each(try_page, a) > 4);
		assert_true(steps_each(try_page, a, ARK_ENOMEM) > 3);
		buf_release(&a->body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_page),
		TEST(test_no_documents),
		TEST(test_line_ends),
		TEST(test_links),
		TEST(test_wrecks),
		TEST(test_many_wrecks),
		TEST(test_many_documents),
		TEST(test_nameless),
		TEST(test_fingerprint),
		TEST(test_fingerprint_is_sha256),
		cmocka_unit_test(test_base_too_long),
		cmocka_unit_test(test_begin_without_memory),
		cmocka_unit_test_setup_teardown(test_page_without_memory,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
