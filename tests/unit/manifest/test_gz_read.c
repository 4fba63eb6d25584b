/* Lines out of gzip, of ours and of others. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "unit/manifest/gz_ends.h"

int __real_inflate(z_stream *z, int flush);
int __wrap_inflate(z_stream *z, int flush);
int __real_inflateReset(z_stream *z);
int __wrap_inflateReset(z_stream *z);

/* In place of what they do; Z_OK: they do. */
static int inflate_says, reset_says;

int
__wrap_inflate(z_stream *z, int flush)
{
	return inflate_says ? inflate_says : __real_inflate(z, flush);
}

int
__wrap_inflateReset(z_stream *z)
{
	return reset_says ? reset_says : __real_inflateReset(z);
}

/* gzip(1) made it from a file with a name, in 2024, on Unix. */
static const uint8_t from_gzip[] = {
	0x1f, 0x8b, 0x08, 0x08, 0xed, 0xff, 0x73, 0x67, 0x00, 0x03, 'l', 'i',
	'n',  'e',  's',  '.',	'n',  'd',  'j',  's',	'o',  'n',  0,	  0xcb,
	0xcf, 0x4b, 0xe5, 0xe2, 0x2a, 0xc9, 0x28, 0x4a, 0x4d, 0xe5, 0x02, 0x00,
	0xc7, 0x04, 0x45, 0x0a, 0x0b, 0x00, 0x00, 0x00,
};
static const char in_from_gzip[] = "one\n\nthree\n";

static void
others_files_are_read(void **state)
{
	struct buf b = BUF_INIT(MAX_BYTES);

	(void)state;
	(void)buf_add(&b, from_gzip, sizeof(from_gzip));
	assert_reads(&b, 1, in_from_gzip, sizeof(in_from_gzip) - 1);
	assert_reads(&b, 100, in_from_gzip, sizeof(in_from_gzip) - 1);
	buf_release(&b);
}

static void
members_are_one_text(void **state)
{
	struct buf b = BUF_INIT(MAX_BYTES);

	(void)state;
	add_member(&b, "", 0);
	add_member(&b, "a\nb", 3);
	add_member(&b, "", 0);
	add_member(&b, "c", 1);
	add_member(&b, "d\n", 2);
	add_member(&b, "", 0);
	assert_reads(&b, 1, "a\nbcd\n", 6);
	assert_reads(&b, 5, "a\nbcd\n", 6);
	assert_reads(&b, 1000, "a\nbcd\n", 6);
	buf_release(&b);
}

static void
a_last_line_without_end_is_a_flaw(void **state)
{
	struct buf b = BUF_INIT(MAX_BYTES), got;
	struct ark_error err;

	(void)state;
	add_member(&b, "a\nb", 3);
	assert_refused(b.data, b.len, "line 2, the last, has no end");
	assert_int_equal(read_bytes(b.data, b.len, 9, &got, &err), ARK_EFORMAT);
	assert_string_equal(buf_text(&got), "a\n");
	buf_release(&got);
	buf_release(&b);
}

static void
what_is_no_gzip_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *why;
	} cases[] = {
		{ "", 0, "found no bytes at all" },
		{ "\x1f", 1, "expected gzip near byte 1: cut off" },
		{ "\x1f\x8b", 2, "expected gzip near byte 2: cut off" },
		{ "{\"a\":1}\n", 8, "expected gzip near" },
		{ "PK\x03\x04 and more", 13, "expected gzip near" },
		/* zlib's own format, and deflate alone */
		{ "\x78\x9c\x03\0\0\0\0\x01", 8, "expected gzip near" },
		{ "\x03\0", 2, "expected gzip near" },
		{ "\x1f\x8b\x07\0\0\0\0\0\0\xff\x03\0", 12, "expected gzip" },
		{ "\x1f\x8b\x08\xe0\0\0\0\0\0\xff\x03\0", 12, "expected gzip" },
		{ "\x1f\x8b\x08\x00\0\0\0\0\0\xff\x07\0", 12,
		  "damaged near byte" },	/* a block of no type */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_refused(cases[i].bytes, cases[i].n, cases[i].why);
}

static void
every_cut_is_noticed(void **state)
{
	struct buf text = documents(200);
	struct buf b = compressed(buf_text(&text), text.len);

	(void)state;
	for (size_t n = 0; n < b.len; n++) {
		struct ark_error err;
		struct buf got;

		assert_int_equal(read_bytes(b.data, n, 100, &got, &err),
				 ARK_EFORMAT);
		assert_non_null(strstr(err.text, n ? "cut off" : "no bytes"));
		assert_true(got.len <= text.len);
		assert_memory_equal(buf_text(&got), buf_text(&text), got.len);
		buf_release(&got);
	}
	buf_release(&b);
	buf_release(&text);
}

/*
 * The bits that mean nothing are in the header, and fill the last byte before
 * the trailer.
 */
static void
every_flipped_bit_that_means_something_is_noticed(void **state)
{
	struct buf text = documents(200);
	struct buf b = compressed(buf_text(&text), text.len);
	size_t trailer = b.len - 8;

	(void)state;
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		struct ark_error err;
		struct buf got;
		int rc;

		b.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		rc = read_bytes(b.data, b.len, 1000, &got, &err);
		b.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_true(rc == ARK_EFORMAT ||
			    (!rc && (bit / 8 < 10 || bit / 8 == trailer - 1)));
		if (bit / 8 >= trailer)
			assert_non_null(strstr(err.text, "damaged"));
		if (!rc) {
			assert_int_equal(got.len, text.len);
			assert_memory_equal(buf_text(&got), buf_text(&text),
					    got.len);
		}
		buf_release(&got);
	}
	buf_release(&b);
	buf_release(&text);
}

