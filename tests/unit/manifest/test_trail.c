#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest/trail.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_TEXT 65536

/* Made by other means: printf and sha256sum. */
#define ZEROS "00000000000000000000000000000000" \
	      "00000000000000000000000000000000"
#define BOUND "{\"seq\":1,\"time\":\"2026-01-02T03:04:05.678Z\"," \
	      "\"actor\":\"callark 0.1.0 uid 998\"," \
	      "\"action\":\"archive-created\"," \
	      "\"object\":\"archive 65f0c1\",\"result\":\"format 1\"," \
	      "\"prev\":\"" ZEROS "\""
#define HASH "d742b968448d3f3c5b0fcc76f75abd9680e70b623e688417c19a7274127ab3a9"
#define LINE BOUND ",\"hash\":\"" HASH "\"}"

static struct trail_entry
entry(int64_t seq, const char *object, const char *result)
{
	struct trail_entry e = {
		.seq = seq, .time = "2026-01-02T03:04:05.678Z",
		.actor = "callark 0.1.0 uid 998", .action = TRAIL_CREATED,
	};

	(void)snprintf(e.object, sizeof(e.object), "%s", object);
	(void)snprintf(e.result, sizeof(e.result), "%s", result);
	return e;
}

static void
prints_what_others_would(void **state)
{
	struct trail_entry e = entry(1, "archive 65f0c1", "format 1");
	struct buf out = BUF_INIT(MAX_TEXT);
	char hex[DIGEST_SHA256_HEX];

	(void)state;
	assert_int_equal(trail_print(&e, &out, NULL), 0);
	assert_string_equal(buf_text(&out), LINE "\n");
	digest_hex(hex, e.hash, sizeof(e.hash));
	assert_string_equal(hex, HASH);
	buf_release(&out);
}

static void
reads_what_it_printed(void **state)
{
	struct trail_entry e;

	(void)state;
	assert_int_equal(trail_parse(&e, LINE, strlen(LINE), NULL), 0);
	assert_int_equal(e.seq, 1);
	assert_string_equal(e.time, "2026-01-02T03:04:05.678Z");
	assert_string_equal(e.actor, "callark 0.1.0 uid 998");
	assert_string_equal(e.action, TRAIL_CREATED);
	assert_string_equal(e.object, "archive 65f0c1");
	assert_string_equal(e.result, "format 1");
	for (size_t i = 0; i < sizeof(e.prev); i++)
		assert_int_equal(e.prev[i], 0);
}

static void
refuses_texts_that_would_need_more_than_one_spelling(void **state)
{
	static const char *const texts[] = {
		"a\"b", "a\\b", "a\nb", "a\tb", "a\x7f", "\xc3\xa9",
	};
	struct buf out = BUF_INIT(MAX_TEXT);
	struct trail_entry odd = entry(0, "", "");

	(void)state;
	assert_int_equal(trail_print(&odd, &out, NULL), ARK_EBUG);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct trail_entry e = entry(1, texts[i], "");
		struct trail_entry f = entry(1, "", texts[i]);

		assert_int_equal(trail_print(&e, &out, NULL), ARK_EBUG);
		assert_int_equal(trail_print(&f, &out, NULL), ARK_EBUG);
		odd = entry(1, "", "");
		memcpy(odd.time, texts[i], strlen(texts[i]) + 1);
		assert_int_equal(trail_print(&odd, &out, NULL), ARK_EBUG);
		odd = entry(1, "", "");
		memcpy(odd.actor, texts[i], strlen(texts[i]) + 1);
		assert_int_equal(trail_print(&odd, &out, NULL), ARK_EBUG);
		odd = entry(1, "", "");
		memcpy(odd.action, texts[i], strlen(texts[i]) + 1);
		assert_int_equal(trail_print(&odd, &out, NULL), ARK_EBUG);
	}
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

/* text with the SHA-256 that it must have put behind it. */
static char *
sealed(const char *text)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	char hex[DIGEST_SHA256_HEX];
	size_t size = strlen(text) + 128;
	char *out = malloc(size);

	assert_non_null(out);
	assert_int_equal(digest_sha256(sha256, text, strlen(text), NULL), 0);
	digest_hex(hex, sha256, sizeof(sha256));
	(void)snprintf(out, size, "%s,\"hash\":\"%s\"}", text, hex);
	return out;
}

