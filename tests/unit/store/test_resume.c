#include "unit/store/scratch.h"

#define MIB (1 << 20)
#define ETAG "\"abc-1\""

/* Keep the first n of bytes under the identity "id"; return the part's name. */
static void
keep(struct scratch *t, const uint8_t *bytes, size_t n, char name[64])
{
	struct store_part *part = scratch_part(t, "id", bytes, n);

	(void)snprintf(name, 64, "root/.partial/%.*s", PARTIAL_HEX, part->name);
	assert_int_equal(part_keep(part, ETAG, 3 * MIB, &t->err), 0);
}

static struct part_kept
reopen(struct scratch *t, struct store_part **part)
{
	struct part_kept kept;

	assert_int_equal(part_open(part, t->parts, "id", &t->err), 0);
	part_kept(*part, &kept);
	return kept;
}

static void
expect_whole(struct scratch *t, struct store_part *part, const uint8_t *bytes,
	     size_t n)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	uint8_t *found = malloc(n + 1);

	assert_int_equal(scratch_settle(t, part, 0), 0);
	(void)digest_sha256(sha256, bytes, n, NULL);
	assert_int_equal(part_facts(part)->size, n);
	assert_memory_equal(part_facts(part)->sha256, sha256, 32);
	assert_memory_equal(part_facts(part)->head, bytes, PART_HEAD_SIZE);
	assert_int_equal(pread(part->fd, found, n + 1, 0), n);
	assert_memory_equal(found, bytes, n);
	free(found);
}

static void
continues(void **state)
{
	static const struct {
		size_t kept, offset;
	} table[] = {
		{ MIB, MIB }, { MIB + 1, MIB + 1 }, { 2 * MIB + 77777,
		  2 * MIB + 77777 }, { 2 * MIB, MIB + 5 }, { 2 * MIB, 0 },
		{ 3 * MIB, 3 * MIB },
	};
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(3 * MIB, 1);

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		size_t offset = table[i].offset;
		struct store_part *part = NULL;
		struct part_kept kept;
		struct sink *sink;
		char name[64];

		keep(t, bytes, table[i].kept, name);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 2);
		kept = reopen(t, &part);
		assert_int_equal(kept.offset, table[i].kept);
		assert_int_equal(kept.total, 3 * MIB);
		assert_string_equal(kept.etag, ETAG);
		/* The record is gone: it is never trusted twice. */
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 1);
		sink = part_sink(part);
		assert_int_equal(sink->begin(sink, (int64_t)offset, 3 * MIB),
				 0);
		assert_int_equal(scratch_feed(part, bytes + offset,
					      3 * MIB - offset, 16384), 0);
		expect_whole(t, part, bytes, 3 * MIB);
		part_drop(part);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	}
	free(bytes);
}

static void
begins_anew_after_all(void **state)
{
	struct scratch *t = *state;
	uint8_t *old = scratch_bytes(3 * MIB, 1);
	uint8_t *new = scratch_bytes(3 * MIB, 2);

	/* By the sender, in the middle, or by the one who opened it. */
	for (int how = 0; how < 3; how++) {
		struct store_part *part = NULL;
		struct part_kept kept;
		struct sink *sink;
		char name[64];

		keep(t, old, 2 * MIB, name);
		kept = reopen(t, &part);
		assert_int_equal(kept.offset, 2 * MIB);
		sink = part_sink(part);
		if (how == 1) {
			assert_int_equal(sink->begin(sink, 2 * MIB, -1), 0);
			assert_int_equal(scratch_feed(part, old, 500000,
						      16384), 0);
		}
		if (how == 2) {
			part_forget(part);
			part_kept(part, &kept);
			assert_int_equal(kept.offset, 0);
			assert_int_equal(kept.total, -1);
			assert_string_equal(kept.etag, "");
		}
		assert_int_equal(sink->begin(sink, 0, MIB + 9), 0);
		assert_int_equal(scratch_feed(part, new, MIB + 9, 16384), 0);
		/* What was kept is gone now. */
		assert_int_equal(scratch_settle(t, part, 0), 0);
		part_drop(part);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	}
	free(old);
	free(new);
}

