/*
 * Whether another number of transfers does better: two numbers compared by
 * their goodput, measured in turns, until the difference stands out from the
 * noise.  A value type without a clock.
 *
 *	trial_init -> trial_begin -> let trial_number() transfers run, measure,
 *	trial_add -> ... until it says TEST or BASE -> trial_begin ...
 */
#ifndef HTTP_TRIAL_H
#define HTTP_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

enum trial_verdict {
	TRIAL_GOES_ON,
	TRIAL_TEST,	/* the other number is the better one */
	TRIAL_BASE,	/* it is not, or nobody can tell */
};

struct trial {
	uint32_t base, test;	/* transfers at once */
	bool is_on_test;	/* which of them is measured now */
	int n_pairs;
	double first;		/* rate of the half pair at hand; 0: none */
	double sum, last;	/* differences, as shares of the rate */
	double noise;		/* variance of one, learned over all trials … */
	int n_learned;		/* … from so many */
};

void trial_init(struct trial *t);

/* trial_begin(t, base, test): Neither is 0, and they differ. */
void trial_begin(struct trial *t, uint32_t base, uint32_t test);

/* trial_number(t): How many transfers to measure next. */
uint32_t trial_number(const struct trial *t);

/* trial_add(t, rate): What trial_number() came to; any unit, above 0. */
enum trial_verdict trial_add(struct trial *t, double rate);

/*
 * trial_wanted(from, to):
 * The share by which the rate must rise for going from the one number to the
 * larger other: a quarter of the share by which the number rises, within 2 and
 * 10 hundredths.
 */
double trial_wanted(uint32_t from, uint32_t to);

#endif
