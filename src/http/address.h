/*
 * Which network addresses may be talked to.
 *
 * Refused unless allowed by the settings: everything in IANA's special-purpose
 * registries: private, loopback, link-local, shared, documentation,
 * benchmarking, multicast, reserved; and IPv4 addresses of those kinds wrapped
 * into IPv6 (mapped, NAT64, 6to4, Teredo).
 */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

#define ADDRESS_MAX_RULES 64

struct address_rule {
	uint8_t bytes[16];	/* IPv4 as ::ffff:a.b.c.d */
	uint8_t bits;		/* of the 128 */
};

struct address_policy {
	struct address_rule allowed[ADDRESS_MAX_RULES];
	size_t n_allowed;
};

/*
 * address_allow(p, cidr, err):
 * Add "10.1.0.0/16", "fd00::/8" or one address.  Return 0 or ARK_EUSAGE.
 */
int address_allow(struct address_policy *p, const char *cidr,
		  struct ark_error *err);

/* address_is_public(sa): Whether sa is of no special purpose. */
bool address_is_public(const struct sockaddr *sa);

/* address_may_connect(p, sa): Public, or allowed by p.  IPv4 and IPv6 only. */
bool address_may_connect(const struct address_policy *p,
			 const struct sockaddr *sa);

#endif
