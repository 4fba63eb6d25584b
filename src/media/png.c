/*
 * PNG (ISO/IEC 15948): a signature, then chunks, each with its CRC.
 */
#include <string.h>

#include "media/format.h"

#define POLYNOMIAL 0xEDB88320u	/* CRC-32, least significant bit first */
#define SIGNATURE "\x89PNG\r\n\x1a\n"

enum {
	SIGNATURE_SIZE = 8,
	MAX_CHUNKS = 1000000,
	STRIDE = 32768,		/* bytes summed at once */
};

struct chunk {
	char type[5];
	int64_t at;		/* of its type; the data is 4 bytes behind */
	int64_t size;		/* of its data */
};

bool
png_sniff(const uint8_t *head, size_t n)
{
	return media_begins(head, n, SIGNATURE, SIGNATURE_SIZE);
}

static void
make_table(uint32_t table[256])
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[byte] = crc;
	}
}

/* Read the head of the chunk at `at`.  false, with the flaw told, if none. */
static bool
read_chunk(struct reader *r, int64_t at, struct chunk *c,
	   struct media_facts *facts)
{
	const uint8_t *p = reader_get(r, at, 8);

	if (!p) {
		media_flaw(facts, "it ends at byte %lld, before its IEND chunk",
			   (long long)r->size);
		return false;
	}
	*c = (struct chunk){ .at = at + 4, .size = be32(p) };
	for (int i = 0; i < 4; i++)
		c->type[i] = p[4 + i] > ' ' && p[4 + i] <= '~' ?
				     (char)p[4 + i] : '?';
	if (c->size <= reader_left(r, c->at) - 8)
		return true;
	media_flaw(facts, "the %s chunk at byte %lld says %lld bytes, not so "
		   "many are there", c->type, (long long)at,
		   (long long)c->size);
	return false;
}

/* Whether the CRC behind the chunk is that of its type and data. */
static bool
is_sum_right(struct reader *r, const uint32_t table[256], const struct chunk *c)
{
	uint32_t crc = UINT32_MAX;
	int64_t at = c->at, end = c->at + 4 + c->size;
	const uint8_t *p;

	while (at < end) {
		size_t n = end - at < STRIDE ? (size_t)(end - at) : STRIDE;

		p = reader_get(r, at, n);
		if (!p)
			return false;
		for (size_t i = 0; i < n; i++)
			crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xff];
		at += (int64_t)n;
	}
	p = reader_get(r, end, 4);
	return p && be32(p) == ~crc;
}

void
png_inspect(struct reader *r, struct media_facts *facts)
{
	int64_t at = SIGNATURE_SIZE;
	bool has_data = false;
	uint32_t table[256];
	struct chunk c;

	make_table(table);
	for (int i = 0; i < MAX_CHUNKS; i++) {
		if (!read_chunk(r, at, &c, facts))
			return;
		if (!i && strcmp(c.type, "IHDR") != 0)
			media_flaw(facts, "it does not begin with IHDR");
		if (!is_sum_right(r, table, &c))
			media_flaw(facts, "the CRC of the %s chunk at byte "
				   "%lld is wrong", c.type, (long long)at);
		has_data |= !strcmp(c.type, "IDAT");
		if (!facts->is_whole)
			return;
		if (!strcmp(c.type, "IEND"))
			break;
		at = c.at + 4 + c.size + 4;
	}
	if (!has_data)
		media_flaw(facts, "it has no image data");
}
