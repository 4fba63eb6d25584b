#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/config.h"

#include "unit/config/scratch.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static struct ark_config *
load(const char *path)
{
	struct ark_error err = { 0 };
	struct ark_config *c = NULL;
	int rc = ark_config_load(&c, path, &err);

	if (rc)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	return c;
}

static void
check_refused(const char *path, const char *const *named, size_t n)
{
	struct ark_error err = { 0 };
	struct ark_config *c = NULL;

	assert_int_equal(ark_config_load(&c, path, &err), ARK_EUSAGE);
	assert_null(c);
	assert_int_equal(err.code, ARK_EUSAGE);
	assert_null(strchr(err.text, '\n'));
	for (size_t i = 0; i < n && named[i]; i++) {
		if (!strstr(err.text, named[i]))
			print_error("\"%s\" not in: %s\n", named[i], err.text);
		assert_non_null(strstr(err.text, named[i]));
	}
}

static void
test_built_in(void **state)
{
	struct ark_config *c = load("/dev/null");

	(void)state;
	assert_string_equal(c->file, "/dev/null");
	assert_null(c->base_url);
	assert_null(c->login);
	assert_null(c->path);
	assert_null(c->time_zone);
	assert_string_equal(c->name, "{time}-{id}");
	assert_int_equal(c->look_back_s, 3 * 86400);
	assert_int_equal(c->reserve_bytes, 1 << 30);
	assert_int_equal(c->concurrency, 0);
	assert_int_equal(c->max_concurrency, 64);
	assert_true(c->confine);
	assert_false(c->may_confine);	/* it is the program that allows it */
	ark_config_allow_confinement(c);
	assert_true(c->may_confine);
	assert_int_equal(c->rate_limit, 0);
	assert_int_equal(c->max_recording, INT64_C(2) << 30);
	assert_true(c->requests_per_second < 0.001);
	assert_false(c->allow_http);
	assert_int_equal(c->allow_private.n, 0);
	ark_config_free(c);
	ark_config_free(NULL);
}

static void
test_whole_file(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf# a comment\n"
		"[omni]\n"
		"base_url = https://omni.example/v1/   ; the address\n"
		"  login=robot@example.com\r\n"
		"organization = Opera\xc3\xa7\xc3\xa3o\n"
		"api_key_file : /run/key\n"
		"password_file = /run/password\n"
		"password_command = pass show \"a b\"\n"
		"time_zone = America/Sao_Paulo\n"
		"method = post\n"
		"page_param = auto\n"
		"page_unit = documents\n"
		"organization_field = org\n"
		"requests_per_second = 2.5\n"
		"\n"
		"[archive]\n"
		"path = /srv/call ark\n"
		"name = {agent}-{id}\n"
		"look_back = 1w\n"
		"reserve = 1.5G\n"
		"[transfer]\n"
		"concurrency = 8\n"
		"max_concurrency = 16\n"
		"rate_limit = 10M\n"
		"max_recording = 500M\n"
		"[network]\n"
		"ca_file =\n"
		"proxy = http://proxy:3128\n"
		"allow_http = Yes\n"
		"allow_private = 10.0.0.0/8, 192.168.0.0/16 fd00::/8\n"
		"allow_private = 172.16.0.0/12\n"
		"media_hosts = *.example.com\n"
		"[omni]\n";
	struct scratch *s = *state;
	const char *path = scratch_file(s, "c", 0600, text);
	struct ark_config *c = load(path);

	assert_string_equal(c->file, path);
	assert_string_equal(c->base_url, "https://omni.example/v1");
	assert_string_equal(c->login, "robot@example.com");
	assert_string_equal(c->organization, "Opera\xc3\xa7\xc3\xa3o");
	assert_string_equal(c->api_key_file, "/run/key");
	assert_string_equal(c->password_file, "/run/password");
	assert_string_equal(c->password_command, "pass show \"a b\"");
	assert_string_equal(c->time_zone, "America/Sao_Paulo");
	assert_string_equal(c->method, "POST");
	assert_null(c->page_param);
	assert_string_equal(c->page_unit, "documents");
	assert_string_equal(c->organization_field, "org");
	assert_true(c->requests_per_second > 2.49 &&
		    c->requests_per_second < 2.51);
	assert_string_equal(c->path, "/srv/call ark");
	assert_string_equal(c->name, "{agent}-{id}");
	assert_int_equal(c->look_back_s, 604800);
	assert_int_equal(c->reserve_bytes, 1610612736);
	assert_int_equal(c->concurrency, 8);
	assert_int_equal(c->max_concurrency, 16);
	assert_int_equal(c->rate_limit, 10485760);
	assert_int_equal(c->max_recording, 524288000);
	assert_null(c->ca_file);
	assert_string_equal(c->proxy, "http://proxy:3128");
	assert_true(c->allow_http);
	assert_int_equal(c->allow_private.n, 4);
	assert_string_equal(c->allow_private.items[0], "10.0.0.0/8");
	assert_string_equal(c->allow_private.items[2], "fd00::/8");
	assert_string_equal(c->allow_private.items[3], "172.16.0.0/12");
	assert_int_equal(c->media_hosts.n, 1);
	ark_config_free(c);
}

