#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/engine_internal.h"

void
transfer_judge(struct transfer *t, enum http_end end, const char *fmt, ...)
{
	va_list ap;

	if (t->is_judged)
		return;
	t->is_judged = true;
	t->result.end = end;
	va_start(ap, fmt);
	(void)vsnprintf(t->reason, sizeof(t->reason), fmt, ap);
	va_end(ap);
}

static void
link_last(struct transfer *t)
{
	struct http_engine *e = t->engine;

	t->prev = e->live_last;
	t->next = NULL;
	if (e->live_last)
		e->live_last->next = t;
	else
		e->live = t;
	e->live_last = t;
	e->n_live++;
}

static void
unlink_live(struct transfer *t)
{
	struct http_engine *e = t->engine;

	if (t->prev)
		t->prev->next = t->next;
	else
		e->live = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		e->live_last = t->prev;
	e->n_live--;
}

void
transfer_to_back(struct transfer *t)
{
	unlink_live(t);
	link_last(t);
}

/* "GET https://host/path: why", the path cut rather than the why. */
static void
compose_text(struct transfer *t)
{
	struct http_result *r = &t->result;
	struct buf shown = BUF_INIT(4 * URL_MAX);
	size_t room = sizeof(r->text) - sizeof("POST ...: ");
	size_t reason = strlen(t->reason);
	bool is_cut;

	room = reason < room ? room - reason : 0;
	text_redact_url(&shown, t->hop.href ? t->hop.href : t->request.url);
	is_cut = shown.len > room;
	(void)snprintf(r->text, sizeof(r->text), "%s %.*s%s: %s",
		       t->request.body ? "POST" : "GET",
		       (int)(is_cut ? room : shown.len), buf_text(&shown),
		       is_cut ? "..." : "", t->reason);
	buf_release(&shown);
}

static void
deliver(struct transfer *t)
{
	struct http_result *r = &t->result;
	int64_t kept = r->head.status == 206 ? t->request.offset : 0;

	compose_text(t);
	(void)snprintf(r->why, sizeof(r->why), "%.191s", t->reason);
	r->spent_ms = clock_now_ms() - t->started_ms;
	r->total = r->end == HTTP_DONE ? r->received + kept : -1;
	url_release(&t->hop);
	unlink_live(t);
	line_ended(t);
	r->request = &t->request;
	r->letter.kind = t->request.reply_kind;
	t->has_result = true;
	if (t->request.take)
		t->request.take(r);
	else
		mailbox_post(t->request.reply, &r->letter);
}

static void
reset_hop(struct transfer *t)
{
	const struct http_settings *s = &t->engine->settings;

	header_init(&t->result.head);
	buf_clear(&t->result.body);
	t->result.received = 0;
	t->answer = ANSWER_NONE;
	t->pause = PAUSE_NONE;
	t->scratch = 0;
	t->trailer_bytes = 0;
	t->sent_ms = 0;
	t->head_ms = 0;
	t->credit = s->low_speed_bytes * s->low_speed_ms / 1000;
	t->curl_text[0] = 0;
	t->refused_address[0] = 0;
}

void
transfer_send(struct transfer *t)
{
	struct http_engine *e = t->engine;
	bool is_api = t->request.kind == HTTP_API;

	reset_hop(t);
	(void)snprintf(t->result.host, sizeof(t->result.host), "%s",
		       t->hop.host);
	t->is_api_hop = e->has_api && url_same_origin(&t->hop, &e->api);
	if (t->is_api_hop && t->request.wants_credentials)
		t->credentials = credentials_get(e);
	t->pool = &e->pools[is_api || t->credentials ? HTTP_API : HTTP_MEDIA];
	t->easy = handles_take(e, t->pool);
	if (t->easy && ask_prepare(t) && naming_give(t) &&
	    !curl_multi_add_handle(e->multi, t->easy))
		return;
	transfer_judge(t, HTTP_BROKEN, "out of memory");
	transfer_ended(t, CURLE_OUT_OF_MEMORY);
}

static void
start_hop(struct transfer *t)
{
	t->missing = NAME_NONE;
	t->given_names = NAME_NONE;
	t->connect_by_ms = 0;
	transfer_send(t);
}

/* Take t off libcurl.  Whether the connection was a reused one is known now. */
static void
detach(struct transfer *t)
{
	long n_connects = 0;

	if (t->easy) {
		(void)curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS,
					&n_connects);
		t->result.is_fresh_connection = n_connects > 0;
		/* Harmless where it was never added. */
		(void)curl_multi_remove_handle(t->engine->multi, t->easy);
	}
	naming_forget(t);
	handles_give(t->pool, t->easy);
	t->easy = NULL;
	credentials_put(t->engine, t->credentials);
	t->credentials = NULL;
}

/* A kept connection that the server had closed when we wrote to it. */
static bool
is_stale(const struct transfer *t, CURLcode code)
{
	if (t->is_judged || t->head_ms || t->result.is_fresh_connection ||
	    t->n_stale >= HTTP_MAX_STALE)
		return false;
	return code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
	       code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 ||
	       code == CURLE_HTTP2_STREAM;
}

