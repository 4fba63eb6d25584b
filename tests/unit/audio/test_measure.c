/* What is measured of sounds that are known, and the form it is kept in. */
#include <math.h>
#include <stdlib.h>

#include "samples.h"

#include "audio/crc.h"
#include "audio/measure.h"
#include "audio/transcode.h"
#include "unit/heap.h"

#define TURN 6.283185307179586

/* Sound of a call: what each channel says at a second. */
typedef double sound_fn(double t, unsigned channel);

static void
add_sound(struct buf *b, uint32_t rate, uint16_t channels, double seconds,
	  sound_fn *sound)
{
	size_t frames = (size_t)(seconds * rate);

	buf_add(b, "RIFF\0\0\0\0WAVEfmt ", 16);
	add_le(b, 16, 4);
	add_le(b, 1, 2);
	add_le(b, channels, 2);
	add_le(b, rate, 4);
	add_le(b, rate * channels * 2, 4);
	add_le(b, (uint64_t)channels * 2, 2);
	add_le(b, 16, 2);
	buf_adds(b, "data");
	add_le(b, frames * channels * 2, 4);
	for (size_t i = 0; i < frames; i++) {
		for (unsigned c = 0; c < channels; c++) {
			double x = sound((double)i / rate, c);
			long value = lround(fmax(-1, fmin(x, 1)) * 32767);

			add_le(b, (uint64_t)value, 2);
		}
	}
	end_riff(b);
}

static struct measure
measure(const struct buf *b)
{
	FILE *file = sample_file(b);
	struct ark_error err = { 0 };
	struct measure m;

	assert_int_equal(measure_audio(&m, fileno(file), (int64_t)b->len,
				       &err), 0);
	assert_int_equal(err.code, 0);
	fclose(file);
	return m;
}

static struct measure
measure_sound(uint32_t rate, uint16_t channels, double seconds,
	      sound_fn *sound)
{
	struct buf b = SAMPLE_INIT;
	struct measure m;

	add_sound(&b, rate, channels, seconds, sound);
	m = measure(&b);
	buf_release(&b);
	return m;
}

/* ---- sounds -------------------------------------------------------------- */

static double
sine_at_23(double t, unsigned channel)
{
	(void)channel;
	return pow(10, -23 / 20.0) * sin(TURN * 1000 * t);
}

static double
nothing(double t, unsigned channel)
{
	(void)t;
	(void)channel;
	return 0;
}

static double
left_only(double t, unsigned channel)
{
	return channel ? 0.0005 * sin(TURN * 50 * t) : 0.3 * sin(TURN * 440 * t);
}

static double
right_only(double t, unsigned channel)
{
	return left_only(t, !channel);
}

static double
in_turns(double t, unsigned channel)
{
	return ((int)t & 1) == (int)channel ? 0.2 * sin(TURN * 440 * t) : 0;
}

static double
first_half(double t, unsigned channel)
{
	(void)channel;
	return t < 5 ? 0.25 * sin(TURN * 440 * t) : 0;
}

static double
too_loud(double t, unsigned channel)
{
	(void)channel;
	return 1.5 * sin(TURN * 300 * t);
}

static double
quarter(double t, unsigned channel)
{
	(void)t;
	(void)channel;
	return 0.25;
}

/* ------------------------------------------------------------------------- */

/* EBU Tech 3341, case 1: within 0.1 LU, at whatever rate. */
static void
loudness_is_that_of_the_standard(void **state)
{
	static const uint32_t rates[] = { 8000, 16000, 44100, 48000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		struct measure m = measure_sound(rates[i], 2, 5, sine_at_23);

		assert_in_range(m.loudness_cb + 2300, 0, 20);
		measure_release(&m);
	}
}

static void
silence_has_no_loudness(void **state)
{
	struct measure m = measure_sound(8000, 1, 3, nothing);

	(void)state;
	assert_int_equal(m.loudness_cb, MEASURE_NO_LOUDNESS);
	assert_int_equal(m.silence, 1000);
	assert_true(measure_is_silent(&m));
	measure_release(&m);
}

