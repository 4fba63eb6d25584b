#include "digest/digest.h"

#include <string.h>

void
digest_hex(char *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
digest_unhex(uint8_t *out, size_t n, const char *hex)
{
	if (strnlen(hex, 2 * n + 1) != 2 * n)
		return ARK_EFORMAT;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return ARK_EFORMAT;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

static int
base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = memchr(digits, c, sizeof(digits) - 1);

	return at ? (int)(at - digits) : -1;
}

/*
 * Up to three bytes from four characters.  OpenSSL's decoder is not used: it
 * skips white space and takes bits that nobody wrote.
 */
static int
unbase64_group(uint8_t *out, size_t n, const char *text)
{
	uint32_t bits = 0;
	uint32_t unused = n == 1 ? 0xffff : n == 2 ? 0xff : 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i <= n ? base64_digit(text[i]) : 0;

		if (digit < 0 || (i > n && text[i] != '='))
			return ARK_EFORMAT;
		bits = bits << 6 | (uint32_t)digit;
	}
	if (bits & unused)
		return ARK_EFORMAT;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(bits >> (16 - 8 * i));
	return 0;
}

int
digest_unbase64(uint8_t *out, size_t n, const char *text)
{
	size_t len = (n + 2) / 3 * 4;

	if (strnlen(text, len + 1) != len)
		return ARK_EFORMAT;
	while (n) {
		size_t some = n < 3 ? n : 3;

		if (unbase64_group(out, some, text))
			return ARK_EFORMAT;
		out += some;
		n -= some;
		text += 4;
	}
	return 0;
}
