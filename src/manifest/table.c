#include "manifest/table.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/time.h"

/*
 * Printed here and not through json/tree.h: a row is flat, its documents go in
 * untouched, and a day has many.
 */
static void
put_text(struct buf *out, const char *text)
{
	const char *p = text;

	(void)buf_addc(out, '"');
	for (;;) {
		size_t plain = 0;

		while ((unsigned char)p[plain] >= 0x20 && p[plain] != '"' &&
		       p[plain] != '\\')
			plain++;
		(void)buf_add(out, p, plain);
		p += plain;
		if (!*p)
			break;
		if (*p == '"' || *p == '\\')
			(void)buf_addf(out, "\\%c", *p);
		else
			(void)buf_addf(out, "\\u%04x", (unsigned)*p);
		p++;
	}
	(void)buf_addc(out, '"');
}

static void
put_name(struct buf *out, const char *name)
{
	(void)buf_addc(out, ',');
	(void)buf_addc(out, '"');
	(void)buf_adds(out, name);
	(void)buf_add(out, "\":", 2);
}

static void
put_null(struct buf *out)
{
	(void)buf_add(out, "null", 4);
}

/* A text that may be unknown. */
static void
put_known(struct buf *out, const char *name, const char *text)
{
	put_name(out, name);
	if (*text)
		put_text(out, text);
	else
		put_null(out);
}

static void
put_int(struct buf *out, const char *name, int64_t value)
{
	put_name(out, name);
	if (value < 0)
		put_null(out);
	else
		(void)buf_addf(out, "%lld", (long long)value);
}

/* Milliseconds as seconds, whatever the locale: "12", "12.345". */
static void
add_seconds(struct buf *out, int64_t ms)
{
	(void)buf_addf(out, "%lld", (long long)(ms / 1000));
	if (ms % 1000)
		(void)buf_addf(out, ".%03d", (int)(ms % 1000));
}

static void
put_seconds(struct buf *out, const char *name, int64_t ms)
{
	put_name(out, name);
	if (ms < 0)
		put_null(out);
	else
		add_seconds(out, ms);
}

static void
put_time(struct buf *out, const char *name, int64_t s)
{
	char text[CLOCK_UTC_SIZE] = "";

	if (s != -1)
		clock_utc(text, s);
	put_known(out, name, text);
}

static void
put_versions(struct buf *out, const struct table_row *row)
{
	put_name(out, "versions");
	(void)buf_addc(out, '[');
	for (size_t i = 0; i < row->n_versions; i++) {
		const struct table_version *v = &row->versions[i];
		char seen[CLOCK_UTC_SIZE];

		clock_utc(seen, v->seen_s);
		(void)buf_addf(out, "%s{\"seen_at\":\"%s\"", i ? "," : "",
			       seen);
		put_name(out, "document");
		(void)buf_add(out, v->document.p, v->document.n);
		(void)buf_addc(out, '}');
	}
	(void)buf_addc(out, ']');
}

static void
put_id(struct buf *out, const struct table_row *row)
{
	(void)buf_adds(out, "{\"id\":");
	put_text(out, row->id);
}

/* What became of it: from its state to when it was first seen. */
static void
put_outcome(struct buf *out, const struct table_row *row)
{
	char hex[DIGEST_SHA256_HEX] = "";
	bool has_file = *row->path;

	if (has_file)
		digest_hex(hex, row->sha256, DIGEST_SHA256_SIZE);
	put_known(out, "state", ark_state_name(row->state));
	put_known(out, "reason", row->reason);
	put_known(out, "path", row->path);
	put_int(out, "bytes", has_file ? row->bytes : -1);
	put_known(out, "sha256", hex);
	put_known(out, "media_type", row->media_type);
	put_known(out, "codec", row->codec);
	put_seconds(out, "duration_s", row->audio_ms);
	put_time(out, "downloaded_at", row->downloaded_s);
	put_known(out, "link_host", row->link_host);
	put_time(out, "first_seen_at", row->first_seen_s);
}

