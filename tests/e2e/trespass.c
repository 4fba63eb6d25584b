/*
 * A preloaded intruder: does what somebody would who had taken the program
 * over, and tells how far it came.
 *
 * It acts in the thread that is about to connect, before each connection, and
 * in the first thread when the program ends.  TRESPASS_FILE names where to
 * tell, TRESPASS_DEEDS what to do, one deed a line: a word and a path.  A line
 * a deed: the moment, the word, the path, and 0 or an errno.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int out = -1;
static const char *deeds;

__attribute__((constructor)) static void
start(void)
{
	const char *file = getenv("TRESPASS_FILE");

	deeds = getenv("TRESPASS_DEEDS");
	if (file)
		out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
			   0600);
}

static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
try_run(const char *path)
{
	char *argv[] = { (char *)path, NULL };
	pid_t pid;
	int rc = posix_spawn(&pid, path, NULL, NULL, argv, argv + 1);

	if (!rc)
		waitpid(pid, NULL, 0);
	return rc;
}

/* Wait for strangers at any port, or go to one where nobody listens. */
static int
try_socket(int is_listening)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int (*go)(int, const struct sockaddr *, socklen_t) = bind;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return errno;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!is_listening) {
		at.sin_port = htons(1);
		*(void **)&go = dlsym(RTLD_NEXT, "connect");
	}
	rc = go(fd, (struct sockaddr *)&at, sizeof(at)) ? errno : 0;
	close(fd);
	return rc;
}

static int
act(const char *word, const char *path)
{
	if (!strcmp(word, "read"))
		return try_open(path, O_RDONLY);
	if (!strcmp(word, "write"))
		return try_open(path, O_WRONLY);
	if (!strcmp(word, "make"))
		return try_open(path, O_WRONLY | O_CREAT | O_EXCL);
	if (!strcmp(word, "remove"))
		return unlink(path) ? errno : 0;
	if (!strcmp(word, "run"))
		return try_run(path);
	if (!strcmp(word, "listen"))
		return try_socket(1);
	if (!strcmp(word, "connect"))
		return try_socket(0);
	if (!strcmp(word, "privileges"))
		return prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) ? EACCES : 0;
	return -1;
}

static void
act_all(const char *moment)
{
	const char *next = deeds;

	while (next && *next && out >= 0) {
		char word[32], path[1024], line[1200];
		size_t n = strcspn(next, "\n"), len = strcspn(next, " ");
		int rc;

		if (len > n || len >= sizeof(word) || n >= sizeof(path))
			_exit(97);
		(void)snprintf(word, sizeof(word), "%.*s", (int)len, next);
		(void)snprintf(path, sizeof(path), "%.*s", (int)(n - len - 1),
			       next + len + 1);
		rc = act(word, path);
		(void)snprintf(line, sizeof(line), "%s %s %s %d\n", moment,
			       word, path, rc);
		if (write(out, line, strlen(line)) < 0)
			_exit(97);
		next += n + (next[n] == '\n');
	}
}

__attribute__((destructor)) static void
end(void)
{
	act_all("end");
}

int
connect(int fd, const struct sockaddr *to, socklen_t size)
{
	int (*next)(int, const struct sockaddr *, socklen_t);

	*(void **)&next = dlsym(RTLD_NEXT, "connect");
	act_all("connect");
	return next(fd, to, size);
}
