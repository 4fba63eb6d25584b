/*
 * Whether a host may be asked now: server waits, a budget for retries, and a
 * breaker for hosts that are down.  A value type; all time is passed in.
 */
#ifndef HTTP_GATE_H
#define HTTP_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct gate {
	int64_t closed_until_ms;
	int64_t budget;		/* 500; -5 a retry, -10 after a timeout, +1 a
				   success */
	int failures;		/* connection failures in a row */
	int64_t breaker_ms;	/* last pause: 5 s, doubling to 5 min */
	bool is_probing;	/* one request only until it succeeds */
};

void gate_init(struct gate *g);

/* gate_pause(g, now_ms, wait_ms): The server asked for it. */
void gate_pause(struct gate *g, int64_t now_ms, int64_t wait_ms);

void gate_success(struct gate *g);

/* gate_failure(g, now_ms, is_connection): A failed attempt; 5 in a row trip. */
void gate_failure(struct gate *g, int64_t now_ms, bool is_connection);

/* gate_spend(g, is_timeout): Pay for a retry.  False: the budget is empty. */
bool gate_spend(struct gate *g, bool is_timeout);

/* gate_opens_ms(g, now_ms): 0 when open now, else how long it stays closed. */
int64_t gate_opens_ms(const struct gate *g, int64_t now_ms);

/* gate_allows(g, now_ms, in_flight): Whether one more may start now. */
bool gate_allows(const struct gate *g, int64_t now_ms, uint32_t in_flight);

#endif
