/*
 * A small scripted HTTP server for the engine's tests: one thread to accept,
 * one a connection.  What it answers, byte for byte, a function decides.
 */
#ifndef TEST_HTTP_SERVER_H
#define TEST_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ASKED_SIZE 16384
#define MAX_CONNECTIONS 2048	/* in all its life */

struct server;

struct asked {
	struct server *server;
	int fd;
	int n_connection, n_request;	/* from 1; of this connection */
	char path[1024];
	char head[ASKED_SIZE];
};

/* Return whether the connection stays open. */
typedef bool server_fn(struct asked *a);

struct server {
	int fd;
	unsigned port;
	server_fn *answer;
	pthread_t thread;
	pthread_mutex_t mutex;
	int fds[MAX_CONNECTIONS];
	pthread_t threads[MAX_CONNECTIONS];
	int n_connections;
	atomic_int n_requests;
	atomic_int live, most_live;
	atomic_bool is_stopping;
	char last_head[ASKED_SIZE];
};

static inline void
sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&ts, NULL);
}

static inline bool
say_n(struct asked *a, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t sent = send(a->fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

static inline bool
say(struct asked *a, const char *text)
{
	return say_n(a, text, strlen(text));
}

/* A whole answer 200 of n bytes, byte i being i mod 251. */
static inline bool
say_body(struct asked *a, size_t from, size_t n)
{
	char block[4096];

	while (n > 0) {
		size_t k = n < sizeof(block) ? n : sizeof(block);

		for (size_t i = 0; i < k; i++)
			block[i] = (char)((from + i) % 251);
		if (!say_n(a, block, k))
			return false;
		from += k;
		n -= k;
	}
	return true;
}

static inline bool
say_ok(struct asked *a, size_t n)
{
	char head[128];

	(void)snprintf(head, sizeof(head),
		       "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n);
	return say(a, head) && say_body(a, 0, n);
}

/* Close with a reset instead of an orderly end. */
static inline bool
slam(struct asked *a)
{
	struct linger none = { 1, 0 };

	(void)setsockopt(a->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	return false;
}

/* Read one head, and the body its Content-Length announces. */
static inline bool
hear(struct asked *a)
{
	size_t n = 0, want = 0;
	char *end = NULL;

	for (;;) {
		const char *length;
		ssize_t got;

		if (n + 1 >= sizeof(a->head))
			return false;
		got = recv(a->fd, a->head + n, sizeof(a->head) - 1 - n, 0);
		if (got <= 0)
			return false;
		n += (size_t)got;
		a->head[n] = 0;
		/* TLS, which is not spoken here. */
		if (a->head[0] == 0x16) {
			(void)snprintf(a->path, sizeof(a->path), "/tls/1");
			return true;
		}
		end = end ? end : strstr(a->head, "\r\n\r\n");
		if (!end)
			continue;
		length = strstr(a->head, "Content-Length: ");
		want = (size_t)(end - a->head) + 4;
		if (length && length < end)
			want += strtoul(length + 16, NULL, 10);
		if (n >= want)
			break;
	}
	(void)snprintf(a->path, sizeof(a->path), "%.*s",
		       (int)strcspn(strchr(a->head, ' ') + 1, " "),
		       strchr(a->head, ' ') + 1);
	return true;
}

static inline void *
server_connection(void *arg)
{
	struct asked *a = arg;
	struct server *s = a->server;
	bool stays = true;

	while (stays && hear(a)) {
		int live = atomic_fetch_add(&s->live, 1) + 1;

		if (live > atomic_load(&s->most_live))
			atomic_store(&s->most_live, live);
		a->n_request++;
		(void)atomic_fetch_add(&s->n_requests, 1);
		(void)pthread_mutex_lock(&s->mutex);
		memcpy(s->last_head, a->head, sizeof(s->last_head));
		(void)pthread_mutex_unlock(&s->mutex);
		stays = s->answer(a);
		(void)atomic_fetch_sub(&s->live, 1);
	}
	(void)pthread_mutex_lock(&s->mutex);
	s->fds[a->n_connection - 1] = -1;
	(void)close(a->fd);
	(void)pthread_mutex_unlock(&s->mutex);
	free(a);
	return NULL;
}

static inline void *
server_run(void *arg)
{
	struct server *s = arg;

	while (!atomic_load(&s->is_stopping)) {
		int on = 1, fd = accept(s->fd, NULL, NULL);
		struct asked *a;

		if (fd < 0)
			continue;
		a = calloc(1, sizeof(*a));
		if (!a || s->n_connections == MAX_CONNECTIONS)
			abort();
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		a->server = s;
		a->fd = fd;
		(void)pthread_mutex_lock(&s->mutex);
		s->fds[s->n_connections] = fd;
		a->n_connection = s->n_connections + 1;
		(void)pthread_create(&s->threads[s->n_connections], NULL,
				     server_connection, a);
		s->n_connections++;
		(void)pthread_mutex_unlock(&s->mutex);
	}
	return NULL;
}

static inline struct server *
server_start(server_fn *answer)
{
	struct server *s = calloc(1, sizeof(*s));
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t size = sizeof(sa);

	if (!s)
		abort();
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->fd, (struct sockaddr *)&sa, sizeof(sa)) ||
	    listen(s->fd, 256) ||
	    getsockname(s->fd, (struct sockaddr *)&sa, &size))
		abort();
	s->port = ntohs(sa.sin_port);
	s->answer = answer;
	(void)pthread_mutex_init(&s->mutex, NULL);
	(void)pthread_create(&s->thread, NULL, server_run, s);
	return s;
}

static inline void
server_stop(struct server *s)
{
	int n;

	if (!s)
		return;
	atomic_store(&s->is_stopping, true);
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	(void)pthread_mutex_lock(&s->mutex);
	n = s->n_connections;
	for (int i = 0; i < n; i++) {
		if (s->fds[i] >= 0)
			(void)shutdown(s->fds[i], SHUT_RDWR);
	}
	(void)pthread_mutex_unlock(&s->mutex);
	for (int i = 0; i < n; i++)
		(void)pthread_join(s->threads[i], NULL);
	(void)close(s->fd);
	(void)pthread_mutex_destroy(&s->mutex);
	free(s);
}

#define SILENT_CALLERS 8

/* A port whose queue of connections nobody takes: further ones get no answer. */
struct silent {
	struct server server;
	int fds[SILENT_CALLERS];
};

/* Bind the port: connections are refused.  silent_fill(): from now on silence. */
static inline void
silent_bind(struct silent *s)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t size = sizeof(sa);

	*s = (struct silent){ .server.fd = socket(AF_INET, SOCK_STREAM, 0) };
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(s->server.fd, (struct sockaddr *)&sa, size) ||
	    getsockname(s->server.fd, (struct sockaddr *)&sa, &size))
		abort();
	s->server.port = ntohs(sa.sin_port);
}

static inline void
silent_fill(struct silent *s)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)s->server.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	if (listen(s->server.fd, 1))
		abort();
	for (int i = 0; i < SILENT_CALLERS; i++) {
		s->fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(s->fds[i], (struct sockaddr *)&sa, sizeof(sa));
	}
	sleep_ms(50);
}

static inline void
silent_close(struct silent *s)
{
	for (int i = 0; i < SILENT_CALLERS; i++)
		(void)close(s->fds[i]);
	(void)close(s->server.fd);
}

#endif
