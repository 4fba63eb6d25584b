/*
 * What the lister tells, into the catalogue.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "flow/sync_internal.h"
#include "store/file.h"
#include "store/layout.h"

#define ROOM_EVERY_MS 100

/* Longest calls first: it keeps the tail of a page short. */
static int
by_duration(const void *a, const void *b)
{
	const struct lister_document *const *x = a, *const *y = b;
	const struct ark_recording *r = (*x)->recording;
	const struct ark_recording *q = (*y)->recording;

	if (r->duration_s != q->duration_s)
		return r->duration_s < q->duration_s ? 1 : -1;
	return strcmp(r->id, q->id);
}

static struct catalogue_document
describe(const struct sync *s, const struct lister_document *d)
{
	const struct ark_recording *r = d->recording;
	struct catalogue_document out = {
		.id = r->id, .interaction_id = r->interaction_id,
		.day = r->day, .start_s = r->start_s,
		.duration_s = r->duration_s,
		.body = d->body.p, .body_len = d->body.n,
		.link = d->link, .oddity = d->oddity,
		.excluded_by = ark_filter_excludes(s->options->filter, r),
	};

	memcpy(out.fingerprint, d->fingerprint, sizeof(out.fingerprint));
	return out;
}

/* A job in hand takes the fresh link. */
static void
refresh_link(struct sync *s, int64_t row, const struct catalogue_document *d)
{
	struct job *j = jobs_find(s, row);
	char *link;

	if (!j || !*d->link)
		return;
	j->has_fresh_link = true;
	if (!strcmp(j->row.link, d->link))
		return;
	link = strdup(d->link);
	if (!link)
		return;		/* the old one is as good as before */
	free(j->row.link);
	j->row.link = link;
	url_release(&j->url);
}

int
intake_wreck(struct sync *s, int32_t day, const struct lister_wreck *w,
	     struct ark_error *err)
{
	char path[STORE_PATH_MAX], file[STORE_PATH_MAX + 8];
	int rc;

	rc = layout_quarantine(path, day, "document", w->sha256, err);
	if (rc)
		return rc;
	(void)snprintf(file, sizeof(file), "%s.raw", path);
	rc = store_file_put(s->archive->store, file, w->body.p, w->body.n, err);
	if (!rc)
		rc = catalogue_oddity(s->archive->catalogue, day, file,
				      w->reason, clock_wall_s(), err);
	if (rc)
		return rc;
	s->summary->oddities++;
	event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
		  "a document cannot be read and is kept as %s: %s", file,
		  w->reason);
	days_touch(s, day);
	return 0;
}

bool
intake_is_wanting(enum ark_state state)
{
	return state == ARK_QUEUED || state == ARK_DEFERRED ||
	       state == ARK_QUARANTINED;
}

static void
count(struct sync *s, const struct lister_document *d,
      const struct catalogue_put *put)
{
	if (!d->is_new)
		return;
	s->progress.listed++;
	if (d->oddity) {
		s->summary->oddities++;
		event_log(&s->options->listener, ARK_LOG_WARNING,
			  d->recording->id, "an odd document: %s", d->oddity);
	}
	if (intake_is_wanting(put->state))
		s->progress.to_fetch++;
	else if (put->state == ARK_ARCHIVED)
		s->summary->already++;
}

/* What one page needs in memory. */
struct intake {
	const struct lister_document **order;
	struct catalogue_document *docs;
	struct catalogue_put *puts;
};

/*
 * A commit takes the disk several syncs, and pages of the file that two of them
 * change are written once.
 */
int
intake_begin(struct sync *s, struct ark_error *err)
{
	int rc = 0;

	if (!s->is_taking_in)
		rc = catalogue_begin(s->archive->catalogue, err);
	s->is_taking_in = !rc;
	return rc;
}

int
intake_end(struct sync *s, int rc, struct ark_error *err)
{
	if (!s->is_taking_in)
		return rc;
	s->is_taking_in = false;
	if (!rc)
		return catalogue_commit(s->archive->catalogue, err);
	catalogue_rollback(s->archive->catalogue);
	return rc;
}

int
intake_put(struct sync *s, const struct catalogue_document *docs, size_t n,
	   struct catalogue_put *puts, struct ark_error *err)
{
	int rc;

	rc = intake_begin(s, err);
	if (!rc)
		rc = catalogue_put(s->archive->catalogue, s->run,
				   clock_wall_s(), docs, n, puts, err);
	for (size_t i = 0; !rc && i < n; i++) {
		s->has_unclaimed |= intake_is_wanting(puts[i].state);
		if (puts[i].change != CATALOGUE_SAME)
			days_touch(s, docs[i].day);
		refresh_link(s, puts[i].row, &docs[i]);
	}
	return rc;
}

static int
put_documents(struct sync *s, const struct lister_page *page,
	      struct intake *in, struct ark_error *err)
{
	int rc;

