/*
 * One day of verify: what should be there against what is.
 */
#include "flow/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/event.h"
#include "flow/quarantine.h"
#include "store/layout.h"

void
audit_forget(struct audit *a)
{
	for (size_t i = 0; i < a->n_known; i++) {
		free(a->known[i].path);
		free(a->known[i].id);
	}
	a->n_known = 0;
	a->is_bag_bad = false;
	idmap_release(&a->by_path);
	manifest_release(&a->payload);
	manifest_release(&a->tags);
	free(a->items);
	free(a->paths);
	a->items = NULL;
	a->paths = NULL;
}

int
audit_report(struct audit *a, enum ark_verdict verdict, const char *path,
       const char *id, const char *detail)
{
	struct ark_finding f = { verdict, a->day, path, id, detail };

	a->totals->found[verdict]++;
	if (!*id && verdict != ARK_VERIFY_EXTRA)
		a->is_bag_bad = true;
	if (!a->options->finding)
		return 0;
	return a->options->finding(a->options->ctx, &f);
}

static int
add_known(struct audit *a, const struct catalogue_row *row,
	  struct ark_error *err)
{
	struct known *k;

	k = array_room(a->known, a->n_known, &a->known_cap, sizeof(*k));
	if (!k)
		return error_nomem(err);
	a->known = k;
	k = &a->known[a->n_known];
	*k = (struct known){ .row = row->row, .bytes = row->bytes };
	memcpy(k->sha256, row->sha256, sizeof(k->sha256));
	k->path = strdup(row->path);
	k->id = strdup(row->id);
	a->n_known++;
	return k->path && k->id ? 0 : error_nomem(err);
}

static int
load_known(struct audit *a, struct ark_error *err)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	struct catalogue_day facts;
	int rc;

	rc = catalogue_day(a->archive->catalogue, a->day, &facts, err);
	if (rc)
		return rc;
	a->is_dirty = facts.is_dirty;
	rc = catalogue_select_day(&cur, a->archive->catalogue, a->day, err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = row.state == ARK_ARCHIVED ? add_known(a, &row, err) : 0;
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	for (size_t i = 0; !rc && i < a->n_known; i++) {
		if (idmap_put(&a->by_path, a->known[i].path, &a->known[i]))
			rc = error_nomem(err);
	}
	return rc;
}

/* Set a bad recording aside and let the next sync fetch it again. */
static int
repair(struct audit *a, const struct known *k, enum ark_verdict verdict,
       struct ark_error *err)
{
	int rc = 0;

	if (verdict != ARK_VERIFY_MISSING)
		rc = quarantine_damaged(a->archive->store, a->day, k->path,
					err);
	if (!rc)
		rc = catalogue_requeue(a->archive->catalogue, k->row,
				       "verify found it damaged or missing",
				       err);
	if (!rc)
		a->totals->repaired++;
	return rc;
}

static bool
should_stop(const void *ctx)
{
	const struct audit *a = ctx;

	return event_should_stop(&a->options->listener);
}

/* Our own tables are written anew with every edition of a bag. */
static bool
is_table(const char *path_in_bag)
{
	return !strcmp(path_in_bag, "data/recordings.ndjson") ||
	       !strcmp(path_in_bag, "data/recordings.csv");
}

/* What one file of the manifest turned out to be; -1: as it should. */
static int
verdict_of(const struct audit *a, const struct hashing_item *it,
	   const uint8_t sha256[DIGEST_SHA256_SIZE], int64_t bytes)
{
	if (it->rc == ARK_ENOTFOUND)
		return ARK_VERIFY_MISSING;
	if (it->rc)
		return ARK_VERIFY_UNREADABLE;
	if (bytes >= 0 && it->size != bytes)
		return ARK_VERIFY_TRUNCATED;
	if (!a->options->is_quick &&
	    memcmp(it->sha256, sha256, DIGEST_SHA256_SIZE))
		return ARK_VERIFY_CHANGED;
	return -1;
}

