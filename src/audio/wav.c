/*
 * RIFF/WAVE, its big-endian sister RIFX, and RF64 with 64-bit lengths.
 *
 * Who streams a WAV cannot know the lengths when writing the header and puts
 * 0, 0xFFFFFFFF or something near 0x7FFFFFFF; such a length tells nothing and
 * the data goes to the end.
 */
#include <stdio.h>
#include <string.h>

#include "audio/format.h"

enum {
	TAG_PCM = 0x0001,
	TAG_ADPCM_MS = 0x0002,
	TAG_FLOAT = 0x0003,
	TAG_ALAW = 0x0006,
	TAG_MULAW = 0x0007,
	TAG_G726_VOXWARE = 0x0045,
	TAG_G726 = 0x0064,
	TAG_G722 = 0x0065,
	TAG_G722_OTHER = 0x028F,
	TAG_EXTENSIBLE = 0xFFFE,

	MAX_CHUNKS = 1000,
};

struct wav {
	struct reader *r;
	struct audio_facts *facts;
	bool is_big_endian;
	uint32_t riff_size;	/* as written */
	uint64_t riff64_size;	/* from the ds64 chunk; 0: not told */
	uint64_t data64_size;

	bool has_fmt;
	uint16_t tag, bits;
	uint32_t bytes_per_second;
	uint32_t n_samples;	/* from the fact chunk; 0: not told */

	bool has_data;
	int64_t data_at;
	int64_t data_size;	/* bytes that are there */
	int64_t end;		/* of the last chunk that is all there */
};

struct chunk {
	uint8_t id[4];
	int64_t at;		/* of its content */
	uint32_t size;		/* as written */
};

bool
wav_sniff(const uint8_t *head, size_t n)
{
	if (n < 12 || memcmp(head + 8, "WAVE", 4))
		return false;
	return !memcmp(head, "RIFF", 4) || !memcmp(head, "RIFX", 4) ||
	       !memcmp(head, "RF64", 4) || !memcmp(head, "BW64", 4);
}

static uint16_t
get16(const struct wav *w, const uint8_t *p)
{
	return w->is_big_endian ? be16(p) : le16(p);
}

static uint32_t
get32(const struct wav *w, const uint8_t *p)
{
	return w->is_big_endian ? be32(p) : le32(p);
}

/* Whether a length that does not fit was no length from the beginning. */
static bool
is_streamed(uint32_t size)
{
	return size == 0 || size >= 0xFFFFF000 ||
	       (size >= 0x7FFFF000 && size <= 0x80001000);
}

/* Read the chunk at `at`.  Return false where there is none. */
static bool
read_chunk(struct wav *w, int64_t at, struct chunk *c)
{
	const uint8_t *p = reader_get(w->r, at, 8);

	if (!p)
		return false;
	memcpy(c->id, p, 4);
	c->size = get32(w, p + 4);
	c->at = at + 8;
	return true;
}

static bool
is_id(const uint8_t *id)
{
	for (int i = 0; i < 4; i++) {
		if (id[i] < ' ' || id[i] > '~')
			return false;
	}
	return true;
}

static void
take_ds64(struct wav *w, const struct chunk *c)
{
	const uint8_t *p;

	if (c->size < 24)
		return;
	p = reader_get(w->r, c->at, 16);
	if (!p)
		return;
	if (le64(p) != UINT64_MAX)
		w->riff64_size = le64(p);
	if (le64(p + 8) != UINT64_MAX)
		w->data64_size = le64(p + 8);
}

static void
take_fmt(struct wav *w, const struct chunk *c)
{
	/* The part of the GUID behind the tag that makes it a format tag. */
	static const uint8_t guid[14] = { 0x00, 0x00, 0x00, 0x00, 0x10,
					  0x00, 0x80, 0x00, 0x00, 0xAA,
					  0x00, 0x38, 0x9B, 0x71 };
	const uint8_t *p;
	uint64_t product;

	if (w->has_fmt || c->size < 14)
		return;
	p = reader_get(w->r, c->at, c->size < 40 ? c->size : 40);
	if (!p)
		return;
	w->has_fmt = true;
	w->tag = get16(w, p);
	w->facts->channels = get16(w, p + 2);
	w->facts->rate_hz = get32(w, p + 4);
	w->bytes_per_second = get32(w, p + 8);
	product = (uint64_t)w->facts->rate_hz * get16(w, p + 12);
	if (!w->bytes_per_second && product <= UINT32_MAX)
		w->bytes_per_second = (uint32_t)product;
	if (c->size >= 16)
		w->bits = get16(w, p + 14);
	if (w->tag == TAG_EXTENSIBLE && c->size >= 40 &&
	    !memcmp(p + 26, guid, sizeof(guid)))
		w->tag = get16(w, p + 24);
}

static void
take_fact(struct wav *w, const struct chunk *c)
{
	const uint8_t *p;

	if (c->size < 4)
		return;
	p = reader_get(w->r, c->at, 4);
	if (p && !is_streamed(get32(w, p)))
		w->n_samples = get32(w, p);
}

/* Whether the data is empty on purpose: the next chunk follows at once. */
static bool
is_empty_data(struct wav *w, const struct chunk *c)
{
	struct chunk next;

	return !c->size && read_chunk(w, c->at, &next) && is_id(next.id) &&
	       next.size <= reader_left(w->r, next.at);
}

