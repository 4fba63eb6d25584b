#include "callark/range.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "model/civil.h"
#include "model/time.h"

static int
parse_moment(const char *option, const char *text, int64_t *civil_s,
	     bool *has_time, struct ark_error *err)
{
	const char *p = text;
	int64_t s;
	bool with_time;

	if (civil_take(&p, &s, &with_time) || *p)
		return error_set(err, ARK_EUSAGE, "%s \"%s\": expected "
				 "YYYY-MM-DD or DD/MM/YYYY, from 1990 to 2100, "
				 "optionally with HH:MM[:SS] behind", option,
				 text);
	*civil_s = s;
	*has_time = with_time;
	return 0;
}

static int64_t
midnight(int64_t civil_s)
{
	return day_of(civil_s) * DAY_SECONDS;
}

static int
parse_from_to(struct ark_range *out, const struct ark_range_words *words,
	      int64_t now_s, struct ark_error *err)
{
	struct ark_range r = { .to_s = now_s };
	char now[MOMENT_SIZE];
	bool has_time;
	int rc;

	if (!words->from)
		return error_set(err, ARK_EUSAGE, "--to \"%s\" without --from: "
				 "expected both, or --from alone", words->to);
	rc = parse_moment("--from", words->from, &r.from_s, &has_time, err);
	if (rc)
		return rc;
	if (words->to) {
		rc = parse_moment("--to", words->to, &r.to_s, &has_time, err);
		if (rc)
			return rc;
		r.to_s += has_time ? 1 : DAY_SECONDS;
		if (r.from_s >= r.to_s)
			return error_set(err, ARK_EUSAGE, "--from \"%s\" is "
					 "later than --to \"%s\"", words->from,
					 words->to);
	} else if (r.from_s > r.to_s) {
		moment_format(now, now_s);
		return error_set(err, ARK_EUSAGE, "--from \"%s\" is later than "
				 "now, %s", words->from, now);
	}
	*out = r;
	return 1;
}

static int
parse_last(struct ark_range *out, const char *last, int64_t now_s,
	   struct ark_error *err)
{
	size_t len = strlen(last);
	int64_t back_s, from_s;

	if (text_to_seconds(last, &back_s) || back_s == 0)
		return error_set(err, ARK_EUSAGE, "--last \"%s\": expected a "
				 "number with s, m, h, d or w behind, such as "
				 "12h or 3d", last);
	/* Days are whole days, and today is one of them. */
	if (strchr("dDwW", last[len - 1]))
		from_s = midnight(now_s) - back_s + DAY_SECONDS;
	else
		from_s = now_s - back_s;
	if (from_s < CIVIL_MIN_S)
		return error_set(err, ARK_EUSAGE, "--last \"%s\" reaches back "
				 "beyond 1990", last);
	*out = (struct ark_range){ from_s, now_s };
	return 1;
}

static int
parse_day(struct ark_range *out, const char *word, int64_t now_s,
	  struct ark_error *err)
{
	const char *p = word;
	int64_t from_s;
	bool has_time = false;

	if (text_equal_nocase(word, "today"))
		from_s = midnight(now_s);
	else if (text_equal_nocase(word, "yesterday"))
		from_s = midnight(now_s) - DAY_SECONDS;
	else if (civil_take(&p, &from_s, &has_time) || *p || has_time)
		return error_set(err, ARK_EUSAGE, "--day \"%s\": expected "
				 "YYYY-MM-DD or DD/MM/YYYY, from 1990 to 2100, "
				 "today or yesterday", word);
	*out = (struct ark_range){ from_s, from_s + DAY_SECONDS };
	return 1;
}

int
ark_range_parse(struct ark_range *out, const struct ark_range_words *words,
		int64_t now_s, struct ark_error *err)
{
	bool has_ends = words->from || words->to;

	if (!has_ends && !words->last && !words->day)
		return 0;
	if (words->last && (has_ends || words->day))
		return error_set(err, ARK_EUSAGE, "--last \"%s\" goes with no "
				 "other range, but %s was given too",
				 words->last, words->day ? "--day" :
				 words->from ? "--from" : "--to");
	if (words->day && has_ends)
		return error_set(err, ARK_EUSAGE, "--day \"%s\" goes with no "
				 "other range, but %s was given too",
				 words->day, words->from ? "--from" : "--to");
	if (words->last)
		return parse_last(out, words->last, now_s, err);
	if (words->day)
		return parse_day(out, words->day, now_s, err);
	return parse_from_to(out, words, now_s, err);
}
