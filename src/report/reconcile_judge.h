/*
 * Judging one call, shared by the files that do.
 */
#ifndef REPORT_RECONCILE_JUDGE_H
#define REPORT_RECONCILE_JUDGE_H

#include "report/reconcile_internal.h"

#define JUDGE_DETAIL_SIZE 400

/* The call in hand. */
struct judge {
	struct reconcile *r;
	const struct reconcile_call *call;
	struct reconcile_who *who;
	struct ark_discrepancy told;	/* what all its discrepancies share */
	ark_discrepancy_fn *fn;
	void *ctx;
	const char *doubt;		/* behind what is concluded from absence */
	char detail[JUDGE_DETAIL_SIZE];
};

/* The reports in the order in which they are believed. */
extern const int judge_order[ARK_CALL_ROUTES];

/*
 * The documents of one report that are about the call; NULL when there is no
 * more.  for (e = judge_first(j, route); e; e = judge_next(j, e))
 */
const struct reconcile_entry *judge_first(const struct judge *j, int route);
const struct reconcile_entry *judge_next(const struct judge *j,
					 const struct reconcile_entry *e);

/* judge_say(j, fmt, ...): Fill the detail of what is told next. */
void judge_say(struct judge *j, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * judge_tell(j, kind, is_explained, e):
 * Count a discrepancy and tell it, with the detail that was said; e is the
 * document that it is about, NULL: the call as a whole.  0 or what the listener
 * returned.
 */
int judge_tell(struct judge *j, enum ark_discrepancy_kind kind,
	       bool is_explained, const struct reconcile_entry *e);

/* ---- reconcile_fate.c: what became of its documents ---------------------- */

/* judge_recording(j, e): Whether the recording that e tells of is archived. */
int judge_recording(struct judge *j, const struct reconcile_entry *e);

/* judge_documents(j): Which came late, changed or vanished. */
int judge_documents(struct judge *j);

#endif
