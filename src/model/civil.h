/*
 * The pieces that times are read from.  Private to model.
 */
#ifndef MODEL_CIVIL_H
#define MODEL_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

/* The first and the last civil second that anybody may write or send. */
#define CIVIL_MIN_S INT64_C(631152000)		/* 1990-01-01 00:00:00 */
#define CIVIL_MAX_S INT64_C(4133980799)		/* 2100-12-31 23:59:59 */

/*
 * civil_take(text, civil_s, has_time):
 * Read YYYY-MM-DD or DD/MM/YYYY, then optionally a space or T and
 * HH:MM[:SS[.fraction]], from the start of *text and move *text behind it.
 * The fraction is dropped.  Return 0 or ARK_EFORMAT; the out-parameters are
 * written on success only.
 */
int civil_take(const char **text, int64_t *civil_s, bool *has_time);

#endif
