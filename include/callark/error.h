/*
 * Results and errors.
 *
 * Every callark function that can fail returns 0 or one of the negative codes
 * below and takes a `struct ark_error *` as its last argument.  The struct is
 * left alone on success and filled once on failure, where the fact is known;
 * callers further up may put context in front of the text but never change the
 * code.  NULL is accepted where the caller does not want the text.
 */
#ifndef CALLARK_ERROR_H
#define CALLARK_ERROR_H

enum ark_code {
	ARK_OK = 0,
	ARK_EUSAGE = -1,	/* wrong usage or configuration */
	ARK_EAUTH = -2,		/* the service refused the credentials */
	ARK_EDISK = -3,		/* disk full, read-only or failing */
	ARK_EINTEGRITY = -4,	/* the archive is not what it says it is */
	ARK_ESERVICE = -5,	/* service unreachable, or answers nonsense */
	ARK_ELOCKED = -6,	/* another run holds the archive */
	ARK_EINCOMPLETE = -7,	/* something is missing; try again */
	ARK_ELIMIT = -8,	/* a limit that was asked for is reached */
	ARK_ESTOPPED = -9,	/* stopped by a signal */
	ARK_ENOMEM = -10,	/* out of memory */
	ARK_EBUG = -11,		/* a fault of callark itself */
	ARK_EFORMAT = -12,	/* bytes that break their format */
	ARK_ENOTFOUND = -13,	/* there is no such thing */
	ARK_EEXISTS = -14,	/* there is one already, and it differs */
};

/* One failure: a code for the program, one line without full stop for people. */
struct ark_error {
	int code;
	char text[512];
};

#endif
