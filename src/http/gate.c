#include "http/gate.h"

#define BUDGET_FULL 500
#define COST_RETRY 5
#define COST_TIMEOUT 10
#define BREAKER_FAILURES 5
#define BREAKER_FIRST_MS 5000
#define BREAKER_LAST_MS (5 * 60 * 1000)

void
gate_init(struct gate *g)
{
	*g = (struct gate){ .budget = BUDGET_FULL };
}

void
gate_pause(struct gate *g, int64_t now_ms, int64_t wait_ms)
{
	if (wait_ms > 0 && now_ms + wait_ms > g->closed_until_ms)
		g->closed_until_ms = now_ms + wait_ms;
}

void
gate_success(struct gate *g)
{
	g->failures = 0;
	g->breaker_ms = 0;
	g->is_probing = false;
	if (g->budget < BUDGET_FULL)
		g->budget++;
}

void
gate_failure(struct gate *g, int64_t now_ms, bool is_connection)
{
	if (!is_connection) {
		g->failures = 0;
		return;
	}
	/* What was in flight when the breaker tripped says nothing new. */
	if (g->is_probing && now_ms < g->closed_until_ms)
		return;
	g->failures++;
	if (!g->is_probing && g->failures < BREAKER_FAILURES)
		return;
	g->breaker_ms = g->breaker_ms ? g->breaker_ms * 2 : BREAKER_FIRST_MS;
	if (g->breaker_ms > BREAKER_LAST_MS)
		g->breaker_ms = BREAKER_LAST_MS;
	g->is_probing = true;
	gate_pause(g, now_ms, g->breaker_ms);
}

bool
gate_spend(struct gate *g, bool is_timeout)
{
	int64_t cost = is_timeout ? COST_TIMEOUT : COST_RETRY;

	if (g->budget < cost)
		return false;
	g->budget -= cost;
	return true;
}

int64_t
gate_opens_ms(const struct gate *g, int64_t now_ms)
{
	return now_ms < g->closed_until_ms ? g->closed_until_ms - now_ms : 0;
}

bool
gate_allows(const struct gate *g, int64_t now_ms, uint32_t in_flight)
{
	if (now_ms < g->closed_until_ms)
		return false;
	return !g->is_probing || !in_flight;
}
