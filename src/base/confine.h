/*
 * Giving up rights for good.
 *
 * A program that holds what it needs tells which places it will still read,
 * where it will still write and whether it will connect to anybody; from then
 * on the kernel refuses everything else, whatever an attacker makes of the
 * program.  It holds for the thread that asks, for the threads and programs
 * that it starts later, and cannot be taken back: ask before there is a second
 * thread.  Descriptors that are open stay as good as they were.
 *
 * What the kernel does not offer is left out, and told.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

enum confine_right {
	CONFINE_READ,
	CONFINE_WRITE,		/* and write, make, move, remove files and
				   folders */
	CONFINE_TIDY,		/* and move whatever else lies there: links,
				   pipes, sockets, devices */
};

/* A file, or a folder with everything beneath it. */
struct confine_place {
	const char *path;	/* symbolic links are followed */
	enum confine_right right;
};

struct confine_plan {
	const struct confine_place *places;
	size_t n;
	bool may_connect;	/* by TCP; listening is never allowed */
};

/* What came of it. */
struct confine_report {
	bool has_no_new_privs;	/* no program may add to our rights */
	int landlock;		/* the version that is in force; 0: none */
	char why_not[120];	/* there is no Landlock; "" when there is */
	const char *mend;	/* what to do about it, or "" */
};

/*
 * confine_apply(out, plan):
 * Keep the rights that plan tells and give up the others: programs can be
 * started no more, files are opened beneath the places only, and signals go to
 * this process only, as far as the kernel knows how.  Places that are not there
 * are left out.  Never fails: out tells what is in force.  When Landlock cannot
 * be had as a whole, none of it is.
 */
void confine_apply(struct confine_report *out, const struct confine_plan *plan);

#endif