static void
test_file_refused(void **state)
{
	static const struct {
		const char *text;
		const char *named[3];
	} rows[] = {
		{ "[omni]\n\npasword = x\n",
		  { "/c:3: ", "unknown key \"omni.pasword\"",
		    "did you mean \"omni.password_file\"?" } },
		{ "[omni]\nbaseurl = x\n",
		  { "/c:2: ", "did you mean \"omni.base_url\"?" } },
		{ "[omny]\nlogin = x\n",
		  { "/c:2: ", "\"omny.login\"", "\"omni.login\"?" } },
		{ "login = x\n", { "/c:1: ", "\"login\"", "\"omni.login\"?" } },
		{ "[archive]\nlogin = x\n", { "/c:2: ", "\"omni.login\"?" } },
		{ "[omni]\nzzzzzz = x\n",
		  { "/c:2: ", "unknown key \"omni.zzzzzz\"" } },
		{ "[omni]\n\x1b[2J = x\n", { "/c:2: ", "\\x1B" } },
		{ "[omni]\nlogin = a\nlogin = a\n",
		  { "/c:3: ", "\"omni.login\"", "second time" } },
		{ "[omni]\nlogin = a\n[archive]\n[omni]\nlogin = b\n",
		  { "/c:5: ", "second time" } },
		{ "[omni]\napi_key = hush\n",
		  { "/c:2: ", "omni.api_key_file", "$CALLARK_API_KEY" } },
		{ "[omni]\npassword = hush\n",
		  { "/c:2: ", "omni.password_file", "$CALLARK_PASSWORD" } },
		{ "password: hush\n", { "/c:1: ", "omni.password_file" } },
		{ "[omni]\nlogin\n", { "/c:2: ", "key = value" } },
		{ "[omni\nlogin = x\n", { "/c:1: ", "[section]" } },
		{ "[omni]\nlogin = \xff\n", { "/c:2: ", "UTF-8" } },
		{ "[omni]\nlogin = \"x\"\n", { "/c:2: omni.login", "quotes" } },
		{ "[omni]\nlogin = a\tb\n", { "/c:2: omni.login", "control" } },
		{ "[archive]\nname =\n", { "/c:2: archive.name" } },
		{ "[transfer]\nmax_concurrency = 0\n",
		  { "/c:2: transfer.max_concurrency", "1 to 512", "\"0\"" } },
		{ "[network]\nallow_http = maybe\n",
		  { "/c:2: network.allow_http", "yes or no", "\"maybe\"" } },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < N(rows); i++) {
		const char *path = scratch_file(s, "c", 0600, rows[i].text);
		struct ark_error err = { 0 };
		struct ark_config *c = NULL;

		check_refused(path, rows[i].named, 3);
		(void)ark_config_load(&c, path, &err);
		assert_null(strstr(err.text, "hush"));
	}
}

static void
test_file_limits(void **state)
{
	static const char *const too_long[] = { "/c:2: ", "too long" };
	static const char *const nul[] = { "/c:2: ", "UTF-8" };
	static const char *const too_big[] = { "/c: ", "ceiling" };
	struct scratch *s = *state;
	size_t n = (size_t)2 << 20;
	char *text = malloc(n);
	char *line;

	assert_non_null(text);
	memset(text, '#', n);
	check_refused(scratch_bytes(s, "c", 0600, text, n), too_big, 2);
	line = text;
	memcpy(line, "[omni]\nlogin = ", 15);
	memset(line + 15, 'x', 9000);
	line[9015] = '\n';
	check_refused(scratch_bytes(s, "c", 0600, text, 9016), too_long, 2);
	check_refused(scratch_bytes(s, "c", 0600, "[omni]\nlogin = a\0b\n", 19),
		      nul, 2);
	free(text);
}

/* The longest line that the parser takes is taken whole. */
static void
test_line_lengths(void **state)
{
	struct scratch *s = *state;
	char text[400] = "[omni]\nlogin=";
	size_t start = strlen(text);

	for (size_t n = 150; n < 250; n++) {
		struct ark_config *c = NULL;
		int rc;

		memset(text + start, 'x', n);
		memcpy(text + start + n, "\n", 2);
		rc = ark_config_load(&c, scratch_file(s, "c", 0600, text),
				     NULL);
		if (rc == 0)
			assert_int_equal(strlen(c->login), n);
		else
			assert_int_equal(rc, ARK_EUSAGE);
		assert_true(rc == 0 || n > 180);
		ark_config_free(c);
	}
}

