#include "samples.h"

#include <unistd.h>

static void
what_is_no_audio_is_told(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	(void)state;
	facts = inspect(&b);
	assert_int_equal(facts.type, AUDIO_NOT_EMPTY);
	assert_string_equal(facts.flaw, "it is an empty body, not audio");
	buf_adds(&b, "<html><title>Sign in</title>");
	facts = inspect(&b);
	assert_int_equal(facts.type, AUDIO_NOT_HTML);
	assert_string_equal(facts.flaw, "it is an HTML page, not audio");
	assert_string_equal(facts.codec, "");
	assert_int_equal(facts.duration_ms, -1);
	buf_release(&b);
}

static void
failing_reads_are_errors(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct ark_error err = { 0 };
	struct audio_facts facts;
	int64_t size;
	FILE *file;

	(void)state;
	assert_int_equal(audio_inspect(-1, 10, &facts, &err), ARK_EDISK);
	assert_int_equal(err.code, ARK_EDISK);
	assert_non_null(strstr(err.text, "at byte 0"));
	assert_int_equal(audio_inspect(-1, 10, &facts, NULL), ARK_EDISK);
	/* A file that lost its end, far behind the head. */
	add_mp3(&b, 500);
	file = sample_file(&b);
	size = (int64_t)b.len + 1;
	assert_int_equal(audio_inspect(fileno(file), size, &facts, &err),
			 ARK_EDISK);
	assert_non_null(strstr(err.text, "208501 bytes expected, it ends "
			       "after 208500"));
	fclose(file);
	buf_release(&b);
}

static void
the_offset_is_left_alone(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;
	FILE *file;

	(void)state;
	add_wav(&b, 1000);
	file = sample_file(&b);
	assert_int_equal(lseek(fileno(file), 17, SEEK_SET), 17);
	assert_int_equal(audio_inspect(fileno(file), (int64_t)b.len, &facts,
				       NULL), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_CUR), 17);
	fclose(file);
	buf_release(&b);
}

static void
amr_frames_are_counted(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	(void)state;
	add_amr(&b, 50);
	buf_addc(&b, 15 << 3 | 4);	/* no data */
	facts = inspect(&b);
	assert_string_equal(facts.flaw, "");
	assert_int_equal(facts.type, AUDIO_AMR);
	assert_string_equal(facts.codec, "amr_nb");
	assert_int_equal(facts.rate_hz, 8000);
	assert_int_equal(facts.channels, 1);
	assert_int_equal(facts.duration_ms, 1020);
	b.len -= 2;
	assert_string_equal(inspect(&b).flaw, "the last frame is cut: 32 bytes "
			    "expected, 31 are there");
	b.data[6 + 32] = 12 << 3 | 4;
	assert_string_equal(inspect(&b).flaw, "no AMR frame at byte 38");
	b.data[6 + 32] = 7 << 3 | 5;
	assert_string_equal(inspect(&b).flaw, "no AMR frame at byte 38");
	buf_clear(&b);
	add_amr_wb(&b, 100);
	facts = inspect(&b);
	assert_string_equal(facts.flaw, "");
	assert_string_equal(facts.codec, "amr_wb");
	assert_int_equal(facts.rate_hz, 16000);
	assert_int_equal(facts.duration_ms, 2000);
	buf_release(&b);
}

static void
flac_tells_its_length(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	(void)state;
	add_flac(&b, 1000);
	facts = inspect(&b);
	assert_string_equal(facts.flaw, "");
	assert_int_equal(facts.type, AUDIO_FLAC);
	assert_string_equal(facts.codec, "flac");
	assert_int_equal(facts.rate_hz, 44100);
	assert_int_equal(facts.channels, 2);
	assert_int_equal(facts.duration_ms, 3000);
	b.len -= 500;
	assert_string_equal(inspect(&b).flaw, "the frames take at least 640 "
			    "bytes, 500 are there");
	b.len = 50;
	assert_string_equal(inspect(&b).flaw, "no FLAC frame at byte 50");
	b.len = 48;
	assert_string_equal(inspect(&b).flaw, "a metadata block says 4 bytes, "
			    "2 are there");
	b.len = 42;
	assert_string_equal(inspect(&b).flaw, "the metadata ends at byte 42");
	b.len = 41;
	assert_string_equal(inspect(&b).flaw, "no STREAMINFO block");
	buf_release(&b);
}

