/*
 * Hex and base64, read strictly: what is accepted is exactly what encoding the
 * bytes gives back.  The first byte of the input is how many bytes are wanted.
 */
#include "digest/digest.h"
#include "fuzz.h"

static void
to_base64(char *out, const uint8_t *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; n; p += n < 3 ? n : 3, n -= n < 3 ? n : 3) {
		uint32_t bits = (uint32_t)p[0] << 16;

		bits |= n > 1 ? (uint32_t)p[1] << 8 : 0;
		bits |= n > 2 ? p[2] : 0;
		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = n > 1 ? digits[bits >> 6 & 63] : '=';
		*out++ = n > 2 ? digits[bits & 63] : '=';
	}
	*out = 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	size_t wanted = input_byte(&in) % (DIGEST_MAX_SIZE + 1);
	char *text = input_rest(&in);
	uint8_t *out = malloc(wanted ? wanted : 1);
	char again[DIGEST_HEX_SIZE];

	MUST(out);
	if (!digest_unhex(out, wanted, text)) {
		digest_hex(again, out, wanted);
		MUST(text_equal_nocase(again, text));
	}
	if (!digest_unbase64(out, wanted, text)) {
		to_base64(again, out, wanted);
		MUST(!strcmp(again, text));
	}
	/* And the other way round. */
	for (size_t i = 0; i < wanted; i++)
		out[i] = (uint8_t)(i < n ? bytes[i] : i);
	to_base64(again, out, wanted);
	MUST(!digest_unbase64(out, wanted, again));
	free(out);
	free(text);
	return 0;
}
