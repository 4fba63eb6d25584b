/*
 * Addresses of the web: parsed by libcurl's own parser and by nothing else, so
 * that what is checked is what is fetched.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define URL_MAX 8192		/* bytes of a URL we are willing to fetch */
#define URL_HOST_MAX 256

struct url {
	char *href;		/* normalised, without fragment; owned */
	char *origin;		/* "https://host:port", lower case; owned */
	char *path;		/* path and query as requested; owned */
	char host[URL_HOST_MAX];/* lower case, no final dot, no brackets */
	uint16_t port;
	bool is_https;
};

/*
 * url_parse(out, base, text, err):
 * Parse text, relative to the absolute URL base unless base is NULL.  Refused
 * (ARK_EFORMAT): anything but http and https, user information, control
 * characters or spaces, an empty host, port 0, more than URL_MAX bytes.  Also
 * ARK_ENOMEM.  err quotes the URL without its query.
 */
int url_parse(struct url *out, const char *base, const char *text,
	      struct ark_error *err);
void url_release(struct url *u);

/* url_same_origin(a, b): Scheme, host and port are equal. */
bool url_same_origin(const struct url *a, const struct url *b);

/*
 * url_add_query(out, url, name, value):
 * Add "?name=value" or "&name=value", percent-encoded, to the URL in out.
 */
void url_add_query(struct buf *url, const char *name, const char *value);

#endif
