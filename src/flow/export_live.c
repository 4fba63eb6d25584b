#include "flow/export_live.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/idset.h"
#include "flow/lister.h"
#include "flow/period.h"

static const struct confinement_need need = { .may_connect = true };

/* A document that waits for its day to be whole. */
struct held {
	int64_t start_s;
	char *id;			/* owned; its bytes lie behind */
	const char *body;
	size_t len;
};

struct live {
	struct exporter *exporter;
	struct ark_range range;
	bool is_busy;			/* a day is being listed */
	struct idset seen;		/* on all days */
	struct held *held;
	size_t n, cap;
	int64_t outside;		/* that came and were not asked for */
};

/*
 * Whether d is to be exported.  A platform that looks at days only gives what
 * lies outside of the hours that were asked for, too.
 */
static bool
is_wanted(struct live *l, const struct lister_document *d)
{
	int64_t start_s = d->recording->start_s;

	if (!d->is_new || !exporter_passes(l->exporter, d->recording))
		return false;
	if (d->oddity ||
	    (start_s >= l->range.from_s && start_s < l->range.to_s))
		return true;
	l->outside++;
	return false;
}

/* Keep a copy of d until its day is whole. */
static int
hold(struct live *l, const struct lister_document *d)
{
	size_t id_size = strlen(d->recording->id) + 1;
	struct held *h = array_room(l->held, l->n, &l->cap, sizeof(*h));
	int rc;

	if (!h)
		return ARK_ENOMEM;
	l->held = h;
	rc = idset_add(&l->seen, d->recording->id);
	if (rc <= 0)
		return rc;
	h = &l->held[l->n];
	h->id = malloc(id_size + d->body.n);
	if (!h->id)
		return ARK_ENOMEM;
	memcpy(h->id, d->recording->id, id_size);
	memcpy(h->id + id_size, d->body.p, d->body.n);
	h->body = h->id + id_size;
	h->len = d->body.n;
	h->start_s = d->recording->start_s;
	l->n++;
	return 0;
}

static int
hold_page(void *ctx, const struct lister_page *page, struct ark_error *err)
{
	struct live *l = ctx;

	for (size_t i = 0; i < page->n; i++) {
		const struct lister_document *d = &page->documents[i];

		if (is_wanted(l, d) && hold(l, d))
			return error_nomem(err);
	}
	for (size_t i = 0; i < page->n_wrecks; i++) {
		if (page->wrecks[i].is_new)
			exporter_missing(l->exporter, "a document cannot be "
					 "read: %s", page->wrecks[i].reason);
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->start_s != y->start_s)
		return x->start_s < y->start_s ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* Let go of the first n. */
static void
forget(struct live *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(l->held[i].id);
	l->n -= n;
	if (n)
		memmove(l->held, l->held + n, l->n * sizeof(*l->held));
}

/*
 * Export what began before end_s.  Where the platform counts days by another
 * zone, a day also brings some of the next, which wait for the rest of it.
 */
static int
export_until(struct live *l, int64_t end_s, struct ark_error *err)
{
	size_t n = 0;
	int rc = 0;

	if (l->n)
		qsort(l->held, l->n, sizeof(*l->held), compare);
	for (; !rc && n < l->n && l->held[n].start_s < end_s; n++) {
		const struct held *h = &l->held[n];
		const struct report_item item = {
			.document = { h->body, h->len }, .id = h->id,
			.seen_s = -1, .vanished_s = -1,
		};

		rc = exporter_take(l->exporter, &item, err);
	}
	forget(l, n);
	return rc ? rc : exporter_put(l->exporter, err);
}

/* A day was listed. */
static int
export_day(void *ctx, const struct lister_window *w, struct ark_error *err)
{
	struct live *l = ctx;
	char day[DAY_SIZE];

	day_format(day, w->day);
	if (!w->is_complete)
		exporter_missing(l->exporter, "%s: the listing is not "
				 "complete: %s", day, w->flaw);
	l->is_busy = false;
	return export_until(l, (w->day + 1) * DAY_SECONDS, err);
}

/* One day at a time: what is said yes to begins. */
static bool
may_begin_day(void *ctx)
{
	struct live *l = ctx;
	bool may_begin = !l->is_busy;

	l->is_busy = true;
	return may_begin;
}

static int
list_days(struct live *l, struct service *service, const struct zone *zone,
	  struct mailbox *box, struct ark_error *err)
{
	struct lister_settings set = {
		.route = l->exporter->options->route,
		.service = service, .zone = zone, .reply = box,
		.ops = { hold_page, export_day, may_begin_day, l },
	};
	struct lister *lister = NULL;
	int rc;

	rc = period_or_today(&l->range, &l->exporter->options->range, zone,
			     err);
	if (rc)
		return rc;
	set.from_s = l->range.from_s;
	set.to_s = l->range.to_s;
	rc = lister_new(&lister, &set, err);
	if (!rc)
		rc = lister_drive(lister, service, box, err);
	lister_free(lister);
	if (!rc)
		rc = export_until(l, INT64_MAX, err);
	if (!rc && l->outside)
		event_log(&l->exporter->options->listener, ARK_LOG_INFO, NULL,
			  "%lld documents lie outside the range and are left "
			  "out", (long long)l->outside);
	return rc;
}

static int
run(struct exporter *e, struct service *service, struct mailbox *box,
    struct ark_error *err)
{
	struct live l = { .exporter = e };
	struct zone *zone = NULL;
	int rc;

	rc = service_login(service, &zone, err);
	if (!rc)
		rc = list_days(&l, service, zone, box, err);
	forget(&l, l.n);
	idset_release(&l.seen);
	free(l.held);
	zone_free(zone);
	return rc;
}

int
export_live(struct exporter *e, const struct ark_config *c,
	    struct ark_error *err)
{
	struct service service;
	struct mailbox box;
	int rc;

	rc = mailbox_init(&box, err);
	if (rc)
		return rc;
	rc = service_open(&service, c, &need, &e->options->listener, err);
	if (!rc) {
		rc = run(e, &service, &box, err);
		service_close(&service);
	}
	mailbox_release(&box);
	return rc;
}
