/*
 * From the bytes of a recording to samples: a coat over libsndfile, which is
 * seen here and nowhere else, and over itu.h for what it does not know.
 *
 *	decoder_open -> decoder_read ... -> decoder_close
 *
 * The bytes are hostile: they are read within the size that was given, and
 * what they say of their own length is not believed.
 */
#ifndef AUDIO_DECODE_H
#define AUDIO_DECODE_H

#include "audio/audio.h"

#define DECODER_FRAMES 4096	/* at most, in one read */
#define DECODER_MAX_CHANNELS 8
#define DECODER_MAX_RATE 768000

struct decoder;

/*
 * decoder_open(out, fd, size, err):
 * Begin with the size bytes behind fd, which is lent and read with pread.
 * Return 0, ARK_EFORMAT (err tells why it cannot be decoded, with the codec's
 * name where it has one), ARK_EDISK or ARK_ENOMEM.
 */
int decoder_open(struct decoder **out, int fd, int64_t size,
		 struct ark_error *err);
void decoder_close(struct decoder *d);

uint32_t decoder_rate(const struct decoder *d);		/* hertz, not 0 */
uint16_t decoder_channels(const struct decoder *d);	/* not 0 */

/*
 * decoder_read(d, samples, frames):
 * Up to frames (at most DECODER_FRAMES) frames, channel by channel, full scale
 * being 1.0; every sample is a finite number.  Return how many; 0 at the end,
 * which is also where the bytes make no sense any more.
 */
size_t decoder_read(struct decoder *d, float *samples, size_t frames);

/*
 * decoder_status(d, err):
 * Whether the end that decoder_read() came to is that of the sound.  Return 0,
 * or ARK_EDISK when the bytes behind it could not be read.
 */
int decoder_status(const struct decoder *d, struct ark_error *err);

#endif
