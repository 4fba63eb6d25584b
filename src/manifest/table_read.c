#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "manifest/table.h"
#include "model/time.h"

/* A document stands up to three levels deep in a line with all its versions. */
static const struct json_limits limits = {
	.max_depth = 35,
	.max_values = 2000000,
};

/* The texts of a row are gathered in one buffer and pointed to at the end. */
enum text {
	TEXT_ID,
	TEXT_REASON,
	TEXT_PATH,
	TEXT_MEDIA_TYPE,
	TEXT_CODEC,
	TEXT_LINK_HOST,
	TEXT_ODDITY,
	TEXT_CONVERSATION,
	TEXT_N
};

static const char *const text_names[TEXT_N] = {
	"id",	 "reason",    "path",	"media_type",
	"codec", "link_host", "oddity", "conversation",
};

static int
refuse(struct ark_error *err, const char *name, const char *expected)
{
	return error_set(err, ARK_EFORMAT, "%s: expected %s", name, expected);
}

/* A member that is there and not null. */
static bool
is_known(struct json_slice v)
{
	enum json_kind kind = json_kind(v);

	return kind != JSON_NONE && kind != JSON_NULL;
}

/* A short string, decoded.  1, 0 when it is null, or ARK_EFORMAT. */
static int
short_text(struct json_slice line, const char *name, char *out, size_t size)
{
	struct json_slice v = json_member(line, name);
	struct buf text = BUF_INIT(size - 1);
	int rc;

	if (!is_known(v))
		return 0;
	if (json_kind(v) != JSON_STRING)
		return ARK_EFORMAT;
	rc = json_text(v, &text);
	if (rc >= 0)
		memcpy(out, buf_text(&text), text.len + 1);
	buf_release(&text);
	return rc < 0 ? (rc == ARK_ENOMEM ? rc : ARK_EFORMAT) : 1;
}

static int
read_time(struct json_slice line, const char *name, int64_t *out,
	  struct ark_error *err)
{
	char text[24] = "";
	int rc;

	*out = -1;
	rc = short_text(line, name, text, sizeof(text));
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc < 0 || (rc && utc_parse(text, out)))
		return refuse(err, name, "a time in UTC");
	return 0;
}

/* Seconds with up to three digits behind the point. */
static int
read_seconds(struct json_slice line, const char *name, int64_t *ms,
	     struct ark_error *err)
{
	struct json_slice v = json_member(line, name);
	struct json_slice whole = v;
	const char *point;
	int64_t seconds, worth = 100, fraction = 0;

	*ms = -1;
	if (!is_known(v))
		return 0;
	point = memchr(v.p, '.', v.n);
	if (point)
		whole.n = (size_t)(point - v.p);
	if (json_kind(v) != JSON_NUMBER || *v.p == '-' ||
	    json_int(whole, 0, INT64_MAX / 1000 - 1, &seconds))
		return refuse(err, name, "seconds");
	for (size_t i = whole.n + 1; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9' || !worth)
			return refuse(err, name, "seconds and milliseconds");
		fraction += (v.p[i] - '0') * worth;
		worth /= 10;
	}
	*ms = seconds * 1000 + fraction;
	return 0;
}

static int
read_state(struct json_slice line, enum ark_state *state, struct ark_error *err)
{
	char name[32] = "";
	int rc = short_text(line, "state", name, sizeof(name));

	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	for (int s = 0; rc > 0 && s < ARK_N_STATES; s++) {
		if (!strcmp(name, ark_state_name((enum ark_state)s))) {
			*state = (enum ark_state)s;
			return 0;
		}
	}
	return refuse(err, "state", "the name of a state");
}

static int
read_sha256(struct json_slice line, const char *name,
	    uint8_t out[DIGEST_SHA256_SIZE], struct ark_error *err)
{
	char hex[DIGEST_SHA256_HEX] = "";
	int rc = short_text(line, name, hex, sizeof(hex));

	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc < 0 || (rc && digest_unhex(out, DIGEST_SHA256_SIZE, hex)))
		return refuse(err, name, "64 hex digits");
	return 0;
}

static int
read_numbers(struct json_slice line, struct table_row *r, struct ark_error *err)
{
	const struct {
		const char *name;
		int64_t *to;
	} times[] = {
		{ "downloaded_at", &r->downloaded_s },
		{ "first_seen_at", &r->first_seen_s },
		{ "seen_at", &r->seen_s },
		{ "vanished_at", &r->vanished_s },
	};
	struct json_slice bytes = json_member(line, "bytes");
	bool has_file = *r->path;
	int rc;

	if (has_file && !is_known(bytes))
		return refuse(err, "bytes", "a number, as there is a path");
	if (has_file && !is_known(json_member(line, "sha256")))
		return refuse(err, "sha256", "a digest, as there is a path");
	if (is_known(bytes) && (json_kind(bytes) != JSON_NUMBER ||
				json_int(bytes, 0, INT64_MAX, &r->bytes)))
		return refuse(err, "bytes", "a number of bytes");
	rc = read_state(line, &r->state, err);
	if (!rc)
		rc = read_sha256(line, "sha256", r->sha256, err);
	if (!rc)
		rc = read_seconds(line, "duration_s", &r->audio_ms, err);
	for (size_t i = 0; !rc && i < sizeof(times) / sizeof(times[0]); i++)
		rc = read_time(line, times[i].name, times[i].to, err);
	return rc;
}

