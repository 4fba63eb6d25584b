/*
 * Runs a program and counts the system calls by which it, its threads and its
 * children change what lies in one folder; kills all of them at one.
 *
 *   tracer [--kill NAME:ORDINAL] RECORD FOLDER PROGRAM [ARGUMENT ...]
 *
 * Calls of a name are counted over all threads, from 1, in the order in which
 * they begin; those of the name "any" are all that are counted at all.  RECORD
 * gets a line for each begin and each end:
 *
 *   > NAME ORDINAL TID THREAD PATH[, PATH]
 *   < NAME ORDINAL RESULT
 *   ! NAME ORDINAL
 *
 * The last is of the call that --kill names: it is not carried out, and nobody
 * does anything after it.  FOLDER is an absolute path without symbolic links
 * and need not be there yet.  The status is that of PROGRAM, 128 and more when
 * a signal ended it, or 125 when the tracer failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAILED 125
#define THREADS_MAX 512
#define OPTIONS                                                                \
	(PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |      \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD |  \
	 PTRACE_O_EXITKILL)

/* Where a call names what it changes: which arguments, as what. */
enum shape { FD, PATH, AT, PATH_TWICE, AT_TWICE, PATH_LAST, AT_LAST };

struct call {
	const char *name;
	long nr;
	enum shape shape;
	long n; /* begun so far */
};

#define CALL(name, shape) { #name, SYS_##name, shape, 0 }

static struct call calls[] = {
	CALL(openat, AT),          CALL(openat2, AT),
	CALL(mkdirat, AT),         CALL(unlinkat, AT),
	CALL(fchmodat, AT),        CALL(fchownat, AT),
	CALL(utimensat, AT),       CALL(symlinkat, AT_LAST),
	CALL(linkat, AT_TWICE),    CALL(renameat2, AT_TWICE),
	CALL(write, FD),           CALL(writev, FD),
	CALL(pwrite64, FD),        CALL(pwritev, FD),
	CALL(pwritev2, FD),        CALL(sendfile, FD),
	CALL(fsync, FD),           CALL(fdatasync, FD),
	CALL(sync_file_range, FD), CALL(syncfs, FD),
	CALL(ftruncate, FD),       CALL(fallocate, FD),
	CALL(fchmod, FD),          CALL(fchown, FD),
	CALL(flock, FD),           CALL(fsetxattr, FD),
	CALL(truncate, PATH),
#ifdef SYS_renameat
	CALL(renameat, AT_TWICE),
#endif
#ifdef SYS_open /* where there are calls without a folder's descriptor */
	CALL(open, PATH),          CALL(creat, PATH),
	CALL(mkdir, PATH),         CALL(rmdir, PATH),
	CALL(unlink, PATH),        CALL(chmod, PATH),
	CALL(chown, PATH),         CALL(rename, PATH_TWICE),
	CALL(link, PATH_TWICE),    CALL(symlink, PATH_LAST),
#endif
};

#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

static struct call any = { "any", -1, FD, 0 };

/* A counted call that has not ended. */
static struct {
	pid_t tid; /* 0: a free place */
	const struct call *call;
	long ordinal;
} pending[THREADS_MAX];

static const char *folder;
static FILE *record;
static const struct call *fatal; /* the call to be killed at, or NULL */
static long fatal_ordinal;
static bool is_over; /* it was reached: nobody does anything more */

static void
die(const char *act)
{
	(void)fprintf(stderr, "tracer: %s: %s\n", act, strerror(errno));
	exit(FAILED); /* the kernel kills what is traced */
}

/* ---- what a call is about ------------------------------------------------ */

