/*
 * The tag files of a bag, as verify reads them.
 */
#include <stdio.h>
#include <string.h>

#include "flow/audit.h"
#include "manifest/baginfo.h"
#include "store/layout.h"

#define MAX_TAG_BYTES ((size_t)256 << 20)

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

/* A tag file that breaks its format; of a day that is behind it is no news. */
static int
bad_tag(struct audit *a, const char *name, const char *why)
{
	char path[STORE_PATH_MAX];

	if (layout_in_bag(path, a->day, name, NULL))
		return ARK_EBUG;
	return audit_report(a, ARK_VERIFY_BAD_BAG, path, "", why);
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
	}
out:
	buf_release(&text);
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
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

/* Payload-Oxum, the quick sum: bytes and files of the payload. */
int
audit_oxum(struct audit *a, int64_t octets, int64_t files,
	   struct ark_error *err)
{
	struct buf text = BUF_INIT(1 << 20), oxum = BUF_INIT(256);
	char expected[64];
	int rc;

	(void)snprintf(expected, sizeof(expected), "%lld.%lld",
		       (long long)octets, (long long)files);
	rc = slurp_tag(a, "bag-info.txt", &text, err);
	if (rc)
		goto out;
	rc = baginfo_get(buf_text(&text), text.len, "Payload-Oxum", &oxum);
	if (rc == 1 && strcmp(buf_text(&oxum), expected) && octets >= 0)
		rc = bad_tag(a, "bag-info.txt",
			     "Payload-Oxum differs from the payload");
	else if (rc == ARK_EFORMAT)
		rc = bad_tag(a, "bag-info.txt", "it is no list of elements");
	else if (rc == 0)
		rc = bad_tag(a, "bag-info.txt", "it has no Payload-Oxum");
	else
		rc = 0;
out:
	buf_release(&text);
	buf_release(&oxum);
	return rc < 0 ? rc : 0;
}
