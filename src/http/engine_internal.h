/*
 * The inside of the transfer engine, shared by its files:
 *
 *   request.c      requests and results: made, freed, waited for
 *   engine.c       start, stop, the queue, the loop thread
 *   line.c         requests that wait for others to end
 *   sockets.c      what the loop waits for, and waking it
 *   watch.c        first byte, stall and deadline; pauses and their end
 *   pool.c         easy handles and what is the same for all of them
 *   transfer.c     one attempt: its hops, from start to delivery
 *   naming.c       the names that hops wait for
 *   ask.c          what a hop sends: its options and header lines
 *   answer.c       libcurl's callbacks: head, body, socket
 *   verdict.c      what an answer means (no side effects)
 *   hop.c          which address may be asked (no side effects)
 *   credentials.c  the header lines that hold secrets
 *
 * Everything here runs in the loop thread unless it says otherwise.
 */
#ifndef HTTP_ENGINE_INTERNAL_H
#define HTTP_ENGINE_INTERNAL_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/engine.h"
#include "http/resolver.h"
#include "http/throttle.h"
#include "http/url.h"

#define API_BODY_MAX ((int64_t)4 << 20)	/* when max_body is 0 */
#define DROP_MAX ((int64_t)64 << 10)	/* of a refused body, to keep the
					   connection; more costs more */
#define IDLE_MS 1000	/* sleep with nothing to do; a lost wake costs this */
#define CHECK_MS 250			/* how often timers are looked at */
#define N_LINES 8			/* our own request header lines */

struct credentials {
	unsigned generation;
	unsigned n_users;	/* under the engine's mutex */
	char *key_line;		/* "x-api-key: …", or NULL */
	char *token_line;	/* "Authorization: Bearer …", or NULL */
};

/* Easy handles that wait for work; all carry the constant options. */
struct pool {
	CURL **idle;
	size_t n, size;
};

enum answer {
	ANSWER_NONE,	/* the head is not complete */
	ANSWER_BODY,	/* what was asked for */
	ANSWER_SCRATCH,	/* anything else: a little is kept, the rest dropped */
};

enum pause {
	PAUSE_NONE,
	PAUSE_SINK,
	PAUSE_RATE,
};

/* Names that a hop may miss, in the order in which libcurl asks for them. */
enum name {
	NAME_NONE,
	NAME_PROXY,
	NAME_HOST,
};

struct proxy {
	char host[URL_HOST_MAX];	/* a name to be looked up, or "" */
	uint16_t port;
	bool takes_addresses;	/* not the names of hosts: they are ours to
				   look up, too */
};

/*
 * One attempt.  Request and result are parts of it, so that neither starting
 * nor delivering can run out of memory; it is freed when both are.
 */
struct transfer {
	struct http_request request;	/* first: the caller's handle on it */
	struct http_result result;
	bool has_request, has_result;	/* in the caller's hands, not freed */
	bool is_cancelled;		/* while it waited to be started */
	bool is_of_line;		/* begun by it, and not delivered */

	struct http_engine *engine;
	struct transfer *prev, *next;	/* live ones, or the queue */
	struct pool *pool;		/* where easy came from */
	CURL *easy;
	struct url parsed;		/* request.url, moved to hop at first */
	struct url hop;			/* asked now */
	bool is_api_hop;
	struct credentials *credentials;/* that this hop sends, or NULL */
	struct curl_slist lines[N_LINES];
	size_t n_lines;
	char range_line[48], if_range_line[HTTP_ETAG_SIZE + 16];
	char curl_text[CURL_ERROR_SIZE];
	char refused_address[64];	/* by the socket callback, or "" */
	int n_stale;

	enum name missing;		/* libcurl ended this hop for it */
	enum name given_names;		/* in this hop: up to this one */
	struct lookup *lookup;		/* waited for, while libcurl has
					   nothing of this transfer */
	struct curl_slist addresses;	/* what came of it; data owned or NULL */
	int64_t connect_by_ms;		/* when the time to connect ends, if
					   this hop missed a name; else 0 */

	enum answer answer;
	enum pause pause;
	int64_t scratch;		/* bytes of a refused body */
	size_t trailer_bytes;

