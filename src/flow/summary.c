#include "flow/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "json/tree.h"
#include "model/time.h"

#define OPEN_STATES (1u << ARK_QUEUED | 1u << ARK_DEFERRED | \
		     1u << ARK_FAILED | 1u << ARK_GONE | \
		     1u << ARK_QUARANTINED)

/* The problems of a kind, on their way into the summary. */
struct problem_list {
	struct ark_problem *items;
	int *n;
};

static struct problem_list
problems_of(struct ark_summary *s, enum catalogue_kind kind)
{
	if (kind == CATALOGUE_ATTACHMENT)
		return (struct problem_list){
			s->media.problems, &s->media.n_problems,
		};
	return (struct problem_list){ s->problems, &s->n_problems };
}

static int
add_problem(struct ark_summary *s, const struct catalogue_row *row)
{
	struct problem_list list = problems_of(s, row->kind);
	struct ark_problem *p;
	char *id, *reason;

	if (*list.n == ARK_MAX_PROBLEMS)
		return 0;
	id = strdup(row->id);
	reason = strdup(*row->reason || row->state != ARK_QUEUED ?
			row->reason : "not tried yet");
	if (!id || !reason) {
		free(id);
		free(reason);
		return ARK_ENOMEM;
	}
	p = &list.items[(*list.n)++];
	p->day = row->day;
	p->state = row->state == ARK_QUEUED ? ARK_DEFERRED : row->state;
	p->attempts = row->attempts;
	p->id = id;
	p->reason = reason;
	return 0;
}

/* What the run was about. */
static unsigned
kinds_of(const struct ark_summary *s)
{
	return 1u << CATALOGUE_RECORDING |
	       (s->media.was_asked ? 1u << CATALOGUE_ATTACHMENT : 0);
}