static void
anew_is_anew(void **state)
{
	struct scratch *t = *state;
	uint8_t *old = scratch_bytes(3 * MIB, 1);
	uint8_t *new = scratch_bytes(MIB + 9, 2);
	struct store_part *part = NULL;
	struct sink *sink;
	char name[64];

	keep(t, old, 2 * MIB, name);
	(void)reopen(t, &part);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, MIB + 9), 0);
	assert_int_equal(sink->begin(sink, MIB, 3 * MIB), ARK_EBUG);
	part_drop(part);
	keep(t, old, 2 * MIB, name);
	(void)reopen(t, &part);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, MIB, 3 * MIB), 0);
	assert_int_equal(sink->begin(sink, 0, MIB + 9), 0);
	assert_int_equal(scratch_feed(part, new, MIB + 9, 16384), 0);
	expect_whole(t, part, new, MIB + 9);
	part_drop(part);
	free(old);
	free(new);
}

static void
survives_an_attempt_without_answer(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(3 * MIB, 1);
	struct store_part *part = NULL;
	struct part_kept kept;
	struct sink *sink;
	char name[64];

	keep(t, bytes, 2 * MIB, name);
	for (int i = 0; i < 3; i++) {
		kept = reopen(t, &part);
		assert_int_equal(kept.offset, 2 * MIB);
		assert_int_equal(scratch_settle(t, part, 0), 0);
		assert_int_equal(part_facts(part)->size, 2 * MIB);
		assert_int_equal(part_keep(part, kept.etag, kept.total,
					   &t->err), 0);
	}
	(void)reopen(t, &part);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 2 * MIB, 3 * MIB), 0);
	assert_int_equal(scratch_feed(part, bytes + 2 * MIB, MIB, 16384), 0);
	expect_whole(t, part, bytes, 3 * MIB);
	part_drop(part);
	free(bytes);
}

static void
keeps_only_what_is_worth_it(void **state)
{
	char long_etag[PART_ETAG_SIZE + 1];
	char fitting[PART_ETAG_SIZE];
	struct {
		size_t n;
		const char *etag;
		int64_t total;
		bool is_kept;
	} table[] = {
		{ MIB, "\"a\"", -1, true }, { MIB, "\"a\"", MIB, true },
		{ MIB, fitting, -1, true },
		{ MIB - 1, "\"a\"", -1, false }, { MIB, "", -1, false },
		{ MIB, "\"a\"", MIB - 1, false },
		{ MIB, "\"a\nb\"", -1, false }, { MIB, "\"\x7f\"", -1, false },
		{ MIB, long_etag, -1, false }, { 0, "\"a\"", -1, false },
	};
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(MIB, 1);

	memset(long_etag, 'x', sizeof(long_etag));
	long_etag[PART_ETAG_SIZE] = 0;
	memset(fitting, 'x', sizeof(fitting));
	fitting[PART_ETAG_SIZE - 1] = 0;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct store_part *part = scratch_part(t, "id", bytes,
						       table[i].n);
		struct part_kept kept;

		assert_int_equal(part_keep(part, table[i].etag, table[i].total,
					   &t->err), 0);
		assert_int_equal(scratch_count(t, STORE_PARTIAL),
				 table[i].is_kept ? 2 : 0);
		kept = reopen(t, &part);
		assert_int_equal(kept.offset, table[i].is_kept ? MIB : 0);
		if (table[i].is_kept)
			assert_string_equal(kept.etag, table[i].etag);
		part_drop(part);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	}
	free(bytes);
}

