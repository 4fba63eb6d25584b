/*
 * What is at a place: the facts of a document, and all that it ever said; and
 * what is in no table.
 */
#include <string.h>

#include "base/error.h"
#include "catalogue/row.h"
#include "catalogue/subject.h"

static const char recording_sql[] =
	"SELECT id, day, start_s, vanished_s, version, state, path, bytes,"
	" sha256 FROM recording WHERE n = ?";

static const char report_sql[] =
	"SELECT id, day, start_s, vanished_s, version, route FROM report"
	" WHERE n = ?";

static const char recording_versions_sql[] =
	"SELECT version, seen_s, body FROM earlier WHERE n = ?1 UNION ALL"
	" SELECT r.version, r.version_seen_s, d.body FROM recording r"
	"  JOIN document d ON d.n = r.n WHERE r.n = ?1 ORDER BY 1";

static const char report_versions_sql[] =
	"SELECT version, seen_s, body FROM report_earlier WHERE n = ?1"
	" UNION ALL SELECT version, version_seen_s, body FROM report"
	"  WHERE n = ?1 ORDER BY 1";

static void
copy(char *out, size_t size, const char *text)
{
	(void)sqlite3_snprintf((int)size, out, "%s", text);
}

/* What only a recording has; the rest was read. */
static void
read_recording(struct query *q, struct catalogue_held *out)
{
	out->route = ARK_AUDIO_LINKS;
	out->state = (enum ark_state)query_get_int(q, 5);
	copy(out->path, sizeof(out->path), query_get_text(q, 6));
	out->bytes = query_get_int(q, 7);
	if (sqlite3_column_bytes(q->s, 8) == (int)sizeof(out->sha256))
		memcpy(out->sha256, sqlite3_column_blob(q->s, 8),
		       sizeof(out->sha256));
}

static int
read_held(struct query *q, enum catalogue_source source,
	  struct catalogue_held *out, struct ark_error *err)
{
	*out = (struct catalogue_held){
		.day = (int32_t)query_get_int(q, 1),
		.start_s = query_get_int(q, 2),
		.vanished_s = query_get_time(q, 3),
		.version = (int)query_get_int(q, 4),
	};
	copy(out->id, sizeof(out->id), query_get_text(q, 0));
	if (source == CATALOGUE_RECORDINGS)
		read_recording(q, out);
	else
		out->route = (enum ark_route)query_get_int(q, 5);
	if ((unsigned)out->route >= ARK_N_ROUTES)
		return query_damaged(q->c, "a report out of range", err);
	return query_status(q, err);
}

int
catalogue_held(struct catalogue *c, const struct catalogue_place *place,
	       struct catalogue_held *out, struct ark_error *err)
{
	bool is_recording = place->source == CATALOGUE_RECORDINGS;
	struct query q;
	int rc;

	query_open(&q, c, is_recording ? STMT_HELD_RECORDING : STMT_HELD_REPORT,
		   is_recording ? recording_sql : report_sql);
	query_int(&q, place->row);
	rc = query_next(&q, err);
	if (rc > 0)
		rc = read_held(&q, place->source, out, err);
	else if (!rc)
		rc = error_set(err, ARK_ENOTFOUND, "row %lld is not there",
			       (long long)place->row);
	query_close(&q);
	return rc;
}

int
catalogue_held_versions(struct catalogue *c,
			const struct catalogue_place *place,
			catalogue_version_fn *fn, void *ctx,
			struct ark_error *err)
{
	struct query q;

	query_prepare(&q, c, place->source == CATALOGUE_RECORDINGS ?
		      recording_versions_sql : report_versions_sql);
	query_int(&q, place->row);
	return row_versions(&q, fn, ctx, err);
}

int
catalogue_wrecks(struct catalogue *c, catalogue_wreck_fn *fn, void *ctx,
		 struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c, "SELECT day, path FROM oddity ORDER BY day, path");
	for (;;) {
		const char *path;

		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		path = query_get_text(&q, 1);
		rc = query_status(&q, err);
		if (!rc)
			rc = fn(ctx, (int32_t)query_get_int(&q, 0), path);
		if (rc)
			break;
	}
	query_close(&q);
	return rc;
}
