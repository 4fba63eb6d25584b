#include <inttypes.h>

#include "http/engine_internal.h"

/* What a transfer may fall short by before it counts as stalled. */
static int64_t
full_credit(const struct http_settings *s)
{
	return s->low_speed_bytes * s->low_speed_ms / 1000;
}

/*
 * Credit runs out at the lowest speed allowed and comes back with each byte:
 * silence ends after low_speed_ms, and so does, later, a drip that is too
 * slow.  A transfer that we hold ourselves loses none.
 */
static bool
is_stalled(struct transfer *t, int64_t now_ms)
{
	const struct http_settings *s = &t->engine->settings;
	int64_t full = full_credit(s);
	int64_t passed_ms = now_ms - t->watched_ms;

	t->watched_ms = now_ms;
	if (t->pause || !full)
		return false;
	if (t->credit > full)
		t->credit = full;
	t->credit -= s->low_speed_bytes * passed_ms / 1000;
	return t->credit <= 0;
}

/* Say why t has to end now, if it has to. */
static bool
is_over(struct transfer *t, int64_t now_ms)
{
	const struct http_settings *s = &t->engine->settings;
	int64_t deadline_ms = t->request.deadline_ms;
	/* A refused body that hangs does not make its status unknown. */
	bool is_known = t->answer == ANSWER_SCRATCH;

	if (deadline_ms > 0 && now_ms - t->started_ms >= deadline_ms) {
		if (!is_known)
			transfer_judge(t, HTTP_TIMEOUT,
				       "over the deadline of %" PRId64 " ms",
				       deadline_ms);
		return true;
	}
	if (naming_is_late(t, now_ms))
		return true;
	if (!t->sent_ms)
		return false;
	if (!t->head_ms) {
		if (now_ms - t->sent_ms < s->first_byte_ms)
			return false;
		transfer_judge(t, HTTP_TIMEOUT,
			       "no answer within %" PRId64 " ms",
			       s->first_byte_ms);
		return true;
	}
	if (!is_stalled(t, now_ms))
		return false;
	if (!is_known)
		transfer_judge(t, HTTP_TIMEOUT,
			       "stalled: less than %" PRId64
			       " bytes a second for %" PRId64 " ms",
			       s->low_speed_bytes, s->low_speed_ms);
	return true;
}

void
watch_check(struct http_engine *e, int64_t now_ms)
{
	struct transfer *next;

	if (now_ms - e->checked_ms < CHECK_MS)
		return;
	e->checked_ms = now_ms;
	for (struct transfer *t = e->live; t; t = next) {
		next = t->next;
		if (is_over(t, now_ms))
			transfer_ended(t, CURLE_ABORTED_BY_CALLBACK);
	}
}

/* libcurl offers the held bytes at once, from inside this call. */
static void
resume(struct transfer *t)
{
	CURLcode code;

	t->pause = PAUSE_NONE;
	code = curl_easy_pause(t->easy, CURLPAUSE_CONT);
	if (code)
		transfer_ended(t, code);
}

/* The flags and their order: see http_engine_wake(). */
static void
resume_sinks(struct http_engine *e)
{
	struct transfer *next;

	if (!atomic_exchange(&e->is_woken, false))
		return;
	atomic_store(&e->has_paused, false);
	for (struct transfer *t = e->live; t; t = next) {
		next = t->next;
		if (t->pause == PAUSE_SINK)
			resume(t);
	}
}

/* Whoever waits longest is nearest to the front: take turns. */
static void
resume_throttled(struct http_engine *e, int64_t now_ms)
{
	struct transfer *next, *t = e->live;

	if (!e->throttle.rate)
		return;
	for (size_t n = e->n_live; n > 0 && t; n--) {
		if (!throttle_allows(&e->throttle, now_ms))
			return;
		next = t->next;
		if (t->pause == PAUSE_RATE) {
			transfer_to_back(t);
			resume(t);
		}
		t = next;
	}
}

void
watch_resume(struct http_engine *e, int64_t now_ms)
{
	resume_sinks(e);
	resume_throttled(e, now_ms);
}

int
watch_wait_ms(const struct http_engine *e, int64_t now_ms)
{
	int64_t wait_ms = e->checked_ms + CHECK_MS - now_ms;
	int64_t other_ms;

	if (!e->live)
		return IDLE_MS;
	if (atomic_load(&e->has_paused) && atomic_load(&e->is_woken))
		return 0;
	if (e->throttle.rate) {
		other_ms = throttle_wait_ms(&e->throttle, now_ms);
		if (e->throttle.level < 0 && other_ms < wait_ms)
			wait_ms = other_ms;
	}
	return wait_ms > 0 ? (int)wait_ms : 0;
}
