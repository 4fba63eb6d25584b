/*
 * ark_review: a folder for listening.
 */
#include "callark/review.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/event.h"
#include "base/fdio.h"
#include "config/config.h"
#include "flow/confinement.h"
#include "flow/outside.h"
#include "flow/review_internal.h"
#include "review/form.h"

#define MAX_SAMPLE_BYTES ((size_t)64 << 20)

int
review_add(struct review *r, struct review_call **call)
{
	struct review_call *grown;

	if (r->n == ARK_REVIEW_MAX_CALLS)
		return error_set(r->err, ARK_EUSAGE, "there are more than %d "
				 "calls; a range, filters or a sample make "
				 "them fewer", ARK_REVIEW_MAX_CALLS);
	grown = array_room(r->calls, r->n, &r->cap, sizeof(*grown));
	if (!grown)
		return error_nomem(r->err);
	r->calls = grown;
	*call = &grown[r->n++];
	**call = (struct review_call){
		.record = BUF_INIT(REVIEW_RECORD_MAX),
		.messages = BUF_INIT(REVIEW_RELATED_MAX),
		.surveys = BUF_INIT(REVIEW_RELATED_MAX),
	};
	return 0;
}

static void
release(struct review *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct review_call *call = &r->calls[i];

		free(call->id);
		free(call->protocol);
		free(call->path);
		buf_release(&call->record);
		buf_release(&call->messages);
		buf_release(&call->surveys);
		measure_release(&call->measure);
	}
	free(r->calls);
	buf_release(&r->form);
	buf_release(&r->sample);
	buf_release(&r->draw);
	document_release(&r->parsed);
	measures_close(&r->measures);
	if (r->folder && !r->is_finished)
		(void)store_finish(r->folder, NULL);
	store_close(r->folder);
	archive_close(r->archive);
}

/* ---- what the user names --------------------------------------------------- */

static int
read_file(struct buf *out, const char *path, struct ark_error *err)
{
	int fd, rc;

	if (!path)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(err, ARK_EUSAGE, "%s: %s", path,
				 strerror(errno));
	rc = fdio_slurp(fd, out, err);
	(void)fdio_close(&fd);
	if (rc == ARK_ELIMIT)
		return error_set(err, ARK_EUSAGE, "%s: expected at most %zu "
				 "bytes", path, out->max);
	return rc;
}

/* The files that are asked for, before there is anything to tidy up. */
static int
read_files(struct review *r)
{
	const struct ark_review_options *o = r->options;
	int rc;

	rc = read_file(&r->form, o->form, r->err);
	if (!rc && o->form) {
		rc = form_check((struct json_slice){ buf_text(&r->form),
						     r->form.len }, r->err);
		if (rc)
			(void)error_prefix(r->err, "%s", o->form);
	}
	if (!rc)
		rc = read_file(&r->sample, o->sample, r->err);
	return rc;
}

static int
check_options(const struct ark_review_options *o, struct ark_error *err)
{
	const struct ark_range_words *w = &o->range;

	if (o->sample && (w->from || w->to || w->last || w->day))
		return error_set(err, ARK_EUSAGE, "--sample names the calls; "
				 "there is no range beside it");
	if (o->evaluator && !o->sample)
		return error_set(err, ARK_EUSAGE, "--evaluator goes with "
				 "--sample");
	return 0;
}

/* ---- the folder ------------------------------------------------------------ */

static int
open_all(struct review *r, const struct ark_config *c, const char *folder)
{
	int rc;

	rc = archive_open(&r->archive, c->path, ARCHIVE_READ, r->err);
	if (!rc)
		rc = outside_open(&r->folder, folder, c->path, r->err);
	if (rc)
		return rc;
	store_set_durability(r->folder, STORE_NONE);
	measures_open(&r->measures, r->archive->store);
	/* a link gives its folder's rights to what is linked */
	confinement_begin(NULL, c, &(struct confinement_need){
		.root = store_root(r->archive->store),
		.right = r->options->wants_links ? CONFINE_WRITE :
						   CONFINE_READ,
		.cache = measures_root(&r->measures),
		.outbox = store_root(r->folder),
	}, &r->options->listener);
	return 0;
}

static void
sum_up(struct review *r)
{
	struct ark_review_totals *t = r->totals;

	t->calls = (int64_t)r->n;
	for (size_t i = 0; i < r->n; i++) {
		const struct review_call *call = &r->calls[i];

		t->copied += *call->file && !call->is_linked &&
			     !call->is_converted;
		t->linked += call->is_linked;
		t->converted += call->is_converted;
		t->unplayable += *call->why != 0;
		t->damaged += call->is_damaged;
		t->measured += call->has_measure && !call->was_remembered;
		t->remembered += call->was_remembered;
		t->bytes += call->folder_bytes;
	}
}

static int
make(struct review *r)
{
	int rc;

	rc = review_calls(r);
	if (!rc)
		rc = review_related(r);
	if (!rc)
		rc = review_audio(r);
	if (!rc)
		rc = review_page(r);
	if (rc)
		return rc;
	sum_up(r);
	rc = store_finish(r->folder, r->err);
	r->is_finished = true;
	if (!rc && r->totals->damaged)
		rc = error_set(r->err, ARK_EINTEGRITY, "%lld recordings are "
			       "damaged or missing; the page says so of each, "
			       "and callark verify tells more",
			       (long long)r->totals->damaged);
	return rc;
}

int
ark_review(const struct ark_config *c, const struct ark_review_options *o,
	   const char *folder, struct ark_review_totals *totals,
	   struct ark_error *err)
{
	struct review r = {
		.options = o, .totals = totals, .err = err,
		.form = BUF_INIT(FORM_MAX_BYTES),
		.sample = BUF_INIT(MAX_SAMPLE_BYTES),
		.draw = BUF_INIT(REVIEW_RECORD_MAX),
	};
	int rc;

	*totals = (struct ark_review_totals){ 0 };
	document_init(&r.parsed);
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = check_options(o, err);
	if (!rc)
		rc = read_files(&r);
	if (!rc)
		rc = open_all(&r, c, folder);
	if (!rc)
		rc = make(&r);
	release(&r);
	return rc;
}
