/*
 * The tag files of a bag, as verify reads them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "manifest/baginfo.h"
#include "store/layout.h"

static const char other_form[] = "it says the same, but not as callark writes "
				 "it";

/* A tag file that could not be read: tell.  1, or what ends the telling. */
static int
lack_tag(struct audit *a, const char *name, int why, const char *text)
{
	char path[STORE_PATH_MAX];
	int rc;

	if (layout_in_bag(path, a->day, name, NULL))
		return ARK_EBUG;
	if (why == ARK_ENOTFOUND)
		rc = audit_report(a, a->evidence->is_dirty ?
				  ARK_VERIFY_UNPUBLISHED : ARK_VERIFY_MISSING,
				  path, "", "a tag file of the bag");
	else
		rc = audit_report(a, ARK_VERIFY_UNREADABLE, path, "", text);
	return rc ? rc : 1;
}

/* Read one tag file; a missing or bad one is a finding: 1. */
static int
slurp_tag(struct audit *a, const char *name, struct buf *out,
	  struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	struct ark_error why;
	int rc;

	buf_clear(out);
	rc = layout_in_bag(path, a->day, name, err);
	if (rc)
		return rc;
	rc = store_slurp(a->archive->store, path, out, &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	return rc ? lack_tag(a, name, rc, why.text) : 0;
}

static int
report_tag(struct audit *a, enum ark_verdict verdict, const char *name,
	   const char *detail)
{
	char path[STORE_PATH_MAX];

	if (layout_in_bag(path, a->day, name, NULL))
		return ARK_EBUG;
	return audit_report(a, verdict, path, "", detail);
}

/* A tag file that breaks its format. */
static int
bad_tag(struct audit *a, const char *name, const char *why)
{
	return report_tag(a, ARK_VERIFY_BAD_BAG, name, why);
}

/* A tag file that is not listed could be changed by anybody. */
static int
judge_tag_list(struct audit *a, const char *name, const struct manifest *m)
{
	static const char *const ours[] = {
		"bag-info.txt", "bagit.txt", "manifest-sha256.txt",
	};
	const size_t n = sizeof(ours) / sizeof(ours[0]);
	size_t same = 0;

	while (same < n && same < m->n &&
	       !strcmp(m->entries[same].path, ours[same]))
		same++;
	if (same == n && m->n == n)
		return 0;
	return bad_tag(a, name, "expected bag-info.txt, bagit.txt and "
		       "manifest-sha256.txt in it, and nothing else");
}

int
audit_manifest(struct audit *a, const char *name,
	       const struct evidence_manifest *r, bool is_payload)
{
	int rc = 0;

	if (r->read)
		return lack_tag(a, name, r->read, r->why.text);
	if (r->parsed) {
		rc = bad_tag(a, name, r->why.text);
		return rc ? rc : 1;
	}
	if (r->is_other_form)
		rc = report_tag(a, ARK_VERIFY_CHANGED, name, other_form);
	if (!rc && !is_payload)
		rc = judge_tag_list(a, name, &r->m);
	return rc;
}

int
audit_strange_tags(struct audit *a, struct ark_error *err)
{
	static const char extra[] = "callark did not write it, and BagIt gives "
				    "it a meaning";
	char folder[STORE_PATH_MAX], algorithm[MANIFEST_ALGORITHM_SIZE];
	struct store_entry *entries = NULL;
	struct ark_error why;
	size_t n = 0;
	int rc;

	layout_day(folder, a->day);
	rc = store_list_names(a->archive->store, folder, &entries, &n,
			      &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	/* one that cannot be read was told of with its tag files */
	rc = 0;
	for (size_t i = 0; !rc && i < n; i++) {
		const char *name = entries[i].name;

		if ((manifest_role(name, algorithm) &&
		     strcmp(algorithm, "sha256")) ||
		    !strcmp(name, "fetch.txt"))
			rc = report_tag(a, ARK_VERIFY_EXTRA, name, extra);
	}
	free(entries);
	return rc;
}

int
audit_bagit(struct audit *a, struct ark_error *err)
{
	struct buf text = BUF_INIT(65536);
	struct ark_error why;
	int rc;

	rc = slurp_tag(a, "bagit.txt", &text, err);
	if (!rc && baginfo_is_bagit(buf_text(&text), text.len, &why))
		rc = bad_tag(a, "bagit.txt", why.text);
	else if (!rc && strcmp(buf_text(&text), baginfo_bagit_txt))
		rc = report_tag(a, ARK_VERIFY_CHANGED, "bagit.txt", other_form);
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

/* Payload-Oxum, the quick sum: bytes and files of the payload. */
int
audit_oxum(struct audit *a, int64_t octets, int64_t files,
	   struct ark_error *err)
{
	struct buf text = BUF_INIT(1 << 20);
	const char *flaw;
	int rc;

	rc = slurp_tag(a, "bag-info.txt", &text, err);
	if (rc)
		goto out;
	rc = baginfo_judge_oxum(buf_text(&text), text.len, octets, files,
				&flaw);
	if (!rc)
		flaw = "it has no Payload-Oxum";
	if (rc == ARK_ENOMEM)
		rc = error_nomem(err);
	else
		rc = flaw ? bad_tag(a, "bag-info.txt", flaw) : 0;
out:
	buf_release(&text);
	return rc < 0 ? rc : 0;
}
