#include "flow/recover.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/idmap.h"
#include "flow/kinds.h"
#include "flow/publish.h"
#include "omni/document.h"
#include "store/layout.h"
#include "store/part.h"

/* A row of the day, known by the name that its file has or would have. */
struct claimant {
	char *name;		/* archived: the file's; else without extension */
	int64_t row;
	bool is_archived, has_file;
};

struct inquest {
	struct archive *archive;
	const struct ark_listener *listener;
	const char *template;		/* of the recordings' names */
	const struct kind *kind;	/* of the claimants */
	int32_t day;
	struct claimant *claimants;
	size_t n, cap;
	struct idmap by_name;
	struct omni_document document;
};

static void
forget_day(struct inquest *q)
{
	for (size_t i = 0; i < q->n; i++)
		free(q->claimants[i].name);
	q->n = 0;
	idmap_release(&q->by_name);
}

static void
inquest_release(struct inquest *q)
{
	forget_day(q);
	free(q->claimants);
	document_release(&q->document);
}

/* The name that a row's file would get, without extension. */
static int
stem_of(struct inquest *q, const struct catalogue_row *row,
	char out[LAYOUT_NAME_MAX + 1], struct ark_error *err)
{
	const char *template = q->kind->template ? q->kind->template :
						   q->template;
	const struct ark_recording *r = &q->document.recording.pub;
	struct json_slice text = { row->document, row->document_len };
	struct layout_fields f;
	int rc;

	/* the names of attachments tell nothing of any document */
	rc = document_parse(&q->document, text, q->archive->zone, row->day,
			    err);
	if (rc == ARK_ENOMEM)
		return rc;
	f = (struct layout_fields){
		.day = row->day,
		.second = (int32_t)(row->start_s - row->day * DAY_SECONDS),
		.id = row->id, .agent = r->agent, .service = r->service,
		.protocol = r->protocol, .origin = r->origin,
	};
	rc = layout_name(out, template, &f, "wav", err);
	if (!rc && strrchr(out, '.'))
		*strrchr(out, '.') = 0;
	return rc;
}

static int
add_claimant(struct inquest *q, const struct catalogue_row *row,
	     struct ark_error *err)
{
	char name[LAYOUT_NAME_MAX + 1];
	const char *base = strrchr(row->path, '/');
	struct claimant *c;
	int rc;

	c = array_room(q->claimants, q->n, &q->cap, sizeof(*c));
	if (!c)
		return error_nomem(err);
	q->claimants = c;
	c = &q->claimants[q->n];
	*c = (struct claimant){
		.row = row->row, .is_archived = row->state == ARK_ARCHIVED,
	};
	if (c->is_archived) {
		c->name = strdup(base ? base + 1 : row->path);
	} else {
		rc = stem_of(q, row, name, err);
		if (rc)
			return rc;
		c->name = strdup(name);
	}
	if (!c->name)
		return error_nomem(err);
	q->n++;
	return 0;
}

static int
load_claimants(struct inquest *q, enum catalogue_kind kind,
	       struct ark_error *err)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select_day(&cur, q->archive->catalogue, kind, q->day,
				  err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = add_claimant(q, &row, err);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	for (size_t i = 0; !rc && i < q->n; i++) {
		rc = idmap_put(&q->by_name, q->claimants[i].name,
			       &q->claimants[i]);
		if (rc)
			error_nomem(err);
	}
	return rc;
}

/* The claimant of a file, by its whole name or the name without extension. */
static struct claimant *
claimant_of(const struct inquest *q, const char *name)
{
	struct claimant *c = idmap_get(&q->by_name, name);
	char stem[LAYOUT_NAME_MAX + 1];
	const char *dot = strrchr(name, '.');

	if ((c && c->is_archived) || !dot ||
	    (size_t)(dot - name) >= sizeof(stem))
		return c;
	memcpy(stem, name, (size_t)(dot - name));
	stem[dot - name] = 0;
	return idmap_get(&q->by_name, stem);
}

static int
inspect_file(struct inquest *q, const char *path, int64_t size,
	     struct media_facts *facts, struct ark_error *err)
{
	int fd = -1, rc;

	rc = store_openat(q->archive->store, path, O_RDONLY, &fd, err);
	if (!rc)
		rc = q->kind->inspect(fd, size, facts, err);
	(void)fdio_close(&fd);
	return rc;
}

