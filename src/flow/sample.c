/*
 * ark_sample: which calls are to be listened to, and by whom.
 */
#include <sys/random.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/event.h"
#include "callark/sample.h"
#include "catalogue/draw.h"
#include "config/config.h"
#include "flow/batches.h"
#include "flow/confinement.h"
#include "flow/custody.h"
#include "flow/drawing.h"
#include "flow/draws.h"
#include "flow/found.h"
#include "flow/period.h"
#include "store/layout.h"

#define SEED_BYTES 16

struct sampler {
	const struct ark_sample_options *options;
	struct archive *archive;
	struct sample_record record;
	struct drawing drawing;
};

/* ---- what is asked for ------------------------------------------------ */

/* A seed that nobody can have chosen. */
static int
make_seed(char out[2 * SEED_BYTES + 1], struct ark_error *err)
{
	uint8_t bytes[SEED_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return error_errno(err, "random bytes for a seed");
	digest_hex(out, bytes, sizeof(bytes));
	return 0;
}

static int
read_rules(struct sampler *s, struct ark_error *err)
{
	struct ark_sample_rules words = s->options->rules;
	char seed[2 * SEED_BYTES + 1];
	int rc = 0;

	if (!words.seed) {
		rc = make_seed(seed, err);
		words.seed = seed;
	}
	return rc ? rc : sample_rules_read(&s->record.rules, &words, err);
}

/* 1990-01-01: no document can say that a call began before. */
static const int64_t first_s = INT64_C(7305) * DAY_SECONDS;

/* The range, up to now: what is to come cannot be in the population. */
static int
read_range(struct sampler *s, struct ark_error *err)
{
	const struct zone *zone = s->archive->zone;
	struct ark_range *range = &s->record.range;
	int rc;

	rc = period_past_or_all(range, &s->options->range, zone, err);
	if (!rc)
		range->to_s = period_now(zone) + 1;
	if (!rc || range->from_s < first_s)
		range->from_s = first_s;
	return rc < 0 ? rc : 0;
}

struct filter_copy {
	struct sample_record *record;
	struct ark_error *err;
};

/* ark_filter_option_fn */
static int
copy_filter(void *ctx, const char *name, const char *value)
{
	const struct filter_copy *c = ctx;

	return record_add_filter(c->record, name, value, c->err);
}

/* All of the record that is known before the draw. */
static int
describe(struct sampler *s, struct ark_error *err)
{
	struct sample_record *r = &s->record;
	struct filter_copy copy = { r, err };

	r->drawn_s = clock_wall_s();
	r->tool = "callark " CALLARK_VERSION;
	r->organization_id = s->archive->organization_id;
	r->time_zone = zone_name(s->archive->zone);
	r->excludes_drawn = s->options->excludes_drawn;
	return ark_filter_each(s->options->filter, copy_filter, &copy);
}

/* ---- the draw --------------------------------------------------------- */

/* drawing_excluder_fn */
static int
was_drawn(void *ctx, const char *id, int64_t *draw, struct ark_error *err)
{
	return catalogue_was_drawn(ctx, id, draw, err);
}

/*
 * draws_problem_fn: a record that cannot be read is no reason not to draw, but
 * nobody can tell any more what it drew.
 */
static int
tell_problem(void *ctx, const char *path, const struct ark_error *why)
{
	const struct sampler *s = ctx;

	event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
		  "%s: %s; what it drew is not known: restore it from a copy",
		  path, why->text);
	return s->options->excludes_drawn ? ARK_EINTEGRITY : 0;
}

static int
catch_up(struct sampler *s, struct ark_error *err)
{
	struct ark_error why = { 0 };
	int rc;

	rc = draws_catch_up(s->archive, true, tell_problem, s, &why);
	if (rc)
		error_set(err, rc, "%s", *why.text ? why.text : "a record of "
			  "an earlier draw is damaged, so --exclude-drawn "
			  "cannot be kept");
	return rc;
}

static int
nothing_there(const struct sampler *s, struct ark_error *err)
{
	if (s->record.n_excluded)
		return error_set(err, ARK_ENOTFOUND, "all %zu recordings that "
				 "match were drawn before",
				 s->record.n_excluded);
	return error_set(err, ARK_ENOTFOUND, "no archived recording matches");
}

/* What was asked for beyond what there is. */
static void
tell_shortage(const struct sampler *s)
{
	const struct ark_listener *l = &s->options->listener;
	const struct sample_rules *r = &s->record.rules;

	if (!s->drawing.short_groups)
		return;
	if (r->size == SAMPLE_COUNT || r->size == SAMPLE_PICKS)
		event_log(l, ARK_LOG_WARNING, NULL, "%lld calls were asked "
			  "for, and there are %lld: all of them are drawn",
			  (long long)r->n, (long long)s->record.population);
	else
		event_log(l, ARK_LOG_WARNING, NULL, "%lld of %lld %s have "
			  "fewer than %lld calls: all of these are drawn",
			  (long long)s->drawing.short_groups,
			  (long long)s->drawing.groups,
			  r->size == SAMPLE_PER_AGENT ? "agents" : "services",
			  (long long)r->n);
}

/* catalogue_day_fn */
static int
count_open_day(void *ctx, const struct catalogue_day *d)
{
	int64_t *n = ctx;

	*n += !d->is_complete || d->counts[ARK_QUEUED] ||
	      d->counts[ARK_DEFERRED] || d->counts[ARK_QUARANTINED];
	return 0;
}

