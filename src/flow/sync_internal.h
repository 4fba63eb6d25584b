/*
 * Inside a sync: one thread decides, everything else works for it.
 *
 *	lister ---- letters ----\
 *	engine ---- letters -----> mailbox -> this thread -> catalogue
 *	parts  ---- letters -----/
 *	committer - letters ----/
 *
 * A job is one row being fetched.  Its life: claimed -> ready -> fetching ->
 * settling -> committing -> gone; or, after a setback, waiting (a timer) or
 * relisting (a fresh link) and ready again, until it is given up for this run.
 */
#ifndef FLOW_SYNC_INTERNAL_H
#define FLOW_SYNC_INTERNAL_H

#include <pthread.h>

#include "archive/archive.h"
#include "archive/committer.h"
#include "base/idmap.h"
#include "callark/sync.h"
#include "flow/bottleneck.h"
#include "flow/kinds.h"
#include "flow/lister.h"
#include "flow/service.h"
#include "flow/tap.h"
#include "http/gate.h"
#include "http/pace.h"
#include "http/retry.h"
#include "http/url.h"
#include "store/part.h"

#define SYNC_LINE_MAX 256	/* requests that stand in the engine's line: */
#define SYNC_LINE_MS 250	/* what it begins in that time */
#define SYNC_CLAIM 500		/* rows claimed at once */
#define SYNC_CLAIM_LOW 100	/* ready jobs below which more are claimed */
#define SYNC_MAX_JOBS 4000	/* in hand, when only some hosts can go on */
#define SYNC_LEASE_S 86400
#define SYNC_LISTED_AHEAD 5000	/* rows waiting that hold up further listing */
#define SYNC_MAX_HOSTS 32
#define SYNC_ORIGIN_SIZE 320
#define SYNC_MAX_RELISTS 3	/* fresh links for one recording in one run */
#define SYNC_MAX_RUNS 10	/* runs that tried it before it is given up */
#define SYNC_MAX_DAYS_S (INT64_C(14) * 86400)
#define SYNC_GONE_RUNS 3	/* runs that met 404 or 410 */
#define SYNC_PATIENCE_MS 300000	/* with a host that does not answer */
#define SYNC_MAX_DISK_ERRORS 3
#define SYNC_WRITERS 2		/* threads that write and hash */
#define SYNC_BACKLOG_HIGH 2	/* batches waiting to be committed: enough … */
#define SYNC_BACKLOG_MAX 4	/* … and too many to begin more transfers */
#define SYNC_PRESSURE_HIGH 90	/* hundredths of the pool of blocks */

/* The last is that of the first report; the others follow. */
enum { LETTER_PAGE, LETTER_MEDIA, LETTER_SETTLED, LETTER_BATCH, LETTER_REPORT };

enum job_state {
	JOB_READY,
	JOB_FETCHING,
	JOB_SETTLING,
	JOB_COMMITTING,
	JOB_WAITING,
	JOB_RELISTING,
};

/* Where recordings come from. */
struct sync_host {
	char origin[SYNC_ORIGIN_SIZE];
	struct gate gate;
	struct pace pace;
	struct job *ready, **ready_last;	/* jobs that it may begin */
	size_t n_ready;
	uint32_t in_flight;		/* the engine has them */
	int64_t spent_us;		/* by a good attempt, smoothed; 0 */
	int64_t failing_ms;		/* since when it has not answered; 0 */
	struct tap_count count;
	int64_t counted;		/* bytes of it that the pace knows */
};

/* How many transfers a host was found to stand, in this run or one before. */
struct sync_learned {
	char origin[SYNC_ORIGIN_SIZE];
	uint32_t limit;
};

struct job {
	struct catalogue_row row;	/* as claimed; link kept fresh */
	char key[24];			/* the number of the row */
	enum job_state state;
	struct job *next;		/* among the ready */
	struct url url;			/* of row.link while ready; or empty */
	struct store_part *part;
	struct tap tap;			/* before the part, while fetching */
	struct http_result *result;	/* while settling */
	struct media_facts media;	/* filled on the part's thread */
	struct sync_host *host;		/* while fetching */
	int attempts;			/* of this run */
	int relists, logins;
	int refused_rests;		/* when what was kept was to go on */
	uint64_t used_link;		/* hash of the link of the attempt */
	uint64_t failed_link;		/* … of the one refused at first */
	int64_t relisted_after;		/* the last window that is of no use */
	bool has_fresh_link;		/* since it began to relist */
	bool is_from_start;		/* what is kept must not be continued */
};