/* A file that got its name just before the run was killed: record it now. */
static int
adopt(struct inquest *q, struct claimant *c, const char *path,
      struct ark_error *err)
{
	struct catalogue_archived item = {
		.row = c->row, .path = path, .link_host = "",
		.downloaded_s = clock_wall_s(),
	};
	struct media_facts facts = { 0 };
	int rc;

	rc = store_sha256(q->archive->store, path, item.sha256, &item.bytes,
			  err);
	if (!rc)
		rc = inspect_file(q, path, item.bytes, &facts, err);
	if (rc)
		return rc;
	if (!(q->kind->classes >> facts.class & 1) || !facts.is_whole) {
		event_log(q->listener, ARK_LOG_ERROR, NULL,
			  "%s is no whole %s and belongs to no archived one; "
			  "it is left alone", path, q->kind->name);
		return 0;
	}
	/* No row may say what a power cut could still take back. */
	rc = store_settle(q->archive->store, path, err);
	if (rc)
		return rc;
	item.media_type = facts.media_type;
	item.codec = facts.codec;
	item.audio_ms = facts.duration_ms;
	event_log(q->listener, ARK_LOG_INFO, NULL, "%s was stored but not yet "
		  "recorded by the last run; recorded now", path);
	return catalogue_archive(q->archive->catalogue, &item, 1, err);
}

static int
check_files(struct inquest *q, struct ark_error *err)
{
	char folder[STORE_PATH_MAX], path[STORE_PATH_MAX];
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = layout_in_bag(folder, q->day, q->kind->folder, err);
	if (!rc)
		rc = store_list(q->archive->store, folder, &entries, &n, err);
	if (rc == ARK_ENOTFOUND)
		rc = 0;
	for (size_t i = 0; !rc && i < n; i++) {
		struct claimant *c = claimant_of(q, entries[i].name);

		if (!c) {
			event_log(q->listener, ARK_LOG_WARNING, NULL, "%s/%s "
				  "belongs to no %s", folder, entries[i].name,
				  q->kind->name);
			continue;
		}
		c->has_file = true;
		if (c->is_archived)
			continue;
		rc = q->kind->place(path, q->day, entries[i].name, err);
		if (!rc)
			rc = adopt(q, c, path, err);
	}
	free(entries);
	return rc;
}

/* Archived, but the file is not there: it must be fetched again. */
static int
check_rows(struct inquest *q, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < q->n; i++) {
		const struct claimant *c = &q->claimants[i];

		if (!c->is_archived || c->has_file)
			continue;
		event_log(q->listener, ARK_LOG_ERROR, NULL, "%s is missing; it "
			  "will be fetched again", c->name);
		rc = catalogue_requeue(q->archive->catalogue, c->row,
				       "its file was missing", err);
	}
	return rc;
}

/* What lies in the day's folder of a kind, and what should. */
static int
mend_kind(struct inquest *q, enum catalogue_kind kind, struct ark_error *err)
{
	int rc;

	q->kind = kind_of(kind);
	rc = load_claimants(q, kind, err);
	if (!rc)
		rc = check_files(q, err);
	if (!rc)
		rc = check_rows(q, err);
	forget_day(q);
	return rc;
}

static int
mend_days(struct inquest *q, struct ark_error *err)
{
	int32_t *days = NULL;
	size_t n = 0;
	int rc;

	rc = catalogue_dirty_days(q->archive->catalogue, &days, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		q->day = days[i];
		for (int kind = 0; !rc && kind < CATALOGUE_N_KINDS; kind++)
			rc = mend_kind(q, (enum catalogue_kind)kind, err);
		if (!rc)
			rc = publish_day(q->archive, q->day, clock_wall_s(),
					 err);
	}
	free(days);
	if (!rc && n)
		event_log(q->listener, ARK_LOG_INFO, NULL, "days published "
			  "anew, as after a run that was cut off or a repair: "
			  "%zu", n);
	return rc;
}

int
recover(struct archive *a, const struct ark_listener *l, const char *template,
	struct ark_error *err)
{
	struct inquest q = {
		.archive = a, .listener = l, .template = template,
	};
	int rc;

	document_init(&q.document);
	rc = parts_sweep(a->store, err);
	if (!rc)
		rc = catalogue_release_leases(a->catalogue, err);
	if (!rc)
		rc = mend_days(&q, err);
	inquest_release(&q);
	if (rc)
		error_prefix(err, "recovery");
	return rc;
}