/* Replace the first old in the record by new. */
static void
edit(struct scratch *t, const char *name, const char *old, const char *new)
{
	char path[80], text[1024] = "", edited[2048];
	char *at;

	(void)snprintf(path, sizeof(path), "%s.keep", name);
	(void)scratch_read(t, path, text, sizeof(text) - 1);
	at = strstr(text, old);
	assert_non_null(at);
	(void)snprintf(edited, sizeof(edited), "%.*s%s%s", (int)(at - text),
		       text, new, at + strlen(old));
	scratch_write(t, path, edited, strlen(edited));
}

/* Put other last lines into the record, with a boot that is not ours. */
static void
reboot(struct scratch *t, const char *name, const char *synced)
{
	char path[80], text[1024] = "", edited[2048];

	(void)snprintf(path, sizeof(path), "%s.keep", name);
	(void)scratch_read(t, path, text, sizeof(text) - 1);
	assert_non_null(strstr(text, "synced "));
	*strstr(text, "synced ") = 0;
	(void)snprintf(edited, sizeof(edited), "%s%s\nboot 00000000\n", text,
		       synced);
	scratch_write(t, path, edited, strlen(edited));
}

static void
after_a_reboot_only_synced_bytes_count(void **state)
{
	static const struct {
		const char *synced;
		int64_t offset;
	} table[] = {
		{ "synced 2097152", 2 * MIB }, { "synced 1048577", MIB + 1 },
		{ "synced 1048576", MIB }, { "synced 1048575", 0 },
		{ "synced 0", 0 }, { "synced 9999999", 2 * MIB },
	};
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(3 * MIB, 1);

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct store_part *part = NULL;
		char name[64];

		keep(t, bytes, 2 * MIB, name);
		edit(t, name, "synced 2097152", table[i].synced);
		/* The same boot: the file is what the kernel says it is. */
		assert_int_equal(reopen(t, &part).offset, 2 * MIB);
		part_drop(part);
		keep(t, bytes, 2 * MIB, name);
		reboot(t, name, table[i].synced);
		assert_int_equal(reopen(t, &part).offset, table[i].offset);
		part_drop(part);
	}
	free(bytes);
}

static void
without_fsync_nothing_is_synced(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(MIB, 1);
	struct store_part *part = NULL;
	struct part_kept kept;
	char name[64];

	store_set_durability(t->store, STORE_NONE);
	keep(t, bytes, MIB, name);
	edit(t, name, "synced 0\n", "synced 0\n");
	kept = reopen(t, &part);
	assert_int_equal(kept.offset, MIB);
	part_drop(part);
	free(bytes);
}

static void
a_shorter_file_counts_as_it_is(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(2 * MIB, 1);
	struct store_part *part = NULL;
	struct part_kept kept;
	char name[64], path[80];

	keep(t, bytes, 2 * MIB, name);
	(void)snprintf(path, sizeof(path), "%s.part", name);
	assert_int_equal(truncate(scratch_at(t, path), MIB + 3), 0);
	kept = reopen(t, &part);
	assert_int_equal(kept.offset, MIB + 3);
	/* It shrinks once more before it is continued. */
	assert_int_equal(truncate(scratch_at(t, path), 5), 0);
	assert_int_equal(part_sink(part)->begin(part_sink(part), MIB + 3, -1),
			 0);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EDISK);
	part_drop(part);
	/* And when nothing came to be continued with. */
	keep(t, bytes, 2 * MIB, name);
	assert_int_equal(reopen(t, &part).offset, 2 * MIB);
	assert_int_equal(truncate(scratch_at(t, path), 5), 0);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EDISK);
	assert_non_null(strstr(t->err.text, "expected 2097152 bytes, found 5"));
	part_drop(part);
	free(bytes);
}

