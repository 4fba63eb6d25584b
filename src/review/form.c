#include "review/form.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define MAX_ID 40
#define MAX_WEIGHT 1000

static const char *const types[] = { "yes_no", "scale", "choice", "text" };
enum { YES_NO, SCALE, CHOICE, TEXT, N_TYPES };

struct check {
	int n;			/* of the question, from 1 */
	struct json_slice ids[FORM_MAX_QUESTIONS];
	struct ark_error *err;
};

bool
form_id_is_good(const char *p, size_t n)
{
	if (!n || n > MAX_ID || *p < 'a' || *p > 'z')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", p[i]))
			return false;
	}
	return true;
}

/* ---- values --------------------------------------------------------------- */

static int
expected(const struct check *c, const char *what)
{
	if (c->n)
		return error_set(c->err, ARK_EUSAGE, "question %d of the form: "
				 "expected %s", c->n, what);
	return error_set(c->err, ARK_EUSAGE, "the form: expected %s", what);
}

static int
unknown(const struct check *c, struct json_slice key)
{
	struct buf shown = BUF_INIT(1000);
	int rc;

	text_printable(&shown, key.p, key.n > 60 ? 60 : key.n);
	(void)expected(c, "other members");
	rc = error_prefix(c->err, "%s is none of a form", buf_text(&shown));
	buf_release(&shown);
	return rc;
}

/* Names that one object may have; every other is a mistake. */
static int
check_members(const struct check *c, struct json_slice object,
	      const char *const *names, size_t n)
{
	struct json_slice key, value;
	struct json_walk w;

	json_walk_init(&w, object);
	while (json_next_member(&w, &key, &value)) {
		bool is_known = false;

		for (size_t i = 0; i < n; i++)
			is_known = is_known || json_key_is(key, names[i]);
		if (!is_known)
			return unknown(c, key);
	}
	return 0;
}

static bool
is_text(struct json_slice v)
{
	return json_kind(v) == JSON_STRING && v.n > 2;
}

/* A number of JSON within bounds.  Its digits end where the slice does. */
static bool
is_number(struct json_slice v, double max)
{
	char digits[32], *end;
	double x;

	if (json_kind(v) != JSON_NUMBER || v.n >= sizeof(digits))
		return false;
	memcpy(digits, v.p, v.n);
	digits[v.n] = 0;
	x = strtod(digits, &end);
	return !*end && x >= 0 && x <= max;
}

/* ---- questions ------------------------------------------------------------ */

static int
check_id(struct check *c, struct json_slice id)
{
	if (json_kind(id) != JSON_STRING ||
	    !form_id_is_good(id.p + 1, id.n - 2))
		return expected(c, "an \"id\" of at most 40 lower-case "
				"letters, digits, _ and -, a letter first");
	for (int i = 0; i < c->n - 1; i++) {
		if (c->ids[i].n == id.n && !memcmp(c->ids[i].p, id.p, id.n))
			return expected(c, "an \"id\" of its own; another "
					"question has it");
	}
	c->ids[c->n - 1] = id;
	return 0;
}

static int
check_choice(const struct check *c, struct json_slice choice)
{
	static const char *const names[] = { "text", "value" };
	struct json_slice value;

	if (is_text(choice))
		return 0;
	if (json_kind(choice) != JSON_OBJECT ||
	    !is_text(json_member(choice, "text")))
		return expected(c, "choices that are texts, or objects with "
				"\"text\" and \"value\"");
	value = json_member(choice, "value");
	if (value.p && !is_number(value, 1))
		return expected(c, "a \"value\" of a choice between 0 and 1");
	return check_members(c, choice, names, 2);
}

static int
check_choices(const struct check *c, struct json_slice choices)
{
	struct json_slice item;
	struct json_walk w;
	int n = 0, rc = 0;

	if (json_kind(choices) != JSON_ARRAY)
		return expected(c, "\"choices\", a list");
	json_walk_init(&w, choices);
	while (!rc && json_next_item(&w, &item)) {
		rc = check_choice(c, item);
		n++;
	}
	if (!rc && (n < 2 || n > FORM_MAX_CHOICES))
		rc = expected(c, "2 to 9 choices");
	return rc;
}

static int
type_of(struct json_slice v)
{
	int type = 0;

	while (type < N_TYPES && !(v.p && json_kind(v) == JSON_STRING &&
				   json_key_is(v, types[type])))
		type++;
	return type;
}

static int
check_worth(const struct check *c, struct json_slice question, int type)
{
	struct json_slice weight = json_member(question, "weight");
	struct json_slice fatal = json_member(question, "fatal");

	if (weight.p && !is_number(weight, MAX_WEIGHT))
		return expected(c, "a \"weight\" between 0 and 1000");
	if (fatal.p && json_kind(fatal) != JSON_BOOL)
		return expected(c, "\"fatal\" to be true or false");
	if (fatal.p && *fatal.p == 't' && type != YES_NO && type != SCALE)
		return expected(c, "a fatal question to be of type yes_no or "
				"scale");
	return 0;
}

static int
check_question(struct check *c, struct json_slice question)
{
	static const char *const names[] = {
		"id", "text", "type", "weight", "fatal", "help", "choices",
	};
	struct json_slice help = json_member(question, "help");
	int type, rc;

	if (json_kind(question) != JSON_OBJECT)
		return expected(c, "an object");
	rc = check_members(c, question, names,
			   sizeof(names) / sizeof(names[0]));
	if (!rc)
		rc = check_id(c, json_member(question, "id"));
	if (rc)
		return rc;
	if (!is_text(json_member(question, "text")))
		return expected(c, "a \"text\"");
	if (help.p && json_kind(help) != JSON_STRING)
		return expected(c, "\"help\" to be a text");
	type = type_of(json_member(question, "type"));
	if (type == N_TYPES)
		return expected(c, "a \"type\": yes_no, scale, choice or text");
	rc = check_worth(c, question, type);
	if (!rc && type == CHOICE)
		rc = check_choices(c, json_member(question, "choices"));
	else if (!rc && json_member(question, "choices").p)
		rc = expected(c, "\"choices\" only with type choice");
	return rc;
}

static int
check_questions(struct check *c, struct json_slice questions)
{
	struct json_slice item;
	struct json_walk w;
	int rc = 0;

	if (json_kind(questions) != JSON_ARRAY)
		return expected(c, "\"questions\", a list");
	json_walk_init(&w, questions);
	while (!rc && json_next_item(&w, &item)) {
		if (c->n == FORM_MAX_QUESTIONS) {
			c->n = 0;
			return expected(c, "at most 100 questions");
		}
		c->n++;
		rc = check_question(c, item);
	}
	if (!rc && !c->n)
		rc = expected(c, "at least one question");
	return rc;
}

int
form_check(struct json_slice text, struct ark_error *err)
{
	static const char *const names[] = { "title", "questions" };
	struct ark_error why = { 0 };
	struct check c = { .err = err };
	struct json_slice title;
	int rc;

	rc = json_check(text, &json_limits_document, &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc)
		return error_set(err, ARK_EUSAGE, "the form is no JSON: %s",
				 why.text);
	if (json_kind(text) != JSON_OBJECT)
		return expected(&c, "an object with \"questions\"");
	title = json_member(text, "title");
	if (title.p && json_kind(title) != JSON_STRING)
		return expected(&c, "\"title\" to be a text");
	rc = check_members(&c, text, names, 2);
	return rc ? rc : check_questions(&c, json_member(text, "questions"));
}
