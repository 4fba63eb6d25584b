#include "callark/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "model/recording.h"

#define MAX_GLOBS ((size_t)1000)
#define MAX_GLOB_BYTES ((size_t)1000)
#define MAX_FIELDS 3

enum kind {
	IS_GLOB,
	IS_NUMBER_GLOB,		/* also compared without punctuation */
	IS_MIN_DURATION,
	IS_MAX_DURATION,
};

/* The words, in the order in which they are asked. */
enum word {
	AGENT,
	SERVICE,
	TAG,
	STATUS,
	ORIGIN,
	CLIENT,
	PROTOCOL,
	EXTENSION,
	MIN_DURATION,
	MAX_DURATION,
	N_WORDS
};

static const struct ark_filter_word words[N_WORDS] = {
	[AGENT] = { "agent", "GLOB", "the agent's name or e-mail address" },
	[SERVICE] = { "service", "GLOB", "the service (queue) of the call" },
	[TAG] = { "tag", "GLOB", "the tag of the call" },
	[STATUS] = { "status", "GLOB", "the status of the call" },
	[ORIGIN] = { "origin", "GLOB", "the origin of the call" },
	[CLIENT] = { "client", "GLOB",
		     "the client's name, contact, CPF or CNPJ" },
	[PROTOCOL] = { "protocol", "GLOB", "the protocol number" },
	[EXTENSION] = { "extension", "GLOB",
			"the extension that took the call" },
	[MIN_DURATION] = { "min-duration", "SPAN",
			   "calls that lasted at least this long" },
	[MAX_DURATION] = { "max-duration-call", "SPAN",
			   "calls that lasted at most this long" },
};

/* What each word looks at. */
struct rule {
	enum kind kind;
	unsigned n_fields;
	enum recording_text fields[MAX_FIELDS];
};

static const struct rule rules[N_WORDS] = {
	[AGENT] = { IS_GLOB, 2, { RECORDING_AGENT, RECORDING_AGENT_EMAIL } },
	[SERVICE] = { IS_GLOB, 1, { RECORDING_SERVICE } },
	[TAG] = { IS_GLOB, 1, { RECORDING_TAG } },
	[STATUS] = { IS_GLOB, 1, { RECORDING_STATUS } },
	[ORIGIN] = { IS_GLOB, 1, { RECORDING_ORIGIN } },
	[CLIENT] = { IS_NUMBER_GLOB, 3, { RECORDING_CLIENT, RECORDING_CONTACT,
					  RECORDING_CLIENT_DOCUMENT } },
	[PROTOCOL] = { IS_GLOB, 1, { RECORDING_PROTOCOL } },
	[EXTENSION] = { IS_GLOB, 1, { RECORDING_EXTENSION } },
	[MIN_DURATION] = { .kind = IS_MIN_DURATION },
	[MAX_DURATION] = { .kind = IS_MAX_DURATION },
};

struct alternatives {
	char **globs;
	size_t n;
};

struct ark_filter {
	struct alternatives by_word[N_WORDS];
	int64_t min_s;		/* -1: no bound */
	int64_t max_s;		/* -1: no bound */
};

const struct ark_filter_word *
ark_filter_words(int *n)
{
	*n = (int)N_WORDS;
	return words;
}

int
ark_filter_new(struct ark_filter **out, struct ark_error *err)
{
	struct ark_filter *f = calloc(1, sizeof(*f));

	if (!f)
		return error_nomem(err);
	f->min_s = -1;
	f->max_s = -1;
	*out = f;
	return 0;
}

void
ark_filter_free(struct ark_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < N_WORDS; i++) {
		for (size_t j = 0; j < f->by_word[i].n; j++)
			free(f->by_word[i].globs[j]);
		free(f->by_word[i].globs);
	}
	free(f);
}

static int
add_glob(struct alternatives *a, const char *name, const char *glob,
	 struct ark_error *err)
{
	size_t len = strlen(glob);
	char **grown;
	char *copy;

	if (!len || len > MAX_GLOB_BYTES || !text_is_utf8(glob, len))
		return error_set(err, ARK_EUSAGE, "--%s \"%.80s\": expected a "
				 "pattern of 1 to %zu bytes of UTF-8", name,
				 glob, MAX_GLOB_BYTES);
	if (a->n == MAX_GLOBS)
		return error_set(err, ARK_EUSAGE, "--%s was given more than "
				 "%zu times", name, MAX_GLOBS);
	grown = realloc(a->globs, (a->n + 1) * sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	a->globs = grown;
	copy = strdup(glob);
	if (!copy)
		return error_nomem(err);
	a->globs[a->n++] = copy;
	return 0;
}

/* The last bound that was given counts; the two must leave room for a call. */
static int
add_bound(struct ark_filter *f, enum kind kind, const char *name,
	  const char *value, struct ark_error *err)
{
	int64_t min_s = f->min_s, max_s = f->max_s;
	int64_t s;

	if (text_to_seconds(value, &s))
		return error_set(err, ARK_EUSAGE, "--%s \"%s\": expected a "
				 "duration such as 90, 15m or 2h", name, value);
	if (kind == IS_MIN_DURATION)
		min_s = s;
	else
		max_s = s;
	if (max_s >= 0 && min_s > max_s)
		return error_set(err, ARK_EUSAGE, "--%s \"%s\": no call lasts "
				 "at least %lld s and at most %lld s", name,
				 value, (long long)min_s, (long long)max_s);
	f->min_s = min_s;
	f->max_s = max_s;
	return 0;
}

static int
unknown_word(const char *name, struct ark_error *err)
{
	const char *names[N_WORDS];
	const char *nearest;

	for (size_t i = 0; i < N_WORDS; i++)
		names[i] = words[i].name;
	nearest = text_nearest(name, names, N_WORDS);
	if (nearest)
		return error_set(err, ARK_EUSAGE, "unknown filter \"%s\"; did "
				 "you mean \"%s\"?", name, nearest);
	return error_set(err, ARK_EUSAGE, "unknown filter \"%s\"", name);
}

int
ark_filter_add(struct ark_filter *f, const char *name, const char *value,
	       struct ark_error *err)
{
	size_t i = 0;

