/*
 * ark_export: a report from the archive, or straight from the platform.
 */
#include "callark/export.h"

#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "base/error.h"
#include "base/event.h"
#include "catalogue/report.h"
#include "flow/batches.h"
#include "flow/confinement.h"
#include "flow/export_live.h"
#include "flow/listed_days.h"
#include "flow/period.h"
#include "omni/document.h"

#define BATCH_BYTES ((size_t)16 << 20)	/* of documents read at a stretch */

struct offline {
	struct exporter exporter;
	const struct ark_export_options *options;
	struct archive *archive;
	struct ark_range range;
	struct omni_document parsed;	/* for the filters */
	int64_t vanished;		/* that were left out */
};

/* What the two kinds of rows in the catalogue have in common. */
struct source {
	struct report_item latest;
	int32_t day;
	int64_t row;
	int (*versions)(struct catalogue *c, int64_t row,
			catalogue_version_fn *fn, void *ctx,
			struct ark_error *err);
};

/* Add item when the filters let it pass. */
static int
take(struct offline *x, const struct report_item *item, int32_t day,
     struct ark_error *err)
{
	if (exporter_has_filter(&x->exporter)) {
		int rc = document_parse(&x->parsed, item->document,
					x->archive->zone, day, err);

		if (rc)
			return rc;
		if (!exporter_passes(&x->exporter, &x->parsed.recording.pub))
			return 0;
	}
	return exporter_take(&x->exporter, item, err);
}

struct earlier {
	struct offline *offline;
	const struct source *source;
	struct ark_error *err;
};

/* catalogue_version_fn */
static int
take_earlier(void *ctx, int version, int64_t seen_s, const char *body,
	     size_t len)
{
	const struct earlier *e = ctx;
	const struct report_item item = {
		.document = { body, len }, .id = e->source->latest.id,
		.version = version, .seen_s = seen_s, .vanished_s = -1,
	};

	return take(e->offline, &item, e->source->day, e->err);
}

/* Add the document of a row, with its earlier versions when they are wanted. */
static int
take_row(struct offline *x, const struct source *s, struct ark_error *err)
{
	struct earlier earlier = { x, s, err };
	int rc = 0;

	if (!x->options->has_versions && s->latest.vanished_s >= 0) {
		x->vanished++;
		return 0;
	}
	if (x->options->has_versions && s->latest.version > 1)
		rc = s->versions(x->archive->catalogue, s->row, take_earlier,
				 &earlier, err);
	return rc ? rc : take(x, &s->latest, s->day, err);
}

static int
check_stop(const struct offline *x, struct ark_error *err)
{
	if (event_should_stop(&x->options->listener))
		return error_set(err, ARK_ESTOPPED, "stopped by a signal");
	return 0;
}

/* Behind which document to go on; begin with { 0 }. */
struct place {
	int64_t start_s;
	char *id;		/* owned; NULL: with the first */
};

static int
set_place(struct place *p, const struct catalogue_report_row *row,
	  struct ark_error *err)
{
	p->start_s = row->start_s;
	p->id = strdup(row->id);
	return p->id ? 0 : error_nomem(err);
}

static int
take_report_row(struct offline *x, int32_t day,
		const struct catalogue_report_row *row, struct ark_error *err)
{
	const struct source source = {
		.latest = {
			.document = { row->body, row->body_len },
			.id = row->id, .version = row->version,
			.seen_s = row->version_seen_s,
			.vanished_s = row->vanished_s,
		},
		.day = day, .row = row->row,
		.versions = catalogue_report_versions,
	};

	if (row->start_s < x->range.from_s || row->start_s >= x->range.to_s)
		return 0;
	return take_row(x, &source, err);
}

/*
 * Take documents of a day behind *place, some 16 MiB of them: the catalogue is
 * locked meanwhile.  Return 1 when there may be more, and *place is where, or 0.
 */
static int
take_batch(struct offline *x, int32_t day, struct place *place,
	   struct ark_error *err)
{
	const struct catalogue_report_query q = {
		day, x->options->route, place->start_s, place->id,
	};
	struct catalogue_report_cursor *cur = NULL;
	struct catalogue_report_row row;
	struct place next = { 0 };
	size_t bytes = 0;
	int rc;

