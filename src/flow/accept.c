/*
 * A body that came whole: judged, and then named and committed, asked for
 * again, or set aside.
 */
#include <string.h>

#include "base/clock.h"
#include "flow/judge.h"
#include "flow/quarantine.h"
#include "flow/sync_internal.h"
#include "omni/document.h"
#include "store/layout.h"

/* The document of a row, for names that use its fields. */
static int
load_document(struct sync *s, struct job *j, struct omni_document *d,
	      struct ark_error *err)
{
	struct buf body = BUF_INIT((size_t)64 << 20);
	int rc;

	rc = catalogue_document(s->archive->catalogue, j->row.row, &body, err);
	if (!rc)
		rc = document_parse(d, (struct json_slice){ buf_text(&body),
							    body.len },
				    s->archive->zone, j->row.day, err);
	buf_release(&body);
	return rc == ARK_EFORMAT ? 0 : rc;
}

/* Whether names of this template tell more than a row does. */
static bool
has_words(const char *template)
{
	return strstr(template, "{agent}") || strstr(template, "{service}") ||
	       strstr(template, "{protocol}") || strstr(template, "{origin}");
}

static int
final_path(struct sync *s, struct job *j, char path[STORE_PATH_MAX],
	   struct ark_error *err)
{
	const struct kind *kind = kind_of(j->row.kind);
	const char *template = kind->template ? kind->template :
						s->config->name;
	char name[LAYOUT_NAME_MAX + 1];
	struct omni_document d;
	struct layout_fields f;
	int rc = 0;

	document_init(&d);
	if (has_words(template))
		rc = load_document(s, j, &d, err);
	f = (struct layout_fields){
		.day = j->row.day,
		.second = (int32_t)(j->row.start_s -
				    j->row.day * DAY_SECONDS),
		.id = j->row.id,
		.agent = d.recording.pub.agent,
		.service = d.recording.pub.service,
		.protocol = d.recording.pub.protocol,
		.origin = d.recording.pub.origin,
	};
	if (!rc)
		rc = layout_name(name, template, &f, j->media.extension, err);
	if (!rc)
		rc = kind->place(path, j->row.day, name, err);
	document_release(&d);
	return rc;
}

static int
accept_body(struct sync *s, struct job *j, int64_t now_ms, struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	struct commit_order order = {
		.part = j->part, .path = path, .ctx = j,
		.row = {
			.row = j->row.row, .codec = j->media.codec,
			.media_type = j->media.media_type,
			.link_host = j->result->host,
			.audio_ms = j->media.duration_ms,
			.downloaded_s = clock_wall_s(),
			.attempts = j->attempts,
		},
	};
	int rc;

	rc = final_path(s, j, path, err);
	if (!rc)
		rc = committer_add(s->committer, &order, now_ms, err);
	if (rc)
		return rc;
	j->part = NULL;
	j->state = JOB_COMMITTING;
	return 0;
}

/* A body that is whole, and not what it should be. */
static int
reject(struct sync *s, struct job *j, const char *reason,
       struct ark_error *err)
{
	struct quarantine_case it = {
		.kind = j->row.kind, .id = j->row.id, .day = j->row.day,
		.part = j->part, .answer = j->result, .reason = reason,
	};
	int rc;

	j->part = NULL;
	rc = quarantine_body(s->archive, &it, err);
	if (rc == ARK_EDISK) {
		struct ark_error why = *err;

		return outcome_disk_failed(s, j, &why, err);
	}
	if (rc)
		return rc;
	return outcome_give_up(s, j, ARK_QUARANTINED, reason, err);
}

/* The bytes on disk are whole; what are they? */
int
accept_whole(struct sync *s, struct job *j, int64_t now_ms,
	     struct ark_error *err)
{
	const struct judge_case body = {
		.kind = kind_of(j->row.kind), .facts = part_facts(j->part),
		.head = &j->result->head, .total = j->result->total,
		.media = &j->media,
	};
	char reason[256];

	switch (judge(&body, reason)) {
	case JUDGE_ACCEPT:
		return accept_body(s, j, now_ms, err);
	case JUDGE_AGAIN:
		if (j->attempts < retry_default.max_attempts &&
		    !s->is_stopping) {
			part_drop(j->part);
			j->part = NULL;
			http_result_free(j->result);
			j->result = NULL;
			j->is_from_start = true;
			return failure_retry(s, j, now_ms + 500 * j->attempts, err);
		}
		break;
	case JUDGE_QUARANTINE:
		break;
	}
	return reject(s, j, reason, err);
}
