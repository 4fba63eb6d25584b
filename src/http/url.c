#include "http/url.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* What is not wrong with an address, but with this machine. */
static const char no_memory[] = "out of memory";

static int
refuse(struct ark_error *err, const char *text, const char *why)
{
	struct buf shown = BUF_INIT(4096);
	int rc;

	text_redact_url(&shown, text);
	rc = error_set(err, ARK_EFORMAT, "%s: %s", buf_text(&shown), why);
	buf_release(&shown);
	return rc;
}

/* What libcurl's parser lets through but we do not. */
static const char *
flaw_of_text(const char *text)
{
	const char *behind_scheme = text + strcspn(text, ":/?#");

	if (strlen(text) > URL_MAX)
		return "the address is longer than 8192 bytes";
	/* It would take the first part of the path for the host. */
	if (!strncmp(behind_scheme, ":///", 4) || !strncmp(text, "///", 3))
		return "the host is empty";
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= 0x20 || c == 0x7f)
			return "the address holds a space or control character";
	}
	return NULL;
}

/*
 * Bring the host into the one spelling that is compared and fetched.  Names
 * outside ASCII are refused: libcurl would translate them when it connects,
 * behind our checks.
 */
static const char *
normalise_host(struct url *out, const char *host)
{
	size_t len = strlen(host);

	if (len >= 2 && host[0] == '[') {
		host++;
		len -= 2;
	} else if (len && host[len - 1] == '.') {
		len--;
	}
	/* A second final dot would be the host's final dot next time. */
	if (!len || host[len - 1] == '.' || len >= sizeof(out->host))
		return "the host is empty or too long";
	for (size_t i = 0; i < len; i++) {
		char c = host[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    !strchr("-._:", c))
			return "the host holds a character that is not allowed";
		out->host[i] = c;
	}
	out->host[len] = 0;
	return NULL;
}

/* The flaw that a refusal of libcurl means, unless it lacked memory. */
static const char *
flaw_of(CURLUcode code, const char *flaw)
{
	if (!code)
		return NULL;
	return code == CURLUE_OUT_OF_MEMORY ? no_memory : flaw;
}

/*
 * Whether an escape stands where text may have a host: behind however many
 * slashes, for libcurl takes "http:/host" for "http://host".
 */
static bool
is_host_escaped(const char *text)
{
	const char *host = text + strcspn(text, ":/?#");

	host += strspn(host, ":/");
	return memchr(host, '%', strcspn(host, "/?#")) != NULL;
}

/*
 * Put host in its one spelling into h.  It is malformed unless libcurl, asked
 * for the address that is now in h, would still see that host: "0x7f." is a
 * name to it and "0x7f" is 0.0.0.127.
 */
static const char *
settle_host(CURLU *h, const char *host)
{
	static const char malformed[] = "the host is malformed";
	char *href = NULL, *seen = NULL;
	const char *flaw;
	CURLUcode code;

	code = curl_url_set(h, CURLUPART_HOST, host, 0);
	if (!code)
		code = curl_url_get(h, CURLUPART_URL, &href, 0);
	if (!code)
		code = curl_url_set(h, CURLUPART_URL, href, 0);
	if (!code)
		code = curl_url_get(h, CURLUPART_HOST, &seen, 0);
	flaw = flaw_of(code, malformed);
	if (!flaw && strcmp(seen, host))
		flaw = malformed;
	curl_free(href);
	curl_free(seen);
	return flaw;
}

/*
 * Check and take the host that libcurl found in text.  It is settled when our
 * spelling differs, or when libcurl decoded it after it looked for a number.
 */
static const char *
take_host(struct url *out, CURLU *h, const char *text)
{
	char *host = NULL, *zone = NULL;
	const char *flaw, *settled;
	CURLUcode code;
	bool is_v6;

	code = curl_url_get(h, CURLUPART_ZONEID, &zone, 0);
	flaw = code == CURLUE_OUT_OF_MEMORY ? no_memory : NULL;
	if (zone)
		flaw = "the address names a network interface";
	if (!flaw)
		flaw = flaw_of(curl_url_get(h, CURLUPART_HOST, &host, 0),
			       "the address has no host");
	if (!flaw)
		flaw = normalise_host(out, host);
	if (!flaw) {
		is_v6 = host[0] == '[';
		settled = is_v6 ? host : out->host;
		if (is_v6 != !!strchr(out->host, ':'))
			flaw = "the host holds a character that is not allowed";
		else if (strcmp(host, settled) != 0 || is_host_escaped(text))
			flaw = settle_host(h, settled);
	}
	curl_free(host);
	curl_free(zone);
	return flaw;
}

