/*
 * ark_rebuild: the catalogue anew, from the tree alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "base/clock.h"
#include "base/event.h"
#include "base/text.h"
#include "callark/archive.h"
#include "config/config.h"
#include "flow/confinement.h"
#include "flow/custody.h"
#include "flow/days_of.h"
#include "flow/draws.h"
#include "flow/quarantine.h"
#include "flow/rebuild_internal.h"
#include "manifest/baginfo.h"
#include "store/layout.h"

void
rebuild_problem(struct rebuild *r, const char *what, const char *why)
{
	char day[DAY_SIZE];

	day_format(day, r->day);
	r->totals->problems++;
	event_log(r->listener, ARK_LOG_WARNING, NULL, "%s: %s: %s", day, what,
		  why);
}

/*
 * Set a damaged file aside.  A trail that cannot be told of it is a problem,
 * but no reason to be without a catalogue.
 */
static int
set_aside(struct rebuild *r, const struct catalogue_row *row, const char *path,
	  struct ark_error *err)
{
	struct ark_error why = { 0 };
	int rc;

	rc = quarantine_damaged(r->archive, row->kind, row->id, r->day, path,
				&why);
	if (rc == ARK_EINTEGRITY) {
		rebuild_problem(r, path, why.text);
		rc = 0;
	}
	if (rc && err)
		*err = why;
	return rc;
}

/* What the bytes are is verify's business. */
int
rebuild_file(struct rebuild *r, struct catalogue_row *row, const char *path,
	     struct ark_error *err)
{
	int64_t size = -1;
	int rc;

	rc = store_size(r->archive->store, path, &size, err);
	if (rc && rc != ARK_ENOTFOUND)
		return rc;
	if (!rc && size == row->bytes) {
		r->totals->recordings += row->kind == CATALOGUE_RECORDING;
		r->totals->attachments += row->kind == CATALOGUE_ATTACHMENT;
		return 0;
	}
	rebuild_problem(r, path, rc ? "the file is missing" : "the size is another");
	if (!rc)
		rc = set_aside(r, row, path, err);
	if (rc && rc != ARK_ENOTFOUND)
		return rc;
	r->is_day_behind = true;
	row->state = ARK_DEFERRED;
	row->reason = (char *)(uintptr_t)"its file was missing or damaged";
	row->path = (char *)(uintptr_t)"";
	return 0;
}

/* ---- a day --------------------------------------------------------------- */

/* What an element cannot tell is verify's to tell, but for lack of memory. */
static int
or_nomem(int rc, struct ark_error *err)
{
	return rc == ARK_ENOMEM ? error_nomem(err) : 0;
}

/* *n is the number that an element tells, or -1. */
static int
element_count(const struct buf *text, const char *label, int64_t *n,
	      struct ark_error *err)
{
	struct buf value = BUF_INIT(64);
	int rc = baginfo_get(buf_text(text), text->len, label, &value);

	if (rc != 1 || text_to_int(buf_text(&value), 0, INT64_MAX, n))
		*n = -1;
	buf_release(&value);
	return or_nomem(rc, err);
}

/* What bag-info.txt says of the trail. */
static int
note_head(struct rebuild *r, const struct buf *text, struct ark_error *err)
{
	struct trail_head head;
	int rc = trail_get_baginfo(buf_text(text), text->len, &head);

	if (rc == 1 && head.seq > r->head.seq)
		r->head = head;
	return or_nomem(rc, err);
}

/* What bag-info.txt says of the listing. */
static int
note_listing(struct catalogue_day *d, const struct buf *text,
	     struct ark_error *err)
{
	struct buf listing = BUF_INIT(64);
	int rc = baginfo_get(buf_text(text), text->len, "Callark-Listing",
			     &listing);

	if (rc == 1) {
		d->is_complete = !strcmp(buf_text(&listing), "complete");
		d->was_asked = strcmp(buf_text(&listing), "not asked") != 0;
		d->asked_s = d->was_asked ? clock_wall_s() : -1;
		rc = element_count(text, "Callark-Platform-Total", &d->total,
				   err);
	} else {
		rc = or_nomem(rc, err);
	}
	buf_release(&listing);
	if (!rc)
		rc = or_nomem(baginfo_get_instant(buf_text(text), text->len,
						  "Callark-Listing-Complete-At",
						  &d->complete_s), err);
	return rc;
}

