/*
 * The lines of a tag file: ended by LF, CR LF or CR, the last one perhaps by
 * nothing.  Private to the room.
 */
#ifndef MANIFEST_LINES_H
#define MANIFEST_LINES_H

#include <string.h>

struct lines {
	const char *p, *end;
	size_t number; /* of the line last given, from 1 */
};

static inline void
lines_init(struct lines *l, const char *text, size_t n)
{
	/* An empty text may come as NULL, which is nothing to reckon with. */
	*l = (struct lines){ .p = n ? text : "" };
	l->end = l->p + n;
}

/* lines_next(l, line, n): Lend the next line, without its end.  1, or 0. */
static inline int
lines_next(struct lines *l, const char **line, size_t *n)
{
	const char *p = l->p;

	if (p == l->end)
		return 0;
	while (p < l->end && *p != '\n' && *p != '\r')
		p++;
	*line = l->p;
	*n = (size_t)(p - l->p);
	if (p < l->end && *p == '\r' && p + 1 < l->end && p[1] == '\n')
		p++;
	l->p = p < l->end ? p + 1 : p;
	l->number++;
	return 1;
}

#endif
