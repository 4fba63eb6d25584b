/*
 * Whatever reads an archive and tells, while all that can fail does.
 */
#include "unit/flow/steps.h"
#include "unit/flow/trials.h"
#include "unit/heap.h"

#include "callark/export.h"
#include "flow/metrics_file.h"

/* ---- reading ------------------------------------------------------------ */

static int
tell_facts(void *ctx, const struct ark_archive_facts *f)
{
	return say(ctx, f->organization, f->from_day);
}

static int
tell_day(void *ctx, const struct ark_day *d)
{
	return say(ctx, "day", d->listed);
}

static int
tell_item(void *ctx, const char *id, int32_t day, enum ark_state state,
	  const char *reason, int attempts)
{
	(void)state;
	(void)attempts;
	return say(ctx, id, day);
	say(ctx, reason, day);
}

static int
status_with(struct small *w, bool is_by_day, struct ark_error *err)
{
	const struct ark_status_options o = {
		.overview = tell_day, .facts = tell_facts, .day = tell_day,
		.item = tell_item, .is_by_day = is_by_day, .ctx = w,
	};

	return ark_status(&w->config, &o, err);
}

static int
status(struct small *w, struct ark_error *err)
{
	return status_with(w, false, err);
}

static int
status_by_day(struct small *w, struct ark_error *err)
{
	return status_with(w, true, err);
}

static int
tell_found(void *ctx, const struct ark_found *f)
{
	return say(ctx, f->path, f->bytes);
}

static int
find(struct small *w, struct ark_error *err)
{
	const struct ark_find_options o = { .listener = w->listener };

	return ark_find(&w->config, &o, tell_found, w, err);
}

/* ark_export_fn */
static int
put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct small *w = ctx;

	(void)buf_add(&w->told, bytes, n);
	if (say(w, "", (int64_t)n))
		return error_set(err, ENOUGH, "enough");
	return 0;
}

static int
export(struct small *w, enum ark_route route, enum ark_export_rows rows,
       struct ark_error *err)
{
	const struct ark_export_options o = {
		.route = route, .rows = rows, .format = rows ? ARK_EXPORT_CSV :
			ARK_EXPORT_NDJSON,
		.has_versions = true, .listener = w->listener,
	};

	return ark_export(&w->config, &o, put, w, err);
}

static int
export_recordings(struct small *w, struct ark_error *err)
{
	return export(w, ARK_AUDIO_LINKS, ARK_EXPORT_DOCUMENTS, err);
}

static int
export_voice_log(struct small *w, struct ark_error *err)
{
	return export(w, ARK_VOICE_LOG, ARK_EXPORT_DOCUMENTS, err);
}

static int
export_messages(struct small *w, struct ark_error *err)
{
	return export(w, ARK_MESSAGES, ARK_EXPORT_MESSAGES, err);
}

static int
tell_difference(void *ctx, const struct ark_redraw_difference *d)
{
	return say(ctx, d->detail, d->day);
}

static int
redraw(struct small *w, struct ark_error *err)
{
	char path[128];
	const struct ark_redraw_options o = {
		.path = path, .difference = tell_difference, .ctx = w,
		.listener = w->listener,
	};
	struct ark_redraw_totals totals;

	(void)snprintf(path, sizeof(path), "%s/draws/0001.ndjson", w->root);
	return ark_redraw(&w->config, &o, &totals, err);
}

/* ark_finding_fn */
static int
tell_finding(void *ctx, const struct ark_finding *f)
{
	return say(ctx, f->path, f->verdict);
	say(ctx, f->detail, f->day);
}

static int
verify(struct small *w, struct ark_error *err)
{
	const struct ark_verify_options o = {
		.finding = tell_finding, .ctx = w, .listener = w->listener,
	};
	struct ark_verify_totals totals;

	return ark_verify(&w->config, &o, &totals, err);
}

static int
verify_bag(struct small *w, struct ark_error *err)
{
	const struct ark_verify_options o = {
		.finding = tell_finding, .ctx = w, .listener = w->listener,
	};
	struct ark_verify_totals totals;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/" SMALL_BAG, w->root);
	return ark_verify_bag(&w->config, path, &o, &totals, err);
}

/* The file for a collector of metrics, of a run that ended well. */
static int
metrics(struct small *w, struct ark_error *err)
{
	static const struct ark_summary run = {
		.command = "sync", .started_s = SMALL_NOW,
	};
	struct metrics_file f;
	char path[128];
	int rc;

	(void)snprintf(path, sizeof(path), "%s/callark.prom", w->t.path);
	rc = metrics_file_open(&f, path, err);
	if (!rc)
		rc = metrics_file_replace(&f, &w->config, &run, 0, err);
	metrics_file_close(&f);
	return rc;
}

