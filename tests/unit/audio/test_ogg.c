#include "samples.h"

#include "audio/crc.h"

enum { SERIAL = 0x1234ABCD };

static void
the_checksum_is_that_of_ogg(void **state)
{
	struct crc_table t;
	uint8_t bytes[1000];

	(void)state;
	crc_init(&t);
	assert_int_equal(crc_add(&t, 0, (const uint8_t *)"123456789", 9),
			 0x89A1897F);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 3);
	for (size_t n = 0; n < 40; n++) {
		uint32_t crc = crc_add(&t, 0, bytes, n);

		assert_int_equal(crc, plain_crc(bytes, n));
		crc = crc_add(&t, crc, bytes + n, sizeof(bytes) - n);
		assert_int_equal(crc, plain_crc(bytes, sizeof(bytes)));
	}
}

/* A stream of three pages whose first packet is given. */
static struct audio_facts
inspect_codec(const void *head, size_t n, int64_t granule)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	add_page(&b, (struct ogg_page){ OGG_FIRST, 0, 7, 0 }, head, n);
	add_page(&b, (struct ogg_page){ 0, -1, 7, 1 }, "middle", 6);
	add_page(&b, (struct ogg_page){ OGG_LAST, granule, 7, 2 }, "end", 3);
	facts = inspect(&b);
	buf_release(&b);
	return facts;
}

static void
codecs_tell_rate_and_duration(void **state)
{
	uint8_t vorbis[30] = "\x01vorbis\0\0\0\0\2\x44\xAC";
	uint8_t speex[80] = "Speex   1.2";
	uint8_t flac[51] = "\x7F" "FLAC\1\0\0\1fLaC\0\0\0\x22";
	struct audio_facts facts;

	(void)state;
	facts = inspect_codec(opus_head, sizeof(opus_head), 312 + 72000);
	assert_string_equal(facts.flaw, "");
	assert_string_equal(facts.codec, "opus");
	assert_int_equal(facts.type, AUDIO_OGG);
	assert_int_equal(facts.rate_hz, 48000);
	assert_int_equal(facts.channels, 1);
	assert_int_equal(facts.duration_ms, 1500);

	facts = inspect_codec(vorbis, sizeof(vorbis), 44100 * 3);
	assert_string_equal(facts.codec, "vorbis");
	assert_int_equal(facts.rate_hz, 44100);
	assert_int_equal(facts.channels, 2);
	assert_int_equal(facts.duration_ms, 3000);

	speex[36] = 0x40;
	speex[37] = 0x1F;
	speex[48] = 1;
	facts = inspect_codec(speex, sizeof(speex), 4000);
	assert_string_equal(facts.codec, "speex");
	assert_int_equal(facts.rate_hz, 8000);
	assert_int_equal(facts.channels, 1);
	assert_int_equal(facts.duration_ms, 500);

	memcpy(flac + 27, "\x0A\xC4\x42", 3);
	facts = inspect_codec(flac, sizeof(flac), 44100);
	assert_string_equal(facts.codec, "flac");
	assert_int_equal(facts.rate_hz, 44100);
	assert_int_equal(facts.channels, 2);
	assert_int_equal(facts.duration_ms, 1000);

	facts = inspect_codec("\x80theora", 7, 100);
	assert_string_equal(facts.flaw, "no audio stream of a known codec");
	assert_int_equal(facts.duration_ms, -1);
}

static void
chained_links_add_up(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_opus(&b, SERIAL, 2);
	add_opus(&b, SERIAL + 1, 3);
	/* The serial number is free again. */
	add_opus(&b, SERIAL, 4);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 9000);
	buf_release(&b);
}

static void
streams_may_be_interleaved(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_page(&b, (struct ogg_page){ OGG_FIRST, 0, 1, 0 }, "fishead", 7);
	add_page(&b, (struct ogg_page){ OGG_FIRST, 0, 2, 5 }, opus_head,
		 sizeof(opus_head));
	add_page(&b, (struct ogg_page){ OGG_LAST, 0, 1, 1 }, "x", 1);
	add_page(&b, (struct ogg_page){ 0, 48312, 2, 6 }, "y", 1);
	assert_string_equal(inspect(&b).flaw, "the last page is not marked as "
			    "the end of its stream");
	add_page(&b, (struct ogg_page){ OGG_LAST, 48312, 2, 7 }, "z", 1);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 1000);
	buf_release(&b);
}