/* One of the platform's reports that the run keeps, besides the recordings. */
struct sync_report {
	struct sync *sync;
	enum ark_route route;
	struct omni_dialect dialect;
	struct lister *lister;
	bool has_failed;		/* and is asked no more */
};

/* How the parts' threads reach the engine while there is one. */
struct waker {
	pthread_mutex_t mutex;
	struct http_engine *engine;
};

struct sync {
	const struct ark_config *config;
	const struct ark_sync_options *options;
	struct ark_summary *summary;
	struct service service;
	struct archive *archive;
	struct mailbox box;
	struct waker waker;
	struct lister *lister;
	struct sync_report reports[ARK_N_ROUTES];
	size_t n_reports;
	struct lister *conversations;	/* of reports; NULL: without media */
	unsigned wanted_reports;	/* bits 1 << enum ark_route */
	struct parts *parts;
	struct committer *committer;
	struct ark_range range;
	int64_t run;
	/* jobs */
	struct idmap jobs;		/* every live one, by its key */
	struct job *ready, **ready_last;	/* not yet sorted by host */
	size_t n_ready;			/* these, and those of the hosts */
	size_t n_in_flight;
	bool has_unclaimed;		/* the catalogue may have rows for us */
	bool is_starving;		/* there is room, but not at the hosts
					   of those that are ready */
	bool is_taking_in;		/* pages are put and not committed */
	bool has_room;			/* as found at room_checked_ms */
	int64_t room_checked_ms;
	struct timers timers;		/* jobs that wait */
	struct sync_host hosts[SYNC_MAX_HOSTS];
	size_t n_hosts, next_host;	/* next_host: whose turn it is */
	struct sync_learned learned[SYNC_MAX_HOSTS];
	size_t n_learned;
	struct bottleneck bottleneck;
	struct bottleneck_use use;	/* as at the start of the loop */
	/* days of the range whose bag may be due, by day */
	int32_t first_day, n_days;
	uint32_t *day_jobs;		/* live jobs of each */
	bool *day_touched;		/* not published since something came */
	/* the state of the run */
	bool is_stopping;		/* nothing new is begun */
	int64_t stopping_ms;		/* since when */
	bool was_cancelled;		/* in-flight media was called off */
	int code;			/* the most severe end so far */
	struct ark_error first_error;	/* that of code */
	int disk_errors;
	int64_t started_ms, space_checked_ms, progress_ms, rate_ms, rate_bytes;
	int64_t received;		/* body bytes, all told */
	struct ark_progress progress;
};

/* sync_end(s, code, err): Remember why the run ends; stop beginning things. */
void sync_end(struct sync *s, int code, const struct ark_error *err);

/* sync_note(s, code): Remember an end without stopping. */
void sync_note(struct sync *s, int code);

/* dryrun.c: the whole of sync --dry-run */
int sync_dry_run(const struct ark_config *c, const struct ark_sync_options *o,
		 struct ark_summary *sum, struct ark_error *err);

/* loop.c: everything between start and end */
int sync_loop(struct sync *s, struct ark_error *err);
/* sync_drain(s): Free letters that nobody will take any more. */
void sync_drain(struct sync *s);

/* intake.c: what the lister tells */
int intake_page(void *ctx, const struct lister_page *page,
		struct ark_error *err);
int intake_window(void *ctx, const struct lister_window *window,
		  struct ark_error *err);
bool intake_has_room(void *ctx);
/* intake_wreck(s, day, w, err): Keep the bytes of what cannot be read. */
int intake_wreck(struct sync *s, int32_t day, const struct lister_wreck *w,
		 struct ark_error *err);
/*
 * intake_put(s, docs, n, puts, err):
 * Put documents as catalogue_put() does; jobs in hand take their fresh links.
 */
int intake_put(struct sync *s, const struct catalogue_document *docs, size_t n,
	       struct catalogue_put *puts, struct ark_error *err);
