/*
 * --from, --to, --last and --day at any moment.  Three bytes say when it is and
 * which of the four are given, then each is a line.  The rules are told a
 * second time here, and the same words must come to the same range.
 */
#include "callark/range.h"
#include "fuzz.h"
#include "model/time.h"

#define FIRST_S INT64_C(631152000)	/* 1990-01-01 */
#define YEARS_S INT64_C(3502828800)	/* to the end of 2100 */

enum { HAS_FROM = 1, HAS_TO = 2, HAS_LAST = 4, HAS_DAY = 8 };

static int64_t
midnight(int64_t s)
{
	return s - s % DAY_SECONDS;
}

static const struct zone *
utc(void)
{
	static struct zone *z;

	if (!z)
		MUST(!zone_open(&z, "UTC", NULL));
	return z;
}

/*
 * A moment as the platform may write it too, but a date with or without a time
 * of the clock on the wall: no count of seconds, and no offset behind.  A date
 * is ten bytes long, and with a time it is longer.
 */
static bool
read_moment(const char *text, int64_t *s)
{
	if (!strpbrk(text, "-/") || strpbrk(text, "Zz+"))
		return false;
	if (strlen(text) > 10 && strchr(text + 10, '-'))
		return false;
	return !moment_parse(text, utc(), s);
}

static bool
read_from_to(const struct ark_range_words *w, int64_t now_s,
	     struct ark_range *out)
{
	if (!w->from || !read_moment(w->from, &out->from_s))
		return false;
	out->to_s = now_s;
	if (!w->to)
		return out->from_s <= now_s;
	if (!read_moment(w->to, &out->to_s))
		return false;
	out->to_s += strlen(w->to) > 10 ? 1 : DAY_SECONDS;
	return out->from_s < out->to_s;
}

static bool
read_last(const char *last, int64_t now_s, struct ark_range *out)
{
	int64_t back_s;

	if (text_to_seconds(last, &back_s) || !back_s)
		return false;
	*out = (struct ark_range){ now_s - back_s, now_s };
	if (strpbrk(last, "dDwW"))
		out->from_s = midnight(now_s) + DAY_SECONDS - back_s;
	return out->from_s >= FIRST_S;
}

static bool
read_day(const char *day, int64_t now_s, struct ark_range *out)
{
	if (text_equal_nocase(day, "today"))
		out->from_s = midnight(now_s);
	else if (text_equal_nocase(day, "yesterday"))
		out->from_s = midnight(now_s) - DAY_SECONDS;
	else if (strlen(day) != 10 || !read_moment(day, &out->from_s))
		return false;
	out->to_s = out->from_s + DAY_SECONDS;
	return true;
}

static int
expected(const struct ark_range_words *w, int64_t now_s, struct ark_range *out)
{
	int given = !!w->last + !!w->day + (w->from || w->to);
	bool is_right;

	if (given != 1)
		return given ? ARK_EUSAGE : 0;
	if (w->last)
		is_right = read_last(w->last, now_s, out);
	else if (w->day)
		is_right = read_day(w->day, now_s, out);
	else
		is_right = read_from_to(w, now_s, out);
	return is_right ? 1 : ARK_EUSAGE;
}

static void
try_words(const struct ark_range_words *w, int64_t now_s)
{
	struct ark_range found = { -7, -7 }, right = { -7, -7 };
	struct ark_error err = { 0 };
	int rc = ark_range_parse(&found, w, now_s, &err);

	must_report(rc, &err);
	MUST(rc == expected(w, now_s, &right));
	if (rc == 1) {
		MUST(found.from_s == right.from_s && found.to_s == right.to_s);
		MUST(found.from_s <= found.to_s);
	} else {
		MUST(found.from_s == -7 && found.to_s == -7);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	int64_t when = input_byte(&in) << 8, now_s;
	uint8_t given;
	char *words[4];

	when += input_byte(&in);
	given = input_byte(&in);
	/* not before 1990-01-02, so that there is a yesterday */
	now_s = FIRST_S + DAY_SECONDS +
		(YEARS_S - 2 * DAY_SECONDS) * when / 65535;
	for (size_t i = 0; i < 4; i++)
		words[i] = input_line(&in);
	try_words(&(struct ark_range_words){
		.from = given & HAS_FROM ? words[0] : NULL,
		.to = given & HAS_TO ? words[1] : NULL,
		.last = given & HAS_LAST ? words[2] : NULL,
		.day = given & HAS_DAY ? words[3] : NULL,
	}, now_s);
	for (size_t i = 0; i < 4; i++)
		free(words[i]);
	return 0;
}
