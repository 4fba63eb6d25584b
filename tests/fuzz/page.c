/*
 * One page of a listing, from its bytes to its documents.  Nothing on it is
 * lost: every item is a document or a wreck, and each has an id; a second
 * reading, as after a change of dialect, finds the same.
 */
#include "flow/pages.h"
#include "fuzz.h"

#define TEXT_MAX ((size_t)1 << 20)
#define DAY 20088	/* 2024-12-31 */

static struct page_reader *
reader(void)
{
	static struct page_reader r;
	static struct zone *z;

	if (!z) {
		MUST(!zone_open(&z, "America/Sao_Paulo", NULL));
		MUST(!page_reader_init(&r, ARK_AUDIO_LINKS,
				       "https://omni.example.com/v1", z,
				       NULL));
	}
	return &r;
}

static size_t
count_items(const struct buf *body)
{
	struct omni_page envelope;
	struct json_slice item;
	struct json_walk w;
	size_t n = 0;

	MUST(!page_parse(&envelope, buf_text(body), body->len, NULL));
	MUST(envelope.total >= -1);
	json_walk_init(&w, envelope.data);
	while (json_next_item(&w, &item))
		n++;
	return n;
}

static void
must_be_inside(struct json_slice v, const struct buf *body)
{
	MUST(v.p >= buf_text(body) && v.p + v.n <= buf_text(body) + body->len);
	MUST(!memchr(v.p, '\n', v.n) && !memchr(v.p, '\r', v.n));
}

static void
look_at(const struct lister_document *d, const struct buf *body)
{
	const struct ark_recording *r = d->recording;

	MUST(r && *r->id && strlen(r->id) <= DOCUMENT_MAX_ID);
	must_be_text(r->id);
	must_be_text(d->link);
	MUST(!*d->link == !*r->url);
	MUST(!d->oddity || *d->oddity);
	must_be_inside(d->body, body);
	MUST(!json_check(d->body, &json_limits_document, NULL));
}

static void
look(const struct page_reader *r, const struct lister_page *page,
     const struct buf *body)
{
	MUST(r->n_ids == page->n + page->n_wrecks);
	MUST(r->n_ids == count_items(body));
	for (size_t i = 0; i < r->n_ids; i++)
		MUST(r->ids[i] && *r->ids[i]);
	for (size_t i = 0; i < page->n; i++)
		look_at(&page->documents[i], body);
	for (size_t i = 0; i < page->n_wrecks; i++) {
		must_be_inside(page->wrecks[i].body, body);
		must_be_one_line(page->wrecks[i].reason);
		MUST(*page->wrecks[i].reason);
	}
}

/* Everything that tells one page from another. */
static void
digest_of(const struct page_reader *r, const struct lister_page *page,
	  struct buf *out)
{
	for (size_t i = 0; i < r->n_ids; i++)
		buf_addf(out, "%s\n", r->ids[i]);
	for (size_t i = 0; i < page->n; i++) {
		buf_addf(out, "%s\n", page->documents[i].link);
		buf_add(out, page->documents[i].fingerprint, 32);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct buf body = BUF_INIT(TEXT_MAX);
	struct buf once = BUF_INIT(TEXT_MAX), twice = BUF_INIT(TEXT_MAX);
	struct page_reader *r = reader();
	struct lister_page page;
	struct ark_error err = { 0 };
	int64_t total = -7;
	int rc;

	if (buf_add(&body, bytes, n))
		return 0;
	rc = page_read(r, &body, DAY, &total, &page, &err);
	must_report(rc, &err);
	MUST(rc == 0 || rc == ARK_EFORMAT);
	if (rc)
		goto out;
	MUST(total >= -1);
	look(r, &page, &body);
	digest_of(r, &page, &once);
	MUST(!page_read(r, &body, DAY, &total, &page, &err));
	digest_of(r, &page, &twice);
	MUST(once.len == twice.len && !once.rc);
	MUST(!once.len || !memcmp(once.data, twice.data, once.len));
out:
	buf_release(&body);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
