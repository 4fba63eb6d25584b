/*
 * What becomes of files, of the archive's folder and of its log when the system
 * fails.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>

#include "store/beneath.h"
#include "store/inside.h"
#include "store/log.h"
#include "unit/heap.h"
#include "unit/store/failing.h"

/* ---- files and names ----------------------------------------------------- */

static int
put_file(struct scratch *t)
{
	int rc;

	failing_put(t, "file", "before");
	rc = store_file_put(t->store, "file", TEXT, strlen(TEXT), &t->err);
	failing_pause(true);
	assert_true(failing_look(t, "file", TEXT) == 1 ||
		    (rc && failing_look(t, "file", "before") == 1));
	assert_int_equal(failing_count(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static int
make_folders(struct scratch *t)
{
	char full[80];
	int rc;

	rc = store_mkdirs(t->store, failing_name("folder", "/a/b"), &t->err);
	failing_pause(true);
	(void)snprintf(full, sizeof(full), "root/%s", failing_name("folder", "/a/b"));
	assert_int_equal(scratch_has(t, full), !rc);
	return rc;
}

static int
set_aside(struct scratch *t)
{
	int rc;

	failing_put(t, "old", TEXT);
	rc = store_set_aside(t->store, "old", failing_name("aside", "/new"), &t->err);
	failing_pause(true);
	assert_int_equal(failing_look(t, "old", TEXT) +
			 failing_look(t, failing_name("aside", "/new"), TEXT), 0);
	assert_true(rc || failing_look(t, "old", TEXT) == -1);
	return rc;
}

static int
move(struct scratch *t)
{
	int rc;

	failing_put(t, "old", TEXT);
	rc = store_move(t->store, "old", failing_name("moved", "/new"), &t->err);
	failing_pause(true);
	assert_true(failing_look(t, "old", TEXT) == 1 ||
		    failing_look(t, failing_name("moved", "/new"), TEXT) == 1);
	assert_true(rc || failing_look(t, "old", TEXT) == -1);
	return rc;
}

static int
link_file(struct scratch *t)
{
	int rc;

	failing_put(t, "old", TEXT);
	rc = store_link(t->store, "old", t->store, failing_name("linked", "/new"),
			&t->err);
	failing_pause(true);
	assert_int_equal(failing_look(t, "old", TEXT), 1);
	assert_true(rc || failing_look(t, failing_name("linked", "/new"), TEXT) == 1);
	return rc;
}

static int
settle_file(struct scratch *t)
{
	return store_settle(t->store, "old", &t->err);
}

static int
unlink_file(struct scratch *t)
{
	int rc;

	failing_put(t, "doomed", TEXT);
	rc = store_unlink(t->store, "doomed", &t->err);
	failing_pause(true);
	assert_int_equal(failing_look(t, "doomed", TEXT), rc ? 1 : -1);
	return rc;
}

static void
a_file_is_whole_under_one_name_or_the_other(void **state)
{
	struct scratch *t = *state;

	assert_true(failing_each(t, "put", put_file) > 8);
	assert_true(failing_each(t, "folders", make_folders) > 6);
	assert_true(failing_each(t, "aside", set_aside) > 6);
	for (int i = 0; i < 2; i++) {
		failing.renameat2_errno = i ? EINVAL : 0;
		assert_true(failing_each(t, "move", move) > 6);
	}
	assert_true(failing_each(t, "link", link_file) > 6);
	assert_true(failing_each(t, "settle", settle_file) > 4);
	assert_true(failing_each(t, "unlink", unlink_file) > 1);
}

/* A file system without renameat2()'s flags: nothing is replaced there, too. */
static void
a_name_is_not_taken_where_renames_replace(void **state)
{
	static const int reasons[] = { EINVAL, ENOSYS };
	struct scratch *t = *state;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		failing.renameat2_errno = reasons[i];
		failing.n_rounds++;
		failing_put(t, "a", TEXT);
		failing_put(t, "b", "another");
		assert_int_equal(store_move(t->store, "a", "b", &t->err),
				 ARK_EEXISTS);
		assert_int_equal(failing_look(t, "a", TEXT), 1);
		assert_int_equal(failing_look(t, "b", "another"), 1);
		assert_int_equal(store_move(t->store, "a", failing_name("c", ""),
					    &t->err), 0);
		assert_int_equal(failing_look(t, "a", TEXT), -1);
		assert_int_equal(failing_look(t, failing_name("c", ""), TEXT), 1);
	}
}

static void
whoever_may_make_no_links_is_told_so(void **state)
{
	static const struct {
		int reason, code;
	} table[] = {
		{ EXDEV, ARK_EUSAGE }, { EPERM, ARK_EUSAGE },
		{ EACCES, ARK_EUSAGE }, { EMLINK, ARK_EUSAGE },
		{ EOPNOTSUPP, ARK_EUSAGE }, { EEXIST, ARK_EEXISTS },
		{ EIO, ARK_EDISK }, { ENOTDIR, ARK_EINTEGRITY },
	};
	struct scratch *t = *state;

	failing_put(t, "a", TEXT);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		failing.link_errno = table[i].reason;
		assert_int_equal(store_link(t->store, "a", t->store, "b",
					    &t->err), table[i].code);
		assert_int_equal(failing_look(t, "b", TEXT), -1);
	}
}

/* ---- reading ----------------------------------------------------------- */

static int
list(struct scratch *t)
{
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = store_list(t->store, "d", &entries, &n, &t->err);
	assert_int_equal(n, rc ? 0 : 3);
	free(entries);
	return rc;
}

static int
read_file(struct scratch *t)
{
	struct buf out = BUF_INIT(100);
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int64_t size = -1;
	int rc;

	rc = store_size(t->store, "d/a", &size, &t->err);
	if (!rc)
		rc = store_slurp(t->store, "d/a", &out, &t->err);
	if (!rc) {
		assert_int_equal(out.len, strlen(TEXT));
		rc = store_sha256(t->store, "d/a", sha256, &size, &t->err);
		assert_true(rc || size == (int64_t)strlen(TEXT));
	}
	buf_release(&out);
	return rc;
}

static int
sweep(struct scratch *t)
{
	int rc;

	failing_put(t, ".partial/left-over", TEXT);
	failing_put(t, ".partial/another", TEXT);
	rc = parts_sweep(t->store, &t->err);
	failing_pause(true);
	assert_true(rc || failing_count(scratch_at(t, "root/.partial")) == 0);
	return rc;
}

static void
what_cannot_be_read_is_told(void **state)
{
	struct scratch *t = *state;

	scratch_mkdir(t, "root/d");
	failing_put(t, "d/a", TEXT);
	failing_put(t, "d/b", TEXT);
	failing_put(t, "d/c", TEXT);
	assert_true(failing_each(t, "list", list) > 8);
	assert_true(failing_each(t, "read", read_file) > 8);
	assert_true(failing_each(t, "sweep", sweep) > 4);
}

/* ---- the archive's folder ------------------------------------------------ */

static int
open_archive(struct scratch *t)
{
	struct store *s = NULL;
	char path[160];
	int64_t room;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s", t->path,
		       failing_name("archive", ""));
	rc = store_open(&s, path, STORE_CREATE, &t->err);
	if (rc) {
		assert_null(s);
		return rc;
	}
	rc = store_lock(s, true, &t->err);
	if (!rc)
		rc = store_free_bytes(s, &room, &t->err);
	if (!rc)
		rc = store_finish(s, &t->err);
	store_close(s);
	return rc;
}

