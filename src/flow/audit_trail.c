/*
 * The trail, as verify reads it: against itself, and against what is known of
 * it elsewhere.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/fdio.h"
#include "flow/audit_trail.h"
#include "flow/days_of.h"

#define CHUNK 65536

int
inspection_tell(struct inspection *in, enum ark_verdict verdict,
		const char *fmt, ...)
{
	char detail[512];
	va_list ap;
	int rc;

	va_start(ap, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	in->n_findings += verdict != ARK_VERIFY_UNPUBLISHED;
	in->audit->day = ARK_NO_DAY;
	rc = audit_report(in->audit, verdict, TRAIL_PATH, "", detail);
	in->audit->is_bag_bad = false;	/* it is no day's */
	return rc;
}

/* ---- from its first line to its last ------------------------------------ */

/* The first entry names the archive. */
static int
check_first(struct inspection *in, const struct trail_entry *e,
	    struct ark_error *err)
{
	char object[TRAIL_OBJECT_SIZE];

	if (in->has_begun || !strcmp(e->action, TRAIL_MENDED))
		return 0;
	in->has_begun = true;
	if (trail_object(object, "archive",
			 in->audit->archive->organization_id))
		return error_nomem(err);
	if (!strcmp(e->object, object))
		return 0;
	return inspection_tell(in, ARK_VERIFY_CHANGED, "it was begun for %s, "
			       "this is %s", e->object, object);
}

static int
take_line(struct inspection *in, const char *line, size_t n,
	  struct ark_error *err)
{
	struct trail_entry e;
	struct ark_error why;
	int rc, told = 0;

	rc = trail_walk_line(&in->walk, line, n, &e, &why);
	if (rc == 0)
		return 0;
	if (rc == ARK_EINTEGRITY)
		told = inspection_tell(in, ARK_VERIFY_CHANGED, "%s", why.text);
	else if (rc < 0)
		return error_nomem(err);
	if (!told)
		told = check_first(in, &e, err);
	if (!told)
		told = known_compare(in, &e);
	if (!told)
		told = editions_note(in, &e, err);
	return told ? told : draws_note(in, &e, err);
}

/* What was read and makes no whole line yet. */
struct lines {
	char held[TRAIL_LINE_MAX + 1];	/* enough to see that it is too long */
	size_t n;
};

static void
hold(struct lines *l, const char *p, size_t n)
{
	size_t room = sizeof(l->held) - l->n;

	if (n > room)
		n = room;
	memcpy(l->held + l->n, p, n);
	l->n += n;
}

static int
take_chunk(struct inspection *in, struct lines *l, const char *p, size_t n,
	   struct ark_error *err)
{
	int rc = 0;

	while (!rc && n) {
		const char *lf = memchr(p, '\n', n);
		size_t len = lf ? (size_t)(lf - p) : n;

		hold(l, p, len);
		if (!lf)
			break;
		rc = take_line(in, l->held, l->n, err);
		l->n = 0;
		p += len + 1;
		n -= len + 1;
	}
	return rc;
}

static int
read_lines(struct inspection *in, int fd, struct ark_error *err)
{
	struct lines l = { .n = 0 };
	char *chunk = malloc(CHUNK);
	int64_t at = 0;
	int rc = 0;

	if (!chunk)
		return error_nomem(err);
	while (!rc && at < in->limit) {
		size_t want = in->limit - at < CHUNK ?
			(size_t)(in->limit - at) : CHUNK;
		ssize_t got = fdio_pread(fd, chunk, want, at);

		if (got < 0)
			rc = error_errno(err, "%s", TRAIL_PATH);
		if (got <= 0)
			break;
		at += got;
		rc = take_chunk(in, &l, chunk, (size_t)got, err);
	}
	if (!rc && l.n)
		rc = take_line(in, l.held, l.n, err);
	free(chunk);
	return rc;
}

