/*
 * Inside the lister: the windows it walks and the pages it waits for.
 */
#ifndef FLOW_LISTER_INTERNAL_H
#define FLOW_LISTER_INTERNAL_H

#include "flow/lister.h"
#include "flow/pages.h"

#define LISTER_WINDOWS 4	/* days walked at once */
#define LISTER_MAX_NONSENSE 4	/* answers without an envelope, per page */
#define LISTER_MAX_FAILED 5	/* days in a row before the service is gone */

struct window_range {
	int64_t from_s, to_s;
	bool is_relisted;
	bool is_last;			/* nothing behind it is asked for */
};

/* A part of a window that is still to be walked. */
struct window_part {
	int64_t from_s, to_s;
	int64_t parent_n;		/* ids that the whole gave; 0: none */
	uint64_t parent_sum;		/* of those ids */
	bool is_first;			/* the earlier of two halves */
};

/* A day, or what the range has of it. */
struct window {
	bool is_open, was_split, was_failed;
	bool is_done;			/* walked; the owner is being told */
	int32_t day;
	int64_t number;			/* see struct lister_window */
	struct window_range range;
	struct omni_dialect *dialect;
	struct walk walk;		/* of the present part */
	struct window_part part;	/* the present one */
	bool is_astray;			/* it gave documents of other times */
	bool has_strayed;		/* a part gave some of other windows */
	struct window_part parts[LISTER_MAX_DEPTH];
	size_t n_parts;
	struct window_part put_off;	/* a first half like the whole … */
	bool has_put_off;
	bool is_put_off_astray;		/* … with documents of other times */
	struct idset seen;		/* over all parts and passes */
	int64_t n_beyond;		/* of them, at to_s: the next window's */
	int64_t total;			/* of an unsplit walk */
	char flaw[256];			/* the first one; "" while complete */
};

void window_open(struct window *w, struct omni_dialect *d,
		 const struct window_range *range);
void window_release(struct window *w);

/*
 * window_see(w, r, page):
 * Mark what r read as seen in w; is_new tells what was not before.  Both ends
 * of a window are asked for, so that it matters not whether the platform takes
 * the last one in.  What begins at its end is the next window's, and taken off
 * the page of the last one.  0 or ARK_ENOMEM.
 */
int window_see(struct window *w, struct page_reader *r,
	       struct lister_page *page);

/* window_advance(w): After the walk moved.  True when the window is done. */
bool window_advance(struct window *w);

/*
 * How many documents there are, as the platform says (-1: it does not), and
 * how many came; both without those at the end of the window.
 */
int64_t window_total(const struct window *w);
int64_t window_distinct(const struct window *w);

/* One page asked for; the tag of its request. */
struct call {
	struct window *window;
	struct walk_query query;
	int attempts, logins;
	bool was_post, was_turned;
};

struct lister {
	struct lister_settings set;
	struct page_reader reader;
	struct window windows[LISTER_WINDOWS];
	size_t n_windows;
	int64_t next_s;			/* of the range, not begun yet */
	struct window_range *relists;
	size_t n_relists;
	struct idset edges;		/* documents between two windows */
	bool has_strayed;		/* a window has; the listener knows */
	struct timers timers;		/* calls that wait */
	struct service_pages *host;
	struct omni_dialect *dialect;
	int in_flight;			/* of this one */
	int failed_in_a_row;
	bool has_listed, is_stopped;
	int rc;
	struct lister_counts counts;
};

/* lister_fail(l, rc): Remember the first failure that ends the listing. */
int lister_fail(struct lister *l, int rc);

#endif
