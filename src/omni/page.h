/*
 * The report routes: what is asked, and what one answer holds.
 */
#ifndef OMNI_PAGE_H
#define OMNI_PAGE_H

#include "callark/route.h"
#include "http/engine.h"
#include "json/scan.h"
#include "omni/walk.h"

#define OMNI_MAX_PAGE_BYTES (INT64_C(32) << 20)	/* of one answer */

/*
 * page_request(out, base_url, route, dialect, q, err):
 * The request for page q of a report, with credentials.
 * Return 0 or ARK_ENOMEM.
 */
int page_request(struct http_request **out, const char *base_url,
		 enum ark_route route,
		 const struct omni_dialect *d, const struct walk_query *q,
		 struct ark_error *err);

struct omni_page {
	int64_t total;			/* -1: not said */
	struct json_slice data;		/* the list of documents */
};

/*
 * page_parse(out, body, n, err):
 * Find the envelope: members Total and Data in any case, at the top or inside
 * a member "data"; numbers also as strings.  The documents are not looked at.
 * Return 0, or ARK_EFORMAT when there is no list of documents.
 */
int page_parse(struct omni_page *out, const char *body, size_t n,
	       struct ark_error *err);

#endif
