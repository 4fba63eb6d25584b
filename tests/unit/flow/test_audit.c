/*
 * Verify of a small archive that came to harm, while memory fails at every
 * place and while whoever listens ends it at every finding.
 */
#include <errno.h>
#include <semaphore.h>

#include "unit/heap.h"
#include "unit/flow/audited.h"

#include "base/error.h"
#include "flow/audit.h"
#include "flow/days_of.h"
#include "flow/edition.h"
#include "flow/quarantine.h"
#include "flow/report_files.h"

static char endless[2 * 65536];		/* a line that no entry can be */

static const struct harm harms[] = {
	{ NOTHING, "" },
	{ WRITE, AUDIO, "abd" },
	{ WRITE, AUDIO, "ab" },
	{ REMOVE, AUDIO },
	{ FOLDER, AUDIO },
	{ WRITE, BAG "data/x", "x", NULL, true },
	{ WRITE, BAG "data/audio/\xff\n", "x", NULL, true },
	{ WRITE, BAG EDITION_MEDIA, "" },
	{ WRITE, BAG STATEMENT_FILE, "" },
	{ REMOVE, BAG "data/recordings.csv" },
	{ FOLDER, BAG "data/recordings.csv" },
	{ WRITE, BAG "data/recordings.csv", "" },
	{ WRITE, BAG "fetch.txt", "x", NULL, true },
	{ WRITE, BAG "manifest-md5.txt", "", NULL, true },
	{ REMOVE, BAG "bagit.txt" },
	{ WRITE, BAG "bagit.txt", "x\n" },
	{ REPLACE, BAG "bagit.txt", "Encoding: ", "Encoding:\t" },
	{ WRITE, BAG "bagit.txt", "BagIt-Version: 1.0\r\n"
	  "Tag-File-Character-Encoding: UTF-8\r\n" },
	{ REMOVE, BAG "bag-info.txt" },
	{ WRITE, BAG "bag-info.txt", "x\n" },
	{ WRITE, BAG "bag-info.txt", "A: b\n" },
	{ WRITE, BAG "bag-info.txt", "Payload-Oxum: 1.1\nPayload-Oxum: 1.1\n" },
	{ REPLACE, BAG "bag-info.txt", "Payload-Oxum: ", "Payload-Oxum: 9" },
	{ REPLACE, BAG "bag-info.txt", "Callark-Trail-", "Callark-Trial-" },
	{ REMOVE, BAG "manifest-sha256.txt" },
	{ FOLDER, BAG "manifest-sha256.txt", NULL, NULL, true },
	{ WRITE, BAG "manifest-sha256.txt", "x\n" },
	{ WRITE, BAG "manifest-sha256.txt", "" },
	{ UPPER_CASE, BAG "manifest-sha256.txt" },
	{ REPLACE, BAG "manifest-sha256.txt", ABC, "0" },
	{ REPLACE, BAG "manifest-sha256.txt", "data/recordings.csv",
	  "data/recordings.csw" },
	{ REMOVE, BAG "tagmanifest-sha256.txt" },
	{ WRITE, BAG "tagmanifest-sha256.txt", "x\n" },
	{ WRITE, BAG "tagmanifest-sha256.txt", "" },
	{ UPPER_CASE, BAG "tagmanifest-sha256.txt" },
	{ APPEND, BAG "tagmanifest-sha256.txt", ABC "  other.txt\n" },
	{ REMOVE, TRAIL_PATH },
	{ WRITE, TRAIL_PATH, "" },
	{ FOLDER, TRAIL_PATH },
	{ CUT, TRAIL_PATH },
	{ WRITE, TRAIL_PATH, endless },
	{ REPLACE, TRAIL_PATH, "archive org", "archive ord" },
	{ REPLACE, TRAIL_PATH, "\"seq\":2", "\"seq\":3" },
};

#define N_HARMS (sizeof(harms) / sizeof(*harms))

