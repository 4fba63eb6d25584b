#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "http/engine_internal.h"

static void settle(struct verdict *v, enum http_end end, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void
settle(struct verdict *v, enum http_end end, const char *fmt, ...)
{
	va_list ap;

	*v = (struct verdict){ .end = end };
	va_start(ap, fmt);
	(void)vsnprintf(v->why, sizeof(v->why), fmt, ap);
	va_end(ap);
}

int64_t
verdict_max_body(const struct http_request *request)
{
	if (request->max_body > 0)
		return request->max_body;
	return request->kind == HTTP_API ? API_BODY_MAX : INT64_MAX;
}

/*
 * A 206 is taken only when it is exactly the rest that is missing.  A short
 * one, another offset or another whole would end as a file of both.
 */
static enum answer
judge_range(const struct http_request *request, const struct http_head *head,
	    struct verdict *v)
{
	int64_t span;

	if (request->offset <= 0)
		settle(v, HTTP_NONSENSE, "206, but no range was asked for");
	else if (!head->has_range || head->range_first < 0)
		settle(v, HTTP_NONSENSE, "206 without a sound Content-Range");
	else if (head->range_first != request->offset)
		settle(v, HTTP_NONSENSE,
		       "206 from byte %" PRId64 ", %" PRId64 " was asked for",
		       head->range_first, request->offset);
	else if (head->range_total < 0)
		settle(v, HTTP_NONSENSE,
		       "206 that does not say of how many "
		       "bytes in all");
	else if (request->total >= 0 && head->range_total != request->total)
		settle(v, HTTP_NONSENSE,
		       "206 of %" PRId64 " bytes in all, %" PRId64
		       " were expected",
		       head->range_total, request->total);
	else if (head->range_last != head->range_total - 1)
		settle(v, HTTP_NONSENSE,
		       "206 to byte %" PRId64 " of %" PRId64
		       ", the rest was asked for",
		       head->range_last, head->range_total);
	else if (request->etag[0] && head->etag[0] &&
		 strcmp(request->etag, head->etag))
		settle(v, HTTP_NONSENSE, "206 with another ETag");
	else if (head->range_total > verdict_max_body(request))
		settle(v, HTTP_TOO_LARGE,
		       "%" PRId64 " bytes, more than %" PRId64,
		       head->range_total, verdict_max_body(request));
	else {
		span = head->range_last - head->range_first + 1;
		if (head->content_length < 0 || head->content_length == span)
			return ANSWER_BODY;
		settle(v, HTTP_NONSENSE,
		       "206 with Content-Length %" PRId64 " for %" PRId64
		       " bytes",
		       head->content_length, span);
	}
	return ANSWER_NONE;
}

enum answer
verdict_head(const struct http_request *request, const struct http_head *head,
	     struct verdict *v)
{
	if (head->flaw[0]) {
		settle(v, HTTP_NONSENSE, "status %ld with %s", head->status,
		       head->flaw);
		return ANSWER_NONE;
	}
	if (head->status != 200 && head->status != 206)
		return ANSWER_SCRATCH;
	if (head->has_encoding) {
		settle(v, HTTP_NONSENSE, "a Content-Encoding nobody asked for");
		return ANSWER_NONE;
	}
	if (!strcmp(head->content_type, "multipart/byteranges")) {
		settle(v, HTTP_NONSENSE,
		       "multipart/byteranges, one range was "
		       "asked for");
		return ANSWER_NONE;
	}
	if (head->status == 206)
		return judge_range(request, head, v);
	if (head->content_length > verdict_max_body(request)) {
		settle(v, HTTP_TOO_LARGE,
		       "%" PRId64 " bytes, more than %" PRId64,
		       head->content_length, verdict_max_body(request));
		return ANSWER_NONE;
	}
	return ANSWER_BODY;
}

int64_t
verdict_promised(const struct http_request *request,
		 const struct http_head *head)
{
	if (head->status == 206)
		return head->range_total - request->offset;
	return head->content_length;
}

void
verdict_body(const struct http_request *request, const struct http_head *head,
	     int64_t received, struct verdict *v)
{
	int64_t promised = verdict_promised(request, head);

	if (promised < 0 && !head->is_chunked)
		settle(v, HTTP_UNPROVED,
		       "%" PRId64 " bytes came, and nothing "
		       "says whether that is all",
		       received);
	else if (promised >= 0 && received != promised)
		settle(v, HTTP_SHORT, "%" PRId64 " of %" PRId64 " bytes came",
		       received, promised);
	else
		settle(v, HTTP_DONE, "complete, %" PRId64 " bytes", received);
}

static enum http_end
end_of_code(CURLcode code)
{
	switch (code) {
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_FILESIZE_EXCEEDED: return HTTP_NONSENSE;
	case CURLE_URL_MALFORMAT: return HTTP_FORBIDDEN;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST: return HTTP_DNS;
	/* The only timeout that libcurl keeps for us is that to connect. */
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_COULDNT_CONNECT:
	case CURLE_INTERFACE_FAILED:
	case CURLE_PROXY: return HTTP_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT: return HTTP_TLS;
	case CURLE_PARTIAL_FILE: return HTTP_SHORT;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM: return HTTP_RESET;
	default: return HTTP_BROKEN;
	}
}

/* libcurl's words may quote the server's. */
void
verdict_curl(CURLcode code, const char *text, struct verdict *v)
{
	enum http_end end = end_of_code(code);
	struct buf shown = BUF_INIT(4 * CURL_ERROR_SIZE);

	if (!text[0])
		text = curl_easy_strerror(code);
	text_printable(&shown, text, strlen(text));
	settle(v, end, "%s", buf_text(&shown));
	buf_release(&shown);
	/* A handshake may break off by chance; a certificate does not. */
	v->is_untrusted = end == HTTP_TLS && code != CURLE_SSL_CONNECT_ERROR;
}
