/*
 * The answer's header fields that decide something, parsed strictly.
 * (RFC 9110, RFC 9530 for Repr-Digest.)
 */
#ifndef HTTP_HEADER_H
#define HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_ETAG_SIZE 160

/* Which server checksums were given (bits). */
enum http_checksum {
	HTTP_SUM_MD5 = 1,	/* Content-MD5 */
	HTTP_SUM_SHA256 = 2,	/* Repr-Digest sha-256, x-amz-checksum-sha256 */
	HTTP_SUM_SHA512 = 4,	/* Repr-Digest sha-512 */
	HTTP_SUM_ETAG_MD5 = 8,	/* a strong ETag of 32 hex digits: perhaps MD5 */
};

struct http_head {
	long status;			/* 0 before the status line */
	bool is_http10;			/* knows no chunks */
	int64_t content_length;		/* -1: none */
	bool is_chunked;
	bool has_range;			/* Content-Range was there and sound */
	int64_t range_first, range_last;/* of Content-Range */
	int64_t range_total;		/* -1: unknown ("*") */
	char etag[HTTP_ETAG_SIZE];	/* with quotes and W/; "" if none */
	char content_type[64];		/* type/subtype in lower case */
	char location[8192];
	char allow[64];			/* Allow, for 405 */
	int64_t retry_after_ms;		/* -1: none; see header_retry_after */
	bool has_encoding;		/* Content-Encoding other than identity */
	bool accepts_ranges;
	unsigned checksums;		/* bits of enum http_checksum */
	uint8_t md5[16], sha256[32], sha512[64], etag_md5[16];
	char flaw[96];			/* why the head contradicts itself, or "" */
	size_t n_lines, n_bytes;	/* for the ceilings */
};

void header_init(struct http_head *h);

/*
 * header_line(h, line, n, wall_s):
 * Take one header line as libcurl gives it (a status line starts the head
 * anew, so answers before the last do not count).  Contradictions (two
 * different or repeated Content-Length, one beside Transfer-Encoding, a
 * length that is no number, two different ETags or Content-Ranges) are
 * remembered in h->flaw.  Return 0, or ARK_ELIMIT past 100 lines or 64 KiB.
 */
int header_line(struct http_head *h, const char *line, size_t n,
		int64_t wall_s);

/*
 * header_retry_after(text, n, wall_s):
 * Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now; a date
 * in the past is 0, more than a year is a year.  -1 when it is neither.
 */
int64_t header_retry_after(const char *text, size_t n, int64_t wall_s);

/*
 * header_content_range(text, n, first, last, total):
 * "bytes 0-499/1234" or "bytes 0-499/(star)", or "bytes (star)/1234" (first and last
 * -1).  Return 0, or ARK_EFORMAT (other units, last < first, total <= last).
 */
int header_content_range(const char *text, size_t n, int64_t *first,
			 int64_t *last, int64_t *total);

/* header_etag_is_strong(etag): Well-formed, quoted and without W/. */
bool header_etag_is_strong(const char *etag);

#endif
