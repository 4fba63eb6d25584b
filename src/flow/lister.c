#include "flow/lister.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/luck.h"
#include "flow/lister_internal.h"

int
lister_new(struct lister **out, const struct lister_settings *set,
	   struct ark_error *err)
{
	struct lister *l = calloc(1, sizeof(*l));
	int rc;

	if (!l)
		return error_nomem(err);
	l->set = *set;
	l->next_s = set->from_s;
	gate_init(&l->gate);
	rc = page_reader_init(&l->reader, set->service->omni.set.base_url,
			      set->zone, err);
	if (rc) {
		free(l);
		return rc;
	}
	for (int64_t s = set->from_s; s < set->to_s;
	     s = (day_of(s) + 1) * DAY_SECONDS)
		l->counts.windows++;
	*out = l;
	return 0;
}

void
lister_free(struct lister *l)
{
	struct call *call;

	if (!l)
		return;
	for (size_t i = 0; i < LISTER_WINDOWS; i++)
		window_release(&l->windows[i]);
	for (;;) {
		call = timers_take_any(&l->timers);
		if (!call)
			break;
		free(call);
	}
	timers_release(&l->timers);
	page_reader_release(&l->reader);
	free(l->relists);
	free(l);
}

const struct lister_counts *
lister_counts(const struct lister *l)
{
	return &l->counts;
}

/* Remember the first failure that ends the listing. */
static int
fail(struct lister *l, int rc)
{
	if (!l->rc)
		l->rc = rc;
	l->is_stopped = true;
	return rc;
}

void
lister_stop(struct lister *l)
{
	l->is_stopped = true;
}

bool
lister_is_stopped(const struct lister *l)
{
	return l->is_stopped;
}

/* Submit call's page. */
static int
submit(struct lister *l, struct call *call, int64_t now_ms,
       struct ark_error *err)
{
	struct omni *omni = &l->set.service->omni;
	double rate = l->set.service->config->requests_per_second;
	struct http_request *r = NULL;
	int rc = 0;

	if (omni_is_stale(omni, clock_wall_s())) {
		rc = omni_login(omni, err);
		l->counts.relogins++;
	}
	if (!rc)
		rc = page_request(&r, omni->set.base_url, &omni->dialect,
				  &call->query, err);
	if (rc) {
		free(call);
		return fail(l, rc);
	}
	r->reply = l->set.reply;
	r->reply_kind = l->set.kind;
	r->tag = call;
	call->was_post = dialect_is_post(&omni->dialect);
	l->in_flight++;
	l->counts.requests++;
	if (rate > 0)
		l->next_request_ms = now_ms + (int64_t)(1000 / rate);
	http_engine_submit(l->set.service->engine, r);
	return 0;
}

/* Whether a request may be made at this moment. */
static bool
may_ask(const struct lister *l, int64_t now_ms)
{
	return !l->is_stopped && l->in_flight < LISTER_IN_FLIGHT &&
	       now_ms >= l->next_request_ms &&
	       gate_allows(&l->gate, now_ms, (uint32_t)l->in_flight);
}

/* The next window of the range, or of the days to be listed again. */
static bool
take_range(struct lister *l, struct window_range *out)
{
	int64_t end;

	if (l->n_relists) {
		*out = l->relists[0];
		memmove(l->relists, l->relists + 1,
			--l->n_relists * sizeof(*l->relists));
		return true;
	}
	if (l->next_s >= l->set.to_s)
		return false;
	if (l->set.ops.has_room && !l->set.ops.has_room(l->set.ops.ctx))
		return false;
	end = (day_of(l->next_s) + 1) * DAY_SECONDS;
	if (end > l->set.to_s)
		end = l->set.to_s;
	*out = (struct window_range){ .from_s = l->next_s, .to_s = end };
	l->next_s = end;
	return true;
}

/*
 * Begin windows while there is room.  Until paging is understood there is one
 * at a time, so that what it teaches serves all that follow.
 */
static void
begin_windows(struct lister *l)
{
	const struct omni_dialect *d = &l->set.service->omni.dialect;
	bool is_learning = !d->method || !d->param || !d->unit;

	for (size_t i = 0; i < LISTER_WINDOWS && !l->is_stopped; i++) {
		struct window_range range;

		if (is_learning && l->n_windows)
			return;
		if (l->windows[i].is_open)
			continue;
		if (!take_range(l, &range))
			return;
		window_open(&l->windows[i], &l->set.service->omni.dialect,
			    &range);
		l->n_windows++;
	}
}

static int
ask_windows(struct lister *l, int64_t now_ms, struct ark_error *err)
{
	for (size_t i = 0; i < LISTER_WINDOWS; i++) {
		struct window *w = &l->windows[i];
		struct walk_query q;
		struct call *call;
		int rc;

		while (w->is_open && may_ask(l, now_ms) &&
		       walk_next(&w->walk, &q)) {
			call = calloc(1, sizeof(*call));
			if (!call)
				return fail(l, error_nomem(err));
			call->window = w;
			call->query = q;
			rc = submit(l, call, now_ms, err);
			if (rc)
				return rc;
		}
	}
	return 0;
}