static void
an_archive_that_cannot_be_opened_is_told(void **state)
{
	struct scratch *t = *state;
	int64_t room = 0;

	assert_true(failing_each(t, "open", open_archive) > 10);
	failing.is_endless = true;
	assert_int_equal(store_free_bytes(t->store, &room, &t->err), 0);
	assert_true(room == INT64_MAX);
}

/* The name of a new archive is made durable in the folder that holds it. */
static void
an_archive_may_lie_anywhere(void **state)
{
	struct scratch *t = *state;
	struct store *s = NULL;
	char path[96], longer[2 * PATH_MAX];

	memset(longer, 'a', sizeof(longer));
	longer[0] = '/';
	longer[sizeof(longer) - 1] = 0;
	(void)snprintf(path, sizeof(path), "%s/new", t->path);
	failing.real_path = longer;
	assert_int_equal(store_open(&s, path, STORE_CREATE, &t->err),
			 ARK_EUSAGE);
	assert_int_equal(rmdir(path), 0);
	/* in the root folder, where none is in fact */
	failing.real_path = "/callark-there-is-none";
	assert_int_equal(store_open(&s, path, STORE_CREATE, &t->err),
			 ARK_ENOTFOUND);
	assert_non_null(strstr(t->err.text, "/callark-there-is-none: there is "
			       "none yet"));
	assert_null(s);
}

static int
lock_to_read(struct scratch *t)
{
	int rc;

	failing.is_read_only = true;
	rc = store_lock(t->store, false, &t->err);
	failing.is_read_only = false;
	return rc;
}

