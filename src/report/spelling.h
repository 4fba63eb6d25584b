/*
 * Typographers' signs made into those of a typewriter, so that what was copied
 * from a letter or from a telephone reads like what was typed.  Private to the
 * room.
 */
#ifndef REPORT_SPELLING_H
#define REPORT_SPELLING_H

#include "base/buf.h"

/*
 * spelling_plain(out, text, n):
 * Add the n bytes of text with every space and dash of Unicode as " " and "-",
 * line ends as " ", quotation marks as "'" or '"', other signs and pictures as
 * ",", and without signs that cannot be seen (marks of direction and of order,
 * joiners).  Letters and digits stay, and so does ASCII.  Bytes that are no
 * UTF-8 become "?".  Return out's status.
 */
int spelling_plain(struct buf *out, const char *text, size_t n);

#endif
