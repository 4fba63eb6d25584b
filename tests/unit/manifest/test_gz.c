/* Lines into gzip. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/manifest/gz_ends.h"

int __real_deflate(z_stream *z, int flush);
int __wrap_deflate(z_stream *z, int flush);

static int deflate_says;	/* in place of what it does; Z_OK: it does */

int
__wrap_deflate(z_stream *z, int flush)
{
	return deflate_says ? deflate_says : __real_deflate(z, flush);
}

static void
no_lines_are_a_file_of_twenty_known_bytes(void **state)
{
	static const uint8_t expected[20] = {
		0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0,
	};
	struct buf b = compressed("", 0);

	(void)state;
	assert_int_equal(b.len, sizeof(expected));
	assert_memory_equal(b.data, expected, sizeof(expected));
	assert_reads(&b, 1, "", 0);
	buf_release(&b);
}

static void
come_back(const char *text, size_t n)
{
	static const size_t pieces[] = { 1, 7, 4096, 65536, MAX_BYTES };
	struct buf b = compressed(text, n);

	/* neither name, nor time, nor system */
	assert_memory_equal(b.data, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
	assert_zlib_reads(&b, text, n);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
		assert_reads(&b, pieces[i], text, n);
	buf_release(&b);
}

static void
lines_come_back(void **state)
{
	static const char nul[] = "a\0b\n\0\n";
	struct buf some = documents(20000), odd = noise(300000);
	char *wide = malloc(MAX_LINE + 1);

	(void)state;
	come_back("\n", 1);
	come_back("\n\n\n", 3);
	come_back("{\"a\":1}\n", 8);
	come_back("a\r\nb\n", 5);
	come_back(nul, sizeof(nul) - 1);
	come_back(buf_text(&some), some.len);
	come_back(buf_text(&odd), odd.len);
	assert_non_null(wide);
	memset(wide, 'w', MAX_LINE);
	wide[MAX_LINE] = '\n';
	come_back(wide, MAX_LINE + 1);
	free(wide);
	buf_release(&some);
	buf_release(&odd);
}

/* Line ends on and around the ends of the blocks that go through zlib. */
static void
lines_end_anywhere_in_a_block(void **state)
{
	(void)state;
	for (size_t first = 65533; first <= 65539; first++) {
		char text[131072 + 2];

		memset(text, 'x', sizeof(text));
		text[first] = '\n';
		text[sizeof(text) - 1] = '\n';
		come_back(text, sizeof(text));
	}
}

/* The last bytes fill a block, or are a few more. */
static void
the_file_ends_anywhere_in_a_block(void **state)
{
	(void)state;
	for (size_t n = 65480; n < 65560; n++) {
		struct buf text = noise(n);
		struct buf b = compressed(buf_text(&text), text.len);

		assert_zlib_reads(&b, buf_text(&text), text.len);
		assert_reads(&b, MAX_BYTES, buf_text(&text), text.len);
		buf_release(&b);
		buf_release(&text);
	}
}

static void
equal_lines_give_equal_bytes(void **state)
{
	struct buf text = documents(20000);
	struct buf first = compressed(buf_text(&text), text.len);

	(void)state;
	for (int dirt = 0x55; dirt <= 0xff; dirt += 0x55) {
		struct buf again;
		void *heap[8];

		for (size_t i = 0; i < 8; i++) {
			heap[i] = malloc((size_t)1024 << i);
			assert_non_null(heap[i]);
			memset(heap[i], dirt, (size_t)1024 << i);
		}
		for (size_t i = 0; i < 8; i++)
			free(heap[i]);
		again = compressed(buf_text(&text), text.len);
		assert_int_equal(again.len, first.len);
		assert_memory_equal(again.data, first.data, first.len);
		buf_release(&again);
	}
	buf_release(&first);
	buf_release(&text);
}

static void
gzip_itself_reads_it(void **state)
{
	static const char gzip_name[] = "gzip", options[] = "-dc";
	char *const argv[] = { (char *)(uintptr_t)gzip_name,
			       (char *)(uintptr_t)options, NULL };
	struct buf text = documents(5000), b;
	posix_spawn_file_actions_t actions;
	FILE *in = tmpfile(), *out = tmpfile();
	char *got = malloc(text.len + 1);
	int status;
	pid_t pid;

	(void)state;
	b = compressed(buf_text(&text), text.len);
	assert_true(in && out && got);
	assert_int_equal(fwrite(b.data, 1, b.len, in), b.len);
	rewind(in);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, fileno(in),
							  STDIN_FILENO), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, fileno(out),
							  STDOUT_FILENO), 0);
	assert_int_equal(posix_spawnp(&pid, gzip_name, &actions, NULL, argv,
				      environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	rewind(out);
	assert_int_equal(fread(got, 1, text.len + 1, out), text.len);
	assert_memory_equal(got, buf_text(&text), text.len);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)fclose(in);
	(void)fclose(out);
	free(got);
	buf_release(&b);
	buf_release(&text);
}

