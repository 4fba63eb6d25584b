/*
 * Many files looked at by a crew: all of them, once, whoever there is to do it
 * and however they come.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "unit/heap.h"
#include "unit/store/scratch.h"

#include "flow/hashing.h"
#include "store/reader.h"

int __real_thread_start(pthread_t *out, const char *name, void *(*run)(void *),
			void *arg);
int __wrap_thread_start(pthread_t *out, const char *name, void *(*run)(void *),
			void *arg);
long __real_sysconf(int name);
long __wrap_sysconf(int name);
int __real_store_reader_digest(struct store_reader *r, const char *path,
			       enum digest_kind kind, int64_t expected,
			       uint8_t out[DIGEST_MAX_SIZE], int64_t *size,
			       struct ark_error *err);
int __wrap_store_reader_digest(struct store_reader *r, const char *path,
			       enum digest_kind kind, int64_t expected,
			       uint8_t out[DIGEST_MAX_SIZE], int64_t *size,
			       struct ark_error *err);

#define FILES 300	/* several slices */

static long cores = 4;
static int threads_left = 100;
static atomic_int n_looks;

long
__wrap_sysconf(int name)
{
	return name == _SC_NPROCESSORS_ONLN ? cores : __real_sysconf(name);
}

int
__wrap_thread_start(pthread_t *out, const char *name, void *(*run)(void *),
		    void *arg)
{
	if (threads_left-- <= 0)
		return EAGAIN;
	return __real_thread_start(out, name, run, arg);
}

int
__wrap_store_reader_digest(struct store_reader *r, const char *path,
			   enum digest_kind kind, int64_t expected,
			   uint8_t out[DIGEST_MAX_SIZE], int64_t *size,
			   struct ark_error *err)
{
	atomic_fetch_add(&n_looks, 1);
	return __real_store_reader_digest(r, path, kind, expected, out, size,
					  err);
}

/* Files 0.., each of which holds its own number; 7 is not there. */
struct world {
	struct scratch *t;
	char paths[FILES][16];
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	(void)scratch_setup((void **)&w->t);
	scratch_mkdir(w->t, "root/d");
	for (int i = 0; i < FILES; i++) {
		char path[32];

		(void)snprintf(w->paths[i], sizeof(w->paths[i]), "d/%d", i);
		(void)snprintf(path, sizeof(path), "root/d/%d", i);
		if (i != 7)
			scratch_write(w->t, path, &i, sizeof(i));
	}
	cores = 4;
	threads_left = 100;
	atomic_store(&n_looks, 0);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	(void)scratch_teardown((void **)&w->t);
	free(w);
	return 0;
}

/* Items for the files from `from` on; even ones of a known size. */
static struct hashing_item *
make_items(struct world *w, int from, size_t n)
{
	struct hashing_item *items = calloc(n + 1, sizeof(*items));

	assert_non_null(items);
	for (size_t i = 0; i < n; i++) {
		items[i].path = w->paths[from + (int)i];
		items[i].expected = i % 2 ? -1 : (int64_t)sizeof(int);
	}
	return items;
}

static void
expect_filled(const struct hashing_item *items, int from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int number = from + (int)i;
		uint8_t sha256[DIGEST_SHA256_SIZE];

		assert_int_equal(items[i].rc, number == 7 ? ARK_ENOTFOUND : 0);
		assert_null(items[i].why);
		if (number == 7)
			continue;
		assert_int_equal(items[i].size, sizeof(number));
		assert_int_equal(digest_sha256(sha256, &number, sizeof(number),
					       NULL), 0);
		assert_memory_equal(items[i].sha256, sha256, sizeof(sha256));
	}
}

/* One after the other, two at once, whatever may be had of threads. */
static void
all_files_are_looked_at_once(void **state)
{
	struct world *w = *state;

	for (cores = 0; cores <= 5; cores++) {
		struct hashing_item *items = make_items(w, 0, FILES);

		threads_left = cores == 5 ? 1 : 100;
		atomic_store(&n_looks, 0);
		assert_int_equal(hashing_run(w->t->store, items, FILES, false,
					     NULL, NULL), 0);
		assert_int_equal(atomic_load(&n_looks), FILES);
		expect_filled(items, 0, FILES);
		hashing_items_free(items, FILES);
	}
}

