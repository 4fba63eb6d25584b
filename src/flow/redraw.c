/*
 * ark_redraw: a draw made again from its record.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/fdio.h"
#include "base/idmap.h"
#include "callark/sample.h"
#include "config/config.h"
#include "flow/confinement.h"
#include "flow/drawing.h"
#include "flow/draws.h"

const char *
ark_redraw_name(enum ark_redraw_kind kind)
{
	static const char *const names[ARK_N_REDRAW_KINDS] = {
		[ARK_REDRAW_POPULATION] = "population",
		[ARK_REDRAW_DAY] = "day",
		[ARK_REDRAW_MISSING] = "missing",
		[ARK_REDRAW_NEW] = "new",
		[ARK_REDRAW_BYTES] = "bytes",
		[ARK_REDRAW_EVALUATORS] = "evaluators",
	};

	return names[kind];
}

struct redrawer {
	const struct ark_redraw_options *options;
	struct archive *archive;
	struct sample_record was, now;
	struct ark_filter *filter;
	struct idmap excluded;		/* ids to struct record_excluded */
	struct ark_error *err;
};

/* ---- the record ------------------------------------------------------- */

/* What is wrong with the file is the user's matter: he named it. */
static int
read_record(struct redrawer *r)
{
	const char *path = r->options->path;
	uint8_t ignored[DIGEST_SHA256_SIZE];
	struct ark_error why = { 0 };
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return error_errno(r->err, "%s", path);
	rc = draws_read(&r->was, fd, ignored, &why);
	(void)fdio_close(&fd);
	if (rc == ARK_EFORMAT)
		rc = ARK_EUSAGE;
	if (rc)
		error_set(r->err, rc, "%s: %s", path, why.text);
	return rc;
}

static int
make_filter(struct redrawer *r)
{
	struct ark_error why = { 0 };
	int rc;

	rc = ark_filter_new(&r->filter, &why);
	for (size_t i = 0; !rc && i < r->was.n_filters; i++)
		rc = ark_filter_add(r->filter, r->was.filters[i].name,
				    r->was.filters[i].value, &why);
	if (rc)
		error_set(r->err, rc, "%s: filters: %s", r->options->path,
			  why.text);
	return rc;
}

static int
index_excluded(struct redrawer *r)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->was.n_excluded; i++)
		rc = idmap_put(&r->excluded, r->was.excluded[i].id,
			       &r->was.excluded[i]);
	return rc ? error_nomem(r->err) : 0;
}

/* drawing_excluder_fn */
static int
was_excluded(void *ctx, const char *id, int64_t *draw, struct ark_error *err)
{
	const struct record_excluded *e = idmap_get(ctx, id);

	(void)err;
	if (e)
		*draw = e->draw;
	return e != NULL;
}

/* ---- the archive ------------------------------------------------------ */

static int
open_archive(struct redrawer *r, const struct ark_config *c)
{
	const struct sample_record *was = &r->was;
	const struct archive *a;
	int rc;

	rc = archive_open(&r->archive, c->path, ARCHIVE_READ, r->err);
	if (rc)
		return rc;
	a = r->archive;
	confinement_offline(c, store_root(a->store), CONFINE_READ,
			    &r->options->listener);
	if (strcmp(was->organization_id, a->organization_id) != 0)
		return error_set(r->err, ARK_EUSAGE, "%s is of organisation "
				 "%s, the archive of %s", r->options->path,
				 was->organization_id, a->organization_id);
	if (strcmp(was->time_zone, zone_name(a->zone)) != 0)
		return error_set(r->err, ARK_EUSAGE, "%s is of time zone %s, "
				 "the archive of %s", r->options->path,
				 was->time_zone, zone_name(a->zone));
	return 0;
}

static int
draw_again(struct redrawer *r)
{
	struct drawing d = {
		.archive = r->archive, .filter = r->filter,
		.was_drawn = was_excluded, .excluder_ctx = &r->excluded,
		.listener = &r->options->listener,
	};

	r->now.range = r->was.range;
	/* Lent for the draw: they are those of the record. */
	r->now.rules = r->was.rules;
	return drawing_make(&d, &r->now, r->err);
}

/* ---- comparing -------------------------------------------------------- */

/* Why a call of the record is not drawn, as far as the archive can tell. */
static int
explain_missing(struct redrawer *r, const char *id, char detail[96])
{
	struct catalogue_row row;
	int rc;

	rc = catalogue_find(r->archive->catalogue, CATALOGUE_RECORDING, id,
			    &row, r->err);
	if (!rc)
		(void)snprintf(detail, 96, "this archive does not know it");
	else if (rc > 0 && row.state != ARK_ARCHIVED)
		(void)snprintf(detail, 96, "it is %s in this archive",
			       ark_state_name(row.state));
	else if (rc > 0)
		(void)snprintf(detail, 96, "it is archived, but not drawn");
	catalogue_row_release(&row);
	return rc < 0 ? rc : 0;
}

/* ark_redraw_fn */
static int
tell(void *ctx, const struct ark_redraw_difference *d)
{
	struct redrawer *r = ctx;
	struct ark_redraw_difference told = *d;
	char detail[96];
	int rc = 0;

	if (!r->options->difference)
		return 0;
	if (d->kind == ARK_REDRAW_MISSING) {
		rc = explain_missing(r, d->id, detail);
		told.detail = detail;
	}
	return rc ? rc : r->options->difference(r->options->ctx, &told);
}

static int
compare(struct redrawer *r, struct ark_redraw_totals *t)
{
	int64_t n = record_compare(&r->was, &r->now, tell, r, r->err);

	if (n < 0)
		return (int)n;
	*t = (struct ark_redraw_totals){
		.number = r->was.number, .population = r->was.population,
		.population_now = r->now.population,
		.drawn = (int64_t)r->was.n_calls,
		.drawn_now = (int64_t)r->now.n_calls, .differences = n,
	};
	return n ? ARK_EINCOMPLETE : 0;
}

int
ark_redraw(const struct ark_config *c, const struct ark_redraw_options *o,
	   struct ark_redraw_totals *totals, struct ark_error *err)
{
	struct redrawer r = { .options = o, .err = err };
	int rc;

	*totals = (struct ark_redraw_totals){ 0 };
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = read_record(&r);
	if (!rc)
		rc = make_filter(&r);
	if (!rc)
		rc = index_excluded(&r);
	if (!rc)
		rc = open_archive(&r, c);
	if (!rc)
		rc = draw_again(&r);
	if (!rc)
		rc = compare(&r, totals);
	r.now.rules = (struct sample_rules){ 0 };
	sample_record_release(&r.now);
	sample_record_release(&r.was);
	idmap_release(&r.excluded);
	ark_filter_free(r.filter);
	archive_close(r.archive);
	return rc;
}
