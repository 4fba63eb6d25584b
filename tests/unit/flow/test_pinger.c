/*
 * Pings: what is asked, in which order, and what comes of a service that
 * refuses, sends elsewhere, breaks off or is silent.  No error tells the
 * address.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "flow/pinger.h"
#include "unit/http/server.h"

#define SECRET "hush-4711"

struct world {
	struct server *server;
	struct ark_config *config;
	struct ark_listener listener;
	atomic_bool wants_stop;
};

/* The path begins with the status to answer; 0: nothing, ever; -1: a reset. */
static bool
answer(struct asked *a)
{
	int status = (int)strtol(a->path + 1, NULL, 10);
	char text[256];

	if (status < 0)
		return slam(a);
	while (!status && !atomic_load(&a->server->is_stopping))
		sleep_ms(5);
	(void)snprintf(text, sizeof(text), "HTTP/1.1 %d X\r\nLocation: "
		       "http://localhost:9/" SECRET "/there\r\n"
		       "Retry-After: 3600\r\nContent-Length: %d\r\n\r\n",
		       status, status == 204 ? 0 : 2);
	return say(a, text) && (status == 204 || say(a, "OK"));
}

/* ark_listener */
static bool
should_stop(void *ctx)
{
	return atomic_load(&((struct world *)ctx)->wants_stop);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->server = server_start(answer);
	w->listener = (struct ark_listener){ NULL, should_stop, w };
	assert_int_equal(ark_config_load(&w->config, "/dev/null", NULL), 0);
	assert_int_equal(ark_config_set(w->config, "network.allow_http", "yes",
					"--test", NULL), 0);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	server_stop(w->server);
	ark_config_free(w->config);
	free(w);
	return 0;
}

/* A pinger of the server, which answers status to all. */
static void
start(struct world *w, struct pinger *p, int status)
{
	char url[128];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/%d/" SECRET,
		       w->server->port, status);
	assert_int_equal(ark_config_set(w->config, "notify.ping_url", url,
					"--test", NULL), 0);
	assert_int_equal(pinger_start(p, w->config, &w->listener, NULL), 0);
}

/* What was asked last. */
static void
assert_asked(struct world *w, const char *line)
{
	(void)pthread_mutex_lock(&w->server->mutex);
	assert_memory_equal(w->server->last_head, line, strlen(line));
	(void)pthread_mutex_unlock(&w->server->mutex);
}

