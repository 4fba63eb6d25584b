/*
 * The engine without memory, and where libcurl or the system refuses it
 * something: a transfer ends as broken, the next one does not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "http/url.h"
#include "unit/heap.h"

void *__real_calloc(size_t n, size_t size);

/* The other side, server and resolver, always has memory. */
#define calloc __real_calloc
#include "unit/http/client.h"
#include "unit/http/resolver.h"
#undef calloc

#define BODY 1000	/* bytes of a recording */

/* ---- what may be refused ---- */

/* The n-th option of libcurl's from now on, once; 0: none. */
static atomic_int option_to_refuse;
static atomic_bool has_refused;

/* What cannot be had, as long as it is that. */
static _Atomic enum lack {
	NOTHING, EPOLL, EVENTFD, WATCHING, ASSIGNING, HANDLES, MULTI, SHARE,
	SESSIONS, PROXY, BUNDLE, CONDITION, LIBCURL, LIBCURL_TIMER,
	ADDING, RESUMING, SCHEME, HOST,
} lack;

/* Of the reads and of the writes that follow, with what errno. */
static atomic_int failing_reads, failing_writes, failing_errno;

static char bundle[64];	/* the last that libcurl was told */

CURLcode __real_curl_easy_setopt(CURL *h, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *h, CURLoption option, ...);
CURLMcode __real_curl_multi_setopt(CURLM *h, CURLMoption option, ...);
CURLMcode __wrap_curl_multi_setopt(CURLM *h, CURLMoption option, ...);
CURLSHcode __real_curl_share_setopt(CURLSH *h, CURLSHoption option, ...);
CURLSHcode __wrap_curl_share_setopt(CURLSH *h, CURLSHoption option, ...);
CURL *__real_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void);
CURLM *__real_curl_multi_init(void);
CURLM *__wrap_curl_multi_init(void);
CURLSH *__real_curl_share_init(void);
CURLSH *__wrap_curl_share_init(void);
CURLU *__real_curl_url(void);
CURLU *__wrap_curl_url(void);
CURLMcode __real_curl_multi_socket_action(CURLM *h, curl_socket_t fd, int ready,
					  int *n_running);
CURLMcode __wrap_curl_multi_socket_action(CURLM *h, curl_socket_t fd, int ready,
					  int *n_running);
curl_version_info_data *__real_curl_version_info(CURLversion age);
curl_version_info_data *__wrap_curl_version_info(CURLversion age);
CURLMcode __real_curl_multi_add_handle(CURLM *h, CURL *easy);
CURLMcode __wrap_curl_multi_add_handle(CURLM *h, CURL *easy);
CURLcode __real_curl_easy_pause(CURL *h, int what);
CURLcode __wrap_curl_easy_pause(CURL *h, int what);
CURLUcode __real_curl_url_get(const CURLU *h, CURLUPart part, char **out,
			      unsigned flags);
CURLUcode __wrap_curl_url_get(const CURLU *h, CURLUPart part, char **out,
			      unsigned flags);
CURLMcode __real_curl_multi_assign(CURLM *h, curl_socket_t fd, void *known);
CURLMcode __wrap_curl_multi_assign(CURLM *h, curl_socket_t fd, void *known);
int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __real_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);
ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __real_eventfd(unsigned count, int flags);
int __wrap_eventfd(unsigned count, int flags);
int __real_pthread_cond_init(pthread_cond_t *cond,
			     const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *cond,
			     const pthread_condattr_t *attributes);

static bool
is_refused(void)
{
	if (atomic_load(&option_to_refuse) <= 0 ||
	    atomic_fetch_sub(&option_to_refuse, 1) != 1)
		return false;
	atomic_store(&has_refused, true);
	return true;
}

/* libcurl's options tell by their numbers of what type the value is. */
#define FORWARD(set, h, option) do {					\
	va_list ap;							\
	va_start(ap, option);						\
	if ((option) >= CURLOPTTYPE_OFF_T)				\
		code = set(h, option, va_arg(ap, curl_off_t));		\
	else if ((option) >= CURLOPTTYPE_OBJECTPOINT)			\
		code = set(h, option, va_arg(ap, void *));		\
	else								\
		code = set(h, option, va_arg(ap, long));		\
	va_end(ap);							\
} while (0)

