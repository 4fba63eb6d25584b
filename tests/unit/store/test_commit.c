#include <sys/mount.h>

#include "unit/store/scratch.h"

#define MIB (1 << 20)

static void
item_init(struct commit_item *item, struct store_part *part, const char *path)
{
	*item = (struct commit_item){ .part = part };
	(void)snprintf(item->path, sizeof(item->path), "%s", path);
}

static void
expect_text(struct scratch *t, const char *path, const char *text)
{
	char found[64] = "";

	assert_int_equal(scratch_read(t, path, found, sizeof(found) - 1),
			 strlen(text));
	assert_string_equal(found, text);
}

/* Commit text at path alone; return the end. */
static enum commit_end
commit_one(struct scratch *t, const char *path, const char *text, int rc)
{
	struct commit_item item;

	item_init(&item, scratch_part(t, path, text, strlen(text)), path);
	assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err), rc);
	assert_null(item.part);
	t->err = item.err;
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	return item.end;
}

static void
gives_files_their_names(void **state)
{
	static const size_t counts[] = { 1, 3, 4, 64, 300 };
	static const unsigned threads[] = { 0, 1, 4, 8, 100 };
	struct commit_item *items = calloc(300, sizeof(*items));
	struct scratch *t = *state;

	assert_non_null(items);
	for (size_t k = 0; k < sizeof(counts) / sizeof(*counts); k++) {
		size_t n = counts[k];

		for (size_t i = 0; i < n; i++) {
			char path[64];

			(void)snprintf(path, sizeof(path),
				       "%zu/%zu/data/audio/%zu.wav", k, i % 3,
				       i);
			item_init(&items[i], scratch_part(t, path, path,
							  strlen(path)), path);
		}
		assert_int_equal(store_commit(t->store, items, n, threads[k],
					      &t->err), 0);
		for (size_t i = 0; i < n; i++) {
			char path[sizeof("root/") + sizeof(items[i].path)];
			struct stat st;

			assert_int_equal(items[i].end, COMMIT_DONE);
			assert_null(items[i].part);
			(void)snprintf(path, sizeof(path), "root/%s",
				       items[i].path);
			expect_text(t, path, items[i].path);
			assert_int_equal(stat(scratch_at(t, path), &st), 0);
			assert_int_equal(st.st_mode & 07777, 0600);
			assert_int_equal(st.st_nlink, 1);
		}
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	}
	assert_int_equal(store_commit(t->store, items, 0, 4, &t->err), 0);
	free(items);
}

static void
never_overwrites(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(commit_one(t, "d/f", "one", 0), COMMIT_DONE);
	assert_int_equal(commit_one(t, "d/f", "one", 0), COMMIT_SAME);
	assert_int_equal(commit_one(t, "d/f", "two", 0), COMMIT_CONFLICT);
	assert_int_equal(t->err.code, ARK_EEXISTS);
	assert_int_equal(commit_one(t, "d/f", "longer", 0), COMMIT_CONFLICT);
	assert_int_equal(commit_one(t, "d/f", "", 0), COMMIT_CONFLICT);
	expect_text(t, "root/d/f", "one");
	assert_int_equal(commit_one(t, "f", "at the root", 0), COMMIT_DONE);
	expect_text(t, "root/f", "at the root");
}

static void
other_things_are_a_conflict(void **state)
{
	struct scratch *t = *state;

	scratch_write(t, "outside", "one", 3);
	assert_int_equal(store_mkdirs(t->store, "d/folder", &t->err), 0);
	scratch_link(t, "../../outside", "root/d/link");
	scratch_link(t, "../../nowhere", "root/d/dangling");
	assert_int_equal(mkfifo(scratch_at(t, "root/d/fifo"), 0600), 0);
	assert_int_equal(commit_one(t, "d/folder", "one", 0), COMMIT_CONFLICT);
	assert_int_equal(commit_one(t, "d/link", "one", 0), COMMIT_CONFLICT);
	assert_int_equal(commit_one(t, "d/dangling", "one", 0),
			 COMMIT_CONFLICT);
	assert_int_equal(commit_one(t, "d/fifo", "one", 0), COMMIT_CONFLICT);
	assert_false(scratch_has(t, "nowhere"));
	expect_text(t, "outside", "one");
}