int
lister_pump(struct lister *l, int64_t now_ms, struct ark_error *err)
{
	struct call *call;
	int rc;

	if (l->rc)
		return l->rc;
	while (may_ask(l, now_ms)) {
		call = timers_take_due(&l->timers, now_ms);
		if (!call)
			break;
		rc = submit(l, call, now_ms, err);
		if (rc)
			return rc;
	}
	begin_windows(l);
	return ask_windows(l, now_ms, err);
}

/* Try call again after wait_ms. */
static int
again(struct lister *l, struct call *call, int64_t now_ms, int64_t wait_ms,
      struct ark_error *err)
{
	if (timers_add(&l->timers, now_ms + wait_ms, call)) {
		free(call);
		return fail(l, error_nomem(err));
	}
	return 0;
}

/* The walk of w moved: begin a further part, or tell the owner it is done. */
static int
settle(struct lister *l, struct window *w, struct ark_error *err)
{
	struct lister_window told;
	int rc;

	if (!window_advance(w))
		return 0;
	told = (struct lister_window){
		.day = w->day, .from_s = w->range.from_s,
		.to_s = w->range.to_s, .is_complete = !*w->flaw,
		.is_relisted = w->range.is_relisted,
		.total = window_total(w), .flaw = w->flaw, .seen = &w->seen,
	};
	if (!told.is_relisted) {
		l->counts.windows_done++;
		l->counts.windows_incomplete += !told.is_complete;
	}
	if (w->was_failed)
		l->failed_in_a_row++;
	else
		l->failed_in_a_row = 0;
	rc = l->set.ops.window(l->set.ops.ctx, &told, err);
	window_release(w);
	l->n_windows--;
	if (rc)
		return fail(l, rc);
	return 0;
}

/* The page of call cannot be had: its window must do without. */
static int
give_up(struct lister *l, struct call *call, const char *why,
	struct ark_error *err)
{
	struct window *w = call->window;

	walk_fail(&w->walk, &call->query, why);
	event_log(l->set.service->listener, ARK_LOG_WARNING, NULL,
		  "listing page %lld failed: %s", (long long)call->query.page,
		  why);
	free(call);
	if (!l->has_listed && w->walk.verdict == WALK_FAILED)
		return fail(l, error_set(err, ARK_ESERVICE, "nothing could be "
					 "listed: %s", why));
	return settle(l, w, err);
}

/* A page arrived and was read. */
static int
take_page(struct lister *l, struct call *call, struct http_result *res,
	  int64_t now_ms, struct ark_error *err)
{
	struct window *w = call->window;
	struct lister_page page;
	struct ark_error why;
	int64_t total = -1;
	int rc;

	rc = page_read(&l->reader, &res->body, w->day, &total, &page, &why);
	if (rc == ARK_EFORMAT) {
		if (++call->attempts >= LISTER_MAX_NONSENSE)
			return give_up(l, call, why.text, err);
		l->counts.retries++;
		return again(l, call, now_ms, 500 * call->attempts, err);
	}
	if (!rc && call->query.page >= 0)
		rc = window_see(w, &l->reader);
	if (!rc && call->query.page >= 0)
		rc = l->set.ops.page(l->set.ops.ctx, &page, err);
	else if (rc)
		rc = error_nomem(err);
	if (!rc && walk_feed(&w->walk, &call->query, total, l->reader.ids,
			     l->reader.n_ids))
		rc = error_nomem(err);
	l->counts.documents += (int64_t)page.n;
	free(call);
	if (rc)
		return fail(l, rc);
	l->has_listed = true;
	return settle(l, w, err);
}

/* GET is not what this platform takes: ask with POST, once. */
static bool
turn_to_post(struct lister *l, const struct call *call,
	     const struct http_result *res)
{
	struct omni_dialect *d = &l->set.service->omni.dialect;

	if (res->end != HTTP_STATUS || d->is_method_pinned ||
	    (res->head.status != 405 && res->head.status != 404))
		return false;
	if (call->was_post)
		return false;
	if (d->method == OMNI_METHOD_UNKNOWN) {
		d->method = OMNI_POST;
		d->is_changed = true;
	}
	return d->method == OMNI_POST;
}

static void
learn_method(struct lister *l, const struct call *call)
{
	struct omni_dialect *d = &l->set.service->omni.dialect;
	enum omni_method method = call->was_post ? OMNI_POST : OMNI_GET;

	if (d->method != method) {
		d->method = method;
		d->is_changed = true;
	}
}

/* 401: log in, once for all requests that carried the same token. */
static int
relogin(struct lister *l, struct call *call, const struct http_result *res,
	int64_t now_ms, struct ark_error *err)
{
	struct omni *omni = &l->set.service->omni;
	unsigned before = omni->generation;
	int rc;

	if (++call->logins > 2) {
		free(call);
		return fail(l, error_set(err, ARK_EAUTH, "the platform refuses "
					 "report requests (401) although the "
					 "login succeeded; check the rights of "
					 "%s", omni->set.login));
	}
	rc = omni_relogin(omni, res->credentials, err);
	l->counts.relogins += omni->generation != before;
	if (rc) {
		free(call);
		return fail(l, rc);
	}
	return again(l, call, now_ms, 0, err);
}

