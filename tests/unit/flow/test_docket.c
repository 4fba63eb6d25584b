/*
 * The days of verify on their way: in order, each as a whole, whatever was
 * gathered ahead of it and whatever fails meanwhile.
 */
#include "unit/heap.h"
#include "unit/store/scratch.h"

#include "flow/docket.h"

#define FIRST_DAY 20000		/* 2024-10-04 */
#define DAYS 5
#define FILES 3			/* each day */

struct world {
	struct scratch t;	/* only its path */
	struct archive *a;
	int32_t days[DAYS];
};

/* ---- a catalogue that fails --------------------------------------------- */

int __real_catalogue_files(struct catalogue *c, int32_t day,
			   catalogue_file_fn *fn, void *ctx,
			   struct ark_error *err);
int __wrap_catalogue_files(struct catalogue *c, int32_t day,
			   catalogue_file_fn *fn, void *ctx,
			   struct ark_error *err);

static int32_t bad_day;
static int n_gathered;

int
__wrap_catalogue_files(struct catalogue *c, int32_t day,
		       catalogue_file_fn *fn, void *ctx, struct ark_error *err)
{
	n_gathered++;
	if (day == bad_day)
		return error_set(err, ARK_EINTEGRITY, "a bad day");
	return __real_catalogue_files(c, day, fn, ctx, err);
}

/* ---- an archive --------------------------------------------------------- */

