/*
 * sync --dry-run: what would be fetched.  Nothing is written.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "flow/period.h"
#include "flow/sync_internal.h"

#define BYTES_A_SECOND 16000	/* 8 kHz, 16 bits: the common telephone WAV */
#define BYTES_UNKNOWN (INT64_C(1) << 20)

struct rehearsal {
	const struct ark_sync_options *options;
	struct ark_summary *summary;
	struct archive *archive;	/* NULL: there is none yet */
	bool is_incomplete;
};

static void
classify(struct rehearsal *r, const struct lister_document *d)
{
	struct ark_summary *s = r->summary;
	struct catalogue_row row = { 0 };
	int64_t seconds = d->recording->duration_s;

	s->listed++;
	if (r->archive && catalogue_find(r->archive->catalogue,
					 CATALOGUE_RECORDING, d->recording->id,
					 &row, NULL) == 1 &&
	    row.state == ARK_ARCHIVED) {
		s->counts[ARK_ARCHIVED]++;
		s->already++;
	} else if (ark_filter_excludes(r->options->filter, d->recording)) {
		s->counts[ARK_EXCLUDED]++;
	} else if (!*d->link) {
		s->counts[ARK_NO_LINK]++;
	} else {
		s->counts[ARK_QUEUED]++;
		s->to_fetch++;
		s->bytes_estimated += seconds > 0 ? seconds * BYTES_A_SECOND :
						    BYTES_UNKNOWN;
	}
	catalogue_row_release(&row);
}

static int
rehearse_page(void *ctx, const struct lister_page *page, struct ark_error *err)
{
	struct rehearsal *r = ctx;

	(void)err;
	for (size_t i = 0; i < page->n; i++) {
		if (page->documents[i].is_new)
			classify(r, &page->documents[i]);
	}
	for (size_t i = 0; i < page->n_wrecks; i++)
		r->summary->oddities += page->wrecks[i].is_new;
	return 0;
}

static int
rehearse_window(void *ctx, const struct lister_window *w,
		struct ark_error *err)
{
	struct rehearsal *r = ctx;
	char day[DAY_SIZE];

	(void)err;
	if (w->is_complete)
		return 0;
	day_format(day, w->day);
	event_log(&r->options->listener, ARK_LOG_WARNING, NULL,
		  "%s: the listing is not complete: %s", day, w->flaw);
	r->is_incomplete = true;
	return 0;
}

/* The range, from the archive's last settled day when there is one. */
static int
range_of(struct rehearsal *r, const struct ark_config *c,
	 const struct zone *zone, struct ark_range *range,
	 struct ark_error *err)
{
	struct ark_range_words back = r->options->range;
	char days[32];

	if (r->archive && archive_is_declared(r->archive))
		return period_of_sync(range, &r->options->range, c, r->archive,
				      err);
	if (!period_is_named(&back)) {
		(void)snprintf(days, sizeof(days), "%lldd", (long long)
			       (c->look_back_s / DAY_SECONDS + 1));
		back.last = days;
	}
	return period_or_today(range, &back, zone, err);
}

static int
rehearse(struct rehearsal *r, const struct ark_config *c,
	 struct service *service, struct mailbox *box, struct ark_error *err)
{
	struct lister_settings set = {
		.route = ARK_AUDIO_LINKS,
		.service = service, .reply = box,
		.ops = { rehearse_page, rehearse_window, NULL, r },
	};
	struct lister *lister = NULL;
	struct zone *zone = NULL;
	struct ark_range range;
	int rc;

	rc = service_login(service, &zone, err);
	if (!rc)
		rc = range_of(r, c, zone, &range, err);
	if (rc)
		goto out;
	r->summary->from_s = set.from_s = range.from_s;
	r->summary->to_s = set.to_s = range.to_s;
	set.zone = zone;
	rc = lister_new(&lister, &set, err);
	if (!rc)
		rc = lister_drive(lister, service, box, err);
	if (lister) {
		r->summary->windows = lister_counts(lister)->windows;
		r->summary->windows_incomplete =
			lister_counts(lister)->windows_incomplete;
		r->summary->requests = lister_counts(lister)->requests;
	}
	if (!rc && (r->is_incomplete || r->summary->oddities))
		rc = error_set(err, ARK_EINCOMPLETE,
			       "the listing is not complete");
out:
	lister_free(lister);
	zone_free(zone);
	return rc;
}

int
sync_dry_run(const struct ark_config *c, const struct ark_sync_options *o,
	     struct ark_summary *sum, struct ark_error *err)
{
	struct rehearsal r = { .options = o, .summary = sum };
	struct confinement_need need = { .may_connect = true };
	int64_t started_ms = clock_now_ms();
	struct service service;
	struct mailbox box;
	int rc;

	rc = config_check(c, true, true, err);
	if (!rc)
		rc = mailbox_init(&box, err);
	if (rc)
		return sum->code = rc;
	rc = archive_open(&r.archive, c->path, ARCHIVE_READ, err);
	if (!rc)
		need.root = store_root(r.archive->store);
	if (!rc || rc == ARK_ENOTFOUND)
		rc = service_open(&service, c, &need, &o->listener, err);
	if (!rc) {
		rc = rehearse(&r, c, &service, &box, err);
		service_close(&service);
	}
	archive_close(r.archive);
	mailbox_release(&box);
	sum->with_link = sum->listed - sum->counts[ARK_NO_LINK];
	sum->is_complete = !rc && !sum->to_fetch;
	sum->elapsed_ms = clock_now_ms() - started_ms;
	return sum->code = rc;
}
