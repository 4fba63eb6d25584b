/*
 * Resolving paths beneath one folder, never through a symbolic link and never
 * out of it.  Private to the store.
 *
 * A path is one or more names joined by single slashes; none is "." or "..".
 * Only where told, "" and "." mean the folder itself.
 */
#ifndef STORE_BENEATH_H
#define STORE_BENEATH_H

#include <stdbool.h>
#include <sys/types.h>

/* beneath_is_path(path): Whether path is as told above and not too long. */
bool beneath_is_path(const char *path);

/*
 * beneath_open(root, path, flags, mode):
 * open(2); the descriptor is closed on exec.  "" and "." are root.  Return it,
 * or -1 with errno set: EXDEV for what is no path, ELOOP or ENOTDIR for a
 * symbolic link on the way.
 */
int beneath_open(int root, const char *path, int flags, mode_t mode);

/* beneath_walk(...): The same name by name, for kernels without openat2. */
int beneath_walk(int root, const char *path, int flags, mode_t mode);

/*
 * beneath_parent(root, path, name):
 * Open the folder that holds the last name of path, fit for fsync, and point
 * *name at that name within path.  Return the descriptor, or -1 with errno set.
 */
int beneath_parent(int root, const char *path, const char **name);

#endif