static void
a_disk_for_reading_needs_no_lock(void **state)
{
	struct scratch *t = *state;
	struct store *other = NULL;

	failing.is_read_only = true;
	assert_int_equal(store_lock(t->store, false, &t->err), 0);
	assert_int_equal(t->store->lock, -1);
	assert_int_equal(store_lock(t->store, true, &t->err), ARK_EDISK);
	failing.is_read_only = false;
	assert_int_equal(failing_each(t, "lock", lock_to_read), 1);
	/* and where there is a lock, it is looked at */
	assert_int_equal(store_open(&other, store_root(t->store), STORE_WRITE,
				    &t->err), 0);
	assert_int_equal(store_lock(other, true, &t->err), 0);
	failing.is_read_only = true;
	assert_int_equal(store_lock(t->store, false, &t->err), ARK_ELOCKED);
	store_close(other);
}

static void
the_holder_is_told_as_far_as_it_is_known(void **state)
{
	static const struct {
		const char *text;
		int kill_errno;
		bool is_told;
	} table[] = {
		{ "12345\n", 0, false }, { "12345\n", ESRCH, false },
		{ "12345\n", EPERM, true }, { "no number\n", EPERM, false },
		{ "", EPERM, false },
	};
	struct scratch *t = *state;
	struct store *other = NULL;

	assert_int_equal(store_lock(t->store, true, &t->err), 0);
	assert_int_equal(store_open(&other, store_root(t->store), STORE_WRITE,
				    &t->err), 0);
	for (size_t i = 1; i < sizeof(table) / sizeof(*table); i++) {
		failing_put(t, "lock", table[i].text);
		failing.kill_errno = table[i].kill_errno;
		assert_int_equal(store_lock(other, true, &t->err),
				 ARK_ELOCKED);
		assert_int_equal(!!strstr(t->err.text, "process 12345"),
				 table[i].is_told);
	}
	store_close(other);
}

/* So many folders are made that their names are forgotten on the way. */
static void
a_folder_that_was_forgotten_is_made_durable_again(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(store_mkdirs(t->store, "a", &t->err), 0);
	assert_int_equal(t->store->durable.n, 1);
	t->store->durable.n = 8192;
	assert_int_equal(store_mkdirs(t->store, "b", &t->err), 0);
	assert_int_equal(t->store->durable.n, 1);
	assert_false(idset_has(&t->store->durable, "a"));
	assert_int_equal(store_mkdirs(t->store, "a", &t->err), 0);
	assert_true(idset_has(&t->store->durable, "a"));
}

/* ---- the log ------------------------------------------------------------- */

static int
write_log(struct scratch *t)
{
	struct store_log *l = NULL;
	char text[8];
	size_t n = 0;
	int rc;

	rc = store_log_open(&l, t->store, failing_name("log", ""), true, &t->err);
	if (rc)
		return rc;
	rc = store_log_hold(l, &t->err);
	if (!rc)
		rc = store_log_append(l, "one\n", 4, &t->err);
	if (!rc)
		rc = store_log_tail(l, text, sizeof(text), &n, &t->err);
	assert_int_equal(n, rc ? 0 : 4);
	store_log_close(l);
	failing_pause(true);
	assert_true(rc || failing_look(t, failing_name("log", ""), "one\n") == 1);
	return rc;
}

static void
a_log_that_cannot_be_written_is_told(void **state)
{
	struct scratch *t = *state;
	struct store_log *a = NULL, *b = NULL;

	assert_true(failing_each(t, "log", write_log) > 8);
	assert_int_equal(store_log_open(&a, t->store, "log", true, &t->err), 0);
	assert_int_equal(store_log_open(&b, t->store, "log", true, &t->err), 0);
	assert_int_equal(store_log_hold(a, &t->err), 0);
	failing.n_slept = 0;
	assert_int_equal(store_log_hold(b, &t->err), ARK_ELOCKED);
	assert_int_equal(failing.n_slept, 1000);
	store_log_close(a);
	assert_int_equal(store_log_hold(b, &t->err), 0);
	store_log_close(b);
}

int
main(void)
{
#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, failing_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_whole_under_one_name_or_the_other),
		TEST(a_name_is_not_taken_where_renames_replace),
		TEST(whoever_may_make_no_links_is_told_so),
		TEST(what_cannot_be_read_is_told),
		TEST(an_archive_that_cannot_be_opened_is_told),
		TEST(an_archive_may_lie_anywhere),
		TEST(a_disk_for_reading_needs_no_lock),
		TEST(the_holder_is_told_as_far_as_it_is_known),
		TEST(a_folder_that_was_forgotten_is_made_durable_again),
		TEST(a_log_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