static void
what_is_no_line_is_refused(void **state)
{
	struct place to = { BUF_INIT(MAX_BYTES), -1 };
	struct ark_error err = { 0 };
	struct gz_writer *w;

	(void)state;
	assert_int_equal(gz_writer_new(&w, put, &to, &err), 0);
	assert_int_equal(gz_write(w, NULL, 0, &err), 0);
	assert_int_equal(gz_write(w, "a\nb", 3, &err), ARK_EBUG);
	assert_int_equal(gz_write(w, "c", 1, NULL), ARK_EBUG);
	assert_int_equal(gz_finish(w, &err), ARK_EBUG);
	assert_non_null(strstr(err.text, "3 bytes"));
	gz_writer_free(w);
	assert_int_equal(to.bytes.len, 0);
	assert_int_equal(gz_writer_new(&w, put, &to, &err), 0);
	assert_int_equal(gz_finish(w, &err), 0);
	assert_int_equal(gz_write(w, "c", 1, &err), ARK_EBUG);
	assert_int_equal(gz_finish(w, &err), ARK_EBUG);
	gz_writer_free(w);
	gz_writer_free(NULL);
	buf_release(&to.bytes);
}

static void
a_place_that_fails_is_told(void **state)
{
	struct buf text = noise(500000);
	int n = 0, rc;

	(void)state;
	do {
		struct place to = { BUF_INIT(MAX_BYTES), n++ };

		rc = write_lines(&to, buf_text(&text), text.len);
		assert_true(!rc || rc == ARK_EDISK);
		buf_release(&to.bytes);
	} while (rc);
	assert_true(n > 5);
	buf_release(&text);
}

/* The next time it is told again, though zlib would go on. */
static void
a_zlib_that_fails_is_told(void **state)
{
	struct place to = { BUF_INIT(MAX_BYTES), -1 };
	struct ark_error err = { 0 }, again = { 0 };
	struct gz_writer *w = NULL;

	(void)state;
	assert_int_equal(gz_writer_new(&w, put, &to, &err), 0);
	assert_int_equal(gz_write(w, "a", 1, &err), 0);
	deflate_says = Z_STREAM_ERROR;
	assert_int_equal(gz_finish(w, &err), ARK_EBUG);
	deflate_says = Z_OK;
	assert_non_null(strstr(err.text, " cannot compress: stream error"));
	assert_int_equal(gz_finish(w, &again), ARK_EBUG);
	assert_string_equal(again.text, err.text);
	assert_int_equal(to.bytes.len, 0);
	gz_writer_free(w);
	buf_release(&to.bytes);
}

static void
the_version_is_that_which_runs(void **state)
{
	(void)state;
	assert_string_equal(gz_version(), zlibVersion());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_lines_are_a_file_of_twenty_known_bytes),
		cmocka_unit_test(lines_come_back),
		cmocka_unit_test(lines_end_anywhere_in_a_block),
		cmocka_unit_test(the_file_ends_anywhere_in_a_block),
		cmocka_unit_test(equal_lines_give_equal_bytes),
		cmocka_unit_test(gzip_itself_reads_it),
		cmocka_unit_test(what_is_no_line_is_refused),
		cmocka_unit_test(a_place_that_fails_is_told),
		cmocka_unit_test(a_zlib_that_fails_is_told),
		cmocka_unit_test(the_version_is_that_which_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
