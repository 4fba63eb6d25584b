#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "unit/heap.h"

struct fixture {
	char dir[64], root[96];
	struct archive *a;
	struct ark_error err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/callark-archive-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->root, sizeof(f->root), "%s/root", f->dir);
	*state = f;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	archive_close(f->a);
	(void)nftw(f->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static int
open_as(struct fixture *f, enum archive_mode mode)
{
	archive_close(f->a);
	f->a = NULL;
	return archive_open(&f->a, f->root, mode, &f->err);
}

static int
declare(struct fixture *f, const char *id, const char *zone)
{
	return archive_declare(f->a, id, "ACME", zone, &f->err);
}

/* An archive as the first sync leaves it. */
static void
make(struct fixture *f)
{
	assert_int_equal(open_as(f, ARCHIVE_CREATE), 0);
	assert_int_equal(declare(f, "org-1", "America/Sao_Paulo"), 0);
	archive_close(f->a);
	f->a = NULL;
}

static const char *
at(const struct fixture *f, const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
	return path;
}

static bool
has(const struct fixture *f, const char *name)
{
	struct stat st;

	return !lstat(at(f, name), &st);
}

static void
put(const struct fixture *f, const char *name, const char *text)
{
	FILE *out = fopen(at(f, name), "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(at(f, name), 0600), 0);
}

static void
open_without_memory(void *ctx)
{
	struct fixture *f = ctx;
	int rc = open_as(f, ARCHIVE_READ);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	archive_close(f->a);
	f->a = NULL;
}

/* It is not damaged, as a user would be told who then restores it. */
static void
test_no_memory(void **state)
{
	make(*state);
	assert_true(heap_each(open_without_memory, *state) > 0);
}

/* Of a later callark's making, with more members than fit without memory. */
static void
test_no_memory_for_a_long_mark(void **state)
{
	struct fixture *f = *state;
	struct buf mark = BUF_INIT(8192);

	make(f);
	buf_adds(&mark, "{\"format\":1,\"organization_id\":\"org-1\","
		 "\"organization\":\"ACME\",\"time_zone\":\"UTC\"");
	for (int i = 0; i < 100; i++)
		buf_addf(&mark, ",\"m%d\":%d", i, i);
	buf_addc(&mark, '}');
	assert_int_equal(mark.rc, 0);
	put(f, ARCHIVE_MARK, buf_text(&mark));
	assert_true(heap_each(open_without_memory, f) > 0);
	buf_release(&mark);
}

/* What could not be declared is not, and may be later. */
static void
declare_without_memory(void *ctx)
{
	struct fixture *f = ctx;
	int rc = open_as(f, ARCHIVE_CREATE);

	if (!rc) {
		rc = declare(f, "org-1", "UTC");
		assert_int_equal(archive_is_declared(f->a), !rc);
		assert_int_equal(has(f, ARCHIVE_MARK), !rc);
		if (heap_has_failed()) {
			assert_int_equal(declare(f, "org-1", "UTC"), 0);
			assert_true(has(f, ARCHIVE_MARK));
		}
		assert_string_equal(f->a->organization_id, "org-1");
	}
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	archive_close(f->a);
	f->a = NULL;
	(void)nftw(f->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
test_declare_without_memory(void **state)
{
	assert_true(heap_each(declare_without_memory, *state) > 0);
}

static const enum archive_mode modes[] = {
	ARCHIVE_READ, ARCHIVE_CHECK, ARCHIVE_WRITE, ARCHIVE_CREATE,
	ARCHIVE_REBUILD,
};

enum { N_MODES = sizeof(modes) / sizeof(modes[0]) };

static void
test_none(void **state)
{
	struct fixture *f = *state;

	archive_close(NULL);
	for (int i = 0; i < N_MODES; i++) {
		if (modes[i] == ARCHIVE_CREATE)
			continue;
		assert_int_equal(open_as(f, modes[i]), ARK_ENOTFOUND);
		assert_null(f->a);
		assert_int_not_equal(access(f->root, F_OK), 0);
	}
	/* a folder alone is none either */
	assert_int_equal(mkdir(f->root, 0700), 0);
	for (int i = 0; i < N_MODES; i++) {
		if (modes[i] == ARCHIVE_CREATE)
			continue;
		assert_int_equal(open_as(f, modes[i]), ARK_ENOTFOUND);
		assert_non_null(strstr(f->err.text, ARCHIVE_MARK));
	}
}

static void
test_create(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(open_as(f, ARCHIVE_CREATE), 0);
	assert_false(archive_is_declared(f->a));
	assert_non_null(f->a->catalogue);
	assert_null(f->a->organization_id);
	assert_false(has(f, ARCHIVE_MARK));
	assert_int_equal(declare(f, "org-1", "America/Sao_Paulo"), 0);
	assert_true(archive_is_declared(f->a));
	assert_true(has(f, ARCHIVE_MARK));
	assert_string_equal(f->a->organization_id, "org-1");
	assert_string_equal(f->a->organization, "ACME");
	assert_string_equal(zone_name(f->a->zone), "America/Sao_Paulo");
	for (int i = 0; i < N_MODES; i++) {
		assert_int_equal(open_as(f, modes[i]), 0);
		assert_true(archive_is_declared(f->a));
		assert_string_equal(f->a->organization_id, "org-1");
		assert_string_equal(f->a->organization, "ACME");
		assert_string_equal(zone_name(f->a->zone),
				    "America/Sao_Paulo");
		assert_int_equal(!f->a->catalogue,
				 modes[i] == ARCHIVE_REBUILD);
	}
}

/* A run that died before it declared its archive may be begun again. */
static void
test_create_again(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(open_as(f, ARCHIVE_CREATE), 0);
	assert_int_equal(open_as(f, ARCHIVE_WRITE), ARK_ENOTFOUND);
	assert_int_equal(open_as(f, ARCHIVE_CREATE), 0);
	assert_int_equal(declare(f, "org-1", "UTC"), 0);
}

/* Only what we leave ourselves, or a file system does, is as good as empty. */
static void
test_blank(void **state)
{
	static const struct {
		const char *name;
		bool is_folder, is_fine;
	} rows[] = {
		{ "lock", false, true },
		{ ".partial", true, true },
		{ "lost+found", true, true },
		{ "catalogue.sqlite3", false, true },
		{ "notes.txt", false, false },
		{ "2024", true, false },
		{ ".hidden", false, false },
		{ "callark.json.old", false, false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(mkdir(f->root, 0700), 0);
		if (rows[i].is_folder)
			assert_int_equal(mkdir(at(f, rows[i].name), 0700), 0);
		else
			put(f, rows[i].name, "");
		if (open_as(f, ARCHIVE_CREATE) !=
		    (rows[i].is_fine ? 0 : ARK_EUSAGE))
			fail_msg("%s: %s", rows[i].name, f->err.text);
		if (!rows[i].is_fine) {
			assert_non_null(strstr(f->err.text, f->root));
			assert_non_null(strstr(f->err.text, "archive.path"));
			assert_false(has(f, ARCHIVE_CATALOGUE));
		}
		archive_close(f->a);
		f->a = NULL;
		(void)nftw(f->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
}

static void
test_declare_again(void **state)
{
	struct fixture *f = *state;

	make(f);
	assert_int_equal(open_as(f, ARCHIVE_WRITE), 0);
	assert_int_equal(declare(f, "org-1", "America/Sao_Paulo"), 0);
	/* a new name is no new organisation, and the first one stays */
	assert_int_equal(archive_declare(f->a, "org-1", "ACME Ltda",
					 "America/Sao_Paulo", &f->err), 0);
	assert_string_equal(f->a->organization, "ACME");
	assert_int_equal(declare(f, "org-2", "America/Sao_Paulo"), ARK_EUSAGE);
	assert_non_null(strstr(f->err.text, "org-1"));
	assert_non_null(strstr(f->err.text, "org-2"));
	assert_int_equal(declare(f, "org-1", "UTC"), ARK_EUSAGE);
	assert_non_null(strstr(f->err.text, "America/Sao_Paulo"));
	assert_non_null(strstr(f->err.text, "UTC"));
	assert_string_equal(zone_name(f->a->zone), "America/Sao_Paulo");
}

static void
test_declare_no_zone(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(open_as(f, ARCHIVE_CREATE), 0);
	assert_int_equal(declare(f, "org-1", "Mars/Olympus"), ARK_EUSAGE);
	assert_false(archive_is_declared(f->a));
	assert_false(has(f, ARCHIVE_MARK));
	assert_int_equal(declare(f, "org-1", "UTC"), 0);
}

/* Texts of the platform come back as they were. */
static void
test_odd_texts(void **state)
{
	static const char name[] = "A \"C\" \\ M\u00c9\n\t/../E";
	struct fixture *f = *state;

	assert_int_equal(open_as(f, ARCHIVE_CREATE), 0);
	assert_int_equal(archive_declare(f->a, "7/\"x", name, "UTC", &f->err),
			 0);
	assert_int_equal(open_as(f, ARCHIVE_READ), 0);
	assert_string_equal(f->a->organization_id, "7/\"x");
	assert_string_equal(f->a->organization, name);
}

#define BEGIN "{\"format\":1,"

static void
test_damaged_mark(void **state)
{
	static const char *const rows[] = {
		"", "{", "null", "[]", "{}", "\xff",
		"{\"organization_id\":\"a\",\"organization\":\"b\","
		"\"time_zone\":\"UTC\"}",
		"{\"format\":0}", "{\"format\":\"one\"}",
		BEGIN "\"organization\":\"b\",\"time_zone\":\"UTC\"}",
		BEGIN "\"organization_id\":\"a\",\"time_zone\":\"UTC\"}",
		BEGIN "\"organization_id\":\"a\",\"organization\":\"b\"}",
		BEGIN "\"organization_id\":null,\"organization\":\"b\","
		"\"time_zone\":\"UTC\"}",
		BEGIN "\"organization_id\":\"a\",\"organization\":\"b\","
		"\"time_zone\":\"UTC\"} x",
	};
	struct fixture *f = *state;

	make(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(f, ARCHIVE_MARK, rows[i]);
		for (int k = 0; k < N_MODES; k++) {
			if (open_as(f, modes[k]) != ARK_EINTEGRITY)
				fail_msg("mode %d took %s", k, rows[i]);
			assert_null(f->a);
			assert_non_null(strstr(f->err.text, f->root));
		}
	}
}

static void
test_newer_mark(void **state)
{
	struct fixture *f = *state;

	make(f);
	put(f, ARCHIVE_MARK, "{\"format\":2}");
	for (int i = 0; i < N_MODES; i++) {
		assert_int_equal(open_as(f, modes[i]), ARK_EINTEGRITY);
		assert_non_null(strstr(f->err.text, "newer"));
	}
	/* what a newer one of the same format adds is let be */
	put(f, ARCHIVE_MARK, BEGIN "\"organization_id\":\"a\",\"more\":{},"
	    "\"organization\":\"b\",\"time_zone\":\"UTC\"}");
	assert_int_equal(open_as(f, ARCHIVE_WRITE), 0);
}

static void
test_mark_is_no_file(void **state)
{
	struct fixture *f = *state;

	make(f);
	assert_int_equal(remove(at(f, ARCHIVE_MARK)), 0);
	assert_int_equal(symlink("/etc/passwd", at(f, ARCHIVE_MARK)), 0);
	assert_int_equal(open_as(f, ARCHIVE_CREATE), ARK_EINTEGRITY);
	assert_int_equal(open_as(f, ARCHIVE_READ), ARK_EINTEGRITY);
}

static void
test_damaged_catalogue(void **state)
{
	struct fixture *f = *state;

	make(f);
	put(f, ARCHIVE_CATALOGUE, "this is no database, but it is long enough "
	    "to be one: 16 bytes would do already, says the documentation");
	assert_int_equal(open_as(f, ARCHIVE_READ), ARK_EINTEGRITY);
	assert_int_equal(open_as(f, ARCHIVE_WRITE), ARK_EINTEGRITY);
	assert_non_null(strstr(f->err.text, "rebuild"));
	assert_int_equal(open_as(f, ARCHIVE_REBUILD), 0);
	assert_int_equal(archive_open_catalogue(f->a, &f->err), 0);
	assert_non_null(f->a->catalogue);
	assert_true(has(f, ARCHIVE_CATALOGUE ".old"));
	assert_int_equal(open_as(f, ARCHIVE_WRITE), ARK_EINTEGRITY);
	assert_non_null(strstr(f->err.text, "rebuild"));
	assert_int_equal(open_as(f, ARCHIVE_REBUILD), 0);
	assert_int_equal(archive_open_catalogue(f->a, &f->err), 0);
	assert_int_equal(archive_rebuilt(f->a, &f->err), 0);
	assert_int_equal(open_as(f, ARCHIVE_READ), 0);
}

/* A new one would know nothing of what the tree keeps. */
static void
test_lost_catalogue(void **state)
{
	static const enum archive_mode all[] = {
		ARCHIVE_READ, ARCHIVE_CHECK, ARCHIVE_WRITE, ARCHIVE_CREATE,
	};
	struct fixture *f = *state;

	make(f);
	for (int is_empty = 0; is_empty < 2; is_empty++) {
		if (is_empty)
			put(f, ARCHIVE_CATALOGUE, "");
		else
			assert_int_equal(remove(at(f, ARCHIVE_CATALOGUE)), 0);
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
			assert_int_equal(open_as(f, all[i]), ARK_EINTEGRITY);
			assert_non_null(strstr(f->err.text, "rebuild"));
		}
		assert_int_equal(has(f, ARCHIVE_CATALOGUE), is_empty);
	}
}

/* Rebuilding begins with nothing, keeps the old one, and may be done twice. */
static void
test_rebuild(void **state)
{
	struct fixture *f = *state;
	struct buf value = BUF_INIT(64);

	make(f);
	assert_int_equal(open_as(f, ARCHIVE_WRITE), 0);
	assert_int_equal(catalogue_meta_set(f->a->catalogue, "k", "v",
					    &f->err), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(open_as(f, ARCHIVE_REBUILD), 0);
		assert_null(f->a->catalogue);
		put(f, ARCHIVE_CATALOGUE "-journal", "left by a crash");
		assert_int_equal(archive_open_catalogue(f->a, &f->err), 0);
		assert_int_equal(catalogue_meta_get(f->a->catalogue, "k",
						    &value, &f->err), 0);
	}
	assert_true(has(f, ARCHIVE_CATALOGUE ".old"));
	buf_release(&value);
}

/* What is in the way of the new one is told, and the old one stays. */
static void
test_rebuild_hindered(void **state)
{
	static const char *const names[] = {
		ARCHIVE_CATALOGUE ".old", ARCHIVE_CATALOGUE "-journal",
	};
	struct fixture *f = *state;

	make(f);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(mkdir(at(f, names[i]), 0700), 0);
		assert_int_equal(open_as(f, ARCHIVE_REBUILD), 0);
		assert_int_equal(archive_open_catalogue(f->a, &f->err),
				 ARK_EDISK);
		assert_null(f->a->catalogue);
		assert_true(has(f, i ? ARCHIVE_CATALOGUE ".old" :
				ARCHIVE_CATALOGUE));
		assert_int_equal(rmdir(at(f, names[i])), 0);
	}
}

/* A folder in its place is not taken for a catalogue that is lost. */
static void
test_catalogue_is_no_file(void **state)
{
	struct fixture *f = *state;

	make(f);
	assert_int_equal(remove(at(f, ARCHIVE_CATALOGUE)), 0);
	assert_int_equal(mkdir(at(f, ARCHIVE_CATALOGUE), 0700), 0);
	assert_int_equal(open_as(f, ARCHIVE_WRITE), ARK_EINTEGRITY);
	assert_non_null(strstr(f->err.text, ARCHIVE_CATALOGUE));
	assert_null(strstr(f->err.text, "missing"));
}

/* Who may be there beside whom. */
static void
test_locks(void **state)
{
	static const bool excludes[N_MODES][N_MODES] = {
		[ARCHIVE_CHECK] = {
			[ARCHIVE_WRITE] = true, [ARCHIVE_CREATE] = true,
			[ARCHIVE_REBUILD] = true,
		},
		[ARCHIVE_WRITE] = {
			[ARCHIVE_CHECK] = true, [ARCHIVE_WRITE] = true,
			[ARCHIVE_CREATE] = true, [ARCHIVE_REBUILD] = true,
		},
		[ARCHIVE_CREATE] = {
			[ARCHIVE_CHECK] = true, [ARCHIVE_WRITE] = true,
			[ARCHIVE_CREATE] = true, [ARCHIVE_REBUILD] = true,
		},
		[ARCHIVE_REBUILD] = {
			[ARCHIVE_CHECK] = true, [ARCHIVE_WRITE] = true,
			[ARCHIVE_CREATE] = true, [ARCHIVE_REBUILD] = true,
		},
	};
	struct fixture *f = *state;

	make(f);
	for (int i = 0; i < N_MODES; i++) {
		assert_int_equal(open_as(f, modes[i]), 0);
		for (int k = 0; k < N_MODES; k++) {
			bool is_out = excludes[modes[i]][modes[k]];
			struct archive *b = NULL;
			int rc = archive_open(&b, f->root, modes[k], &f->err);

			if (rc != (is_out ? ARK_ELOCKED : 0))
				fail_msg("%d beside %d: %d", k, i, rc);
			archive_close(b);
		}
	}
}

/* A reader leaves no trace, not even a lock. */
static void
test_reading_writes_nothing(void **state)
{
	struct fixture *f = *state;

	make(f);
	assert_int_equal(remove(at(f, "lock")), 0);
	assert_int_equal(open_as(f, ARCHIVE_READ), 0);
	assert_false(has(f, "lock"));
	archive_close(f->a);
	f->a = NULL;
	assert_int_equal(remove(at(f, ARCHIVE_CATALOGUE)), 0);
	assert_int_equal(open_as(f, ARCHIVE_READ), ARK_EINTEGRITY);
	assert_false(has(f, ARCHIVE_CATALOGUE));
}

static void
test_loose_permissions(void **state)
{
	struct fixture *f = *state;

	make(f);
	assert_int_equal(chmod(f->root, 0777), 0);
	for (int i = 0; i < N_MODES; i++)
		assert_int_equal(open_as(f, modes[i]), ARK_EUSAGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_none),
		TEST(test_create),
		TEST(test_create_again),
		TEST(test_blank),
		TEST(test_declare_again),
		TEST(test_declare_no_zone),
		TEST(test_odd_texts),
		TEST(test_no_memory),
		TEST(test_no_memory_for_a_long_mark),
		TEST(test_declare_without_memory),
		TEST(test_damaged_mark),
		TEST(test_newer_mark),
		TEST(test_mark_is_no_file),
		TEST(test_lost_catalogue),
		TEST(test_damaged_catalogue),
		TEST(test_rebuild),
		TEST(test_rebuild_hindered),
		TEST(test_catalogue_is_no_file),
		TEST(test_locks),
		TEST(test_reading_writes_nothing),
		TEST(test_loose_permissions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