static void
bytes_behind_the_end_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} rests[] = {
		{ "\n", 1 }, { "more", 4 }, { "\x1f", 1 }, { "\x1f\x8b", 2 },
		{ "\x78\x9c\x03", 3 }, { "\0", 1 }, { "\0\0\0\0", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rests) / sizeof(*rests); i++) {
		struct buf b = compressed("a\n", 2), got;
		struct ark_error err;

		(void)buf_add(&b, rests[i].bytes, rests[i].n);
		assert_refused(b.data, b.len, "expected gzip or the end near");
		(void)read_bytes(b.data, b.len, 1, &got, &err);
		assert_string_equal(buf_text(&got), "a\n");
		buf_release(&got);
		buf_release(&b);
	}
}

static void
a_line_has_a_longest_length(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *why;
	} cases[] = {
		{ "12345\n", 0, "" },
		{ "1\n12345\n\n12345\n", 0, "" },
		{ "123456\n", ARK_EFORMAT, "line 1 is longer than 5 bytes" },
		{ "1\n\n123456\n", ARK_EFORMAT,
		  "line 3 is longer than 5 bytes" },
		{ "1\n123456", ARK_EFORMAT, "line 2 is longer than 5 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i / 2].text;
		struct buf b = BUF_INIT(MAX_BYTES), got;
		struct source s = { .piece = i % 2 ? 1 : MAX_BYTES };
		struct ark_error err;

		add_member(&b, text, strlen(text));
		s.p = b.data;
		s.n = b.len;
		assert_int_equal(read_lines(&s, 5, &got, &err),
				 cases[i / 2].rc);
		assert_string_equal(err.text, cases[i / 2].why);
		buf_release(&got);
		buf_release(&b);
	}
}

/* 64 MiB without a line end: given up long before all of it is unpacked. */
static void
a_bomb_is_given_up(void **state)
{
	const size_t size = (size_t)64 << 20;
	struct buf b = BUF_INIT(MAX_BYTES), got;
	struct source s = { .piece = 1024 };
	struct ark_error err;
	char *text = calloc(1, size);

	(void)state;
	assert_non_null(text);
	add_member(&b, text, size);
	free(text);
	s.p = b.data;
	s.n = b.len;
	assert_true(b.len < size / 1000);
	assert_int_equal(read_lines(&s, MAX_LINE, &got, &err), ARK_EFORMAT);
	assert_true(s.n > b.len / 2);
	buf_release(&got);
	buf_release(&b);
}

static void
a_source_that_fails_is_told(void **state)
{
	struct source s = { .p = from_gzip, .piece = 10, .is_failing = true };
	struct ark_error err;
	struct buf got;

	(void)state;
	assert_int_equal(read_lines(&s, MAX_LINE, &got, &err), ARK_EDISK);
	assert_string_equal(err.text, "the source is gone");
	buf_release(&got);
	s.n = sizeof(from_gzip) - 1;
	assert_int_equal(read_lines(&s, MAX_LINE, &got, &err), ARK_EDISK);
	assert_string_equal(buf_text(&got), in_from_gzip);
	buf_release(&got);
	gz_reader_free(NULL);
}

/* It is not the file that is blamed for it. */
static void
a_zlib_that_fails_is_told(void **state)
{
	struct ark_error err;
	struct buf got;

	(void)state;
	inflate_says = Z_STREAM_ERROR;
	assert_int_equal(read_bytes(from_gzip, sizeof(from_gzip), 100, &got,
				    &err), ARK_EBUG);
	inflate_says = Z_OK;
	assert_non_null(strstr(err.text, " cannot decompress: stream error"));
	assert_int_equal(got.len, 0);
	buf_release(&got);
}

static void
a_zlib_that_cannot_begin_is_told(void **state)
{
	struct source s = { .p = from_gzip, .n = sizeof(from_gzip) };
	struct ark_error err = { 0 };
	struct gz_reader *r = NULL;

	(void)state;
	reset_says = Z_STREAM_ERROR;
	assert_int_equal(gz_reader_new(&r, get, &s, MAX_LINE, &err), ARK_EBUG);
	assert_non_null(strstr(err.text, " cannot decompress: stream error"));
	assert_null(r);
	assert_int_equal(gz_reader_new(&r, get, &s, MAX_LINE, NULL), ARK_EBUG);
	assert_null(r);
	reset_says = Z_OK;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_files_are_read),
		cmocka_unit_test(members_are_one_text),
		cmocka_unit_test(a_last_line_without_end_is_a_flaw),
		cmocka_unit_test(what_is_no_gzip_is_refused),
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(
			every_flipped_bit_that_means_something_is_noticed),
		cmocka_unit_test(bytes_behind_the_end_are_refused),
		cmocka_unit_test(a_line_has_a_longest_length),
		cmocka_unit_test(a_bomb_is_given_up),
		cmocka_unit_test(a_source_that_fails_is_told),
		cmocka_unit_test(a_zlib_that_fails_is_told),
		cmocka_unit_test(a_zlib_that_cannot_begin_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
