/*
 * Answers that never come to the point: heads without end, and bodies whose
 * frame is all there is.  Each ends by a rule, after a bounded number of bytes,
 * and the engine holds no memory of it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>

#include "unit/http/client.h"

#define BLOCK_SIZE ((size_t)64 << 10)
#define MIB ((size_t)1 << 20)
#define MOST_BLOCKS 4096	/* what endless amounts to here */
#define MAX_GROWTH_KB (128L * 1024)	/* a sanitizer keeps what was freed */

static struct server *server;
static atomic_size_t n_sent;

/* Fill a block with text, again and again. */
static void
fill(char *block, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < BLOCK_SIZE; i++)
		block[i] = text[i % n];
}

/* Send head and then up to n bytes of text; what went out is counted. */
static bool
say_again(struct asked *a, const char *head, const char *text, size_t n)
{
	char block[BLOCK_SIZE];

	fill(block, text);
	if (!say(a, head))
		return false;
	/* A block may end inside the text; the next goes on from there. */
	for (size_t sent = 0; sent < n;) {
		size_t from = sent % strlen(text);
		size_t k = BLOCK_SIZE - from;

		if (!say_n(a, block + from, k < n - sent ? k : n - sent))
			return false;
		sent += k;
		atomic_store(&n_sent, sent);
	}
	return true;
}

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"

static const struct bomb {
	const char *path, *head, *text;
	size_t n;
	enum http_end end;
	const char *why;
	size_t most;		/* that may go out, sockets' buffers included */
} bombs[] = {
	{ "/lines", OK_HEAD, "X-Flood-0123456789: abcdefghij\r\n",
	  100000 * 32, HTTP_NONSENSE, "header lines", 16 * MIB },
	{ "/lines-without-end", OK_HEAD, "X: y\r\n", MOST_BLOCKS * BLOCK_SIZE,
	  HTTP_NONSENSE, "header lines", 16 * MIB },
	{ "/line", OK_HEAD "X-Huge: ", "x", 10 * MIB, HTTP_NONSENSE, "header",
	  16 * MIB },
	{ "/line-without-end", OK_HEAD "X-Huge: ", "x",
	  MOST_BLOCKS * BLOCK_SIZE, HTTP_NONSENSE, "header", 16 * MIB },
	{ "/status-line", "HTTP/1.1 200 ", "O", MOST_BLOCKS * BLOCK_SIZE,
	  HTTP_NONSENSE, "", 16 * MIB },
	{ "/folded", OK_HEAD "X: y\r\n", " z\r\n", MOST_BLOCKS * BLOCK_SIZE,
	  HTTP_NONSENSE, "header", 16 * MIB },
	{ "/continue", "", "HTTP/1.1 100 Continue\r\n\r\n",
	  MOST_BLOCKS * BLOCK_SIZE, HTTP_NONSENSE, "", 64 * MIB },
	{ "/hints", "", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
	  MOST_BLOCKS * BLOCK_SIZE, HTTP_NONSENSE, "", 64 * MIB },
	{ "/trailers", CHUNKED "0\r\n", "X: y\r\n", MOST_BLOCKS * BLOCK_SIZE,
	  HTTP_NONSENSE, "trailers", 16 * MIB },
	/* libcurl's own limit, and its own words for it. */
	{ "/trailer", CHUNKED "0\r\nX: ", "y", MOST_BLOCKS * BLOCK_SIZE,
	  HTTP_RESET, "chunked-encoding", 16 * MIB },
	{ "/zeros", CHUNKED, "0", MOST_BLOCKS * BLOCK_SIZE, HTTP_RESET,
	  "chunked-encoding", 16 * MIB },
	{ "/gzip", OK_HEAD "Content-Encoding: gzip\r\n"
	  "Content-Length: 1073741824\r\n\r\n", "\x1f\x8b\x08", 16 * MIB,
	  HTTP_NONSENSE, "Content-Encoding", 16 * MIB },
	{ "/body", OK_HEAD "Content-Length: 99999999999\r\n\r\n", "[",
	  MOST_BLOCKS * BLOCK_SIZE, HTTP_TOO_LARGE, "more than", 16 * MIB },
	{ "/chunks", CHUNKED, "1\r\n[\r\n", MOST_BLOCKS * BLOCK_SIZE,
	  HTTP_TOO_LARGE, "more than", 64 * MIB },
	{ "/refused", "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n",
	  "1\r\n[\r\n", MOST_BLOCKS * BLOCK_SIZE, HTTP_STATUS, "500",
	  64 * MIB },
};

