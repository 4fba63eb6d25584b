#include "audio/loudness.h"

#include <math.h>

#define FLOOR_LUFS (-70.0)
#define GATE_LU 10.0
#define OFFSET_LUFS (-0.691)	/* BS.1770: a sine of 997 Hz reads as its level */
#define PI 3.14159265358979323846
#define SLOWEST_RATE 4000	/* below it there is nothing for the shelf */

/*
 * The filters of BS.1770, whose text gives coefficients for 48 kHz only, as
 * the analogue prototypes they come from.
 */
static struct loudness_filter
make_shelf(uint32_t rate)
{
	const double k = tan(PI * 1681.974450955533 / rate);
	const double q = 0.7071752369554196;
	const double high = pow(10, 3.999843853973347 / 20);
	const double band = pow(high, 0.4996667741545416);
	const double a0 = 1 + k / q + k * k;

	return (struct loudness_filter){
		.b0 = (high + band * k / q + k * k) / a0,
		.b1 = 2 * (k * k - high) / a0,
		.b2 = (high - band * k / q + k * k) / a0,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q + k * k) / a0,
	};
}

static struct loudness_filter
make_pass(uint32_t rate)
{
	const double k = tan(PI * 38.13547087602444 / rate);
	const double q = 0.5003270373238773;
	const double a0 = 1 + k / q + k * k;

	return (struct loudness_filter){
		.b0 = 1, .b1 = -2, .b2 = 1,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q + k * k) / a0,
	};
}

void
loudness_init(struct loudness *l, uint32_t rate)
{
	*l = (struct loudness){ .shelf = { .b0 = 1 }, .pass = { .b0 = 1 } };
	if (rate < SLOWEST_RATE)
		return;
	l->shelf = make_shelf(rate);
	l->pass = make_pass(rate);
}

double
loudness_weigh(struct loudness *l, unsigned lane, const float *samples,
	       size_t n, size_t stride)
{
	const struct loudness_filter s = l->shelf, p = l->pass;
	double s1 = l->state[lane][0], s2 = l->state[lane][1];
	double p1 = l->state[lane][2], p2 = l->state[lane][3];
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double x = (double)samples[i * stride];
		double y = s.b0 * x + s1, z;

		s1 = s.b1 * x - s.a1 * y + s2;
		s2 = s.b2 * x - s.a2 * y;
		z = p.b0 * y + p1;
		p1 = p.b1 * y - p.a1 * z + p2;
		p2 = p.b2 * y - p.a2 * z;
		sum += z * z;
	}
	l->state[lane][0] = s1;
	l->state[lane][1] = s2;
	l->state[lane][2] = p1;
	l->state[lane][3] = p2;
	return sum;
}

static double
to_lufs(double energy)
{
	return OFFSET_LUFS + 10 * log10(energy);
}

void
loudness_step(struct loudness *l, double energy)
{
	double block, lufs;
	size_t bin;

	l->step[l->n_steps++ % 4] = energy;
	if (l->n_steps < 4)
		return;
	block = (l->step[0] + l->step[1] + l->step[2] + l->step[3]) / 4;
	if (!(block > 0))
		return;
	lufs = to_lufs(block);
	if (lufs <= FLOOR_LUFS)
		return;
	bin = (size_t)((lufs - FLOOR_LUFS) * 10);
	if (bin >= LOUDNESS_BINS)
		bin = LOUDNESS_BINS - 1;
	l->counts[bin]++;
	l->sums[bin] += block;
}

/* The mean energy of the blocks from a bin on; 0 when there are none. */
static double
mean_from(const struct loudness *l, size_t bin)
{
	double sum = 0;
	uint64_t n = 0;

	for (; bin < LOUDNESS_BINS; bin++) {
		sum += l->sums[bin];
		n += l->counts[bin];
	}
	return n ? sum / (double)n : 0;
}

bool
loudness_get(const struct loudness *l, double *lufs)
{
	double mean = mean_from(l, 0), gate;

	if (!(mean > 0))
		return false;
	gate = (to_lufs(mean) - GATE_LU - FLOOR_LUFS) * 10;
	*lufs = to_lufs(mean_from(l, gate > 0 ? (size_t)gate : 0));
	return true;
}
