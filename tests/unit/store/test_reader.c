/*
 * Files looked at one after the other, while they and their folders are
 * changed by others.
 */
#include <errno.h>

#include "unit/heap.h"
#include "unit/store/scratch.h"

#include "base/fdio.h"
#include "store/inside.h"
#include "store/reader.h"

ssize_t __real_fdio_pread_once(int fd, void *bytes, size_t n, int64_t at);
ssize_t __wrap_fdio_pread_once(int fd, void *bytes, size_t n, int64_t at);
int __real_beneath_open(int root, const char *path, int flags, mode_t mode);
int __wrap_beneath_open(int root, const char *path, int flags, mode_t mode);

static struct {
	int n_opened, n_reads;
	int64_t size;		/* of the file before the next read; -1 */
	size_t most;		/* bytes that one read gives; 0: any */
	int failing_read;	/* which of them fails; 0: none */
} disk;

int
__wrap_beneath_open(int root, const char *path, int flags, mode_t mode)
{
	disk.n_opened++;
	return __real_beneath_open(root, path, flags, mode);
}

ssize_t
__wrap_fdio_pread_once(int fd, void *bytes, size_t n, int64_t at)
{
	char path[64];

	if (++disk.n_reads == disk.failing_read) {
		errno = EIO;
		return -1;
	}
	if (disk.size >= 0) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		assert_int_equal(truncate(path, disk.size), 0);
		disk.size = -1;
	}
	if (disk.most && n > disk.most)
		n = disk.most;
	return __real_fdio_pread_once(fd, bytes, n, at);
}

struct world {
	struct scratch *t;
	struct store_reader *r;
	uint8_t digest[DIGEST_MAX_SIZE];
	int64_t size;
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	(void)scratch_setup((void **)&w->t);
	scratch_mkdir(w->t, "root/d");
	assert_int_equal(store_reader_new(&w->r, w->t->store, NULL), 0);
	memset(&disk, 0, sizeof(disk));
	disk.size = -1;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	store_reader_free(w->r);
	(void)scratch_teardown((void **)&w->t);
	free(w);
	return 0;
}

/* What reading path came to; w->size is -2 when nobody said. */
static int
read_by(struct world *w, const char *path, enum digest_kind kind,
	int64_t expected)
{
	w->size = -2;
	memset(w->digest, 0, sizeof(w->digest));
	w->t->err = (struct ark_error){ 0 };
	disk.n_opened = disk.n_reads = 0;
	return store_reader_digest(w->r, path, kind, expected, w->digest,
				   &w->size, &w->t->err);
}

static void
expect_digest_of(const struct world *w, const void *bytes, size_t n)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];

	assert_int_equal(w->size, n);
	assert_int_equal(digest_sha256(sha256, bytes, n, NULL), 0);
	assert_memory_equal(w->digest, sha256, sizeof(sha256));
}

static void
files_of_every_size(void **state)
{
	static const size_t sizes[] = {
		0, 1, 2048, STORE_CHUNK - 1, STORE_CHUNK, STORE_CHUNK + 1,
		3 * STORE_CHUNK, 1000000,
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint8_t *bytes = scratch_bytes(sizes[i], (uint32_t)i);
		int64_t size = -1;

		scratch_write(w->t, "root/d/f", bytes, sizes[i]);
		for (disk.most = 0; disk.most < 3000; disk.most += 2999) {
			assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, -1),
					 0);
			expect_digest_of(w, bytes, sizes[i]);
		}
		disk.most = 0;
		assert_int_equal(store_reader_size(w->r, "d/f", &size, NULL),
				 0);
		assert_int_equal(size, sizes[i]);
		free(bytes);
	}
}

/* One look is one open and one read, once the folder is known. */
static void
a_small_file_is_opened_and_read_once(void **state)
{
	struct world *w = *state;

	scratch_write(w->t, "root/d/f", "abc", 3);
	assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, 3), 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, 3), 0);
		assert_int_equal(disk.n_opened, 1);
		assert_int_equal(disk.n_reads, 1);
		expect_digest_of(w, "abc", 3);
	}
}

static void
another_size_is_not_read(void **state)
{
	struct world *w = *state;

	scratch_write(w->t, "root/d/f", "abc", 3);
	assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, 4), 0);
	assert_int_equal(w->size, 3);
	assert_int_equal(disk.n_reads, 0);
	assert_int_equal(w->digest[0], 0);
}

static void
one_digest_after_the_other(void **state)
{
	static const struct {
		enum digest_kind kind;
		uint8_t first;		/* byte of that of "abc" */
	} kinds[] = {
		{ DIGEST_SHA256, 0xba }, { DIGEST_MD5, 0x90 },
		{ DIGEST_SHA512, 0xdd }, { DIGEST_MD5, 0x90 },
		{ DIGEST_SHA256, 0xba },
	};
	struct world *w = *state;

	scratch_write(w->t, "root/f", "abc", 3);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		assert_int_equal(read_by(w, "f", kinds[i].kind, -1), 0);
		assert_int_equal(w->digest[0], kinds[i].first);
	}
}

