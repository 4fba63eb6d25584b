#include "sample/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define MAX_NAME_BYTES ((size_t)200)	/* of a seed, too */
#define MAX_EVALUATORS ((size_t)1000)
#define PERCENT_DECIMALS 6
#define WHOLE ((int64_t)100 * SAMPLE_PERCENT_SCALE)

static const char *const pick_names[] = {
	[SAMPLE_PICK_NONE] = "",
	[SAMPLE_LONGEST] = "longest",
	[SAMPLE_SHORTEST] = "shortest",
};

/* Whether n bytes are a name: UTF-8 on one line, not empty, not too long. */
static bool
is_name(const char *text, size_t n)
{
	return n && n <= MAX_NAME_BYTES && text_is_utf8(text, n) &&
	       text_control(text, n) == n;
}

static int
refuse(const char *name, const char *value, const char *expected,
       struct ark_error *err)
{
	return error_set(err, ARK_EUSAGE, "--%s \"%.80s\": expected %s", name,
			 value, expected);
}

/* ---- how many --------------------------------------------------------- */

void
sample_percent(char out[SAMPLE_WORD_SIZE], const struct sample_rules *r)
{
	size_t len;

	(void)snprintf(out, SAMPLE_WORD_SIZE, "%lld.%0*lld",
		       (long long)(r->n / SAMPLE_PERCENT_SCALE),
		       PERCENT_DECIMALS,
		       (long long)(r->n % SAMPLE_PERCENT_SCALE));
	for (len = strlen(out); out[len - 1] == '0'; len--)
		out[len - 1] = 0;
	if (out[len - 1] == '.')
		out[len - 1] = 0;
}

/* More than 0, at most 100, with up to 6 decimals behind a point. */
static int
read_percent(int64_t *out, const char *text, struct ark_error *err)
{
	size_t whole = strspn(text, "0123456789");
	int64_t n = 0, scale = WHOLE / 100;
	const char *p = text + whole;
	size_t decimals = *p == '.' ? strspn(p + 1, "0123456789") : 0;
	bool is_number = whole && whole <= 3 && decimals <= PERCENT_DECIMALS &&
			 (*p == '.' ? decimals && !p[1 + decimals] : !*p);

	for (size_t i = 0; is_number && i < whole; i++)
		n = n * 10 + (text[i] - '0');
	n *= scale;
	for (size_t i = 0; is_number && i < decimals; i++) {
		scale /= 10;
		n += (p[1 + i] - '0') * scale;
	}
	if (!is_number || n < 1 || n > WHOLE)
		return refuse("percent", text, "a number above 0 and up to "
			      "100, such as 5 or 2.5, with at most 6 decimals", err);
	*out = n;
	return 0;
}

int64_t
sample_size_n(const struct sample_rules *r, int64_t population)
{
	int64_t n = r->n;

	/* Both factors are below 2^30, so nothing overflows. */
	if (r->size == SAMPLE_PERCENT)
		n = (r->n * population + WHOLE - 1) / WHOLE;
	return n < population ? n : population;
}

static int
read_size(struct sample_rules *out, const struct ark_sample_rules *words,
	  struct ark_error *err)
{
	int given = (words->count != 0) + (words->per_agent != 0) +
		    (words->per_service != 0) + (words->percent != NULL);

	if (given > 1 || (!given && !words->pick))
		return error_set(err, ARK_EUSAGE, "say how many calls, in one "
				 "way: --count N, --percent P, --per-agent N "
				 "or --per-service N; or --pick alone");
	if (words->percent) {
		out->size = SAMPLE_PERCENT;
		return read_percent(&out->n, words->percent, err);
	}
	out->size = words->count ? SAMPLE_COUNT :
		    words->per_agent ? SAMPLE_PER_AGENT :
		    words->per_service ? SAMPLE_PER_SERVICE : SAMPLE_PICKS;
	out->n = words->count + words->per_agent + words->per_service;
	if (given && out->n < 1)
		return error_set(err, ARK_EUSAGE, "a sample of %lld calls: "
				 "expected 1 or more", (long long)out->n);
	return 0;
}

