/*
 * What mends an archive, while all that can fail does: the next run after one
 * that was killed, and a rebuild.
 */
#include "unit/flow/steps.h"
#include "unit/flow/trials.h"
#include "unit/heap.h"

#include "flow/quarantine.h"
#include "flow/recover.h"
#include "manifest/gz.h"

/* ---- after a run that was killed ---------------------------------------- */

#define SECOND "2024/10/05/data/"

/* Number and state of a row. */
static int
look_up(struct archive *a, enum catalogue_kind kind, const char *id,
	struct catalogue_archived *row, enum ark_state *state,
	struct ark_error *err)
{
	struct catalogue_row found = { 0 };
	int rc = catalogue_find(a->catalogue, kind, id, &found, err);

	row->row = found.row;
	*state = found.state;
	catalogue_row_release(&found);
	return rc < 0 ? rc : 0;
}

static int
recover_archive(struct small *w, struct ark_error *err)
{
	static const struct {
		enum catalogue_kind kind;
		const char *id;
		enum ark_state state;
	} rows[] = {
		{ CATALOGUE_RECORDING, "h", ARK_ARCHIVED },
		{ CATALOGUE_RECORDING, "i", ARK_FAILED },
		{ CATALOGUE_RECORDING, "g", ARK_DEFERRED },
		{ CATALOGUE_ATTACHMENT, "m2.1.1", ARK_ARCHIVED },
	};
	struct catalogue_archived row;
	struct archive *a = NULL;
	enum ark_state state;
	int rc;

	rc = archive_open(&a, w->root, ARCHIVE_WRITE, err);
	if (!rc)
		rc = recover(a, &w->listener, "{time}-{id}", err);
	for (size_t i = 0; !rc && i < sizeof(rows) / sizeof(*rows); i++) {
		rc = look_up(a, rows[i].kind, rows[i].id, &row, &state, err);
		if (!rc && state != rows[i].state)
			fail_msg("%s is %s", rows[i].id, ark_state_name(state));
	}
	archive_close(a);
	return rc;
}

/* Its file got its name, and the row does not know it. */
static int
unrecord(struct archive *a, enum catalogue_kind kind, const char *id,
	 const char *path)
{
	struct catalogue_archived row;
	uint8_t bytes[4096];
	size_t n = small_wav(bytes, false, 9);
	enum ark_state state;
	int rc = look_up(a, kind, id, &row, &state, NULL);

	if (!rc && state == ARK_ARCHIVED)
		rc = catalogue_requeue(a->catalogue, row.row, "x", NULL);
	return rc ? rc : store_file_put(a->store, path, bytes, n, NULL);
}

/* The row says that it is archived, and there is no file. */
static int
lose(struct small *w, struct archive *a, const char *id, const char *path)
{
	struct catalogue_archived lost = {
		.path = path, .bytes = 1, .media_type = "audio/wav",
		.codec = "", .link_host = "", .downloaded_s = SMALL_NOW,
	};
	enum ark_state state;
	char at[256];
	int rc = look_up(a, CATALOGUE_RECORDING, id, &lost, &state, NULL);

	(void)snprintf(at, sizeof(at), "%s/%s", w->root, path);
	(void)unlink(at);
	return rc || state == ARK_ARCHIVED ? rc :
		catalogue_archive(a->catalogue, &lost, 1, NULL);
}

/* What a killed run may leave, and what others do. */
static int
cut_off(struct small *w)
{
	struct archive *a = NULL;
	int rc;

	rc = archive_open(&a, w->root, ARCHIVE_WRITE, NULL);
	if (!rc)
		rc = unrecord(a, CATALOGUE_RECORDING, "h",
			      SECOND "audio/000900-h.wav");
	if (!rc)
		rc = unrecord(a, CATALOGUE_ATTACHMENT, "m2.1.1",
			      SECOND "media/000100-m2.1.1.wav");
	if (!rc)
		rc = lose(w, a, "g", SECOND "audio/000800-g.wav");
	if (!rc)
		rc = store_file_put(a->store, SECOND "audio/001000-i.wav",
				    "RIFF", 4, NULL);
	if (!rc)
		rc = store_file_put(a->store, SECOND "audio/stranger", "x",
				    1, NULL);
	if (!rc)
		rc = catalogue_unpublish(a->catalogue, SMALL_DAY + 1, NULL);
	archive_close(a);
	return rc;
}

