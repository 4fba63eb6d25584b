/* What the engine's tests share: a sink in memory, and one-line requests. */
#ifndef TEST_HTTP_CLIENT_H
#define TEST_HTTP_CLIENT_H

#include "base/clock.h"
#include "http/engine.h"
#include "unit/http/server.h"

struct memory {
	struct sink sink;
	struct buf bytes;
	int64_t offset, total;	/* of the last begin */
	int n_begins;
	int begin_rc, write_rc;	/* to refuse with */
	atomic_bool is_full;	/* SINK_AGAIN */
	atomic_int n_again;
};

static inline int
memory_begin(struct sink *sink, int64_t offset, int64_t total)
{
	struct memory *m = (struct memory *)sink;

	buf_clear(&m->bytes);
	m->offset = offset;
	m->total = total;
	m->n_begins++;
	return m->begin_rc;
}

static inline int
memory_write(struct sink *sink, const uint8_t *bytes, size_t n)
{
	struct memory *m = (struct memory *)sink;

	if (atomic_load(&m->is_full)) {
		(void)atomic_fetch_add(&m->n_again, 1);
		return SINK_AGAIN;
	}
	if (m->write_rc)
		return m->write_rc;
	return buf_add(&m->bytes, bytes, n);
}

static inline void
memory_init(struct memory *m)
{
	*m = (struct memory){ .sink = { memory_begin, memory_write } };
	buf_init(&m->bytes, (size_t)64 << 20);
}

/* Whether m holds what say_body(from, n) sent. */
static inline bool
memory_is_body(const struct memory *m, size_t from, size_t n)
{
	if (m->bytes.len != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (m->bytes.data[i] != (uint8_t)((from + i) % 251))
			return false;
	}
	return true;
}

/* Settings for the servers of these tests: quick, and local. */
static inline void
quick_settings(struct http_settings *s)
{
	http_settings_init(s);
	s->allow_http = true;
	s->connect_ms = 2000;
	s->first_byte_ms = 3000;
	s->low_speed_ms = 3000;
	if (address_allow(&s->addresses, "127.0.0.0/8", NULL))
		abort();
}

static inline struct http_engine *
start_engine(const struct http_settings *s)
{
	struct http_engine *e = NULL;
	struct ark_error err;

	if (http_engine_start(&e, s, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return e;
}

static inline struct http_request *
make_request(enum http_kind kind, const struct server *s, const char *path)
{
	char url[2048];
	struct http_request *r;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", s->port,
		       path);
	r = http_request_new(kind, url);
	if (!r)
		abort();
	return r;
}

static inline struct http_result *
call(struct http_engine *e, struct http_request *r)
{
	struct http_result *result = NULL;

	if (http_call(e, r, &result, NULL) || !result)
		abort();
	return result;
}

static inline struct http_result *
get_media(struct http_engine *e, const struct server *s, const char *path,
	  struct memory *m)
{
	struct http_request *r = make_request(HTTP_MEDIA, s, path);

	memory_init(m);
	r->sink = &m->sink;
	return call(e, r);
}

static inline struct http_result *
get_api(struct http_engine *e, const struct server *s, const char *path)
{
	return call(e, make_request(HTTP_API, s, path));
}

#endif
