/*
 * AMR and AMR-WB as files (RFC 4867, section 5): a magic line, then frames of
 * 20 ms whose first byte tells the type and so the length.
 */
#include <string.h>

#include "audio/format.h"

#define AMR_MAGIC "#!AMR\n"
#define AMR_WB_MAGIC "#!AMR-WB\n"

enum {
	FRAME_MS = 20,
	SPARE_BITS = 0x83,	/* of a frame's first byte: always 0 */
};

/* Bytes behind the first one by frame type; -1: there is no such type. */
static const int8_t amr_sizes[16] = {
	12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, -1, -1, -1, 0,
};
static const int8_t amr_wb_sizes[16] = {
	17, 23, 32, 36, 40, 46, 50, 58, 60, 5, -1, -1, -1, -1, 0, 0,
};

static bool
begins(const uint8_t *head, size_t n, const char *magic)
{
	return n >= strlen(magic) && !memcmp(head, magic, strlen(magic));
}

bool
amr_sniff(const uint8_t *head, size_t n)
{
	return begins(head, n, AMR_MAGIC) || begins(head, n, AMR_WB_MAGIC);
}

/* Count the frames from byte `at` on. */
static uint64_t
walk(struct reader *r, int64_t at, const int8_t sizes[16],
     struct audio_facts *facts)
{
	uint64_t n_frames = 0;
	const uint8_t *p;
	int64_t size;

	while (at < r->size) {
		p = reader_get(r, at, 1);
		if (!p)
			break;
		size = 1 + (int64_t)sizes[*p >> 3 & 15];
		if (size == 0 || *p & SPARE_BITS) {
			facts_flaw(facts, "no AMR frame at byte %lld",
				   (long long)at);
			break;
		}
		if (size > reader_left(r, at)) {
			facts_flaw(facts, "the last frame is cut: %lld bytes "
				   "expected, %lld are there", (long long)size,
				   (long long)reader_left(r, at));
			break;
		}
		at += size;
		n_frames++;
	}
	return n_frames;
}

void
amr_inspect(struct reader *r, struct audio_facts *facts)
{
	const uint8_t *p = reader_get(r, 0, strlen(AMR_MAGIC));
	bool is_wide = p && memcmp(p, AMR_MAGIC, strlen(AMR_MAGIC));
	uint64_t n_frames;

	facts_codec(facts, is_wide ? "amr_wb" : "amr_nb");
	facts->rate_hz = is_wide ? 16000 : 8000;
	facts->channels = 1;
	if (is_wide)
		n_frames = walk(r, (int64_t)strlen(AMR_WB_MAGIC), amr_wb_sizes,
				facts);
	else
		n_frames = walk(r, (int64_t)strlen(AMR_MAGIC), amr_sizes,
				facts);
	facts->duration_ms = facts_ms(n_frames, 1000 / FRAME_MS);
}
