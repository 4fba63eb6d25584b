/*
 * Inside publish: one edition of a day's bag, on its way out.
 */
#ifndef FLOW_EDITION_H
#define FLOW_EDITION_H

#include "archive/archive.h"
#include "catalogue/report.h"
#include "manifest/manifest.h"
#include "manifest/table.h"
#include "omni/document.h"
#include "store/file.h"

/* A day on its way out. */
struct edition {
	struct archive *archive;
	int32_t day;
	struct manifest payload, tags;
	struct store_file *ndjson, *csv;
	struct buf line, versions_text;
	struct omni_document document;
	struct table_version *versions;
	size_t n_versions, versions_cap;
	size_t *offsets;		/* of versions in versions_text */
	int64_t octets, files;
	/* the reports of the day, once they are written */
	struct catalogue_report_day reports[ARK_N_ROUTES];
	size_t n_reports;
	struct ark_error *err;		/* while they are */
};

/*
 * edition_open(e, out, name, err) / edition_close(e, f, name, err):
 * Begin a payload file of our own; put it in place and into e->payload.
 */
int edition_open(struct edition *e, struct store_file **out, const char *name,
		 struct ark_error *err);
int edition_close(struct edition *e, struct store_file *f, const char *name,
		  struct ark_error *err);

/*
 * edition_each(e, kind, fn, ctx, err):
 * Tell fn of each row of a kind whose bag it is, by (start_s, id), with its
 * document.  Return 0, as the catalogue, or what fn returned if that was not 0.
 */
typedef int edition_row_fn(void *ctx, const struct catalogue_row *row,
			   struct ark_error *err);
int edition_each(struct edition *e, enum catalogue_kind kind,
		 edition_row_fn *fn, void *ctx, struct ark_error *err);

/* edition_tables(e, err): data/recordings.ndjson and .csv, and e->payload. */
int edition_tables(struct edition *e, struct ark_error *err);

/*
 * edition_describe(row, out): What the tables say of a row, but its documents.
 * edition_file(e, out, err): Its file, if it is archived, into e->payload.
 */
void edition_describe(const struct catalogue_row *row, struct table_row *out);
int edition_file(struct edition *e, const struct table_row *out,
		 struct ark_error *err);

#define EDITION_MEDIA "data/media.ndjson"

/*
 * edition_media(e, sums, err):
 * data/media.ndjson, when the day has attachments, and their files into
 * e->payload.
 */
int edition_media(struct edition *e, const struct catalogue_media *sums,
		  struct ark_error *err);

/*
 * edition_reports(e, err):
 * data/reports/, for every report that was asked for this day; e->reports.
 */
int edition_reports(struct edition *e, struct ark_error *err);

/*
 * edition_statement(e, err):
 * After those: take over the statement of completeness of the day, if there is
 * one and it was made from what the edition has; else take it away, and tell
 * the trail.
 */
int edition_statement(struct edition *e, struct ark_error *err);

/*
 * edition_tag(e, name, bytes, n, err):
 * Write one tag file and note it for the tag manifest.
 */
int edition_tag(struct edition *e, const char *name, const void *bytes,
		size_t n, struct ark_error *err);

#endif