static void
pages_follow_each_other(void **state)
{
	static const struct {
		struct ogg_page page;
		const char *flaw;
	} rows[] = {
		{ { OGG_LAST, 9, 7, 2 }, "stream 00000007: page 1 expected, "
		  "found 2" },
		{ { OGG_LAST, 9, 8, 1 }, "stream 00000008 has no beginning" },
		{ { OGG_FIRST, 0, 7, 0 }, "stream 00000007 begins again before "
		  "its end" },
	};
	struct buf b = SAMPLE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_clear(&b);
		add_page(&b, (struct ogg_page){ OGG_FIRST, 0, 7, 0 },
			 opus_head, sizeof(opus_head));
		add_page(&b, rows[i].page, "x", 1);
		assert_string_equal(inspect(&b).flaw, rows[i].flaw);
	}
	buf_clear(&b);
	add_opus(&b, 7, 2);
	add_page(&b, (struct ogg_page){ 0, 9, 7, 4 }, "x", 1);
	assert_string_equal(inspect(&b).flaw,
			    "stream 00000007 goes on behind its end");
	buf_release(&b);
}

static void
streams_at_a_time_are_bounded(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	for (uint32_t serial = 0; serial < 17; serial++)
		add_page(&b, (struct ogg_page){ OGG_FIRST, 0, serial, 0 },
			 opus_head, sizeof(opus_head));
	assert_string_equal(inspect(&b).flaw, "more than 16 streams at a time");
	buf_release(&b);
}

static void
damage_is_seen(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_opus(&b, SERIAL, 3);
	b.data[60] ^= 1;
	assert_non_null(strstr(inspect(&b).flaw, "the page at byte 47 says "
			       "checksum "));
	buf_clear(&b);
	add_opus(&b, SERIAL, 3);
	b.len--;
	assert_string_equal(inspect(&b).flaw, "the page at byte 539 is cut");
	buf_clear(&b);
	add_page(&b, (struct ogg_page){ OGG_FIRST, 0, 7, 0 }, opus_head,
		 sizeof(opus_head));
	buf_adds(&b, "noise");
	assert_string_equal(inspect(&b).flaw, "no Ogg page at byte 47");
	buf_release(&b);
}

static void
bytes_behind_the_end_are_no_flaw(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_opus(&b, SERIAL, 3);
	buf_adds(&b, "TAG of some kind");
	assert_string_equal(inspect(&b).flaw, "");
	buf_release(&b);
}

/* Pages as large as they get cross every window of the reader. */
static void
large_pages_are_read(void **state)
{
	static uint8_t packet[65024];
	struct buf b = SAMPLE_INIT;
	uint32_t n = 20;

	(void)state;
	add_page(&b, (struct ogg_page){ OGG_FIRST, 0, 7, 0 }, opus_head,
		 sizeof(opus_head));
	for (uint32_t i = 1; i <= n; i++)
		add_page(&b, (struct ogg_page){ i == n ? OGG_LAST : 0,
						48000 * (int64_t)i + 312, 7,
						i }, packet, sizeof(packet));
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 20000);
	buf_release(&b);
}

/* Granule positions near the end of their range do not overflow the sum. */
static void
absurd_positions_tell_no_duration(void **state)
{
	uint8_t vorbis[30] = "\x01vorbis\0\0\0\0\2\1";
	struct buf b = SAMPLE_INIT;

	(void)state;
	assert_int_equal(inspect_codec(vorbis, sizeof(vorbis),
				       INT64_MAX).duration_ms, -1);
	assert_int_equal(inspect_codec(vorbis, sizeof(vorbis),
				       INT64_MIN).duration_ms, 0);
	/* Each of the links fits, two of them, but not three. */
	for (uint32_t i = 0; i < 3; i++) {
		add_page(&b, (struct ogg_page){ OGG_FIRST, 0, i, 0 }, vorbis,
			 sizeof(vorbis));
		add_page(&b, (struct ogg_page){ OGG_LAST, INT64_MAX / 2500, i,
						1 }, "x", 1);
		assert_int_equal(inspect(&b).duration_ms > 0, i < 2);
	}
	assert_int_equal(inspect(&b).duration_ms, -1);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checksum_is_that_of_ogg),
		cmocka_unit_test(codecs_tell_rate_and_duration),
		cmocka_unit_test(chained_links_add_up),
		cmocka_unit_test(streams_may_be_interleaved),
		cmocka_unit_test(pages_follow_each_other),
		cmocka_unit_test(streams_at_a_time_are_bounded),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(bytes_behind_the_end_are_no_flaw),
		cmocka_unit_test(large_pages_are_read),
		cmocka_unit_test(absurd_positions_tell_no_duration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
