/*
 * UTF-8, one character at a time (RFC 3629).
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * utf8_next(p, n, c):
 * Decode the character at the start of the n bytes at p into c.  Return how
 * many bytes it takes, or 0 when they are malformed, cut short or n is 0.
 */
size_t utf8_next(const uint8_t *p, size_t n, uint32_t *c);

#endif
