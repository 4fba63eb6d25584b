/*
 * Payload and tag manifests of a BagIt 1.0 bag (RFC 8493): lines of hex, two
 * spaces, path.  Sorted bytewise, LF at the end of each.
 *
 * Those that callark writes have SHA-256, which is also what a manifest begins
 * with; set `kind` before anything is added to have another.
 */
#ifndef MANIFEST_MANIFEST_H
#define MANIFEST_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "digest/digest.h"

struct manifest_entry {
	char *path;			/* relative to the bag, "data/..." */
	union {
		uint8_t sha256[DIGEST_SHA256_SIZE];
		uint8_t digest[DIGEST_MAX_SIZE];	/* of another kind */
	};
	int64_t bytes;			/* -1: unknown (read from a manifest) */
};

struct manifest {
	struct manifest_entry *entries;
	size_t n, cap;
	enum digest_kind kind;
};

#define MANIFEST_ALGORITHM_SIZE 32

enum manifest_role { MANIFEST_NONE, MANIFEST_PAYLOAD, MANIFEST_TAGS };

/*
 * manifest_role(name, algorithm):
 * What a file called name in the base folder of a bag is to BagIt:
 * "manifest-ALGORITHM.txt", "tagmanifest-ALGORITHM.txt", or neither.
 * algorithm gets its name, cut to what it holds, or "".
 */
enum manifest_role manifest_role(const char *name,
				 char algorithm[MANIFEST_ALGORITHM_SIZE]);

/* manifest_release(m): Free the entries; m is empty then and of SHA-256. */
void manifest_release(struct manifest *m);

/* manifest_add(m, path, sha256, bytes, err): 0 or ARK_ENOMEM. */
int manifest_add(struct manifest *m, const char *path,
		 const uint8_t sha256[DIGEST_SHA256_SIZE], int64_t bytes,
		 struct ark_error *err);

/* manifest_sort(m): Bytewise by path. */
void manifest_sort(struct manifest *m);

/* manifest_find(m, path): The entry of a sorted manifest, or NULL. */
const struct manifest_entry *manifest_find(const struct manifest *m,
					   const char *path);

/* manifest_print(m, out): Add all lines; LF, CR, % in paths as %0A %0D %25. */
void manifest_print(const struct manifest *m, struct buf *out);

/*
 * manifest_parse(m, text, n, is_payload, err):
 * Read lines into m and sort it.  Strict: hex digits of either case, as many as
 * m->kind takes, space or tab runs, a path that does not leave the bag (no "..",
 * ".", empty parts, leading "/" or "~", backslash is an ordinary character),
 * below data/ when is_payload and not below it otherwise, UTF-8, each path once.
 * Return 0, ARK_EFORMAT naming the line, or ARK_ENOMEM.
 */
int manifest_parse(struct manifest *m, const char *text, size_t n,
		   int is_payload, struct ark_error *err);

/*
 * manifest_parse_fetch(m, text, n, err):
 * Read the lines of fetch.txt, "URL LENGTH PATH", into m: paths as above, below
 * data/, each once, and the lengths that they claim (-1 for "-") as bytes; the
 * digests mean nothing.  The URLs are forgotten.  Return as manifest_parse.
 */
int manifest_parse_fetch(struct manifest *m, const char *text, size_t n,
			 struct ark_error *err);

#endif
