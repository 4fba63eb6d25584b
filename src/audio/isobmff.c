/*
 * ISO base media files (ISO/IEC 14496-12): MP4, M4A, 3GP, QuickTime.
 *
 * Boxes within boxes.  At the top lie moov, the table of contents, and mdat,
 * the media; of moov the parts that tell the audio track are looked at.
 */
#include <stdio.h>
#include <string.h>

#include "audio/format.h"

#define TYPE(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

enum {
	MAX_BOXES = 100000,
	MAX_DEPTH = 8,
};

struct box {
	uint32_t type;
	int64_t at;		/* of its content */
	int64_t end;
};

struct track {
	bool is_audio;
	uint32_t codec;		/* type of its first sample entry */
	uint32_t rate_hz;
	uint16_t channels;
	uint32_t timescale;
	uint64_t duration;	/* 0: not told */
};

struct isobmff {
	struct reader *r;
	struct audio_facts *facts;
	int n_boxes;
	bool has_moov, has_mdat, has_audio;
	uint32_t timescale;	/* of the whole */
	uint64_t duration;
	struct track track;	/* that is being read */
	struct track audio;	/* the first one */
};

bool
isobmff_sniff(const uint8_t *head, size_t n)
{
	return n >= 12 && be32(head) >= 12 && !memcmp(head + 4, "ftyp", 4);
}

/* Name a type for people: four characters, made harmless. */
static const char *
type_name(uint32_t type, char out[5])
{
	for (int i = 0; i < 4; i++) {
		uint8_t c = (uint8_t)(type >> (24 - 8 * i));

		out[i] = c >= ' ' && c <= '~' ? (char)c : '?';
	}
	out[4] = '\0';
	return out;
}

/*
 * Read the box at `at`, which must end by limit.  Return 1, 0 when there is
 * none any more, or -1 with the flaw told.
 */
static int
read_box(struct isobmff *m, int64_t at, int64_t limit, struct box *box)
{
	const uint8_t *p = limit - at >= 8 ? reader_get(m->r, at, 8) : NULL;
	uint64_t size, header = 8;
	char name[5];

	if (at >= limit)
		return 0;
	/* Some containers, as of QuickTime, end with a zero word. */
	if (!p && limit < m->r->size)
		return 0;
	if (!p) {
		facts_flaw(m->facts, "the box at byte %lld is cut",
			   (long long)at);
		return -1;
	}
	size = be32(p);
	box->type = be32(p + 4);
	if (size == 0)
		size = (uint64_t)(limit - at);
	if (size == 1) {
		p = limit - at >= 16 ? reader_get(m->r, at + 8, 8) : NULL;
		size = p ? be64(p) : 0;
		header = 16;
	}
	if (size < header || size > (uint64_t)(limit - at)) {
		facts_flaw(m->facts, "the %s box at byte %lld says %llu bytes,"
			   " %lld are there", type_name(box->type, name),
			   (long long)at, (unsigned long long)size,
			   (long long)(limit - at));
		return -1;
	}
	box->at = at + (int64_t)header;
	box->end = at + (int64_t)size;
	return 1;
}

/* The first n bytes of the box's content, or NULL when it has fewer. */
static const uint8_t *
content(struct isobmff *m, const struct box *box, size_t n)
{
	if (box->end - box->at < (int64_t)n)
		return NULL;
	return reader_get(m->r, box->at, n);
}

/* Read timescale and duration, which lie alike in mvhd and mdhd. */
static void
take_times(struct isobmff *m, const struct box *box, uint32_t *timescale,
	   uint64_t *duration)
{
	const uint8_t *p = content(m, box, 20);

	if (p && p[0] == 0) {
		*timescale = be32(p + 12);
		*duration = be32(p + 16);
		if (*duration == UINT32_MAX)
			*duration = 0;
		return;
	}
	p = content(m, box, 32);
	if (!p)
		return;
	*timescale = be32(p + 20);
	*duration = be64(p + 24);
	if (*duration == UINT64_MAX)
		*duration = 0;
}

/* Read the first sample entry: the codec, and what it says of the audio. */
static void
take_sample_entry(struct isobmff *m, const struct box *box)
{
	const uint8_t *p = content(m, box, 44);

	if (!p)
		return;
	m->track.codec = be32(p + 12);
	m->track.channels = be16(p + 32);
	m->track.rate_hz = be16(p + 40);
}

