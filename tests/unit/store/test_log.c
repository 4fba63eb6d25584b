#include <signal.h>
#include <sys/resource.h>

#include "unit/store/scratch.h"

#include "store/log.h"

static struct store_log *
open_log(struct scratch *t)
{
	struct store_log *l = NULL;

	assert_int_equal(store_log_open(&l, t->store, "log", true, &t->err),
			 0);
	return l;
}

static void
grows(void **state)
{
	struct scratch *t = *state;
	struct store_log *l = open_log(t);
	struct stat st;
	char text[32];
	size_t n;

	assert_int_equal(store_log_hold(l, &t->err), 0);
	assert_int_equal(store_log_size(l), 0);
	assert_int_equal(store_log_tail(l, text, sizeof(text), &n, &t->err),
			 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_log_append(l, "one\n", 4, &t->err), 0);
	assert_int_equal(store_log_append(l, "two\n", 4, &t->err), 0);
	assert_int_equal(store_log_size(l), 8);
	assert_int_equal(store_log_tail(l, text, 3, &n, &t->err), 0);
	assert_int_equal(n, 3);
	assert_memory_equal(text, "wo\n", 3);
	store_log_close(l);
	assert_int_equal(scratch_read(t, "root/log", text, sizeof(text)), 8);
	assert_memory_equal(text, "one\ntwo\n", 8);
	assert_int_equal(stat(scratch_at(t, "root/log"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* What another holder added meanwhile is seen, and never written over. */
static void
is_shared_turn_by_turn(void **state)
{
	struct scratch *t = *state;
	struct store_log *a = open_log(t), *b = open_log(t);
	char text[32];

	assert_int_equal(store_log_hold(a, &t->err), 0);
	assert_int_equal(store_log_append(a, "a", 1, &t->err), 0);
	store_log_let_go(a);
	assert_int_equal(store_log_hold(b, &t->err), 0);
	assert_int_equal(store_log_size(b), 1);
	assert_int_equal(store_log_append(b, "b", 1, &t->err), 0);
	store_log_close(b);
	assert_int_equal(store_log_hold(a, &t->err), 0);
	assert_int_equal(store_log_append(a, "c", 1, &t->err), 0);
	store_log_close(a);
	assert_int_equal(scratch_read(t, "root/log", text, sizeof(text)), 3);
	assert_memory_equal(text, "abc", 3);
}

static void
may_be_used_by_who_only_reads(void **state)
{
	struct scratch *t = *state;
	struct store_log *l = NULL;
	struct store *reader = NULL;

	assert_int_equal(store_open(&reader, scratch_at(t, "root"), STORE_READ,
				    &t->err), 0);
	assert_int_equal(store_log_open(&l, reader, "log", false, &t->err),
			 ARK_ENOTFOUND);
	assert_false(scratch_has(t, "root/log"));
	store_log_close(open_log(t));
	assert_int_equal(store_log_open(&l, reader, "log", false, &t->err), 0);
	assert_int_equal(store_log_hold(l, &t->err), 0);
	assert_int_equal(store_log_append(l, "x", 1, &t->err), 0);
	store_log_close(l);
	store_close(reader);
}

static void
refuses_what_is_no_file(void **state)
{
	struct scratch *t = *state;
	struct store_log *l = NULL;

	scratch_write(t, "outside", "x", 1);
	scratch_link(t, "../outside", "root/link");
	scratch_mkdir(t, "root/folder");
	assert_int_equal(mkfifo(scratch_at(t, "root/fifo"), 0600), 0);
	assert_int_equal(store_log_open(&l, t->store, "link", true, &t->err),
			 ARK_EINTEGRITY);
	assert_true(store_log_open(&l, t->store, "folder", true, &t->err) < 0);
	assert_int_equal(store_log_open(&l, t->store, "fifo", true, &t->err),
			 ARK_EINTEGRITY);
	assert_int_equal(store_log_open(&l, t->store, "../out", true,
					&t->err), ARK_EINTEGRITY);
	assert_null(l);
}

/* A disk with no room: told, and what was there stays. */
static void
tells_that_nothing_more_fits(void **state)
{
	struct scratch *t = *state;
	struct store_log *l = open_log(t);
	struct rlimit before, limit;
	char text[32];

	assert_int_equal(store_log_hold(l, &t->err), 0);
	assert_int_equal(store_log_append(l, "one\n", 4, &t->err), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 6;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(store_log_append(l, "two\n", 4, &t->err), ARK_EDISK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	store_log_close(l);
	assert_int_equal(scratch_read(t, "root/log", text, sizeof(text)), 6);
	assert_memory_equal(text, "one\ntw", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(grows, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(is_shared_turn_by_turn,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(may_be_used_by_who_only_reads,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_file,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(tells_that_nothing_more_fits,
						scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