static void
never_leaves_the_root(void **state)
{
	static const struct {
		const char *path;
		int rc;
	} table[] = {
		{ "out/f", ARK_EDISK }, { "out/new/f", ARK_EDISK },
		{ "in/f", ARK_EDISK }, { "file/f", ARK_EDISK },
		{ "../f", 0 }, { "d/../../f", 0 }, { "/tmp/callark-x", 0 },
		{ "", 0 }, { ".", 0 }, { "d//f", 0 }, { "d/", 0 },
	};
	struct scratch *t = *state;

	scratch_mkdir(t, "outside");
	scratch_mkdir(t, "root/d");
	scratch_link(t, "../outside", "root/out");
	scratch_link(t, "d", "root/in");
	scratch_write(t, "root/file", "", 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(commit_one(t, table[i].path, "x", table[i].rc),
				 COMMIT_LOST);
		assert_int_equal(t->err.code, ARK_EINTEGRITY);
	}
	assert_false(scratch_has(t, "f"));
	assert_false(scratch_has(t, "outside/f"));
	assert_false(scratch_has(t, "outside/new"));
	assert_int_equal(scratch_count(t, "d"), 0);
}

static void
each_item_has_its_own_end(void **state)
{
	struct scratch *t = *state;
	struct commit_item items[6];
	const char *const paths[] = {
		"d/new", "d/same", "d/other", "out/f", "d/twice", "d/twice",
	};
	const enum commit_end ends[] = {
		COMMIT_DONE, COMMIT_SAME, COMMIT_CONFLICT, COMMIT_LOST,
		COMMIT_DONE, COMMIT_SAME,
	};

	scratch_mkdir(t, "outside");
	scratch_link(t, "../outside", "root/out");
	assert_int_equal(commit_one(t, "d/same", "abc", 0), COMMIT_DONE);
	assert_int_equal(commit_one(t, "d/other", "xyz", 0), COMMIT_DONE);
	for (size_t i = 0; i < 6; i++) {
		char id[8];

		(void)snprintf(id, sizeof(id), "%zu", i);
		item_init(&items[i], scratch_part(t, id, "abc", 3), paths[i]);
	}
	assert_int_equal(store_commit(t->store, items, 6, 4, &t->err),
			 ARK_EDISK);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(items[i].end, ends[i]);
		assert_null(items[i].part);
	}
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	assert_int_equal(scratch_count(t, "d"), 4);
}

/* Put something in place of the part's descriptor that cannot be synced. */
static void
break_fsync(struct store_part *part)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], part->fd) >= 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
a_failed_fsync_loses_the_file(void **state)
{
	struct scratch *t = *state;
	struct commit_item items[8];

	for (size_t i = 0; i < 8; i++) {
		char path[16];

		(void)snprintf(path, sizeof(path), "d/%zu", i);
		item_init(&items[i], scratch_part(t, path, "abc", 3), path);
	}
	break_fsync(items[2].part);
	break_fsync(items[7].part);
	assert_int_equal(store_commit(t->store, items, 8, 3, &t->err), 0);
	for (size_t i = 0; i < 8; i++) {
		char path[32];
		bool is_lost = i == 2 || i == 7;

		(void)snprintf(path, sizeof(path), "root/d/%zu", i);
		assert_int_equal(items[i].end,
				 is_lost ? COMMIT_LOST : COMMIT_DONE);
		assert_int_equal(scratch_has(t, path), !is_lost);
		if (is_lost)
			assert_non_null(strstr(items[i].err.text, "fsync"));
	}
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
}