static void
jobs_are_done_in_their_order(void **state)
{
	struct world *w = *state;
	struct hashing *h = NULL;
	struct hashing_job jobs[FILES / 10];
	const size_t n = sizeof(jobs) / sizeof(*jobs);

	assert_int_equal(hashing_new(&h, w->t->store, false, NULL, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		jobs[i] = (struct hashing_job){
			/* every third is empty */
			.n = i % 3 ? 10 : 0,
			.items = make_items(w, (int)i * 10, 10),
		};
		hashing_add(h, &jobs[i]);
	}
	for (size_t i = 0; i < n; i++) {
		while (!hashing_help(h, &jobs[i]))
			continue;
		expect_filled(jobs[i].items, (int)i * 10, jobs[i].n);
	}
	assert_int_equal(hashing_waiting(h), 0);
	assert_int_equal(atomic_load(&n_looks), 20 * 10);
	hashing_free(h);
	for (size_t i = 0; i < n; i++)
		hashing_items_free(jobs[i].items, jobs[i].n);
}

/* Sizes are told, and no more. */
static void
a_quick_look(void **state)
{
	struct world *w = *state;
	struct hashing_item *items = make_items(w, 0, FILES);

	assert_int_equal(hashing_run(w->t->store, items, FILES, true, NULL,
				     NULL), 0);
	assert_int_equal(atomic_load(&n_looks), 0);
	for (int i = 0; i < FILES; i++) {
		assert_int_equal(items[i].rc, i == 7 ? ARK_ENOTFOUND : 0);
		assert_int_equal(items[i].size, i == 7 ? -1 : 4);
	}
	hashing_items_free(items, FILES);
}

/* What a catalogue says of sizes may be any number. */
static void
sizes_that_cannot_be(void **state)
{
	struct world *w = *state;
	struct hashing_item *items = make_items(w, 0, FILES);

	for (int i = 0; i < FILES; i++)
		items[i].expected = i % 2 ? INT64_MAX : INT64_MIN;
	assert_int_equal(hashing_run(w->t->store, items, FILES, false, NULL,
				     NULL), 0);
	for (int i = 0; i < FILES; i++) {
		assert_int_equal(items[i].rc, i == 7 ? ARK_ENOTFOUND : 0);
		assert_int_equal(items[i].size, i == 7 ? -1 : 4);
	}
	hashing_items_free(items, FILES);
}

static void
what_cannot_be_read_says_why(void **state)
{
	struct world *w = *state;
	struct hashing_item *items = make_items(w, 0, 2);

	scratch_link(w->t, "1", "root/d/link");
	items[1].path = "d/link";
	assert_int_equal(hashing_run(w->t->store, items, 2, false, NULL, NULL),
			 0);
	expect_filled(items, 0, 1);
	assert_int_equal(items[1].rc, ARK_EINTEGRITY);
	assert_int_equal(items[1].size, -1);
	assert_non_null(strstr(items[1].why, "d/link"));
	hashing_items_free(items, 2);
}

/* Whether to stop: after so many questions. */
static bool
should_stop(void *ctx)
{
	int *questions = ctx;

	return --*questions < 0;
}

static void
an_end_that_is_wanted(void **state)
{
	struct world *w = *state;

	cores = 1;	/* so that nobody goes on meanwhile */
	for (int questions = 0; questions < 3; questions++) {
		struct hashing_item *items = make_items(w, 0, FILES);
		int left = questions, n_stopped = 0;
		const struct ark_listener l = {
			.should_stop = should_stop, .ctx = &left,
		};

		for (int i = 0; i < FILES; i++)
			items[i].expected = sizeof(int);
		atomic_store(&n_looks, 0);
		assert_int_equal(hashing_run(w->t->store, items, FILES, false,
					     &l, NULL), 0);
		for (int i = 0; i < FILES; i++)
			n_stopped += items[i].rc == ARK_ESTOPPED;
		assert_int_equal(n_stopped, FILES - atomic_load(&n_looks));
		assert_true(n_stopped > 0);
		assert_int_equal(n_stopped < FILES, questions > 0);
		hashing_items_free(items, FILES);
	}
}

/* Nobody looks at what was given up. */
static void
a_crew_that_is_dismissed(void **state)
{
	struct world *w = *state;
	struct hashing *h = NULL;
	struct hashing_job job = { .n = FILES };

	job.items = make_items(w, 0, FILES);
	assert_int_equal(hashing_new(&h, w->t->store, false, NULL, NULL), 0);
	hashing_add(h, &job);
	hashing_free(h);
	hashing_items_free(job.items, FILES);
	hashing_free(NULL);
}

static void
try_memory(void *ctx)
{
	struct world *w = ctx;
	struct hashing_item items[3] = {
		{ .path = "d/1", .expected = -1 },
		{ .path = "d/7", .expected = -1 },
		{ .path = "d/link", .expected = -1 },
	};
	static const int rcs[] = { 0, ARK_ENOTFOUND, ARK_EINTEGRITY };
	int rc = hashing_run(w->t->store, items, 3, false, NULL, NULL);

	if (rc) {
		assert_true(heap_has_failed());
		assert_int_equal(rc, ARK_ENOMEM);
		return;
	}
	for (int i = 0; i < 3; i++) {
		if (!heap_has_failed() || items[i].rc != ARK_ENOMEM)
			assert_int_equal(items[i].rc, rcs[i]);
		assert_int_equal(items[i].why != NULL,
				 items[i].rc == ARK_EINTEGRITY);
		free(items[i].why);
	}
}

static void
without_memory(void **state)
{
	struct world *w = *state;

	scratch_link(w->t, "1", "root/d/link");
	for (cores = 1; cores < 4; cores++)
		assert_true(heap_each(try_memory, w) > 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_files_are_looked_at_once),
		TEST(jobs_are_done_in_their_order),
		TEST(a_quick_look),
		TEST(sizes_that_cannot_be),
		TEST(what_cannot_be_read_says_why),
		TEST(an_end_that_is_wanted),
		TEST(a_crew_that_is_dismissed),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