static void
take_box(struct isobmff *m, const struct box *box)
{
	const uint8_t *p;

	switch (box->type) {
	case TYPE('m', 'v', 'h', 'd'):
		take_times(m, box, &m->timescale, &m->duration);
		break;
	case TYPE('m', 'd', 'h', 'd'):
		take_times(m, box, &m->track.timescale, &m->track.duration);
		break;
	case TYPE('h', 'd', 'l', 'r'):
		p = content(m, box, 12);
		if (p && !memcmp(p + 8, "soun", 4))
			m->track.is_audio = true;
		if (p && !memcmp(p + 8, "vide", 4))
			m->facts->has_video = true;
		break;
	case TYPE('s', 't', 's', 'd'):
		take_sample_entry(m, box);
		break;
	default:
		break;
	}
}

static bool
is_container(uint32_t type)
{
	return type == TYPE('m', 'o', 'o', 'v') ||
	       type == TYPE('t', 'r', 'a', 'k') ||
	       type == TYPE('m', 'd', 'i', 'a') ||
	       type == TYPE('m', 'i', 'n', 'f') ||
	       type == TYPE('s', 't', 'b', 'l');
}

static void
end_track(struct isobmff *m)
{
	if (m->track.is_audio && !m->has_audio) {
		m->audio = m->track;
		m->has_audio = true;
	}
	m->track = (struct track){ 0 };
}

/* Read the boxes from `at` to limit and those in them. */
static void
walk(struct isobmff *m, int64_t at, int64_t limit, int depth)
{
	struct box box;

	while (m->n_boxes++ < MAX_BOXES &&
	       read_box(m, at, limit, &box) > 0) {
		take_box(m, &box);
		if (is_container(box.type) && depth < MAX_DEPTH)
			walk(m, box.at, box.end, depth + 1);
		if (box.type == TYPE('t', 'r', 'a', 'k'))
			end_track(m);
		at = box.end;
	}
}

/* The same at the top, where moov and mdat are. */
static void
walk_top(struct isobmff *m)
{
	struct box box;
	int64_t at = 0;

	while (m->n_boxes++ < MAX_BOXES) {
		/* Zeros behind all that is needed are padding. */
		const uint8_t *p = reader_get(m->r, at, 8);

		if (p && m->has_moov && m->has_mdat && !be64(p))
			return;
		if (read_box(m, at, m->r->size, &box) <= 0)
			return;
		if (box.type == TYPE('m', 'd', 'a', 't'))
			m->has_mdat = true;
		if (box.type == TYPE('m', 'o', 'o', 'v')) {
			m->has_moov = true;
			walk(m, box.at, box.end, 1);
		}
		at = box.end;
	}
}

static void
tell_codec(const struct track *t, struct audio_facts *facts)
{
	static const struct {
		uint32_t type;
		const char *name;
	} codecs[] = {
		{ TYPE('m', 'p', '4', 'a'), "aac" },
		{ TYPE('a', 'l', 'a', 'c'), "alac" },
		{ TYPE('s', 'a', 'm', 'r'), "amr_nb" },
		{ TYPE('s', 'a', 'w', 'b'), "amr_wb" },
		{ TYPE('O', 'p', 'u', 's'), "opus" },
		{ TYPE('f', 'L', 'a', 'C'), "flac" },
		{ TYPE('a', 'l', 'a', 'w'), "alaw" },
		{ TYPE('u', 'l', 'a', 'w'), "mulaw" },
		{ TYPE('.', 'm', 'p', '3'), "mp3" },
	};
	char name[5];

	if (!t->codec)
		return;
	facts_codec(facts, type_name(t->codec, name));
	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
		if (t->codec == codecs[i].type)
			facts_codec(facts, codecs[i].name);
	}
}

void
isobmff_inspect(struct reader *r, struct audio_facts *facts)
{
	struct isobmff m = { .r = r, .facts = facts };

	walk_top(&m);
	if (!m.has_moov)
		facts_flaw(facts, "no moov box");
	if (!m.has_mdat)
		facts_flaw(facts, "no mdat box");
	if (!m.has_audio) {
		facts_silent(facts);
		return;
	}
	tell_codec(&m.audio, facts);
	facts->channels = m.audio.channels;
	facts->rate_hz = m.audio.rate_hz;
	/* 16 bits do not hold 96 kHz; the time scale of audio is its rate. */
	if (!facts->rate_hz)
		facts->rate_hz = m.audio.timescale;
	if (m.audio.duration)
		facts->duration_ms = facts_ms(m.audio.duration,
					      m.audio.timescale);
	else if (m.duration)
		facts->duration_ms = facts_ms(m.duration, m.timescale);
}
