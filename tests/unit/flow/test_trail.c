#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/trail.h"

#define MAX_TEXT ((size_t)1 << 20)

struct world {
	char dir[64], path[128];
	struct archive *a;
	struct buf text;		/* of the trail, when last read */
	struct ark_error err;
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char root[96];

	assert_non_null(w);
	buf_init(&w->text, MAX_TEXT);
	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/callark-trail-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	(void)snprintf(root, sizeof(root), "%s/root", w->dir);
	(void)snprintf(w->path, sizeof(w->path), "%s/" TRAIL_PATH, root);
	assert_int_equal(archive_open(&w->a, root, ARCHIVE_CREATE, &w->err),
			 0);
	assert_int_equal(archive_declare(w->a, "org-1", "ACME", "UTC",
					 &w->err), 0);
	*state = w;
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
	struct world *w = *state;

	archive_close(w->a);
	buf_release(&w->text);
	(void)nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

static int
add(struct world *w)
{
	return trail_add(w->a, TRAIL_STARTED, "run 1", "ok", &w->err);
}

static void
load(struct world *w)
{
	buf_clear(&w->text);
	assert_int_equal(store_slurp(w->a->store, TRAIL_PATH, &w->text,
				     &w->err), 0);
}

static void
save(struct world *w, const void *bytes, size_t n)
{
	FILE *f = fopen(w->path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* The trail as it is now must be whole; its last entry is put into *last. */
static int64_t
check(struct world *w, struct trail_entry *last)
{
	struct trail_walk walk;
	const char *p, *lf;

	load(w);
	assert_int_equal(trail_walk_init(&walk, NULL), 0);
	p = buf_text(&w->text);
	while ((lf = strchr(p, '\n')) != NULL) {
		assert_true(trail_walk_line(&walk, p, (size_t)(lf - p), last,
					    NULL) >= 0);
		p = lf + 1;
	}
	assert_int_equal(*p, 0);
	assert_int_equal(trail_walk_end(&walk, NULL), 0);
	trail_walk_release(&walk);
	return walk.seq;
}

static void
begins_where_there_is_none(void **state)
{
	struct world *w = *state;
	struct trail_head head;
	struct trail_entry e;

	assert_int_equal(trail_last(w->a, &head, &w->err), 0);
	assert_int_equal(head.seq, 0);
	assert_int_equal(add(w), 0);
	assert_int_equal(check(w, &e), 2);
	assert_string_equal(e.action, TRAIL_STARTED);
	assert_string_equal(e.object, "run 1");
	assert_string_equal(e.result, "ok");
	assert_int_equal(trail_parse(&e, buf_text(&w->text),
				     strcspn(buf_text(&w->text), "\n"), NULL),
			 0);
	assert_string_equal(e.action, TRAIL_BEGUN);
	assert_string_equal(e.object, "archive org-1");
}

static void
begins_with_the_making_of_the_archive(void **state)
{
	struct world *w = *state;
	struct trail_entry e;

	assert_int_equal(trail_add(w->a, TRAIL_CREATED, "archive org-1", "",
				   &w->err), 0);
	assert_int_equal(check(w, &e), 1);
	assert_string_equal(e.action, TRAIL_CREATED);
}

static void
goes_on_however_long_it_is(void **state)
{
	struct world *w = *state;
	struct trail_head head;
	struct trail_entry e;

	for (int i = 0; i < 150; i++)
		assert_int_equal(add(w), 0);
	assert_int_equal(check(w, &e), 151);
	assert_true(w->text.len > 32768);
	w->err = (struct ark_error){ 0 };
	assert_int_equal(trail_last(w->a, &head, &w->err), 0);
	assert_int_equal(w->err.code, 0);	/* read from its middle on */
	assert_int_equal(head.seq, 151);
	assert_memory_equal(head.hash, e.hash, sizeof(e.hash));
}

/* Cut in the last entry, at every place: told of, and gone on behind. */
static void
mends_what_was_cut_off(void **state)
{
	struct world *w = *state;
	struct buf whole = BUF_INIT(MAX_TEXT);
	struct trail_entry e;
	size_t second;

	assert_int_equal(add(w), 0);
	load(w);
	buf_add(&whole, w->text.data, w->text.len);
	second = strcspn(buf_text(&whole), "\n") + 1;
	for (size_t n = second + 1; n + 1 < whole.len; n += 7) {
		save(w, whole.data, n);
		assert_int_equal(add(w), 0);
		assert_int_equal(check(w, &e), 3);
		assert_memory_equal(w->text.data, whole.data, n);
		assert_non_null(strstr(buf_text(&w->text), TRAIL_MENDED));
	}
	/* One that lacks its line end alone lacks nothing. */
	save(w, whole.data, whole.len - 1);
	assert_int_equal(add(w), 0);
	assert_int_equal(check(w, &e), 3);
	assert_null(strstr(buf_text(&w->text), TRAIL_MENDED));
	buf_release(&whole);
}

/* The very first entry was cut off: the archive is named all the same. */
static void
mends_its_first_entry(void **state)
{
	struct world *w = *state;
	struct trail_entry e;

	save(w, "{\"seq\":1,\"ti", 12);
	assert_int_equal(add(w), 0);
	assert_int_equal(check(w, &e), 3);
	assert_non_null(strstr(buf_text(&w->text), "archive org-1"));
}

static void
does_not_go_on_behind_what_it_does_not_know(void **state)
{
	static const char *const ends[] = {
		"x", "\n", "garbage\n", "{\"seq\":9", "\r\n",
	};
	struct world *w = *state;
	struct buf whole = BUF_INIT(MAX_TEXT);
	struct trail_head head;

	assert_int_equal(add(w), 0);
	load(w);
	buf_add(&whole, w->text.data, w->text.len);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		buf_clear(&w->text);
		buf_add(&w->text, whole.data, whole.len);
		buf_adds(&w->text, ends[i]);
		save(w, w->text.data, w->text.len);
		assert_int_equal(add(w), ARK_EINTEGRITY);
		assert_non_null(strstr(w->err.text, "verify --repair"));
		assert_int_equal(trail_last(w->a, &head, &w->err),
				 ARK_EINTEGRITY);
	}
	/* the last entry was changed */
	whole.data[whole.len - 80] ^= 1;
	save(w, whole.data, whole.len);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	save(w, "garbage\n", 8);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	/* so many unfinished entries that the first is not looked at */
	buf_clear(&whole);
	while (whole.len < 40000)
		buf_adds(&whole, "{\"seq\":1,\"time\":\"2024-12-31T\n");
	save(w, whole.data, whole.len);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	/* and few enough */
	save(w, whole.data, 8000);
	assert_int_equal(add(w), 0);
	/* so much that no line of it begins where it is looked at */
	buf_clear(&whole);
	for (int i = 0; i < 40000; i++)
		buf_addc(&whole, 'x');
	save(w, whole.data, whole.len);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	buf_release(&whole);
}

static void
does_not_go_on_before_what_the_catalogue_knows(void **state)
{
	struct world *w = *state;
	struct trail_head head;
	struct buf whole = BUF_INIT(MAX_TEXT);
	const char *text;

	assert_int_equal(trail_known(w->a, &head, &w->err), 0);
	assert_int_equal(add(w), 0);
	assert_int_equal(trail_know(w->a, &w->err), 0);
	assert_int_equal(trail_known(w->a, &head, &w->err), 1);
	assert_int_equal(head.seq, 2);
	load(w);
	buf_add(&whole, w->text.data, w->text.len);
	text = buf_text(&whole);
	save(w, text, strcspn(text, "\n") + 1);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	assert_non_null(strstr(w->err.text, "knows entry 2"));
	save(w, text, whole.len - 20);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	save(w, "", 0);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	assert_int_equal(unlink(w->path), 0);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	/* as long, but another */
	head.hash[0] ^= 1;
	assert_int_equal(trail_restore_known(w->a, &head, &w->err), 0);
	save(w, text, whole.len);
	assert_int_equal(add(w), ARK_EINTEGRITY);
	head.hash[0] ^= 1;
	assert_int_equal(trail_restore_known(w->a, &head, &w->err), 0);
	assert_int_equal(add(w), 0);
	buf_release(&whole);
}

static void
begins_another_in_place_of_a_damaged_one(void **state)
{
	struct world *w = *state;
	struct store_entry *entries = NULL;
	struct trail_head head;
	struct trail_entry e;
	size_t n = 0;

	assert_int_equal(add(w), 0);
	assert_int_equal(trail_know(w->a, &w->err), 0);
	save(w, "garbage\n", 8);
	assert_int_equal(trail_set_aside(w->a, &w->err), 0);
	assert_int_equal(check(w, &e), 1);
	assert_string_equal(e.action, TRAIL_BEGUN);
	assert_string_equal(e.object, "archive org-1");
	assert_int_equal(store_list(w->a->store, "quarantine", &entries, &n,
				    &w->err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(entries[0].size, 8);
	assert_non_null(strstr(e.result, entries[0].name));
	assert_int_equal(trail_known(w->a, &head, &w->err), 1);
	assert_int_equal(head.seq, 1);
	assert_memory_equal(head.hash, e.hash, sizeof(e.hash));
	assert_int_equal(add(w), 0);
	free(entries);
}

/* Without room the entry is not acknowledged; with it, told of. */
static void
survives_a_full_disk(void **state)
{
	struct world *w = *state;
	struct rlimit before, limit;
	struct trail_entry e;

	assert_int_equal(add(w), 0);
	load(w);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = w->text.len + 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(add(w), ARK_EDISK);
	assert_int_equal(add(w), ARK_EDISK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(add(w), 0);
	assert_int_equal(check(w, &e), 4);
	assert_non_null(strstr(buf_text(&w->text), TRAIL_MENDED));
}

static void
tells_a_bag_and_reads_what_it_told(void **state)
{
	struct trail_head head = { .seq = 57 }, found;
	struct buf out = BUF_INIT(MAX_TEXT);

	(void)state;
	memset(head.hash, 0xab, sizeof(head.hash));
	buf_adds(&out, "Bagging-Date: 2026-01-02\n");
	assert_int_equal(trail_get_baginfo(buf_text(&out), out.len, &found),
			 0);
	assert_int_equal(found.seq, 0);
	trail_put_baginfo(&out, &head);
	assert_int_equal(trail_get_baginfo(buf_text(&out), out.len, &found),
			 1);
	assert_int_equal(found.seq, 57);
	assert_memory_equal(found.hash, head.hash, sizeof(head.hash));
	buf_clear(&out);
	trail_put_baginfo(&out, &(struct trail_head){ 0 });
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void
believes_no_nonsense_of_a_bag(void **state)
{
	static const char *const texts[] = {
		"Callark-Trail-Entry: 1\n",
		"Callark-Trail-Entry: 0\nCallark-Trail-Hash: 00\n",
		"Callark-Trail-Entry: x\nCallark-Trail-Hash: 00\n",
		"Callark-Trail-Entry: 1\nCallark-Trail-Hash: 00\n",
		"no list of elements\n",
	};
	struct trail_head head;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(trail_get_baginfo(texts[i], strlen(texts[i]),
						   &head), ARK_EFORMAT);
		assert_int_equal(head.seq, 0);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(begins_where_there_is_none),
		TEST(begins_with_the_making_of_the_archive),
		TEST(goes_on_however_long_it_is),
		TEST(mends_what_was_cut_off),
		TEST(mends_its_first_entry),
		TEST(does_not_go_on_behind_what_it_does_not_know),
		TEST(does_not_go_on_before_what_the_catalogue_knows),
		TEST(begins_another_in_place_of_a_damaged_one),
		TEST(survives_a_full_disk),
		cmocka_unit_test(tells_a_bag_and_reads_what_it_told),
		cmocka_unit_test(believes_no_nonsense_of_a_bag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
