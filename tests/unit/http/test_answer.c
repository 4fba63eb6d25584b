/* What the callbacks tell that libcurl calls, without libcurl. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "http/engine_internal.h"

/* An address as libcurl hands it over; text NULL: of no network. */
static struct curl_sockaddr
address_of(const char *text)
{
	struct curl_sockaddr a = { .socktype = SOCK_STREAM };
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	a.family = AF_UNIX;
	if (text && inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		a.family = AF_INET;
		memcpy(&a.addr, &v4, sizeof(v4));
	}
	a.addr.sa_family = (sa_family_t)a.family;
	return a;
}

static void
what_is_no_public_address_gets_no_socket(void **state)
{
	static const struct {
		const char *address;	/* NULL: of another family */
		curlsocktype purpose;
		const char *refused;
	} table[] = {
		{ "10.0.0.1", CURLSOCKTYPE_IPCXN, "10.0.0.1" },
		{ "192.0.2.1", CURLSOCKTYPE_ACCEPT, "192.0.2.1" },
		{ NULL, CURLSOCKTYPE_IPCXN, "of family 1" },
	};
	static struct http_engine engine;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct curl_sockaddr a = address_of(table[i].address);
		static struct transfer t;

		t = (struct transfer){ .engine = &engine };
		assert_int_equal(answer_socket(&t, table[i].purpose, &a),
				 CURL_SOCKET_BAD);
		assert_string_equal(t.refused_address, table[i].refused);
	}
}

/* Why a transfer ended is what was noticed first, not what came of it. */
static void
the_first_judgement_stays(void **state)
{
	static struct transfer t;

	(void)state;
	transfer_judge(&t, HTTP_SINK, "the receiver refused %d bytes", 5);
	transfer_judge(&t, HTTP_RESET, "the connection was closed");
	assert_int_equal(t.result.end, HTTP_SINK);
	assert_string_equal(t.reason, "the receiver refused 5 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_public_address_gets_no_socket),
		cmocka_unit_test(the_first_judgement_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