/* ---- steps, each of which may fail -------------------------------------- */

static int failing_step, n_steps;

/* One more; 0, or what it fails with. */
static int
take_step(struct ark_error *err)
{
	return ++n_steps == failing_step ?
		error_set(err, ARK_EDISK, "a step that fails") : 0;
}

#define STEP(name, parameters, arguments) \
	int __real_##name parameters; \
	int __wrap_##name parameters; \
	int __wrap_##name parameters \
	{ \
		int rc = take_step(err); \
		return rc ? rc : __real_##name arguments; \
	}

STEP(catalogue_day, (struct catalogue *c, int32_t day,
		     struct catalogue_day *out, struct ark_error *err),
     (c, day, out, err))
STEP(catalogue_files, (struct catalogue *c, int32_t day, catalogue_file_fn *fn,
		       void *ctx, struct ark_error *err),
     (c, day, fn, ctx, err))
STEP(catalogue_dirty_days, (struct catalogue *c, int32_t **days, size_t *n,
			    struct ark_error *err), (c, days, n, err))
STEP(catalogue_unpublish, (struct catalogue *c, int32_t day,
			   struct ark_error *err), (c, day, err))
STEP(catalogue_requeue, (struct catalogue *c, int64_t row, const char *reason,
			 struct ark_error *err), (c, row, reason, err))
STEP(quarantine_damaged, (struct archive *a, enum catalogue_kind kind,
			  const char *id, int32_t day, const char *path,
			  struct ark_error *err),
     (a, kind, id, day, path, err))
STEP(trail_set_aside, (struct archive *a, struct ark_error *err), (a, err))
STEP(trail_known, (struct archive *a, struct trail_head *head,
		   struct ark_error *err), (a, head, err))
STEP(days_of_tree, (struct store *s, int32_t from, int32_t to, int32_t **days,
		    size_t *n, struct ark_error *err),
     (s, from, to, days, n, err))
STEP(store_log_hold, (struct store_log *l, struct ark_error *err), (l, err))

/* ---- the look at the catalogue ------------------------------------------ */

int __real_archive_check(const struct archive *a, struct ark_error *err);
int __wrap_archive_check(const struct archive *a, struct ark_error *err);
int __real_audit_trail_end(struct audit *a, struct ark_error *err);
int __wrap_audit_trail_end(struct audit *a, struct ark_error *err);

/* It comes to its end when all days did, or at once. */
static struct {
	bool waits;
	sem_t days_are_over;
	int rc;
} look;

int
__wrap_archive_check(const struct archive *a, struct ark_error *err)
{
	if (look.waits)
		(void)sem_wait(&look.days_are_over);
	return look.rc ? error_set(err, look.rc, "the catalogue is damaged") :
		__real_archive_check(a, err);
}

int
__wrap_audit_trail_end(struct audit *a, struct ark_error *err)
{
	if (look.waits)
		(void)sem_post(&look.days_are_over);
	return __real_audit_trail_end(a, err);
}

/* ---- a disk that fails -------------------------------------------------- */

int __real_store_list_names(struct store *s, const char *path,
			    struct store_entry **out, size_t *n,
			    struct ark_error *err);
int __wrap_store_list_names(struct store *s, const char *path,
			    struct store_entry **out, size_t *n,
			    struct ark_error *err);
int __real_store_size(struct store *s, const char *path, int64_t *out,
		      struct ark_error *err);
int __wrap_store_size(struct store *s, const char *path, int64_t *out,
		      struct ark_error *err);
ssize_t __real_fdio_pread(int fd, void *bytes, size_t n, int64_t at);
ssize_t __wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t at);

static bool fails_to_list, fails_to_measure;
static enum pread_end { READS, FAILS, ENDS } next_pread;

int
__wrap_store_list_names(struct store *s, const char *path,
			struct store_entry **out, size_t *n,
			struct ark_error *err)
{
	if (fails_to_list && strstr(path, "data"))
		return error_set(err, ARK_EDISK, "%s: it fails", path);
	return __real_store_list_names(s, path, out, n, err);
}

