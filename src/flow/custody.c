#include "flow/custody.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "flow/kinds.h"
#include "report/completeness.h"

#define DAY_PREFIX "day "
#define EDITION_PREFIX "tagmanifest "
#define DRAW_PREFIX "draw "
#define RECORD_PREFIX "record "

/* Add an entry about "KIND ID"; its result is what a buffer came to. */
static int
tell(struct archive *a, const char *action, const char *kind, const char *id,
     const struct buf *result, struct ark_error *err)
{
	char object[TRAIL_OBJECT_SIZE];
	int rc;

	rc = buf_status(result, err);
	if (rc)
		return rc;
	if (trail_object(object, kind, id))
		return error_nomem(err);
	return trail_add(a, action, object, buf_text(result), err);
}

static int
tell_number(struct archive *a, const char *action, const char *kind, int64_t n,
	    const struct buf *result, struct ark_error *err)
{
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)n);
	return tell(a, action, kind, id, result, err);
}

int
custody_opened(struct archive *a, bool is_new, struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	struct trail_head head;
	int rc;

	if (!is_new)
		return trail_last(a, &head, err);
	buf_addf(&result, "format %d, time zone %s", ARCHIVE_FORMAT,
		 zone_name(a->zone));
	rc = tell(a, TRAIL_CREATED, "archive", a->organization_id, &result,
		  err);
	buf_release(&result);
	return rc;
}

/* ---- runs ---------------------------------------------------------------- */

static const char *
durability_words(const struct ark_sync_options *o)
{
	return o->durability == ARK_DURABLE_NONE ? ", nothing made durable" :
						   "";
}

int
custody_run_started(struct archive *a, const struct ark_sync_options *o,
		    const struct ark_summary *s, struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char from[MOMENT_SIZE], to[MOMENT_SIZE];
	int rc;

	moment_format(from, s->from_s);
	moment_format(to, s->to_s);
	buf_addf(&result, "sync from %s up to %s%s%s", from, to,
		 o->retry_failed ? ", what was given up is tried again" : "",
		 durability_words(o));
	rc = tell_number(a, TRAIL_STARTED, "run", s->run, &result, err);
	buf_release(&result);
	return rc;
}

/* Of a run that was not about attachments nothing is said of them. */
static void
put_media(struct buf *out, const struct ark_media_sums *m)
{
	if (!m->was_asked)
		return;
	buf_addf(out, "; attachments: listed %lld, archived %lld, new %lld, "
		 "bytes_new %lld", (long long)m->listed,
		 (long long)m->counts[ARK_ARCHIVED], (long long)m->fresh,
		 (long long)m->bytes_new);
}

/* The sums that the account of a run has. */
static void
put_sums(struct buf *out, const struct ark_summary *s)
{
	buf_addf(out, "listed %lld, archived %lld, new %lld",
		 (long long)s->listed, (long long)s->counts[ARK_ARCHIVED],
		 (long long)s->new_recordings);
	for (int i = 0; i < ARK_N_STATES; i++) {
		if (i != ARK_ARCHIVED && s->counts[i])
			buf_addf(out, ", %s %lld",
				 ark_state_name((enum ark_state)i),
				 (long long)s->counts[i]);
	}
	buf_addf(out, ", bytes_new %lld", (long long)s->bytes_new);
	if (s->windows_incomplete)
		buf_addf(out, ", days not listed completely %lld",
			 (long long)s->windows_incomplete);
}

int
custody_run_ended(struct archive *a, const struct ark_summary *s, int code,
		  struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	int rc;

	buf_addf(&result, "%s: ", code ? error_name(code) : "complete");
	put_sums(&result, s);
	put_media(&result, &s->media);
	rc = tell_number(a, TRAIL_ENDED, "run", s->run, &result, err);
	buf_release(&result);
	return rc ? rc : trail_know(a, err);
}

/* ---- days ---------------------------------------------------------------- */

int
custody_published(struct archive *a, const struct catalogue_day *d,
		  const uint8_t tagmanifest[DIGEST_SHA256_SIZE],
		  struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char hex[DIGEST_SHA256_HEX], day[DAY_SIZE];
	int rc;

	digest_hex(hex, tagmanifest, DIGEST_SHA256_SIZE);
	day_format(day, d->day);
	buf_addf(&result, EDITION_PREFIX "%s, listed %lld, archived %lld, "
		 "bytes %lld", hex, (long long)d->listed,
		 (long long)d->counts[ARK_ARCHIVED], (long long)d->bytes);
	rc = tell(a, TRAIL_PUBLISHED, "day", day, &result, err);
	buf_release(&result);
	return rc;
}

