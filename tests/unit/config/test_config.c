#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "config/config.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

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
	struct ark_error err = { 0 };
	int rc = ark_config_set(c, key, value, "--test", &err);

	if (rc)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
}

/* Every error names the origin, the key, and what was expected. */
static void
test_refused(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		const char *named;
	} rows[] = {
		{ "omni.base_url", "omni.example/v1", "https://HOST" },
		{ "omni.base_url", "ftp://omni.example", "https://HOST" },
		{ "omni.base_url", "https://", "https://HOST" },
		{ "omni.base_url", "https:///v1", "https://HOST" },
		{ "omni.base_url", "https://:443/v1", "https://HOST" },
		{ "omni.base_url", "https://h:/v1", "https://HOST" },
		{ "omni.base_url", "https://h:0/v1", "https://HOST" },
		{ "omni.base_url", "https://h:65536/v1", "https://HOST" },
		{ "omni.base_url", "https://h:-1/v1", "https://HOST" },
		{ "omni.base_url", "https://h:443443/", "https://HOST" },
		{ "omni.base_url", "https://[::1/v1", "https://HOST" },
		{ "omni.base_url", "https://[::1]x/v1", "https://HOST" },
		{ "omni.base_url", "https://me:hush@h/v1", "user name" },
		{ "omni.base_url", "https://me:hu/sh@h/v1", "https://HOST" },
		{ "omni.base_url", "me:hush@h", "https://HOST" },
		{ "omni.base_url", "https://h/v1?k=hush", "query" },
		{ "omni.base_url", "https://h/v1#hush", "fragment" },
		{ "omni.base_url", "https://h/v 1", "spaces" },
		{ "omni.base_url", "https://h\n/v1", "spaces" },
		{ "omni.base_url", "https://h\\v1", "ASCII" },
		{ "omni.base_url", "https://\xc3\xa9/v1", "ASCII" },
		{ "omni.login", "a\nb", "control characters" },
		{ "omni.login", "\x7f", "control characters" },
		{ "omni.login", "\xff", "UTF-8" },
		{ "omni.password_command", "a\x1b", "control characters" },
		{ "omni.method", "PUT", "auto or GET or POST" },
		{ "omni.page_param", "skip", "report-skip or report_skip" },
		{ "omni.page_unit", "page", "pages or documents" },
		{ "omni.requests_per_second", "", "0.5" },
		{ "omni.requests_per_second", "-1", "0.5" },
		{ "omni.requests_per_second", "1.", "0.5" },
		{ "omni.requests_per_second", ".5", "0.5" },
		{ "omni.requests_per_second", "1,5", "0.5" },
		{ "omni.requests_per_second", "1e3", "0.5" },
		{ "omni.requests_per_second", "nan", "0.5" },
		{ "omni.requests_per_second", "10001", "0 to 10000" },
		{ "omni.requests_per_second", "99999999999999999", "0.5" },
		{ "archive.name", "", "something" },
		{ "archive.look_back", "soon", "12h or 3d" },
		{ "archive.look_back", "", "12h or 3d" },
		{ "archive.look_back", "11000d", "seconds" },
		{ "archive.reserve", "-1", "1.5G" },
		{ "archive.reserve", "2000000T", "bytes" },
		{ "transfer.concurrency", "513", "0 to 512" },
		{ "transfer.concurrency", "-1", "0 to 512" },
		{ "transfer.concurrency", "many", "whole number" },
		{ "transfer.concurrency", "8.5", "whole number" },
		{ "transfer.concurrency", "99999999999", "whole number" },
		{ "transfer.max_concurrency", "auto", "whole number" },
		{ "transfer.max_concurrency", "0", "1 to 512" },
		{ "transfer.rate_limit", "fast", "10M" },
		{ "transfer.max_recording", "0", "1024 to" },
		{ "network.allow_http", "", "yes or no" },
		{ "network.allow_http", "2", "yes or no" },
		{ "network.media_hosts", "a \x01", "control characters" },
		{ "notify.metrics_file", "/a/b.txt", ".prom" },
		{ "notify.metrics_file", ".prom", ".prom" },
		{ "notify.metrics_file", "/a/.prom", ".prom" },
		{ "notify.metrics_file", "/a.prom/b", ".prom" },
		{ "notify.metrics_file", "/a.prom/", ".prom" },
		{ "notify.metrics_file", "/a/b.PROM", ".prom" },
		{ "notify.metrics_file", "/a/\x01.prom", "control characters" },
		{ "notify.metrics_file", "\xff.prom", "UTF-8" },
		{ "notify.on_failure", "a\nb", "control characters" },
		{ "notify.ping_url", "hush", "https://HOST" },
		{ "notify.ping_url", "ftp://h/hush", "https://HOST" },
		{ "notify.ping_url", "https://me:hush@h/", "user name" },
		{ "notify.ping_url", "https://h/hush?a=b", "query" },
		{ "notify.ping_url", "https://h/hush#a", "fragment" },
		{ "notify.ping_url", "https://h/hush\n", "spaces" },
		{ "notify.ping_url", "https://hush:99999/", "https://HOST" },
	};
	struct ark_config *c = new_config();

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		int rc = ark_config_set(c, rows[i].key, rows[i].value,
					"--test", &err);

		if (rc != ARK_EUSAGE || !strstr(err.text, rows[i].named))
			print_error("%s \"%s\": %s\n", rows[i].key,
				    rows[i].value, err.text);
		assert_int_equal(rc, ARK_EUSAGE);
		assert_int_equal(err.code, ARK_EUSAGE);
		assert_memory_equal(err.text, "--test: ", 8);
		assert_memory_equal(err.text + 8, rows[i].key,
				    strlen(rows[i].key));
		assert_non_null(strstr(err.text, rows[i].named));
		assert_null(strstr(err.text, "hush"));
		assert_null(strchr(err.text, '\n'));
	}
	assert_null(c->base_url);
	assert_null(c->login);
	assert_int_equal(c->max_concurrency, 64);
	assert_string_equal(c->name, "{time}-{id}");
	assert_int_equal(c->media_hosts.n, 0);
	assert_null(c->metrics_file);
	assert_null(c->on_failure);
	assert_null(c->ping_url);
	ark_config_free(c);
}

