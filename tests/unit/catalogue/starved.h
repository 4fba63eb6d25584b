/*
 * Calls of the catalogue without memory: callark's own, and what SQLite needs at
 * each of its calls, for which it asks the heap of unit/heap.h.
 */
#ifndef UNIT_CATALOGUE_STARVED_H
#define UNIT_CATALOGUE_STARVED_H

#include "unit/catalogue/fixture.h"

#include "catalogue/report.h"

struct starved_trial {
	const char *name;
	int (*act)(struct fixture *f);
	bool are_bytes_made;	/* bytes of a row need memory, too */
	bool is_in_two_steps;	/* the first is kept when the second fails */
};

/*
 * starved_each(f, trials, n):
 * Try each call without one of the allocations that it makes, for each of them:
 * it has to say so, and to change nothing.
 */
void starved_each(struct fixture *f, const struct starved_trial *trials,
		  size_t n);

#define STARVED_EACH(f, trials) \
	starved_each(f, trials, sizeof(trials) / sizeof(*(trials)))

/*
 * starved_rows_are_free(yes):
 * What a statement yields is long: no row of it needs memory.
 */
void starved_rows_are_free(bool yes);

/* ---- what is there ------------------------------------------------------ */

/* A recording that is archived, and a report of two versions, "one" and "two". */
extern int64_t starved_kept, starved_report;

/* starved_setup(state): For cmocka; fixture_teardown undoes it. */
int starved_setup(void **state);

/* starved_attachment(fingerprint): The attachment that is archived with 1. */
struct catalogue_document starved_attachment(uint8_t fingerprint);

/* starved_put_report(f, id, body, oddity): Of FIRST_DAY, of surveys. */
int starved_put_report(struct fixture *f, const char *id, const char *body,
		       const char *oddity);

#endif
