/*
 * Recordings in a form that every browser plays.
 */
#ifndef AUDIO_TRANSCODE_H
#define AUDIO_TRANSCODE_H

#include "audio/measure.h"

/*
 * audio_is_playable(facts):
 * Whether browsers (Chromium and Firefox of 2024 and later) play such a body
 * as it is.
 */
bool audio_is_playable(const struct audio_facts *facts);

#define TRANSCODE_ALL (-1)	/* every channel */

/* Takes the next n bytes; not 0 ends it. */
typedef int transcode_fn(void *ctx, const void *bytes, size_t n);

/*
 * transcode_wav(fd, size, m, channel, fn, ctx, err):
 * Decode what m was measured of and hand it to fn as WAV: all channels with 16
 * bits linear, or one channel (from 0) with 8 bits mu-law, which is a listening
 * aid of half the size.  Return 0, ARK_EFORMAT, ARK_ELIMIT (more than a WAV
 * can hold), ARK_EDISK, ARK_ENOMEM, or what fn returned, without err.
 */
int transcode_wav(int fd, int64_t size, const struct measure *m, int channel,
		  transcode_fn *fn, void *ctx, struct ark_error *err);

#endif
