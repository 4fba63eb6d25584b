/*
 * Values of header fields.  Private to the head's parser.
 */
#ifndef HTTP_HEADER_INTERNAL_H
#define HTTP_HEADER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/header.h"

/* A stretch of bytes inside a header line; not terminated. */
struct span {
	const char *p;
	size_t n;
};

/* span_lower(c): The small letter of an ASCII capital, else c. */
char span_lower(char c);

/* span_trim(s): s without spaces and tabs at both ends. */
struct span span_trim(struct span s);

/* span_cut(s, c): Take what comes before the first c (or all) off *s. */
struct span span_cut(struct span *s, char c);

/* span_is(s, text): Equal, ASCII letters without regard to case. */
bool span_is(struct span s, const char *text);

/*
 * span_to_int(s, out):
 * Digits only, within int64_t.  Return 0 or ARK_EFORMAT.
 */
int span_to_int(struct span s, int64_t *out);

/*
 * header_date(s, out):
 * One of the three dates of RFC 9110, 5.6.7, as seconds since 1970; wall_s is
 * now, for years of two digits.  Return 0 or ARK_EFORMAT.
 */
int header_date(struct span s, int64_t wall_s, int64_t *out);

/* Put the server's checksums of the named kinds into h; nonsense is ignored. */
void header_content_md5(struct http_head *h, struct span value);
void header_amz_sha256(struct http_head *h, struct span value);
void header_repr_digest(struct http_head *h, struct span value);
void header_etag_md5(struct http_head *h);

#endif
