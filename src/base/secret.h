/*
 * A secret: an API key, a password, a token.  Lives in memory that is kept out
 * of core dumps where the kernel allows, and is wiped on release.  Never put
 * `text` into a log, an error text or an argument list.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct secret {
	char *text;	/* NUL-terminated, or NULL when there is none */
	size_t len;
};

/*
 * secret_set(s, text, len, err):
 * Replace s by a copy of len bytes.  Control characters and NUL are refused
 * (they would break a header line).  Return 0, ARK_EFORMAT or ARK_ENOMEM.
 */
int secret_set(struct secret *s, const char *text, size_t len,
	       struct ark_error *err);

/* secret_release(s): Wipe and free; s is empty again. */
void secret_release(struct secret *s);

/* secret_is_set(s): Whether there is one. */
bool secret_is_set(const struct secret *s);

/* secret_wipe(p, n): Overwrite n bytes in a way the compiler keeps. */
void secret_wipe(void *p, size_t n);

/* secret_free(text): Wipe and free a text; NULL is fine. */
void secret_free(char *text);

#endif
