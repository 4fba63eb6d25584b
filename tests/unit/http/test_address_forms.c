/*
 * Sixty ways to write a host, as a link may have it: what url_parse() makes of
 * it, and what the base rule says of the address that is then connected to.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "http/address.h"
#include "http/url.h"

enum verdict {
	REFUSED,	/* no URL: nothing is asked */
	NAME,		/* a name; the address it has is judged later */
	SPECIAL,	/* an address that is not talked to */
	PUBLIC,
};

static const struct {
	const char *text;	/* between "https://" and "/x" */
	enum verdict verdict;
	const char *host;	/* as it is compared and connected to */
} rows[] = {
	/* IPv4 with fewer, octal, hexadecimal or oversized parts. */
	{ "127.1", SPECIAL, "127.0.0.1" },
	{ "127.0.1", SPECIAL, "127.0.0.1" },
	{ "0", SPECIAL, "0.0.0.0" },
	{ "0177.0.0.1", SPECIAL, "127.0.0.1" },
	{ "0300.0250.1", SPECIAL, "192.168.0.1" },
	{ "0x7f.0.0.1", SPECIAL, "127.0.0.1" },
	{ "0X7F000001", SPECIAL, "127.0.0.1" },
	{ "0xa9fea9fe", SPECIAL, "169.254.169.254" },
	{ "2852039166", SPECIAL, "169.254.169.254" },
	{ "0xa9.0376.43518", SPECIAL, "169.254.169.254" },
	{ "017700000001", SPECIAL, "127.0.0.1" },
	{ "134744072", PUBLIC, "8.8.8.8" },
	{ "4294967295", SPECIAL, "255.255.255.255" },
	{ "4294967296", NAME, "4294967296" },
	{ "256.0.0.1", NAME, "256.0.0.1" },
	{ "127.0.0.0.1", NAME, "127.0.0.0.1" },
	{ "09.0.0.1", NAME, "09.0.0.1" },
	/* Written as it is meant, of each special purpose. */
	{ "0.255.255.255", SPECIAL, "0.255.255.255" },
	{ "100.64.0.1", SPECIAL, "100.64.0.1" },
	{ "169.254.170.2", SPECIAL, "169.254.170.2" },
	{ "192.0.0.170", SPECIAL, "192.0.0.170" },
	{ "198.19.0.1", SPECIAL, "198.19.0.1" },
	{ "192.0.2.255", SPECIAL, "192.0.2.255" },
	{ "198.51.100.1", SPECIAL, "198.51.100.1" },
	{ "203.0.113.255", SPECIAL, "203.0.113.255" },
	{ "224.0.0.251", SPECIAL, "224.0.0.251" },
	/* Final dots, escapes, digits and dots of other scripts. */
	{ "127.0.0.1.", SPECIAL, "127.0.0.1" },
	{ "10.0.0.1..", REFUSED, "" },
	{ "0x7f.", REFUSED, "" },
	{ "2852039166.", REFUSED, "" },
	{ "LOCALHOST.", NAME, "localhost" },
	{ "%31%32%37.0.0.1", SPECIAL, "127.0.0.1" },
	{ "127%2e0.0.1", SPECIAL, "127.0.0.1" },
	{ "127.0.0.1%00.example", REFUSED, "" },
	{ "127.0.0.1%2f.example", REFUSED, "" },
	{ "\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1", REFUSED, "" },
	{ "127\xe3\x80\x82" "0.0.1", REFUSED, "" },
	{ "127.0.0.1@8.8.8.8", REFUSED, "" },
	{ "8.8.8.8\\@127.0.0.1", REFUSED, "" },
	/* IPv6, with IPv4 inside it. */
	{ "[::ffff:7f00:1]", SPECIAL, "::ffff:127.0.0.1" },
	{ "[0:0:0:0:0:FFFF:169.254.169.254]", SPECIAL,
	  "::ffff:169.254.169.254" },
	{ "[::127.0.0.1]", SPECIAL, "::127.0.0.1" },
	{ "[::ffff:0:127.0.0.1]", SPECIAL, "::ffff:0:127.0.0.1" },
	{ "[64:ff9b::a9fe:a9fe]", SPECIAL, "64:ff9b::a9fe:a9fe" },
	{ "[64:ff9b:1::a00:1]", SPECIAL, "64:ff9b:1::a00:1" },
	{ "[2002:a9fe:a9fe::1]", SPECIAL, "2002:a9fe:a9fe::1" },
	{ "[2002:808:808::1]", PUBLIC, "2002:808:808::1" },
	{ "[2001:0:a00:1::f5ff:fffe]", SPECIAL, "2001:0:a00:1::f5ff:fffe" },
	/* IPv6 of each special purpose. */
	{ "[0000:0000:0000:0000:0000:0000:0000:0001]", SPECIAL, "::1" },
	{ "[::]", SPECIAL, "::" },
	{ "[fd00:ec2::254]", SPECIAL, "fd00:ec2::254" },
	{ "[fe80::1]", SPECIAL, "fe80::1" },
	{ "[fec0::1]", SPECIAL, "fec0::1" },
	{ "[ff02::fb]", SPECIAL, "ff02::fb" },
	{ "[2001:db8::1]", SPECIAL, "2001:db8::1" },
	{ "[2606:4700::1111]", PUBLIC, "2606:4700::1111" },
	/* Zone ids, and brackets around what is no IPv6. */
	{ "[fe80::1%25eth0]", REFUSED, "" },
	{ "[::1%251]", REFUSED, "" },
	{ "[127.0.0.1]", REFUSED, "" },
	{ "[::1]x", REFUSED, "" },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static_assert(N_ROWS == 60, "sixty ways to write a host");

static const char *
name_of(enum verdict verdict)
{
	static const char *const names[] = {
		"refused", "a name", "special", "public",
	};

	return names[verdict];
}

/* What the base rule says of host. */
static enum verdict
judge_host(const char *host)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	static const struct address_policy none;
	const struct sockaddr *sa = (const struct sockaddr *)&v4;

	if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
		sa = (const struct sockaddr *)&v6;
	else if (inet_pton(AF_INET, host, &v4.sin_addr) != 1)
		return NAME;
	assert_int_equal(address_is_public(sa),
			 address_may_connect(&none, sa));
	return address_is_public(sa) ? PUBLIC : SPECIAL;
}

