/*
 * What is wrong with one call.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/reconcile_internal.h"

#define DETAIL_SIZE 400

/* The call in hand. */
struct judge {
	struct reconcile *r;
	const struct reconcile_call *call;
	struct reconcile_who *who;
	struct ark_discrepancy told;	/* what all its discrepancies share */
	ark_discrepancy_fn *fn;
	void *ctx;
	const char *doubt;		/* behind what is concluded from absence */
	char detail[DETAIL_SIZE];
};

/* The reports in the order in which they are believed. */
static const int order[ARK_CALL_ROUTES] = {
	ARK_VOICE_LOG, ARK_SERVICE_HISTORY, ARK_AUDIO_LINKS,
};

static const struct reconcile_entry *
entry_at(const struct judge *j, size_t i)
{
	return i == RECONCILE_NONE ? NULL : &j->r->entries[i];
}

static const struct reconcile_entry *
first_of(const struct judge *j, int route)
{
	return entry_at(j, j->call->first[route]);
}

/* for (e = first_of(j, route); e; e = next_of(j, e)) */
static const struct reconcile_entry *
next_of(const struct judge *j, const struct reconcile_entry *e)
{
	return entry_at(j, e->next);
}

static int
tell(struct judge *j, enum ark_discrepancy_kind kind, bool is_explained,
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

static void say(struct judge *j, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(struct judge *j, const char *fmt, ...)
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

	for (const struct reconcile_entry *e = first_of(j, route); e;
	     e = next_of(j, e))
		s = e->start_s < s ? e->start_s : s;
	return s;
}

/* When it began, by the first report that knows it. */
static int64_t
start_of(const struct judge *j)
{
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (j->call->n[order[i]])
			return start_by(j, order[i]);
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
		const struct reconcile_entry *e = first_of(j, order[i]);

		if (!e)
			continue;
		if (!j->who || (!*j->who->agent && !*j->who->email))
			j->who = e->who;
		if (e->has_protocol)
			j->told.protocol = e->key;
		j->told.ids[order[i]] = e->id;
		for (; e; e = next_of(j, e))
			is_wanted |= e->is_wanted;
	}
	j->told.agent = j->who->agent;
	j->told.agent_email = j->who->email;
	j->told.service = j->who->service;
	return is_wanted;
}

