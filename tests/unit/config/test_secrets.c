#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/secrets.h"

#include "unit/config/scratch.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

typedef int read_secret(const struct ark_config *c, struct secret *out,
			struct ark_error *err);

static struct ark_config *
new_config(void)
{
	struct ark_config *c = NULL;

	assert_int_equal(ark_config_load(&c, "/dev/null", NULL), 0);
	return c;
}

static void
set(struct ark_config *c, const char *key, const char *value)
{
	assert_int_equal(ark_config_set(c, key, value, "--test", NULL), 0);
}

static void
check(read_secret *read, const struct ark_config *c, const char *text)
{
	struct ark_error err = { 0 };
	struct secret s = { 0 };
	int rc = read(c, &s, &err);

	if (rc)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	assert_string_equal(s.text, text);
	secret_release(&s);
}

static void
check_refused(read_secret *read, const struct ark_config *c,
	      const char *named, const char *also_named)
{
	struct ark_error err = { 0 };
	struct secret s = { 0 };

	assert_int_equal(read(c, &s, &err), ARK_EUSAGE);
	assert_int_equal(err.code, ARK_EUSAGE);
	assert_false(secret_is_set(&s));
	if (!strstr(err.text, named) || !strstr(err.text, also_named))
		print_error("%s\n", err.text);
	assert_non_null(strstr(err.text, named));
	assert_non_null(strstr(err.text, also_named));
	assert_null(strstr(err.text, "hush"));
	assert_null(strchr(err.text, '\n'));
}

/* Each source gives way to the one before it. */
static void
test_order(void **state)
{
	struct scratch *s = *state;
	struct ark_config *c = new_config();

	check_refused(config_api_key, c, "no API key", "$CALLARK_API_KEY");
	check_refused(config_api_key, c, "omni.api_key_file", "api-key");
	check_refused(config_password, c, "no password",
		      "$CALLARK_PASSWORD, omni.password_file, "
		      "omni.password_command or");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", s->dir, 1), 0);
	check_refused(config_api_key, c, "no API key", "credential");
	scratch_file(s, "api-key", 0400, "from systemd\n");
	scratch_file(s, "password", 0400, "pw from systemd\n");
	check(config_api_key, c, "from systemd");
	check(config_password, c, "pw from systemd");
	set(c, "omni.password_command", "echo from command; echo more");
	check(config_password, c, "from command");
	check(config_api_key, c, "from systemd");
	set(c, "omni.api_key_file", scratch_file(s, "k", 0600, "from file"));
	set(c, "omni.password_file", scratch_file(s, "p", 0600, "pw file\n"));
	check(config_api_key, c, "from file");
	check(config_password, c, "pw file");
	assert_int_equal(setenv("CALLARK_API_KEY", "", 1), 0);
	check(config_api_key, c, "from file");
	assert_int_equal(setenv("CALLARK_API_KEY", "from env", 1), 0);
	assert_int_equal(setenv("CALLARK_PASSWORD", "pw env", 1), 0);
	check(config_api_key, c, "from env");
	check(config_password, c, "pw env");
	assert_int_equal(setenv("CALLARK_API_KEY", "hush\nX-Evil: 1", 1), 0);
	check_refused(config_api_key, c, "$CALLARK_API_KEY", "control");
	ark_config_free(c);
}

static void
test_contents(void **state)
{
	static const struct {
		const char *bytes;
		const char *secret;	/* NULL: refused */
		const char *named;
	} rows[] = {
		{ "abc", "abc", NULL },
		{ "abc\n", "abc", NULL },
		{ "abc\r\n", "abc", NULL },
		{ " a b ", " a b ", NULL },
		{ "", NULL, "no secret" },
		{ "\n", NULL, "no secret" },
		{ "hush\n\n", NULL, "control" },
		{ "hush\nmore\n", NULL, "control" },
		{ "hush\t", NULL, "control" },
	};
	struct scratch *s = *state;
	struct ark_config *c = new_config();

	for (size_t i = 0; i < N(rows); i++) {
		set(c, "omni.api_key_file",
		    scratch_file(s, "k", 0600, rows[i].bytes));
		if (rows[i].secret)
			check(config_api_key, c, rows[i].secret);
		else
			check_refused(config_api_key, c, rows[i].named, "/k");
	}
	set(c, "omni.api_key_file",
	    scratch_bytes(s, "k", 0600, "hush\0x", 6));
	check_refused(config_api_key, c, "control", "/k");
	ark_config_free(c);
}

