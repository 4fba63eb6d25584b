#include "flow/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/url.h"
#include "omni/attachment.h"

int
page_reader_init(struct page_reader *r, enum ark_route route,
		 const char *base_url, const struct zone *zone,
		 struct ark_error *err)
{
	int rc;

	*r = (struct page_reader){
		.route = route, .zone = zone, .base = BUF_INIT(URL_MAX),
	};
	buf_addf(&r->base, "%s/", base_url);
	rc = buf_status(&r->base, err);
	if (rc)
		return rc == ARK_ELIMIT ? ARK_EUSAGE : rc;
	return digest_new(&r->digest, DIGEST_SHA256, err);
}

/* Forget the last page, keep the memory. */
static void
forget(struct page_reader *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->links[i]);
		r->links[i] = NULL;
	}
	r->n = r->n_ids = r->n_wrecks = 0;
}

void
page_reader_release(struct page_reader *r)
{
	forget(r);
	for (size_t i = 0; i < r->cap; i++)
		document_release(&r->parsed[i]);
	free(r->parsed);
	free(r->documents);
	free(r->links);
	free(r->ids);
	free(r->wrecks);
	free(r->wreck_ids);
	digest_free(r->digest);
	buf_release(&r->base);
}

/* realloc() of n things that leaves the old ones on failure. */
static int
regrow(void *array, size_t n, size_t size)
{
	void **p = array;
	void *grown = n > SIZE_MAX / size ? NULL : realloc(*p, n * size);

	if (!grown)
		return ARK_ENOMEM;
	*p = grown;
	return 0;
}

static int
reserve_documents(struct page_reader *r)
{
	size_t cap = r->cap ? r->cap * 2 : 256;

	if (r->n < r->cap)
		return 0;
	if (regrow(&r->parsed, cap, sizeof(*r->parsed)) ||
	    regrow(&r->documents, cap, sizeof(*r->documents)) ||
	    regrow(&r->links, cap, sizeof(*r->links)) ||
	    regrow(&r->ids, cap * 2, sizeof(*r->ids)))
		return ARK_ENOMEM;
	for (; r->cap < cap; r->cap++) {
		document_init(&r->parsed[r->cap]);
		r->links[r->cap] = NULL;
	}
	return 0;
}

static int
reserve_wrecks(struct page_reader *r)
{
	size_t cap = r->wrecks_cap ? r->wrecks_cap * 2 : 16;

	if (r->n_wrecks < r->wrecks_cap)
		return 0;
	if (regrow(&r->wrecks, cap, sizeof(*r->wrecks)) ||
	    regrow(&r->wreck_ids, cap, sizeof(*r->wreck_ids)))
		return ARK_ENOMEM;
	r->wrecks_cap = cap;
	return 0;
}

/* What stands from *rest to link, and a mark for the link. */
static int
add_without(struct digest *d, const char **rest, struct json_slice link,
	    struct ark_error *err)
{
	int rc = digest_add(d, *rest, (size_t)(link.p - *rest), err);

	*rest = link.p + link.n;
	return rc ? rc : digest_add(d, "\001", 1, err);
}

/* All addresses of w, which walks what begins at *rest. */
static int
add_without_addresses(struct digest *d, struct attachment_walk *w,
		      const char **rest, struct ark_error *err)
{
	struct json_slice address;
	int rc = 0;

	while (!rc && attachment_next(w, &address))
		rc = add_without(d, rest, address, err);
	return rc;
}

/* What is left of body from rest on; then out is the fingerprint. */
static int
end_fingerprint(struct digest *d, struct json_slice body, const char *rest,
		uint8_t out[32], struct ark_error *err)
{
	uint8_t full[DIGEST_MAX_SIZE];
	int rc;

	rc = digest_add(d, rest, (size_t)(body.p + body.n - rest), err);
	if (!rc)
		rc = digest_final(d, full, err);
	if (!rc)
		memcpy(out, full, 32);
	return rc;
}

int
message_fingerprint(struct digest *d, struct json_slice message,
		    uint8_t out[32], struct ark_error *err)
{
	struct attachment_walk addresses;
	const char *rest = message.p;
	int rc;

	rc = digest_reset(d, err);
	attachment_walk_message(&addresses, message);
	if (!rc)
		rc = add_without_addresses(d, &addresses, &rest, err);
	return rc ? rc : end_fingerprint(d, message, rest, out, err);
}

int
document_fingerprint(struct digest *d, enum ark_route route,
		     struct json_slice body, struct json_slice link,
		     uint8_t out[32], struct ark_error *err)
{
	struct attachment_walk addresses;
	const char *rest = body.p;
	int rc;

	rc = digest_reset(d, err);
	if (!rc && route == ARK_AUDIO_LINKS && json_kind(link) == JSON_STRING &&
	    link.n > 2)
		rc = add_without(d, &rest, link, err);
	if (!rc && route == ARK_MESSAGES) {
		attachment_walk_init(&addresses, body);
		rc = add_without_addresses(d, &addresses, &rest, err);
	}
	return rc ? rc : end_fingerprint(d, body, rest, out, err);
}

