/*
 * ark_list and ark_organizations: asking without an archive.
 */
#include <string.h>

#include "callark/service.h"
#include "flow/lister.h"
#include "flow/period.h"

static const struct confinement_need need = { .may_connect = true };

struct listing {
	const struct ark_list_options *options;
	ark_list_fn *fn;
	void *ctx;
	bool is_incomplete;
};

static bool
is_wanted(const struct listing *l, const struct lister_document *d)
{
	if (!d->is_new || ark_filter_excludes(l->options->filter, d->recording))
		return false;
	if (l->options->links == ARK_LINKS_ALL)
		return true;
	return (*d->link != 0) == (l->options->links == ARK_LINKS_YES);
}

static int
list_page(void *ctx, const struct lister_page *page, struct ark_error *err)
{
	struct listing *l = ctx;

	for (size_t i = 0; i < page->n; i++) {
		const struct lister_document *d = &page->documents[i];
		int rc;

		if (!is_wanted(l, d))
			continue;
		rc = l->fn(l->ctx, d->recording, d->body.p, d->body.n);
		if (rc)
			return error_set(err, rc, "the listing was ended by "
					 "its reader");
	}
	for (size_t i = 0; i < page->n_wrecks; i++) {
		if (!page->wrecks[i].is_new)
			continue;
		l->is_incomplete = true;
		event_log(&l->options->listener, ARK_LOG_WARNING, NULL,
			  "a document cannot be read: %s",
			  page->wrecks[i].reason);
	}
	return 0;
}

static int
list_window(void *ctx, const struct lister_window *w, struct ark_error *err)
{
	struct listing *l = ctx;
	char day[DAY_SIZE];

	(void)err;
	if (w->is_complete)
		return 0;
	l->is_incomplete = true;
	day_format(day, w->day);
	event_log(&l->options->listener, ARK_LOG_WARNING, NULL,
		  "%s: the listing is not complete: %s", day, w->flaw);
	return 0;
}

static int
walk(struct service *service, struct listing *l, const struct zone *zone,
     struct mailbox *box, struct ark_error *err)
{
	struct lister_settings set = {
		.route = ARK_AUDIO_LINKS,
		.service = service, .zone = zone, .reply = box,
		.ops = { list_page, list_window, NULL, l },
	};
	struct lister *lister = NULL;
	struct ark_range range;
	int rc;

	rc = period_or_today(&range, &l->options->range, zone, err);
	if (rc)
		return rc;
	set.from_s = range.from_s;
	set.to_s = range.to_s;
	rc = lister_new(&lister, &set, err);
	if (!rc)
		rc = lister_drive(lister, service, box, err);
	lister_free(lister);
	if (!rc && l->is_incomplete)
		rc = error_set(err, ARK_EINCOMPLETE,
			       "the listing is not complete");
	return rc;
}

int
ark_list(const struct ark_config *c, const struct ark_list_options *o,
	 ark_list_fn *fn, void *ctx, struct ark_error *err)
{
	struct listing l = { .options = o, .fn = fn, .ctx = ctx };
	struct zone *zone = NULL;
	struct service service;
	struct mailbox box;
	int rc;

	rc = mailbox_init(&box, err);
	if (rc)
		return rc;
	rc = service_open(&service, c, &need, &o->listener, err);
	if (rc)
		goto out;
	rc = service_login(&service, &zone, err);
	if (!rc)
		rc = walk(&service, &l, zone, &box, err);
	service_close(&service);
out:
	zone_free(zone);
	mailbox_release(&box);
	return rc;
}

int
ark_organizations(const struct ark_config *c, const struct ark_listener *l,
		  ark_organization_fn *fn, void *ctx, struct ark_error *err)
{
	struct service service;
	int rc;

	rc = service_open(&service, c, &need, l, err);
	if (rc)
		return rc;
	rc = omni_organizations(&service.omni, false, err);
	for (size_t i = 0; !rc && i < service.omni.n_organizations; i++) {
		const struct omni_organization *it =
			&service.omni.organizations[i];
		struct ark_organization told = {
			it->id, it->name, it->time_zone,
		};

		rc = fn(ctx, &told);
	}
	service_close(&service);
	return rc;
}
