/*
 * MPEG audio, layers I to III: a chain of frames without a header of the
 * whole, between tags.  The first frame may be a Xing, Info or VBRI header
 * that counts the others.
 */
#include <string.h>

#include "audio/format.h"

enum {
	MAX_TAGS = 16,		/* ID3v2 tags in front */
	MAX_JUNK = 65536,	/* bytes looked through for the next frame */
	MAX_JUNK_TOTAL = 1 << 20,
	MAX_FRAME = 2881,	/* layer II, 160 kbit/s at 8 kHz, padded */
	LOOK_AHEAD = MAX_FRAME + 4,
	HEADER_END = 64,	/* Xing and VBRI headers lie before it */
};

enum version { MPEG25 = 0, MPEG2 = 2, MPEG1 = 3 };

struct frame {
	enum version version;
	int layer;		/* 1 to 3 */
	uint32_t rate_hz;
	uint16_t channels;
	uint16_t n_samples;
	uint32_t size;		/* bytes, the header included */
};

struct mp3 {
	struct reader *r;
	struct audio_facts *facts;
	int64_t end;		/* of the frames: the tags behind begin */
	struct frame first;
};

/* The size by bit rate (kbit/s) and sample rate, as the standard has it. */
static uint32_t
frame_size(const struct frame *f, uint32_t kbit, uint32_t padding)
{
	uint32_t slots;

	if (f->layer == 1)
		return (12 * kbit * 1000 / f->rate_hz + padding) * 4;
	slots = f->layer == 3 && f->version != MPEG1 ? 72 : 144;
	return slots * kbit * 1000 / f->rate_hz + padding;
}

/* Read the frame header in the 4 bytes at p.  Return false if it is none. */
static bool
parse(const uint8_t *p, struct frame *f)
{
	static const uint16_t kbits[5][16] = {
		{ 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384,
		  416, 448, 0 },				/* MPEG-1, I */
		{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256,
		  320, 384, 0 },				/* II */
		{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224,
		  256, 320, 0 },				/* III */
		{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192,
		  224, 256, 0 },				/* MPEG-2, I */
		{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144,
		  160, 0 },					/* II, III */
	};
	static const uint16_t rates[4] = { 44100, 48000, 32000, 0 };
	uint32_t kbit, rate;

	if (p[0] != 0xFF || (p[1] & 0xE0) != 0xE0)
		return false;
	if ((p[1] >> 3 & 3) == 1 || (p[1] >> 1 & 3) == 0)
		return false;
	f->version = (enum version)(p[1] >> 3 & 3);
	f->layer = 4 - (p[1] >> 1 & 3);
	if (f->version == MPEG1)
		kbit = kbits[f->layer - 1][p[2] >> 4];
	else
		kbit = kbits[f->layer == 1 ? 3 : 4][p[2] >> 4];
	rate = rates[p[2] >> 2 & 3];
	if (!kbit || !rate)
		return false;
	f->rate_hz = rate >> (f->version == MPEG1 ? 0 :
			      f->version == MPEG2 ? 1 : 2);
	f->channels = p[3] >> 6 == 3 ? 1 : 2;
	f->n_samples = f->layer == 1 ? 384 : 1152;
	if (f->layer == 3 && f->version != MPEG1)
		f->n_samples = 576;
	f->size = frame_size(f, kbit, p[2] >> 1 & 1);
	return true;
}

/* Whether both can be of one stream. */
static bool
is_alike(const struct frame *a, const struct frame *b)
{
	return a->version == b->version && a->layer == b->layer &&
	       a->rate_hz == b->rate_hz;
}

/*
 * Whether the n bytes at p begin with a frame that a second one follows, or
 * with one that ends exactly where they do, if they go to the end.
 */
static bool
is_frame(const uint8_t *p, size_t n, bool to_end, struct frame *f)
{
	struct frame second;

	if (n < 4 || !parse(p, f))
		return false;
	if (f->size == n)
		return to_end;
	if (f->size > n - 4)
		return false;
	return parse(p + f->size, &second) && is_alike(f, &second);
}

/* The size of the ID3v2 tag whose first 10 bytes are at p; 0: there is none. */
static int64_t
id3v2_size(const uint8_t *p)
{
	int64_t size;

	if (memcmp(p, "ID3", 3) || p[3] == 0xFF || p[4] == 0xFF ||
	    (p[6] | p[7] | p[8] | p[9]) & 0x80)
		return 0;
	size = (int64_t)p[6] << 21 | p[7] << 14 | p[8] << 7 | p[9];
	return 10 + size + (p[5] & 0x10 ? 10 : 0);
}

bool
mp3_sniff(const uint8_t *head, size_t n)
{
	struct frame f;

	if (n >= 10 && id3v2_size(head))
		return true;
	return is_frame(head, n, n < AUDIO_HEAD_SIZE, &f);
}

/* Where the frames may begin: behind the tags. */
static int64_t
skip_tags(struct mp3 *m)
{
	int64_t at = 0;

	for (int i = 0; i < MAX_TAGS; i++) {
		const uint8_t *p = reader_get(m->r, at, 10);
		int64_t size = p ? id3v2_size(p) : 0;

		if (size > reader_left(m->r, at)) {
			facts_flaw(m->facts, "the ID3 tag says %lld bytes, "
				   "%lld are there", (long long)size,
				   (long long)reader_left(m->r, at));
			return m->r->size;
		}
		if (!size)
			break;
		at += size;
	}
	return at;
}