/* What its end lacks. */
static int
judge_end(struct inspection *in)
{
	const struct anchor *beyond;
	struct ark_error why;
	char who[64];
	int rc, told = 0;

	rc = trail_walk_end(&in->walk, &why);
	if (rc < 0)
		told = inspection_tell(in, ARK_VERIFY_CHANGED, "%s", why.text);
	else if (rc)
		told = inspection_tell(in, ARK_VERIFY_UNPUBLISHED, "an "
				       "unfinished entry of %lld bytes at its "
				       "end", (long long)in->walk.odd_bytes);
	beyond = known_beyond(in, who);
	if (told || !beyond)
		return told;
	return inspection_tell(in, ARK_VERIFY_TRUNCATED, "it ends with entry "
			       "%lld, and %s knows entry %lld",
			       (long long)in->walk.seq, who,
			       (long long)beyond->head.seq);
}

/* ---- all of it ---------------------------------------------------------- */

/* There is no trail: right when nobody knows of one. */
static int
judge_missing(struct inspection *in)
{
	const struct anchor *beyond;
	char who[64];

	beyond = known_beyond(in, who);
	if (beyond)
		return inspection_tell(in, ARK_VERIFY_MISSING,
				       "%s knows entry %lld", who,
				       (long long)beyond->head.seq);
	event_log(&in->audit->options->listener, ARK_LOG_INFO, NULL,
		  "this archive has no trail yet; the next sync begins one");
	return 0;
}

/* Learn how far it may be read: beyond, an entry may be on its way. */
static int
learn_limit(struct inspection *in, int64_t size, struct ark_error *err)
{
	struct store_log *log = in->audit->trail;
	int rc;

	in->limit = size;
	if (!log)
		return 0;
	rc = store_log_hold(log, err);
	if (rc)
		return rc;
	in->limit = store_log_size(log);
	store_log_let_go(log);
	return 0;
}

static int
read_trail(struct inspection *in, struct ark_error *err)
{
	struct store *s = in->audit->archive->store;
	struct ark_error why;
	int64_t size = 0;
	int fd = -1, rc;

	rc = store_size(s, TRAIL_PATH, &size, &why);
	if (!rc)
		rc = store_openat(s, TRAIL_PATH, O_RDONLY, &fd, &why);
	if (rc == ARK_ENOTFOUND || (!rc && !size)) {
		(void)fdio_close(&fd);
		return judge_missing(in);
	}
	if (rc)
		return inspection_tell(in, ARK_VERIFY_UNREADABLE, "%s",
				       why.text);
	rc = learn_limit(in, size, err);
	if (!rc)
		rc = read_lines(in, fd, err);
	(void)fdio_close(&fd);
	return rc ? rc : judge_end(in);
}

/* Begin another trail; what the bags know is of the old one. */
static int
repair(struct inspection *in, struct ark_error *err)
{
	int rc;

	if (!in->n_findings || !in->audit->options->is_repairing)
		return 0;
	rc = trail_set_aside(in->audit->archive, err);
	if (rc)
		return rc;
	in->is_set_aside = true;
	in->n_anchors = in->n_editions = 0;
	in->audit->totals->repaired++;
	return 0;
}

int
audit_trail(struct audit *a, const int32_t *days, size_t n,
	    struct ark_error *err)
{
	struct inspection *in = calloc(1, sizeof(*in));
	int rc;

	if (!in)
		return error_nomem(err);
	a->inspection = in;
	in->audit = a;
	rc = trail_walk_init(&in->walk, err);
	if (!rc)
		rc = known_find(in, days, n, err);
	if (!rc)
		rc = read_trail(in, err);
	if (!rc)
		rc = draws_judge(in, err);
	return rc ? rc : repair(in, err);
}

int
audit_trail_end(struct audit *a, struct ark_error *err)
{
	int32_t *days = NULL;
	size_t n = 0;
	int rc;

	if (!a->inspection->is_set_aside)
		return 0;
	rc = days_of_tree(a->archive->store, INT32_MIN, INT32_MAX, &days, &n,
			  err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = catalogue_unpublish(a->archive->catalogue, days[i], err);
	free(days);
	return rc;
}

void
audit_trail_forget(struct audit *a)
{
	struct inspection *in = a->inspection;

	if (!in)
		return;
	trail_walk_release(&in->walk);
	free(in->behind);
	free(in->anchors);
	free(in->editions);
	free(in->draws);
	free(in);
	a->inspection = NULL;
}
