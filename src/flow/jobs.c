/*
 * Rows in hand: claimed, started while the limits allow, waiting their time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "flow/sync_internal.h"
#include "http/url.h"

void
jobs_ready(struct sync *s, struct job *j)
{
	j->state = JOB_READY;
	j->next = NULL;
	*s->ready_last = j;
	s->ready_last = &j->next;
	s->n_ready++;
}

static struct job *
take_ready(struct sync *s)
{
	struct job *j = s->ready;

	s->ready = j->next;
	if (!s->ready)
		s->ready_last = &s->ready;
	s->n_ready--;
	return j;
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

static void
free_job(struct job *j)
{
	http_result_free(j->result);
	if (j->part)
		part_drop(j->part);
	catalogue_row_release(&j->row);
	free(j);
}

void
jobs_done(struct sync *s, struct job *j)
{
	idmap_drop(&s->jobs, j->row.id);
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

		if (!j || j->state != JOB_RELISTING)
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
	if (idmap_put(&s->jobs, j->row.id, j)) {
		free_job(j);
		return ARK_ENOMEM;
	}
	days_job(s, j->row.day, 1);
	jobs_ready(s, j);
	return 0;
}

int
jobs_claim(struct sync *s, struct ark_error *err)
{
	struct catalogue_row *rows;
	size_t n = 0;
	int rc;

	if (s->is_stopping || !s->has_unclaimed ||
	    s->n_ready >= SYNC_CLAIM_LOW)
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

/* The gate of an origin; the last place is shared when there are too many. */
static struct sync_host *
host_of(struct sync *s, const char *origin)
{
	struct sync_host *h;

	for (size_t i = 0; i < s->n_hosts; i++) {
		if (!strcmp(s->hosts[i].origin, origin))
			return &s->hosts[i];
	}
	if (s->n_hosts == SYNC_MAX_HOSTS)
		return &s->hosts[SYNC_MAX_HOSTS - 1];
	h = &s->hosts[s->n_hosts++];
	(void)snprintf(h->origin, sizeof(h->origin), "%s", origin);
	gate_init(&h->gate);
	return h;
}

/* Room on the disk, looked at once a second. */
static int
check_space(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	int64_t free_bytes = 0;
	int rc;

	if (s->space_checked_ms && now_ms - s->space_checked_ms < 1000)
		return 0;
	s->space_checked_ms = now_ms;
	rc = store_free_bytes(s->archive->store, &free_bytes, err);
	if (rc || free_bytes > s->config->reserve_bytes)
		return rc;
	return error_set(err, ARK_EDISK, "%s has %lld bytes free, no more than "
			 "archive.reserve (%lld): make room",
			 store_root(s->archive->store), (long long)free_bytes,
			 (long long)s->config->reserve_bytes);
}

/* Limits that were asked for. */
static int
check_limits(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	const struct ark_sync_options *o = s->options;

	if (o->max_bytes && s->received >= o->max_bytes)
		return error_set(err, ARK_ELIMIT, "the limit of --max-bytes "
				 "is reached");
	if (o->max_duration_s &&
	    now_ms - s->started_ms >= o->max_duration_s * 1000)
		return error_set(err, ARK_ELIMIT, "the limit of --max-duration "
				 "is reached");
	return 0;
}

static int64_t
deadline_ms(const struct sync *s, const struct job *j)
{
	int64_t bytes = s->config->max_recording;

	/* a call of known length at 32 kB a second, at most */
	if (j->row.duration_s > 0 && j->row.duration_s < bytes / 32000)
		bytes = j->row.duration_s * 32000;
	return 120000 + bytes / 16;	/* 16 kB a second, at least */
}