static void
test_texts(void **state)
{
	struct ark_config *c = new_config();

	(void)state;
	set(c, "omni.login", "a");
	set(c, "omni.login", "b");
	assert_string_equal(c->login, "b");
	set(c, "omni.login", "");
	assert_null(c->login);
	set(c, "omni.time_zone", "Asia/Kolkata");
	assert_string_equal(c->time_zone, "Asia/Kolkata");
	set(c, "omni.time_zone", "Auto");
	assert_null(c->time_zone);
	set(c, "omni.method", "get");
	assert_string_equal(c->method, "GET");
	set(c, "omni.method", "auto");
	assert_null(c->method);
	set(c, "omni.page_param", "REPORT_SKIP");
	assert_string_equal(c->page_param, "report_skip");
	set(c, "omni.password_command", "\"my tool\" \"x\"");
	assert_string_equal(c->password_command, "\"my tool\" \"x\"");
	ark_config_free(c);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *text;
		const char *kept;
	} rows[] = {
		{ "https://h", "https://h" },
		{ "https://h/", "https://h" },
		{ "https://h/v1///", "https://h/v1" },
		{ "HTTPS://h/v1", "HTTPS://h/v1" },
		{ "https://h:8443/v1", "https://h:8443/v1" },
		{ "https://[::1]:65535/v1", "https://[::1]:65535/v1" },
		{ "https://[::1]", "https://[::1]" },
		{ "http://h:1", "http://h:1" },
		{ "https://h/a@b", "https://h/a@b" },
	};
	struct ark_config *c = new_config();

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		set(c, "omni.base_url", rows[i].text);
		assert_string_equal(c->base_url, rows[i].kept);
	}
	set(c, "omni.base_url", "");
	assert_null(c->base_url);
	ark_config_free(c);
}

