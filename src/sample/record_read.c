/*
 * A record read back, strictly.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/idset.h"
#include "json/scan.h"
#include "model/time.h"
#include "sample/record.h"

#define FORMATS_MAX 1000000

/* A line of 1000 evaluators, or the first with all filters. */
static const struct json_limits limits = {
	.max_depth = 8,
	.max_values = 100000,
};

/* A line whose first wrong member is remembered; then nothing more is read. */
struct source {
	struct sample_record *record;
	struct json_slice line;
	int rc;
	struct ark_error *err;
};

static void
refuse(struct source *s, const char *name, const char *expected)
{
	if (!s->rc)
		s->rc = error_set(s->err, ARK_EFORMAT, "%s: expected %s", name,
				  expected);
}

/* ---- members ---------------------------------------------------------- */

/* The text of v, kept with the record; "" when there is none. */
static const char *
take_text(struct source *s, struct json_slice v, const char *name)
{
	struct buf text = BUF_INIT(RECORD_MAX_LINE);
	const char *kept = NULL;

	if (json_kind(v) != JSON_STRING)
		refuse(s, name, "a text");
	else if (json_text(v, &text) == 1)
		kept = keep_text(&s->record->texts, buf_text(&text));
	if (!kept && !s->rc)
		s->rc = error_nomem(s->err);
	buf_release(&text);
	return kept ? kept : "";
}

static const char *
get_text(struct source *s, const char *name)
{
	return take_text(s, json_member(s->line, name), name);
}

/* "" is refused. */
static const char *
get_name(struct source *s, const char *name)
{
	const char *text = get_text(s, name);

	if (!*text)
		refuse(s, name, "a text that is not empty");
	return text;
}

static int64_t
get_int(struct source *s, const char *name, int64_t min, int64_t max)
{
	struct json_slice v = json_member(s->line, name);
	int64_t n = min;

	if (json_kind(v) != JSON_NUMBER || json_int(v, min, max, &n))
		refuse(s, name, "a whole number within its limits");
	return n;
}

static bool
get_bool(struct source *s, const char *name)
{
	struct json_slice v = json_member(s->line, name);

	if (json_kind(v) != JSON_BOOL)
		refuse(s, name, "true or false");
	return json_kind(v) == JSON_BOOL && *v.p == 't';
}

static void
get_sha256(struct source *s, const char *name, uint8_t out[DIGEST_SHA256_SIZE])
{
	if (digest_unhex(out, DIGEST_SHA256_SIZE, get_text(s, name)))
		refuse(s, name, "a SHA-256 in hex");
}

/* Exactly as moment_format() has it; so there is no offset to convert. */
static int64_t
get_moment(struct source *s, const char *name)
{
	const char *text = get_text(s, name);
	char again[MOMENT_SIZE] = "";
	int64_t civil_s = 0;

	if (strlen(text) == 19 && text[13] == ':' && text[16] == ':' &&
	    !moment_parse(text, NULL, &civil_s))
		moment_format(again, civil_s);
	if (strcmp(text, again) || !*text)
		refuse(s, name, "a time such as 2025-12-31 14:30:05");
	return civil_s;
}

static struct json_slice
get_list(struct source *s, const char *name)
{
	struct json_slice v = json_member(s->line, name);

	if (json_kind(v) != JSON_ARRAY)
		refuse(s, name, "a list");
	return v;
}

/* ---- the first line --------------------------------------------------- */

static void
read_filters(struct source *s)
{
	struct json_slice whole = s->line, item;
	struct json_walk w;

	json_walk_init(&w, get_list(s, "filters"));
	while (!s->rc && json_next_item(&w, &item)) {
		const char *name, *value;

		s->line = item;
		name = get_name(s, "name");
		value = get_name(s, "value");
		if (!s->rc)
			s->rc = record_add_filter(s->record, name, value,
						  s->err);
	}
	s->line = whole;
}

