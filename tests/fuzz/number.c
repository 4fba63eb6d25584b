/*
 * Numbers, sizes and durations as people write them, and the same written for
 * people.  A plain second reading of the digits is the judge.
 */
#include <inttypes.h>

#include "fuzz.h"

/* The whole of text as -?[0-9]+ within int64_t, read without the library. */
static bool
plain_reading(const char *text, int64_t *out)
{
	bool is_negative = *text == '-';
	uint64_t limit = (uint64_t)INT64_MAX + is_negative;
	uint64_t value = 0;

	text += is_negative;
	if (!*text)
		return false;
	for (; *text; text++) {
		uint64_t digit;

		if (*text < '0' || *text > '9')
			return false;
		digit = (uint64_t)(*text - '0');
		if (value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = is_negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

static void
try_int(const char *text)
{
	int64_t expected = 0, found = 0;
	bool is_number = plain_reading(text, &expected);

	MUST(!text_to_int(text, INT64_MIN, INT64_MAX, &found) == is_number);
	MUST(found == expected);
	found = 7;
	if (is_number && (expected < -5 || expected > 5)) {
		MUST(text_to_int(text, -5, 5, &found));
		MUST(found == 7);
	}
}

/* Digits alone mean themselves; every written unit makes no less of it. */
static void
try_amount(const char *text, int (*read)(const char *text, int64_t *out),
	   const char *units)
{
	int64_t found = -7, plain = 0, digits = 0;
	char *head;
	size_t n = strspn(text, "0123456789");

	if (read(text, &found)) {
		MUST(found == -7);
		return;
	}
	MUST(n > 0 && found >= 0);
	MUST(!text[n] || strchr(units, text[n]));
	head = strndup(text, n);
	MUST(head && plain_reading(head, &digits));
	MUST(!read(head, &plain) && plain == digits && found >= digits);
	free(head);
}

static void
write_number(int64_t n)
{
	char out[24], digits[24];
	int64_t back;

	memset(out, 'x', sizeof(out));
	text_bytes(out, n);
	MUST(memchr(out, 0, sizeof(out)));
	MUST(out[0] == '-' || (out[0] >= '0' && out[0] <= '9'));
	memset(out, 'x', sizeof(out));
	text_duration(out, n);
	MUST(memchr(out, 0, sizeof(out)));
	MUST((out[0] == '-') == (n < 0));
	(void)snprintf(digits, sizeof(digits), "%" PRId64, n);
	MUST(!text_to_int(digits, n, n, &back) && back == n);
}

static void
try_nearest(const char *text)
{
	static const char *const names[] = { "agent", "service", "tag",
					     "min-duration" };
	const char *nearest = text_nearest(text, names, 4);
	bool is_one = false;

	for (size_t i = 0; i < 4; i++) {
		is_one |= nearest == names[i];
		if (text_equal_nocase(text, names[i]))
			MUST(nearest == names[i]);
	}
	MUST(is_one || !nearest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *text = input_rest(&in);
	int64_t number = 0;

	try_int(text);
	try_amount(text, text_to_bytes, ".kmgtKMGTB");
	try_amount(text, text_to_seconds, "smhdwSMHDW");
	if (plain_reading(text, &number))
		write_number(number);
	try_nearest(text);
	free(text);
	return 0;
}
