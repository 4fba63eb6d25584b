/*
 * The tag files of a bag, as verify reads them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/audit.h"
#include "manifest/baginfo.h"
#include "store/layout.h"

#define MAX_TAG_BYTES ((size_t)256 << 20)

static const char other_form[] = "it says the same, but not as callark writes "
				 "it";

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
	if (!rc)
		return 0;
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc == ARK_ENOTFOUND)
		rc = audit_report(a, a->is_dirty ? ARK_VERIFY_UNPUBLISHED :
			    ARK_VERIFY_MISSING, path, "", "a tag file of the "
			    "bag");
	else
		rc = audit_report(a, ARK_VERIFY_UNREADABLE, path, "", why.text);
	return rc ? rc : 1;
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

/* What a manifest says has one form only; nothing else vouches for it. */
static int
judge_form(struct audit *a, const char *name, const struct manifest *m,
	   const struct buf *text, struct ark_error *err)
{
	struct buf ours = BUF_INIT(MAX_TAG_BYTES);
	int rc;

	manifest_print(m, &ours);
	rc = buf_status(&ours, err);
	if (!rc && (ours.len != text->len ||
		    memcmp(buf_text(&ours), buf_text(text), ours.len)))
		rc = report_tag(a, ARK_VERIFY_CHANGED, name, other_form);
	buf_release(&ours);
	return rc;
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

/* Read and parse one manifest: 0, 1 when it could not be had, negative. */
int
audit_manifest(struct audit *a, const char *name, struct manifest *m,
	      bool is_payload, struct ark_error *err)
{
	struct buf text = BUF_INIT(MAX_TAG_BYTES);
	struct ark_error why;
	int rc;

	rc = slurp_tag(a, name, &text, err);
	if (rc)
		goto out;
	rc = manifest_parse(m, buf_text(&text), text.len, is_payload, &why);
	if (rc == ARK_EFORMAT) {
		rc = bad_tag(a, name, why.text);
		rc = rc ? rc : 1;
	} else if (rc) {
		rc = error_nomem(err);
	} else {
		rc = judge_form(a, name, m, &text, err);
		if (!rc && !is_payload)
			rc = judge_tag_list(a, name, m);
	}
out:
	buf_release(&text);
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
	rc = store_list(a->archive->store, folder, &entries, &n, &why);
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
