#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"

struct range {
	uint8_t bytes[16];
	uint8_t bits;
};

/* IANA IPv4 Special-Purpose Address Registry, and class D and E. */
static const struct range special_v4[] = {
	{ { 0 }, 8 },
	{ { 10 }, 8 },
	{ { 100, 64 }, 10 },
	{ { 127 }, 8 },
	{ { 169, 254 }, 16 },
	{ { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 },
	{ { 192, 0, 2 }, 24 },
	{ { 192, 88, 99 }, 24 },
	{ { 192, 168 }, 16 },
	{ { 198, 18 }, 15 },
	{ { 198, 51, 100 }, 24 },
	{ { 203, 0, 113 }, 24 },
	{ { 224 }, 4 },
	{ { 240 }, 4 },
};

/* Global unicast; whatever lies outside is special. */
static const struct range global_v6 = { { 0x20 }, 3 };

/* IANA IPv6 Special-Purpose Address Registry, as far as inside the above. */
static const struct range special_v6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },			/* Teredo among them */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },		/* documentation */
	{ { 0x3f, 0xff, 0x00 }, 20 },			/* documentation */
	{ { 0x26, 0x20, 0x00, 0x4f, 0x80, 0x00 }, 48 },	/* AS112 */
};

/* Where an IPv4 address sits inside an IPv6 one: prefix, offset in bytes. */
static const struct wrapping {
	struct range range;
	size_t offset;
} wrappings[] = {
	{ { { [10] = 0xff, [11] = 0xff }, 96 }, 12 },		/* mapped */
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },		/* NAT64 */
	{ { { 0x20, 0x02 }, 16 }, 2 },				/* 6to4 */
};

static bool
is_within(const uint8_t *address, const uint8_t *prefix, unsigned bits)
{
	size_t whole = bits / 8;
	unsigned rest = bits % 8;
	unsigned mask = 0xffu << (8 - rest) & 0xffu;

	if (memcmp(address, prefix, whole))
		return false;
	return !rest || !((address[whole] ^ prefix[whole]) & mask);
}

static bool
is_public_v4(const uint8_t *address)
{
	for (size_t i = 0; i < sizeof(special_v4) / sizeof(special_v4[0]);
	     i++) {
		if (is_within(address, special_v4[i].bytes,
			      special_v4[i].bits))
			return false;
	}
	return true;
}

static bool
is_public_v6(const uint8_t *address)
{
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(wrappings[0]); i++) {
		const struct wrapping *w = &wrappings[i];

		if (is_within(address, w->range.bytes, w->range.bits))
			return is_public_v4(address + w->offset);
	}
	if (!is_within(address, global_v6.bytes, global_v6.bits))
		return false;
	for (size_t i = 0; i < sizeof(special_v6) / sizeof(special_v6[0]);
	     i++) {
		if (is_within(address, special_v6[i].bytes,
			      special_v6[i].bits))
			return false;
	}
	return true;
}

/* IPv4 becomes ::ffff:a.b.c.d. */
static bool
to_bytes(const struct sockaddr *sa, uint8_t bytes[16])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memset(bytes, 0, 16);
	if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		memcpy(bytes, &v6.sin6_addr, 16);
		return true;
	}
	if (sa->sa_family != AF_INET)
		return false;
	memcpy(&v4, sa, sizeof(v4));
	bytes[10] = bytes[11] = 0xff;
	memcpy(bytes + 12, &v4.sin_addr, 4);
	return true;
}

static int
parse_address(const char *text, uint8_t bytes[16], bool *is_v4)
{
	memset(bytes, 0, 16);
	*is_v4 = inet_pton(AF_INET, text, bytes + 12) == 1;
	if (*is_v4)
		bytes[10] = bytes[11] = 0xff;
	else if (inet_pton(AF_INET6, text, bytes) != 1)
		return ARK_EUSAGE;
	return 0;
}

static int
parse_rule(struct address_rule *rule, const char *cidr)
{
	static const uint8_t zeros[16];
	const char *slash = strchr(cidr, '/');
	char text[INET6_ADDRSTRLEN];
	size_t len = slash ? (size_t)(slash - cidr) : strlen(cidr);
	uint8_t rest[16];
	int64_t bits;
	bool is_v4;

	if (len >= sizeof(text))
		return ARK_EUSAGE;
	memcpy(text, cidr, len);
	text[len] = 0;
	if (parse_address(text, rule->bytes, &is_v4))
		return ARK_EUSAGE;
	bits = is_v4 ? 32 : 128;
	if (slash && text_to_int(slash + 1, 0, bits, &bits))
		return ARK_EUSAGE;
	rule->bits = (uint8_t)(is_v4 ? bits + 96 : bits);
	/* 10.1.2.3/16 is a slip of the pen: which of the two was meant? */
	memcpy(rest, rule->bytes, sizeof(rest));
	memset(rest, 0, rule->bits / 8);
	if (rule->bits % 8)
		rest[rule->bits / 8] &= (uint8_t)(0xff >> rule->bits % 8);
	return memcmp(rest, zeros, sizeof(rest)) ? ARK_EUSAGE : 0;
}

int
address_allow(struct address_policy *p, const char *cidr,
	      struct ark_error *err)
{
	if (p->n_allowed == ADDRESS_MAX_RULES)
		return error_set(err, ARK_EUSAGE, "%s: more than %d address "
				 "ranges", cidr, ADDRESS_MAX_RULES);
	if (parse_rule(&p->allowed[p->n_allowed], cidr))
		return error_set(err, ARK_EUSAGE, "%s is no address and no "
				 "range such as 10.1.0.0/16", cidr);
	p->n_allowed++;
	return 0;
}

bool
address_is_public(const struct sockaddr *sa)
{
	uint8_t bytes[16];

	return to_bytes(sa, bytes) && is_public_v6(bytes);
}

bool
address_may_connect(const struct address_policy *p, const struct sockaddr *sa)
{
	uint8_t bytes[16];

	if (!to_bytes(sa, bytes))
		return false;
	for (size_t i = 0; i < p->n_allowed; i++) {
		if (is_within(bytes, p->allowed[i].bytes, p->allowed[i].bits))
			return true;
	}
	return is_public_v6(bytes);
}
