#include "flow/pinger.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/event.h"
#include "flow/service.h"

#define ADDRESS_MAX ((size_t)URL_MAX + 64)
#define LOOK_MS 100		/* between two looks for a signal */
#define PATIENCE_MS 1000	/* that whoever sent one has left */

int
pinger_start(struct pinger *p, const struct ark_config *c,
	     const struct ark_listener *l, struct ark_error *err)
{
	struct http_settings set;
	int rc;

	*p = (struct pinger){ .listener = l, .base = c->ping_url };
	rc = service_network(&set, c, err);
	if (rc)
		return rc;
	set.api_base = p->base;
	set.max_connections = 1;
	rc = mailbox_init(&p->box, err);
	if (rc)
		return rc;
	rc = http_engine_start(&p->engine, &set, err);
	if (!rc)
		return 0;
	mailbox_release(&p->box);
	/* The text of a malformed address quotes it. */
	if (rc == ARK_EFORMAT)
		rc = error_set(err, ARK_EUSAGE, "the address is malformed");
	return rc;
}

/* The address with suffix behind it, parsed. */
static int
make_url(struct url *out, const char *base, const char *suffix,
	 struct ark_error *err)
{
	struct buf text = BUF_INIT_SECRET(ADDRESS_MAX);
	int rc;

	buf_adds(&text, base);
	buf_adds(&text, suffix);
	rc = buf_status(&text, err);
	if (!rc)
		rc = url_parse(out, NULL, buf_text(&text), NULL);
	buf_release(&text);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	return rc ? error_set(err, ARK_EUSAGE, "the address is malformed") : 0;
}

int
pinger_send(struct pinger *p, const char *suffix, struct ark_error *err)
{
	struct http_request *r;
	struct url url = { 0 };
	int rc;

	rc = make_url(&url, p->base, suffix, err);
	if (rc)
		return rc;
	r = http_request_to(HTTP_API, &url);
	url_release(&url);
	if (!r)
		return error_nomem(err);
	r->deadline_ms = PING_MAX_MS;
	r->reply = &p->box;
	http_engine_submit(p->engine, r);
	p->is_out = true;
	return 0;
}

static bool
was_taken(const struct http_result *r)
{
	return r->end == HTTP_DONE ||
	       (r->end == HTTP_STATUS && r->head.status >= 200 &&
		r->head.status < 300);
}

/* Where a redirect leads to may repeat the address. */
static int
refuse(const struct http_result *r, struct ark_error *err)
{
	if (r->end == HTTP_BROKEN)
		return error_nomem(err);
	if (r->end == HTTP_FORBIDDEN && r->head.status)
		return error_set(err, ARK_ESERVICE, "status %ld leads to where "
				 "it may not", r->head.status);
	return error_set(err, ARK_ESERVICE, "%s", r->why);
}

/* The answer to the ping that is out; NULL: a signal was quicker. */
static struct http_result *
take_answer(struct pinger *p)
{
	int64_t until_ms = INT64_MAX;
	struct letter *answer;

	do {
		answer = mailbox_take(&p->box, LOOK_MS);
		if (until_ms == INT64_MAX && event_should_stop(p->listener))
			until_ms = clock_now_ms() + PATIENCE_MS;
	} while (!answer && clock_now_ms() < until_ms);
	return (struct http_result *)answer;
}

int
pinger_wait(struct pinger *p, struct ark_error *err)
{
	struct http_result *r;
	int rc = 0;

	if (!p->is_out)
		return 0;
	r = take_answer(p);
	if (!r)
		return error_set(err, ARK_ESTOPPED, "stopped by a signal before "
				 "there was an answer");
	p->is_out = false;
	if (!was_taken(r))
		rc = refuse(r, err);
	http_result_free(r);
	return rc;
}

void
pinger_stop(struct pinger *p)
{
	if (!p->engine)
		return;
	http_engine_stop(p->engine);
	if (p->is_out)
		http_result_free((struct http_result *)
				 mailbox_take(&p->box, -1));
	mailbox_release(&p->box);
	*p = (struct pinger){ 0 };
}
