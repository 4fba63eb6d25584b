/*
 * What came of a page that was asked for.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/event.h"
#include "base/luck.h"
#include "flow/lister_internal.h"

int
lister_fail(struct lister *l, int rc)
{
	if (!l->rc)
		l->rc = rc;
	l->is_stopped = true;
	return rc;
}

/* Try call again after wait_ms. */
static int
again(struct lister *l, struct call *call, int64_t now_ms, int64_t wait_ms,
      struct ark_error *err)
{
	if (timers_add(&l->timers, now_ms + wait_ms, call)) {
		free(call);
		return lister_fail(l, error_nomem(err));
	}
	return 0;
}

/*
 * Documents of other times than were asked for: the platform filters by another
 * clock, or by another time of the call than its beginning.
 */
static void
tell_strayed(struct lister *l)
{
	if (l->has_strayed)
		return;
	l->has_strayed = true;
	event_log(l->set.service->listener, ARK_LOG_WARNING, NULL,
		  "%s: the platform gives documents that began at other times "
		  "than were asked for; nothing is held to have vanished (if "
		  "omni.time_zone is not the platform's, correct it)",
		  ark_route_name(l->set.route));
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
		.to_s = w->range.to_s, .number = w->number,
		.is_complete = !*w->flaw,
		.is_relisted = w->range.is_relisted,
		.total = window_total(w),
		.distinct = window_distinct(w), .flaw = w->flaw,
		.seen = &w->seen,
	};
	if (w->has_strayed)
		tell_strayed(l);
	told.has_strayed = l->has_strayed;
	if (!told.is_relisted) {
		l->counts.windows_done++;
		l->counts.windows_incomplete += !told.is_complete;
	}
	if (w->was_failed)
		l->failed_in_a_row++;
	else
		l->failed_in_a_row = 0;
	w->is_done = true;
	rc = l->set.ops.window(l->set.ops.ctx, &told, err);
	window_release(w);
	l->n_windows--;
	if (rc)
		return lister_fail(l, rc);
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
		return lister_fail(l, error_set(err, ARK_ESERVICE, "nothing could be "
					 "listed: %s", why));
	return settle(l, w, err);
}

/*
 * What begins between two windows may come with both, or with the earlier one
 * alone when the platform does not filter by the beginning.
 */
static int
see_edges(struct lister *l, const struct window *w, size_t n)
{
	char key[DOCUMENT_MAX_ID + 32];

	for (size_t i = 0; i < n; i++) {
		struct lister_document *d = &l->reader.documents[i];
		int64_t start = d->recording->start_s;
		int rc;

		if (start != w->range.from_s && start != w->range.to_s)
			continue;
		(void)snprintf(key, sizeof(key), "%lld %s", (long long)start,
			       d->recording->id);
		rc = idset_add(&l->edges, key);
		if (rc < 0)
			return rc;
		d->is_new &= rc;
	}
	return 0;
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
		rc = window_see(w, &l->reader, &page);
	page.is_relisted = w->range.is_relisted;
	if (!rc && call->query.page >= 0)
		rc = see_edges(l, w, page.n);
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
		return lister_fail(l, rc);
	l->has_listed = true;
	return settle(l, w, err);
}

/*
 * The method of call is not what this platform takes: ask with the other one,
 * once.  One that is remembered may have been given up; one that brought pages
 * in this run is the right one.
 */
static bool
turn_method(struct lister *l, struct call *call, const struct http_result *res)
{
	struct omni_dialect *d = l->dialect;
	enum omni_method used = call->was_post ? OMNI_POST : OMNI_GET;

	if (res->end != HTTP_STATUS || d->is_method_pinned ||
	    (res->head.status != 405 && res->head.status != 404))
		return false;
	if (call->was_turned || (l->has_listed && d->method == used))
		return false;
	if (d->method == OMNI_METHOD_UNKNOWN || d->method == used) {
		d->method = used == OMNI_GET ? OMNI_POST : OMNI_GET;
		d->is_changed = true;
	}
	call->was_turned = true;
	return true;
}

static void
learn_method(struct lister *l, const struct call *call)
{
	struct omni_dialect *d = l->dialect;
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
		return lister_fail(l, error_set(err, ARK_EAUTH, "the platform refuses "
					 "report requests (401) although the "
					 "login succeeded; check the rights of "
					 "%s", omni->set.login));
	}
	rc = omni_relogin(omni, res->credentials, err);
	l->counts.relogins += omni->generation != before;
	if (rc) {
		free(call);
		return lister_fail(l, rc);
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
	if (turn_method(l, call, res))
		return again(l, call, now_ms, 0, err);
	if (class == RETRY_AUTH)
		return relogin(l, call, res, now_ms, err);
	gate_failure(&l->host->gate, now_ms, res->end == HTTP_CONNECT ||
		     res->end == HTTP_DNS);
	next = retry_decide(&retry_default, class, ++call->attempts,
			    res->head.retry_after_ms, luck_u32());
	if (next.host_pause_ms > 0)
		gate_pause(&l->host->gate, now_ms, next.host_pause_ms);
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
	l->host->in_flight--;
	if (res->end == HTTP_DONE && !l->rc) {
		gate_success(&l->host->gate);
		learn_method(l, call);
		rc = take_page(l, call, res, now_ms, err);
	} else {
		rc = take_failure(l, call, res, now_ms, err);
	}
	http_result_free(res);
	if (!rc && l->failed_in_a_row >= LISTER_MAX_FAILED)
		rc = lister_fail(l, error_set(err, ARK_ESERVICE, "%d days in a row "
				       "could not be listed; the rest was not "
				       "tried", l->failed_in_a_row));
	return rc;
}
