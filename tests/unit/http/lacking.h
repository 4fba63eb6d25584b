/*
 * libcurl and the system refuse something when a test wants it, with the
 * engine's threads about.
 */
#ifndef UNIT_HTTP_LACKING_H
#define UNIT_HTTP_LACKING_H

#include <stdatomic.h>
#include <stdbool.h>

enum lack {
	NOTHING, EPOLL, EVENTFD, WATCHING, ASSIGNING, HANDLES, MULTI, SHARE,
	SESSIONS, PROXY, BUNDLE, CONDITION, LIBCURL, LIBCURL_TIMER,
	ADDING, RESUMING, SCHEME, HOST,
};

struct lacking {
	_Atomic enum lack what;	/* cannot be had, as long as it is that */
	/* the n-th option of libcurl's from now on, once; 0: none */
	atomic_int option_to_refuse;
	atomic_bool has_refused;
	/* so many of the reads and of the writes that follow, with what errno */
	atomic_int failing_reads, failing_writes, failing_errno;
	char bundle[64];	/* the last that libcurl was told */
};

extern struct lacking lacking;

#endif