static void
test_notify(void **state)
{
	struct ark_config *c = new_config();

	(void)state;
	set(c, "notify.metrics_file", "/var/lib/a b/x.prom");
	assert_string_equal(c->metrics_file, "/var/lib/a b/x.prom");
	set(c, "notify.metrics_file", "x.prom");
	assert_string_equal(c->metrics_file, "x.prom");
	set(c, "notify.metrics_file", "");
	assert_null(c->metrics_file);
	set(c, "notify.on_failure", "mail -s \"it failed\" \"me\"");
	assert_string_equal(c->on_failure, "mail -s \"it failed\" \"me\"");
	set(c, "notify.on_failure", "");
	assert_null(c->on_failure);
	set(c, "notify.ping_url", "https://h/hush//");
	assert_string_equal(c->ping_url, "https://h/hush");
	set(c, "notify.ping_url", "");
	assert_null(c->ping_url);
	ark_config_free(c);
}

/* Nothing of the address is told, whatever is wrong with it. */
static void
test_check_ping_url(void **state)
{
	static const struct {
		const char *url, *allow_http;
		int rc;
	} rows[] = {
		{ "https://h/hush", "no", 0 }, { "HTTPS://h/hush", "no", 0 },
		{ "http://h/hush", "yes", 0 },
		{ "http://h/hush", "no", ARK_EUSAGE },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_config *c = new_config();
		struct ark_error err = { 0 };

		set(c, "notify.ping_url", rows[i].url);
		set(c, "network.allow_http", rows[i].allow_http);
		assert_int_equal(config_check(c, false, false, &err),
				 rows[i].rc);
		assert_true(!rows[i].rc || strstr(err.text, "ping_url"));
		assert_null(strstr(err.text, "hush"));
		ark_config_free(c);
	}
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *word;
		bool value;
	} bools[] = {
		{ "yes", true }, { "no", false }, { "TRUE", true },
		{ "False", false }, { "on", true }, { "off", false },
		{ "1", true }, { "0", false },
	};
	struct ark_config *c = new_config();

	(void)state;
	for (size_t i = 0; i < N(bools); i++) {
		c->allow_http = !bools[i].value;
		set(c, "network.allow_http", bools[i].word);
		assert_int_equal(c->allow_http, bools[i].value);
	}
	set(c, "transfer.concurrency", "512");
	assert_int_equal(c->concurrency, 512);
	set(c, "transfer.concurrency", "auto");
	assert_int_equal(c->concurrency, 0);
	set(c, "transfer.rate_limit", "0");
	assert_int_equal(c->rate_limit, 0);
	set(c, "transfer.max_recording", "1K");
	assert_int_equal(c->max_recording, 1024);
	set(c, "archive.look_back", "0");
	assert_int_equal(c->look_back_s, 0);
	set(c, "omni.requests_per_second", "0.25");
	assert_true(c->requests_per_second > 0.2499 &&
		    c->requests_per_second < 0.2501);
	set(c, "omni.requests_per_second", "10000");
	ark_config_free(c);
}

static void
test_lists(void **state)
{
	struct ark_config *c = new_config();
	char many[2 * CONFIG_MAX_LIST + 3] = { 0 };
	struct ark_error err = { 0 };

	(void)state;
	set(c, "network.media_hosts", " a,b ,\tc  d,, ");
	assert_int_equal(c->media_hosts.n, 4);
	assert_string_equal(c->media_hosts.items[0], "a");
	assert_string_equal(c->media_hosts.items[3], "d");
	/* What is set later replaces. */
	set(c, "network.media_hosts", "e");
	assert_int_equal(c->media_hosts.n, 1);
	assert_string_equal(c->media_hosts.items[0], "e");
	set(c, "network.media_hosts", "");
	assert_int_equal(c->media_hosts.n, 0);
	for (size_t i = 0; i < CONFIG_MAX_LIST; i++)
		memcpy(many + 2 * i, "x,", 2);
	set(c, "network.media_hosts", many);
	assert_int_equal(c->media_hosts.n, CONFIG_MAX_LIST);
	many[(size_t)2 * CONFIG_MAX_LIST] = 'x';
	assert_int_equal(ark_config_set(c, "network.media_hosts", many,
					"--test", &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, "64"));
	ark_config_free(c);
}

