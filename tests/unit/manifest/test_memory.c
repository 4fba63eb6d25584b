/* Every allocation of this room fails once, and those of OpenSSL with them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "manifest/baginfo.h"
#include "manifest/gz.h"
#include "manifest/manifest.h"
#include "manifest/table.h"
#include "manifest/trail.h"
#include "unit/heap.h"
#include "unit/heap_openssl.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MAX_TEXT 65536

/*
 * What a call returned that can fail for want of memory alone.  OpenSSL does
 * without some of what it asks for, and does not always tell why it fails
 * (digest.h).
 */
static void
expect(int rc, int expected)
{
	if (!heap_has_failed() || (rc != ARK_ENOMEM && rc != ARK_EBUG))
		assert_int_equal(rc, expected);
}

static void
add_to_manifest(void *ctx)
{
	const uint8_t sha256[DIGEST_SHA256_SIZE] = { 0 };
	struct manifest m = { 0 };

	(void)ctx;
	expect(manifest_add(&m, "data/a.wav", sha256, 3, NULL), 0);
	assert_int_equal(m.n, !heap_has_failed());	/* nothing of OpenSSL */
	manifest_release(&m);
}

static void
parse_manifest(void *ctx)
{
	static const char text[] = HEX "  data/a%25.wav\n" HEX "  data/b.wav\n";
	struct manifest m = { 0 };

	(void)ctx;
	expect(manifest_parse(&m, text, sizeof(text) - 1, 1, NULL), 0);
	if (!heap_has_failed())
		assert_string_equal(m.entries[0].path, "data/a%.wav");
	manifest_release(&m);
}

static void
parse_fetch(void *ctx)
{
	static const char text[] = "https://a.example/x - data/a.wav\n";
	struct manifest m = { 0 };

	(void)ctx;
	expect(manifest_parse_fetch(&m, text, sizeof(text) - 1, NULL), 0);
	manifest_release(&m);
}

static void
put_baginfo(void *ctx)
{
	struct buf out = BUF_INIT(MAX_TEXT);

	(void)ctx;
	baginfo_put(&out, "Source-Organization", "ACME");
	expect(buf_status(&out, NULL), 0);
	buf_release(&out);
}

/* A sound one is not accused. */
static void
judge_oxum(void *ctx)
{
	static const char text[] = "Payload-Oxum: 3.1\n";
	const char *flaw;

	(void)ctx;
	expect(baginfo_judge_oxum(text, sizeof(text) - 1, 3, 1, &flaw), 1);
	assert_null(flaw);
}

static void
parse_table(void *ctx)
{
	static const char line[] =
		"{\"id\":\"x\",\"state\":\"archived\",\"reason\":\"\","
		"\"path\":\"data/audio/x.wav\",\"bytes\":3,\"sha256\":\"" HEX
		"\",\"duration_s\":1.5,\"downloaded_at\":"
		"\"2024-12-31T14:30:05Z\",\"first_seen_at\":"
		"\"2024-12-31T14:30:05Z\",\"seen_at\":"
		"\"2024-12-31T14:30:05Z\",\"vanished_at\":null,"
		"\"versions\":[{\"seen_at\":\"2024-12-31T14:30:05Z\","
		"\"document\":{}}],\"document\":{}}";
	struct json_slice slice = { line, sizeof(line) - 1 };
	struct table_parsed p;
	struct ark_error err = { 0 };
	int rc = table_parse(&p, slice, &err);

	(void)ctx;
	if (rc && !heap_has_failed())
		fail_msg("%s", err.text);
	expect(rc, 0);
	if (!rc) {
		assert_string_equal(p.row.path, "data/audio/x.wav");
		assert_int_equal(p.row.audio_ms, 1500);
		assert_int_equal(p.row.n_versions, 1);
	}
	table_parsed_release(&p);
}

static void
parse_attachment(void *ctx)
{
	static const char line[] =
		"{\"id\":\"x.1.1\",\"conversation\":\"x\",\"message\":1,"
		"\"place\":1,\"start\":\"2024-12-31 14:30:05\","
		"\"state\":\"gone\",\"fingerprint\":\"" HEX "\"}";
	struct json_slice slice = { line, sizeof(line) - 1 };
	struct table_attachment a;
	struct buf texts;
	int rc = table_attachment_parse(&a, &texts, slice, NULL);

	(void)ctx;
	expect(rc, 0);
	if (!rc) {
		assert_string_equal(a.conversation, "x");
		assert_int_equal(a.start_s, 1735655405);
	}
	buf_release(&texts);
}

static struct trail_entry
entry(int64_t seq)
{
	return (struct trail_entry){
		.seq = seq, .time = "2026-01-02T03:04:05.678Z",
		.actor = "callark 0.1.0 uid 998", .action = TRAIL_CREATED,
		.object = "archive 65f0c1", .result = "format 1",
	};
}

static void
name_object(void *ctx)
{
	char object[TRAIL_OBJECT_SIZE];

	(void)ctx;
	expect(trail_object(object, "recording", "a b\n"), 0);
}

static void
print_entry(void *ctx)
{
	struct buf out = BUF_INIT(MAX_TEXT);
	struct trail_entry e = entry(1);

	(void)ctx;
	expect(trail_print(&e, &out, NULL), 0);
	buf_release(&out);
}

/* A trail of ours: entry 1, a piece of 2, and 2 that tells of the piece. */
struct walked {
	char text[4096];
	size_t ends[3];
};

