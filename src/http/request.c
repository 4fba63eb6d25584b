#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "http/engine_internal.h"

struct http_request *
http_request_new(enum http_kind kind, const char *url)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->has_request = true;
	t->request.kind = kind;
	t->request.total = -1;
	t->request.url = strdup(url);
	if (!t->request.url) {
		free(t);
		return NULL;
	}
	return &t->request;
}

struct http_request *
http_request_to(enum http_kind kind, struct url *url)
{
	struct http_request *r = http_request_new(kind, url->href);
	struct transfer *t = (struct transfer *)r;

	if (!r)
		return NULL;
	t->parsed = *url;
	*url = (struct url){ 0 };
	return r;
}

static void
free_when_unused(struct transfer *t)
{
	if (!t->has_request && !t->has_result)
		free(t);
}

void
http_request_free(struct http_request *r)
{
	struct transfer *t = (struct transfer *)r;

	if (!r)
		return;
	/* A login's body holds the password. */
	if (r->body)
		secret_wipe(r->body, r->body_len);
	free(r->body);
	free(r->url);
	url_release(&t->parsed);
	t->has_request = false;
	free_when_unused(t);
}

void
http_result_free(struct http_result *r)
{
	struct transfer *t;
	struct http_request *request;

	if (!r)
		return;
	t = (struct transfer *)((char *)r - offsetof(struct transfer, result));
	request = r->request;
	if (r->body.data)
		secret_wipe(r->body.data, r->body.len);
	buf_release(&r->body);
	r->request = NULL;
	if (request)
		http_request_free(request);
	t->has_result = false;
	free_when_unused(t);
}

int
http_call(struct http_engine *e, struct http_request *r,
	  struct http_result **out, struct ark_error *err)
{
	struct mailbox reply;
	int rc = mailbox_init(&reply, err);

	if (rc) {
		http_request_free(r);
		return rc;
	}
	r->reply = &reply;
	http_engine_submit(e, r);
	*out = (struct http_result *)mailbox_take(&reply, -1);
	mailbox_release(&reply);
	return 0;
}

const char *
http_end_name(enum http_end end)
{
	switch (end) {
	case HTTP_DONE: return "done";
	case HTTP_STATUS: return "status";
	case HTTP_SHORT: return "short";
	case HTTP_UNPROVED: return "unproved";
	case HTTP_NONSENSE: return "nonsense";
	case HTTP_TOO_LARGE: return "too-large";
	case HTTP_DNS: return "dns";
	case HTTP_CONNECT: return "connect";
	case HTTP_TLS: return "tls";
	case HTTP_RESET: return "reset";
	case HTTP_TIMEOUT: return "timeout";
	case HTTP_FORBIDDEN: return "forbidden";
	case HTTP_SINK: return "sink";
	case HTTP_CANCELLED: return "cancelled";
	case HTTP_RECALLED: return "recalled";
	case HTTP_BROKEN: return "broken";
	default: return "unknown";
	}
}

const char *
http_version(void)
{
	return curl_version();
}
