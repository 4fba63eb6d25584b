/*
 * Small bodies of every format, made by code, and their inspection.  The
 * generators follow the standards, not the parsers: the checksum here is the
 * plain bitwise one.
 */
#ifndef UNIT_AUDIO_SAMPLES_H
#define UNIT_AUDIO_SAMPLES_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "audio/audio.h"
#include "base/buf.h"
#include "base/fdio.h"

#define SAMPLE_MAX ((size_t)64 << 20)
#define SAMPLE_INIT BUF_INIT(SAMPLE_MAX)

/* Numbers, least or most significant byte first. */
static inline void
add_le(struct buf *b, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		buf_addc(b, (char)(uint8_t)(value >> 8 * i));
}

static inline void
add_be(struct buf *b, uint64_t value, int n)
{
	for (int i = n - 1; i >= 0; i--)
		buf_addc(b, (char)(uint8_t)(value >> 8 * i));
}

static inline void
add_fill(struct buf *b, uint8_t byte, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(b, (char)byte);
}

static inline void
set_le32(struct buf *b, size_t at, uint32_t value)
{
	assert_true(at + 4 <= b->len);
	for (size_t i = 0; i < 4; i++)
		b->data[at + i] = (uint8_t)(value >> 8 * i);
}

static inline void
set_be32(struct buf *b, size_t at, uint32_t value)
{
	assert_true(at + 4 <= b->len);
	for (size_t i = 0; i < 4; i++)
		b->data[at + i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Where the text stands in b. */
static inline size_t
find_text(const struct buf *b, const char *text)
{
	const uint8_t *p = memmem(b->data, b->len, text, strlen(text));

	assert_non_null(p);
	return (size_t)(p - b->data);
}

/* An unnamed file that holds b. */
static inline FILE *
sample_file(const struct buf *b)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(b->rc, 0);
	assert_int_equal(fdio_pwrite(fileno(file), b->data, b->len, 0), 0);
	return file;
}

static inline struct audio_facts
inspect(const struct buf *b)
{
	FILE *file = sample_file(b);
	struct ark_error err = { 0 };
	struct audio_facts facts;

	assert_int_equal(audio_inspect(fileno(file), (int64_t)b->len, &facts,
				       &err), 0);
	assert_int_equal(err.code, 0);
	assert_int_equal(facts.is_whole, facts.flaw[0] == '\0');
	fclose(file);
	return facts;
}

/* WAV */

static inline void
add_fmt(struct buf *b, uint16_t tag, uint16_t bits, uint32_t byte_rate)
{
	buf_adds(b, "fmt ");
	add_le(b, 16, 4);
	add_le(b, tag, 2);
	add_le(b, 1, 2);
	add_le(b, 8000, 4);
	add_le(b, byte_rate, 4);
	add_le(b, bits < 8 ? 1 : bits / 8, 2);
	add_le(b, bits, 2);
}

/* Make the RIFF length right. */
static inline void
end_riff(struct buf *b)
{
	set_le32(b, 4, (uint32_t)b->len - 8);
}

/* 8 kHz, mono, 16 bits, n bytes of data with their padding. */
static inline void
add_wav(struct buf *b, size_t n)
{
	buf_add(b, "RIFF\0\0\0\0WAVE", 12);
	add_fmt(b, 1, 16, 16000);
	buf_adds(b, "data");
	add_le(b, n, 4);
	add_fill(b, 0x11, n + (n & 1));
	end_riff(b);
}

/* Ogg */

enum { OGG_CONTINUED = 1, OGG_FIRST = 2, OGG_LAST = 4 };

static inline uint32_t
plain_crc(const uint8_t *p, size_t n)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint32_t)p[i] << 24;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? 0x04C11DB7u : 0);
	}
	return crc;
}

struct ogg_page {
	uint8_t flags;
	int64_t granule;
	uint32_t serial, number;
};

/* One page with one packet of n (below 65025) bytes. */
static inline void
add_page(struct buf *b, struct ogg_page page, const void *packet, size_t n)
{
	size_t at = b->len;

	buf_add(b, "OggS", 5);
	buf_addc(b, (char)page.flags);
	add_le(b, (uint64_t)page.granule, 8);
	add_le(b, page.serial, 4);
	add_le(b, page.number, 4);
	add_le(b, 0, 4);
	buf_addc(b, (char)(uint8_t)(n / 255 + 1));
	add_fill(b, 255, n / 255);
	buf_addc(b, (char)(uint8_t)(n % 255));
	buf_add(b, packet, n);
	set_le32(b, at + 22, plain_crc(b->data + at, b->len - at));
}

