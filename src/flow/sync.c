/*
 * ark_sync: opens everything, runs the loop, accounts for what came of it.
 */
#include "callark/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "flow/custody.h"
#include "flow/notify.h"
#include "flow/period.h"
#include "flow/publish.h"
#include "flow/reports.h"
#include "flow/recover.h"
#include "flow/severity.h"
#include "flow/subject_index.h"
#include "flow/summary.h"
#include "flow/sync_internal.h"
#include "store/layout.h"

#define DIALECT_KEY "dialect"
#define POOL_BYTES ((size_t)8 << 20)

/* ---- before the loop -------------------------------------------------- */

static int
load_dialect(struct sync *s, struct ark_error *err)
{
	struct buf text = BUF_INIT(65536);
	int rc;

	rc = catalogue_meta_get(s->archive->catalogue, DIALECT_KEY, &text, err);
	if (rc == 1)
		dialect_load(&s->service.omni.dialect, buf_text(&text),
			     text.len);
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

static int
save_dialect(struct sync *s, struct ark_error *err)
{
	struct buf text = BUF_INIT(65536);
	int rc = 0;

	if (!s->service.omni.dialect.is_changed)
		return 0;
	rc = dialect_save(&s->service.omni.dialect, &text, err);
	if (!rc)
		rc = catalogue_meta_set(s->archive->catalogue, DIALECT_KEY,
					buf_text(&text), err);
	if (!rc)
		s->service.omni.dialect.is_changed = false;
	buf_release(&text);
	return rc;
}

/* Log in, and make sure the archive is this organisation's. */
static int
log_in(struct sync *s, struct ark_error *err)
{
	struct omni *omni = &s->service.omni;
	bool is_new = !archive_is_declared(s->archive);
	int rc;

	rc = omni_organizations(omni, true, err);
	if (!rc)
		rc = omni_login(omni, err);
	if (!rc)
		rc = archive_declare(s->archive, omni->chosen->id,
				     omni->chosen->name,
				     service_zone_name(&s->service), err);
	if (!rc)
		rc = custody_opened(s->archive, is_new, err);
	if (rc)
		return rc;
	s->summary->organization = strdup(omni->chosen->name);
	return s->summary->organization ? 0 : error_nomem(err);
}

static void
wake_engine(void *ctx)
{
	struct waker *w = ctx;

	(void)pthread_mutex_lock(&w->mutex);
	if (w->engine)
		http_engine_wake(w->engine);
	(void)pthread_mutex_unlock(&w->mutex);
}

/* From here on the parts' threads leave the engine alone (or find it). */
static void
set_waker(struct sync *s, struct http_engine *engine)
{
	(void)pthread_mutex_lock(&s->waker.mutex);
	s->waker.engine = engine;
	(void)pthread_mutex_unlock(&s->waker.mutex);
}

static int
start_workers(struct sync *s, struct ark_error *err)
{
	struct parts_settings parts = {
		.store = s->archive->store, .n_threads = SYNC_WRITERS,
		.pool_bytes = POOL_BYTES, .wake = wake_engine,
		.ctx = &s->waker,
	};
	struct lister_settings listing = {
		.route = ARK_AUDIO_LINKS,
		.service = &s->service, .zone = s->archive->zone,
		.reply = &s->box, .kind = LETTER_PAGE,
		.from_s = s->range.from_s, .to_s = s->range.to_s,
		.ops = { intake_page, intake_window, intake_has_room, s },
	};
	int rc;

	set_waker(s, s->service.engine);
	rc = parts_start(&s->parts, &parts, err);
	if (!rc)
		rc = committer_start(&s->committer, s->archive, &s->box,
				     LETTER_BATCH, err);
	if (!rc)
		rc = lister_new(&s->lister, &listing, err);
	if (!rc)
		rc = reports_start(s, s->wanted_reports, err);
	if (!rc)
		rc = days_init(s, err);
	if (!rc)
		s->progress.days = lister_counts(s->lister)->windows;
	return rc;
}

static enum store_durability
durability_of(const struct ark_sync_options *o)
{
	switch (o->durability) {
	case ARK_DURABLE_FILE: return STORE_FILE;
	case ARK_DURABLE_NONE: return STORE_NONE;
	default: return STORE_BATCH;
	}
}

static int
open_archive(struct sync *s, struct ark_error *err)
{
	int rc;

	rc = config_check(s->config, true, true, err);
	if (!rc)
		rc = reports_wanted(&s->wanted_reports, s->config, err);
	if (!rc)
		rc = layout_check(s->config->name, err);
	if (!rc)
		rc = archive_open(&s->archive, s->config->path, ARCHIVE_CREATE,
				  err);
	if (rc)
		return rc;
	store_set_durability(s->archive->store, durability_of(s->options));
	return 0;
}

static int
retry_failed(struct sync *s, enum catalogue_kind kind, struct ark_error *err)
{
	int64_t retried = 0;
	int rc;

	rc = catalogue_retry_failed(s->archive->catalogue, kind,
				    s->range.from_s, s->range.to_s, &retried,
				    err);
	if (!rc && retried)
		event_log(&s->options->listener, ARK_LOG_INFO, NULL,
			  "%lld %ss that were given up are tried again",
			  (long long)retried, kind_of(kind)->name);
	return rc;
}

static int
begin_run(struct sync *s, struct ark_error *err)
{
	struct ark_summary *sum = s->summary;
	int rc;

	sum->media.was_asked = s->config->media;
	rc = period_of_sync(&s->range, &s->options->range, s->config,
			    s->archive, err);
	if (!rc)
		rc = catalogue_run_begin(s->archive->catalogue, clock_wall_s(),
					 &sum->run, err);
	if (rc)
		return rc;
	s->run = sum->run;
	sum->from_s = s->range.from_s;
	sum->to_s = s->range.to_s;
	rc = custody_run_started(s->archive, s->options, sum, err);
	if (!rc && s->options->retry_failed)
		rc = retry_failed(s, CATALOGUE_RECORDING, err);
	if (!rc && s->options->retry_failed && s->config->media)
		rc = retry_failed(s, CATALOGUE_ATTACHMENT, err);
	return rc;
}

static int
prepare(struct sync *s, struct ark_error *err)
{
	const struct ark_config *c = s->config;
	struct confinement_need need = {
		.right = CONFINE_WRITE, .may_connect = true,
	};
	int rc;

	rc = open_archive(s, err);
	if (!rc) {
		need.root = store_root(s->archive->store);
		need.outbox = notifier_outbox(s->options->notifier);
		rc = service_open(&s->service, c, &need, &s->options->listener,
				  err);
	}
	if (!rc)
		notifier_begun(s->options->notifier);
	if (!rc)
		rc = load_dialect(s, err);
	if (!rc)
		rc = log_in(s, err);
	if (!rc)
		rc = recover(s->archive, &s->options->listener, c->name, err);
	if (!rc)
		rc = begin_run(s, err);
	if (rc)
		return rc;
	hosts_load(s);
	return start_workers(s, err);
}

/* ---- after the loop ---------------------------------------------------- */

/*
 * Whether the run may end without ARK_EINCOMPLETE: all is there, or all that
 * is missing was not begun because of a limit that was asked for.
 */
static bool
is_excused(const struct sync *s)
{
	const struct ark_summary *sum = s->summary;

	if (sum->is_complete)
		return true;
	return s->code == ARK_ELIMIT && !sum->oddities &&
	       !lister_counts(s->lister)->windows_incomplete &&
	       sum->counts[ARK_QUEUED] == sum->problems_total &&
	       sum->media.counts[ARK_QUEUED] == sum->media.problems_total;
}

/*
 * Publish, count, and say how it ends.  What was on its way when the loop
 * broke may have its final name and no row: its lease stays, which keeps its
 * day marked, so that verify is not alarmed and the next run looks.
 */
static int
conclude(struct sync *s, bool is_orderly, struct ark_error *err)
{
	const struct lister_counts *counts = lister_counts(s->lister);
	struct ark_summary *sum = s->summary;
	int64_t published = 0;
	int rc = 0;

	sum->windows = counts->windows;
	sum->windows_incomplete = counts->windows - counts->windows_done +
				  counts->windows_incomplete;
	sum->requests += counts->requests + s->service.omni.requests;
	sum->retries += counts->retries;
	sum->relogins += counts->relogins;
	rc = reports_conclude(s, err);
	if (!rc && is_orderly)
		rc = catalogue_release_leases(s->archive->catalogue, err);
	if (!rc)
		rc = publish_dirty(s->archive, clock_wall_s(), &published, err);
	if (!rc)
		rc = save_dialect(s, err);
	if (!rc)
		rc = summary_count(sum, s->archive, &s->range, err);
	hosts_save(s);
	if (!rc && !is_excused(s))
		sync_note(s, ARK_EINCOMPLETE);
	return rc;
}

static void
release(struct sync *s)
{
	set_waker(s, NULL);
	service_stop(&s->service);
	if (s->committer)
		committer_tick(s->committer, clock_now_ms(), true);
	committer_stop(s->committer);
	sync_drain(s);
	jobs_release(s);
	parts_stop(s->parts);
	sync_drain(s);
	lister_free(s->lister);
	reports_release(s);
	days_release(s);
	service_close(&s->service);
	archive_close(s->archive);
	mailbox_release(&s->box);
	(void)pthread_mutex_destroy(&s->waker.mutex);
}

/* From the first page to the last bag; the account of it. */
static int
work(struct sync *s, struct ark_error *err)
{
	struct ark_error later = { 0 };
	int rc, end;

	rc = sync_loop(s, err);
	end = conclude(s, !rc, rc ? &later : err);
	rc = severity_worse(rc, end);
	if (!rc && s->code) {
		rc = s->code;
		*err = s->first_error;
	}
	return severity_worse(rc, s->code);
}

/* A run that began has its end on the trail, whatever it was. */
static int
end_run(struct sync *s, int code, struct ark_error *err)
{
	struct ark_error later = { 0 };
	int rc;

	rc = custody_run_ended(s->archive, s->summary, code,
			       code ? &later : err);
	if (code && severity_worse(code, rc) != code)
		*err = later;
	rc = severity_worse(code, rc);
	(void)catalogue_run_end(s->archive->catalogue, s->run, rc,
				clock_wall_s(), NULL);
	return rc;
}

static int
run(struct sync *s, struct ark_error *err)
{
	int rc;

	rc = prepare(s, err);
	if (!rc)
		rc = work(s, err);
	if (!s->run)
		return rc;
	rc = end_run(s, rc, err);
	if (!rc || rc == ARK_EINCOMPLETE)
		subject_index_after_run(s->archive,
					clock_now_ms() - s->started_ms,
					&s->options->listener);
	return rc;
}

int
ark_sync(const struct ark_config *c, const struct ark_sync_options *o,
	 struct ark_summary *sum, struct ark_error *err)
{
	struct sync s = { .config = c, .options = o, .summary = sum };
	struct ark_error own = { 0 };
	int rc;

	memset(sum, 0, sizeof(*sum));
	(void)snprintf(sum->command, sizeof(sum->command), "sync");
	sum->started_s = clock_wall_s();
	s.started_ms = s.rate_ms = clock_now_ms();
	s.ready_last = &s.ready;
	if (o->is_dry_run)
		return sync_dry_run(c, o, sum, err);
	rc = mailbox_init(&s.box, err);
	if (rc)
		return rc;
	(void)pthread_mutex_init(&s.waker.mutex, NULL);
	rc = run(&s, &own);
	release(&s);
	sum->elapsed_ms = clock_now_ms() - s.started_ms;
	sum->code = rc;
	if (rc && err)
		*err = own;
	return rc;
}
