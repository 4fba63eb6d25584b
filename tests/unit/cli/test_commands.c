/*
 * Commands on a small archive: what they print in each form, and that they end
 * with 70 and a word when there is no memory.
 */
#include "unit/flow/small.h"
#include "unit/heap.h"

#include "cli/entry.h"

#define MAX_WORDS 10

struct desk {
	struct small *w;
	char config[128];
	FILE *out, *talk;		/* what was printed, and said */
	char printed[65536], said[8192];
};

/* A report of the second day that was listed in part. */
static void
list_in_part(struct small *w)
{
	const struct catalogue_window part = {
		.day = SMALL_DAY + 1, .from_s = (SMALL_DAY + 1) * INT64_C(86400),
		.to_s = (SMALL_DAY + 2) * INT64_C(86400), .is_whole_day = true,
		.total = 3, .distinct = 2, .flaw = "2 of 3 came",
	};
	struct archive *a = NULL;
	int64_t n;

	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, NULL), 0);
	assert_int_equal(catalogue_report_listed(a->catalogue, ARK_VOICE_LOG,
						 SMALL_NOW, &part,
						 small_was_seen, NULL, &n,
						 NULL), 0);
	assert_int_equal(publish_dirty(a, SMALL_NOW, &n, NULL), 0);
	archive_close(a);
}

static int
setup(void **state)
{
	static const char scores[] =
		"evaluator,review,id,agent,agent_email,score,state,calibration\n"
		"eva,r,a,Ana,,80,scored,yes\nivo,r,a,Ana,,70,scored,yes\n"
		"eva,r,b,,bia@acme.example,90,scored,\n"
		"zoe,r,b,,bia@acme.example,,begun,\n";
	struct desk *d = calloc(1, sizeof(*d));
	char text[256];
	int n;

	assert_non_null(d);
	(void)small_setup((void **)&d->w);
	list_in_part(d->w);
	n = snprintf(text, sizeof(text), "[archive]\npath = %s\n[process]\n"
		     "confine = no\n", d->w->root);
	scratch_write(&d->w->t, "conf", text, (size_t)n);
	scratch_write(&d->w->t, "scores", scores, sizeof(scores) - 1);
	(void)snprintf(d->config, sizeof(d->config), "%s/conf", d->w->t.path);
	d->out = fopen(scratch_at(&d->w->t, "printed"), "w+e");
	d->talk = fopen(scratch_at(&d->w->t, "said"), "w+e");
	assert_non_null(d->out);
	assert_non_null(d->talk);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *d = *state;

	assert_int_equal(fclose(d->out), 0);
	assert_int_equal(fclose(d->talk), 0);
	(void)small_teardown((void **)&d->w);
	free(d);
	return 0;
}

/* Put f in the place of fd; what was there, to be put back. */
static int
divert(int fd, FILE *f)
{
	int before = fcntl(fd, F_DUPFD_CLOEXEC, 10);

	assert_true(before >= 0);
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	assert_int_equal(lseek(fileno(f), 0, SEEK_SET), 0);
	assert_int_equal(dup2(fileno(f), fd), fd);
	return before;
}

static void
restore(int fd, int before, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	assert_true(n >= 0);
	text[n] = 0;
	assert_int_equal(dup2(before, fd), fd);
	assert_int_equal(close(before), 0);
}

/* callark WORDS; $ stands for the folder that everything is in. */
static int
run(struct desk *d, const char *const words[MAX_WORDS])
{
	char texts[MAX_WORDS][128], *argv[MAX_WORDS + 4];
	int out, talk, argc = 0, status;
	static char program[] = "callark", option[] = "--config";

	argv[argc++] = program;
	for (int i = 0; i < MAX_WORDS && words[i]; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%s%s",
			       *words[i] == '$' ? d->w->t.path : "",
			       words[i] + (*words[i] == '$'));
		argv[argc++] = texts[i];
	}
	argv[argc++] = option;
	argv[argc++] = d->config;
	argv[argc] = NULL;
	assert_int_equal(fflush(stdout), 0);
	out = divert(STDOUT_FILENO, d->out);
	talk = divert(STDERR_FILENO, d->talk);
	status = cli_main(argc, argv);
	(void)fflush(stdout);
	clearerr(stdout);
	restore(STDOUT_FILENO, out, d->printed, sizeof(d->printed));
	restore(STDERR_FILENO, talk, d->said, sizeof(d->said));
	return status;
}