	bool is_judged;			/* result.end and reason are final */
	char reason[192];
	int64_t started_ms;
	int64_t sent_ms;		/* this hop's request went out, or 0 */
	int64_t head_ms;		/* this hop's first header line, or 0 */
	int64_t credit;			/* bytes it may still be slow by */
	int64_t watched_ms;		/* when credit was right */
};

struct http_engine {
	pthread_t thread;
	CURLM *multi;
	CURLSH *share;

	pthread_mutex_t mutex;		/* guards the next six */
	struct transfer *queue, **queue_end;
	bool is_stopping, is_cancelling, is_recalling;
	struct credentials *credentials;
	unsigned generation;

	int epoll, waker;		/* the sockets; who wakes the loop */
	int64_t timer_ms;		/* libcurl wants to be called; -1: no */
	atomic_bool is_asleep, has_orders;

	struct transfer *line, **line_end;
	atomic_uint line_max;		/* so many at a time */
	atomic_uint n_of_line;		/* begun by it, and not delivered */
	atomic_uint line_holds;		/* results that hold it */

	atomic_bool is_woken;		/* a sink has room again */
	atomic_bool has_paused;		/* a sink had none */

	struct pool pools[2];		/* by enum http_kind */
	struct transfer *live, *live_last;
	size_t n_live;
	struct resolver *resolver;
	size_t n_awaiting;			/* transfers with a lookup */
	struct throttle throttle;
	int64_t checked_ms;

	/* Constant after the start: */
	struct http_settings settings;	/* texts are our own copies */
	char **media_hosts;
	struct url api;
	bool has_api;
	struct proxy proxy;
};

/* ---- pool.c ---- */

/* handles_take(e, p): A handle with the constant options, or NULL: no memory. */
CURL *handles_take(struct http_engine *e, struct pool *p);
void handles_give(struct pool *p, CURL *easy);
int handles_init(struct pool *p, size_t size);
void handles_release(struct pool *p);

/* ---- transfer.c ---- */

/* transfer_start(e, t): Check and send t, or deliver why not. */
void transfer_start(struct http_engine *e, struct transfer *t);

/*
 * transfer_send(t):
 * Give the hop to libcurl, from its beginning; when that fails, t has ended.
 */
void transfer_send(struct transfer *t);

/*
 * transfer_ended(t, code):
 * libcurl is done with the hop, or has to be: repeat it, follow it, or deliver
 * t, which must not be touched any more by the caller.
 */
void transfer_ended(struct transfer *t, CURLcode code);

/*
 * transfer_judge(t, end, fmt, ...):
 * Settle how t ends and why; the first judgement stays.
 */
void transfer_judge(struct transfer *t, enum http_end end, const char *fmt,
		    ...) __attribute__((format(printf, 3, 4)));

/* transfer_return(e, t, end, why): Deliver t, which was never begun. */
void transfer_return(struct http_engine *e, struct transfer *t,
		     enum http_end end, const char *why);

/* transfer_cancel(t): End it now, as cancelled. */
void transfer_cancel(struct transfer *t);

/* transfer_to_back(t): Make it the last of the live ones. */
void transfer_to_back(struct transfer *t);

/* ---- line.c ---- */

void line_init(struct http_engine *e);

/* line_add(e, t): Behind the others. */
void line_add(struct http_engine *e, struct transfer *t);

/* line_advance(e): Begin what may begin. */
void line_advance(struct http_engine *e);

/* line_return(e, end, why): All that stand in it are delivered so. */
void line_return(struct http_engine *e, enum http_end end, const char *why);

/* line_ended(t): t is about to be delivered. */
void line_ended(struct transfer *t);

/* ---- ask.c ---- */

/*
 * ask_prepare(t):
 * Set on t's handle every option that differs from request to request.  Return
 * false when out of memory.
 */
bool ask_prepare(struct transfer *t);

/* ---- sockets.c ---- */

/*
 * sockets_open(e, err): Before the loop starts; e->multi is there.  0,
 * ARK_EUSAGE without descriptors, or ARK_EBUG.
 */
int sockets_open(struct http_engine *e, struct ark_error *err);

/* sockets_close(e): When libcurl is closed; also what was half opened. */
void sockets_close(struct http_engine *e);

