/*
 * What the files of this room share about the archive's folder.
 */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include <pthread.h>
#include <sys/stat.h>

#include "base/idset.h"
#include "store/store.h"

#define STORE_FOLDER_MODE 0700
#define STORE_FILE_MODE 0600

#define STORE_CHUNK 65536	/* bytes of a file read at once */

/* Flags of a file that is only read: a FIFO planted there must not stop us. */
#define STORE_READING (O_RDONLY | O_NONBLOCK | O_NOCTTY)

struct store {
	char *root;		/* absolute */
	int fd;			/* of the root */
	int partial;		/* of STORE_PARTIAL; -1 when only reading */
	int lock;		/* -1: not held */
	bool is_exclusive;
	enum store_durability durability;

	pthread_mutex_t mutex;	/* holds for the two below */
	struct idset durable;	/* folders whose name is known to be on disk */
	unsigned n_files;	/* temporaries made so far */
};

/*
 * store_fail(err, path):
 * Fill err from errno as error_errno does; but a symbolic link, a way out of
 * the root or a file in place of a folder is ARK_EINTEGRITY.
 */
int store_fail(struct ark_error *err, const char *path);

/* store_may_write(s, err): Return 0, or ARK_EBUG if opened with STORE_READ. */
int store_may_write(const struct store *s, struct ark_error *err);

/* store_fsync(s, fd): fsync unless STORE_NONE.  Return 0, or -1 with errno. */
int store_fsync(const struct store *s, int fd);

/*
 * store_regular(root, path, out_fd, st, err):
 * Open a regular file for reading.  Return 0, ARK_ENOTFOUND, ARK_EINTEGRITY
 * (it is something else), ARK_EDISK, ARK_ENOMEM.
 */
int store_regular(int root, const char *path, int *out_fd, struct stat *st,
		  struct ark_error *err);

/*
 * store_regular_fd(fd, path, st, err):
 * The same of path just opened as *fd, or not opened, with errno; *fd is closed
 * unless it is a regular file.
 */
int store_regular_fd(int *fd, const char *path, struct stat *st,
		     struct ark_error *err);

/*
 * store_feed(d, fd, announced, chunk, size, err):
 * Add the regular file fd to d from its start to its end, by way of chunk of
 * STORE_CHUNK bytes.  announced is its size by fstat: when a read ends just
 * there, that is the end, without another read to say so.  *size is what came,
 * also before a failure.  Return 0, ARK_EDISK, or as digest_add.
 */
int store_feed(struct digest *d, int fd, int64_t announced, uint8_t *chunk,
	       int64_t *size, struct ark_error *err);

/*
 * store_compare(s, folder, name, size, sha256, err):
 * Compare the regular file name in folder with size and sha256; when it is
 * the same, see that its bytes are durable.  Return 1 when it is the same, 0
 * when it differs, or a negative ark_code as store_regular and store_feed.
 */
int store_compare(const struct store *s, int folder, const char *name,
		  int64_t size, const uint8_t sha256[DIGEST_SHA256_SIZE],
		  struct ark_error *err);

/*
 * store_rename(from, name, to, final):
 * Rename name in folder from to final in folder to, never replacing.  Return
 * 0, or -1 with errno set (EEXIST).
 */
int store_rename(int from, const char *name, int to, const char *final);

/*
 * store_folder(s, path, name, out_fd, err):
 * Make the folder of path unless it is there and open it; *name is the last
 * name of path.
 */
int store_folder(struct store *s, const char *path, const char **name,
		 int *out_fd, struct ark_error *err);

#endif
