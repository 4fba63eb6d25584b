/*
 * Data as a script: a page that was opened from disk may load scripts beside
 * it, and nothing else.
 */
#ifndef REVIEW_SCRIPT_H
#define REVIEW_SCRIPT_H

#include "base/buf.h"

/*
 * script_json(out, json, n):
 * Add n bytes of checked JSON as ASCII that is a JavaScript expression and
 * stays data wherever it is put: what is not ASCII, and each of < > & and DEL,
 * becomes an escape, which JSON allows inside strings only, and it is only
 * there that such bytes occur.
 */
void script_json(struct buf *out, const char *json, size_t n);

/* script_base64(out, bytes, n): Add n bytes in base64 (RFC 4648), no quotes. */
void script_base64(struct buf *out, const uint8_t *bytes, size_t n);

#endif
