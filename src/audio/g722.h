/*
 * ITU-T G.722 at 64 kbit/s: two bands, each predicted and quantised on its
 * own; a byte becomes two samples of 16 kHz.
 */
#ifndef AUDIO_G722_H
#define AUDIO_G722_H

#include <stddef.h>
#include <stdint.h>

struct g722_band {
	int32_t signal;			/* predicted */
	int32_t zeros;			/* of it, by the zeros alone */
	int32_t r[3], a[3], p[3];	/* [0]: the present one */
	int32_t d[7], b[7];
	int32_t log_scale, scale;
};

struct g722 {
	struct g722_band low, high;
	int32_t history[24];
};

void g722_init(struct g722 *g);

/* g722_decode(g, out, bytes, n): Fill out with 2 * n samples. */
void g722_decode(struct g722 *g, int16_t *out, const uint8_t *bytes, size_t n);

#endif