int
__wrap_store_size(struct store *s, const char *path, int64_t *out,
		  struct ark_error *err)
{
	if (fails_to_measure && strstr(path, "data"))
		return error_nomem(err);
	return __real_store_size(s, path, out, err);
}

ssize_t
__wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t at)
{
	enum pread_end says = next_pread;

	next_pread = READS;
	if (says == READS)
		return __real_fdio_pread(fd, bytes, n, at);
	errno = EIO;
	return says == FAILS ? -1 : 0;
}

/* ---- the tests ---------------------------------------------------------- */

/* What verify says when nothing fails. */
struct said {
	int rc, n_found;
	int found[ARK_N_VERDICTS];
};

static struct said
say(struct world *w)
{
	struct said s = { .rc = verify(w), .n_found = w->n_found };

	memcpy(s.found, w->found, sizeof(s.found));
	return s;
}

static void
expect_said(struct world *w, const struct harm *h, const struct said *s, int rc)
{
	if (rc != s->rc || memcmp(s->found, w->found, sizeof(s->found)))
		fail_msg("%s: %d found, the last %s; %d (%s); expected %d, %d",
			 h->name, w->n_found, w->last, rc, w->err.text,
			 s->n_found, s->rc);
}

struct trial {
	struct world *w;
	const struct harm *harm;
	struct said said;
};

static void
try_memory(void *ctx)
{
	struct trial *t = ctx;
	int rc = verify(t->w);

	if (!heap_has_failed() || rc != ARK_ENOMEM)
		expect_said(t->w, t->harm, &t->said, rc);
}

/* Nothing is accused that is as it was, and nothing passed over. */
static void
the_same_is_said_or_nothing(const struct harm *h)
{
	struct world *w;
	struct trial t = { .harm = h };

	(void)setup((void **)&w);
	do_harm(w, h);
	t.w = w;
	t.said = say(w);
	assert_true(h->act == NOTHING ? !t.said.rc && !t.said.n_found :
		    t.said.n_found > 0);
	assert_true(heap_each(try_memory, &t) > 50);
	(void)teardown((void **)&w);
}

static void
without_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_HARMS; i++)
		the_same_is_said_or_nothing(&harms[i]);
}

/* What the listener returned ends it, and is what verify returns. */
static void
each_finding_may_be_the_last(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_HARMS; i++) {
		struct world *w;
		struct said s;

		(void)setup((void **)&w);
		do_harm(w, &harms[i]);
		s = say(w);
		for (w->stop_at = 1; w->stop_at <= s.n_found; w->stop_at++) {
			int rc = verify(w);

			if (rc != STOP || w->n_found != w->stop_at)
				fail_msg("%s: %d behind %s", harms[i].name, rc,
					 w->last);
		}
		w->options.finding = NULL;	/* nobody listens */
		assert_int_equal(verify(w), s.rc);
		(void)teardown((void **)&w);
	}
}

/* What callark writes, it writes anew; what is of others stays, and is told. */
static void
after_a_repair_only_what_is_of_others_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_HARMS; i++) {
		struct world *w;
		struct archive *a = NULL;
		int rc;

		(void)setup((void **)&w);
		do_harm(w, &harms[i]);
		w->options.is_repairing = true;
		w->has_trail = false;	/* it stays as it becomes */
		(void)verify(w);
		w->options.is_repairing = false;
		assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE,
					      &w->err), 0);
		(void)publish_day(a, DAY, 3000, &w->err);
		archive_close(a);
		rc = verify(w);
		if (rc != (harms[i].stays ? ARK_EINTEGRITY : 0))
			fail_msg("%s: %d, %s", harms[i].name, rc, w->last);
		(void)teardown((void **)&w);
	}
}

/*
 * A step that fails ends it, and is what verify returns; but what was found in
 * a whole archive is worse than that the trail does not tell of it.
 */