/* Tell how many bytes of data there are, and whether there should be more. */
static void
take_data(struct wav *w, const struct chunk *c)
{
	int64_t left = reader_left(w->r, c->at);
	uint64_t size = c->size;
	bool is_known = !is_streamed(c->size) || is_empty_data(w, c);

	if (w->has_data)
		return;
	w->has_data = true;
	w->data_at = c->at;
	w->data_size = left;
	if (c->size == UINT32_MAX && w->data64_size) {
		size = w->data64_size;
		is_known = true;
	}
	if (size <= (uint64_t)left && (size || is_known))
		w->data_size = (int64_t)size;
	else if (is_known)
		facts_flaw(w->facts, "the data chunk says %llu bytes, %lld "
			   "are there", (unsigned long long)size,
			   (long long)left);
}

/* Take what is of interest.  Return the length of the chunk's content. */
static int64_t
take_chunk(struct wav *w, const struct chunk *c)
{
	if (!memcmp(c->id, "fmt ", 4))
		take_fmt(w, c);
	else if (!memcmp(c->id, "fact", 4))
		take_fact(w, c);
	else if (!memcmp(c->id, "ds64", 4))
		take_ds64(w, c);
	if (memcmp(c->id, "data", 4) || w->has_data)
		return c->size;
	take_data(w, c);
	return w->data_size;
}

static void
walk(struct wav *w)
{
	int64_t at = 12, size;
	struct chunk c;

	for (int i = 0; i < MAX_CHUNKS && read_chunk(w, at, &c); i++) {
		size = take_chunk(w, &c);
		if (size > reader_left(w->r, c.at))
			return;
		at = c.at + size + (size & 1);
		w->end = at;
	}
}

static void
check_riff_size(struct wav *w)
{
	uint64_t there = (uint64_t)w->r->size - 8;
	uint64_t size = w->riff_size;

	if (w->riff_size == UINT32_MAX && w->riff64_size)
		size = w->riff64_size;
	else if (is_streamed(w->riff_size))
		return;
	if (size <= there)
		return;
	/* A known mistake: the file's length in its place, and all is there. */
	if (size == there + 8 && w->end >= w->r->size)
		return;
	facts_flaw(w->facts, "the RIFF chunk says %llu bytes, %llu are there",
		   (unsigned long long)size, (unsigned long long)there);
}

static void
tell_codec(const struct wav *w)
{
	static const struct {
		uint16_t tag, bits;	/* bits 0: any */
		const char *name;
	} codecs[] = {
		{ TAG_PCM, 8, "pcm_u8" },
		{ TAG_PCM, 16, "pcm_s16le" },
		{ TAG_PCM, 24, "pcm_s24le" },
		{ TAG_PCM, 32, "pcm_s32le" },
		{ TAG_FLOAT, 32, "pcm_f32le" },
		{ TAG_FLOAT, 64, "pcm_f64le" },
		{ TAG_ALAW, 0, "alaw" },
		{ TAG_MULAW, 0, "mulaw" },
		{ TAG_ADPCM_MS, 0, "adpcm_ms" },
		{ 0x0011, 0, "adpcm_ima" },
		{ 0x0031, 0, "gsm" },
		{ TAG_G726_VOXWARE, 0, "g726" },
		{ TAG_G726, 0, "g726" },
		{ TAG_G722, 0, "g722" },
		{ TAG_G722_OTHER, 0, "g722" },
		{ 0x0050, 0, "mp2" },
		{ 0x0055, 0, "mp3" },
	};
	char *codec = w->facts->codec;
	size_t len;

	(void)snprintf(codec, sizeof(w->facts->codec), "0x%04x", w->tag);
	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
		if (w->tag == codecs[i].tag &&
		    (!codecs[i].bits || w->bits == codecs[i].bits))
			facts_codec(w->facts, codecs[i].name);
	}
	len = strlen(codec);
	if (w->is_big_endian && !strcmp(codec + len - 2, "le"))
		codec[len - 2] = 'b';
}

static void
tell_duration(const struct wav *w)
{
	struct audio_facts *facts = w->facts;
	bool is_linear = w->tag == TAG_PCM || w->tag == TAG_FLOAT ||
			 w->tag == TAG_ALAW || w->tag == TAG_MULAW;

	if (!is_linear && w->n_samples && facts->is_whole)
		facts->duration_ms = facts_ms(w->n_samples, facts->rate_hz);
	else
		facts->duration_ms = facts_ms((uint64_t)w->data_size,
					      w->bytes_per_second);
}

void
wav_inspect(struct reader *r, struct audio_facts *facts)
{
	struct wav w = { .r = r, .facts = facts };
	const uint8_t *p = reader_get(r, 0, 12);

	if (!p)
		return;
	w.is_big_endian = p[3] == 'X';
	w.riff_size = get32(&w, p + 4);
	walk(&w);
	if (!w.has_fmt)
		facts_flaw(facts, "no fmt chunk");
	if (!w.has_data)
		facts_flaw(facts, "no data chunk");
	check_riff_size(&w);
	if (!w.has_fmt)
		return;
	tell_codec(&w);
	if (w.has_data)
		tell_duration(&w);
}

void
wav_sound(struct reader *r, struct wav_sound *out)
{
	struct audio_facts facts = { .is_whole = true };
	struct wav w = { .r = r, .facts = &facts };
	const uint8_t *p = reader_get(r, 0, 12);

	*out = (struct wav_sound){ 0 };
	if (!p || !wav_sniff(p, 12))
		return;
	w.is_big_endian = p[3] == 'X';
	walk(&w);
	out->rate_hz = facts.rate_hz;
	out->channels = facts.channels;
	out->bits = w.bits;
	out->bytes_per_second = w.bytes_per_second;
	out->data_at = w.data_at;
	out->data_size = w.data_size;
}
