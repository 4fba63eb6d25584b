/*
 * Ogg (RFC 3533) with Opus, Vorbis, Speex or FLAC inside.
 *
 * A file is a chain of links; a link is one or more streams whose pages are
 * interleaved, each with its own serial number, page numbers and last page.
 * The granule position of a page counts the samples up to its end.
 */
#include <string.h>

#include "audio/crc.h"
#include "audio/format.h"

enum {
	HEADER_SIZE = 27,	/* of a page, before the segment table */
	CRC_AT = 22,
	IS_FIRST = 0x02,	/* page flags */
	IS_LAST = 0x04,
	MAX_STREAMS = 16,	/* of one link */
	OPUS_RATE = 48000,	/* of granule positions, whatever the input */
};

struct page {
	uint8_t flags;
	int64_t granule;	/* -1: no packet ends on it */
	uint32_t serial, number;
	const uint8_t *body;
	size_t body_size;
	size_t size;		/* with header */
};

struct stream {
	uint32_t serial;
	uint32_t next_number;
	bool is_ended;
	uint32_t rate_hz;	/* of granule positions; 0: no audio, unknown */
	uint16_t skip;		/* samples decoded only to be dropped */
	int64_t granule;	/* the greatest so far */
};

struct ogg {
	struct reader *r;
	struct audio_facts *facts;
	struct stream streams[MAX_STREAMS];	/* of the current link */
	size_t n_streams;
	int64_t links_ms;	/* of the links before */
	struct crc_table crc;
};

bool
ogg_sniff(const uint8_t *head, size_t n)
{
	return n >= 5 && !memcmp(head, "OggS", 5);
}

/* Whether all streams of the link have ended; also when there is none. */
static bool
is_ended(const struct ogg *o)
{
	for (size_t i = 0; i < o->n_streams; i++) {
		if (!o->streams[i].is_ended)
			return false;
	}
	return true;
}

/* Whether the bytes at `at` look like a page, as far as they go. */
static bool
is_page(struct ogg *o, int64_t at)
{
	int64_t left = reader_left(o->r, at);
	size_t n = left < 4 ? (size_t)left : 4;
	const uint8_t *p = reader_get(o->r, at, n);

	return p && !memcmp(p, "OggS", n);
}

/* The size of the page at `at`, or 0 when it is cut. */
static size_t
page_size(struct ogg *o, int64_t at)
{
	const uint8_t *p = reader_get(o->r, at, HEADER_SIZE);
	size_t size;

	if (!p)
		return 0;
	size = HEADER_SIZE + (size_t)p[26];
	p = reader_get(o->r, at, size);
	if (!p)
		return 0;
	for (size_t i = HEADER_SIZE, end = size; i < end; i++)
		size += p[i];
	return (int64_t)size <= reader_left(o->r, at) ? size : 0;
}

/* Read the page at `at`.  Return false, with the flaw told, if it is none. */
static bool
read_page(struct ogg *o, int64_t at, struct page *page)
{
	static const uint8_t zero[4];
	const uint8_t *p;
	uint32_t crc;

	page->size = page_size(o, at);
	p = page->size ? reader_get(o->r, at, page->size) : NULL;
	if (!p) {
		facts_flaw(o->facts, "the page at byte %lld is cut",
			   (long long)at);
		return false;
	}
	crc = crc_add(&o->crc, 0, p, CRC_AT);
	crc = crc_add(&o->crc, crc, zero, sizeof(zero));
	crc = crc_add(&o->crc, crc, p + CRC_AT + 4, page->size - CRC_AT - 4);
	if (crc != le32(p + CRC_AT)) {
		facts_flaw(o->facts, "the page at byte %lld says checksum "
			   "%08x, it has %08x", (long long)at,
			   le32(p + CRC_AT), crc);
		return false;
	}
	page->flags = p[5];
	page->granule = (int64_t)le64(p + 6);
	page->serial = le32(p + 14);
	page->number = le32(p + 18);
	page->body = p + HEADER_SIZE + p[26];
	page->body_size = page->size - HEADER_SIZE - p[26];
	return true;
}

/* The first page of a stream holds the header that names the codec. */
static void
take_header(struct stream *s, const struct page *page,
	    struct audio_facts *facts)
{
	const uint8_t *p = page->body;
	size_t n = page->body_size;
	const char *codec;
	uint16_t channels;