static const uint8_t opus_head[19] = "OpusHead\1\1\x38\1\x40\x1F";

/* Opus, mono, n pages of one second each behind the two of headers. */
static inline void
add_opus(struct buf *b, uint32_t serial, uint32_t n)
{
	uint8_t packet[200];

	memset(packet, 0x5A, sizeof(packet));
	add_page(b, (struct ogg_page){ OGG_FIRST, 0, serial, 0 }, opus_head,
		 sizeof(opus_head));
	add_page(b, (struct ogg_page){ 0, 0, serial, 1 }, "OpusTags", 8);
	for (uint32_t i = 1; i <= n; i++) {
		struct ogg_page page = { i == n ? OGG_LAST : 0,
					 312 + 48000 * (int64_t)i, serial,
					 1 + i };

		add_page(b, page, packet, sizeof(packet));
	}
}

/* MP3: MPEG-1, layer III, 128 kbit/s, 44.1 kHz, stereo: 417 bytes. */

enum { MP3_FRAME = 417 };

static inline void
add_mp3_frame(struct buf *b)
{
	buf_add(b, "\xFF\xFB\x90\x00", 4);
	add_fill(b, 0x22, MP3_FRAME - 4);
}

static inline void
add_mp3(struct buf *b, int n)
{
	for (int i = 0; i < n; i++)
		add_mp3_frame(b);
}

/* A Xing header frame; n_bytes 0 leaves the field out. */
static inline void
add_xing(struct buf *b, uint32_t n_frames, uint32_t n_bytes)
{
	size_t at = b->len;

	add_mp3_frame(b);
	memcpy(b->data + at + 36, "Xing", 4);
	set_be32(b, at + 40, n_bytes ? 3 : 1);
	set_be32(b, at + 44, n_frames);
	if (n_bytes)
		set_be32(b, at + 48, n_bytes);
}

/* An ID3v2 tag of 10 + n bytes. */
static inline void
add_id3(struct buf *b, uint32_t n)
{
	buf_add(b, "ID3\4\0\0", 6);
	for (int shift = 21; shift >= 0; shift -= 7)
		buf_addc(b, (char)(n >> shift & 0x7F));
	add_fill(b, 0, n);
}

/* ISO base media */

static inline size_t
begin_box(struct buf *b, const char *type)
{
	size_t at = b->len;

	add_be(b, 0, 4);
	buf_adds(b, type);
	return at;
}

static inline void
end_box(struct buf *b, size_t at)
{
	set_be32(b, at, (uint32_t)(b->len - at));
}

/* mvhd or mdhd, version 0. */
static inline void
add_times(struct buf *b, const char *type, uint32_t scale, uint32_t duration)
{
	size_t at = begin_box(b, type);

	add_fill(b, 0, 12);
	add_be(b, scale, 4);
	add_be(b, duration, 4);
	add_fill(b, 0, 4);
	end_box(b, at);
}

static inline void
add_trak(struct buf *b, const char *handler, const char *codec)
{
	size_t trak = begin_box(b, "trak"), mdia = begin_box(b, "mdia");
	size_t at, minf, stbl;

	add_times(b, "mdhd", 16000, 48000);
	at = begin_box(b, "hdlr");
	add_fill(b, 0, 8);
	buf_adds(b, handler);
	add_fill(b, 0, 13);
	end_box(b, at);
	minf = begin_box(b, "minf");
	stbl = begin_box(b, "stbl");
	at = begin_box(b, "stsd");
	add_be(b, 0, 4);
	add_be(b, 1, 4);
	add_be(b, 36, 4);
	buf_adds(b, codec);
	add_fill(b, 0, 16);
	add_be(b, 2, 2);
	add_fill(b, 0, 6);
	add_be(b, 16000, 2);
	add_be(b, 0, 2);
	end_box(b, at);
	end_box(b, stbl);
	end_box(b, minf);
	end_box(b, mdia);
	end_box(b, trak);
}

static inline void
add_ftyp(struct buf *b)
{
	size_t at = begin_box(b, "ftyp");

	buf_add(b, "M4A \0\0\0\0M4A mp42isom", 20);
	end_box(b, at);
}

static inline void
add_moov(struct buf *b, const char *handler, const char *codec)
{
	size_t at = begin_box(b, "moov");

	add_times(b, "mvhd", 1000, 3000);
	add_trak(b, handler, codec);
	end_box(b, at);
}

