#include "manifest/trail.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define ID_MAX 200

/* Whether a text may hold c as it is. */
static bool
is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static bool
is_plain_text(const char *text)
{
	for (; *text; text++) {
		if (!is_plain(*text))
			return false;
	}
	return true;
}

int
trail_object(char out[TRAIL_OBJECT_SIZE], const char *kind, const char *id)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	char hex[DIGEST_SHA256_HEX];

	if (*id && strlen(id) <= ID_MAX && is_plain_text(id)) {
		(void)snprintf(out, TRAIL_OBJECT_SIZE, "%s %s", kind, id);
		return 0;
	}
	if (digest_sha256(sha256, id, strlen(id), NULL))
		return ARK_ENOMEM;
	digest_hex(hex, sha256, sizeof(sha256));
	(void)snprintf(out, TRAIL_OBJECT_SIZE, "%s sha256:%s", kind, hex);
	return 0;
}

/* ---- writing ----------------------------------------------------------- */

int
trail_print(struct trail_entry *e, struct buf *out, struct ark_error *err)
{
	char hex[DIGEST_SHA256_HEX];
	size_t begin = out->len;
	int rc;

	if (e->seq < 1 || !is_plain_text(e->time) || !is_plain_text(e->actor) ||
	    !is_plain_text(e->action) || !is_plain_text(e->object) ||
	    !is_plain_text(e->result))
		return error_set(err, ARK_EBUG, "the trail: no such entry can "
				 "be written");
	digest_hex(hex, e->prev, sizeof(e->prev));
	buf_addf(out, "{\"seq\":%lld,\"time\":\"%s\",\"actor\":\"%s\","
		 "\"action\":\"%s\",\"object\":\"%s\",\"result\":\"%s\","
		 "\"prev\":\"%s\"", (long long)e->seq, e->time, e->actor,
		 e->action, e->object, e->result, hex);
	rc = buf_status(out, err);
	if (!rc)
		rc = digest_sha256(e->hash, out->data + begin,
				   out->len - begin, err);
	if (rc)
		return rc;
	digest_hex(hex, e->hash, sizeof(e->hash));
	buf_addf(out, ",\"hash\":\"%s\"}\n", hex);
	return buf_status(out, err);
}

/* ---- reading ----------------------------------------------------------- */

/* What is left of a line; bad once something else than expected was found. */
struct cursor {
	const char *p, *end;
	bool is_bad;
};

static void
take(struct cursor *c, const char *expected)
{
	size_t n = strlen(expected);

	if (c->is_bad || (size_t)(c->end - c->p) < n ||
	    memcmp(c->p, expected, n))
		c->is_bad = true;
	else
		c->p += n;
}

static bool
is_digit(const struct cursor *c)
{
	return c->p < c->end && *c->p >= '0' && *c->p <= '9';
}

/* At most 18 digits, the first no zero. */
static void
take_number(struct cursor *c, int64_t *out)
{
	const char *begin = c->p;

	*out = 0;
	if (c->is_bad || !is_digit(c) || *c->p == '0') {
		c->is_bad = true;
		return;
	}
	for (; is_digit(c) && c->p - begin < 18; c->p++)
		*out = *out * 10 + (*c->p - '0');
}

/* A text and the quote behind it, into size bytes. */
static void
take_text(struct cursor *c, char *out, size_t size)
{
	size_t n = 0;

	while (!c->is_bad && c->p < c->end && is_plain(*c->p) && n + 1 < size)
		out[n++] = *c->p++;
	out[n] = 0;
	take(c, "\"");
}

/* 64 lower-case digits and the quote behind them. */
static void
take_digest(struct cursor *c, uint8_t out[DIGEST_SHA256_SIZE])
{
	char hex[DIGEST_SHA256_HEX], again[DIGEST_SHA256_HEX];

	take_text(c, hex, sizeof(hex));
	if (c->is_bad || digest_unhex(out, DIGEST_SHA256_SIZE, hex)) {
		c->is_bad = true;
		return;
	}
	digest_hex(again, out, DIGEST_SHA256_SIZE);
	c->is_bad |= strcmp(hex, again) != 0;
}

static bool
is_time(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		bool is_right = form[i] == '0' ? text[i] >= '0' &&
						 text[i] <= '9' :
						 text[i] == form[i];

		if (!is_right)
			return false;
	}
	return true;
}

/* Everything up to the hash; *bound is the number of bytes that it covers. */
static void
take_members(struct cursor *c, struct trail_entry *e, size_t *bound)
{
	const char *begin = c->p;

	take(c, "{\"seq\":");
	take_number(c, &e->seq);
	take(c, ",\"time\":\"");
	take_text(c, e->time, sizeof(e->time));
	take(c, ",\"actor\":\"");
	take_text(c, e->actor, sizeof(e->actor));
	take(c, ",\"action\":\"");
	take_text(c, e->action, sizeof(e->action));
	take(c, ",\"object\":\"");
	take_text(c, e->object, sizeof(e->object));
	take(c, ",\"result\":\"");
	take_text(c, e->result, sizeof(e->result));
	take(c, ",\"prev\":\"");
	take_digest(c, e->prev);
	*bound = (size_t)(c->p - begin);
}

int
trail_parse(struct trail_entry *e, const char *line, size_t n,
	    struct ark_error *err)
{
	struct cursor c = { .p = line, .is_bad = !n || n > TRAIL_LINE_MAX };
	uint8_t found[DIGEST_SHA256_SIZE];
	size_t bound;
	int rc;

	if (c.is_bad)	/* nothing may be no address either */
		return error_set(err, ARK_EFORMAT, "it is no entry");
	c.end = line + n;
	take_members(&c, e, &bound);
	take(&c, ",\"hash\":\"");
	take_digest(&c, e->hash);
	take(&c, "}");
	if (c.is_bad || c.p != c.end || !is_time(e->time))
		return error_set(err, ARK_EFORMAT, "it is no entry");
	rc = digest_sha256(found, line, bound, err);
	if (rc)
		return rc;
	if (memcmp(found, e->hash, sizeof(found)))
		return error_set(err, ARK_EFORMAT,
				 "its hash is not that of its bytes");
	return 0;
}
