#include "audio/format.h"

static bool
empty_sniff(const uint8_t *head, size_t n)
{
	(void)head;
	return n == 0;
}

static bool
any_sniff(const uint8_t *head, size_t n)
{
	(void)head;
	(void)n;
	return true;
}

/*
 * In the order of trial: formats with a signature, then MP3, which has but a
 * pattern, then what it is instead, narrow before wide.  The last row takes
 * everything.
 */
static const struct audio_format formats[] = {
	{ AUDIO_WAV, "WAV", "wav", "audio/wav",
	  wav_sniff, wav_inspect },
	{ AUDIO_OGG, "Ogg", "ogg", "audio/ogg",
	  ogg_sniff, ogg_inspect },
	{ AUDIO_M4A, "M4A", "m4a", "audio/mp4",
	  isobmff_sniff, isobmff_inspect },
	{ AUDIO_WEBM, "WebM", "webm", "audio/webm",
	  webm_sniff, webm_inspect },
	{ AUDIO_AMR, "AMR", "amr", "audio/amr",
	  amr_sniff, amr_inspect },
	{ AUDIO_FLAC, "FLAC", "flac", "audio/flac",
	  flac_sniff, flac_inspect },
	{ AUDIO_MP3, "MP3", "mp3", "audio/mpeg",
	  mp3_sniff, mp3_inspect },
	{ AUDIO_NOT_EMPTY, "an empty body", "", NULL,
	  empty_sniff, NULL },
	{ AUDIO_NOT_HTML, "an HTML page", "html", "text/html",
	  html_sniff, NULL },
	{ AUDIO_NOT_XML, "an XML document", "xml", "application/xml",
	  xml_sniff, NULL },
	{ AUDIO_NOT_JSON, "a JSON document", "json", "application/json",
	  json_sniff, NULL },
	{ AUDIO_NOT_TEXT, "plain text", "txt", "text/plain",
	  text_sniff, NULL },
	{ AUDIO_UNKNOWN, "data of no known type", "", NULL,
	  any_sniff, NULL },
};

enum { N_FORMATS = sizeof(formats) / sizeof(*formats) };

const struct audio_format *
audio_format_get(enum audio_type type)
{
	size_t i = 0;

	while (i < N_FORMATS - 1 && formats[i].type != type)
		i++;
	return &formats[i];
}

enum audio_type
audio_sniff(const uint8_t *head, size_t n)
{
	size_t i = 0;

	if (n > AUDIO_HEAD_SIZE)
		n = AUDIO_HEAD_SIZE;
	while (!formats[i].sniff(head, n))
		i++;
	return formats[i].type;
}

bool
audio_is_audio(enum audio_type type)
{
	return audio_format_get(type)->inspect;
}

const char *
audio_extension(enum audio_type type)
{
	return audio_format_get(type)->extension;
}

const char *
audio_media_type(enum audio_type type)
{
	return audio_format_get(type)->media_type;
}

const char *
audio_name(enum audio_type type)
{
	return audio_format_get(type)->name;
}
