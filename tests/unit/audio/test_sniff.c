#include "samples.h"

struct row {
	const char *bytes;
	enum audio_type type;
};

static void
documents_are_told_apart(void **state)
{
	static const struct row rows[] = {
		{ "<!DOCTYPE html><html>", AUDIO_NOT_HTML },
		{ "<!doctype HTML PUBLIC \"-//W3C\">", AUDIO_NOT_HTML },
		{ "\xEF\xBB\xBF \r\n<HTML lang=pt>", AUDIO_NOT_HTML },
		{ "<!-- proxy --> <!-- 2 -->\n<head>", AUDIO_NOT_HTML },
		{ "<!-- a comment without end", AUDIO_NOT_HTML },
		{ "<body>", AUDIO_NOT_HTML },
		{ "<script src=x>", AUDIO_NOT_HTML },
		{ "<title>Sign in</title>", AUDIO_NOT_HTML },
		{ "<meta charset=utf-8>", AUDIO_NOT_HTML },
		{ "<html", AUDIO_NOT_HTML },
		{ "<headline>", AUDIO_NOT_XML },
		{ "<?xml version='1.0'?><Error>", AUDIO_NOT_XML },
		{ "  <Error><Code>AccessDenied</Code>", AUDIO_NOT_XML },
		{ "<!DOCTYPE note SYSTEM 'n'>", AUDIO_NOT_XML },
		{ "<3 you", AUDIO_NOT_TEXT },
		{ "< b", AUDIO_NOT_TEXT },
		{ "{\"error\":\"expired\"}", AUDIO_NOT_JSON },
		{ "\n\t [1,2]", AUDIO_NOT_JSON },
		{ "null", AUDIO_NOT_JSON },
		{ " true\r\n", AUDIO_NOT_JSON },
		{ "\"not \\\" found\"\n", AUDIO_NOT_JSON },
		{ "\"a\" and \"b\"", AUDIO_NOT_TEXT },
		{ "nullable", AUDIO_NOT_TEXT },
		{ "{\x01\x02", AUDIO_UNKNOWN },
		{ "Not found", AUDIO_NOT_TEXT },
		{ "Grava\xC3\xA7\xC3\xA3o", AUDIO_NOT_TEXT },
		{ "Grava\xE7\xE3o expirada", AUDIO_NOT_TEXT },
		{ "  \r\n", AUDIO_NOT_TEXT },
		{ "bell \x07", AUDIO_UNKNOWN },
		{ "del \x7F", AUDIO_UNKNOWN },
		{ "\xD5\x55\xD5\x55\xD5\x55\xD5\x55", AUDIO_UNKNOWN },
		{ "next line \x85 in Latin-1", AUDIO_UNKNOWN },
		{ "\x1F\x8B\x08 gzip", AUDIO_UNKNOWN },
		{ "", AUDIO_NOT_EMPTY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *bytes = rows[i].bytes;

		if (audio_sniff((const uint8_t *)bytes, strlen(bytes)) !=
		    rows[i].type)
			fail_msg("\"%s\" is not %s", bytes,
				 audio_name(rows[i].type));
	}
	assert_int_equal(audio_sniff(NULL, 0), AUDIO_NOT_EMPTY);
	assert_int_equal(audio_sniff((const uint8_t *)"te\0xt", 5),
			 AUDIO_UNKNOWN);
}

/* The head may end within a character; a shorter body may not. */
static void
a_character_may_be_cut_by_the_head(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	while (b.len < AUDIO_HEAD_SIZE)
		buf_adds(&b, "\xE2\x82\xAC");
	assert_int_equal(audio_sniff(b.data, AUDIO_HEAD_SIZE), AUDIO_NOT_TEXT);
	assert_int_equal(audio_sniff(b.data, 100), AUDIO_UNKNOWN);
	buf_release(&b);
}

static void
magic_bytes_name_the_format(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum audio_type type;
	} rows[] = {
		{ "RIFF\0\0\0\0WAVE", 12, AUDIO_WAV },
		{ "RIFX\0\0\0\0WAVE", 12, AUDIO_WAV },
		{ "RF64\xFF\xFF\xFF\xFFWAVE", 12, AUDIO_WAV },
		{ "RIFF\0\0\0\0AVI ", 12, AUDIO_UNKNOWN },
		{ "RIFF\0\0\0\0WAV", 11, AUDIO_UNKNOWN },
		{ "OggS\0", 5, AUDIO_OGG },
		{ "OggS", 4, AUDIO_NOT_TEXT },
		{ "ID3\3\0\0\0\0\0\0", 10, AUDIO_MP3 },
		{ "ID3\3\0\0\x80\0\0\0", 10, AUDIO_UNKNOWN },
		{ "\0\0\0\x14" "ftypisom", 12, AUDIO_M4A },
		{ "\0\0\0\x04" "ftypisom", 12, AUDIO_UNKNOWN },
		{ "#!AMR\n", 6, AUDIO_AMR },
		{ "#!AMR-WB\n", 9, AUDIO_AMR },
		{ "#!AMR ", 6, AUDIO_NOT_TEXT },
		{ "fLaC", 4, AUDIO_FLAC },
		{ "\x1A\x45\xDF\xA3\x87\x42\x82\x84webm", 12, AUDIO_WEBM },
		{ "\x1A\x45\xDF\xA3\x8B\x42\x82\x88matroska", 16,
		  AUDIO_WEBM },
		{ "\x1A\x45\xDF\xA3\x87\x42\x82\x84wabm", 12, AUDIO_UNKNOWN },
		{ "\x1A\x45\xDF\xA3\x80", 5, AUDIO_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (audio_sniff((const uint8_t *)rows[i].bytes, rows[i].n) !=
		    rows[i].type)
			fail_msg("row %zu is not %s", i,
				 audio_name(rows[i].type));
	}
}

static void
mp3_needs_two_frames(void **state)
{
	struct buf b = SAMPLE_INIT;

	(void)state;
	add_mp3(&b, 2);
	assert_int_equal(audio_sniff(b.data, b.len), AUDIO_MP3);
	/* One frame counts when it is the whole body, to the byte. */
	assert_int_equal(audio_sniff(b.data, MP3_FRAME), AUDIO_MP3);
	assert_int_equal(audio_sniff(b.data, MP3_FRAME - 1), AUDIO_UNKNOWN);
	assert_int_equal(audio_sniff(b.data, MP3_FRAME + 3), AUDIO_UNKNOWN);
	assert_int_equal(audio_sniff(b.data, MP3_FRAME + 4), AUDIO_MP3);
	/* The second one must be of the same stream: here it is 48 kHz. */
	b.data[MP3_FRAME + 2] = 0x94;
	assert_int_equal(audio_sniff(b.data, b.len), AUDIO_UNKNOWN);
	buf_release(&b);
}

static void
every_type_has_its_words(void **state)
{
	static const struct {
		enum audio_type type;
		bool is_audio;
		const char *name, *extension, *media_type;
	} rows[] = {
		{ AUDIO_UNKNOWN, false, "data of no known type", "", NULL },
		{ AUDIO_WAV, true, "WAV", "wav", "audio/wav" },
		{ AUDIO_MP3, true, "MP3", "mp3", "audio/mpeg" },
		{ AUDIO_OGG, true, "Ogg", "ogg", "audio/ogg" },
		{ AUDIO_M4A, true, "M4A", "m4a", "audio/mp4" },
		{ AUDIO_WEBM, true, "WebM", "webm", "audio/webm" },
		{ AUDIO_AMR, true, "AMR", "amr", "audio/amr" },
		{ AUDIO_FLAC, true, "FLAC", "flac", "audio/flac" },
		{ AUDIO_NOT_TEXT, false, "plain text", "txt", "text/plain" },
		{ AUDIO_NOT_HTML, false, "an HTML page", "html", "text/html" },
		{ AUDIO_NOT_JSON, false, "a JSON document", "json",
		  "application/json" },
		{ AUDIO_NOT_XML, false, "an XML document", "xml",
		  "application/xml" },
		{ AUDIO_NOT_EMPTY, false, "an empty body", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *media_type = audio_media_type(rows[i].type);

		assert_int_equal(audio_is_audio(rows[i].type),
				 rows[i].is_audio);
		assert_string_equal(audio_name(rows[i].type), rows[i].name);
		assert_string_equal(audio_extension(rows[i].type),
				    rows[i].extension);
		if (rows[i].media_type)
			assert_string_equal(media_type, rows[i].media_type);
		else
			assert_null(media_type);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_are_told_apart),
		cmocka_unit_test(a_character_may_be_cut_by_the_head),
		cmocka_unit_test(magic_bytes_name_the_format),
		cmocka_unit_test(mp3_needs_two_frames),
		cmocka_unit_test(every_type_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
