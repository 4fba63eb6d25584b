/*
 * The transfer engine: one thread that drives libcurl's multi interface.
 *
 * start -> submit any number of requests, from any thread -> every request
 * comes back exactly once as a struct http_result, posted to the mailbox it
 * names -> stop.
 *
 * The engine moves bytes and reports.  It knows the web's rules (which answer
 * is complete, which redirect may be followed, which address may be talked to,
 * who may see the credentials); it knows nothing of paths, rows, logins or
 * retries.  A request is one attempt: whoever submits decides what follows.
 * Only two things are done again inside an attempt: up to 5 redirects, and up
 * to 5 times a request that died on a reused connection before its first byte.
 *
 * Submit only what may run now: waits are the caller's.  The one exception is
 * the line: requests that stand in it are begun in their order, so many at a
 * time, without the caller, who may be busy for a moment.  The line stands
 * still behind anything but HTTP_DONE, until the caller has looked at it.
 */
#ifndef HTTP_ENGINE_H
#define HTTP_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mailbox.h"
#include "base/sink.h"
#include "http/address.h"
#include "http/header.h"

#define HTTP_MAX_REDIRECTS 5
#define HTTP_MAX_STALE 5
#define HTTP_SCRATCH_SIZE 4096	/* of a body nobody asked for, for the log */

struct http_settings {
	const char *api_base;	/* its origin alone sees the credentials, and its
				   own address is allowed whatever it is */
	const char *user_agent;
	const char *ca_file;	/* NULL: the system's bundle */
	const char *proxy;	/* NULL: none, and the environment's is ignored */
	bool allow_http;
	struct address_policy addresses;
	const char *const *media_hosts;	/* globs; none: any host */
	size_t n_media_hosts;
	uint32_t max_connections;	/* ceiling of live transfers */
	int64_t rate_limit;	/* media bytes a second; 0: unlimited */
	int64_t connect_ms;	/* 10,000 */
	int64_t first_byte_ms;	/* 60,000 */
	int64_t low_speed_bytes;/* fewer bytes a second than this (1024) … */
	int64_t low_speed_ms;	/* … for so long (60,000) is a stall */
};

/* http_settings_init(s): The numbers above, everything else empty. */
void http_settings_init(struct http_settings *s);

enum http_kind {
	HTTP_API,	/* a small answer into memory */
	HTTP_MEDIA,	/* a body into a sink; its length must be proved */
};

/* How an attempt ended. */
enum http_end {
	HTTP_DONE,	/* 200, or the 206 asked for; body complete and proved */
	HTTP_STATUS,	/* any other status; head.status tells */
	HTTP_SHORT,	/* fewer bytes than promised, or chunks broken off */
	HTTP_UNPROVED,	/* ended with the connection: nothing proves the end */
	HTTP_NONSENSE,	/* the answer contradicts itself or the request */
	HTTP_TOO_LARGE,	/* more than max_body */
	HTTP_DNS,	/* name not resolved */
	HTTP_CONNECT,	/* no connection, or none in time */
	HTTP_TLS,	/* certificate or handshake refused */
	HTTP_RESET,	/* connection lost */
	HTTP_TIMEOUT,	/* no first byte, stalled, or over the deadline */
	HTTP_FORBIDDEN,	/* our own rules: scheme, host, address, redirect */
	HTTP_SINK,	/* the sink refused; sink_rc tells */
	HTTP_CANCELLED,	/* http_engine_cancel or stop */
	HTTP_RECALLED,	/* http_engine_recall: never begun */
	HTTP_BROKEN,	/* out of memory or libcurl misused */
};

struct http_result;
struct url;

struct http_request {
	enum http_kind kind;
	char *url;		/* absolute */
	char *body;		/* POST with this JSON; NULL: GET */
	size_t body_len;
	bool wants_credentials;	/* x-api-key and bearer token, at the API's
				   own origin only */
	bool wants_token;	/* false: x-api-key alone (the login itself) */
	struct sink *sink;	/* HTTP_MEDIA; borrowed until the result */
	int64_t max_body;	/* bytes; more is HTTP_TOO_LARGE; 0: 4 MiB for
				   HTTP_API, no ceiling for HTTP_MEDIA */
	bool stands_in_line;	/* begins when the line lets it */
	int64_t deadline_ms;	/* for the whole attempt; 0: none */
	int64_t offset;		/* > 0: continue there, … */
	char etag[HTTP_ETAG_SIZE];	/* … if this strong validator holds … */
	int64_t total;		/* … and the whole is so long; -1: unknown */
	struct mailbox *reply;	/* where the result goes … */
	/* … unless this is there, which takes it at once in the loop thread:
	   it must not block or submit, and may post it to reply itself. */
	void (*take)(struct http_result *result);
	int reply_kind;		/* letter.kind of the result */
	void *tag;		/* the caller's own */
};