/* A file below data/ that belongs to no archived recording. */
static int
judge_stranger(struct audit *a, const char *path)
{
	return audit_report(a, a->is_dirty ? ARK_VERIFY_UNPUBLISHED :
			    ARK_VERIFY_EXTRA, path, "", "nobody knows of it");
}

/* Whether the manifest names a recording that the catalogue does not know. */
static bool
is_unknown(const struct audit *a, const struct hashing_item *it,
	   const struct manifest_entry *e)
{
	static const char folder[] = "data/audio/";

	return !it->rc && !a->is_dirty &&
	       !strncmp(e->path, folder, sizeof(folder) - 1);
}

/* The catalogue is the witness of what came; the manifest must agree. */
static int
judge_entry(struct audit *a, struct known *k, const struct manifest_entry *e)
{
	char path[STORE_PATH_MAX];

	k->is_checked = true;
	if (a->is_dirty || !memcmp(k->sha256, e->sha256, sizeof(k->sha256)))
		return 0;
	a->is_bag_bad = true;
	if (layout_in_bag(path, a->day, "manifest-sha256.txt", NULL))
		return ARK_EBUG;
	return audit_report(a, ARK_VERIFY_BAD_BAG, path, k->id,
			    "its digest of a recording is another than the "
			    "one archived");
}

static int
judge_item(struct audit *a, const struct hashing_item *it,
	   const struct manifest_entry *e, struct ark_error *err)
{
	struct known *k = idmap_get(&a->by_path, it->path);
	char detail[128] = "";
	int verdict, rc;

	if (k)
		rc = judge_entry(a, k, e);
	else
		rc = is_unknown(a, it, e) ? judge_stranger(a, it->path) : 0;
	if (rc)
		return rc;
	verdict = verdict_of(a, it, k ? k->sha256 : e->sha256,
			     k ? k->bytes : -1);
	if (verdict < 0)
		return 0;
	if (a->is_dirty && is_table(e->path))
		verdict = ARK_VERIFY_UNPUBLISHED;
	if (verdict == ARK_VERIFY_TRUNCATED)
		(void)snprintf(detail, sizeof(detail),
			       "%lld bytes, should be %lld",
			       (long long)it->size, (long long)k->bytes);
	else if (verdict == ARK_VERIFY_CHANGED)
		(void)snprintf(detail, sizeof(detail),
			       "its SHA-256 differs from what was %s",
			       k ? "archived" : "published");
	else if (verdict == ARK_VERIFY_UNREADABLE)
		(void)snprintf(detail, sizeof(detail), "%.120s", it->err.text);
	rc = audit_report(a, (enum ark_verdict)verdict, it->path, k ? k->id : "",
		    detail);
	if (!rc && k && a->options->is_repairing &&
	    verdict != ARK_VERIFY_UNPUBLISHED)
		rc = repair(a, k, (enum ark_verdict)verdict, err);
	return rc;
}

/*
 * Where a file of the day stands.  Names of others may be any; the store keeps
 * them beneath the archive.
 */
static void
place(const struct audit *a, const char *name, char out[STORE_PATH_MAX])
{
	char folder[STORE_PATH_MAX];

	layout_day(folder, a->day);
	(void)snprintf(out, STORE_PATH_MAX, "%.10s/%.*s", folder,
		       STORE_PATH_MAX - 12, name);
}

/* Hash what entries name, and judge each. */
static int
check_entries(struct audit *a, const struct manifest *m, int64_t *octets,
	      struct ark_error *err)
{
	int rc = 0;

