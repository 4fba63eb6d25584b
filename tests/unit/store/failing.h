/*
 * A system that fails: each call by which the store does something fails once,
 * with "Input/output error", and each allocation, as the heap of unit/heap.h
 * does.
 */
#ifndef UNIT_STORE_FAILING_H
#define UNIT_STORE_FAILING_H

#include "unit/store/scratch.h"

#define TEXT "the whole text"

/* What a test may ask for besides; all is 0 when a test begins. */
struct failing {
	int link_errno, fallocate_errno, kill_errno;	/* 0: none */
	int renameat2_errno;	/* where it knows no flags */
	bool is_read_only, is_endless, ends_early;
	const char *real_path;	/* NULL: what it is */
	int n_slept;
	int n_rounds;		/* names differ from round to round */
};

extern struct failing failing;

/* failing_setup(state): For cmocka; scratch_teardown undoes it. */
int failing_setup(void **state);

/* failing_pause(yes): Nothing fails, for the test itself looks about. */
void failing_pause(bool yes);

/*
 * failing_each(t, name, act):
 * Try act with each of its calls failing.  It has to tell, and to leave no file
 * open; act asserts what else has to come of it, and may end in a pause.
 * Return how often it failed: some failures are made good.
 */
int failing_each(struct scratch *t, const char *name,
		 int (*act)(struct scratch *t));

/*
 * failing_name(name, what):
 * NAME-3, and what, in the third round; lent until called again.
 */
const char *failing_name(const char *name, const char *what);

/* failing_count(path): How many things lie in a folder, without the store. */
int failing_count(const char *path);

/*
 * failing_look(t, path, text):
 * What is at a path beneath the root: -1 nothing, 0 something else, 1 text.
 */
int failing_look(struct scratch *t, const char *path, const char *text);

/* failing_put(t, path, text): Write a file beneath the root, which succeeds. */
void failing_put(struct scratch *t, const char *path, const char *text);

#endif
