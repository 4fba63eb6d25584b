#include "images.h"

#include "media/media.h"

static struct media_facts
look_by(media_inspect_fn *inspect_fn, const struct buf *b)
{
	FILE *file = sample_file(b);
	struct ark_error err = { 0 };
	struct media_facts facts;

	assert_int_equal(inspect_fn(fileno(file), (int64_t)b->len, &facts,
				    &err), 0);
	assert_int_equal(err.code, 0);
	assert_non_null(facts.name);
	assert_int_equal(facts.is_whole, facts.flaw[0] == '\0');
	assert_true(facts.class != MEDIA_OTHER || !facts.is_whole);
	fclose(file);
	return facts;
}

static struct media_facts
look(const struct buf *b)
{
	return look_by(media_inspect, b);
}

static void
add_ogg(struct buf *b)
{
	add_opus(b, 7, 3);
}

static void
add_some_wav(struct buf *b)
{
	add_wav(b, 1000);
}

static void
add_some_mp3(struct buf *b)
{
	add_mp3(b, 5);
}

static void
add_live_webm(struct buf *b)
{
	add_webm(b, 0);
}

static void
add_mp4(struct buf *b)
{
	add_video(b, "isom");
}

static void
add_3gp(struct buf *b)
{
	add_video(b, "3gp5");
}

static void
add_mov(struct buf *b)
{
	add_video(b, "qt  ");
}

/* Pictures and sound. */
static void
add_film(struct buf *b)
{
	size_t at;

	add_ftyp(b);
	memcpy(b->data + 8, "mp42", 4);
	at = begin_box(b, "moov");
	add_times(b, "mvhd", 1000, 3000);
	add_trak(b, "vide", "avc1");
	add_trak(b, "soun", "mp4a");
	end_box(b, at);
	add_mdat(b, 100);
}

/* A WebM with a track of pictures and none of sound. */
static void
add_silent_webm(struct buf *b)
{
	size_t segment, at, entry;

	add_webm_head(b);
	segment = begin_element(b, 0x18538067);
	at = begin_element(b, 0x1654AE6B);
	entry = begin_element(b, 0xAE);
	add_uint(b, 0x83, 1, 1);
	add_string(b, 0x86, "V_VP8");
	end_element(b, entry);
	end_element(b, at);
	add_cluster(b, 0);
	end_element(b, segment);
}

static const struct {
	void (*add)(struct buf *b);
	enum media_class class;
	const char *extension, *media_type, *name;
	bool may_end_early;	/* its last byte is not needed */
	bool is_audio;		/* as a recording it is audio, too */
} kept[] = {
	{ add_png, MEDIA_IMAGE, "png", "image/png", "a PNG image" },
	{ add_jpeg, MEDIA_IMAGE, "jpg", "image/jpeg", "a JPEG image" },
	{ add_gif, MEDIA_IMAGE, "gif", "image/gif", "a GIF image" },
	{ add_webp, MEDIA_IMAGE, "webp", "image/webp", "a WebP image" },
	{ add_pdf, MEDIA_DOCUMENT, "pdf", "application/pdf", "a PDF document",
	  .may_end_early = true },
	{ add_mp4, MEDIA_VIDEO, "mp4", "video/mp4", "an MP4 video" },
	{ add_3gp, MEDIA_VIDEO, "3gp", "video/3gpp", "a 3GP video" },
	{ add_mov, MEDIA_VIDEO, "mov", "video/quicktime", "a QuickTime video" },
	{ add_film, MEDIA_VIDEO, "mp4", "video/mp4", "an MP4 video",
	  .is_audio = true },
	{ add_silent_webm, MEDIA_VIDEO, "webm", "video/webm", "a WebM video" },
	{ add_live_webm, MEDIA_AUDIO, "webm", "audio/webm", "WebM",
	  .is_audio = true },
	{ add_m4a, MEDIA_AUDIO, "m4a", "audio/mp4", "M4A", .is_audio = true },
	{ add_ogg, MEDIA_AUDIO, "ogg", "audio/ogg", "Ogg", .is_audio = true },
	{ add_some_wav, MEDIA_AUDIO, "wav", "audio/wav", "WAV",
	  .is_audio = true },
	{ add_some_mp3, MEDIA_AUDIO, "mp3", "audio/mpeg", "MP3",
	  .may_end_early = true, .is_audio = true },
};

#define N_KEPT (sizeof(kept) / sizeof(kept[0]))

static void
test_what_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEPT; i++) {
		struct buf b = SAMPLE_INIT;
		struct media_facts f;

		kept[i].add(&b);
		f = look(&b);
		if (!f.is_whole)
			fail_msg("row %zu: %s", i, f.flaw);
		assert_int_equal(f.class, kept[i].class);
		assert_string_equal(f.extension, kept[i].extension);
		assert_string_equal(f.media_type, kept[i].media_type);
		assert_string_equal(f.name, kept[i].name);
		buf_release(&b);
	}
}

