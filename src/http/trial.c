#include "http/trial.h"

#define MIN_PAIRS 2		/* before anything is changed */
#define MAX_PAIRS 12
#define CERTAIN 6.25		/* the square of 2.5 standard errors */
#define NOISE_FIRST 0.0016	/* the square of 4 hundredths */
#define NOISE_MEMORY 32		/* differences */
#define NOISE_LEAST 0.000016	/* of 4 thousandths: nothing is so quiet */

/* (to - from) as a share of their mean. */
static double
share(double from, double to)
{
	return 2 * (to - from) / (to + from);
}

static double
within(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

double
trial_wanted(uint32_t from, uint32_t to)
{
	return within(share(from, to) / 6, 0.015, 0.10);
}

/*
 * What the difference has to exceed.  Fewer transfers may cost a little, but
 * less than what would make us want them back.
 */
static double
threshold(const struct trial *t)
{
	if (t->test > t->base)
		return trial_wanted(t->base, t->test);
	return -within(share(t->test, t->base) / 12, 0, 0.05);
}

void
trial_init(struct trial *t)
{
	*t = (struct trial){ .noise = NOISE_FIRST };
}

void
trial_begin(struct trial *t, uint32_t base, uint32_t test)
{
	*t = (struct trial){
		.base = base, .test = test,
		.noise = t->noise, .n_learned = t->n_learned,
	};
}

uint32_t
trial_number(const struct trial *t)
{
	return t->is_on_test ? t->test : t->base;
}

/* How far two differences of one trial lie apart tells how noisy one is. */
static void
learn_noise(struct trial *t, double difference)
{
	double apart = difference - t->last;

	t->last = difference;
	if (t->n_pairs < 2)
		return;
	if (t->n_learned < NOISE_MEMORY)
		t->n_learned++;
	t->noise += (apart * apart / 2 - t->noise) / t->n_learned;
	if (t->noise < NOISE_LEAST)
		t->noise = NOISE_LEAST;
}

static enum trial_verdict
judge(const struct trial *t)
{
	double beyond = t->sum / t->n_pairs - threshold(t);

	if (beyond * beyond * t->n_pairs >= CERTAIN * t->noise &&
	    (beyond < 0 || t->n_pairs >= MIN_PAIRS))
		return beyond > 0 ? TRIAL_TEST : TRIAL_BASE;
	return t->n_pairs < MAX_PAIRS ? TRIAL_GOES_ON : TRIAL_BASE;
}

/*
 * The order is base, test, test, base, base, ...: half as many changes, and
 * what the line does meanwhile by itself falls on both alike.
 */
enum trial_verdict
trial_add(struct trial *t, double rate)
{
	double difference;

	if (t->first == 0) {
		t->first = rate;
		t->is_on_test = !t->is_on_test;
		return TRIAL_GOES_ON;
	}
	difference = t->is_on_test ? share(t->first, rate)
				   : share(rate, t->first);
	t->first = 0;
	t->n_pairs++;
	t->sum += difference;
	learn_noise(t, difference);
	return judge(t);
}
