#include <inttypes.h>
#include <stdio.h>

#include "http/engine_internal.h"

/* libcurl only reads what its list of lines points to. */
static void
add_line(struct transfer *t, const char *line)
{
	struct curl_slist *last = &t->lines[t->n_lines++];

	*last = (struct curl_slist){ (char *)(uintptr_t)line, NULL };
	if (t->n_lines > 1)
		t->lines[t->n_lines - 2].next = last;
}

static void
add_range_lines(struct transfer *t)
{
	const struct http_request *r = &t->request;

	if (r->offset <= 0 || r->kind == HTTP_API)
		return;
	(void)snprintf(t->range_line, sizeof(t->range_line),
		       "Range: bytes=%" PRId64 "-", r->offset);
	add_line(t, t->range_line);
	if (!header_etag_is_strong(r->etag))
		return;
	(void)snprintf(t->if_range_line, sizeof(t->if_range_line),
		       "If-Range: %s", r->etag);
	add_line(t, t->if_range_line);
}

static void
add_credential_lines(struct transfer *t)
{
	const struct credentials *c = t->credentials;

	t->result.credentials = 0;
	if (!c)
		return;
	/* The handles of media have no secret to give away. */
	if (t->pool != &t->engine->pools[HTTP_API])
		return;
	if (c->key_line) {
		add_line(t, c->key_line);
		t->result.credentials = c->generation;
	}
	if (c->token_line && t->request.wants_token) {
		add_line(t, c->token_line);
		t->result.credentials = c->generation;
	}
}

static void
add_lines(struct transfer *t)
{
	t->n_lines = 0;
	add_line(t, "Accept-Encoding: identity");
	add_line(t, t->request.kind == HTTP_API ? "Accept: application/json"
						: "Accept: */*");
	if (t->request.body) {
		add_line(t, "Content-Type: application/json");
		add_line(t, "Expect:");
	}
	add_range_lines(t);
	add_credential_lines(t);
}

/* Every option that handles_take() left open. */
static bool
set_request(struct transfer *t)
{
	CURL *h = t->easy;
	const struct http_request *r = &t->request;
	bool is_last_try = t->n_stale == HTTP_MAX_STALE;

	/* POSTFIELDS turns the method to POST, so HTTPGET comes behind it. */
	return !curl_easy_setopt(h, CURLOPT_URL, t->hop.href) &&
	       !curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
				 r->body ? (curl_off_t)r->body_len : -1) &&
	       !curl_easy_setopt(h, CURLOPT_POSTFIELDS, r->body) &&
	       !curl_easy_setopt(h, r->body ? CURLOPT_POST : CURLOPT_HTTPGET,
				 1L) &&
	       !curl_easy_setopt(h, CURLOPT_HTTPHEADER, t->lines) &&
	       !curl_easy_setopt(h, CURLOPT_FRESH_CONNECT, (long)is_last_try) &&
	       !curl_easy_setopt(h, CURLOPT_ERRORBUFFER, t->curl_text) &&
	       !curl_easy_setopt(h, CURLOPT_HEADERDATA, t) &&
	       !curl_easy_setopt(h, CURLOPT_WRITEDATA, t) &&
	       !curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, t) &&
	       !curl_easy_setopt(h, CURLOPT_PREREQDATA, t) &&
	       !curl_easy_setopt(h, CURLOPT_PRIVATE, t);
}

bool
ask_prepare(struct transfer *t)
{
	add_lines(t);
	return set_request(t);
}
