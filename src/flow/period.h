/*
 * Which stretch of time a command is about.
 */
#ifndef FLOW_PERIOD_H
#define FLOW_PERIOD_H

#include "archive/archive.h"
#include "callark/range.h"
#include "config/config.h"

/* Whether the words name a range at all. */
bool period_is_named(const struct ark_range_words *words);

/* The present as the zone's clocks show it. */
int64_t period_now(const struct zone *zone);

/*
 * period_of_sync(out, words, c, a, err):
 * The words' range; without words from the archive's last settled day less the
 * look-back to now.  Where no day is settled yet, from the first day that was
 * asked, or of today, less the look-back.  A range never reaches into
 * the future.  Return 0, ARK_EUSAGE or as the catalogue.
 */
int period_of_sync(struct ark_range *out, const struct ark_range_words *words,
		   const struct ark_config *c, struct archive *a,
		   struct ark_error *err);

/* period_or_all(out, words, zone, err): Without words: everything. */
int period_or_all(struct ark_range *out, const struct ark_range_words *words,
		  const struct zone *zone, struct ark_error *err);

/*
 * period_past_or_all(out, words, zone, err):
 * With words: their range, which never reaches into the future, and 1.
 * Without: everything, and 0.
 */
int period_past_or_all(struct ark_range *out,
		       const struct ark_range_words *words,
		       const struct zone *zone, struct ark_error *err);

/* period_or_today(out, words, zone, err): Without words: today until now. */
int period_or_today(struct ark_range *out, const struct ark_range_words *words,
		    const struct zone *zone, struct ark_error *err);

#endif
