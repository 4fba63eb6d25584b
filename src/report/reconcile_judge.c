/*
 * What is wrong with one call.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/reconcile_judge.h"

const int judge_order[ARK_CALL_ROUTES] = {
	ARK_VOICE_LOG, ARK_SERVICE_HISTORY, ARK_AUDIO_LINKS,
};

static const struct reconcile_entry *
entry_at(const struct judge *j, size_t i)
{
	return i == RECONCILE_NONE ? NULL : &j->r->entries[i];
}

const struct reconcile_entry *
judge_first(const struct judge *j, int route)
{
	return entry_at(j, j->call->first[route]);
}

const struct reconcile_entry *
judge_next(const struct judge *j, const struct reconcile_entry *e)
{
	return entry_at(j, e->next);
}

int
judge_tell(struct judge *j, enum ark_discrepancy_kind kind, bool is_explained,
	   const struct reconcile_entry *e)
{
	struct ark_discrepancy d = j->told;

	d.kind = kind;
	d.is_explained = is_explained;
	d.detail = j->detail;
	if (e)
		d.ids[e->route] = e->id;
	if (is_explained)
		j->who->sums.explained++;
	else
		j->who->sums.unexplained++;
	return reconcile_note(j->r, &d, j->fn, j->ctx);
}

void
judge_say(struct judge *j, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(j->detail, sizeof(j->detail), fmt, args);
	va_end(args);
}

/* ---- which call it is ------------------------------------------------- */

static int64_t
start_by(const struct judge *j, int route)
{
	int64_t s = INT64_MAX;

	for (const struct reconcile_entry *e = judge_first(j, route); e;
	     e = judge_next(j, e))
		s = e->start_s < s ? e->start_s : s;
	return s;
}

/* When it began, by the first report that knows it. */
static int64_t
start_of(const struct judge *j)
{
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (j->call->n[judge_order[i]])
			return start_by(j, judge_order[i]);
	}
	return -1;
}

/* Fill what its discrepancies share; false: nobody wants to know. */
static bool
introduce(struct judge *j)
{
	bool is_wanted = false;

	j->told = (struct ark_discrepancy){
		.day = j->r->options.day, .protocol = "",
		.start_s = start_of(j), .ids = { "", "", "" },
	};
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		const int route = judge_order[i];
		const struct reconcile_entry *e = judge_first(j, route);

		if (!e)
			continue;
		if (!j->who || (!*j->who->agent && !*j->who->email))
			j->who = e->who;
		if (e->has_protocol)
			j->told.protocol = e->key;
		j->told.ids[route] = e->id;
		for (; e; e = judge_next(j, e))
			is_wanted |= e->is_wanted;
	}
	assert(j->who);		/* no call is without document */
	j->told.agent = j->who->agent;
	j->told.agent_email = j->who->email;
	j->told.service = j->who->service;
	return is_wanted;
}

/* Let its documents be known as those of a call of the day. */
static void
mark(const struct judge *j)
{
	struct reconcile_entry *entries = j->r->entries;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		for (size_t at = j->call->first[i]; at != RECONCILE_NONE;
		     at = entries[at].next)
			entries[at].is_judged = true;
	}
}

/* A document of unknown medium alone is not held to be a call. */
static bool
is_call(const struct judge *j)
{
	const struct reconcile_entry *e;

	if (j->call->n[ARK_VOICE_LOG] || j->call->n[ARK_AUDIO_LINKS])
		return true;
	for (e = judge_first(j, ARK_SERVICE_HISTORY); e; e = judge_next(j, e)) {
		if (!e->is_perhaps)
			return true;
	}
	return false;
}

/*
 * What another report lists on the other side of midnight may be there, though
 * that day was not asked.
 */
static const char *
doubt_of(const struct judge *j)
{
	int64_t at = j->told.start_s - j->r->options.day * DAY_SECONDS;
	int side = at < RECONCILE_MARGIN_S ? RECONCILE_BEFORE :
		   at >= DAY_SECONDS - RECONCILE_MARGIN_S ? RECONCILE_AFTER :
							    RECONCILE_TODAY;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (j->call->n[i] || j->r->options.is_listed[side][i] ||
		    side == RECONCILE_TODAY)
			continue;
		return side == RECONCILE_BEFORE ?
		       "; the day before was not listed completely" :
		       "; the day after was not listed completely";
	}
	return "";
}

/* ---- attendance ------------------------------------------------------- */

static int64_t
attended_by(const struct judge *j, int route)
{
	int64_t n = 0;

	for (const struct reconcile_entry *e = judge_first(j, route); e;
	     e = judge_next(j, e))
		n += e->is_attended;
	return n;
}

/* Whether one of its documents is in a state other than these (bits). */
static bool
is_other_than(const struct judge *j, unsigned states)
{
	for (const struct reconcile_entry *e = judge_first(j, ARK_AUDIO_LINKS);
	     e; e = judge_next(j, e)) {
		if (!(states & 1u << e->state))
			return true;
	}
	return false;
}

/* Whether a report was listed completely and does not know the call. */
static bool
is_missing(const struct judge *j, int route)
{
	return !j->call->n[route] &&
	       j->r->options.is_listed[RECONCILE_TODAY][route];
}

/* Whether each report that knows the call has one document of it. */
static bool
is_single(const struct judge *j)
{
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (j->call->n[i] > 1)
			return false;
	}
	return true;
}