	while (i < N_WORDS && strcmp(words[i].name, name))
		i++;
	if (i == N_WORDS)
		return unknown_word(name, err);
	switch (rules[i].kind) {
	case IS_MIN_DURATION:
	case IS_MAX_DURATION:
		return add_bound(f, rules[i].kind, name, value, err);
	case IS_GLOB:
	case IS_NUMBER_GLOB:
		break;
	}
	return add_glob(&f->by_word[i], name, value, err);
}

bool
ark_filter_has(const struct ark_filter *f, const char *name)
{
	for (size_t i = 0; f && i < N_WORDS; i++) {
		if (strcmp(words[i].name, name))
			continue;
		if (rules[i].kind == IS_MIN_DURATION)
			return f->min_s >= 0;
		if (rules[i].kind == IS_MAX_DURATION)
			return f->max_s >= 0;
		return f->by_word[i].n;
	}
	return false;
}

/* A bound on the duration; -1: there is none. */
static int
tell_bound(int64_t s, const char *name, ark_filter_option_fn *fn, void *ctx)
{
	char value[24];

	if (s < 0)
		return 0;
	(void)snprintf(value, sizeof(value), "%lld", (long long)s);
	return fn(ctx, name, value);
}

int
ark_filter_each(const struct ark_filter *f, ark_filter_option_fn *fn, void *ctx)
{
	int rc = 0;

	for (size_t i = 0; f && !rc && i < N_WORDS; i++) {
		const struct alternatives *a = &f->by_word[i];

		if (rules[i].kind == IS_MIN_DURATION)
			rc = tell_bound(f->min_s, words[i].name, fn, ctx);
		else if (rules[i].kind == IS_MAX_DURATION)
			rc = tell_bound(f->max_s, words[i].name, fn, ctx);
		for (size_t k = 0; !rc && k < a->n; k++)
			rc = fn(ctx, words[i].name, a->globs[k]);
	}
	return rc;
}

bool
ark_filter_is_empty(const struct ark_filter *f)
{
	if (!f)
		return true;
	for (size_t i = 0; i < N_WORDS; i++) {
		if (f->by_word[i].n)
			return false;
	}
	return f->min_s < 0 && f->max_s < 0;
}

/* Longer texts are no telephone, CPF or CNPJ numbers. */
#define NUMBER_SIZE ((size_t)64)

/*
 * Copy text without the punctuation that people put between digits.  Return
 * whether it fits and has a digit.
 */
static bool
strip_number(char out[NUMBER_SIZE], const char *text)
{
	bool has_digit = false;
	size_t n = 0;

	for (; *text; text++) {
		if (strchr("./- ()", *text))
			continue;
		if (n + 1 == NUMBER_SIZE)
			return false;
		if (*text >= '0' && *text <= '9')
			has_digit = true;
		out[n++] = *text;
	}
	out[n] = 0;
	return has_digit;
}

static bool
has_letter(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    c >= 0x80)
			return true;
	}
	return false;
}

static bool
number_matches(const char *glob, const char *text)
{
	char number_glob[NUMBER_SIZE], number[NUMBER_SIZE];

	return !has_letter(glob) && strip_number(number_glob, glob) &&
	       strip_number(number, text) && text_glob(number_glob, number);
}

/* Whether one field of r matches one of the alternatives. */
static bool
any_matches(const struct rule *rule, const struct alternatives *a,
	    const struct ark_recording *r)
{
	for (size_t i = 0; i < rule->n_fields; i++) {
		const char *text = recording_text(r, rule->fields[i]);

		for (size_t j = 0; j < a->n; j++) {
			if (text_glob(a->globs[j], text))
				return true;
			if (rule->kind == IS_NUMBER_GLOB &&
			    number_matches(a->globs[j], text))
				return true;
		}
	}
	return false;
}

static bool
passes(const struct ark_filter *f, size_t word, const struct ark_recording *r)
{
	const struct alternatives *a = &f->by_word[word];

	switch (rules[word].kind) {
	case IS_MIN_DURATION:
		return f->min_s < 0 ||
		       (r->duration_s >= 0 && r->duration_s >= f->min_s);
	case IS_MAX_DURATION:
		return f->max_s < 0 ||
		       (r->duration_s >= 0 && r->duration_s <= f->max_s);
	case IS_GLOB:
	case IS_NUMBER_GLOB:
		break;
	}
	return !a->n || any_matches(&rules[word], a, r);
}

const char *
ark_filter_excludes(const struct ark_filter *f, const struct ark_recording *r)
{
	for (size_t i = 0; f && i < N_WORDS; i++) {
		if (!passes(f, i, r))
			return words[i].name;
	}
	return NULL;
}