/* ---- a catalogue that is lost ------------------------------------------- */

static int
rebuild(struct small *w, struct ark_error *err)
{
	struct ark_rebuild_totals t;
	int rc = ark_rebuild(&w->config, &w->listener, &t, err);

	note(w, "days", t.days);
	note(w, "documents", t.documents);
	note(w, "recordings", t.recordings);
	note(w, "attachments", t.attachments);
	note(w, "problems", t.problems);
	return rc;
}

/* What a rebuild cannot take; the rest of both days it can. */
static void
harm_tree(struct small *w)
{
	static const char *const gone[] = {
		SMALL_BAG "data/audio/000100-a.wav", "2024/10/05/bag-info.txt",
	};
	char path[128];

	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		(void)snprintf(path, sizeof(path), "root/%s", gone[i]);
		assert_int_equal(unlink(scratch_at(&w->t, path)), 0);
	}
	scratch_write(&w->t, "root/" SMALL_BAG "data/audio/000200-b.wav", "x", 1);
	scratch_write(&w->t, "root/quarantine/2024/10/04/raw", "x", 1);
	scratch_write(&w->t, "root/quarantine/2024/10/04/x.json", "x", 1);
}

/* ---- a file that is not as it was --------------------------------------- */

static int
set_aside(struct small *w, struct ark_error *err)
{
	static const char path[] = SECOND "audio/x.wav";
	struct archive *a = NULL;
	int rc;

	rc = archive_open(&a, w->root, ARCHIVE_WRITE, err);
	if (!rc)
		rc = store_file_put(a->store, path, "x", 1, err);
	if (!rc)
		rc = quarantine_damaged(a, CATALOGUE_RECORDING, "x",
					SMALL_DAY + 1, path, err);
	archive_close(a);
	return rc;
}

/* It lies in the one place or in the other. */
static void
expect_aside(struct small *w, int rc)
{
	char path[128];
	bool is_there;

	(void)snprintf(path, sizeof(path), "root/%saudio/x.wav", SECOND);
	is_there = scratch_has(&w->t, path);
	if (!rc)
		assert_false(is_there);
	if (is_there)
		assert_int_equal(unlink(scratch_at(&w->t, path)), 0);
	else if (!scratch_has(&w->t, "root/quarantine/2024/10/05/"
			      "x.wav.damaged"))
		assert_int_not_equal(rc, 0);
}

/* ---- the tests ---------------------------------------------------------- */

static const struct operation operations[] = {
	{ "rebuild", rebuild, 0, .told = "days 2\ndocuments 10\n"
	  "recordings 4\nattachments 1\nproblems 0\n" },
	{ "recover", recover_archive, 0, .prepare = cut_off },
	{ "rebuild of what came to harm", rebuild, 0, .harm = harm_tree,
	  .told = "days 2\ndocuments 10\nrecordings 2\nattachments 1\n"
	  "problems 3\n" },
	{ "set aside", set_aside, 0, .look = expect_aside },
};

static void
what_fails_is_told(void **state)
{
	(void)state;
	trial_each(operations, sizeof(operations) / sizeof(*operations));
}