/* What is not archived yet cannot be drawn. */
static int
tell_open_days(const struct sampler *s, struct ark_error *err)
{
	const struct ark_range *range = &s->record.range;
	int64_t n = 0;
	int rc;

	rc = batches_days(s->archive->catalogue, day_of(range->from_s),
			  day_of(range->to_s - 1), count_open_day, &n, err);
	if (!rc && n)
		event_log(&s->options->listener, ARK_LOG_WARNING, NULL,
			  "days of the range that are not complete: %lld; "
			  "what they lack could not be drawn, see callark "
			  "status", (long long)n);
	return rc;
}

static int
draw(struct sampler *s, struct ark_error *err)
{
	int rc;

	s->drawing = (struct drawing){
		.archive = s->archive, .filter = s->options->filter,
		.was_drawn = s->options->excludes_drawn ? was_drawn : NULL,
		.excluder_ctx = s->archive->catalogue,
		.listener = &s->options->listener,
	};
	rc = drawing_make(&s->drawing, &s->record, err);
	if (!rc && !s->record.population)
		rc = nothing_there(s, err);
	if (rc)
		return rc;
	tell_shortage(s);
	return tell_open_days(s, err);
}

/* ---- telling ---------------------------------------------------------- */

static int
tell_draw(const struct sampler *s, struct ark_error *err)
{
	const struct sample_record *r = &s->record;
	struct buf head = BUF_INIT(RECORD_MAX_LINE);
	char hex[DIGEST_SHA256_HEX], path[STORE_PATH_MAX];
	struct ark_draw d = {
		.number = r->number, .drawn_s = r->drawn_s,
		.seed = r->rules.seed, .range = r->range,
		.population = r->population, .population_sha256 = hex,
		.excluded = (int64_t)r->n_excluded,
		.drawn = (int64_t)r->n_calls, .path = path,
	};
	int rc;

	digest_hex(hex, r->population_sha256, sizeof(r->population_sha256));
	layout_draw(path, r->number);
	rc = record_head(r, &head, err);
	d.record = buf_text(&head);
	if (!rc && s->options->draw)
		rc = s->options->draw(s->options->ctx, &d);
	buf_release(&head);
	return rc;
}

static int
tell_call(const struct sampler *s, size_t i, const struct catalogue_row *row,
	  const struct omni_document *document)
{
	const struct record_call *c = &s->record.calls[i];
	char hex[DIGEST_SHA256_HEX];
	struct ark_found found;
	struct ark_drawn drawn = {
		.n = (int64_t)i + 1, .found = &found,
		.is_picked = c->is_picked,
		.is_calibration = c->evaluator == SAMPLE_EVERYBODY,
	};

	found_fill(&found, hex, row, document);
	drawn.n_evaluators = sample_evaluators(&s->record.rules, c->evaluator,
					       &drawn.evaluators);
	return s->options->call(s->options->ctx, &drawn);
}

/* Read what the i-th call is, and tell it. */
static int
find_call(const struct sampler *s, size_t i, struct omni_document *document,
	  struct ark_error *err)
{
	struct catalogue *c = s->archive->catalogue;
	struct buf text = BUF_INIT(DOCUMENT_MAX_TEXT);
	struct catalogue_row row;
	int rc;

	rc = catalogue_find(c, CATALOGUE_RECORDING, s->record.calls[i].id,
			    &row, err);
	if (!rc)
		rc = error_set(err, ARK_EBUG, "recording %s is gone",
			       s->record.calls[i].id);
	if (rc > 0)
		rc = catalogue_document(c, row.row, &text, err);
	if (rc >= 0)
		rc = document_parse(document, (struct json_slice){
				    buf_text(&text), text.len },
				    s->archive->zone, row.day, err);
	if (!rc) {
		row.document = (char *)text.data;
		row.document_len = text.len;
		rc = tell_call(s, i, &row, document);
		row.document = NULL;
	}
	catalogue_row_release(&row);
	buf_release(&text);
	return rc;
}

static int
tell_calls(const struct sampler *s, struct ark_error *err)
{
	struct omni_document document;
	int rc = 0;

	if (!s->options->call)
		return 0;
	document_init(&document);
	for (size_t i = 0; !rc && i < s->record.n_calls; i++)
		rc = find_call(s, i, &document, err);
	document_release(&document);
	return rc;
}

/* ---- all of it -------------------------------------------------------- */

static int
open_archive(struct sampler *s, const struct ark_config *c,
	     struct ark_error *err)
{
	int rc;

	rc = archive_open(&s->archive, c->path, ARCHIVE_WRITE, err);
	if (rc)
		return rc;
	confinement_offline(c, store_root(s->archive->store), CONFINE_WRITE,
			    &s->options->listener);
	return custody_opened(s->archive, false, err);
}

int
ark_sample(const struct ark_config *c, const struct ark_sample_options *o,
	   struct ark_error *err)
{
	struct sampler s = { .options = o };
	int rc;

	rc = config_check(c, false, true, err);
	if (!rc)
		rc = read_rules(&s, err);
	if (!rc)
		rc = open_archive(&s, c, err);
	if (!rc)
		rc = read_range(&s, err);
	if (!rc)
		rc = catch_up(&s, err);
	if (!rc)
		rc = describe(&s, err);
	if (!rc)
		rc = draw(&s, err);
	if (!rc)
		rc = draws_keep(s.archive, &s.record, o->put, o->put_ctx, err);
	if (!rc)
		rc = tell_draw(&s, err);
	if (!rc)
		rc = tell_calls(&s, err);
	sample_record_release(&s.record);
	archive_close(s.archive);
	return rc;
}
