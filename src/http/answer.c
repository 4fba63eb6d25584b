#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/engine_internal.h"

#define TRAILER_MAX ((size_t)64 << 10)

/* The sink is told where the body begins before it sees a byte of it. */
static void
begin_body(struct transfer *t)
{
	const struct http_head *head = &t->result.head;
	struct sink *sink = t->request.sink;
	int rc;

	if (t->request.kind == HTTP_API)
		return;
	t->result.is_restarted = t->request.offset > 0 && head->status == 200;
	if (head->status == 206)
		rc = sink->begin(sink, t->request.offset, head->range_total);
	else
		rc = sink->begin(sink, 0, head->content_length);
	if (rc) {
		t->result.sink_rc = rc;
		transfer_judge(t, HTTP_SINK, "the receiver refused the body");
	}
}

static void
judge_head(struct transfer *t)
{
	struct verdict v;

	t->answer = verdict_head(&t->request, &t->result.head, &v);
	if (t->answer == ANSWER_NONE)
		transfer_judge(t, v.end, "%s", v.why);
	else if (t->answer == ANSWER_BODY)
		begin_body(t);
}

static void
first_line(struct transfer *t)
{
	int64_t now_ms = clock_now_ms();

	t->head_ms = now_ms;
	t->watched_ms = now_ms;
	t->result.first_byte_ms = now_ms - t->started_ms;
}

/*
 * Answers 1xx pass through the same head, which each status line starts anew;
 * what comes behind the blank line of a final answer are trailers.
 */
size_t
answer_header(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct http_head *head = &t->result.head;

	n *= size;
	t->credit += (int64_t)n;
	if (t->answer != ANSWER_NONE) {
		t->trailer_bytes += n;
		if (t->trailer_bytes <= TRAILER_MAX)
			return n;
		transfer_judge(t, HTTP_NONSENSE,
			       "more than 64 KiB of trailers");
		return 0;
	}
	if (!t->head_ms)
		first_line(t);
	if (header_line(head, line, n, clock_wall_s())) {
		transfer_judge(t, HTTP_NONSENSE,
			       "more than 100 header lines or 64 KiB of them");
		return 0;
	}
	if ((line[0] == '\r' || line[0] == '\n') && head->status >= 200)
		judge_head(t);
	return t->is_judged ? 0 : n;
}

/* Returning 0 here gives up the connection, not the answer: see conclude(). */
static size_t
drop(struct transfer *t, const char *bytes, size_t n)
{
	struct buf *kept = &t->result.body;
	size_t room = kept->max - kept->len;
	int64_t most = DROP_MAX;

	if (t->request.kind == HTTP_API)
		most = verdict_max_body(&t->request);
	(void)buf_add(kept, bytes, n < room ? n : room);
	t->scratch += (int64_t)n;
	return t->scratch > most ? 0 : n;
}

static size_t
hold(struct transfer *t, enum pause why)
{
	t->pause = why;
	if (why == PAUSE_SINK)
		atomic_store(&t->engine->has_paused, true);
	return CURL_WRITEFUNC_PAUSE;
}

static size_t
to_sink(struct transfer *t, const char *bytes, size_t n)
{
	struct throttle *throttle = &t->engine->throttle;
	struct sink *sink = t->request.sink;
	int rc;

	if (throttle->rate && !throttle_allows(throttle, clock_now_ms()))
		return hold(t, PAUSE_RATE);
	rc = sink->write(sink, (const uint8_t *)bytes, n);
	if (rc == SINK_AGAIN)
		return hold(t, PAUSE_SINK);
	if (rc) {
		t->result.sink_rc = rc;
		transfer_judge(t, HTTP_SINK, "the receiver refused the body");
		return 0;
	}
	throttle_spend(throttle, (int64_t)n);
	return n;
}

static size_t
to_memory(struct transfer *t, const char *bytes, size_t n)
{
	if (!buf_add(&t->result.body, bytes, n))
		return n;
	transfer_judge(t, HTTP_BROKEN, "out of memory");
	return 0;
}

size_t
answer_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	int64_t kept = t->result.head.status == 206 ? t->request.offset : 0;
	int64_t most = verdict_max_body(&t->request);
	size_t taken;

	n *= size;
	if (t->answer == ANSWER_NONE) {
		transfer_judge(t, HTTP_NONSENSE, "a body without a head");
		return 0;
	}
	if (t->answer == ANSWER_SCRATCH) {
		t->credit += (int64_t)n;
		return drop(t, bytes, n);
	}
	if ((int64_t)n > most - kept - t->result.received) {
		transfer_judge(t, HTTP_TOO_LARGE, "more than %lld bytes",
			       (long long)most);
		return 0;
	}
	taken = t->request.kind == HTTP_API ? to_memory(t, bytes, n)
					    : to_sink(t, bytes, n);
	if (taken == n) {
		t->result.received += (int64_t)n;
		t->credit += (int64_t)n;
	}
	return taken;
}

static void
note_refused(struct transfer *t, const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	const char *text = NULL;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		text = inet_ntop(AF_INET, &v4.sin_addr, t->refused_address,
				 sizeof(t->refused_address));
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		text = inet_ntop(AF_INET6, &v6.sin6_addr, t->refused_address,
				 sizeof(t->refused_address));
	}
	if (!text)
		(void)snprintf(t->refused_address, sizeof(t->refused_address),
			       "of family %d", (int)sa->sa_family);
}

/*
 * Runs behind the resolver and before the connection, so that no name can
 * change its mind in between.  A name with several addresses is still reached
 * if one of them is allowed.
 */
curl_socket_t
answer_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = arg;
	const struct http_settings *s = &t->engine->settings;
	const struct sockaddr *sa = &address->addr;

	/* The API's and the proxy's addresses are as the user wrote them. */
	if (purpose != CURLSOCKTYPE_IPCXN ||
	    (!t->is_api_hop && !s->proxy &&
	     !address_may_connect(&s->addresses, sa))) {
		note_refused(t, sa);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

int
answer_prereq(void *arg, char *remote, char *local, int remote_port,
	      int local_port)
{
	struct transfer *t = arg;

	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	t->sent_ms = clock_now_ms();
	return CURL_PREREQFUNC_OK;
}