static void
m4a_tells_its_audio_track(void **state)
{
	static const struct {
		const char *type, *codec;
	} rows[] = {
		{ "mp4a", "aac" },   { "alac", "alac" },   { "samr", "amr_nb" },
		{ "Opus", "opus" },  { "fLaC", "flac" },   { "alaw", "alaw" },
		{ "a\x01\x02z", "a??z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;
		struct audio_facts facts;

		add_ftyp(&b);
		add_moov(&b, "soun", rows[i].type);
		add_mdat(&b, 1000);
		facts = inspect(&b);
		assert_string_equal(facts.flaw, "");
		assert_int_equal(facts.type, AUDIO_M4A);
		assert_string_equal(facts.codec, rows[i].codec);
		assert_int_equal(facts.rate_hz, 16000);
		assert_int_equal(facts.channels, 2);
		assert_int_equal(facts.duration_ms, 3000);
		buf_release(&b);
	}
}

static void
m4a_boxes_are_whole(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_ftyp(&b);
	add_mdat(&b, 1000);
	assert_string_equal(inspect(&b).flaw, "no moov box");
	b.len -= 10;
	assert_string_equal(inspect(&b).flaw, "the mdat box at byte 28 says "
			    "1008 bytes, 998 are there");
	b.len = 28 + 5;
	assert_string_equal(inspect(&b).flaw, "the box at byte 28 is cut");
	b.len = 28;
	add_moov(&b, "soun", "mp4a");
	assert_string_equal(inspect(&b).flaw, "no mdat box");
	/* A length of 0 goes to the end. */
	add_be(&b, 0, 4);
	buf_adds(&b, "mdatabc");
	assert_string_equal(inspect(&b).flaw, "");
	b.len -= 11;
	/* A length of 1 is 64 bits long, and further on. */
	add_be(&b, 1, 4);
	buf_adds(&b, "mdat");
	add_be(&b, 24, 8);
	add_fill(&b, 0, 8);
	add_fill(&b, 0, 100);	/* padding */
	assert_string_equal(inspect(&b).flaw, "");
	b.len -= 101;
	assert_non_null(strstr(inspect(&b).flaw, "says 24 bytes, 23 are "));
	buf_clear(&b);
	add_ftyp(&b);
	add_moov(&b, "vide", "avc1");
	add_mdat(&b, 10);
	assert_string_equal(inspect(&b).flaw, "no audio track");
	buf_release(&b);
}

static void
m4a_times_come_in_two_versions(void **state)
{
	struct buf b = SAMPLE_INIT;
	size_t moov, trak, mdia, at;

	(void)state;
	/* The track does not tell its duration: the whole does. */
	add_ftyp(&b);
	add_mdat(&b, 10);
	add_moov(&b, "soun", "mp4a");
	at = find_text(&b, "mdhd") + 4;
	set_be32(&b, at + 16, 0xFFFFFFFF);
	set_be32(&b, find_text(&b, "mvhd") + 4 + 16, 7000);
	assert_int_equal(inspect(&b).duration_ms, 7000);
	/* A rate too great for its field is the time scale's. */
	set_be32(&b, at + 12, 96000);
	set_be32(&b, find_text(&b, "mp4a") + 28, 0);
	assert_int_equal(inspect(&b).rate_hz, 96000);
	/* Version 1 has times of 64 bits. */
	buf_clear(&b);
	add_ftyp(&b);
	add_mdat(&b, 10);
	moov = begin_box(&b, "moov");
	trak = begin_box(&b, "trak");
	mdia = begin_box(&b, "mdia");
	at = begin_box(&b, "mdhd");
	add_be(&b, 0x01000000, 4);
	add_fill(&b, 0, 16);
	add_be(&b, 8000, 4);
	add_be(&b, 20000, 8);
	end_box(&b, at);
	at = begin_box(&b, "hdlr");
	add_fill(&b, 0, 8);
	buf_adds(&b, "soun");
	end_box(&b, at);
	end_box(&b, mdia);
	end_box(&b, trak);
	end_box(&b, moov);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 2500);
	buf_release(&b);
}

