#include <signal.h>
#include <sys/resource.h>

#include "unit/store/scratch.h"

static ino_t
inode(const struct scratch *t, const char *name)
{
	struct stat st;

	assert_int_equal(lstat(scratch_at(t, name), &st), 0);
	return st.st_ino;
}

static void
publishes(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 300000 };
	struct scratch *t = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		uint8_t *bytes = scratch_bytes(sizes[i], 3);
		uint8_t sha256[DIGEST_SHA256_SIZE];
		uint8_t *found = malloc(sizes[i] + 10);
		struct store_file *f = NULL;
		struct stat st;

		assert_int_equal(store_file_new(&f, t->store, "2024/a/f",
						&t->err), 0);
		for (size_t at = 0; at < sizes[i]; at += 777) {
			size_t left = sizes[i] - at;

			if (left > 777)
				left = 777;
			store_file_write(f, bytes + at, left);
		}
		assert_int_equal(store_file_size(f), sizes[i]);
		assert_int_equal(store_file_publish(f, &t->err), 0);
		(void)digest_sha256(sha256, bytes, sizes[i], NULL);
		assert_memory_equal(store_file_sha256(f), sha256, 32);
		store_file_free(f);
		assert_int_equal(scratch_read(t, "root/2024/a/f", found,
					      sizes[i] + 10), sizes[i]);
		assert_memory_equal(found, bytes, sizes[i]);
		assert_int_equal(stat(scratch_at(t, "root/2024/a/f"), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
		free(found);
		free(bytes);
	}
}

static void
leaves_the_same_alone(void **state)
{
	struct scratch *t = *state;
	ino_t before;

	assert_int_equal(store_file_put(t->store, "f", "abc", 3, &t->err), 0);
	before = inode(t, "root/f");
	assert_int_equal(store_file_put(t->store, "f", "abc", 3, &t->err), 0);
	assert_int_equal(inode(t, "root/f"), before);
	assert_int_equal(store_file_put(t->store, "f", "abd", 3, &t->err), 0);
	assert_int_not_equal(inode(t, "root/f"), before);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
}

static void
once_is_never_over_another(void **state)
{
	static const struct {
		const char *bytes;
		int rc;
	} table[] = {
		{ "abc", 0 }, { "abc", 0 }, { "abd", ARK_EEXISTS },
		{ "ab", ARK_EEXISTS }, { "abc", 0 },
	};
	struct scratch *t = *state;
	char found[8];
	ino_t first = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct store_file *f = NULL;

		assert_int_equal(store_file_new(&f, t->store, "draws/1",
						&t->err), 0);
		store_file_write(f, table[i].bytes, strlen(table[i].bytes));
		assert_int_equal(store_file_publish_once(f, &t->err),
				 table[i].rc);
		store_file_free(f);
		if (!i)
			first = inode(t, "root/draws/1");
		assert_int_equal(inode(t, "root/draws/1"), first);
		assert_int_equal(scratch_read(t, "root/draws/1",
					      (uint8_t *)found, 8), 3);
		assert_memory_equal(found, "abc", 3);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	}
}

static void
nothing_happens_unpublished(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(200000, 1);
	struct store_file *f = NULL;

	assert_int_equal(store_file_put(t->store, "f", "old", 3, &t->err), 0);
	assert_int_equal(store_file_new(&f, t->store, "f", &t->err), 0);
	store_file_write(f, bytes, 200000);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 1);
	store_file_free(f);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	assert_int_equal(scratch_read(t, "root/f", bytes, 10), 3);
	store_file_free(NULL);
	free(bytes);
}

static void
replaces_a_link_not_its_target(void **state)
{
	struct scratch *t = *state;
	char text[8];

	scratch_write(t, "outside", "theirs", 6);
	scratch_link(t, "../outside", "root/f");
	assert_int_equal(store_file_put(t->store, "f", "ours", 4, &t->err), 0);
	assert_int_equal(scratch_read(t, "outside", text, 8), 6);
	assert_int_equal(scratch_read(t, "root/f", text, 8), 4);
	scratch_mkdir(t, "dir");
	scratch_link(t, "../dir", "root/d");
	assert_int_equal(store_file_put(t->store, "d/f", "x", 1, &t->err),
			 ARK_EINTEGRITY);
	assert_false(scratch_has(t, "dir/f"));
	assert_int_equal(store_file_put(t->store, "../f", "x", 1, &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
}

static void
failure_sticks(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(200000, 1);
	struct rlimit limit, before;
	struct store_file *f = NULL;

	assert_int_equal(store_file_put(t->store, "f", "old", 3, &t->err), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 100000;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(store_file_new(&f, t->store, "f", &t->err), 0);
	store_file_write(f, bytes, 200000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	store_file_write(f, bytes, 1);
	assert_int_equal(store_file_publish(f, NULL), ARK_EDISK);
	assert_int_equal(store_file_publish(f, &t->err), ARK_EDISK);
	assert_non_null(strstr(t->err.text, "File too large"));
	store_file_free(f);
	assert_int_equal(scratch_read(t, "root/f", bytes, 10), 3);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	free(bytes);
}

static void
publishes_once(void **state)
{
	struct scratch *t = *state;
	struct store_file *f = NULL;

	assert_int_equal(store_file_new(&f, t->store, "f", &t->err), 0);
	assert_int_equal(store_file_publish(f, &t->err), 0);
	assert_int_equal(store_file_publish(f, &t->err), ARK_EBUG);
	store_file_free(f);
}

static void
takes_the_place_of_a_dead_temporary(void **state)
{
	struct scratch *t = *state;
	char name[64];

	(void)snprintf(name, sizeof(name), "root/.partial/%ld-0.new",
		       (long)getpid());
	scratch_write(t, name, "dead", 4);
	assert_int_equal(store_file_put(t->store, "f", "x", 1, &t->err), 0);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
}

static void
a_folder_in_place_of_its_temporary_stays(void **state)
{
	struct scratch *t = *state;
	char name[64];

	(void)snprintf(name, sizeof(name), "root/.partial/%ld-0.new",
		       (long)getpid());
	scratch_mkdir(t, name);
	assert_int_equal(store_file_put(t->store, "f", "x", 1, &t->err),
			 ARK_EDISK);
	assert_non_null(strstr(t->err.text, "f: temporary .partial/"));
	assert_false(scratch_has(t, "root/f"));
	assert_true(scratch_has(t, name));
	/* The next one has another name; nothing written is an empty file. */
	assert_int_equal(store_file_put(t->store, "f", "", 0, NULL), 0);
	assert_true(scratch_has(t, "root/f"));
}

#define WITH_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(publishes),
		WITH_FOLDER(leaves_the_same_alone),
		WITH_FOLDER(once_is_never_over_another),
		WITH_FOLDER(nothing_happens_unpublished),
		WITH_FOLDER(replaces_a_link_not_its_target),
		WITH_FOLDER(failure_sticks),
		WITH_FOLDER(publishes_once),
		WITH_FOLDER(takes_the_place_of_a_dead_temporary),
		WITH_FOLDER(a_folder_in_place_of_its_temporary_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