CURLcode
__wrap_curl_easy_setopt(CURL *h, CURLoption option, ...)
{
	CURLcode code = CURLE_UNKNOWN_OPTION;
	const void *value = NULL;

	if (option == CURLOPT_CAINFO || option == CURLOPT_RESOLVE) {
		va_list ap;

		va_start(ap, option);
		value = va_arg(ap, const void *);
		va_end(ap);
	}
	/* Undoing it never fails. */
	if ((option != CURLOPT_RESOLVE || value) && is_refused())
		return code;
	if (option == CURLOPT_CAINFO)
		(void)snprintf(bundle, sizeof(bundle), "%s",
			       (const char *)value);
	FORWARD(__real_curl_easy_setopt, h, option);
	return code;
}

CURLMcode
__wrap_curl_multi_setopt(CURLM *h, CURLMoption option, ...)
{
	CURLMcode code = CURLM_UNKNOWN_OPTION;

	if (!is_refused())
		FORWARD(__real_curl_multi_setopt, h, option);
	return code;
}

/* The engine knows one option of a share, whose value is an int. */
CURLSHcode
__wrap_curl_share_setopt(CURLSH *h, CURLSHoption option, ...)
{
	CURLSHcode code = CURLSHE_BAD_OPTION;
	va_list ap;

	if (atomic_load(&lack) == SESSIONS)
		return CURLSHE_NOMEM;
	if (option != CURLSHOPT_SHARE || is_refused())
		return code;
	va_start(ap, option);
	code = __real_curl_share_setopt(h, option, va_arg(ap, int));
	va_end(ap);
	return code;
}

CURL *
__wrap_curl_easy_init(void)
{
	return atomic_load(&lack) == HANDLES ? NULL : __real_curl_easy_init();
}

CURLM *
__wrap_curl_multi_init(void)
{
	return atomic_load(&lack) == MULTI ? NULL : __real_curl_multi_init();
}

CURLSH *
__wrap_curl_share_init(void)
{
	return atomic_load(&lack) == SHARE ? NULL : __real_curl_share_init();
}

CURLU *
__wrap_curl_url(void)
{
	return atomic_load(&lack) == PROXY ? NULL : __real_curl_url();
}

/* Once; what came for the transfer comes to nobody. */
CURLMcode
__wrap_curl_multi_socket_action(CURLM *h, curl_socket_t fd, int ready,
				int *n_running)
{
	enum lack expected = fd == CURL_SOCKET_TIMEOUT ? LIBCURL_TIMER : LIBCURL;

	if (atomic_compare_exchange_strong(&lack, &expected, NOTHING))
		return CURLM_INTERNAL_ERROR;
	return __real_curl_multi_socket_action(h, fd, ready, n_running);
}

CURLMcode
__wrap_curl_multi_assign(CURLM *h, curl_socket_t fd, void *known)
{
	return atomic_load(&lack) == ASSIGNING ? CURLM_BAD_SOCKET :
		__real_curl_multi_assign(h, fd, known);
}

CURLMcode
__wrap_curl_multi_add_handle(CURLM *h, CURL *easy)
{
	return atomic_load(&lack) == ADDING ? CURLM_OUT_OF_MEMORY :
		__real_curl_multi_add_handle(h, easy);
}

CURLcode
__wrap_curl_easy_pause(CURL *h, int what)
{
	return atomic_load(&lack) == RESUMING ? CURLE_OUT_OF_MEMORY :
		__real_curl_easy_pause(h, what);
}

CURLUcode
__wrap_curl_url_get(const CURLU *h, CURLUPart part, char **out, unsigned flags)
{
	enum lack now = atomic_load(&lack);

	if ((now == SCHEME && part == CURLUPART_SCHEME) ||
	    (now == HOST && part == CURLUPART_HOST))
		return CURLUE_OUT_OF_MEMORY;
	return __real_curl_url_get(h, part, out, flags);
}

curl_version_info_data *
__wrap_curl_version_info(CURLversion age)
{
	static curl_version_info_data own;

	own = *__real_curl_version_info(age);
	if (atomic_load(&lack) == BUNDLE)
		own.cainfo = NULL;
	return &own;
}

int
__wrap_epoll_create1(int flags)
{
	if (atomic_load(&lack) != EPOLL)
		return __real_epoll_create1(flags);
	errno = EMFILE;
	return -1;
}

