/*
 * After an attempt that brought no whole body: wait and ask again, list for a
 * fresh link, log in, or give up for this run.
 */
#include <stdio.h>

#include "base/hash.h"
#include "base/luck.h"
#include "flow/sync_internal.h"

/* Length of the whole body as the answer's head told it; -1. */
static int64_t
promised(const struct http_result *res)
{
	if (res->head.status == 206)
		return res->head.range_total;
	return res->head.content_length;
}

/* A body broke off that can be continued. */
static bool
is_cut(const struct http_result *res)
{
	return (res->end == HTTP_SHORT || res->end == HTTP_RESET ||
		res->end == HTTP_TIMEOUT || res->end == HTTP_CANCELLED) &&
	       (res->head.status == 200 || res->head.status == 206) &&
	       header_etag_is_strong(res->head.etag);
}

/*
 * The rest was asked for, and what came is no word about it: nothing at all, a
 * wait, a login.  An expired link or a fault of the server's is none for once;
 * the second time it may be the asking for a rest that it cannot stand.
 */
static bool
is_untouched(struct job *j, const struct http_result *res)
{
	if (res->request->offset <= 0 || res->head.status == 200 ||
	    res->head.status == 206 || res->head.status == 416)
		return false;
	switch (retry_classify(res)) {
	case RETRY_THROTTLED:
	case RETRY_AUTH:
	case RETRY_STOPPED:
		return true;
	case RETRY_TRANSIENT:
		if (res->end != HTTP_STATUS)
			return res->end != HTTP_NONSENSE;
		return res->head.status >= 400 && !j->refused_rests++;
	case RETRY_LINK:
		return !j->refused_rests++;
	default:
		return false;
	}
}

int
failure_keep(struct job *j, const struct http_result *res,
	     struct ark_error *err)
{
	const struct http_request *asked = res->request;
	struct store_part *part = j->part;

	j->part = NULL;
	if (is_cut(res))
		return part_keep(part, res->head.etag, promised(res), err);
	if (is_untouched(j, res))
		return part_keep(part, asked->etag, asked->total, err);
	part_drop(part);
	return 0;
}

int
failure_retry(struct sync *s, struct job *j, int64_t at_ms, struct ark_error *err)
{
	s->summary->retries++;
	if (jobs_wait(s, j, at_ms))
		return error_nomem(err);
	return 0;
}

/* A fresh link is wanted: list the day of the recording again. */
static int
want_fresh_link(struct sync *s, struct job *j, const struct http_result *res,
		struct ark_error *err)
{
	bool is_gone = res->head.status == 404 || res->head.status == 410;
	bool is_hopeless = j->relists && j->failed_link == j->used_link;
	struct lister *lister = jobs_lister(s, j->row.kind);
	char reason[256];

	if (!is_hopeless && j->relists < SYNC_MAX_RELISTS && !s->is_stopping &&
	    !lister_is_stopped(lister)) {
		j->relists++;
		j->failed_link = j->used_link;
		/* The day was listed again for another one meanwhile. */
		if (hash_text(j->row.link) != j->used_link) {
			jobs_ready(s, j);
			return 0;
		}
		j->has_fresh_link = false;
		j->relisted_after = lister_counts(lister)->begun;
		j->state = JOB_RELISTING;
		s->summary->relists++;
		if (lister_relist(lister, j->row.day))
			return error_nomem(err);
		return 0;
	}
	(void)snprintf(reason, sizeof(reason), "its link answers %ld, a fresh "
		       "one too", res->head.status);
	return outcome_give_up(s, j, is_gone &&
			       j->row.runs + 1 >= SYNC_GONE_RUNS ?
			       ARK_GONE : ARK_DEFERRED, reason, err);
}

/* 401 where the token was sent: log in once, and ask again. */
static int
want_login(struct sync *s, struct job *j, const struct http_result *res,
	   int64_t now_ms, struct ark_error *err)
{
	struct omni *omni = &s->service.omni;
	unsigned before = omni->generation;
	int rc;

	if (++j->logins > 2)
		return want_fresh_link(s, j, res, err);
	rc = omni_relogin(omni, res->credentials, err);
	s->summary->relogins += omni->generation != before;
	if (rc) {
		sync_note(s, rc);
		return outcome_give_up(s, j, ARK_DEFERRED,
				       "the login was refused", err);
	}
	return failure_retry(s, j, now_ms, err);
}

/* Transient, throttled, or for good. */
static int
wait_or_give_up(struct sync *s, struct job *j, const struct http_result *res,
		enum retry_class class, int64_t now_ms, struct ark_error *err)
{
	char reason[400];
	struct gate *gate = &j->host->gate;
	struct retry_decision next;

	next = retry_decide(&retry_default, class, j->attempts,
			    res->head.retry_after_ms, luck_u32());
	if (next.host_pause_ms > 0)
		gate_pause(gate, now_ms, next.host_pause_ms);
	if (next.what == RETRY_WAIT && !s->is_stopping &&
	    gate_spend(gate, res->end == HTTP_TIMEOUT))
		return failure_retry(s, j, now_ms + next.wait_ms, err);
	(void)snprintf(reason, sizeof(reason), "%.200s: %.190s", res->host,
		       res->why);
	return outcome_give_up(s, j, ARK_DEFERRED, reason, err);
}

/* What was kept does not fit what the server has: fetch it whole. */
static bool
is_resume_refused(const struct http_result *res)
{
	return res->request->offset > 0 &&
	       (res->end == HTTP_NONSENSE ||
		(res->end == HTTP_STATUS && res->head.status == 416));
}

int
failure_follow(struct sync *s, struct job *j, const struct http_result *res,
	       int64_t now_ms, struct ark_error *err)
{
	enum retry_class class = retry_classify(res);

	if (class == RETRY_STOPPED) {
		jobs_done(s, j);
		return 0;
	}
	if (is_resume_refused(res) && !j->is_from_start) {
		j->is_from_start = true;
		return failure_retry(s, j, now_ms, err);
	}
	switch (class) {
	case RETRY_AUTH:
		return want_login(s, j, res, now_ms, err);
	case RETRY_LINK:
		return want_fresh_link(s, j, res, err);
	default:
		return wait_or_give_up(s, j, res, class, now_ms, err);
	}
}
