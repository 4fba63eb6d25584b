/*
 * A record for tests, as lines and back.
 */
#ifndef TESTS_SAMPLE_RECORDS_H
#define TESTS_SAMPLE_RECORDS_H

#include "base/buf.h"
#include "sample/record.h"
#include "unit/sample/calls.h"

/* ark_export_fn: into a struct buf. */
static inline int
put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct buf *out = ctx;

	if (buf_add(out, bytes, n))
		return buf_status(out, err);
	return 0;
}

/* All lines of text, then the end. */
static inline int
read_text(struct sample_record *out, const char *text, struct ark_error *err)
{
	int rc = 0;

	while (!rc && *text) {
		size_t n = strcspn(text, "\n");

		rc = record_line(out, text, n, err);
		text += n + (text[n] == '\n');
	}
	return rc ? rc : record_end(out, err);
}

/*
 * The manual's population, drawn by words, as a record; or what could not be
 * had for want of memory.
 */
static inline int
make_record(struct sample_record *out, const struct ark_sample_rules *words,
	    const struct sample_population *p, const struct sample_draw *d,
	    struct ark_error *err)
{
	int rc;

	out->number = 7;
	out->drawn_s = 1767600000;
	out->tool = "callark 1.2.3";
	out->organization_id = "65f0c1";
	out->time_zone = "America/Sao_Paulo";
	out->range = (struct ark_range){ FIRST_S, FIRST_S + 7 * DAY_SECONDS };
	out->population = (int64_t)p->n;
	out->excludes_drawn = true;
	memcpy(out->population_sha256, p->sha256, sizeof(p->sha256));
	rc = sample_rules_read(&out->rules, words, err);
	if (!rc)
		rc = record_add_filter(out, "agent", "\"Z\xc3\xa9\"\n*", err);
	for (size_t i = 0; !rc && i < p->n_days; i++)
		rc = record_add_day(out, &p->days[i], err);
	for (size_t i = 0; !rc && i < d->n; i++) {
		struct record_call c = {
			.id = d->calls[i].call->id,
			.start_s = d->calls[i].call->start_s,
			.sha256 = { (uint8_t)i },
			.is_picked = d->calls[i].call->fate == SAMPLE_PICKED,
			.evaluator = d->calls[i].evaluator,
		};

		rc = record_add_call(out, &c, err);
	}
	if (!rc)
		rc = record_add_excluded(out, "x\ty", 3, err);
	if (!rc)
		rc = record_add_excluded(out, "another", 2, err);
	record_sort_excluded(out);
	return rc;
}

static const struct ark_sample_rules record_words = {
	.seed = MANUAL_SEED, .count = 7, .pick = "longest:2",
	.evaluators = "eva,ivo", .calibration = 1,
};

/* A draw from the manual's population, as a record. */
static inline void
record_of(struct sample_record *out, const struct ark_sample_rules *words)
{
	struct sample_population p = { 0 };
	struct sample_rules r;
	struct sample_draw d;

	*out = (struct sample_record){ 0 };
	add_manual(&p, false);
	rules(&r, words);
	measure_and_draw(&d, &r, &p);
	assert_int_equal(make_record(out, words, &p, &d, NULL), 0);
	sample_draw_release(&d);
	sample_rules_release(&r);
	sample_population_release(&p);
}

/* A record with something of everything. */
static inline void
full_record(struct sample_record *out)
{
	record_of(out, &record_words);
}

#endif
