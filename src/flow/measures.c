#include "flow/measures.h"

#include <limits.h>
#include <stdio.h>

#include "store/file.h"

#define FOLDER ".cache"
#define MAX_BYTES ((size_t)65536)	/* of one, and more */

void
measures_open(struct measures *m, struct store *archive)
{
	char root[PATH_MAX];
	int n;

	*m = (struct measures){ .reader = archive };
	n = snprintf(root, sizeof(root), "%s/" FOLDER, store_root(archive));
	if (n >= (int)sizeof(root) ||
	    store_open(&m->writer, root, STORE_CREATE, NULL)) {
		store_close(m->writer);
		m->writer = NULL;
		return;
	}
	/* what a power cut loses is measured again */
	store_set_durability(m->writer, STORE_NONE);
}

void
measures_close(struct measures *m)
{
	store_close(m->writer);
	*m = (struct measures){ 0 };
}

const char *
measures_root(const struct measures *m)
{
	return m->writer ? store_root(m->writer) : NULL;
}

/* Where it lies in .cache: "peaks/ab/abcd…". */
static void
place(char out[STORE_PATH_MAX], const char *folder,
      const uint8_t sha256[DIGEST_SHA256_SIZE])
{
	char hex[DIGEST_SHA256_HEX];

	digest_hex(hex, sha256, DIGEST_SHA256_SIZE);
	(void)snprintf(out, STORE_PATH_MAX, "%speaks/%.2s/%s", folder, hex,
		       hex);
}

bool
measures_get(const struct measures *m,
	     const uint8_t sha256[DIGEST_SHA256_SIZE], struct measure *out)
{
	struct buf bytes = BUF_INIT(MAX_BYTES);
	char path[STORE_PATH_MAX];
	bool is_there;

	place(path, FOLDER "/", sha256);
	is_there = !store_slurp(m->reader, path, &bytes, NULL) &&
		   !measure_unpack(out, bytes.data, bytes.len, NULL);
	buf_release(&bytes);
	return is_there;
}

void
measures_keep(const struct measures *m,
	      const uint8_t sha256[DIGEST_SHA256_SIZE],
	      const struct measure *measure)
{
	struct buf bytes = BUF_INIT(MAX_BYTES);
	char path[STORE_PATH_MAX];

	if (!m->writer)
		return;
	place(path, "", sha256);
	measure_pack(measure, &bytes);
	if (!bytes.rc)
		(void)store_file_put(m->writer, path, bytes.data, bytes.len,
				     NULL);
	buf_release(&bytes);
}
