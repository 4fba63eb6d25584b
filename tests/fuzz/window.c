/*
 * A window with a platform that means well (platform.h): the input says what
 * calls there were and how it speaks (names and units of pages, a ceiling, a
 * capped Total, what is behind the last page), and what of that is remembered
 * from before.  A window that ends without a flaw has brought every call; and
 * it ends so wherever nothing is withheld.
 */
#include "flow/lister_internal.h"
#include "platform.h"

/* ---- the window --------------------------------------------------------- */

static void
ask(struct platform *p, struct walk *w)
{
	struct walk_query q;

	while (p->n_asked < MAX_IN_FLIGHT && walk_next(w, &q)) {
		struct request *r = &p->asked[p->n_asked++];

		*r = (struct request){ .query = q };
		answer(p, w->dialect, r);
		MUST(++p->n_requests < MAX_REQUESTS);
	}
	MUST(p->n_asked);
}

/* What a request brought, as the reader of pages would have it. */
static void
see(struct window *w, const struct request *r, const char *ids[MAX_CALLS])
{
	struct ark_recording recordings[MAX_CALLS];
	struct lister_document documents[MAX_CALLS];
	struct page_reader reader = {
		.documents = documents, .ids = ids, .n = r->n, .n_ids = r->n,
	};
	struct lister_page page = { .documents = documents, .n = r->n };

	for (size_t i = 0; i < r->n; i++) {
		recordings[i] = (struct ark_recording){
			.start_s = r->calls[i]->at_s,
		};
		documents[i] = (struct lister_document){
			.recording = &recordings[i],
		};
		ids[i] = r->calls[i]->id;
	}
	if (r->query.page >= 0)
		MUST(!window_see(w, &reader, &page));
}

static void
tell(struct window *w, const struct request *r)
{
	const char *ids[MAX_CALLS];

	if (r->is_failed) {
		walk_fail(&w->walk, &r->query, "refused");
		return;
	}
	see(w, r, ids);
	MUST(!walk_feed(&w->walk, &r->query, r->total, ids, r->n));
}

static void
list(struct platform *p, struct window *w)
{
	do {
		size_t i;

		ask(p, &w->walk);
		p->luck = p->luck * 1664525u + 1013904223u;
		i = (p->luck >> 8) % p->n_asked;
		tell(w, &p->asked[i]);
		p->asked[i] = p->asked[--p->n_asked];
	} while (!window_advance(w));
	MUST(!p->n_asked);
}

/* ---- what must hold ----------------------------------------------------- */

/* The most calls within three seconds, which no asking can take apart. */
static int64_t
densest(const struct platform *p)
{
	int64_t most = 0;

	for (size_t i = 0; i < p->n; i++) {
		int64_t n = 0;

		for (size_t k = 0; k < p->n; k++)
			n += p->calls[k].at_s >= p->calls[i].at_s &&
			     p->calls[k].at_s <= p->calls[i].at_s + 2;
		most = n > most ? n : most;
	}
	return most;
}

static int64_t
count_missing(const struct platform *p, const struct window *w)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->calls[i].at_s < p->to_s &&
		     !idset_has(&w->seen, p->calls[i].id);
	return n;
}

/* Whether Total is what it should be at least for short stretches. */
static bool
can_be_told(const struct platform *p)
{
	if (!(p->manners & IS_CAPPED) || (int64_t)p->n <= p->ceiling)
		return true;
	/* one page that is full and all looks like a small day */
	return p->ceiling % p->size == 0 && p->ceiling > p->size &&
	       !(p->manners & IGNORES_TIMES) && densest(p) < p->ceiling;
}

/* Whether all calls fill pages of that size, the last one as well. */
static bool
is_full(const struct platform *p, int64_t size)
{
	return p->n && size && (int64_t)p->n % size == 0;
}

/*
 * Whether nothing is withheld and all can be found out.  Pages of one or two
 * documents do not tell what they are counted in; nor does a platform that
 * was known to speak differently, unless pages behind the last are empty.  A
 * full page within a few seconds may always be a part of more; where times are
 * ignored, any few seconds have all there is.
 */
static bool
is_easy(const struct platform *p, const struct omni_dialect *before)
{
	bool is_known = before->param == (p->manners & IS_UNDERSCORE ?
					  OMNI_PARAM_UNDERSCORE :
					  OMNI_PARAM_DASH) &&
			before->unit == (p->manners & COUNTS_DOCUMENTS ?
					 OMNI_UNIT_DOCUMENTS :
					 OMNI_UNIT_PAGES);
	int64_t few = densest(p);

	if (p->manners & IGNORES_TIMES &&
	    (is_full(p, p->size) || is_full(p, before->page_size)))
		return false;
	return !p->ceiling && p->size > 2 && few < p->size &&
	       (!before->page_size || few < before->page_size) &&
	       (is_known || !(p->manners & (REFUSES | CLAMPS)));
}

static void
look(const struct platform *p, const struct window *w,
     const struct omni_dialect *before)
{
	must_be_one_line(w->flaw);
	MUST(window_distinct(w) >= 0);
	if (!*w->flaw && can_be_told(p)) {
		MUST(!count_missing(p, w));
		MUST(window_total(w) == window_distinct(w));
	}
	if (is_easy(p, before))
		MUST(!*w->flaw);
}

/* ---- one input ---------------------------------------------------------- */

static void
take_dialect(struct omni_dialect *d, const struct platform *p,
	     struct input *in)
{
	uint8_t known = input_byte(in);

	dialect_init(d);
	d->method = p->method;
	d->param = known % 3;
	d->unit = known / 3 % 3;
	if (known / 9 % 3)
		d->page_size = known / 9 % 3 == 1 ? p->size : known / 27 + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	struct platform *p = calloc(1, sizeof(*p));
	struct window *w = calloc(1, sizeof(*w));
	struct omni_dialect d, before;
	struct window_range range;

	MUST(p && w);
	take_platform(p, &in);
	take_dialect(&d, p, &in);
	take_calls(p, &in);
	before = d;
	range = (struct window_range){ p->from_s, p->to_s, false };
	window_open(w, &d, &range);
	list(p, w);
	look(p, w, &before);
	window_release(w);
	free(w);
	free(p);
	return 0;
}
