/*
 * What becomes of a batch when the system fails it: threads that cannot be
 * made, files and folders that cannot be made durable, no memory.
 */
#include <errno.h>
#include <pthread.h>

#include "unit/heap.h"
#include "unit/store/scratch.h"

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdio_close(int *fd);
int __wrap_fdio_close(int *fd);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*run)(void *), void *ctx);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*run)(void *), void *ctx);

/* From which fsync() of that kind on they fail, 1 for the next one. */
static mode_t failing_kind;
static int failing_at, n_synced, n_refused_threads;
static bool has_no_threads, fails_to_close;

int
__wrap_fsync(int fd)
{
	struct stat st;

	n_synced++;
	if (!fstat(fd, &st) && (st.st_mode & S_IFMT) == failing_kind &&
	    --failing_at <= 0) {
		errno = EIO;
		return -1;
	}
	return __real_fsync(fd);
}

/* The first file that is closed. */
int
__wrap_fdio_close(int *fd)
{
	struct stat st;

	if (fails_to_close && !fstat(*fd, &st) && S_ISREG(st.st_mode)) {
		fails_to_close = false;
		(void)__real_fdio_close(fd);
		errno = EIO;
		return -1;
	}
	return __real_fdio_close(fd);
}

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
		      void *(*run)(void *), void *ctx)
{
	if (has_no_threads) {
		n_refused_threads++;
		return EAGAIN;
	}
	return __real_pthread_create(thread, attributes, run, ctx);
}

static int
setup(void **state)
{
	failing_kind = 0;
	n_synced = n_refused_threads = 0;
	has_no_threads = fails_to_close = false;
	return scratch_setup_parts(state);
}

static void
item_init(struct scratch *t, struct commit_item *item, const char *path)
{
	*item = (struct commit_item){
		.part = scratch_part(t, path, "abc", 3),
	};
	(void)snprintf(item->path, sizeof(item->path), "%s", path);
}

static void
items_init(struct scratch *t, struct commit_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "day/%zu.wav", i);
		item_init(t, &items[i], path);
	}
}

static bool
is_there(struct scratch *t, const char *path)
{
	return store_size(t->store, path, &(int64_t){ 0 }, NULL) == 0;
}

static void
does_with_fewer_threads(void **state)
{
	struct scratch *t = *state;
	struct commit_item items[8];

	items_init(t, items, 8);
	has_no_threads = true;
	assert_int_equal(store_commit(t->store, items, 8, 8, &t->err), 0);
	assert_int_equal(n_refused_threads, 1);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(items[i].end, COMMIT_DONE);
		assert_true(is_there(t, items[i].path));
	}
}

static void
needs_no_threads_where_nothing_is_synced(void **state)
{
	struct scratch *t = *state;
	struct commit_item items[8];

	store_set_durability(t->store, STORE_NONE);
	items_init(t, items, 8);
	has_no_threads = true;
	n_synced = 0;
	assert_int_equal(store_commit(t->store, items, 8, 8, &t->err), 0);
	assert_int_equal(n_refused_threads, 0);
	assert_int_equal(n_synced, 0);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(items[i].end, COMMIT_DONE);
}

static void
names_without_a_folder_are_of_the_root(void **state)
{
	struct scratch *t = *state;
	struct commit_item items[2];

	item_init(t, &items[0], "a.wav");
	item_init(t, &items[1], "b.wav");
	assert_int_equal(store_commit(t->store, items, 2, 1, &t->err), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(items[i].end, COMMIT_DONE);
		assert_true(is_there(t, items[i].path));
	}
}

/* Commit day/0.wav, then the same once more with an fsync() that fails. */
static enum commit_end
commit_again(struct scratch *t, mode_t kind, int at, int expected)
{
	struct commit_item item;

	items_init(t, &item, 1);
	assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err), 0);
	assert_int_equal(item.end, COMMIT_DONE);
	items_init(t, &item, 1);
	failing_kind = kind;
	failing_at = at;
	assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err),
			 expected);
	t->err = item.err;
	assert_true(is_there(t, item.path));
	return item.end;
}

/* It may be there because a run was killed before it was durable. */
static void
the_same_file_that_cannot_be_synced_is_lost(void **state)
{
	struct scratch *t = *state;

	/* The first is of the file that came, which is sound. */
	assert_int_equal(commit_again(t, S_IFREG, 2, 0), COMMIT_LOST);
	assert_int_equal(t->err.code, ARK_EDISK);
}

/* And whoever put it there may rely on it: it stays. */
static void
the_same_file_in_a_folder_that_cannot_be_synced_stays(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(commit_again(t, S_IFDIR, 1, ARK_EDISK), COMMIT_LOST);
}

static void
a_file_that_cannot_be_closed_is_lost(void **state)
{
	struct scratch *t = *state;
	struct commit_item item;

	items_init(t, &item, 1);
	fails_to_close = true;
	assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err), 0);
	assert_int_equal(item.end, COMMIT_LOST);
	assert_int_equal(item.err.code, ARK_EDISK);
	assert_false(is_there(t, item.path));
}

/* The folders are there, and then they fail: the new names are taken back. */
static void
new_names_in_folders_that_cannot_be_synced_are_taken_back(void **state)
{
	struct scratch *t = *state;
	struct commit_item items[2];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 2; i++) {
			char path[64];

			(void)snprintf(path, sizeof(path), "day-%d/%d.wav", i,
				       round);
			item_init(t, &items[i], path);
		}
		failing_kind = round ? S_IFDIR : 0;
		failing_at = 1;
		assert_int_equal(store_commit(t->store, items, 2, 1, &t->err),
				 round ? ARK_EDISK : 0);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(items[i].end, round ? COMMIT_LOST :
					 COMMIT_DONE);
			assert_int_equal(is_there(t, items[i].path), !round);
		}
	}
}

/* Each time another name: it is there, or the item is lost and its part too. */
static void
a_batch_without_memory_tells_what_became_of_it(void **state)
{
	struct scratch *t = *state;
	long n = 0, n_lost = 0;

	do {
		struct commit_item item;
		int rc;

		items_init(t, &item, 1);
		(void)snprintf(item.path, sizeof(item.path), "%ld/a.wav", ++n);
		heap_fail(n);
		rc = store_commit(t->store, &item, 1, 1, &t->err);
		if (rc == ARK_ENOMEM) {
			assert_non_null(item.part);
			part_drop(item.part);
			n_lost++;
		} else {
			assert_int_equal(rc, 0);
			assert_null(item.part);
			n_lost += item.end == COMMIT_LOST;
		}
		assert_int_equal(is_there(t, item.path),
				 !rc && item.end == COMMIT_DONE);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	} while (heap_has_failed());
	heap_fail(0);
	assert_true(n_lost >= 2);	/* the two tables of a batch */
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(does_with_fewer_threads),
		TEST(needs_no_threads_where_nothing_is_synced),
		TEST(names_without_a_folder_are_of_the_root),
		TEST(the_same_file_that_cannot_be_synced_is_lost),
		TEST(the_same_file_in_a_folder_that_cannot_be_synced_stays),
		TEST(a_file_that_cannot_be_closed_is_lost),
		TEST(new_names_in_folders_that_cannot_be_synced_are_taken_back),
		TEST(a_batch_without_memory_tells_what_became_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
