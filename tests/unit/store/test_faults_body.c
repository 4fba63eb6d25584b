/* What becomes of a body when the system fails while it is kept. */
#include <dirent.h>
#include <errno.h>

#include "unit/heap.h"
#include "unit/store/failing.h"

#define MIB (1 << 20)
#define LARGE (PART_RESUME_MIN + 100000)

static uint8_t *large;		/* LARGE bytes */
static uint8_t large_sha256[DIGEST_SHA256_SIZE];

/* ---- bodies -------------------------------------------------------------- */

static int
start(struct scratch *t)
{
	const struct parts_settings settings = {
		.store = t->store, .n_threads = 1, .pool_bytes = 4 * MIB,
	};

	return parts_start(&t->parts, &settings, &t->err);
}

static void
stop(struct scratch *t)
{
	parts_stop(t->parts);
	t->parts = NULL;
}

/* A settled part of n bytes, of which total were announced; or none. */
static int
receive(struct scratch *t, struct store_part **out, const void *bytes, size_t n,
	int64_t total, unsigned wants)
{
	struct sink *sink;
	int rc;

	rc = part_open(out, t->parts, "identity", &t->err);
	if (rc)
		return rc;
	sink = part_sink(*out);
	if (!sink->begin(sink, 0, total))
		(void)scratch_feed(*out, bytes, n, 16384);
	rc = scratch_settle(t, *out, wants);
	if (rc) {
		part_drop(*out);
		*out = NULL;
	}
	return rc;
}

/* Commit it; what became of it is in t->err. */
static int
commit(struct scratch *t, struct store_part *part, const char *path)
{
	struct commit_item item = { .part = part };
	int rc;

	(void)snprintf(item.path, sizeof(item.path), "%s", path);
	rc = store_commit(t->store, &item, 1, 1, &t->err);
	if (item.part) {
		assert_int_equal(rc, ARK_ENOMEM);
		part_drop(item.part);
		return rc;
	}
	if (item.end == COMMIT_DONE || item.end == COMMIT_SAME)
		return rc;
	t->err = item.err;
	return item.err.code;
}

