/*
 * What came of an attempt, and what follows.
 */
#include <stdio.h>

#include "base/clock.h"
#include "flow/custody.h"
#include "flow/judge.h"
#include "flow/sync_internal.h"

/* Whether a row that fails once more has had its chances. */
static bool
is_worn_out(const struct job *j, int64_t now_s)
{
	return j->row.runs + 1 >= SYNC_MAX_RUNS ||
	       (j->row.first_tried_s >= 0 &&
		now_s - j->row.first_tried_s >= SYNC_MAX_DAYS_S);
}

int
outcome_give_up(struct sync *s, struct job *j, enum ark_state state,
		const char *reason, struct ark_error *err)
{
	int64_t now_s = clock_wall_s();
	struct catalogue_setback back = {
		.row = j->row.row, .state = state, .reason = reason,
		.attempts = j->attempts, .now_s = now_s,
	};
	int32_t day = j->row.day;
	int rc = 0;

	if (state != ARK_GONE && is_worn_out(j, now_s))
		back.state = ARK_FAILED;
	if (back.state == ARK_GONE || back.state == ARK_FAILED)
		rc = custody_given_up(s->archive, j->row.kind, j->row.id,
				      back.state, err);
	if (!rc)
		rc = catalogue_set_back(s->archive->catalogue, &back, 1, err);
	event_log(&s->options->listener, ARK_LOG_WARNING, j->row.id, "%s: %s",
		  ark_state_name(back.state), reason);
	s->progress.troubled++;
	jobs_done(s, j);
	return rc ? rc : days_settle(s, day, err);
}

int
outcome_disk_failed(struct sync *s, struct job *j,
		    const struct ark_error *why, struct ark_error *err)
{
	int64_t free_bytes = 0;
	bool is_full;
	int rc;

	is_full = !store_free_bytes(s->archive->store, &free_bytes, NULL) &&
		  free_bytes < (INT64_C(1) << 20);
	rc = outcome_give_up(s, j, ARK_DEFERRED, "the local disk failed", err);
	event_log(&s->options->listener, ARK_LOG_ERROR, NULL, "disk: %s",
		  why->text);
	sync_note(s, ARK_EDISK);
	if (++s->disk_errors >= SYNC_MAX_DISK_ERRORS || is_full)
		sync_end(s, ARK_EDISK, why);
	return rc;
}

/* ---- letters --------------------------------------------------------- */

/* part_inspect_fn, on the part's own thread: what the bytes are. */
static void
inspect(void *ctx, int fd, int64_t size)
{
	struct job *j = ctx;

	if (kind_of(j->row.kind)->inspect(fd, size, &j->media, NULL)) {
		j->media.is_whole = false;
		(void)snprintf(j->media.flaw, sizeof(j->media.flaw),
			       "it could not be read back");
	}
}

static bool
is_unreachable(const struct http_result *res)
{
	return res->end == HTTP_CONNECT || res->end == HTTP_DNS;
}

/* What an attempt says about how many may run at once. */
static enum pace_end
pace_end_of(const struct http_result *res, enum retry_class class)
{
	if (class == RETRY_NONE)
		return PACE_DONE;
	if (class == RETRY_THROTTLED)
		return PACE_THROTTLED;
	if (res->end == HTTP_TIMEOUT || res->end == HTTP_RESET ||
	    res->end == HTTP_CONNECT)
		return PACE_LOST;
	return PACE_USELESS;
}

/* The engine has it no more. */
static void
take_off(struct sync *s, struct job *j)
{
	s->n_in_flight--;
	j->host->in_flight--;
	tap_end(&j->tap);
}

/* Tell the pace and the gate of the host how the attempt went. */
static void
account(struct sync *s, struct job *j, const struct http_result *res,
	int64_t now_ms)
{
	enum retry_class class = retry_classify(res);
	struct pace_attempt attempt = {
		.end = pace_end_of(res, class),
		.first_byte_ms = res->first_byte_ms,
		.spent_ms = res->spent_ms,
	};

	take_off(s, j);
	if (class == RETRY_NONE)
		bottleneck_attempt(&s->bottleneck, res->first_byte_ms,
				   res->spent_ms);
	if (class != RETRY_STOPPED)
		pace_ended(&j->host->pace, &attempt, now_ms);
	if (class == RETRY_TRANSIENT) {
		gate_failure(&j->host->gate, now_ms, is_unreachable(res));
		if (is_unreachable(res) && !j->host->failing_ms)
			j->host->failing_ms = now_ms;
	} else if (class != RETRY_STOPPED) {
		j->host->failing_ms = 0;
		if (class != RETRY_THROTTLED)
			gate_success(&j->host->gate);
		else	/* now: none may start while the part settles */
			gate_pause(&j->host->gate, now_ms,
				   res->head.retry_after_ms);
	}
	hosts_ended(s, j->host, res, now_ms);
}

