/*
 * The record of a draw.  What is accepted and printed reads as the same, to the
 * byte; no call is in it twice, its calls have evaluators that its first line
 * names, and the draw is the same as itself.
 */
#include "base/idset.h"
#include "fuzz.h"
#include "sample/record.h"

#define TEXT_MAX ((size_t)64 << 20)

/* All lines, then the end.  A last line without an end is one, too. */
static int
read_record(struct sample_record *r, const char *text, size_t n)
{
	struct ark_error err = { 0 };
	int rc = 0;

	for (const char *p = text; !rc && p < text + n;) {
		size_t left = (size_t)(text + n - p);
		const char *lf = memchr(p, '\n', left);
		size_t len = lf ? (size_t)(lf - p) : left;

		rc = record_line(r, p, len, &err);
		p += len + (lf != NULL);
	}
	if (!rc)
		rc = record_end(r, &err);
	must_report(rc, &err);
	MUST(!rc || rc == ARK_EFORMAT);
	return rc;
}

/* ark_export_fn */
static int
put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	(void)err;
	return buf_add(ctx, bytes, n);
}

/* ark_redraw_fn */
static int
must_not_differ(void *ctx, const struct ark_redraw_difference *d)
{
	(void)ctx;
	MUST(!d);
	return 0;
}

static void
look_at_calls(const struct sample_record *r)
{
	struct idset ids = { 0 };

	for (size_t i = 0; i < r->n_calls; i++) {
		const struct record_call *c = &r->calls[i];
		const char *const *names;
		size_t n = sample_evaluators(&r->rules, c->evaluator, &names);

		must_be_text(c->id);
		MUST(n == (c->evaluator == SAMPLE_EVERYBODY ?
			   r->rules.n_evaluators :
			   (size_t)(r->rules.n_evaluators > 0)));
		MUST(!n || *names[n - 1]);
		MUST(idset_add(&ids, c->id) == 1);
	}
	idset_release(&ids);
}

static void
try_accepted(const struct sample_record *r)
{
	struct buf first = BUF_INIT(TEXT_MAX), second = BUF_INIT(TEXT_MAX);
	struct sample_record again = { 0 };

	MUST(!record_write(r, put, &first, NULL));
	MUST(!read_record(&again, buf_text(&first), first.len));
	MUST(!record_write(&again, put, &second, NULL));
	MUST(first.len == second.len &&
	     !memcmp(first.data, second.data, first.len));
	MUST(!record_compare(r, &again, must_not_differ, NULL, NULL));
	look_at_calls(r);
	sample_record_release(&again);
	buf_release(&first);
	buf_release(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct sample_record r = { 0 };

	if (!read_record(&r, (const char *)bytes, n))
		try_accepted(&r);
	sample_record_release(&r);
	return 0;
}
