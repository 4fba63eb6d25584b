/* What SQLite says, and what of it a user is told. */
#include <errno.h>
#include <sys/statvfs.h>

#include "unit/catalogue/fixture.h"

#include "catalogue/query.h"

int __wrap_statvfs64(const char *path, struct statvfs *out);
int __wrap_sqlite3_system_errno(sqlite3 *db);

static struct statvfs disk;
static int disk_rc, system_errno;

/* With 64: that is what the call of callark is compiled to. */
int
__wrap_statvfs64(const char *path, struct statvfs *out)
{
	(void)path;
	*out = disk;
	return disk_rc;
}

int
__wrap_sqlite3_system_errno(sqlite3 *db)
{
	(void)db;
	return system_errno;
}

static void
test_codes(void **state)
{
	static const struct {
		int sqlite, code;
	} table[] = {
		{ SQLITE_FULL, ARK_EDISK }, { SQLITE_IOERR_READ, ARK_EDISK },
		{ SQLITE_READONLY_DBMOVED, ARK_EDISK },
		{ SQLITE_CANTOPEN_ISDIR, ARK_EDISK },
		{ SQLITE_PERM, ARK_EDISK }, { SQLITE_NOLFS, ARK_EDISK },
		{ SQLITE_CORRUPT_INDEX, ARK_EINTEGRITY },
		{ SQLITE_NOTADB, ARK_EINTEGRITY },
		{ SQLITE_NOMEM, ARK_ENOMEM },
		{ SQLITE_IOERR_NOMEM, ARK_ENOMEM },
		{ SQLITE_BUSY_SNAPSHOT, ARK_ELOCKED },
		{ SQLITE_LOCKED, ARK_ELOCKED },
		{ SQLITE_CONSTRAINT_CHECK, ARK_EBUG },
		{ SQLITE_MISUSE, ARK_EBUG },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int rc = query_failed(f->c, table[i].sqlite, &f->err);

		assert_int_equal(rc, table[i].code);
		assert_int_equal(f->err.code, table[i].code);
		assert_int_equal(!!strstr(f->err.text, "callark rebuild"),
				 rc == ARK_EINTEGRITY);
	}
}

/* A journal that cannot be made for want of room is not there afterwards. */
static void
test_reasons(void **state)
{
	static const struct {
		int system_errno, disk_rc;
		fsblkcnt_t bytes;
		fsfilcnt_t files, free_files;
		const char *reason;
	} table[] = {
		{ ENOENT, 0, 1, 9, 9, "No such file" },
		{ ENOENT, 0, 0, 9, 9, "No space left" },
		{ ENOENT, 0, 1, 9, 0, "No space left" },
		/* a file system that does not count its files */
		{ ENOENT, 0, 1, 0, 0, "No such file" },
		{ ENOENT, -1, 0, 9, 0, "No such file" },
		{ EACCES, 0, 0, 9, 0, "Permission denied" },
	};
	struct fixture *f = *state;
	struct catalogue closed = { .path = f->path };

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		system_errno = table[i].system_errno;
		disk_rc = table[i].disk_rc;
		disk.f_bavail = table[i].bytes;
		disk.f_files = table[i].files;
		disk.f_favail = table[i].free_files;
		assert_int_equal(query_failed(f->c, SQLITE_CANTOPEN, &f->err),
				 ARK_EDISK);
		assert_non_null(strstr(f->err.text, table[i].reason));
		/* without a connection nobody knows */
		assert_int_equal(query_failed(&closed, SQLITE_CANTOPEN,
					      &f->err), ARK_EDISK);
		assert_null(strstr(f->err.text, table[i].reason));
	}
}

/* What the disk did not give is not called damaged. */
static void
test_unread(void **state)
{
	static const struct {
		int reason;
		bool is_unread;
	} table[] = {
		{ 0, false }, { ENOENT, false }, { EIO, true },
		{ ENXIO, true }, { ERANGE, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		errno = table[i].reason;
		assert_int_equal(query_is_unread(), table[i].is_unread);
	}
}

static void
test_columns(void **state)
{
	struct fixture *f = *state;
	struct query q;
	size_t n = 99;

	query_prepare(&q, f->c, "SELECT NULL, x'', x'0102', 'ab'");
	assert_int_equal(query_next(&q, &f->err), 1);
	assert_string_equal(query_get_bytes(&q, 0, &n), "");
	assert_int_equal(n, 0);
	assert_string_equal(query_get_bytes(&q, 1, &n), "");
	assert_int_equal(n, 0);
	assert_memory_equal(query_get_bytes(&q, 2, &n), "\1\2", 2);
	assert_int_equal(n, 2);
	assert_string_equal(query_get_text(&q, 0), "");
	assert_int_equal(query_get_time(&q, 0), -1);
	assert_false(query_equal(&q, 0, "\1\2", 2));
	assert_false(query_equal(&q, 2, "\1", 1));
	assert_false(query_equal(&q, 2, "\1\3", 2));
	assert_true(query_equal(&q, 2, "\1\2", 2));
	assert_int_equal(query_status(&q, &f->err), 0);
	assert_int_equal(query_next(&q, &f->err), 0);
	query_close(&q);
	query_close(&q);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_codes), TEST(test_reasons), TEST(test_unread),
		TEST(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
