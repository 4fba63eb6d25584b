/*
 * The checksum of Ogg pages: CRC-32 with the polynomial 0x04C11DB7, most
 * significant bit first, starting at 0, not inverted.
 */
#ifndef AUDIO_CRC_H
#define AUDIO_CRC_H

#include <stddef.h>
#include <stdint.h>

struct crc_table {
	uint32_t rows[8][256];
};

void crc_init(struct crc_table *t);

/* crc_add(t, crc, p, n): The checksum when n bytes follow those of crc. */
uint32_t crc_add(const struct crc_table *t, uint32_t crc, const uint8_t *p,
		 size_t n);

#endif