/* It stood in line and never began. */
static void
take_back(struct sync *s, struct job *j)
{
	take_off(s, j);
	j->attempts--;
	s->summary->requests--;
}

/*
 * In the engine's thread: a whole body goes straight on to its writer, which
 * saves the deciding thread from waking up twice for each.
 */
void
outcome_take(struct http_result *res)
{
	struct job *j = res->request->tag;

	if (res->end != HTTP_DONE) {
		mailbox_post(res->request->reply, &res->letter);
		return;
	}
	j->result = res;
	part_settle(j->part, judge_wants(&res->head), inspect, j,
		    res->request->reply, LETTER_SETTLED);
}

/* What there is of a body that did not come whole comes to rest first. */
int
outcome_media(struct sync *s, struct http_result *res, int64_t now_ms,
	      struct ark_error *err)
{
	struct job *j = res->request->tag;

	(void)err;
	if (res->end == HTTP_RECALLED)
		take_back(s, j);
	else
		account(s, j, res, now_ms);
	j->result = res;
	j->state = JOB_SETTLING;
	part_settle(j->part, 0, NULL, j, &s->box, LETTER_SETTLED);
	return 0;
}

int
outcome_settled(struct sync *s, struct part_settled *settled, int64_t now_ms,
		struct ark_error *err)
{
	struct job *j = settled->ctx;
	struct http_result *res = j->result;
	int rc;

	if (j->state == JOB_FETCHING) {		/* by outcome_take() */
		account(s, j, res, now_ms);
		j->state = JOB_SETTLING;
	}
	if (settled->rc) {
		part_drop(j->part);
		j->part = NULL;
		rc = outcome_disk_failed(s, j, &settled->err, err);
		part_settled_free(settled);
		return rc;
	}
	part_settled_free(settled);
	if (res->end == HTTP_DONE)
		return accept_whole(s, j, now_ms, err);
	j->result = NULL;
	rc = failure_keep(j, res, err);
	if (!rc && res->end == HTTP_RECALLED)
		jobs_ready(s, j);
	else if (!rc)
		rc = failure_follow(s, j, res, now_ms, err);
	http_result_free(res);
	return rc;
}

static void
count_new(struct sync *s, enum catalogue_kind kind, int64_t bytes)
{
	struct ark_summary *sum = s->summary;

	if (kind == CATALOGUE_ATTACHMENT) {
		sum->media.fresh++;
		sum->media.bytes_new += bytes;
	} else {
		sum->new_recordings++;
		sum->bytes_new += bytes;
	}
}

/* One item of a batch that came back. */
static int
end_item(struct sync *s, struct job *j, const struct commit_item *item,
	 struct ark_error *err)
{
	int64_t bytes = j->row.bytes;
	int32_t day = j->row.day;

	switch (item->end) {
	case COMMIT_DONE:
	case COMMIT_SAME:
		count_new(s, j->row.kind, bytes);
		s->progress.fetched++;
		s->progress.bytes += bytes;
		event_log(&s->options->listener, ARK_LOG_DEBUG, j->row.id,
			  "archived as %s", item->path);
		jobs_done(s, j);
		return days_settle(s, day, err);
	case COMMIT_CONFLICT:
		event_log(&s->options->listener, ARK_LOG_ERROR, j->row.id,
			  "%s", item->err.text);
		sync_note(s, ARK_EINTEGRITY);
		return outcome_give_up(s, j, ARK_DEFERRED, "another file "
				       "stands under its name", err);
	case COMMIT_LOST:
		break;
	}
	return outcome_disk_failed(s, j, &item->err, err);
}

int
outcome_batch(struct sync *s, struct commit_batch *b, int64_t now_ms,
	      struct ark_error *err)
{
	int rc;

	(void)now_ms;
	rc = committer_record(s->committer, b, err);
	for (size_t i = 0; !rc && i < b->n; i++) {
		struct job *j = b->ctx[i];

		j->row.bytes = b->rows[i].bytes;
		rc = end_item(s, j, &b->items[i], err);
	}
	commit_batch_free(b);
	return rc;
}
