/*
 * Which recordings a review is of: those of a range that pass the filters, or
 * those of a draw.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/event.h"
#include "callark/filter.h"
#include "digest/digest.h"
#include "flow/batches.h"
#include "flow/period.h"
#include "flow/review_internal.h"

#define MAX_ID ((size_t)4096)

static int
check_stop(const struct review *r)
{
	if (event_should_stop(&r->options->listener))
		return error_set(r->err, ARK_ESTOPPED, "stopped by a signal");
	return 0;
}

/* ---- by filters ------------------------------------------------------------ */

/* Add the call of a row, if the filters let it pass. */
static int
take_row(struct review *r, const struct catalogue_row *row,
	 const struct review_drawn *drawn)
{
	const struct json_slice text = { row->document, row->document_len };
	struct review_call *call;
	int rc;

	rc = document_parse(&r->parsed, text, r->archive->zone, row->day,
			    r->err);
	if (rc)
		return rc;
	if (ark_filter_excludes(r->options->filter, &r->parsed.recording.pub))
		return 0;
	rc = review_add(r, &call);
	return rc ? rc : review_record(r, call, row, drawn);
}

static int
by_filters(struct review *r)
{
	struct catalogue_query q = {
		.states = 1u << ARK_ARCHIVED, .with = CATALOGUE_WITH_DOCUMENT,
	};
	struct batches_rows *rows = NULL;
	struct ark_range range;
	int rc;

	rc = period_or_all(&range, &r->options->range, r->archive->zone,
			   r->err);
	if (rc)
		return rc;
	q.from_s = range.from_s;
	q.to_s = range.to_s;
	rc = batches_rows_open(&rows, r->archive->catalogue, &q, r->err);
	while (!rc) {
		const struct catalogue_row *row;

		rc = batches_rows_next(rows, &row, r->err);
		if (rc <= 0)
			break;
		rc = check_stop(r);
		if (!rc)
			rc = take_row(r, row, NULL);
	}
	batches_rows_close(rows);
	return rc;
}

/* ---- by a draw's record ---------------------------------------------------- */

/* Bad lines tell where they are. */
static int
bad_sample(const struct review *r, int line, const char *expected)
{
	return error_set(r->err, ARK_EUSAGE, "%s: line %d: expected %s",
			 r->options->sample, line, expected);
}

/* Whether one of the names in an array is name; no name is everybody. */
static bool
is_for(struct json_slice evaluators, const char *name)
{
	struct json_slice item;
	struct json_walk w;

	if (!name)
		return true;
	json_walk_init(&w, evaluators);
	while (json_next_item(&w, &item)) {
		if (json_kind(item) == JSON_STRING && json_key_is(item, name))
			return true;
	}
	return false;
}

/* The call of an id, with its document, if it is archived here. */
static int
find(struct review *r, const char *id, struct catalogue_row *row,
     struct buf *document)
{
	int rc;

	rc = catalogue_find(r->archive->catalogue, CATALOGUE_RECORDING, id,
			    row, r->err);
	if (rc <= 0)
		return rc;
	if (row->state != ARK_ARCHIVED)
		return 0;
	rc = catalogue_document(r->archive->catalogue, row->row, document,
				r->err);
	return rc ? rc : 1;
}

static int
take_drawn(struct review *r, const char *id, const char *start,
	   const struct review_drawn *drawn)
{
	struct buf document = BUF_INIT(DOCUMENT_MAX_TEXT);
	struct catalogue_row row = { 0 };
	struct review_call *call;
	int rc;

	rc = find(r, id, &row, &document);
	if (rc > 0) {
		row.document = (char *)document.data;	/* lent */
		row.document_len = document.len;
		rc = take_row(r, &row, drawn);
		row.document = NULL;
	} else if (!rc) {
		rc = review_add(r, &call);
		if (!rc)
			rc = review_absent(r, call, id, start, drawn);
	}
	catalogue_row_release(&row);
	buf_release(&document);
	return rc;
}

static int
take_call(struct review *r, struct json_slice line, int number)
{
	struct buf id = BUF_INIT(MAX_ID), start = BUF_INIT(MAX_ID);
	struct json_slice calibration = json_member(line, "calibration");
	const struct review_drawn drawn = {
		.evaluators = json_member(line, "evaluators"),
		.is_calibration = calibration.p && *calibration.p == 't',
	};
	int rc = 0;

	if (json_text(json_member(line, "id"), &id) != 1)
		rc = bad_sample(r, number, "a call with its id");
	(void)json_text(json_member(line, "start"), &start);
	if (!rc && is_for(drawn.evaluators, r->options->evaluator))
		rc = take_drawn(r, buf_text(&id), buf_text(&start), &drawn);
	buf_release(&id);
	buf_release(&start);
	return rc;
}

/* A draw belongs to one archive: another would show other calls. */
static int
take_head(struct review *r, struct json_slice line)
{
	struct json_slice organization = json_member(line, "organization_id");

	if (organization.p &&
	    !json_key_is(organization, r->archive->organization_id))
		return error_set(r->err, ARK_EUSAGE, "%s: expected a draw of "
				 "organisation %s, found one of another",
				 r->options->sample,
				 r->archive->organization_id);
	(void)buf_add(&r->draw, line.p, line.n);
	return buf_status(&r->draw, r->err);
}

static int
take_line(struct review *r, struct json_slice line, int number)
{
	struct json_slice type;

	if (json_check(line, &json_limits_document, NULL))
		return bad_sample(r, number, "JSON");
	type = json_member(line, "type");
	if (!type.p || json_kind(type) != JSON_STRING)
		return bad_sample(r, number, "a \"type\"");
	if (number == 1 && !json_key_is(type, "draw"))
		return bad_sample(r, number, "the record of a draw");
	if (number == 1)
		return take_head(r, line);
	return json_key_is(type, "call") ? take_call(r, line, number) : 0;
}

static int
by_sample(struct review *r)
{
	const char *p = buf_text(&r->sample), *end = p + r->sample.len;
	int number = 0, rc = 0;

	while (!rc && p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		if (!stop)
			stop = end;
		rc = check_stop(r);
		if (!rc)
			rc = take_line(r, (struct json_slice){
				p, (size_t)(stop - p) }, ++number);
		p = stop + 1;
	}
	if (!rc && !number)
		rc = bad_sample(r, 1, "the record of a draw");
	return rc;
}

int
review_calls(struct review *r)
{
	int rc = r->options->sample ? by_sample(r) : by_filters(r);

	if (!rc && !r->n)
		rc = error_set(r->err, ARK_ENOTFOUND,
			       "no archived recording matches");
	return rc;
}
