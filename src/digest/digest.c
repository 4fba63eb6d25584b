#include "digest/digest.h"

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#define PROBE_BYTES 4096

struct digest {
	EVP_MD *md;		/* fetched once: a fetch is slow */
	EVP_MD_CTX *ctx;
	enum digest_kind kind;
	bool is_final;		/* done, nothing may be added */
};

static const struct {
	const char *name;	/* OpenSSL's */
	size_t size;
} kinds[] = {
	[DIGEST_SHA256] = { "SHA256", DIGEST_SHA256_SIZE },
	[DIGEST_MD5] = { "MD5", DIGEST_MD5_SIZE },
	[DIGEST_SHA512] = { "SHA512", DIGEST_MAX_SIZE },
};

/*
 * Whether what OpenSSL could not do was for want of memory.  It tells so of the
 * first step that failed, if at all, and of the last one what came of it:
 * "unsupported".
 */
static bool
was_memory(void)
{
	unsigned long fault;
	bool is_told = false;
	void *volatile probe;	/* or a compiler takes the question out */

	while ((fault = ERR_get_error()) != 0)
		is_told |= ERR_GET_REASON(fault) == ERR_R_MALLOC_FAILURE;
	if (is_told)
		return true;
	probe = malloc(PROBE_BYTES);
	free(probe);
	return !probe;
}

/* OpenSSL could not do `what`; say why, and leave its error queue empty. */
static int
refused(enum digest_kind kind, const char *what, struct ark_error *err)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	if (was_memory())
		return error_nomem(err);
	return error_set(err, ARK_EBUG, "OpenSSL cannot %s %s: %s", what,
			 kinds[kind].name, reason ? reason : "unknown reason");
}

int
digest_new(struct digest **out, enum digest_kind kind, struct ark_error *err)
{
	struct digest *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return error_nomem(err);
	d->kind = kind;
	/* OpenSSL does not look whether it had the memory to begin with. */
	if (!OSSL_LIB_CTX_get0_global_default()) {
		rc = error_nomem(err);
		goto out;
	}
	d->md = EVP_MD_fetch(NULL, kinds[kind].name, NULL);
	if (!d->md) {
		rc = refused(kind, "provide", err);
		goto out;
	}
	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx) {
		rc = error_nomem(err);
		goto out;
	}
	rc = digest_reset(d, err);
	if (rc)
		goto out;
	*out = d;
	d = NULL;
out:
	digest_free(d);
	return rc;
}

void
digest_free(struct digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->ctx);
	EVP_MD_free(d->md);
	free(d);
}

int
digest_reset(struct digest *d, struct ark_error *err)
{
	if (EVP_DigestInit_ex2(d->ctx, d->md, NULL) != 1)
		return refused(d->kind, "start", err);
	d->is_final = false;
	return 0;
}

static int
refuse_final(const struct digest *d, struct ark_error *err)
{
	return error_set(err, ARK_EBUG, "%s digest used again without a reset",
			 kinds[d->kind].name);
}

int
digest_add(struct digest *d, const void *bytes, size_t n, struct ark_error *err)
{
	if (d->is_final)
		return refuse_final(d, err);
	if (n && EVP_DigestUpdate(d->ctx, bytes, n) != 1)
		return refused(d->kind, "continue", err);
	return 0;
}

int
digest_final(struct digest *d, uint8_t out[DIGEST_MAX_SIZE],
	     struct ark_error *err)
{
	if (d->is_final)
		return refuse_final(d, err);
	if (EVP_DigestFinal_ex(d->ctx, out, NULL) != 1)
		return refused(d->kind, "finish", err);
	d->is_final = true;
	return 0;
}

size_t
digest_size(enum digest_kind kind)
{
	return kinds[kind].size;
}

int
digest_sha256(uint8_t out[DIGEST_SHA256_SIZE], const void *bytes, size_t n,
	      struct ark_error *err)
{
	const char *name = kinds[DIGEST_SHA256].name;

	if (EVP_Q_digest(NULL, name, NULL, n ? bytes : "", n, out, NULL) != 1)
		return refused(DIGEST_SHA256, "compute", err);
	return 0;
}