/* One recording of a day, on the disk and in the catalogue. */
static void
put_file(struct archive *a, int64_t run, int32_t day, int number)
{
	char id[32], path[STORE_PATH_MAX];
	const struct catalogue_document d = {
		.id = id, .interaction_id = "i", .day = day,
		.start_s = day * INT64_C(86400) + number, .duration_s = 60,
		.body = "{}", .body_len = 2, .fingerprint = { 1 },
		.link = "https://media.example/1",
	};
	struct catalogue_archived archived = {
		.path = path, .bytes = 3, .media_type = "audio/wav",
		.codec = "pcm_s16le", .link_host = "media.example",
		.audio_ms = 1000, .downloaded_s = 1700, .attempts = 1,
	};
	struct catalogue_put put = { 0 };

	(void)snprintf(id, sizeof(id), "%ld-%d", (long)day, number);
	assert_int_equal(layout_audio(path, day, id, NULL), 0);
	assert_int_equal(store_file_put(a->store, path, "abc", 3, NULL), 0);
	assert_int_equal(digest_sha256(archived.sha256, "abc", 3, NULL), 0);
	assert_int_equal(catalogue_put(a->catalogue, run, 1500, &d, 1, &put,
				       NULL), 0);
	archived.row = put.row;
	assert_int_equal(catalogue_archive(a->catalogue, &archived, 1, NULL),
			 0);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char root[96];
	int64_t run;

	assert_non_null(w);
	(void)snprintf(w->t.path, sizeof(w->t.path),
		       "/tmp/callark-docket-XXXXXX");
	assert_non_null(mkdtemp(w->t.path));
	(void)snprintf(root, sizeof(root), "%s/root", w->t.path);
	assert_int_equal(archive_open(&w->a, root, ARCHIVE_CREATE, NULL), 0);
	assert_int_equal(archive_declare(w->a, "org", "ACME", "UTC", NULL), 0);
	assert_int_equal(catalogue_run_begin(w->a->catalogue, 1000, &run,
					     NULL), 0);
	for (int i = 0; i < DAYS; i++) {
		w->days[i] = FIRST_DAY + i;
		for (int k = 0; k < FILES; k++)
			put_file(w->a, run, w->days[i], k);
	}
	bad_day = 0;
	n_gathered = 0;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	archive_close(w->a);
	(void)nftw(w->t.path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

/* ---- the tests ---------------------------------------------------------- */

/* What is said of a day that has no bag, and what its files are. */
static void
expect_day(const struct evidence *e, int32_t day)
{
	assert_int_equal(e->day, day);
	assert_int_equal(e->rc, 0);
	assert_int_equal(e->n_known, FILES);
	assert_int_equal(e->payload.read, ARK_ENOTFOUND);
	assert_int_equal(e->files.job.n, FILES);
	for (size_t i = 0; i < FILES; i++) {
		const struct hashing_item *it = &e->files.job.items[i];

		assert_int_equal(it->rc, 0);
		assert_int_equal(it->size, 3);
		assert_memory_equal(it->sha256, e->known[i].sha256,
				    sizeof(it->sha256));
	}
}

static void
days_come_in_their_order(void **state)
{
	struct world *w = *state;

	for (int is_ahead = 0; is_ahead < 2; is_ahead++) {
		const struct docket_options o = { .is_ahead = is_ahead };
		struct evidence *e = NULL;
		struct docket d;

		n_gathered = 0;
		assert_int_equal(docket_init(&d, w->a, &o, w->days, DAYS,
					     NULL), 0);
		for (int i = 0; i < DAYS; i++) {
			assert_int_equal(docket_take(&d, &e, NULL), 1);
			docket_await(&d);
			expect_day(e, w->days[i]);
			/* small days are all on their way at once */
			assert_int_equal(n_gathered, is_ahead ? DAYS : i + 1);
		}
		assert_int_equal(docket_take(&d, &e, NULL), 0);
		docket_release(&d);
	}
}

/* Whoever takes a day and does not wait for it is none the worse. */
static void
days_may_be_left(void **state)
{
	const struct docket_options o = { .is_ahead = true };
	struct world *w = *state;

	for (int n = 0; n <= DAYS; n++) {
		struct evidence *e = NULL;
		struct docket d;

		assert_int_equal(docket_init(&d, w->a, &o, w->days, DAYS,
					     NULL), 0);
		for (int i = 0; i < n; i++) {
			assert_int_equal(docket_take(&d, &e, NULL), 1);
			assert_int_equal(e->day, w->days[i]);
		}
		docket_release(&d);
	}
}

/* What the catalogue fails with is of the day that it failed for. */
static void
a_failure_waits_its_turn(void **state)
{
	const struct docket_options o = { .is_ahead = true };
	struct world *w = *state;
	struct evidence *e = NULL;
	struct docket d;

	bad_day = FIRST_DAY + 2;
	assert_int_equal(docket_init(&d, w->a, &o, w->days, DAYS, NULL), 0);
	for (int i = 0; i < DAYS; i++) {
		assert_int_equal(docket_take(&d, &e, NULL), 1);
		docket_await(&d);
		if (i != 2) {
			expect_day(e, w->days[i]);
			continue;
		}
		assert_int_equal(e->rc, ARK_EINTEGRITY);
		assert_string_equal(e->err.text, "a bad day");
	}
	docket_release(&d);
}

static bool
stop_now(void *ctx)
{
	(void)ctx;
	return true;
}

static void
an_end_is_heeded(void **state)
{
	const struct ark_listener l = { .should_stop = stop_now };
	const struct docket_options o = { .listener = &l };
	struct world *w = *state;
	struct evidence *e = NULL;
	struct docket d;

	assert_int_equal(docket_init(&d, w->a, &o, w->days, DAYS, NULL), 0);
	assert_int_equal(docket_take(&d, &e, NULL), ARK_ESTOPPED);
	docket_release(&d);
	assert_int_equal(n_gathered, 0);
}

/* All days come, or it is said why not. */
static void
try_memory(void *ctx)
{
	const struct docket_options o = { .is_ahead = true };
	struct world *w = ctx;
	struct evidence *e = NULL;
	struct docket d;
	int rc, n = 0;

	rc = docket_init(&d, w->a, &o, w->days, DAYS, NULL);
	while (!rc) {
		rc = docket_take(&d, &e, NULL);
		if (rc <= 0)
			break;
		docket_await(&d);
		rc = e->rc;
		for (size_t i = 0; !rc && i < e->files.job.n; i++)
			rc = e->files.job.items[i].rc;
		if (!rc)
			expect_day(e, w->days[n++]);
	}
	docket_release(&d);
	if (rc)
		assert_int_equal(rc, ARK_ENOMEM);
	assert_true(n == DAYS || (rc && heap_has_failed()));
}

static void
without_memory(void **state)
{
	assert_true(heap_each(try_memory, *state) > DAYS * FILES);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(days_come_in_their_order),
		TEST(days_may_be_left),
		TEST(a_failure_waits_its_turn),
		TEST(an_end_is_heeded),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
