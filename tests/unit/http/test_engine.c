/* What is a complete answer: proofs, ranges, contradictions, ceilings. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/http/client.h"

static const struct script {
	const char *path;
	const char *bytes;
	bool stays;
} scripts[] = {
	{ "/length",
	  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true },
	{ "/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true },
	{ "/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "5\r\nhello\r\n0\r\n\r\n", true },
	{ "/chunked-empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
	  "\r\n0\r\n\r\n", true },
	{ "/trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "5\r\nhello\r\n0\r\nContent-Length: 9\r\nETag: x\r\n\r\n", true },
	{ "/continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
	  "Content-Length: 5\r\n\r\nhello", true },
	{ "/close",
	  "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", false },
	{ "/close-empty",
	  "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false },
	{ "/http10", "HTTP/1.0 200 OK\r\n\r\nhello", false },
	{ "/short",
	  "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", false },
	{ "/no-body", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", false },
	{ "/chunks-cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "5\r\nhello\r\n", false },
	{ "/chunk-cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "50\r\nhello", false },
	{ "/chunks-bad", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "xyz\r\nhello\r\n0\r\n\r\n", false },
	{ "/chunks-huge",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "fffffffffffffffffffff\r\nhello\r\n0\r\n\r\n", false },
	{ "/two-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
	  "Content-Length: 5\r\n\r\nhello", false },
	{ "/same-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	  "Content-Length: 5\r\n\r\nhello", false },
	{ "/length-and-chunks", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", false },
	{ "/length-word", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n"
	  "hello", false },
	{ "/length-minus", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"
	  "hello", false },
	{ "/length-huge", "HTTP/1.1 200 OK\r\n"
	  "Content-Length: 99999999999999999999999\r\n\r\nhello", false },
	{ "/gzip-coding", "HTTP/1.1 200 OK\r\n"
	  "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", false },
	{ "/encoded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	  "Content-Length: 5\r\n\r\nhello", false },
	{ "/identity", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n"
	  "Content-Length: 5\r\n\r\nhello", true },
	{ "/bare-ends", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", true },
	{ "/101", "HTTP/1.1 101 Switching Protocols\r\n\r\nhello", false },
	{ "/101-alone", "HTTP/1.1 101 Switching Protocols\r\n\r\n", false },
	{ "/http09", "hello, this is no answer at all", false },
	{ "/206", "HTTP/1.1 206 Partial\r\nContent-Length: 5\r\n"
	  "Content-Range: bytes 0-4/5\r\n\r\nhello", false },
	{ "/204", "HTTP/1.1 204 No Content\r\n\r\n", true },
	{ "/404", "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nnothing",
	  true },
	{ "/503", "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n"
	  "Content-Length: 4\r\n\r\nbusy", true },
	{ "/503-cut",
	  "HTTP/1.1 503 Busy\r\nContent-Length: 40\r\n\r\nbusy", false },
	{ "/304", "HTTP/1.1 304 Not Modified\r\n\r\n", true },
	{ "/302-nowhere", "HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nbusy",
	  true },
	{ "/range-ok", "HTTP/1.1 206 P\r\nContent-Length: 5\r\nETag: \"a\"\r\n"
	  "Content-Range: bytes 5-9/10\r\n\r\nworld", true },
	{ "/range-chunked", "HTTP/1.1 206 P\r\nTransfer-Encoding: chunked\r\n"
	  "Content-Range: bytes 5-9/10\r\n\r\n5\r\nworld\r\n0\r\n\r\n", true },
	{ "/range-chunked-cut", "HTTP/1.1 206 P\r\n"
	  "Transfer-Encoding: chunked\r\nContent-Range: bytes 5-9/10\r\n\r\n"
	  "4\r\nworl\r\n0\r\n\r\n", true },
	{ "/range-close", "HTTP/1.1 206 P\r\nConnection: close\r\n"
	  "Content-Range: bytes 5-9/10\r\n\r\nworld", false },
	{ "/range-other-offset", "HTTP/1.1 206 P\r\nContent-Length: 6\r\n"
	  "Content-Range: bytes 4-9/10\r\n\r\noworld", false },
	{ "/range-other-total", "HTTP/1.1 206 P\r\nContent-Length: 6\r\n"
	  "Content-Range: bytes 5-10/11\r\n\r\nworld!", false },
	{ "/range-no-total", "HTTP/1.1 206 P\r\nContent-Length: 5\r\n"
	  "Content-Range: bytes 5-9/*\r\n\r\nworld", false },
	{ "/range-part", "HTTP/1.1 206 P\r\nContent-Length: 3\r\n"
	  "Content-Range: bytes 5-7/10\r\n\r\nwor", false },
	{ "/range-length", "HTTP/1.1 206 P\r\nContent-Length: 4\r\n"
	  "Content-Range: bytes 5-9/10\r\n\r\nworl", false },
	{ "/range-none",
	  "HTTP/1.1 206 P\r\nContent-Length: 5\r\n\r\nworld", false },
	{ "/range-bad", "HTTP/1.1 206 P\r\nContent-Length: 5\r\n"
	  "Content-Range: bytes 9-5/10\r\n\r\nworld", false },
	{ "/range-etag",
	  "HTTP/1.1 206 P\r\nContent-Length: 5\r\nETag: \"b\"\r\n"
	  "Content-Range: bytes 5-9/10\r\n\r\nworld", false },
	{ "/range-multi", "HTTP/1.1 206 P\r\nContent-Length: 5\r\n"
	  "Content-Type: multipart/byteranges; boundary=x\r\n"
	  "Content-Range: bytes 5-9/10\r\n\r\nworld", false },
	{ "/range-cut", "HTTP/1.1 206 P\r\nContent-Length: 5\r\n"
	  "Content-Range: bytes 5-9/10\r\n\r\nwor", false },
	{ "/range-whole", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
	  "helloworld", true },
	{ "/range-416", "HTTP/1.1 416 No\r\nContent-Length: 4\r\n"
	  "Content-Range: bytes */10\r\n\r\nnope", true },
};

