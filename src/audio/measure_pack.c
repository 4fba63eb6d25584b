/*
 * A measure as bytes: a head of fixed width, the points, and a checksum, so
 * that what was torn by a power cut is made anew and not shown.
 *
 *	"ARKPEAK2"  rate  channels  lanes  frames  loudness  clipped
 *	silence  active[2]  points  bytes ...  crc
 */
#include <stdlib.h>
#include <string.h>

#include "audio/crc.h"
#include "audio/decode.h"
#include "audio/measure.h"
#include "audio/reader.h"
#include "base/error.h"

#define MAGIC "ARKPEAK2"	/* another number when measuring changes */
#define MAGIC_BYTES 8
#define HEAD_BYTES 42
#define CRC_BYTES 4

static void
put(struct buf *out, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		(void)buf_addc(out, (char)(uint8_t)(value >> 8 * i));
}

static size_t
point_bytes(const struct measure *m)
{
	return (size_t)m->points * m->lanes * MEASURE_POINT_BYTES;
}

static uint32_t
checksum(const uint8_t *bytes, size_t n)
{
	struct crc_table table;

	crc_init(&table);
	return crc_add(&table, 0, bytes, n);
}

void
measure_pack(const struct measure *m, struct buf *out)
{
	size_t start = out->len;

	(void)buf_add(out, MAGIC, MAGIC_BYTES);
	put(out, m->rate_hz, 4);
	put(out, m->channels, 2);
	put(out, m->lanes, 2);
	put(out, (uint64_t)m->frames, 8);
	put(out, (uint32_t)m->loudness_cb, 4);
	put(out, m->clipped, 4);
	put(out, m->silence, 2);
	put(out, m->active[0], 2);
	put(out, m->active[1], 2);
	put(out, m->points, 4);
	(void)buf_add(out, m->bytes, point_bytes(m));
	if (!out->rc)
		put(out, checksum(out->data + start, out->len - start),
		    CRC_BYTES);
}

static void
read_head(struct measure *m, const uint8_t *p)
{
	p += MAGIC_BYTES;
	m->rate_hz = le32(p);
	m->channels = le16(p + 4);
	m->lanes = le16(p + 6);
	m->frames = (int64_t)(le64(p + 8) & INT64_MAX);
	m->loudness_cb = (int32_t)le32(p + 16);
	m->clipped = le32(p + 20);
	m->silence = le16(p + 24);
	m->active[0] = le16(p + 26);
	m->active[1] = le16(p + 28);
	m->points = le32(p + 30);
}

static bool
is_sane(const struct measure *m)
{
	return m->rate_hz && m->rate_hz <= DECODER_MAX_RATE && m->channels &&
	       m->channels <= DECODER_MAX_CHANNELS &&
	       m->lanes == (m->channels > 1 ? 2 : 1) &&
	       m->points <= MEASURE_POINTS && m->frames > 0 &&
	       m->frames < INT64_MAX / 1000 && m->silence <= 1000 &&
	       m->active[0] <= 1000 && m->active[1] <= 1000;
}

int
measure_unpack(struct measure *out, const uint8_t *bytes, size_t n,
	       struct ark_error *err)
{
	*out = (struct measure){ 0 };
	if (n < HEAD_BYTES + CRC_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) ||
	    checksum(bytes, n - CRC_BYTES) != le32(bytes + n - CRC_BYTES))
		return error_set(err, ARK_EFORMAT, "no measure, or a damaged "
				 "one");
	read_head(out, bytes);
	if (!is_sane(out) ||
	    point_bytes(out) != n - HEAD_BYTES - CRC_BYTES) {
		*out = (struct measure){ 0 };
		return error_set(err, ARK_EFORMAT, "a measure that cannot be");
	}
	out->bytes = malloc(point_bytes(out) + 1);
	if (!out->bytes)
		return error_nomem(err);
	memcpy(out->bytes, bytes + HEAD_BYTES, point_bytes(out));
	return 0;
}