/* The rules of recordings are those of the audio room, to the letter. */
static void
test_as_recordings(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEPT; i++) {
		struct buf b = SAMPLE_INIT;
		struct media_facts f;
		struct audio_facts audio;

		kept[i].add(&b);
		f = look_by(media_inspect_audio, &b);
		audio = inspect(&b);
		assert_int_equal(f.class == MEDIA_AUDIO,
				 audio_is_audio(audio.type));
		assert_int_equal(f.class == MEDIA_AUDIO && f.is_whole,
				 kept[i].is_audio);
		assert_string_equal(f.name, audio_name(audio.type));
		assert_string_equal(f.flaw, audio.flaw);
		assert_int_equal(f.duration_ms, audio.duration_ms);
		assert_string_equal(f.codec, audio.codec);
		buf_release(&b);
	}
}

/* Cut anywhere, nothing is whole; audio has tests of its own. */
static void
test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEPT && kept[i].class != MEDIA_AUDIO; i++) {
		struct buf b = SAMPLE_INIT;

		kept[i].add(&b);
		if (kept[i].may_end_early)
			b.len--;
		while (b.len) {
			b.len--;
			if (look(&b).is_whole)
				fail_msg("row %zu: whole at %zu", i, b.len);
		}
		buf_release(&b);
	}
}

/* Cameras put things behind the end. */
static void
test_bytes_behind_an_image(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEPT && kept[i].class == MEDIA_IMAGE; i++) {
		struct buf b = SAMPLE_INIT;

		kept[i].add(&b);
		add_fill(&b, 0xff, 100000);
		assert_true(look(&b).is_whole);
		buf_release(&b);
	}
}

/* Every bit of a PNG is vouched for. */
static void
test_every_bit_of_a_png(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_png(&b);
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(look(&b).is_whole);
		b.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(look(&b).is_whole);
	buf_release(&b);
}

/* Whole to the end, and yet nothing to be seen. */
static void
test_png_without_an_image(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	buf_add(&b, "\x89PNG\r\n\x1a\n", 8);
	add_chunk(&b, "IHDR", "\0\0\0\1\0\0\0\1\10\0\0\0\0", 13);
	add_chunk(&b, "IEND", "", 0);
	assert_string_equal(look(&b).flaw, "it has no image data");
	buf_release(&b);
}

static void
test_webp_of_each_kind(void **state)
{
	static const struct {
		const char *type;
		bool is_whole;
	} rows[] = {
		{ "VP8 ", true }, { "VP8L", true }, { "ANMF", true },
		{ "EXIF", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = SAMPLE_INIT;

		buf_add(&b, "RIFF\x0e\0\0\0WEBP", 12);
		buf_add(&b, rows[i].type, 4);
		buf_add(&b, "\2\0\0\0zz", 6);
		assert_int_equal(look(&b).is_whole, rows[i].is_whole);
		buf_release(&b);
	}
}

static void
test_large_images(void **state)
{
	static uint8_t noise[300000];
	struct buf b = SAMPLE_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 7 % 251);
	buf_add(&b, "\x89PNG\r\n\x1a\n", 8);
	add_chunk(&b, "IHDR", noise, 13);
	add_chunk(&b, "IDAT", noise, sizeof(noise));
	add_chunk(&b, "IEND", "", 0);
	assert_true(look(&b).is_whole);
	b.data[250000] ^= 1;
	assert_string_equal(look(&b).flaw,
			    "the CRC of the IDAT chunk at byte 33 is wrong");
	/* the data of a scan, with a marker's first byte at a window's end */
	buf_clear(&b);
	buf_add(&b, "\xff\xd8", 2);
	add_segment(&b, 0xda, "\0", 1);
	add_fill(&b, 0x11, 32767 + 32768);
	buf_add(&b, "\xff\0", 2);
	add_fill(&b, 0x11, 100000);
	assert_string_equal(look(&b).flaw, "it ends without an EOI marker");
	buf_add(&b, "\xff\xd9", 2);
	assert_true(look(&b).is_whole);
	buf_release(&b);
}