static bool
answer(struct asked *a)
{
	size_t n;

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (strcmp(a->path, scripts[i].path))
			continue;
		(void)say(a, scripts[i].bytes);
		return scripts[i].stays;
	}
	if (!strncmp(a->path, "/bytes/", 7))
		return say_ok(a, strtoul(a->path + 7, NULL, 10));
	if (!strncmp(a->path, "/error/", 7)) {
		char head[128];

		n = strtoul(a->path + 7, NULL, 10);
		(void)snprintf(head, sizeof(head), "HTTP/1.1 500 Oops\r\n"
			       "Content-Length: %zu\r\n\r\n", n);
		return say(a, head) && say_body(a, 0, n);
	}
	if (!strcmp(a->path, "/endless")) {
		(void)say(a, "HTTP/1.1 200 OK\r\n\r\n");
		while (say_body(a, 0, 65536))
			;
		return false;
	}
	if (!strcmp(a->path, "/endless-error")) {
		(void)say(a, "HTTP/1.1 404 No\r\n\r\n");
		while (say_body(a, 0, 65536))
			;
		return false;
	}
	if (!strcmp(a->path, "/header-flood")) {
		(void)say(a, "HTTP/1.1 200 OK\r\n");
		while (say(a, "X-Flood: again and again\r\n"))
			;
		return false;
	}
	if (!strcmp(a->path, "/continue-flood")) {
		while (say(a, "HTTP/1.1 100 Continue\r\n\r\n"))
			;
		return false;
	}
	if (!strcmp(a->path, "/trailer-flood")) {
		(void)say(a, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
			  "\r\n5\r\nhello\r\n0\r\n");
		while (say(a, "X-Flood: again and again\r\n"))
			;
		return false;
	}
	if (!strcmp(a->path, "/slam")) {
		(void)say(a, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"
			  "hello");
		sleep_ms(50);
		return slam(a);
	}
	return false;
}

