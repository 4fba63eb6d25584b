/*
 * Listing windows: asks the pages, reads the documents, tells what it found.
 *
 * Driven by its owner's loop: call lister_pump() and lister_result() whenever
 * something may have changed; everything happens inside these calls.
 */
#ifndef FLOW_LISTER_H
#define FLOW_LISTER_H

#include "base/idset.h"
#include "base/timers.h"
#include "callark/route.h"
#include "flow/service.h"
#include "model/time.h"
#include "omni/document.h"
#include "omni/walk.h"

#define LISTER_IN_FLIGHT 4	/* requests at once */
#define LISTER_IN_FLIGHT_ALL 8	/* of all listers of a service */
#define LISTER_MAX_DEPTH 64	/* halves waiting to be walked */

/* One document of a page. */
struct lister_document {
	const struct ark_recording *recording;
	struct json_slice body;		/* without line ends, else as it came */
	const char *link;		/* absolute URL; "" when none */
	uint8_t fingerprint[32];	/* of the body without its link */
	const char *oddity;		/* or NULL */
	bool is_new;			/* not seen before: in this window, or
					   between two of them */
};

/* Bytes in place of a document that cannot be read. */
struct lister_wreck {
	struct json_slice body;
	uint8_t sha256[32];
	char reason[200];
	bool is_new;
};

struct lister_page {
	int32_t day;
	bool is_relisted;		/* of a window told before */
	const struct lister_document *documents;
	size_t n;
	const struct lister_wreck *wrecks;
	size_t n_wrecks;
};

/* A window that was walked. */
struct lister_window {
	int32_t day;
	int64_t from_s, to_s;
	int64_t number;			/* in the order they were begun, from 1 */
	bool is_complete, is_relisted;
	int64_t total;			/* without calls at to_s; -1: not said */
	int64_t distinct;		/* different ones that came, likewise */
	const char *flaw;		/* "" */
	bool has_strayed;		/* documents of other times came, now or
					   before: that one did not come proves
					   nothing */
	const struct idset *seen;
};

struct lister_ops {
	/* Both return 0 or a negative ark_code, which ends the listing. */
	int (*page)(void *ctx, const struct lister_page *page,
		    struct ark_error *err);
	int (*window)(void *ctx, const struct lister_window *window,
		      struct ark_error *err);
	/* Whether further windows may be begun now. */
	bool (*has_room)(void *ctx);
	void *ctx;
};

struct lister;

struct lister_settings {
	struct service *service;
	enum ark_route route;
	struct omni_dialect *dialect;	/* of this route; NULL: the service's */
	const struct zone *zone;
	struct mailbox *reply;
	int kind;			/* of its letters */
	int64_t from_s, to_s;		/* civil; cut into days */
	struct lister_ops ops;
};

int lister_new(struct lister **out, const struct lister_settings *set,
	       struct ark_error *err);

/* lister_free(l): No request may be in flight. */
void lister_free(struct lister *l);

/*
 * lister_pump(l, now_ms, err) / lister_result(l, res, now_ms, err):
 * Go on; take a result (freed).  Return 0, or the code that ended the listing:
 * ARK_EAUTH, ARK_ESERVICE (nothing could be listed), ARK_ENOMEM, or what an op
 * returned.
 */
int lister_pump(struct lister *l, int64_t now_ms, struct ark_error *err);
int lister_result(struct lister *l, struct http_result *res, int64_t now_ms,
		  struct ark_error *err);

/*
 * lister_relist(l, day):
 * List a day again, before anything else, but not beside itself.  The window
 * that serves this is none of the counts' begun ones.
 */
int lister_relist(struct lister *l, int32_t day);

/* lister_stop(l): Ask nothing more; what is in flight still comes back. */
void lister_stop(struct lister *l);

/* lister_is_stopped(l): Whether it asks nothing any more, asked to or failed. */
bool lister_is_stopped(const struct lister *l);

/* Whether every window is done (or it was stopped) and nothing is in flight. */
bool lister_is_idle(const struct lister *l);
bool lister_is_day_done(const struct lister *l, int32_t day);

/* Milliseconds until lister_pump() has something to do; -1: a letter first. */
int64_t lister_due_ms(const struct lister *l, int64_t now_ms);

struct lister_counts {
	int64_t windows, windows_done, windows_incomplete;
	int64_t begun;			/* windows, with those listed again */
	int64_t requests, retries, relogins, documents, wrecks;
};
const struct lister_counts *lister_counts(const struct lister *l);

/*
 * lister_drive(l, service, mailbox, err):
 * A loop for owners that do nothing but list.  Until idle, stopped
 * (ARK_ESTOPPED) or failed; then what is in flight is cancelled, and the
 * service's engine is stopped for good.
 */
int lister_drive(struct lister *l, struct service *service,
		 struct mailbox *mailbox, struct ark_error *err);

#endif