static void
each_step_may_fail(const struct harm *h, bool is_repairing)
{
	bool has_failed;

	failing_step = 0;
	do {
		struct world *w;
		int rc;

		(void)setup((void **)&w);
		do_harm(w, h);
		w->options.is_repairing = is_repairing;
		w->has_trail = false;
		failing_step++;
		n_steps = 0;
		rc = verify(w);
		has_failed = n_steps >= failing_step;
		if (has_failed && rc != (w->totals.is_finished ?
					 ARK_EINTEGRITY : ARK_EDISK))
			fail_msg("%s, step %d: %d", h->name, failing_step, rc);
		failing_step = has_failed ? failing_step : 0;
		(void)teardown((void **)&w);
	} while (has_failed);
}

static void
a_step_that_fails_is_told(void **state)
{
	static const struct harm changed = { WRITE, AUDIO, "abd" };
	static const struct harm missing = { REMOVE, AUDIO };
	static const struct harm trail = {
		REPLACE, TRAIL_PATH, "\"seq\":2", "\"seq\":3",
	};

	(void)state;
	each_step_may_fail(&changed, false);
	each_step_may_fail(&changed, true);
	each_step_may_fail(&missing, true);
	each_step_may_fail(&trail, true);
}

static bool
stop_now(void *ctx)
{
	(void)ctx;
	return true;
}

static void
a_signal_ends_it(void **state)
{
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	w->options.listener.should_stop = stop_now;
	assert_int_equal(verify(w), ARK_ESTOPPED);
	assert_int_equal(w->n_found, 0);
	(void)teardown((void **)&w);
}

static bool
stop_later(void *ctx)
{
	int *times = ctx;

	return (*times)-- <= 0;
}

/* Wherever it is: what was not looked at is not accused. */
static void
a_signal_ends_it_anywhere(void **state)
{
	int times = 0, left, rc;
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	w->options.listener.should_stop = stop_later;
	w->options.listener.ctx = &left;
	do {
		left = times++;
		rc = verify(w);
		assert_int_equal(rc, left < 0 ? ARK_ESTOPPED : 0);
		assert_int_equal(w->n_found, 0);
		assert_int_equal(w->totals.is_finished, !rc);
	} while (rc);
	assert_true(times > 3);
	(void)teardown((void **)&w);
}

/* A day is told of in the end, be it long after it was read. */
static void
a_day_waits_for_the_catalogue(void **state)
{
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	look.waits = true;
	assert_int_equal(verify(w), 0);
	assert_int_equal(w->n_days, 1);
	assert_int_equal(w->totals.days, 1);
	look.waits = false;
	(void)teardown((void **)&w);
}

/* Nothing is told by a catalogue that is damaged, whenever that is found. */
static void
a_damaged_catalogue_accuses_nobody(void **state)
{
	static const struct harm changed = { WRITE, AUDIO, "abd" };
	static const struct harm trail = {
		REPLACE, TRAIL_PATH, "\"seq\":2", "\"seq\":3",
	};

	(void)state;
	look.rc = ARK_EINTEGRITY;
	for (int i = 0; i < 5; i++) {
		struct world *w;

		(void)setup((void **)&w);
		look.waits = i == 1;
		w->options.is_repairing = i == 4;
		if (i >= 2)
			do_harm(w, i == 2 ? &trail : &changed);
		assert_int_equal(verify(w), ARK_EINTEGRITY);
		assert_string_equal(w->err.text, "the catalogue is damaged");
		assert_int_equal(w->n_found, 0);
		assert_int_equal(w->n_days, 0);
		assert_int_equal(w->totals.days, 0);
		assert_int_equal(w->totals.found[ARK_VERIFY_CHANGED], 0);
		assert_false(w->totals.is_finished);
		assert_true(scratch_has(&w->t, "root/" AUDIO));
		(void)teardown((void **)&w);
	}
	look.rc = 0;
	look.waits = false;
}

