#include "flow/metrics_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fdio.h"
#include "flow/day_facts.h"
#include "flow/metrics.h"
#include "flow/period.h"

#define FILE_MAX ((size_t)1 << 20)
#define FILE_MODE 0644

int
metrics_file_open(struct metrics_file *f, const char *path,
		  struct ark_error *err)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	*f = (struct metrics_file){ .folder = -1 };
	f->name = slash ? slash + 1 : path;
	if (len)
		f->outbox = strndup(path, len);
	else
		f->outbox = strdup(slash ? "/" : ".");
	if (!f->outbox)
		return error_nomem(err);
	f->folder = open(f->outbox, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return f->folder < 0 ? error_errno(err, "%s", f->outbox) : 0;
}

void
metrics_file_close(struct metrics_file *f)
{
	(void)fdio_close(&f->folder);
	free(f->outbox);
	*f = (struct metrics_file){ .folder = -1 };
}

/* ---- what there is to tell -------------------------------------------- */

/* The days of an archive being summed up. */
struct tally {
	struct metrics *metrics;
	int32_t today;
	int32_t waiting_day;	/* the first in which something waits, or -1 */
};

/* catalogue_day_fn */
static int
add_day(void *ctx, const struct catalogue_day *d)
{
	struct tally *t = ctx;
	const struct ark_day day = day_facts(d, t->today);

	for (int i = 0; i < ARK_N_STATES; i++) {
		t->metrics->counts[i] += d->counts[i];
		t->metrics->media.counts[i] += d->media.counts[i];
	}
	t->metrics->bytes += d->bytes;
	t->metrics->media.listed += d->media.listed;
	t->metrics->media.bytes += d->media.bytes;
	if (day.was_asked && !day.is_current &&
	    (!ark_day_is_listed(&day) || ark_day_is_open(&day)))
		t->metrics->days_incomplete++;
	if (t->waiting_day < 0 && has_states(d->counts, STATES_WAITING))
		t->waiting_day = d->day;
	return 0;
}

/* When the first waiting call of a day began, as its zone's clocks show it. */
static int
find_waiting(struct archive *a, int32_t day, int64_t *start_s,
	     struct ark_error *err)
{
	const struct catalogue_query q = {
		.from_s = day * DAY_SECONDS,
		.to_s = (day + 1) * DAY_SECONDS, .states = STATES_WAITING,
	};
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	*start_s = q.from_s;
	rc = catalogue_select(&cur, a->catalogue, &q, err);
	if (!rc)
		rc = catalogue_next(cur, &row, err);
	if (rc > 0)
		*start_s = row.start_s;
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc < 0 ? rc : 0;
}

static int
tally_archive(struct metrics *m, struct archive *a, struct ark_error *err)
{
	struct tally t = {
		.metrics = m, .waiting_day = -1,
		.today = day_of(period_now(a->zone)),
	};
	int64_t start_s;
	int rc;

	rc = catalogue_last_success(a->catalogue, &m->last_success_s, err);
	if (!rc)
		rc = catalogue_days(a->catalogue, 0, INT32_MAX, add_day, &t,
				    err);
	if (rc || t.waiting_day < 0)
		return rc;
	rc = find_waiting(a, t.waiting_day, &start_s, err);
	if (!rc)
		m->oldest_waiting_s = zone_instant(a->zone, start_s);
	return rc;
}

/* The last success that the file tells of which is about to be replaced. */
static int64_t
remembered_success(const struct metrics_file *f)
{
	struct buf old = BUF_INIT(FILE_MAX);
	int64_t success_s = -1;

	if (!fdio_slurp_at(f->folder, f->name, &old, NULL))
		success_s = metrics_last_success(buf_text(&old));
	buf_release(&old);
	return success_s;
}

/* The first that is there and not empty. */
static const char *
first_of(const char *a, const char *b, const char *c)
{
	if (a && *a)
		return a;
	if (b && *b)
		return b;
	return c ? c : "";
}

static int
gather(struct buf *text, const struct metrics_file *f,
       const struct ark_config *c, const struct metrics *known,
       struct ark_error *err)
{
	struct metrics m = *known;
	struct archive *a = NULL;
	int rc;

	if (c->path && !archive_open(&a, c->path, ARCHIVE_READ, NULL) &&
	    archive_is_declared(a))
		m.has_archive = !tally_archive(&m, a, NULL);
	if (!m.exit_status)
		m.last_success_s = m.ended_s;
	if (m.last_success_s < 0)
		m.last_success_s = remembered_success(f);
	m.archive = c->path ? c->path : "";
	m.organization = first_of(a ? a->organization : NULL,
				  m.run->organization, c->organization);
	rc = metrics_format(text, &m, err);
	archive_close(a);
	return rc;
}

/* ---- onto the disk ------------------------------------------------------ */

/* Make the file called name, with all of text durably in it. */
static int
write_new(int folder, const char *name, const struct buf *text)
{
	int fd, rc;

	/* Whatever lies there is of an earlier process of our number. */
	(void)unlinkat(folder, name, 0);
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -1;
	rc = fdio_write(fd, text->data, text->len);
	if (!rc)
		rc = fchmod(fd, FILE_MODE);
	if (!rc)
		rc = fsync(fd);
	if (fdio_close(&fd))
		rc = -1;
	return rc;
}

static int
replace(const struct metrics_file *f, const struct buf *text,
	struct ark_error *err)
{
	char name[NAME_MAX + 1];
	int n, rc;

	n = snprintf(name, sizeof(name), "%s.%ld", f->name, (long)getpid());
	if (n < 0 || (size_t)n >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return error_errno(err, "%s/%s", f->outbox, f->name);
	}
	rc = write_new(f->folder, name, text);
	if (!rc)
		rc = renameat(f->folder, name, f->folder, f->name);
	if (!rc)
		return 0;
	rc = error_errno(err, "%s/%s", f->outbox, f->name);
	(void)unlinkat(f->folder, name, 0);
	return rc;
}

int
metrics_file_replace(struct metrics_file *f, const struct ark_config *c,
		     const struct ark_summary *run, int exit_status,
		     struct ark_error *err)
{
	const struct metrics known = {
		.run = run, .exit_status = exit_status,
		.ended_s = clock_wall_s(), .last_success_s = -1,
		.oldest_waiting_s = -1,
	};
	struct buf text = BUF_INIT(FILE_MAX);
	int rc;

	rc = gather(&text, f, c, &known, err);
	if (!rc)
		rc = replace(f, &text, err);
	buf_release(&text);
	return rc;
}