/* A document of unknown medium alone is not held to be a call. */
static bool
is_call(const struct judge *j)
{
	if (j->call->n[ARK_VOICE_LOG] || j->call->n[ARK_AUDIO_LINKS])
		return true;
	for (const struct reconcile_entry *e = first_of(j, ARK_SERVICE_HISTORY);
	     e; e = next_of(j, e)) {
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

	for (const struct reconcile_entry *e = first_of(j, route); e;
	     e = next_of(j, e))
		n += e->is_attended;
	return n;
}

/* Whether one of its documents is in a state other than these (bits). */
static bool
is_other_than(const struct judge *j, unsigned states)
{
	for (const struct reconcile_entry *e = first_of(j, ARK_AUDIO_LINKS); e;
	     e = next_of(j, e)) {
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

		if (!attended_by(j, order[i]))
			continue;
		n = snprintf(out + len, 128 - len, "%s%s", len ? ", " : "",
			     ark_route_name((enum ark_route)order[i]));
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
		if (!j->call->n[order[i]] || attended_by(j, order[i]))
			continue;
		say(j, "attended by %s, not by %s", attending(j, names),
		    ark_route_name((enum ark_route)order[i]));
		return tell(j, ARK_ATTENDANCE_DIFFERS, false, NULL);
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
		say(j, "only %s knows it%s", ark_route_name(ARK_AUDIO_LINKS),
		    j->doubt);
		return tell(j, ARK_RECORDING_WITHOUT_CALL, false, NULL);
	}
	if (is_missing(j, ARK_VOICE_LOG)) {
		say(j, "attended by %s, not in voice-log%s", names, j->doubt);
		rc = tell(j, ARK_MISSING_IN_VOICE_LOG, false, NULL);
	}
	if (!rc && is_missing(j, ARK_SERVICE_HISTORY)) {
		say(j, "attended by %s, not in service-history%s", names,
		    j->doubt);
		rc = tell(j, ARK_MISSING_IN_HISTORY, false, NULL);
	}
	return rc;
}

static int
judge_state(struct judge *j, const struct reconcile_entry *e)
{
	bool is_by_rule = e->state == ARK_EXCLUDED || e->state == ARK_PURGED;

	if (e->state == ARK_NO_LINK || e->state == ARK_ARCHIVED)
		return 0;
	if (e->state == ARK_EXCLUDED)
		say(j, "excluded by the filter %s", e->reason);
	else if (e->state == ARK_QUEUED)
		say(j, "deferred: %s", *e->reason ? e->reason :
		    "not tried yet");
	else
		say(j, "%s: %s", ark_state_name(e->state), *e->reason ?
		    e->reason : "no reason is known");
	return tell(j, ARK_NOT_ARCHIVED, is_by_rule, e);
}

static int
judge_recordings(struct judge *j)
{
	char names[128];
	int rc = 0;

	if (is_missing(j, ARK_AUDIO_LINKS)) {
		say(j, "attended by %s, not in %s%s", attending(j, names),
		    ark_route_name(ARK_AUDIO_LINKS), j->doubt);
		return tell(j, ARK_ATTENDED_WITHOUT_RECORDING, false, NULL);
	}
	if (j->call->n[ARK_AUDIO_LINKS] && !is_other_than(j, 1u << ARK_NO_LINK)) {
		say(j, "attended by %s; %s gives no link", attending(j, names),
		    ark_route_name(ARK_AUDIO_LINKS));
		return tell(j, ARK_ATTENDED_WITHOUT_RECORDING, false, NULL);
	}
	for (const struct reconcile_entry *e = first_of(j, ARK_AUDIO_LINKS);
	     !rc && e; e = next_of(j, e))
		rc = judge_state(j, e);
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
		return tell(j, ARK_DURATION_DIFFERS, false, NULL);
	if (reconcile_are_apart(j->r, j->call, j->detail, sizeof(j->detail)))
		return tell(j, ARK_TIMES_DIFFER, false, NULL);
	return 0;
}

/* ---- what became of the documents ------------------------------------- */

/* Whether the report of e, or all the others, list the call no more either. */
static bool
is_vanishing_explained(const struct judge *j, const struct reconcile_entry *e)
{
	bool is_elsewhere = false;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		for (const struct reconcile_entry *other = first_of(j, i);
		     other; other = next_of(j, other)) {
			if (other->vanished_s >= 0)
				continue;
			if (other->route == e->route)
				return true;
			is_elsewhere = true;
		}
	}
	return !is_elsewhere;
}

static int
judge_document(struct judge *j, const struct reconcile_entry *e)
{
	const char *report = ark_route_name((enum ark_route)e->route);
	char text[CLOCK_UTC_SIZE];
	int rc = 0;

	if (reconcile_is_late(j->r, e)) {
		clock_utc(text, e->first_seen_s);
		say(j, "%s: listed only since %s", report, text);
		rc = tell(j, ARK_LATE, true, e);
	}
	if (!rc && e->version > 1) {
		say(j, "%s: version %d; the earlier ones are kept", report,
		    e->version);
		rc = tell(j, ARK_CHANGED, true, e);
	}
	if (!rc && e->vanished_s >= 0) {
		bool is_explained = is_vanishing_explained(j, e);

		clock_utc(text, e->vanished_s);
		say(j, "%s: no longer listed since %s%s", report, text,
		    is_explained ? "; nor by any other report, or the same one "
		    "lists the call otherwise" : "; others list the call");
		rc = tell(j, ARK_VANISHED, is_explained, e);
	}
	return rc;
}

static int
judge_documents(struct judge *j)
{
	int rc = 0;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		for (const struct reconcile_entry *e = first_of(j, order[i]);
		     !rc && e; e = next_of(j, e))
			rc = judge_document(j, e);
	}
	return rc;
}

/* ---- sums ------------------------------------------------------------- */

static void
count(struct judge *j)
{
	struct ark_reconcile_sums sums = { .calls = 1 };

	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		sums.attended[i] = attended_by(j, i);
	for (const struct reconcile_entry *e = first_of(j, ARK_AUDIO_LINKS); e;
	     e = next_of(j, e)) {
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
	if (is_attended) {
		rc = judge_attended(&j);
	} else if (is_other_than(&j, 1u << ARK_NO_LINK | 1u << ARK_EXCLUDED)) {
		/* what is excluded may have had no link */
		count(&j);
		say(&j, "there is a recording, and no report calls it "
		    "attended");
		rc = tell(&j, ARK_ATTENDANCE_DIFFERS, false, NULL);
	}
	return rc ? rc : judge_documents(&j);
}
