/*
 * What one format of this room offers to the others, and what its inspection
 * uses to tell the facts.  A new format is one file with a sniff and an
 * inspect function, and one row in sniff.c.
 */
#ifndef AUDIO_FORMAT_H
#define AUDIO_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/audio.h"
#include "audio/reader.h"

struct audio_format {
	enum audio_type type;
	const char *name;
	const char *extension;	/* "" when there is none */
	const char *media_type;	/* NULL when there is none */

	/* Whether the body that begins with these n bytes is of the type. */
	bool (*sniff)(const uint8_t *head, size_t n);

	/* Tell the facts; the type agrees already.  NULL: it is no audio. */
	void (*inspect)(struct reader *r, struct audio_facts *facts);
};

/* audio_format_get(type): The row of type; that of AUDIO_UNKNOWN if none. */
const struct audio_format *audio_format_get(enum audio_type type);

/*
 * facts_flaw(facts, fmt, ...):
 * The body is not whole, for this reason.  The first reason stays.
 */
void facts_flaw(struct audio_facts *facts, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* facts_silent(facts): There is no audio track, which is a flaw. */
void facts_silent(struct audio_facts *facts);

/* facts_codec(facts, name): Set the name of the codec, cut at its field. */
void facts_codec(struct audio_facts *facts, const char *name);

/*
 * facts_ms(units, per_second):
 * That many samples (or bytes) in milliseconds, to the nearest; -1 when
 * per_second is 0 or the result is out of range.
 */
int64_t facts_ms(uint64_t units, uint32_t per_second);

/* The formats, each in the file of its name. */
bool wav_sniff(const uint8_t *head, size_t n);
void wav_inspect(struct reader *r, struct audio_facts *facts);

/* Where the sound of a WAV lies; all zero when it has none. */
struct wav_sound {
	uint32_t rate_hz, bytes_per_second;
	uint16_t channels, bits;
	int64_t data_at, data_size;
};

void wav_sound(struct reader *r, struct wav_sound *out);

bool ogg_sniff(const uint8_t *head, size_t n);
void ogg_inspect(struct reader *r, struct audio_facts *facts);
bool mp3_sniff(const uint8_t *head, size_t n);
void mp3_inspect(struct reader *r, struct audio_facts *facts);
bool isobmff_sniff(const uint8_t *head, size_t n);
void isobmff_inspect(struct reader *r, struct audio_facts *facts);
bool webm_sniff(const uint8_t *head, size_t n);
void webm_inspect(struct reader *r, struct audio_facts *facts);
bool amr_sniff(const uint8_t *head, size_t n);
void amr_inspect(struct reader *r, struct audio_facts *facts);
bool flac_sniff(const uint8_t *head, size_t n);
void flac_inspect(struct reader *r, struct audio_facts *facts);

/* What it is instead: document.c. */
bool text_sniff(const uint8_t *head, size_t n);
bool html_sniff(const uint8_t *head, size_t n);
bool xml_sniff(const uint8_t *head, size_t n);
bool json_sniff(const uint8_t *head, size_t n);

#endif