int
__wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event)
{
	if (what != EPOLL_CTL_ADD || atomic_load(&lack) != WATCHING)
		return __real_epoll_ctl(epoll, what, fd, event);
	errno = ENOSPC;
	return -1;
}

int
__wrap_eventfd(unsigned count, int flags)
{
	if (atomic_load(&lack) != EVENTFD)
		return __real_eventfd(count, flags);
	errno = EMFILE;
	return -1;
}

static bool
fails(atomic_int *left)
{
	if (atomic_load(left) <= 0 || atomic_fetch_sub(left, 1) <= 0)
		return false;
	errno = atomic_load(&failing_errno);
	return true;
}

ssize_t
__wrap_read(int fd, void *bytes, size_t n)
{
	return fails(&failing_reads) ? -1 : __real_read(fd, bytes, n);
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t n)
{
	return fails(&failing_writes) ? -1 : __real_write(fd, bytes, n);
}

int
__wrap_pthread_cond_init(pthread_cond_t *cond,
			 const pthread_condattr_t *attributes)
{
	return atomic_load(&lack) == CONDITION ? EAGAIN :
		__real_pthread_cond_init(cond, attributes);
}

/* ---- the other side ---- */

static struct server *server;

static bool
answer(struct asked *a)
{
	char head[256];

	if (strstr(a->path, "/recording"))	/* also of a proxy */
		return say_ok(a, BODY);
	if (strcmp(a->path, "/elsewhere"))
		return say(a, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
			   "hello");
	(void)snprintf(head, sizeof(head), "HTTP/1.1 302 Found\r\n"
		       "Content-Length: 0\r\n"
		       "Location: http://b.example:%u/recording\r\n\r\n",
		       server->port);
	return say(a, head);
}

/* A sink that needs no memory. */
struct counter {
	struct sink sink;
	size_t n;
	bool is_other;	/* not what the server sent */
};

static int
counter_begin(struct sink *sink, int64_t offset, int64_t total)
{
	struct counter *c = (struct counter *)sink;

	(void)total;
	c->n = 0;
	c->is_other = offset != 0;
	return 0;
}

static int
counter_write(struct sink *sink, const uint8_t *bytes, size_t n)
{
	struct counter *c = (struct counter *)sink;

	for (size_t i = 0; i < n; i++)
		c->is_other |= bytes[i] != (c->n + i) % 251;
	c->n += n;
	return 0;
}

/* ---- asking ---- */

static const struct question {
	enum http_kind kind;
	const char *host, *path;
} questions[] = {
	{ HTTP_API, "127.0.0.1", "/login" },
	{ HTTP_API, "a.example", "/login" },
	{ HTTP_MEDIA, "127.0.0.1", "/elsewhere" },
	{ HTTP_MEDIA, "b.example", "/recording" },
};

enum { N_QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

/* As quick_settings(), with every text that the engine copies. */
static struct http_settings
settings(void)
{
	static const char *const hosts[] = { "127.0.0.1", "b.example" };
	static char base[64];
	struct http_settings s;

	quick_settings(&s);
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%u/",
		       server->port);
	s.api_base = base;
	s.user_agent = "test";
	s.ca_file = "/dev/null";
	s.max_connections = 0;	/* as many as it likes */
	s.media_hosts = hosts;
	s.n_media_hosts = 2;
	return s;
}

/* The request of a question, or NULL. */
static struct http_request *
new_request(const struct question *q)
{
	struct http_request *r;
	char url[128];

	(void)snprintf(url, sizeof(url), "http://%s:%u%s", q->host,
		       server->port, q->path);
	r = http_request_new(q->kind, url);
	if (r)
		r->wants_credentials = r->wants_token = q->kind == HTTP_API;
	return r;
}

/* The end of a transfer, whose body is right if it was done. */
static enum http_end
end_of(struct http_engine *e, const struct question *q,
       struct http_request *r, char why[192])
{
	struct counter c = { .sink = { counter_begin, counter_write } };
	struct http_result *result = NULL;
	enum http_end end;