/* Where the frames end: before ID3v1 and APE tags. */
static int64_t
find_end(struct mp3 *m)
{
	int64_t end = m->r->size, size;
	const uint8_t *p;

	p = end >= 128 ? reader_get(m->r, end - 128, 3) : NULL;
	if (p && !memcmp(p, "TAG", 3))
		end -= 128;
	p = end >= 32 ? reader_get(m->r, end - 32, 32) : NULL;
	if (!p || memcmp(p, "APETAGEX", 8))
		return end;
	size = (int64_t)le32(p + 12) + (le32(p + 20) >> 31 ? 32 : 0);
	return size >= 32 && size <= end ? end - size : end;
}

/*
 * The first byte from `at` on where frames go on, with the frame there.  -1
 * when there is none within MAX_JUNK bytes.
 */
static int64_t
find_frame(struct mp3 *m, int64_t at, struct frame *f)
{
	int64_t stop = m->end - at > MAX_JUNK ? at + MAX_JUNK : m->end;

	for (; at < stop; at++) {
		int64_t left = m->end - at;
		size_t n = left < LOOK_AHEAD ? (size_t)left : LOOK_AHEAD;
		const uint8_t *p = reader_get(m->r, at, n);

		if (!p)
			return -1;
		if (is_frame(p, n, (int64_t)n == left, f))
			return at;
	}
	return -1;
}

/* Take a Xing or Info header; return whether it told the number of frames. */
static bool
take_xing(struct mp3 *m, int64_t at, const uint8_t *p)
{
	bool is_mono = m->first.channels == 1;
	uint32_t flags, n_bytes;

	p += 4;
	if (m->first.version == MPEG1)
		p += is_mono ? 17 : 32;
	else
		p += is_mono ? 9 : 17;
	if (memcmp(p, "Xing", 4) && memcmp(p, "Info", 4))
		return false;
	flags = be32(p + 4);
	if (!(flags & 1))
		return false;
	m->facts->duration_ms = facts_ms((uint64_t)be32(p + 8) *
					 m->first.n_samples,
					 m->first.rate_hz);
	n_bytes = flags & 2 ? be32(p + 12) : 0;
	if (n_bytes > reader_left(m->r, at))
		facts_flaw(m->facts, "the Xing header says %u bytes, %lld are "
			   "there", n_bytes, (long long)reader_left(m->r, at));
	return true;
}

/* The same for a VBRI header, which lies at one place always. */
static bool
take_vbri(struct mp3 *m, int64_t at, const uint8_t *p)
{
	uint32_t n_bytes;

	p += 4 + 32;
	if (memcmp(p, "VBRI", 4))
		return false;
	m->facts->duration_ms = facts_ms((uint64_t)be32(p + 14) *
					 m->first.n_samples,
					 m->first.rate_hz);
	n_bytes = be32(p + 10);
	if (n_bytes > reader_left(m->r, at))
		facts_flaw(m->facts, "the VBRI header says %u bytes, %lld are "
			   "there", n_bytes, (long long)reader_left(m->r, at));
	return true;
}

/* Count the samples frame by frame. */
static void
walk(struct mp3 *m, int64_t at)
{
	uint64_t n_samples = 0;
	int64_t junk = 0, next;

	while (m->end - at >= 4) {
		const uint8_t *p = reader_get(m->r, at, 4);
		struct frame f;

		if (p && parse(p, &f) && is_alike(&f, &m->first)) {
			if (f.size > m->end - at)
				break;
			n_samples += f.n_samples;
			at += f.size;
			continue;
		}
		next = find_frame(m, at + 1, &f);
		if (next >= 0)
			junk += next - at;
		if ((next < 0 && m->end - at > MAX_JUNK) ||
		    junk > MAX_JUNK_TOTAL) {
			facts_flaw(m->facts, "no MPEG audio frame at byte "
				   "%lld and behind", (long long)at);
			break;
		}
		if (next < 0)
			break;
		at = next;
	}
	m->facts->duration_ms = facts_ms(n_samples, m->first.rate_hz);
}

void
mp3_inspect(struct reader *r, struct audio_facts *facts)
{
	static const char *const codecs[] = { "mp1", "mp2", "mp3" };
	struct mp3 m = { .r = r, .facts = facts };
	const uint8_t *p;
	int64_t at;

	at = skip_tags(&m);
	m.end = find_end(&m);
	at = find_frame(&m, at, &m.first);
	if (at < 0) {
		facts_flaw(facts, "no MPEG audio frame");
		return;
	}
	facts_codec(facts, codecs[m.first.layer - 1]);
	facts->rate_hz = m.first.rate_hz;
	facts->channels = m.first.channels;
	p = m.first.layer == 3 ? reader_get(r, at, HEADER_END) : NULL;
	if (p && (take_xing(&m, at, p) || take_vbri(&m, at, p)))
		return;
	walk(&m, at);
}