/* Whether the answer names another address, and t is on its way there. */
static bool
follow(struct transfer *t)
{
	struct url next = { 0 };
	struct ark_error err;
	int rc;

	if (t->is_judged || t->answer != ANSWER_SCRATCH ||
	    !hop_is_redirect(&t->result.head))
		return false;
	rc = url_parse(&next, t->hop.href, t->result.head.location, &err);
	if (!rc)
		rc = hop_check_redirect(t, &next, &err);
	if (rc) {
		transfer_judge(t,
			       rc == ARK_ENOMEM ? HTTP_BROKEN : HTTP_FORBIDDEN,
			       "%s", err.text);
		url_release(&next);
		return false;
	}
	url_release(&t->hop);
	t->hop = next;
	t->result.n_redirects++;
	return true;
}

static void
conclude_failure(struct transfer *t, CURLcode code)
{
	struct verdict v;
	int64_t received = t->result.received;
	int64_t promised = verdict_promised(&t->request, &t->result.head);

	verdict_curl(code, t->curl_text, &v);
	t->result.is_untrusted = v.is_untrusted;
	if (t->refused_address[0] && v.end == HTTP_CONNECT)
		transfer_judge(t, HTTP_FORBIDDEN,
			       "address %s is not public, "
			       "and not in network.allow_private",
			       t->refused_address);
	/* libcurl's word for a header line of more than 100 KiB. */
	else if (code == CURLE_OUT_OF_MEMORY && t->sent_ms &&
		 t->answer == ANSWER_NONE)
		transfer_judge(t, HTTP_NONSENSE,
			       "a header line is too long, or out of memory");
	else if (t->answer != ANSWER_BODY)
		transfer_judge(t, v.end, "%s", v.why);
	else if (promised < 0)
		transfer_judge(t, v.end, "%" PRId64 " bytes came: %s", received,
			       v.why);
	else
		transfer_judge(t, v.end,
			       "%" PRId64 " of %" PRId64 " bytes "
			       "came: %s",
			       received, promised, v.why);
}

static void
conclude(struct transfer *t, CURLcode code)
{
	const struct http_head *head = &t->result.head;
	struct verdict v;

	if (t->is_judged)
		return;
	if (t->answer == ANSWER_SCRATCH) {
		/* Its body may have been cut, by either side. */
		transfer_judge(t, HTTP_STATUS, "status %ld", head->status);
	} else if (head->flaw[0]) {
		transfer_judge(t, HTTP_NONSENSE, "%s", head->flaw);
	} else if (code) {
		conclude_failure(t, code);
	} else if (t->answer == ANSWER_BODY) {
		verdict_body(&t->request, head, t->result.received, &v);
		transfer_judge(t, v.end, "%s", v.why);
	} else if (head->status >= 200) {
		/* A success to libcurl. */
		transfer_judge(t, HTTP_RESET,
			       "the answer breaks off in its "
			       "head");
	} else {
		transfer_judge(t, HTTP_NONSENSE, "status %ld and no final one",
			       head->status);
	}
}

void
transfer_ended(struct transfer *t, CURLcode code)
{
	detach(t);
	if (naming_await(t))
		return;
	if (is_stale(t, code)) {
		t->n_stale++;
		start_hop(t);
		return;
	}
	if (follow(t)) {
		start_hop(t);
		return;
	}
	conclude(t, code);
	deliver(t);
}

void
transfer_cancel(struct transfer *t)
{
	transfer_judge(t, HTTP_CANCELLED, "cancelled");
	transfer_ended(t, CURLE_ABORTED_BY_CALLBACK);
}

static void
reset(struct http_engine *e, struct transfer *t)
{
	size_t most = HTTP_SCRATCH_SIZE;

	if (t->request.kind == HTTP_API)
		most = (size_t)verdict_max_body(&t->request);
	memset(&t->result, 0, sizeof(t->result));
	header_init(&t->result.head);
	buf_init(&t->result.body, most);
	/* What answers a body, a login's, holds a token. */
	t->result.body.is_secret = t->request.body != NULL;
	t->engine = e;
	t->hop = (struct url){ 0 };
	t->n_stale = 0;
	t->is_judged = false;
	t->started_ms = clock_now_ms();
	link_last(t);
}

/* Where to go first. */
static int
take_address(struct transfer *t, struct ark_error *err)
{
	if (!t->parsed.href)
		return url_parse(&t->hop, NULL, t->request.url, err);
	t->hop = t->parsed;
	t->parsed = (struct url){ 0 };
	return 0;
}

void
transfer_return(struct http_engine *e, struct transfer *t, enum http_end end,
		const char *why)
{
	reset(e, t);
	transfer_judge(t, end, "%s", why);
	deliver(t);
}

void
transfer_start(struct http_engine *e, struct transfer *t)
{
	struct ark_error err;
	int rc;

	reset(e, t);
	rc = take_address(t, &err);
	if (!rc)
		rc = hop_check(t, &t->hop, &err);
	if (rc) {
		transfer_judge(t,
			       rc == ARK_ENOMEM ? HTTP_BROKEN : HTTP_FORBIDDEN,
			       "%s", err.text);
		deliver(t);
		return;
	}
	start_hop(t);
}
