#include "samples.h"

enum { DATA_SIZE_AT = 40, DATA_AT = 44 };

static void
codecs_have_names(void **state)
{
	static const struct {
		uint16_t tag, bits;
		const char *codec;
	} rows[] = {
		{ 1, 8, "pcm_u8" },
		{ 1, 16, "pcm_s16le" },
		{ 1, 24, "pcm_s24le" },
		{ 1, 32, "pcm_s32le" },
		{ 1, 12, "0x0001" },
		{ 2, 4, "adpcm_ms" },
		{ 3, 32, "pcm_f32le" },
		{ 3, 64, "pcm_f64le" },
		{ 6, 8, "alaw" },
		{ 7, 8, "mulaw" },
		{ 0x11, 4, "adpcm_ima" },
		{ 0x31, 0, "gsm" },
		{ 0x45, 4, "g726" },
		{ 0x64, 4, "g726" },
		{ 0x65, 8, "g722" },
		{ 0x28F, 8, "g722" },
		{ 0x123, 4, "0x0123" },
		{ 0x50, 0, "mp2" },
		{ 0x55, 0, "mp3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;
		struct audio_facts facts;

		buf_add(&b, "RIFF\0\0\0\0WAVE", 12);
		add_fmt(&b, rows[i].tag, rows[i].bits, 1000);
		buf_adds(&b, "data");
		add_le(&b, 1500, 4);
		add_fill(&b, 0, 1500);
		end_riff(&b);
		facts = inspect(&b);
		assert_int_equal(facts.type, AUDIO_WAV);
		assert_string_equal(facts.codec, rows[i].codec);
		assert_int_equal(facts.rate_hz, 8000);
		assert_int_equal(facts.channels, 1);
		assert_int_equal(facts.duration_ms, 1500);
		assert_true(facts.is_whole);
		buf_release(&b);
	}
}

/* The header of a WAV and its data, and what is to be told of them. */
struct row {
	uint32_t riff_size, data_size;
	size_t n;		/* bytes of data */
	int64_t duration_ms;
	const char *flaw;
};

static void
lengths_are_held_against_the_size(void **state)
{
	static const struct row rows[] = {
		{ 16036, 16000, 16000, 1000, "" },
		{ 36, 0, 0, 0, "" },
		/* streamed */
		{ 0, 0, 16000, 1000, "" },
		{ 36, 0, 16000, 1000, "" },
		{ 0xFFFFFFFF, 0xFFFFFFFF, 16000, 1000, "" },
		{ 0xFFFFFFFF, 0xFFFFFFDB, 16000, 1000, "" },
		{ 0x7FFFF024, 0x7FFFF000, 16000, 1000, "" },
		{ 0x7FFFFFFF, 0x7FFFFFDB, 16000, 1000, "" },
		{ 0x80000024, 0x80000000, 16000, 1000, "" },
		{ 0, 16000, 16000, 1000, "" },
		{ 16036, 0xFFFFFFFF, 16000, 1000, "" },
		/* bytes behind the end */
		{ 8036, 8000, 16000, 500, "" },
		/* the file's length as that of RIFF */
		{ 16044, 16000, 16000, 1000, "" },
		/* cut */
		{ 480036, 480000, 120000, 7500, "the data chunk says 480000 "
		  "bytes, 120000 are there" },
		{ 16037, 16000, 16000, 1000, "the RIFF chunk says 16037 bytes, "
		  "16036 are there" },
		{ 0xFFFFFFFF, 16000, 15999, 1000, "the data chunk says 16000 "
		  "bytes, 15999 are there" },
		{ 16036, 16000, 0, 0, "the data chunk says 16000 bytes, 0 are "
		  "there" },
		{ 16036, 0xFFFFFFFF, 8000, 500, "the RIFF chunk says 16036 "
		  "bytes, 8036 are there" },
		{ 0x6FFFFFFF, 0x6FFFFFDB, 16000, 1000, "the data chunk says "
		  "1879048155 bytes, 16000 are there" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;
		struct audio_facts facts;

		add_wav(&b, rows[i].n);
		set_le32(&b, 4, rows[i].riff_size);
		set_le32(&b, DATA_SIZE_AT, rows[i].data_size);
		b.len = DATA_AT + rows[i].n;
		facts = inspect(&b);
		assert_string_equal(facts.flaw, rows[i].flaw);
		assert_int_equal(facts.duration_ms, rows[i].duration_ms);
		buf_release(&b);
	}
}

static void
missing_chunks_are_flaws(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	buf_add(&b, "RIFF\0\0\0\0WAVE", 12);
	add_fmt(&b, 1, 16, 16000);
	end_riff(&b);
	assert_string_equal(inspect(&b).flaw, "no data chunk");
	buf_clear(&b);
	buf_add(&b, "RIFF\0\0\0\0WAVEdata\4\0\0\0abcd", 24);
	end_riff(&b);
	assert_string_equal(inspect(&b).flaw, "no fmt chunk");
	assert_int_equal(inspect(&b).duration_ms, -1);
	buf_release(&b);
}

/* Chunks of odd length are padded; others stand before and behind the data. */
static void
other_chunks_are_skipped(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	(void)state;
	buf_add(&b, "RIFF\0\0\0\0WAVELIST\3\0\0\0abc\0", 24);
	add_fmt(&b, 1, 8, 8000);
	buf_add(&b, "data\5\0\0\0abcde\0", 14);
	buf_add(&b, "LIST\4\0\0\0INFO", 12);
	end_riff(&b);
	facts = inspect(&b);
	assert_string_equal(facts.flaw, "");
	assert_int_equal(facts.duration_ms, 1);
	/* A cut behind the data is a cut as well. */
	b.len -= 12;
	assert_string_equal(inspect(&b).flaw, "the RIFF chunk says 66 bytes, "
			    "54 are there");
	buf_release(&b);
}

static void
an_empty_data_chunk_may_be_meant(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_wav(&b, 0);
	buf_add(&b, "LIST\4\0\0\0INFO", 12);
	end_riff(&b);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 0);
	buf_release(&b);
}

static void
compressed_audio_counts_its_samples(void **state)
{
	struct buf b = SAMPLE_INIT;
	size_t fact;

	(void)state;
	buf_add(&b, "RIFF\0\0\0\0WAVE", 12);
	add_fmt(&b, 0x31, 0, 1625);
	buf_add(&b, "fact\4\0\0\0", 8);
	fact = b.len;
	add_le(&b, 8000, 4);
	buf_adds(&b, "data");
	add_le(&b, 1690, 4);
	add_fill(&b, 0, 1690);
	end_riff(&b);
	assert_string_equal(inspect(&b).codec, "gsm");
	assert_int_equal(inspect(&b).duration_ms, 1000);
	/* No count: by the bytes. */
	set_le32(&b, fact, 0);
	assert_int_equal(inspect(&b).duration_ms, 1040);
	/* A cut body lasts as long as its bytes, whatever it claims. */
	set_le32(&b, fact, 8000);
	b.len -= 845;
	assert_int_equal(inspect(&b).duration_ms, 520);
	/* PCM has no need of the count. */
	b.data[20] = 1;
	b.len += 845;
	assert_int_equal(inspect(&b).duration_ms, 1040);
	buf_release(&b);
}

static void
extensible_formats_name_the_real_one(void **state)
{
	static const uint8_t guid[16] = { 7, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0,
					  0, 0xAA, 0, 0x38, 0x9B, 0x71 };
	struct buf b = SAMPLE_INIT;

	(void)state;
	buf_add(&b, "RIFF\0\0\0\0WAVE", 12);
	add_fmt(&b, 0xFFFE, 8, 8000);
	set_le32(&b, 16, 40);
	add_le(&b, 22, 2);
	add_le(&b, 8, 2);
	add_le(&b, 0, 4);
	buf_add(&b, guid, sizeof(guid));
	buf_add(&b, "data\4\0\0\0abcd", 12);
	end_riff(&b);
	assert_string_equal(inspect(&b).codec, "mulaw");
	assert_true(inspect(&b).is_whole);
	b.data[50] ^= 1;
	assert_string_equal(inspect(&b).codec, "0xfffe");
	buf_release(&b);
}

static void
big_endian_is_understood(void **state)
{
	struct buf b = SAMPLE_INIT;
	struct audio_facts facts;

	(void)state;
	buf_add(&b, "RIFX\0\0\x06\x64WAVEfmt \0\0\0\x10", 20);
	add_be(&b, 1, 2);
	add_be(&b, 2, 2);
	add_be(&b, 8000, 4);
	add_be(&b, 32000, 4);
	add_be(&b, 4, 2);
	add_be(&b, 16, 2);
	buf_adds(&b, "data");
	add_be(&b, 1600, 4);
	add_fill(&b, 0, 1600);
	facts = inspect(&b);
	assert_string_equal(facts.flaw, "");
	assert_string_equal(facts.codec, "pcm_s16be");
	assert_int_equal(facts.channels, 2);
	assert_int_equal(facts.duration_ms, 50);
	b.len--;
	assert_false(inspect(&b).is_whole);
	buf_release(&b);
}

static void
rf64_has_its_lengths_elsewhere(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	buf_add(&b, "RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0", 20);
	add_le(&b, 12 + 8 + 28 + 24 + 8 + 1600 - 8, 8);
	add_le(&b, 1600, 8);
	add_le(&b, 800, 8);
	add_le(&b, 0, 4);
	add_fmt(&b, 1, 16, 16000);
	buf_add(&b, "data\xFF\xFF\xFF\xFF", 8);
	add_fill(&b, 0, 1600);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 100);
	b.len--;
	assert_string_equal(inspect(&b).flaw, "the data chunk says 1600 bytes, "
			    "1599 are there");
	/* Streamed: the lengths elsewhere are as unknown. */
	memset(b.data + 20, 0xFF, 16);
	assert_string_equal(inspect(&b).flaw, "");
	assert_int_equal(inspect(&b).duration_ms, 100);
	buf_release(&b);
}

/* A header without bytes per second still has block size and rate. */
static void
a_missing_byte_rate_is_made_good(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_wav(&b, 16000);
	set_le32(&b, 28, 0);
	assert_int_equal(inspect(&b).duration_ms, 1000);
	set_le32(&b, 24, 0);
	assert_int_equal(inspect(&b).duration_ms, -1);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codecs_have_names),
		cmocka_unit_test(lengths_are_held_against_the_size),
		cmocka_unit_test(missing_chunks_are_flaws),
		cmocka_unit_test(other_chunks_are_skipped),
		cmocka_unit_test(an_empty_data_chunk_may_be_meant),
		cmocka_unit_test(compressed_audio_counts_its_samples),
		cmocka_unit_test(extensible_formats_name_the_real_one),
		cmocka_unit_test(big_endian_is_understood),
		cmocka_unit_test(rf64_has_its_lengths_elsewhere),
		cmocka_unit_test(a_missing_byte_rate_is_made_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