void
table_ndjson(struct buf *out, const struct table_row *row)
{
	put_id(out, row);
	put_outcome(out, row);
	put_time(out, "seen_at", row->seen_s);
	put_time(out, "vanished_at", row->vanished_s);
	put_known(out, "oddity", row->oddity);
	put_versions(out, row);
	put_name(out, "document");
	(void)buf_add(out, row->document.p, row->document.n);
	(void)buf_add(out, "}\n", 2);
}

void
table_attachment(struct buf *out, const struct table_attachment *a)
{
	char hex[DIGEST_SHA256_HEX], start[MOMENT_SIZE];

	digest_hex(hex, a->fingerprint, DIGEST_SHA256_SIZE);
	moment_format(start, a->start_s);
	put_id(out, &a->row);
	put_known(out, "conversation", a->conversation);
	put_int(out, "message", a->message);
	put_int(out, "place", a->place);
	put_known(out, "start", start);
	put_outcome(out, &a->row);
	put_time(out, "vanished_at", a->row.vanished_s);
	put_known(out, "fingerprint", hex);
	(void)buf_add(out, "}\n", 2);
}

void
table_csv_head(struct buf *out, char separator)
{
	static const char *const names[] = {
		"id",          "state",     "path",       "start",
		"answered",    "end",       "duration_s", "agent",
		"agent_email", "client",    "contact",    "client_document",
		"service",     "extension", "origin",     "protocol",
		"status",      "tag",       "bytes",      "sha256",
		"media_type",  "codec",     "audio_s",    "downloaded_at",
		"reason",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (i)
			(void)buf_addc(out, separator);
		(void)buf_adds(out, names[i]);
	}
	(void)buf_add(out, "\r\n", 2);
}

/* A line of cells; the first stands without a separator. */
struct cells {
	struct buf *out;
	char separator;
	bool is_begun;
};

static void
cell_begin(struct cells *c)
{
	if (c->is_begun)
		(void)buf_addc(c->out, c->separator);
	c->is_begun = true;
}

static void
cell_text(struct cells *c, const char *text)
{
	cell_begin(c);
	text_csv_cell(c->out, text, c->separator);
}

static void
cell_int(struct cells *c, int64_t value)
{
	cell_begin(c);
	if (value >= 0)
		(void)buf_addf(c->out, "%lld", (long long)value);
}

static void
cell_moment(struct cells *c, int64_t civil_s)
{
	char text[MOMENT_SIZE] = "";

	if (civil_s != -1)
		moment_format(text, civil_s);
	cell_text(c, text);
}

/* What the platform says of the call. */
static void
cells_of_call(struct cells *c, const struct ark_recording *r)
{
	cell_moment(c, r->start_s);
	cell_moment(c, r->answered_s);
	cell_moment(c, r->end_s);
	cell_int(c, r->duration_s);
	cell_text(c, r->agent);
	cell_text(c, r->agent_email);
	cell_text(c, r->client);
	cell_text(c, r->contact);
	cell_text(c, r->client_document);
	cell_text(c, r->service);
	cell_text(c, r->extension);
	cell_text(c, r->origin);
	cell_text(c, r->protocol);
	cell_text(c, r->status);
	cell_text(c, r->tag);
}

/* What we know of the file. */
static void
cells_of_file(struct cells *c, const struct table_row *row)
{
	char hex[DIGEST_SHA256_HEX] = "";
	char downloaded[CLOCK_UTC_SIZE] = "";
	bool has_file = *row->path;

	if (has_file)
		digest_hex(hex, row->sha256, DIGEST_SHA256_SIZE);
	if (row->downloaded_s != -1)
		clock_utc(downloaded, row->downloaded_s);
	cell_int(c, has_file ? row->bytes : -1);
	cell_text(c, hex);
	cell_text(c, row->media_type);
	cell_text(c, row->codec);
	cell_begin(c);
	if (row->audio_ms >= 0)
		add_seconds(c->out, row->audio_ms);
	cell_text(c, downloaded);
	cell_text(c, row->reason);
}

void
table_csv(struct buf *out, const struct table_row *row,
	  const struct ark_recording *r, char separator)
{
	struct cells c = { .out = out, .separator = separator };

	cell_text(&c, row->id);
	cell_text(&c, ark_state_name(row->state));
	cell_text(&c, row->path);
	cells_of_call(&c, r);
	cells_of_file(&c, row);
	(void)buf_add(out, "\r\n", 2);
}
