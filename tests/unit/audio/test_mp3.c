#include "samples.h"

static void
frames_are_counted(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	(void)state;
	add_mp3(&b, 100);
	facts = inspect(&b);
	assert_string_equal(facts.flaw, "");
	assert_int_equal(facts.type, AUDIO_MP3);
	assert_string_equal(facts.codec, "mp3");
	assert_int_equal(facts.rate_hz, 44100);
	assert_int_equal(facts.channels, 2);
	assert_int_equal(facts.duration_ms, 2612);
	/* The last frame of a stream is often cut: no flaw, and no sound. */
	b.len -= 100;
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 2586);
	buf_release(&b);
}

/* Each with the header of one frame and the size the standard gives it. */
static void
versions_and_layers(void **state)
{
	static const struct {
		const char *header;
		size_t size;
		const char *codec;
		uint32_t rate_hz;
		uint16_t channels;
		int64_t ten_ms;		/* duration of ten frames */
	} rows[] = {
		{ "\xFF\xFB\x92\xC0", 418, "mp3", 44100, 1, 261 },
		{ "\xFF\xFB\xE8\x00", 1440, "mp3", 32000, 2, 360 },
		{ "\xFF\xFD\xE8\x00", 1728, "mp2", 32000, 2, 360 },
		{ "\xFF\xFF\xE4\x00", 448, "mp1", 48000, 2, 80 },
		{ "\xFF\xF3\x48\xC0", 144, "mp3", 16000, 1, 360 },
		{ "\xFF\xF5\x84\x00", 384, "mp2", 24000, 2, 480 },
		{ "\xFF\xE3\x18\xC0", 72, "mp3", 8000, 1, 720 },
		{ "\xFF\xE5\xEA\xC0", 2881, "mp2", 8000, 1, 1440 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;
		struct audio_facts facts;

		for (int k = 0; k < 10; k++) {
			buf_add(&b, rows[i].header, 4);
			add_fill(&b, 0, rows[i].size - 4);
		}
		facts = inspect(&b);
		assert_string_equal(facts.flaw, "");
		assert_string_equal(facts.codec, rows[i].codec);
		assert_int_equal(facts.rate_hz, rows[i].rate_hz);
		assert_int_equal(facts.channels, rows[i].channels);
		assert_int_equal(facts.duration_ms, rows[i].ten_ms);
		buf_release(&b);
	}
}

static void
tags_are_no_frames(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	/* The larger tag spans more than one window of the reader. */
	add_id3(&b, 300);
	add_id3(&b, 200000);
	add_mp3(&b, 100);
	buf_add(&b, "APETAGEX\xD0\x07\0\0\x28\0\0\0\0\0\0\0\0\0\0\xA0", 24);
	add_fill(&b, 0, 8);
	buf_adds(&b, "comment!");
	buf_add(&b, "APETAGEX\xD0\x07\0\0\x28\0\0\0\0\0\0\0\0\0\0\x80", 24);
	add_fill(&b, 0, 8);
	buf_adds(&b, "TAG");
	add_fill(&b, ' ', 125);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 2612);
	buf_clear(&b);
	add_id3(&b, 5000);
	b.len = 1000;
	assert_string_equal(inspect(&b).flaw, "the ID3 tag says 5010 bytes, "
			    "1000 are there");
	/* A footer repeats the header. */
	b.data[5] = 0x10;
	assert_string_equal(inspect(&b).flaw, "the ID3 tag says 5020 bytes, "
			    "1000 are there");
	buf_clear(&b);
	add_id3(&b, 5000);
	assert_string_equal(inspect(&b).flaw, "no MPEG audio frame");
	buf_release(&b);
}

static void
a_xing_header_counts_for_us(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_xing(&b, 1000, 0);
	add_mp3(&b, 10);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 26122);
	buf_clear(&b);
	add_id3(&b, 90);
	add_xing(&b, 10, 11 * MP3_FRAME);
	add_mp3(&b, 10);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 261);
	b.len--;
	assert_string_equal(inspect(&b).flaw, "the Xing header says 4587 "
			    "bytes, 4586 are there");
	buf_release(&b);
}

/* It lies behind the side information, whose size depends on the frame. */
static void
a_xing_header_has_four_places(void **state)
{
	static const struct {
		const char *header;
		size_t at, size;
		int64_t duration_ms;
	} rows[] = {
		{ "\xFF\xFB\x90\x00", 36, 417, 26122 },
		{ "\xFF\xFB\x90\xC0", 21, 417, 26122 },
		{ "\xFF\xF3\x48\x00", 21, 144, 36000 },
		{ "\xFF\xF3\x48\xC0", 13, 144, 36000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;

		for (int k = 0; k < 3; k++) {
			buf_add(&b, rows[i].header, 4);
			add_fill(&b, 0, rows[i].size - 4);
		}
		memcpy(b.data + rows[i].at, "Info\0\0\0\1\0\0\x03\xE8", 12);
		assert_int_equal(inspect(&b).duration_ms, rows[i].duration_ms);
		buf_release(&b);
	}
}

static void
so_does_a_vbri_header(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_mp3(&b, 11);
	memcpy(b.data + 36, "VBRI", 4);
	set_be32(&b, 46, 11 * MP3_FRAME);
	set_be32(&b, 50, 20);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 522);
	b.len -= 2;
	assert_string_equal(inspect(&b).flaw, "the VBRI header says 4587 "
			    "bytes, 4585 are there");
	buf_release(&b);
}

static void
junk_is_skipped_within_reason(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_mp3(&b, 50);
	add_fill(&b, 0, 1000);
	add_mp3(&b, 50);
	add_fill(&b, 0, 500);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 2612);
	/* A hole, as a download leaves it that was never finished. */
	buf_clear(&b);
	add_mp3(&b, 50);
	add_fill(&b, 0, 100000);
	add_mp3(&b, 50);
	assert_string_equal(inspect(&b).flaw, "no MPEG audio frame at byte "
			    "20850 and behind");
	/* Many small ones. */
	buf_clear(&b);
	for (int i = 0; i < 20; i++) {
		add_mp3(&b, 3);
		add_fill(&b, 0xFF, 60000);
	}
	assert_false(inspect(&b).is_whole);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_counted),
		cmocka_unit_test(versions_and_layers),
		cmocka_unit_test(tags_are_no_frames),
		cmocka_unit_test(a_xing_header_counts_for_us),
		cmocka_unit_test(a_xing_header_has_four_places),
		cmocka_unit_test(so_does_a_vbri_header),
		cmocka_unit_test(junk_is_skipped_within_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
