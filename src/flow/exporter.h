/*
 * Documents of a report on their way out: filtered, made into lines or rows,
 * compressed, put.
 *
 *	exporter_init -> exporter_passes, exporter_take, exporter_put ...
 *	-> exporter_finish -> exporter_release
 *
 * Whoever takes the bytes may be slow, a pager or a full pipe.  So they are
 * gathered, and put when the owner says so: while it reads the catalogue, which
 * a sync beside it wants to write, is not the time.
 */
#ifndef FLOW_EXPORTER_H
#define FLOW_EXPORTER_H

#include "callark/export.h"
#include "manifest/gz.h"
#include "report/rows.h"

struct exporter {
	const struct ark_export_options *options;
	ark_export_fn *put;
	void *ctx;
	struct report_view view;
	struct report_writer writer;
	struct gz_writer *gz;
	struct buf item;	/* the lines of one document */
	struct buf out;		/* gathered, not put yet */
	const char *hopeless;	/* a filter that no document passes; or NULL */
	bool is_incomplete;
};

/*
 * exporter_init(e, o, put, ctx, err):
 * Check the options.  Nothing is put yet.  Release e whatever comes of it.
 * Return 0, ARK_EUSAGE, ARK_ENOMEM or ARK_EBUG (as gz_writer_new).
 */
int exporter_init(struct exporter *e, const struct ark_export_options *o,
		  ark_export_fn *put, void *ctx, struct ark_error *err);
void exporter_release(struct exporter *e);

/* exporter_has_filter(e): Whether some document may not pass. */
bool exporter_has_filter(const struct exporter *e);

/*
 * exporter_passes(e, r):
 * Whether the filters let a document pass that says r.  None passes a filter on
 * something that its report does not tell.
 */
bool exporter_passes(const struct exporter *e, const struct ark_recording *r);

/*
 * exporter_take(e, item, err):
 * Add a document.  One whose rows are larger than 256 MiB is left out, told,
 * and makes the export incomplete.  Puts nothing unless more than 64 MiB are
 * gathered.  Return 0, ARK_ENOMEM or what put failed with.
 */
int exporter_take(struct exporter *e, const struct report_item *item,
		  struct ark_error *err);

/* exporter_put(e, err): Put what is gathered.  Return as exporter_take. */
int exporter_put(struct exporter *e, struct ark_error *err);

/*
 * exporter_missing(e, fmt, ...):
 * Tell the listener of something that the export should have and has not.
 */
void exporter_missing(struct exporter *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * exporter_finish(e, err):
 * Put what is left, and tell what was odd.  Return 0, ARK_EINCOMPLETE, or as
 * exporter_take.
 */
int exporter_finish(struct exporter *e, struct ark_error *err);

#endif
