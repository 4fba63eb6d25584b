/*
 * Small images and documents, made by code: the generators follow the
 * standards, not the parsers.
 */
#ifndef UNIT_MEDIA_IMAGES_H
#define UNIT_MEDIA_IMAGES_H

#include "unit/audio/samples.h"

/* The CRC-32 of PNG, bit by bit. */
static inline uint32_t
png_crc(const uint8_t *p, size_t n)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return crc ^ 0xffffffffu;
}

static inline void
add_chunk(struct buf *b, const char *type, const void *data, size_t n)
{
	size_t at;

	add_be(b, n, 4);
	at = b->len;
	buf_add(b, type, 4);
	buf_add(b, data, n);
	add_be(b, png_crc(b->data + at, b->len - at), 4);
}

static inline void
add_png(struct buf *b)
{
	static const uint8_t head[13] = { 0, 0, 0, 1, 0, 0, 0, 1, 8 };
	/* zlib: one stored block of a filter byte and a point */
	static const uint8_t data[] = {
		0x78, 1, 1, 2, 0, 0xfd, 0xff, 0, 0x7f, 0, 0x81, 0, 0x80,
	};

	buf_add(b, "\x89PNG\r\n\x1a\n", 8);
	add_chunk(b, "IHDR", head, sizeof(head));
	add_chunk(b, "tEXt", "a\0b", 3);
	add_chunk(b, "IDAT", data, sizeof(data));
	add_chunk(b, "IEND", "", 0);
}

static inline void
add_segment(struct buf *b, uint8_t marker, const void *data, size_t n)
{
	buf_addc(b, (char)0xff);
	buf_addc(b, (char)marker);
	add_be(b, n + 2, 2);
	buf_add(b, data, n);
}

/* With a thumbnail in it, stuffed zeros, restarts and two scans. */
static inline void
add_jpeg(struct buf *b)
{
	buf_add(b, "\xff\xd8", 2);
	add_segment(b, 0xe0, "JFIF\0\1\1\0\0\1\0\1\0\0", 14);
	add_segment(b, 0xe1, "Exif\0\0\xff\xd8\xff\xd9", 10);
	buf_addc(b, (char)0xff);	/* filling */
	add_segment(b, 0xc2, "\10\0\1\0\1\1\1\x11\0", 9);
	add_segment(b, 0xda, "\1\1\0\0\0\0", 6);
	buf_add(b, "\x12\xff\0\x34\xff\xd0\x56\xff\xff\0\x78", 11);
	add_segment(b, 0xc4, "\0", 1);
	add_segment(b, 0xda, "\1\1\0\1\x3f\0", 6);
	buf_add(b, "\x9a\xff\0", 3);
	buf_add(b, "\xff\xd9", 2);
}

static inline void
add_gif(struct buf *b)
{
	buf_add(b, "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff", 19);
	buf_add(b, "\x21\xf9\4\0\0\0\0\0", 8);
	buf_add(b, "\x21\xfe\3abc\2de\0", 10);
	/* with colours of its own */
	buf_add(b, "\x2c\0\0\0\0\1\0\1\0\x80\0\0\0\1\1\1\2\2\x44\1\0", 21);
	buf_addc(b, 0x3b);
}

static inline void
add_webp(struct buf *b)
{
	size_t at = b->len;

	buf_add(b, "RIFF....WEBPVP8X\12\0\0\0", 20);
	add_fill(b, 0, 10);
	buf_add(b, "VP8L\5\0\0\0\x2f\0\0\0\0\0", 14);	/* padded */
	set_le32(b, at + 4, (uint32_t)(b->len - at - 8));
}

static inline void
add_pdf(struct buf *b)
{
	buf_adds(b, "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n"
		 "startxref\n9\n%%EOF\n");
}

/* An MP4, or whatever brand, that only shows something. */
static inline void
add_video(struct buf *b, const char *brand)
{
	size_t at = b->len;

	add_ftyp(b);
	memcpy(b->data + at + 8, brand, 4);
	add_moov(b, "vide", "avc1");
	add_mdat(b, 100);
}

#endif
