/*
 * What is told of a reconciled day as a whole: its sums, and which of its
 * documents lie in other bags.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "report/reconcile_internal.h"

int64_t
ark_reconcile_sum(const struct ark_reconcile_sums *s, int i, const char **name)
{
	static const char *const names[ARK_N_RECONCILE_SUMS] = {
		"calls", "attended_voice_log", "attended_service_history",
		"attended_audio_links", "recordings", "archived", "unmeasured",
		"talk_s", "audio_ms", "explained", "unexplained",
	};
	const int64_t values[ARK_N_RECONCILE_SUMS] = {
		s->calls, s->attended[ARK_VOICE_LOG],
		s->attended[ARK_SERVICE_HISTORY], s->attended[ARK_AUDIO_LINKS],
		s->recordings, s->archived, s->unmeasured, s->talk_s,
		s->audio_ms, s->explained, s->unexplained,
	};

	*name = names[i];
	return values[i];
}

int
reconcile_note(struct reconcile *r, const struct ark_discrepancy *d,
	       ark_discrepancy_fn *fn, void *ctx)
{
	if (d->is_explained) {
		r->explained[d->kind]++;
		r->sums.explained++;
	} else {
		r->unexplained[d->kind]++;
		r->sums.unexplained++;
	}
	return fn ? fn(ctx, d) : 0;
}

void
reconcile_sums_add(struct ark_reconcile_sums *sum,
		   const struct ark_reconcile_sums *more)
{
	sum->calls += more->calls;
	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		sum->attended[i] += more->attended[i];
	sum->recordings += more->recordings;
	sum->archived += more->archived;
	sum->unmeasured += more->unmeasured;
	sum->talk_s += more->talk_s;
	sum->audio_ms += more->audio_ms;
	sum->explained += more->explained;
	sum->unexplained += more->unexplained;
}

void
reconcile_sums(const struct reconcile *r, struct ark_reconciled_day *day)
{
	day->sums = r->sums;
	memcpy(day->explained, r->explained, sizeof(day->explained));
	memcpy(day->unexplained, r->unexplained, sizeof(day->unexplained));
}

static int
by_name(const void *a, const void *b)
{
	const struct ark_reconcile_line *x = a, *y = b;
	int order = strcmp(x->service, y->service);

	if (!order)
		order = strcmp(x->agent, y->agent);
	return order ? order : strcmp(x->agent_email, y->agent_email);
}

static bool
is_zero(const struct ark_reconcile_sums *s)
{
	static const struct ark_reconcile_sums zero;

	return !memcmp(s, &zero, sizeof(zero));
}

int
reconcile_lines(const struct reconcile *r,
		struct ark_reconcile_line **lines, size_t *n,
		struct ark_error *err)
{
	struct ark_reconcile_line *list;

	*n = 0;
	list = calloc(r->people.n + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (size_t i = 0; i < r->people.n_slots; i++) {
		const struct reconcile_who *who = r->people.slots[i].item;

		if (!who || is_zero(&who->sums))
			continue;
		list[(*n)++] = (struct ark_reconcile_line){
			.day = r->options.day, .agent = who->agent,
			.agent_email = who->email, .service = who->service,
			.sums = who->sums,
		};
	}
	if (*n)
		qsort(list, *n, sizeof(*list), by_name);
	*lines = list;
	return 0;
}

/* ---- what lies in other bags ------------------------------------------ */

static int
by_place(const void *a, const void *b)
{
	const struct reconcile_beside *x = a, *y = b;
	int order = (x->day > y->day) - (x->day < y->day);

	if (!order)
		order = (int)x->route - (int)y->route;
	return order ? order : strcmp(x->id, y->id);
}

int
reconcile_beside(const struct reconcile *r, struct reconcile_beside **list,
		 size_t *n, struct ark_error *err)
{
	struct reconcile_beside *found = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < r->n_entries; i++) {
		const struct reconcile_entry *e = &r->entries[i];
		struct reconcile_beside *grown;

		if (!e->is_judged || !*e->sha256 ||
		    e->bag_day == r->options.day)
			continue;
		grown = array_room(found, *n, &cap, sizeof(*grown));
		if (!grown) {
			free(found);
			return error_nomem(err);
		}
		found = grown;
		found[(*n)++] = (struct reconcile_beside){
			.day = e->bag_day, .route = (enum ark_route)e->route,
			.id = e->id, .sha256 = e->sha256,
		};
	}
	if (*n)
		qsort(found, *n, sizeof(*found), by_place);
	*list = found;
	return 0;
}
