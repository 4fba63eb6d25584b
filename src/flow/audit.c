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

static void
forget_items(struct audit *a)
{
	for (size_t i = 0; i < a->n_paths; i++)
		free(a->paths[i]);
	free(a->paths);
	free(a->items);
	a->items = NULL;
	a->paths = NULL;
	a->n_paths = 0;
}

void
audit_forget(struct audit *a)
{
	for (size_t i = 0; i < a->n_known; i++) {
		free(a->known[i].path);
		free(a->known[i].id);
	}
	a->n_known = 0;
	a->is_bag_bad = a->is_any_bad = false;
	idmap_release(&a->by_path);
	manifest_release(&a->payload);
	manifest_release(&a->tags);
	forget_items(a);
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
		rc = quarantine_damaged(a->archive, k->id, a->day, k->path,
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

/* The catalogue is the witness of what came; the manifest must agree. */
static int
judge_entry(struct audit *a, const struct known *k,
	    const struct manifest_entry *e)
{
	char path[STORE_PATH_MAX];

	if (a->is_dirty || !memcmp(k->sha256, e->sha256, sizeof(k->sha256)))
		return 0;
	a->is_bag_bad = true;
	if (layout_in_bag(path, a->day, "manifest-sha256.txt", NULL))
		return ARK_EBUG;
	return audit_report(a, ARK_VERIFY_BAD_BAG, path, k->id,
			    "its digest of a recording is another than the "
			    "one archived");
}

/* A file that is not as it should be: tell, and have it fetched again. */
static int
judge_bad(struct audit *a, const struct hashing_item *it,
	  const struct known *k, enum ark_verdict verdict, const char *lost,
	  struct ark_error *err)
{
	char detail[128] = "";
	int rc;

	a->is_any_bad = true;
	if (verdict == ARK_VERIFY_MISSING)
		(void)snprintf(detail, sizeof(detail), "%s", lost);
	else if (verdict == ARK_VERIFY_TRUNCATED)
		(void)snprintf(detail, sizeof(detail),
			       "%lld bytes, should be %lld",
			       (long long)it->size, (long long)k->bytes);
	else if (verdict == ARK_VERIFY_CHANGED)
		(void)snprintf(detail, sizeof(detail),
			       "its SHA-256 differs from what was %s",
			       k ? "archived" : "published");
	else if (verdict == ARK_VERIFY_UNREADABLE)
		(void)snprintf(detail, sizeof(detail), "%.120s", it->err.text);
	rc = audit_report(a, verdict, it->path, k ? k->id : "", detail);
	if (!rc && k && a->options->is_repairing)
		rc = repair(a, k, verdict, err);
	return rc;
}

/* A file that the manifest names. */
static int
judge_listed(struct audit *a, const struct hashing_item *it,
	     const struct manifest_entry *e, bool is_payload,
	     struct ark_error *err)
{
	const struct known *k = idmap_get(&a->by_path, it->path);
	int verdict, rc = 0;

	if (k)
		rc = judge_entry(a, k, e);
	else if (is_payload && !it->rc && !a->is_dirty &&
		 !audit_is_table(e->path))
		rc = audit_stranger(a, it->path);
	if (rc)
		return rc;
	verdict = verdict_of(a, it, k ? k->sha256 : e->sha256,
			     k ? k->bytes : -1);
	if (verdict < 0)
		return 0;
	if (a->is_dirty && audit_is_table(e->path))
		verdict = ARK_VERIFY_UNPUBLISHED;
	return judge_bad(a, it, k, (enum ark_verdict)verdict, "", err);
}

/* An archived recording that the manifest does not name. */
static int
judge_unlisted(struct audit *a, const struct hashing_item *it,
	       struct ark_error *err)
{
	const struct known *k = idmap_get(&a->by_path, it->path);
	int verdict = verdict_of(a, it, k->sha256, k->bytes);

	if (verdict >= 0)
		return judge_bad(a, it, k, (enum ark_verdict)verdict,
				 "archived, and neither listed nor there", err);
	a->is_bag_bad = true;
	return audit_report(a, ARK_VERIFY_UNPUBLISHED, it->path, k->id,
			    "archived, but not in the manifest yet");
}

/* Add what lies at path, which becomes the audit's. */
static int
add_item(struct audit *a, char *path, int64_t bytes)
{
	if (!path)
		return ARK_ENOMEM;
	a->items[a->n_paths] = (struct hashing_item){
		.path = path, .expected = bytes,
	};
	a->paths[a->n_paths++] = path;
	return 0;
}

/* What m names and, of the payload, the recordings that it does not name. */
static int
list_items(struct audit *a, const struct manifest *m, bool is_payload)
{
	size_t n = m->n + (is_payload ? a->n_known : 0);
	int rc = 0;

	a->items = calloc(n + 1, sizeof(*a->items));
	a->paths = calloc(n + 1, sizeof(*a->paths));
	if (!a->items || !a->paths)
		return ARK_ENOMEM;
	for (size_t i = 0; !rc && i < m->n; i++) {
		char *path = audit_place(a, m->entries[i].path);
		struct known *k = path ? idmap_get(&a->by_path, path) : NULL;

		if (k)
			k->is_listed = true;
		rc = add_item(a, path, k ? k->bytes : -1);
	}
	for (size_t i = 0; !rc && is_payload && i < a->n_known; i++) {
		const struct known *k = &a->known[i];

		if (!k->is_listed)
			rc = add_item(a, strdup(k->path), k->bytes);
	}
	return rc;
}

/* Hash what should be there, and judge each. */
static int
check_entries(struct audit *a, const struct manifest *m, bool is_payload,
	      int64_t *octets, struct ark_error *err)
{
	int rc = 0;

	if (list_items(a, m, is_payload))
		return error_nomem(err);
	hashing_run(a->archive->store, a->items, a->n_paths,
		    a->options->is_quick, should_stop, a);
	for (size_t i = 0; !rc && i < a->n_paths; i++) {
		const struct hashing_item *it = &a->items[i];

		if (it->rc == ARK_ESTOPPED)
			return error_set(err, ARK_ESTOPPED,
					 "stopped by a signal");
		if (it->rc == ARK_ENOMEM)	/* says nothing of the file */
			return error_nomem(err);
		a->totals->files++;
		if (it->size > 0 &&
		    (it->expected < 0 || it->size == it->expected))
			a->totals->bytes += it->size;
		if (it->size > 0 && i < m->n)
			*octets += it->size;
		if (i < m->n)
			rc = judge_listed(a, it, &m->entries[i], is_payload,
					  err);
		else
			rc = judge_unlisted(a, it, err);
	}
	forget_items(a);
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
	return check_entries(a, &a->tags, false, &octets, err);
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
	if (rc == 1) {	/* told already: everything else is still looked at */
		a->is_any_bad = true;
		rc = 0;
	}
	if (!rc)
		rc = check_entries(a, &a->payload, true, &octets, err);
	/* a sum that a bad file puts wrong is not bag-info.txt's fault */
	if (!rc && !a->is_dirty)
		rc = audit_oxum(a, a->is_any_bad ? -1 : octets,
				(int64_t)a->payload.n, err);
	if (!rc)
		rc = audit_tables(a, err);
	if (!rc)
		rc = check_tags(a, err);
	if (!rc)
		rc = audit_strange_tags(a, err);
	if (!rc)
		rc = audit_strangers(a, err);
	if (!rc && a->is_bag_bad && a->options->is_repairing) {
		a->totals->repaired++;
		rc = catalogue_unpublish(a->archive->catalogue, a->day, err);
	}
	a->totals->days++;
	return rc;
}
