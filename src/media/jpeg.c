/*
 * JPEG (ITU-T T.81, annex B): segments that markers begin.  Behind a scan's
 * header comes its data, in which a marker's 0xFF does not occur by itself.
 */
#include <string.h>

#include "media/format.h"

enum {
	SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, TEM = 0x01,
	RST0 = 0xD0, RST7 = 0xD7,
	STRIDE = 32768,		/* bytes looked through at once */
	MAX_SEGMENTS = 1000000,
};

bool
jpeg_sniff(const uint8_t *head, size_t n)
{
	return media_begins(head, n, "\xff\xd8\xff", 3);
}

/* Where the marker stands that ends the data from `at`; -1: nowhere. */
static int64_t
skip_data(struct reader *r, int64_t at)
{
	while (reader_left(r, at) >= 2) {
		int64_t left = reader_left(r, at);
		size_t n = left < STRIDE ? (size_t)left : STRIDE;
		const uint8_t *p = reader_get(r, at, n);
		const uint8_t *found = p ? memchr(p, 0xff, n - 1) : NULL;

		if (!p)
			return -1;
		if (!found) {
			at += (int64_t)n - 1;
			continue;
		}
		at += found - p;
		/* a stuffed zero, a restart, or filling: still data */
		if (found[1] && found[1] != 0xff &&
		    (found[1] < RST0 || found[1] > RST7))
			return at;
		at += found[1] == 0xff ? 1 : 2;
	}
	return -1;
}

/* Read the marker at *at and move behind it; -1: there is none. */
static int
take_marker(struct reader *r, int64_t *at)
{
	const uint8_t *p = reader_get(r, *at, 2);

	/* any number of 0xFF may fill up in front */
	while (p && p[0] == 0xff && p[1] == 0xff)
		p = reader_get(r, ++*at, 2);
	if (!p || p[0] != 0xff)
		return -1;
	*at += 2;
	return p[1];
}

/* Behind the segment that begins with its length at `at`; -1: it is cut. */
static int64_t
skip_segment(struct reader *r, int64_t at)
{
	const uint8_t *p = reader_get(r, at, 2);
	int64_t size = p ? be16(p) : 0;

	return size < 2 || size > reader_left(r, at) ? -1 : at + size;
}

void
jpeg_inspect(struct reader *r, struct media_facts *facts)
{
	bool has_scan = false;
	int64_t at = 2;

	for (int i = 0; i < MAX_SEGMENTS && at >= 0; i++) {
		int64_t begin = at;
		int marker = take_marker(r, &at);

		if (marker < 0) {
			media_flaw(facts, "no marker at byte %lld",
				   (long long)begin);
			return;
		}
		if (marker == EOI) {
			if (!has_scan)
				media_flaw(facts, "it has no image data");
			return;
		}
		if (marker == TEM || (marker >= RST0 && marker <= RST7))
			continue;
		at = skip_segment(r, at);
		if (marker == SOS && at >= 0) {
			has_scan = true;
			at = skip_data(r, at);
		}
	}
	media_flaw(facts, "it ends without an EOI marker");
}
