#include <dirent.h>

#include "unit/store/scratch.h"

struct dirent *__real_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir);

/* On some file systems, names are told and not what they are of. */
static bool types_are_told = true;

/* A file that goes between the telling of its name and the look at it. */
static const char *vanishing;

/* With 64: that is what the call of callark is compiled to. */
struct dirent *
__wrap_readdir64(DIR *dir)
{
	struct dirent *d = __real_readdir64(dir);

	if (d && !types_are_told)
		d->d_type = DT_UNKNOWN;
	if (d && vanishing && !strcmp(d->d_name, vanishing))
		assert_int_equal(unlinkat(dirfd(dir), vanishing, 0), 0);
	return d;
}

static void
opens_only_what_is_ours(void **state)
{
	struct scratch *t = *state;
	static const struct {
		mode_t mode;
		int rc;
	} table[] = {
		{ 0700, 0 }, { 0755, 0 }, { 0750, 0 },
		{ 0770, ARK_EUSAGE }, { 0702, ARK_EUSAGE },
		{ 0777, ARK_EUSAGE }, { 01777, ARK_EUSAGE },
	};
	const enum store_mode modes[] = {
		STORE_READ, STORE_WRITE, STORE_CREATE,
	};
	char path[96];

	scratch_mkdir(t, "a");
	(void)snprintf(path, sizeof(path), "%s/a", t->path);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(chmod(path, table[i].mode), 0);
		for (size_t k = 0; k < 3; k++) {
			struct store *s = NULL;
			int rc = store_open(&s, path, modes[k], &t->err);

			assert_int_equal(rc, table[i].rc);
			if (rc)
				assert_non_null(strstr(t->err.text,
						       "chmod go-w "));
			store_close(s);
		}
	}
	assert_int_equal(chmod(path, 0700), 0);
	if (geteuid() == 0) {
		struct store *s = NULL;

		assert_int_equal(chown(path, 12345, 12345), 0);
		assert_int_equal(store_open(&s, path, STORE_WRITE, &t->err),
				 ARK_EUSAGE);
		assert_non_null(strstr(t->err.text, "12345"));
	}
}

/* Of others: whosoever owns it and may write to it; and nothing is made. */
static void
opens_what_is_foreign(void **state)
{
	struct scratch *t = *state;
	struct store *s = NULL;
	char path[96];

	scratch_mkdir(t, "a");
	(void)snprintf(path, sizeof(path), "%s/a", t->path);
	assert_int_equal(chmod(path, 01777), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 12345, 12345), 0);
	assert_int_equal(store_open(&s, path, STORE_FOREIGN, &t->err), 0);
	assert_int_equal(store_unlink(s, "x", &t->err), ARK_EBUG);
	assert_int_equal(store_mkdirs(s, "x", &t->err), ARK_EBUG);
	store_close(s);
	assert_int_equal(rmdir(path), 0);	/* it is as empty as it was */
	assert_int_equal(store_open(&s, path, STORE_FOREIGN, &t->err),
			 ARK_ENOTFOUND);
}

