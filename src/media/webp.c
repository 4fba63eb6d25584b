/*
 * WebP (RFC 9649): chunks within RIFF, which tells the length of all.
 */
#include <string.h>

#include "media/format.h"

enum {
	HEADER_SIZE = 12,
	MAX_CHUNKS = 1000000,
};

bool
webp_sniff(const uint8_t *head, size_t n)
{
	return n >= HEADER_SIZE && !memcmp(head, "RIFF", 4) &&
	       !memcmp(head + 8, "WEBP", 4);
}

static bool
is_image(const uint8_t *type)
{
	return !memcmp(type, "VP8 ", 4) || !memcmp(type, "VP8L", 4) ||
	       !memcmp(type, "ANMF", 4);
}

void
webp_inspect(struct reader *r, struct media_facts *facts)
{
	const uint8_t *p = reader_get(r, 0, HEADER_SIZE);
	int64_t end = p ? 8 + (int64_t)le32(p + 4) : 0, at = HEADER_SIZE;
	bool has_image = false;

	if (end > r->size) {
		media_flaw(facts, "RIFF says %lld bytes, %lld are there",
			   (long long)end, (long long)r->size);
		return;
	}
	for (int i = 0; i < MAX_CHUNKS && at < end; i++) {
		int64_t size;

		p = end - at >= 8 ? reader_get(r, at, 8) : NULL;
		size = p ? (int64_t)le32(p + 4) : 0;
		if (!p || size > end - at - 8) {
			media_flaw(facts, "the chunk at byte %lld is cut",
				   (long long)at);
			return;
		}
		has_image |= is_image(p);
		at += 8 + size + (size & 1);
	}
	if (!has_image)
		media_flaw(facts, "it has no image data");
}
