#include "http/resolver.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/thread.h"

enum lookup_state {
	LOOKUP_QUEUED,	/* for a thread */
	LOOKUP_RUNNING,	/* a thread has it, alone with name and answer */
	LOOKUP_DONE,
};

/*
 * Lives while somebody waits for it, and while it runs.  All but name and
 * answer is under the resolver's mutex.
 */
struct lookup {
	struct lookup *next;
	enum lookup_state state;
	unsigned n_waiting;
	int64_t asked_ms;
	char name[RESOLVER_NAME_MAX];
	struct resolver_answer answer;
};

/* Lives until it is closed and has no thread any more. */
struct resolver {
	pthread_mutex_t mutex;
	struct lookup *lookups;		/* oldest first */
	unsigned n_threads;
	bool is_closed;
	atomic_bool has_news;
	void (*wake)(void *arg);
	void *arg;
};

/* ---- asking the system ---- */

/* Where there is no IPv6, some name servers never answer what asks for it. */
static bool
has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

/* sa as "192.0.2.1" or "[2001:db8::1]"; false: it is of another family. */
static bool
write_address(char *out, size_t size, const struct sockaddr *sa)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		return inet_ntop(AF_INET, &v4.sin_addr, out, (socklen_t)size);
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&v6, sa, sizeof(v6));
	if (!inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text)))
		return false;
	(void)snprintf(out, size, "[%s]", text);
	return true;
}

static void
write_addresses(struct resolver_answer *out, const struct addrinfo *list)
{
	char address[INET6_ADDRSTRLEN + 2];
	size_t len = 0;
	int n = 0;

	for (; list && n < RESOLVER_MAX_ADDRESSES; list = list->ai_next) {
		if (!write_address(address, sizeof(address), list->ai_addr))
			continue;
		len += (size_t)snprintf(out->addresses + len,
					sizeof(out->addresses) - len, "%s%s",
					n ? "," : "", address);
		n++;
	}
}

static void
look_up(const char *name, struct resolver_answer *out)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;

	hints.ai_family = has_ipv6() ? AF_UNSPEC : AF_INET;
	out->failure = getaddrinfo(name, NULL, &hints, &list);
	if (out->failure)
		return;
	write_addresses(out, list);
	freeaddrinfo(list);
	if (!out->addresses[0])
		out->failure = EAI_NONAME;
}

/* ---- lookups; the mutex is held ---- */

static void
drop(struct resolver *r, struct lookup *l)
{
	struct lookup **at = &r->lookups;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	free(l);
}

/* The next to begin: what most are waiting for, the oldest of several. */
static struct lookup *
next_queued(struct resolver *r)
{
	struct lookup *next = NULL;

	for (struct lookup *l = r->lookups; l; l = l->next) {
		if (l->state == LOOKUP_QUEUED &&
		    (!next || l->n_waiting > next->n_waiting))
			next = l;
	}
	return next;
}

/* One for name that may be shared, or NULL. */
static struct lookup *
find_shared(struct resolver *r, const char *name, int64_t now_ms)
{
	for (struct lookup *l = r->lookups; l; l = l->next) {
		bool is_old = l->state == LOOKUP_RUNNING &&
			      now_ms - l->asked_ms >= RESOLVER_SHARED_MS;

		if (!is_old && !strcmp(l->name, name))
			return l;
	}
	return NULL;
}

/* Whoever waits for it is alive, and so is whom wake() wakes. */
static void
settle(struct resolver *r, struct lookup *l)
{
	if (!l->n_waiting) {
		drop(r, l);
		return;
	}
	l->state = LOOKUP_DONE;
	atomic_store(&r->has_news, true);
	r->wake(r->arg);
}

/* ---- the threads ---- */

static void
release(struct resolver *r)
{
	assert(!r->lookups);
	(void)pthread_mutex_destroy(&r->mutex);
	free(r);
}

static void *
work(void *arg)
{
	struct resolver *r = arg;
	struct lookup *l;
	bool is_last;

	(void)pthread_mutex_lock(&r->mutex);
	for (l = next_queued(r); l; l = next_queued(r)) {
		l->state = LOOKUP_RUNNING;
		(void)pthread_mutex_unlock(&r->mutex);
		look_up(l->name, &l->answer);
		(void)pthread_mutex_lock(&r->mutex);
		settle(r, l);
	}
	r->n_threads--;
	is_last = r->is_closed && !r->n_threads;
	(void)pthread_mutex_unlock(&r->mutex);
	if (is_last)
		release(r);
	return NULL;
}

/* The mutex is held.  Return whether some thread will see to the queue. */
static bool
start_thread(struct resolver *r)
{
	pthread_t thread;

	if (r->n_threads == RESOLVER_MAX_THREADS)
		return true;
	if (thread_start(&thread, "callark-name", work, r))
		return r->n_threads > 0;
	(void)pthread_detach(thread);
	r->n_threads++;
	return true;
}

/* ---- the caller's thread ---- */

int
resolver_new(struct resolver **out, void (*wake)(void *arg), void *arg,
	     struct ark_error *err)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r)
		return error_nomem(err);
	(void)pthread_mutex_init(&r->mutex, NULL);
	r->wake = wake;
	r->arg = arg;
	*out = r;
	return 0;
}

void
resolver_free(struct resolver *r)
{
	bool is_last;

	if (!r)
		return;
	(void)pthread_mutex_lock(&r->mutex);
	r->is_closed = true;
	is_last = !r->n_threads;
	(void)pthread_mutex_unlock(&r->mutex);
	if (is_last)
		release(r);
}

/* The mutex is held. */
static struct lookup *
add_lookup(struct resolver *r, const char *name, int64_t now_ms)
{
	struct lookup **end = &r->lookups;
	struct lookup *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	assert(strlen(name) < sizeof(l->name));
	memcpy(l->name, name, strlen(name) + 1);
	l->asked_ms = now_ms;
	while (*end)
		end = &(*end)->next;
	*end = l;
	if (!start_thread(r)) {
		l->answer.failure = EAI_MEMORY;
		l->state = LOOKUP_DONE;
		atomic_store(&r->has_news, true);
	}
	return l;
}

struct lookup *
resolver_ask(struct resolver *r, const char *name, int64_t now_ms)
{
	struct lookup *l;

	(void)pthread_mutex_lock(&r->mutex);
	l = find_shared(r, name, now_ms);
	if (!l)
		l = add_lookup(r, name, now_ms);
	if (l)
		l->n_waiting++;
	(void)pthread_mutex_unlock(&r->mutex);
	return l;
}

bool
resolver_has_news(struct resolver *r)
{
	return atomic_exchange(&r->has_news, false);
}

const struct resolver_answer *
resolver_answer(struct resolver *r, struct lookup *l)
{
	bool is_done;

	(void)pthread_mutex_lock(&r->mutex);
	is_done = l->state == LOOKUP_DONE;
	(void)pthread_mutex_unlock(&r->mutex);
	return is_done ? &l->answer : NULL;
}

void
resolver_leave(struct resolver *r, struct lookup *l)
{
	(void)pthread_mutex_lock(&r->mutex);
	l->n_waiting--;
	if (!l->n_waiting && l->state != LOOKUP_RUNNING)
		drop(r, l);
	(void)pthread_mutex_unlock(&r->mutex);
}
