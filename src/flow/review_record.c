/*
 * What is told of a call: the record as the page has it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flow/review_internal.h"
#include "json/tree.h"
#include "review/mask.h"

#define MAX_MASKED ((size_t)1 << 17)

static void
put_moment(struct json_tree *t, const char *name, int64_t civil_s)
{
	char text[MOMENT_SIZE];

	if (civil_s < 0)
		return;
	moment_format(text, civil_s);
	json_put_text(t, name, text);
}

static void
put(struct json_tree *t, const char *name, const char *text)
{
	if (*text)
		json_put_text(t, name, text);
}

static void
put_masked(struct json_tree *t, const char *name, const char *text,
	   void (*mask)(struct buf *out, const char *text))
{
	struct buf masked = BUF_INIT(MAX_MASKED);

	mask(&masked, text);
	put(t, name, buf_text(&masked));
	buf_release(&masked);
}

static void
put_client(struct json_tree *t, const struct ark_recording *rec,
	   bool is_unmasked)
{
	if (is_unmasked) {
		put(t, "client", rec->client);
		put(t, "contact", rec->contact);
		put(t, "document", rec->client_document);
		return;
	}
	put_masked(t, "client", rec->client, mask_client);
	put_masked(t, "contact", rec->contact, mask_client);
	put_masked(t, "document", rec->client_document, mask_document);
}

static void
put_drawn(struct json_tree *t, const struct review_drawn *drawn)
{
	if (!drawn)
		return;
	if (drawn->evaluators.p)
		json_put_raw(t, "evaluators", drawn->evaluators);
	if (drawn->is_calibration)
		json_put_bool(t, "calibration", true);
}

static void
put_recording(struct json_tree *t, const struct ark_recording *rec)
{
	put(t, "protocol", rec->protocol);
	put_moment(t, "start", rec->start_s);
	put_moment(t, "answered", rec->answered_s);
	put_moment(t, "end", rec->end_s);
	if (rec->duration_s >= 0)
		json_put_int(t, "duration", rec->duration_s);
	put(t, "agent", rec->agent);
	put(t, "email", rec->agent_email);
	put(t, "service", rec->service);
	put(t, "tag", rec->tag);
	put(t, "status", rec->status);
	put(t, "origin", rec->origin);
	put(t, "extension", rec->extension);
}

static int
print_record(struct review *r, struct review_call *call, struct json_tree *t)
{
	int rc = json_print(t, false, &call->record, r->err);

	json_tree_free(t);
	return rc;
}

/* Keep what the other steps ask for. */
static int
keep(struct review *r, struct review_call *call, const char *id,
     const char *protocol, const char *path)
{
	call->id = strdup(id);
	call->protocol = strdup(protocol);
	call->path = strdup(path);
	if (!call->id || !call->protocol || !call->path)
		return error_nomem(r->err);
	return 0;
}

int
review_record(struct review *r, struct review_call *call,
	      const struct catalogue_row *row,
	      const struct review_drawn *drawn)
{
	const struct ark_recording *rec = &r->parsed.recording.pub;
	char hex[DIGEST_SHA256_HEX];
	struct json_tree *t;
	int rc;

	rc = keep(r, call, row->id, rec->protocol, row->path);
	if (rc)
		return rc;
	call->day = row->day;
	call->bytes = row->bytes;
	memcpy(call->sha256, row->sha256, sizeof(call->sha256));
	digest_hex(hex, row->sha256, sizeof(row->sha256));
	t = json_tree_new();
	json_put_text(t, "id", row->id);
	put_recording(t, rec);
	put_client(t, rec, r->options->is_unmasked);
	put_drawn(t, drawn);
	json_put_text(t, "path", row->path);
	json_put_int(t, "bytes", row->bytes);
	json_put_text(t, "sha256", hex);
	put(t, "media", row->media_type);
	put(t, "codec", row->codec);
	if (row->audio_ms >= 0)
		json_put_int(t, "ms", row->audio_ms);
	return print_record(r, call, t);
}

int
review_absent(struct review *r, struct review_call *call, const char *id,
	      const char *start, const struct review_drawn *drawn)
{
	struct json_tree *t;
	int rc;

	rc = keep(r, call, id, "", "");
	if (rc)
		return rc;
	t = json_tree_new();
	json_put_text(t, "id", id);
	put(t, "start", start);
	put_drawn(t, drawn);
	return print_record(r, call, t);
}
