/*
 * Filling a struct ark_error.  See callark/error.h for the convention.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "callark/error.h"

/*
 * error_set(err, code, fmt, ...):
 * Fill err (NULL is accepted) with code and the formatted text, cut at the
 * size of the field.  Return code, so that failing reads `return error_set(…)`.
 */
int error_set(struct ark_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * error_prefix(err, fmt, ...):
 * Put the formatted context and ": " in front of the text in err.  The code
 * stays.  Return err's code, or ARK_EBUG when err is NULL.
 */
int error_prefix(struct ark_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * error_errno(err, fmt, ...):
 * Fill err from the current errno: the formatted text, ": " and the system's
 * words for it.  Return ARK_ENOMEM for ENOMEM, ARK_ENOTFOUND for ENOENT,
 * ARK_EDISK for everything else.
 */
int error_errno(struct ark_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* error_nomem(err): Fill err with ARK_ENOMEM and return it. */
int error_nomem(struct ark_error *err);

/* error_name(code): Lend the name of code ("disk"), for logs and NDJSON. */
const char *error_name(int code);

#endif
