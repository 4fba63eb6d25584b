#include "report/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "json/scan.h"
#include "report/reconcile_internal.h"

#define VOICE 1			/* of midia */
#define MAX_MEDIUM 1000
#define KEY_MAX ((size_t)4 << 20)

const char *
ark_discrepancy_name(enum ark_discrepancy_kind kind)
{
	static const char *const names[ARK_N_DISCREPANCIES] = {
		[ARK_ATTENDED_WITHOUT_RECORDING] =
			"attended_without_recording",
		[ARK_NOT_ARCHIVED] = "not_archived",
		[ARK_RECORDING_WITHOUT_CALL] = "recording_without_call",
		[ARK_MISSING_IN_VOICE_LOG] = "missing_in_voice_log",
		[ARK_MISSING_IN_HISTORY] = "missing_in_service_history",
		[ARK_ATTENDANCE_DIFFERS] = "attendance_differs",
		[ARK_TIMES_DIFFER] = "times_differ",
		[ARK_DURATION_DIFFERS] = "duration_differs",
		[ARK_LATE] = "late",
		[ARK_CHANGED] = "changed",
		[ARK_VANISHED] = "vanished",
		[ARK_UNREADABLE] = "unreadable",
	};

	return names[kind];
}

enum reconcile_medium
reconcile_medium(const char *document, size_t len)
{
	static const char *const names[] = { "midia", "mídia", "media_type" };
	const struct json_slice text = { document, len };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_slice value = json_member(text, names[i]);
		int64_t medium;

		if (!value.p || json_int(value, 0, MAX_MEDIUM, &medium))
			continue;
		return medium == VOICE ? RECONCILE_CALL : RECONCILE_CHAT;
	}
	return RECONCILE_PERHAPS;
}

int
reconcile_new(struct reconcile **out, const struct reconcile_options *o,
	      struct ark_error *err)
{
	struct reconcile *r = calloc(1, sizeof(*r));

	if (!r)
		return error_nomem(err);
	r->options = *o;
	*out = r;
	return 0;
}

void
reconcile_free(struct reconcile *r)
{
	if (!r)
		return;
	for (int d = 0; d < RECONCILE_DAYS; d++) {
		for (int i = 0; i < ARK_CALL_ROUTES; i++)
			free(r->moments[d][i].at);
	}
	idmap_release(&r->people);
	keep_release(&r->keep);
	free(r->entries);
	free(r->calls);
	free(r);
}

/* ---- what is remembered of a document --------------------------------- */

/* Whoever spoke, kept once; NULL without memory. */
static struct reconcile_who *
find_who(struct reconcile *r, const struct ark_recording *f)
{
	struct buf name = BUF_INIT(KEY_MAX);
	struct reconcile_who *who = NULL;
	const char *kept;

	(void)buf_addf(&name, "%s\n%s\n%s", f->service, f->agent,
		       f->agent_email);
	if (name.rc)
		goto out;
	who = idmap_get(&r->people, buf_text(&name));
	if (who)
		goto out;
	kept = keep_text(&r->keep, buf_text(&name));
	who = keep_room(&r->keep, sizeof(*who));
	if (!kept || !who) {
		who = NULL;
		goto out;
	}
	who->agent = keep_once(&r->keep, f->agent);
	who->email = keep_once(&r->keep, f->agent_email);
	who->service = keep_once(&r->keep, f->service);
	if (!who->agent || !who->email || !who->service ||
	    idmap_put(&r->people, kept, who))
		who = NULL;
out:
	buf_release(&name);
	return who;
}

/* What joins a document without protocolo: the id that reports share. */
static const char *
shared_id(const struct ark_recording *f)
{
	return *f->interaction_id ? f->interaction_id : f->id;
}

