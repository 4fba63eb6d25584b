#include "review/scores.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "json/scan.h"

#define MAX_TEXT ((size_t)1 << 20)	/* of one score, all told */
#define FULL_SCORE 1000

/* What the page calls them, in JSON and in the head of CSV. */
const char *const scores_names[SCORES_N_TEXTS] = {
	"evaluator", "review", "id", "protocol", "start", "agent",
	"agent_email", "service", "failed", "note", "entered", "state",
	"score", "calibration",
};

static int
refuse(struct ark_error *err, const char *what)
{
	return error_set(err, ARK_EUSAGE, "this is no export of scores: "
			 "expected %s", what);
}

/* ---- one score -------------------------------------------------------------- */

/* "82.1" -> 821, "" -> none.  One decimal, as the page writes it. */
static int
parse_score(const char *text, int32_t *out)
{
	int32_t value = 0;
	int digits = 0;

	*out = ARK_NO_SCORE;
	if (!*text)
		return 0;
	for (; *text >= '0' && *text <= '9' && digits < 4; text++, digits++)
		value = value * 10 + (*text - '0');
	value *= 10;
	if (digits && text[0] == '.' && text[1] >= '0' && text[1] <= '9') {
		value += text[1] - '0';
		text += 2;
	}
	if (!digits || *text || value > FULL_SCORE)
		return ARK_EFORMAT;
	*out = value;
	return 0;
}

/* All texts into one piece of memory, pointed to from at. */
static char *
join(const char *const texts[SCORES_N_TEXTS], const char *at[SCORES_N_TEXTS])
{
	size_t n = 0;
	char *all, *p;

	for (int i = 0; i < SCORES_N_TEXTS; i++)
		n += strlen(texts[i]) + 1;
	all = malloc(n);
	p = all;
	for (int i = 0; all && i < SCORES_N_TEXTS; i++) {
		size_t len = strlen(texts[i]) + 1;

		memcpy(p, texts[i], len);
		at[i] = p;
		p += len;
	}
	return all;
}

int
scores_put(struct scores *s, const char *const texts[SCORES_N_TEXTS],
	   struct ark_error *err)
{
	const char *at[SCORES_N_TEXTS];
	struct scores_item *grown;
	int32_t score;
	char *all;