static const char *
take_scheme_and_port(struct url *out, CURLU *h)
{
	static const char bad_scheme[] = "only http and https are spoken";
	static const char bad_port[] = "the port is not 1 to 65535";
	char *scheme = NULL, *port = NULL;
	const char *flaw;
	int64_t number = 0;

	flaw = flaw_of(curl_url_get(h, CURLUPART_SCHEME, &scheme, 0),
		       bad_scheme);
	if (!flaw && strcmp(scheme, "https") && strcmp(scheme, "http"))
		flaw = bad_scheme;
	if (!flaw)
		flaw = flaw_of(curl_url_get(h, CURLUPART_PORT, &port,
					    CURLU_DEFAULT_PORT), bad_port);
	if (!flaw && text_to_int(port, 1, UINT16_MAX, &number))
		flaw = bad_port;
	if (!flaw) {
		out->is_https = !strcmp(scheme, "https");
		out->port = (uint16_t)number;
	}
	curl_free(scheme);
	curl_free(port);
	return flaw;
}

/* The whole, as a copy that free() takes, for curl_free() need not be free(). */
static char *
take_href(CURLU *h)
{
	char *text = NULL, *copy;

	if (curl_url_get(h, CURLUPART_URL, &text, 0))
		return NULL;
	copy = strdup(text);
	curl_free(text);
	return copy;
}

/* href, origin and path of a URL whose host and port are known and sound. */
static int
take_texts(struct url *out, CURLU *h)
{
	struct buf origin = BUF_INIT(URL_HOST_MAX + 32);
	bool is_v6 = strchr(out->host, ':');
	const char *path = NULL;

	buf_addf(&origin, "%s://%s%s%s:%u", out->is_https ? "https" : "http",
		 is_v6 ? "[" : "", out->host, is_v6 ? "]" : "",
		 (unsigned)out->port);
	out->origin = buf_take(&origin);
	buf_release(&origin);
	out->href = take_href(h);
	/* libcurl has a slash behind every authority */
	if (out->href)
		path = strchr(strstr(out->href, "//") + 2, '/');
	if (path)
		out->path = strdup(path);
	return out->href && out->origin && out->path ? 0 : ARK_ENOMEM;
}

static const char *
flaw_of_parser(CURLUcode code)
{
	switch (code) {
	case CURLUE_USER_NOT_ALLOWED:
		return "user information in an address is not allowed";
	case CURLUE_UNSUPPORTED_SCHEME:
	case CURLUE_BAD_SCHEME: return "only http and https are spoken";
	case CURLUE_BAD_PORT_NUMBER: return "the port is not 1 to 65535";
	case CURLUE_OUT_OF_MEMORY: return no_memory;
	default: return "the address is malformed";
	}
}

int
url_parse(struct url *out, const char *base, const char *text,
	  struct ark_error *err)
{
	struct url u = { 0 };
	CURLU *h = NULL;
	CURLUcode code = CURLUE_OK;
	const char *flaw = flaw_of_text(text);
	int rc = 0;

	if (flaw)
		return refuse(err, text, flaw);
	h = curl_url();
	if (!h)
		return error_nomem(err);
	if (base)
		code = curl_url_set(h, CURLUPART_URL, base,
				    CURLU_DISALLOW_USER | CURLU_URLENCODE);
	if (!code)
		code = curl_url_set(h, CURLUPART_URL, text,
				    CURLU_DISALLOW_USER | CURLU_URLENCODE);
	if (!code)
		code = curl_url_set(h, CURLUPART_FRAGMENT, NULL, 0);
	flaw = code ? flaw_of_parser(code) : take_scheme_and_port(&u, h);
	if (!flaw)
		flaw = take_host(&u, h, text);
	if (flaw == no_memory) {
		rc = error_nomem(err);
		goto out;
	}
	if (flaw) {
		rc = refuse(err, text, flaw);
		goto out;
	}
	if (take_texts(&u, h)) {
		rc = error_nomem(err);
		goto out;
	}
	if (strlen(u.href) > URL_MAX) {
		rc = refuse(err, text, "the address is longer than 8192 bytes");
		goto out;
	}
	*out = u;
	u = (struct url){ 0 };
out:
	url_release(&u);
	curl_url_cleanup(h);
	return rc;
}

void
url_release(struct url *u)
{
	if (!u)
		return;
	free(u->href);
	free(u->origin);
	free(u->path);
	*u = (struct url){ 0 };
}

bool
url_same_origin(const struct url *a, const struct url *b)
{
	return a->is_https == b->is_https && a->port == b->port &&
	       !strcmp(a->host, b->host);
}

static void
add_encoded(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~", c))
			buf_addc(out, *text);
		else
			buf_addf(out, "%%%02X", c);
	}
}

void
url_add_query(struct buf *url, const char *name, const char *value)
{
	buf_addc(url, strchr(buf_text(url), '?') ? '&' : '?');
	add_encoded(url, name);
	buf_addc(url, '=');
	add_encoded(url, value);
}
