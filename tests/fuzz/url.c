/*
 * Addresses of the web: the first line is relative to the second.  What is
 * accepted is in its normal form, so that parsing it again changes nothing,
 * and what a query is given comes out of it.
 */
#include <curl/curl.h>

#include "fuzz.h"
#include "http/url.h"

static void
look(const struct url *u)
{
	const char *scheme = u->is_https ? "https://" : "http://";

	MUST(!strncmp(u->href, scheme, strlen(scheme)));
	MUST(!strncmp(u->origin, scheme, strlen(scheme)));
	MUST(strlen(u->href) <= URL_MAX && u->port > 0);
	MUST(u->path[0] == '/');
	MUST(u->host[0] && strlen(u->host) < URL_HOST_MAX);
	MUST(!u->host[strspn(u->host, "abcdefghijklmnopqrstuvwxyz"
				      "0123456789-._:")]);
	MUST(!strchr(u->href, '#') && !strchr(u->origin, '@'));
	for (const char *p = u->href; *p; p++)
		MUST((unsigned char)*p > 0x20 && *p != 0x7f);
}

static void
parse_again(const struct url *u)
{
	struct url again = { 0 };

	MUST(!url_parse(&again, NULL, u->href, NULL));
	MUST(!strcmp(again.href, u->href));
	MUST(!strcmp(again.origin, u->origin));
	MUST(!strcmp(again.path, u->path));
	MUST(!strcmp(again.host, u->host));
	MUST(url_same_origin(&again, u));
	url_release(&again);
}

/* The value of the last member of the query, decoded by libcurl. */
static void
add_query(const struct url *u, const char *value)
{
	struct buf href = BUF_INIT(4 * URL_MAX);
	struct url parsed = { 0 };
	const char *encoded;
	char *decoded;
	int len = 0;

	buf_adds(&href, u->href);
	url_add_query(&href, "date_ini", value);
	MUST(!href.rc);
	if (!url_parse(&parsed, NULL, buf_text(&href), NULL)) {
		MUST(url_same_origin(u, &parsed));
		encoded = strrchr(parsed.path, '=') + 1;
		decoded = curl_easy_unescape(NULL, encoded, 0, &len);
		MUST(decoded && !strcmp(decoded, value));
		curl_free(decoded);
	} else {
		MUST(href.len > URL_MAX);
	}
	url_release(&parsed);
	buf_release(&href);
}

static void
try_url(const char *base, const char *text)
{
	struct url u = { 0 };
	struct ark_error err = { 0 };
	int rc = url_parse(&u, base, text, &err);

	must_report(rc, &err);
	must_be_one_line(err.text);
	if (rc) {
		MUST(rc == ARK_EFORMAT && !u.href);
		return;
	}
	look(&u);
	parse_again(&u);
	if (strlen(text) < 512)
		add_query(&u, text);
	url_release(&u);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *text = input_line(&in);
	char *base = input_rest(&in);

	try_url(NULL, text);
	if (*base)
		try_url(base, text);
	free(text);
	free(base);
	return 0;
}
