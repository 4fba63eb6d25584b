/*
 * The files of the page: what is the same in every review, the list of calls
 * (data.js), and a script for each call with what is only needed when it is
 * opened (calls/NNNNN.js).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "digest/digest.h"
#include "flow/review_internal.h"
#include "json/tree.h"
#include "review/assets.h"
#include "review/script.h"
#include "store/file.h"

#define MAX_SCRIPT ((size_t)1 << 30)
#define REVIEW_ID_BYTES 8	/* of a SHA-256 */

static size_t
number_of(const struct review *r, const struct review_call *call)
{
	return (size_t)(call - r->calls) + 1;
}

/* ---- one call ---------------------------------------------------------------- */

static void
put_lanes(struct buf *out, const struct measure *m)
{
	size_t lane_bytes = (size_t)m->points * MEASURE_POINT_BYTES;

	for (unsigned lane = 0; m->bytes && lane < m->lanes; lane++) {
		(void)buf_adds(out, lane ? ",\"" : "\"");
		script_base64(out, m->bytes + lane * lane_bytes, lane_bytes);
		(void)buf_addc(out, '"');
	}
}

int
review_call_script(struct review *r, struct review_call *call,
		   struct ark_error *err)
{
	struct buf out = BUF_INIT(MAX_SCRIPT);
	char path[STORE_PATH_MAX];
	int rc;

	(void)buf_addf(&out, "callarkCall(%zu,{\"lanes\":[",
		       number_of(r, call));
	put_lanes(&out, &call->measure);
	(void)buf_adds(&out, "],\"messages\":[");
	script_json(&out, buf_text(&call->messages), call->messages.len);
	(void)buf_adds(&out, "],\"surveys\":[");
	script_json(&out, buf_text(&call->surveys), call->surveys.len);
	(void)buf_adds(&out, "]});\n");
	free(call->measure.bytes);
	call->measure.bytes = NULL;
	(void)snprintf(path, sizeof(path), "calls/%05zu.js",
		       number_of(r, call));
	rc = buf_status(&out, err);
	if (!rc)
		rc = store_file_put(r->folder, path, out.data, out.len, err);
	buf_release(&out);
	return rc;
}

/* ---- the list ----------------------------------------------------------------- */

static void
put_measure(struct json_tree *t, const struct measure *m)
{
	json_put_int(t, "ms", measure_ms(m));
	json_put_int(t, "lanes", m->lanes);
	json_put_int(t, "silence", m->silence);
	if (m->loudness_cb != MEASURE_NO_LOUDNESS)
		json_put_real(t, "lufs", m->loudness_cb / 100.0);
	json_open_array(t, "flags");
	if (measure_is_silent(m))
		json_put_text(t, NULL, "silent");
	if (measure_is_one_sided(m))
		json_put_text(t, NULL, "one_sided");
	if (measure_is_clipped(m))
		json_put_text(t, NULL, "clipped");
	json_close(t);
}

/* What became of a call's sound. */
static int
print_sound(const struct review_call *call, struct buf *out,
	    struct ark_error *err)
{
	struct json_tree *t = json_tree_new();
	int rc;

	if (*call->file)
		json_put_text(t, "file", call->file);
	if (call->is_converted)
		json_put_bool(t, "converted", true);
	if (call->has_lanes)
		json_put_bool(t, "solo", true);
	if (*call->why)
		json_put_text(t, "why", call->why);
	if (*call->note)
		json_put_text(t, "note", call->note);
	if (call->has_measure)
		put_measure(t, &call->measure);
	rc = json_print(t, false, out, err);
	json_tree_free(t);
	return rc;
}

static int
put_calls(struct review *r, struct buf *out)
{
	struct buf sound = BUF_INIT(REVIEW_RECORD_MAX);
	int rc = 0;

	for (size_t i = 0; !rc && i < r->n; i++) {
		const struct review_call *call = &r->calls[i];

		buf_clear(&sound);
		rc = print_sound(call, &sound, r->err);
		(void)buf_adds(out, i ? ",\n{\"record\":" : "\n{\"record\":");
		script_json(out, buf_text(&call->record), call->record.len);
		(void)buf_adds(out, ",\"sound\":");
		script_json(out, buf_text(&sound), sound.len);
		(void)buf_addc(out, '}');
	}
	buf_release(&sound);
	return rc;
}

