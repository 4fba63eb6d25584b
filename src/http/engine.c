#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "base/secret.h"
#include "http/engine_internal.h"

#define SPARE_CONNECTIONS 8

void
http_settings_init(struct http_settings *s)
{
	*s = (struct http_settings){
		.max_connections = 64,
		.connect_ms = 10 * 1000,
		.first_byte_ms = 60 * 1000,
		.low_speed_bytes = 1024,
		.low_speed_ms = 60 * 1000,
	};
}

/* ---- the loop thread ---- */

static void
cancel_live(struct http_engine *e, bool is_all)
{
	struct transfer *next;

	for (struct transfer *t = e->live; t; t = next) {
		next = t->next;
		if (is_all || t->request.kind == HTTP_MEDIA)
			transfer_cancel(t);
	}
}

/* Do what the other threads asked for.  Return false when it was to stop. */
static bool
take_orders(struct http_engine *e)
{
	struct transfer *t, *next;
	bool is_stopping, is_cancelling, is_recalling;

	(void)pthread_mutex_lock(&e->mutex);
	t = e->queue;
	e->queue = NULL;
	e->queue_end = &e->queue;
	is_stopping = e->is_stopping;
	is_cancelling = e->is_cancelling;
	is_recalling = e->is_recalling;
	e->is_cancelling = e->is_recalling = false;
	(void)pthread_mutex_unlock(&e->mutex);

	if (is_stopping || is_cancelling) {
		line_return(e, HTTP_CANCELLED, "cancelled");
		cancel_live(e, is_stopping);
	}
	for (; t; t = next) {
		next = t->next;
		if (is_stopping || t->is_cancelled)
			transfer_return(e, t, HTTP_CANCELLED, "cancelled");
		else if (t->request.stands_in_line)
			line_add(e, t);
		else
			transfer_start(e, t);
	}
	if (is_recalling)
		line_return(e, HTTP_RECALLED, "called back");
	line_advance(e);
	return !is_stopping;
}

static void
take_ended(struct http_engine *e)
{
	for (;;) {
		int n_left;
		char *data = NULL;
		struct CURLMsg *message =
			curl_multi_info_read(e->multi, &n_left);
		CURLcode code;

		if (!message)
			return;
		if (message->msg != CURLMSG_DONE)
			continue;
		/* The message dies when its handle is taken off. */
		code = message->data.result;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
					&data);
		transfer_ended((struct transfer *)(void *)data, code);
	}
}

/* What libcurl's state is after a failure here, nobody knows. */
static void
give_up(struct http_engine *e, CURLMcode code)
{
	struct transfer *next;

	for (struct transfer *t = e->live; t; t = next) {
		next = t->next;
		transfer_judge(t, HTTP_BROKEN, "%s", curl_multi_strerror(code));
		transfer_ended(t, CURLE_ABORTED_BY_CALLBACK);
	}
}

static void *
run(void *arg)
{
	struct http_engine *e = arg;

	while (take_orders(e)) {
		int64_t now_ms = clock_now_ms();
		CURLMcode code;

		naming_resume(e);
		watch_resume(e, now_ms);
		watch_check(e, now_ms);
		code = sockets_wait(e, watch_wait_ms(e, now_ms));
		take_ended(e);
		if (code)
			give_up(e, code);
	}
	return NULL;
}

/* ---- the other threads ---- */

void
http_engine_submit(struct http_engine *e, struct http_request *r)
{
	struct transfer *t = (struct transfer *)r;
	bool was_empty;

	assert(r->reply && (r->sink || r->kind == HTTP_API));
	assert(t->has_request && !t->has_result);
	t->next = NULL;
	t->is_cancelled = false;
	(void)pthread_mutex_lock(&e->mutex);
	was_empty = !e->queue;
	*e->queue_end = t;
	e->queue_end = &t->next;
	(void)pthread_mutex_unlock(&e->mutex);
	if (was_empty)
		sockets_wake(e);
}

void
http_engine_cancel_media(struct http_engine *e)
{
	(void)pthread_mutex_lock(&e->mutex);
	for (struct transfer *t = e->queue; t; t = t->next) {
		if (t->request.kind == HTTP_MEDIA)
			t->is_cancelled = true;
	}
	e->is_cancelling = true;
	(void)pthread_mutex_unlock(&e->mutex);
	sockets_wake(e);
}

/*
 * Writers call this for every block they give back, so it costs a system call
 * only when a transfer waits.  Either we see has_paused, which the loop sets
 * after the sink refused; or the loop, which looks again before it sleeps,
 * sees is_woken.
 */
void
http_engine_wake(struct http_engine *e)
{
	atomic_store(&e->is_woken, true);
	if (atomic_load(&e->has_paused))
		sockets_wake(e);
}

int64_t
http_engine_cpu_ms(const struct http_engine *e)
{
	return clock_thread_ms(e->thread);
}

/* ---- start and stop ---- */

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_state;