#define N_BOMBS (sizeof(bombs) / sizeof(bombs[0]))

/* Bytes that come all the time, and not one of them of a body. */
static void
say_extensions(struct asked *a)
{
	size_t sent = 0;

	if (!say(a, CHUNKED "1"))
		return;
	for (int i = 0; i < MOST_BLOCKS; i++) {
		char block[16 * 1024];

		memset(block, 'x', sizeof(block));
		block[0] = ';';
		if (!say_n(a, block, sizeof(block)))
			return;
		sent += sizeof(block);
		atomic_store(&n_sent, sent);
		sleep_ms(10);
	}
}

static bool
answer(struct asked *a)
{
	for (size_t i = 0; i < N_BOMBS; i++) {
		const struct bomb *b = &bombs[i];

		if (!strcmp(a->path, b->path))
			(void)say_again(a, b->head, b->text, b->n);
	}
	if (!strcmp(a->path, "/extensions"))
		say_extensions(a);
	return false;
}

static long
peak_kb(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* How long too little may come, which on a busy machine is no bomb's doing. */
static struct http_engine *
start(int64_t low_speed_ms)
{
	struct http_settings s;

	quick_settings(&s);
	s.low_speed_ms = low_speed_ms;
	return start_engine(&s);
}

static struct http_result *
fetch(struct http_engine *e, enum http_kind kind, const char *path)
{
	struct http_request *q = make_request(kind, server, path);
	struct http_result *r;
	struct memory m;

	memory_init(&m);
	if (kind == HTTP_MEDIA)
		q->sink = &m.sink;
	q->max_body = (int64_t)4 << 20;
	atomic_store(&n_sent, 0);
	r = call(e, q);
	buf_release(&m.bytes);
	return r;
}

static void
each_bomb_ends_by_a_rule(void **state)
{
	struct http_engine *e = start(20000);
	long before_kb = peak_kb();

	(void)state;
	for (size_t i = 0; i < 2 * N_BOMBS; i++) {
		const struct bomb *b = &bombs[i / 2];
		struct http_result *r = fetch(e, i % 2 ? HTTP_MEDIA : HTTP_API,
					      b->path);
		size_t sent = atomic_load(&n_sent);

		print_message("%-20s %8zu KiB  %s: %s\n", b->path, sent / 1024,
			      http_end_name(r->end), r->why);
		if (r->end != b->end || !strstr(r->why, b->why))
			fail_msg("%s", b->path);
		assert_true(sent <= b->most);
		assert_true(r->body.len <= (size_t)4 << 20);
		http_result_free(r);
	}
	http_engine_stop(e);
	print_message("%zu bombs, peak grew by %ld KiB\n", 2 * N_BOMBS,
		      peak_kb() - before_kb);
	assert_true(peak_kb() - before_kb < MAX_GROWTH_KB);
}

/* libcurl reads past them and tells nobody: time is what ends that. */
static void
extensions_of_a_chunk_are_a_stall(void **state)
{
	struct http_engine *e = start(1000);
	long before_kb = peak_kb();

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		struct http_result *r = fetch(e, kind ? HTTP_MEDIA : HTTP_API,
					      "/extensions");

		print_message("%zu KiB  %s: %s\n",
			      atomic_load(&n_sent) / 1024,
			      http_end_name(r->end), r->why);
		assert_int_equal(r->end, HTTP_TIMEOUT);
		assert_int_equal(r->received, 0);
		assert_true(r->spent_ms < 60000);
		http_result_free(r);
	}
	http_engine_stop(e);
	assert_true(peak_kb() - before_kb < MAX_GROWTH_KB);
}

static int
set_up(void **state)
{
	(void)state;
	server = server_start(answer);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	server_stop(server);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bomb_ends_by_a_rule),
		cmocka_unit_test(extensions_of_a_chunk_are_a_stall),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
