/*
 * What the run waits for: looked at several times a second, summed up at its
 * end.
 */
#include <sched.h>

#include "base/clock.h"
#include "flow/sync_internal.h"

/* Transfers whose bytes have no room. */
static int
n_held(const struct sync *s)
{
	int n = 0;

	for (size_t i = 0; i < s->n_hosts; i++)
		n += atomic_load(&s->hosts[i].count.held);
	return n;
}

bool
holdup_is_disk_behind(const struct sync *s)
{
	return committer_backlog(s->committer) > SYNC_BACKLOG_HIGH ||
	       parts_pressure(s->parts) > SYNC_PRESSURE_HIGH || n_held(s) > 0;
}

/* Jobs that could be under way at h if there were room. */
static size_t
waiting_at(const struct sync *s, const struct sync_host *h)
{
	uint32_t n = hosts_under_way(s, h);

	return h->n_ready + (h->in_flight > n ? h->in_flight - n : 0);
}

/* Where most of what is ready waits; NULL: nothing is ready. */
static const struct sync_host *
busiest_host(const struct sync *s)
{
	const struct sync_host *most = NULL;
	size_t n_most = 0;

	for (size_t i = 0; i < s->n_hosts; i++) {
		size_t n = waiting_at(s, &s->hosts[i]);

		if (n > n_most) {
			n_most = n;
			most = &s->hosts[i];
		}
	}
	return most;
}

static enum hold
hold_at(const struct sync *s, const struct sync_host *h, int64_t now_ms)
{
	uint32_t n = hosts_under_way(s, h);

	if (!gate_allows(&h->gate, now_ms, n))
		return HOLD_SERVER;
	if (hosts_all_under_way(s) >= hosts_max(s) && n < h->pace.limit)
		return HOLD_NUMBER;
	switch (pace_stand(&h->pace, now_ms)) {
	case PACE_REFUSED:
		return HOLD_SERVER;
	case PACE_PINNED:
	case PACE_CEILING:
		return HOLD_NUMBER;
	case PACE_SETTLED:
		return HOLD_LINE;
	case PACE_SEARCHING:
	default:
		return HOLD_SEARCH;
	}
}

static enum hold
hold_now(const struct sync *s, int64_t now_ms)
{
	const struct sync_host *h = busiest_host(s);

	if (holdup_is_disk_behind(s))
		return HOLD_DISK;
	if (h)
		return hold_at(s, h, now_ms);
	if (!lister_is_idle(s->lister))
		return HOLD_LISTING;
	/* Retries wait in their timers for what their host wanted. */
	if (!s->n_in_flight && timers_next_ms(&s->timers) >= 0)
		return HOLD_SERVER;
	return !s->n_in_flight && s->jobs.n ? HOLD_DISK : HOLD_REST;
}

static int
count_cores(void)
{
	cpu_set_t set;
	int n = 0;

	if (!sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
	return n > 0 ? n : 1;
}

static void
read_use(const struct sync *s, struct bottleneck_use *use)
{
	*use = (struct bottleneck_use){
		.engine_ms = http_engine_cpu_ms(s->service.engine),
		.own_ms = clock_thread_ms(pthread_self()),
		.all_ms = clock_process_ms(),
		.n_writers = SYNC_WRITERS,
		.n_cores = count_cores(),
		.received = s->received,
		.rate_limit = s->config->rate_limit,
	};
}

void
holdup_begin(struct sync *s, int64_t now_ms)
{
	bottleneck_init(&s->bottleneck, now_ms);
	read_use(s, &s->use);
}

void
holdup_tick(struct sync *s, int64_t now_ms)
{
	bottleneck_pass(&s->bottleneck, hold_now(s, now_ms), now_ms);
}

void
holdup_end(struct sync *s)
{
	struct bottleneck_use use;

	read_use(s, &use);
	use.engine_ms -= s->use.engine_ms;
	use.own_ms -= s->use.own_ms;
	use.all_ms -= s->use.all_ms;
	s->summary->limit = bottleneck_judge(&s->bottleneck, &use,
					     &s->summary->limit_percent);
}
