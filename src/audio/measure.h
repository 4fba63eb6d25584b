/*
 * What a recording sounds like, in numbers that a page can draw: its waveform,
 * its loudness, and what is wrong with it.
 *
 *	measure_audio -> (measure_pack -> measure_unpack) -> measure_release
 */
#ifndef AUDIO_MEASURE_H
#define AUDIO_MEASURE_H

#include "audio/audio.h"
#include "base/buf.h"

#define MEASURE_LANES 2
#define MEASURE_POINTS 4096		/* of a lane, at most */
#define MEASURE_NO_LOUDNESS INT32_MIN

/* Two bytes a point: 255 times the square root of the highest amplitude and
 * of the root mean square, so that quiet speech keeps its shape. */
#define MEASURE_POINT_BYTES 2

struct measure {
	uint32_t rate_hz;
	uint16_t channels;
	uint16_t lanes;		/* 1 or 2: channels that are drawn */
	int64_t frames;		/* decoded */
	int32_t loudness_cb;	/* hundredths of a LUFS, or MEASURE_NO_LOUDNESS */
	uint32_t clipped;	/* samples that stayed at full scale */
	uint16_t silence;	/* thousandths of the time with nobody heard */
	uint16_t active[MEASURE_LANES];	/* thousandths with this lane heard */
	uint32_t points;	/* of each lane */
	uint8_t *bytes;		/* the first lane, then the second; owned */
};

/*
 * measure_audio(out, fd, size, err):
 * Decode all of the size bytes behind fd (lent, read with pread).  *out is to
 * be released.  Return 0, ARK_EFORMAT (err tells why it cannot be decoded),
 * ARK_EDISK or ARK_ENOMEM.
 */
int measure_audio(struct measure *out, int fd, int64_t size,
		  struct ark_error *err);
void measure_release(struct measure *m);

/* measure_ms(m): Its length in milliseconds. */
int64_t measure_ms(const struct measure *m);

/* Nobody, or hardly anybody, is heard at all. */
bool measure_is_silent(const struct measure *m);

/* Of two lanes one is heard and the other is as good as silent. */
bool measure_is_one_sided(const struct measure *m);

/* It was recorded too loud: some of it is cut off. */
bool measure_is_clipped(const struct measure *m);

/* measure_pack(m, out): Add the form in which it is kept. */
void measure_pack(const struct measure *m, struct buf *out);

/*
 * measure_unpack(out, bytes, n, err):
 * The same back; *out is to be released.  Return 0, ARK_EFORMAT (damaged, or
 * of another version) or ARK_ENOMEM.
 */
int measure_unpack(struct measure *out, const uint8_t *bytes, size_t n,
		   struct ark_error *err);

#endif
