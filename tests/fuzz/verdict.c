/*
 * What an answer is taken for.  Ten bytes of what was asked (kind, offset,
 * length of the whole, ceiling, and how many bytes come), a line with the
 * validator that was sent, then the head of the answer.  The rules are told a
 * second time here, as one list of what a body must have: nothing else is
 * taken, and what is done has all its bytes.
 */
#include "fuzz.h"
#include "http/engine_internal.h"
#include "http/retry.h"

#define WALL_S INT64_C(1735655405)	/* 2024-12-31 14:30:05 */

static int64_t
take_number(struct input *in)
{
	int64_t high = input_byte(in);

	return high << 8 | input_byte(in);
}

static void
take_head(struct http_head *h, struct input *in)
{
	header_init(h);
	while (in->n) {
		const uint8_t *end = memchr(in->p, '\n', in->n);
		size_t n = end ? (size_t)(end - in->p) + 1 : in->n;

		if (header_line(h, (const char *)in->p, n, WALL_S))
			return;
		in->p += n;
		in->n -= n;
	}
}

/* ---- the rules once more ------------------------------------------------ */

/* A part is taken that is all the rest of what was begun, and nothing else. */
static bool
is_the_rest(const struct http_request *r, const struct http_head *h)
{
	int64_t missing = h->range_total - r->offset;

	return r->offset > 0 && h->has_range && h->range_first == r->offset &&
	       h->range_total > 0 && h->range_last == h->range_total - 1 &&
	       (r->total < 0 || r->total == h->range_total) &&
	       (!*r->etag || !*h->etag || !strcmp(r->etag, h->etag)) &&
	       (h->content_length < 0 || h->content_length == missing) &&
	       h->range_total <= verdict_max_body(r);
}

static bool
is_sound(const struct http_head *h)
{
	return !*h->flaw && !h->has_encoding &&
	       strcmp(h->content_type, "multipart/byteranges") != 0;
}

static enum answer
expected(const struct http_request *r, const struct http_head *h)
{
	if (h->status != 200 && h->status != 206)
		return *h->flaw ? ANSWER_NONE : ANSWER_SCRATCH;
	if (!is_sound(h))
		return ANSWER_NONE;
	if (h->status == 206)
		return is_the_rest(r, h) ? ANSWER_BODY : ANSWER_NONE;
	return h->content_length <= verdict_max_body(r) ? ANSWER_BODY :
							   ANSWER_NONE;
}

/* ---- what must hold ----------------------------------------------------- */

static void
must_be_told(const struct verdict *v)
{
	MUST(memchr(v->why, 0, sizeof(v->why)) && *v->why);
	must_be_one_line(v->why);
}

/* A body that came: it is whole, or it is called something else. */
static void
look_at_body(const struct http_request *r, const struct http_head *h,
	     int64_t received)
{
	int64_t whole = h->status == 206 ? h->range_total : h->content_length;
	int64_t before = h->status == 206 ? r->offset : 0;
	struct verdict v = { 0 };

	verdict_body(r, h, received, &v);
	must_be_told(&v);
	if (whole >= 0)
		MUST((v.end == HTTP_DONE) == (before + received == whole));
	else
		MUST(v.end == (h->is_chunked ? HTTP_DONE : HTTP_UNPROVED));
	MUST(v.end == HTTP_DONE || v.end == HTTP_SHORT ||
	     v.end == HTTP_UNPROVED);
}

/* Whatever it was, it is not asked again at once or for ever. */
static void
look_at_retry(struct http_result *res, int64_t luck)
{
	enum retry_class class = retry_classify(res);

	MUST((class == RETRY_NONE) == (res->end == HTTP_DONE));
	for (int attempt = 1; attempt <= 8; attempt++) {
		struct retry_decision d = retry_decide(
			&retry_default, class, attempt,
			res->head.retry_after_ms, (uint32_t)luck * 65537u);

		MUST(d.wait_ms >= 0 && d.host_pause_ms >= 0);
		MUST(attempt < retry_default.max_attempts ||
		     d.what == RETRY_GIVE_UP);
		MUST(d.what == RETRY_GIVE_UP ||
		     d.wait_ms <= retry_default.longest_wait_ms);
		if (d.what == RETRY_WAIT && res->head.retry_after_ms > 0)
			MUST(d.wait_ms >= res->head.retry_after_ms);
	}
}

static void
try_answer(const struct http_request *r, struct http_result *res,
	   int64_t received)
{
	struct verdict v = { 0 };
	enum answer answer = verdict_head(r, &res->head, &v);

	MUST(answer == expected(r, &res->head));
	if (answer == ANSWER_BODY)
		look_at_body(r, &res->head, received);
	else if (answer == ANSWER_NONE) {
		must_be_told(&v);
		MUST(v.end == HTTP_NONSENSE || v.end == HTTP_TOO_LARGE);
	}
	res->end = answer == ANSWER_SCRATCH ? HTTP_STATUS :
		   answer == ANSWER_NONE ? v.end : HTTP_DONE;
	look_at_retry(res, received);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	struct http_request *r = calloc(1, sizeof(*r));
	struct http_result *res = calloc(1, sizeof(*res));
	uint8_t flags = input_byte(&in);
	int64_t received;
	char *etag;

	MUST(r && res);
	res->request = r;
	r->kind = flags & 1 ? HTTP_MEDIA : HTTP_API;
	r->offset = take_number(&in);
	r->total = take_number(&in);
	r->max_body = flags & 2 ? take_number(&in) : 0;
	if (flags & 4)
		r->total = -1;
	received = take_number(&in);
	etag = input_line(&in);
	(void)snprintf(r->etag, sizeof(r->etag), "%s", etag);
	take_head(&res->head, &in);
	try_answer(r, res, received);
	free(etag);
	free(res);
	free(r);
	return 0;
}