static void
what_is_no_file_any_more_is_not_continued(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(2 * MIB, 1);
	struct store_part *part = NULL;
	char name[64], path[80];

	keep(t, bytes, 2 * MIB, name);
	(void)snprintf(path, sizeof(path), "%s.part", name);
	assert_int_equal(reopen(t, &part).offset, 2 * MIB);
	assert_int_equal(unlink(scratch_at(t, path)), 0);
	assert_int_equal(mkfifo(scratch_at(t, path), 0600), 0);
	assert_int_equal(part_sink(part)->begin(part_sink(part), 2 * MIB, -1),
			 0);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EDISK);
	part_drop(part);
	assert_false(scratch_has(t, path));
	free(bytes);
}

/* Edits after which there is no record. */
static const struct {
	const char *old, *new;
} damages[] = {
	{ "callark-partial 1", "callark-partial 2" },
	{ "callark-partial 1", "callark-partial" },
	{ "callark-partial 1\n", "" },
	{ "callark-partial 1", " callark-partial 1" },
	{ "callark-partial 1\n", "callark-partial 1\n\n" },
	{ "callark-partial 1", "callark-partial 1 " },
	{ "identity ", "identity 0" }, { "identity ", "identity" },
	{ "etag " ETAG, "etag " }, { "etag " ETAG, "etag" },
	{ "etag " ETAG, "etag \"a\tb\"" },
	{ "total 3145728", "total 1048576" },	/* less than there is */
	{ "total 3145728", "total -2" }, { "total 3145728", "total x" },
	{ "total 3145728", "total 3145728x" }, { "total 3145728", "total " },
	{ "total 3145728", "total 99999999999999999999" },
	{ "total 3145728", "total  3145728" },
	{ "total 3145728", "Total 3145728" },
	{ "synced 2097152", "synced -1" }, { "synced 2097152\n", "" },
	{ "synced 2097152", "synced 0x10" },
	{ "\nboot ", "\nboot" }, { "\nboot ", "" },
	{ "\nboot ", "\nboot 0" },
	{ "\nboot ", "\nextra 1\nboot " },
};

static void
a_damaged_record_is_none(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(2 * MIB, 1);

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		struct store_part *part = NULL;
		struct part_kept kept;
		char name[64];

		keep(t, bytes, 2 * MIB, name);
		edit(t, name, damages[i].old, damages[i].new);
		kept = reopen(t, &part);
		if (kept.offset)
			fail_msg("\"%s\" for \"%s\"", damages[i].new,
				 damages[i].old);
		part_drop(part);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
		/* And the sweep thinks the same. */
		keep(t, bytes, 2 * MIB, name);
		edit(t, name, damages[i].old, damages[i].new);
		assert_int_equal(parts_sweep(t->store, &t->err), 0);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	}
	free(bytes);
}

static void
a_cut_record_is_none(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(MIB, 1);
	char name[64], path[80], text[1024];
	size_t n;

	keep(t, bytes, MIB, name);
	(void)snprintf(path, sizeof(path), "%s.keep", name);
	n = scratch_read(t, path, text, sizeof(text));
	for (size_t cut = 0; cut < n; cut += 3) {
		struct store_part *part = NULL;

		scratch_write(t, path, text, cut);
		assert_int_equal(reopen(t, &part).offset, 0);
		part_drop(part);
		keep(t, bytes, MIB, name);
	}
	/* NUL bytes, more lines and too much are no better. */
	for (int how = 0; how < 3; how++) {
		static char more[4096];
		struct store_part *part = NULL;

		memset(more, how == 0 ? 0 : '\n', sizeof(more));
		memcpy(more, text, n);
		scratch_write(t, path, more, how == 2 ? sizeof(more) : n + 1);
		assert_int_equal(reopen(t, &part).offset, 0);
		part_drop(part);
		keep(t, bytes, MIB, name);
	}
	free(bytes);
}