	if (n >= 19 && !memcmp(p, "OpusHead", 8)) {
		codec = "opus";
		s->rate_hz = OPUS_RATE;
		s->skip = le16(p + 10);
		channels = p[9];
	} else if (n >= 30 && !memcmp(p, "\x01vorbis", 7)) {
		codec = "vorbis";
		s->rate_hz = le32(p + 12);
		channels = p[11];
	} else if (n >= 80 && !memcmp(p, "Speex   ", 8)) {
		codec = "speex";
		s->rate_hz = le32(p + 36);
		channels = (uint16_t)le32(p + 48);
	} else if (n >= 51 && !memcmp(p, "\x7F" "FLAC", 5)) {
		codec = "flac";
		s->rate_hz = be32(p + 27) >> 12;
		channels = (uint16_t)((p[29] >> 1 & 7) + 1);
	} else {
		return;
	}
	if (facts->codec[0])
		return;
	facts_codec(facts, codec);
	facts->rate_hz = s->rate_hz;
	facts->channels = channels;
}

/* The length of the longest stream of the link; -1: none tells. */
static int64_t
link_ms(const struct ogg *o)
{
	int64_t longest = -1;

	for (size_t i = 0; i < o->n_streams; i++) {
		const struct stream *s = &o->streams[i];
		int64_t n = s->granule > s->skip ? s->granule - s->skip : 0;
		int64_t ms = facts_ms((uint64_t)n, s->rate_hz);

		if (ms > longest)
			longest = ms;
	}
	return longest;
}

static void
end_link(struct ogg *o)
{
	int64_t ms = link_ms(o);

	/* Granule positions are free to lie: the sum must not overflow. */
	if (ms < 0 || o->links_ms < 0 || ms > INT64_MAX - o->links_ms)
		o->links_ms = -1;
	else
		o->links_ms += ms;
	o->n_streams = 0;
}

static struct stream *
find_stream(struct ogg *o, uint32_t serial)
{
	for (size_t i = 0; i < o->n_streams; i++) {
		if (o->streams[i].serial == serial)
			return &o->streams[i];
	}
	return NULL;
}

/* The stream that begins with this page, or NULL with the flaw told. */
static struct stream *
begin_stream(struct ogg *o, const struct page *page)
{
	struct stream *s;

	if (o->n_streams && is_ended(o))
		end_link(o);
	if (find_stream(o, page->serial)) {
		facts_flaw(o->facts, "stream %08x begins again before its end",
			   page->serial);
		return NULL;
	}
	if (o->n_streams == MAX_STREAMS) {
		facts_flaw(o->facts, "more than %d streams at a time",
			   MAX_STREAMS);
		return NULL;
	}
	s = &o->streams[o->n_streams++];
	*s = (struct stream){
		.serial = page->serial,
		.next_number = page->number,
	};
	take_header(s, page, o->facts);
	return s;
}

/* Put the page behind the others.  Return false, with the flaw told, if not. */
static bool
take_page(struct ogg *o, const struct page *page)
{
	struct stream *s = find_stream(o, page->serial);

	if (page->flags & IS_FIRST)
		s = begin_stream(o, page);
	else if (!s)
		facts_flaw(o->facts, "stream %08x has no beginning",
			   page->serial);
	if (!s)
		return false;
	if (s->is_ended) {
		facts_flaw(o->facts, "stream %08x goes on behind its end",
			   page->serial);
		return false;
	}
	if (page->number != s->next_number) {
		facts_flaw(o->facts, "stream %08x: page %u expected, found %u",
			   page->serial, s->next_number, page->number);
		return false;
	}
	s->next_number++;
	if (page->granule > s->granule)
		s->granule = page->granule;
	s->is_ended = page->flags & IS_LAST;
	return true;
}

static void
walk(struct ogg *o)
{
	struct page page;
	int64_t at = 0;

	while (at < o->r->size) {
		if (!is_page(o, at)) {
			/* A tag or padding behind the end is no flaw. */
			if (!is_ended(o))
				facts_flaw(o->facts, "no Ogg page at byte "
					   "%lld", (long long)at);
			return;
		}
		if (!read_page(o, at, &page) || !take_page(o, &page))
			return;
		at += (int64_t)page.size;
	}
	if (!is_ended(o))
		facts_flaw(o->facts, "the last page is not marked as the end "
			   "of its stream");
}

void
ogg_inspect(struct reader *r, struct audio_facts *facts)
{
	struct ogg o = { .r = r, .facts = facts };

	crc_init(&o.crc);
	walk(&o);
	end_link(&o);
	facts->duration_ms = o.links_ms;
	if (!facts->codec[0])
		facts_flaw(facts, "no audio stream of a known codec");
}
