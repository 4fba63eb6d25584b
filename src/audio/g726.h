/*
 * ITU-T G.726 at 16, 24, 32 and 40 kbit/s: two to five bits a sample of 8 kHz.
 */
#ifndef AUDIO_G726_H
#define AUDIO_G726_H

#include <stdbool.h>
#include <stdint.h>

/* A number as the predictor keeps it: sign, exponent, six bits. */
struct g726_float {
	bool is_negative;
	int32_t exponent, mantissa;
};

struct g726 {
	unsigned bits;			/* of a code, 2 to 5 */
	int32_t slow, fast;		/* scale factors, yl and yu */
	int32_t short_mean, long_mean, speed;	/* dms, dml, ap */
	bool has_tone;			/* td */
	int32_t a[2], b[6];
	bool p[2];
	struct g726_float dq[6], sr[2];
};

/* g726_init(g, bits): bits is 2 to 5. */
void g726_init(struct g726 *g, unsigned bits);

/* g726_decode(g, code): The sample that the lowest bits of code stand for. */
int16_t g726_decode(struct g726 *g, unsigned code);

#endif