	a->items = calloc(m->n + 1, sizeof(*a->items));
	a->paths = calloc(m->n + 1, sizeof(*a->paths));
	if (!a->items || !a->paths)
		return error_nomem(err);
	for (size_t i = 0; i < m->n; i++) {
		place(a, m->entries[i].path, a->paths[i]);
		a->items[i].path = a->paths[i];
	}
	hashing_run(a->archive->store, a->items, m->n, a->options->is_quick,
		    should_stop, a);
	for (size_t i = 0; !rc && i < m->n; i++) {
		if (a->items[i].rc == ARK_ESTOPPED)
			return error_set(err, ARK_ESTOPPED,
					 "stopped by a signal");
		a->totals->files++;
		if (a->items[i].size > 0)
			*octets += a->items[i].size;
		rc = judge_item(a, &a->items[i], &m->entries[i], err);
	}
	a->totals->bytes += *octets;
	free(a->items);
	free(a->paths);
	a->items = NULL;
	a->paths = NULL;
	return rc;
}

/* The tag manifest: every tag file as it was published. */
static int
check_tags(struct audit *a, struct ark_error *err)
{
	int64_t octets = 0;
	int rc;

	rc = audit_manifest(a, "tagmanifest-sha256.txt", &a->tags, false, err);
	if (rc)
		return rc < 0 ? rc : 0;
	if (a->is_dirty)	/* an edition may have been cut off half-way */
		return 0;
	return check_entries(a, &a->tags, &octets, err);
}

/* A file below data/ that the manifest does not name. */
static int
judge_unnamed(struct audit *a, const char *path)
{
	struct known *k = idmap_get(&a->by_path, path);

	if (!k)
		return judge_stranger(a, path);
	k->is_checked = true;
	a->is_bag_bad = true;
	return audit_report(a, ARK_VERIFY_UNPUBLISHED, path, k->id,
			    "archived, but not in the manifest yet");
}

static int
find_strangers(struct audit *a, const char *folder, int depth,
	       struct ark_error *err)
{
	char path[STORE_PATH_MAX], in_bag[STORE_PATH_MAX];
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	place(a, folder, path);
	rc = store_list(a->archive->store, path, &entries, &n, err);
	if (rc == ARK_ENOTFOUND)
		rc = 0;
	for (size_t i = 0; !rc && i < n; i++) {
		(void)snprintf(in_bag, sizeof(in_bag), "%.250s/%.255s", folder,
			       entries[i].name);
		if (entries[i].is_folder && depth < 8) {
			rc = find_strangers(a, in_bag, depth + 1, err);
			continue;
		}
		if (entries[i].is_file && manifest_find(&a->payload, in_bag))
			continue;
		place(a, in_bag, path);
		rc = judge_unnamed(a, path);
	}
	free(entries);
	return rc;
}

/* Archived recordings that neither the manifest nor the folder had. */
static int
find_lost(struct audit *a, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < a->n_known; i++) {
		const struct known *k = &a->known[i];

		if (k->is_checked)
			continue;
		rc = audit_report(a, ARK_VERIFY_MISSING, k->path, k->id,
			    "archived, and neither listed nor there");
		if (!rc && a->options->is_repairing)
			rc = repair(a, k, ARK_VERIFY_MISSING, err);
	}
	return rc;
}

int
audit_day(struct audit *a, struct ark_error *err)
{
	int64_t octets = 0;
	int rc;

	rc = load_known(a, err);
	if (!rc)
		rc = audit_bagit(a, err);
	if (!rc)
		rc = audit_manifest(a, "manifest-sha256.txt", &a->payload, true,
				   err);
	if (rc == 1)	/* told already: everything else is still looked at */
		rc = 0;
	if (!rc)
		rc = check_entries(a, &a->payload, &octets, err);
	if (!rc && !a->is_dirty)
		rc = audit_oxum(a, octets, (int64_t)a->payload.n, err);
	if (!rc)
		rc = check_tags(a, err);
	if (!rc)
		rc = find_strangers(a, "data", 0, err);
	if (!rc)
		rc = find_lost(a, err);
	if (!rc && a->is_bag_bad && a->options->is_repairing) {
		a->totals->repaired++;
		rc = catalogue_unpublish(a->archive->catalogue, a->day, err);
	}
	a->totals->days++;
	return rc;
}
