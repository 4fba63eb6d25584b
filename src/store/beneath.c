#include "store/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store/store.h"

#define FOLDER (O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool
is_root(const char *path)
{
	return !strcmp(path, "") || !strcmp(path, ".");
}

/* Whether the first n bytes of p may be one name. */
static bool
is_name(const char *p, size_t n)
{
	if (n == 0 || n > 255)
		return false;
	return !(n <= 2 && p[0] == '.' && p[n - 1] == '.');
}

bool
beneath_is_path(const char *path)
{
	if (strlen(path) >= STORE_PATH_MAX)
		return false;
	for (;;) {
		size_t n = strcspn(path, "/");

		if (!is_name(path, n))
			return false;
		if (!path[n])
			return true;
		path += n + 1;
	}
}

/* Close a folder on the way, but not the root; errno stays. */
static void
leave(int root, int folder)
{
	int saved = errno;

	if (folder != root)
		(void)close(folder);
	errno = saved;
}

int
beneath_walk(int root, const char *path, int flags, mode_t mode)
{
	char copy[STORE_PATH_MAX];
	char *name = copy;
	int folder = root;
	int fd;

	if (is_root(path))
		return openat(root, ".", flags | O_CLOEXEC);
	if (!beneath_is_path(path)) {
		errno = EXDEV;
		return -1;
	}
	memcpy(copy, path, strlen(path) + 1);
	while (strchr(name, '/')) {
		char *slash = strchr(name, '/');

		*slash = 0;
		fd = openat(folder, name, O_PATH | FOLDER);
		leave(root, folder);
		if (fd < 0)
			return -1;
		folder = fd;
		name = slash + 1;
	}
	fd = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
	leave(root, folder);
	return fd;
}

int
beneath_open(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW |
					     O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	if (is_root(path))
		return beneath_walk(root, path, flags, mode);
	if (!beneath_is_path(path)) {
		errno = EXDEV;
		return -1;
	}
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	/* Older sandboxes answer EPERM for calls they do not know. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return beneath_walk(root, path, flags, mode);
	return (int)fd;
}

int
beneath_parent(int root, const char *path, const char **name)
{
	char folder[STORE_PATH_MAX] = "";
	const char *slash = strrchr(path, '/');

	if (!beneath_is_path(path)) {
		errno = EXDEV;
		return -1;
	}
	if (slash)
		memcpy(folder, path, (size_t)(slash - path));
	*name = slash ? slash + 1 : path;
	return beneath_open(root, folder, O_RDONLY | O_DIRECTORY, 0);
}