/* In which of the reports somebody attended to it, in words. */
static const char *
attending(const struct judge *j, char out[128])
{
	size_t len = 0;

	out[0] = 0;
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		int n;

		if (!attended_by(j, judge_order[i]))
			continue;
		n = snprintf(out + len, 128 - len, "%s%s", len ? ", " : "",
			     ark_route_name((enum ark_route)judge_order[i]));
		len += (size_t)n;
	}
	return out;
}

static int
judge_attendance(struct judge *j)
{
	char names[128];

	if (!is_single(j))
		return 0;
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (!j->call->n[judge_order[i]] ||
		    attended_by(j, judge_order[i]))
			continue;
		judge_say(j, "attended by %s, not by %s", attending(j, names),
			  ark_route_name((enum ark_route)judge_order[i]));
		return judge_tell(j, ARK_ATTENDANCE_DIFFERS, false, NULL);
	}
	return 0;
}

/* ---- absence ---------------------------------------------------------- */

static int
judge_missing(struct judge *j)
{
	char names[128];
	int rc = 0;

	attending(j, names);
	if (is_missing(j, ARK_VOICE_LOG) && is_missing(j, ARK_SERVICE_HISTORY)) {
		judge_say(j, "only %s knows it%s",
			  ark_route_name(ARK_AUDIO_LINKS), j->doubt);
		return judge_tell(j, ARK_RECORDING_WITHOUT_CALL, false, NULL);
	}
	if (is_missing(j, ARK_VOICE_LOG)) {
		judge_say(j, "attended by %s, not in voice-log%s", names,
			  j->doubt);
		rc = judge_tell(j, ARK_MISSING_IN_VOICE_LOG, false, NULL);
	}
	if (!rc && is_missing(j, ARK_SERVICE_HISTORY)) {
		judge_say(j, "attended by %s, not in service-history%s", names,
			  j->doubt);
		rc = judge_tell(j, ARK_MISSING_IN_HISTORY, false, NULL);
	}
	return rc;
}

static int
judge_recordings(struct judge *j)
{
	char names[128];
	int rc = 0;

	if (is_missing(j, ARK_AUDIO_LINKS)) {
		judge_say(j, "attended by %s, not in %s%s", attending(j, names),
			  ark_route_name(ARK_AUDIO_LINKS), j->doubt);
		return judge_tell(j, ARK_ATTENDED_WITHOUT_RECORDING, false,
				  NULL);
	}
	if (j->call->n[ARK_AUDIO_LINKS] && !is_other_than(j, 1u << ARK_NO_LINK)) {
		judge_say(j, "attended by %s; %s gives no link",
			  attending(j, names), ark_route_name(ARK_AUDIO_LINKS));
		return judge_tell(j, ARK_ATTENDED_WITHOUT_RECORDING, false,
				  NULL);
	}
	for (const struct reconcile_entry *e = judge_first(j, ARK_AUDIO_LINKS);
	     !rc && e; e = judge_next(j, e))
		rc = judge_recording(j, e);
	return rc;
}

/* ---- times ------------------------------------------------------------ */

static int
judge_times(struct judge *j)
{
	int64_t unmeasured = 0;
	int is_different;

	is_different = reconcile_compare(j->r, j->call, j->detail,
					 sizeof(j->detail), &unmeasured);
	j->who->sums.unmeasured += unmeasured;
	j->r->sums.unmeasured += unmeasured;
	if (is_different)
		return judge_tell(j, ARK_DURATION_DIFFERS, false, NULL);
	if (reconcile_are_apart(j->r, j->call, j->detail, sizeof(j->detail)))
		return judge_tell(j, ARK_TIMES_DIFFER, false, NULL);
	return 0;
}

/* ---- sums ------------------------------------------------------------- */

static void
count(struct judge *j)
{
	struct ark_reconcile_sums sums = { .calls = 1 };

	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		sums.attended[i] = attended_by(j, i);
	for (const struct reconcile_entry *e = judge_first(j, ARK_AUDIO_LINKS);
	     e; e = judge_next(j, e)) {
		sums.recordings += e->state != ARK_NO_LINK;
		if (e->state != ARK_ARCHIVED)
			continue;
		sums.archived++;
		if (e->audio_ms >= 0)
			sums.audio_ms += e->audio_ms;
		if (e->answered_s >= 0)
			sums.talk_s += reconcile_to(e) - e->answered_s;
	}
	reconcile_sums_add(&j->who->sums, &sums);
	reconcile_sums_add(&j->r->sums, &sums);
}

static int
judge_attended(struct judge *j)
{
	int rc;

	count(j);
	j->doubt = doubt_of(j);
	rc = judge_recordings(j);
	if (!rc)
		rc = judge_missing(j);
	if (!rc)
		rc = judge_attendance(j);
	if (!rc)
		rc = judge_times(j);
	return rc;
}

int
reconcile_judge(struct reconcile *r, const struct reconcile_call *call,
		ark_discrepancy_fn *fn, void *ctx)
{
	struct judge j = { .r = r, .call = call, .fn = fn, .ctx = ctx };
	bool is_attended = false;
	int rc = 0;

	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		is_attended |= attended_by(&j, i) > 0;
	if (day_of(start_of(&j)) != r->options.day || !is_call(&j) ||
	    !introduce(&j))
		return 0;
	mark(&j);
	if (is_attended) {
		rc = judge_attended(&j);
	} else if (is_other_than(&j, 1u << ARK_NO_LINK | 1u << ARK_EXCLUDED)) {
		/* what is excluded may have had no link */
		count(&j);
		judge_say(&j, "there is a recording, and no report calls it "
			  "attended");
		rc = judge_tell(&j, ARK_ATTENDANCE_DIFFERS, false, NULL);
	}
	return rc ? rc : judge_documents(&j);
}
