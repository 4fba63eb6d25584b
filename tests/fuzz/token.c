/*
 * What a login's answer says, and what was learned of the dialect.  A token is
 * text and not empty; a dialect that was loaded is saved as one that loads the
 * same.
 */
#include "fuzz.h"
#include "omni/dialect.h"
#include "omni/token.h"

#define TEXT_MAX ((size_t)1 << 20)

static void
try_token(struct json_slice answer)
{
	struct buf token = BUF_INIT(TEXT_MAX);

	if (!json_check(answer, &json_limits_document, NULL) &&
	    token_find(answer, &token)) {
		MUST(token.len && !memchr(token.data, 0, token.len));
		MUST(text_is_utf8(token.data, token.len));
		MUST(token_expiry(buf_text(&token)) >= -1);
	}
	buf_release(&token);
}

static void
save_and_load(const struct omni_dialect *d)
{
	struct buf saved = BUF_INIT(TEXT_MAX);
	struct omni_dialect again;
	struct ark_error err = { 0 };

	MUST(!dialect_save(d, &saved, &err));
	dialect_init(&again);
	dialect_load(&again, buf_text(&saved), saved.len);
	MUST(again.method == d->method && again.param == d->param);
	MUST(again.unit == d->unit && again.page_size == d->page_size);
	MUST(again.organization_field == d->organization_field);
	MUST(again.ceiling == d->ceiling);
	buf_release(&saved);
}

static void
try_dialect(const uint8_t *bytes, size_t n)
{
	struct omni_dialect d;

	dialect_init(&d);
	dialect_load(&d, (const char *)bytes, n);
	MUST(dialect_page_size(&d) > 0 && d.ceiling >= 0);
	MUST(dialect_param(&d));
	MUST(d.organization_field == -1 ||
	     dialect_organization_field(d.organization_field));
	save_and_load(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *text = input_rest(&in);
	int64_t expiry = token_expiry(text);

	MUST(expiry == -1 || (expiry > 0 && expiry <= INT64_C(1) << 40));
	try_token((struct json_slice){ (const char *)bytes, n });
	try_dialect(bytes, n);
	free(text);
	return 0;
}
