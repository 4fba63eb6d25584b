/*
 * Hostile bytes: every beginning of small bodies of each format, and thousands
 * of them with bytes changed.  Nothing may crash, hang or read beyond the
 * size; the sanitizers and the test runner's patience are the judges.
 */
#include "samples.h"

enum {
	N_ROUNDS = 3000,	/* changed copies of each sample */
	MAX_CHANGES = 8,
};

static void
make_wav(struct buf *b)
{
	add_wav(b, 301);
	buf_add(b, "LIST\4\0\0\0INFO", 12);
	end_riff(b);
}

static void
make_rf64(struct buf *b)
{
	buf_add(b, "RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0", 20);
	add_le(b, 12 + 8 + 28 + 24 + 8 + 160 - 8, 8);
	add_le(b, 160, 8);
	add_le(b, 80, 8);
	add_le(b, 0, 4);
	add_fmt(b, 1, 16, 16000);
	buf_add(b, "data\xFF\xFF\xFF\xFF", 8);
	add_fill(b, 0, 160);
}

static void
make_gsm(struct buf *b)
{
	buf_add(b, "RIFF\0\0\0\0WAVE", 12);
	add_fmt(b, 0x31, 0, 1625);
	buf_add(b, "fact\4\0\0\0\0\5\0\0", 12);
	buf_add(b, "data\x41\0\0\0", 8);
	add_fill(b, 0, 66);
	end_riff(b);
}

static void
make_opus(struct buf *b)
{
	add_opus(b, 77, 3);
}

static void
make_mp3(struct buf *b)
{
	add_id3(b, 20);
	add_mp3(b, 4);
	buf_adds(b, "TAG");
	add_fill(b, ' ', 125);
}

static void
make_xing(struct buf *b)
{
	add_xing(b, 3, 4 * MP3_FRAME);
	add_mp3(b, 3);
}

static void
make_m4a(struct buf *b)
{
	add_m4a(b);
}

static void
make_webm(struct buf *b)
{
	add_webm(b, 0);
}

static void
make_live_webm(struct buf *b)
{
	add_webm(b, 1);
}

static void
make_amr(struct buf *b)
{
	add_amr(b, 10);
}

static void
make_amr_wb(struct buf *b)
{
	add_amr_wb(b, 10);
}

static void
make_flac(struct buf *b)
{
	add_flac(b, 700);
}

static void
make_html(struct buf *b)
{
	buf_adds(b, "<!-- a --><html><title>Sign in</title>");
}

static void
make_json(struct buf *b)
{
	buf_adds(b, " \"link \\\"expired\\\" \xC3\xA9\"\n");
}

static const struct sample {
	enum audio_type type;
	bool ends_tell;		/* every cut is to be seen */
	void (*make)(struct buf *b);
} samples[] = {
	{ AUDIO_WAV, true, make_wav },
	{ AUDIO_WAV, true, make_rf64 },
	{ AUDIO_WAV, true, make_gsm },
	{ AUDIO_OGG, true, make_opus },
	{ AUDIO_MP3, false, make_mp3 },
	{ AUDIO_MP3, true, make_xing },
	{ AUDIO_M4A, true, make_m4a },
	{ AUDIO_WEBM, true, make_webm },
	{ AUDIO_WEBM, false, make_live_webm },
	{ AUDIO_AMR, false, make_amr },
	{ AUDIO_AMR, false, make_amr_wb },
	{ AUDIO_FLAC, false, make_flac },
	{ AUDIO_NOT_HTML, false, make_html },
	{ AUDIO_NOT_JSON, false, make_json },
};

enum { N_SAMPLES = sizeof(samples) / sizeof(*samples) };

/* The facts of the first n bytes of file; they must make sense. */
static struct audio_facts
look(FILE *file, size_t n)
{
	struct audio_facts facts;
	struct ark_error err;

	assert_int_equal(audio_inspect(fileno(file), (int64_t)n, &facts, &err),
			 0);
	assert_true(facts.duration_ms >= -1);
	assert_non_null(memchr(facts.codec, 0, sizeof(facts.codec)));
	assert_non_null(memchr(facts.flaw, 0, sizeof(facts.flaw)));
	assert_int_equal(facts.is_whole, facts.flaw[0] == '\0');
	if (!audio_is_audio(facts.type))
		assert_false(facts.is_whole);
	return facts;
}