/* One address can be written in several ways; a name in one. */
static bool
is_same_host(const char *a, const char *b)
{
	struct in6_addr x, y;

	if (inet_pton(AF_INET6, a, &x) == 1 && inet_pton(AF_INET6, b, &y) == 1)
		return !memcmp(&x, &y, sizeof(x));
	return !strcmp(a, b);
}

static void
each_form_has_its_verdict(void **state)
{
	size_t n_of[PUBLIC + 1] = { 0 };

	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		enum verdict found = REFUSED;
		struct url u = { 0 };
		char text[200];

		(void)snprintf(text, sizeof(text), "https://%s/x",
			       rows[i].text);
		if (!url_parse(&u, NULL, text, NULL))
			found = judge_host(u.host);
		if (found != rows[i].verdict ||
		    (u.href && !is_same_host(u.host, rows[i].host)))
			fail_msg("%s: %s, %s", rows[i].text, name_of(found),
				 u.host);
		n_of[found]++;
		url_release(&u);
	}
	for (enum verdict v = REFUSED; v <= PUBLIC; v++)
		print_message("%zu %s\n", n_of[v], name_of(v));
}

/* What was made of a form means the same when it is read once more. */
static void
each_form_is_settled(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct url once = { 0 }, twice = { 0 };
		char text[200];

		(void)snprintf(text, sizeof(text), "https://%s/x",
			       rows[i].text);
		if (url_parse(&once, NULL, text, NULL))
			continue;
		assert_int_equal(url_parse(&twice, NULL, once.href, NULL), 0);
		assert_string_equal(once.href, twice.href);
		assert_true(url_same_origin(&once, &twice));
		url_release(&once);
		url_release(&twice);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_has_its_verdict),
		cmocka_unit_test(each_form_is_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
