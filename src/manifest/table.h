/*
 * The tables of a day: data/recordings.ndjson and data/recordings.csv, and
 * data/media.ndjson.
 *
 * NDJSON: one line a document, members in this order: id, state, reason,
 * path, bytes, sha256, media_type, codec, duration_s, downloaded_at,
 * link_host, first_seen_at, seen_at, vanished_at, oddity, versions, document.
 * `path` is relative to the bag.  What is not known is null.  `versions` is a
 * list of {seen_at, document}, oldest first, without the present one.
 * `document` and the documents in `versions` are the platform's bytes exactly.
 *
 * data/media.ndjson has one line an attachment: id, conversation (the id of its
 * document in service-history-messages), message (its number there, from 1),
 * place (in the message, from 1), start (of the conversation), then state to
 * first_seen_at and vanished_at as above, and fingerprint (of the message).
 */
#ifndef MANIFEST_TABLE_H
#define MANIFEST_TABLE_H

#include "base/buf.h"
#include "callark/recording.h"
#include "digest/digest.h"
#include "json/scan.h"

struct table_version {
	int64_t seen_s;
	struct json_slice document;
};

struct table_row {
	const char *id;
	enum ark_state state;
	const char *reason;		/* "" if none; so all texts here */
	const char *path;
	int64_t bytes;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	const char *media_type, *codec, *link_host, *oddity;
	int64_t audio_ms;		/* -1: unknown */
	int64_t downloaded_s, first_seen_s, seen_s, vanished_s;	/* -1: never */
	const struct table_version *versions;
	size_t n_versions;
	struct json_slice document;
};

/* table_ndjson(out, row): Add one line.  Texts are UTF-8. */
void table_ndjson(struct buf *out, const struct table_row *row);

/* A row read back owns its memory; versions and document point into it. */
struct table_parsed {
	struct table_row row;
	struct buf texts;
	struct table_version *versions;
};

/*
 * table_parse(out, line, err):
 * Read one line.  `line` must outlive out.  Return 0, ARK_EFORMAT or
 * ARK_ENOMEM.
 */
int table_parse(struct table_parsed *out, struct json_slice line,
		struct ark_error *err);
void table_parsed_release(struct table_parsed *p);

/* One attachment.  Of row, what is told of a file and its state. */
struct table_attachment {
	struct table_row row;
	const char *conversation;
	int64_t message, place;
	int64_t start_s;		/* civil */
	uint8_t fingerprint[DIGEST_SHA256_SIZE];
};

/* table_attachment(out, a): Add one line of data/media.ndjson. */
void table_attachment(struct buf *out, const struct table_attachment *a);

/*
 * table_attachment_parse(out, texts, line, err):
 * Read one line; the texts of out lie in texts, which is to be released
 * whatever comes.  Return as table_parse().
 */
int table_attachment_parse(struct table_attachment *out, struct buf *texts,
			   struct json_slice line, struct ark_error *err);

/*
 * table_csv_head(out, separator) / table_csv(out, row, r, separator):
 * The head line and one line of the CSV: id, state, path, start, answered,
 * end, duration_s, agent, agent_email, client, contact, client_document,
 * service, extension, origin, protocol, status, tag, bytes, sha256,
 * media_type, codec, audio_s, downloaded_at, reason.  RFC 4180 with CRLF, and
 * a guard against formulas (text_csv_cell).
 */
void table_csv_head(struct buf *out, char separator);
void table_csv(struct buf *out, const struct table_row *row,
	       const struct ark_recording *r, char separator);

#endif
