/*
 * A record as lines.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "json/tree.h"
#include "model/time.h"
#include "sample/record.h"

#define CHUNK_BYTES ((size_t)65536)

static void
put_moment(struct json_tree *t, const char *name, int64_t civil_s)
{
	char text[MOMENT_SIZE];

	moment_format(text, civil_s);
	json_put_text(t, name, text);
}

static void
put_hex(struct json_tree *t, const char *name,
	const uint8_t sha256[DIGEST_SHA256_SIZE])
{
	char hex[DIGEST_SHA256_HEX];

	digest_hex(hex, sha256, DIGEST_SHA256_SIZE);
	json_put_text(t, name, hex);
}

static void
put_rules(struct json_tree *t, const struct sample_rules *r)
{
	char word[SAMPLE_WORD_SIZE];

	json_open_object(t, "rules");
	switch (r->size) {
	case SAMPLE_COUNT:
		json_put_int(t, "count", r->n);
		break;
	case SAMPLE_PERCENT:
		sample_percent(word, r);
		json_put_text(t, "percent", word);
		break;
	case SAMPLE_PER_AGENT:
		json_put_int(t, "per_agent", r->n);
		break;
	case SAMPLE_PER_SERVICE:
		json_put_int(t, "per_service", r->n);
		break;
	case SAMPLE_PICKS:
		break;
	}
	if (r->pick) {
		sample_pick(word, r);
		json_put_text(t, "pick", word);
	}
	json_close(t);
}

static void
put_filters(struct json_tree *t, const struct sample_record *r)
{
	json_open_array(t, "filters");
	for (size_t i = 0; i < r->n_filters; i++) {
		json_open_object(t, NULL);
		json_put_text(t, "name", r->filters[i].name);
		json_put_text(t, "value", r->filters[i].value);
		json_close(t);
	}
	json_close(t);
}

static void
put_evaluators(struct json_tree *t, const char *const *names, size_t n)
{
	json_open_array(t, "evaluators");
	for (size_t i = 0; i < n; i++)
		json_put_text(t, NULL, names[i]);
	json_close(t);
}

/* Print what t became, and free it. */
static int
end_line(struct json_tree *t, struct buf *out, struct ark_error *err)
{
	int rc = json_print(t, false, out, err);

	json_tree_free(t);
	return rc;
}

static struct json_tree *
begin_line(const char *type)
{
	struct json_tree *t = json_tree_new();

	json_put_text(t, "type", type);
	return t;
}

int
record_head(const struct sample_record *r, struct buf *out,
	    struct ark_error *err)
{
	struct json_tree *t = begin_line("draw");
	char at[CLOCK_UTC_SIZE];

	clock_utc(at, r->drawn_s);
	json_put_int(t, "format", RECORD_FORMAT);
	json_put_int(t, "draw", r->number);
	json_put_text(t, "drawn_at", at);
	json_put_text(t, "tool", r->tool);
	json_put_text(t, "organization_id", r->organization_id);
	json_put_text(t, "time_zone", r->time_zone);
	put_moment(t, "from", r->range.from_s);
	put_moment(t, "to", r->range.to_s);
	put_filters(t, r);
	json_put_text(t, "seed", r->rules.seed);
	put_rules(t, &r->rules);
	json_put_bool(t, "exclude_drawn", r->excludes_drawn);
	put_evaluators(t, r->rules.evaluators, r->rules.n_evaluators);
	json_put_int(t, "calibration", r->rules.calibration);
	json_put_int(t, "population", r->population);
	put_hex(t, "population_sha256", r->population_sha256);
	json_put_int(t, "excluded", (int64_t)r->n_excluded);
	json_put_int(t, "drawn", (int64_t)r->n_calls);
	return end_line(t, out, err);
}

static int
day_line(const struct sample_day *d, struct buf *out, struct ark_error *err)
{
	struct json_tree *t = begin_line("day");
	char day[DAY_SIZE];

	day_format(day, d->day);
	json_put_text(t, "day", day);
	json_put_int(t, "population", d->population);
	put_hex(t, "sha256", d->sha256);
	json_put_int(t, "drawn", d->drawn);
	return end_line(t, out, err);
}

static int
call_line(const struct sample_record *r, size_t i, struct buf *out,
	  struct ark_error *err)
{
	const struct record_call *c = &r->calls[i];
	struct json_tree *t = begin_line("call");
	const char *const *names;
	size_t n = sample_evaluators(&r->rules, c->evaluator, &names);

	json_put_int(t, "n", (int64_t)i + 1);
	json_put_text(t, "id", c->id);
	put_moment(t, "start", c->start_s);
	put_hex(t, "sha256", c->sha256);
	json_put_bool(t, "picked", c->is_picked);
	json_put_bool(t, "calibration", c->evaluator == SAMPLE_EVERYBODY);
	put_evaluators(t, names, n);
	return end_line(t, out, err);
}

static int
excluded_line(const struct record_excluded *e, struct buf *out,
	      struct ark_error *err)
{
	struct json_tree *t = begin_line("excluded");

	json_put_text(t, "id", e->id);
	json_put_int(t, "draw", e->draw);
	return end_line(t, out, err);
}

/* Lines on their way out. */
struct writer {
	struct buf chunk;
	ark_export_fn *put;
	void *ctx;
};

/* Hand on what is there, once it is worth it. */
static int
flush(struct writer *w, size_t at_least, int rc, struct ark_error *err)
{
	if (!rc)
		rc = buf_status(&w->chunk, err);
	if (rc || w->chunk.len < at_least)
		return rc;
	rc = w->put(w->ctx, w->chunk.data, w->chunk.len, err);
	buf_clear(&w->chunk);
	return rc;
}

/* A line is there, unless rc says otherwise: end it. */
static int
line_end(struct writer *w, int rc, struct ark_error *err)
{
	buf_addc(&w->chunk, '\n');
	return flush(w, CHUNK_BYTES, rc, err);
}

int
record_write(const struct sample_record *r, ark_export_fn *put, void *ctx,
	     struct ark_error *err)
{
	struct writer w = {
		.chunk = BUF_INIT(RECORD_MAX_LINE + CHUNK_BYTES),
		.put = put, .ctx = ctx,
	};
	int rc;

	rc = line_end(&w, record_head(r, &w.chunk, err), err);
	for (size_t i = 0; !rc && i < r->n_days; i++)
		rc = line_end(&w, day_line(&r->days[i], &w.chunk, err), err);
	for (size_t i = 0; !rc && i < r->n_calls; i++)
		rc = line_end(&w, call_line(r, i, &w.chunk, err), err);
	for (size_t i = 0; !rc && i < r->n_excluded; i++)
		rc = line_end(&w, excluded_line(&r->excluded[i], &w.chunk,
						err), err);
	rc = flush(&w, 1, rc, err);
	buf_release(&w.chunk);
	return rc;
}