/* intake_is_wanting(state): Whether a row in this state is to be fetched. */
bool intake_is_wanting(enum ark_state state);
/* intake_told(w): The same for the catalogue, w's flaw lent. */
struct catalogue_window intake_told(const struct lister_window *w);
/* intake_was_seen(seen, id): Whether id is in w->seen, for the catalogue. */
bool intake_was_seen(void *seen, const char *id);
/*
 * intake_relisted(s, kind, w, err):
 * A day was listed again for the jobs of a kind that wait for a fresh link.
 */
int intake_relisted(struct sync *s, enum catalogue_kind kind,
		    const struct lister_window *w, struct ark_error *err);
/*
 * intake_begin(s, err):
 * Before something of a page is recorded: pages that wait together are
 * recorded together.
 */
int intake_begin(struct sync *s, struct ark_error *err);
/*
 * intake_end(s, rc, err): Commit the pages that came together, or undo them
 * when rc is negative.  Return rc, or what went wrong.  Nothing but pages may
 * be recorded, and nobody be told of them, before.
 */
int intake_end(struct sync *s, int rc, struct ark_error *err);

/* attachments.c: what the messages of conversations link to */
/* attachments_page(s, page, err): Those of a page, into the catalogue. */
int attachments_page(struct sync *s, const struct lister_page *page,
		     struct ark_error *err);
/* attachments_window(s, w, err): Their stretch was listed. */
int attachments_window(struct sync *s, const struct catalogue_window *w,
		       struct ark_error *err);

/* reports.c: the other reports, listed beside the recordings */
/* reports_start(s, wanted, err): wanted: bits 1 << enum ark_route. */
int reports_start(struct sync *s, unsigned wanted, struct ark_error *err);
void reports_stop(struct sync *s);
void reports_release(struct sync *s);
/*
 * reports_pump(s, now_ms, err) / reports_result(s, res, now_ms, err):
 * As the lister's.  A report that cannot be had is noted and left alone; what
 * these return ends the run.
 */
int reports_pump(struct sync *s, int64_t now_ms, struct ark_error *err);
int reports_result(struct sync *s, struct http_result *res, int64_t now_ms,
		   struct ark_error *err);
int64_t reports_due_ms(const struct sync *s, int64_t now_ms);
bool reports_are_idle(const struct sync *s);
bool reports_are_day_done(const struct sync *s, int32_t day);
/* reports_conclude(s, err): Remember what was learned; into the summary. */
int reports_conclude(struct sync *s, struct ark_error *err);
/*
 * reports_ask(s, day, err):
 * Before the recordings of day are told to be listed: whatever becomes of the
 * run, the day is not settled without its reports.
 */
int reports_ask(struct sync *s, int32_t day, struct ark_error *err);
/* reports_note_links(s, w, err): The recordings' own listing, as a report. */
int reports_note_links(struct sync *s, const struct catalogue_window *w,
		       struct ark_error *err);

/* hosts.c: where recordings come from, and how many at once each stands */
/* hosts_of(s, origin, now_ms): The last place is shared when there are too many. */
struct sync_host *hosts_of(struct sync *s, const char *origin, int64_t now_ms);
/* hosts_under_way(s, h): In flight, without those that stand in line. */
uint32_t hosts_under_way(const struct sync *s, const struct sync_host *h);
/* hosts_all_under_way(s): The same of all hosts. */
uint32_t hosts_all_under_way(const struct sync *s);
/* hosts_ended(s, h, res, now_ms): After the gate knows how an attempt ended. */
void hosts_ended(struct sync *s, struct sync_host *h,
		 const struct http_result *res, int64_t now_ms);
/* hosts_has_room(s, h, now_ms): Whether one more may begin, or wait in line. */
bool hosts_has_room(const struct sync *s, const struct sync_host *h,
		    int64_t now_ms);
/* hosts_max(s): As many as may run at all hosts together. */
uint32_t hosts_max(const struct sync *s);
/* hosts_limit(s): How many transfers the hosts stand together, within that. */
uint32_t hosts_limit(const struct sync *s);
/* hosts_tick(s, now_ms): Time has passed; call it after whatever was begun. */
void hosts_tick(struct sync *s, int64_t now_ms);
/* hosts_due_ms(s, now_ms): Until a host with ready jobs opens; -1. */
int64_t hosts_due_ms(const struct sync *s, int64_t now_ms);
/* hosts_load(s) / hosts_save(s): What runs learn of hosts, in the catalogue. */
void hosts_load(struct sync *s);
void hosts_save(struct sync *s);

