#include "catalogue/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void
catalogue_row_release(struct catalogue_row *r)
{
	if (!r)
		return;
	free(r->id);
	free(r->interaction_id);
	free(r->reason);
	free(r->link);
	free(r->oddity);
	free(r->path);
	free(r->media_type);
	free(r->codec);
	free(r->link_host);
	free(r->document);
	*r = (struct catalogue_row){ 0 };
}

static void
read_digest(const struct query *q, int column, uint8_t out[32])
{
	const void *digest = sqlite3_column_blob(q->s, column);

	if (sqlite3_column_bytes(q->s, column) == 32)
		memcpy(out, digest, 32);
}

static void
read_numbers(const struct query *q, struct catalogue_row *r)
{

	r->row = query_get_int(q, 0);
	r->day = (int32_t)query_get_int(q, 3);
	r->start_s = query_get_int(q, 4);
	r->duration_s = query_get_time(q, 5);
	r->state = (enum ark_state)query_get_int(q, 6);
	r->attempts = (int)query_get_int(q, 9);
	r->runs = (int)query_get_int(q, 10);
	r->first_tried_s = query_get_time(q, 11);
	r->first_seen_s = query_get_int(q, 12);
	r->vanished_s = query_get_time(q, 13);
	r->bytes = query_get_int(q, 16);
	read_digest(q, 17, r->sha256);
	read_digest(q, 26, r->fingerprint);
	r->audio_ms = query_get_time(q, 21);
	r->downloaded_s = query_get_time(q, 22);
	r->version = (int)query_get_int(q, 23);
	r->version_seen_s = query_get_int(q, 24);
	r->kind = (enum catalogue_kind)query_get_int(q, 25);
}

/* The document with a NUL behind it, which document_len does not count. */
static int
read_document(const struct query *q, struct catalogue_row *r)
{
	const void *body = sqlite3_column_blob(q->s, ROW_N_COLUMNS);
	int n = sqlite3_column_bytes(q->s, ROW_N_COLUMNS);

	r->document = malloc((size_t)n + 1);
	if (!r->document)
		return ARK_ENOMEM;
	if (n)
		memcpy(r->document, body, (size_t)n);
	r->document[n] = '\0';
	r->document_len = (size_t)n;
	return 0;
}

int
row_read(struct query *q, bool has_document, struct catalogue_row *r,
	 struct ark_error *err)
{
	const struct {
		char **to;
		int column;
	} texts[] = {
		{ &r->id, 1 },          { &r->interaction_id, 2 },
		{ &r->reason, 7 },      { &r->link, 8 },
		{ &r->oddity, 14 },     { &r->path, 15 },
		{ &r->media_type, 18 }, { &r->codec, 19 },
		{ &r->link_host, 20 },
	};

	catalogue_row_release(r);
	if ((uint64_t)query_get_int(q, 25) >= CATALOGUE_N_KINDS)
		return query_damaged(q->c, "a kind out of range", err);
	read_numbers(q, r);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i].to = strdup(query_get_text(q, texts[i].column));
		if (!*texts[i].to)
			goto nomem;
	}
	if (query_status(q, NULL) || (has_document && read_document(q, r)))
		goto nomem;
	return 0;
nomem:
	catalogue_row_release(r);
	return error_nomem(err);
}

int
row_versions(struct query *q, catalogue_version_fn *fn, void *ctx,
	     struct ark_error *err)
{
	int rc;

	for (;;) {
		const char *body;
		size_t n;

		rc = query_next(q, err);
		if (rc <= 0)
			break;
		body = query_get_bytes(q, 2, &n);
		rc = query_status(q, err);
		if (!rc)
			rc = fn(ctx, (int)query_get_int(q, 0),
				query_get_int(q, 1), body, n);
		if (rc)
			break;
	}
	query_close(q);
	return rc;
}