/* Right hashes of lines that are no entries. */
static void
reads_one_form_only(void **state)
{
#define REST "\"actor\":\"a\",\"action\":\"b\",\"object\":\"c\"," \
	     "\"result\":\"d\",\"prev\":\"" ZEROS "\""
#define TIME "\"time\":\"2026-01-02T03:04:05.678Z\","
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{ "{\"seq\":1," TIME REST, 0 },
		{ "{\"seq\":999999999999999999," TIME REST, 0 },
		{ "{\"seq\":0," TIME REST, ARK_EFORMAT },
		{ "{\"seq\":01," TIME REST, ARK_EFORMAT },
		{ "{\"seq\":-1," TIME REST, ARK_EFORMAT },
		{ "{\"seq\":1.0," TIME REST, ARK_EFORMAT },
		{ "{\"seq\":9999999999999999999," TIME REST, ARK_EFORMAT },
		{ "{\"seq\":," TIME REST, ARK_EFORMAT },
		{ "{\"seq\":1x," TIME REST, ARK_EFORMAT },
		{ "{ \"seq\":1," TIME REST, ARK_EFORMAT },
		{ "{\"seq\": 1," TIME REST, ARK_EFORMAT },
		{ " {\"seq\":1," TIME REST, ARK_EFORMAT },
		{ "{" TIME "\"seq\":1," REST, ARK_EFORMAT },
		{ "{\"seq\":1,\"time\":\"2026-01-02T03:04:05Z\"," REST,
		  ARK_EFORMAT },
		{ "{\"seq\":1,\"time\":\"2026-01-02 03:04:05.678Z\"," REST,
		  ARK_EFORMAT },
		{ "{\"seq\":1,\"time\":\"2026-01-02T03:04:05.67aZ\"," REST,
		  ARK_EFORMAT },
		{ "{\"seq\":1,\"time\":\"2026-01-02T03:04:05.67/Z\"," REST,
		  ARK_EFORMAT },
		{ "{\"seq\":1," TIME "\"more\":\"x\"," REST, ARK_EFORMAT },
		{ "{\"seq\":1," TIME REST ",\"more\":1", ARK_EFORMAT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *line = sealed(rows[i].text);
		struct trail_entry e;

		assert_int_equal(trail_parse(&e, line, strlen(line), NULL),
				 rows[i].rc);
		free(line);
	}
}

static void
reads_no_line_that_is_too_long(void **state)
{
	struct trail_entry e;
	char line[TRAIL_LINE_MAX + 2];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, LINE, strlen(LINE));
	assert_int_equal(trail_parse(&e, line, sizeof(line), NULL),
			 ARK_EFORMAT);
	assert_int_equal(trail_parse(&e, NULL, 0, NULL), ARK_EFORMAT);
	assert_int_equal(trail_parse(&e, LINE, strlen("{\"seq\":1"), NULL),
			 ARK_EFORMAT);
}

static void
names_objects(void **state)
{
	static const struct {
		const char *id, *object;
	} rows[] = {
		{ "65f0c1", "recording 65f0c1" },
		{ "a b:c/d", "recording a b:c/d" },
		{ "", "recording sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41"
		  "e4649b934ca495991b7852b855" },
		{ "\"", "recording sha256:8a331fdde7032f33a71e1b2e257d80166e348"
		  "e00fcb17914f48bdb57a1c63007" },
	};
	char out[TRAIL_OBJECT_SIZE], id[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(trail_object(out, "recording", rows[i].id),
				 0);
		assert_string_equal(out, rows[i].object);
	}
	memset(id, 'a', sizeof(id));
	id[200] = 0;
	assert_int_equal(trail_object(out, "recording", id), 0);
	assert_int_equal(strlen(out), 210);
	id[200] = 'a';
	id[201] = 0;
	assert_int_equal(trail_object(out, "recording", id), 0);
	assert_memory_equal(out, "recording sha256:", 17);
	assert_int_equal(strlen(out), 17 + 64);
}