static void
test_unknown(void **state)
{
	struct ark_config *c = new_config();
	struct ark_error err = { 0 };

	(void)state;
	assert_int_equal(ark_config_set(c, "omni.logn", "x", "--set", &err),
			 ARK_EUSAGE);
	assert_string_equal(err.text, "--set: unknown key \"omni.logn\"; did "
			    "you mean \"omni.login\"?");
	assert_int_equal(ark_config_set(c, "", "x", "--set", NULL),
			 ARK_EUSAGE);
	assert_int_equal(ark_config_set(c, "omni.password", "hush", "--set",
					&err), ARK_EUSAGE);
	assert_null(strstr(err.text, "hush"));
	assert_non_null(strstr(err.text, "omni.password_file"));
	ark_config_free(c);
}

/* What the help shows: a line a key, sections together, no name twice. */
static void
test_table(void **state)
{
	const struct config_key *keys;
	size_t n = 0;

	(void)state;
	keys = config_keys(&n);
	assert_int_equal(n, 31);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(strchr(keys[i].name, '.'));
		assert_true(strlen(keys[i].help) > 0);
		assert_null(strchr(keys[i].help, '\n'));
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(keys[i].name, keys[j].name);
			assert_true(keys[i].at != keys[j].at);
		}
	}
}

struct situation {
	const char *base_url;
	const char *login;
	const char *path;
	const char *allow_http;
	const char *concurrency;
	bool needs_service, needs_archive;
	const char *named[3];	/* none: fine */
};

static void
test_check(void **state)
{
	static const struct situation rows[] = {
		{ NULL, NULL, NULL, "no", "auto", false, false, { NULL } },
		{ "https://h", "me", "/a", "no", "64", true, true, { NULL } },
		{ "https://h", "me", NULL, "no", "auto", true, false,
		  { NULL } },
		{ NULL, NULL, "/a", "no", "auto", false, true, { NULL } },
		{ "http://h", "me", "/a", "yes", "auto", true, true,
		  { NULL } },
		{ "HttpS://h", "me", "/a", "no", "auto", true, true,
		  { NULL } },
		{ NULL, "me", "/a", "no", "auto", true, true,
		  { "omni.base_url", "$CALLARK_BASE_URL", "/dev/null" } },
		{ "https://h", NULL, "/a", "no", "auto", true, true,
		  { "omni.login", "$CALLARK_LOGIN" } },
		{ "https://h", "me", NULL, "no", "auto", true, true,
		  { "archive.path", "$CALLARK_ARCHIVE", "--archive" } },
		{ "http://h", "me", "/a", "no", "auto", true, true,
		  { "omni.base_url", "\"http://h\"", "allow_http" } },
		{ "http://h", NULL, NULL, "no", "auto", false, false,
		  { "allow_http" } },
		{ "https://h", "me", "/a", "no", "65", true, true,
		  { "transfer.concurrency", "65", "64" } },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		const struct situation *row = &rows[i];
		struct ark_config *c = new_config();
		struct ark_error err = { 0 };
		int rc;

		set(c, "omni.base_url", row->base_url ? row->base_url : "");
		set(c, "omni.login", row->login ? row->login : "");
		set(c, "archive.path", row->path ? row->path : "");
		set(c, "network.allow_http", row->allow_http);
		set(c, "transfer.concurrency", row->concurrency);
		rc = config_check(c, row->needs_service, row->needs_archive,
				  &err);
		assert_int_equal(rc, row->named[0] ? ARK_EUSAGE : 0);
		for (size_t j = 0; j < 3 && row->named[j]; j++)
			assert_non_null(strstr(err.text, row->named[j]));
		ark_config_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_check_ping_url),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
