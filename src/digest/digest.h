/*
 * Digests: SHA-256 for everything callark says of a file, MD5 and SHA-512 only
 * to check what a server claims.  A coat over OpenSSL's EVP.
 */
#ifndef DIGEST_DIGEST_H
#define DIGEST_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum digest_kind { DIGEST_SHA256, DIGEST_MD5, DIGEST_SHA512 };

#define DIGEST_SHA256_SIZE 32
#define DIGEST_MD5_SIZE 16
#define DIGEST_MAX_SIZE 64
#define DIGEST_HEX_SIZE (2 * DIGEST_MAX_SIZE + 1)
#define DIGEST_SHA256_HEX (2 * DIGEST_SHA256_SIZE + 1)

struct digest;

/*
 * digest_new(out, kind, err):
 * Make a digest, ready to add to; free it with digest_free().  Return 0,
 * ARK_ENOMEM, or ARK_EBUG when OpenSSL does not provide kind: MD5 may be
 * forbidden by its configuration, and it does not always tell when the memory
 * was what it lacked.
 */
int digest_new(struct digest **out, enum digest_kind kind,
	       struct ark_error *err);
void digest_free(struct digest *d);

/* digest_reset(d): Start again from nothing. */
int digest_reset(struct digest *d, struct ark_error *err);

int digest_add(struct digest *d, const void *bytes, size_t n,
	       struct ark_error *err);

/* digest_final(d, out): Write the digest; d must be reset before more. */
int digest_final(struct digest *d, uint8_t out[DIGEST_MAX_SIZE],
		 struct ark_error *err);

/* digest_size(kind): In bytes. */
size_t digest_size(enum digest_kind kind);

/* digest_sha256(out, bytes, n, err): All in one. */
int digest_sha256(uint8_t out[DIGEST_SHA256_SIZE], const void *bytes, size_t n,
		  struct ark_error *err);

/* digest_hex(out, bytes, n): Lower-case hex and NUL into 2 * n + 1 chars. */
void digest_hex(char *out, const uint8_t *bytes, size_t n);

/*
 * digest_unhex(out, n, hex):
 * Exactly 2 * n digits, either case.  Return 0 or ARK_EFORMAT.
 */
int digest_unhex(uint8_t *out, size_t n, const char *hex);

/*
 * digest_unbase64(out, n, text):
 * Decode text (RFC 4648, padded) that must hold exactly n bytes.  Return 0 or
 * ARK_EFORMAT.
 */
int digest_unbase64(uint8_t *out, size_t n, const char *text);

#endif
