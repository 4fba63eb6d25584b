/*
 * ark_subject_find: what is held about somebody.
 */
#include "flow/subject.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/event.h"
#include "config/config.h"
#include "flow/confinement.h"
#include "flow/period.h"
#include "flow/subject_index.h"
#include "store/layout.h"

const char *
ark_subject_match_name(enum ark_subject_match m)
{
	static const char *const names[ARK_N_SUBJECT_MATCHES] = {
		[ARK_SUBJECT_NAMED] = "named",
		[ARK_SUBJECT_ATTENDANCE] = "attendance",
		[ARK_SUBJECT_PARTLY] = "no-area-code",
	};

	return names[m];
}

/* ---- opening ----------------------------------------------------------- */

/*
 * Write what is missing of the index, when nobody else holds the archive.  What
 * it lacks costs time alone.
 */
static int
catch_up(const struct ark_config *c, int64_t behind,
	 const struct ark_listener *l, struct ark_error *err)
{
	struct ark_error why = { 0 };
	struct archive *a = NULL;
	int rc;

	event_log(l, ARK_LOG_INFO, NULL, "%lld documents are not in the index "
		  "yet: this takes longer than it will next time",
		  (long long)behind);
	rc = archive_open(&a, c->path, ARCHIVE_WRITE, &why);
	if (!rc)
		rc = subject_index(a, -1, l, &why);
	archive_close(a);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc)
		event_log(l, ARK_LOG_INFO, NULL, "the index stays as it is: "
			  "%s", why.text);
	return 0;
}

/* Open the archive for reading, with an index that is up to date. */
static int
open_archive(struct subject_inquiry *q, const struct ark_config *c,
	     const char *outbox, struct ark_error *err)
{
	const struct ark_listener *l = &q->options->listener;
	struct confinement_need need = {
		.right = CONFINE_WRITE, .outbox = outbox,
	};
	int64_t behind = 0;
	int rc;

	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&q->archive, c->path, ARCHIVE_READ, err);
	if (!rc)
		rc = catalogue_subject_behind(q->archive->catalogue, &behind,
					      err);
	if (rc)
		return rc;
	need.root = store_root(q->archive->store);
	if (!behind && !outbox)
		need.right = CONFINE_READ;
	confinement_begin(NULL, c, &need, l);
	if (!behind)
		return 0;
	archive_close(q->archive);
	q->archive = NULL;
	rc = catch_up(c, behind, l, err);
	return rc ? rc : archive_open(&q->archive, c->path, ARCHIVE_READ, err);
}

int
subject_inquire(struct subject_inquiry *q, const struct ark_config *c,
		const struct ark_subject_options *o, const char *outbox,
		struct ark_error *err)
{
	struct ark_range range = { 0 };
	struct subject who;
	int rc;

	*q = (struct subject_inquiry){ .options = o };
	rc = subject_parse(&who, o->word, o->kind, o->is_unchecked, err);
	if (!rc)
		rc = open_archive(q, c, outbox, err);
	if (!rc)
		rc = period_or_all(&range, &o->range, q->archive->zone, err);
	if (rc)
		return rc;
	event_log(&o->listener, o->kind == ARK_SUBJECT_ANY_KIND ?
		  ARK_LOG_INFO : ARK_LOG_DEBUG, NULL, "read as: %s",
		  subject_kind_words(who.kind));
	rc = subject_search(&q->hits, q->archive, &who, &range, &o->listener,
			    err);
	if (!rc)
		rc = subject_scope_read(&q->scope, q->archive, &range,
					period_is_named(&o->range), err);
	if (rc)
		return rc;
	subject_scope_tell(&q->scope, &o->listener);
	if (!q->hits.n)
		rc = error_set(err, ARK_ENOTFOUND,
			       "nothing is held about this %s",
			       subject_kind_words(who.kind));
	return rc;
}

void
subject_inquiry_release(struct subject_inquiry *q)
{
	subject_hits_release(&q->hits);
	archive_close(q->archive);
	q->archive = NULL;
}

/* ---- telling ----------------------------------------------------------- */

/* The table of its day that has the document. */
static int
table_path(char out[STORE_PATH_MAX], const struct catalogue_held *held,
	   struct ark_error *err)
{
	char name[64] = "data/recordings.ndjson";

	if (held->route != ARK_AUDIO_LINKS)
		(void)snprintf(name, sizeof(name), "data/reports/%s.ndjson.gz",
			       ark_route_name(held->route));
	return layout_in_bag(out, held->day, name, err);
}

static int
tell_wreck(const struct subject_inquiry *q, const struct subject_hit *hit,
	   ark_held_fn *fn, void *ctx)
{
	const struct subject_wreck *wreck =
		&q->hits.wrecks.items[hit->place.row];
	struct ark_held out = {
		.match = hit->match, .route = hit->route, .id = "",
		.day = wreck->day, .start_s = hit->start_s, .versions = 1,
		.path = wreck->path, .bytes = -1,
	};

	return fn(ctx, &out);
}

static int
tell_hit(const struct subject_inquiry *q, const struct subject_hit *hit,
	 ark_held_fn *fn, void *ctx, struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	struct catalogue_held held;
	struct ark_held out;
	int rc;

	if (hit->place.source == CATALOGUE_WRECKS)
		return tell_wreck(q, hit, fn, ctx);
	rc = catalogue_held(q->archive->catalogue, &hit->place, &held, err);
	if (!rc)
		rc = table_path(path, &held, err);
	if (rc)
		return rc;
	out = (struct ark_held){
		.match = hit->match, .route = held.route, .id = held.id,
		.day = held.day, .start_s = held.start_s,
		.versions = held.version, .has_vanished = held.vanished_s >= 0,
		.state = held.state, .path = *held.path ? held.path : path,
		.bytes = *held.path ? held.bytes : -1,
	};
	return fn(ctx, &out);
}

int
ark_subject_find(const struct ark_config *c,
		 const struct ark_subject_options *o, ark_held_fn *fn,
		 void *ctx, struct ark_error *err)
{
	struct subject_inquiry q;
	int rc;

	rc = subject_inquire(&q, c, o, NULL, err);
	for (size_t i = 0; !rc && i < q.hits.n; i++)
		rc = tell_hit(&q, &q.hits.items[i], fn, ctx, err);
	subject_inquiry_release(&q);
	return rc;
}