static struct http_request *
media_request(struct sync *s, struct job *j, const char *href)
{
	struct http_request *r = http_request_new(HTTP_MEDIA, href);
	struct part_kept kept;

	if (!r)
		return NULL;
	r->wants_credentials = r->wants_token = true;
	r->sink = part_sink(j->part);
	r->max_body = s->config->max_recording;
	r->deadline_ms = deadline_ms(s, j);
	r->reply = &s->box;
	r->reply_kind = LETTER_MEDIA;
	r->tag = j;
	if (j->is_from_start)
		part_forget(j->part);
	part_kept(j->part, &kept);
	if (kept.offset > 0) {
		r->offset = kept.offset;
		r->total = kept.total;
		(void)snprintf(r->etag, sizeof(r->etag), "%s", kept.etag);
	}
	return r;
}

/* Open the part and send the request. */
static int
start(struct sync *s, struct job *j, const struct url *url,
      struct sync_host *host, struct ark_error *err)
{
	struct http_request *r;
	int rc;

	rc = part_open(&j->part, s->parts, j->row.id, err);
	if (rc)
		return rc;
	r = media_request(s, j, url->href);
	if (!r) {
		part_drop(j->part);
		j->part = NULL;
		return error_nomem(err);
	}
	j->host = host;
	j->used_link = hash_text(j->row.link);
	j->state = JOB_FETCHING;
	j->attempts++;
	host->in_flight++;
	s->n_in_flight++;
	s->summary->requests++;
	http_engine_submit(s->service.engine, r);
	return 0;
}

/* Whether a host failed for so long that waiting for it is in vain. */
static bool
is_lost(const struct sync_host *host, int64_t now_ms)
{
	return host->failing_ms &&
	       now_ms - host->failing_ms > SYNC_PATIENCE_MS;
}

/* A host that asks for more than a run can wait is left to the next run. */
static int
wait_for_gate(struct sync *s, struct job *j, const struct sync_host *host,
	      int64_t now_ms, struct ark_error *err)
{
	int64_t opens = gate_opens_ms(&host->gate, now_ms);

	if (opens > retry_default.longest_wait_ms)
		return outcome_give_up(s, j, ARK_DEFERRED, "its host asks for "
				       "a longer wait", err);
	if (jobs_wait(s, j, now_ms + (opens > 0 ? opens : 50)))
		return error_nomem(err);
	return 0;
}

/* Start the next ready job, or let it wait for its host.  1, or negative. */
static int
start_next(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	struct job *j = take_ready(s);
	struct ark_error why;
	struct sync_host *host;
	struct url url = { 0 };
	int rc;

	rc = url_parse(&url, NULL, j->row.link, &why);
	if (rc == ARK_EFORMAT) {
		rc = outcome_give_up(s, j, ARK_DEFERRED, why.text, err);
		return rc ? rc : 1;
	}
	if (rc)
		return error_nomem(err);
	host = host_of(s, url.origin);
	if (is_lost(host, now_ms)) {
		rc = outcome_give_up(s, j, ARK_DEFERRED, "its host has not "
				     "answered for a while", err);
		rc = rc ? rc : 1;
		goto out;
	}
	if (!gate_allows(&host->gate, now_ms, host->in_flight)) {
		rc = wait_for_gate(s, j, host, now_ms, err);
		rc = rc ? rc : 1;
		goto out;
	}
	rc = start(s, j, &url, host, err);
	if (rc)
		(void)outcome_give_up(s, j, ARK_DEFERRED,
				      "it could not be stored", NULL);
	else
		rc = 1;
out:
	url_release(&url);
	return rc;
}

int
jobs_start(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	size_t tries = s->n_ready;
	int rc;

	if (s->is_stopping || !s->n_ready)
		return 0;
	rc = check_limits(s, now_ms, err);
	if (!rc)
		rc = check_space(s, now_ms, err);
	if (rc)
		return rc;
	pace_freeze(&s->pace, committer_backlog(s->committer) > 2 ||
		    parts_pressure(s->parts) > 90);
	while (s->n_ready && tries-- && s->n_in_flight < s->pace.limit) {
		rc = start_next(s, now_ms, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int64_t
jobs_due_ms(const struct sync *s, int64_t now_ms)
{
	int64_t due = timers_next_ms(&s->timers);

	return due < 0 ? -1 : due > now_ms ? due - now_ms : 0;
}
