/*
 * Populations for tests, and short ways to draw from them.
 */
#ifndef TESTS_SAMPLE_CALLS_H
#define TESTS_SAMPLE_CALLS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/time.h"
#include "sample/draw.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define FIRST_S (INT64_C(20451) * DAY_SECONDS)	/* 2025-12-29 */

/* The population of callark(1), SAMPLING, and its seed. */
#define MANUAL_SEED "QA 2026-01"

static const struct manual_call {
	const char *id;
	int day, hour, minute;
	const char *agent, *service;
	int64_t length_ms;
} manual_calls[] = {
	{ "c01", 0, 8, 0, "ana", "sales", 61000 },
	{ "c02", 0, 9, 30, "bia", "sales", 95000 },
	{ "c03", 0, 10, 0, "ana", "support", 240000 },
	{ "c04", 0, 11, 15, "bia", "support", 33000 },
	{ "c05", 0, 16, 45, "ana", "sales", 18000 },
	{ "c06", 1, 8, 20, "bia", "sales", -1 },
	{ "c07", 1, 9, 0, "ana", "support", 77000 },
	{ "c08", 1, 13, 10, "bia", "sales", 151000 },
	{ "c09", 2, 10, 5, "ana", "sales", 42000 },
	{ "c10", 2, 17, 30, "bia", "support", 64000 },
};

static inline void
add(struct sample_population *p, const char *id, const char *agent,
    const char *service, int64_t start_s, int64_t length_ms)
{
	const struct sample_call c = {
		.id = id, .agent = agent, .service = service,
		.start_s = start_s, .length_ms = length_ms,
	};

	assert_int_equal(sample_add(p, &c, NULL), 0);
}

/* is_backwards: added in the other order. */
static inline void
add_manual(struct sample_population *p, bool is_backwards)
{
	for (size_t i = 0; i < N(manual_calls); i++) {
		size_t at = is_backwards ? N(manual_calls) - 1 - i : i;
		const struct manual_call *c = &manual_calls[at];

		add(p, c->id, c->agent, c->service, FIRST_S +
		    c->day * DAY_SECONDS + c->hour * 3600 + c->minute * 60,
		    c->length_ms);
	}
}

/* The same numbers on every machine, in every run. */
static inline unsigned
dice(uint64_t *state, unsigned sides)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(*state >> 33) % sides;
}

/*
 * n calls of up to n_agents agents and 3 services on n_days days, of which the
 * later ones have fewer and fewer; every tenth without a length.
 */
static inline void
add_many(struct sample_population *p, int n, unsigned n_agents,
	 unsigned n_days, uint64_t seed)
{
	for (int i = 0; i < n; i++) {
		unsigned n_days_now = 1 + dice(&seed, n_days);
		unsigned n_agents_now = 1 + dice(&seed, n_agents);
		int64_t start_s = FIRST_S, length_ms = -1;
		char id[16], agent[16], service[16];

		start_s += dice(&seed, n_days_now) * DAY_SECONDS;
		start_s += dice(&seed, 86400);
		if (i % 10)
			length_ms = dice(&seed, 50) * INT64_C(1000);
		(void)snprintf(id, sizeof(id), "id-%06d", i);
		(void)snprintf(agent, sizeof(agent), "agent %u",
			       dice(&seed, n_agents_now));
		(void)snprintf(service, sizeof(service), "service %u",
			       dice(&seed, 3));
		add(p, id, agent, service, start_s, length_ms);
	}
}

static inline void
rules(struct sample_rules *out, const struct ark_sample_rules *words)
{
	struct ark_sample_rules with_seed = *words;

	if (!words->seed)
		with_seed.seed = "seed";
	assert_int_equal(sample_rules_read(out, &with_seed, NULL), 0);
}

static inline void
measure_and_draw(struct sample_draw *out, const struct sample_rules *r,
		 struct sample_population *p)
{
	assert_int_equal(sample_measure(p, NULL), 0);
	assert_int_equal(sample_draw(out, r, p, NULL), 0);
}

#endif
