#include "audio/transcode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decode.h"
#include "base/error.h"

enum { TAG_PCM = 1, TAG_MULAW = 7 };

#define HEAD_BYTES 44
#define MULAW_BIAS 33		/* of 14-bit magnitudes */
#define MULAW_MAX 8158

/* What browsers play, by what inspection calls it; "" is any codec. */
static const struct {
	enum audio_type type;
	const char *codec;
} playable[] = {
	{ AUDIO_WAV, "pcm_u8" }, { AUDIO_WAV, "pcm_s16le" },
	{ AUDIO_WAV, "pcm_s24le" }, { AUDIO_WAV, "pcm_f32le" },
	{ AUDIO_WAV, "alaw" }, { AUDIO_WAV, "mulaw" }, { AUDIO_WAV, "mp3" },
	{ AUDIO_MP3, "" }, { AUDIO_OGG, "opus" }, { AUDIO_OGG, "vorbis" },
	{ AUDIO_OGG, "flac" }, { AUDIO_FLAC, "" }, { AUDIO_M4A, "aac" },
	{ AUDIO_M4A, "mp3" }, { AUDIO_WEBM, "opus" }, { AUDIO_WEBM, "vorbis" },
};

bool
audio_is_playable(const struct audio_facts *facts)
{
	for (size_t i = 0; i < sizeof(playable) / sizeof(playable[0]); i++) {
		if (playable[i].type == facts->type &&
		    (!*playable[i].codec ||
		     !strcmp(playable[i].codec, facts->codec)))
			return true;
	}
	return false;
}

/* A WAV on its way to fn. */
struct writer {
	struct decoder *decoder;
	const struct measure *m;
	int channel;
	transcode_fn *fn;
	void *ctx;
	int64_t left;		/* frames that the head promised */
	float *samples;
	uint8_t *bytes;
};

static void
put(uint8_t *out, uint32_t value, int n)
{
	for (int i = 0; i < n; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

/* Bytes of one frame as it is written. */
static uint16_t
frame_bytes(const struct writer *w)
{
	return w->channel < 0 ? (uint16_t)(2 * w->m->channels) : 1;
}

static int
write_head(const struct writer *w)
{
	bool is_linear = w->channel < 0;
	uint32_t data = (uint32_t)(w->m->frames * frame_bytes(w));
	uint8_t h[HEAD_BYTES] = {
		'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E',
		'f', 'm', 't', ' ', [36] = 'd', 'a', 't', 'a',
	};

	put(h + 4, HEAD_BYTES - 8 + data + (data & 1), 4);
	put(h + 16, 16, 4);
	put(h + 20, is_linear ? TAG_PCM : TAG_MULAW, 2);
	put(h + 22, is_linear ? w->m->channels : 1, 2);
	put(h + 24, w->m->rate_hz, 4);
	put(h + 28, w->m->rate_hz * frame_bytes(w), 4);
	put(h + 32, frame_bytes(w), 2);
	put(h + 34, is_linear ? 16 : 8, 2);
	put(h + 40, data, 4);
	return w->fn(w->ctx, h, sizeof(h));
}

static int32_t
scale(float x, int32_t full)
{
	return (int32_t)lroundf(fmaxf(-1, fminf(x, 1)) * (float)full);
}

/* ITU-T G.711: sign, a power of two, four bits of what is above it. */
static uint8_t
to_mulaw(float x)
{
	int32_t value = scale(x, 8191);
	uint32_t sign = value < 0 ? 0x80 : 0;
	uint32_t magnitude = (uint32_t)(value < 0 ? -value : value);
	unsigned segment = 0;

	if (magnitude > MULAW_MAX)
		magnitude = MULAW_MAX;
	magnitude += MULAW_BIAS;
	while (magnitude >> (segment + 6))
		segment++;
	return (uint8_t)~(sign | segment << 4 |
			  (magnitude >> (segment + 1) & 0x0f));
}

/* Return how many bytes n frames became. */
static size_t
encode(const struct writer *w, size_t n)
{
	size_t channels = w->m->channels;

	if (w->channel >= 0) {
		for (size_t i = 0; i < n; i++)
			w->bytes[i] = to_mulaw(w->samples[i * channels +
						     (size_t)w->channel]);
		return n;
	}
	for (size_t i = 0; i < n * channels; i++)
		put(w->bytes + 2 * i, (uint32_t)scale(w->samples[i], 32767), 2);
	return 2 * n * channels;
}

static int
write_frames(struct writer *w, struct ark_error *err)
{
	int rc = write_head(w);
	uint8_t even = 0;

	while (!rc && w->left) {
		size_t n = w->left < DECODER_FRAMES ? (size_t)w->left :
						      DECODER_FRAMES;

		n = decoder_read(w->decoder, w->samples, n);
		rc = decoder_status(w->decoder, err);
		if (rc)
			return rc;
		if (!n)
			return error_set(err, ARK_EFORMAT, "it ended sooner "
					 "than when it was measured");
		w->left -= (int64_t)n;
		rc = w->fn(w->ctx, w->bytes, encode(w, n));
	}
	if (!rc && w->m->frames * frame_bytes(w) % 2)
		rc = w->fn(w->ctx, &even, 1);
	return rc;
}

int
transcode_wav(int fd, int64_t size, const struct measure *m, int channel,
	      transcode_fn *fn, void *ctx, struct ark_error *err)
{
	size_t room = (size_t)DECODER_FRAMES * m->channels;
	struct writer w = {
		.m = m, .channel = channel, .fn = fn, .ctx = ctx,
		.left = m->frames,
	};
	int rc;

	if (m->frames > (UINT32_MAX - HEAD_BYTES) / frame_bytes(&w))
		return error_set(err, ARK_ELIMIT, "it is longer than a WAV can "
				 "be");
	rc = decoder_open(&w.decoder, fd, size, err);
	if (!rc && (decoder_channels(w.decoder) != m->channels ||
		    channel >= m->channels))
		rc = error_set(err, ARK_EFORMAT, "it has other channels than "
			       "when it was measured");
	w.samples = calloc(room, sizeof(*w.samples));
	w.bytes = malloc(2 * room);
	if (!rc && (!w.samples || !w.bytes))
		rc = error_nomem(err);
	if (!rc)
		rc = write_frames(&w, err);
	free(w.bytes);
	free(w.samples);
	decoder_close(w.decoder);
	return rc;
}
