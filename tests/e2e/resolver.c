/*
 * A preloaded resolver: what getaddrinfo() says of names below .example.
 *
 * RESOLVER_ANSWERS is a list of addresses, one a space: the first question gets
 * the first, and so on; the last stays.  "none": there is no such name.
 * RESOLVER_SECONDS is how long each answer takes.  Other names are looked up.
 *
 * RESOLVER_SPEED is how much faster time() runs, by which libcurl tells the age
 * of a name that it remembers.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int look_up(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **);

static atomic_int asked;
static time_t begin;

static time_t
real_time(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

__attribute__((constructor)) static void
start(void)
{
	begin = real_time();
}

time_t
time(time_t *where)
{
	const char *speed = getenv("RESOLVER_SPEED");
	time_t now = real_time();

	if (speed)
		now = begin + (now - begin) * strtol(speed, NULL, 10);
	if (where)
		*where = now;
	return now;
}

static int
is_ours(const char *name)
{
	static const char end[] = ".example";
	size_t len = name ? strlen(name) : 0;

	return len > sizeof(end) && !strcmp(name + len - sizeof(end) + 1, end);
}

/* The nth word of the answers, or the last. */
static void
answer(char *word, size_t size, int n)
{
	const char *rest = getenv("RESOLVER_ANSWERS");

	while (n-- > 0 && strchr(rest, ' '))
		rest = strchr(rest, ' ') + 1;
	(void)snprintf(word, size, "%.*s", (int)strcspn(rest, " "), rest);
}

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	    struct addrinfo **res)
{
	const char *seconds = getenv("RESOLVER_SECONDS");
	char word[64];
	look_up *next;

	*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	if (!is_ours(name))
		return next(name, service, hints, res);
	if (seconds)
		(void)usleep((useconds_t)(strtod(seconds, NULL) * 1e6));
	answer(word, sizeof(word), atomic_fetch_add(&asked, 1));
	if (!strcmp(word, "none"))
		return EAI_NONAME;
	return next(word, service, hints, res);
}
