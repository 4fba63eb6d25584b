/*
 * A stretch of time, in civil seconds of the archive's zone (see
 * callark/recording.h).
 */
#ifndef CALLARK_RANGE_H
#define CALLARK_RANGE_H

#include <stdint.h>

#include "callark/error.h"

struct ark_range {
	int64_t from_s;		/* first second */
	int64_t to_s;		/* first second that is outside */
};

/* What a user wrote; NULL where an option was not given. */
struct ark_range_words {
	const char *from;	/* DATE or DATE TIME (or DATETTIME) */
	const char *to;		/* the same; a DATE is inclusive */
	const char *last;	/* "3d", "12h": back from now; whole days for d, w */
	const char *day;	/* DATE, "today" or "yesterday" */
};

/*
 * ark_range_parse(out, words, now_s, err):
 * Turn words into a range; now_s is the present in civil seconds.  --from
 * alone runs to now, --to alone is an error, --day and --last go with nothing
 * else.  Return 1, 0 when all words are NULL, or ARK_EUSAGE with err naming
 * the option, the value and the form that was expected.
 */
int ark_range_parse(struct ark_range *out, const struct ark_range_words *words,
		    int64_t now_s, struct ark_error *err);

#endif