static void
a_record_of_another_is_none(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(MIB, 1);
	struct store_part *other, *part = NULL;
	char name[64], keep_name[80], part_name[80];
	char other_keep[128], other_part[128];

	other = scratch_part(t, "other", bytes, MIB);
	(void)snprintf(other_part, sizeof(other_part), "%s/root/.partial/%s",
		       t->path, other->name);
	(void)snprintf(other_keep, sizeof(other_keep), "%.*s.keep",
		       (int)strlen(other_part) - 5, other_part);
	assert_int_equal(part_keep(other, ETAG, -1, &t->err), 0);
	keep(t, bytes, MIB, name);
	(void)snprintf(keep_name, sizeof(keep_name), "%s.keep", name);
	(void)snprintf(part_name, sizeof(part_name), "%s.part", name);
	assert_int_equal(rename(other_keep, scratch_at(t, keep_name)), 0);
	assert_int_equal(reopen(t, &part).offset, 0);
	part_drop(part);
	assert_int_equal(parts_sweep(t->store, &t->err), 0);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	/* A link in place of either is not followed. */
	keep(t, bytes, MIB, name);
	assert_int_equal(unlink(scratch_at(t, part_name)), 0);
	scratch_write(t, "outside", bytes, MIB);
	scratch_link(t, "../../outside", part_name);
	assert_int_equal(reopen(t, &part).offset, 0);
	part_drop(part);
	assert_true(scratch_has(t, "outside"));
	free(bytes);
}

static void
sweeps(void **state)
{
	static const char *const rubbish[] = {
		"0123456789abcdef0123456789abcdef.part",
		"0123456789abcdef0123456789abcdef.keep",
		"0123456789ABCDEF0123456789abcdef.part",
		"fedcba9876543210fedcba9876543210.part", "123-0.new", "x",
		"0123456789abcdef0123456789abcdef", ".hidden",
		"0123456789abcdef0123456789abcdef.part.keep",
	};
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(MIB, 1);
	struct store_part *part = NULL;
	char name[64], path[128];

	keep(t, bytes, MIB, name);
	for (size_t i = 0; i < sizeof(rubbish) / sizeof(*rubbish); i++) {
		(void)snprintf(path, sizeof(path), "root/.partial/%s",
			       rubbish[i]);
		scratch_write(t, path, bytes, MIB);
	}
	scratch_link(t, "/etc", "root/.partial/link");
	/* A folder is none of ours. */
	scratch_mkdir(t, "root/.partial/folder");
	assert_int_equal(parts_sweep(t->store, &t->err), 0);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 3);
	assert_int_equal(rmdir(scratch_at(t, "root/.partial/folder")), 0);
	assert_int_equal(reopen(t, &part).offset, MIB);
	part_drop(part);
	/* A record without its partial, a partial without its record. */
	keep(t, bytes, MIB, name);
	(void)snprintf(path, sizeof(path), "%s.part", name);
	assert_int_equal(unlink(scratch_at(t, path)), 0);
	assert_int_equal(parts_sweep(t->store, &t->err), 0);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	keep(t, bytes, MIB, name);
	(void)snprintf(path, sizeof(path), "%s.keep", name);
	assert_int_equal(unlink(scratch_at(t, path)), 0);
	assert_int_equal(parts_sweep(t->store, &t->err), 0);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	free(bytes);
}

#define WITH_PARTS(test) \
	cmocka_unit_test_setup_teardown(test, scratch_setup_parts, \
					scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PARTS(continues),
		WITH_PARTS(begins_anew_after_all),
		WITH_PARTS(anew_is_anew),
		WITH_PARTS(survives_an_attempt_without_answer),
		WITH_PARTS(keeps_only_what_is_worth_it),
		WITH_PARTS(after_a_reboot_only_synced_bytes_count),
		WITH_PARTS(without_fsync_nothing_is_synced),
		WITH_PARTS(a_shorter_file_counts_as_it_is),
		WITH_PARTS(what_is_no_file_any_more_is_not_continued),
		WITH_PARTS(a_damaged_record_is_none),
		WITH_PARTS(a_cut_record_is_none),
		WITH_PARTS(a_record_of_another_is_none),
		WITH_PARTS(sweeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