/*
 * The SHA-256 at the begin of the result, behind prefix, of an entry about an
 * object that begins with kind.  What the object is beyond that, or NULL.
 */
static const char *
read_entry(const struct trail_entry *e, const char *action, const char *kind,
	   const char *prefix, uint8_t sha256[DIGEST_SHA256_SIZE])
{
	char hex[DIGEST_SHA256_HEX];

	if (strcmp(e->action, action) != 0 ||
	    strncmp(e->object, kind, strlen(kind)) != 0 ||
	    strncmp(e->result, prefix, strlen(prefix)) != 0)
		return NULL;
	(void)snprintf(hex, sizeof(hex), "%s", e->result + strlen(prefix));
	if (digest_unhex(sha256, DIGEST_SHA256_SIZE, hex))
		return NULL;
	return e->object + strlen(kind);
}

bool
custody_edition(const struct trail_entry *e, int32_t *day,
		uint8_t tagmanifest[DIGEST_SHA256_SIZE])
{
	const char *text = read_entry(e, TRAIL_PUBLISHED, DAY_PREFIX,
				      EDITION_PREFIX, tagmanifest);

	return text && !day_parse(text, day);
}

int
custody_stated(struct archive *a, const struct ark_reconciled_day *day,
	       const char *sha256, struct ark_error *err)
{
	const char *word = completeness_is_proved(day) ? "complete" :
							 "not complete";
	const struct ark_reconcile_sums *s = &day->sums;
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char text[DAY_SIZE];
	int rc;

	day_format(text, day->day);
	buf_addf(&result, "sha256 %s, %s, calls %lld, recordings %lld, "
		 "archived %lld, unexplained %lld", sha256, word,
		 (long long)s->calls, (long long)s->recordings,
		 (long long)s->archived, (long long)s->unexplained);
	rc = tell(a, TRAIL_STATED, "day", text, &result, err);
	buf_release(&result);
	return rc;
}

int
custody_unstated(struct archive *a, int32_t day, const char *sha256,
		 struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char text[DAY_SIZE];
	int rc;

	day_format(text, day);
	buf_addf(&result, "sha256 %s, the day is not what it was made from any "
		 "more", sha256);
	rc = tell(a, TRAIL_UNSTATED, "day", text, &result, err);
	buf_release(&result);
	return rc;
}

/* ---- what is fetched ----------------------------------------------------- */

int
custody_quarantined(struct archive *a, enum catalogue_kind kind, const char *id,
		    int64_t bytes, const uint8_t sha256[DIGEST_SHA256_SIZE],
		    struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char hex[DIGEST_SHA256_HEX];
	int rc;

	digest_hex(hex, sha256, DIGEST_SHA256_SIZE);
	buf_addf(&result, "a body of %lld bytes, sha256 %s", (long long)bytes,
		 hex);
	rc = tell(a, TRAIL_QUARANTINED, kind_of(kind)->name, id, &result, err);
	buf_release(&result);
	return rc;
}

int
custody_set_aside(struct archive *a, enum catalogue_kind kind, const char *id,
		  int32_t day, struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char text[DAY_SIZE];
	int rc;

	day_format(text, day);
	buf_addf(&result, "its file in the bag of %s was damaged", text);
	rc = tell(a, TRAIL_SET_ASIDE, kind_of(kind)->name, id, &result, err);
	buf_release(&result);
	return rc;
}

int
custody_given_up(struct archive *a, enum catalogue_kind kind, const char *id,
		 enum ark_state state, struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	int rc;

	buf_adds(&result, ark_state_name(state));
	rc = tell(a, TRAIL_GIVEN_UP, kind_of(kind)->name, id, &result, err);
	buf_release(&result);
	return rc;
}

/* ---- the archive --------------------------------------------------------- */

