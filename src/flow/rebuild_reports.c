/*
 * Report documents, as a bag tells them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "catalogue/report.h"
#include "flow/pages.h"
#include "flow/rebuild_internal.h"
#include "flow/report_files.h"
#include "flow/statement_file.h"
#include "manifest/gz.h"
#include "model/time.h"
#include "store/layout.h"

/* A file that is being read. */
struct source {
	struct rebuild *rebuild;
	enum ark_route route;
	char name[REPORT_FILE_SIZE];
	int fd;
	struct gz_reader *gz;
};

/* gz_get_fn */
static int
get(void *ctx, void *bytes, size_t size, size_t *n, struct ark_error *err)
{
	struct source *s = ctx;
	ssize_t got;

	do
		got = read(s->fd, bytes, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_errno(err, "%s", s->name);
	*n = (size_t)got;
	return 0;
}

/* 1, or 0 when there is no such file. */
static int
source_open(struct source *s, struct rebuild *r, enum ark_route route,
	    bool has_versions, struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	int rc;

	*s = (struct source){ .rebuild = r, .route = route, .fd = -1 };
	report_file(s->name, route, has_versions);
	rc = layout_in_bag(path, r->day, s->name, err);
	if (!rc)
		rc = store_openat(r->archive->store, path, O_RDONLY, &s->fd,
				  err);
	if (!rc)
		rc = gz_reader_new(&s->gz, get, s, REBUILD_MAX_LINE, err);
	return rc == ARK_ENOTFOUND ? 0 : rc ? rc : 1;
}

static void
source_close(struct source *s)
{
	gz_reader_free(s->gz);
	if (s->fd >= 0)
		(void)close(s->fd);
}

/* What a bad line or file costs is told, and does not end the work. */
static int
or_problem(struct source *s, int rc, const struct ark_error *why,
	   struct ark_error *err)
{
	if (rc == ARK_EFORMAT) {
		rebuild_problem(s->rebuild, s->name, why->text);
		return 0;
	}
	if (rc < 0 && err)
		*err = *why;
	return rc;
}

/* Read a document: its facts into r->document, and its fingerprint. */
static int
read_document(struct source *s, struct json_slice text, uint8_t fingerprint[32],
	      struct ark_error *err)
{
	struct rebuild *r = s->rebuild;
	struct omni_document *d = &r->document;
	int rc;

	rc = document_parse(d, text, r->archive->zone, r->day, err);
	if (!rc)
		rc = document_fingerprint(r->digest, s->route, text, d->link,
					  fingerprint, err);
	if (!rc && document_name(d, fingerprint))
		rc = error_nomem(err);
	return rc;
}

/* ---- documents as they are now ---------------------------------------------- */

static int
restore_line(struct source *s, struct json_slice text, struct ark_error *err)
{
	const struct omni_document *d = &s->rebuild->document;
	const int64_t now_s = clock_wall_s();
	struct catalogue_report_row row;
	uint8_t fingerprint[32];
	int rc;

	rc = read_document(s, text, fingerprint, err);
	if (rc)
		return rc;
	row = (struct catalogue_report_row){
		.id = d->recording.pub.id, .start_s = d->recording.pub.start_s,
		.first_seen_s = now_s, .version_seen_s = now_s,
		.vanished_s = -1, .oddity = d->oddity,
		.body = text.p, .body_len = text.n,
	};
	rc = catalogue_report_restore(s->rebuild->archive->catalogue,
				      s->rebuild->day, s->route, &row,
				      fingerprint, NULL, 0, err);
	/* its versions have brought it already */
	return rc == ARK_EEXISTS ? 0 : rc;
}

/* Put the documents into the catalogue; *n is how many the file has. */
static int
restore_documents(struct rebuild *r, enum ark_route route, int64_t *n,
		  struct ark_error *err)
{
	struct ark_error why = { 0 };
	struct json_slice text;
	struct source s;
	int rc;

	*n = 0;
	rc = source_open(&s, r, route, false, &why);
	if (!rc)
		rebuild_problem(r, s.name, "it is missing");
	while (rc == 1) {
		rc = gz_next(s.gz, &text.p, &text.n, &why);
		if (rc == 1) {
			rc = or_problem(&s, restore_line(&s, text, &why), &why,
					NULL);
			rc = rc ? rc : 1;
			++*n;
		}
	}
	rc = or_problem(&s, rc, &why, err);
	source_close(&s);
	return rc;
}

/* ---- what they said before --------------------------------------------------- */

/* The versions of one document, until the next one begins. */
struct history {
	char *id;
	struct catalogue_version *versions;
	size_t n, cap;
	int64_t vanished_s;		/* of the last */
};

static void
history_forget(struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		free((void *)(uintptr_t)h->versions[i].body);
	free(h->id);
	h->id = NULL;
	h->n = 0;
}

/* The last version is what the document says now. */
static int
history_restore(struct source *s, struct history *h, struct ark_error *err)
{
	struct rebuild *r = s->rebuild;
	struct catalogue_report_row row;
	uint8_t fingerprint[32] = { 0 };
	int rc = 0;

	for (size_t i = 0; !rc && i < h->n; i++) {
		struct catalogue_version *v = &h->versions[i];

		rc = read_document(s, (struct json_slice){ v->body, v->len },
				   fingerprint, err);
		memcpy(v->fingerprint, fingerprint, sizeof(v->fingerprint));
	}
	if (rc || !h->n)
		return rc;
	row = (struct catalogue_report_row){
		.id = h->id, .start_s = r->document.recording.pub.start_s,
		.first_seen_s = h->versions[0].seen_s,
		.version_seen_s = h->versions[h->n - 1].seen_s,
		.vanished_s = h->vanished_s, .oddity = r->document.oddity,
		.body = h->versions[h->n - 1].body,
		.body_len = h->versions[h->n - 1].len,
	};
	rc = catalogue_report_restore(r->archive->catalogue, r->day, s->route,
				      &row, fingerprint, h->versions, h->n - 1,
				      err);
	if (rc == ARK_EEXISTS)
		return error_set(err, ARK_EFORMAT, "document %s is in it twice",
				 h->id);
	return rc;
}

/* The instant that a member tells; -1: it is null or missing. */
static int
take_instant(struct json_slice line, const char *name, int64_t *s,
	     struct ark_error *err)
{
	struct buf text = BUF_INIT(64);
	int rc = json_text(json_member(line, name), &text);

	*s = -1;
	if (rc == 1)
		rc = utc_parse(buf_text(&text), s) ? ARK_EFORMAT : 0;
	buf_release(&text);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	return rc ? error_set(err, ARK_EFORMAT, "%s is no time", name) : 0;
}

static int
take_version(struct history *h, struct json_slice line, struct ark_error *err)
{
	struct json_slice body = json_member(line, "document");
	struct catalogue_version *v;
	char *copy;
	int rc;

	v = array_room(h->versions, h->n, &h->cap, sizeof(*v));
	copy = body.n ? malloc(body.n) : NULL;
	if (v)
		h->versions = v;
	if (!v || (body.n && !copy)) {
		free(copy);
		return error_nomem(err);
	}
	if (!copy)
		return error_set(err, ARK_EFORMAT, "a line has no document");
	memcpy(copy, body.p, body.n);
	v = &h->versions[h->n++];
	*v = (struct catalogue_version){ .body = copy, .len = body.n };
	rc = take_instant(line, "seen", &v->seen_s, err);
	return rc ? rc : take_instant(line, "vanished", &h->vanished_s, err);
}

/* One line of the versions: of the same document, or the begin of the next. */
static int
take_line(struct source *s, struct history *h, struct json_slice line,
	  struct ark_error *err)
{
	struct buf id = BUF_INIT(2 * DOCUMENT_MAX_ID);
	int rc;

	rc = json_check(line, &json_limits_document, err);
	if (!rc && json_text(json_member(line, "id"), &id) != 1)
		rc = id.rc == ARK_ENOMEM ? error_nomem(err) :
			error_set(err, ARK_EFORMAT, "a line has no id");
	if (!rc && h->id && strcmp(h->id, buf_text(&id))) {
		rc = history_restore(s, h, err);
		history_forget(h);
	}
	if (!rc && !h->id) {
		h->id = strdup(buf_text(&id));
		rc = h->id ? 0 : error_nomem(err);
	}
	if (!rc)
		rc = take_version(h, line, err);
	buf_release(&id);
	return rc;
}

static int
restore_versions(struct rebuild *r, enum ark_route route, struct ark_error *err)
{
	struct history h = { .vanished_s = -1 };
	struct ark_error why = { 0 };
	struct json_slice line;
	struct source s;
	int rc;

	rc = source_open(&s, r, route, true, &why);
	while (rc == 1) {
		rc = gz_next(s.gz, &line.p, &line.n, &why);
		if (rc == 1) {
			rc = or_problem(&s, take_line(&s, &h, line, &why),
					&why, NULL);
			rc = rc ? rc : 1;
		}
	}
	if (!rc)
		rc = history_restore(&s, &h, &why);
	rc = or_problem(&s, rc, &why, err);
	history_forget(&h);
	free(h.versions);
	source_close(&s);
	return rc;
}

/* ---- a day ------------------------------------------------------------------ */

/* Whether the file has as many documents as bag-info.txt says. */
static void
judge_count(struct rebuild *r, enum ark_route route,
	    const struct report_listing *l, int64_t n)
{
	char name[REPORT_FILE_SIZE], text[96];

	if (n == l->documents)
		return;
	report_file(name, route, false);
	(void)snprintf(text, sizeof(text), "%lld documents were read and "
		       "bag-info.txt tells of %lld", (long long)n,
		       (long long)l->documents);
	rebuild_problem(r, name, text);
}

/* A listing of which something was lost is not complete any more. */
static int
restore_listing(struct rebuild *r, enum ark_route route,
		const struct report_listing *l, bool is_whole,
		struct ark_error *err)
{
	struct catalogue_report_day d = {
		.day = r->day, .route = route, .total = l->total,
		.is_complete = l->is_complete && is_whole,
		.asked_s = clock_wall_s(), .complete_s = l->complete_s,
	};

	if (!is_whole)
		(void)snprintf(d.flaw, sizeof(d.flaw), "not all of its "
			       "documents could be read back from the bag");
	return catalogue_report_restore_day(r->archive->catalogue, &d, err);
}

static int
restore_report(struct rebuild *r, enum ark_route route, const struct buf *info,
	       struct ark_error *err)
{
	const int64_t problems = r->totals->problems;
	struct report_listing l;
	char label[REPORT_FILE_SIZE];
	int64_t n;
	int rc;

	rc = report_get_baginfo(buf_text(info), info->len, route, &l);
	if (rc == ARK_EFORMAT) {
		report_file(label, route, false);
		rebuild_problem(r, label, "bag-info.txt does not tell of its "
				"listing as it should");
		rc = 0;
	}
	if (rc != 1)
		return rc == ARK_ENOMEM ? error_nomem(err) : rc;
	rc = 0;
	if (route != ARK_AUDIO_LINKS) {
		rc = restore_versions(r, route, err);
		if (!rc)
			rc = restore_documents(r, route, &n, err);
		if (!rc && r->totals->problems == problems)
			judge_count(r, route, &l, n);
	}
	return rc ? rc : restore_listing(r, route, &l,
					 r->totals->problems == problems, err);
}

int
rebuild_reports(struct rebuild *r, const struct buf *info,
		struct ark_error *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < ARK_N_ROUTES; i++)
		rc = restore_report(r, (enum ark_route)i, info, err);
	return rc ? rc : statement_restore(r->archive, r->day, err);
}