/* Between tokens a line end is white space; inside strings there is none. */
static void
join_lines(struct json_slice item, struct buf *body)
{
	static const char ends[] = { '\n', '\r' };
	char *begin = (char *)body->data + (item.p - (char *)body->data);

	for (size_t i = 0; i < sizeof(ends); i++) {
		char *p = begin;

		for (;;) {
			p = memchr(p, ends[i], (size_t)(begin + item.n - p));
			if (!p)
				break;
			*p++ = ' ';
		}
	}
}

static bool
is_absolute(const char *link)
{
	return !strncmp(link, "https://", 8) || !strncmp(link, "http://", 7);
}

int
link_resolve(const char *base, const char *link, char **owned,
	     const char **out)
{
	struct url url = { 0 };
	int rc;

	*out = link;
	if (!*link || is_absolute(link))
		return 0;
	rc = url_parse(&url, base, link, NULL);
	if (rc == ARK_ENOMEM)
		return rc;
	if (!rc) {
		*owned = url.href;
		*out = url.href;
		url.href = NULL;
	}
	url_release(&url);
	return 0;
}

int
document_name(struct omni_document *d, const uint8_t fingerprint[32])
{
	char id[8 + DIGEST_SHA256_HEX] = "doc-";

	if (*d->recording.pub.id)
		return 0;
	digest_hex(id + 4, fingerprint, 16);
	if (recording_put(&d->recording, RECORDING_ID, id, strlen(id)))
		return ARK_ENOMEM;
	recording_seal(&d->recording);
	return 0;
}

static int
add_wreck(struct page_reader *r, struct json_slice item,
	  const struct ark_error *why, struct ark_error *err)
{
	struct lister_wreck *w;
	int rc;

	if (reserve_wrecks(r))
		return error_nomem(err);
	w = &r->wrecks[r->n_wrecks];
	*w = (struct lister_wreck){ .body = item };
	(void)snprintf(w->reason, sizeof(w->reason), "%.190s", why->text);
	rc = digest_sha256(w->sha256, item.p, item.n, err);
	if (rc)
		return rc;
	memcpy(r->wreck_ids[r->n_wrecks], "raw-", 5);
	digest_hex(r->wreck_ids[r->n_wrecks] + 4, w->sha256, 16);
	r->n_wrecks++;
	return 0;
}

static int
add_document(struct page_reader *r, struct json_slice item, int32_t day,
	     struct ark_error *err)
{
	struct lister_document *out;
	struct omni_document *d;
	struct ark_error why;
	int rc;

	if (reserve_documents(r))
		return error_nomem(err);
	d = &r->parsed[r->n];
	rc = document_parse(d, item, r->zone, day, &why);
	if (rc == ARK_EFORMAT)
		return add_wreck(r, item, &why, err);
	if (rc)
		return error_nomem(err);
	out = &r->documents[r->n];
	*out = (struct lister_document){ .body = item };
	rc = document_fingerprint(r->digest, r->route, item, d->link,
				  out->fingerprint, err);
	if (rc)
		return rc;
	r->n++;		/* from here on forget() frees its link */
	if (document_name(d, out->fingerprint) ||
	    link_resolve(buf_text(&r->base), d->recording.pub.url,
			 &r->links[r->n - 1], &out->link))
		return error_nomem(err);
	out->oddity = *d->oddity ? d->oddity : NULL;
	return 0;
}

/* Pointers into arrays that grew are set once the page is whole. */
static int
point(struct page_reader *r, struct lister_page *page)
{
	if (r->n + r->n_wrecks > r->cap * 2 &&
	    regrow(&r->ids, r->n + r->n_wrecks, sizeof(*r->ids)))
		return ARK_ENOMEM;
	for (size_t i = 0; i < r->n; i++) {
		r->documents[i].recording = &r->parsed[i].recording.pub;
		if (r->documents[i].oddity)
			r->documents[i].oddity = r->parsed[i].oddity;
		if (!r->links[i])
			r->documents[i].link = r->parsed[i].recording.pub.url;
		r->ids[r->n_ids++] = r->parsed[i].recording.pub.id;
	}
	for (size_t i = 0; i < r->n_wrecks; i++)
		r->ids[r->n_ids++] = r->wreck_ids[i];
	page->documents = r->documents;
	page->n = r->n;
	page->wrecks = r->wrecks;
	page->n_wrecks = r->n_wrecks;
	return 0;
}

int
page_read(struct page_reader *r, struct buf *body, int32_t day,
	  int64_t *total, struct lister_page *page, struct ark_error *err)
{
	struct omni_page envelope;
	struct json_slice item;
	struct json_walk w;
	int rc;

	forget(r);
	*page = (struct lister_page){ .day = day };
	rc = page_parse(&envelope, buf_text(body), body->len, err);
	if (rc)
		return rc;
	*total = envelope.total;
	json_walk_init(&w, envelope.data);
	while (!rc && json_next_item(&w, &item)) {
		join_lines(item, body);
		rc = add_document(r, item, day, err);
	}
	if (!rc && point(r, page))
		rc = error_nomem(err);
	return rc;
}
