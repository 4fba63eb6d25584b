#include "flow/lister.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
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
	l->host = &set->service->pages;
	l->dialect = set->dialect ? set->dialect : &set->service->omni.dialect;
	rc = page_reader_init(&l->reader, set->route, set->service->omni.set.base_url,
			      set->zone, err);
	if (rc) {
		page_reader_release(&l->reader);
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
	idset_release(&l->edges);
	free(l->relists);
	free(l);
}

const struct lister_counts *
lister_counts(const struct lister *l)
{
	return &l->counts;
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
		rc = page_request(&r, omni->set.base_url, l->set.route,
				  l->dialect, &call->query, err);
	if (rc) {
		free(call);
		return lister_fail(l, rc);
	}
	r->reply = l->set.reply;
	r->reply_kind = l->set.kind;
	r->tag = call;
	call->was_post = dialect_is_post(l->dialect);
	l->in_flight++;
	l->host->in_flight++;
	l->counts.requests++;
	if (rate > 0)
		l->host->next_request_ms = now_ms + (int64_t)(1000 / rate);
	http_engine_submit(l->set.service->engine, r);
	return 0;
}

/* Whether a request may be made at this moment. */
static bool
may_ask(const struct lister *l, int64_t now_ms)
{
	const struct service_pages *host = l->host;

	return !l->is_stopped && l->in_flight < LISTER_IN_FLIGHT &&
	       host->in_flight < LISTER_IN_FLIGHT_ALL &&
	       now_ms >= host->next_request_ms &&
	       gate_allows(&host->gate, now_ms, (uint32_t)host->in_flight);
}

static bool
is_open(const struct lister *l, int32_t day)
{
	for (size_t i = 0; i < LISTER_WINDOWS; i++) {
		const struct window *w = &l->windows[i];

		if (w->is_open && !w->is_done && w->day == day)
			return true;
	}
	return false;
}

/* The next day to be listed again that is not being listed just now. */
static bool
take_relist(struct lister *l, struct window_range *out)
{
	for (size_t i = 0; i < l->n_relists; i++) {
		if (is_open(l, day_of(l->relists[i].from_s)))
			continue;
		*out = l->relists[i];
		memmove(l->relists + i, l->relists + i + 1,
			(--l->n_relists - i) * sizeof(*l->relists));
		return true;
	}
	return false;
}

/* The next window of the range, or of the days to be listed again. */
static bool
take_range(struct lister *l, struct window_range *out)
{
	int64_t end;

	if (take_relist(l, out))
		return true;
	if (l->next_s >= l->set.to_s)
		return false;
	if (l->set.ops.has_room && !l->set.ops.has_room(l->set.ops.ctx))
		return false;
	end = (day_of(l->next_s) + 1) * DAY_SECONDS;
	if (end > l->set.to_s)
		end = l->set.to_s;
	*out = (struct window_range){
		.from_s = l->next_s, .to_s = end, .is_last = end == l->set.to_s,
	};
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
	const struct omni_dialect *d = l->dialect;
	bool is_learning = !d->method || !d->param || !d->unit;

	for (size_t i = 0; i < LISTER_WINDOWS && !l->is_stopped; i++) {
		struct window_range range;

		if (is_learning && l->n_windows)
			return;
		if (l->windows[i].is_open)
			continue;
		if (!take_range(l, &range))
			return;
		window_open(&l->windows[i], l->dialect, &range);
		l->windows[i].number = ++l->counts.begun;
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
				return lister_fail(l, error_nomem(err));
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
	int64_t wait_ms;
	int rc;

	if (l->rc)
		return l->rc;
	wait_ms = gate_opens_ms(&l->host->gate, now_ms);
	if (wait_ms > retry_default.longest_wait_ms)
		return lister_fail(l, error_set(err, ARK_ESERVICE, "the "
						"platform asks to wait %lld "
						"minutes; try again then",
						(long long)wait_ms / 60000));
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
	if (is_open(l, day))
		return false;
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

	if (l->is_stopped || l->in_flight >= LISTER_IN_FLIGHT ||
	    l->host->in_flight >= LISTER_IN_FLIGHT_ALL)
		return -1;
	if (due >= 0)
		due = due > now_ms ? due - now_ms : 0;
	if (l->host->next_request_ms > now_ms && l->n_windows &&
	    (due < 0 || due > l->host->next_request_ms - now_ms))
		due = l->host->next_request_ms - now_ms;
	if (gate_opens_ms(&l->host->gate, now_ms) > due && due >= 0)
		due = gate_opens_ms(&l->host->gate, now_ms);
	return due;
}

int
lister_relist(struct lister *l, int32_t day)
{
	struct window_range range = { .is_relisted = true };
	struct window_range *grown;

	range.from_s = day * DAY_SECONDS;
	range.to_s = range.from_s + DAY_SECONDS;
	range.is_last = range.to_s >= l->set.to_s;
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

		if (!rc && event_should_stop(service->listener))
			rc = error_set(err, ARK_ESTOPPED, "stopped");
		if (!rc)
			rc = lister_pump(l, clock_now_ms(), err);
		if (rc) {
			lister_stop(l);
			service_stop(service);
		}
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
