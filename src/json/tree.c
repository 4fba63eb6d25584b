#include "json/tree.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "json/chars.h"

#define TREE_DEPTH 32	/* objects and arrays inside one another */
#define FIRST_ROOM 256	/* for a printed text; doubled while too small */

struct json_tree {
	cJSON *open[TREE_DEPTH];	/* the outermost first, owning all */
	size_t depth;			/* of the innermost, from 0 */
	int rc;				/* 0, ARK_ENOMEM or ARK_ELIMIT */
};

struct json_tree *
json_tree_new(void)
{
	struct json_tree *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->open[0] = cJSON_CreateObject();
	if (!t->open[0]) {
		free(t);
		return NULL;
	}
	return t;
}

void
json_tree_free(struct json_tree *t)
{
	if (!t)
		return;
	cJSON_Delete(t->open[0]);
	free(t);
}

/*
 * Take item, NULL when it could not be made, into the innermost container.
 * Whether it went in.
 */
static bool
attach(struct json_tree *t, const char *name, cJSON *item)
{
	cJSON *parent = t ? t->open[t->depth] : NULL;
	cJSON_bool is_in = 0;

	if (!parent || t->rc) {
		cJSON_Delete(item);
		return false;
	}
	assert(cJSON_IsArray(parent) == !name);
	if (item && name)
		is_in = cJSON_AddItemToObject(parent, name, item);
	else if (item)
		is_in = cJSON_AddItemToArray(parent, item);
	if (!is_in) {
		cJSON_Delete(item);
		t->rc = ARK_ENOMEM;
	}
	return is_in;
}

void
json_put_text(struct json_tree *t, const char *name, const char *text)
{
	(void)attach(t, name,
		     text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void
json_put_secret(struct json_tree *t, const char *name, const char *text)
{
	(void)attach(t, name, cJSON_CreateStringReference(text));
}

void
json_put_int(struct json_tree *t, const char *name, int64_t value)
{
	char digits[sizeof("-9223372036854775808")];

	/* A number of cJSON is a double, good for 53 bits. */
	(void)snprintf(digits, sizeof(digits), "%" PRId64, value);
	(void)attach(t, name, cJSON_CreateRaw(digits));
}

/*
 * At most three decimals, without zeros at the end.  Only integers are handed
 * to printf, which would write a comma where the locale has one; from 1e12 on
 * the decimals are no longer worth telling.
 */
static cJSON *
create_real(double value)
{
	char text[512];	/* the longest double has 309 digits */
	int64_t thousandths;
	size_t n;

	if (fabs(value) >= 1e12) {
		(void)snprintf(text, sizeof(text), "%.0f", value);
		return cJSON_CreateRaw(text);
	}
	thousandths = (int64_t)(fabs(value) * 1000 + 0.5);
	(void)snprintf(text, sizeof(text), "%s%" PRId64 ".%03" PRId64,
		       value < 0 && thousandths ? "-" : "",
		       thousandths / 1000, thousandths % 1000);
	n = strlen(text);
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	text[n] = 0;
	return cJSON_CreateRaw(text);
}

void
json_put_real(struct json_tree *t, const char *name, double value)
{
	(void)attach(t, name,
		     isfinite(value) ? create_real(value) : cJSON_CreateNull());
}

void
json_put_bool(struct json_tree *t, const char *name, bool value)
{
	(void)attach(t, name, cJSON_CreateBool(value));
}

void
json_put_null(struct json_tree *t, const char *name)
{
	(void)attach(t, name, cJSON_CreateNull());
}

void
json_put_raw(struct json_tree *t, const char *name, struct json_slice raw)
{
	cJSON *item;
	char *text;

	raw = json_trim(raw);
	if (!raw.n) {
		json_put_null(t, name);
		return;
	}
	text = strndup(raw.p, raw.n);
	/* In JSON a raw line end is never part of a string. */
	for (char *p = text; p && *p; p++) {
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	}
	item = text ? cJSON_CreateRaw(text) : NULL;
	free(text);
	(void)attach(t, name, item);
}

static void
open_container(struct json_tree *t, const char *name, cJSON *item)
{
	if (!attach(t, name, item))
		return;
	if (t->depth + 1 == TREE_DEPTH) {
		t->rc = ARK_ELIMIT;
		return;
	}
	t->open[++t->depth] = item;
}

void
json_open_object(struct json_tree *t, const char *name)
{
	open_container(t, name, cJSON_CreateObject());
}

void
json_open_array(struct json_tree *t, const char *name)
{
	open_container(t, name, cJSON_CreateArray());
}

void
json_close(struct json_tree *t)
{
	/* After a failure nothing was opened that could be closed. */
	if (!t || t->rc)
		return;
	assert(t->depth > 0);
	t->depth--;
}

/*
 * Print into the room that out has behind its content.  Whether it sufficed.
 * cJSON's own memory would keep what was printed, and cost a copy.
 */
static bool
print_into(struct buf *out, cJSON *item, bool is_pretty)
{
	size_t room = out->cap - out->len;
	char *end = (char *)out->data + out->len;

	if (!cJSON_PrintPreallocated(item, end,
				     room > INT_MAX ? INT_MAX : (int)room,
				     is_pretty)) {
		*end = 0;
		return false;
	}
	out->len += strlen(end);
	return true;
}

int
json_print(struct json_tree *t, bool is_pretty, struct buf *out,
	   struct ark_error *err)
{
	size_t before = out->len;
	size_t most = out->max - out->len;
	size_t room = FIRST_ROOM;

	if (t && t->rc == ARK_ELIMIT)
		return error_set(err, ARK_ELIMIT,
				 "JSON: nested deeper than %d", TREE_DEPTH);
	if (!t || t->rc)
		return error_nomem(err);
	while (!buf_reserve(out, room < most ? room : most) &&
	       !print_into(out, t->open[0], is_pretty)) {
		if (room >= most)
			out->rc = ARK_ELIMIT;
		room = 2 * (out->cap - out->len);
	}
	/* What is allocated may be more than what is allowed. */
	if (out->len > out->max) {
		out->len = before;
		out->data[before] = 0;
		out->rc = ARK_ELIMIT;
	}
	return buf_status(out, err);
}