/* ---- walks --------------------------------------------------------------- */

enum { WHOLE, UNFINISHED, BROKEN };

/* Add the next entry of a trail whose last one is *last. */
static void
add(struct buf *out, struct trail_entry *last, const char *action,
    const char *result)
{
	struct trail_entry e = entry(last->seq + 1, "run 1", result);

	(void)snprintf(e.action, sizeof(e.action), "%s", action);
	memcpy(e.prev, last->hash, sizeof(e.prev));
	assert_int_equal(trail_print(&e, out, NULL), 0);
	*last = e;
}

/* Walk over a whole text; *seq is that of the last entry. */
static int
walk(const char *p, size_t n, int64_t *seq)
{
	struct trail_walk w;
	struct trail_entry e;
	bool is_broken = false;
	int rc;

	assert_int_equal(trail_walk_init(&w, NULL), 0);
	while (n) {
		const char *lf = memchr(p, '\n', n);
		size_t len = lf ? (size_t)(lf - p) : n;

		rc = trail_walk_line(&w, p, len, &e, NULL);
		assert_true(rc == 1 || rc == 0 || rc == ARK_EINTEGRITY);
		is_broken |= rc == ARK_EINTEGRITY;
		len += lf != NULL;
		p += len;
		n -= len;
	}
	rc = trail_walk_end(&w, NULL);
	*seq = w.seq;
	trail_walk_release(&w);
	if (is_broken || rc < 0)
		return BROKEN;
	return rc ? UNFINISHED : WHOLE;
}

/* A trail of five entries; *starts[i] is where entry i + 1 begins. */
static void
make(struct buf *out, struct trail_entry *last, size_t starts[6])
{
	*last = (struct trail_entry){ 0 };
	for (int i = 0; i < 5; i++) {
		starts[i] = out->len;
		add(out, last, i ? TRAIL_STARTED : TRAIL_CREATED, "ok");
	}
	starts[5] = out->len;
}

static void
walks_over_a_whole_trail(void **state)
{
	struct buf t = BUF_INIT(MAX_TEXT);
	struct trail_entry last;
	size_t starts[6];
	int64_t seq;

	(void)state;
	assert_int_equal(walk("", 0, &seq), WHOLE);
	assert_int_equal(seq, 0);
	make(&t, &last, starts);
	assert_int_equal(walk(buf_text(&t), t.len, &seq), WHOLE);
	assert_int_equal(seq, 5);
	buf_release(&t);
}

/* Neither is what is there of an entry whose end is missing. */
static void
takes_no_odd_line_for_an_unfinished_entry(void **state)
{
	static char too_long[TRAIL_LINE_MAX + 1];
	int64_t seq;

	(void)state;
	memset(too_long, 'x', sizeof(too_long));
	(void)memcpy(too_long, BOUND, strlen(BOUND));
	assert_int_equal(walk("\n", 1, &seq), BROKEN);
	assert_int_equal(walk("x\ny\n", 4, &seq), BROKEN);
	assert_int_equal(walk(too_long, sizeof(too_long), &seq), BROKEN);
	assert_int_equal(walk(too_long, sizeof(too_long) - 1, &seq),
			 UNFINISHED);
}

/* Cut off at a line's end it is whole and shorter: that others must know. */
static void
finds_every_cut(void **state)
{
	struct buf t = BUF_INIT(MAX_TEXT);
	struct trail_entry last;
	size_t starts[6];

	(void)state;
	make(&t, &last, starts);
	for (size_t n = 0; n < t.len; n++) {
		int expected = UNFINISHED;
		int64_t seq, entries = 0;

		for (int i = 1; i < 6; i++) {
			/* without its line end, an entry lacks nothing */
			if (n == starts[i] || n + 1 == starts[i])
				expected = WHOLE;
			entries += n + 1 >= starts[i];
		}
		if (!n)
			expected = WHOLE;
		assert_int_equal(walk(buf_text(&t), n, &seq), expected);
		assert_int_equal(seq, entries);
	}
	buf_release(&t);
}

