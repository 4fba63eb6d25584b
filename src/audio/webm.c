/*
 * WebM and Matroska (RFC 8794, RFC 9559).
 *
 * Elements within elements, each with an id and a length.  The elements of
 * interest have unique ids, so the tree is walked as one flat sequence: what
 * contains something of interest is entered, all else skipped.  Who records
 * live cannot know lengths: segment and clusters may be of unknown length,
 * and the duration is then that of the last block.
 */
#include <string.h>

#include "audio/format.h"

enum {
	ID_EBML = 0x1A45DFA3,
	ID_DOC_TYPE = 0x4282,
	ID_SEGMENT = 0x18538067,
	ID_INFO = 0x1549A966,
	ID_TIMESTAMP_SCALE = 0x2AD7B1,
	ID_DURATION = 0x4489,
	ID_TRACKS = 0x1654AE6B,
	ID_TRACK_ENTRY = 0xAE,
	ID_TRACK_TYPE = 0x83,
	ID_CODEC_ID = 0x86,
	ID_AUDIO = 0xE1,
	ID_SAMPLING_FREQUENCY = 0xB5,
	ID_CHANNELS = 0x9F,
	ID_CLUSTER = 0x1F43B675,
	ID_TIMESTAMP = 0xE7,
	ID_BLOCK_GROUP = 0xA0,
	ID_BLOCK = 0xA1,
	ID_SIMPLE_BLOCK = 0xA3,

	MAX_HEADER = 12,	/* id and length of an element */
	MAX_ELEMENTS = 10000000,
	TRACK_IS_VIDEO = 1,
	TRACK_IS_AUDIO = 2,
	NS_PER_MS = 1000000,
};

#define MAX_MS 9e15		/* a double is exact below it */

struct element {
	uint32_t id;
	int64_t at;		/* of its content */
	int64_t size;		/* of its content; -1: unknown */
};

struct track {
	uint64_t type;
	char codec[32];
	double rate_hz;
	uint64_t channels;
};

struct webm {
	struct reader *r;
	struct audio_facts *facts;
	struct track track;	/* that is being read */
	bool has_segment, has_audio;
	uint64_t scale_ns;	/* unit of the times below */
	double duration;	/* 0: not told */
	uint64_t cluster;	/* time of the current cluster */
	uint64_t last;		/* time of the last block */
};

/*
 * Read the id and length that the n bytes at p begin with.  Return how many
 * bytes they take, or 0 when there is no element.
 */
static size_t
parse(const uint8_t *p, size_t n, struct element *e)
{
	size_t id_len = 1, len = 1;
	uint64_t size;

	while (id_len <= 4 && n && !(p[0] & 0x80 >> (id_len - 1)))
		id_len++;
	if (id_len > 4 || n <= id_len || !p[id_len])
		return 0;
	while (!(p[id_len] & 0x80 >> (len - 1)))
		len++;
	if (len > n - id_len)
		return 0;
	e->id = 0;
	for (size_t i = 0; i < id_len; i++)
		e->id = e->id << 8 | p[i];
	size = p[id_len] & (0xFFu >> len);
	for (size_t i = 1; i < len; i++)
		size = size << 8 | p[id_len + i];
	e->size = (int64_t)size;
	if (size == ((uint64_t)1 << 7 * len) - 1)
		e->size = -1;
	return id_len + len;
}

/* Whether the n bytes hold a document type that this file is for. */
static bool
is_doc_type(const uint8_t *p, size_t n)
{
	while (n && !p[n - 1])
		n--;
	return (n == 4 && !memcmp(p, "webm", 4)) ||
	       (n == 8 && !memcmp(p, "matroska", 8));
}

bool
webm_sniff(const uint8_t *head, size_t n)
{
	struct element e;
	size_t at = parse(head, n, &e);

	if (!at || e.id != ID_EBML || e.size < 0)
		return false;
	if ((uint64_t)e.size < n - at)
		n = at + (size_t)e.size;
	while (at < n) {
		size_t header = parse(head + at, n - at, &e);

		at += header;
		if (!header || e.size < 0 || (uint64_t)e.size > n - at)
			return false;
		if (e.id == ID_DOC_TYPE)
			return is_doc_type(head + at, (size_t)e.size);
		at += (size_t)e.size;
	}
	return false;
}

/* The first n bytes of the content, or NULL when it has fewer. */
static const uint8_t *
content(struct webm *w, const struct element *e, size_t n)
{
	return e->size < (int64_t)n ? NULL : reader_get(w->r, e->at, n);
}

static uint64_t
get_uint(struct webm *w, const struct element *e)
{
	const uint8_t *p = e->size <= 8 ? content(w, e, (size_t)e->size) : NULL;
	uint64_t value = 0;

	for (int64_t i = 0; p && i < e->size; i++)
		value = value << 8 | p[i];
	return value;
}

/* Read a float; 0 when it is none that makes sense here. */
static double
get_float(struct webm *w, const struct element *e)
{
	const uint8_t *p = content(w, e, e->size == 8 ? 8 : 4);
	double value = 0;
	uint64_t bits;

	if (p && e->size == 4) {
		uint32_t bits32 = be32(p);
		float single;

		memcpy(&single, &bits32, sizeof(single));
		value = (double)single;
	} else if (p && e->size == 8) {
		bits = be64(p);
		memcpy(&value, &bits, sizeof(value));
	}
	/* Also false for what is not a number. */
	return value > 0 && value < MAX_MS ? value : 0;
}

static void
take_codec(struct webm *w, const struct element *e)
{
	size_t max = sizeof(w->track.codec) - 1;
	size_t n = e->size < (int64_t)max ? (size_t)e->size : max;
	const uint8_t *p = content(w, e, n);

	for (size_t i = 0; p && i < n; i++)
		w->track.codec[i] = p[i] >= ' ' && p[i] <= '~' ? (char)p[i]
							       : '?';
	w->track.codec[p ? n : 0] = '\0';
}

