/*
 * What was measured of recordings, kept in the archive: `.cache/peaks`, a file
 * for each SHA-256.  It is no part of any bag, may be deleted at any time, and
 * is made again when it is damaged or missing.
 */
#ifndef FLOW_MEASURES_H
#define FLOW_MEASURES_H

#include "audio/measure.h"
#include "store/store.h"

struct measures {
	struct store *reader;	/* of the archive, lent */
	struct store *writer;	/* of .cache, ours; NULL: nothing is kept */
};

/*
 * measures_open(m, archive):
 * Ready to look up, and to keep when this user may write to the archive.
 * Nothing but its `.cache` is ever written to.
 */
void measures_open(struct measures *m, struct store *archive);
void measures_close(struct measures *m);

/* measures_root(m): The folder that is written into; NULL: none. */
const char *measures_root(const struct measures *m);

/* measures_get(m, sha256, out): Whether it was kept; then release *out. */
bool measures_get(const struct measures *m,
		  const uint8_t sha256[DIGEST_SHA256_SIZE],
		  struct measure *out);

/* measures_keep(m, sha256, measure): Keep it, as far as that can be done. */
void measures_keep(const struct measures *m,
		   const uint8_t sha256[DIGEST_SHA256_SIZE],
		   const struct measure *measure);

#endif
