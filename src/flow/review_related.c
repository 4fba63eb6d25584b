/*
 * Messages and surveys of the protocols that are reviewed.
 *
 * What a client wrote may name anybody: without --unmask it is counted, and
 * its texts stay in the archive.
 */
#include <string.h>

#include "base/error.h"
#include "base/event.h"
#include "base/idmap.h"
#include "catalogue/report.h"
#include "flow/review_internal.h"
#include "json/tree.h"

#define MAX_TEXT ((size_t)1 << 18)

struct search {
	struct review *review;
	struct idmap by_protocol;	/* the first call of each */
	struct buf text;
};

/* The text of a member of either name into t, if there is one. */
static void
copy(struct search *s, struct json_tree *t, const char *as,
     struct json_slice from, const char *name)
{
	struct json_slice v = json_member(from, name);

	buf_clear(&s->text);
	if (v.p && json_text(v, &s->text) == 1)
		json_put_text(t, as, buf_text(&s->text));
}

/* Add what t says behind what a call has; what is too much is left out. */
static int
add(struct search *s, struct buf *to, struct json_tree *t)
{
	struct buf one = BUF_INIT(REVIEW_RELATED_MAX);
	int rc = json_print(t, false, &one, s->review->err);

	json_tree_free(t);
	if (!rc && to->len + one.len + 1 < to->max) {
		if (to->len)
			(void)buf_addc(to, ',');
		(void)buf_add(to, one.data, one.len);
		rc = buf_status(to, s->review->err);
	}
	buf_release(&one);
	return rc;
}

/* ---- messages -------------------------------------------------------------- */

static int
take_message(struct search *s, struct review_call *call,
	     struct json_slice message)
{
	struct json_slice received = json_member(message, "recebida");
	struct json_tree *t = json_tree_new();

	json_put_bool(t, "received", received.p && *received.p == 't');
	copy(s, t, "at", message, "send_time");
	copy(s, t, "type", message, "message_type");
	if (s->review->options->is_unmasked)
		copy(s, t, "text", message, "message");
	return add(s, &call->messages, t);
}

static int
take_messages(struct search *s, struct review_call *call,
	      struct json_slice document)
{
	struct json_slice item;
	struct json_walk w;
	int rc = 0;

	json_walk_init(&w, json_member(document, "mensagens"));
	while (!rc && json_next_item(&w, &item))
		rc = take_message(s, call, item);
	return rc;
}

/* ---- surveys --------------------------------------------------------------- */

static int
take_survey(struct search *s, struct review_call *call,
	    struct json_slice survey)
{
	struct json_tree *t = json_tree_new();

	copy(s, t, "question", survey, "questão");
	copy(s, t, "question", survey, "questao");
	copy(s, t, "score", survey, "score");
	copy(s, t, "kind", survey, "research_type");
	copy(s, t, "status", survey, "status");
	copy(s, t, "at", survey, "data_completado");
	return add(s, &call->surveys, t);
}

/* ---- documents ------------------------------------------------------------- */

/* Whether the text of one protocol: spaces and case are the platform's. */
static struct review_call *
find_call(struct search *s, struct json_slice document)
{
	struct json_slice protocol = json_member(document, "protocolo");

	buf_clear(&s->text);
	if (!protocol.p || json_text(protocol, &s->text) != 1 || !s->text.len)
		return NULL;
	return idmap_get(&s->by_protocol, buf_text(&s->text));
}

static int
search_day(struct search *s, int32_t day, enum ark_route route)
{
	const struct catalogue_report_query q = { .day = day, .route = route };
	struct catalogue_report_cursor *cur = NULL;
	struct ark_error *err = s->review->err;
	struct catalogue_report_row row;
	int rc;

	rc = catalogue_report_select(&cur, s->review->archive->catalogue, &q,
				     err);
	while (!rc) {
		struct json_slice document;
		struct review_call *call;

		rc = catalogue_report_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = 0;
		document = (struct json_slice){ row.body, row.body_len };
		call = find_call(s, document);
		if (call && route == ARK_MESSAGES)
			rc = take_messages(s, call, document);
		else if (call)
			rc = take_survey(s, call, document);
	}
	catalogue_report_cursor_free(cur);
	return rc;
}

/* catalogue_report_day_fn */
static int
search_if_wanted(void *ctx, const struct catalogue_report_day *d)
{
	struct search *s = ctx;

	if ((d->route != ARK_MESSAGES && d->route != ARK_SURVEYS) ||
	    !d->documents)
		return 0;
	if (event_should_stop(&s->review->options->listener))
		return error_set(s->review->err, ARK_ESTOPPED,
				 "stopped by a signal");
	return search_day(s, d->day, d->route);
}

/* The protocols, and the days on which something of them may stand. */
static int
index_calls(struct search *s, int32_t *from, int32_t *to)
{
	struct review *r = s->review;

	*from = INT32_MAX;
	*to = INT32_MIN;
	for (size_t i = r->n; i-- > 0;) {
		struct review_call *call = &r->calls[i];

		if (!*call->protocol)
			continue;
		*from = call->day < *from ? call->day : *from;
		*to = call->day > *to ? call->day : *to;
		if (idmap_put(&s->by_protocol, call->protocol, call))
			return error_nomem(r->err);
	}
	return 0;
}

/* Legs of one call have one protocol, and so the same around them. */
static int
share(struct search *s)
{
	struct review *r = s->review;
	int rc = 0;

	for (size_t i = 0; !rc && i < r->n; i++) {
		struct review_call *call = &r->calls[i], *first;

		first = idmap_get(&s->by_protocol, call->protocol);
		if (!first || first == call)
			continue;
		(void)buf_add(&call->messages, buf_text(&first->messages),
			      first->messages.len);
		(void)buf_add(&call->surveys, buf_text(&first->surveys),
			      first->surveys.len);
		rc = buf_status(&call->messages, r->err);
		if (!rc)
			rc = buf_status(&call->surveys, r->err);
	}
	return rc;
}

int
review_related(struct review *r)
{
	struct search s = { .review = r, .text = BUF_INIT(MAX_TEXT) };
	int32_t from, to;
	int rc;

	rc = index_calls(&s, &from, &to);
	if (!rc && from <= to)
		rc = catalogue_report_days(r->archive->catalogue, from,
					   to + 1, search_if_wanted, &s,
					   r->err);
	if (!rc)
		rc = share(&s);
	idmap_release(&s.by_protocol);
	buf_release(&s.text);
	return rc;
}
