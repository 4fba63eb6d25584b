/*
 * A folder for targets that want files: made once, empty of anything but what
 * they put there, gone at the end of the program.
 */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "fuzz.h"
#include "store/store.h"

static char folder_path[64];

static inline int
folder_remove_one(const char *path, const struct stat *st, int type,
		  struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void
folder_remove(void)
{
	(void)nftw(folder_path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* folder(): Its path; made when first asked for. */
static inline const char *
folder(void)
{
	if (!*folder_path) {
		(void)snprintf(folder_path, sizeof(folder_path),
			       "/tmp/callark-fuzz-XXXXXX");
		MUST(mkdtemp(folder_path));
		MUST(!atexit(folder_remove));
	}
	return folder_path;
}

/* folder_put(name, bytes, n): A file in it, anew. */
static inline void
folder_put(const char *name, const void *bytes, size_t n)
{
	char path[sizeof(folder_path) + 64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder(), name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST(fd >= 0 && !fdio_write(fd, bytes, n));
	MUST(!close(fd));
}

#endif
