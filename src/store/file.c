#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "store/beneath.h"
#include "store/inside.h"

#define BUFFER 65536

struct store_file {
	struct store *store;
	char path[STORE_PATH_MAX];
	char temporary[48];	/* in .partial; "" while there is none */
	int fd;
	struct digest *digest;
	uint8_t sha256[DIGEST_MAX_SIZE];
	int64_t size;
	uint8_t *held;		/* BUFFER bytes not yet written */
	size_t n_held;
	int rc;			/* the first failure */
	struct ark_error err;
};

int
store_file_new(struct store_file **out, struct store *s, const char *path,
	       struct ark_error *err)
{
	struct store_file *f;
	int rc;

	rc = store_may_write(s, err);
	if (rc)
		return rc;
	if (!beneath_is_path(path)) {
		errno = EXDEV;
		return store_fail(err, path);
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return error_nomem(err);
	f->store = s;
	f->fd = -1;
	memcpy(f->path, path, strlen(path) + 1);
	f->held = malloc(BUFFER);
	if (f->held)
		rc = digest_new(&f->digest, DIGEST_SHA256, err);
	else
		rc = error_nomem(err);
	if (rc) {
		store_file_free(f);
		return rc;
	}
	*out = f;
	return 0;
}

void
store_file_free(struct store_file *f)
{
	if (!f)
		return;
	(void)fdio_close(&f->fd);
	if (*f->temporary)
		(void)unlinkat(f->store->partial, f->temporary, 0);
	digest_free(f->digest);
	free(f->held);
	free(f);
}

/* Make the temporary.  One of that name is a dead process's and in the way. */
static int
make_temporary(struct store_file *f, struct ark_error *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL;
	struct store *s = f->store;
	char name[sizeof(f->temporary)];
	unsigned n;

	(void)pthread_mutex_lock(&s->mutex);
	n = s->n_files++;
	(void)pthread_mutex_unlock(&s->mutex);
	(void)snprintf(name, sizeof(name), "%ld-%u.new", (long)getpid(), n);
	f->fd = beneath_open(s->partial, name, flags, STORE_FILE_MODE);
	if (f->fd < 0 && errno == EEXIST && !unlinkat(s->partial, name, 0))
		f->fd = beneath_open(s->partial, name, flags, STORE_FILE_MODE);
	if (f->fd < 0)
		return error_errno(err, "%s: temporary " STORE_PARTIAL "/%s",
				   f->path, name);
	memcpy(f->temporary, name, sizeof(name));
	return 0;
}

/* Write what is held to the temporary. */
static int
flush(struct store_file *f, struct ark_error *err)
{
	int rc = 0;

	if (f->fd < 0)
		rc = make_temporary(f, err);
	if (rc)
		return rc;
	if (fdio_write(f->fd, f->held, f->n_held))
		return error_errno(err, "%s", f->path);
	f->n_held = 0;
	return 0;
}

void
store_file_write(struct store_file *f, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	if (!f->rc && n)
		f->rc = digest_add(f->digest, bytes, n, &f->err);
	while (n && !f->rc) {
		size_t take = BUFFER - f->n_held;

		if (take > n)
			take = n;
		memcpy(f->held + f->n_held, p, take);
		f->n_held += take;
		f->size += (int64_t)take;
		p += take;
		n -= take;
		if (f->n_held == BUFFER)
			f->rc = flush(f, &f->err);
	}
}

int64_t
store_file_size(const struct store_file *f)
{
	return f->size;
}

const uint8_t *
store_file_sha256(const struct store_file *f)
{
	return f->sha256;
}

/* Bring the temporary to the disk and close it. */
static int
settle(struct store_file *f, struct ark_error *err)
{
	int rc;

	rc = flush(f, err);
	if (rc)
		return rc;
	if (store_fsync(f->store, f->fd))
		return error_errno(err, "%s: fsync", f->path);
	if (fdio_close(&f->fd))
		return error_errno(err, "%s: close", f->path);
	return 0;
}

/* Give the temporary its name, over what has it unless is_once. */
static int
give_name(struct store_file *f, int folder, const char *name, bool is_once,
	  struct ark_error *err)
{
	int failed;

	if (is_once)
		failed = store_rename(f->store->partial, f->temporary, folder,
				      name);
	else
		failed = renameat(f->store->partial, f->temporary, folder,
				  name);
	if (failed && errno == EEXIST)
		return error_set(err, ARK_EEXISTS, "%s: there already, with "
				 "other bytes", f->path);
	if (failed)
		return error_errno(err, "%s", f->path);
	*f->temporary = 0;
	return 0;
}

/* Put the file in place as name in folder, unless the same is there. */
static int
put_in_place(struct store_file *f, int folder, const char *name, bool is_once,
	     struct ark_error *err)
{
	int rc;

	rc = store_compare(f->store, folder, name, f->size, f->sha256, NULL);
	if (rc != 1) {
		/* Missing, different or unreadable. */
		rc = settle(f, err);
		if (!rc)
			rc = give_name(f, folder, name, is_once, err);
		if (rc)
			return rc;
	}
	if (store_fsync(f->store, folder))
		return error_errno(err, "%s: fsync of its folder", f->path);
	return 0;
}

static int
publish(struct store_file *f, bool is_once, struct ark_error *err)
{
	const char *name;
	int folder = -1;
	int rc;

	if (f->rc) {
		if (err)
			*err = f->err;
		return f->rc;
	}
	rc = digest_final(f->digest, f->sha256, err);
	if (rc)
		goto out;
	rc = store_folder(f->store, f->path, &name, &folder, err);
	if (rc)
		goto out;
	rc = put_in_place(f, folder, name, is_once, err);
out:
	(void)fdio_close(&folder);
	/* Published or not, there is no second time. */
	f->rc = error_set(&f->err, ARK_EBUG, "%s: published before", f->path);
	return rc;
}

int
store_file_publish(struct store_file *f, struct ark_error *err)
{
	return publish(f, false, err);
}

int
store_file_publish_once(struct store_file *f, struct ark_error *err)
{
	return publish(f, true, err);
}

int
store_file_put(struct store *s, const char *path, const void *bytes, size_t n,
	       struct ark_error *err)
{
	struct store_file *f = NULL;
	int rc;

	rc = store_file_new(&f, s, path, err);
	if (rc)
		return rc;
	store_file_write(f, bytes, n);
	rc = store_file_publish(f, err);
	store_file_free(f);
	return rc;
}
