/*
 * The JSON reader.  What it accepts, cJSON accepts too and finds the same in;
 * walking is safe on any bytes; a walk misses and invents nothing.
 */
#include <cjson/cJSON.h>

#include "fuzz.h"
#include "json/scan.h"
#include "json/tree.h"

#define TEXT_MAX ((size_t)1 << 20)
#define CJSON_NUMBER 62	/* digits that cJSON 1.7 reads; longer it cuts */

/* Every value and key below v, whatever the bytes are. */
static void
walk_anything(struct json_slice v, int depth)
{
	struct json_slice key, value;
	struct json_walk w;
	int64_t number;
	struct buf text = BUF_INIT(TEXT_MAX);

	if (json_text(v, &text) == 1 && json_kind(v) == JSON_STRING)
		MUST(text_is_utf8(text.data, text.len));
	buf_release(&text);
	if (!json_int(v, -1000, 1000, &number))
		MUST(number >= -1000 && number <= 1000);
	if (depth == 0)
		return;
	json_walk_init(&w, v);
	while (json_next_item(&w, &value)) {
		MUST(value.p >= v.p && value.p + value.n <= v.p + v.n);
		walk_anything(value, depth - 1);
	}
	json_walk_init(&w, v);
	while (json_next_member(&w, &key, &value)) {
		MUST(value.p >= v.p && value.p + value.n <= v.p + v.n);
		walk_anything(key, 0);
		walk_anything(value, depth - 1);
	}
}

/* Whether cJSON can be asked: it has a shorter breath for numbers. */
static bool
cjson_understands(struct json_slice text)
{
	size_t run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = strchr("0123456789+-eE.", text.p[i]) ? run + 1 : 0;
		if (run > CJSON_NUMBER)
			return false;
	}
	return true;
}

/* v is a string that stands for the same text as theirs. */
static void
compare_text(struct json_slice v, const char *theirs)
{
	struct buf ours = BUF_INIT(TEXT_MAX);

	MUST(json_text(v, &ours) == 1);
	MUST(ours.len == strlen(theirs));
	MUST(!strcmp(buf_text(&ours), theirs));
	must_be_text(theirs);
	buf_release(&ours);
}

static void compare(struct json_slice v, const cJSON *theirs, unsigned depth);

static void
compare_members(struct json_slice v, const cJSON *theirs, unsigned depth)
{
	const cJSON *child = theirs->child;
	struct json_slice key, value;
	struct json_walk w;

	json_walk_init(&w, v);
	while (json_next_member(&w, &key, &value)) {
		MUST(child);
		compare_text(key, child->string);
		MUST(json_key_is(key, child->string));
		MUST(json_key_is_nocase(key, child->string));
		/* No name stands twice, so the first is this one. */
		MUST(json_member(v, child->string).p == value.p);
		compare(value, child, depth + 1);
		child = child->next;
	}
	MUST(!child);
}

static void
compare_items(struct json_slice v, const cJSON *theirs, unsigned depth)
{
	const cJSON *child = theirs->child;
	struct json_slice item;
	struct json_walk w;

	json_walk_init(&w, v);
	while (json_next_item(&w, &item)) {
		MUST(child);
		compare(item, child, depth + 1);
		child = child->next;
	}
	MUST(!child);
}

static void
compare(struct json_slice v, const cJSON *theirs, unsigned depth)
{
	MUST(depth <= json_limits_document.max_depth);
	switch (json_kind(v)) {
	case JSON_OBJECT:
		MUST(cJSON_IsObject(theirs));
		compare_members(v, theirs, depth);
		break;
	case JSON_ARRAY:
		MUST(cJSON_IsArray(theirs));
		compare_items(v, theirs, depth);
		break;
	case JSON_STRING:
		MUST(cJSON_IsString(theirs));
		compare_text(v, theirs->valuestring);
		break;
	case JSON_NUMBER: MUST(cJSON_IsNumber(theirs)); break;
	case JSON_BOOL: MUST(cJSON_IsBool(theirs)); break;
	case JSON_NULL: MUST(cJSON_IsNull(theirs)); break;
	case JSON_NONE: MUST(json_kind(v) != JSON_NONE); break;
	}
}

/* Put into a tree and printed, it is still one line and the same value. */
static void
print_again(struct json_slice text)
{
	struct json_tree *t = json_tree_new();
	struct buf line = BUF_INIT(TEXT_MAX);
	struct json_limits deeper = json_limits_document;
	struct json_slice out;
	struct ark_error err = { 0 };

	deeper.max_depth++;
	deeper.max_values++;
	json_put_raw(t, "it", text);
	MUST(!json_print(t, false, &line, &err));
	json_tree_free(t);
	out = (struct json_slice){ buf_text(&line), line.len };
	MUST(!memchr(out.p, '\n', out.n) && !memchr(out.p, '\r', out.n));
	MUST(!json_check(out, &deeper, &err));
	MUST(json_kind(json_member(out, "it")) == json_kind(text));
	buf_release(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct json_slice text = { (const char *)bytes, n };
	struct ark_error err = { 0 }, outline_err = { 0 };
	int rc = json_check(text, &json_limits_document, &err);
	int outline_rc = json_outline(text, &json_limits_document,
				      &outline_err);

	must_report(rc, &err);
	must_report(outline_rc, &outline_err);
	must_be_one_line(err.text);
	MUST(rc || !outline_rc);
	walk_anything(text, 6);
	if (rc)
		return 0;
	MUST(text_is_utf8(bytes, n));
	print_again(text);
	if (cjson_understands(text)) {
		cJSON *theirs = cJSON_ParseWithLength(text.p, n);

		MUST(theirs);
		compare(text, theirs, 0);
		cJSON_Delete(theirs);
	}
	return 0;
}
