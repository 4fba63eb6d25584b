/*
 * A resolver of the test's own, instead of the system's: the engine and libcurl
 * find these two functions before those of the C library.  Names and their
 * addresses are in a table; a name that stands there more than once has the
 * next row's addresses each time it is asked for, and keeps those of the last.
 *
 * Who asks for a name that begins with "silent" waits for resolver_let_go().
 */
#ifndef TEST_HTTP_RESOLVER_H
#define TEST_HTTP_RESOLVER_H

#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "unit/http/server.h"

#define RESOLVER_ROWS 64

struct resolver_row {
	const char *name;	/* lower case, without final dot */
	const char *addresses;	/* in order, separated by spaces; "local": of a
				   family that is not the internet's */
};

static struct {
	pthread_mutex_t mutex;
	struct resolver_row rows[RESOLVER_ROWS];
	bool is_used[RESOLVER_ROWS];
	size_t n_rows;
	int n_asked;
	char last[256];		/* asked for */
	int family;		/* asked for */
	pthread_cond_t let_go;
	int n_silent;		/* who wait */
	int n_to_go;		/* of them may go on */
} resolver = {
	.mutex = PTHREAD_MUTEX_INITIALIZER,
	.let_go = PTHREAD_COND_INITIALIZER,
};

/* resolver_add(name, addresses): One more row; the texts are borrowed. */
static inline void
resolver_add(const char *name, const char *addresses)
{
	(void)pthread_mutex_lock(&resolver.mutex);
	if (resolver.n_rows == RESOLVER_ROWS)
		abort();
	resolver.rows[resolver.n_rows++] =
		(struct resolver_row){ name, addresses };
	(void)pthread_mutex_unlock(&resolver.mutex);
}

/* resolver_let_go(n): n of the silent names have their answer now, or later. */
static inline void
resolver_let_go(int n)
{
	(void)pthread_mutex_lock(&resolver.mutex);
	resolver.n_to_go += n;
	(void)pthread_cond_broadcast(&resolver.let_go);
	(void)pthread_mutex_unlock(&resolver.mutex);
}

/* resolver_asked(last): How often it was asked, and, unless NULL, for what. */
static inline int
resolver_asked(char last[256])
{
	int n;

	(void)pthread_mutex_lock(&resolver.mutex);
	n = resolver.n_asked;
	if (last)
		memcpy(last, resolver.last, sizeof(resolver.last));
	(void)pthread_mutex_unlock(&resolver.mutex);
	return n;
}

/* The mutex is held. */
static inline void
resolver_be_silent(void)
{
	resolver.n_silent++;
	while (!resolver.n_to_go)
		(void)pthread_cond_wait(&resolver.let_go, &resolver.mutex);
	resolver.n_to_go--;
	resolver.n_silent--;
}

/* The addresses of name now, or NULL. */
static inline const char *
resolver_find(const char *name)
{
	const char *found = NULL;

	(void)pthread_mutex_lock(&resolver.mutex);
	resolver.n_asked++;
	(void)snprintf(resolver.last, sizeof(resolver.last), "%s", name);
	if (!strncmp(name, "silent", 6))
		resolver_be_silent();
	for (size_t i = 0; i < resolver.n_rows; i++) {
		if (strcmp(resolver.rows[i].name, name))
			continue;
		found = resolver.rows[i].addresses;
		if (resolver.is_used[i])
			continue;
		resolver.is_used[i] = true;
		break;
	}
	(void)pthread_mutex_unlock(&resolver.mutex);
	return found;
}

/* One address with its port, in one block that free() takes. */
static inline struct addrinfo *
resolver_node(const char *address, const char *service)
{
	struct {
		struct addrinfo info;
		struct sockaddr_storage sa;
	} *node = calloc(1, sizeof(*node));
	struct sockaddr_in *v4;
	struct sockaddr_in6 *v6;
	in_port_t port = htons((in_port_t)strtoul(service, NULL, 10));

	if (!node)
		abort();
	v4 = (struct sockaddr_in *)&node->sa;
	v6 = (struct sockaddr_in6 *)&node->sa;
	node->info.ai_socktype = SOCK_STREAM;
	node->info.ai_addr = (struct sockaddr *)&node->sa;
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_port = port;
		node->info.ai_family = AF_INET;
		node->info.ai_addrlen = sizeof(*v4);
	} else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_port = port;
		node->info.ai_family = AF_INET6;
		node->info.ai_addrlen = sizeof(*v6);
	} else if (!strcmp(address, "local")) {
		node->info.ai_family = AF_UNIX;
		node->info.ai_addrlen = sizeof(sa_family_t);
	} else {
		abort();
	}
	node->sa.ss_family = (sa_family_t)node->info.ai_family;
	return &node->info;
}

int
getaddrinfo(const char *name, const char *service,
	    const struct addrinfo *hints, struct addrinfo **out)
{
	const char *addresses = resolver_find(name);
	char address[INET6_ADDRSTRLEN];

	(void)pthread_mutex_lock(&resolver.mutex);
	resolver.family = hints ? hints->ai_family : AF_UNSPEC;
	(void)pthread_mutex_unlock(&resolver.mutex);
	if (!addresses)
		return EAI_NONAME;
	while (*addresses) {
		size_t n = strcspn(addresses, " ");

		if (n >= sizeof(address))
			abort();
		memcpy(address, addresses, n);
		address[n] = 0;
		*out = resolver_node(address, service ? service : "0");
		out = &(*out)->ai_next;
		addresses += n + strspn(addresses + n, " ");
	}
	return 0;
}

void
freeaddrinfo(struct addrinfo *list)
{
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

#endif
