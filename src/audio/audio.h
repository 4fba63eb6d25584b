/*
 * What a body is, by its bytes.
 *
 * audio_sniff() names the type from the first bytes; audio_inspect() reads the
 * structure and says whether the audio inside is whole.  The server's word
 * (Content-Type, file names) is never asked.
 */
#ifndef AUDIO_AUDIO_H
#define AUDIO_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum audio_type {
	AUDIO_UNKNOWN,
	AUDIO_WAV,	/* RIFF/WAVE; also RF64 */
	AUDIO_MP3,
	AUDIO_OGG,	/* Opus, Vorbis, Speex, FLAC inside Ogg */
	AUDIO_M4A,	/* ISO base media: AAC, ALAC */
	AUDIO_WEBM,	/* Matroska / WebM */
	AUDIO_AMR,	/* RFC 4867, narrow and wide band */
	AUDIO_FLAC,
	/* what it is instead, when it is no audio */
	AUDIO_NOT_TEXT,
	AUDIO_NOT_HTML,
	AUDIO_NOT_JSON,
	AUDIO_NOT_XML,
	AUDIO_NOT_EMPTY,	/* no bytes at all */
};

#define AUDIO_HEAD_SIZE 4096	/* bytes that audio_sniff() can use */

/*
 * audio_sniff(head, n):
 * The type by the first n bytes of the body.  With less than AUDIO_HEAD_SIZE
 * they are taken for all of it.
 */
enum audio_type audio_sniff(const uint8_t *head, size_t n);

/* Whether it is one of the audio types. */
bool audio_is_audio(enum audio_type type);

/*
 * The extension without dot ("wav", "html"), "" if none; the media type
 * ("audio/wav", "text/html"), NULL if none.
 */
const char *audio_extension(enum audio_type type);
const char *audio_media_type(enum audio_type type);

/* audio_name(type): For people: "WAV", "an HTML page", "an empty body". */
const char *audio_name(enum audio_type type);

struct audio_facts {
	enum audio_type type;
	char codec[32];		/* "pcm_s16le", "alaw", "mulaw", "gsm", "mp3",
				   "opus", "vorbis", "aac"; "" if unknown */
	int64_t duration_ms;	/* -1 if the bytes do not tell */
	uint32_t rate_hz;	/* 0 if unknown */
	uint16_t channels;	/* 0 if unknown */
	bool is_whole;		/* nothing contradicts that all of it is here */
	char flaw[128];		/* when it is not whole: what is missing */
	bool has_video;		/* it has a track of moving pictures */
	bool is_silent;		/* all that is missing is an audio track */
};

/*
 * audio_inspect(fd, size, facts, err):
 * Read the structure of the size bytes behind fd (with pread; the offset of fd
 * is not touched).  A body that is no audio, or broken, is not an error: it is
 * told in facts, and never whole.  Return 0, or ARK_EDISK when reading fails,
 * also when fd holds less than size bytes.
 *
 * Checked: WAV: RIFF and data chunk lengths against size (a streamed WAV with
 * lengths 0 or 0xFFFFFFFF counts as whole; bytes behind the declared end are
 * no flaw); Ogg: pages chained by serial and sequence number, last page ended
 * and marked as the end of stream, CRC of each page; others: first structures.
 */
int audio_inspect(int fd, int64_t size, struct audio_facts *facts,
		  struct ark_error *err);

#endif
