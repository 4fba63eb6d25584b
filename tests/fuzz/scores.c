/*
 * What evaluators exported: whatever the bytes are, each score is within its
 * bounds and has its texts; merged, no evaluator scores a call twice and nothing
 * is out of order.
 */
#include "fuzz.h"
#include "review/scores.h"

static void
look(const struct ark_score *s)
{
	MUST(*s->evaluator && *s->id);
	MUST(s->score >= ARK_NO_SCORE && s->score <= 1000);
	MUST(!s->is_scored || s->score != ARK_NO_SCORE);
	MUST(s->review && s->protocol && s->start && s->agent);
	MUST(s->agent_email && s->service && s->failed && s->note);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct scores s = { 0 };
	struct ark_error err = { 0 };
	size_t all;
	int rc = scores_add(&s, (const char *)bytes, n, &err);

	must_report(rc, &err);
	must_be_one_line(err.text);
	all = s.n;
	scores_merge(&s);
	MUST(s.n + (size_t)s.replaced == all);
	for (size_t i = 0; i < s.n; i++) {
		const struct ark_score *one = &s.items[i].pub;
		const struct ark_score *last = i ? &s.items[i - 1].pub : NULL;

		look(one);
		if (!last)
			continue;
		MUST(strcmp(last->start, one->start) <= 0);
		MUST(!scores_is_same_call(last, one) ||
		     strcmp(last->evaluator, one->evaluator) < 0);
	}
	scores_release(&s);
	return 0;
}