/* sockets_wake(e): End the sleep, or prevent the next one.  Any thread. */
void sockets_wake(struct http_engine *e);

/*
 * sockets_wait(e, wait_ms):
 * Sleep until a socket is ready, libcurl's timer runs out, somebody wakes the
 * loop or wait_ms have passed, and have libcurl do what can be done.  Its
 * failure is passed on.
 */
CURLMcode sockets_wait(struct http_engine *e, int wait_ms);

/* ---- naming.c ---- */

/* naming_open(e, err): When the settings are there.  0 or ARK_ENOMEM. */
int naming_open(struct http_engine *e, struct ark_error *err);

/* naming_close(e): All transfers have ended; before the sockets are closed. */
void naming_close(struct http_engine *e);

/* naming_missed(...): CURLOPT_RESOLVER_START_FUNCTION; easy is its handle. */
int naming_missed(void *state, void *reserved, void *easy);

/*
 * naming_await(t):
 * t is off libcurl.  When it was ended for want of a name, have it wait for
 * that one and return true.
 */
bool naming_await(struct transfer *t);

/* naming_is_late(t, now_ms): It waits for too long, and is judged so. */
bool naming_is_late(struct transfer *t, int64_t now_ms);

/* naming_resume(e): Those whose names are known go on, or end. */
void naming_resume(struct http_engine *e);

/* naming_give(t): Set on t's handle what was found.  false: out of memory. */
bool naming_give(struct transfer *t);

/* naming_forget(t): Wait no more; undo that, while t has the handle. */
void naming_forget(struct transfer *t);

/* ---- watch.c ---- */

/* watch_check(e, now_ms): End what is over one of its times. */
void watch_check(struct http_engine *e, int64_t now_ms);

/* watch_resume(e, now_ms): Unpause what may go on. */
void watch_resume(struct http_engine *e, int64_t now_ms);

/* watch_wait_ms(e, now_ms): How long the loop may sleep. */
int watch_wait_ms(const struct http_engine *e, int64_t now_ms);

/* ---- answer.c: libcurl's callbacks; arg is the struct transfer ---- */

size_t answer_header(char *line, size_t size, size_t n, void *arg);
size_t answer_body(char *bytes, size_t size, size_t n, void *arg);
curl_socket_t answer_socket(void *arg, curlsocktype purpose,
			    struct curl_sockaddr *address);
int answer_prereq(void *arg, char *remote, char *local, int remote_port,
		  int local_port);

/* ---- verdict.c ---- */

struct verdict {
	enum http_end end;
	bool is_untrusted;
	char why[160];
};

/*
 * verdict_head(request, head, v):
 * What a complete head means for the body behind it.  ANSWER_NONE: the attempt
 * ends here, and v says how.
 */
enum answer verdict_head(const struct http_request *request,
			 const struct http_head *head, struct verdict *v);

/* verdict_body(request, head, received, v): After a body that just ended. */
void verdict_body(const struct http_request *request,
		  const struct http_head *head, int64_t received,
		  struct verdict *v);

/* verdict_curl(code, text, v): After a failure of libcurl. */
void verdict_curl(CURLcode code, const char *text, struct verdict *v);

/* verdict_promised(request, head): How many bytes must come; -1: unknown. */
int64_t verdict_promised(const struct http_request *request,
			 const struct http_head *head);

/* verdict_max_body(request): The ceiling of the body in bytes. */
int64_t verdict_max_body(const struct http_request *request);

/* ---- hop.c ---- */

/* hop_is_redirect(head): Whether it names another address to ask. */
bool hop_is_redirect(const struct http_head *head);

/* hop_check(t, url, err): Whether t may ask url at all.  0 or ARK_EUSAGE. */
int hop_check(const struct transfer *t, const struct url *url,
	      struct ark_error *err);

/* hop_check_redirect(t, next, err): The same for the step from t->hop. */
int hop_check_redirect(const struct transfer *t, const struct url *next,
		       struct ark_error *err);

/* ---- credentials.c ---- */

/* credentials_get(e): Those of now, to be given back; NULL: none. */
struct credentials *credentials_get(struct http_engine *e);
void credentials_put(struct http_engine *e, struct credentials *c);
void credentials_free(struct credentials *c);

#endif
