/*
 * A disk that fails while a recording is decoded: nothing is measured of the
 * part that was read, and what is written for a browser is not ended there.
 */
#include <errno.h>

#include "samples.h"

#include "audio/measure.h"
#include "audio/transcode.h"
#include "base/fdio.h"

#define BYTES 20000	/* of sound: several readings */

/* The n-th reading from now on fails, once; 0: none. */
static long failing;
static int n_failed;

ssize_t __real_fdio_pread(int fd, void *bytes, size_t n, int64_t at);
ssize_t __wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t at);

ssize_t
__wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t at)
{
	if (!failing || --failing)
		return __real_fdio_pread(fd, bytes, n, at);
	n_failed++;
	errno = EIO;
	return -1;
}

/* A WAV of 8000 bytes a second of a codec, one channel. */
static void
add_sound(struct buf *b, uint16_t tag, uint16_t bits, uint32_t rate)
{
	unsigned seed = 1;

	buf_add(b, "RIFF\0\0\0\0WAVEfmt ", 16);
	add_le(b, 16, 4);
	add_le(b, tag, 2);
	add_le(b, 1, 2);
	add_le(b, rate, 4);
	add_le(b, 8000, 4);
	add_le(b, 1, 2);
	add_le(b, bits, 2);
	buf_adds(b, "data");
	add_le(b, BYTES, 4);
	for (int i = 0; i < BYTES; i++) {
		seed = seed * 1103515245 + 12345;
		buf_addc(b, (char)(uint8_t)(seed >> 16));
	}
	end_riff(b);
}

static int
collect(void *ctx, const void *bytes, size_t n)
{
	return buf_add(ctx, bytes, n);
}

static void
what_was_not_read_is_not_left_out(void **state)
{
	static const struct {
		uint16_t tag, bits;
		uint32_t rate;
	} rows[] = {
		{ 7, 8, 8000 },		/* mu-law, by libsndfile */
		{ 0x028f, 8, 16000 },	/* G.722, by ourselves */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = SAMPLE_INIT, out = SAMPLE_INIT;
		struct measure whole = { 0 }, m = { 0 };
		FILE *file;
		int n_before = 0, rc;

		add_sound(&b, rows[i].tag, rows[i].bits, rows[i].rate);
		file = sample_file(&b);
		assert_int_equal(measure_audio(&whole, fileno(file),
					       (int64_t)b.len, NULL), 0);
		assert_int_equal(whole.frames, BYTES * (rows[i].rate / 8000));
		n_failed = 0;
		for (long n = 1; n_failed == n - 1; n++) {
			struct ark_error err = { 0 };

			failing = n;
			rc = measure_audio(&m, fileno(file), (int64_t)b.len,
					   &err);
			assert_int_equal(rc, failing ? 0 : ARK_EDISK);
			assert_int_equal(err.code, rc);
			measure_release(&m);
		}
		assert_true(n_failed > 5);
		n_before = n_failed = 0;
		do {
			struct ark_error err = { 0 };

			buf_clear(&out);
			n_before = n_failed;
			failing = n_before + 1;
			rc = transcode_wav(fileno(file), (int64_t)b.len, &whole,
					   TRANSCODE_ALL, collect, &out, &err);
			assert_int_equal(rc, failing ? 0 : ARK_EDISK);
			assert_int_equal(err.code, rc);
		} while (n_failed > n_before);
		failing = 0;
		assert_int_equal(out.len, 44 + 2 * whole.frames);
		measure_release(&whole);
		fclose(file);
		buf_release(&b);
		buf_release(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_read_is_not_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