static bool
read_memory(pid_t tid, uint64_t at, void *out, size_t n)
{
	struct iovec here = { out, n };
	struct iovec there = { (void *)(uintptr_t)at, n };

	return process_vm_readv(tid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

/* A text, as far as it goes; bytes one by one never leave the last page. */
static void
read_text(pid_t tid, uint64_t at, char out[PATH_MAX])
{
	size_t n = 0;

	while (n < PATH_MAX - 1 && read_memory(tid, at + n, &out[n], 1) &&
	       out[n])
		n++;
	out[n] = 0;
}

/* The path of a descriptor; of the working folder for AT_FDCWD. */
static void
path_of(pid_t tid, int fd, char out[PATH_MAX])
{
	char link[64];
	ssize_t n;

	if (fd == AT_FDCWD)
		(void)snprintf(link, sizeof(link), "/proc/%d/cwd", tid);
	else
		(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", tid, fd);
	n = readlink(link, out, PATH_MAX - 1);
	out[n < 0 ? 0 : n] = 0;
}

/* The path that the text at an address is, seen from a folder. */
static void
resolve(pid_t tid, int fd, uint64_t at, char out[2 * PATH_MAX])
{
	char text[PATH_MAX], from[PATH_MAX];

	read_text(tid, at, text);
	path_of(tid, fd, from);
	if (*text == '/')
		(void)snprintf(out, 2 * PATH_MAX, "%s", text);
	else
		(void)snprintf(out, 2 * PATH_MAX, "%s/%s", from, text);
}

struct paths {
	char first[2 * PATH_MAX], second[2 * PATH_MAX]; /* "": none */
};

static void
find_paths(pid_t tid, enum shape shape, const uint64_t a[6], struct paths *p)
{
	*p->first = *p->second = 0;
	switch (shape) {
	case FD: path_of(tid, (int)a[0], p->first); break;
	case PATH: resolve(tid, AT_FDCWD, a[0], p->first); break;
	case AT: resolve(tid, (int)a[0], a[1], p->first); break;
	case PATH_LAST: resolve(tid, AT_FDCWD, a[1], p->first); break;
	case AT_LAST: resolve(tid, (int)a[1], a[2], p->first); break;
	case PATH_TWICE:
		resolve(tid, AT_FDCWD, a[0], p->first);
		resolve(tid, AT_FDCWD, a[1], p->second);
		break;
	case AT_TWICE:
		resolve(tid, (int)a[0], a[1], p->first);
		resolve(tid, (int)a[2], a[3], p->second);
		break;
	}
}

static bool
is_inside(const char *path)
{
	size_t n = strlen(folder);

	return !strncmp(path, folder, n) && (path[n] == '/' || !path[n]);
}

/* Whether a call to open something may make it, or empty it. */
static bool
changes(pid_t tid, const struct call *c, const uint64_t a[6])
{
	struct open_how how = { 0 };
	uint64_t flags = O_CREAT;

	if (c->nr == SYS_openat)
		flags = a[2];
#ifdef SYS_open
	if (c->nr == SYS_open)
		flags = a[1];
#endif
	if (c->nr == SYS_openat2) {
		(void)read_memory(tid, a[2], &how, sizeof(how));
		flags = how.flags;
	}
	return flags & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY));
}

/* ---- begins and ends ----------------------------------------------------- */

static void
tell_begin(pid_t tid, const struct call *c, const struct paths *p)
{
	char path[64], thread[32] = "?";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	f = fopen(path, "r");
	if (f) {
		if (fgets(thread, sizeof(thread), f))
			thread[strcspn(thread, "\n")] = 0;
		(void)fclose(f);
	}
	(void)fprintf(record, "> %s %ld %d %s %s%s%s\n", c->name, c->n, tid,
		      thread, p->first, *p->second ? ", " : "", p->second);
}

static void
remember(pid_t tid, const struct call *c)
{
	for (size_t i = 0; i < THREADS_MAX; i++) {
		if (pending[i].tid)
			continue;
		pending[i].tid = tid;
		pending[i].call = c;
		pending[i].ordinal = c->n;
		return;
	}
	errno = EAGAIN;
	die("too many threads");
}

/* A call begins: whether its end is wanted. */
static bool
begin(pid_t tid)
{
	struct __ptrace_syscall_info info;
	struct call *c = NULL;
	struct paths paths;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0)
		return false; /* it is dying */
	for (size_t i = 0; i < N_CALLS && !c; i++) {
		if ((uint64_t)calls[i].nr == info.seccomp.nr)
			c = &calls[i];
	}
	if (!c || !changes(tid, c, info.seccomp.args))
		return false;
	find_paths(tid, c->shape, info.seccomp.args, &paths);
	if (!is_inside(paths.first) && !is_inside(paths.second))
		return false;
	c->n++;
	any.n++;
	tell_begin(tid, c, &paths);
	if ((fatal == c || fatal == &any) && fatal->n == fatal_ordinal) {
		(void)fprintf(record, "! %s %ld\n", c->name, c->n);
		is_over = true;
		return false;
	}
	remember(tid, c);
	return true;
}