/* ---- the whole ----------------------------------------------------------------- */

static int
by_loudness(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * The level that calls are brought to, in hundredths of a LUFS: a page that was
 * opened from disk can turn sound down and not up, so it is that of the quieter
 * calls, which one in ten stays below.
 */
static int32_t
level_of(const struct review *r)
{
	int32_t *all = calloc(r->n, sizeof(*all));
	int32_t level = MEASURE_NO_LOUDNESS;
	size_t n = 0;

	for (size_t i = 0; all && i < r->n; i++) {
		const struct review_call *call = &r->calls[i];

		if (call->has_measure &&
		    call->measure.loudness_cb != MEASURE_NO_LOUDNESS)
			all[n++] = call->measure.loudness_cb;
	}
	if (n) {
		qsort(all, n, sizeof(*all), by_loudness);
		level = all[n / 10];
	}
	free(all);
	return level;
}

/* What scores are kept under: the same calls and form have the same. */
static int
identify(const struct review *r, char out[2 * REVIEW_ID_BYTES + 1])
{
	uint8_t sha256[DIGEST_MAX_SIZE];
	struct digest *d = NULL;
	int rc;

	rc = digest_new(&d, DIGEST_SHA256, r->err);
	if (!rc)
		rc = digest_add(d, r->archive->organization_id,
				strlen(r->archive->organization_id) + 1,
				r->err);
	for (size_t i = 0; !rc && i < r->n; i++)
		rc = digest_add(d, r->calls[i].id, strlen(r->calls[i].id) + 1,
				r->err);
	if (!rc)
		rc = digest_add(d, buf_text(&r->form), r->form.len, r->err);
	if (!rc)
		rc = digest_final(d, sha256, r->err);
	if (!rc)
		digest_hex(out, sha256, REVIEW_ID_BYTES);
	digest_free(d);
	return rc;
}

static void
put_slice(struct json_tree *t, const char *name, const struct buf *json)
{
	if (json->len)
		json_put_raw(t, name, (struct json_slice){ buf_text(json),
							   json->len });
}

/* All but the calls, as a JSON object. */
static int
print_head(struct review *r, struct buf *out)
{
	const struct ark_review_options *o = r->options;
	char id[2 * REVIEW_ID_BYTES + 1], now[CLOCK_UTC_SIZE];
	int32_t level = level_of(r);
	struct json_tree *t;
	int rc;

	rc = identify(r, id);
	if (rc)
		return rc;
	clock_utc(now, clock_wall_s());
	t = json_tree_new();
	json_put_int(t, "version", 1);
	json_put_text(t, "review", id);
	json_put_text(t, "made", now);
	json_put_text(t, "tool", "callark " CALLARK_VERSION);
	json_put_text(t, "title", o->title);
	json_put_text(t, "organization", r->archive->organization);
	json_put_text(t, "zone", zone_name(r->archive->zone));
	json_put_bool(t, "masked", !o->is_unmasked);
	json_put_text(t, "evaluator", o->evaluator);
	if (level != MEASURE_NO_LOUDNESS)
		json_put_real(t, "level", level / 100.0);
	put_slice(t, "form", &r->form);
	put_slice(t, "draw", &r->draw);
	rc = json_print(t, false, out, r->err);
	json_tree_free(t);
	return rc;
}

static int
write_data(struct review *r)
{
	struct buf head = BUF_INIT((size_t)4 << 20);
	struct buf out = BUF_INIT(MAX_SCRIPT);
	int rc;

	rc = print_head(r, &head);
	(void)buf_adds(&out, "callarkReview(");
	script_json(&out, buf_text(&head), head.len);
	(void)buf_adds(&out, ",[");
	if (!rc)
		rc = put_calls(r, &out);
	(void)buf_adds(&out, "\n]);\n");
	if (!rc)
		rc = buf_status(&out, r->err);
	if (!rc)
		rc = store_file_put(r->folder, "data.js", out.data, out.len,
				    r->err);
	buf_release(&head);
	buf_release(&out);
	return rc;
}

int
review_page(struct review *r)
{
	const struct review_asset *a = review_assets;
	int rc = write_data(r);

	for (; !rc && a->name; a++)
		rc = store_file_put(r->folder, a->name, a->bytes, a->n,
				    r->err);
	return rc;
}