/* Names and sizes alone do not tell one byte from another. */
static void
a_quick_look_sees_names_and_sizes(void **state)
{
	static const struct harm changed = { WRITE, AUDIO, "abd" };
	static const struct harm truncated = { WRITE, AUDIO, "ab" };
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	w->options.is_quick = true;
	do_harm(w, &changed);
	assert_int_equal(verify(w), 0);
	assert_int_equal(w->n_found, 0);
	do_harm(w, &truncated);
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	assert_int_equal(w->found[ARK_VERIFY_TRUNCATED], 1);
	(void)teardown((void **)&w);
}

static void
a_folder_that_cannot_be_listed_is_told(void **state)
{
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	fails_to_list = true;
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	fails_to_list = false;
	assert_int_equal(w->n_found, 1);
	assert_int_equal(w->found[ARK_VERIFY_UNREADABLE], 1);
	(void)teardown((void **)&w);
}

/* The machine has no memory for it: that says nothing of the file. */
static void
a_table_that_cannot_be_measured_is_not_judged(void **state)
{
	static const struct harm unlisted = {
		WRITE, BAG "manifest-sha256.txt", "",
	};
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	do_harm(w, &unlisted);
	fails_to_measure = true;
	assert_int_equal(verify(w), ARK_ENOMEM);
	fails_to_measure = false;
	assert_false(w->totals.is_finished);
	assert_null(strstr(w->last, "recordings.csv"));
	(void)teardown((void **)&w);
}

/* It fails, or it is shorter by now than it was a moment ago. */
static void
a_trail_that_cannot_be_read_is_not_judged(void **state)
{
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	next_pread = FAILS;
	assert_int_equal(verify(w), ARK_EDISK);
	assert_int_equal(w->n_found, 0);
	next_pread = ENDS;
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	assert_int_equal(w->found[ARK_VERIFY_TRUNCATED], 1);
	(void)teardown((void **)&w);
}

/* What differs from a bag that is to be written anew says nothing. */
static void
a_day_behind_the_catalogue_is_unpublished(void **state)
{
	static const struct harm behind[] = {
		{ NOTHING, "" },
		{ REMOVE, BAG "data/recordings.csv" },
		{ REMOVE, BAG "bagit.txt" },
		{ REPLACE, BAG "manifest-sha256.txt", ABC, "0" },
		{ APPEND, BAG "manifest-sha256.txt", ABC "  data/y\n" },
		{ WRITE, BAG "data/y", "abc" },
	};
	static const struct harm missing = { REMOVE, AUDIO };
	struct world *w;
	struct archive *a = NULL;

	(void)state;
	(void)setup((void **)&w);
	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, NULL), 0);
	assert_int_equal(catalogue_unpublish(a->catalogue, DAY, NULL), 0);
	archive_close(a);
	for (size_t i = 0; i < sizeof(behind) / sizeof(*behind); i++) {
		do_harm(w, &behind[i]);
		if (i == 4)	/* named, and not there yet */
			continue;
		if (verify(w) ||
		    w->n_found != w->found[ARK_VERIFY_UNPUBLISHED])
			fail_msg("%s: %s, %s", behind[i].name, w->err.text,
				 w->last);
	}
	do_harm(w, &missing);	/* but the recording was there for good */
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	assert_int_equal(w->found[ARK_VERIFY_MISSING], 1);
	(void)teardown((void **)&w);
}

#define PHOTO BAG "data/media/000140-c.1.1.jpg"