	if (q->kind == HTTP_MEDIA)
		r->sink = &c.sink;
	assert_int_equal(http_call(e, r, &result, NULL), 0);
	end = result->end;
	memcpy(why, result->why, sizeof(result->why));
	if (end == HTTP_DONE && q->kind == HTTP_API) {
		assert_string_equal(buf_text(&result->body), "hello");
	} else if (end == HTTP_DONE) {
		assert_int_equal(c.n, BODY);
		assert_false(c.is_other);
	}
	http_result_free(result);
	return end;
}

static void
assert_done(struct http_engine *e, const struct question *q)
{
	struct http_request *r = new_request(q);
	char why[192];

	assert_non_null(r);
	if (end_of(e, q, r, why) != HTTP_DONE)
		fail_msg("%s%s: %s", q->host, q->path, why);
}

/* ---- memory ---- */

/* Without memory q is not done, or as it would have been. */
static void
ask_without_memory(struct http_engine *e, const struct question *q)
{
	bool had_failed = heap_has_failed();
	struct http_request *r = new_request(q);
	enum http_end end = HTTP_BROKEN;
	char why[192] = "";

	if (r)
		end = end_of(e, q, r, why);
	if (end == HTTP_DONE)
		return;
	assert_int_equal(end, HTTP_BROKEN);
	if (r)
		assert_string_equal(why, "out of memory");
	assert_true(heap_has_failed());
	assert_false(had_failed);
}

static void
run_without_memory(void *ctx)
{
	struct http_settings s = settings();
	struct http_engine *e = NULL;
	struct ark_error err = { 0 };
	int rc = http_engine_start(&e, &s, &err);

	(void)ctx;
	if (rc) {
		assert_true(heap_has_failed());
		assert_int_equal(rc, ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
		assert_null(e);
		return;
	}
	if (!http_engine_credentials(e, "key", "token")) {
		assert_true(heap_has_failed());
		assert_int_not_equal(http_engine_credentials(e, "key", NULL),
				     0);
	}
	for (int i = 0; i < N_QUESTIONS; i++)
		ask_without_memory(e, &questions[i]);
	/* There is memory again, and all is well. */
	for (int i = 0; heap_has_failed() && i < N_QUESTIONS; i++)
		assert_done(e, &questions[i]);
	http_engine_stop(e);
}

static void
a_transfer_without_memory_is_not_done(void **state)
{
	(void)state;
	assert_true(heap_each(run_without_memory, NULL) > 0);
}

/* Whatever there is no memory for, nobody is asked but the proxy. */
static void
run_with_proxy(void *ctx)
{
	struct http_settings s = settings();
	struct http_engine *e = NULL;
	int rc;

	s.api_base = NULL;
	s.proxy = ctx;
	rc = http_engine_start(&e, &s, NULL);
	if (rc) {
		assert_true(heap_has_failed());
		assert_int_equal(rc, ARK_ENOMEM);
		return;
	}
	server->last_head[0] = 0;
	ask_without_memory(e, &questions[3]);
	http_engine_stop(e);
	assert_true(heap_has_failed() || server->last_head[0]);
	if (server->last_head[0])
		assert_memory_equal(server->last_head, "GET http://b.exa", 16);
}

static void
a_proxy_without_memory_is_not_left_out(void **state)
{
	char proxy[64];

	(void)state;
	(void)snprintf(proxy, sizeof(proxy), "http://a.example:%u",
		       server->port);
	assert_true(heap_each(run_with_proxy, proxy) > 0);
}

/* ---- libcurl ---- */

static void
assert_broken(struct http_engine *e, const struct question *q, const char *text)
{
	struct http_request *r = new_request(q);
	char why[192];

	assert_non_null(r);
	assert_int_equal(end_of(e, q, r, why), HTTP_BROKEN);
	if (!strstr(why, text))
		fail_msg("%s%s: %s", q->host, q->path, why);
}

/* Ask q, of which an option may be refused. */
static void
ask_without_option(struct http_engine *e, const struct question *q)
{
	bool had_refused = atomic_load(&has_refused);
	struct http_request *r = new_request(q);
	char why[192];

	assert_non_null(r);
	if (end_of(e, q, r, why) == HTTP_DONE)
		return;
	assert_string_equal(why, "out of memory");
	assert_true(atomic_load(&has_refused));
	assert_false(had_refused);
}

/* Each option is set: a transfer without one does not go out. */
static void
an_option_refused_is_noticed(void **state)
{
	struct http_settings s = settings();
	int n = 0;

	(void)state;
	do {
		struct http_engine *e = NULL;
		struct ark_error err = { 0 };

		atomic_store(&has_refused, false);
		atomic_store(&option_to_refuse, ++n);
		if (http_engine_start(&e, &s, &err)) {
			assert_int_equal(err.code, ARK_EBUG);
			assert_string_equal(err.text,
					    "libcurl refuses our options");
			assert_true(atomic_load(&has_refused));
			continue;
		}
		for (int i = 0; i < N_QUESTIONS; i++)
			ask_without_option(e, &questions[i]);
		atomic_store(&option_to_refuse, 0);
		for (int i = 0; i < N_QUESTIONS; i++)
			assert_done(e, &questions[i]);
		http_engine_stop(e);
	} while (atomic_load(&has_refused));
	assert_true(n > 60);
}

/* libcurl was built without a bundle: the system's, as Debian has it. */
static void
there_is_always_a_bundle(void **state)
{
	struct http_settings s = settings();
	struct http_engine *e;

	(void)state;
	s.ca_file = NULL;
	atomic_store(&lack, BUNDLE);
	e = start_engine(&s);
	assert_done(e, &questions[0]);
	atomic_store(&lack, NOTHING);
	http_engine_stop(e);
	assert_string_equal(bundle, "/etc/ssl/certs/ca-certificates.crt");
}

/* ---- what is short ---- */

static void
an_engine_that_cannot_start_says_so(void **state)
{
	static const struct {
		enum lack lack;
		int rc;
		const char *text;
	} table[] = {
		{ EPOLL, ARK_EUSAGE, "ulimit -n" },
		{ EVENTFD, ARK_EUSAGE, "ulimit -n" },
		{ WATCHING, ARK_EUSAGE, "ulimit -n" },
		{ MULTI, ARK_ENOMEM, "out of memory" },
		{ SHARE, ARK_ENOMEM, "out of memory" },
		{ SESSIONS, ARK_ENOMEM, "out of memory" },
		{ PROXY, ARK_ENOMEM, "out of memory" },
	};
	struct http_settings s = settings();

	(void)state;
	s.api_base = NULL;
	s.proxy = "http://a.example:3128";
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_engine *e = NULL;
		struct ark_error err = { 0 };

		atomic_store(&lack, table[i].lack);
		assert_int_equal(http_engine_start(&e, &s, &err), table[i].rc);
		assert_non_null(strstr(err.text, table[i].text));
		assert_null(e);
	}
	atomic_store(&lack, NOTHING);
}

