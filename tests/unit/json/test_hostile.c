/*
 * Cut and spoilt texts, each in a block of its own size: nothing reads past
 * the end, everything terminates, and the readers agree with one another.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "json/scan.h"

static const char *const samples[] = {
	"{\"Total\":2,\"Page\":0,\"Data\":[{\"_id\":\"65f0\",\"cliente\":"
	"\"Jo\xc3\xa3o \\\"Z\\u00e9\\\" \\ud83d\\ude39\",\"tags\":[\"a\",null],"
	"\"dura\\u00e7\xc3\xa3o\":12.5e+1},{\"_id\":7,\"x\":{\"y\":[[],{}]}}]}",
	" [ 1 , -2.5E-3 , true , false , null , \"\" , { } , [ ] ]\r\n\t",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\xf0\x9d\x84\x9e\xe2\x82\xac\"",
	"{\"a\":{\"b\":{\"c\":{\"d\":[{\"e\":[[[\"]}\"]]]}]}}}}",
};

#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

struct sum {
	size_t n_values;
	size_t n_bad_texts;
	struct buf text;
};

/* Everything that can be asked of v, and of what is in it. */
static void
walk_all(struct json_slice v, struct sum *sum, int depth)
{
	struct json_slice key, value;
	struct json_walk w;
	int64_t number;

	sum->n_values++;
	buf_clear(&sum->text);
	if (json_text(v, &sum->text) < 0)
		sum->n_bad_texts++;
	(void)json_int(v, INT64_MIN, INT64_MAX, &number);
	(void)json_member_nocase(v, "dura\xc3\xa7\xc3\xa3o");
	if (depth > 40)
		return;
	json_walk_init(&w, v);
	if (json_kind(v) == JSON_ARRAY) {
		while (json_next_item(&w, &value))
			walk_all(value, sum, depth + 1);
		return;
	}
	while (json_next_member(&w, &key, &value)) {
		buf_clear(&sum->text);
		if (json_text(key, &sum->text) < 0)
			sum->n_bad_texts++;
		walk_all(value, sum, depth + 1);
	}
}

/* The verdicts on n bytes at text agree with what a walk finds. */
static int
try(const char *text, size_t n)
{
	struct json_limits exact = json_limits_document;
	struct sum sum = { .text = BUF_INIT(10000) };
	char *block = malloc(n + 1);
	struct json_slice v = { block + 1, n };
	int checked, outlined;

	assert_non_null(block);
	memcpy(block + 1, text, n);
	checked = json_check(v, &exact, NULL);
	outlined = json_outline(v, &exact, NULL);
	walk_all(v, &sum, 0);
	assert_true(checked || !outlined);
	if (!checked)
		assert_int_equal(sum.n_bad_texts, 0);
	if (!outlined) {
		/* The walk saw all the values that were counted. */
		exact.max_values = sum.n_values;
		assert_int_equal(json_outline(v, &exact, NULL), 0);
		exact.max_values--;
		assert_int_equal(json_outline(v, &exact, NULL), ARK_EFORMAT);
	}
	buf_release(&sum.text);
	free(block);
	return checked;
}

static void
whole_samples_are_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++)
		assert_int_equal(try(samples[i], strlen(samples[i])), 0);
}

static void
cut_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SAMPLES; i++) {
		size_t n = strlen(samples[i]);

		for (size_t from = 0; from < n; from++) {
			(void)try(samples[i] + from, n - from);
			(void)try(samples[i], from);
		}
		assert_int_equal(try(samples[i], n / 2), ARK_EFORMAT);
	}
}

static uint32_t
next_number(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void
spoilt_samples(void **state)
{
	static const char bytes[] = "{}[]\",:\\u0e-.1tfn \n\x01\x80\xc3\xff";
	uint32_t seed = 1;
	char text[512];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		const char *sample = samples[(size_t)round % N_SAMPLES];
		size_t n = strlen(sample);

		memcpy(text, sample, n);
		for (uint32_t k = next_number(&seed) % 4; k < 4; k++)
			text[next_number(&seed) % n] =
				bytes[next_number(&seed) % sizeof(bytes)];
		(void)try(text, n);
	}
}

/* No recursion: neither a check nor a walk minds. */
static void
deep_texts(void **state)
{
	size_t n = 1000000;
	char *text = malloc(n);
	struct json_slice v = { text, n }, item;
	struct json_walk w;

	(void)state;
	assert_non_null(text);
	memset(text, '[', n);
	assert_int_equal(json_check(v, &json_limits_page, NULL), ARK_EFORMAT);
	json_walk_init(&w, v);
	assert_int_equal(json_next_item(&w, &item), 0);
	memset(text + n / 2, ']', n / 2);
	json_walk_init(&w, v);
	assert_int_equal(json_next_item(&w, &item), 1);
	assert_int_equal(item.n, n - 2);
	assert_int_equal(json_next_item(&w, &item), 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_samples_are_good),
		cmocka_unit_test(cut_samples),
		cmocka_unit_test(spoilt_samples),
		cmocka_unit_test(deep_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
