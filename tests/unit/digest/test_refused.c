/* What OpenSSL may refuse, and how a shortage is told from a fault. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "digest/digest.h"
#include "unit/heap.h"

/* What fails, as long as it is that. */
static enum step { NONE, CONTEXT, START, CONTINUE, FINISH } failing;

/* The reason that OpenSSL gives then; 0: none. */
static int reason;

OSSL_LIB_CTX *__real_OSSL_LIB_CTX_get0_global_default(void);
OSSL_LIB_CTX *__wrap_OSSL_LIB_CTX_get0_global_default(void);
int __real_EVP_DigestInit_ex2(EVP_MD_CTX *ctx, const EVP_MD *md,
			      const OSSL_PARAM params[]);
int __wrap_EVP_DigestInit_ex2(EVP_MD_CTX *ctx, const EVP_MD *md,
			      const OSSL_PARAM params[]);
int __real_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *bytes, size_t n);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *bytes, size_t n);
int __real_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned *n);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned *n);

static bool
fails(enum step step)
{
	if (failing != step)
		return false;
	if (reason)
		ERR_raise(ERR_LIB_EVP, reason);
	return true;
}

OSSL_LIB_CTX *
__wrap_OSSL_LIB_CTX_get0_global_default(void)
{
	return fails(CONTEXT) ? NULL : __real_OSSL_LIB_CTX_get0_global_default();
}

int
__wrap_EVP_DigestInit_ex2(EVP_MD_CTX *ctx, const EVP_MD *md,
			  const OSSL_PARAM params[])
{
	return fails(START) ? 0 : __real_EVP_DigestInit_ex2(ctx, md, params);
}

int
__wrap_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *bytes, size_t n)
{
	return fails(CONTINUE) ? 0 : __real_EVP_DigestUpdate(ctx, bytes, n);
}

int
__wrap_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned *n)
{
	return fails(FINISH) ? 0 : __real_EVP_DigestFinal_ex(ctx, out, n);
}

/* The whole way of a digest. */
static int
digest(struct ark_error *err)
{
	uint8_t out[DIGEST_MAX_SIZE];
	struct digest *d = NULL;
	int rc;

	rc = digest_new(&d, DIGEST_SHA256, err);
	if (!rc)
		rc = digest_add(d, "abc", 3, err);
	if (!rc)
		rc = digest_final(d, out, err);
	digest_free(d);
	return rc;
}

static void
what_openssl_refuses_is_told(void **state)
{
	static const struct {
		enum step step;
		int reason;
		bool lacks_memory;	/* ours as well */
		int rc;
		const char *text;
	} table[] = {
		{ CONTEXT, 0, false, ARK_ENOMEM, "out of memory" },
		{ START, ERR_R_DISABLED, false, ARK_EBUG,
		  "OpenSSL cannot start SHA256: called a function that was disabled at compile-time" },
		{ START, ERR_R_MALLOC_FAILURE, false, ARK_ENOMEM,
		  "out of memory" },
		{ START, 0, true, ARK_ENOMEM, "out of memory" },
		{ CONTINUE, 0, false, ARK_EBUG,
		  "OpenSSL cannot continue SHA256: unknown reason" },
		{ CONTINUE, ERR_R_MALLOC_FAILURE, false, ARK_ENOMEM,
		  "out of memory" },
		{ FINISH, 0, false, ARK_EBUG,
		  "OpenSSL cannot finish SHA256: unknown reason" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ark_error err = { 0 };

		failing = table[i].step;
		reason = table[i].reason;
		/* The second one, behind the digest itself. */
		heap_fail(table[i].lacks_memory ? 2 : 0);
		assert_int_equal(digest(&err), table[i].rc);
		heap_fail(0);
		assert_string_equal(err.text, table[i].text);
		/* Nothing is left that a later failure would be told by. */
		assert_int_equal(ERR_peek_error(), 0);
		failing = NONE;
		assert_int_equal(digest(&err), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_refuses_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