static void
a_transfer_that_cannot_go_on_is_broken(void **state)
{
	static const struct {
		enum lack lack;
		const char *text;
	} table[] = {
		{ HANDLES, "out of memory" },
		{ ADDING, "out of memory" },
		{ WATCHING, "" },
		{ ASSIGNING, "" },
		{ LIBCURL, "Internal error" },
		{ LIBCURL_TIMER, "Internal error" },
	};
	struct http_settings s = settings();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_engine *e = start_engine(&s);

		atomic_store(&lack, table[i].lack);
		assert_broken(e, &questions[0], table[i].text);
		atomic_store(&lack, NOTHING);
		assert_done(e, &questions[0]);
		http_engine_stop(e);
	}
}

/* Its name is looked up by libcurl then; it is asked all the same. */
static void
a_proxy_that_is_not_understood_is_asked(void **state)
{
	static const enum lack table[] = { SCHEME, HOST };
	struct http_settings s = settings();
	char proxy[64];

	(void)state;
	(void)snprintf(proxy, sizeof(proxy), "http://a.example:%u",
		       server->port);
	s.api_base = NULL;
	s.proxy = proxy;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_engine *e;

		atomic_store(&lack, table[i]);
		e = start_engine(&s);
		atomic_store(&lack, NOTHING);
		server->last_head[0] = 0;
		assert_done(e, &questions[3]);
		assert_memory_equal(server->last_head, "GET http://b.exa", 16);
		http_engine_stop(e);
	}
}

static int
full_begin(struct sink *sink, int64_t offset, int64_t total)
{
	(void)sink;
	(void)offset;
	(void)total;
	return 0;
}

static int
full_write(struct sink *sink, const uint8_t *bytes, size_t n)
{
	(void)sink;
	(void)bytes;
	(void)n;
	return SINK_AGAIN;
}

