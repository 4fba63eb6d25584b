/*
 * Publishing a file of our own making: tables, tag files, callark.json.
 *
 *	file_new -> file_write ... -> file_publish -> (free)
 *	                          \-> file_free: nothing has happened
 *
 * Written to a temporary beside the partials, then fsync, rename over the old
 * one (ours to replace: these files are made from the catalogue), fsync of the
 * folder.  A crash leaves the old file or the new one.  What is published once
 * is not renamed over anything.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "store/store.h"

struct store_file;

int store_file_new(struct store_file **out, struct store *s, const char *path,
		   struct ark_error *err);
void store_file_free(struct store_file *f);

/* store_file_write(f, bytes, n): Failure sticks and is told by publish. */
void store_file_write(struct store_file *f, const void *bytes, size_t n);

/* Bytes so far, and (after publish) their SHA-256. */
int64_t store_file_size(const struct store_file *f);
const uint8_t *store_file_sha256(const struct store_file *f);

/*
 * store_file_publish(f, err):
 * Put it in place.  When the file there has the same bytes it is left alone.
 * Return 0, ARK_EDISK, ARK_ENOMEM.
 */
int store_file_publish(struct store_file *f, struct ark_error *err);

/*
 * store_file_publish_once(f, err):
 * The same for a file that is never replaced: ARK_EEXISTS when another one has
 * the name; the same bytes are success.
 */
int store_file_publish_once(struct store_file *f, struct ark_error *err);

/* store_file_put(s, path, bytes, n, err): All in one. */
int store_file_put(struct store *s, const char *path, const void *bytes,
		   size_t n, struct ark_error *err);

#endif
