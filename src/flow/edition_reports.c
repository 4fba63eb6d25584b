/*
 * The reports of a day: data/reports/ROUTE.ndjson.gz, and beside it, where
 * documents changed or vanished, what they said before.
 */
#include <stdio.h>
#include <string.h>

#include "catalogue/report.h"
#include "flow/edition.h"
#include "flow/report_files.h"
#include "manifest/gz.h"
#include "report/rows.h"
#include "store/layout.h"

/* One file on its way out. */
struct table {
	struct edition *edition;
	char name[REPORT_FILE_SIZE];
	struct store_file *file;
	struct gz_writer *gz;
};

/* gz_put_fn */
static int
put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	(void)err;
	store_file_write(ctx, bytes, n);	/* publish tells a failure */
	return 0;
}

static int
make_folder(struct edition *e, struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_in_bag(path, e->day, REPORT_FOLDER, err);
	return rc ? rc : store_mkdirs(e->archive->store, path, err);
}

static int
table_open(struct table *t, struct edition *e, enum ark_route route,
	   bool has_versions, struct ark_error *err)
{
	int rc;

	*t = (struct table){ .edition = e };
	report_file(t->name, route, has_versions);
	rc = make_folder(e, err);
	if (!rc)
		rc = edition_open(e, &t->file, t->name, err);
	return rc ? rc : gz_writer_new(&t->gz, put, t->file, err);
}

/* Put it in place when rc is 0, else forget it; rc, or what went wrong. */
static int
table_close(struct table *t, int rc, struct ark_error *err)
{
	if (!rc)
		rc = gz_finish(t->gz, err);
	if (!rc)
		rc = edition_close(t->edition, t->file, t->name, err);
	gz_writer_free(t->gz);
	store_file_free(t->file);
	return rc;
}

/* ---- documents as they are now ------------------------------------------ */

static int
write_documents(struct table *t, enum ark_route route, struct ark_error *err)
{
	struct edition *e = t->edition;
	const struct catalogue_report_query q = { .day = e->day,
						.route = route };
	struct catalogue_report_cursor *cur = NULL;
	struct catalogue_report_row row;
	int rc;

	rc = catalogue_report_select(&cur, e->archive->catalogue, &q, err);
	while (!rc) {
		rc = catalogue_report_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = row.vanished_s >= 0 ? 0 :
			gz_write(t->gz, row.body, row.body_len, err);
	}
	catalogue_report_cursor_free(cur);
	return rc;
}

/* edition_row_fn: The recordings' own documents. */
static int
write_link(void *ctx, const struct catalogue_row *row, struct ark_error *err)
{
	const struct table *t = ctx;

	if (row->vanished_s >= 0 || !row->document)
		return 0;
	return gz_write(t->gz, row->document, row->document_len, err);
}

static int
write_table(struct edition *e, enum ark_route route, struct ark_error *err)
{
	struct table t;
	int rc;

	rc = table_open(&t, e, route, false, err);
	if (!rc)
		rc = route == ARK_AUDIO_LINKS ?
			     edition_each(e, CATALOGUE_RECORDING, write_link,
					  &t, err) :
			     write_documents(&t, route, err);
	return table_close(&t, rc, err);
}

/* ---- what they said before ------------------------------------------------- */

/* The versions of one document, written as they are read. */
struct telling {
	struct table *table;
	const struct report_view *view;
	struct report_item item;
	struct ark_error *err;
};

static int
tell(struct telling *w)
{
	struct buf *line = &w->table->edition->line;
	int rc;

	buf_clear(line);
	rc = report_ndjson(w->view, &w->item, true, line, w->err);
	return rc ? rc : gz_write(w->table->gz, buf_text(line), line->len - 1,
				  w->err);
}

/* catalogue_version_fn */
static int
tell_earlier(void *ctx, int version, int64_t seen_s, const char *body,
	     size_t len)
{
	struct telling *w = ctx;

	w->item.version = version;
	w->item.seen_s = seen_s;
	w->item.vanished_s = -1;
	w->item.document = (struct json_slice){ body, len };
	return tell(w);
}

static int
tell_all(struct telling *w, const struct catalogue_report_row *row)
{
	struct catalogue *c = w->table->edition->archive->catalogue;
	int rc;

	w->item.id = row->id;
	rc = catalogue_report_versions(c, row->row, tell_earlier, w, w->err);
	if (rc)
		return rc;
	w->item.version = row->version;
	w->item.seen_s = row->version_seen_s;
	w->item.vanished_s = row->vanished_s;
	w->item.document = (struct json_slice){ row->body, row->body_len };
	return tell(w);
}

static int
write_versions(struct edition *e, enum ark_route route, struct ark_error *err)
{
	const struct catalogue_report_query q = { .day = e->day,
						.route = route };
	const struct report_view_words words = { .route = route };
	struct report_view view;
	struct table t = { 0 };
	struct telling w = { .table = &t, .view = &view, .err = err };
	struct catalogue_report_cursor *cur = NULL;
	struct catalogue_report_row row;
	int rc;

	rc = report_view_init(&view, &words, err);
	if (!rc)
		rc = table_open(&t, e, route, true, err);
	if (!rc)
		rc = catalogue_report_select(&cur, e->archive->catalogue, &q,
					     err);
	while (!rc) {
		rc = catalogue_report_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = row.version > 1 || row.vanished_s >= 0 ?
			tell_all(&w, &row) : 0;
	}
	catalogue_report_cursor_free(cur);
	return table_close(&t, rc, err);
}

/* ---- all of them ------------------------------------------------------------ */

/* What an earlier edition told is not left beside a manifest without it. */
static bool
has_versions(const struct edition *e, enum ark_route route)
{
	char name[REPORT_FILE_SIZE], path[STORE_PATH_MAX];
	int64_t size;

	report_file(name, route, true);
	return !layout_in_bag(path, e->day, name, NULL) &&
	       !store_size(e->archive->store, path, &size, NULL);
}

/* catalogue_report_day_fn */
static int
write_report(void *ctx, const struct catalogue_report_day *d)
{
	struct edition *e = ctx;
	int rc;

	e->reports[e->n_reports++] = *d;
	rc = write_table(e, d->route, e->err);
	if (!rc && (d->changed || d->vanished || has_versions(e, d->route)))
		rc = write_versions(e, d->route, e->err);
	return rc;
}

int
edition_reports(struct edition *e, struct ark_error *err)
{
	int rc;

	e->err = err;
	rc = catalogue_report_days(e->archive->catalogue, e->day, e->day,
				   write_report, e, err);
	e->err = NULL;
	return rc;
}
