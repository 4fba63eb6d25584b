/*
 * The archive's folder: opening it, the lock, and files put into it.
 *
 * Every path given here is relative to the archive's root; it is resolved
 * beneath the root and without following symbolic links (openat2, or part by
 * part where the kernel lacks it).  Folders are made 0700, files 0600.  Where
 * a folder is wanted, "" and "." are the root.  Wherever a path leads through a
 * symbolic link or out of the root, or what lies there is not of the kind
 * wanted, the answer is ARK_EINTEGRITY.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "digest/digest.h"

#define STORE_PATH_MAX 512	/* bytes of a path relative to the root, with NUL */
#define STORE_PARTIAL ".partial"

struct store;

enum store_mode {
	STORE_READ,	/* must exist; nothing is written */
	STORE_FOREIGN,	/* the same, whosoever owns it and may write to it */
	STORE_WRITE,	/* must exist */
	STORE_CREATE,	/* made when missing (its parent must exist) */
};

enum store_durability {
	STORE_BATCH,	/* fsync files, fsync each folder once a batch */
	STORE_FILE,	/* the same with batches of one */
	STORE_NONE,	/* no fsync at all: for measuring, never for keeping */
};

/*
 * store_open(out, path, mode, err):
 * Open the root.  Refused (ARK_EUSAGE): no folder, no folder to make it in,
 * and, unless STORE_FOREIGN, owned by another user than the effective one,
 * writable by group or others.
 * Also ARK_ENOTFOUND, ARK_EDISK, ARK_ENOMEM.
 */
int store_open(struct store **out, const char *path, enum store_mode mode,
	       struct ark_error *err);
void store_close(struct store *s);

void store_set_durability(struct store *s, enum store_durability d);

/* The absolute path of the root, for messages. */
const char *store_root(const struct store *s);

/* A descriptor of the root (O_PATH or directory), lent. */
int store_fd(const struct store *s);

/*
 * store_lock(s, is_exclusive, err):
 * Hold the archive until store_close: flock on ROOT/lock, which is created and
 * never unlinked.  Never waits.  Return 0, ARK_ELOCKED (err names the holder's
 * process id where it is known) or ARK_EDISK.
 */
int store_lock(struct store *s, bool is_exclusive, struct ark_error *err);

/* store_free_bytes(s, out, err): Space that an ordinary user may still use. */
int store_free_bytes(struct store *s, int64_t *out, struct ark_error *err);

/* store_openat(s, path, flags, out_fd, err): open(2) beneath the root. */
int store_openat(struct store *s, const char *path, int flags, int *out_fd,
		 struct ark_error *err);

/* store_size(s, path, out, err): Size of a regular file; or ARK_ENOTFOUND. */
int store_size(struct store *s, const char *path, int64_t *out,
	       struct ark_error *err);

/* store_slurp(s, path, out, err): Whole file into out, within its ceiling. */
int store_slurp(struct store *s, const char *path, struct buf *out,
		struct ark_error *err);

/*
 * store_mkdirs(s, path, err):
 * Make the folder and its parents, durably.  The name of a folder that was
 * there before costs one fsync when it is first seen.
 */
int store_mkdirs(struct store *s, const char *path, struct ark_error *err);

/*
 * store_finish(s, err):
 * Take away the folder for temporaries, which must be empty: nothing is written
 * any more, and what is left is what was put there.
 */
int store_finish(struct store *s, struct ark_error *err);

/* store_unlink(s, path, err): Remove a file; one that is missing is fine. */
int store_unlink(struct store *s, const char *path, struct ark_error *err);

/*
 * store_set_aside(s, from, to, err):
 * Rename a file of ours, replacing `to`; a missing `from` is fine.  Durable.
 */
int store_set_aside(struct store *s, const char *from, const char *to,
		    struct ark_error *err);

/*
 * store_move(s, from, to, err):
 * Rename a file without replacing, making the folders of `to`.  Durable.
 * Return 0, ARK_ENOTFOUND, ARK_EEXISTS, ARK_EDISK.
 */
int store_move(struct store *s, const char *from, const char *to,
	       struct ark_error *err);

/*
 * store_link(from, path, to, new_path, err):
 * Give a regular file a second name, in another folder: the bytes are there
 * once, and whoever changes them changes both.  The name is not durable: who
 * has the file can link it again.  Return 0, ARK_EEXISTS,
 * ARK_ENOTFOUND, ARK_EINTEGRITY, ARK_EDISK; where the two are on different file
 * systems, or links are not allowed, ARK_EUSAGE.
 */
int store_link(struct store *from, const char *path, struct store *to,
	       const char *new_path, struct ark_error *err);

/*
 * store_settle(s, path, err):
 * See that a regular file and its name are on disk, of whomever they are: a
 * run that was killed may have given the name and not come to the fsync.
 * Return 0, ARK_ENOTFOUND, ARK_EINTEGRITY, ARK_EDISK, ARK_ENOMEM.
 */
int store_settle(struct store *s, const char *path, struct ark_error *err);

/* One thing found in a folder. */
struct store_entry {
	char name[256];
	bool is_file, is_folder;	/* both false: anything else */
	int64_t size;			/* of a file */
};

/*
 * store_list(s, path, entries, n, err):
 * Everything in one folder, sorted bytewise by name; free *entries.  Return 0,
 * ARK_ENOTFOUND, ARK_EDISK, ARK_ENOMEM.
 */
int store_list(struct store *s, const char *path, struct store_entry **entries,
	       size_t *n, struct ark_error *err);

/*
 * store_list_names(s, path, entries, n, err):
 * The same without a look at each: sizes mean nothing.
 */
int store_list_names(struct store *s, const char *path,
		     struct store_entry **entries, size_t *n,
		     struct ark_error *err);

/*
 * store_sha256(s, path, out, size, err):
 * Read a file back from the disk and hash it.  Return as store_openat.
 */
int store_sha256(struct store *s, const char *path,
		 uint8_t out[DIGEST_SHA256_SIZE], int64_t *size,
		 struct ark_error *err);

#endif
