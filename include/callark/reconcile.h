/*
 * Reconciling: the calls that the platform tells of in its three reports of
 * calls, against each other and against what the archive holds.
 *
 * voice-log and service-history (midia 1, voice) tell which calls were
 * attended, service-history-audio-links which of them have a recording, and
 * the catalogue what became of each recording.  Calls are joined by protocolo;
 * see report/reconcile.h for how exactly.  Only attended calls are compared
 * (status Contact; of a document without status: with data_atendida), for only
 * they have recordings; that a document came late, changed or vanished is
 * told of every call.
 */
#ifndef CALLARK_RECONCILE_H
#define CALLARK_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "callark/config.h"
#include "callark/event.h"
#include "callark/filter.h"
#include "callark/range.h"
#include "callark/recording.h"
#include "callark/route.h"

/*
 * The reports of calls are the first three routes: arrays of this length have
 * an element for ARK_SERVICE_HISTORY, ARK_VOICE_LOG and ARK_AUDIO_LINKS.
 */
#define ARK_CALL_ROUTES 3

/* In what the reports and the archive may disagree about a call. */
enum ark_discrepancy_kind {
	ARK_ATTENDED_WITHOUT_RECORDING,	/* no document with a link, or none */
	ARK_NOT_ARCHIVED,	/* the platform has a recording, we do not */
	ARK_RECORDING_WITHOUT_CALL,	/* neither of the others knows it */
	ARK_MISSING_IN_VOICE_LOG,
	ARK_MISSING_IN_HISTORY,
	ARK_ATTENDANCE_DIFFERS,	/* attended for one, not for another */
	ARK_TIMES_DIFFER,	/* spoken at times that have nothing in common */
	ARK_DURATION_DIFFERS,	/* the audio, or the times of two reports */
	ARK_LATE,		/* listed only long after the call */
	ARK_CHANGED,		/* its document changed */
	ARK_VANISHED,		/* its document is no longer listed */
	ARK_UNREADABLE,		/* its document cannot be read */
	ARK_N_DISCREPANCIES
};

/* ark_discrepancy_name(kind): "attended_without_recording", … */
const char *ark_discrepancy_name(enum ark_discrepancy_kind kind);

struct ark_discrepancy {
	enum ark_discrepancy_kind kind;
	int32_t day;
	bool is_explained;		/* and detail says by what */
	const char *detail;		/* one line, no personal data */
	/* of the call; "" and -1 where nothing is known */
	const char *protocol, *agent, *agent_email, *service;
	int64_t start_s;
	const char *ids[ARK_CALL_ROUTES];	/* of its documents */
};

/*
 * Sums over calls.  Documents and not calls are counted by attended and
 * recordings: a call that was transferred may have several.
 */
struct ark_reconcile_sums {
	int64_t calls;			/* attended, for whatever report */
	int64_t attended[ARK_CALL_ROUTES];
	int64_t recordings;		/* the platform gave a link */
	int64_t archived;
	int64_t unmeasured;		/* archived, but one of the lengths that
					   were to be compared is unknown */
	int64_t talk_s;			/* as told with what is archived */
	int64_t audio_ms;		/* of what is archived */
	int64_t explained, unexplained;	/* discrepancies */
};

#define ARK_N_RECONCILE_SUMS 11

/*
 * ark_reconcile_sum(s, i, name):
 * The i-th of the sums, i below ARK_N_RECONCILE_SUMS; *name becomes its name in
 * what programs read: "calls", "attended_voice_log", …
 */
int64_t ark_reconcile_sum(const struct ark_reconcile_sums *s, int i,
			  const char **name);

/* The sums of one agent in one service on one day. */
struct ark_reconcile_line {
	int32_t day;
	const char *agent, *agent_email, *service;
	struct ark_reconcile_sums sums;
};

/* What was known of one report on one day. */
struct ark_reconcile_listing {
	bool was_asked, is_complete;
	const char *flaw;		/* why it is not complete, or "" */
	int64_t asked_s, complete_s;	/* last; -1: never */
	int64_t total;			/* as the platform said; -1 */
	int64_t documents;		/* known, the vanished ones with them */
};

struct ark_reconciled_day {
	int32_t day;
	bool is_proved;		/* all three reports were listed completely */
	struct ark_reconcile_listing listings[ARK_CALL_ROUTES];
	struct ark_reconcile_sums sums;
	int64_t explained[ARK_N_DISCREPANCIES];
	int64_t unexplained[ARK_N_DISCREPANCIES];
	/* SHA-256, in hex, of the statement that its bag now has; "": none */
	const char *statement;
	bool is_statement_new;		/* else the bag had the same before */
};

/* Each is called on the caller's thread; not 0 ends it and is returned. */
typedef int ark_discrepancy_fn(void *ctx, const struct ark_discrepancy *d);
typedef int ark_reconcile_line_fn(void *ctx,
				  const struct ark_reconcile_line *line);
typedef int ark_reconciled_fn(void *ctx, const struct ark_reconciled_day *day);

/* What two routes, or a route and the audio, may differ by: seconds. */
#define ARK_RECONCILE_TOLERANCE_S 5

struct ark_reconcile_options {
	struct ark_range_words range;	/* none: everything; whole days */
	int64_t tolerance_s;
	const struct ark_filter *filter;
	bool makes_statements;		/* of all calls: takes no filter */
	ark_discrepancy_fn *discrepancy;	/* each may be NULL */
	ark_reconcile_line_fn *line;	/* behind the day's discrepancies */
	ark_reconciled_fn *day;		/* behind its lines */
	void *ctx;
	struct ark_listener listener;
};

struct ark_reconcile_totals {
	int64_t days, days_unproved;
	struct ark_reconcile_sums sums;
};

/*
 * ark_reconcile(c, o, totals, err):
 * Day by day, whole days; reads the archive alone.  Without range every day
 * that the archive knows, else every day of it up to today.
 *
 * With makes_statements it holds the archive, mends what a run that was cut off
 * left, and states what came of each day in data/reports/completeness.json of
 * its bag, which is published anew; a day that has no bag gets no statement.
 *
 * Return 0, ARK_EINCOMPLETE when something is unexplained or cannot be proved
 * because a report was not asked or not listed completely (err is not filled),
 * ARK_ENOTFOUND (there is no day), ARK_EUSAGE (also a statement with a filter),
 * ARK_ESTOPPED, what a function of o returned, or as archive opening; with
 * makes_statements also ARK_EINTEGRITY and ARK_EDISK.
 */
int ark_reconcile(const struct ark_config *c,
		  const struct ark_reconcile_options *o,
		  struct ark_reconcile_totals *totals, struct ark_error *err);

#endif
