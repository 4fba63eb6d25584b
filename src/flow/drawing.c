#include "flow/drawing.h"

#include <string.h>

#include "base/error.h"
#include "base/event.h"
#include "flow/batches.h"
#include "omni/document.h"

/* ---- the population --------------------------------------------------- */

/* What is known of its length: of the audio, else of the call. */
static int64_t
length_of(const struct catalogue_row *row, const struct ark_recording *r)
{
	if (row->audio_ms >= 0)
		return row->audio_ms;
	if (r->duration_s >= 0 && r->duration_s <= INT64_MAX / 1000)
		return r->duration_s * 1000;
	return -1;
}

/* Whether a call was drawn before; if so, the record says so. */
static int
exclude(const struct drawing *d, struct sample_record *record, const char *id,
	struct ark_error *err)
{
	int64_t draw = 0;
	int rc = 0;

	if (d->was_drawn)
		rc = d->was_drawn(d->excluder_ctx, id, &draw, err);
	if (rc > 0 && record_add_excluded(record, id, draw, err))
		return ARK_ENOMEM;
	return rc;
}

static int
take_row(const struct drawing *d, struct sample_population *p,
	 struct sample_record *record, const struct catalogue_row *row,
	 struct omni_document *document, struct ark_error *err)
{
	const struct ark_recording *r = &document->recording.pub;
	struct json_slice text = { row->document, row->document_len };
	struct sample_call call = { .id = row->id, .start_s = row->start_s };
	int rc;

	rc = document_parse(document, text, d->archive->zone, row->day, err);
	if (rc || ark_filter_excludes(d->filter, r))
		return rc;
	rc = exclude(d, record, row->id, err);
	if (rc)
		return rc < 0 ? rc : 0;
	call.agent = *r->agent_email ? r->agent_email : r->agent;
	call.service = r->service;
	call.length_ms = length_of(row, r);
	return sample_add(p, &call, err);
}

static int
gather(const struct drawing *d, struct sample_population *p,
       struct sample_record *record, struct ark_error *err)
{
	const struct catalogue_query q = {
		.from_s = record->range.from_s, .to_s = record->range.to_s,
		.states = 1u << ARK_ARCHIVED, .with = CATALOGUE_WITH_DOCUMENT,
	};
	struct batches_rows *rows = NULL;
	struct omni_document document;
	int rc;

	document_init(&document);
	rc = batches_rows_open(&rows, d->archive->catalogue, &q, err);
	while (!rc) {
		const struct catalogue_row *row;

		if (event_should_stop(d->listener)) {
			rc = error_set(err, ARK_ESTOPPED,
				       "stopped by a signal");
			break;
		}
		rc = batches_rows_next(rows, &row, err);
		if (rc <= 0)
			break;
		rc = take_row(d, p, record, row, &document, err);
	}
	batches_rows_close(rows);
	document_release(&document);
	record_sort_excluded(record);
	return rc;
}

/* ---- the record ------------------------------------------------------- */

static int
record_days(struct sample_record *record, const struct sample_population *p,
	    struct ark_error *err)
{
	int rc = 0;

	record->population = (int64_t)p->n;
	memcpy(record->population_sha256, p->sha256, sizeof(p->sha256));
	for (size_t i = 0; !rc && i < p->n_days; i++)
		rc = record_add_day(record, &p->days[i], err);
	return rc;
}

static int
record_drawn(const struct drawing *d, struct sample_record *record,
	     const struct sample_drawn *drawn, struct ark_error *err)
{
	struct record_call c = {
		.id = drawn->call->id, .start_s = drawn->call->start_s,
		.is_picked = drawn->call->fate == SAMPLE_PICKED,
		.evaluator = drawn->evaluator,
	};
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_find(d->archive->catalogue, CATALOGUE_RECORDING, c.id,
			    &row, err);
	if (rc > 0) {
		memcpy(c.sha256, row.sha256, sizeof(c.sha256));
		rc = record_add_call(record, &c, err);
	} else if (!rc) {
		rc = error_set(err, ARK_EBUG, "recording %s is gone", c.id);
	}
	catalogue_row_release(&row);
	return rc;
}

int
drawing_make(struct drawing *d, struct sample_record *record,
	     struct ark_error *err)
{
	struct sample_population p = { 0 };
	struct sample_draw draw = { 0 };
	int rc;

	rc = gather(d, &p, record, err);
	if (!rc)
		rc = sample_measure(&p, err);
	if (!rc)
		rc = sample_draw(&draw, &record->rules, &p, err);
	if (!rc)
		rc = record_days(record, &p, err);
	for (size_t i = 0; !rc && i < draw.n; i++)
		rc = record_drawn(d, record, &draw.calls[i], err);
	d->groups = draw.groups;
	d->short_groups = draw.short_groups;
	sample_draw_release(&draw);
	sample_population_release(&p);
	return rc;
}