static int
keep_body(struct scratch *t)
{
	const char *path = failing_name("day", "/body");
	struct store_part *part = NULL;
	char full[160];
	int rc;

	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, large, LARGE, 3 * MIB,
		     PART_WANTS_MD5 | PART_WANTS_SHA512);
	if (!rc) {
		assert_int_equal(part_facts(part)->size, LARGE);
		assert_memory_equal(part_facts(part)->sha256, large_sha256,
				    sizeof(large_sha256));
		rc = commit(t, part, path);
	}
	stop(t);
	failing_pause(true);
	(void)snprintf(full, sizeof(full), "root/%s", path);
	assert_int_equal(scratch_has(t, full), !rc);
	assert_int_equal(failing_count(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static int
keep_same_body(struct scratch *t)
{
	struct store_part *part = NULL;
	int rc;

	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, TEXT, strlen(TEXT), -1, 0);
	if (!rc)
		rc = commit(t, part, "same");
	stop(t);
	failing_pause(true);
	assert_int_equal(failing_look(t, "same", TEXT), 1);
	/* what cannot be removed is in nobody's way: the next round does it */
	assert_true(failing_count(scratch_at(t, "root/.partial")) == 0 ||
		    (!rc && heap_has_failed()));
	return rc;
}

static int
quarantine(struct scratch *t)
{
	const char *path = failing_name("q", "/body");
	struct store_part *part = NULL;
	char body[80], note[80];
	int rc;

	(void)snprintf(body, sizeof(body), "%s.body", path);
	(void)snprintf(note, sizeof(note), "%s.json", path);
	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, TEXT, strlen(TEXT), -1, 0);
	if (!rc)
		rc = store_quarantine(t->store, part, path, "{}", 2, &t->err);
	stop(t);
	failing_pause(true);
	assert_int_equal(failing_look(t, body, TEXT), rc ? -1 : 1);
	assert_int_not_equal(failing_look(t, note, "{}"), rc ? 0 : -1);
	assert_int_equal(failing_count(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static void
a_body_is_whole_or_not_there(void **state)
{
	struct scratch *t = *state;

	assert_true(failing_each(t, "body", keep_body) > 30);
	failing_put(t, "same", TEXT);
	assert_true(failing_each(t, "same", keep_same_body) > 20);
	assert_true(failing_each(t, "quarantine", quarantine) > 25);
}

/* Where it is not known what becomes of room, none is asked for. */
static void
a_disk_that_gives_no_room_beforehand_is_written_to(void **state)
{
	static const int reasons[] = { EOPNOTSUPP, ENOSYS, EINTR };
	struct scratch *t = *state;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		failing.fallocate_errno = reasons[i];
		failing.n_rounds++;
		assert_int_equal(keep_body(t), 0);
		failing_pause(false);
	}
	failing.fallocate_errno = ENOSPC;
	failing.n_rounds++;
	assert_int_equal(keep_body(t), ARK_EDISK);
}

static void
a_body_that_cannot_be_read_back_is_none(void **state)
{
	struct store_part *part = NULL;
	struct scratch *t = *state;

	assert_int_equal(start(t), 0);
	failing.ends_early = true;
	assert_int_equal(receive(t, &part, large, LARGE, -1, PART_WANTS_MD5),
			 ARK_EDISK);
	assert_non_null(strstr(t->err.text, "found 0"));
	failing.ends_early = false;
	/* nor is what is there, and shrinks while it is compared */
	failing_put(t, "same", TEXT);
	assert_int_equal(receive(t, &part, TEXT, strlen(TEXT), -1, 0), 0);
	failing.ends_early = true;
	assert_int_equal(commit(t, part, "same"), ARK_EEXISTS);
	stop(t);
}

/* What the sender says last counts, be the file made or not. */
static int
begin_anew(struct scratch *t)
{
	struct store_part *part = NULL;
	char name[80];
	struct sink *sink;
	int rc;

	rc = start(t);
	if (rc)
		return rc;
	rc = part_open(&part, t->parts, "identity", &t->err);
	if (rc)
		goto out;
	(void)snprintf(name, sizeof(name), "root/.partial/%s", part->name);
	sink = part_sink(part);
	rc = sink->begin(sink, 0, 2 * PART_BLOCK);
	if (!rc)
		rc = scratch_feed(part, large, 2 * PART_BLOCK, PART_BLOCK);
	/* its writer makes the file */
	for (int i = 0; !rc && i < 1000 && !scratch_has(t, name); i++) {
		(void)usleep(1000);
		rc = pool_admit(part);
	}
	if (!rc)
		rc = sink->begin(sink, 0, (int64_t)strlen(TEXT));
	if (!rc)
		(void)scratch_feed(part, (const uint8_t *)TEXT, strlen(TEXT),
				   5);
	rc = scratch_settle(t, part, 0);
	if (!rc)
		rc = commit(t, part, failing_name("anew", ""));
	else
		part_drop(part);
out:
	stop(t);
	failing_pause(true);
	assert_int_equal(failing_look(t, failing_name("anew", ""), TEXT), rc ? -1 : 1);
	assert_int_equal(failing_count(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static void
what_begins_anew_is_anew(void **state)
{
	assert_true(failing_each(*state, "anew", begin_anew) > 20);
}

/* Remove all that is in .partial; how many things that was. */
static int
empty_partial(struct scratch *t)
{
	DIR *dir = opendir(scratch_at(t, "root/.partial"));
	const struct dirent *d;
	int n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL) {
		char path[320];

		if (*d->d_name == '.')
			continue;
		(void)snprintf(path, sizeof(path), "root/.partial/%s",
			       d->d_name);
		assert_int_equal(unlink(scratch_at(t, path)), 0);
		n++;
	}
	assert_int_equal(closedir(dir), 0);
	return n;
}

/* Keep a part, and go on with what was kept, if anything. */
static int
go_on(struct scratch *t)
{
	const size_t first = PART_RESUME_MIN;
	struct store_part *part = NULL;
	struct part_kept kept;
	struct sink *sink;
	int rc, n_left;

	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, large, first, LARGE, 0);
	if (!rc)
		rc = part_keep(part, "\"etag\"", LARGE, &t->err);
	if (!rc)
		rc = part_open(&part, t->parts, "identity", &t->err);
	if (rc)
		goto out;
	part_kept(part, &kept);
	assert_true(!kept.offset || (size_t)kept.offset == first);
	sink = part_sink(part);
	/* the sender asks twice, before and after it was looked at */
	for (int i = 0; i < 2; i++) {
		(void)sink->begin(sink, kept.offset, LARGE);
		(void)usleep(1000);
	}
	(void)scratch_feed(part, large + kept.offset,
			   LARGE - (size_t)kept.offset, 16384);
	rc = scratch_settle(t, part, 0);
	if (!rc) {
		assert_int_equal(part_facts(part)->size, LARGE);
		assert_memory_equal(part_facts(part)->sha256, large_sha256,
				    sizeof(large_sha256));
	}
	part_drop(part);
out:
	stop(t);
	failing_pause(true);
	/* all that was kept, or a record that could not be removed */
	n_left = empty_partial(t);
	assert_true(n_left == 0 ||
		    (heap_has_failed() && n_left == (rc ? 2 : 1)));
	return rc;
}

static void
what_goes_on_is_whole(void **state)
{
	assert_true(failing_each(*state, "go on", go_on) > 30);
}

static void
what_is_kept_and_cannot_be_read_is_told(void **state)
{
	struct store_part *part = NULL;
	struct scratch *t = *state;
	struct sink *sink;

	assert_int_equal(start(t), 0);
	assert_int_equal(receive(t, &part, large, LARGE, -1, 0), 0);
	assert_int_equal(part_keep(part, "\"etag\"", -1, &t->err), 0);
	assert_int_equal(part_open(&part, t->parts, "identity", &t->err), 0);
	sink = part_sink(part);
	failing.ends_early = true;
	assert_int_equal(sink->begin(sink, LARGE, -1), 0);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EDISK);
	assert_non_null(strstr(t->err.text, "found 0"));
	part_drop(part);
	stop(t);
}

static int
remember_large(void **state)
{
	(void)state;
	large = scratch_bytes(LARGE, 1);
	return digest_sha256(large_sha256, large, LARGE, NULL);
}

static int
forget_large(void **state)
{
	(void)state;
	free(large);
	return 0;
}

int
main(void)
{
#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, failing_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_body_is_whole_or_not_there),
		TEST(a_disk_that_gives_no_room_beforehand_is_written_to),
		TEST(a_body_that_cannot_be_read_back_is_none),
		TEST(what_begins_anew_is_anew),
		TEST(what_goes_on_is_whole),
		TEST(what_is_kept_and_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, remember_large, forget_large);
}
