/*
 * FLAC (RFC 9639): "fLaC", metadata blocks of which STREAMINFO is the first,
 * then frames.  Frames are not decoded; but STREAMINFO tells how many there
 * are and how small the smallest is, which bounds the length from below.
 */
#include <string.h>

#include "audio/format.h"

enum {
	MAX_BLOCKS = 1000,
	STREAMINFO_SIZE = 34,
};

struct streaminfo {
	uint16_t max_block;	/* samples in a frame */
	uint32_t min_frame;	/* bytes; 0: not told */
	uint64_t n_samples;	/* 0: not told */
};

bool
flac_sniff(const uint8_t *head, size_t n)
{
	return n >= 4 && !memcmp(head, "fLaC", 4);
}

static void
take_streaminfo(const uint8_t *p, struct streaminfo *info,
		struct audio_facts *facts)
{
	info->max_block = be16(p + 2);
	info->min_frame = be32(p + 4) >> 8;
	facts->rate_hz = be32(p + 10) >> 12;
	facts->channels = (uint16_t)((p[12] >> 1 & 7) + 1);
	info->n_samples = be64(p + 10) & 0xFFFFFFFFF;
	if (info->n_samples)
		facts->duration_ms = facts_ms(info->n_samples, facts->rate_hz);
}

/* Return where the frames begin, or -1 when the blocks are not whole. */
static int64_t
skip_blocks(struct reader *r, int64_t at, struct audio_facts *facts)
{
	for (int i = 0; i < MAX_BLOCKS; i++) {
		const uint8_t *p = reader_get(r, at, 4);
		int64_t size, left;

		if (!p) {
			facts_flaw(facts, "the metadata ends at byte %lld",
				   (long long)r->size);
			return -1;
		}
		size = be32(p) & 0xFFFFFF;
		left = reader_left(r, at + 4);
		if (size > left) {
			facts_flaw(facts, "a metadata block says %lld bytes, "
				   "%lld are there", (long long)size,
				   (long long)left);
			return -1;
		}
		at += 4 + size;
		if (p[0] & 0x80)
			return at;
	}
	facts_flaw(facts, "more than %d metadata blocks", MAX_BLOCKS);
	return -1;
}

static void
check_frames(struct reader *r, int64_t at, const struct streaminfo *info,
	     struct audio_facts *facts)
{
	const uint8_t *p = reader_get(r, at, 2);
	uint64_t least = 0;

	if (!p && !info->n_samples)
		return;
	if (!p || p[0] != 0xFF || (p[1] & 0xFE) != 0xF8) {
		facts_flaw(facts, "no FLAC frame at byte %lld", (long long)at);
		return;
	}
	/* At most 2^36 samples by 2^24 bytes: no overflow. */
	if (info->max_block)
		least = info->n_samples / info->max_block * info->min_frame;
	if (least > (uint64_t)reader_left(r, at))
		facts_flaw(facts, "the frames take at least %llu bytes, %lld "
			   "are there", (unsigned long long)least,
			   (long long)reader_left(r, at));
}

void
flac_inspect(struct reader *r, struct audio_facts *facts)
{
	const uint8_t *p = reader_get(r, 4, 4 + STREAMINFO_SIZE);
	struct streaminfo info = { 0 };
	int64_t at;

	facts_codec(facts, "flac");
	if (!p || (be32(p) & 0x7FFFFFFF) != STREAMINFO_SIZE) {
		facts_flaw(facts, "no STREAMINFO block");
		return;
	}
	take_streaminfo(p + 4, &info, facts);
	at = skip_blocks(r, 4, facts);
	if (at >= 0)
		check_frames(r, at, &info, facts);
}
