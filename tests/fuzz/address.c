/*
 * Which addresses may be talked to.  The first 16 bytes are an address, the
 * rest a range as a user writes it.  An IPv4 address is judged the same however
 * it is wrapped, and a range opens what is inside it and nothing else.
 */
#include <netinet/in.h>

#include "fuzz.h"
#include "http/address.h"

static struct sockaddr_in6
v6_of(const uint8_t bytes[16])
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6 };

	memcpy(&sa.sin6_addr, bytes, 16);
	return sa;
}

static bool
is_public(const uint8_t bytes[16])
{
	struct sockaddr_in6 sa = v6_of(bytes);

	return address_is_public((const struct sockaddr *)&sa);
}

static bool
may_connect(const struct address_policy *p, const uint8_t bytes[16])
{
	struct sockaddr_in6 sa = v6_of(bytes);

	return address_may_connect(p, (const struct sockaddr *)&sa);
}

static void
try_wrappings(const uint8_t v4[4])
{
	uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff };
	uint8_t nat64[16] = { 0x00, 0x64, 0xff, 0x9b };
	uint8_t six_to_four[16] = { 0x20, 0x02 };
	uint8_t teredo[16] = { 0x20, 0x01 };
	struct sockaddr_in sa = { .sin_family = AF_INET };
	bool expected;

	memcpy(&sa.sin_addr, v4, 4);
	expected = address_is_public((const struct sockaddr *)&sa);
	memcpy(mapped + 12, v4, 4);
	memcpy(nat64 + 12, v4, 4);
	memcpy(six_to_four + 2, v4, 4);
	memcpy(teredo + 12, v4, 4);
	MUST(is_public(mapped) == expected);
	MUST(is_public(nat64) == expected);
	MUST(is_public(six_to_four) == expected);
	MUST(!is_public(teredo));
	if (v4[0] == 10 || v4[0] == 127 || (v4[0] == 192 && v4[1] == 168))
		MUST(!expected);
}

/* "10.1.2.3/16" leaves open which of the two was meant. */
static void
must_be_a_prefix(const struct address_rule *rule)
{
	for (unsigned bit = rule->bits; bit < 128; bit++)
		MUST(!(rule->bytes[bit / 8] & 0x80 >> bit % 8));
}

static void
try_range(const char *cidr, const uint8_t elsewhere[16])
{
	struct address_policy p = { 0 };
	struct ark_error err = { 0 };
	int rc = address_allow(&p, cidr, &err);
	uint8_t inside[16], outside[16];
	unsigned bits;

	must_report(rc, &err);
	MUST(p.n_allowed == (rc ? 0 : 1));
	if (rc) {
		MUST(may_connect(&p, elsewhere) == is_public(elsewhere));
		return;
	}
	bits = p.allowed[0].bits;
	MUST(bits <= 128);
	must_be_a_prefix(&p.allowed[0]);
	memcpy(inside, p.allowed[0].bytes, 16);
	MUST(may_connect(&p, inside));
	if (bits < 128) {
		inside[bits / 8] ^= (uint8_t)(0x80 >> bits % 8);
		MUST(may_connect(&p, inside));
	}
	if (bits) {
		memcpy(outside, p.allowed[0].bytes, 16);
		outside[(bits - 1) / 8] ^= (uint8_t)(0x80 >> (bits - 1) % 8);
		MUST(may_connect(&p, outside) == is_public(outside));
	}
	MUST(may_connect(&p, elsewhere) || !is_public(elsewhere));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	uint8_t address[16];
	char *cidr;

	for (size_t i = 0; i < sizeof(address); i++)
		address[i] = input_byte(&in);
	cidr = input_rest(&in);
	try_wrappings(address);
	try_range(cidr, address);
	free(cidr);
	return 0;
}
