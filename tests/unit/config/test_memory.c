/*
 * Settings and secrets without memory, and from files that the system does not
 * hand over: told as that, and never taken for a mistake of the user's.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ini.h>

#include "base/fdio.h"
#include "config/secrets.h"
#include "unit/config/scratch.h"
#include "unit/heap.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* ---- calls that fail ---- */

static bool fails_fstat, fails_pread, fails_parser;
static uid_t user;	/* whom we pretend to be; 0: nobody else */

/* fstat(), as the C library calls it. */
int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
ssize_t __real_fdio_pread(int fd, void *bytes, size_t n, int64_t at);
ssize_t __wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t at);
int __real_ini_parse_stream(ini_reader reader, void *stream,
			    ini_handler handler, void *user);
int __wrap_ini_parse_stream(ini_reader reader, void *stream,
			    ini_handler handler, void *user);
uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);

int
__wrap_fstat64(int fd, struct stat *st)
{
	if (!fails_fstat)
		return __real_fstat64(fd, st);
	errno = EIO;
	return -1;
}

ssize_t
__wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t at)
{
	if (!fails_pread)
		return __real_fdio_pread(fd, bytes, n, at);
	errno = EIO;
	return -1;
}

/* -2 is how the parser tells that it has no memory. */
int
__wrap_ini_parse_stream(ini_reader reader, void *stream, ini_handler handler,
			void *user_data)
{
	return fails_parser ? -2 :
		__real_ini_parse_stream(reader, stream, handler, user_data);
}

uid_t
__wrap_geteuid(void)
{
	return user ? user : __real_geteuid();
}

/* ---- settings ---- */

static const char whole_file[] =
	"[omni]\nbase_url = https://x.example/v1//\nlogin = robot\n"
	"password_command = cat x\n"
	"[network]\nallow_private = 10.0.0.0/8, 192.168.0.0/16\n"
	"proxy = http://u:p@proxy.example:3128\n";

/* Read by its name, or as the user's own. */
static void
load(void *ctx)
{
	const char *path = ctx;
	struct ark_error err = { 0 };
	struct ark_config *c = NULL;
	int rc = ark_config_load(&c, path, &err);

	assert_int_equal(err.code, rc);
	assert_int_equal(!c, !!rc);
	if (rc) {
		assert_true(heap_has_failed());
		assert_int_equal(rc, ARK_ENOMEM);
		return;
	}
	/* Nothing of it is left out. */
	assert_string_equal(c->base_url, "https://x.example/v1");
	assert_string_equal(c->login, "robot");
	assert_string_equal(c->password_command, "cat x");
	assert_string_equal(c->organization, "ACME");
	assert_int_equal(c->allow_private.n, 2);
	assert_string_equal(c->allow_private.items[1], "192.168.0.0/16");
	assert_string_equal(c->proxy, "http://u:p@proxy.example:3128");
	assert_non_null(c->file);
	ark_config_free(c);
}

static void
settings_without_memory_are_not_wrong(void **state)
{
	struct scratch *s = *state;
	const char *path;

	assert_int_equal(mkdir(scratch_path(s, "callark"), 0700), 0);
	path = scratch_file(s, "callark/callark.conf", 0600, whole_file);
	assert_int_equal(setenv("CALLARK_ORGANIZATION", "ACME", 1), 0);
	assert_true(heap_each(load, (void *)(uintptr_t)path) > 0);
	assert_true(heap_each(load, NULL) > 0);
}

/* Where no folder is known there is no file, and a name has its limits. */
static void
a_home_that_is_none_has_no_settings(void **state)
{
	static const struct {
		const char *home;
		int rc;
	} rows[] = {
		{ "relative", 0 }, { "", 0 }, { NULL, ARK_ELIMIT },
	};
	char far[5000];

	(void)state;
	memset(far, 'x', sizeof(far) - 1);
	far[0] = '/';
	far[sizeof(far) - 1] = 0;
	assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
	for (size_t i = 0; i < N(rows); i++) {
		const char *home = rows[i].home ? rows[i].home : far;
		struct ark_error err = { 0 };
		struct ark_config *c = NULL;

		assert_int_equal(setenv("HOME", home, 1), 0);
		assert_int_equal(ark_config_load(&c, NULL, &err), rows[i].rc);
		assert_int_equal(err.code, rows[i].rc);
		ark_config_free(c);
	}
}