/* What bag-info.txt says of the day. */
static int
restore_day(struct rebuild *r, struct ark_error *err)
{
	struct buf text = BUF_INIT(1 << 20);
	struct catalogue_day d = {
		.day = r->day, .is_dirty = r->is_day_behind, .total = -1,
		.asked_s = -1, .complete_s = -1,
		.published_s = clock_wall_s(),
	};
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_in_bag(path, r->day, "bag-info.txt", err);
	if (!rc)
		rc = store_slurp(r->archive->store, path, &text, err);
	if (rc == ARK_ENOTFOUND) {
		rebuild_problem(r, "bag-info.txt", "it is missing");
		rc = 0;
	}
	if (!rc)
		rc = note_listing(&d, &text, err);
	if (!rc)
		rc = note_head(r, &text, err);
	if (!rc)
		rc = rebuild_reports(r, &text, err);
	if (!rc)
		rc = catalogue_restore_day(r->archive->catalogue, &d, err);
	buf_release(&text);
	return rc;
}

/* Documents that could not be read lie raw in the quarantine of their day. */
static int
restore_oddities(struct rebuild *r, struct ark_error *err)
{
	char day[STORE_PATH_MAX], folder[STORE_PATH_MAX], path[STORE_PATH_MAX];
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	layout_day(day, r->day);
	(void)snprintf(folder, sizeof(folder), "quarantine/%.32s", day);
	rc = store_list(r->archive->store, folder, &entries, &n, err);
	if (rc == ARK_ENOTFOUND)
		rc = 0;
	for (size_t i = 0; !rc && i < n; i++) {
		const char *end = strrchr(entries[i].name, '.');

		if (!end || strcmp(end, ".raw"))
			continue;
		(void)snprintf(path, sizeof(path), "%.60s/%.255s", folder,
			       entries[i].name);
		rc = catalogue_oddity(r->archive->catalogue, r->day, path,
				      "it was not readable when it was listed",
				      clock_wall_s(), err);
	}
	free(entries);
	return rc;
}

static int
rebuild_day(struct rebuild *r, struct ark_error *err)
{
	int rc;

	r->is_day_behind = false;
	rc = catalogue_begin(r->archive->catalogue, err);
	if (!rc)
		rc = rebuild_recordings(r, err);
	if (!rc)
		rc = rebuild_media(r, err);
	if (!rc)
		rc = restore_oddities(r, err);
	if (!rc)
		rc = restore_day(r, err);
	if (!rc)
		rc = catalogue_commit(r->archive->catalogue, err);
	if (rc)
		catalogue_rollback(r->archive->catalogue);
	r->totals->days++;
	return rc;
}

static int
rebuild_days(struct rebuild *r, struct ark_error *err)
{
	int32_t *days = NULL;
	size_t n = 0;
	int rc;

	rc = days_of_tree(r->archive->store, INT32_MIN, INT32_MAX, &days, &n,
			  err);
	for (size_t i = 0; !rc && i < n; i++) {
		r->day = days[i];
		if (event_should_stop(r->listener))
			rc = error_set(err, ARK_ESTOPPED, "stopped by a "
				       "signal; run callark rebuild again");
		else
			rc = rebuild_day(r, err);
	}
	free(days);
	return rc;
}

/* draws_problem_fn */
static int
tell_draw_problem(void *ctx, const char *path, const struct ark_error *why)
{
	struct rebuild *r = ctx;

	r->totals->problems++;
	event_log(r->listener, ARK_LOG_WARNING, NULL, "%s: %s", path,
		  why->text);
	return 0;
}

int
ark_rebuild(const struct ark_config *c, const struct ark_listener *l,
	    struct ark_rebuild_totals *totals, struct ark_error *err)
{
	struct rebuild r = {
		.listener = l, .totals = totals,
		.line = BUF_INIT(REBUILD_MAX_LINE),
	};
	int rc;

	memset(totals, 0, sizeof(*totals));
	document_init(&r.document);
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&r.archive, c->path, ARCHIVE_REBUILD, err);
	if (!rc) {
		confinement_offline(c, store_root(r.archive->store),
				    CONFINE_TIDY, l);
		rc = archive_open_catalogue(r.archive, err);
	}
	if (!rc)
		rc = digest_new(&r.digest, DIGEST_SHA256, err);
	if (!rc)
		rc = rebuild_days(&r, err);
	if (!rc)
		rc = draws_catch_up(r.archive, false, tell_draw_problem, &r,
				    err);
	if (!rc && r.head.seq)
		rc = trail_restore_known(r.archive, &r.head, err);
	if (!rc)
		rc = archive_rebuilt(r.archive, err);
	if (!rc)
		rc = custody_rebuilt(r.archive, totals, err);
	digest_free(r.digest);
	document_release(&r.document);
	buf_release(&r.line);
	archive_close(r.archive);
	return rc;
}
