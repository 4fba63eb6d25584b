#include "config/secrets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fdio.h"
#include "config/command.h"
#include "config/file.h"

#define SECRET_MAX ((size_t)65536)
#define COMMAND_MAX_MS 30000

/* How one of the two secrets is called where. */
struct source {
	const char *what;		/* "API key" */
	const char *variable;		/* with the dollar sign */
	const char *file_key;
	const char *credential;		/* file below $CREDENTIALS_DIRECTORY */
	const char *other_ways;		/* for the error when there is none */
};

static const struct source api_key = {
	.what = "API key",
	.variable = "$CALLARK_API_KEY",
	.file_key = "omni.api_key_file",
	.credential = "api-key",
	.other_ways = "",
};

static const struct source password = {
	.what = "password",
	.variable = "$CALLARK_PASSWORD",
	.file_key = "omni.password_file",
	.credential = "password",
	.other_ways = ", omni.password_command",
};

/* The directory in which systemd puts the unit's credentials, or NULL. */
static const char *
credentials_directory(void)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	return dir && dir[0] == '/' ? dir : NULL;
}

static bool
is_credential(const char *path)
{
	const char *dir = credentials_directory();
	size_t len = dir ? strlen(dir) : 0;

	return dir && !strncmp(path, dir, len) && path[len] == '/' &&
	       !strstr(path, "/../");
}

/*
 * Nobody else may read the file.  systemd guards its credentials by the
 * directory and may give the group the right to read.
 */
static int
check_file(const char *path, const struct stat *st, struct ark_error *err)
{
	mode_t forbidden = is_credential(path) ? 0037 : 0077;
	unsigned mode = st->st_mode & 07777;

	if (!S_ISREG(st->st_mode))
		return error_set(err, ARK_EUSAGE, "%s: not a regular file",
				 path);
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return error_set(err, ARK_EUSAGE, "%s belongs to user %u: "
				 "expected user %u or root; chown it", path,
				 (unsigned)st->st_uid, (unsigned)geteuid());
	if (mode & forbidden)
		return error_set(err, ARK_EUSAGE, "%s has mode %04o, so that "
				 "others may read or write it: run chmod 600 "
				 "%s", path, mode, path);
	return 0;
}

/* Take bytes without one line end behind them. */
static int
set_content(struct secret *out, const char *bytes, size_t n, const char *from,
	    struct ark_error *err)
{
	struct ark_error cause = { 0 };
	int rc;

	if (n > SECRET_MAX)
		return error_set(err, ARK_EUSAGE, "%s: more than %zu bytes",
				 from, SECRET_MAX);
	if (n && bytes[n - 1] == '\n')
		n--;
	if (n && bytes[n - 1] == '\r')
		n--;
	if (!n)
		return error_set(err, ARK_EUSAGE, "%s: holds no secret", from);
	rc = secret_set(out, bytes, n, &cause);
	if (rc)
		return error_set(err, rc == ARK_ENOMEM ? rc : ARK_EUSAGE,
				 "%s: %s", from, cause.text);
	return 0;
}

static int
read_content(int fd, const char *path, struct secret *out,
	     struct ark_error *err)
{
	char *bytes = malloc(SECRET_MAX + 1);
	ssize_t n;
	int rc;

	if (!bytes)
		return error_nomem(err);
	n = fdio_pread(fd, bytes, SECRET_MAX + 1, 0);
	if (n < 0)
		rc = error_errno(err, "%s", path);
	else
		rc = set_content(out, bytes, (size_t)n, path, err);
	secret_wipe(bytes, SECRET_MAX + 1);
	free(bytes);
	return rc;
}

/* Symbolic links are followed: services mount secrets through them. */
static int
read_file(const char *path, struct secret *out, struct ark_error *err)
{
	struct stat st;
	int fd = -1;
	int rc;

	rc = file_open(&fd, path, &st, err);
	if (rc)
		goto out;
	rc = check_file(path, &st, err);
	if (rc)
		goto out;
	rc = read_content(fd, path, out, err);
out:
	(void)fdio_close(&fd);
	return rc;
}

static int
read_named(const struct source *s, const char *path, struct secret *out,
	   struct ark_error *err)
{
	int rc;

	rc = read_file(path, out, err);
	if (rc == ARK_ENOTFOUND)
		return error_set(err, ARK_EUSAGE, "%s names %s, but there is "
				 "no such file", s->file_key, path);
	return rc;
}

static int
read_credential(const struct source *s, struct secret *out,
		struct ark_error *err)
{
	const char *dir = credentials_directory();
	struct buf path = BUF_INIT(4096);
	int rc = ARK_ENOTFOUND;

	if (dir) {
		buf_addf(&path, "%s/%s", dir, s->credential);
		rc = buf_status(&path, err);
		if (!rc)
			rc = read_file(buf_text(&path), out, err);
	}
	if (rc == ARK_ENOTFOUND)
		rc = error_set(err, ARK_EUSAGE, "no %s is set: expected one "
			       "in %s, %s%s or systemd's credential %s",
			       s->what, s->variable, s->file_key,
			       s->other_ways, s->credential);
	buf_release(&path);
	return rc;
}

static int
read_source(const struct source *s, const char *file, const char *command,
	    struct secret *out, struct ark_error *err)
{
	const char *value = getenv(s->variable + 1);
	int rc;

	if (value && *value)
		return set_content(out, value, strlen(value), s->variable,
				   err);
	if (file)
		return read_named(s, file, out, err);
	if (!command)
		return read_credential(s, out, err);
	rc = command_read(command, COMMAND_MAX_MS, out, err);
	if (rc)
		error_prefix(err, "omni.password_command");
	return rc;
}

int
config_api_key(const struct ark_config *c, struct secret *out,
	       struct ark_error *err)
{
	return read_source(&api_key, c->api_key_file, NULL, out, err);
}

int
config_password(const struct ark_config *c, struct secret *out,
		struct ark_error *err)
{
	return read_source(&password, c->password_file, c->password_command,
			   out, err);
}