static void
the_parser_may_have_no_memory(void **state)
{
	struct scratch *s = *state;
	struct ark_error err = { 0 };
	struct ark_config *c = NULL;
	const char *path = scratch_file(s, "c", 0600, whole_file);

	fails_parser = true;
	assert_int_equal(ark_config_load(&c, path, &err), ARK_ENOMEM);
	fails_parser = false;
	assert_int_equal(err.code, ARK_ENOMEM);
	assert_null(c);
}

/* A file that is there and cannot be had is never passed over. */
static void
a_file_that_cannot_be_read_is_told(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_path(s, "loop");
	struct ark_error err = { 0 };
	struct ark_config *c = NULL;

	assert_int_equal(symlink("loop", path), 0);
	assert_int_equal(ark_config_load(&c, path, &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, strerror(ELOOP)));
	assert_null(strstr(err.text, "no such file"));
	path = scratch_file(s, "c", 0600, whole_file);
	fails_fstat = true;
	assert_int_equal(ark_config_load(&c, path, &err), ARK_EUSAGE);
	fails_fstat = false;
	assert_non_null(strstr(err.text, strerror(EIO)));
	/* What stands below a file is not there. */
	assert_int_equal(ark_config_load(&c, scratch_path(s, "c/d"), &err),
			 ARK_EUSAGE);
	assert_non_null(strstr(err.text, "no such file"));
	assert_null(c);
}

/* ---- secrets ---- */

static void
read_key(void *ctx)
{
	struct ark_error err = { 0 };
	struct secret s = { 0 };
	int rc = config_api_key(ctx, &s, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	if (rc)
		assert_false(secret_is_set(&s));
	else
		assert_string_equal(s.text, "abc");
	secret_release(&s);
}

static void
a_secret_without_memory_is_not_missing(void **state)
{
	struct scratch *s = *state;
	struct ark_config *c = NULL;

	scratch_file(s, "api-key", 0400, "abc\n");
	assert_int_equal(ark_config_load(&c, "/dev/null", NULL), 0);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", s->dir, 1), 0);
	assert_true(heap_each(read_key, c) > 0);
	assert_int_equal(setenv("CALLARK_API_KEY", "abc", 1), 0);
	assert_true(heap_each(read_key, c) > 0);
	ark_config_free(c);
}

/* Expect an error about the API key that names it. */
static void
check_refused(const struct ark_config *c, int rc, const char *named)
{
	struct ark_error err = { 0 };
	struct secret s = { 0 };

	assert_int_equal(config_api_key(c, &s, &err), rc);
	if (!strstr(err.text, named))
		fail_msg("\"%s\" not in: %s", named, err.text);
	assert_false(secret_is_set(&s));
}

static void
folders_of_credentials(void **state)
{
	struct scratch *s = *state;
	struct ark_config *c = NULL;
	char far[5000];

	assert_int_equal(ark_config_load(&c, "/dev/null", NULL), 0);
	scratch_file(s, "api-key", 0400, "abc\n");
	/* systemd gives whole paths: this one is not from there. */
	assert_int_equal(chdir(s->dir), 0);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", ".", 1), 0);
	check_refused(c, ARK_EUSAGE, "no API key is set");
	assert_int_equal(chdir("/"), 0);
	memset(far, 'x', sizeof(far) - 1);
	far[0] = '/';
	far[sizeof(far) - 1] = 0;
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", far, 1), 0);
	check_refused(c, ARK_ELIMIT, "4096");
	ark_config_free(c);
}

static void
a_secret_that_cannot_be_read_is_told(void **state)
{
	struct scratch *s = *state;
	struct ark_config *c = NULL;
	const char *path = scratch_file(s, "k", 0600, "abc\n");

	assert_int_equal(ark_config_load(&c, "/dev/null", NULL), 0);
	assert_int_equal(ark_config_set(c, "omni.api_key_file", path, "--test",
					NULL), 0);
	fails_pread = true;
	check_refused(c, ARK_EDISK, strerror(EIO));
	fails_pread = false;
	/* A service that is not root may be given what root owns. */
	user = 12345;
	if (__real_geteuid() == 0)
		read_key(c);
	else
		check_refused(c, ARK_EUSAGE, "expected user 12345 or root");
	user = 0;
	ark_config_free(c);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(settings_without_memory_are_not_wrong),
		TEST(a_home_that_is_none_has_no_settings),
		TEST(the_parser_may_have_no_memory),
		TEST(a_file_that_cannot_be_read_is_told),
		TEST(a_secret_without_memory_is_not_missing),
		TEST(folders_of_credentials),
		TEST(a_secret_that_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