/* A box that holds itself a thousand times does not exhaust the stack. */
static void
m4a_depth_is_bounded(void **state)
{
	struct buf b = SAMPLE_INIT;
	uint32_t n = 100000;

	(void)state;
	add_ftyp(&b);
	for (uint32_t i = n; i; i--) {
		add_be(&b, 8 * i, 4);
		buf_adds(&b, "moov");
	}
	assert_false(inspect(&b).is_whole);
	buf_release(&b);
}

static void
webm_tells_its_audio_track(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	(void)state;
	add_webm(&b, 0);
	facts = inspect(&b);
	assert_string_equal(facts.flaw, "");
	assert_int_equal(facts.type, AUDIO_WEBM);
	assert_string_equal(facts.codec, "opus");
	assert_int_equal(facts.rate_hz, 48000);
	assert_int_equal(facts.channels, 2);
	assert_int_equal(facts.duration_ms, 5000);
	buf_adds(&b, "behind");
	assert_string_equal(inspect(&b).flaw, "");
	b.len -= 7;
	assert_non_null(strstr(inspect(&b).flaw, "the segment at byte "));
	/* Not audio: the track's type is 1, which is video. */
	buf_clear(&b);
	add_webm(&b, 0);
	b.data[find_text(&b, "A_OPUS") - 10] = 1;
	assert_string_equal(inspect(&b).flaw, "no audio track");
	buf_release(&b);
}

static void
live_webm_lasts_to_its_last_block(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_webm(&b, 1);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 4500);
	/* A block may lie before its cluster's time: it is not the last. */
	b.data[b.len - 7] = 0xFF;
	assert_int_equal(inspect(&b).duration_ms, 4000);
	b.len--;
	assert_non_null(strstr(inspect(&b).flaw, "says 8 bytes, 7 are there"));
	assert_int_equal(inspect(&b).duration_ms, 4000);
	/* A time without end, in place of both blocks, tells none. */
	b.len -= 2 * 17 - 1;
	add_uint(&b, 0xE7, UINT64_MAX, 8);
	add_uint(&b, 0xA3, 0x8101F48055667788, 8);
	assert_int_equal(inspect(&b).duration_ms, -1);
	buf_release(&b);
}

static void
webm_floats_may_be_no_numbers(void **state)
{
	static const char *const durations[] = {
		"\x7F\xF8\0\0\0\0\0\0", "\x7F\xF0\0\0\0\0\0\0",
		"\xC0\xB3\x88\0\0\0\0\0", "\x7F\xEF\xFF\xFF\xFF\xFF\xFF\xFF",
	};
	struct buf b = SAMPLE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++) {
		buf_clear(&b);
		add_webm(&b, 0);
		memcpy(b.data + find_text(&b, "\x40\xB3\x88"), durations[i], 8);
		assert_int_equal(inspect(&b).duration_ms, 4500);
	}
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_audio_is_told),
		cmocka_unit_test(failing_reads_are_errors),
		cmocka_unit_test(the_offset_is_left_alone),
		cmocka_unit_test(amr_frames_are_counted),
		cmocka_unit_test(flac_tells_its_length),
		cmocka_unit_test(m4a_tells_its_audio_track),
		cmocka_unit_test(m4a_boxes_are_whole),
		cmocka_unit_test(m4a_times_come_in_two_versions),
		cmocka_unit_test(m4a_depth_is_bounded),
		cmocka_unit_test(webm_tells_its_audio_track),
		cmocka_unit_test(live_webm_lasts_to_its_last_block),
		cmocka_unit_test(webm_floats_may_be_no_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
