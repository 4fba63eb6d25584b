/*
 * What is known of the trail outside of it.
 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "flow/trail.h"
#include "manifest/baginfo.h"

#define META_KEY "trail"
#define ENTRY_LABEL "Callark-Trail-Entry"
#define HASH_LABEL "Callark-Trail-Hash"

static int
parse_head(struct trail_head *head, const char *seq, const char *hash)
{
	if (text_to_int(seq, 1, INT64_MAX, &head->seq))
		return ARK_EFORMAT;
	return digest_unhex(head->hash, sizeof(head->hash), hash);
}

int
trail_known(struct archive *a, struct trail_head *head, struct ark_error *err)
{
	struct buf text = BUF_INIT(256);
	char seq[24];
	size_t n;
	int rc;

	*head = (struct trail_head){ 0 };
	rc = catalogue_meta_get(a->catalogue, META_KEY, &text, err);
	if (rc == 1 && !text.len)
		rc = 0;
	if (rc == 1) {
		n = strcspn(buf_text(&text), " ");
		(void)snprintf(seq, sizeof(seq), "%.*s", (int)n,
			       buf_text(&text));
		if (n == text.len ||
		    parse_head(head, seq, buf_text(&text) + n + 1))
			rc = error_set(err, ARK_EINTEGRITY, "what the "
				       "catalogue knows of the trail is no "
				       "entry; make it anew with: callark "
				       "rebuild");
	}
	buf_release(&text);
	return rc;
}

int
trail_forget_known(struct archive *a, struct ark_error *err)
{
	return catalogue_meta_set(a->catalogue, META_KEY, "", err);
}

int
trail_restore_known(struct archive *a, const struct trail_head *head,
		    struct ark_error *err)
{
	char hex[DIGEST_SHA256_HEX], text[24 + DIGEST_SHA256_HEX];

	digest_hex(hex, head->hash, sizeof(head->hash));
	(void)snprintf(text, sizeof(text), "%lld %s", (long long)head->seq,
		       hex);
	return catalogue_meta_set(a->catalogue, META_KEY, text, err);
}

int
trail_know(struct archive *a, struct ark_error *err)
{
	struct trail_head head;
	int rc;

	rc = trail_last(a, &head, err);
	return rc ? rc : trail_restore_known(a, &head, err);
}

void
trail_put_baginfo(struct buf *out, const struct trail_head *head)
{
	char hex[DIGEST_SHA256_HEX];

	if (!head->seq)
		return;
	digest_hex(hex, head->hash, sizeof(head->hash));
	baginfo_put_int(out, ENTRY_LABEL, head->seq);
	baginfo_put(out, HASH_LABEL, hex);
}

int
trail_get_baginfo(const char *text, size_t n, struct trail_head *head)
{
	struct buf seq = BUF_INIT(64), hash = BUF_INIT(256);
	int rc;

	*head = (struct trail_head){ 0 };
	rc = baginfo_get(text, n, ENTRY_LABEL, &seq);
	if (rc == 1) {
		rc = baginfo_get(text, n, HASH_LABEL, &hash);
		if (rc == 0 || (rc == 1 && parse_head(head, buf_text(&seq),
						      buf_text(&hash)))) {
			*head = (struct trail_head){ 0 };
			rc = ARK_EFORMAT;
		}
	}
	buf_release(&seq);
	buf_release(&hash);
	return rc;
}
