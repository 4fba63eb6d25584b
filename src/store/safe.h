/*
 * Foreign text made into harmless pieces of names.  Private to the layout.
 */
#ifndef STORE_SAFE_H
#define STORE_SAFE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define SAFE_ID_MAX 64		/* bytes of a safe id, without NUL */
#define SAFE_WORD_MAX 32	/* bytes of a safe word, without NUL */

/*
 * safe_id(out, id, err):
 * [A-Za-z0-9._-], beginning with a letter or digit, never empty, and no name
 * that Windows keeps for a device.  Two ids give two results, even without
 * regard to case: an id of [a-z0-9._-] that is harmless and short stays as it
 * is; every other gets "-" and 8 hex digits of its SHA-256 behind what is left
 * of it, and so does one that already looks like that.  Return 0 or ARK_ENOMEM.
 */
int safe_id(char out[SAFE_ID_MAX + 1], const char *id, struct ark_error *err);

/*
 * safe_word(out, text, max):
 * Any other text: runs of letters and digits, joined by single "_"; "none"
 * when nothing is left.  At most max bytes, 4 <= max <= SAFE_WORD_MAX.  Having
 * neither "-" nor ".", words and an id between those can be told apart.
 */
void safe_word(char out[SAFE_WORD_MAX + 1], const char *text, size_t max);

/* safe_is_device(name): Whether Windows takes name for a device ("con.wav"). */
bool safe_is_device(const char *name);

/* safe_is_name(name, max): Whether name is one that we might have made. */
bool safe_is_name(const char *name, size_t max);

#endif
