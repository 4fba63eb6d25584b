/*
 * PDF (ISO 32000): it is read from its end, so the end is what must be there.
 */
#include <string.h>

#include "media/format.h"

#define TAIL 4096	/* bytes; readers look through the last 1024 and more */

bool
pdf_sniff(const uint8_t *head, size_t n)
{
	return media_begins(head, n, "%PDF-", 5);
}

void
pdf_inspect(struct reader *r, struct media_facts *facts)
{
	size_t n = r->size < TAIL ? (size_t)r->size : TAIL;
	const uint8_t *p = reader_get(r, r->size - (int64_t)n, n);

	if (!p || !memmem(p, n, "%%EOF", 5))
		media_flaw(facts, "it ends without %%%%EOF");
	else if (!memmem(p, n, "startxref", 9))
		media_flaw(facts, "its end does not say where its table is");
}
