#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "digest/digest.h"
#include "unit/heap.h"

#define MILLION 1000000

/* Vectors of FIPS 180-4 and RFC 1321; text NULL is a million times "a". */
static const struct vector {
	enum digest_kind kind;
	const char *text;
	const char *hex;
} vectors[] = {
	{ DIGEST_SHA256, "",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ DIGEST_SHA256, "abc",
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ DIGEST_SHA256,
	  "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ DIGEST_SHA256, NULL,
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	{ DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ DIGEST_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ DIGEST_MD5, NULL, "7707d6ae4e027c70eea2a935c2296f21" },
	{ DIGEST_SHA512, "",
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
	{ DIGEST_SHA512, "abc",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ DIGEST_SHA512, NULL,
	  "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
	  "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b" },
};

#define N_VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static char *million;

static int
make_million(void **state)
{
	(void)state;
	million = malloc(MILLION);
	if (!million)
		return -1;
	memset(million, 'a', MILLION);
	return 0;
}

static int
free_million(void **state)
{
	(void)state;
	free(million);
	return 0;
}

static void
add_in_chunks(struct digest *d, const struct vector *v, size_t chunk)
{
	const char *p = v->text ? v->text : million;
	size_t n = v->text ? strlen(v->text) : MILLION;

	while (n) {
		size_t some = n < chunk ? n : chunk;

		assert_int_equal(digest_add(d, p, some, NULL), 0);
		p += some;
		n -= some;
	}
}

static void
assert_final(struct digest *d, const struct vector *v)
{
	uint8_t out[DIGEST_MAX_SIZE];
	char hex[DIGEST_HEX_SIZE];

	assert_int_equal(digest_final(d, out, NULL), 0);
	digest_hex(hex, out, digest_size(v->kind));
	assert_string_equal(hex, v->hex);
}

static void
known_vectors_in_any_chunks(void **state)
{
	static const size_t chunks[] = { 1, 7, 55, 64, 65, 4096, MILLION };

	(void)state;
	for (size_t i = 0; i < N_VECTORS; i++) {
		struct digest *d = NULL;

		assert_int_equal(digest_new(&d, vectors[i].kind, NULL), 0);
		for (size_t k = 0; k < sizeof(chunks) / sizeof(chunks[0]);
		     k++) {
			assert_int_equal(digest_reset(d, NULL), 0);
			add_in_chunks(d, &vectors[i], chunks[k]);
			assert_final(d, &vectors[i]);
		}
		digest_free(d);
	}
}

static void
all_in_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_VECTORS; i++) {
		const struct vector *v = &vectors[i];
		uint8_t out[DIGEST_SHA256_SIZE];
		char hex[DIGEST_SHA256_HEX];

		if (v->kind != DIGEST_SHA256)
			continue;
		assert_int_equal(digest_sha256(out, v->text ? v->text : million,
					       v->text ? strlen(v->text) :
							 MILLION, NULL), 0);
		digest_hex(hex, out, sizeof(out));
		assert_string_equal(hex, v->hex);
	}
}

static void
nothing_may_be_null(void **state)
{
	uint8_t out[DIGEST_SHA256_SIZE];
	char hex[DIGEST_SHA256_HEX];
	struct digest *d = NULL;

	(void)state;
	assert_int_equal(digest_sha256(out, NULL, 0, NULL), 0);
	digest_hex(hex, out, sizeof(out));
	assert_string_equal(hex, vectors[0].hex);
	assert_int_equal(digest_new(&d, DIGEST_SHA256, NULL), 0);
	assert_int_equal(digest_add(d, NULL, 0, NULL), 0);
	assert_final(d, &vectors[0]);
	digest_free(d);
	digest_free(NULL);
}

