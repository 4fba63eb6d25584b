/*
 * The platform's other reports: listed beside the recordings, through the same
 * walk, and kept document by document.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "catalogue/report.h"
#include "flow/reports.h"
#include "flow/sync_internal.h"

/* ---- what the listers tell ------------------------------------------------ */

/* Whether what its messages link to is kept, too. */
static bool
has_media(const struct sync_report *r)
{
	return r->route == ARK_MESSAGES && r->sync->config->media;
}

static struct catalogue_report_document
describe(const struct lister_document *d)
{
	struct catalogue_report_document out = {
		.id = d->recording->id, .day = d->recording->day,
		.start_s = d->recording->start_s,
		.body = d->body.p, .body_len = d->body.n, .oddity = d->oddity,
	};

	memcpy(out.fingerprint, d->fingerprint, sizeof(out.fingerprint));
	return out;
}

static int
put_documents(struct sync_report *r, const struct lister_page *page,
	      struct catalogue_report_document *docs, struct ark_error *err)
{
	struct sync *s = r->sync;
	struct ark_report_sums *sums = &s->summary->reports[r->route];
	struct catalogue_report_change change;
	int rc;

	rc = intake_begin(s, err);
	if (!rc)
		rc = catalogue_report_put(s->archive->catalogue, r->route,
					  clock_wall_s(), docs, page->n,
					  &change, err);
	if (rc)
		return rc;
	sums->fresh += change.fresh;
	sums->changed += change.changed;
	for (size_t i = 0; i < page->n; i++) {
		bool is_new = page->documents[i].is_new && !page->is_relisted;

		sums->documents += is_new;
		sums->oddities += is_new && docs[i].oddity;
		days_touch(s, docs[i].day);
	}
	return 0;
}

/* lister_ops.page */
static int
take_page(void *ctx, const struct lister_page *page, struct ark_error *err)
{
	struct sync_report *r = ctx;
	struct catalogue_report_document *docs;
	int rc = 0;

	docs = calloc(page->n + 1, sizeof(*docs));
	if (!docs)
		return error_nomem(err);
	for (size_t i = 0; i < page->n; i++)
		docs[i] = describe(&page->documents[i]);
	if (page->n)
		rc = put_documents(r, page, docs, err);
	free(docs);
	if (!rc && has_media(r))
		rc = attachments_page(r->sync, page, err);
	for (size_t i = 0; !rc && i < page->n_wrecks; i++) {
		if (page->wrecks[i].is_new)
			rc = intake_wreck(r->sync, page->day, &page->wrecks[i],
					  err);
	}
	return rc;
}

/* lister_ops.window */
static int
take_window(void *ctx, const struct lister_window *w, struct ark_error *err)
{
	struct sync_report *r = ctx;
	struct sync *s = r->sync;
	const struct catalogue_window told = intake_told(w);
	const char *name = ark_route_name(r->route);
	int64_t vanished = 0;
	char day[DAY_SIZE];
	int rc;

	day_format(day, w->day);
	rc = catalogue_report_listed(s->archive->catalogue, r->route,
				     clock_wall_s(), &told, intake_was_seen,
				     (void *)(uintptr_t)w->seen, &vanished,
				     err);
	if (!rc && has_media(r))
		rc = attachments_window(s, &told, err);
	rc = intake_end(s, rc, err);
	if (rc)
		return rc;
	s->summary->reports[r->route].vanished += vanished;
	if (vanished)
		event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
			  "%s: %lld documents of %s are no longer listed", day,
			  (long long)vanished, name);
	if (!w->is_complete)
		event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
			  "%s: the listing of %s is not complete: %s", day,
			  name, w->flaw);
	days_touch(s, w->day);
	if (w->is_relisted)
		return intake_relisted(s, CATALOGUE_ATTACHMENT, w, err);
	return days_settle(s, w->day, err);
}

/* lister_ops.has_room: links must not expire while their rows wait. */
static bool
has_room(void *ctx)
{
	const struct sync_report *r = ctx;

	return !has_media(r) || intake_has_room(r->sync);
}

int
reports_ask(struct sync *s, int32_t day, struct ark_error *err)
{
	/* reports_note_links() tells of those itself */
	unsigned routes = s->wanted_reports & ~(1u << ARK_AUDIO_LINKS);

	return routes ? catalogue_report_ask(s->archive->catalogue, day,
					     routes, clock_wall_s(), err) : 0;
}

int
reports_note_links(struct sync *s, const struct catalogue_window *w,
		   struct ark_error *err)
{
	int64_t vanished;

	if (!s->summary->reports[ARK_AUDIO_LINKS].was_asked)
		return 0;
	return catalogue_report_listed(s->archive->catalogue, ARK_AUDIO_LINKS,
				       clock_wall_s(), w, NULL, NULL, &vanished,
				       err);
}

/* ---- the dialect of each ---------------------------------------------------- */

static void
dialect_key(char key[64], const struct sync_report *r)
{
	(void)snprintf(key, 64, "dialect.%s", ark_route_name(r->route));
}

/*
 * What is known of the recordings' listing is tried first; how long a page is,
 * and where results end, each report tells for itself.
 */