static void
test_modes(void **state)
{
	static const struct {
		mode_t mode;
		bool is_fine;
		bool is_fine_for_systemd;
	} rows[] = {
		{ 0600, true, true }, { 0400, true, true },
		{ 0700, true, true }, { 0440, false, true },
		{ 0640, false, true }, { 0660, false, false },
		{ 0604, false, false }, { 0644, false, false },
		{ 0602, false, false }, { 0610, false, false },
	};
	struct scratch *s = *state;
	struct ark_config *c = new_config();

	for (size_t i = 0; i < N(rows); i++) {
		const char *path = scratch_file(s, "k", rows[i].mode, "abc\n");

		set(c, "omni.api_key_file", path);
		assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
		if (rows[i].is_fine)
			check(config_api_key, c, "abc");
		else
			check_refused(config_api_key, c, "chmod 600", path);
		assert_int_equal(setenv("CREDENTIALS_DIRECTORY", s->dir, 1),
				 0);
		if (rows[i].is_fine_for_systemd)
			check(config_api_key, c, "abc");
		else
			check_refused(config_api_key, c, "chmod 600", path);
	}
	ark_config_free(c);
}

/* A way out of the credentials' directory earns no indulgence. */
static void
test_outside_credentials(void **state)
{
	struct scratch *s = *state;
	struct ark_config *c = new_config();

	scratch_file(s, "k", 0440, "abc\n");
	assert_int_equal(mkdir(scratch_path(s, "cred"), 0700), 0);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY",
				scratch_path(s, "cred"), 1), 0);
	set(c, "omni.api_key_file", scratch_path(s, "cred/../k"));
	check_refused(config_api_key, c, "chmod 600", "/k");
	assert_int_equal(mkdir(scratch_path(s, "credible"), 0700), 0);
	set(c, "omni.api_key_file",
	    scratch_file(s, "credible/k", 0440, "abc\n"));
	check_refused(config_api_key, c, "chmod 600", "/k");
	ark_config_free(c);
}

static void
test_other_files(void **state)
{
	struct scratch *s = *state;
	struct ark_config *c = new_config();
	const char *target = scratch_file(s, "k", 0600, "abc\n");
	const char *link = scratch_path(s, "link");
	const char *path = scratch_path(s, "none");
	char *big = malloc(70000);

	assert_non_null(big);
	set(c, "omni.api_key_file", path);
	check_refused(config_api_key, c, "omni.api_key_file", path);
	set(c, "omni.api_key_file", s->dir);
	check_refused(config_api_key, c, "not a regular file", s->dir);
	set(c, "omni.api_key_file", "/dev/null");
	check_refused(config_api_key, c, "not a regular file", "/dev/null");
	path = scratch_path(s, "fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	set(c, "omni.api_key_file", path);
	check_refused(config_api_key, c, "not a regular file", path);
	target = scratch_path(s, "k");
	link = scratch_path(s, "link");
	assert_int_equal(symlink(target, link), 0);
	set(c, "omni.api_key_file", link);
	check(config_api_key, c, "abc");
	assert_int_equal(chmod(scratch_path(s, "k"), 0644), 0);
	check_refused(config_api_key, c, "chmod 600", "link");
	memset(big, 'x', 70000);
	set(c, "omni.api_key_file", scratch_bytes(s, "big", 0600, big, 70000));
	check_refused(config_api_key, c, "65536", "big");
	free(big);
	ark_config_free(c);
}

static void
test_foreign_owner(void **state)
{
	struct scratch *s = *state;
	struct ark_config *c = new_config();
	const char *path = scratch_file(s, "k", 0600, "abc\n");

	set(c, "omni.api_key_file", path);
	if (geteuid() != 0)
		goto out;	/* only root can give files away */
	assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
	check_refused(config_api_key, c, "12345", path);
out:
	ark_config_free(c);
}

static void
test_command_fails(void **state)
{
	struct ark_config *c = new_config();

	(void)state;
	set(c, "omni.password_command", "echo hush; exit 3");
	check_refused(config_password, c, "omni.password_command",
		      "exit status 3");
	ark_config_free(c);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_contents),
		TEST(test_modes),
		TEST(test_outside_credentials),
		TEST(test_other_files),
		TEST(test_foreign_owner),
		TEST(test_command_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