static int
note_moment(struct reconcile *r, const struct reconcile_document *d)
{
	int32_t day = day_of(d->fields->start_s) - r->options.day;
	struct reconcile_moments *m;
	int64_t *grown;

	if (day < -1 || day > 1 || d->first_seen_s < 0)
		return 0;
	m = &r->moments[day + 1][d->route];
	if (m->n && m->at[m->n - 1] == d->first_seen_s)
		return 0;
	grown = array_room(m->at, m->n, &m->cap, sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	m->at = grown;
	m->at[m->n++] = d->first_seen_s;
	return 0;
}

static bool
is_attended(const struct ark_recording *f)
{
	if (*f->status)
		return text_equal_nocase(f->status, "Contact");
	return f->answered_s >= 0;
}

static int
fill(struct reconcile *r, struct reconcile_entry *e,
     const struct reconcile_document *d)
{
	const struct ark_recording *f = d->fields;

	*e = (struct reconcile_entry){
		.start_s = f->start_s, .answered_s = f->answered_s,
		.end_s = f->end_s, .first_seen_s = d->first_seen_s,
		.vanished_s = d->vanished_s, .audio_ms = d->audio_ms,
		.next = RECONCILE_NONE, .bag_day = d->bag_day,
		.version = d->version,
		.state = d->state, .route = (uint8_t)d->route,
		.has_protocol = *f->protocol,
		.is_attended = is_attended(f),
		.is_perhaps = d->medium == RECONCILE_PERHAPS,
		.is_wanted = d->is_wanted,
		.id = keep_text(&r->keep, f->id),
		.reason = keep_once(&r->keep, d->reason),
		.sha256 = keep_once(&r->keep, d->sha256 ? d->sha256 : ""),
		.who = find_who(r, f),
	};
	e->key = e->has_protocol ? keep_text(&r->keep, f->protocol) :
		 keep_text(&r->keep, shared_id(f));
	return e->id && e->reason && e->sha256 && e->who && e->key ? 0 :
								  ARK_ENOMEM;
}

int
reconcile_add(struct reconcile *r, const struct reconcile_document *d,
	      struct ark_error *err)
{
	struct reconcile_entry *grown;

	if (d->medium == RECONCILE_CHAT)
		return 0;
	if (r->n_entries >= RECONCILE_MAX_DOCUMENTS)
		return error_set(err, ARK_ELIMIT, "a day has more than %zu "
				 "documents of calls", RECONCILE_MAX_DOCUMENTS);
	grown = array_room(r->entries, r->n_entries, &r->cap_entries,
			   sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	r->entries = grown;
	if (fill(r, &grown[r->n_entries], d) || note_moment(r, d))
		return error_nomem(err);
	r->n_entries++;
	return 0;
}

/* ---- from documents to calls ------------------------------------------ */

static int
compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Documents of one key beside each other, whatever the order they came in. */
static int
by_key(const void *a, const void *b)
{
	const struct reconcile_entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (!order)
		order = compare(x->has_protocol, y->has_protocol);
	if (!order)
		order = compare(x->route, y->route);
	if (!order)
		order = compare(x->start_s, y->start_s);
	if (!order)
		order = compare(reconcile_from(x), reconcile_from(y));
	return order ? order : strcmp(x->id, y->id);
}

static int
match_all(struct reconcile *r, struct ark_error *err)
{
	size_t low = 0, high;
	int rc = 0;

	if (r->n_entries)
		qsort(r->entries, r->n_entries, sizeof(*r->entries), by_key);
	for (; !rc && low < r->n_entries; low = high) {
		const struct reconcile_entry *first = &r->entries[low];

		for (high = low + 1; high < r->n_entries; high++) {
			const struct reconcile_entry *e = &r->entries[high];

			if (e->has_protocol != first->has_protocol ||
			    strcmp(e->key, first->key))
				break;
		}
		rc = reconcile_match(r, low, high, err);
	}
	return rc;
}

static int
by_time(const void *a, const void *b)
{
	const struct reconcile_call *x = a, *y = b;
	int order = compare(x->begin_s, y->begin_s);

	if (!order)
		order = strcmp(x->key, y->key);
	for (int i = 0; !order && i < ARK_CALL_ROUTES; i++)
		order = (x->first[i] > y->first[i]) -
			(x->first[i] < y->first[i]);
	return order;
}

int
reconcile_run(struct reconcile *r, ark_discrepancy_fn *fn, void *ctx,
	      struct ark_error *err)
{
	int rc;

	rc = match_all(r, err);
	if (rc)
		return rc;
	reconcile_sort_moments(r);
	if (r->n_calls)
		qsort(r->calls, r->n_calls, sizeof(*r->calls), by_time);
	for (size_t i = 0; !rc && i < r->n_calls; i++) {
		if (!r->calls[i].is_gone)
			rc = reconcile_judge(r, &r->calls[i], fn, ctx);
	}
	return rc;
}
