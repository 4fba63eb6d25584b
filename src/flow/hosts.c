/*
 * Where recordings come from: whether a host may be asked now, how many
 * transfers at once it stands, and what runs remember of that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "flow/sync_internal.h"

#define LEARNED_KEY "concurrency"
#define LEARNED_MAX (SYNC_MAX_HOSTS * (SYNC_ORIGIN_SIZE + 16))

uint32_t
hosts_max(const struct sync *s)
{
	return (uint32_t)(s->config->concurrency ? s->config->concurrency
						 : s->config->max_concurrency);
}

static const struct sync_learned *
learned_of(const struct sync *s, const char *origin)
{
	for (size_t i = 0; i < s->n_learned; i++) {
		if (!strcmp(s->learned[i].origin, origin))
			return &s->learned[i];
	}
	return NULL;
}

static void
init(struct sync *s, struct sync_host *h, const char *origin, int64_t now_ms)
{
	const struct sync_learned *learned = learned_of(s, origin);
	uint32_t start = 0;

	/* Eight tenths: the climb from there takes a moment at most. */
	if (learned)
		start = learned->limit * 8 / 10 ? learned->limit * 8 / 10 : 1;
	(void)snprintf(h->origin, sizeof(h->origin), "%s", origin);
	h->ready_last = &h->ready;
	gate_init(&h->gate);
	pace_init(&h->pace, (uint32_t)s->config->concurrency, start,
		  hosts_max(s), now_ms);
}

struct sync_host *
hosts_of(struct sync *s, const char *origin, int64_t now_ms)
{
	for (size_t i = 0; i < s->n_hosts; i++) {
		if (!strcmp(s->hosts[i].origin, origin))
			return &s->hosts[i];
	}
	if (s->n_hosts == SYNC_MAX_HOSTS)
		return &s->hosts[SYNC_MAX_HOSTS - 1];
	init(s, &s->hosts[s->n_hosts], origin, now_ms);
	s->n_hosts++;
	/* From the second on each has its own number, and nobody a line. */
	if (s->n_hosts == 2)
		http_engine_recall(s->service.engine);
	return &s->hosts[s->n_hosts - 1];
}

/* Only one host has a line: the engine knows one number for all that stand. */
uint32_t
hosts_under_way(const struct sync *s, const struct sync_host *h)
{
	return s->n_hosts == 1 ? http_engine_of_line(s->service.engine)
			       : h->in_flight;
}

uint32_t
hosts_all_under_way(const struct sync *s)
{
	return s->n_hosts == 1 ? http_engine_of_line(s->service.engine)
			       : (uint32_t)s->n_in_flight;
}

/*
 * How many may stand in line: as many as begin while we publish a day or wait
 * for the catalogue.  None at a host that is in trouble, and none where bytes
 * are limited, for the line would run past that.
 */
static uint32_t
line_room(const struct sync *s, const struct sync_host *h, int64_t now_ms)
{
	int64_t n;

	if (s->n_hosts != 1 || !h->spent_us || h->failing_ms ||
	    h->gate.is_probing || gate_opens_ms(&h->gate, now_ms) ||
	    s->options->max_bytes)
		return 0;
	n = h->pace.limit * INT64_C(1000) * SYNC_LINE_MS / h->spent_us;
	return n < SYNC_LINE_MAX ? (uint32_t)n : SYNC_LINE_MAX;
}

bool
hosts_has_room(const struct sync *s, const struct sync_host *h, int64_t now_ms)
{
	uint32_t most = hosts_max(s), line = line_room(s, h, now_ms);

	return s->n_in_flight < most + line &&
	       h->in_flight < h->pace.limit + line &&
	       gate_allows(&h->gate, now_ms, h->in_flight);
}

void
hosts_ended(struct sync *s, struct sync_host *h, const struct http_result *res,
	    int64_t now_ms)
{
	int64_t spent_us = res->spent_ms * 1000 + 500;

	if (res->end == HTTP_DONE)
		h->spent_us = h->spent_us ? (7 * h->spent_us + spent_us) / 8
					  : spent_us;
	if (!res->holds_line)
		return;
	if (!gate_allows(&h->gate, now_ms, 0) || h->gate.is_probing)
		http_engine_recall(s->service.engine);
	http_engine_go_on(s->service.engine);
}