/* It was as long as it should be, and is not when it is read. */
static void
a_file_that_changes_while_it_is_read(void **state)
{
	static const int64_t sizes[] = { 0, 2, 4, 2 * STORE_CHUNK };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		scratch_write(w->t, "root/d/f", "abc", 3);
		disk.size = sizes[i];
		assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, 3), 0);
		assert_int_equal(w->size, sizes[i]);
	}
}

/* The disk gives some bytes and fails for those behind them. */
static void
a_file_that_cannot_be_read_to_its_end(void **state)
{
	struct world *w = *state;

	scratch_write(w->t, "root/d/f", "abcdef", 6);
	disk.most = 4;
	for (disk.failing_read = 1; disk.failing_read < 3;
	     disk.failing_read++) {
		assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, 6),
				 ARK_EDISK);
		assert_int_equal(w->size, 4 * (disk.failing_read - 1));
		assert_non_null(strstr(w->t->err.text, "d/f: reading: "));
	}
	disk.failing_read = 0;
	assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, 6), 0);
	expect_digest_of(w, "abcdef", 6);
}

static void
what_is_no_file_in_a_folder(void **state)
{
	static const struct {
		const char *path;
		int rc;
	} table[] = {
		{ "d/none", ARK_ENOTFOUND }, { "none/f", ARK_ENOTFOUND },
		{ "d/link", ARK_EINTEGRITY }, { "d/fifo", ARK_EINTEGRITY },
		{ "d/sub", ARK_EINTEGRITY }, { "way/f", ARK_EINTEGRITY },
		{ "d/f/f", ARK_EINTEGRITY }, { "d/../d/f", ARK_EINTEGRITY },
		{ "../root/d/f", ARK_EINTEGRITY }, { "d//f", ARK_EINTEGRITY },
		{ "/d/f", ARK_EINTEGRITY }, { "d/", ARK_EINTEGRITY },
		{ "", ARK_EINTEGRITY }, { "d/f", 0 },
	};
	struct world *w = *state;
	int64_t size;

	scratch_write(w->t, "root/d/f", "abc", 3);
	scratch_link(w->t, "f", "root/d/link");
	scratch_link(w->t, "d", "root/way");
	scratch_mkdir(w->t, "root/d/sub");
	assert_int_equal(mkfifo(scratch_at(w->t, "root/d/fifo"), 0600), 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(read_by(w, table[i].path, DIGEST_SHA256, -1),
				 table[i].rc);
		assert_int_equal(w->size, table[i].rc ? -2 : 3);
		assert_int_equal(store_reader_size(w->r, table[i].path, &size,
						   NULL), table[i].rc);
		/* in the very words in which it is told otherwise */
		if (table[i].rc) {
			struct ark_error other = { 0 };

			assert_int_equal(store_size(w->t->store, table[i].path,
						    &size, &other),
					 table[i].rc);
			assert_string_equal(w->t->err.text, other.text);
		}
	}
}

/* Nothing is said to be missing because its folder went elsewhere. */
static void
a_folder_that_is_replaced(void **state)
{
	struct world *w = *state;

	scratch_write(w->t, "root/d/f", "old", 3);
	assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, -1), 0);
	assert_int_equal(renameat(store_fd(w->t->store), "d",
				  store_fd(w->t->store), "e"), 0);
	scratch_mkdir(w->t, "root/d");
	scratch_write(w->t, "root/d/g", "new", 3);
	assert_int_equal(read_by(w, "d/g", DIGEST_SHA256, -1), 0);
	expect_digest_of(w, "new", 3);
	assert_int_equal(read_by(w, "e/g", DIGEST_SHA256, -1), ARK_ENOTFOUND);
	/* nor is it held for long */
	for (int i = 0; i < 100; i++)
		(void)read_by(w, "d/g", DIGEST_SHA256, -1);
	assert_int_equal(read_by(w, "d/f", DIGEST_SHA256, -1), ARK_ENOTFOUND);
}

static void
look_without_memory(void *ctx)
{
	struct world *w = ctx;
	struct store_reader *r = NULL;
	uint8_t digest[DIGEST_MAX_SIZE];
	int64_t size = -1;
	int rc;

	rc = store_reader_new(&r, w->t->store, NULL);
	if (!rc)
		rc = store_reader_digest(r, "d/f", DIGEST_SHA256, 3, digest,
					 &size, NULL);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	store_reader_free(r);
}

static void
without_memory(void **state)
{
	struct world *w = *state;

	scratch_write(w->t, "root/d/f", "abc", 3);
	assert_true(heap_each(look_without_memory, w) > 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_of_every_size),
		TEST(a_small_file_is_opened_and_read_once),
		TEST(another_size_is_not_read),
		TEST(one_digest_after_the_other),
		TEST(a_file_that_changes_while_it_is_read),
		TEST(a_file_that_cannot_be_read_to_its_end),
		TEST(what_is_no_file_in_a_folder),
		TEST(a_folder_that_is_replaced),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
