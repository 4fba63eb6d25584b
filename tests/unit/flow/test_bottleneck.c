#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "flow/bottleneck.h"

#define S 1000

/* How a run of so many seconds went, and what is said of it. */
static const struct {
	const char *name;
	int64_t hold_s[N_HOLDS];
	int64_t first_byte_s, spent_s;
	struct bottleneck_use use;
	enum ark_limit limit;
	int percent;
} rows[] = {
	{ "nothing happened", .limit = ARK_LIMIT_UNKNOWN },
	{ "too short", .hold_s = { [HOLD_DISK] = 9 },
	  .limit = ARK_LIMIT_UNKNOWN },
	{ "disk", .hold_s = { [HOLD_DISK] = 10 }, .limit = ARK_LIMIT_DISK,
	  .percent = 100 },
	{ "listing", .hold_s = { [HOLD_LISTING] = 30, [HOLD_LINE] = 10 },
	  .limit = ARK_LIMIT_LISTING, .percent = 75 },
	{ "exactly half", .hold_s = { [HOLD_SERVER] = 10, [HOLD_REST] = 10 },
	  .limit = ARK_LIMIT_SERVER, .percent = 50 },
	{ "nothing has half", .hold_s = { [HOLD_SERVER] = 4, [HOLD_DISK] = 3,
					  [HOLD_LISTING] = 4 },
	  .limit = ARK_LIMIT_UNKNOWN },
	{ "searching is no limit", .hold_s = { [HOLD_SEARCH] = 20 },
	  .limit = ARK_LIMIT_UNKNOWN },
	{ "nor are the last ones", .hold_s = { [HOLD_REST] = 20 },
	  .limit = ARK_LIMIT_UNKNOWN },
	{ "the number", .hold_s = { [HOLD_NUMBER] = 20 },
	  .limit = ARK_LIMIT_NUMBER, .percent = 100 },
	{ "receiving takes the time", .hold_s = { [HOLD_LINE] = 20 },
	  .first_byte_s = 49, .spent_s = 100, .limit = ARK_LIMIT_NETWORK,
	  .percent = 100 },
	{ "waiting takes the time", .hold_s = { [HOLD_LINE] = 20 },
	  .first_byte_s = 50, .spent_s = 100, .limit = ARK_LIMIT_SERVER,
	  .percent = 100 },
	{ "the thread that moves bytes", .hold_s = { [HOLD_LINE] = 20 },
	  .use = { .engine_ms = 17 * S, .all_ms = 17 * S, .n_cores = 8 },
	  .limit = ARK_LIMIT_CPU, .percent = 85 },
	{ "not quite", .hold_s = { [HOLD_LINE] = 20 },
	  .use = { .engine_ms = 16 * S, .all_ms = 16 * S, .n_cores = 8 },
	  .limit = ARK_LIMIT_NETWORK, .percent = 100 },
	{ "the thread that decides", .hold_s = { [HOLD_LISTING] = 20 },
	  .use = { .own_ms = 18 * S, .all_ms = 18 * S, .n_cores = 8 },
	  .limit = ARK_LIMIT_CPU, .percent = 90 },
	{ "those that hash", .hold_s = { [HOLD_DISK] = 20 },
	  .use = { .own_ms = 5 * S, .engine_ms = 5 * S, .all_ms = 48 * S,
		   .n_cores = 8 },
	  .limit = ARK_LIMIT_CPU, .percent = 95 },
	{ "all processors", .hold_s = { [HOLD_DISK] = 20 },
	  .use = { .own_ms = 9 * S, .engine_ms = 9 * S, .all_ms = 36 * S,
		   .n_cores = 2 },
	  .limit = ARK_LIMIT_CPU, .percent = 90 },
	{ "a disk that is slow by itself", .hold_s = { [HOLD_DISK] = 20 },
	  .use = { .own_ms = 2 * S, .engine_ms = 2 * S, .all_ms = 8 * S,
		   .n_cores = 2 },
	  .limit = ARK_LIMIT_DISK, .percent = 100 },
	{ "the rate that was set", .hold_s = { [HOLD_LINE] = 20 },
	  .use = { .received = 1900, .rate_limit = 100 },
	  .limit = ARK_LIMIT_RATE, .percent = 95 },
	{ "less than the rate", .hold_s = { [HOLD_LINE] = 20 },
	  .use = { .received = 1700, .rate_limit = 100 },
	  .limit = ARK_LIMIT_NETWORK, .percent = 100 },
	{ "a burst behind a long listing", .hold_s = { [HOLD_LISTING] = 20,
						       [HOLD_LINE] = 2 },
	  .use = { .received = 200, .rate_limit = 100 },
	  .limit = ARK_LIMIT_LISTING, .percent = 90 },
};

static void
test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bottleneck_use use = rows[i].use;
		struct bottleneck b;
		int64_t now_ms = 5000;
		int percent = -1;
		enum ark_limit limit;

		use.n_writers = 2;
		if (!use.n_cores)
			use.n_cores = 1;
		bottleneck_init(&b, now_ms);
		for (int h = 0; h < N_HOLDS; h++) {
			now_ms += rows[i].hold_s[h] * S;
			bottleneck_pass(&b, (enum hold)h, now_ms);
		}
		bottleneck_attempt(&b, rows[i].first_byte_s * S, 0);
		bottleneck_attempt(&b, 0, rows[i].spent_s * S);
		limit = bottleneck_judge(&b, &use, &percent);
		if (limit != rows[i].limit || percent != rows[i].percent)
			fail_msg("%s: %d with %d %%", rows[i].name, (int)limit,
				 percent);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
