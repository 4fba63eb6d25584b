/*
 * From the bytes of a page to documents.
 */
#ifndef FLOW_PAGES_H
#define FLOW_PAGES_H

#include "digest/digest.h"
#include "flow/lister.h"
#include "omni/page.h"

struct page_reader {
	enum ark_route route;
	const struct zone *zone;
	struct buf base;		/* what relative links are relative to */
	struct digest *digest;
	struct omni_document *parsed;	/* one a document, memory reused */
	struct lister_document *documents;
	char **links;			/* of documents, where not lent */
	const char **ids;
	size_t cap;			/* of the four above */
	struct lister_wreck *wrecks;
	char (*wreck_ids)[40];
	size_t n_wrecks, wrecks_cap;
	size_t n, n_ids;
};

int page_reader_init(struct page_reader *r, enum ark_route route,
		     const char *base_url, const struct zone *zone,
		     struct ark_error *err);
void page_reader_release(struct page_reader *r);

/*
 * page_read(r, body, day, total, page, err):
 * Read the answer in body, whose line ends between tokens become spaces.  What
 * is in page, and r->ids (r->n_ids of them: one for everything on the page,
 * readable or not), is valid until the next call.  is_new is left false.
 * Return 0, ARK_EFORMAT when there is no envelope, ARK_ENOMEM, ARK_EBUG.
 */
int page_read(struct page_reader *r, struct buf *body, int32_t day,
	      int64_t *total, struct lister_page *page, struct ark_error *err);

/*
 * document_fingerprint(d, route, body, link, out, err):
 * SHA-256 of body with the value of its link, in ARK_MESSAGES of its
 * attachments, replaced by a mark, so that a fresh signature does not make a
 * new version, and a first link does.  link matters in ARK_AUDIO_LINKS only.
 */
int document_fingerprint(struct digest *d, enum ark_route route,
			 struct json_slice body, struct json_slice link,
			 uint8_t out[32], struct ark_error *err);

/*
 * message_fingerprint(d, message, out, err):
 * The same of one message of a conversation, by itself.
 */
int message_fingerprint(struct digest *d, struct json_slice message,
			uint8_t out[32], struct ark_error *err);

/*
 * link_resolve(base, link, owned, out):
 * *out is link as an absolute address: link itself, or *owned, which is to be
 * freed, where it is relative to base.  One that is no address is passed on as
 * it is: fetching it will say so.  0 or ARK_ENOMEM.
 */
int link_resolve(const char *base, const char *link, char **owned,
		 const char **out);

/*
 * document_name(d, fingerprint):
 * Call a document without any identity by its own hash.  0 or ARK_ENOMEM.
 */
int document_name(struct omni_document *d, const uint8_t fingerprint[32]);

#endif
