/*
 * The filters.  Eleven lines are the texts of a call, one is how long it
 * lasted, and every further line is an option, "NAME VALUE".  A list of what
 * was accepted, gone through from its beginning, says the same of the call;
 * what is refused changes nothing.
 */
#include <ctype.h>

#include "callark/filter.h"
#include "fuzz.h"

#define MAX_OPTIONS 64
#define N_TEXTS 11

struct option {
	char *name, *value;
};

struct list {
	struct option options[MAX_OPTIONS];
	size_t n;
};

/* ---- one after the other ------------------------------------------------ */

/* The texts that a word looks at, ended by NULL. */
static void
texts_of(const struct ark_recording *r, const char *name, const char *out[4])
{
	const struct {
		const char *name, *texts[3];
	} rows[] = {
		{ "agent", { r->agent, r->agent_email } },
		{ "service", { r->service } },
		{ "tag", { r->tag } },
		{ "status", { r->status } },
		{ "origin", { r->origin } },
		{ "client", { r->client, r->contact, r->client_document } },
		{ "protocol", { r->protocol } },
		{ "extension", { r->extension } },
	};

	memset(out, 0, 4 * sizeof(*out));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i].name, name))
			memcpy(out, rows[i].texts, sizeof(rows[i].texts));
	}
}

/* text without what people put between digits. */
static char *
digits_of(const char *text)
{
	char *out = calloc(1, strlen(text) + 1), *to = out;

	MUST(out);
	for (; *text; text++) {
		if (!strchr("./- ()", *text))
			*to++ = *text;
	}
	return out;
}

static bool
is_number(const char *digits)
{
	return strlen(digits) < 64 && strpbrk(digits, "0123456789");
}

static bool
number_matches(const char *glob, const char *text)
{
	char *a = digits_of(glob), *b = digits_of(text);
	bool matches = is_number(a) && is_number(b) && text_glob(a, b);

	for (const char *p = glob; *p; p++)
		matches &= !isalpha((unsigned char)*p) && !(*p & 0x80);
	free(a);
	free(b);
	return matches;
}

static bool
option_matches(const struct option *o, const struct ark_recording *r)
{
	const char *texts[4];

	texts_of(r, o->name, texts);
	for (size_t i = 0; texts[i]; i++) {
		if (text_glob(o->value, texts[i]) ||
		    (!strcmp(o->name, "client") &&
		     number_matches(o->value, texts[i])))
			return true;
	}
	return false;
}

/* The last bound called name, or -1. */
static int64_t
bound(const struct list *l, const char *name)
{
	int64_t s = -1;

	for (size_t i = 0; i < l->n; i++) {
		if (!strcmp(l->options[i].name, name))
			MUST(!text_to_seconds(l->options[i].value, &s));
	}
	return s;
}

static bool
word_passes(const struct list *l, const char *name,
	    const struct ark_recording *r)
{
	bool is_asked = false, matches = false;

	if (!strcmp(name, "min-duration"))
		return bound(l, name) < 0 || r->duration_s >= bound(l, name);
	if (!strcmp(name, "max-duration-call"))
		return bound(l, name) < 0 ||
		       (r->duration_s >= 0 && r->duration_s <= bound(l, name));
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->options[i].name, name))
			continue;
		is_asked = true;
		matches |= option_matches(&l->options[i], r);
	}
	return !is_asked || matches;
}

static const char *
first_that_excludes(const struct list *l, const struct ark_recording *r)
{
	int n;
	const struct ark_filter_word *words = ark_filter_words(&n);

	for (int i = 0; i < n; i++) {
		if (!word_passes(l, words[i].name, r))
			return words[i].name;
	}
	return NULL;
}

/* ---- what is accepted --------------------------------------------------- */

static bool
is_acceptable(const struct list *l, const struct option *o)
{
	const char *texts[4];
	struct ark_recording empty = { .agent = "" };
	int64_t s, min = bound(l, "min-duration");
	int64_t max = bound(l, "max-duration-call");
	bool is_min = !strcmp(o->name, "min-duration");

	if (is_min || !strcmp(o->name, "max-duration-call")) {
		if (text_to_seconds(o->value, &s))
			return false;
		min = is_min ? s : min;
		max = is_min ? max : s;
		return max < 0 || min <= max;
	}
	empty.service = empty.tag = empty.status = empty.origin = "";
	empty.client = empty.protocol = empty.extension = "";
	texts_of(&empty, o->name, texts);
	return texts[0] && *o->value && strlen(o->value) <= 1000 &&
	       text_is_utf8(o->value, strlen(o->value));
}

static void
must_agree(const struct ark_filter *f, const struct list *l,
	   const struct ark_recording *r)
{
	const char *found = ark_filter_excludes(f, r);
	const char *expected = first_that_excludes(l, r);

	MUST(ark_filter_is_empty(f) == !l->n);
	MUST(!found == !expected);
	MUST(!found || !strcmp(found, expected));
}

/* One line more; it is taken into the list when it was accepted. */
static void
add(struct ark_filter *f, struct list *l, char *line)
{
	char *space = strchr(line, ' ');
	struct option o = { line, space ? space + 1 : line + strlen(line) };
	struct ark_error err = { 0 };
	bool is_right;
	int rc;

	if (space)
		*space = 0;
	is_right = is_acceptable(l, &o);
	rc = ark_filter_add(f, o.name, o.value, &err);
	must_report(rc, &err);
	MUST(rc == (is_right ? 0 : ARK_EUSAGE));
	if (rc)
		free(line);
	else
		l->options[l->n++] = o;
}

static void
take_call(struct ark_recording *r, char *texts[N_TEXTS], struct input *in)
{
	char *duration;

	for (size_t i = 0; i < N_TEXTS; i++)
		texts[i] = input_line(in);
	*r = (struct ark_recording){
		.id = texts[0], .agent = texts[0], .agent_email = texts[1],
		.client = texts[2], .contact = texts[3],
		.client_document = texts[4], .service = texts[5],
		.extension = texts[6], .origin = texts[7],
		.protocol = texts[8], .status = texts[9], .tag = texts[10],
		.duration_s = -1,
	};
	duration = input_line(in);
	if (text_to_seconds(duration, &r->duration_s))
		r->duration_s = -1;
	free(duration);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	struct ark_filter *f = NULL;
	struct list l = { .n = 0 };
	struct ark_recording r;
	char *texts[N_TEXTS];

	take_call(&r, texts, &in);
	MUST(!ark_filter_new(&f, NULL));
	must_agree(f, &l, &r);
	while (in.n && l.n < MAX_OPTIONS) {
		add(f, &l, input_line(&in));
		must_agree(f, &l, &r);
	}
	ark_filter_free(f);
	for (size_t i = 0; i < l.n; i++)
		free(l.options[i].name);
	for (size_t i = 0; i < N_TEXTS; i++)
		free(texts[i]);
	return 0;
}
