/*
 * Beginning transfers while the limits allow.
 */
#include <stdio.h>

#include "base/hash.h"
#include "flow/sync_internal.h"

/* Room on the disk, looked at once a second. */
static int
check_space(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	int64_t free_bytes = 0;
	int rc;

	if (s->space_checked_ms && now_ms - s->space_checked_ms < 1000)
		return 0;
	s->space_checked_ms = now_ms;
	rc = store_free_bytes(s->archive->store, &free_bytes, err);
	if (rc || free_bytes > s->config->reserve_bytes)
		return rc;
	return error_set(err, ARK_EDISK, "%s has %lld bytes free, no more than "
			 "archive.reserve (%lld): make room",
			 store_root(s->archive->store), (long long)free_bytes,
			 (long long)s->config->reserve_bytes);
}

/* Limits that were asked for. */
static int
check_limits(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	const struct ark_sync_options *o = s->options;

	if (o->max_bytes && s->received >= o->max_bytes)
		return error_set(err, ARK_ELIMIT, "the limit of --max-bytes "
				 "is reached");
	if (o->max_duration_s &&
	    now_ms - s->started_ms >= o->max_duration_s * 1000)
		return error_set(err, ARK_ELIMIT, "the limit of --max-duration "
				 "is reached");
	return 0;
}

static int64_t
deadline_ms(const struct sync *s, const struct job *j)
{
	int64_t bytes = s->config->max_recording;

	/* a call of known length at 32 kB a second, at most */
	if (j->row.duration_s > 0 && j->row.duration_s < bytes / 32000)
		bytes = j->row.duration_s * 32000;
	return 120000 + bytes / 16;	/* 16 kB a second, at least */
}

static struct http_request *
media_request(struct sync *s, struct job *j, struct sync_host *host)
{
	struct http_request *r = http_request_to(HTTP_MEDIA, &j->url);
	struct part_kept kept;

	if (!r)
		return NULL;
	r->wants_credentials = r->wants_token = true;
	tap_init(&j->tap, part_sink(j->part), &host->count);
	r->sink = &j->tap.sink;
	r->max_body = s->config->max_recording;
	r->deadline_ms = deadline_ms(s, j);
	r->reply = &s->box;
	r->reply_kind = LETTER_MEDIA;
	r->take = outcome_take;
	r->stands_in_line = true;
	r->tag = j;
	if (j->is_from_start)
		part_forget(j->part);
	part_kept(j->part, &kept);
	if (kept.offset > 0) {
		r->offset = kept.offset;
		r->total = kept.total;
		(void)snprintf(r->etag, sizeof(r->etag), "%s", kept.etag);
	}
	return r;
}

/* Open the part and send the request. */
static int
submit(struct sync *s, struct job *j, struct sync_host *host,
       struct ark_error *err)
{
	struct http_request *r;
	int rc;

	rc = part_open(&j->part, s->parts, j->row.id, err);
	if (rc)
		return rc;
	r = media_request(s, j, host);
	if (!r) {
		part_drop(j->part);
		j->part = NULL;
		return error_nomem(err);
	}
	j->host = host;
	j->used_link = hash_text(j->row.link);
	j->state = JOB_FETCHING;
	j->attempts++;
	host->in_flight++;
	s->n_in_flight++;
	s->summary->requests++;
	http_engine_submit(s->service.engine, r);
	return 0;
}

/* Whether a host failed for so long that waiting for it is in vain. */
static bool
is_lost(const struct sync_host *host, int64_t now_ms)
{
	return host->failing_ms &&
	       now_ms - host->failing_ms > SYNC_PATIENCE_MS;
}

/* A host that asks for more than a run can wait is left to the next run. */
static const char *
why_not_wait(const struct sync_host *host, int64_t now_ms)
{
	if (is_lost(host, now_ms))
		return "its host has not answered for a while";
	if (gate_opens_ms(&host->gate, now_ms) >
	    retry_default.longest_wait_ms)
		return "its host asks for a longer wait";
	return NULL;
}

/* Take the first off a queue that is not empty. */
static struct job *
take_first(struct job **first, struct job ***last)
{
	struct job *j = *first;

	*first = j->next;
	if (!*first)
		*last = first;
	return j;
}