static void
walk_trail(void *ctx)
{
	const struct walked *t = ctx;
	struct trail_walk w;
	struct trail_entry e;
	size_t at = 0;
	int rc = trail_walk_init(&w, NULL);

	for (size_t i = 0; rc >= 0 && i < 3; i++) {
		rc = trail_walk_line(&w, t->text + at, t->ends[i] - at, &e,
				     NULL);
		at = t->ends[i] + 1;
	}
	expect(rc, 1);
	trail_walk_release(&w);
}

static void
print_to(struct walked *t, size_t line, struct trail_entry *e)
{
	struct buf out = BUF_INIT(MAX_TEXT);
	size_t at = line ? t->ends[line - 1] + 1 : 0;

	assert_int_equal(trail_print(e, &out, NULL), 0);
	assert_true(at + out.len < sizeof(t->text));
	memcpy(t->text + at, out.data, out.len);
	t->ends[line] = at + out.len - 1;
	buf_release(&out);
}

static void
make_trail(struct walked *t)
{
	static const char piece[] = "{\"seq\":2,\"time\":\"2026-01-0";
	struct trail_entry e = entry(1), mended = entry(2);
	struct trail_walk w;
	struct trail_entry read;

	*t = (struct walked){ 0 };
	print_to(t, 0, &e);
	memcpy(t->text + t->ends[0] + 1, piece, sizeof(piece));
	t->ends[1] = t->ends[0] + sizeof(piece);
	t->text[t->ends[1]] = '\n';
	assert_int_equal(trail_walk_init(&w, NULL), 0);
	assert_int_equal(trail_walk_line(&w, t->text, t->ends[0], &read, NULL),
			 1);
	assert_int_equal(trail_walk_line(&w, piece, sizeof(piece) - 1, &read,
					 NULL), 0);
	memcpy(mended.action, TRAIL_MENDED, sizeof(TRAIL_MENDED));
	assert_int_equal(trail_mended(&w, mended.result, NULL), 0);
	trail_walk_release(&w);
	memcpy(mended.prev, e.hash, sizeof(e.hash));
	print_to(t, 2, &mended);
}

static int
put_to_buf(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct buf *to = ctx;

	(void)buf_add(to, bytes, n);
	return buf_status(to, err);
}

static void
write_gz(void *ctx)
{
	struct buf out = BUF_INIT(MAX_TEXT);
	struct ark_error err = { 0 };
	struct gz_writer *w = NULL;
	int rc = gz_writer_new(&w, put_to_buf, &out, &err);

	(void)ctx;
	if (!rc)
		rc = gz_write(w, "{}", 2, &err);
	if (!rc)
		rc = gz_finish(w, &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_int_equal(*err.text, rc ? 'o' : 0);	/* out of memory */
	gz_writer_free(w);
	buf_release(&out);
}

static int
get_from_slice(void *ctx, void *bytes, size_t size, size_t *n,
	       struct ark_error *err)
{
	struct json_slice *from = ctx;

	(void)err;
	*n = from->n < size ? from->n : size;
	memcpy(bytes, from->p, *n);
	from->p += *n;
	from->n -= *n;
	return 0;
}

static void
read_gz(void *ctx)
{
	const struct buf *gz = ctx;
	struct json_slice from = { buf_text(gz), gz->len };
	struct ark_error err = { 0 };
	struct gz_reader *r = NULL;
	const char *line;
	size_t n, n_lines = 0;
	int rc = gz_reader_new(&r, get_from_slice, &from, MAX_TEXT, &err);

	if (!rc) {
		do {
			rc = gz_next(r, &line, &n, &err);
			n_lines += rc > 0;
		} while (rc > 0);
	}
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_int_equal(*err.text, rc ? 'o' : 0);
	assert_true(rc ? n_lines < 3 : n_lines == 3);
	gz_reader_free(r);
}

static void
nothing_but_the_want_of_memory_is_told(void **state)
{
	static void (*const attempts[])(void *) = {
		add_to_manifest, parse_manifest, parse_fetch, put_baginfo,
		judge_oxum, parse_table, parse_attachment, name_object,
		print_entry, walk_trail,
	};
	struct walked t;

	(void)state;
	make_trail(&t);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		assert_true(heap_each(attempts[i], &t) > 0);
}

/* Three lines, of which not all can be lent as they lie. */
static void
compress_lines(struct buf *out)
{
	static const char line[40000] = { 'a' };
	struct gz_writer *w;

	assert_int_equal(gz_writer_new(&w, put_to_buf, out, NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(gz_write(w, line, sizeof(line), NULL), 0);
	assert_int_equal(gz_finish(w, NULL), 0);
	gz_writer_free(w);
}

/* zlib takes what it needs from the same heap. */
static void
want_of_memory_ends_gzip_with_its_name(void **state)
{
	struct buf gz = BUF_INIT(MAX_TEXT);

	(void)state;
	compress_lines(&gz);
	assert_true(heap_each(write_gz, NULL) > 4);
	assert_true(heap_each(read_gz, &gz) > 3);
	buf_release(&gz);
}

static void
releasing_nothing_is_nothing(void **state)
{
	struct manifest m = { 0 };

	(void)state;
	manifest_release(NULL);
	manifest_release(&m);
	table_parsed_release(NULL);
	assert_null(m.entries);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_the_want_of_memory_is_told),
		cmocka_unit_test(want_of_memory_ends_gzip_with_its_name),
		cmocka_unit_test(releasing_nothing_is_nothing),
	};
	uint8_t unused[DIGEST_SHA256_SIZE];

	/* What OpenSSL makes once for all is made before. */
	if (!openssl_takes_heap() || digest_sha256(unused, "", 0, NULL))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