/* An attempt that brought no page. */
static int
take_failure(struct lister *l, struct call *call,
	     const struct http_result *res, int64_t now_ms,
	     struct ark_error *err)
{
	enum retry_class class = retry_classify(res);
	struct retry_decision next;

	if (class == RETRY_STOPPED || l->is_stopped) {
		free(call);
		return l->rc;
	}
	if (turn_to_post(l, call, res))
		return again(l, call, now_ms, 0, err);
	if (class == RETRY_AUTH)
		return relogin(l, call, res, now_ms, err);
	gate_failure(&l->gate, now_ms, res->end == HTTP_CONNECT ||
		     res->end == HTTP_DNS);
	next = retry_decide(&retry_default, class, ++call->attempts,
			    res->head.retry_after_ms, luck_u32());
	if (next.host_pause_ms > 0)
		gate_pause(&l->gate, now_ms, next.host_pause_ms);
	if (next.what == RETRY_GIVE_UP)
		return give_up(l, call, res->text, err);
	l->counts.retries++;
	return again(l, call, now_ms, next.wait_ms, err);
}

int
lister_result(struct lister *l, struct http_result *res, int64_t now_ms,
	      struct ark_error *err)
{
	struct call *call = res->request->tag;
	int rc;

	l->in_flight--;
	if (res->end == HTTP_DONE && !l->rc) {
		gate_success(&l->gate);
		learn_method(l, call);
		rc = take_page(l, call, res, now_ms, err);
	} else {
		rc = take_failure(l, call, res, now_ms, err);
	}
	http_result_free(res);
	if (!rc && l->failed_in_a_row >= LISTER_MAX_FAILED)
		rc = fail(l, error_set(err, ARK_ESERVICE, "%d days in a row "
				       "could not be listed; the rest was not "
				       "tried", l->failed_in_a_row));
	return rc;
}

bool
lister_is_idle(const struct lister *l)
{
	if (l->in_flight)
		return false;
	return l->is_stopped ||
	       (!l->n_windows && !l->n_relists && l->next_s >= l->set.to_s);
}

bool
lister_is_day_done(const struct lister *l, int32_t day)
{
	for (size_t i = 0; i < LISTER_WINDOWS; i++) {
		if (l->windows[i].is_open && l->windows[i].day == day)
			return false;
	}
	for (size_t i = 0; i < l->n_relists; i++) {
		if (day_of(l->relists[i].from_s) == day)
			return false;
	}
	return l->next_s >= (day + 1) * DAY_SECONDS || l->next_s >= l->set.to_s;
}

int64_t
lister_due_ms(const struct lister *l, int64_t now_ms)
{
	int64_t due = timers_next_ms(&l->timers);

	if (l->is_stopped || l->in_flight >= LISTER_IN_FLIGHT)
		return -1;
	if (due >= 0)
		due = due > now_ms ? due - now_ms : 0;
	if (l->next_request_ms > now_ms && l->n_windows &&
	    (due < 0 || due > l->next_request_ms - now_ms))
		due = l->next_request_ms - now_ms;
	if (gate_opens_ms(&l->gate, now_ms) > due && due >= 0)
		due = gate_opens_ms(&l->gate, now_ms);
	return due;
}

int
lister_relist(struct lister *l, int32_t day)
{
	struct window_range range = { .is_relisted = true };
	struct window_range *grown;

	range.from_s = day * DAY_SECONDS;
	range.to_s = range.from_s + DAY_SECONDS;
	for (size_t i = 0; i < l->n_relists; i++) {
		if (l->relists[i].from_s == range.from_s)
			return 0;
	}
	grown = realloc(l->relists, (l->n_relists + 1) * sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	l->relists = grown;
	l->relists[l->n_relists++] = range;
	return 0;
}

int
lister_drive(struct lister *l, struct service *service, struct mailbox *box,
	     struct ark_error *err)
{
	int rc = 0;

	while (!lister_is_idle(l)) {
		struct letter *letter;
		int64_t wait;

		if (event_should_stop(service->listener) && !l->is_stopped) {
			rc = error_set(err, ARK_ESTOPPED, "stopped");
			lister_stop(l);
		}
		if (!rc)
			rc = lister_pump(l, clock_now_ms(), err);
		wait = lister_due_ms(l, clock_now_ms());
		letter = mailbox_take(box, wait < 0 || wait > 100 ? 100 : wait);
		while (letter) {
			struct letter *next = letter->next;
			int end;

			end = lister_result(l, (struct http_result *)letter,
					    clock_now_ms(), rc ? NULL : err);
			rc = rc ? rc : end;
			letter = next;
		}
	}
	return rc;
}
