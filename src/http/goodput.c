#include "http/goodput.h"

#define WINDOW_MS 1000		/* with enough answers in it */
#define LONG_WINDOW_MS 2000	/* with whatever came … */
#define SLOWEST_MS 10000	/* … or longer, where answers take long */
#define SETTLE_MS 100		/* at least, after a change */
#define IDLE_MS 100		/* and a tenth of a window may pass unused */
#define SMOOTHING 16		/* attempts */

void
goodput_open(struct goodput *g, int64_t now_ms)
{
	g->is_open = true;
	g->open_ms = now_ms;
	g->idle_ms = 0;
	g->bytes = 0;
	g->answers = 0;
}

void
goodput_shut(struct goodput *g, int64_t now_ms)
{
	int64_t settle_ms = SETTLE_MS + (int64_t)(g->wait_ms * 1.5);

	g->is_open = false;
	g->open_ms = now_ms + (settle_ms < SLOWEST_MS ? settle_ms : SLOWEST_MS);
}

bool
goodput_may_open(const struct goodput *g, int64_t now_ms)
{
	return !g->is_open && now_ms >= g->open_ms;
}

void
goodput_bytes(struct goodput *g, int64_t n)
{
	if (g->is_open)
		g->bytes += n;
}

static void
smooth(double *value, int64_t sample)
{
	if (*value > 0)
		*value += ((double)sample - *value) / SMOOTHING;
	else
		*value = (double)sample;
}

void
goodput_answer(struct goodput *g, int64_t first_byte_ms, int64_t spent_ms)
{
	g->answers += g->is_open;
	smooth(&g->wait_ms, first_byte_ms);
	smooth(&g->spent_ms, spent_ms);
}

void
goodput_idle(struct goodput *g, int64_t idle_ms, int64_t now_ms)
{
	int64_t age_ms = now_ms - g->open_ms;

	if (!g->is_open)
		return;
	g->idle_ms += idle_ms < age_ms ? idle_ms : age_ms;
	if (g->idle_ms > IDLE_MS + age_ms / 10)
		goodput_open(g, now_ms);
}

/*
 * Enough was seen when every place was taken a few times, or after long enough
 * for what comes in volleys.
 */
bool
goodput_is_due(const struct goodput *g, uint32_t n, int64_t now_ms)
{
	int64_t age_ms = now_ms - g->open_ms;
	int64_t long_ms = (int64_t)(g->wait_ms * 3);

	if (!g->is_open || age_ms < WINDOW_MS)
		return false;
	if (g->answers >= (g->counts_answers ? 2 : 1) * (int64_t)n)
		return true;
	if (long_ms > SLOWEST_MS)
		long_ms = SLOWEST_MS;
	return age_ms >= (long_ms > LONG_WINDOW_MS ? long_ms : LONG_WINDOW_MS);
}

double
goodput_rate(const struct goodput *g, int64_t now_ms)
{
	int64_t work = g->counts_answers ? g->answers : g->bytes;

	return now_ms > g->open_ms ?
	       (double)work / (double)(now_ms - g->open_ms) : 0;
}

/* Between four and six tenths it stays what it was. */
bool
goodput_choose_unit(struct goodput *g)
{
	double least = g->spent_ms * (g->counts_answers ? 0.4 : 0.6);
	bool counts_answers = g->wait_ms > least;
	bool is_other = counts_answers != g->counts_answers;

	g->counts_answers = counts_answers;
	return is_other;
}