static struct server *server;
static struct http_engine *engine;

static int
set_up(void **state)
{
	struct http_settings s;

	(void)state;
	server = server_start(answer);
	quick_settings(&s);
	engine = start_engine(&s);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	http_engine_stop(engine);
	server_stop(server);
	return 0;
}

static const struct {
	const char *path;
	enum http_end end;
	long status;
	const char *body;	/* that the sink got; NULL: none begun */
	int64_t total;		/* proved */
	const char *text;	/* part of the result's */
} whole[] = {
	{ "/length", HTTP_DONE, 200, "hello", 5, "complete, 5 bytes" },
	{ "/empty", HTTP_DONE, 200, "", 0, "complete" },
	{ "/chunked", HTTP_DONE, 200, "hello", 5, "complete" },
	{ "/chunked-empty", HTTP_DONE, 200, "", 0, "complete" },
	{ "/trailers", HTTP_DONE, 200, "hello", 5, "complete" },
	{ "/continue", HTTP_DONE, 200, "hello", 5, "complete" },
	{ "/identity", HTTP_DONE, 200, "hello", 5, "complete" },
	{ "/close", HTTP_UNPROVED, 200, "hello", -1, "nothing says" },
	{ "/close-empty", HTTP_UNPROVED, 200, "", -1, "nothing says" },
	{ "/http10", HTTP_UNPROVED, 200, "hello", -1, "nothing says" },
	{ "/short", HTTP_SHORT, 200, "hello", -1, "5 of 50 bytes came" },
	{ "/no-body", HTTP_SHORT, 200, "", -1, "0 of 50 bytes came" },
	{ "/chunks-cut", HTTP_SHORT, 200, "hello", -1, "5 bytes came" },
	{ "/chunk-cut", HTTP_SHORT, 200, "hello", -1, "5 bytes came" },
	{ "/chunks-bad", HTTP_RESET, 200, "", -1, "chunk" },
	{ "/chunks-huge", HTTP_RESET, 200, "", -1, "chunk" },
	{ "/bare-ends", HTTP_DONE, 200, "hello", 5, "complete" },
	{ "/101", HTTP_NONSENSE, 101, NULL, -1, "a body without a head" },
	{ "/101-alone", HTTP_RESET, 101, NULL, -1, "Empty reply" },
	{ "/two-lengths", HTTP_NONSENSE, 200, NULL, -1, "Content-Length" },
	{ "/same-lengths", HTTP_NONSENSE, 200, NULL, -1, "Content-Length" },
	{ "/length-and-chunks", HTTP_NONSENSE, 200, NULL, -1, "beside" },
	{ "/length-word", HTTP_NONSENSE, 200, NULL, -1, "Content-Length" },
	{ "/length-minus", HTTP_NONSENSE, 200, NULL, -1, "Content-Length" },
	{ "/length-huge", HTTP_NONSENSE, 200, NULL, -1, "Content-Length" },
	{ "/gzip-coding", HTTP_NONSENSE, 200, NULL, -1, "Transfer-Encoding" },
	{ "/encoded", HTTP_NONSENSE, 200, NULL, -1, "Content-Encoding" },
	{ "/http09", HTTP_NONSENSE, 0, NULL, -1, "HTTP/0.9" },
	{ "/206", HTTP_NONSENSE, 206, NULL, -1, "no range" },
	{ "/header-flood", HTTP_NONSENSE, 200, NULL, -1, "header lines" },
	{ "/continue-flood", HTTP_NONSENSE, 100, NULL, -1, "header lines" },
	{ "/trailer-flood", HTTP_NONSENSE, 200, "hello", -1, "trailers" },
	{ "/slam", HTTP_RESET, 200, "hello", -1, "5 of 50 bytes came" },
	{ "/204", HTTP_STATUS, 204, NULL, -1, "status 204" },
	{ "/304", HTTP_STATUS, 304, NULL, -1, "status 304" },
	{ "/302-nowhere", HTTP_STATUS, 302, NULL, -1, "status 302" },
	{ "/404", HTTP_STATUS, 404, NULL, -1, "status 404" },
	{ "/503", HTTP_STATUS, 503, NULL, -1, "status 503" },
	{ "/503-cut", HTTP_STATUS, 503, NULL, -1, "status 503" },
	{ "/endless-error", HTTP_STATUS, 404, NULL, -1, "status 404" },
	{ "/nothing", HTTP_RESET, 0, NULL, -1, "" },
};

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		struct memory m;
		struct http_result *r = get_media(engine, server,
						  whole[i].path, &m);
		char url[128];

		print_message("%s %s\n", http_end_name(r->end), r->text);
		assert_int_equal(r->end, whole[i].end);
		assert_int_equal(r->head.status, whole[i].status);
		assert_int_equal(r->total, whole[i].total);
		assert_non_null(strstr(r->text, whole[i].text));
		(void)snprintf(url, sizeof(url), "GET http://127.0.0.1:%u%s: ",
			       server->port, whole[i].path);
		assert_memory_equal(r->text, url, strlen(url));
		assert_null(strchr(r->text, '\n'));
		assert_string_equal(r->host, "127.0.0.1");
		assert_int_equal(m.n_begins, whole[i].body ? 1 : 0);
		assert_string_equal(buf_text(&m.bytes),
				    whole[i].body ? whole[i].body : "");
		assert_int_equal(r->received, m.bytes.len);
		buf_release(&m.bytes);
		http_result_free(r);
	}
}