/* holdup.c: what the run waits for */
void holdup_begin(struct sync *s, int64_t now_ms);
/* holdup_tick(s, now_ms): Account for the time since the last call. */
void holdup_tick(struct sync *s, int64_t now_ms);
/* holdup_end(s): Into the summary. */
void holdup_end(struct sync *s);
/* holdup_is_disk_behind(s): Bytes or files wait for the disk. */
bool holdup_is_disk_behind(const struct sync *s);

/* start.c: beginning transfers while the limits allow */
/*
 * start_jobs(s, now_ms, err):
 * Begin what may begin now; give up what cannot wait for its host.  Return 0,
 * ARK_ELIMIT or ARK_EDISK when nothing more is to be begun in this run, or
 * another ark_code.
 */
int start_jobs(struct sync *s, int64_t now_ms, struct ark_error *err);

/* jobs.c: claiming, waiting, letting go */
int jobs_claim(struct sync *s, struct ark_error *err);
void jobs_wake_waiting(struct sync *s, int64_t now_ms);
void jobs_ready(struct sync *s, struct job *j);
int jobs_wait(struct sync *s, struct job *j, int64_t at_ms);
/* jobs_done(s, j): The run is through with j; free it. */
void jobs_done(struct sync *s, struct job *j);
/* jobs_drop_idle(s): Let go of what is neither on the wire nor on the disk. */
void jobs_drop_idle(struct sync *s);
/* jobs_find(s, row): The job of the row with this number, or NULL. */
struct job *jobs_find(const struct sync *s, int64_t row);
/* jobs_lister(s, kind): Who lists fresh links of a kind. */
struct lister *jobs_lister(const struct sync *s, enum catalogue_kind kind);
/* jobs_strand(s, err): Give up those whose link nobody will refresh. */
int jobs_strand(struct sync *s, struct ark_error *err);
void jobs_release(struct sync *s);
int64_t jobs_due_ms(const struct sync *s, int64_t now_ms);

/* outcome.c: what came of an attempt */
/* outcome_take(result): What the engine calls for media, in its thread. */
void outcome_take(struct http_result *result);
int outcome_media(struct sync *s, struct http_result *res, int64_t now_ms,
		  struct ark_error *err);
int outcome_settled(struct sync *s, struct part_settled *settled,
		    int64_t now_ms, struct ark_error *err);
int outcome_batch(struct sync *s, struct commit_batch *batch, int64_t now_ms,
		  struct ark_error *err);
/* outcome_give_up(s, j, state, reason): A setback for this run; frees j. */
int outcome_give_up(struct sync *s, struct job *j, enum ark_state state,
		    const char *reason, struct ark_error *err);
/*
 * outcome_disk_failed(s, j, why, err):
 * The local disk failed under j, which is given up for this run.  The third
 * time, or on a full disk, the run ends.
 */
int outcome_disk_failed(struct sync *s, struct job *j,
			const struct ark_error *why, struct ark_error *err);

/* accept.c: a body that came whole */
/* accept_whole(s, j, now_ms, err): Judge it, and commit it or what follows. */
int accept_whole(struct sync *s, struct job *j, int64_t now_ms,
		 struct ark_error *err);

/* failure.c: what follows an attempt that failed */
/* failure_keep(j, res, err): Keep what came of the body, if it can be continued. */
int failure_keep(struct job *j, const struct http_result *res,
		 struct ark_error *err);
int failure_follow(struct sync *s, struct job *j,
		   const struct http_result *res, int64_t now_ms,
		   struct ark_error *err);
/* failure_retry(s, j, at_ms, err): Ask again then. */
int failure_retry(struct sync *s, struct job *j, int64_t at_ms,
		  struct ark_error *err);

/* days.c: publishing what settled */
int days_init(struct sync *s, struct ark_error *err);
void days_release(struct sync *s);
void days_touch(struct sync *s, int32_t day);
void days_job(struct sync *s, int32_t day, int change);
/* days_settle(s, day, err): Publish day when nothing of it is open any more. */
int days_settle(struct sync *s, int32_t day, struct ark_error *err);

#endif
