#include "audio/g726.h"

#include <stdlib.h>

/* By the magnitude of a code: the quantiser, its scale, its speed. */
struct table {
	int16_t level[16];		/* logarithms, in 1/128 */
	int32_t scale[16];		/* W, times 32 */
	uint8_t speed[16];		/* F */
};

static const struct table tables[] = {
	[2] = { { 116, 365 }, { -704, 14048 }, { 0, 7 } },
	[3] = { { -2048, 135, 273, 373 }, { -128, 960, 4384, 18624 },
		{ 0, 1, 2, 7 } },
	[4] = { { -2048, 4, 135, 213, 273, 323, 373, 425 },
		{ -384, 576, 1312, 2048, 3584, 6336, 11360, 35904 },
		{ 0, 0, 0, 1, 1, 1, 3, 7 } },
	[5] = { { -2048, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459,
		  488, 514, 539, 566 },
		{ 448, 448, 768, 1248, 1280, 1312, 1856, 3200, 4512, 5728,
		  7008, 8960, 11456, 14080, 16928, 22272 },
		{ 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6 } },
};

static int32_t
clamp(int32_t x, int32_t low, int32_t high)
{
	return x < low ? low : x > high ? high : x;
}

/* How many bits a number has. */
static int32_t
width(int32_t x)
{
	int32_t n = 0;

	for (; x; x >>= 1)
		n++;
	return n;
}

static struct g726_float
to_float(int32_t magnitude, bool is_negative)
{
	int32_t exponent = width(magnitude);

	return (struct g726_float){
		is_negative, exponent,
		magnitude ? magnitude << 6 >> exponent : 32,
	};
}

/* FMULT: a coefficient times what is kept. */
static int32_t
multiply(int32_t a, const struct g726_float *x)
{
	int32_t magnitude = a > 0 ? a : -a & 0x1fff;
	int32_t exponent = width(magnitude) - 6;
	int32_t mantissa = !magnitude ? 32 :
			   exponent >= 0 ? magnitude >> exponent :
					   magnitude << -exponent;
	int32_t product = (mantissa * x->mantissa + 48) >> 4;

	exponent += x->exponent - 13;
	product = exponent >= 0 ? product << exponent & 0x7fff :
				  product >> -exponent;
	return (a < 0) != x->is_negative ? -product : product;
}

/* MIX: the scale now, between the fast and the slow one. */
static int32_t
scale_of(const struct g726 *g)
{
	int32_t slow = g->slow >> 6, weight = g->speed >> 2;
	int32_t difference = g->fast - slow;

	if (g->speed >= 256)
		return g->fast;
	return slow + ((difference * weight + (difference < 0 ? 63 : 0)) >> 6);
}

/* RECONST and ADDA: the magnitude of the difference. */
static int32_t
magnitude_of(int32_t level, int32_t scale)
{
	int32_t log = level + (scale >> 2);

	if (log < 0)
		return 0;
	return (128 + (log & 127)) << 7 >> (14 - (log >> 7 & 15));
}

/* TRANS: whether a tone ended and a burst of data begins. */
static bool
is_transition(const struct g726 *g, int32_t magnitude)
{
	int32_t whole = g->slow >> 15, part = g->slow >> 10 & 31;
	int32_t limit = whole > 9 ? 31 << 10 : (32 + part) << whole;

	return g->has_tone && magnitude > (limit + (limit >> 1)) >> 1;
}

/* UPA2 and LIMC, UPA1 and LIMD. */
static void
adapt_poles(struct g726 *g, int32_t sum)
{
	bool is_other_1 = (sum < 0) != g->p[0];
	bool is_other_2 = (sum < 0) != g->p[1];
	int32_t a2 = g->a[1] - (g->a[1] >> 7), limit;

	if (sum) {
		int32_t first = is_other_1 ? g->a[0] : -g->a[0];

		a2 += first < -8191 ? -256 : first > 8191 ? 255 : first >> 5;
		a2 = clamp(a2 + (is_other_2 ? -128 : 128), -12288, 12288);
	}
	g->a[1] = a2;
	limit = 15360 - a2;
	g->a[0] -= g->a[0] >> 8;
	if (sum)
		g->a[0] += is_other_1 ? -192 : 192;
	g->a[0] = clamp(g->a[0], -limit, limit);
}