static void
init_curl(void)
{
	curl_state = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* A copy of text, or NULL of NULL; *is_short when out of memory. */
static char *
copy_text(const char *text, bool *is_short)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		*is_short = true;
	return copy;
}

static int
copy_settings(struct http_engine *e, const struct http_settings *s,
	      struct ark_error *err)
{
	bool is_short = false;
	int rc;

	e->settings = *s;
	e->settings.api_base = NULL;
	e->settings.n_media_hosts = 0;
	e->settings.media_hosts = NULL;
	if (!s->max_connections)
		e->settings.max_connections = 64;
	e->settings.user_agent = copy_text(s->user_agent, &is_short);
	e->settings.ca_file = copy_text(s->ca_file, &is_short);
	e->settings.proxy = copy_text(s->proxy, &is_short);
	e->media_hosts = calloc(s->n_media_hosts + 1, sizeof(char *));
	if (!e->media_hosts)
		return error_nomem(err);
	e->settings.media_hosts = (const char *const *)e->media_hosts;
	for (size_t i = 0; i < s->n_media_hosts; i++) {
		e->media_hosts[i] = copy_text(s->media_hosts[i], &is_short);
		e->settings.n_media_hosts++;
	}
	if (is_short)
		return error_nomem(err);
	if (!s->api_base)
		return 0;
	rc = url_parse(&e->api, NULL, s->api_base, err);
	e->has_api = !rc;
	return rc;
}

static int
open_curl(struct http_engine *e, struct ark_error *err)
{
	size_t n = e->settings.max_connections;
	CURLSHcode code;

	(void)pthread_once(&curl_once, init_curl);
	if (curl_state)
		return error_set(err, ARK_EBUG, "libcurl does not start: %s",
				 curl_easy_strerror(curl_state));
	e->multi = curl_multi_init();
	e->share = curl_share_init();
	if (!e->multi || !e->share || handles_init(&e->pools[HTTP_API], n) ||
	    handles_init(&e->pools[HTTP_MEDIA], n))
		return error_nomem(err);
	/* Used in the loop thread alone, so without locks. */
	code = curl_share_setopt(e->share, CURLSHOPT_SHARE,
				 CURL_LOCK_DATA_SSL_SESSION);
	if (code == CURLSHE_NOMEM)
		return error_nomem(err);
	if (code ||
	    curl_share_setopt(e->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) ||
	    curl_multi_setopt(e->multi, CURLMOPT_MAXCONNECTS,
			      (long)(n + SPARE_CONNECTIONS)) ||
	    curl_multi_setopt(e->multi, CURLMOPT_PIPELINING,
			      (long)CURLPIPE_NOTHING))
		return error_set(err, ARK_EBUG, "libcurl refuses our options");
	return sockets_open(e, err);
}

static void
engine_free(struct http_engine *e)
{
	if (!e)
		return;
	handles_release(&e->pools[HTTP_API]);
	handles_release(&e->pools[HTTP_MEDIA]);
	if (e->multi)
		(void)curl_multi_cleanup(e->multi);
	if (e->share)
		(void)curl_share_cleanup(e->share);
	naming_close(e);
	sockets_close(e);
	credentials_free(e->credentials);
	free((char *)(uintptr_t)e->settings.user_agent);
	free((char *)(uintptr_t)e->settings.ca_file);
	secret_free((char *)(uintptr_t)e->settings.proxy);
	for (size_t i = 0; i < e->settings.n_media_hosts; i++)
		free(e->media_hosts[i]);
	free(e->media_hosts);
	url_release(&e->api);
	(void)pthread_mutex_destroy(&e->mutex);
	free(e);
}

int
http_engine_start(struct http_engine **out, const struct http_settings *s,
		  struct ark_error *err)
{
	struct http_engine *e = calloc(1, sizeof(*e));
	int rc;

	if (!e)
		return error_nomem(err);
	(void)pthread_mutex_init(&e->mutex, NULL);
	e->epoll = e->waker = -1;
	e->queue_end = &e->queue;
	line_init(e);
	rc = copy_settings(e, s, err);
	if (rc)
		goto out;
	rc = open_curl(e, err);
	if (rc)
		goto out;
	rc = naming_open(e, err);
	if (rc)
		goto out;
	throttle_init(&e->throttle, s->rate_limit, clock_now_ms());
	/* No signals in it, not even SIGPIPE, which OpenSSL would raise. */
	if (thread_start(&e->thread, "callark-http", run, e)) {
		rc = error_nomem(err);
		goto out;
	}
	*out = e;
	e = NULL;
out:
	engine_free(e);
	return rc;
}

void
http_engine_stop(struct http_engine *e)
{
	if (!e)
		return;
	(void)pthread_mutex_lock(&e->mutex);
	e->is_stopping = true;
	(void)pthread_mutex_unlock(&e->mutex);
	sockets_wake(e);
	(void)pthread_join(e->thread, NULL);
	engine_free(e);
}