static int
list_problems(struct ark_summary *s, struct archive *a,
	      const struct ark_range *range, struct ark_error *err)
{
	struct catalogue_query q = {
		.from_s = range->from_s, .to_s = range->to_s,
		.states = OPEN_STATES, .kinds = kinds_of(s),
	};
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select(&cur, a->catalogue, &q, err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = add_problem(s, &row);
		if (rc)
			error_nomem(err);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

/* catalogue_day_fn */
static int
add_day(void *ctx, const struct catalogue_day *day)
{
	struct ark_summary *s = ctx;

	for (int i = 0; i < ARK_N_STATES; i++) {
		s->counts[i] += day->counts[i];
		if (s->media.was_asked)
			s->media.counts[i] += day->media.counts[i];
	}
	return 0;
}

/* A range that begins or ends in mid-day is counted row by row. */
static int
count_rows(struct ark_summary *s, struct archive *a,
	   const struct ark_range *range, struct ark_error *err)
{
	struct catalogue_query q = {
		.from_s = range->from_s, .to_s = range->to_s,
		.kinds = kinds_of(s),
	};
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select(&cur, a->catalogue, &q, err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		if (row.kind == CATALOGUE_ATTACHMENT)
			s->media.counts[row.state]++;
		else
			s->counts[row.state]++;
		rc = 0;
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

/* How many are open. */
static int64_t
open_of(const int64_t counts[ARK_N_STATES])
{
	int64_t n = 0;

	for (int i = 0; i < ARK_N_STATES; i++) {
		if (OPEN_STATES >> i & 1)
			n += counts[i];
	}
	return n;
}

static bool
has_all_reports(const struct ark_summary *s)
{
	for (int i = 0; i < ARK_N_ROUTES; i++) {
		if (s->reports[i].days_incomplete)
			return false;
	}
	return true;
}

int
summary_count(struct ark_summary *s, struct archive *a,
	      const struct ark_range *range, struct ark_error *err)
{
	int rc;

	if (range->from_s % DAY_SECONDS || range->to_s % DAY_SECONDS)
		rc = count_rows(s, a, range, err);
	else
		rc = catalogue_days(a->catalogue, day_of(range->from_s),
				    day_of(range->to_s - 1), add_day, s, err);
	if (rc)
		return rc;
	s->listed = 0;
	for (int i = 0; i < ARK_N_STATES; i++) {
		s->listed += s->counts[i];
		s->media.listed += s->media.counts[i];
	}
	s->with_link = s->listed - s->counts[ARK_NO_LINK];
	/* Known, even if what they are cannot be read. */
	s->problems_total = open_of(s->counts);
	s->media.problems_total = open_of(s->media.counts);
	s->is_complete = !s->problems_total && !s->media.problems_total &&
			 !s->windows_incomplete && !s->oddities &&
			 has_all_reports(s);
	if (s->problems_total || s->media.problems_total)
		return list_problems(s, a, range, err);
	return 0;
}

const char *
ark_limit_name(enum ark_limit limit)
{
	switch (limit) {
	case ARK_LIMIT_LISTING: return "listing";
	case ARK_LIMIT_SERVER: return "server";
	case ARK_LIMIT_NETWORK: return "network";
	case ARK_LIMIT_DISK: return "disk";
	case ARK_LIMIT_CPU: return "cpu";
	case ARK_LIMIT_NUMBER: return "concurrency";
	case ARK_LIMIT_RATE: return "rate_limit";
	case ARK_LIMIT_UNKNOWN:
	default: return NULL;
	}
}

void
ark_summary_release(struct ark_summary *s)
{
	for (int kind = 0; kind < CATALOGUE_N_KINDS; kind++) {
		struct problem_list list =
			problems_of(s, (enum catalogue_kind)kind);

		while (*list.n) {
			struct ark_problem *p = &list.items[--*list.n];

			free(p->id);
			free(p->reason);
		}
	}
	free(s->organization);
	s->organization = NULL;
}

static void
put_problems(struct json_tree *t, const struct ark_problem *problems, int n,
	     int64_t total)
{
	json_open_array(t, "problems");
	for (int i = 0; i < n; i++) {
		const struct ark_problem *p = &problems[i];
		char day[DAY_SIZE];

		day_format(day, p->day);
		json_open_object(t, NULL);
		json_put_text(t, "id", p->id);
		json_put_text(t, "day", day);
		json_put_text(t, "state", ark_state_name(p->state));
		json_put_text(t, "reason", p->reason);
		json_put_int(t, "attempts", p->attempts);
		json_close(t);
	}
	json_close(t);
	json_put_int(t, "problems_total", total);
}

/* The states of what was to be fetched, but for no_link. */
static void
put_counts(struct json_tree *t, const int64_t *counts, int64_t fresh,
	   int64_t already)
{
	json_put_int(t, "excluded", counts[ARK_EXCLUDED]);
	json_put_int(t, "archived", counts[ARK_ARCHIVED]);
	json_put_int(t, "new", fresh);
	json_put_int(t, "already", already);
	json_put_int(t, "deferred", counts[ARK_DEFERRED] +
		     counts[ARK_QUEUED]);
	json_put_int(t, "failed", counts[ARK_FAILED]);
	json_put_int(t, "gone", counts[ARK_GONE]);
	json_put_int(t, "quarantined", counts[ARK_QUARANTINED]);
	json_put_int(t, "purged", counts[ARK_PURGED]);
}

/* What a run without media says nothing of. */
static void
put_media(struct json_tree *t, const struct ark_media_sums *m)
{
	if (!m->was_asked)
		return;
	json_open_object(t, "media");
	json_put_int(t, "listed", m->listed);
	put_counts(t, m->counts, m->fresh, m->already);
	json_put_int(t, "bytes_new", m->bytes_new);
	put_problems(t, m->problems, m->n_problems, m->problems_total);
	json_close(t);
}

static void
put_reports(struct json_tree *t, const struct ark_summary *s)
{
	json_open_array(t, "reports");
	for (int i = 0; i < ARK_N_ROUTES; i++) {
		const struct ark_report_sums *r = &s->reports[i];

		if (!r->was_asked || i == ARK_AUDIO_LINKS)
			continue;
		json_open_object(t, NULL);
		json_put_text(t, "report", ark_route_name((enum ark_route)i));
		json_put_int(t, "listed", r->documents);
		json_put_int(t, "new", r->fresh);
		json_put_int(t, "changed", r->changed);
		json_put_int(t, "vanished", r->vanished);
		json_put_int(t, "odd_documents", r->oddities);
		json_put_int(t, "days_incomplete", r->days_incomplete);
		json_put_text(t, "failure", *r->failure ? r->failure : NULL);
		json_close(t);
	}
	json_close(t);
}

/* When and over what. */
static void
put_frame(struct json_tree *t, const struct ark_summary *s)
{
	char from[MOMENT_SIZE], to[MOMENT_SIZE], started[CLOCK_UTC_SIZE];

	moment_format(from, s->from_s);
	moment_format(to, s->to_s);
	clock_utc(started, s->started_s);
	json_put_text(t, "version", CALLARK_VERSION);
	json_put_text(t, "command", s->command);
	json_put_int(t, "run", s->run);
	json_put_text(t, "organization", s->organization);
	json_put_text(t, "from", s->to_s ? from : NULL);
	json_put_text(t, "to", s->to_s ? to : NULL);
	json_put_text(t, "started", started);
	json_put_real(t, "seconds", (double)s->elapsed_ms / 1000);
}

static void
put_sums(struct json_tree *t, const struct ark_summary *s)
{
	json_put_int(t, "listed", s->listed);
	json_put_int(t, "with_link", s->with_link);
	json_put_int(t, "no_link", s->counts[ARK_NO_LINK]);
	put_counts(t, s->counts, s->new_recordings, s->already);
	json_put_int(t, "odd_documents", s->oddities);
	json_put_int(t, "bytes_new", s->bytes_new);
	json_put_int(t, "to_fetch", s->to_fetch);
	json_put_int(t, "bytes_estimated", s->bytes_estimated);
	json_put_int(t, "requests", s->requests);
	json_put_int(t, "retries", s->retries);
	json_put_int(t, "relogins", s->relogins);
	json_put_int(t, "relists", s->relists);
	json_put_int(t, "windows", s->windows);
	json_put_int(t, "windows_incomplete", s->windows_incomplete);
	json_put_text(t, "limit", ark_limit_name(s->limit));
	json_put_int(t, "limit_percent", s->limit_percent);
}

int
ark_summary_json(const struct ark_summary *s, int exit_status, char **out,
		 struct ark_error *err)
{
	struct buf text = BUF_INIT((size_t)16 << 20);
	struct json_tree *t = json_tree_new();
	int rc;

	if (!t)
		return error_nomem(err);
	put_frame(t, s);
	put_sums(t, s);
	json_put_bool(t, "complete", s->is_complete);
	json_put_int(t, "exit", exit_status);
	put_problems(t, s->problems, s->n_problems, s->problems_total);
	put_reports(t, s);
	put_media(t, &s->media);
	rc = json_print(t, false, &text, err);
	if (!rc) {
		*out = buf_take(&text);
		if (!*out)
			rc = error_nomem(err);
	}
	json_tree_free(t);
	buf_release(&text);
	return rc;
}