static void
without_durability_it_only_renames(void **state)
{
	struct scratch *t = *state;
	struct commit_item item;

	store_set_durability(t->store, STORE_NONE);
	item_init(&item, scratch_part(t, "id", "abc", 3), "d/f");
	break_fsync(item.part);
	assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err), 0);
	assert_int_equal(item.end, COMMIT_DONE);
	expect_text(t, "root/d/f", "abc");
}

static void
a_part_that_failed_is_lost(void **state)
{
	struct scratch *t = *state;
	struct commit_item item;
	struct store_part *part = NULL;

	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	assert_int_equal(part_sink(part)->begin(part_sink(part), 5, -1),
			 ARK_EBUG);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EBUG);
	item_init(&item, part, "d/f");
	assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err), 0);
	assert_int_equal(item.end, COMMIT_LOST);
	assert_int_equal(item.err.code, ARK_EBUG);
	assert_false(scratch_has(t, "root/d/f"));
}

static void
a_removed_file_is_lost(void **state)
{
	struct scratch *t = *state;
	struct commit_item item;
	char name[80];

	item_init(&item, scratch_part(t, "id", "abc", 3), "d/f");
	(void)snprintf(name, sizeof(name), "root/.partial/%s", item.part->name);
	assert_int_equal(unlink(scratch_at(t, name)), 0);
	assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err), 0);
	assert_int_equal(item.end, COMMIT_LOST);
	assert_non_null(strstr(item.err.text, "d/f: rename"));
}

static void
a_read_only_disk_is_told(void **state)
{
	struct scratch *t = *state;
	struct parts_settings settings = { .n_threads = 1 };
	struct parts *own = t->parts;
	struct store *before = t->store;
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/small", t->path);
	scratch_mkdir(t, "small");
	if (mount("none", path, "tmpfs", 0, "size=1m,mode=0700"))
		skip();
	assert_int_equal(store_open(&t->store, path, STORE_CREATE, &t->err), 0);
	settings.store = t->store;
	assert_int_equal(parts_start(&t->parts, &settings, &t->err), 0);
	{
		struct commit_item item;

		item_init(&item, scratch_part(t, "id", "abc", 3), "d/f");
		/* The part's descriptor is closed by then, so it can be. */
		(void)close(item.part->fd);
		item.part->fd = -1;
		store_set_durability(t->store, STORE_NONE);
		assert_int_equal(mount("none", path, NULL,
				       MS_REMOUNT | MS_RDONLY, NULL), 0);
		assert_int_equal(store_commit(t->store, &item, 1, 1, &t->err),
				 ARK_EDISK);
		assert_int_equal(item.end, COMMIT_LOST);
		assert_non_null(strstr(item.err.text, "Read-only"));
	}
	parts_stop(t->parts);
	store_close(t->store);
	t->parts = own;
	t->store = before;
	assert_int_equal(umount(path), 0);
}

static void
quarantines(void **state)
{
	struct scratch *t = *state;
	const char *path = "quarantine/2024/12/31/a-deadbeef";
	char longer[STORE_PATH_MAX];

	for (int i = 0; i < 2; i++) {
		struct store_part *part = scratch_part(t, "id", "<html>", 6);

		assert_int_equal(store_quarantine(t->store, part, path, "{}", 2,
						  &t->err), 0);
	}
	expect_text(t, "root/quarantine/2024/12/31/a-deadbeef.body", "<html>");
	expect_text(t, "root/quarantine/2024/12/31/a-deadbeef.json", "{}");
	/* Another body of that name: the first is kept. */
	assert_int_equal(store_quarantine(t->store,
					  scratch_part(t, "id", "other", 5),
					  path, "{1}", 3, &t->err), 0);
	expect_text(t, "root/quarantine/2024/12/31/a-deadbeef.body", "<html>");
	assert_int_equal(scratch_count(t, "quarantine/2024/12/31"), 2);
	/* An empty body is one, too. */
	assert_int_equal(store_quarantine(t->store,
					  scratch_part(t, "id", "", 0),
					  "quarantine/b", "{}", 2, &t->err), 0);
	expect_text(t, "root/quarantine/b.body", "");

	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = 0;
	assert_int_equal(store_quarantine(t->store,
					  scratch_part(t, "id", "x", 1), longer,
					  "{}", 2, &t->err), ARK_EBUG);
	assert_int_equal(store_quarantine(t->store,
					  scratch_part(t, "id", "x", 1), "../q",
					  "{}", 2, &t->err), ARK_EINTEGRITY);
	scratch_link(t, "../outside", "root/q.body");
	assert_int_equal(store_quarantine(t->store,
					  scratch_part(t, "id", "x", 1), "q",
					  "{}", 2, &t->err), ARK_EINTEGRITY);
	assert_false(scratch_has(t, "outside"));
	assert_false(scratch_has(t, "q.body"));
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
}