/* Whatever the bytes are, the answer is a value or an error. */
static void
test_garbage(void **state)
{
	static const char pieces[] =
		"[]=:;# \t\n\n\r\"\\omni.login\0\xff\xc3\x1b";
	struct scratch *s = *state;
	uint32_t seed = 1;

	for (int round = 0; round < 2000; round++) {
		char text[300];
		size_t n = 0;
		struct ark_config *c = NULL;
		int rc;

		while (n < (size_t)(round % 300)) {
			seed = seed * 1664525 + 1013904223;
			text[n++] = pieces[(seed >> 16) % (sizeof(pieces) - 1)];
		}
		rc = ark_config_load(&c, scratch_bytes(s, "c", 0600, text, n),
				     NULL);
		assert_true(rc == 0 || rc == ARK_EUSAGE);
		assert_int_equal(rc == 0, c != NULL);
		ark_config_free(c);
	}
}

static void
make_directory(struct scratch *s, const char *name)
{
	assert_int_equal(mkdir(scratch_path(s, name), 0700), 0);
}

static void
test_where_files_are(void **state)
{
	static const char *const named_config[] = { "--config", "/none" };
	static const char *const named_variable[] = { "$CALLARK_CONFIG",
						      "/none" };
	static const char *const directory[] = { "not a regular file" };
	struct scratch *s = *state;
	struct ark_config *c;

	check_refused(scratch_path(s, "none"), named_config, 2);
	check_refused(s->dir, directory, 1);
	/* No file at all is fine, unless this machine has one in /etc. */
	if (access("/etc/callark/callark.conf", F_OK)) {
		c = load(NULL);
		assert_null(c->file);
		ark_config_free(c);
	}
	make_directory(s, ".config");
	make_directory(s, ".config/callark");
	make_directory(s, "callark");
	scratch_file(s, ".config/callark/callark.conf", 0600,
		     "[omni]\nlogin = home\n");
	scratch_file(s, "callark/callark.conf", 0600,
		     "[omni]\nlogin = xdg\n");
	c = load(NULL);
	assert_string_equal(c->login, "xdg");
	ark_config_free(c);
	assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
	c = load(NULL);
	assert_string_equal(c->login, "home");
	assert_string_equal(c->file,
			    scratch_path(s, ".config/callark/callark.conf"));
	ark_config_free(c);
	assert_int_equal(setenv("XDG_CONFIG_HOME", "relative", 1), 0);
	c = load(NULL);
	assert_string_equal(c->login, "home");
	ark_config_free(c);
	assert_int_equal(setenv("CALLARK_CONFIG", scratch_path(s, "none"), 1),
			 0);
	check_refused(NULL, named_variable, 2);
	scratch_file(s, "v", 0600, "[omni]\nlogin = variable\n");
	assert_int_equal(setenv("CALLARK_CONFIG", scratch_path(s, "v"), 1), 0);
	c = load(NULL);
	assert_string_equal(c->login, "variable");
	ark_config_free(c);
	c = load(scratch_file(s, "p", 0600, "[omni]\nlogin = path\n"));
	assert_string_equal(c->login, "path");
	ark_config_free(c);
}

static void
test_symbolic_link(void **state)
{
	struct scratch *s = *state;
	const char *path = scratch_file(s, "real", 0644,
					"[omni]\nlogin = x\n");
	const char *link = scratch_path(s, "link");
	struct ark_config *c;

	assert_int_equal(symlink(path, link), 0);
	c = load(link);
	assert_string_equal(c->login, "x");
	ark_config_free(c);
}

/* File < environment < command line. */
static void
test_precedence(void **state)
{
	static const char *const named[] = {
		"$CALLARK_BASE_URL: omni.base_url",
	};
	struct scratch *s = *state;
	const char *path = scratch_file(s, "c", 0600,
					"[omni]\n"
					"base_url = https://file\n"
					"login = file\n"
					"organization = file\n"
					"[archive]\npath = file\n");
	struct ark_config *c;

	assert_int_equal(setenv("CALLARK_BASE_URL", "https://env/v1/", 1), 0);
	assert_int_equal(setenv("CALLARK_LOGIN", "", 1), 0);
	assert_int_equal(setenv("CALLARK_ORGANIZATION", "env", 1), 0);
	assert_int_equal(setenv("CALLARK_ARCHIVE", "/env", 1), 0);
	c = load(path);
	assert_string_equal(c->base_url, "https://env/v1");
	assert_string_equal(c->login, "file");
	assert_string_equal(c->organization, "env");
	assert_string_equal(c->path, "/env");
	assert_int_equal(ark_config_set(c, "archive.path", "/line",
					"--archive", NULL), 0);
	assert_string_equal(c->path, "/line");
	ark_config_free(c);
	assert_int_equal(setenv("CALLARK_BASE_URL", "ftp://x", 1), 0);
	check_refused(path, named, 1);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_built_in),
		TEST(test_whole_file),
		TEST(test_file_refused),
		TEST(test_file_limits),
		TEST(test_line_lengths),
		TEST(test_garbage),
		TEST(test_where_files_are),
		TEST(test_symbolic_link),
		TEST(test_precedence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