/* The names as one text with commas; NULL when there are none. */
static char *
join_evaluators(struct source *s)
{
	struct buf all = BUF_INIT(RECORD_MAX_LINE);
	struct json_slice item;
	struct json_walk w;
	char *text = NULL;

	json_walk_init(&w, get_list(s, "evaluators"));
	while (!s->rc && json_next_item(&w, &item)) {
		const char *name = take_text(s, item, "evaluators");

		if (!*name || strchr(name, ','))
			refuse(s, "evaluators", "names without commas");
		if (all.len)
			buf_addc(&all, ',');
		buf_adds(&all, name);
	}
	if (!s->rc && all.rc)
		s->rc = buf_status(&all, s->err);
	if (!s->rc && all.len)
		text = buf_take(&all);
	buf_release(&all);
	return text;
}

/* A rule that may be left out. */
static bool
has(const struct source *s, const char *name)
{
	return json_kind(json_member(s->line, name)) != JSON_NONE;
}

static void
read_rules(struct source *s)
{
	struct ark_sample_rules words = {
		.seed = get_text(s, "seed"),
		.calibration = get_int(s, "calibration", 0, INT64_MAX),
	};
	struct json_slice whole = s->line;
	struct ark_error why = { 0 };
	char *evaluators = join_evaluators(s);
	int rc;

	words.evaluators = evaluators;
	s->line = json_member(whole, "rules");
	if (has(s, "count"))
		words.count = get_int(s, "count", 1, INT64_MAX);
	if (has(s, "per_agent"))
		words.per_agent = get_int(s, "per_agent", 1, INT64_MAX);
	if (has(s, "per_service"))
		words.per_service = get_int(s, "per_service", 1, INT64_MAX);
	if (has(s, "percent"))
		words.percent = get_text(s, "percent");
	if (has(s, "pick"))
		words.pick = get_text(s, "pick");
	s->line = whole;
	if (!s->rc) {
		rc = sample_rules_read(&s->record->rules, &words, &why);
		if (rc)
			s->rc = error_set(s->err, rc == ARK_ENOMEM ? rc :
					  ARK_EFORMAT, "%s", why.text);
	}
	free(evaluators);
}

static void
read_head(struct source *s)
{
	struct sample_record *r = s->record;
	int64_t format = get_int(s, "format", 1, FORMATS_MAX);

	if (format > RECORD_FORMAT)
		refuse(s, "format", "one that this callark knows: use a newer "
		       "one");
	r->number = get_int(s, "draw", 1, INT64_MAX);
	if (utc_parse(get_text(s, "drawn_at"), &r->drawn_s))
		refuse(s, "drawn_at", "a time in UTC");
	r->tool = get_text(s, "tool");
	r->organization_id = get_text(s, "organization_id");
	r->time_zone = get_text(s, "time_zone");
	r->range.from_s = get_moment(s, "from");
	r->range.to_s = get_moment(s, "to");
	read_filters(s);
	read_rules(s);
	r->excludes_drawn = get_bool(s, "exclude_drawn");
	r->population = get_int(s, "population", 1, INT64_MAX);
	get_sha256(s, "population_sha256", r->population_sha256);
	r->n_excluded_told = get_int(s, "excluded", 0, INT64_MAX);
	r->n_calls_told = get_int(s, "drawn", 0, INT64_MAX);
	r->has_head = true;
}

/* ---- the others ------------------------------------------------------- */

static void
read_day(struct source *s)
{
	struct sample_record *r = s->record;
	struct sample_day d = {
		.population = get_int(s, "population", 1, INT64_MAX),
		.drawn = get_int(s, "drawn", 0, INT64_MAX),
	};

	if (day_parse(get_text(s, "day"), &d.day))
		refuse(s, "day", "a date");
	get_sha256(s, "sha256", d.sha256);
	if (r->n_days && r->days[r->n_days - 1].day >= d.day)
		refuse(s, "day", "days in their order");
	if (!s->rc)
		s->rc = record_add_day(r, &d, s->err);
}