static struct job *
take_ready(struct sync *s, struct sync_host *host)
{
	host->n_ready--;
	s->n_ready--;
	return take_first(&host->ready, &host->ready_last);
}

/* What is in a message is nobody's business but its readers'. */
static const char *
why_no_address(const struct job *j, const struct ark_error *why)
{
	return j->row.kind == CATALOGUE_ATTACHMENT ?
		       "its link is no address of the web" : why->text;
}

/* Put the jobs that became ready behind those of their hosts. */
static int
sort_ready(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	int rc = 0;

	while (!rc && s->ready) {
		struct job *j = take_first(&s->ready, &s->ready_last);
		struct ark_error why;
		struct sync_host *host;

		url_release(&j->url);
		rc = url_parse(&j->url, NULL, j->row.link, &why);
		if (rc) {
			s->n_ready--;
			rc = rc == ARK_EFORMAT ?
			     outcome_give_up(s, j, ARK_DEFERRED,
					     why_no_address(j, &why), err)
			     : error_nomem(err);
			continue;
		}
		host = hosts_of(s, j->url.origin, now_ms);
		j->next = NULL;
		*host->ready_last = j;
		host->ready_last = &j->next;
		host->n_ready++;
	}
	return rc;
}

/* Begin the first ready job of host. */
static int
begin_one(struct sync *s, struct sync_host *host, struct ark_error *err)
{
	struct job *j = take_ready(s, host);
	struct ark_error why;
	int rc = 0;

	if (!j->url.href)	/* its link was replaced meanwhile */
		rc = url_parse(&j->url, NULL, j->row.link, &why);
	if (rc == ARK_EFORMAT)
		return outcome_give_up(s, j, ARK_DEFERRED, why.text, err);
	if (rc)
		return error_nomem(err);
	rc = submit(s, j, host, err);
	if (rc)
		(void)outcome_give_up(s, j, ARK_DEFERRED,
				      "it could not be stored", NULL);
	return rc;
}

static int
give_up_ready(struct sync *s, struct sync_host *host, const char *why,
	      struct ark_error *err)
{
	int rc = 0;

	while (!rc && host->n_ready)
		rc = outcome_give_up(s, take_ready(s, host), ARK_DEFERRED, why,
				     err);
	return rc;
}

/*
 * One for each host in turn, until none may begin any more: a host that stands
 * many does not keep the others waiting.
 */
static int
begin_in_turns(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	size_t idle = 0;
	int rc = 0;

	while (!rc && idle < s->n_hosts) {
		struct sync_host *host = &s->hosts[s->next_host];

		s->next_host = (s->next_host + 1) % s->n_hosts;
		idle++;
		if (!host->n_ready || !hosts_has_room(s, host, now_ms))
			continue;
		idle = 0;
		rc = begin_one(s, host, err);
	}
	return rc;
}

/* Whether what is at hand waits for its hosts while others could be asked. */
static bool
is_starving(const struct sync *s, int64_t now_ms)
{
	bool is_closed = false;

	for (size_t i = 0; i < s->n_hosts; i++)
		is_closed |= gate_opens_ms(&s->hosts[i].gate, now_ms) > 0;
	return hosts_all_under_way(s) < hosts_max(s) &&
	       (is_closed || s->n_hosts > 1);
}

int
start_jobs(struct sync *s, int64_t now_ms, struct ark_error *err)
{
	int rc;

	s->is_starving = false;
	if (s->is_stopping || !s->n_ready)
		return 0;
	rc = check_limits(s, now_ms, err);
	if (!rc)
		rc = check_space(s, now_ms, err);
	if (!rc)
		rc = sort_ready(s, now_ms, err);
	for (size_t i = 0; !rc && i < s->n_hosts; i++) {
		const char *why = why_not_wait(&s->hosts[i], now_ms);

		if (why)
			rc = give_up_ready(s, &s->hosts[i], why, err);
	}
	if (rc || committer_backlog(s->committer) >= SYNC_BACKLOG_MAX)
		return rc;
	rc = begin_in_turns(s, now_ms, err);
	s->is_starving = is_starving(s, now_ms);
	return rc;
}
