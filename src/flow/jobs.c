/*
 * Rows in hand: claimed, ready, waiting their time, done with.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "flow/sync_internal.h"

void
jobs_ready(struct sync *s, struct job *j)
{
	j->state = JOB_READY;
	j->next = NULL;
	*s->ready_last = j;
	s->ready_last = &j->next;
	s->n_ready++;
}

int
jobs_wait(struct sync *s, struct job *j, int64_t at_ms)
{
	j->state = JOB_WAITING;
	return timers_add(&s->timers, at_ms, j);
}

void
jobs_wake_waiting(struct sync *s, int64_t now_ms)
{
	for (;;) {
		struct job *j = timers_take_due(&s->timers, now_ms);

		if (!j)
			return;
		jobs_ready(s, j);
	}
}

struct job *
jobs_find(const struct sync *s, int64_t row)
{
	char key[24];

	(void)snprintf(key, sizeof(key), "%lld", (long long)row);
	return idmap_get(&s->jobs, key);
}

struct lister *
jobs_lister(const struct sync *s, enum catalogue_kind kind)
{
	return kind == CATALOGUE_ATTACHMENT ? s->conversations : s->lister;
}

static void
free_job(struct job *j)
{
	http_result_free(j->result);
	if (j->part)
		part_drop(j->part);
	url_release(&j->url);
	catalogue_row_release(&j->row);
	free(j);
}

void
jobs_done(struct sync *s, struct job *j)
{
	idmap_drop(&s->jobs, j->key);
	days_job(s, j->row.day, -1);
	free_job(j);
}

void
jobs_drop_idle(struct sync *s)
{
	struct job *idle = NULL;

	for (size_t i = 0; i < s->jobs.n_slots; i++) {
		struct job *j = s->jobs.slots[i].item;

		if (!j || j->state == JOB_FETCHING ||
		    j->state == JOB_SETTLING || j->state == JOB_COMMITTING)
			continue;
		j->next = idle;
		idle = j;
	}
	s->ready = NULL;
	s->ready_last = &s->ready;
	for (size_t i = 0; i < s->n_hosts; i++) {
		s->hosts[i].ready = NULL;
		s->hosts[i].ready_last = &s->hosts[i].ready;
		s->hosts[i].n_ready = 0;
	}
	s->n_ready = 0;
	while (timers_take_any(&s->timers))
		;
	while (idle) {
		struct job *next = idle->next;

		jobs_done(s, idle);
		idle = next;
	}
}

int
jobs_strand(struct sync *s, struct ark_error *err)
{
	struct job *lost = NULL;
	int rc = 0;

	for (size_t i = 0; i < s->jobs.n_slots; i++) {
		struct job *j = s->jobs.slots[i].item;

		if (!j || j->state != JOB_RELISTING ||
		    !lister_is_stopped(jobs_lister(s, j->row.kind)))
			continue;
		j->next = lost;
		lost = j;
	}
	while (!rc && lost) {
		struct job *next = lost->next;

		rc = outcome_give_up(s, lost, ARK_DEFERRED, "no fresh link: "
				     "listing has ended", err);
		lost = next;
	}
	return rc;
}

void
jobs_release(struct sync *s)
{
	for (size_t i = 0; i < s->jobs.n_slots; i++) {
		if (s->jobs.slots[i].item)
			free_job(s->jobs.slots[i].item);
	}
	idmap_release(&s->jobs);
	timers_release(&s->timers);
}

/* Take a claimed row in hand; the row is consumed. */
static int
adopt(struct sync *s, struct catalogue_row *row)
{
	struct job *j = calloc(1, sizeof(*j));

	if (!j) {
		catalogue_row_release(row);
		return ARK_ENOMEM;
	}
	j->row = *row;
	*row = (struct catalogue_row){ 0 };
	(void)snprintf(j->key, sizeof(j->key), "%lld", (long long)j->row.row);
	if (idmap_put(&s->jobs, j->key, j)) {
		free_job(j);
		return ARK_ENOMEM;
	}
	days_job(s, j->row.day, 1);
	jobs_ready(s, j);
	return 0;
}

/*
 * When those at hand run out; or when their hosts are all busy or closed, for
 * there may be rows of other hosts behind them.
 */
static bool
wants_more(const struct sync *s)
{
	if (s->is_stopping || !s->has_unclaimed)
		return false;
	return s->n_ready < SYNC_CLAIM_LOW ||
	       (s->is_starving && s->jobs.n < SYNC_MAX_JOBS);
}

int
jobs_claim(struct sync *s, struct ark_error *err)
{
	struct catalogue_row *rows;
	size_t n = 0;
	int rc;

	if (!wants_more(s))
		return 0;
	rows = calloc(SYNC_CLAIM, sizeof(*rows));
	if (!rows)
		return error_nomem(err);
	rc = catalogue_claim(s->archive->catalogue, s->run, clock_wall_s(),
			     SYNC_LEASE_S, rows, SYNC_CLAIM, &n, err);
	s->has_unclaimed = n == SYNC_CLAIM;
	for (size_t i = 0; !rc && i < n; i++) {
		if (adopt(s, &rows[i]))
			rc = error_nomem(err);
	}
	for (size_t i = 0; i < n; i++)
		catalogue_row_release(&rows[i]);
	free(rows);
	return rc;
}

int64_t
jobs_due_ms(const struct sync *s, int64_t now_ms)
{
	int64_t due = timers_next_ms(&s->timers);

	return due < 0 ? -1 : due > now_ms ? due - now_ms : 0;
}