/* All of them for calibration, else one; none when there are none. */
static void
read_evaluators(struct source *s, struct record_call *c)
{
	const struct sample_rules *rules = &s->record->rules;
	bool is_for_all = get_bool(s, "calibration");
	struct json_slice item;
	struct json_walk w;
	size_t n = 0, found = rules->n_evaluators;

	json_walk_init(&w, get_list(s, "evaluators"));
	for (; !s->rc && json_next_item(&w, &item); n++) {
		const char *name = take_text(s, item, "evaluators");

		for (found = 0; found < rules->n_evaluators; found++) {
			if (!strcmp(rules->evaluators[found], name))
				break;
		}
		if (found == rules->n_evaluators)
			refuse(s, "evaluators", "names of the first line");
		else if (is_for_all && n != found)
			refuse(s, "evaluators", "all of them, in their order");
	}
	if (n != (is_for_all ? rules->n_evaluators : rules->n_evaluators != 0))
		refuse(s, "evaluators", "one, or all for calibration");
	c->evaluator = is_for_all ? SAMPLE_EVERYBODY :
		       rules->n_evaluators ? found : 0;
}

static void
read_call(struct source *s)
{
	struct sample_record *r = s->record;
	struct record_call c = {
		.id = get_name(s, "id"), .start_s = get_moment(s, "start"),
		.is_picked = get_bool(s, "picked"),
	};

	if (get_int(s, "n", 1, INT64_MAX) != (int64_t)r->n_calls + 1)
		refuse(s, "n", "the calls in their order");
	get_sha256(s, "sha256", c.sha256);
	read_evaluators(s, &c);
	if (!s->rc)
		s->rc = record_add_call(r, &c, s->err);
}

static void
read_excluded(struct source *s)
{
	const char *id = get_name(s, "id");
	int64_t draw = get_int(s, "draw", 1, INT64_MAX);

	if (!s->rc)
		s->rc = record_add_excluded(s->record, id, draw, s->err);
}

int
record_line(struct sample_record *r, const char *line, size_t n,
	    struct ark_error *err)
{
	static const struct {
		const char *type;
		void (*read)(struct source *s);
	} types[] = {
		{ "draw", read_head }, { "day", read_day },
		{ "call", read_call }, { "excluded", read_excluded },
	};
	struct source s = { .record = r, .line = { line, n }, .err = err };
	struct json_slice type;
	size_t i = 0;
	int rc;

	rc = json_check(s.line, &limits, err);
	if (rc)
		return rc;
	type = json_member(s.line, "type");
	while (i < 4 && (json_kind(type) != JSON_STRING ||
			 !json_key_is(type, types[i].type)))
		i++;
	if (i == 4 || (i == 0) == r->has_head)
		refuse(&s, "type", r->has_head ? "day, call or excluded" :
		       "draw: this is no record of a draw");
	else
		types[i].read(&s);
	return s.rc;
}

/* No call is drawn twice. */
static int
check_ids(const struct sample_record *r, struct ark_error *err)
{
	struct idset ids = { 0 };
	int rc = 1;

	for (size_t i = 0; rc > 0 && i < r->n_calls; i++)
		rc = idset_add(&ids, r->calls[i].id);
	idset_release(&ids);
	if (rc < 0)
		return error_nomem(err);
	return rc ? 0 : error_set(err, ARK_EFORMAT, "a call is in it twice");
}

int
record_end(const struct sample_record *r, struct ark_error *err)
{
	if (!r->has_head)
		return error_set(err, ARK_EFORMAT, "it is empty");
	if ((int64_t)r->n_calls != r->n_calls_told ||
	    (int64_t)r->n_excluded != r->n_excluded_told)
		return error_set(err, ARK_EFORMAT, "it has %zu calls and %zu "
				 "excluded where %lld and %lld should be: it "
				 "was cut off or changed", r->n_calls,
				 r->n_excluded, (long long)r->n_calls_told,
				 (long long)r->n_excluded_told);
	return check_ids(r, err);
}