static int
load_dialect(struct sync_report *r, struct ark_error *err)
{
	struct omni_dialect *d = &r->dialect;
	struct buf text = BUF_INIT(65536);
	char key[64];
	int rc;

	*d = r->sync->service.omni.dialect;
	d->page_size = d->page_holds = d->ceiling = 0;
	d->is_changed = false;
	dialect_key(key, r);
	rc = catalogue_meta_get(r->sync->archive->catalogue, key, &text, err);
	if (rc == 1)
		dialect_load(d, buf_text(&text), text.len);
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

static int
save_dialect(struct sync_report *r, struct ark_error *err)
{
	struct buf text = BUF_INIT(65536);
	char key[64];
	int rc;

	if (!r->dialect.is_changed)
		return 0;
	dialect_key(key, r);
	rc = dialect_save(&r->dialect, &text, err);
	if (!rc)
		rc = catalogue_meta_set(r->sync->archive->catalogue, key,
					buf_text(&text), err);
	buf_release(&text);
	return rc;
}

/* ---- their life ------------------------------------------------------------ */

static int
start(struct sync *s, enum ark_route route, struct ark_error *err)
{
	struct sync_report *r = &s->reports[s->n_reports];
	struct lister_settings set = {
		.service = &s->service, .route = route, .dialect = &r->dialect,
		.zone = s->archive->zone, .reply = &s->box,
		.kind = LETTER_REPORT + (int)s->n_reports,
		.from_s = s->range.from_s, .to_s = s->range.to_s,
		.ops = { take_page, take_window, has_room, r },
	};
	int rc;

	*r = (struct sync_report){ .sync = s, .route = route };
	rc = load_dialect(r, err);
	if (!rc)
		rc = lister_new(&r->lister, &set, err);
	if (!rc && has_media(r))
		s->conversations = r->lister;
	s->n_reports += !rc;
	return rc;
}

int
reports_start(struct sync *s, unsigned wanted, struct ark_error *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < ARK_N_ROUTES; i++) {
		bool is_wanted = wanted >> i & 1;

		s->summary->reports[i].was_asked = is_wanted;
		if (is_wanted && i != ARK_AUDIO_LINKS)
			rc = start(s, (enum ark_route)i, err);
	}
	return rc;
}

void
reports_stop(struct sync *s)
{
	for (size_t i = 0; i < s->n_reports; i++)
		lister_stop(s->reports[i].lister);
}

void
reports_release(struct sync *s)
{
	for (size_t i = 0; i < s->n_reports; i++)
		lister_free(s->reports[i].lister);
}

/*
 * A report that the platform refuses, or does not have, must not cost the
 * recordings; the run is incomplete without it.
 */
static int
ended(struct sync_report *r, int rc, const struct ark_error *err)
{
	struct sync *s = r->sync;
	struct ark_report_sums *sums = &s->summary->reports[r->route];

	if (rc != ARK_EAUTH && rc != ARK_ESERVICE)
		return rc;
	if (r->has_failed)
		return 0;
	r->has_failed = true;
	(void)snprintf(sums->failure, sizeof(sums->failure), "%.199s",
		       err->text);
	event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
		  "%s could not be listed: %s", ark_route_name(r->route),
		  err->text);
	return 0;
}

int
reports_pump(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < s->n_reports; i++) {
		struct sync_report *r = &s->reports[i];

		if (!r->has_failed)
			rc = ended(r, lister_pump(r->lister, now_ms, err), err);
	}
	return rc;
}

int
reports_result(struct sync *s, struct http_result *res, int64_t now_ms,
	       struct ark_error *err)
{
	struct sync_report *r =
		&s->reports[res->letter.kind - LETTER_REPORT];

	return ended(r, lister_result(r->lister, res, now_ms, err), err);
}

int64_t
reports_due_ms(const struct sync *s, int64_t now_ms)
{
	int64_t due = -1;

	for (size_t i = 0; i < s->n_reports; i++) {
		int64_t one = lister_due_ms(s->reports[i].lister, now_ms);

		if (one >= 0 && (due < 0 || one < due))
			due = one;
	}
	return due;
}

bool
reports_are_idle(const struct sync *s)
{
	for (size_t i = 0; i < s->n_reports; i++) {
		if (!lister_is_idle(s->reports[i].lister))
			return false;
	}
	return true;
}

bool
reports_are_day_done(const struct sync *s, int32_t day)
{
	for (size_t i = 0; i < s->n_reports; i++) {
		const struct sync_report *r = &s->reports[i];

		if (!r->has_failed && !lister_is_day_done(r->lister, day))
			return false;
	}
	return true;
}

int
reports_conclude(struct sync *s, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->n_reports; i++) {
		struct sync_report *r = &s->reports[i];
		const struct lister_counts *counts = lister_counts(r->lister);
		struct ark_summary *sum = s->summary;

		sum->reports[r->route].days_incomplete = counts->windows -
			counts->windows_done + counts->windows_incomplete;
		sum->requests += counts->requests;
		sum->retries += counts->retries;
		sum->relogins += counts->relogins;
		if (!rc)
			rc = save_dialect(r, err);
	}
	return rc;
}

/* ---- which are wanted ------------------------------------------------------ */

static int
refuse(const char *name, struct ark_error *err)
{
	struct buf names = BUF_INIT(1024), shown = BUF_INIT(1024);

	for (int i = 0; i < ARK_N_ROUTES; i++)
		buf_addf(&names, ", %s", ark_route_name((enum ark_route)i));
	text_printable(&shown, name, strlen(name));
	(void)error_set(err, ARK_EUSAGE, "reports \"%s\" (archive.reports or "
			"--reports): expected all, or names out of%s",
			buf_text(&shown), buf_text(&names) + 1);
	buf_release(&names);
	buf_release(&shown);
	return ARK_EUSAGE;
}

int
reports_wanted(unsigned *out, const struct ark_config *c,
	       struct ark_error *err)
{
	*out = c->media ? 1u << ARK_MESSAGES : 0;
	for (size_t i = 0; i < c->reports.n; i++) {
		const char *name = c->reports.items[i];
		int route = ark_route_find(name, strlen(name));

		if (!strcmp(name, "all"))
			*out |= ARK_ALL_ROUTES;
		else if (route >= 0)
			*out |= 1u << route;
		else
			return refuse(name, err);
	}
	return 0;
}
