/*
 * ark_subject_export: what is held about somebody, as a bag.
 */
#include <string.h>

#include "base/error.h"
#include "base/event.h"
#include "config/config.h"
#include "flow/subject.h"
#include "flow/subject_bag.h"

/* An export under way. */
struct export {
	struct subject_inquiry inquiry;
	struct subject_bag bag;
	struct ark_subject_totals *totals;
	enum ark_route route;		/* of the document at hand */
	struct ark_error *err;
};

/* catalogue_version_fn */
static int
put_version(void *ctx, int version, int64_t seen_s, const char *body, size_t n)
{
	struct export *x = ctx;

	(void)version;
	(void)seen_s;
	x->totals->versions++;
	return subject_bag_line(&x->bag, x->route, body, n, x->err);
}

/*
 * A file that is damaged or missing does not keep back the others: 1 when this
 * one is in the bag, else 0.
 */
static int
put_file(struct export *x, const char *id, const struct subject_file *file)
{
	struct ark_error err = { 0 };
	int rc;

	rc = subject_bag_copy(&x->bag, x->inquiry.archive, file, &err);
	if (rc == ARK_EINTEGRITY || rc == ARK_ENOTFOUND) {
		event_log(&x->inquiry.options->listener, ARK_LOG_ERROR, id,
			  "not in the bag: %s", err.text);
		x->totals->damaged++;
		return 0;
	}
	return rc ? error_set(x->err, rc, "%s", err.text) : 1;
}

static int
put_recording(struct export *x, const struct catalogue_held *held)
{
	const struct subject_file file = {
		.kind = CATALOGUE_RECORDING, .day = held->day,
		.path = held->path, .bytes = held->bytes,
		.sha256 = held->sha256,
	};
	int rc = put_file(x, held->id, &file);

	if (rc <= 0)
		return rc;
	x->totals->recordings++;
	x->totals->bytes += held->bytes;
	return 0;
}

/* An attachment of the day, if it is one of the conversation. */
static int
put_attachment(struct export *x, const struct catalogue_held *conversation,
	       const struct catalogue_row *row)
{
	const struct subject_file file = {
		.kind = CATALOGUE_ATTACHMENT, .day = row->day,
		.path = row->path, .bytes = row->bytes, .sha256 = row->sha256,
	};
	int rc;

	if (row->state != ARK_ARCHIVED ||
	    strcmp(row->interaction_id, conversation->id) != 0)
		return 0;
	rc = put_file(x, row->id, &file);
	x->totals->attachments += rc == 1;
	return rc < 0 ? rc : 0;
}

static int
put_attachments(struct export *x, const struct catalogue_held *conversation)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select_day(&cur, x->inquiry.archive->catalogue,
				  CATALOGUE_ATTACHMENT, conversation->day,
				  x->err);
	while (!rc) {
		rc = catalogue_next(cur, &row, x->err);
		if (rc <= 0)
			break;
		rc = put_attachment(x, conversation, &row);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

static int
put_wreck(struct export *x, const struct subject_hit *hit)
{
	const struct subject_wreck *wreck =
		&x->inquiry.hits.wrecks.items[hit->place.row];

	x->totals->documents++;
	x->totals->versions++;
	return subject_bag_copy_wreck(&x->bag, x->inquiry.archive, wreck,
				      x->err);
}

static int
put_hit(struct export *x, const struct subject_hit *hit)
{
	struct catalogue *c = x->inquiry.archive->catalogue;
	struct catalogue_held held;
	int rc;

	if (hit->match == ARK_SUBJECT_PARTLY &&
	    !x->inquiry.options->has_partly) {
		x->totals->partly_left_out++;
		return 0;
	}
	if (hit->place.source == CATALOGUE_WRECKS)
		return put_wreck(x, hit);
	rc = catalogue_held(c, &hit->place, &held, x->err);
	if (rc)
		return rc;
	x->totals->documents++;
	x->route = held.route;
	rc = catalogue_held_versions(c, &hit->place, put_version, x, x->err);
	if (!rc && *held.path)
		rc = put_recording(x, &held);
	if (!rc && held.route == ARK_MESSAGES)
		rc = put_attachments(x, &held);
	return rc;
}

static int
put_all(struct export *x)
{
	const struct subject_hits *hits = &x->inquiry.hits;
	const struct ark_listener *l = &x->inquiry.options->listener;
	int rc = 0;

	for (size_t i = 0; !rc && i < hits->n; i++) {
		if (event_should_stop(l))
			return error_set(x->err, ARK_ESTOPPED,
					 "stopped by a signal");
		rc = put_hit(x, &hits->items[i]);
	}
	if (!rc && !x->totals->documents)
		rc = error_set(x->err, ARK_ENOTFOUND, "all that is held may be "
			       "somebody else's: %lld items, for want of an "
			       "area code", (long long)
			       x->totals->partly_left_out);
	return rc;
}

static int
export_into(struct export *x, const struct ark_config *c,
	    const struct ark_subject_options *o)
{
	struct ark_subject_totals *t = x->totals;
	int rc;

	rc = subject_inquire(&x->inquiry, c, o, store_root(x->bag.store),
			     x->err);
	t->scope = x->inquiry.scope;
	if (!rc)
		rc = put_all(x);
	if (!rc)
		rc = subject_bag_seal(&x->bag, x->inquiry.archive, t, x->err);
	if (!rc && t->damaged)
		rc = error_set(x->err, ARK_EINTEGRITY, "%lld files are "
			       "damaged or missing and not in the bag; see "
			       "callark verify", (long long)t->damaged);
	return rc;
}

int
ark_subject_export(const struct ark_config *c,
		   const struct ark_subject_options *o, const char *folder,
		   struct ark_subject_totals *totals, struct ark_error *err)
{
	struct export x = { .totals = totals, .err = err };
	struct subject who;
	int rc;

	*totals = (struct ark_subject_totals){ 0 };
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = subject_parse(&who, o->word, o->kind, o->is_unchecked,
				   err);
	if (!rc)	/* all that can be wrong before a folder is made */
		rc = subject_bag_open(&x.bag, folder, c->path, err);
	if (!rc)
		rc = export_into(&x, c, o);
	subject_inquiry_release(&x.inquiry);
	subject_bag_close(&x.bag);
	return rc;
}