/* It was held because its sink was full, and libcurl does not take it up. */
static void
a_transfer_that_cannot_be_resumed_ends(void **state)
{
	struct sink full = { full_begin, full_write };
	struct http_settings s = settings();
	struct http_engine *e = start_engine(&s);
	struct http_request *r = new_request(&questions[3]);
	struct http_result *result = NULL;
	struct mailbox reply;

	(void)state;
	assert_non_null(r);
	assert_int_equal(mailbox_init(&reply, NULL), 0);
	r->sink = &full;
	r->reply = &reply;
	atomic_store(&lack, RESUMING);
	http_engine_submit(e, r);
	while (!result) {
		http_engine_wake(e);
		result = (struct http_result *)mailbox_take(&reply, 1);
	}
	atomic_store(&lack, NOTHING);
	assert_int_equal(result->end, HTTP_BROKEN);
	assert_non_null(strstr(result->why, "0 of 1000 bytes came"));
	http_result_free(result);
	assert_done(e, &questions[3]);
	http_engine_stop(e);
	mailbox_release(&reply);
}

/* The address stays the caller's. */
static void
make_request_to(void *ctx)
{
	struct url url = { 0 };
	struct http_request *r = NULL;
	int rc = url_parse(&url, NULL, ctx, NULL);

	if (!rc)
		r = http_request_to(HTTP_API, &url);
	assert_int_equal(!r, heap_has_failed());
	assert_int_equal(!!url.href, !rc && !r);
	url_release(&url);
	http_request_free(r);
}

static void
a_request_without_memory_takes_nothing(void **state)
{
	static char address[] = "http://a.example/x";

	(void)state;
	assert_true(heap_each(make_request_to, address) > 0);
}

/* A wake that a signal interrupts is not lost. */
static void
an_interrupted_wake_is_repeated(void **state)
{
	struct http_settings s = settings();
	struct http_engine *e = start_engine(&s);
	static const int errors[] = { EINTR, EAGAIN };

	(void)state;
	for (int i = 0; i < 2; i++) {
		sleep_ms(20);	/* asleep */
		atomic_store(&failing_errno, errors[i]);
		atomic_store(&failing_reads, 1);
		atomic_store(&failing_writes, errors[i] == EINTR);
		assert_done(e, &questions[0]);
		assert_true(atomic_load(&failing_reads) <= 0);
		assert_true(atomic_load(&failing_writes) <= 0);
	}
	http_engine_stop(e);
}

/* Nothing is sent whose answer nobody could wait for. */
static void
a_call_without_a_mailbox_is_none(void **state)
{
	struct http_settings s = settings();
	struct http_engine *e = start_engine(&s);
	struct http_result *result = NULL;
	struct ark_error err = { 0 };
	int n_requests = atomic_load(&server->n_requests);

	(void)state;
	atomic_store(&lack, CONDITION);
	assert_int_equal(http_call(e, new_request(&questions[0]), &result,
				   &err), ARK_ENOMEM);
	atomic_store(&lack, NOTHING);
	assert_int_equal(err.code, ARK_ENOMEM);
	assert_null(result);
	http_engine_stop(e);
	assert_int_equal(atomic_load(&server->n_requests), n_requests);
}

/* ---- main ---- */

static int
set_up(void **state)
{
	(void)state;
	resolver_add("a.example", "127.0.0.1");
	resolver_add("b.example", "127.0.0.1");
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
		cmocka_unit_test(a_transfer_without_memory_is_not_done),
		cmocka_unit_test(a_proxy_without_memory_is_not_left_out),
		cmocka_unit_test(an_option_refused_is_noticed),
		cmocka_unit_test(there_is_always_a_bundle),
		cmocka_unit_test(an_engine_that_cannot_start_says_so),
		cmocka_unit_test(a_transfer_that_cannot_go_on_is_broken),
		cmocka_unit_test(a_proxy_that_is_not_understood_is_asked),
		cmocka_unit_test(a_transfer_that_cannot_be_resumed_ends),
		cmocka_unit_test(a_request_without_memory_takes_nothing),
		cmocka_unit_test(an_interrupted_wake_is_repeated),
		cmocka_unit_test(a_call_without_a_mailbox_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