#define BODY(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t n;
	enum media_class class;
	const char *name, *flaw;	/* some words of it */
} others[] = {
	{ BODY(""), MEDIA_OTHER, "an empty body", "empty" },
	{ BODY("<!doctype html><p>"), MEDIA_OTHER, "an HTML page", "HTML" },
	{ BODY("<?xml version='1.0'?><svg/>"), MEDIA_OTHER, "an XML document",
	  "XML" },
	{ BODY("{\"error\":1}"), MEDIA_OTHER, "a JSON document", "JSON" },
	{ BODY("hello"), MEDIA_OTHER, "plain text", "plain text" },
	{ BODY("MZ\x90\0\3\0\0\0"), MEDIA_OTHER, "a program", "a program" },
	{ BODY("\x7f" "ELF\2\1\1\0"), MEDIA_OTHER, "a program", "a program" },
	{ BODY("\xcf\xfa\xed\xfe\7\0\0\1"), MEDIA_OTHER, "a program",
	  "a program" },
	{ BODY("PK\5\6\0\0"), MEDIA_OTHER,
	  "a ZIP archive or office document", "ZIP" },
	{ BODY("#!/bin/sh\necho"), MEDIA_OTHER, "a program", "a program" },
	{ BODY("PK\3\4\24\0"), MEDIA_OTHER,
	  "a ZIP archive or office document", "ZIP" },
	{ BODY("\0\0\0\x18" "ftypheic\0\0\0\0mif1heic"), MEDIA_OTHER,
	  "an HEIF image", "HEIF" },
	{ BODY("\x01\x02\xfe\xff\0\0"), MEDIA_OTHER, "data of no known type",
	  "no known type" },
	/* what is one by its beginning, and nothing else */
	{ BODY("\x89PNG\r\n\x1a\n"), MEDIA_IMAGE, "a PNG image", "before its" },
	{ BODY("\xff\xd8\xff\xd9"), MEDIA_IMAGE, "a JPEG image",
	  "no image data" },
	{ BODY("\xff\xd8\xff\xe0\0\1"), MEDIA_IMAGE, "a JPEG image",
	  "without an EOI" },
	{ BODY("\xff\xd8\xff\xe0\0\2zz"), MEDIA_IMAGE, "a JPEG image",
	  "no marker at byte 6" },
	/* markers without a segment, which say nothing */
	{ BODY("\xff\xd8\xff\x01\xff\xd7\xff\xd9"), MEDIA_IMAGE,
	  "a JPEG image", "no image data" },
	{ BODY("GIF87a\1\0\1\0\0\0\0;"), MEDIA_IMAGE, "a GIF image",
	  "no image data" },
	{ BODY("GIF89a\1\0\1\0\0\0\0;"), MEDIA_IMAGE, "a GIF image",
	  "no image data" },
	{ BODY("GIF89a\1\0\1\0\0\0\0?"), MEDIA_IMAGE, "a GIF image",
	  "no block at byte 13" },
	{ BODY("GIF89a"), MEDIA_IMAGE, "a GIF image", "without a trailer" },
	{ BODY("RIFF\4\0\0\0WEBP"), MEDIA_IMAGE, "a WebP image",
	  "no image data" },
	{ BODY("RIFF\xff\0\0\0WEBP"), MEDIA_IMAGE, "a WebP image",
	  "RIFF says 263 bytes, 12 are there" },
	{ BODY("RIFF\x0c\0\0\0WEBPVP8 \xff\0\0\0"), MEDIA_IMAGE,
	  "a WebP image", "the chunk at byte 12 is cut" },
	{ BODY("RIFF\x08\0\0\0WEBPVP8 "), MEDIA_IMAGE, "a WebP image",
	  "the chunk at byte 12 is cut" },
	{ BODY("%PDF-1.4\n%%EOF"), MEDIA_DOCUMENT, "a PDF document",
	  "where its table is" },
	{ BODY("%PDF-1.4\nstartxref\n9"), MEDIA_DOCUMENT, "a PDF document",
	  "without %%EOF" },
};

static void
test_what_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct buf b = SAMPLE_INIT;
		struct media_facts f;

		buf_add(&b, others[i].bytes, others[i].n);
		f = look(&b);
		if (f.class != others[i].class || f.is_whole ||
		    strcmp(f.name, others[i].name) != 0 ||
		    !strstr(f.flaw, others[i].flaw))
			fail_msg("row %zu: %s, \"%s\"", i, f.name, f.flaw);
		buf_release(&b);
	}
}

/* Fewer bytes than there should be are a fault of the disk. */
static void
test_bytes_that_cannot_be_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEPT; i++) {
		struct buf b = SAMPLE_INIT;
		struct ark_error err = { 0 };
		struct media_facts f;
		FILE *file;

		kept[i].add(&b);
		file = sample_file(&b);
		assert_int_equal(media_inspect(fileno(file),
					       (int64_t)b.len + 70000, &f,
					       &err), ARK_EDISK);
		assert_int_equal(err.code, ARK_EDISK);
		assert_non_null(f.name);
		fclose(file);
		buf_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_kept),
		cmocka_unit_test(test_as_recordings),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_bytes_behind_an_image),
		cmocka_unit_test(test_every_bit_of_a_png),
		cmocka_unit_test(test_png_without_an_image),
		cmocka_unit_test(test_webp_of_each_kind),
		cmocka_unit_test(test_large_images),
		cmocka_unit_test(test_what_is_not),
		cmocka_unit_test(test_bytes_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