void
sample_pick(char out[SAMPLE_WORD_SIZE], const struct sample_rules *r)
{
	(void)snprintf(out, SAMPLE_WORD_SIZE, "%s:%lld", pick_names[r->pick],
		       (long long)r->n_picks);
}

static int
read_pick(struct sample_rules *out, const char *text, struct ark_error *err)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	bool is_fixed = out->size != SAMPLE_PICKS &&
			out->size != SAMPLE_PERCENT;

	for (int i = SAMPLE_LONGEST; i <= SAMPLE_SHORTEST; i++) {
		if (len == strlen(pick_names[i]) &&
		    !strncmp(text, pick_names[i], len))
			out->pick = (enum sample_pick)i;
	}
	if (!out->pick ||
	    text_to_int(colon + 1, 1, INT32_MAX, &out->n_picks))
		return refuse("pick", text, "longest:N or shortest:N", err);
	if (is_fixed && out->n_picks > out->n)
		return error_set(err, ARK_EUSAGE, "--pick \"%.80s\": that is "
				 "more than the %lld calls asked for", text,
				 (long long)out->n);
	if (out->size == SAMPLE_PICKS)
		out->n = out->n_picks;
	return 0;
}

/* ---- who listens ------------------------------------------------------ */

static int
add_evaluator(struct sample_rules *out, const char *all, const char *name,
	      size_t n, struct ark_error *err)
{
	char copy[MAX_NAME_BYTES + 1];
	const char *kept;

	while (n && *name == ' ') {
		name++;
		n--;
	}
	while (n && name[n - 1] == ' ')
		n--;
	if (!is_name(name, n))
		return refuse("evaluators", all, "names with commas between "
			      "them, each of 1 to 200 bytes of UTF-8", err);
	memcpy(copy, name, n);
	copy[n] = 0;
	for (size_t i = 0; i < out->n_evaluators; i++) {
		if (!strcmp(out->evaluators[i], copy))
			return error_set(err, ARK_EUSAGE, "--evaluators: "
					 "\"%s\" stands there twice", copy);
	}
	kept = keep_text(&out->texts, copy);
	if (!kept)
		return error_nomem(err);
	out->evaluators[out->n_evaluators++] = kept;
	return 0;
}

static int
read_evaluators(struct sample_rules *out, const char *text,
		struct ark_error *err)
{
	size_t n = 1;
	int rc = 0;

	for (const char *p = text; *p; p++)
		n += *p == ',';
	if (n > MAX_EVALUATORS)
		return error_set(err, ARK_EUSAGE, "--evaluators: more than %zu "
				 "names", MAX_EVALUATORS);
	out->evaluators = keep_room(&out->texts, n * sizeof(*out->evaluators));
	if (!out->evaluators)
		return error_nomem(err);
	for (const char *p = text; !rc && n--;) {
		size_t len = strcspn(p, ",");

		rc = add_evaluator(out, text, p, len, err);
		p += len + 1;
	}
	return rc;
}

int
sample_rules_read(struct sample_rules *out,
		  const struct ark_sample_rules *words, struct ark_error *err)
{
	int rc;

	*out = (struct sample_rules){ .calibration = words->calibration };
	if (!is_name(words->seed, strlen(words->seed)))
		return refuse("seed", words->seed, "1 to 200 bytes of UTF-8 "
			      "without control characters", err);
	rc = read_size(out, words, err);
	if (!rc && words->pick)
		rc = read_pick(out, words->pick, err);
	if (!rc && words->evaluators)
		rc = read_evaluators(out, words->evaluators, err);
	if (rc)
		return rc;
	if (out->calibration < 0 || (out->calibration && out->n_evaluators < 2))
		return error_set(err, ARK_EUSAGE, "--calibration %lld: "
				 "expected two --evaluators or more, who hear "
				 "the same calls", (long long)out->calibration);
	out->seed = keep_text(&out->texts, words->seed);
	return out->seed ? 0 : error_nomem(err);
}

void
sample_rules_release(struct sample_rules *r)
{
	keep_release(&r->texts);
	*r = (struct sample_rules){ 0 };
}
