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
#include "audio/audio.h"
#include "base/idmap.h"
#include "callark/sync.h"
#include "flow/lister.h"
#include "flow/service.h"
#include "http/gate.h"
#include "http/pace.h"
#include "http/retry.h"
#include "store/part.h"

#define SYNC_CLAIM 500		/* rows claimed at once */
#define SYNC_CLAIM_LOW 100	/* ready jobs below which more are claimed */
#define SYNC_LEASE_S 86400
#define SYNC_LISTED_AHEAD 5000	/* rows waiting that hold up further listing */
#define SYNC_MAX_HOSTS 32
#define SYNC_MAX_RELISTS 3	/* fresh links for one recording in one run */
#define SYNC_MAX_RUNS 10	/* runs that tried it before it is given up */
#define SYNC_MAX_DAYS_S (INT64_C(14) * 86400)
#define SYNC_GONE_RUNS 3	/* runs that met 404 or 410 */
#define SYNC_PATIENCE_MS 300000	/* with a host that does not answer */
#define SYNC_MAX_DISK_ERRORS 3

enum { LETTER_PAGE, LETTER_MEDIA, LETTER_SETTLED, LETTER_BATCH };

enum job_state {
	JOB_READY,
	JOB_FETCHING,
	JOB_SETTLING,
	JOB_COMMITTING,
	JOB_WAITING,
	JOB_RELISTING,
};

struct sync_host {
	char origin[320];
	struct gate gate;
	uint32_t in_flight;
	int64_t failing_ms;		/* since when it has not answered; 0 */
};

struct job {
	struct catalogue_row row;	/* as claimed; link kept fresh */
	enum job_state state;
	struct job *next;		/* among the ready */
	struct store_part *part;
	struct http_result *result;	/* while settling */
	struct audio_facts audio;	/* filled on the part's thread */
	struct sync_host *host;		/* while fetching */
	int attempts;			/* of this run */
	int relists, logins;
	uint64_t used_link;		/* hash of the link of the attempt */
	uint64_t failed_link;		/* … of the one refused at first */
	int64_t relisted_after;		/* the last window that is of no use */
	bool has_fresh_link;		/* since it began to relist */
	bool is_from_start;		/* what is kept must not be continued */
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
	struct parts *parts;
	struct committer *committer;
	struct ark_range range;
	int64_t run;
	/* jobs */
	struct idmap jobs;		/* every live one, by id */
	struct job *ready, **ready_last;
	size_t n_ready, n_in_flight;
	bool has_unclaimed;		/* the catalogue may have rows for us */
	bool has_room;			/* as found at room_checked_ms */
	int64_t room_checked_ms;
	struct timers timers;		/* jobs that wait */
	struct pace pace;
	struct sync_host hosts[SYNC_MAX_HOSTS];
	size_t n_hosts;
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

/* jobs.c: claiming, starting, waiting */
int jobs_claim(struct sync *s, struct ark_error *err);
int jobs_start(struct sync *s, int64_t now_ms, struct ark_error *err);
void jobs_wake_waiting(struct sync *s, int64_t now_ms);
void jobs_ready(struct sync *s, struct job *j);
int jobs_wait(struct sync *s, struct job *j, int64_t at_ms);
/* jobs_done(s, j): The run is through with j; free it. */
void jobs_done(struct sync *s, struct job *j);
/* jobs_drop_idle(s): Let go of what is neither on the wire nor on the disk. */
void jobs_drop_idle(struct sync *s);
/* jobs_strand(s, err): No link will be refreshed: give up those that wait for one. */
int jobs_strand(struct sync *s, struct ark_error *err);
void jobs_release(struct sync *s);
int64_t jobs_due_ms(const struct sync *s, int64_t now_ms);

/* outcome.c: what came of an attempt */
int outcome_media(struct sync *s, struct http_result *res, int64_t now_ms,
		  struct ark_error *err);
int outcome_settled(struct sync *s, struct part_settled *settled,
		    int64_t now_ms, struct ark_error *err);
int outcome_batch(struct sync *s, struct commit_batch *batch, int64_t now_ms,
		  struct ark_error *err);
/* outcome_give_up(s, j, state, reason): A setback for this run; frees j. */
int outcome_give_up(struct sync *s, struct job *j, enum ark_state state,
		    const char *reason, struct ark_error *err);

/* failure.c: what follows an attempt that failed */
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