struct http_result {
	struct letter letter;
	struct http_request *request;	/* yours again; freed with the result */
	enum http_end end;
	struct http_head head;		/* of the last answer */
	struct buf body;		/* HTTP_API: the body; HTTP_MEDIA: the
					   first bytes of a refused one */
	int64_t received;		/* body bytes of this attempt */
	int64_t total;			/* proved length of the whole, or -1 */
	bool is_restarted;		/* offset was asked, the whole came */
	bool is_fresh_connection;	/* not a reused one */
	bool is_untrusted;		/* HTTP_TLS: not a handshake that broke
					   off, but a certificate refused */
	bool holds_line;		/* until http_engine_go_on() */
	unsigned credentials;		/* generation that was sent; 0: none */
	int sink_rc;
	int n_redirects;
	int64_t first_byte_ms, spent_ms;
	char host[256];			/* that was asked last */
	char why[192];			/* "status 500": why, without the URL */
	char text[256];			/* one line: method, URL without query,
					   and why */
};

struct http_engine;

int http_engine_start(struct http_engine **out, const struct http_settings *s,
		      struct ark_error *err);

/* http_engine_stop(e): Cancel what is left, deliver it, end the thread, free. */
void http_engine_stop(struct http_engine *e);

/*
 * http_engine_credentials(e, api_key, token):
 * What requests send from now on; NULL leaves one out.  Return the new
 * generation (1, 2, …), or 0, and nothing changes, when out of memory or when
 * one holds a control character.  An empty text is left out as well.
 */
unsigned http_engine_credentials(struct http_engine *e, const char *api_key,
				 const char *token);

/* http_request_new(kind, url): A zeroed request, total -1; NULL: no memory. */
struct http_request *http_request_new(enum http_kind kind, const char *url);

/*
 * http_request_to(kind, url):
 * The same to an address that was parsed already; it moves into the request,
 * and *url is empty afterwards.  NULL: no memory, and *url is as it was.
 */
struct http_request *http_request_to(enum http_kind kind, struct url *url);
void http_request_free(struct http_request *r);

/*
 * http_engine_submit(e, r):
 * Start r; ownership goes with it.  Never fails: what a result needs was made
 * with the request.  To submit r again, take it out of its result (set
 * result->request to NULL) and free the result first.
 */
void http_engine_submit(struct http_engine *e, struct http_request *r);

/* http_engine_line(e, n): At most n of the line at a time; at first 0. */
void http_engine_line(struct http_engine *e, unsigned n);

/* http_engine_of_line(e): How many it began and has not delivered. */
unsigned http_engine_of_line(const struct http_engine *e);

/* http_engine_go_on(e): Once for each result that holds the line. */
void http_engine_go_on(struct http_engine *e);

/*
 * http_engine_recall(e):
 * All that stand in line and were not begun come back, as HTTP_RECALLED.
 */
void http_engine_recall(struct http_engine *e);

/* http_engine_cancel_media(e): End every media request now, as cancelled. */
void http_engine_cancel_media(struct http_engine *e);

/* http_engine_wake(e): A sink has room again.  From any thread. */
void http_engine_wake(struct http_engine *e);

/* http_engine_cpu_ms(e): Processor time of its thread so far. */
int64_t http_engine_cpu_ms(const struct http_engine *e);

void http_result_free(struct http_result *r);

/*
 * http_call(e, r, out, err):
 * Submit r and wait for its result, which is yours.  Return 0 when there is a
 * result (whatever it says), or ARK_ENOMEM.
 */
int http_call(struct http_engine *e, struct http_request *r,
	      struct http_result **out, struct ark_error *err);

/* http_end_name(end): "timeout", for logs. */
const char *http_end_name(enum http_end end);

/* http_version(): Lend "libcurl/7.88.1 OpenSSL/3.0.19 …", for doctor. */
const char *http_version(void);

#endif