/* UPB. */
static void
adapt_zeros(struct g726 *g, int32_t magnitude, bool is_negative)
{
	for (int i = 0; i < 6; i++) {
		g->b[i] -= g->b[i] >> (g->bits == 5 ? 9 : 8);
		if (magnitude)
			g->b[i] += is_negative == g->dq[i].is_negative ?
				   128 : -128;
	}
}

static void
forget_predictor(struct g726 *g)
{
	for (int i = 0; i < 2; i++)
		g->a[i] = 0;
	for (int i = 0; i < 6; i++)
		g->b[i] = 0;
}

/* FILTD and FILTE: the scale factors. */
static void
adapt_scale(struct g726 *g, int32_t scale, int32_t wanted)
{
	g->fast = clamp(scale + ((wanted - scale) >> 5), 544, 5120);
	g->slow += g->fast + (-g->slow >> 6);
}

/* FILTA, FILTB, SUBTC and FILTC: how fast to follow. */
static void
adapt_speed(struct g726 *g, int32_t scale, int32_t speed, bool is_new)
{
	int32_t apart;

	g->short_mean += ((speed << 9) - g->short_mean) >> 5;
	g->long_mean += ((speed << 11) - g->long_mean) >> 7;
	apart = abs((g->short_mean << 2) - g->long_mean);
	if (is_new)
		g->speed = 256;
	else if (scale < 1536 || g->has_tone || apart >= g->long_mean >> 3)
		g->speed += (512 - g->speed) >> 4;
	else
		g->speed += -g->speed >> 4;
}

static void
remember(struct g726 *g, int32_t magnitude, bool is_negative, int32_t signal)
{
	for (int i = 5; i > 0; i--)
		g->dq[i] = g->dq[i - 1];
	g->dq[0] = to_float(magnitude, is_negative);
	g->sr[1] = g->sr[0];
	g->sr[0] = to_float(abs(signal) & 0x7fff, signal < 0);
}

/* What is expected, by the zeros alone and all in all. */
static int32_t
predict(const struct g726 *g, int32_t *zeros)
{
	int32_t sum = 0;

	for (int i = 0; i < 6; i++)
		sum += multiply(g->b[i] >> 2, &g->dq[i]);
	*zeros = sum >> 1;
	sum += multiply(g->a[0] >> 2, &g->sr[0]) +
	       multiply(g->a[1] >> 2, &g->sr[1]);
	return sum >> 1;
}

void
g726_init(struct g726 *g, unsigned bits)
{
	*g = (struct g726){ .bits = bits, .slow = 34816, .fast = 544 };
	for (int i = 0; i < 6; i++)
		g->dq[i].mantissa = 32;
	for (int i = 0; i < 2; i++)
		g->sr[i].mantissa = 32;
}

int16_t
g726_decode(struct g726 *g, unsigned code)
{
	const struct table *t = &tables[g->bits];
	unsigned mask = (1u << g->bits) - 1;
	bool is_negative = code >> (g->bits - 1) & 1;
	unsigned i = (is_negative ? ~code : code) & mask >> 1;
	int32_t scale = scale_of(g), zeros, sum, signal;
	int32_t expected = predict(g, &zeros);
	int32_t magnitude = magnitude_of(t->level[i], scale);
	bool is_new = is_transition(g, magnitude);

	signal = is_negative ? expected - magnitude : expected + magnitude;
	sum = signal - expected + zeros;
	adapt_scale(g, scale, t->scale[i]);
	if (is_new) {
		forget_predictor(g);
	} else {
		adapt_poles(g, sum);
		adapt_zeros(g, magnitude, is_negative);
	}
	remember(g, magnitude, is_negative, signal);
	g->p[1] = g->p[0];
	g->p[0] = sum < 0;
	g->has_tone = !is_new && g->a[1] < -11776;
	adapt_speed(g, scale, t->speed[i], is_new);
	return (int16_t)clamp(signal * 4, INT16_MIN, INT16_MAX);
}
