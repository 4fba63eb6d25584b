/*
 * Forms, and JSON as a script: what passes for a form has questions that the
 * page can show; any checked JSON becomes ASCII that is JSON again, and says the
 * same when that is done once more.
 */
#include "fuzz.h"
#include "review/form.h"
#include "review/mask.h"
#include "review/script.h"

static void
look(struct json_slice form)
{
	struct json_slice question, id;
	struct json_walk w;
	int n = 0;

	json_walk_init(&w, json_member(form, "questions"));
	for (; json_next_item(&w, &question); n++) {
		id = json_member(question, "id");
		MUST(json_kind(id) == JSON_STRING);
		MUST(form_id_is_good(id.p + 1, id.n - 2));
		MUST(json_kind(json_member(question, "text")) == JSON_STRING);
	}
	MUST(n > 0 && n <= FORM_MAX_QUESTIONS);
}

static void
write_script(struct json_slice text)
{
	struct buf out = BUF_INIT((size_t)1 << 20), again = BUF_INIT(out.max);

	if (json_check(text, &json_limits_document, NULL))
		return;
	script_json(&out, text.p, text.n);
	MUST(!out.rc);
	for (size_t i = 0; i < out.len; i++)
		MUST(out.data[i] < 0x7f && !strchr("<>&", out.data[i]));
	MUST(!json_check((struct json_slice){ buf_text(&out), out.len },
			 &json_limits_document, NULL));
	script_json(&again, buf_text(&out), out.len);
	MUST(again.len == out.len && !memcmp(again.data, out.data, out.len));
	buf_release(&out);
	buf_release(&again);
}

/* However it is masked, text stays text, and of a long number four remain. */
static void
hide(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	struct buf out = BUF_INIT((size_t)1 << 20);
	char *text = input_rest(&in);
	size_t digits = 0;

	mask_client(&out, text);
	MUST(!out.rc);
	must_be_text(buf_text(&out));
	for (size_t i = 0; i < out.len; i++)
		digits += out.data[i] >= '0' && out.data[i] <= '9';
	MUST(digits <= 4);
	buf_clear(&out);
	mask_document(&out, text);
	must_be_text(buf_text(&out));
	buf_release(&out);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct json_slice text = { (const char *)bytes, n };
	struct ark_error err = { 0 };
	int rc = form_check(text, &err);

	must_report(rc, &err);
	must_be_one_line(err.text);
	if (!rc)
		look(text);
	if (n)
		write_script(text);
	hide(bytes, n);
	return 0;
}
