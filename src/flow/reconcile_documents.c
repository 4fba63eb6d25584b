/*
 * The documents of the day in hand, given to what compares them.
 */
#include <stdio.h>

#include "base/error.h"
#include "base/event.h"
#include "flow/reconciling.h"

int
reconciling_note_unreadable(struct reconciling *j, enum ark_route route,
			    const char *id, int64_t start_s,
			    const char *detail)
{
	struct ark_discrepancy d = {
		.kind = ARK_UNREADABLE, .day = j->day, .detail = detail,
		.protocol = "", .agent = "", .agent_email = "", .service = "",
		.start_s = start_s, .ids = { "", "", "" },
	};

	d.ids[route] = id;
	return reconcile_note(j->calls, &d, j->options->discrepancy,
			      j->options->ctx);
}

/* A statement names by their SHA-256 the documents of other bags. */
static int
identify(const struct reconciling *j, struct reconcile_document *d,
	 struct json_slice text, char hex[DIGEST_SHA256_HEX],
	 struct ark_error *err)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int rc;

	if (!j->options->makes_statements || d->bag_day == j->day)
		return 0;
	rc = digest_sha256(sha256, text.p, text.n, err);
	digest_hex(hex, sha256, sizeof(sha256));
	d->sha256 = hex;
	return rc;
}

/* Give a document to the day in hand; what cannot be read is told of. */
static int
take(struct reconciling *j, struct reconcile_document *d,
     struct json_slice text, const char *id, int64_t start_s,
     struct ark_error *err)
{
	struct ark_error why = { 0 };
	char detail[640], hex[DIGEST_SHA256_HEX];
	int rc;

	if (start_s < j->day * DAY_SECONDS - RECONCILE_MARGIN_S ||
	    start_s >= (j->day + 1) * DAY_SECONDS + RECONCILE_MARGIN_S)
		return 0;
	rc = document_parse(&j->parsed, text, j->archive->zone,
			    day_of(start_s), &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc && day_of(start_s) != j->day)
		return 0;
	if (rc) {
		(void)snprintf(detail, sizeof(detail), "%s: %s",
			       ark_route_name(d->route), why.text);
		return reconciling_note_unreadable(j, d->route, id, start_s,
						   detail);
	}
	d->fields = &j->parsed.recording.pub;
	d->is_wanted = !ark_filter_excludes(j->options->filter, d->fields);
	if (d->route == ARK_SERVICE_HISTORY)
		d->medium = reconcile_medium(text.p, text.n);
	rc = identify(j, d, text, hex, err);
	if (!rc)
		rc = reconcile_add(j->calls, d, err);
	d->sha256 = NULL;
	return rc;
}

static int
check_stop(const struct reconciling *j, struct ark_error *err)
{
	if (event_should_stop(&j->options->listener))
		return error_set(err, ARK_ESTOPPED, "stopped by a signal");
	return 0;
}

static int
take_report(struct reconciling *j, enum ark_route route, int32_t day,
	    struct ark_error *err)
{
	const struct catalogue_report_query q = { .day = day, .route = route };
	struct catalogue_report_cursor *cur = NULL;
	struct catalogue_report_row row;
	int rc;

	rc = catalogue_report_select(&cur, j->archive->catalogue, &q, err);
	while (!rc) {
		struct reconcile_document d = { .route = route };

		rc = catalogue_report_next(cur, &row, err);
		if (rc <= 0)
			break;
		d.bag_day = day;
		d.version = row.version;
		d.first_seen_s = row.first_seen_s;
		d.vanished_s = row.vanished_s;
		d.audio_ms = -1;
		d.reason = "";
		rc = check_stop(j, err);
		if (!rc)
			rc = take(j, &d, (struct json_slice){ row.body,
				  row.body_len }, row.id, row.start_s, err);
	}
	catalogue_report_cursor_free(cur);
	return rc;
}

static int
take_links(struct reconciling *j, struct ark_error *err)
{
	const struct catalogue_query q = {
		.from_s = j->day * DAY_SECONDS - RECONCILE_MARGIN_S,
		.to_s = (j->day + 1) * DAY_SECONDS + RECONCILE_MARGIN_S,
		.with = CATALOGUE_WITH_DOCUMENT,
	};
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	int rc;

	rc = catalogue_select(&cur, j->archive->catalogue, &q, err);
	while (!rc) {
		struct reconcile_document d = { .route = ARK_AUDIO_LINKS };

		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		d.bag_day = row.day;
		d.version = row.version;
		d.first_seen_s = row.first_seen_s;
		d.vanished_s = row.vanished_s;
		d.state = row.state;
		d.reason = row.reason;
		d.audio_ms = row.audio_ms;
		rc = check_stop(j, err);
		if (!rc)
			rc = take(j, &d, (struct json_slice){ row.document,
				  row.document_len }, row.id, row.start_s, err);
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	return rc;
}

int
reconciling_take_all(struct reconciling *j, struct ark_error *err)
{
	int rc = take_links(j, err);

	for (int32_t day = j->day - 1; !rc && day <= j->day + 1; day++) {
		rc = take_report(j, ARK_SERVICE_HISTORY, day, err);
		if (!rc)
			rc = take_report(j, ARK_VOICE_LOG, day, err);
	}
	return rc;
}