static void
finds_every_byte_that_changed(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x20, 0x80, 0xff };
	struct buf t = BUF_INIT(MAX_TEXT);
	struct trail_entry last;
	size_t starts[6];
	int64_t seq;

	(void)state;
	make(&t, &last, starts);
	/* the line end of the last is no part of it */
	for (size_t i = 0; i + 1 < t.len; i++) {
		for (size_t k = 0; k < COUNT(changes); k++) {
			t.data[i] ^= changes[k];
			assert_int_not_equal(walk(buf_text(&t), t.len, &seq),
					     WHOLE);
			t.data[i] ^= changes[k];
		}
	}
	buf_release(&t);
}

static void
finds_every_byte_put_in_or_taken_out(void **state)
{
	struct buf t = BUF_INIT(MAX_TEXT);
	struct trail_entry last;
	size_t starts[6];
	char *copy;
	int64_t seq;

	(void)state;
	make(&t, &last, starts);
	copy = malloc(t.len + 1);
	assert_non_null(copy);
	for (size_t i = 0; i < t.len; i++) {
		memcpy(copy, t.data, i);
		copy[i] = i % 2 ? ' ' : '\n';
		memcpy(copy + i + 1, t.data + i, t.len - i);
		assert_int_not_equal(walk(copy, t.len + 1, &seq), WHOLE);
		if (i + 1 == t.len)
			break;
		memcpy(copy + i, t.data + i + 1, t.len - i - 1);
		assert_int_not_equal(walk(copy, t.len - 1, &seq), WHOLE);
	}
	free(copy);
	buf_release(&t);
}

/* Whole lines, in other orders: which entries, by number. */
static void
finds_lines_out_of_their_order(void **state)
{
	static const char *const orders[] = {
		"1345", "2345", "12354", "21345", "112345", "123455",
		"1234512345", "15", "5",
	};
	struct buf t = BUF_INIT(MAX_TEXT), other = BUF_INIT(MAX_TEXT);
	struct trail_entry last;
	size_t starts[6];
	int64_t seq;

	(void)state;
	make(&t, &last, starts);
	for (size_t i = 0; i < COUNT(orders); i++) {
		buf_clear(&other);
		for (const char *p = orders[i]; *p; p++) {
			size_t k = (size_t)(*p - '1');

			buf_add(&other, t.data + starts[k],
				starts[k + 1] - starts[k]);
		}
		assert_int_equal(walk(buf_text(&other), other.len, &seq),
				 BROKEN);
	}
	buf_release(&other);
	buf_release(&t);
}

/* An entry with a right hash that was written behind another one. */
static void
finds_an_entry_of_another_trail(void **state)
{
	struct buf t = BUF_INIT(MAX_TEXT);
	struct trail_entry last;
	size_t starts[6];
	int64_t seq;

	(void)state;
	make(&t, &last, starts);
	last.hash[0] ^= 1;
	add(&t, &last, TRAIL_ENDED, "ok");
	assert_int_equal(walk(buf_text(&t), t.len, &seq), BROKEN);
	/* or right behind the one before it, but with another number */
	t.len = starts[5];
	last.seq = 6;
	memcpy(last.hash, last.prev, sizeof(last.hash));
	last.hash[0] ^= 1;
	add(&t, &last, TRAIL_ENDED, "ok");
	assert_int_equal(walk(buf_text(&t), t.len, &seq), BROKEN);
	buf_release(&t);
}

/* The walk of t to its end, for telling of what is unfinished there. */
static void
mend(struct buf *t, struct trail_entry *last)
{
	char result[TRAIL_RESULT_SIZE];
	struct trail_walk w;
	struct trail_entry e;
	const char *p = buf_text(t), *lf;
	size_t n = t->len;

	assert_int_equal(trail_walk_init(&w, NULL), 0);
	for (; (lf = memchr(p, '\n', n)) != NULL; n -= (size_t)(lf + 1 - p),
	     p = lf + 1)
		(void)trail_walk_line(&w, p, (size_t)(lf - p), &e, NULL);
	if (n)
		(void)trail_walk_line(&w, p, n, &e, NULL);
	assert_int_equal(trail_walk_end(&w, NULL), 1);
	assert_int_equal(trail_mended(&w, result, NULL), 0);
	trail_walk_release(&w);
	buf_addc(t, '\n');
	add(t, last, TRAIL_MENDED, result);
}

