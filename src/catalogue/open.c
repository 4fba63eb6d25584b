#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/fdio.h"
#include "catalogue/schema.h"

#define BUSY_MS 10000

/*
 * A rollback journal and EXTRA: Debian 12's SQLite lacks the fix of the
 * WAL-reset bug, and a commit must survive a power cut, the removal of its
 * journal too.  Temporary structures go to memory: the queries here sort
 * nothing that grows, and a full /tmp must not stop a run.
 */
static const char settings[] = "PRAGMA foreign_keys = ON;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cache_size = -8192;";

static const char settings_of_writer[] = "PRAGMA journal_mode = DELETE;"
					 "PRAGMA synchronous = EXTRA;";

/*
 * SQLite refuses symbolic links anywhere in a path or nowhere.  The archive
 * may well be reached through one; the file itself may not be one.
 */
static int
resolve(char **out, const char *path, struct ark_error *err)
{
	struct buf whole = BUF_INIT(2 * PATH_MAX);
	const char *slash = strrchr(path, '/');
	char *dir = NULL, *real = NULL;
	int rc;

	if (!slash)
		return error_set(err, ARK_EBUG,
				 "catalogue %s: not an absolute path", path);
	dir = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (!dir)
		return error_nomem(err);
	real = realpath(dir, NULL);
	if (!real) {
		rc = error_errno(err, "catalogue %s", path);
		goto out;
	}
	(void)buf_addf(&whole, "%s/%s", strcmp(real, "/") ? real : "",
		       slash + 1);
	rc = buf_status(&whole, err);
	if (!rc)
		*out = buf_take(&whole);
out:
	buf_release(&whole);
	free(real);
	free(dir);
	return rc;
}

/*
 * Make the file with its mode before SQLite sees it; one that is there is
 * fine.  It is closed before any connection to it exists, since closing a
 * descriptor drops the locks of the whole process.
 */
static int
make_file(const char *path, struct ark_error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int failed;

	if (fd < 0)
		return errno == EEXIST ? 0 : error_errno(err, "%s", path);
	failed = fchmod(fd, 0600);
	if (fdio_close(&fd) || failed)
		return error_errno(err, "%s", path);
	return 0;
}

/* Whether there is a file to read. */
static int
find_file(const char *path, struct ark_error *err)
{
	struct stat st;

	if (lstat(path, &st))
		return error_errno(err, "catalogue %s", path);
	return 0;
}

/* One connection with the settings that need no transaction. */
static int
connect_to(struct catalogue *c, int flags, struct ark_error *err)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
	};
	int rc;

	rc = sqlite3_open_v2(
		c->path, &c->db,
		flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
			SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
		NULL);
	if (!rc)
		rc = sqlite3_busy_timeout(c->db, BUSY_MS);
	for (size_t i = 0; !rc && i < sizeof(options) / sizeof(options[0]); i++)
		rc = sqlite3_db_config(c->db, options[i].option,
				       options[i].value, (int *)NULL);
	if (rc)
		return query_failed(c, rc, err);
	return query_exec(c, settings, err);
}

static void
disconnect(struct catalogue *c)
{
	for (size_t i = 0; i < STMT_N; i++) {
		(void)sqlite3_finalize(c->stmts[i]);
		c->stmts[i] = NULL;
	}
	(void)sqlite3_close(c->db);
	c->db = NULL;
}

/*
 * A run that was cut off leaves a journal that only a writer can play back.
 * Reading does that first, with the locks that keep it off a living writer.
 */
static int
connect_reader(struct catalogue *c, bool *is_empty, struct ark_error *err)
{
	struct ark_error why = { 0 };
	int rc;

	rc = connect_to(c, SQLITE_OPEN_READONLY, &why);
	if (!rc)
		rc = schema_check(c, is_empty, &why);
	if (!rc)
		return 0;
	if (!c->db ||
	    sqlite3_extended_errcode(c->db) != SQLITE_READONLY_ROLLBACK)
		return error_set(err, why.code, "%s", why.text);
	disconnect(c);
	rc = connect_to(c, SQLITE_OPEN_READWRITE, err);
	if (!rc)
		rc = schema_check(c, is_empty, err);
	disconnect(c);
	if (!rc)
		rc = connect_to(c, SQLITE_OPEN_READONLY, err);
	return rc;
}

static int
connect_writer(struct catalogue *c, bool *is_empty, struct ark_error *err)
{
	int rc;

	rc = connect_to(c, SQLITE_OPEN_READWRITE, err);
	if (!rc)
		rc = schema_check(c, is_empty, err);
	if (!rc)
		rc = query_exec(c, settings_of_writer, err);
	if (!rc && *is_empty)
		rc = schema_make(c, err);
	return rc;
}

int
catalogue_open(struct catalogue **out, const char *path,
	       enum catalogue_mode mode, struct ark_error *err)
{
	struct catalogue *c = calloc(1, sizeof(*c));
	bool is_empty = false;
	int rc;

	if (!c)
		return error_nomem(err);
	c->n_new_ids = -1;
	rc = resolve(&c->path, path, err);
	if (rc)
		goto out;
	if (mode == CATALOGUE_WRITE)
		rc = make_file(c->path, err);
	else
		rc = find_file(c->path, err);
	if (rc)
		goto out;
	if (mode == CATALOGUE_WRITE)
		rc = connect_writer(c, &is_empty, err);
	else
		rc = connect_reader(c, &is_empty, err);
	if (!rc && mode == CATALOGUE_READ && is_empty)
		rc = query_damaged(c, "it is empty", err);
	if (rc)
		goto out;
	*out = c;
	c = NULL;
out:
	catalogue_close(c);
	return rc;
}

void
catalogue_close(struct catalogue *c)
{
	if (!c)
		return;
	catalogue_rollback(c);
	disconnect(c);
	free(c->path);
	free(c);
}

int
catalogue_check(struct catalogue *c, struct ark_error *err)
{
	char why[256] = "no answer of quick_check";
	bool is_unread;
	struct query q;
	int rc;

	/* it comes by each page once */
	rc = query_exec(c, "PRAGMA cache_size = -512", err);
	if (rc)
		return rc;
	query_prepare(&q, c, "PRAGMA quick_check(1)");
	rc = query_next(&q, err);
	is_unread = query_is_unread();
	if (rc > 0) {
		(void)sqlite3_snprintf(sizeof(why), why, "%s",
				       query_get_text(&q, 0));
		rc = query_status(&q, err);
	}
	query_close(&q);
	if (rc < 0)
		return rc;
	if (!strcmp(why, "ok"))
		return 0;
	return is_unread ? query_failed(c, SQLITE_IOERR_READ, err) :
		query_damaged(c, why, err);
}
