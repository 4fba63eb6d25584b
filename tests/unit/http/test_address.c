#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "http/address.h"

static void
make(struct sockaddr_storage *out, const char *text)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		out->ss_family = AF_INET;
		return;
	}
	out->ss_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
}

static const struct {
	const char *text;
	bool is_public;
} rows[] = {
	{ "1.1.1.1", true }, { "8.8.8.8", true }, { "223.255.255.255", true },
	{ "0.0.0.0", false }, { "0.1.2.3", false }, { "1.0.0.0", true },
	{ "9.255.255.255", true }, { "10.0.0.0", false },
	{ "10.255.255.255", false }, { "11.0.0.0", true },
	{ "100.63.255.255", true }, { "100.64.0.0", false },
	{ "100.100.100.200", false }, { "100.127.255.255", false },
	{ "100.128.0.0", true },
	{ "126.255.255.255", true }, { "127.0.0.1", false },
	{ "127.255.255.255", false }, { "128.0.0.0", true },
	{ "169.253.255.255", true }, { "169.254.169.254", false },
	{ "169.255.0.0", true },
	{ "172.15.255.255", true }, { "172.16.0.0", false },
	{ "172.31.255.255", false }, { "172.32.0.0", true },
	{ "191.255.255.255", true }, { "192.0.0.1", false },
	{ "192.0.1.0", true }, { "192.0.2.1", false }, { "192.0.3.0", true },
	{ "192.88.98.255", true }, { "192.88.99.1", false },
	{ "192.167.255.255", true }, { "192.168.0.1", false },
	{ "192.169.0.0", true },
	{ "198.17.255.255", true }, { "198.18.0.0", false },
	{ "198.19.255.255", false }, { "198.20.0.0", true },
	{ "198.51.100.7", false }, { "203.0.113.7", false },
	{ "224.0.0.1", false }, { "239.255.255.255", false },
	{ "240.0.0.1", false }, { "255.255.255.255", false },

	{ "2606:4700::1111", true }, { "2a00:1450::1", true },
	{ "::", false }, { "::1", false }, { "::8.8.8.8", false },
	{ "::ffff:8.8.8.8", true }, { "::ffff:127.0.0.1", false },
	{ "::ffff:10.0.0.1", false }, { "::ffff:169.254.169.254", false },
	{ "64:ff9b::8.8.8.8", true }, { "64:ff9b::10.0.0.1", false },
	{ "64:ff9b::127.0.0.1", false }, { "64:ff9b:1::8.8.8.8", false },
	{ "100::1", false }, { "2001::1", false },
	{ "2001:0:808:808::f7f7:f7f7", false },
	{ "2001:1ff:ffff::1", false }, { "2001:200::1", true },
	{ "2001:db7::1", true }, { "2001:db8::1", false },
	{ "2002:0808:0808::1", true }, { "2002:7f00:1::1", false },
	{ "2002:a00:1::1", false }, { "2002:c0a8:101::", false },
	{ "2620:4f:8000::1", false },
	{ "3ffe::1", true }, { "3fff::1", false }, { "3fff:fff::1", false },
	{ "3fff:1000::1", true }, { "4000::1", false }, { "5f00::1", false },
	{ "fc00::1", false }, { "fd00:ec2::254", false },
	{ "fe80::1", false }, { "fec0::1", false }, { "ff02::1", false },
};

static void
test_public(void **state)
{
	static const struct address_policy none;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sockaddr_storage sa;
		bool is_public;

		make(&sa, rows[i].text);
		is_public = address_is_public((struct sockaddr *)&sa);
		if (is_public != rows[i].is_public)
			print_message("%s\n", rows[i].text);
		assert_int_equal(is_public, rows[i].is_public);
		assert_int_equal(address_may_connect(&none,
						     (struct sockaddr *)&sa),
				 rows[i].is_public);
	}
}

static void
test_other_families(void **state)
{
	static struct address_policy all;
	struct sockaddr sa = { .sa_family = AF_UNIX };

	(void)state;
	assert_int_equal(address_allow(&all, "::/0", NULL), 0);
	assert_false(address_is_public(&sa));
	assert_false(address_may_connect(&all, &sa));
}

static void
test_allow(void **state)
{
	static const struct {
		const char *rule, *address;
		bool allowed;
	} checks[] = {
		{ "10.1.0.0/16", "10.1.2.3", true },
		{ "10.1.0.0/16", "10.2.0.0", false },
		{ "10.1.0.0/16", "::ffff:10.1.2.3", true },
		{ "10.1.2.3", "10.1.2.3", true },
		{ "10.1.2.3", "10.1.2.4", false },
		{ "10.1.2.3/32", "10.1.2.3", true },
		{ "127.0.0.0/8", "127.9.9.9", true },
		{ "172.16.0.0/13", "172.23.255.255", true },
		{ "172.16.0.0/13", "172.24.0.0", false },
		{ "0.0.0.0/0", "10.0.0.1", true },
		{ "0.0.0.0/0", "::1", false },
		{ "fd00::/8", "fd12::1", true },
		{ "fd00::/8", "fc12::1", false },
		{ "::1", "::1", true },
		{ "::1", "127.0.0.1", false },
		{ "10.0.0.1", "64:ff9b::10.0.0.1", false },
		/* What is public needs no rule. */
		{ "10.1.2.3", "8.8.8.8", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct address_policy p = { .n_allowed = 0 };
		struct sockaddr_storage sa;

		assert_int_equal(address_allow(&p, checks[i].rule, NULL), 0);
		make(&sa, checks[i].address);
		assert_int_equal(address_may_connect(&p,
						     (struct sockaddr *)&sa),
				 checks[i].allowed);
	}
}

static void
test_allow_refuses(void **state)
{
	static const char *const texts[] = {
		"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
		"10.0.0.0/8x", "10.0.0/8", "10.0.0.1/8", "fd00::1/8",
		"fd00::/129", "::/1 ", "example.com", "10.0.0.0/8/8",
		"fd00::/8%eth0", "10.128.0.0/8", "::3/127",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/8",
	};
	struct address_policy p = { .n_allowed = 0 };
	struct ark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(address_allow(&p, texts[i], &err),
				 ARK_EUSAGE);
		assert_int_equal(p.n_allowed, 0);
	}
	for (size_t i = 0; i < ADDRESS_MAX_RULES; i++)
		assert_int_equal(address_allow(&p, "10.0.0.1", &err), 0);
	assert_int_equal(address_allow(&p, "10.0.0.1", &err), ARK_EUSAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_other_families),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_allow_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