static inline void
add_mdat(struct buf *b, size_t n)
{
	size_t at = begin_box(b, "mdat");

	add_fill(b, 0x33, n);
	end_box(b, at);
}

static inline void
add_m4a(struct buf *b)
{
	add_ftyp(b);
	add_mdat(b, 300);
	add_moov(b, "soun", "mp4a");
}

/* WebM */

/* An element with a length of 8 bytes; returns where its content begins. */
static inline size_t
begin_element(struct buf *b, uint32_t id)
{
	int n = id > 0xFFFFFF ? 4 : id > 0xFFFF ? 3 : id > 0xFF ? 2 : 1;

	add_be(b, id, n);
	add_be(b, 0x01FFFFFFFFFFFFFF, 8);	/* unknown until its end */
	return b->len;
}

static inline void
end_element(struct buf *b, size_t at)
{
	set_be32(b, at - 8, 0x01000000);
	set_be32(b, at - 4, (uint32_t)(b->len - at));
}

static inline void
add_uint(struct buf *b, uint32_t id, uint64_t value, int n)
{
	size_t at = begin_element(b, id);

	add_be(b, value, n);
	end_element(b, at);
}

static inline void
add_string(struct buf *b, uint32_t id, const char *text)
{
	size_t at = begin_element(b, id);

	buf_adds(b, text);
	end_element(b, at);
}

static inline void
add_webm_head(struct buf *b)
{
	size_t at = begin_element(b, 0x1A45DFA3);

	add_uint(b, 0x4286, 1, 1);
	add_string(b, 0x4282, "webm");
	end_element(b, at);
}

/* One cluster of two blocks, at 4 s and 4.5 s; live: of unknown length. */
static inline void
add_cluster(struct buf *b, int is_live)
{
	size_t at = begin_element(b, 0x1F43B675);

	add_uint(b, 0xE7, 4000, 2);
	add_uint(b, 0xA3, 0x8100008055667788, 8);
	add_uint(b, 0xA3, 0x8101F48055667788, 8);
	if (!is_live)
		end_element(b, at);
}

static inline void
add_webm(struct buf *b, int is_live)
{
	size_t segment, at, entry, audio;

	add_webm_head(b);
	segment = begin_element(b, 0x18538067);
	at = begin_element(b, 0x1549A966);
	add_uint(b, 0x2AD7B1, 1000000, 4);
	if (!is_live)
		add_uint(b, 0x4489, 0x40B3880000000000, 8);	/* 5000.0 */
	end_element(b, at);
	at = begin_element(b, 0x1654AE6B);
	entry = begin_element(b, 0xAE);
	add_uint(b, 0x83, 2, 1);
	add_string(b, 0x86, "A_OPUS");
	audio = begin_element(b, 0xE1);
	add_uint(b, 0xB5, 0x473B8000, 4);	/* 48000.0 */
	add_uint(b, 0x9F, 2, 1);
	end_element(b, audio);
	end_element(b, entry);
	end_element(b, at);
	add_cluster(b, is_live);
	if (!is_live)
		end_element(b, segment);
}

/* AMR: n frames of 12.2 kbit/s, or n of the wide band's 23.85. */

static inline void
add_amr(struct buf *b, int n)
{
	buf_adds(b, "#!AMR\n");
	for (int i = 0; i < n; i++) {
		buf_addc(b, 7 << 3 | 4);
		add_fill(b, 0x44, 31);
	}
}

static inline void
add_amr_wb(struct buf *b, int n)
{
	buf_adds(b, "#!AMR-WB\n");
	for (int i = 0; i < n; i++) {
		buf_addc(b, 8 << 3 | 4);
		add_fill(b, 0x44, 60);
	}
}

/* FLAC: 3 s of 44.1 kHz stereo, 33 frames of at least 20 bytes. */
static inline void
add_flac(struct buf *b, size_t n)
{
	buf_adds(b, "fLaC");
	add_be(b, 34, 4);
	add_be(b, 4096, 2);
	add_be(b, 4096, 2);
	add_be(b, 20, 3);
	add_be(b, 4000, 3);
	add_be(b, (uint64_t)44100 << 44 | (uint64_t)1 << 41 |
	       (uint64_t)15 << 36 | 132300, 8);
	add_fill(b, 0, 16);
	add_be(b, 0x84000004, 4);
	add_fill(b, 0, 4);
	buf_add(b, "\xFF\xF8", 2);
	add_fill(b, 0x66, n - 2);
}

#endif
