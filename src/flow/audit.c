/*
 * One day of verify: what should be there against what is.
 */
#include "flow/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "flow/quarantine.h"
#include "store/layout.h"

int
audit_report(struct audit *a, enum ark_verdict verdict, const char *path,
	     const char *id, const char *detail)
{
	const struct ark_finding f = { verdict, a->day, path, id, detail };

	a->totals->found[verdict]++;
	if (!*id && verdict != ARK_VERIFY_EXTRA)
		a->is_bag_bad = true;
	return telling_finding(&a->telling, &f);
}

/* Set a bad file aside and let the next sync fetch it again. */
static int
repair(struct audit *a, const struct known *k, enum ark_verdict verdict,
       struct ark_error *err)
{
	int rc = 0;

	if (verdict != ARK_VERIFY_MISSING)
		rc = quarantine_damaged(a->archive, k->kind, k->id, a->day,
					k->path, err);
	if (!rc)
		rc = catalogue_requeue(a->archive->catalogue, k->row,
				       "verify found it damaged or missing",
				       err);
	if (!rc)
		a->totals->repaired++;
	return rc;
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

	if (a->evidence->is_dirty ||
	    !memcmp(k->sha256, e->sha256, sizeof(k->sha256)))
		return 0;
	a->is_bag_bad = true;
	if (layout_in_bag(path, a->day, "manifest-sha256.txt", NULL))
		return ARK_EBUG;
	return audit_report(a, ARK_VERIFY_BAD_BAG, path, k->id,
			    k->kind == CATALOGUE_RECORDING ?
			    "its digest of a recording is another than the "
			    "one archived" :
			    "its digest of an attachment is another than the "
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
		(void)snprintf(detail, sizeof(detail), "%.120s", it->why);
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
	const struct known *k = idmap_get(&a->evidence->by_path, it->path);
	int verdict, rc = 0;

	if (k)
		rc = judge_entry(a, k, e);
	else if (is_payload && !it->rc && !a->evidence->is_dirty &&
		 !audit_is_table(e->path))
		rc = audit_stranger(a, it->path);
	if (rc)
		return rc;
	verdict = verdict_of(a, it, k ? k->sha256 : e->sha256,
			     k ? k->bytes : -1);
	if (verdict < 0)
		return 0;
	if (a->evidence->is_dirty && audit_is_table(e->path))
		verdict = ARK_VERIFY_UNPUBLISHED;
	return judge_bad(a, it, k, (enum ark_verdict)verdict, "", err);
}

/* An archived file that the manifest does not name. */
static int
judge_unlisted(struct audit *a, const struct hashing_item *it,
	       struct ark_error *err)
{
	const struct known *k = idmap_get(&a->evidence->by_path, it->path);
	int verdict = verdict_of(a, it, k->sha256, k->bytes);

	if (verdict >= 0)
		return judge_bad(a, it, k, (enum ark_verdict)verdict,
				 "archived, and neither listed nor there", err);
	a->is_bag_bad = true;
	return audit_report(a, ARK_VERIFY_UNPUBLISHED, it->path, k->id,
			    "archived, but not in the manifest yet");
}

/* Judge each file of a manifest that was looked at. */
static int
judge_files(struct audit *a, const struct evidence_files *f,
	    const struct manifest *m, bool is_payload, int64_t *octets,
	    struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < f->job.n; i++) {
		const struct hashing_item *it = &f->job.items[i];

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
	return rc;
}

/* The tag manifest: every tag file as it was published. */
static int
check_tags(struct audit *a, struct ark_error *err)
{
	static const char name[] = "tagmanifest-sha256.txt";
	struct evidence_manifest tags = { 0 };
	struct evidence_files files = { 0 };
	int64_t octets = 0;
	int rc;

	rc = evidence_read(a->evidence, a->archive->store, name, false, &tags,
			   err);
	if (!rc)
		rc = audit_manifest(a, name, &tags, false);
	/* dirty: an edition may have been cut off half-way */
	if (rc || a->evidence->is_dirty)
		goto out;
	rc = evidence_list(a->evidence, &tags.m, false, &files, err);
	if (rc)
		goto out;
	hashing_look(a->docket.crew, files.job.items, files.job.n);
	rc = judge_files(a, &files, &tags.m, false, &octets, err);
out:
	evidence_files_release(&files);
	manifest_release(&tags.m);
	return rc == 1 ? 0 : rc;
}

/* The payload manifest, and every file that it names or lacks. */
static int
check_payload(struct audit *a, struct ark_error *err)
{
	const struct evidence *e = a->evidence;
	int64_t octets = 0;
	int rc;

	rc = audit_manifest(a, "manifest-sha256.txt", &e->payload, true);
	if (rc == 1) {	/* told already: everything else is still looked at */
		a->is_any_bad = true;
		rc = 0;
	}
	if (rc)
		return rc;
	docket_await(&a->docket);
	rc = judge_files(a, &e->files, &e->payload.m, true, &octets, err);
	/* a sum that a bad file puts wrong is not bag-info.txt's fault */
	if (!rc && !e->is_dirty)
		rc = audit_oxum(a, a->is_any_bad ? -1 : octets,
				(int64_t)e->payload.m.n, err);
	return rc;
}

int
audit_day(struct audit *a, struct ark_error *err)
{
	int rc;

	rc = audit_bagit(a, err);
	if (!rc)
		rc = check_payload(a, err);
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
