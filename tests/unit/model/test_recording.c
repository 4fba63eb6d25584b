#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/recording.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void
test_empty(void **state)
{
	struct recording r;

	(void)state;
	recording_init(&r);
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < RECORDING_N_TEXTS; i++)
			assert_string_equal(recording_text(&r.pub,
					    (enum recording_text)i), "");
		assert_int_equal(r.pub.start_s, -1);
		assert_int_equal(r.pub.answered_s, -1);
		assert_int_equal(r.pub.end_s, -1);
		assert_int_equal(r.pub.day, -1);
		assert_int_equal(r.pub.duration_s, -1);
		recording_seal(&r);
	}
	recording_release(&r);
	assert_string_equal(r.pub.id, "");
	recording_release(NULL);
}

/* Each text comes back under its own name, while the arena grows. */
static void
test_texts(void **state)
{
	struct recording r;
	char text[200];

	(void)state;
	recording_init(&r);
	for (int i = 0; i < RECORDING_N_TEXTS; i++) {
		(void)snprintf(text, sizeof(text), "%d-%0150d", i, i);
		assert_int_equal(recording_put(&r, (enum recording_text)i,
					       text, strlen(text)), 0);
	}
	recording_seal(&r);
	for (int i = 0; i < RECORDING_N_TEXTS; i++) {
		(void)snprintf(text, sizeof(text), "%d-%0150d", i, i);
		assert_string_equal(recording_text(&r.pub,
				    (enum recording_text)i), text);
	}
	assert_memory_equal(r.pub.id, "0-", 2);
	assert_memory_equal(r.pub.interaction_id, "1-", 2);
	assert_memory_equal(r.pub.agent, "2-", 2);
	assert_memory_equal(r.pub.agent_email, "3-", 2);
	assert_memory_equal(r.pub.client, "4-", 2);
	assert_memory_equal(r.pub.contact, "5-", 2);
	assert_memory_equal(r.pub.service, "6-", 2);
	assert_memory_equal(r.pub.extension, "7-", 2);
	assert_memory_equal(r.pub.origin, "8-", 2);
	assert_memory_equal(r.pub.protocol, "9-", 2);
	assert_memory_equal(r.pub.status, "10-", 3);
	assert_memory_equal(r.pub.client_document, "11-", 3);
	assert_memory_equal(r.pub.tag, "12-", 3);
	assert_memory_equal(r.pub.url, "13-", 3);
	recording_release(&r);
}

static void
test_put(void **state)
{
	struct recording r;

	(void)state;
	recording_init(&r);
	assert_int_equal(recording_put(&r, RECORDING_ID, "first", 5), 0);
	assert_int_equal(recording_put(&r, RECORDING_ID, "second", 3), 0);
	assert_int_equal(recording_put(&r, RECORDING_TAG, "a\0b", 3), 0);
	assert_int_equal(recording_put(&r, RECORDING_AGENT, "x", 1), 0);
	assert_int_equal(recording_put(&r, RECORDING_AGENT, "", 0), 0);
	recording_seal(&r);
	assert_string_equal(r.pub.id, "sec");
	assert_string_equal(r.pub.tag, "a");
	assert_string_equal(r.pub.agent, "");
	recording_clear(&r);
	assert_string_equal(r.pub.id, "");
	recording_seal(&r);
	assert_string_equal(r.pub.id, "");
	assert_int_equal(recording_put(&r, RECORDING_URL, "u", 1), 0);
	recording_seal(&r);
	assert_string_equal(r.pub.url, "u");
	assert_string_equal(r.pub.tag, "");
	recording_release(&r);
}

static void
test_ceiling(void **state)
{
	size_t n = (size_t)2 << 20;
	char *text = malloc(n);
	struct recording r;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n);
	recording_init(&r);
	assert_int_equal(recording_put(&r, RECORDING_TAG, "kept", 4), 0);
	assert_int_equal(recording_put(&r, RECORDING_TAG, text, n),
			 ARK_ELIMIT);
	assert_int_equal(recording_put(&r, RECORDING_ID, "1", 1), ARK_ELIMIT);
	recording_seal(&r);
	assert_string_equal(r.pub.tag, "kept");
	recording_clear(&r);
	assert_int_equal(recording_put(&r, RECORDING_ID, "1", 1), 0);
	recording_release(&r);
	free(text);
}

static void
test_derived(void **state)
{
	static const struct {
		int64_t start_s, answered_s, end_s;
		int32_t day;
		int64_t duration_s;
	} rows[] = {
		{ 1735655405, 1735655410, 1735655500, 20088, 90 },
		{ 1735655405, -1, 1735655500, 20088, 95 },
		{ 1735655405, 1735655410, -1, 20088, -1 },
		{ 1735655405, 1735655410, 1735655410, 20088, 0 },
		{ 1735655405, 1735655410, 1735655409, 20088, -1 },
		{ -1, 1735655410, 1735655500, -1, 90 },
		{ -1, -1, 1735655500, -1, -1 },
		{ 1735689599, -1, -1, 20088, -1 },
		{ 1735689600, -1, -1, 20089, -1 },
		{ 0, 0, 5, 0, 5 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct recording r;

		recording_init(&r);
		r.pub.start_s = rows[i].start_s;
		r.pub.answered_s = rows[i].answered_s;
		r.pub.end_s = rows[i].end_s;
		recording_seal(&r);
		assert_int_equal(r.pub.day, rows[i].day);
		assert_int_equal(r.pub.duration_s, rows[i].duration_s);
		recording_release(&r);
	}
}

static void
test_state_names(void **state)
{
	static const char *const names[ARK_N_STATES] = {
		"queued", "archived", "no_link", "excluded", "deferred",
		"failed", "gone", "quarantined", "purged",
	};

	(void)state;
	for (int i = 0; i < ARK_N_STATES; i++)
		assert_string_equal(ark_state_name((enum ark_state)i),
				    names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_derived),
		cmocka_unit_test(test_state_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
