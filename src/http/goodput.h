/*
 * How much gets through to one host, measured in windows of time.
 *
 * It is bytes where bodies take the time, and answers where waiting for them
 * does: there a small body is worth as much as a large one.  A window is worth
 * something only if the number of transfers did not change in it, and if that
 * number was what held further transfers back.
 *
 * A value type; all time is passed in.
 */
#ifndef HTTP_GOODPUT_H
#define HTTP_GOODPUT_H

#include <stdbool.h>
#include <stdint.h>

struct goodput {
	bool is_open;
	int64_t open_ms;	/* since when, or the earliest next one */
	int64_t idle_ms;
	int64_t bytes, answers;
	bool counts_answers;
	double wait_ms, spent_ms;	/* of an attempt: until the first byte,
					   and all told; smoothed */
};

/* goodput_open(g, now_ms): A window begins now; what was counted is void. */
void goodput_open(struct goodput *g, int64_t now_ms);

/*
 * goodput_shut(g, now_ms):
 * The number of transfers changed.  No window may open until the first answers
 * to the new ones are there.
 */
void goodput_shut(struct goodput *g, int64_t now_ms);

/* goodput_may_open(g, now_ms): None is open, and that time has passed. */
bool goodput_may_open(const struct goodput *g, int64_t now_ms);

/* goodput_bytes(g, n) / goodput_answer(g, first_byte_ms, spent_ms): It came. */
void goodput_bytes(struct goodput *g, int64_t n);
void goodput_answer(struct goodput *g, int64_t first_byte_ms,
		    int64_t spent_ms);

/*
 * goodput_idle(g, idle_ms, now_ms):
 * So long, until now, the number held nothing back.  A window that has too much
 * of it begins anew.
 */
void goodput_idle(struct goodput *g, int64_t idle_ms, int64_t now_ms);

/* goodput_is_due(g, n, now_ms): The window has seen enough of n transfers. */
bool goodput_is_due(const struct goodput *g, uint32_t n, int64_t now_ms);

/* goodput_rate(g, now_ms): Of the open window, in its unit a millisecond. */
double goodput_rate(const struct goodput *g, int64_t now_ms);

/*
 * goodput_choose_unit(g):
 * Whether waiting or receiving takes the time.  Return whether that is another
 * unit than before: rates of two units cannot be compared.
 */
bool goodput_choose_unit(struct goodput *g);

#endif