	for (size_t i = 0; i < page->n; i++)
		in->order[i] = &page->documents[i];
	qsort(in->order, page->n, sizeof(*in->order), by_duration);
	for (size_t i = 0; i < page->n; i++)
		in->docs[i] = describe(s, in->order[i]);
	rc = intake_put(s, in->docs, page->n, in->puts, err);
	for (size_t i = 0; !rc && i < page->n; i++)
		count(s, in->order[i], &in->puts[i]);
	return rc;
}

int
intake_page(void *ctx, const struct lister_page *page, struct ark_error *err)
{
	struct sync *s = ctx;
	struct intake in = {
		.order = calloc(page->n + 1, sizeof(*in.order)),
		.docs = calloc(page->n + 1, sizeof(*in.docs)),
		.puts = calloc(page->n + 1, sizeof(*in.puts)),
	};
	int rc = 0;

	if (!in.order || !in.docs || !in.puts)
		rc = error_nomem(err);
	else if (page->n)
		rc = put_documents(s, page, &in, err);
	free(in.order);
	free(in.docs);
	free(in.puts);
	for (size_t i = 0; !rc && i < page->n_wrecks; i++) {
		if (page->wrecks[i].is_new)
			rc = intake_wreck(s, page->day, &page->wrecks[i], err);
	}
	return rc;
}

bool
intake_was_seen(void *seen, const char *id)
{
	return idset_has(seen, id);
}

struct catalogue_window
intake_told(const struct lister_window *w)
{
	return (struct catalogue_window){
		.day = w->day, .from_s = w->from_s, .to_s = w->to_s,
		.is_whole_day = w->to_s - w->from_s == DAY_SECONDS,
		.is_complete = w->is_complete, .total = w->total,
		.distinct = w->distinct,
		.flaw = w->is_complete ? NULL : w->flaw,
		.proves_no_absence = w->has_strayed,
	};
}

/*
 * Jobs of a relisted day go on with their fresh link; one without is gone when
 * the listing was complete.  Who was refused while this listing was under way
 * waits for the next one, for its page may have passed already.
 */
int
intake_relisted(struct sync *s, enum catalogue_kind kind,
		const struct lister_window *w, struct ark_error *err)
{
	struct job *lost = NULL;
	int rc = 0;

	for (size_t i = 0; i < s->jobs.n_slots; i++) {
		struct job *j = s->jobs.slots[i].item;

		if (!j || j->state != JOB_RELISTING || j->row.kind != kind ||
		    j->row.day != w->day)
			continue;
		if (j->has_fresh_link) {
			jobs_ready(s, j);
			continue;
		}
		if (w->number <= j->relisted_after)
			continue;
		j->next = lost;
		lost = j;
	}
	while (!rc && lost) {
		struct job *next = lost->next;

		if (w->is_complete && !w->has_strayed)
			rc = outcome_give_up(s, lost, ARK_GONE, "the platform "
					     "lists it no more", err);
		else
			rc = outcome_give_up(s, lost, ARK_DEFERRED, "no fresh "
					     "link: the day could not be "
					     "listed again", err);
		lost = next;
	}
	return rc;
}

int
intake_window(void *ctx, const struct lister_window *w, struct ark_error *err)
{
	struct sync *s = ctx;
	const struct catalogue_window told = intake_told(w);
	char day[DAY_SIZE];
	int64_t vanished = 0;
	int rc;

	day_format(day, w->day);
	rc = reports_ask(s, w->day, err);
	if (!rc)
		rc = catalogue_listed(s->archive->catalogue, s->run,
				      clock_wall_s(), &told, intake_was_seen,
				      (void *)(uintptr_t)w->seen, &vanished,
				      err);
	if (!rc)
		rc = reports_note_links(s, &told, err);
	/* A bag may not say what the catalogue could still forget. */
	rc = intake_end(s, rc, err);
	if (rc)
		return rc;
	if (vanished)
		event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
			  "%s: %lld documents are no longer listed", day,
			  (long long)vanished);
	if (!w->is_complete)
		event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
			  "%s: the listing is not complete: %s", day, w->flaw);
	days_touch(s, w->day);
	if (w->is_relisted)
		return intake_relisted(s, CATALOGUE_RECORDING, w, err);
	s->progress.days_listed++;
	return days_settle(s, w->day, err);
}

bool
intake_has_room(void *ctx)
{
	struct sync *s = ctx;
	int64_t now_ms = clock_now_ms(), waiting = 0;

	if (now_ms - s->room_checked_ms < ROOM_EVERY_MS)
		return s->has_room;
	s->room_checked_ms = now_ms;
	/* an error of the catalogue shows where it matters */
	s->has_room = catalogue_waiting(s->archive->catalogue, s->run,
					&waiting, NULL) ||
		      waiting + (int64_t)s->n_ready < SYNC_LISTED_AHEAD;
	return s->has_room;
}
