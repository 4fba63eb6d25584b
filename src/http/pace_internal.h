/*
 * Inside the controller: its search for the number with the highest goodput,
 * which knows of refusals only the hold and the wall that they leave.
 */
#ifndef HTTP_PACE_INTERNAL_H
#define HTTP_PACE_INTERNAL_H

#include "http/pace.h"

/*
 * pace_change_limit(p, limit, now_ms):
 * At least 1; and begin a window, once no more are under way than that.
 */
void pace_change_limit(struct pace *p, uint32_t limit, int64_t now_ms);

/* pace_start_climb(p): Forget the rates, and look for the limit anew. */
void pace_start_climb(struct pace *p);

/*
 * pace_close_window(p, now_ms):
 * Take the rate of the window that ends here, and decide how many come next.
 */
void pace_close_window(struct pace *p, int64_t now_ms);

/*
 * pace_drain(p, in_flight, now_ms):
 * So many are under way; a trial that waits too long for fewer is given up.
 */
void pace_drain(struct pace *p, uint32_t in_flight, int64_t now_ms);

#endif