static void
reset_forgets(void **state)
{
	struct digest *d = NULL;

	(void)state;
	assert_int_equal(digest_new(&d, DIGEST_SHA256, NULL), 0);
	assert_int_equal(digest_add(d, "half a fi", 9, NULL), 0);
	assert_int_equal(digest_reset(d, NULL), 0);
	assert_int_equal(digest_add(d, "abc", 3, NULL), 0);
	assert_final(d, &vectors[1]);
	digest_free(d);
}

static void
final_wants_a_reset(void **state)
{
	struct digest *d = NULL;
	struct ark_error err = { 0 };
	uint8_t out[DIGEST_MAX_SIZE];

	(void)state;
	assert_int_equal(digest_new(&d, DIGEST_MD5, &err), 0);
	assert_int_equal(digest_final(d, out, &err), 0);
	assert_int_equal(err.code, 0);
	assert_int_equal(digest_add(d, "abc", 3, &err), ARK_EBUG);
	assert_string_equal(err.text, "MD5 digest used again without a reset");
	assert_int_equal(digest_final(d, out, NULL), ARK_EBUG);
	assert_int_equal(digest_reset(d, NULL), 0);
	assert_int_equal(digest_add(d, "abc", 3, NULL), 0);
	assert_final(d, &vectors[5]);
	digest_free(d);
}

static void
sizes(void **state)
{
	(void)state;
	assert_int_equal(digest_size(DIGEST_SHA256), DIGEST_SHA256_SIZE);
	assert_int_equal(digest_size(DIGEST_MD5), DIGEST_MD5_SIZE);
	assert_int_equal(digest_size(DIGEST_SHA512), DIGEST_MAX_SIZE);
}

/* It is not something that was not found; a file might be taken for missing. */
static void
what_openssl_does_not_provide(void **state)
{
	struct ark_error err = { 0 };
	struct digest *d = NULL;

	(void)state;
	assert_int_equal(EVP_set_default_properties(NULL, "provider=none"), 1);
	assert_int_equal(digest_new(&d, DIGEST_MD5, &err), ARK_EBUG);
	assert_int_equal(err.code, ARK_EBUG);
	assert_null(d);
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_int_equal(digest_new(&d, DIGEST_MD5, &err), 0);
	digest_free(d);
}

/* ---- without memory ------------------------------------------------------ */

#define MAX_ALLOCATIONS 10000

static long n_left = -1;	/* that OpenSSL still gets; -1: all */

/* From then on there is none for callark's next one, either. */
static bool
is_out(void)
{
	if (n_left < 0)
		return false;
	if (n_left > 0) {
		n_left--;
		return false;
	}
	heap_fail(1);
	return true;
}

static void *
scarce_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_out() ? NULL : malloc(n);
}

static void *
scarce_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_out() ? NULL : realloc(p, n);
}

static void
scarce_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* How digest_new() ends in a process whose OpenSSL has done nothing yet. */
static int
new_with(long n)
{
	struct digest *d;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		n_left = n;
		_exit(-digest_new(&d, DIGEST_SHA256, NULL));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

/* It is the first test: what OpenSSL has, it keeps. */
static void
memory_that_ends_is_called_so(void **state)
{
	long n = 0;
	int rc = ARK_ENOMEM;

	(void)state;
	for (; rc && n < MAX_ALLOCATIONS; n += 5) {
		rc = new_with(n);
		if (rc)
			assert_int_equal(rc, ARK_ENOMEM);
	}
	assert_int_equal(rc, 0);
	assert_in_range(n, 10, MAX_ALLOCATIONS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_that_ends_is_called_so),
		cmocka_unit_test(known_vectors_in_any_chunks),
		cmocka_unit_test(all_in_one),
		cmocka_unit_test(nothing_may_be_null),
		cmocka_unit_test(reset_forgets),
		cmocka_unit_test(final_wants_a_reset),
		cmocka_unit_test(sizes),
		cmocka_unit_test(what_openssl_does_not_provide),
	};

	if (!CRYPTO_set_mem_functions(scarce_malloc, scarce_realloc,
				      scarce_free))
		return 1;
	return cmocka_run_group_tests(tests, make_million, free_million);
}
