/*
 * What the listing of a window says of its day.  Private to the room.
 */
#ifndef CATALOGUE_WINDOW_H
#define CATALOGUE_WINDOW_H

#include "catalogue/catalogue.h"

struct window_claim {
	bool is_complete;		/* the whole day */
	int64_t total;			/* of the day; -1: not known */
	const char *flaw;		/* "" while complete */
};

/* window_claim(w): Only a whole day can be complete.  Lends w's flaw. */
struct window_claim window_claim(const struct catalogue_window *w);

#endif
