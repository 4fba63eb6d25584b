#include "flow/pinger.h"

#include "base/error.h"
#include "flow/service.h"

#define ADDRESS_MAX ((size_t)URL_MAX + 64)

int
pinger_start(struct pinger *p, const struct ark_config *c,
	     struct ark_error *err)
{
	struct http_settings set;
	int rc;

	*p = (struct pinger){ .base = c->ping_url };
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

int
pinger_wait(struct pinger *p, struct ark_error *err)
{
	struct http_result *r;
	int rc = 0;

	if (!p->is_out)
		return 0;
	r = (struct http_result *)mailbox_take(&p->box, -1);
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
	(void)pinger_wait(p, NULL);
	mailbox_release(&p->box);
	*p = (struct pinger){ 0 };
}