static void
makes_what_is_missing(void **state)
{
	struct scratch *t = *state;
	struct store *s = NULL;
	struct stat st;
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/new", t->path);
	assert_int_equal(store_open(&s, path, STORE_READ, &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_open(&s, path, STORE_WRITE, &t->err),
			 ARK_ENOTFOUND);
	assert_null(s);
	assert_int_equal(store_open(&s, path, STORE_CREATE, &t->err), 0);
	assert_string_equal(store_root(s), path);
	assert_int_equal(fstat(store_fd(s), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	store_close(s);
	assert_int_equal(stat(scratch_at(t, "new/.partial"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* Its parent is not made. */
	(void)snprintf(path, sizeof(path), "%s/no/new", t->path);
	assert_int_equal(store_open(&s, path, STORE_CREATE, &t->err),
			 ARK_EUSAGE);
}

static void
refuses_other_things_as_root(void **state)
{
	struct scratch *t = *state;
	struct store *s = NULL;

	scratch_write(t, "file", "", 0);
	assert_int_equal(store_open(&s, scratch_at(t, "file"), STORE_READ,
				    &t->err), ARK_EUSAGE);
	assert_int_equal(store_open(&s, scratch_at(t, "file"), STORE_CREATE,
				    &t->err), ARK_EUSAGE);
	assert_int_equal(store_open(&s, scratch_at(t, "file/x"), STORE_CREATE,
				    &t->err), ARK_EUSAGE);
	/* A planted .partial would take the bodies elsewhere. */
	scratch_mkdir(t, "a");
	scratch_link(t, "/tmp", "a/.partial");
	assert_int_equal(store_open(&s, scratch_at(t, "a"), STORE_WRITE,
				    &t->err), ARK_EINTEGRITY);
	assert_null(s);
}

static void
reading_leaves_no_trace(void **state)
{
	struct scratch *t = *state;
	struct parts_settings settings = { .n_threads = 1 };
	struct store_file *f = NULL;
	struct parts *parts = NULL;
	struct store *s = NULL;

	scratch_mkdir(t, "a");
	scratch_write(t, "a/f", "x", 1);
	assert_int_equal(store_open(&s, scratch_at(t, "a"), STORE_READ,
				    &t->err), 0);
	assert_false(scratch_has(t, "a/.partial"));
	assert_int_equal(store_mkdirs(s, "d", &t->err), ARK_EBUG);
	assert_int_equal(store_unlink(s, "f", &t->err), ARK_EBUG);
	assert_int_equal(store_move(s, "f", "g", &t->err), ARK_EBUG);
	assert_int_equal(store_set_aside(s, "f", "g", &t->err), ARK_EBUG);
	assert_int_equal(store_file_new(&f, s, "g", &t->err), ARK_EBUG);
	assert_int_equal(parts_sweep(s, &t->err), ARK_EBUG);
	assert_int_equal(store_finish(s, &t->err), ARK_EBUG);
	assert_int_equal(store_link(t->store, "f", s, "g", &t->err), ARK_EBUG);
	settings.store = s;
	assert_int_equal(parts_start(&parts, &settings, &t->err), ARK_EBUG);
	store_close(s);
}

static void
locks(void **state)
{
	static const struct {
		bool first, second;	/* exclusive? */
		int rc;
	} table[] = {
		{ true, true, ARK_ELOCKED }, { true, false, ARK_ELOCKED },
		{ false, true, ARK_ELOCKED }, { false, false, 0 },
	};
	struct scratch *t = *state;
	char pid[32];

	(void)snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct store *a = NULL, *b = NULL;
		int rc;

		assert_int_equal(store_open(&a, store_root(t->store),
					    STORE_WRITE, &t->err), 0);
		assert_int_equal(store_open(&b, store_root(t->store),
					    STORE_READ, &t->err), 0);
		assert_int_equal(store_lock(a, table[i].first, &t->err), 0);
		rc = store_lock(b, table[i].second, &t->err);
		assert_int_equal(rc, table[i].rc);
		if (rc)
			assert_non_null(strstr(t->err.text, pid));
		store_close(a);
		assert_int_equal(store_lock(b, table[i].second, &t->err), 0);
		store_close(b);
		assert_true(scratch_has(t, "root/lock"));
	}
}

static void
tells_no_dead_holder(void **state)
{
	struct scratch *t = *state;
	struct store *b = NULL;

	assert_int_equal(store_lock(t->store, true, &t->err), 0);
	scratch_write(t, "root/lock", "999999999\n", 10);
	assert_int_equal(store_open(&b, store_root(t->store), STORE_READ,
				    &t->err), 0);
	assert_int_equal(store_lock(b, true, &t->err), ARK_ELOCKED);
	assert_null(strstr(t->err.text, "process"));
	store_close(b);
}

static void
tells_the_space(void **state)
{
	struct scratch *t = *state;
	int64_t bytes = -1;

	assert_int_equal(store_free_bytes(t->store, &bytes, &t->err), 0);
	assert_true(bytes > 0);
}

static void
makes_folders(void **state)
{
	struct scratch *t = *state;
	struct stat st;

	for (int i = 0; i < 2; i++)
		assert_int_equal(store_mkdirs(t->store, "2024/12/31/data",
					      &t->err), 0);
	assert_int_equal(stat(scratch_at(t, "root/2024/12"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* Removed behind us, made again. */
	assert_int_equal(rmdir(scratch_at(t, "root/2024/12/31/data")), 0);
	assert_int_equal(store_mkdirs(t->store, "2024/12/31/data", &t->err), 0);
	assert_true(scratch_has(t, "root/2024/12/31/data"));

	scratch_mkdir(t, "outside");
	scratch_link(t, "../outside", "root/2025");
	assert_int_equal(store_mkdirs(t->store, "2025/01", &t->err),
			 ARK_EINTEGRITY);
	assert_false(scratch_has(t, "outside/01"));
	scratch_write(t, "root/file", "", 0);
	assert_int_equal(store_mkdirs(t->store, "file/x", &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_mkdirs(t->store, "../x", &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_mkdirs(t->store, "/tmp/x", &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_mkdirs(t->store, "", &t->err), ARK_EINTEGRITY);
	assert_int_equal(scratch_count(t, "2024"), 1);
}

/* The same names and kinds, with a look at each or without. */
static void
expect_names(struct scratch *t, const struct store_entry *e, size_t n)
{
	for (int i = 0; i < 2; i++) {
		struct store_entry *names = NULL;
		size_t n_names = 0;

		types_are_told = i;
		assert_int_equal(store_list_names(t->store, "d", &names,
						  &n_names, &t->err), 0);
		assert_int_equal(n_names, n);
		for (size_t k = 0; k < n; k++) {
			assert_string_equal(names[k].name, e[k].name);
			assert_int_equal(names[k].is_file, e[k].is_file);
			assert_int_equal(names[k].is_folder, e[k].is_folder);
		}
		free(names);
	}
}

static void
lists_sorted(void **state)
{
	struct scratch *t = *state;
	struct store_entry *e = NULL;
	size_t n = 0;

	assert_int_equal(store_mkdirs(t->store, "d/b", &t->err), 0);
	scratch_write(t, "root/d/c", "12345", 5);
	scratch_write(t, "root/d/B", "1", 1);
	scratch_write(t, "root/d/\xc3\xa3", "", 0);
	scratch_link(t, "c", "root/d/a");
	assert_int_equal(store_list(t->store, "d", &e, &n, &t->err), 0);
	assert_int_equal(n, 5);
	assert_string_equal(e[0].name, "B");
	assert_string_equal(e[1].name, "a");
	assert_string_equal(e[2].name, "b");
	assert_string_equal(e[3].name, "c");
	assert_string_equal(e[4].name, "\xc3\xa3");
	assert_true(e[0].is_file && !e[0].is_folder && e[0].size == 1);
	assert_true(!e[1].is_file && !e[1].is_folder);
	assert_true(!e[2].is_file && e[2].is_folder);
	assert_true(e[3].is_file && e[3].size == 5);
	expect_names(t, e, n);
	free(e);

	for (int i = 0; i < 200; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "root/d/b/%03d", i);
		scratch_write(t, name, "", 0);
	}
	assert_int_equal(scratch_count(t, "d/b"), 200);
	assert_int_equal(store_list(t->store, ".", &e, &n, &t->err), 0);
	assert_int_equal(n, 2);	/* .partial and d */
	free(e);
	assert_int_equal(store_list(t->store, "none", &e, &n, &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_list_names(t->store, "none", &e, &n, &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_list(t->store, "d/a", &e, &n, &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_list(t->store, "..", &e, &n, &t->err),
			 ARK_EINTEGRITY);
}

static void
lists_what_is_still_there(void **state)
{
	struct scratch *t = *state;
	struct store_entry *e = NULL;
	size_t n = 0;

	scratch_mkdir(t, "root/d");
	scratch_write(t, "root/d/a", "1", 1);
	scratch_write(t, "root/d/b", "2", 1);
	vanishing = "a";
	assert_int_equal(store_list(t->store, "d", &e, &n, &t->err), 0);
	vanishing = NULL;
	assert_int_equal(n, 1);
	assert_string_equal(e[0].name, "b");
	free(e);
}

static void
reads_back(void **state)
{
	struct scratch *t = *state;
	uint8_t sha256[DIGEST_SHA256_SIZE], expected[DIGEST_SHA256_SIZE];
	struct buf out = BUF_INIT(200000), small = BUF_INIT(10);
	uint8_t *bytes = scratch_bytes(150000, 1);
	int64_t size = -1;

	scratch_write(t, "root/f", bytes, 150000);
	scratch_link(t, "f", "root/link");
	assert_int_equal(mkfifo(scratch_at(t, "root/fifo"), 0600), 0);
	assert_int_equal(store_size(t->store, "f", &size, &t->err), 0);
	assert_int_equal(size, 150000);
	assert_int_equal(store_slurp(t->store, "f", &out, &t->err), 0);
	assert_int_equal(out.len, 150000);
	assert_memory_equal(out.data, bytes, 150000);
	assert_int_equal(store_slurp(t->store, "f", &small, &t->err),
			 ARK_ELIMIT);
	assert_int_equal(digest_sha256(expected, bytes, 150000, &t->err), 0);
	assert_int_equal(store_sha256(t->store, "f", sha256, &size, &t->err),
			 0);
	assert_memory_equal(sha256, expected, sizeof(sha256));
	assert_int_equal(size, 150000);

	assert_int_equal(store_size(t->store, "no", &size, &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_size(t->store, "link", &size, &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_size(t->store, ".partial", &size, &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_size(t->store, "fifo", &size, &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_slurp(t->store, "fifo", &out, &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_sha256(t->store, "../root/f", sha256, &size,
				      &t->err), ARK_EINTEGRITY);
	buf_release(&out);
	buf_release(&small);
	free(bytes);
}

static void
unlinks(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(store_mkdirs(t->store, "d", &t->err), 0);
	scratch_write(t, "root/d/f", "", 0);
	scratch_link(t, "d", "root/in");
	assert_int_equal(store_unlink(t->store, "in/f", &t->err),
			 ARK_EINTEGRITY);
	assert_true(scratch_has(t, "root/d/f"));
	assert_int_equal(store_unlink(t->store, "d/f", &t->err), 0);
	assert_false(scratch_has(t, "root/d/f"));
	assert_int_equal(store_unlink(t->store, "d/f", &t->err), 0);
	assert_int_equal(store_unlink(t->store, "no/f", &t->err), 0);
	assert_int_equal(store_unlink(t->store, "d", &t->err), ARK_EDISK);
}

static void
links_give_a_second_name(void **state)
{
	struct scratch *t = *state;
	char text[8] = "";

	scratch_write(t, "root/a", "1", 1);
	scratch_write(t, "root/b", "2", 1);
	assert_int_equal(store_link(t->store, "a", t->store, "x/c", &t->err),
			 0);
	assert_true(scratch_has(t, "root/a"));
	assert_int_equal(scratch_read(t, "root/x/c", text, 8), 1);
	assert_int_equal(text[0], '1');
	assert_int_equal(store_link(t->store, "a", t->store, "b", &t->err),
			 ARK_EEXISTS);
	assert_int_equal(store_link(t->store, "no", t->store, "d", &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_link(t->store, "x", t->store, "d", &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_link(t->store, "a", t->store, "../d", &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_link(t->store, "../a", t->store, "d", &t->err),
			 ARK_EINTEGRITY);
}

static void
moves_without_replacing(void **state)
{
	struct scratch *t = *state;
	char text[8] = "";

	scratch_write(t, "root/a", "1", 1);
	scratch_write(t, "root/b", "2", 1);
	assert_int_equal(store_move(t->store, "a", "b", &t->err), ARK_EEXISTS);
	assert_int_equal(store_move(t->store, "a", "x/y/c", &t->err), 0);
	assert_false(scratch_has(t, "root/a"));
	assert_int_equal(scratch_read(t, "root/x/y/c", text, 8), 1);
	assert_int_equal(text[0], '1');
	assert_int_equal(scratch_read(t, "root/b", text, 8), 1);
	assert_int_equal(text[0], '2');
	assert_int_equal(store_move(t->store, "a", "d", &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_move(t->store, "b", "../d", &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_move(t->store, "../d", "e", &t->err),
			 ARK_EINTEGRITY);
}

static void
sets_aside(void **state)
{
	struct scratch *t = *state;
	char text[8] = "";

	assert_int_equal(store_set_aside(t->store, "a", "b", &t->err), 0);
	assert_false(scratch_has(t, "root/b"));
	scratch_write(t, "root/a", "1", 1);
	scratch_write(t, "root/b", "2", 1);
	assert_int_equal(store_set_aside(t->store, "a", "b", &t->err), 0);
	assert_false(scratch_has(t, "root/a"));
	assert_int_equal(scratch_read(t, "root/b", text, 8), 1);
	assert_int_equal(text[0], '1');
}

static void
leaves_what_was_put_there(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(store_file_put(t->store, "a", "1", 1, &t->err), 0);
	scratch_write(t, "root/.partial/x", "", 0);
	assert_int_equal(store_finish(t->store, &t->err), ARK_EDISK);
	assert_true(scratch_has(t, "root/.partial/x"));
	assert_int_equal(store_unlink(t->store, ".partial/x", &t->err), 0);
	assert_int_equal(store_finish(t->store, &t->err), 0);
	assert_false(scratch_has(t, "root/.partial"));
	assert_true(scratch_has(t, "root/a"));
}

#define WITH_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(opens_only_what_is_ours),
		WITH_FOLDER(opens_what_is_foreign),
		WITH_FOLDER(makes_what_is_missing),
		WITH_FOLDER(refuses_other_things_as_root),
		WITH_FOLDER(reading_leaves_no_trace),
		WITH_FOLDER(locks),
		WITH_FOLDER(tells_no_dead_holder),
		WITH_FOLDER(tells_the_space),
		WITH_FOLDER(makes_folders),
		WITH_FOLDER(lists_sorted),
		WITH_FOLDER(lists_what_is_still_there),
		WITH_FOLDER(reads_back),
		WITH_FOLDER(unlinks),
		WITH_FOLDER(links_give_a_second_name),
		WITH_FOLDER(moves_without_replacing),
		WITH_FOLDER(sets_aside),
		WITH_FOLDER(leaves_what_was_put_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