static void
silence_is_a_share_of_the_time(void **state)
{
	struct measure m = measure_sound(8000, 1, 10, first_half);

	(void)state;
	assert_in_range(m.silence, 490, 510);
	assert_false(measure_is_silent(&m));
	measure_release(&m);
}

static void
verdicts_tell_what_is_wrong(void **state)
{
	static const struct {
		sound_fn *sound;
		uint16_t channels;
		bool is_one_sided, is_clipped;
	} rows[] = {
		{ left_only, 2, true, false },
		{ right_only, 2, true, false },
		{ left_only, 1, false, false },
		{ in_turns, 2, false, false },
		{ nothing, 2, false, false },
		{ too_loud, 1, false, true },
		{ first_half, 1, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct measure m = measure_sound(8000, rows[i].channels, 4,
						 rows[i].sound);

		assert_int_equal(measure_is_one_sided(&m),
				 rows[i].is_one_sided);
		assert_int_equal(measure_is_clipped(&m), rows[i].is_clipped);
		measure_release(&m);
	}
}

static void
points_are_roots_of_amplitudes(void **state)
{
	struct measure m = measure_sound(8000, 1, 1, quarter);

	(void)state;
	assert_in_range(m.points, 95, 101);
	for (uint32_t i = 0; i < m.points; i++) {
		assert_in_range(m.bytes[2 * i], 126, 129);
		assert_in_range(m.bytes[2 * i + 1], 126, 129);
	}
	measure_release(&m);
}

/* However long, the points are some thousands, and cover all of it. */
static void
long_calls_have_longer_points(void **state)
{
	static const struct {
		double seconds;
		uint32_t fewest;
	} rows[] = { { 10, 900 }, { 60, 2048 }, { 900, 2048 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct measure m = measure_sound(4000, 2, rows[i].seconds,
						 quarter);

		assert_in_range(m.points, rows[i].fewest, MEASURE_POINTS);
		assert_int_equal(measure_ms(&m), (int)(rows[i].seconds * 1000));
		assert_in_range(m.bytes[4 * m.points - 2], 126, 129);
		measure_release(&m);
	}
}

static void
what_is_no_sound_is_told(void **state)
{
	static const struct {
		const char *body, *why;
	} rows[] = {
		{ "<!doctype html><p>no", "it is an HTML page, not audio" },
		{ "RIFF\x24\x10\x01\x01WAVEjunk", "WAV, damaged: " },
		{ "#!AMR\n\x3c", "AMR" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;
		struct ark_error err = { 0 };
		struct measure m;
		FILE *file;

		buf_adds(&b, rows[i].body);
		file = sample_file(&b);
		assert_int_equal(measure_audio(&m, fileno(file),
					       (int64_t)b.len, &err),
				 ARK_EFORMAT);
		assert_memory_equal(err.text, rows[i].why,
				    strlen(rows[i].why));
		measure_release(&m);
		fclose(file);
		buf_release(&b);
	}
}

static int
collect(void *ctx, const void *bytes, size_t n)
{
	return buf_add(ctx, bytes, n);
}

static struct buf
transcode(const struct buf *b, const struct measure *m, int channel)
{
	struct buf out = SAMPLE_INIT;
	FILE *file = sample_file(b);
	struct ark_error err = { 0 };

	assert_int_equal(transcode_wav(fileno(file), (int64_t)b->len, m,
				       channel, collect, &out, &err), 0);
	fclose(file);
	return out;
}

/* The head of a WAV, behind which n bytes of sound have to come. */
static void
add_head(struct buf *b, uint16_t tag, uint16_t channels, uint32_t rate,
	 uint16_t bits, size_t n)
{
	unsigned frame = channels * bits / 8u;

	buf_add(b, "RIFF\0\0\0\0WAVEfmt ", 16);
	add_le(b, 16, 4);
	add_le(b, tag, 2);
	add_le(b, channels, 2);
	add_le(b, rate, 4);
	add_le(b, (uint64_t)rate * frame, 4);
	add_le(b, frame, 2);
	add_le(b, bits, 2);
	buf_adds(b, "data");
	add_le(b, n, 4);
}

/* Sound to libsndfile, and more of it than there is memory for. */
static void
what_is_too_much_is_refused(void **state)
{
	static const struct {
		uint16_t channels;
		uint32_t rate;
		size_t n;
		const char *why;
	} rows[] = {
		{ 9, 8000, 1800, "WAV with codec pcm_s16le is not decoded" },
		{ 1, 768001, 1800, "WAV with codec pcm_s16le is not decoded" },
		{ 1, 8000, 0, "there is no sound in it" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;
		struct ark_error err = { 0 };
		struct measure m;
		FILE *file;

		add_head(&b, 1, rows[i].channels, rows[i].rate, 16, rows[i].n);
		add_fill(&b, 1, rows[i].n);
		end_riff(&b);
		file = sample_file(&b);
		assert_int_equal(measure_audio(&m, fileno(file), (int64_t)b.len,
					       &err), ARK_EFORMAT);
		assert_string_equal(err.text, rows[i].why);
		measure_release(&m);
		fclose(file);
		buf_release(&b);
	}
}

/* Samples of floating point that are no sound, and some that are beyond it. */
static void
samples_are_tamed(void **state)
{
	static const uint32_t bits[] = {
		0x7fc00000,	/* no number */
		0x7f800000, 0xff800000,	/* infinite */
		0x7149f2ca,	/* 1e30 */
		0x3f800000, 0xbf800000,	/* full scale */
	};
	static const uint8_t mulaw[] = { 0xff, 0xff, 0xff, 0x80, 0x80, 0x00 };
	struct buf b = SAMPLE_INIT, out;
	struct measure m;

	(void)state;
	add_head(&b, 3, 1, 8000, 32, 4 * 6 * 1000);
	for (int i = 0; i < 6 * 1000; i++)
		add_le(&b, bits[i % 6], 4);
	end_riff(&b);
	m = measure(&b);
	assert_int_equal(m.frames, 6 * 1000);
	out = transcode(&b, &m, 0);
	assert_memory_equal(out.data + out.len - 6, mulaw, 6);
	buf_release(&out);
	buf_release(&b);
	measure_release(&m);
}

/* Shorter than any step of time, and slower than any voice. */
static void
a_click_is_measured(void **state)
{
	struct measure m = measure_sound(1000, 1, 0.01, quarter);

	(void)state;
	assert_int_equal(m.frames, 10);
	assert_int_equal(measure_ms(&m), 10);
	assert_int_equal(m.silence, 0);
	assert_int_equal(m.loudness_cb, MEASURE_NO_LOUDNESS);
	measure_release(&m);
}

/* ---- kept ---------------------------------------------------------------- */

static void
packed_and_unpacked_it_is_the_same(void **state)
{
	struct measure m = measure_sound(8000, 2, 2, in_turns), back;
	struct buf b = SAMPLE_INIT, again = SAMPLE_INIT;
	struct ark_error err = { 0 };

	(void)state;
	measure_pack(&m, &b);
	assert_int_equal(measure_unpack(&back, b.data, b.len, &err), 0);
	measure_pack(&back, &again);
	assert_int_equal(b.len, again.len);
	assert_memory_equal(b.data, again.data, b.len);
	measure_release(&back);
	for (size_t n = 0; n < b.len; n += 7) {
		assert_int_equal(measure_unpack(&back, b.data, n, &err),
				 ARK_EFORMAT);
		b.data[n] ^= 0x10;
		assert_int_equal(measure_unpack(&back, b.data, b.len, &err),
				 ARK_EFORMAT);
		b.data[n] ^= 0x10;
	}
	buf_release(&b);
	buf_release(&again);
	measure_release(&m);
}

/* A checksum is no proof of sense. */
static void
what_cannot_be_is_not_unpacked(void **state)
{
	struct measure good = measure_sound(8000, 2, 2, in_turns), back;
	struct measure bad[] = {
		good, good, good, good, good, good, good, good, good, good,
		good, good,
	};
	struct buf longer = SAMPLE_INIT;
	struct crc_table table;

	(void)state;
	bad[1].rate_hz = 0;
	bad[2].rate_hz = 768001;
	bad[3].channels = 0;
	bad[4].channels = 9;
	bad[5].channels = 1;
	bad[6].points = MEASURE_POINTS + 1;
	bad[6].bytes = calloc(bad[6].points * 2, MEASURE_POINT_BYTES);
	assert_non_null(bad[6].bytes);
	bad[7].frames = 0;
	bad[8].frames = INT64_MAX / 1000;
	bad[9].silence = 1001;
	bad[10].active[0] = 1001;
	bad[11].active[1] = 1001;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct buf b = SAMPLE_INIT;
		struct ark_error err = { 0 };
		int rc;

		measure_pack(&bad[i], &b);
		assert_int_equal(b.rc, 0);
		rc = measure_unpack(&back, b.data, b.len, &err);
		assert_int_equal(rc, i ? ARK_EFORMAT : 0);
		if (rc)
			assert_null(back.bytes);
		measure_release(&back);
		buf_release(&b);
	}
	/* nor is one with more bytes than it has points */
	measure_pack(&good, &longer);
	longer.len -= 4;
	buf_addc(&longer, 'x');
	crc_init(&table);
	add_le(&longer, crc_add(&table, 0, longer.data, longer.len), 4);
	assert_int_equal(measure_unpack(&back, longer.data, longer.len, NULL),
			 ARK_EFORMAT);
	buf_release(&longer);
	free(bad[6].bytes);
	measure_release(&good);
}

static int
ignore(void *ctx, const void *bytes, size_t n)
{
	(void)ctx;
	(void)bytes;
	(void)n;
	return 0;
}

static void
try_without_memory(void *ctx)
{
	const struct buf *b = ctx;
	FILE *file = tmpfile();
	struct ark_error err = { 0 };
	struct buf packed = SAMPLE_INIT;
	struct measure m, back = { 0 };
	int rc;

	assert_non_null(file);
	assert_int_equal(fdio_pwrite(fileno(file), b->data, b->len, 0), 0);
	rc = measure_audio(&m, fileno(file), (int64_t)b->len, &err);
	if (!rc) {
		measure_pack(&m, &packed);
		rc = packed.rc;
	}
	if (!rc)
		rc = measure_unpack(&back, packed.data, packed.len, &err);
	if (!rc)
		rc = transcode_wav(fileno(file), (int64_t)b->len, &m, 0, ignore,
				   NULL, &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	measure_release(&m);
	measure_release(&back);
	buf_release(&packed);
	fclose(file);
}

static void
memory_may_run_out_anywhere(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_sound(&b, 8000, 2, 1, in_turns);
	assert_true(heap_each(try_without_memory, &b) > 4);
	buf_release(&b);
}

/* ---- transcoded ----------------------------------------------------------- */

static void
all_channels_are_written_as_they_are(void **state)
{
	struct buf b = SAMPLE_INIT, out;
	struct measure m;

	(void)state;
	add_sound(&b, 8000, 2, 0.5, in_turns);
	m = measure(&b);
	out = transcode(&b, &m, TRANSCODE_ALL);
	assert_int_equal(out.len, b.len);
	assert_memory_equal(out.data, b.data, b.len);
	buf_release(&out);
	buf_release(&b);
	measure_release(&m);
}

/* What was measured is of another recording, or nobody takes what is written. */
static void
what_does_not_fit_is_not_written(void **state)
{
	static const struct {
		int64_t frames;		/* more */
		int channels, channel, rc;
		size_t room;
		const char *why;
	} rows[] = {
		{ 1, 2, TRANSCODE_ALL, ARK_EFORMAT, 1 << 20, "ended sooner" },
		{ 0, 1, TRANSCODE_ALL, ARK_EFORMAT, 1 << 20, "other channels" },
		{ 0, 2, 2, ARK_EFORMAT, 1 << 20, "other channels" },
		{ UINT32_MAX, 2, TRANSCODE_ALL, ARK_ELIMIT, 1 << 20, "longer" },
		{ 0, 2, TRANSCODE_ALL, ARK_ELIMIT, 40, "" },
		{ 0, 2, 0, ARK_ELIMIT, 1000, "" },
		{ 0, 2, 1, 0, 1 << 20, "" },
	};
	struct buf b = SAMPLE_INIT;
	struct measure m;
	FILE *file;

	(void)state;
	add_sound(&b, 8000, 2, 0.5, in_turns);
	m = measure(&b);
	file = sample_file(&b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct measure other = m;
		struct buf out = BUF_INIT(rows[i].room);
		struct ark_error err = { 0 };

		other.frames += rows[i].frames;
		other.channels = (uint16_t)rows[i].channels;
		assert_int_equal(transcode_wav(fileno(file), (int64_t)b.len,
					       &other, rows[i].channel, collect,
					       &out, &err), rows[i].rc);
		assert_non_null(strstr(err.text, rows[i].why));
		buf_release(&out);
	}
	fclose(file);
	buf_release(&b);
	measure_release(&m);
}

/* Mu-law is within an eighth of a segment: 4 % of what was said. */
static void
one_channel_sounds_as_it_did(void **state)
{
	struct buf b = SAMPLE_INIT, one, back;
	struct measure both, lane;

	(void)state;
	add_sound(&b, 8000, 2, 1.0001, in_turns);	/* an odd number */
	both = measure(&b);
	one = transcode(&b, &both, 0);
	assert_int_equal(one.len % 2, 0);
	assert_string_equal(inspect(&one).codec, "mulaw");
	assert_true(inspect(&one).is_whole);
	lane = measure(&one);
	assert_int_equal(lane.frames, both.frames);
	back = transcode(&one, &lane, TRANSCODE_ALL);
	for (size_t i = 0; i < (size_t)both.frames; i++) {
		int was = (int16_t)(b.data[44 + 4 * i] |
				    b.data[45 + 4 * i] << 8);
		int is = (int16_t)(back.data[44 + 2 * i] |
				   back.data[45 + 2 * i] << 8);

		assert_true(abs(was - is) <= abs(was) / 24 + 8);
	}
	buf_release(&back);
	buf_release(&one);
	buf_release(&b);
	measure_release(&lane);
	measure_release(&both);
}

static void
some_codecs_are_for_browsers(void **state)
{
	static const struct {
		enum audio_type type;
		const char *codec;
		bool is_playable;
	} rows[] = {
		{ AUDIO_WAV, "pcm_s16le", true }, { AUDIO_WAV, "alaw", true },
		{ AUDIO_WAV, "mulaw", true }, { AUDIO_WAV, "gsm", false },
		{ AUDIO_WAV, "g722", false }, { AUDIO_WAV, "g726", false },
		{ AUDIO_WAV, "adpcm_ima", false },
		{ AUDIO_WAV, "pcm_s16be", false }, { AUDIO_MP3, "mp3", true },
		{ AUDIO_OGG, "opus", true }, { AUDIO_OGG, "speex", false },
		{ AUDIO_AMR, "amr_nb", false }, { AUDIO_M4A, "alac", false },
		{ AUDIO_NOT_HTML, "", false }, { AUDIO_UNKNOWN, "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct audio_facts f = { .type = rows[i].type };

		memcpy(f.codec, rows[i].codec, strlen(rows[i].codec));
		assert_int_equal(audio_is_playable(&f), rows[i].is_playable);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loudness_is_that_of_the_standard),
		cmocka_unit_test(silence_has_no_loudness),
		cmocka_unit_test(silence_is_a_share_of_the_time),
		cmocka_unit_test(verdicts_tell_what_is_wrong),
		cmocka_unit_test(points_are_roots_of_amplitudes),
		cmocka_unit_test(long_calls_have_longer_points),
		cmocka_unit_test(what_is_no_sound_is_told),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(samples_are_tamed),
		cmocka_unit_test(a_click_is_measured),
		cmocka_unit_test(packed_and_unpacked_it_is_the_same),
		cmocka_unit_test(what_cannot_be_is_not_unpacked),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(memory_may_run_out_anywhere),
		cmocka_unit_test(all_channels_are_written_as_they_are),
		cmocka_unit_test(one_channel_sounds_as_it_did),
		cmocka_unit_test(some_codecs_are_for_browsers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
