/*
 * GIF (87a and 89a): a screen with its colours, then blocks up to the trailer.
 */
#include "media/format.h"

enum {
	HEADER_SIZE = 13,	/* signature and logical screen */
	IMAGE_SIZE = 9,		/* an image descriptor behind its first byte */
	HAS_COLOURS = 0x80,
	EXTENSION = 0x21, IMAGE = 0x2C, TRAILER = 0x3B,
};

bool
gif_sniff(const uint8_t *head, size_t n)
{
	return media_begins(head, n, "GIF87a", 6) ||
	       media_begins(head, n, "GIF89a", 6);
}

/* Bytes of the table of colours that flags tell of. */
static int64_t
colours_size(uint8_t flags)
{
	return flags & HAS_COLOURS ? INT64_C(3) << ((flags & 7) + 1) : 0;
}

/* Behind the sub-blocks from `at`; -1: they are cut. */
static int64_t
skip_blocks(struct reader *r, int64_t at)
{
	for (;;) {
		const uint8_t *p = reader_get(r, at, 1);

		if (!p)
			return -1;
		at += 1 + *p;
		if (!*p)
			return at;
	}
}

/* Behind the image whose descriptor begins at `at`; -1: it is cut. */
static int64_t
skip_image(struct reader *r, int64_t at)
{
	const uint8_t *p = reader_get(r, at, IMAGE_SIZE);

	/* one byte behind the colours tells how long codes are */
	return p ? skip_blocks(r, at + IMAGE_SIZE + colours_size(p[8]) + 1) :
		   -1;
}

void
gif_inspect(struct reader *r, struct media_facts *facts)
{
	const uint8_t *p = reader_get(r, 0, HEADER_SIZE);
	int64_t at = p ? HEADER_SIZE + colours_size(p[10]) : -1;
	bool has_image = false;

	while (at >= 0) {
		int64_t begin = at;

		p = reader_get(r, at++, 1);
		if (!p)
			break;
		if (*p == TRAILER) {
			if (!has_image)
				media_flaw(facts, "it has no image data");
			return;
		}
		if (*p == IMAGE) {
			has_image = true;
			at = skip_image(r, at);
		} else if (*p == EXTENSION) {
			at = skip_blocks(r, at + 1);
		} else {
			media_flaw(facts, "no block at byte %lld",
				   (long long)begin);
			return;
		}
	}
	media_flaw(facts, "it ends without a trailer");
}
