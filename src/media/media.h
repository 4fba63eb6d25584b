/*
 * What a body is that somebody sent in a conversation, by its bytes: an image,
 * audio, a video, a PDF, or something else; and whether it is all there.  The
 * server's word (Content-Type, file names) is never asked.
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum media_class {
	MEDIA_OTHER,		/* pages, texts, programs, the unknown */
	MEDIA_AUDIO,
	MEDIA_IMAGE,
	MEDIA_VIDEO,
	MEDIA_DOCUMENT,		/* PDF */
};

struct media_facts {
	enum media_class class;
	const char *name;	/* for people: "a PNG image", "an HTML page" */
	const char *extension;	/* "png"; "" if there is none */
	const char *media_type;	/* "image/png"; NULL if there is none */
	char codec[32];		/* of audio and of a video's sound; or "" */
	int64_t duration_ms;	/* -1 if the bytes do not tell */
	bool is_whole;		/* nothing contradicts that all of it is here */
	char flaw[128];		/* when it is not whole: what is missing */
};

/*
 * media_inspect(fd, size, facts, err) / media_inspect_audio(...):
 * Read the structure of the size bytes behind fd, as audio_inspect() does; for
 * the latter everything that is no audio is something else, and what has audio
 * is audio, whatever it shows besides.  The texts in facts are constants.
 * MEDIA_OTHER is never whole.  Return 0, or ARK_EDISK when reading fails.
 *
 * Checked: PNG: every chunk and its CRC, to IEND; JPEG: markers, through the
 * data of the image, to EOI; GIF: blocks, to the trailer; WebP: the length of
 * RIFF and its chunks; PDF: its end; MP4, 3GP, QuickTime and WebM: boxes and
 * elements, as of audio, of which there need be none.  Bytes behind the end of
 * an image are no flaw: cameras put things there.
 */
typedef int media_inspect_fn(int fd, int64_t size, struct media_facts *facts,
			     struct ark_error *err);
media_inspect_fn media_inspect, media_inspect_audio;

#endif