static void
samples_are_what_they_seem(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct buf b = SAMPLE_INIT;
		struct audio_facts facts;

		samples[i].make(&b);
		facts = inspect(&b);
		assert_int_equal(facts.type, samples[i].type);
		assert_int_equal(facts.is_whole, audio_is_audio(facts.type));
		buf_release(&b);
	}
}

static void
every_cut_is_survived_and_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct buf b = SAMPLE_INIT;
		FILE *file;

		samples[i].make(&b);
		file = sample_file(&b);
		for (size_t n = 0; n < b.len; n++) {
			if (look(file, n).is_whole && samples[i].ends_tell)
				fail_msg("sample %zu cut at %zu of %zu counts "
					 "as whole", i, n, b.len);
		}
		fclose(file);
		buf_release(&b);
	}
}

/* The heads of bodies end where the memory does. */
static void
sniffing_stays_within_its_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct buf b = SAMPLE_INIT;

		samples[i].make(&b);
		for (size_t n = 1; n <= b.len; n++) {
			uint8_t *exact = test_malloc(n);

			memcpy(exact, b.data, n);
			(void)audio_sniff(exact, n);
			test_free(exact);
		}
		buf_release(&b);
	}
}

/* A xorshift generator: the same bytes at every run. */
static uint32_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 16);
}

/* Change up to MAX_CHANGES bytes: a bit, all of it, or to a telling value. */
static void
change(struct buf *b, uint64_t *seed)
{
	static const uint8_t telling[] = { 0x00, 0x01, 0x7F, 0x80, 0xFF };
	uint32_t n = 1 + next_random(seed) % MAX_CHANGES;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t *p = b->data + next_random(seed) % b->len;
		uint32_t value = next_random(seed);

		switch (next_random(seed) % 3) {
		case 0: *p ^= (uint8_t)(1 << value % 8); break;
		case 1: *p = (uint8_t)value; break;
		default: *p = telling[value % sizeof(telling)]; break;
		}
	}
}

/* Make the checksums of Ogg pages right, so that damage gets behind them. */
static void
mend_checksums(struct buf *b)
{
	size_t at = 0;

	while (b->len - at >= 27 && !memcmp(b->data + at, "OggS", 4)) {
		size_t size = 27 + (size_t)b->data[at + 26];

		if (size > b->len - at)
			return;
		for (size_t i = 27, end = size; i < end; i++)
			size += b->data[at + i];
		if (size > b->len - at)
			return;
		set_le32(b, at + 22, 0);
		set_le32(b, at + 22, plain_crc(b->data + at, size));
		at += size;
	}
}

static void
changed_bytes_are_survived(void **state)
{
	uint64_t seed = 0x9E3779B97F4A7C15;

	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		struct buf original = SAMPLE_INIT, b = SAMPLE_INIT;
		FILE *file;

		samples[i].make(&original);
		file = sample_file(&original);
		for (int round = 0; round < N_ROUNDS; round++) {
			buf_clear(&b);
			buf_add(&b, original.data, original.len);
			change(&b, &seed);
			if (round % 2)
				mend_checksums(&b);
			assert_int_equal(fdio_pwrite(fileno(file), b.data,
						     b.len, 0), 0);
			look(file, b.len);
		}
		fclose(file);
		buf_release(&b);
		buf_release(&original);
	}
}

/* Bodies that make a careless parser crawl. */
static void
long_dull_bodies_are_fast(void **state)
{
	static const struct {
		const char *head;
		size_t n;
		uint8_t fill;
	} rows[] = {
		{ "ID3\4\0\0\0\0\0\0", 10, 0xFF },
		{ "RIFF\0\0\0\0WAVE", 12, 0x00 },
		{ "#!AMR\n", 6, 15 << 3 },
		{ "\0\0\0\x14" "ftypM4A \0\0\0\0M4A ", 20, 0x01 },
		{ "\x1A\x45\xDF\xA3\x87\x42\x82\x84webm", 12, 0xA0 },
		{ "fLaC\0\0\0\x22", 8, 0x00 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = SAMPLE_INIT;

		buf_add(&b, rows[i].head, rows[i].n);
		add_fill(&b, rows[i].fill, (size_t)4 << 20);
		assert_true(audio_is_audio(inspect(&b).type));
		buf_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_what_they_seem),
		cmocka_unit_test(every_cut_is_survived_and_seen),
		cmocka_unit_test(sniffing_stays_within_its_bytes),
		cmocka_unit_test(changed_bytes_are_survived),
		cmocka_unit_test(long_dull_bodies_are_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
