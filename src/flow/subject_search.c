#include "flow/subject_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/event.h"
#include "base/idset.h"

#define MAX_HITS 1000000
#define FIRST_TIDY 8192

/*
 * A protocol shorter than this may be no more than a word for "none": it tells
 * nothing of other documents.
 */
#define LEAST_PROTOCOL 6

struct search {
	struct archive *archive;
	const struct subject *who;
	struct subject_scan scan;
	struct subject_hits *hits;
	size_t tidy_at;
	/* protocols of the documents found, by how sure those are */
	struct idset sure, perhaps;
	enum subject_match best;	/* of the document at hand */
	const struct ark_listener *listener;
	struct ark_error *err;
};

void
subject_hits_release(struct subject_hits *h)
{
	free(h->items);
	subject_wrecks_release(&h->wrecks);
	*h = (struct subject_hits){ 0 };
}

/* ---- hits -------------------------------------------------------------- */

static int
compare(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* By place; of one place the best match first. */
static int
by_place(const void *a, const void *b)
{
	const struct subject_hit *x = a, *y = b;
	int order;

	order = compare(x->place.source, y->place.source);
	if (!order)
		order = compare(x->place.row, y->place.row);
	return order ? order : compare(x->match, y->match);
}

static int
by_time(const void *a, const void *b)
{
	const struct subject_hit *x = a, *y = b;
	int order;

	order = compare(x->start_s, y->start_s);
	if (!order)
		order = compare(x->route, y->route);
	return order ? order : by_place(a, b);
}

static bool
is_same_place(const struct subject_hit *a, const struct subject_hit *b)
{
	return a->place.source == b->place.source &&
	       a->place.row == b->place.row;
}

/* Each place once. */
static void
tidy(struct subject_hits *h)
{
	size_t kept = 0;

	if (h->n)
		qsort(h->items, h->n, sizeof(*h->items), by_place);
	for (size_t i = 0; i < h->n; i++) {
		if (!kept || !is_same_place(&h->items[kept - 1], &h->items[i]))
			h->items[kept++] = h->items[i];
	}
	h->n = kept;
}

static int
add_hit(struct search *s, const struct catalogue_place *place,
	enum ark_subject_match match)
{
	struct subject_hits *h = s->hits;
	struct subject_hit *grown;

	if (h->n >= s->tidy_at) {
		tidy(h);
		s->tidy_at = h->n < FIRST_TIDY / 2 ? FIRST_TIDY : 2 * h->n;
	}
	if (h->n >= 2 * MAX_HITS)
		return error_set(s->err, ARK_EUSAGE, "more than %d items: "
				 "this is no single person", MAX_HITS);
	grown = array_room(h->items, h->n, &h->cap, sizeof(*grown));
	if (!grown)
		return error_nomem(s->err);
	h->items = grown;
	h->items[h->n++] = (struct subject_hit){
		.place = *place, .match = match,
	};
	return 0;
}

/* ---- what names the subject ------------------------------------------- */

/* subject_fn: ends with 1 when nothing better can come. */
static int
match_one(void *ctx, const struct subject *s)
{
	struct search *search = ctx;
	enum subject_match match = subject_compare(search->who, s);

	if (match > search->best)
		search->best = match;
	return search->best == SUBJECT_SAME;
}

/* subject_fn */
static int
note_protocol(void *ctx, const struct subject *s)
{
	struct search *search = ctx;
	struct idset *set = search->best == SUBJECT_SAME ? &search->sure :
							   &search->perhaps;

	if (s->kind != ARK_SUBJECT_PROTOCOL || strlen(s->text) < LEAST_PROTOCOL)
		return 0;
	return idset_add(set, s->text) < 0 ? error_nomem(search->err) : 0;
}

static int
check_stop(const struct search *s)
{
	return event_should_stop(s->listener) ?
		       error_set(s->err, ARK_ESTOPPED, "stopped by a signal") :
		       0;
}

/* Look for matches in a body; a hit, or not, as s->best tells. */
static int
look(struct search *s, const struct catalogue_place *place, const char *body,
     size_t n, subject_fn *match, enum ark_subject_match sure)
{
	int rc;

	s->best = SUBJECT_OTHER;
	rc = subject_each(&s->scan, body, n, match, s, s->err);
	if (rc < 0)
		return rc;
	if (s->best == SUBJECT_OTHER)
		return check_stop(s);
	rc = add_hit(s, place, s->best == SUBJECT_SAME ? sure :
							 ARK_SUBJECT_PARTLY);
	return rc ? rc : check_stop(s);
}

/* catalogue_body_fn */
static int
look_for_subject(void *ctx, const struct catalogue_place *place,
		 const char *body, size_t n)
{
	struct search *s = ctx;
	int rc;

	rc = look(s, place, body, n, match_one, ARK_SUBJECT_NAMED);
	if (!rc && s->best != SUBJECT_OTHER &&
	    s->who->kind != ARK_SUBJECT_PROTOCOL)
		rc = subject_each(&s->scan, body, n, note_protocol, s, s->err);
	return rc;
}

/* ---- what belongs to the same attendances ----------------------------- */

/* subject_fn: ends with 1 when nothing better can come. */
static int
match_protocol(void *ctx, const struct subject *s)
{
	struct search *search = ctx;

	if (s->kind != ARK_SUBJECT_PROTOCOL)
		return 0;
	if (idset_has(&search->sure, s->text))
		search->best = SUBJECT_SAME;
	else if (idset_has(&search->perhaps, s->text))
		search->best = SUBJECT_PARTLY;
	return search->best == SUBJECT_SAME;
}

/* catalogue_body_fn */
static int
look_for_protocol(void *ctx, const struct catalogue_place *place,
		  const char *body, size_t n)
{
	return look(ctx, place, body, n, match_protocol,
		    ARK_SUBJECT_ATTENDANCE);
}

static int
find_protocols(struct search *s, const struct idset *set)
{
	struct subject protocol = { .kind = ARK_SUBJECT_PROTOCOL };
	int rc = 0;

	for (size_t i = 0; !rc && i < set->n_slots; i++) {
		if (!set->slots[i])
			continue;
		memcpy(protocol.text, set->slots[i], strlen(set->slots[i]) + 1);
		rc = catalogue_subject_find(s->archive->catalogue,
					    subject_key(&protocol),
					    look_for_protocol, s, s->err);
	}
	return rc;
}

/*
 * What is in no block of the index.  Before the blocks are asked: see
 * catalogue_subject_rest().
 */
static int
look_at_all(struct search *s, catalogue_body_fn *fn)
{
	int rc;

	rc = subject_wrecks_scan(&s->hits->wrecks, s->archive->store, fn, s,
				 s->err);
	return rc ? rc : catalogue_subject_rest(s->archive->catalogue, fn, s,
						s->err);
}

static int
follow_protocols(struct search *s)
{
	int rc;

	if (!s->sure.n && !s->perhaps.n)
		return 0;
	rc = look_at_all(s, look_for_protocol);
	if (!rc)
		rc = find_protocols(s, &s->sure);
	return rc ? rc : find_protocols(s, &s->perhaps);
}

/* ---- in order ---------------------------------------------------------- */

/* Learn when it was, and of which report. */
static int
date(struct search *s, struct subject_hit *hit)
{
	struct catalogue_held held;
	int rc;

	if (hit->place.source == CATALOGUE_WRECKS) {
		hit->start_s = s->hits->wrecks.items[hit->place.row].day *
			       DAY_SECONDS;
		hit->route = ARK_N_ROUTES;
		return 0;
	}
	rc = catalogue_held(s->archive->catalogue, &hit->place, &held, s->err);
	if (rc)
		return rc;
	hit->start_s = held.start_s;
	hit->route = held.route;
	return 0;
}

/* Leave out what is not of range, and sort. */
static int
arrange(struct search *s, const struct ark_range *range)
{
	struct subject_hits *h = s->hits;
	size_t kept = 0;
	int rc;

	tidy(h);
	if (h->n > MAX_HITS)
		return error_set(s->err, ARK_EUSAGE, "more than %d items: "
				 "this is no single person", MAX_HITS);
	for (size_t i = 0; i < h->n; i++) {
		struct subject_hit *hit = &h->items[i];

		rc = date(s, hit);
		if (rc)
			return rc;
		if (hit->start_s >= range->from_s && hit->start_s < range->to_s)
			h->items[kept++] = *hit;
	}
	h->n = kept;
	if (h->n)
		qsort(h->items, h->n, sizeof(*h->items), by_time);
	return 0;
}

int
subject_search(struct subject_hits *out, struct archive *a,
	       const struct subject *who, const struct ark_range *range,
	       const struct ark_listener *l, struct ark_error *err)
{
	struct search s = {
		.archive = a, .who = who, .scan = SUBJECT_SCAN_INIT,
		.hits = out, .tidy_at = FIRST_TIDY, .listener = l, .err = err,
	};
	int rc;

	rc = subject_wrecks_list(&out->wrecks, a->catalogue, err);
	if (!rc)
		rc = look_at_all(&s, look_for_subject);
	if (!rc)
		rc = catalogue_subject_find(a->catalogue, subject_key(who),
					    look_for_subject, &s, err);
	if (!rc)
		rc = follow_protocols(&s);
	if (!rc)
		rc = arrange(&s, range);
	subject_scan_release(&s.scan);
	idset_release(&s.sure);
	idset_release(&s.perhaps);
	return rc;
}