	rc = catalogue_report_select(&cur, x->archive->catalogue, &q, err);
	while (!rc && !next.id) {
		rc = catalogue_report_next(cur, &row, err);
		if (rc <= 0)
			break;
		bytes += row.body_len;
		rc = take_report_row(x, day, &row, err);
		if (!rc && bytes >= BATCH_BYTES)
			rc = set_place(&next, &row, err);
	}
	catalogue_report_cursor_free(cur);
	free(place->id);
	*place = next;
	return rc ? rc : next.id != NULL;
}

/* Documents of a report, day by day. */
static int
export_reports(struct offline *x, const struct listed_days *days,
	       struct ark_error *err)
{
	struct place place = { 0 };
	size_t i = 0;
	int rc = 0;

	while (!rc && i < days->n) {
		int more = take_batch(x, days->days[i].day, &place, err);

		rc = more < 0 ? more : exporter_put(&x->exporter, err);
		if (!rc)
			rc = check_stop(x, err);
		if (!more)
			i++;
	}
	free(place.id);
	return rc;
}

/* The documents of the recordings. */
static int
export_recordings(struct offline *x, struct ark_error *err)
{
	const struct catalogue_query q = {
		.from_s = x->range.from_s, .to_s = x->range.to_s,
		.with = CATALOGUE_WITH_DOCUMENT,
	};
	struct batches_rows *rows = NULL;
	int rc;

	rc = batches_rows_open(&rows, x->archive->catalogue, &q, err);
	while (!rc) {
		const struct catalogue_row *row;

		rc = batches_rows_next(rows, &row, err);
		if (rc <= 0)
			break;
		rc = take_row(x, &(struct source){
			.latest = {
				.document = { row->document,
					      row->document_len },
				.id = row->id, .version = row->version,
				.seen_s = row->version_seen_s,
				.vanished_s = row->vanished_s,
			},
			.day = row->day, .row = row->row,
			.versions = catalogue_versions,
		}, err);
		if (!rc)
			rc = check_stop(x, err);
		if (!rc)
			rc = exporter_put(&x->exporter, err);
	}
	batches_rows_close(rows);
	return rc;
}

/* All that the archive has, behind what of it is missing. */
static int
export_archive(struct offline *x, struct ark_error *err)
{
	enum ark_route route = x->options->route;
	struct listed_days days = { 0 };
	int rc, has_range;

	has_range = period_past_or_all(&x->range, &x->options->range,
				       x->archive->zone, err);
	if (has_range < 0)
		return has_range;
	rc = listed_days_read(&days, x->archive->catalogue, route, &x->range,
			      err);
	if (!rc)
		listed_days_tell(&days, has_range ? &x->range : NULL, route,
				 day_of(period_now(x->archive->zone)),
				 &x->exporter);
	if (!rc && route == ARK_AUDIO_LINKS)
		rc = export_recordings(x, err);
	else if (!rc)
		rc = export_reports(x, &days, err);
	if (!rc && x->vanished)
		event_log(&x->options->listener, ARK_LOG_INFO, NULL,
			  "%lld documents are no longer listed and left out; "
			  "--versions has them", (long long)x->vanished);
	listed_days_release(&days);
	return rc;
}

static int
export_offline(struct offline *x, const struct ark_config *c,
	       struct ark_error *err)
{
	int rc;

	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&x->archive, c->path, ARCHIVE_READ, err);
	if (rc)
		return rc;
	confinement_offline(c, store_root(x->archive->store), CONFINE_READ,
			    &x->options->listener);
	document_init(&x->parsed);
	rc = export_archive(x, err);
	document_release(&x->parsed);
	archive_close(x->archive);
	return rc;
}

int
ark_export(const struct ark_config *c, const struct ark_export_options *o,
	   ark_export_fn *put, void *ctx, struct ark_error *err)
{
	struct offline x = { .options = o };
	int rc;

	rc = exporter_init(&x.exporter, o, put, ctx, err);
	if (!rc && o->is_live)
		rc = export_live(&x.exporter, c, err);
	else if (!rc)
		rc = export_offline(&x, c, err);
	if (!rc)
		rc = exporter_finish(&x.exporter, err);
	exporter_release(&x.exporter);
	return rc;
}