	if (!*texts[SCORES_EVALUATOR] || !*texts[SCORES_ID])
		return refuse(err, "the evaluator and the id of each call");
	if (parse_score(texts[SCORES_SCORE], &score))
		return refuse(err, "scores from 0 to 100");
	grown = array_room(s->items, s->n, &s->cap, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	s->items = grown;
	all = join(texts, at);
	if (!all)
		return error_nomem(err);
	grown[s->n] = (struct scores_item){
		.texts = all, .order = s->n,
		.pub = {
			.evaluator = at[SCORES_EVALUATOR],
			.review = at[SCORES_REVIEW], .id = at[SCORES_ID],
			.protocol = at[SCORES_PROTOCOL],
			.start = at[SCORES_START], .agent = at[SCORES_AGENT],
			.agent_email = at[SCORES_EMAIL],
			.service = at[SCORES_SERVICE],
			.failed = at[SCORES_FAILED], .note = at[SCORES_NOTE],
			.entered = at[SCORES_ENTERED], .score = score,
			.is_scored = score != ARK_NO_SCORE &&
				     !strcmp(at[SCORES_STATE], "scored"),
			.is_calibration = !strcmp(at[SCORES_CALIBRATION],
						  "true"),
		},
	};
	s->n++;
	return 0;
}

/* ---- JSON ------------------------------------------------------------------- */

struct export {
	struct scores *scores;
	struct buf texts[SCORES_N_TEXTS];
	struct ark_error *err;
};

/* The texts of the file stay; those of the call before go. */
static void
take_text(struct export *x, enum scores_text which, struct json_slice from)
{
	struct json_slice v = json_member(from, scores_names[which]);

	buf_clear(&x->texts[which]);
	if (v.p && json_kind(v) != JSON_NULL)
		(void)json_text(v, &x->texts[which]);
}

static int
take_call(struct export *x, struct json_slice one)
{
	const char *texts[SCORES_N_TEXTS];

	if (json_kind(one) != JSON_OBJECT)
		return refuse(x->err, "calls that are objects");
	for (int i = SCORES_ID; i < SCORES_N_TEXTS; i++)
		take_text(x, (enum scores_text)i, one);
	for (int i = 0; i < SCORES_N_TEXTS; i++) {
		if (x->texts[i].rc)
			return buf_status(&x->texts[i], x->err);
		texts[i] = buf_text(&x->texts[i]);
	}
	return scores_put(x->scores, texts, x->err);
}

static int
take_export(struct export *x, struct json_slice text)
{
	struct json_slice format = json_member(text, "format");
	struct json_slice calls = json_member(text, "calls"), one;
	struct json_walk w;
	int rc = 0;

	if (!format.p || json_kind(format) != JSON_STRING ||
	    !json_key_is(format, "callark-scores"))
		return refuse(x->err, "\"format\": \"callark-scores\"");
	if (!calls.p || json_kind(calls) != JSON_ARRAY)
		return refuse(x->err, "\"calls\", a list");
	take_text(x, SCORES_EVALUATOR, text);
	take_text(x, SCORES_REVIEW, text);
	json_walk_init(&w, calls);
	while (!rc && json_next_item(&w, &one))
		rc = take_call(x, one);
	return rc;
}

static int
add_json(struct scores *s, struct json_slice text, struct ark_error *err)
{
	struct export x = { .scores = s, .err = err };
	struct ark_error why = { 0 };
	int rc;

	rc = json_check(text, &json_limits_page, &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc)
		return error_set(err, ARK_EUSAGE,
				 "this is no export of scores: %s", why.text);
	for (int i = 0; i < SCORES_N_TEXTS; i++)
		buf_init(&x.texts[i], MAX_TEXT);
	rc = take_export(&x, text);
	for (int i = 0; i < SCORES_N_TEXTS; i++)
		buf_release(&x.texts[i]);
	return rc == ARK_ELIMIT ? refuse(err, "shorter texts") : rc;
}

int
scores_add(struct scores *s, const char *text, size_t n, struct ark_error *err)
{
	size_t space = 0;

	while (space < n && strchr(" \t\r\n", text[space]))
		space++;
	if (space < n && text[space] == '{')
		return add_json(s, (struct json_slice){ text, n }, err);
	return scores_add_csv(s, text, n, err);
}

/* ---- together ---------------------------------------------------------------- */

static int
by_call(const struct ark_score *a, const struct ark_score *b)
{
	int order = strcmp(a->start, b->start);

	if (!order)
		order = strcmp(a->id, b->id);
	return order ? order : strcmp(a->review, b->review);
}

bool
scores_is_same_call(const struct ark_score *a, const struct ark_score *b)
{
	return !by_call(a, b);
}

/* By call and evaluator, what was entered last in front. */
static int
by_order(const void *a, const void *b)
{
	const struct scores_item *x = a, *y = b;
	int order = by_call(&x->pub, &y->pub);

	if (!order)
		order = strcmp(x->pub.evaluator, y->pub.evaluator);
	if (!order)
		order = strcmp(y->pub.entered, x->pub.entered);
	return order ? order : (x->order > y->order) - (x->order < y->order);
}

void
scores_merge(struct scores *s)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->items, s->n, sizeof(*s->items), by_order);
	for (size_t i = 0; i < s->n; i++) {
		struct scores_item *last = kept ? &s->items[kept - 1] : NULL;

		if (last && !by_call(&last->pub, &s->items[i].pub) &&
		    !strcmp(last->pub.evaluator, s->items[i].pub.evaluator)) {
			free(s->items[i].texts);
			s->replaced++;
		} else {
			s->items[kept++] = s->items[i];
		}
	}
	s->n = kept;
}

void
scores_release(struct scores *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i].texts);
	free(s->items);
	*s = (struct scores){ 0 };
}
