/*
 * What a text may say of a person: the numbers and addresses in it.  Private to
 * the room.
 */
#ifndef REPORT_READING_H
#define REPORT_READING_H

#include "report/subject.h"

/* As what a text is read; a set of these. */
enum reading {
	READING_TAXID = 1,	/* a CPF or CNPJ anywhere, if its digits are
				   right */
	READING_PAPER = 2,	/* the whole text as one, whatever its check
				   digits, or with zeros lost or added; when it
				   looks like one it is nothing else */
	READING_PHONE = 4,
	READING_EMAIL = 8,
	READING_PROTOCOL = 16,	/* the whole text */
};

/*
 * reading_each(text, readings, fn, ctx):
 * Tell fn of everything that text may be, read as any of readings; some of it
 * more than once.  text was through spelling_plain().  Costs are in proportion
 * to its length.  Return 0, or what fn returned to end it.
 */
int reading_each(const char *text, unsigned readings, subject_fn *fn,
		 void *ctx);

#endif
