/*
 * The inside of reconcile, shared by its files.
 */
#ifndef REPORT_RECONCILE_INTERNAL_H
#define REPORT_RECONCILE_INTERNAL_H

#include "base/keep.h"
#include "report/reconcile.h"

#define RECONCILE_NONE SIZE_MAX		/* no document */

/* Who spoke, in which service; what came of all of them on this day. */
struct reconcile_who {
	const char *agent, *email, *service;
	struct ark_reconcile_sums sums;
};

/* What is remembered of a document. */
struct reconcile_entry {
	const char *key;	/* its protocolo, or what stands for it */
	const char *id, *reason, *sha256;
	struct reconcile_who *who;
	int64_t start_s, answered_s, end_s;	/* civil; -1 */
	int64_t first_seen_s, vanished_s;
	int64_t audio_ms;
	size_t next;		/* of the same call and report */
	int32_t bag_day;
	int version;
	enum ark_state state;
	uint8_t route;
	bool has_protocol, is_attended, is_perhaps, is_wanted;
	bool is_judged;		/* with a call of the day */
};

/* The documents that are about one call. */
struct reconcile_call {
	const char *key;
	size_t first[ARK_CALL_ROUTES];		/* entry; RECONCILE_NONE */
	size_t n[ARK_CALL_ROUTES];
	int64_t from_s[ARK_CALL_ROUTES];	/* spoken, civil */
	int64_t to_s[ARK_CALL_ROUTES];
	int64_t begin_s, end_s;			/* of them all */
	bool is_gone;				/* into another one */
};

/* The moments at which a listing was made, earliest first. */
struct reconcile_moments {
	int64_t *at;
	size_t n, cap;
};

struct reconcile {
	struct reconcile_options options;
	struct keep keep;
	struct idmap people;			/* of struct reconcile_who */
	struct reconcile_entry *entries;
	size_t n_entries, cap_entries;
	struct reconcile_call *calls;
	size_t n_calls, cap_calls;
	struct reconcile_moments moments[RECONCILE_DAYS][ARK_CALL_ROUTES];
	struct ark_reconcile_sums sums;
	int64_t explained[ARK_N_DISCREPANCIES];
	int64_t unexplained[ARK_N_DISCREPANCIES];
};

/* When the call of a document was spoken; both its start if it was not. */
int64_t reconcile_from(const struct reconcile_entry *e);
int64_t reconcile_to(const struct reconcile_entry *e);

/*
 * reconcile_match(r, low, high, err):
 * Add to r->calls those of the entries [low, high), which have one key and are
 * sorted by report and time.  Calls that went into others stay, marked.
 */
int reconcile_match(struct reconcile *r, size_t low, size_t high,
		    struct ark_error *err);

/* reconcile_sort_moments(r): Before anything is judged. */
void reconcile_sort_moments(struct reconcile *r);

/*
 * reconcile_judge(r, call, fn, ctx):
 * Count one call, and tell what is wrong with it.  0 or what fn returned.
 */
int reconcile_judge(struct reconcile *r, const struct reconcile_call *call,
		    ark_discrepancy_fn *fn, void *ctx);

/*
 * reconcile_compare(r, call, detail, n):
 * Whether the lengths of an attended call agree: the audio with its own
 * document, and that with the other reports.  1 and detail (n bytes) filled
 * when they do not, else 0; *unmeasured is the number of archived recordings
 * whose length could not be compared.
 */
int reconcile_compare(const struct reconcile *r,
		      const struct reconcile_call *call, char *detail,
		      size_t n, int64_t *unmeasured);

/* reconcile_are_apart(r, call, detail, n): 1 when two reports put the call at
 * times that have nothing in common; detail is filled. */
int reconcile_are_apart(const struct reconcile *r,
			const struct reconcile_call *call, char *detail,
			size_t n);

#endif
