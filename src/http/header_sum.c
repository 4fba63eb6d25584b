#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "http/header_internal.h"

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decode s, which must hold exactly size bytes and its padding. */
static int
decode_base64(struct span s, uint8_t *out, size_t size)
{
	size_t digits = (size * 8 + 5) / 6;
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t n = 0;

	if (s.n != (size + 2) / 3 * 4)
		return ARK_EFORMAT;
	for (size_t i = 0; i < s.n; i++) {
		int digit = base64_digit(s.p[i]);

		if (i >= digits) {
			if (s.p[i] != '=')
				return ARK_EFORMAT;
			continue;
		}
		if (digit < 0)
			return ARK_EFORMAT;
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (uint8_t)(bits >> n_bits);
		}
	}
	return n == size ? 0 : ARK_EFORMAT;
}

static void
add_sum(struct http_head *h, unsigned bit, uint8_t *field, size_t size,
	struct span base64)
{
	uint8_t bytes[64];

	if (decode_base64(base64, bytes, size))
		return;
	if (h->checksums & bit && memcmp(field, bytes, size))
		(void)snprintf(h->flaw, sizeof(h->flaw),
			       "two different checksums of one kind");
	memcpy(field, bytes, size);
	h->checksums |= bit;
}

void
header_content_md5(struct http_head *h, struct span value)
{
	add_sum(h, HTTP_SUM_MD5, h->md5, sizeof(h->md5), value);
}

/* An upload in parts has "…-7" behind a sum of sums: no use, and refused. */
void
header_amz_sha256(struct http_head *h, struct span value)
{
	add_sum(h, HTTP_SUM_SHA256, h->sha256, sizeof(h->sha256), value);
}

/* "sha-256=:…=:, sha-512=:…=:" */
void
header_repr_digest(struct http_head *h, struct span value)
{
	while (value.n) {
		struct span sum = span_trim(span_cut(&value, ','));
		struct span name = span_cut(&sum, '=');

		if (!sum.n || sum.p[0] != ':')
			continue;
		sum.p++;
		sum.n--;
		sum = span_cut(&sum, ':');
		if (span_is(name, "sha-256"))
			add_sum(h, HTTP_SUM_SHA256, h->sha256,
				sizeof(h->sha256), sum);
		else if (span_is(name, "sha-512"))
			add_sum(h, HTTP_SUM_SHA512, h->sha512,
				sizeof(h->sha512), sum);
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void
header_etag_md5(struct http_head *h)
{
	if (!header_etag_is_strong(h->etag) || strlen(h->etag) != 34)
		return;
	for (size_t i = 0; i < 16; i++) {
		int high = hex_digit(h->etag[1 + 2 * i]);
		int low = hex_digit(h->etag[2 + 2 * i]);

		if (high < 0 || low < 0)
			return;
		h->etag_md5[i] = (uint8_t)(high << 4 | low);
	}
	h->checksums |= HTTP_SUM_ETAG_MD5;
}
