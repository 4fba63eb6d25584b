/*
 * The member names of the objects that are open while a text is checked, to
 * find one that stands twice.  Names are borrowed from the text and compared
 * by what they decode to.  Private to the room.
 *
 * Up to NAMES_FEW names of one object are compared each with each as they
 * come.  A bigger object, or one with escapes in its names, is sorted when it
 * closes, so that a hostile one costs n log n and not its square.
 */
#ifndef JSON_NAMES_H
#define JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define NAMES_FEW 64
#define NAMES_DEPTH 64	/* objects open inside one another */

struct name {
	const char *p, *end;	/* between the quotes */
	bool has_escape;
};

struct names {
	struct name *list;		/* of the outermost object first */
	size_t n, cap;
	size_t depth;
	size_t first[NAMES_DEPTH];	/* where the names of each begin */
	struct name few[NAMES_FEW];	/* what list is until it grows */
};

void names_init(struct names *s);
void names_release(struct names *s);

/* names_open(s): A new object begins inside the present one. */
void names_open(struct names *s);

/*
 * names_add(s, name):
 * Another name of the present object, of a string that was found good.  Return
 * 1 when it was not there, 0 when it was, or ARK_ENOMEM.  In a big object, or
 * behind an escape, a repeated name may only be found by names_close().
 */
int names_add(struct names *s, struct name name);

/*
 * names_close(s, twice):
 * The present object ends.  Return 1, or 0 with a name that stood twice.
 */
int names_close(struct names *s, struct name *twice);

#endif
