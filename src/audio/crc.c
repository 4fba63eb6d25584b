#include "audio/crc.h"

#include "audio/reader.h"

#define POLYNOMIAL 0x04C11DB7u

/* Row k is the checksum of a byte that k zero bytes follow. */
void
crc_init(struct crc_table *t)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte << 24;

		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? POLYNOMIAL : 0);
		t->rows[0][byte] = crc;
	}
	for (int k = 1; k < 8; k++) {
		for (int byte = 0; byte < 256; byte++) {
			uint32_t crc = t->rows[k - 1][byte];

			t->rows[k][byte] = crc << 8 ^ t->rows[0][crc >> 24];
		}
	}
}

/* Eight bytes at a time: eight look-ups that do not wait for each other. */
uint32_t
crc_add(const struct crc_table *t, uint32_t crc, const uint8_t *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8) {
		crc ^= be32(p);
		crc = t->rows[7][crc >> 24] ^ t->rows[6][crc >> 16 & 255] ^
		      t->rows[5][crc >> 8 & 255] ^ t->rows[4][crc & 255] ^
		      t->rows[3][p[4]] ^ t->rows[2][p[5]] ^
		      t->rows[1][p[6]] ^ t->rows[0][p[7]];
	}
	for (; n; n--, p++)
		crc = crc << 8 ^ t->rows[0][crc >> 24 ^ *p];
	return crc;
}
