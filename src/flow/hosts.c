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
	return &s->hosts[s->n_hosts++];
}

bool
hosts_has_room(const struct sync *s, const struct sync_host *h, int64_t now_ms)
{
	return s->n_in_flight < hosts_max(s) && h->in_flight < h->pace.limit &&
	       gate_allows(&h->gate, now_ms, h->in_flight);
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
	bool is_free = s->n_in_flight < hosts_max(s) &&
		       !holdup_is_disk_behind(s);

	s->received = 0;
	for (size_t i = 0; i < s->n_hosts; i++) {
		struct sync_host *h = &s->hosts[i];
		int64_t bytes = atomic_load(&h->count.bytes);
		bool is_wanted = is_free && h->n_ready > 0 &&
				 gate_allows(&h->gate, now_ms, h->in_flight);

		pace_bytes(&h->pace, bytes - h->counted);
		pace_tick(&h->pace, h->in_flight, is_wanted, now_ms);
		h->counted = bytes;
		s->received += bytes;
	}
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