/* A body that nothing is said of would be nobody's. */
static void
quarantines_no_body_without_its_note(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(store_mkdirs(t->store, "quarantine/a.json/in-the-way",
				      &t->err), 0);
	assert_int_equal(store_quarantine(t->store,
					  scratch_part(t, "id", "<html>", 6),
					  "quarantine/a", "{}", 2, &t->err),
			 ARK_EDISK);
	assert_false(scratch_has(t, "root/quarantine/a.body"));
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
}

/* Its note stays: the body is fetched again and comes to lie beside it. */
static void
quarantines_no_body_that_cannot_be_synced(void **state)
{
	struct scratch *t = *state;
	struct store_part *part = scratch_part(t, "id", "<html>", 6);

	break_fsync(part);
	assert_int_equal(store_quarantine(t->store, part, "quarantine/a", "{}",
					  2, NULL), ARK_EDISK);
	assert_false(scratch_has(t, "root/quarantine/a.body"));
	expect_text(t, "root/quarantine/a.json", "{}");
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
}

static void
settles(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(store_file_put(t->store, "d/f", "x", 1, &t->err), 0);
	assert_int_equal(store_settle(t->store, "d/f", &t->err), 0);
	assert_int_equal(store_settle(t->store, "d/none", &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_settle(t->store, "none/f", &t->err),
			 ARK_ENOTFOUND);
	assert_int_equal(store_settle(t->store, "d", &t->err), ARK_EINTEGRITY);
	assert_int_equal(store_settle(t->store, "../f", &t->err),
			 ARK_EINTEGRITY);
}

static void
commits_a_large_file(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(9 * MIB, 1);
	uint8_t sha256[DIGEST_SHA256_SIZE], expected[DIGEST_SHA256_SIZE];
	struct commit_item item;
	int64_t size = 0;

	item_init(&item, scratch_part(t, "id", bytes, 9 * MIB), "d/f");
	assert_int_equal(store_commit(t->store, &item, 1, 8, &t->err), 0);
	assert_int_equal(store_sha256(t->store, "d/f", sha256, &size, &t->err),
			 0);
	assert_int_equal(size, 9 * MIB);
	(void)digest_sha256(expected, bytes, 9 * MIB, NULL);
	assert_memory_equal(sha256, expected, sizeof(sha256));
	free(bytes);
}

#define WITH_PARTS(test) \
	cmocka_unit_test_setup_teardown(test, scratch_setup_parts, \
					scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PARTS(gives_files_their_names),
		WITH_PARTS(never_overwrites),
		WITH_PARTS(other_things_are_a_conflict),
		WITH_PARTS(never_leaves_the_root),
		WITH_PARTS(each_item_has_its_own_end),
		WITH_PARTS(a_failed_fsync_loses_the_file),
		WITH_PARTS(without_durability_it_only_renames),
		WITH_PARTS(a_part_that_failed_is_lost),
		WITH_PARTS(a_removed_file_is_lost),
		WITH_PARTS(a_read_only_disk_is_told),
		WITH_PARTS(quarantines),
		WITH_PARTS(quarantines_no_body_without_its_note),
		WITH_PARTS(quarantines_no_body_that_cannot_be_synced),
		WITH_PARTS(settles),
		WITH_PARTS(commits_a_large_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