/* Whoever lost both has a catalogue, and is told of the trail. */
static void
a_broken_trail_keeps_no_catalogue_back(void **state)
{
	struct catalogue_day day;
	struct archive *a = NULL;
	struct small *w;

	(void)state;
	(void)small_setup((void **)&w);
	harm_tree(w);
	scratch_write(&w->t, "root/" TRAIL_PATH, "x\n", 2);
	assert_int_equal(rebuild(w, &w->err), ARK_EINTEGRITY);
	assert_non_null(strstr(w->err.text, TRAIL_PATH));
	assert_int_equal(archive_open(&a, w->root, ARCHIVE_READ, NULL), 0);
	assert_int_equal(catalogue_day(a->catalogue, SMALL_DAY, &day, NULL), 0);
	assert_int_equal(day.counts[ARK_ARCHIVED], 1);
	assert_int_equal(day.counts[ARK_DEFERRED], 3);
	archive_close(a);
	(void)small_teardown((void **)&w);
}

/* gz_put_fn */
static int
put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	(void)err;
	return buf_add(ctx, bytes, n);
}

#define SAID(id) "{\"id\":\"" id "\",\"data_inicio\":\"2024-10-04 00:01:00\"}"
#define LINE(id, seen) \
	"{\"id\":\"" id "\",\"seen\":\"" seen "\",\"document\":" SAID(id) "}"

/* What voice-log said before: lines of which four cannot be taken. */
static void
write_versions(const struct small *w)
{
	static const char *const lines[] = {
		"{\"seen\":\"2024-10-06T00:00:00Z\",\"document\":{}}",
		"{\"id\":\"q\",\"seen\":\"2024-10-06T00:00:00Z\"}",
		LINE("r", "yesterday"), LINE("v1", "2024-10-06T00:00:00Z"),
		LINE("v2", "2024-10-06T00:00:00Z"),
		LINE("v1", "2024-10-06T00:00:01Z"),
	};
	struct buf out = BUF_INIT(10000);
	struct gz_writer *gz = NULL;

	assert_int_equal(gz_writer_new(&gz, put, &out, NULL), 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_int_equal(gz_write(gz, lines[i], strlen(lines[i]),
					  NULL), 0);
	assert_int_equal(gz_finish(gz, NULL), 0);
	gz_writer_free(gz);
	scratch_write(&w->t, "root/" SMALL_BAG
		      "data/reports/voice-log.versions.ndjson.gz", out.data,
		      out.len);
	buf_release(&out);
}

/* What bag-info.txt tells of a listing, in words that callark never used. */
static void
misspell_listing(const struct small *w)
{
	static const char path[] = "root/" SMALL_BAG "bag-info.txt";
	char text[8192] = "", *at;
	size_t n = scratch_read(&w->t, path, text, sizeof(text) - 1);

	at = strstr(text, "Callark-Report-service-history: complete");
	assert_non_null(at);
	memcpy(strstr(at, "complete"), "finished", 8);
	scratch_write(&w->t, path, text, n);
}

/* What cannot be taken is told, costs nothing else, and is asked for again. */
static void
a_bad_line_costs_itself_alone(void **state)
{
	struct catalogue_report_day day;
	struct archive *a = NULL;
	struct small *w;

	(void)state;
	(void)small_setup((void **)&w);
	write_versions(w);
	misspell_listing(w);
	assert_int_equal(rebuild(w, &w->err), 0);
	assert_non_null(strstr(buf_text(&w->told), "problems 5\n"));
	assert_int_equal(w->warnings, 1 + 5);	/* one told by the draw */
	assert_int_equal(archive_open(&a, w->root, ARCHIVE_READ, NULL), 0);
	assert_int_equal(catalogue_report_day(a->catalogue, SMALL_DAY,
					      ARK_VOICE_LOG, &day, NULL), 0);
	assert_true(day.documents >= 2);
	assert_false(day.is_complete);
	assert_int_equal(catalogue_report_day(a->catalogue, SMALL_DAY,
					      ARK_SERVICE_HISTORY, &day, NULL),
			 0);
	assert_false(day.was_asked);
	archive_close(a);
	(void)small_teardown((void **)&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_is_told),
		cmocka_unit_test(a_broken_trail_keeps_no_catalogue_back),
		cmocka_unit_test(a_bad_line_costs_itself_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
