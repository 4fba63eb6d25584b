/*
 * A growing byte buffer with a ceiling.
 *
 * Start with BUF_INIT(max) or buf_init(), add, read `data` and `len`, end with
 * buf_release().  The first failure sticks in `rc`: a series of adds needs one
 * check, buf_status(), at its end, and after a failure nothing is added.
 * `data` is always followed by one NUL that `len` does not count; it is NULL
 * only while nothing was ever added.
 *
 * A buffer that is to hold a secret starts with BUF_INIT_SECRET(max): memory
 * that it leaves, growing or released, is wiped.  What buf_take() gives away is
 * then the taker's to wipe.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	size_t max;	/* ceiling of len, in bytes */
	int rc;		/* 0, ARK_ENOMEM or ARK_ELIMIT */
	bool is_secret;
};

#define BUF_INIT(ceiling) { .max = (ceiling) }
#define BUF_INIT_SECRET(ceiling) { .max = (ceiling), .is_secret = true }

void buf_init(struct buf *b, size_t max);

/* buf_release(b): Free the memory; b is empty and usable again, as it began. */
void buf_release(struct buf *b);

/* buf_clear(b): Forget content and failure, keep the memory. */
void buf_clear(struct buf *b);

/* Add n bytes, text, one byte or formatted text.  Return b's sticky status. */
int buf_add(struct buf *b, const void *bytes, size_t n);
int buf_adds(struct buf *b, const char *text);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* buf_reserve(b, n): Make room for n more bytes without adding them. */
int buf_reserve(struct buf *b, size_t n);

/*
 * buf_status(b, err):
 * Return 0, or ARK_ENOMEM / ARK_ELIMIT with err filled when any add failed.
 */
int buf_status(const struct buf *b, struct ark_error *err);

/* buf_text(b): Lend the content as text; "" when empty. */
const char *buf_text(const struct buf *b);

/* buf_take(b): The content as malloc'd text, yours to free; NULL if b failed. */
char *buf_take(struct buf *b);

#endif