static void
put_findings(struct buf *out, const struct ark_verify_totals *totals)
{
	bool is_first = true;

	for (int i = 0; i < ARK_N_VERDICTS; i++) {
		if (!totals->found[i])
			continue;
		buf_addf(out, "%s%lld %s", is_first ? "" : ", ",
			 (long long)totals->found[i],
			 ark_verdict_name((enum ark_verdict)i));
		is_first = false;
	}
	if (is_first)
		buf_adds(out, "everything agrees");
	if (totals->repaired)
		buf_addf(out, "; repaired %lld", (long long)totals->repaired);
}

int
custody_verified(const struct audit *v, const struct ark_range *range,
		 struct ark_error *err)
{
	const struct ark_range_words *words = &v->options->range;
	const struct ark_verify_totals *totals = v->totals;
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char from[DAY_SIZE], to[DAY_SIZE], object[64] = "all days";
	int rc;

	day_format(from, day_of(range->from_s));
	day_format(to, day_of(range->to_s - 1));
	if (words->from || words->last || words->day)
		(void)snprintf(object, sizeof(object), "days %s to %s", from,
			       to);
	buf_addf(&result, "%s, %lld days, %lld files, %lld bytes: ",
		 v->options->is_quick ? "names and sizes" : "every byte",
		 (long long)totals->days, (long long)totals->files,
		 (long long)totals->bytes);
	put_findings(&result, totals);
	rc = buf_status(&result, err);
	if (!rc && v->trail)
		rc = trail_append(v->archive, v->trail, TRAIL_VERIFIED, object,
				  buf_text(&result), err);
	else if (!rc)
		rc = trail_add(v->archive, TRAIL_VERIFIED, object,
			       buf_text(&result), err);
	buf_release(&result);
	return rc;
}

int
custody_rebuilt(struct archive *a, const struct ark_rebuild_totals *totals,
		struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	int rc;

	buf_addf(&result, "%lld days, %lld documents, %lld recordings, ",
		 (long long)totals->days, (long long)totals->documents,
		 (long long)totals->recordings);
	if (totals->attachments)
		buf_addf(&result, "%lld attachments, ",
			 (long long)totals->attachments);
	buf_addf(&result, "%lld problems", (long long)totals->problems);
	rc = tell(a, TRAIL_REBUILT, "archive", a->organization_id, &result,
		  err);
	buf_release(&result);
	return rc ? rc : trail_know(a, err);
}

int
custody_exported(struct archive *a, const struct ark_subject_totals *totals,
		 const uint8_t tagmanifest[DIGEST_SHA256_SIZE],
		 struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char hex[DIGEST_SHA256_HEX];
	int rc;

	digest_hex(hex, tagmanifest, DIGEST_SHA256_SIZE);
	buf_addf(&result, "tagmanifest %s, %lld recordings, %lld documents, "
		 "%lld bytes", hex, (long long)totals->recordings,
		 (long long)totals->documents, (long long)totals->bytes);
	if (totals->attachments)
		buf_addf(&result, ", %lld attachments",
			 (long long)totals->attachments);
	if (totals->damaged)
		buf_addf(&result, "; damaged %lld", (long long)totals->damaged);
	rc = tell(a, TRAIL_EXPORTED, "archive", a->organization_id, &result,
		  err);
	buf_release(&result);
	return rc;
}

int
custody_drawn(struct archive *a, const struct sample_record *record,
	      const uint8_t sha256[DIGEST_SHA256_SIZE], struct ark_error *err)
{
	struct buf result = BUF_INIT(TRAIL_RESULT_SIZE);
	char hex[DIGEST_SHA256_HEX];
	int rc;

	digest_hex(hex, sha256, DIGEST_SHA256_SIZE);
	buf_addf(&result, RECORD_PREFIX "%s, %zu of %lld calls", hex,
		 record->n_calls, (long long)record->population);
	digest_hex(hex, record->population_sha256, DIGEST_SHA256_SIZE);
	buf_addf(&result, " with sha256 %s", hex);
	if (record->excludes_drawn)
		buf_addf(&result, ", excluded %zu", record->n_excluded);
	rc = tell_number(a, TRAIL_DRAWN, "draw", record->number, &result, err);
	buf_release(&result);
	return rc;
}

bool
custody_draw(const struct trail_entry *e, int64_t *number,
	     uint8_t sha256[DIGEST_SHA256_SIZE])
{
	const char *text = read_entry(e, TRAIL_DRAWN, DRAW_PREFIX,
				      RECORD_PREFIX, sha256);

	return text && !text_to_int(text, 1, INT64_MAX, number);
}