/* The same rules hold for what goes into memory. */
static void
test_whole_api(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		struct http_result *r = get_api(engine, server, whole[i].path);

		assert_int_equal(r->end, whole[i].end);
		assert_int_equal(r->head.status, whole[i].status);
		if (whole[i].end == HTTP_DONE)
			assert_string_equal(buf_text(&r->body), whole[i].body);
		http_result_free(r);
	}
}

static const struct {
	const char *path;
	int64_t total;		/* expected */
	enum http_end end;
	int64_t proved;
	const char *body;
	int64_t begun;		/* offset told to the sink; -1: not begun */
	bool is_restarted;
} ranges[] = {
	{ "/range-ok", 10, HTTP_DONE, 10, "world", 5, false },
	{ "/range-ok", -1, HTTP_DONE, 10, "world", 5, false },
	{ "/range-chunked", 10, HTTP_DONE, 10, "world", 5, false },
	{ "/range-close", 10, HTTP_DONE, 10, "world", 5, false },
	{ "/range-chunked-cut", 10, HTTP_SHORT, -1, "worl", 5, false },
	{ "/range-cut", 10, HTTP_SHORT, -1, "wor", 5, false },
	{ "/range-other-offset", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-other-total", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-other-total", -1, HTTP_DONE, 11, "world!", 5, false },
	{ "/range-no-total", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-no-total", -1, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-part", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-length", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-none", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-bad", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-etag", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-multi", 10, HTTP_NONSENSE, -1, "", -1, false },
	{ "/range-whole", 10, HTTP_DONE, 10, "helloworld", 0, true },
	{ "/range-whole", 99, HTTP_DONE, 10, "helloworld", 0, true },
	{ "/short", 50, HTTP_SHORT, -1, "hello", 0, true },
	{ "/range-416", 10, HTTP_STATUS, -1, "", -1, false },
	{ "/204", 10, HTTP_STATUS, -1, "", -1, false },
};

static void
test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct http_request *q = make_request(HTTP_MEDIA, server,
						      ranges[i].path);
		struct http_result *r;
		struct memory m;

		memory_init(&m);
		m.offset = -1;
		q->sink = &m.sink;
		q->offset = 5;
		q->total = ranges[i].total;
		(void)snprintf(q->etag, sizeof(q->etag), "\"a\"");
		r = call(engine, q);
		print_message("%s %s\n", http_end_name(r->end), r->text);
		assert_int_equal(r->end, ranges[i].end);
		assert_int_equal(r->total, ranges[i].proved);
		assert_int_equal(m.offset, ranges[i].begun);
		assert_string_equal(buf_text(&m.bytes), ranges[i].body);
		assert_int_equal(r->is_restarted, ranges[i].is_restarted);
		assert_non_null(strstr(server->last_head,
				       "\r\nRange: bytes=5-\r\n"));
		assert_non_null(strstr(server->last_head,
				       "\r\nIf-Range: \"a\"\r\n"));
		buf_release(&m.bytes);
		http_result_free(r);
	}
}

