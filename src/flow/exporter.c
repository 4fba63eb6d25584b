#include "flow/exporter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/event.h"

#define ITEM_MAX ((size_t)256 << 20)
#define GATHER_MAX ((size_t)64 << 20)

/* What cannot go together. */
static int
check_options(const struct ark_export_options *o, struct ark_error *err)
{
	if (o->format != ARK_EXPORT_CSV && o->columns)
		return error_set(err, ARK_EUSAGE, "--columns goes with "
				 "--format csv only");
	if (o->format != ARK_EXPORT_CSV && o->is_excel)
		return error_set(err, ARK_EUSAGE, "--excel goes with "
				 "--format csv only");
	if (o->is_live && o->has_versions)
		return error_set(err, ARK_EUSAGE, "--versions: the platform "
				 "has no earlier versions, only the archive");
	return 0;
}

static enum report_rows
rows_of(enum ark_export_rows rows)
{
	switch (rows) {
	case ARK_EXPORT_MESSAGES: return REPORT_MESSAGES;
	case ARK_EXPORT_ANSWERS: return REPORT_ANSWERS;
	case ARK_EXPORT_DOCUMENTS: break;
	}
	return REPORT_DOCUMENTS;
}

/* Find a filter that asks for what the report does not tell. */
static void
look_for_hopeless(struct exporter *e)
{
	const struct ark_export_options *o = e->options;
	const struct ark_filter_word *words;
	int n = 0;

	words = ark_filter_words(&n);
	for (int i = 0; i < n && !e->hopeless; i++) {
		if (ark_filter_has(o->filter, words[i].name) &&
		    !report_tells(o->route, words[i].name))
			e->hopeless = words[i].name;
	}
	if (e->hopeless)
		event_log(&o->listener, ARK_LOG_WARNING, NULL, "--%s: %s does "
			  "not tell it, so no document passes", e->hopeless,
			  ark_route_name(o->route));
}

/* gz_put_fn: compressed bytes are gathered like all others. */
static int
gather(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct exporter *e = ctx;

	(void)buf_add(&e->out, bytes, n);
	return buf_status(&e->out, err);
}

/* What stands in front of all rows. */
static void
begin(struct exporter *e)
{
	if (e->options->is_excel)
		report_mark(&e->out);
	if (e->options->format == ARK_EXPORT_CSV)
		report_head(&e->writer, &e->out);
}

int
exporter_init(struct exporter *e, const struct ark_export_options *o,
	      ark_export_fn *put, void *ctx, struct ark_error *err)
{
	const struct report_view_words words = {
		o->route, rows_of(o->rows), o->columns, o->has_versions,
	};
	int rc;

	*e = (struct exporter){
		.options = o, .put = put, .ctx = ctx,
		.item = BUF_INIT(ITEM_MAX), .out = BUF_INIT(2 * ITEM_MAX),
	};
	report_writer_init(&e->writer, &e->view, o->is_excel ? ';' : ',');
	rc = check_options(o, err);
	if (!rc)
		rc = report_view_init(&e->view, &words, err);
	if (!rc && o->format == ARK_EXPORT_NDJSON_GZ)
		rc = gz_writer_new(&e->gz, gather, e, err);
	if (rc)
		return rc;
	look_for_hopeless(e);
	begin(e);
	return buf_status(&e->out, err);
}

void
exporter_release(struct exporter *e)
{
	gz_writer_free(e->gz);
	report_writer_release(&e->writer);
	buf_release(&e->item);
	buf_release(&e->out);
}

bool
exporter_has_filter(const struct exporter *e)
{
	return !ark_filter_is_empty(e->options->filter);
}

bool
exporter_passes(const struct exporter *e, const struct ark_recording *r)
{
	return !e->hopeless && !ark_filter_excludes(e->options->filter, r);
}

void
exporter_missing(struct exporter *e, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	event_log(&e->options->listener, ARK_LOG_WARNING, NULL, "%s", text);
	e->is_incomplete = true;
}

int
exporter_put(struct exporter *e, struct ark_error *err)
{
	int rc = buf_status(&e->out, err);

	if (!rc && e->out.len)
		rc = e->put(e->ctx, e->out.data, e->out.len, err);
	buf_clear(&e->out);
	return rc;
}

/* Compress the lines of a document. */
static int
compress(struct exporter *e, struct ark_error *err)
{
	const char *p = buf_text(&e->item), *end = p + e->item.len;
	int rc = 0;

	while (!rc && p < end) {
		const char *line_end = memchr(p, '\n', (size_t)(end - p));

		rc = gz_write(e->gz, p, (size_t)(line_end - p), err);
		p = line_end + 1;
	}
	return rc;
}

int
exporter_take(struct exporter *e, const struct report_item *item,
	      struct ark_error *err)
{
	const struct ark_export_options *o = e->options;
	struct ark_error why = { 0 };
	int rc;

	buf_clear(&e->item);
	if (o->format == ARK_EXPORT_CSV)
		rc = report_csv(&e->writer, item, &e->item, &why);
	else
		rc = report_ndjson(&e->view, item, o->has_versions, &e->item,
				   &why);
	if (rc == ARK_ELIMIT) {
		exporter_missing(e, "a document makes more than %zu MiB of "
				 "rows and is left out", ITEM_MAX >> 20);
		return 0;
	}
	if (rc)
		return error_nomem(err);
	if (e->gz)
		rc = compress(e, err);
	else if (buf_add(&e->out, e->item.data, e->item.len))
		rc = buf_status(&e->out, err);
	return rc || e->out.len < GATHER_MAX ? rc : exporter_put(e, err);
}

static void
tell_odd(const struct exporter *e, int64_t n, const char *text)
{
	if (n)
		event_log(&e->options->listener, ARK_LOG_WARNING, NULL,
			  "%" PRId64 " %s", n, text);
}

int
exporter_finish(struct exporter *e, struct ark_error *err)
{
	const struct report_tally *t = &e->writer.tally;
	int rc = 0;

	if (e->gz)
		rc = gz_finish(e->gz, err);
	if (!rc)
		rc = exporter_put(e, err);
	if (rc)
		return rc;
	tell_odd(e, t->missing, "cells are empty because their field is not "
		 "there at all");
	tell_odd(e, t->nested, "cells hold an object or a list, as JSON");
	tell_odd(e, t->other, "rows have something that no column is for: it "
		 "stands in \"other\"");
	if (!e->is_incomplete)
		return 0;
	return error_set(err, ARK_EINCOMPLETE, "%s is not complete; what "
			 "there is was exported",
			 ark_route_name(e->options->route));
}
