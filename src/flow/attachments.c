/*
 * What the messages of conversations link to: from the documents of a page to
 * rows that are fetched like recordings.
 *
 * The fingerprint of a row is that of its message without addresses: a fresh
 * signature changes nothing, and neither do further messages.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "digest/digest.h"
#include "flow/attachment_id.h"
#include "flow/pages.h"
#include "flow/sync_internal.h"
#include "omni/attachment.h"

#define MAX_ADDRESS ((size_t)32 << 20)	/* no text is longer than a page */

/* The attachments of one conversation after the other. */
struct harvest {
	struct sync *sync;
	struct digest *digest;
	struct buf base;	/* what relative links are relative to */
	struct catalogue_document *found;
	size_t n, cap;
	struct ark_error *err;
};

static void
forget(struct harvest *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free((void *)(uintptr_t)h->found[i].id);
		free((void *)(uintptr_t)h->found[i].link);
	}
	h->n = 0;
}

static void
harvest_release(struct harvest *h)
{
	forget(h);
	free(h->found);
	digest_free(h->digest);
	buf_release(&h->base);
}

/* The text of an address, as one that can be fetched; free *link. */
static int
read_link(struct harvest *h, struct json_slice address, char **link)
{
	struct buf text = BUF_INIT(MAX_ADDRESS);
	const char *resolved = NULL;
	int rc;

	rc = json_text(address, &text) < 0 ? ARK_ENOMEM : 0;
	if (!rc)
		rc = link_resolve(buf_text(&h->base), buf_text(&text), link,
				  &resolved);
	if (!rc && !*link)
		*link = strdup(resolved);
	buf_release(&text);
	return *link ? 0 : error_nomem(h->err);
}

static int
add(struct harvest *h, const struct lister_document *d,
    const struct attachment_walk *walk, struct json_slice address)
{
	const struct attachment_place at = {
		(int64_t)walk->number, (int64_t)walk->place,
	};
	const struct ark_recording *of = d->recording;
	struct catalogue_document *grown, *out;
	char *link = NULL;
	int rc;

	grown = array_room(h->found, h->n, &h->cap, sizeof(*h->found));
	if (!grown)
		return error_nomem(h->err);
	h->found = grown;
	rc = read_link(h, address, &link);
	if (rc)
		return rc;
	out = &h->found[h->n++];
	*out = (struct catalogue_document){
		.kind = CATALOGUE_ATTACHMENT, .id = attachment_id(of->id, &at),
		.interaction_id = of->id, .day = of->day,
		.start_s = of->start_s, .duration_s = -1, .link = link,
		.excluded_by = ark_filter_excludes(h->sync->options->filter,
						   of),
	};
	if (!out->id)
		return error_nomem(h->err);
	return message_fingerprint(h->digest, walk->message, out->fingerprint,
				   h->err);
}

static int
gather(struct harvest *h, const struct lister_document *d)
{
	struct attachment_walk walk;
	struct json_slice address;
	int rc = 0;

	attachment_walk_init(&walk, d->body);
	while (!rc && attachment_next(&walk, &address))
		rc = add(h, d, &walk, address);
	return rc;
}

static void
count(struct sync *s, const struct catalogue_put *puts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (intake_is_wanting(puts[i].state))
			s->progress.to_fetch++;
		else if (puts[i].state == ARK_ARCHIVED)
			s->summary->media.already++;
	}
}

static int
put(struct harvest *h, bool is_new)
{
	struct catalogue_put *puts = calloc(h->n, sizeof(*puts));
	int rc;

	if (!puts)
		return error_nomem(h->err);
	rc = intake_put(h->sync, h->found, h->n, puts, h->err);
	if (!rc && is_new)
		count(h->sync, puts, h->n);
	free(puts);
	return rc;
}

int
attachments_page(struct sync *s, const struct lister_page *page,
		 struct ark_error *err)
{
	struct harvest h = {
		.sync = s, .base = BUF_INIT(URL_MAX), .err = err,
	};
	int rc;

	buf_addf(&h.base, "%s/", s->service.omni.set.base_url);
	rc = buf_status(&h.base, err);
	if (!rc)
		rc = digest_new(&h.digest, DIGEST_SHA256, err);
	for (size_t i = 0; !rc && i < page->n; i++) {
		const struct lister_document *d = &page->documents[i];

		rc = gather(&h, d);
		if (!rc && h.n)
			rc = put(&h, d->is_new && !page->is_relisted);
		forget(&h);
	}
	harvest_release(&h);
	return rc;
}

int
attachments_window(struct sync *s, const struct catalogue_window *w,
		   struct ark_error *err)
{
	int64_t withdrawn = 0;
	char day[DAY_SIZE];
	int rc;

	rc = catalogue_attachments_listed(s->archive->catalogue, s->run,
					  clock_wall_s(), w, &withdrawn, err);
	if (rc || !withdrawn)
		return rc;
	day_format(day, w->day);
	event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
		  "%s: %lld attachments are no longer listed", day,
		  (long long)withdrawn);
	return 0;
}