static void
test_weak_validator_is_not_sent(void **state)
{
	static const char *const etags[] = { "W/\"a\"", "", "\"a\r\nX: y\"" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct http_request *q = make_request(HTTP_MEDIA, server,
						      "/range-ok");
		struct memory m;

		memory_init(&m);
		q->sink = &m.sink;
		q->offset = 5;
		(void)snprintf(q->etag, sizeof(q->etag), "%s", etags[i]);
		http_result_free(call(engine, q));
		assert_null(strstr(server->last_head, "If-Range"));
		assert_null(strstr(server->last_head, "X: y"));
		buf_release(&m.bytes);
	}
}

static void
test_ceiling(void **state)
{
	static const struct {
		const char *path;
		int64_t max;
		enum http_end end;
	} rows[] = {
		{ "/bytes/1000", 1000, HTTP_DONE },
		{ "/bytes/1001", 1000, HTTP_TOO_LARGE },
		{ "/bytes/9000000", 1000, HTTP_TOO_LARGE },
		{ "/endless", 1000000, HTTP_TOO_LARGE },
		{ "/chunked", 5, HTTP_DONE },
		{ "/chunked", 4, HTTP_TOO_LARGE },
		{ "/bytes/5000000", 0, HTTP_DONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request *q = make_request(HTTP_MEDIA, server,
						      rows[i].path);
		struct http_result *r;
		struct memory m;

		memory_init(&m);
		q->sink = &m.sink;
		q->max_body = rows[i].max;
		r = call(engine, q);
		assert_int_equal(r->end, rows[i].end);
		if (rows[i].max)
			assert_true(r->received <= rows[i].max);
		buf_release(&m.bytes);
		http_result_free(r);
		if (!rows[i].max)
			continue;
		q = make_request(HTTP_API, server, rows[i].path);
		q->max_body = rows[i].max;
		r = call(engine, q);
		assert_int_equal(r->end, rows[i].end);
		assert_true((int64_t)r->body.len <= rows[i].max);
		http_result_free(r);
	}
	/* Nobody said how much: 4 MiB. */
	{
		struct http_result *r = get_api(engine, server,
						"/bytes/5000000");

		assert_int_equal(r->end, HTTP_TOO_LARGE);
		http_result_free(r);
	}
}

/* The whole counts, not what is missing of it. */
static void
test_ceiling_of_range(void **state)
{
	struct http_request *q = make_request(HTTP_MEDIA, server, "/range-ok");
	struct http_result *r;
	struct memory m;

	(void)state;
	memory_init(&m);
	q->sink = &m.sink;
	q->offset = 5;
	q->max_body = 9;
	r = call(engine, q);
	assert_int_equal(r->end, HTTP_TOO_LARGE);
	assert_int_equal(m.n_begins, 0);
	http_result_free(r);
}

/* What is kept of a refused body, and what becomes of its connection. */
static void
test_refused_body(void **state)
{
	static const struct {
		enum http_kind kind;
		const char *path;
		size_t kept;
		bool is_usable;
	} rows[] = {
		{ HTTP_MEDIA, "/error/100", 100, true },
		{ HTTP_MEDIA, "/error/60000", HTTP_SCRATCH_SIZE, true },
		{ HTTP_MEDIA, "/error/200000", HTTP_SCRATCH_SIZE, false },
		{ HTTP_API, "/error/200000", 200000, true },
		{ HTTP_API, "/error/5000000", 4194304, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_request *q = make_request(rows[i].kind, server,
						      rows[i].path);
		struct http_result *r;
		struct memory m;

		memory_init(&m);
		q->sink = &m.sink;
		r = call(engine, q);
		assert_int_equal(r->end, HTTP_STATUS);
		assert_int_equal(r->head.status, 500);
		assert_int_equal(r->body.len, rows[i].kept);
		assert_int_equal(r->received, 0);
		assert_int_equal(m.n_begins, 0);
		http_result_free(r);
		r = get_api(engine, server, "/length");
		assert_int_equal(r->end, HTTP_DONE);
		assert_int_equal(r->is_fresh_connection, !rows[i].is_usable);
		http_result_free(r);
	}
}

static void
test_retry_after(void **state)
{
	struct http_result *r = get_api(engine, server, "/503");

	(void)state;
	assert_int_equal(r->head.retry_after_ms, 120000);
	assert_string_equal(buf_text(&r->body), "busy");
	http_result_free(r);
}

static void
test_sink_refuses(void **state)
{
	struct http_request *q;
	struct http_result *r;
	struct memory m;

	(void)state;
	for (int i = 0; i < 2; i++) {
		memory_init(&m);
		if (i)
			m.begin_rc = ARK_EDISK;
		else
			m.write_rc = ARK_EDISK;
		q = make_request(HTTP_MEDIA, server, "/length");
		q->sink = &m.sink;
		r = call(engine, q);
		assert_int_equal(r->end, HTTP_SINK);
		assert_int_equal(r->sink_rc, ARK_EDISK);
		assert_int_equal(r->received, 0);
		http_result_free(r);
	}
}

/* Queries carry signatures: no text shows one. */
static void
test_text_keeps_secrets(void **state)
{
	static const char *const paths[] = {
		"/404?signature=SECRET", "/nothing?signature=SECRET",
		"/length?signature=SECRET",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct http_result *r = get_api(engine, server, paths[i]);

		assert_null(strstr(r->text, "SECRET"));
		http_result_free(r);
	}
}

static void
test_text_keeps_the_reason(void **state)
{
	char path[700] = "/404";
	struct http_result *r;

	(void)state;
	memset(path + 4, 'x', sizeof(path) - 5);
	r = get_api(engine, server, path);
	assert_non_null(strstr(r->text, "...: "));
	assert_true(strlen(r->text) < sizeof(r->text));
	http_result_free(r);
}

/* A request is one's own again and may go out a second time. */
static void
test_submit_again(void **state)
{
	struct http_request *q = make_request(HTTP_API, server, "/length");
	struct http_result *r = call(engine, q);

	(void)state;
	assert_ptr_equal(r->request, q);
	r->request = NULL;
	http_result_free(r);
	r = call(engine, q);
	assert_int_equal(r->end, HTTP_DONE);
	assert_string_equal(buf_text(&r->body), "hello");
	r->request = NULL;
	http_request_free(q);
	http_result_free(r);
	http_request_free(NULL);
	http_result_free(NULL);
}

static void
test_names(void **state)
{
	static const struct {
		enum http_end end;
		const char *name;
	} table[] = {
		{ HTTP_DONE, "done" }, { HTTP_TLS, "tls" },
		{ HTTP_SINK, "sink" }, { HTTP_BROKEN, "broken" },
		{ (enum http_end)99, "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_string_equal(http_end_name(table[i].end), table[i].name);
	assert_non_null(strstr(http_version(), "libcurl/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_whole_api),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_weak_validator_is_not_sent),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_ceiling_of_range),
		cmocka_unit_test(test_refused_body),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_sink_refuses),
		cmocka_unit_test(test_text_keeps_secrets),
		cmocka_unit_test(test_text_keeps_the_reason),
		cmocka_unit_test(test_submit_again),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