static void
pings_go_out_one_after_the_other(void **state)
{
	static const struct {
		const char *suffix, *line;
	} rows[] = {
		{ "/start", "GET /200/" SECRET "/start HTTP/1.1\r\n" },
		{ "", "GET /200/" SECRET " HTTP/1.1\r\n" },
		{ "/137", "GET /200/" SECRET "/137 HTTP/1.1\r\n" },
	};
	struct world *w = *state;
	struct pinger p;

	start(w, &p, 200);
	assert_int_equal(pinger_wait(&p, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(pinger_send(&p, rows[i].suffix, NULL), 0);
		assert_int_equal(pinger_wait(&p, NULL), 0);
		assert_asked(w, rows[i].line);
		assert_int_equal(pinger_wait(&p, NULL), 0);
	}
	pinger_stop(&p);
	assert_int_equal(atomic_load(&w->server->n_requests), 3);
}

static void
what_the_service_says_is_told_but_not_the_address(void **state)
{
	static const struct {
		int status, rc;
		const char *told;
	} rows[] = {
		{ 200, 0, "" }, { 201, 0, "" }, { 204, 0, "" },
		{ 301, ARK_ESERVICE, "status 301" },
		{ 302, ARK_ESERVICE, "status 302" },
		{ 404, ARK_ESERVICE, "status 404" },
		{ 429, ARK_ESERVICE, "status 429" },
		{ 500, ARK_ESERVICE, "status 500" },
		{ -1, ARK_ESERVICE, "" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ark_error err = { 0 };
		struct pinger p;
		int rc;

		start(w, &p, rows[i].status);
		assert_int_equal(pinger_send(&p, "/start", &err), 0);
		rc = pinger_wait(&p, &err);
		if (rc != rows[i].rc || !strstr(err.text, rows[i].told))
			print_error("%d: %s\n", rows[i].status, err.text);
		assert_int_equal(rc, rows[i].rc);
		assert_non_null(strstr(err.text, rows[i].told));
		assert_true(!rc || strlen(err.text) > 5);
		assert_null(strstr(err.text, "hush"));
		pinger_stop(&p);
	}
}

static void
who_wants_to_stop_does_not_wait(void **state)
{
	struct world *w = *state;
	int64_t began_ms = clock_now_ms();
	struct ark_error err = { 0 };
	struct pinger p;

	start(w, &p, 0);
	assert_int_equal(pinger_send(&p, "", &err), 0);
	atomic_store(&w->wants_stop, true);
	assert_int_equal(pinger_wait(&p, &err), ARK_ESTOPPED);
	assert_true(p.is_out);
	pinger_stop(&p);
	assert_null(p.engine);
	assert_true(clock_now_ms() - began_ms < PING_MAX_MS);
}

/* What the service has said by then counts. */
static void
who_wants_to_stop_still_has_the_answer(void **state)
{
	struct world *w = *state;
	struct pinger p;

	atomic_store(&w->wants_stop, true);
	start(w, &p, 200);
	assert_int_equal(pinger_send(&p, "", NULL), 0);
	while (!atomic_load(&w->server->n_requests))
		sleep_ms(1);
	assert_int_equal(pinger_wait(&p, NULL), 0);
	pinger_stop(&p);
}

static void
a_pinger_is_stopped_at_any_time(void **state)
{
	struct world *w = *state;
	struct pinger p = { 0 };

	pinger_stop(&p);
	start(w, &p, 200);
	pinger_stop(&p);
	start(w, &p, 0);
	assert_int_equal(pinger_send(&p, "", NULL), 0);
	pinger_stop(&p);
	pinger_stop(&p);
}

/* The check of the settings takes none of them, but errors quote addresses. */
static void
a_malformed_address_is_not_told(void **state)
{
	static const char *const urls[] = {
		SECRET, "ftp://h/" SECRET, "https://" SECRET ":x/",
		"https://h h/" SECRET,
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct ark_config c = *w->config;
		struct ark_error err = { 0 };
		struct pinger p;
		char url[64];
		int rc;

		(void)snprintf(url, sizeof(url), "%s", urls[i]);
		c.ping_url = url;
		rc = pinger_start(&p, &c, &w->listener, &err);
		if (!rc)
			rc = pinger_send(&p, "", &err);
		assert_int_equal(rc, ARK_EUSAGE);
		assert_null(strstr(err.text, "hush"));
		pinger_stop(&p);
	}
}

static void
a_ping_in_the_clear_must_be_allowed(void **state)
{
	struct world *w = *state;
	struct ark_error err = { 0 };
	struct pinger p;
	int rc;

	w->config->allow_http = false;
	start(w, &p, 200);
	rc = pinger_send(&p, "", &err);
	if (!rc)
		rc = pinger_wait(&p, &err);
	assert_int_equal(rc, ARK_ESERVICE);
	assert_null(strstr(err.text, "hush"));
	pinger_stop(&p);
	assert_int_equal(atomic_load(&w->server->n_requests), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pings_go_out_one_after_the_other),
		TEST(what_the_service_says_is_told_but_not_the_address),
		TEST(who_wants_to_stop_does_not_wait),
		TEST(who_wants_to_stop_still_has_the_answer),
		TEST(a_pinger_is_stopped_at_any_time),
		TEST(a_malformed_address_is_not_told),
		TEST(a_ping_in_the_clear_must_be_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
