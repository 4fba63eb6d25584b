/*
 * The record beside a partial body.  What is accepted holds a validator that a
 * request can carry and sizes that make sense; printed and read again it is the
 * same.
 */
#include "fuzz.h"
#include "store/partial.h"

static void
must_be_equal(const struct record *a, const struct record *b)
{
	MUST(!strcmp(a->identity, b->identity) && !strcmp(a->etag, b->etag));
	MUST(a->total == b->total && a->synced == b->synced);
	MUST(!strcmp(a->boot, b->boot));
}

static void
look(const struct record *r)
{
	MUST(memchr(r->identity, 0, sizeof(r->identity)));
	MUST(memchr(r->etag, 0, sizeof(r->etag)));
	MUST(memchr(r->boot, 0, sizeof(r->boot)));
	MUST(record_can_hold(r->etag));
	must_be_one_line(r->etag);
	MUST(r->total >= -1 && r->synced >= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct buf content = BUF_INIT(RECORD_MAX);
	struct buf printed = BUF_INIT(RECORD_MAX);
	struct record r = { 0 }, again = { 0 };

	if (!buf_add(&content, bytes, n) && !record_parse(&r, &content)) {
		look(&r);
		record_print(&printed, &r);
		MUST(!printed.rc && !record_parse(&again, &printed));
		must_be_equal(&r, &again);
	}
	buf_release(&content);
	buf_release(&printed);
	return 0;
}
