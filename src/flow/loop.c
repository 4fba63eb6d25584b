/*
 * The loop of a sync: begin what may be begun, sleep, take letters.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "flow/severity.h"
#include "flow/sync_internal.h"

#define LOOP_MS 100		/* longest sleep, so that signals are seen */
#define GRACE_MS 30000		/* for transfers in flight at a limit */

void
sync_note(struct sync *s, int code)
{
	s->code = severity_worse(s->code, code);
}

static void
cancel_media(struct sync *s)
{
	if (s->was_cancelled)
		return;
	s->was_cancelled = true;
	http_engine_cancel_media(s->service.engine);
}

void
sync_end(struct sync *s, int code, const struct ark_error *err)
{
	if (severity_worse(s->code, code) != s->code || !s->first_error.code) {
		if (err)
			s->first_error = *err;
	}
	sync_note(s, code);
	if (!s->is_stopping)
		s->stopping_ms = clock_now_ms();
	s->is_stopping = true;
	lister_stop(s->lister);
	reports_stop(s);
	if (code != ARK_ELIMIT)
		cancel_media(s);
	else
		http_engine_recall(s->service.engine);
}

/*
 * The platform let us down: the run is remembered for it, and what was listed
 * before is still fetched.  Other ends are passed on.
 */
static int
listing_ended(struct sync *s, int rc, const struct ark_error *err)
{
	if (rc != ARK_EAUTH && rc != ARK_ESERVICE)
		return rc;
	if (!s->first_error.code)
		s->first_error = *err;
	sync_note(s, rc);
	return 0;
}

/* A letter that nobody will take any more. */
static void
letter_free(struct letter *l)
{
	struct http_result *res;

	switch (l->kind) {
	case LETTER_MEDIA:
		http_result_free((struct http_result *)l);
		break;
	case LETTER_SETTLED:
		part_settled_free((struct part_settled *)l);
		break;
	case LETTER_BATCH:
		commit_batch_free((struct commit_batch *)l);
		break;
	case LETTER_PAGE:
	default:
		res = (struct http_result *)l;
		free(res->request->tag);
		http_result_free(res);
	}
}

/* Whether l can be taken in with other pages; one that failed may wait long. */
static bool
is_page(const struct letter *l)
{
	return (l->kind == LETTER_PAGE || l->kind >= LETTER_REPORT) &&
	       ((const struct http_result *)l)->end == HTTP_DONE;
}

static int
take_letter(struct sync *s, struct letter *l, int64_t now_ms,
	    struct ark_error *err)
{
	int rc = 0;

	if (!is_page(l))
		rc = intake_end(s, 0, err);
	if (rc) {
		letter_free(l);
		return rc;
	}
	switch (l->kind) {
	case LETTER_PAGE:
		rc = lister_result(s->lister, (struct http_result *)l, now_ms,
				   err);
		return listing_ended(s, rc, err);
	case LETTER_MEDIA:
		return outcome_media(s, (struct http_result *)l, now_ms, err);
	case LETTER_SETTLED:
		return outcome_settled(s, (struct part_settled *)l, now_ms,
				       err);
	case LETTER_BATCH:
		return outcome_batch(s, (struct commit_batch *)l, now_ms, err);
	default:
		return reports_result(s, (struct http_result *)l, now_ms, err);
	}
}

static void
tell_progress(struct sync *s, int64_t now_ms)
{
	struct ark_progress *p = &s->progress;

	if (now_ms - s->progress_ms < 250)
		return;
	s->progress_ms = now_ms;
	if (now_ms - s->rate_ms >= 1000) {
		p->rate = (s->received - s->rate_bytes) * 1000 /
			  (now_ms - s->rate_ms);
		s->rate_ms = now_ms;
		s->rate_bytes = s->received;
	}
	p->in_flight = hosts_all_under_way(s);
	p->limit = hosts_limit(s);
	p->elapsed_ms = now_ms - s->started_ms;
	event_progress(&s->options->listener, p);
}

/* Pages that are still asked for when the run is called off come to nobody. */
static bool
is_over(const struct sync *s)
{
	return ((lister_is_idle(s->lister) && reports_are_idle(s)) ||
		s->was_cancelled) &&
	       !s->jobs.n && !committer_pending(s->committer);
}

/* The nearer of two waits; -1 is never. */
static int64_t
nearer(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static int64_t
wait_of(const struct sync *s, int64_t now_ms)
{
	int64_t wait = LOOP_MS;

	wait = nearer(wait, lister_due_ms(s->lister, now_ms));
	wait = nearer(wait, reports_due_ms(s, now_ms));
	wait = nearer(wait, jobs_due_ms(s, now_ms));
	wait = nearer(wait, hosts_due_ms(s, now_ms));
	return nearer(wait, committer_due_ms(s->committer, now_ms));
}

/* Nothing more will come to fill the open batch. */
static bool
is_all_committing(const struct sync *s)
{
	return lister_is_idle(s->lister) && reports_are_idle(s) &&
	       s->jobs.n == committer_pending(s->committer);
}

/* When a listing ended early, who waits for it waits in vain. */
static int
strand_jobs(struct sync *s, struct ark_error *err)
{
	if (lister_is_stopped(s->lister) ||
	    (s->conversations && lister_is_stopped(s->conversations)))
		return jobs_strand(s, err);
	return 0;
}

/* Everything that may be begun now. */
static int
push(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	int rc;

	if (!s->is_stopping && event_should_stop(&s->options->listener)) {
		error_set(err, ARK_ESTOPPED, "stopped by a signal");
		sync_end(s, ARK_ESTOPPED, err);
	}
	rc = listing_ended(s, lister_pump(s->lister, now_ms, err), err);
	if (!rc)
		rc = reports_pump(s, now_ms, err);
	if (rc)
		return rc;
	jobs_wake_waiting(s, now_ms);
	rc = jobs_claim(s, err);
	if (!rc)
		rc = start_jobs(s, now_ms, err);
	hosts_tick(s, now_ms);
	holdup_tick(s, now_ms);
	if (rc == ARK_ELIMIT || rc == ARK_EDISK) {
		sync_end(s, rc, err);
		rc = 0;
	}
	if (s->is_stopping)
		jobs_drop_idle(s);
	else if (!rc)
		rc = strand_jobs(s, err);
	if (s->is_stopping && now_ms - s->stopping_ms > GRACE_MS)
		cancel_media(s);
	committer_tick(s->committer, now_ms,
		       s->is_stopping || is_all_committing(s));
	return rc;
}

int
sync_loop(struct sync *s, struct ark_error *err)
{
	int rc = 0;

	holdup_begin(s, clock_now_ms());
	while (!rc) {
		int64_t now_ms = clock_now_ms();
		struct letter *l;

		rc = push(s, now_ms, err);
		tell_progress(s, now_ms);
		if (rc || is_over(s))
			break;
		l = mailbox_take(&s->box, wait_of(s, now_ms));
		while (l) {
			struct letter *next = l->next;

			if (rc)
				letter_free(l);
			else
				rc = take_letter(s, l, clock_now_ms(), err);
			l = next;
		}
		rc = intake_end(s, rc, err);
	}
	holdup_end(s);
	return rc;
}

void
sync_drain(struct sync *s)
{
	struct letter *l = mailbox_take(&s->box, 0);

	while (l) {
		struct letter *next = l->next;

		letter_free(l);
		l = next;
	}
}