static void
take_block(struct webm *w, const struct element *e)
{
	/* Track number (one byte, as good as ever), time in the cluster. */
	const uint8_t *p = content(w, e, 4);
	uint64_t at;

	if (!p || !(p[0] & 0x80) || w->cluster > INT64_MAX / 2)
		return;
	/* Signed 16 bits; a block before its cluster is never the last. */
	at = p[1] & 0x80 ? w->cluster : w->cluster + be16(p + 1);
	if (at > w->last)
		w->last = at;
}

/* The codec by its name in Matroska ("A_OPUS", "A_AAC/MPEG4/LC"). */
static void
tell_codec(const char *name, struct audio_facts *facts)
{
	static const struct {
		const char *begin, *name;
	} codecs[] = {
		{ "A_OPUS", "opus" },
		{ "A_VORBIS", "vorbis" },
		{ "A_AAC", "aac" },
		{ "A_FLAC", "flac" },
		{ "A_ALAC", "alac" },
		{ "A_MPEG/L3", "mp3" },
		{ "A_PCM/INT/LIT", "pcm" },
	};

	facts_codec(facts, name);
	for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
		if (!strncmp(name, codecs[i].begin, strlen(codecs[i].begin)))
			facts_codec(facts, codecs[i].name);
	}
}

/* All of a track is read: tell the facts if it is the first one of audio. */
static void
end_track(struct webm *w)
{
	const struct track *t = &w->track;

	if (t->type == TRACK_IS_AUDIO && !w->has_audio) {
		w->has_audio = true;
		tell_codec(t->codec, w->facts);
		/* The standard's defaults stand for what is left out. */
		w->facts->rate_hz = 8000;
		if (t->rate_hz >= 1 && t->rate_hz < UINT32_MAX)
			w->facts->rate_hz = (uint32_t)t->rate_hz;
		w->facts->channels = 1;
		if (t->channels && t->channels <= UINT16_MAX)
			w->facts->channels = (uint16_t)t->channels;
	}
	w->facts->has_video |= t->type == TRACK_IS_VIDEO;
	w->track = (struct track){ 0 };
}

/* Take what is of interest.  Return whether the element is to be entered. */
static bool
take_element(struct webm *w, const struct element *e)
{
	switch (e->id) {
	case ID_SEGMENT:
		w->has_segment = true;
		return true;
	case ID_TRACK_ENTRY:
	case ID_CLUSTER:
		end_track(w);
		return true;
	case ID_INFO:
	case ID_TRACKS:
	case ID_AUDIO:
	case ID_BLOCK_GROUP:
		return true;
	case ID_TIMESTAMP_SCALE: w->scale_ns = get_uint(w, e); break;
	case ID_DURATION: w->duration = get_float(w, e); break;
	case ID_TRACK_TYPE: w->track.type = get_uint(w, e); break;
	case ID_CODEC_ID: take_codec(w, e); break;
	case ID_SAMPLING_FREQUENCY: w->track.rate_hz = get_float(w, e); break;
	case ID_CHANNELS: w->track.channels = get_uint(w, e); break;
	case ID_TIMESTAMP: w->cluster = get_uint(w, e); break;
	case ID_BLOCK:
	case ID_SIMPLE_BLOCK: take_block(w, e); break;
	default: break;
	}
	return false;
}

/* Read the element at `at`.  Return false, with the flaw told, if not whole. */
static bool
read_element(struct webm *w, int64_t at, struct element *e)
{
	int64_t left = reader_left(w->r, at);
	size_t n = left < MAX_HEADER ? (size_t)left : MAX_HEADER;
	const uint8_t *p = reader_get(w->r, at, n);
	size_t header = p ? parse(p, n, e) : 0;

	if (!header) {
		facts_flaw(w->facts, "no element at byte %lld", (long long)at);
		return false;
	}
	e->at = at + (int64_t)header;
	left = reader_left(w->r, e->at);
	if (e->size > left) {
		facts_flaw(w->facts, "the %s at byte %lld says %lld bytes, "
			   "%lld are there",
			   e->id == ID_SEGMENT ? "segment" : "element",
			   (long long)at, (long long)e->size, (long long)left);
		return false;
	}
	if (e->size < 0 && e->id != ID_SEGMENT && e->id != ID_CLUSTER) {
		facts_flaw(w->facts, "the element at byte %lld has no length",
			   (long long)at);
		return false;
	}
	return true;
}

static void
walk(struct webm *w)
{
	int64_t at = 0, end = w->r->size;
	struct element e;

	for (int i = 0; i < MAX_ELEMENTS && at < end; i++) {
		if (!read_element(w, at, &e))
			break;
		at = e.at;
		if (!take_element(w, &e))
			at += e.size;
		/* What lies behind a segment of known length is ignored. */
		if (e.id == ID_SEGMENT && e.size >= 0)
			end = e.at + e.size;
	}
	end_track(w);
}

static void
tell_duration(const struct webm *w)
{
	double units = w->duration > 0 ? w->duration : (double)w->last;
	double ms = units * (double)w->scale_ns / NS_PER_MS;

	if (ms > 0 && ms < MAX_MS)
		w->facts->duration_ms = (int64_t)(ms + 0.5);
}

void
webm_inspect(struct reader *r, struct audio_facts *facts)
{
	struct webm w = { .r = r, .facts = facts, .scale_ns = NS_PER_MS };

	walk(&w);
	if (!w.has_segment)
		facts_flaw(facts, "no segment");
	if (!w.has_audio)
		facts_silent(facts);
	tell_duration(&w);
}