/* The day gets an attachment too, of the same bytes. */
static void
attach(struct world *w)
{
	const struct catalogue_document d = {
		.kind = CATALOGUE_ATTACHMENT, .id = "c.1.1",
		.interaction_id = "c", .day = DAY,
		.start_s = DAY * INT64_C(86400) + 100, .duration_s = -1,
		.fingerprint = { 2 }, .link = "https://media.example/2",
	};
	struct catalogue_archived archived = {
		.path = PHOTO, .bytes = 3, .media_type = "image/jpeg",
		.codec = "", .link_host = "media.example", .audio_ms = -1,
		.downloaded_s = 1700, .attempts = 1,
	};
	struct catalogue_put put = { 0 };
	struct archive *a = NULL;
	int64_t run;

	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, NULL), 0);
	assert_int_equal(store_file_put(a->store, PHOTO, "abc", 3, NULL), 0);
	assert_int_equal(digest_sha256(archived.sha256, "abc", 3, NULL), 0);
	assert_int_equal(catalogue_run_begin(a->catalogue, 2000, &run, NULL),
			 0);
	assert_int_equal(catalogue_put(a->catalogue, run, 2500, &d, 1, &put,
				       NULL), 0);
	archived.row = put.row;
	assert_int_equal(catalogue_archive(a->catalogue, &archived, 1, NULL),
			 0);
	assert_int_equal(publish_day(a, DAY, 3000, &w->err), 0);
	archive_close(a);
}

/* The manifest names another digest than the catalogue: of what, is told. */
static void
a_digest_that_was_changed_is_told(void **state)
{
	static const struct {
		struct harm harm;
		const char *said;
	} rows[] = {
		{ { REPLACE, BAG "manifest-sha256.txt", ABC "  data/audio/",
		    "0" }, "its digest of a recording is another" },
		{ { REPLACE, BAG "manifest-sha256.txt", ABC "  data/media/",
		    "0" }, "its digest of an attachment is another" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world *w;

		(void)setup((void **)&w);
		attach(w);
		assert_int_equal(verify(w), 0);
		do_harm(w, &rows[i].harm);
		w->stop_at = 1;		/* its tag manifest differs, too */
		assert_int_equal(verify(w), STOP);
		assert_non_null(strstr(w->last, "bad-bag " BAG
				       "manifest-sha256.txt: "));
		assert_non_null(strstr(w->last, rows[i].said));
		(void)teardown((void **)&w);
	}
}

/* Neither listed nor there: the catalogue still knows that it was. */
static void
what_only_the_catalogue_knows_is_missed(void **state)
{
	static const struct harm missing = { REMOVE, AUDIO };
	static const struct harm unlisted = {
		WRITE, BAG "manifest-sha256.txt", "",
	};
	static const struct harm folder = {
		FOLDER, BAG "data/recordings.csv",
	};
	struct world *w;

	(void)state;
	(void)setup((void **)&w);
	do_harm(w, &missing);
	do_harm(w, &unlisted);
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	assert_true(w->found[ARK_VERIFY_MISSING] > 0);
	do_harm(w, &folder);
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	assert_true(w->found[ARK_VERIFY_UNREADABLE] > 0);
	(void)teardown((void **)&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_ends_it),
		cmocka_unit_test(a_signal_ends_it_anywhere),
		cmocka_unit_test(a_day_waits_for_the_catalogue),
		cmocka_unit_test(a_damaged_catalogue_accuses_nobody),
		cmocka_unit_test(a_quick_look_sees_names_and_sizes),
		cmocka_unit_test(what_only_the_catalogue_knows_is_missed),
		cmocka_unit_test(a_folder_that_cannot_be_listed_is_told),
		cmocka_unit_test(a_table_that_cannot_be_measured_is_not_judged),
		cmocka_unit_test(a_trail_that_cannot_be_read_is_not_judged),
		cmocka_unit_test(a_day_behind_the_catalogue_is_unpublished),
		cmocka_unit_test(a_digest_that_was_changed_is_told),
		cmocka_unit_test(a_step_that_fails_is_told),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(each_finding_may_be_the_last),
		cmocka_unit_test(after_a_repair_only_what_is_of_others_is_told),
	};

	memset(endless, 'x', sizeof(endless) - 1);
	if (sem_init(&look.days_are_over, 0, 0))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
