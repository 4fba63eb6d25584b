#include "sample/lot.h"

#include <string.h>

int
lots_begin(struct lots *l, const char *seed, struct ark_error *err)
{
	*l = (struct lots){ .seed = seed };
	return digest_new(&l->digest, DIGEST_SHA256, err);
}

void
lots_end(struct lots *l)
{
	digest_free(l->digest);
	l->digest = NULL;
}

int
lot(uint8_t out[DIGEST_SHA256_SIZE], struct lots *l, const char *purpose,
    const char *text, struct ark_error *err)
{
	const char *const parts[] = { l->seed, "\n", purpose, "\n", text };
	uint8_t value[DIGEST_MAX_SIZE];
	int rc;

	rc = digest_reset(l->digest, err);
	for (size_t i = 0; !rc && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = digest_add(l->digest, parts[i], strlen(parts[i]), err);
	if (!rc)
		rc = digest_final(l->digest, value, err);
	if (!rc)
		memcpy(out, value, DIGEST_SHA256_SIZE);
	return rc;
}