/* The texts of a row, and the conversation that only an attachment has. */
static int
read_texts(struct table_row *row, const char **conversation, struct buf *texts,
	   struct json_slice line, struct ark_error *err)
{
	const char **to[TEXT_N] = {
		[TEXT_ID] = &row->id,
		[TEXT_REASON] = &row->reason,
		[TEXT_PATH] = &row->path,
		[TEXT_MEDIA_TYPE] = &row->media_type,
		[TEXT_CODEC] = &row->codec,
		[TEXT_LINK_HOST] = &row->link_host,
		[TEXT_ODDITY] = &row->oddity,
		[TEXT_CONVERSATION] = conversation,
	};
	size_t offsets[TEXT_N];

	/* Decoded, a text is no longer; each has a NUL behind it. */
	buf_init(texts, line.n + TEXT_N);
	for (size_t i = 0; i < TEXT_N; i++) {
		struct json_slice v = json_member(line, text_names[i]);

		offsets[i] = texts->len;
		if (is_known(v) && json_kind(v) != JSON_STRING)
			return refuse(err, text_names[i], "a text");
		if (json_text(v, texts) == ARK_EFORMAT)
			return refuse(err, text_names[i], "a text");
		(void)buf_addc(texts, '\0');
	}
	if (buf_status(texts, err))
		return texts->rc;
	for (size_t i = 0; i < TEXT_N; i++)
		*to[i] = (const char *)texts->data + offsets[i];
	return *row->id ? 0 : refuse(err, "id", "a text");
}

static int
read_document(struct json_slice in, struct json_slice *out,
	      struct ark_error *err)
{
	*out = json_member(in, "document");
	if (json_kind(*out) != JSON_OBJECT)
		return refuse(err, "document", "an object");
	return 0;
}

static int
read_versions(struct table_parsed *out, struct json_slice line,
	      struct ark_error *err)
{
	struct json_slice v = json_member(line, "versions"), item;
	struct json_walk walk;
	size_t n = 0;
	int rc = 0;

	if (is_known(v) && json_kind(v) != JSON_ARRAY)
		return refuse(err, "versions", "a list");
	json_walk_init(&walk, v);
	while (json_next_item(&walk, &item))
		n++;
	if (!n)
		return 0;
	out->versions = calloc(n, sizeof(*out->versions));
	if (!out->versions)
		return error_nomem(err);
	out->row.versions = out->versions;
	out->row.n_versions = n;
	json_walk_init(&walk, v);
	for (size_t i = 0; !rc && json_next_item(&walk, &item); i++) {
		struct table_version *version = &out->versions[i];

		rc = read_document(item, &version->document, err);
		if (!rc)
			rc = read_time(item, "seen_at", &version->seen_s, err);
		if (!rc && version->seen_s == -1)
			rc = refuse(err, "seen_at", "a time in UTC");
	}
	return rc;
}

/* What the lines of both tables have in common. */
static int
read_row(struct table_row *row, const char **conversation, struct buf *texts,
	 struct json_slice line, struct ark_error *err)
{
	int rc;

	rc = json_check(line, &limits, err);
	if (rc)
		return rc;
	if (json_kind(line) != JSON_OBJECT)
		return refuse(err, "the line", "an object");
	rc = read_texts(row, conversation, texts, line, err);
	return rc ? rc : read_numbers(line, row, err);
}

static int
read_count(struct json_slice line, const char *name, int64_t *out,
	   struct ark_error *err)
{
	struct json_slice v = json_member(line, name);

	if (json_kind(v) != JSON_NUMBER || json_int(v, 1, INT64_MAX, out))
		return refuse(err, name, "a number from 1");
	return 0;
}

/* When the conversation began, as a clock on the wall showed it. */
static int
read_start(struct json_slice line, int64_t *out, struct ark_error *err)
{
	char text[MOMENT_SIZE] = "";
	int rc = short_text(line, "start", text, sizeof(text));

	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	/* as it was printed: a time without any zone */
	if (rc <= 0 || strlen(text) != sizeof("2024-12-31 14:30:05") - 1 ||
	    text[10] != ' ' || text[16] != ':' ||
	    moment_parse(text, NULL, out))
		return refuse(err, "start", "a date and time");
	return 0;
}

int
table_attachment_parse(struct table_attachment *out, struct buf *texts,
		       struct json_slice line, struct ark_error *err)
{
	int rc;

	*out = (struct table_attachment){ 0 };
	*texts = (struct buf){ 0 };
	rc = read_row(&out->row, &out->conversation, texts, line, err);
	if (!rc)
		rc = read_count(line, "message", &out->message, err);
	if (!rc)
		rc = read_count(line, "place", &out->place, err);
	if (!rc)
		rc = read_start(line, &out->start_s, err);
	if (!rc)
		rc = read_sha256(line, "fingerprint", out->fingerprint, err);
	if (!rc && !*out->conversation)
		rc = refuse(err, "conversation", "a text");
	return rc;
}

int
table_parse(struct table_parsed *out, struct json_slice line,
	    struct ark_error *err)
{
	const char *conversation;
	int rc;

	*out = (struct table_parsed){ 0 };
	rc = read_row(&out->row, &conversation, &out->texts, line, err);
	if (!rc)
		rc = read_document(line, &out->row.document, err);
	if (!rc)
		rc = read_versions(out, line, err);
	if (rc)
		table_parsed_release(out);
	return rc;
}

void
table_parsed_release(struct table_parsed *p)
{
	if (!p)
		return;
	buf_release(&p->texts);
	free(p->versions);
	*p = (struct table_parsed){ 0 };
}
