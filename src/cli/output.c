#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fdio.h"
#include "cli/cli.h"

#define NAME_IT 'n'

/* From errno; a folder that is not there is a disk that does not take it. */
static int
fail(const struct output *o, struct ark_error *err)
{
	struct ark_error why = { 0 };

	if (error_errno(&why, "--%s %s", o->option, o->path) == ARK_ENOTFOUND)
		why.code = ARK_EDISK;
	if (err)
		*err = why;
	return why.code;
}

static void
forget(struct output *o)
{
	free(o->final);
	free(o->temporary);
	o->final = o->temporary = NULL;
}

/* The life of the keeper; ends with the errno of what went wrong, or 0. */
static _Noreturn void
keep(const struct output *o, int orders)
{
	char order = 0;
	int failed = 0;

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	if (read(orders, &order, 1) == 1 && order == NAME_IT) {
		if (!rename(o->temporary, o->final))
			_exit(0);
		failed = errno;
	}
	(void)unlink(o->temporary);
	_exit(failed);
}

static int
start_keeper(struct output *o, struct ark_error *err)
{
	int ends[2], rc = 0;

	if (pipe2(ends, O_CLOEXEC))
		return fail(o, err);
	o->keeper = fork();
	if (!o->keeper) {
		(void)close(ends[1]);
		keep(o, ends[0]);
	}
	if (o->keeper < 0)
		rc = fail(o, err);
	(void)close(ends[0]);
	if (rc)
		(void)close(ends[1]);
	else
		o->orders = ends[1];
	return rc;
}

/* Begin a file beside the one that it shall replace. */
static int
begin_beside(struct output *o, struct ark_error *err)
{
	size_t size;
	int fd, rc;

	o->final = realpath(o->path, NULL);
	if (!o->final && errno == ENOENT)
		o->final = strdup(o->path);
	if (!o->final)
		return fail(o, err);
	size = strlen(o->final) + sizeof(".XXXXXX");
	o->temporary = malloc(size);
	if (!o->temporary)
		return error_nomem(err);
	(void)snprintf(o->temporary, size, "%s.XXXXXX", o->final);
	fd = mkostemp(o->temporary, O_CLOEXEC);
	if (fd < 0)
		return fail(o, err);
	rc = start_keeper(o, err);
	if (!rc) {
		o->file = fdopen(fd, "w");
		if (o->file)
			return 0;
		rc = fail(o, err);
		(void)output_close(o, false, NULL);
	} else {
		(void)unlink(o->temporary);
	}
	(void)close(fd);
	return rc;
}

int
output_open(struct output *o, const char *option, const char *path,
	    struct ark_error *err)
{
	struct stat st;
	int rc;

	*o = (struct output){
		.option = option, .path = path, .file = stdout, .orders = -1,
	};
	if (!path || !strcmp(path, "-")) {
		o->path = NULL;
		return 0;
	}
	if (stat(path, &st) || S_ISREG(st.st_mode)) {
		rc = begin_beside(o, err);
		if (rc)
			forget(o);
		return rc;
	}
	o->file = fopen(path, "we");
	return o->file ? 0 : fail(o, err);
}

int
output_put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct output *o = ctx;

	if (fwrite(bytes, 1, n, o->file) == n)
		return 0;
	if (talk_signal()) {
		clearerr(o->file);
		return error_set(err, ARK_ESTOPPED, "stopped by a signal");
	}
	if (o->path)
		return fail(o, err);
	return error_set(err, ARK_EDISK, "the output could not be written");
}

/* Write out and close the file. */
static int
finish_file(struct output *o, struct ark_error *err)
{
	int rc = 0;

	if (fflush(o->file) || (o->temporary && fsync(fileno(o->file))))
		rc = fail(o, err);
	if (fclose(o->file) && !rc)
		rc = fail(o, err);
	o->file = NULL;
	return rc;
}

/* Tell the keeper what to do, and hear what came of it. */
static int
end_keeper(struct output *o, bool is_good, struct ark_error *err)
{
	static const char order = NAME_IT;
	int status = 0, rc = 0;

	if (is_good && fdio_write(o->orders, &order, 1))
		rc = fail(o, err);
	(void)fdio_close(&o->orders);
	while (waitpid(o->keeper, &status, 0) < 0 && errno == EINTR)
		;
	if (rc || !is_good || status == 0)
		return rc;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return fail(o, err);
}

int
output_close(struct output *o, bool is_good, struct ark_error *err)
{
	int rc = 0, end = 0;

	if (!o->path)
		return 0;
	if (o->file)
		rc = finish_file(o, err);
	if (o->keeper > 0)
		end = end_keeper(o, is_good && !rc, rc ? NULL : err);
	forget(o);
	return rc ? rc : end;
}