uint32_t
hosts_limit(const struct sync *s)
{
	uint32_t most = hosts_max(s), sum = 0;

	for (size_t i = 0; i < s->n_hosts && sum < most; i++)
		sum += s->hosts[i].pace.limit;
	return sum < most ? sum : most;
}

void
hosts_tick(struct sync *s, int64_t now_ms)
{
	bool is_free = hosts_all_under_way(s) < hosts_max(s) &&
		       !holdup_is_disk_behind(s);

	s->received = 0;
	for (size_t i = 0; i < s->n_hosts; i++) {
		struct sync_host *h = &s->hosts[i];
		int64_t bytes = atomic_load(&h->count.bytes);
		uint32_t n = hosts_under_way(s, h);
		bool is_wanted = is_free && h->n_ready + h->in_flight > n &&
				 gate_allows(&h->gate, now_ms, n);

		pace_bytes(&h->pace, bytes - h->counted);
		pace_tick(&h->pace, n, is_wanted, now_ms);
		h->counted = bytes;
		s->received += bytes;
	}
	http_engine_line(s->service.engine, hosts_limit(s));
}

int64_t
hosts_due_ms(const struct sync *s, int64_t now_ms)
{
	int64_t due = -1;

	for (size_t i = 0; i < s->n_hosts; i++) {
		const struct sync_host *h = &s->hosts[i];
		int64_t opens = gate_opens_ms(&h->gate, now_ms);

		if (h->n_ready && opens > 0 && (due < 0 || opens < due))
			due = opens;
	}
	return due;
}

/* ---- from run to run ---------------------------------------------------- */

/* "LIMIT ORIGIN" in line, which is changed; anything else is left out. */
static void
load_line(struct sync *s, char *line)
{
	struct sync_learned *l = &s->learned[s->n_learned];
	char *origin = strchr(line, ' ');
	int64_t limit;

	if (!origin || s->n_learned == SYNC_MAX_HOSTS)
		return;
	*origin++ = 0;
	if (text_to_int(line, 1, 512, &limit) ||
	    strlen(origin) >= sizeof(l->origin))
		return;
	l->limit = (uint32_t)limit;
	(void)snprintf(l->origin, sizeof(l->origin), "%s", origin);
	s->n_learned++;
}

void
hosts_load(struct sync *s)
{
	struct buf text = BUF_INIT(LEARNED_MAX);
	char *line, *end;

	/* Without it a run begins as the first one did. */
	if (catalogue_meta_get(s->archive->catalogue, LEARNED_KEY, &text,
			       NULL) != 1)
		buf_clear(&text);
	line = text.len ? (char *)text.data : NULL;
	while (line) {
		end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		load_line(s, line);
		line = end;
	}
	buf_release(&text);
}

static bool
has_learned_of(const struct sync *s, const char *origin)
{
	for (size_t i = 0; i < s->n_hosts; i++) {
		if (!strcmp(s->hosts[i].origin, origin))
			return pace_learned(&s->hosts[i].pace) > 0;
	}
	return false;
}

static void
add_line(struct buf *text, size_t *n, const char *origin, uint32_t limit)
{
	if (limit && (*n)++ < SYNC_MAX_HOSTS)
		buf_addf(text, "%" PRIu32 " %s\n", limit, origin);
}

/*
 * The hosts of this run, then those that were not met or told nothing: a night
 * with three recordings must not undo what was learned from a million.
 */
void
hosts_save(struct sync *s)
{
	struct buf text = BUF_INIT(LEARNED_MAX);
	size_t n = 0;

	for (size_t i = 0; i < s->n_hosts; i++)
		add_line(&text, &n, s->hosts[i].origin,
			 pace_learned(&s->hosts[i].pace));
	for (size_t i = 0; i < s->n_learned; i++) {
		if (!has_learned_of(s, s->learned[i].origin))
			add_line(&text, &n, s->learned[i].origin,
				 s->learned[i].limit);
	}
	if (n && !buf_status(&text, NULL))
		(void)catalogue_meta_set(s->archive->catalogue, LEARNED_KEY,
					 buf_text(&text), NULL);
	buf_release(&text);
}
