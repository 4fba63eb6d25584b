#include "store/reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdio.h"
#include "store/beneath.h"
#include "store/inside.h"

#define LOOKS 64		/* through a folder until it is opened anew */
#define KINDS (DIGEST_SHA512 + 1)

struct store_reader {
	struct store *store;
	struct digest *digests[KINDS];	/* NULL until one is wanted */
	char folder_path[STORE_PATH_MAX];
	int folder;			/* -1: none */
	unsigned n_looks;		/* through it */
	uint8_t chunk[STORE_CHUNK];
};

int
store_reader_new(struct store_reader **out, struct store *s,
		 struct ark_error *err)
{
	struct store_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return error_nomem(err);
	r->store = s;
	r->folder = -1;
	*out = r;
	return 0;
}

void
store_reader_free(struct store_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < KINDS; i++)
		digest_free(r->digests[i]);
	(void)fdio_close(&r->folder);
	free(r);
}

/* See that r->folder is the one that the first n bytes of path name. */
static int
enter(struct store_reader *r, const char *path, size_t n)
{
	if (r->folder >= 0 && r->n_looks++ < LOOKS &&
	    !strncmp(r->folder_path, path, n) && !r->folder_path[n])
		return 0;
	(void)fdio_close(&r->folder);
	memcpy(r->folder_path, path, n);
	r->folder_path[n] = '\0';
	r->folder = beneath_open(r->store->fd, r->folder_path,
				 O_PATH | O_DIRECTORY, 0);
	r->n_looks = 0;
	return r->folder < 0 ? -1 : 0;
}

/* Open path by way of its folder: a descriptor, or -1 when that cannot be. */
static int
open_through_folder(struct store_reader *r, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash || !beneath_is_path(path) ||
	    enter(r, path, (size_t)(slash - path)))
		return -1;
	return beneath_open(r->folder, slash + 1, STORE_READING, 0);
}

/*
 * Open the regular file path.  What cannot be had through a folder that is held
 * is asked for by its whole path before anything is said of it.
 */
static int
open_regular(struct store_reader *r, const char *path, int *fd,
	     struct stat *st, struct ark_error *err)
{
	*fd = open_through_folder(r, path);
	if (*fd < 0)
		return store_regular(r->store->fd, path, fd, st, err);
	return store_regular_fd(fd, path, st, err);
}

int
store_reader_size(struct store_reader *r, const char *path, int64_t *size,
		  struct ark_error *err)
{
	struct stat st;
	int fd, rc;

	rc = open_regular(r, path, &fd, &st, err);
	if (rc)
		return rc;
	*size = st.st_size;
	(void)fdio_close(&fd);
	return 0;
}

/* A digest of kind, ready to add to. */
static int
begin_digest(struct store_reader *r, enum digest_kind kind,
	     struct ark_error *err)
{
	if (r->digests[kind])
		return digest_reset(r->digests[kind], err);
	return digest_new(&r->digests[kind], kind, err);
}

int
store_reader_digest(struct store_reader *r, const char *path,
		    enum digest_kind kind, int64_t expected,
		    uint8_t out[DIGEST_MAX_SIZE], int64_t *size,
		    struct ark_error *err)
{
	struct stat st;
	int fd, rc;

	rc = open_regular(r, path, &fd, &st, err);
	if (rc)
		return rc;
	*size = st.st_size;
	if (expected >= 0 && expected != st.st_size)
		goto out;
	rc = begin_digest(r, kind, err);
	if (!rc)
		rc = store_feed(r->digests[kind], fd, st.st_size, r->chunk,
				size, err);
	if (!rc)
		rc = digest_final(r->digests[kind], out, err);
	if (rc)
		error_prefix(err, "%s", path);
out:
	(void)fdio_close(&fd);
	return rc;
}
