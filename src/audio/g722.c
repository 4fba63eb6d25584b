#include "audio/g722.h"

#include <stdbool.h>
#include <string.h>

#define N_TAPS 12

/* The tables of the recommendation, by their names there. */
static const int32_t qm6[64] = {
	-136, -136, -136, -136, -24808, -21904, -19008, -16704,
	-14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
	-7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576,
	-3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
	24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192,
	10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
	4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032,
	1688, 1360, 1040, 728, 432, 136, -432, -136,
};
static const int32_t qm4[16] = {
	0, -20456, -12896, -8968, -6288, -4240, -2584, -1200,
	20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
};
static const int32_t qm2[4] = { -7408, -1616, 7408, 1616 };
static const int32_t wl[16] = {	/* by way of rl42 */
	-60, 3042, 1198, 538, 334, 172, 58, -30,
	3042, 1198, 538, 334, 172, 58, -30, -60,
};
static const int32_t wh[4] = { 798, -214, 798, -214 };	/* of rh2 */
static const int32_t ilb[32] = {
	2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383,
	2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
	2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371,
	3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
};
static const int32_t taps[N_TAPS] = {
	3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11,
};

static int32_t
clamp(int32_t x, int32_t low, int32_t high)
{
	return x < low ? low : x > high ? high : x;
}

static int32_t
saturate(int32_t x)
{
	return clamp(x, INT16_MIN, INT16_MAX);
}

static int32_t
times(int32_t a, int32_t b)
{
	return (a * b) >> 15;
}

/* The scale of the quantiser: LOGSCL and SCALEL, or LOGSCH and SCALEH. */
static void
adapt_scale(struct g722_band *band, int32_t change, int32_t most, int shift)
{
	int32_t log_scale = (band->log_scale * 127 >> 7) + change;
	int32_t down;

	band->log_scale = clamp(log_scale, 0, most);
	down = shift - (band->log_scale >> 11);
	band->scale = ilb[band->log_scale >> 6 & 31];
	band->scale = down < 0 ? band->scale << -down : band->scale >> down;
	band->scale <<= 2;
}

/* UPPOL2 and UPPOL1: the coefficients of the poles. */
static void
adapt_poles(const struct g722_band *band, int32_t next[3])
{
	bool is_same_1 = (band->p[0] < 0) == (band->p[1] < 0);
	bool is_same_2 = (band->p[0] < 0) == (band->p[2] < 0);
	int32_t first = saturate(band->a[1] * 4);
	int32_t limit;

	first = is_same_1 ? saturate(-first) : first;
	next[2] = clamp((is_same_2 ? 128 : -128) + (first >> 7) +
			times(band->a[2], 32512), -12288, 12288);
	limit = saturate(15360 - next[2]);
	next[1] = saturate((is_same_1 ? 192 : -192) +
			   times(band->a[1], 32640));
	next[1] = clamp(next[1], -limit, limit);
}

/* UPZERO: those of the zeros. */
static void
adapt_zeros(const struct g722_band *band, int32_t next[7])
{
	int32_t step = band->d[0] ? 128 : 0;

	for (int i = 1; i < 7; i++) {
		bool is_same = (band->d[i] < 0) == (band->d[0] < 0);

		next[i] = saturate((is_same ? step : -step) +
				   times(band->b[i], 32640));
	}
}

/* FILTEP, FILTEZ and PREDIC: what is to be expected next. */
static void
predict(struct g722_band *band)
{
	int32_t poles = saturate(times(band->a[1], saturate(2 * band->r[1])) +
				 times(band->a[2], saturate(2 * band->r[2])));

	band->zeros = 0;
	for (int i = 6; i > 0; i--)
		band->zeros += times(band->b[i], saturate(2 * band->d[i]));
	band->zeros = saturate(band->zeros);
	band->signal = saturate(poles + band->zeros);
}

/* Learn from the difference that was decoded. */
static void
adapt(struct g722_band *band, int32_t difference)
{
	int32_t poles[3], zeros[7];

	band->d[0] = difference;
	band->r[0] = saturate(band->signal + difference);
	band->p[0] = saturate(band->zeros + difference);
	adapt_poles(band, poles);
	adapt_zeros(band, zeros);
	for (int i = 6; i > 0; i--) {
		band->d[i] = band->d[i - 1];
		band->b[i] = zeros[i];
	}
	for (int i = 2; i > 0; i--) {
		band->r[i] = band->r[i - 1];
		band->p[i] = band->p[i - 1];
		band->a[i] = poles[i];
	}
	predict(band);
}

static int32_t
decode_low(struct g722_band *band, unsigned code)
{
	int32_t out = clamp(band->signal + times(band->scale, qm6[code]),
			    -16384, 16383);
	int32_t coarse = times(band->scale, qm4[code >> 2]);

	adapt_scale(band, wl[code >> 2], 18432, 8);
	adapt(band, coarse);
	return out;
}

static int32_t
decode_high(struct g722_band *band, unsigned code)
{
	int32_t difference = times(band->scale, qm2[code]);
	int32_t out = clamp(band->signal + difference, -16384, 16383);

	adapt_scale(band, wh[code], 22528, 10);
	adapt(band, difference);
	return out;
}

/* The receiving filter: both bands become two samples. */
static void
join(struct g722 *g, int32_t low, int32_t high, int16_t out[2])
{
	int32_t even = 0, odd = 0;

	memmove(g->history, g->history + 2, 22 * sizeof(g->history[0]));
	g->history[22] = low + high;
	g->history[23] = low - high;
	for (int i = 0; i < N_TAPS; i++) {
		even += g->history[2 * i] * taps[i];
		odd += g->history[2 * i + 1] * taps[N_TAPS - 1 - i];
	}
	out[0] = (int16_t)saturate(odd >> 11);
	out[1] = (int16_t)saturate(even >> 11);
}

void
g722_init(struct g722 *g)
{
	*g = (struct g722){ .low.scale = 32, .high.scale = 8 };
}

void
g722_decode(struct g722 *g, int16_t *out, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		join(g, decode_low(&g->low, bytes[i] & 63u),
		     decode_high(&g->high, bytes[i] >> 6), out + 2 * i);
}
