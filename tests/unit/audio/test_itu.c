/* The telephone codecs that are decoded here, against the word of others. */
#include <math.h>
#include <stdlib.h>

#include "samples.h"

#include "audio/crc.h"
#include "audio/decode.h"
#include "audio/g722.h"
#include "audio/g726.h"
#include "audio/measure.h"
#include "unit/heap.h"

#define CODES 6000

/* Anything, and the same every time. */
static unsigned
draw(unsigned *state)
{
	*state = (*state * 1103515245u + 12345u) & 0x7fffffff;
	return *state >> 16;
}

/*
 * What FFmpeg 5.1 makes of the same 6,000 bytes: 12,000 samples, least
 * significant byte first, and the CRC of them.
 */
static void
g722_is_what_ffmpeg_says(void **state)
{
	static const uint32_t expected = 0xAF9ACC62;
	struct crc_table table;
	struct g722 g;
	unsigned seed = 1;
	uint32_t crc = 0;

	(void)state;
	crc_init(&table);
	g722_init(&g);
	for (int i = 0; i < CODES; i++) {
		uint8_t code = (uint8_t)draw(&seed);
		int16_t pair[2];

		g722_decode(&g, pair, &code, 1);
		for (int k = 0; k < 2; k++) {
			const uint8_t bytes[2] = {
				(uint8_t)pair[k], (uint8_t)(pair[k] >> 8),
			};

			crc = crc_add(&table, crc, bytes, 2);
		}
	}
	assert_int_equal(crc, expected);
}

/* ---- G.726 against libsndfile, which knows it inside AU ------------------- */

static void
add_au(struct buf *b, uint32_t encoding)
{
	buf_adds(b, ".snd");
	add_be(b, 24, 4);
	add_be(b, 0xffffffff, 4);
	add_be(b, encoding, 4);
	add_be(b, 8000, 4);
	add_be(b, 1, 4);
}

static void
add_wav_head(struct buf *b, uint16_t tag, uint16_t bits, uint32_t rate,
	     size_t n)
{
	buf_add(b, "RIFF\0\0\0\0WAVEfmt ", 16);
	add_le(b, 16, 4);
	add_le(b, tag, 2);
	add_le(b, 1, 2);
	add_le(b, rate, 4);
	add_le(b, 8000u * bits / 8, 4);
	add_le(b, 1, 2);
	add_le(b, bits, 2);
	buf_adds(b, "data");
	add_le(b, n, 4);
}

/*
 * The same codes, the lowest bit first (AU) or the highest (WAV).  They are of
 * the smaller ones, for what is too loud is cut off here and runs over there.
 */
static void
add_codes(struct buf *b, unsigned bits, bool is_low_first)
{
	uint64_t held = 0;
	unsigned n_held = 0, seed = 7;

	for (int i = 0; i < CODES; i++) {
		uint64_t size = draw(&seed) % (3u << (bits - 3));
		uint64_t code = draw(&seed) & 1 ? size :
				((1u << bits) - 1) - size;

		held = is_low_first ? held | code << n_held :
				      held << bits | code;
		for (n_held += bits; n_held >= 8; n_held -= 8) {
			buf_addc(b, (char)(uint8_t)(is_low_first ? held :
						    held >> (n_held - 8)));
			if (is_low_first)
				held >>= 8;
		}
	}
}

static size_t
decode(const struct buf *b, float *out, size_t max)
{
	FILE *file = sample_file(b);
	struct ark_error err = { 0 };
	struct decoder *d = NULL;
	size_t n = 0, got = 1;

	assert_int_equal(decoder_open(&d, fileno(file), (int64_t)b->len, &err),
			 0);
	assert_int_equal(decoder_channels(d), 1);
	while (got && n < max) {
		got = max - n < 1000 ? max - n : 1000;
		got = decoder_read(d, out + n, got);
		n += got;
	}
	decoder_close(d);
	fclose(file);
	return n;
}

static float
peak(const float *samples, size_t n)
{
	float most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmaxf(most, fabsf(samples[i]));
	return most;
}

/* It leaves out a rounding of the recommendation, so that both drift a little. */
static void
g726_is_what_libsndfile_says(void **state)
{
	static const struct {
		unsigned bits;
		uint32_t encoding;
	} rows[] = { { 3, 25 }, { 4, 23 }, { 5, 26 } };
	static float ours[CODES + 10], theirs[CODES + 10];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf au = SAMPLE_INIT, wav = SAMPLE_INIT;
		size_t n;

		add_au(&au, rows[i].encoding);
		add_codes(&au, rows[i].bits, true);
		add_wav_head(&wav, 0x45, (uint16_t)rows[i].bits, 8000,
			     CODES * rows[i].bits / 8);
		add_codes(&wav, rows[i].bits, false);
		end_riff(&wav);
		assert_int_equal(decode(&wav, ours, CODES + 10), CODES);
		n = decode(&au, theirs, CODES + 10);
		assert_true(n > CODES - 200);	/* whole blocks */
		assert_true(peak(theirs, n) > 0.01F);
		for (size_t k = 0; k < n && k < CODES; k++)
			assert_true(fabsf(ours[k] - theirs[k]) <
				    peak(theirs, n) / 20);
		buf_release(&au);
		buf_release(&wav);
	}
}

/* No rate of bits, other channels: not for us, and told. */
static void
odd_heads_are_refused(void **state)
{
	static const struct {
		uint16_t tag, bits;
		const char *codec;
	} rows[] = { { 0x45, 0, "g726" }, { 0x45, 7, "g726" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;
		struct ark_error err = { 0 };
		struct decoder *d = NULL;
		FILE *file;

		add_wav_head(&b, rows[i].tag, rows[i].bits, 8000, 100);
		add_fill(&b, 0x55, 100);
		end_riff(&b);
		file = sample_file(&b);
		assert_int_equal(decoder_open(&d, fileno(file),
					      (int64_t)b.len, &err),
				 ARK_EFORMAT);
		assert_non_null(strstr(err.text, rows[i].codec));
		fclose(file);
		buf_release(&b);
	}
}

static void
try_without_memory(void *ctx)
{
	const struct buf *b = ctx;
	FILE *file = tmpfile();
	struct ark_error err = { 0 };
	struct measure m;
	int rc;

	assert_non_null(file);
	assert_int_equal(fdio_pwrite(fileno(file), b->data, b->len, 0), 0);
	rc = measure_audio(&m, fileno(file), (int64_t)b->len, &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	measure_release(&m);
	fclose(file);
}

static void
memory_may_run_out_anywhere(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_wav_head(&b, 0x28F, 8, 16000, 4000);
	add_fill(&b, 0x77, 4000);
	end_riff(&b);
	assert_true(heap_each(try_without_memory, &b) > 4);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(g722_is_what_ffmpeg_says),
		cmocka_unit_test(g726_is_what_libsndfile_says),
		cmocka_unit_test(odd_heads_are_refused),
		cmocka_unit_test(memory_may_run_out_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
