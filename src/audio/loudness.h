/*
 * How loud people hear it: integrated loudness of ITU-R BS.1770-4, in LUFS.
 *
 * Each lane passes the two filters of K-weighting; blocks of 400 ms, one every
 * 100 ms, are gated at -70 LUFS and then at 10 LU below their mean.  Blocks are
 * counted in steps of 0.1 LU, so that memory does not grow with the length.
 */
#ifndef AUDIO_LOUDNESS_H
#define AUDIO_LOUDNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOUDNESS_LANES 2
#define LOUDNESS_BINS 800	/* from -70 LUFS, 0.1 each */

struct loudness_filter {
	double b0, b1, b2, a1, a2;
};

struct loudness {
	struct loudness_filter shelf, pass;
	double state[LOUDNESS_LANES][4];
	double step[4];			/* energy of the latest 100 ms each */
	unsigned n_steps;
	uint32_t counts[LOUDNESS_BINS];
	double sums[LOUDNESS_BINS];
};

/* loudness_init(l, rate): Samples come at rate hertz. */
void loudness_init(struct loudness *l, uint32_t rate);

/*
 * loudness_weigh(l, lane, samples, n, stride):
 * Filter n samples, stride apart; return the sum of their squares.
 */
double loudness_weigh(struct loudness *l, unsigned lane, const float *samples,
		      size_t n, size_t stride);

/* loudness_step(l, energy): 100 ms are over: their mean square, lanes summed. */
void loudness_step(struct loudness *l, double energy);

/*
 * loudness_get(l, lufs):
 * The integrated loudness so far.  False when there is none: all of it is
 * shorter than 400 ms or below the gate.
 */
bool loudness_get(const struct loudness *l, double *lufs);

#endif