static void
end(pid_t tid)
{
	struct __ptrace_syscall_info info = { 0 };

	for (size_t i = 0; i < THREADS_MAX; i++) {
		if (pending[i].tid != tid)
			continue;
		pending[i].tid = 0;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) >
		    0)
			(void)fprintf(record, "< %s %ld %lld\n",
				      pending[i].call->name, pending[i].ordinal,
				      (long long)info.exit.rval);
	}
}

/* ---- those that are traced ----------------------------------------------- */

/* Only the calls of the table stop the program; the others cost it nothing. */
static void
install_filter(void)
{
	struct sock_filter code[2 * N_CALLS + 2];
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < N_CALLS; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].nr, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							 SECCOMP_RET_TRACE);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		die("seccomp");
}

static pid_t
start(char **command)
{
	int ready[2];
	pid_t child;
	char c = 0;

	if (pipe2(ready, O_CLOEXEC))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		(void)close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			_exit(FAILED);
		install_filter();
		(void)execvp(*command, command);
		die(*command);
	}
	if (ptrace(PTRACE_SEIZE, child, 0L, (long)OPTIONS))
		die("ptrace");
	if (write(ready[1], &c, 1) != 1)
		die("pipe");
	(void)close(ready[0]);
	(void)close(ready[1]);
	return child;
}

/* Let a stopped thread go on. */
static void
attend(pid_t tid, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;
	int request = PTRACE_CONT;

	if (event == PTRACE_EVENT_SECCOMP && !is_over) {
		if (begin(tid))
			request = PTRACE_SYSCALL;
		signal = 0;
	} else if (signal == (SIGTRAP | 0x80)) {
		end(tid);
		signal = 0;
	} else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		request = PTRACE_LISTEN; /* stopped as everybody may be */
		signal = 0;
	} else if (event) {
		signal = 0;
	}
	/* Whoever waits for one that died is told by a signal, and stops here
	 * before doing anything else. */
	if (is_over)
		(void)kill(tid, SIGKILL);
	/* This fails only of those that are dying. */
	(void)ptrace(request, tid, 0L, (long)signal);
}

/* Until all have ended; the status of the first. */
static int
trace(pid_t first)
{
	int status, result = FAILED;
	pid_t tid;

	for (;;) {
		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			return result;
		if (WIFSTOPPED(status))
			attend(tid, status);
		else if (tid == first)
			result = WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status);
	}
}

static bool
parse_point(char *text)
{
	char *colon = strchr(text, ':');

	if (!colon)
		return false;
	*colon = 0;
	fatal_ordinal = strtol(colon + 1, NULL, 10);
	fatal = strcmp(text, any.name) ? NULL : &any;
	for (size_t i = 0; i < N_CALLS && !fatal; i++) {
		if (!strcmp(calls[i].name, text))
			fatal = &calls[i];
	}
	return fatal && fatal_ordinal > 0;
}

int
main(int argc, char **argv)
{
	int result;

	if (argc > 2 && !strcmp(argv[1], "--kill")) {
		if (!parse_point(argv[2])) {
			(void)fprintf(stderr, "tracer: no such point: %s\n",
				      argv[2]);
			return FAILED;
		}
		argv += 2;
		argc -= 2;
	}
	if (argc < 4) {
		(void)fputs("tracer: expected RECORD FOLDER PROGRAM\n", stderr);
		return FAILED;
	}
	record = fopen(argv[1], "we");
	if (!record)
		die(argv[1]);
	folder = argv[2];
	result = trace(start(argv + 3));
	if (fclose(record))
		die("record");
	return result;
}