/* Every beginning of a sixth entry, told of by the entry behind it. */
static void
knows_unfinished_entries_that_are_told_of(void **state)
{
	struct buf t = BUF_INIT(MAX_TEXT), sixth = BUF_INIT(MAX_TEXT);
	struct trail_entry last, next;
	size_t starts[6];
	int64_t seq;

	(void)state;
	make(&t, &last, starts);
	next = last;
	add(&sixth, &next, TRAIL_ENDED, "ok");
	for (size_t n = 1; n + 2 < sixth.len; n++) {
		struct trail_entry now = last;

		t.len = starts[5];
		buf_add(&t, sixth.data, n);
		assert_int_equal(walk(buf_text(&t), t.len, &seq), UNFINISHED);
		mend(&t, &now);
		add(&t, &now, TRAIL_ENDED, "ok");
		assert_int_equal(walk(buf_text(&t), t.len, &seq), WHOLE);
		assert_int_equal(seq, 7);
		t.data[starts[5] + n / 2] ^= 1;
		assert_int_equal(walk(buf_text(&t), t.len, &seq), BROKEN);
	}
	buf_release(&sixth);
	buf_release(&t);
}

/* Telling of it was cut off, too. */
static void
knows_what_was_unfinished_twice(void **state)
{
	struct buf t = BUF_INIT(MAX_TEXT);
	struct trail_entry last, now;
	size_t starts[6];
	int64_t seq;

	(void)state;
	make(&t, &last, starts);
	buf_adds(&t, "{\"seq\":6,\"time\":\"2026\n{\"seq\":6,\"ti");
	now = last;
	mend(&t, &now);
	assert_int_equal(walk(buf_text(&t), t.len, &seq), WHOLE);
	assert_int_equal(seq, 6);
	buf_release(&t);
}

static void
takes_nothing_else_for_unfinished(void **state)
{
	static const char *const ends[] = {
		"x", "\n", "{\"seq\":7", "{\"seq\":5", "{\"seq\":6 ",
		"{}", "null\n", "{\"seq\":6,\"time\":\"2026\"}\n",
		"{\"seq\":6,\"time\":\"2026\n\n", "\r\n",
	};
	struct buf t = BUF_INIT(MAX_TEXT);
	struct trail_entry last;
	size_t starts[6];
	int64_t seq;

	(void)state;
	make(&t, &last, starts);
	for (size_t i = 0; i < COUNT(ends); i++) {
		t.len = starts[5];
		buf_adds(&t, ends[i]);
		assert_int_equal(walk(buf_text(&t), t.len, &seq), BROKEN);
	}
	/* and nothing for told of that is not there */
	t.len = starts[5];
	add(&t, &last, TRAIL_MENDED, "the 0 bytes before it are an unfinished "
	    "entry, sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca49"
	    "5991b7852b855");
	assert_int_equal(walk(buf_text(&t), t.len, &seq), BROKEN);
	buf_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_others_would),
		cmocka_unit_test(reads_what_it_printed),
		cmocka_unit_test(
			refuses_texts_that_would_need_more_than_one_spelling),
		cmocka_unit_test(reads_one_form_only),
		cmocka_unit_test(reads_no_line_that_is_too_long),
		cmocka_unit_test(names_objects),
		cmocka_unit_test(walks_over_a_whole_trail),
		cmocka_unit_test(takes_no_odd_line_for_an_unfinished_entry),
		cmocka_unit_test(finds_every_cut),
		cmocka_unit_test(finds_every_byte_that_changed),
		cmocka_unit_test(finds_every_byte_put_in_or_taken_out),
		cmocka_unit_test(finds_lines_out_of_their_order),
		cmocka_unit_test(finds_an_entry_of_another_trail),
		cmocka_unit_test(knows_unfinished_entries_that_are_told_of),
		cmocka_unit_test(knows_what_was_unfinished_twice),
		cmocka_unit_test(takes_nothing_else_for_unfinished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