static const struct row {
	const char *words[MAX_WORDS];
	int status;
	const char *printed[3];		/* among what is */
	bool is_tried_elsewhere;	/* without memory */
} rows[] = {
	{ { "reconcile", "--sums" }, 1,
	  { "2024-10-04 Vendas", " archived ", "not listed completely (2 of 3 "
	    "came)" } },
	{ { "reconcile", "--all" }, 1, { "UNEXPLAINED", "explained " }, true },
	{ { "reconcile" }, 1, { "days NOT proved" }, true },
	{ { "reconcile", "--format", "csv" }, 1, { "not_archived" } },
	{ { "reconcile", "--format", "csv", "--sums" }, 1, { "Ana" } },
	{ { "reconcile", "--format", "ndjson" }, 1, { "\"type\":\"discrepancy\"" } },
	{ { "reconcile", "--statement" }, 1, { "statement " }, true },
	{ { "status" }, 1, { "2024-10-04" } },
	{ { "status", "--items" }, 1, { "the server answered 500" }, true },
	{ { "status", "--format", "ndjson" }, 1, { "2024-10-04" } },
	{ { "status", "--format", "csv" }, 1, { "2024-10-05" } },
	{ { "status", "--format", "calendar" }, 1, { "2024" } },
	{ { "status", "--format", "html" }, 1, { "</html>" } },
	{ { "find" }, 0, { "data/audio/000100-a.wav" } },
	{ { "find", "--format", "table" }, 0, { "Ana" } },
	{ { "find", "--format", "csv" }, 0, { "2024100400000001" } },
	{ { "subject", "find", SMALL_CPF }, 0, { "vanished" } },
	{ { "subject", "find", SMALL_CPF, "--format", "csv" }, 0,
	  { "service-history" } },
	{ { "sample", "-n", "2", "--seed", "1", "--format", "csv" }, 0,
	  { "000800-g.wav" } },
	{ { "sample", "--per-service", "1", "--seed", "1" }, 0,
	  { "Ana" }, true },
	{ { "sample", "--percent", "50", "--seed", "1", "--evaluators",
	    "eva,ivo", "--format", "csv" }, 0, { "eva" }, true },
	{ { "sample", "--redraw", "$/root/draws/0001.ndjson" }, 0,
	  { "" }, true },
	{ { "review", "collect", "$/scores" }, 0,
	  { "Ana", "bia@acme.example", "zoe" } },
	{ { "review", "collect", "$/scores", "--format", "csv" }, 0,
	  { "eva", "80" } },
	{ { "review", "collect", "$/scores", "--format", "ndjson" }, 0,
	  { "\"eva\"" } },
	{ { "export", "voice-log", "--format", "csv" }, 1,
	  { "2024100400000001" } },
	{ { "verify" }, 0, { "2 days" }, true },
};

#define N_ROWS (sizeof(rows) / sizeof(*rows))

static void
what_is_told_is_printed(void **state)
{
	struct desk *d = *state;

	for (size_t i = 0; i < N_ROWS; i++) {
		int status = run(d, rows[i].words);

		if (status != rows[i].status)
			fail_msg("%s %s: %d, %s", rows[i].words[0],
				 rows[i].words[1], status, d->said);
		for (int k = 0; k < 3 && rows[i].printed[k]; k++) {
			if (!strstr(d->printed, rows[i].printed[k]))
				fail_msg("%s %s: no %s in\n%s",
					 rows[i].words[0], rows[i].words[1],
					 rows[i].printed[k], d->printed);
		}
	}
}

struct trial {
	struct desk *desk;
	const struct row *row;
};

static void
try_memory(void *ctx)
{
	struct trial *t = ctx;
	int status = run(t->desk, t->row->words);

	if (!heap_has_failed() || status == t->row->status)
		return;
	if (status != 70 || !*t->desk->said)
		fail_msg("%s %s: %d, %s", t->row->words[0], t->row->words[1],
			 status, t->desk->said);
}

static void
a_lack_of_memory_is_told(void **state)
{
	struct trial t = { .desk = *state };

	for (size_t i = 0; i < N_ROWS; i++) {
		t.row = &rows[i];
		if (!t.row->is_tried_elsewhere)
			assert_true(heap_each(try_memory, &t) > 5);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_told_is_printed),
		TEST(a_lack_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
