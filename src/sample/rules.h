/*
 * What a user asks of a sample, read strictly.
 */
#ifndef SAMPLE_RULES_H
#define SAMPLE_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "base/keep.h"
#include "callark/error.h"
#include "callark/sample.h"

enum sample_size {
	SAMPLE_PICKS,		/* what is picked, and nothing else */
	SAMPLE_COUNT,
	SAMPLE_PERCENT,
	SAMPLE_PER_AGENT,
	SAMPLE_PER_SERVICE,
};

enum sample_pick { SAMPLE_PICK_NONE, SAMPLE_LONGEST, SAMPLE_SHORTEST };

#define SAMPLE_PERCENT_SCALE 1000000	/* parts of one per cent */

struct sample_rules {
	const char *seed;
	enum sample_size size;
	int64_t n;		/* calls; SAMPLE_PERCENT: millionths of 1 % */
	enum sample_pick pick;
	int64_t n_picks;
	const char **evaluators;	/* as given */
	size_t n_evaluators;
	int64_t calibration;
	struct keep texts;
};

/*
 * sample_rules_read(out, words, err):
 * Read words, whose seed must be there; they are copied.  Release out in any
 * case.  Return 0, ARK_EUSAGE naming the option, the value and what was
 * expected, or ARK_ENOMEM.
 */
int sample_rules_read(struct sample_rules *out,
		      const struct ark_sample_rules *words,
		      struct ark_error *err);
void sample_rules_release(struct sample_rules *r);

#define SAMPLE_WORD_SIZE 32

/* What --percent and --pick say, as a user writes it: "2.5", "longest:2". */
void sample_percent(char out[SAMPLE_WORD_SIZE], const struct sample_rules *r);
void sample_pick(char out[SAMPLE_WORD_SIZE], const struct sample_rules *r);

/*
 * sample_size_n(r, population):
 * How many calls r wants of a group of so many: all of them at most.  Of a
 * percentage the least whole number that is not below it.
 */
int64_t sample_size_n(const struct sample_rules *r, int64_t population);

#endif
