/*
 * The token in a login's answer.
 */
#ifndef OMNI_TOKEN_H
#define OMNI_TOKEN_H

#include "json/scan.h"

/*
 * token_find(answer, out):
 * The text of `token`, `access_token` or `accessToken`, at the top of answer
 * or in an object that is a member of it.  1 and out filled, or 0; out->rc is
 * then ARK_ENOMEM when there is one and no memory for it.
 */
int token_find(struct json_slice answer, struct buf *out);

/*
 * token_expiry(token):
 * The `exp` claim of a JSON Web Token (RFC 7519) in seconds since the epoch;
 * -1 when token is none or has none.  The signature is not our business.
 */
int64_t token_expiry(const char *token);

#endif