/* The old one or the new one. */
static void
expect_metrics(struct small *w, int rc)
{
	char text[32768] = "";

	(void)rc;
	assert_true(scratch_read(&w->t, "callark.prom", text,
				 sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "callark_last_success_timestamp_seconds"));
}

/* ---- when nobody listens ------------------------------------------------ */

static int
status_to_nobody(struct small *w, struct ark_error *err)
{
	return ark_status(&w->config, &(struct ark_status_options){ 0 }, err);
}

static int
redraw_to_nobody(struct small *w, struct ark_error *err)
{
	char path[128];
	struct ark_redraw_totals totals;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/draws/0001.ndjson", w->root);
	rc = ark_redraw(&w->config, &(struct ark_redraw_options){
			.path = path, .listener = w->listener }, &totals, err);
	note(w, "differences", totals.differences);
	return rc;
}

static int
verify_bag_to_nobody(struct small *w, struct ark_error *err)
{
	struct ark_verify_totals totals;
	char path[128];
	int rc;

	(void)snprintf(path, sizeof(path), "%s/" SMALL_BAG, w->root);
	rc = ark_verify_bag(&w->config, path, &(struct ark_verify_options){
			    .listener = w->listener }, &totals, err);
	note(w, "missing", totals.found[ARK_VERIFY_MISSING]);
	note(w, "changed", totals.found[ARK_VERIFY_CHANGED]);
	return rc;
}

/* ---- when an archive is not as it was ----------------------------------- */

/* What was drawn is not archived any more, or has other bytes. */
static void
harm_draw(struct small *w)
{
	struct catalogue_row row = { 0 };
	struct archive *a = NULL;

	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, NULL), 0);
	assert_int_equal(catalogue_find(a->catalogue, CATALOGUE_RECORDING, "a",
					&row, NULL), 1);
	assert_int_equal(catalogue_requeue(a->catalogue, row.row, "x", NULL),
			 0);
	catalogue_row_release(&row);
	archive_close(a);
}

static void
harm_bag(struct small *w)
{
	scratch_write(&w->t, "root/" SMALL_BAG "data/audio/000200-b.wav", "x",
		      1);
	scratch_write(&w->t, "root/" SMALL_BAG "data/stranger", "x", 1);
	scratch_write(&w->t, "root/" SMALL_BAG "bagit.txt", "x", 1);
	scratch_write(&w->t, "root/" SMALL_BAG "manifest-sha512.txt", "x", 1);
	scratch_write(&w->t, "root/" SMALL_BAG "manifest-md5.txt", "", 0);
	scratch_write(&w->t, "root/" SMALL_BAG "manifest-crc.txt", "", 0);
	scratch_mkdir(&w->t, "root/" SMALL_BAG "tagmanifest-md5.txt");
	assert_int_equal(unlink(scratch_at(&w->t, "root/" SMALL_BAG
					   "data/audio/000100-a.wav")), 0);
}

/* ---- the tests ---------------------------------------------------------- */

static const struct operation operations[] = {
	{ "status", status, 0 },
	{ "status by day", status_by_day, 0 },
	{ "find", find, 0 },
	{ "export recordings", export_recordings, ARK_EINCOMPLETE },
	{ "export voice-log", export_voice_log, ARK_EINCOMPLETE },
	{ "export messages", export_messages, ARK_EINCOMPLETE },
	{ "redraw", redraw, 0 },
	{ "verify", verify, 0 },
	{ "verify --bag", verify_bag, 0 },
	{ "metrics", metrics, 0, .look = expect_metrics },
	{ "status to nobody", status_to_nobody, 0 },
	{ "redraw to nobody", redraw_to_nobody, ARK_EINCOMPLETE,
	  .harm = harm_draw },
	{ "redraw of what is not there", redraw, ARK_EINCOMPLETE,
	  .harm = harm_draw },
	{ "verify --bag of harm", verify_bag, ARK_EINTEGRITY,
	  .harm = harm_bag },
	{ "verify --bag to nobody", verify_bag_to_nobody, ARK_EINTEGRITY,
	  .harm = harm_bag },
};

static void
what_fails_is_told(void **state)
{
	(void)state;
	trial_each(operations, sizeof(operations) / sizeof(*operations));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
