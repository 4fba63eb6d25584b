#include <errno.h>

#include "unit/catalogue/fixture.h"
#include "unit/store/scratch.h"

#include "archive/committer.h"
#include "unit/heap.h"

#define KIND 5
#define NOW_MS 100000

struct world {
	struct scratch t;
	struct fixture f;
	struct archive *a;
	struct committer *c;
	struct mailbox done;
	int n;			/* recordings made so far */
};

static int
setup(void **state)
{
	struct parts_settings settings = {
		.n_threads = 2, .pool_bytes = 1 << 20,
	};
	struct world *w = calloc(1, sizeof(*w));
	char root[96];

	assert_non_null(w);
	(void)snprintf(w->t.path, sizeof(w->t.path),
		       "/tmp/callark-committer-XXXXXX");
	assert_non_null(mkdtemp(w->t.path));
	(void)snprintf(root, sizeof(root), "%s/root", w->t.path);
	assert_int_equal(archive_open(&w->a, root, ARCHIVE_CREATE,
				      &w->t.err), 0);
	w->t.store = w->a->store;
	w->f.c = w->a->catalogue;
	assert_int_equal(mailbox_init(&w->t.reply, NULL), 0);
	assert_int_equal(mailbox_init(&w->done, NULL), 0);
	settings.store = w->t.store;
	assert_int_equal(parts_start(&w->t.parts, &settings, NULL), 0);
	assert_int_equal(catalogue_run_begin(w->f.c, 1000, &w->f.run, NULL),
			 0);
	assert_int_equal(committer_start(&w->c, w->a, &w->done, KIND, NULL),
			 0);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	committer_stop(w->c);
	scratch_drop_parts(w->t.parts);
	parts_stop(w->t.parts);
	archive_close(w->a);
	mailbox_release(&w->t.reply);
	mailbox_release(&w->done);
	(void)nftw(w->t.path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

/* The texts of one recording, which the committer must not need for long. */
struct texts {
	char id[16], path[64], media_type[16], codec[16], host[16];
};

static struct texts
texts(int i)
{
	struct texts t = {
		.media_type = "audio/wav", .codec = "gsm", .host = "m.example",
	};

	(void)snprintf(t.id, sizeof(t.id), "r%d", i);
	(void)snprintf(t.path, sizeof(t.path), "2024/10/04/data/audio/%s.wav",
		       t.id);
	return t;
}

/* What the owner wants back with recording i. */
static void *
mine(int i)
{
	return (void *)(uintptr_t)(i + 1);
}

/* Give the committer recording i with n bytes that depend on seed. */
static void
add_bytes(struct world *w, int i, size_t n, uint32_t seed, int64_t now_ms)
{
	uint8_t *bytes = scratch_bytes(n, seed);
	struct texts x = texts(i);
	struct catalogue_document d = document(x.id);
	struct commit_order order = {
		.part = scratch_part(&w->t, x.id, bytes, n),
		.path = x.path,
		.row = {
			.row = put(&w->f, &d).row,
			.path = "to be filled in",
			.media_type = x.media_type, .codec = x.codec,
			.link_host = x.host,
			.audio_ms = 1000 + i, .downloaded_s = 1700,
			.attempts = 2,
		},
		.ctx = mine(i),
	};

	assert_int_equal(committer_add(w->c, &order, now_ms, &w->t.err), 0);
	memset(&x, 'x', sizeof(x));
	free(bytes);
}

static void
add(struct world *w, int64_t now_ms)
{
	add_bytes(w, w->n, 100 + (size_t)w->n, (uint32_t)w->n, now_ms);
	w->n++;
}

static struct commit_batch *
take(struct world *w)
{
	struct commit_batch *b;

	b = (struct commit_batch *)mailbox_take(&w->done, -1);
	assert_non_null(b);
	assert_null(b->letter.next);
	assert_int_equal(b->letter.kind, KIND);
	return b;
}

static enum ark_state
state_of(struct world *w, int i)
{
	struct texts x = texts(i);
	struct catalogue_row r = row_of(&w->f, x.id);
	enum ark_state state = r.state;

	catalogue_row_release(&r);
	return state;
}

static bool
has_file(struct world *w, int i)
{
	struct texts x = texts(i);
	char name[96];

	(void)snprintf(name, sizeof(name), "root/%s", x.path);
	return scratch_has(&w->t, name);
}

static void
test_nothing(void **state)
{
	struct world *w = *state;

	committer_tick(w->c, NOW_MS, true);
	assert_int_equal(committer_pending(w->c), 0);
	assert_int_equal(committer_backlog(w->c), 0);
	assert_int_equal(committer_due_ms(w->c, NOW_MS), -1);
	assert_null(mailbox_take(&w->done, 0));
	committer_stop(NULL);
	commit_batch_free(NULL);
}

/* The file is there, durably, before anything says so. */
static void
test_file_first_row_second(void **state)
{
	struct world *w = *state;
	struct texts x = texts(0);
	struct catalogue_row r;
	struct commit_batch *b;
	uint8_t sha256[32];
	int64_t size;

	add(w, NOW_MS);
	assert_int_equal(committer_pending(w->c), 1);
	assert_int_equal(committer_backlog(w->c), 0);
	assert_false(has_file(w, 0));
	committer_tick(w->c, NOW_MS, true);
	assert_int_equal(committer_backlog(w->c), 1);
	b = take(w);
	assert_int_equal(b->rc, 0);
	assert_int_equal(b->n, 1);
	assert_ptr_equal(b->ctx[0], mine(0));
	assert_null(b->items[0].part);
	assert_int_equal(b->items[0].end, COMMIT_DONE);
	assert_true(b->spent_ms >= 0);
	assert_true(has_file(w, 0));
	assert_int_equal(state_of(w, 0), ARK_QUEUED);
	assert_int_equal(committer_pending(w->c), 1);
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
	assert_int_equal(committer_pending(w->c), 0);
	assert_int_equal(committer_backlog(w->c), 0);
	r = row_of(&w->f, x.id);
	assert_int_equal(r.state, ARK_ARCHIVED);
	assert_string_equal(r.path, x.path);
	assert_string_equal(r.media_type, x.media_type);
	assert_string_equal(r.codec, x.codec);
	assert_string_equal(r.link_host, x.host);
	assert_int_equal(r.bytes, 100);
	assert_int_equal(r.audio_ms, 1000);
	assert_int_equal(store_sha256(w->t.store, x.path, sha256, &size,
				      NULL), 0);
	assert_int_equal(size, 100);
	assert_memory_equal(r.sha256, sha256, 32);
	catalogue_row_release(&r);
}

static void
test_closes_when_full(void **state)
{
	struct world *w = *state;
	struct commit_batch *b;

	for (int i = 0; i < COMMIT_MAX_FILES - 1; i++)
		add(w, NOW_MS);
	assert_int_equal(committer_backlog(w->c), 0);
	add(w, NOW_MS);
	assert_int_equal(committer_backlog(w->c), 1);
	assert_int_equal(committer_due_ms(w->c, NOW_MS), -1);
	/* the next one begins another */
	add(w, NOW_MS + 50);
	assert_int_equal(committer_due_ms(w->c, NOW_MS + 50),
			 COMMIT_MAX_AGE_MS);
	assert_int_equal(committer_pending(w->c), COMMIT_MAX_FILES + 1);
	b = take(w);
	assert_int_equal(b->n, COMMIT_MAX_FILES);
	for (int i = 0; i < COMMIT_MAX_FILES; i++) {
		assert_ptr_equal(b->ctx[i], mine(i));
		assert_int_equal(b->items[i].end, COMMIT_DONE);
	}
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
	assert_int_equal(committer_pending(w->c), 1);
	for (int i = 0; i < COMMIT_MAX_FILES; i++)
		assert_int_equal(state_of(w, i), ARK_ARCHIVED);
	assert_int_equal(state_of(w, COMMIT_MAX_FILES), ARK_QUEUED);
	committer_tick(w->c, NOW_MS + 50, true);
	b = take(w);
	assert_int_equal(b->n, 1);
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
}

static void
test_closes_when_large(void **state)
{
	enum { HALF = COMMIT_MAX_BYTES / 2 };
	struct world *w = *state;
	struct commit_batch *b;

	add_bytes(w, 0, HALF, 1, NOW_MS);
	add_bytes(w, 1, HALF - 1, 2, NOW_MS);
	assert_int_equal(committer_backlog(w->c), 0);
	add_bytes(w, 2, 1, 3, NOW_MS);
	assert_int_equal(committer_backlog(w->c), 1);
	b = take(w);
	assert_int_equal(b->n, 3);
	assert_int_equal(b->bytes, COMMIT_MAX_BYTES);
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
}

static void
test_closes_when_old(void **state)
{
	struct world *w = *state;
	struct commit_batch *b;

	add(w, NOW_MS);
	add(w, NOW_MS + 150);	/* the first one counts */
	assert_int_equal(committer_due_ms(w->c, NOW_MS), COMMIT_MAX_AGE_MS);
	assert_int_equal(committer_due_ms(w->c, NOW_MS + 199), 1);
	committer_tick(w->c, NOW_MS + 199, false);
	assert_int_equal(committer_backlog(w->c), 0);
	assert_int_equal(committer_due_ms(w->c, NOW_MS + 200), 0);
	assert_int_equal(committer_due_ms(w->c, NOW_MS + 9000), 0);
	committer_tick(w->c, NOW_MS + 200, false);
	assert_int_equal(committer_backlog(w->c), 1);
	assert_int_equal(committer_due_ms(w->c, NOW_MS + 200), -1);
	b = take(w);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->opened_ms, NOW_MS);
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
}

static void
put_file(struct world *w, int i, const void *bytes, size_t n)
{
	struct texts x = texts(i);

	assert_int_equal(store_mkdirs(w->t.store, "2024/10/04/data/audio",
				      NULL), 0);
	assert_int_equal(store_file_put(w->t.store, x.path, bytes, n, NULL),
			 0);
}

/* One that is there already is success or an incident; its fellows go on. */
static void
test_same_and_conflict(void **state)
{
	struct world *w = *state;
	struct texts x = texts(1);
	struct commit_batch *b;
	uint8_t *same = scratch_bytes(100, 0);
	char name[96], bytes[32];

	put_file(w, 0, same, 100);
	put_file(w, 1, "another body", 12);
	for (int i = 0; i < 3; i++)
		add(w, NOW_MS);
	committer_tick(w->c, NOW_MS, true);
	b = take(w);
	assert_int_equal(b->rc, 0);
	assert_int_equal(b->items[0].end, COMMIT_SAME);
	assert_int_equal(b->items[1].end, COMMIT_CONFLICT);
	assert_true(*b->items[1].err.text);
	assert_int_equal(b->items[2].end, COMMIT_DONE);
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
	assert_int_equal(committer_pending(w->c), 0);
	assert_int_equal(state_of(w, 0), ARK_ARCHIVED);
	assert_int_equal(state_of(w, 1), ARK_QUEUED);
	assert_int_equal(state_of(w, 2), ARK_ARCHIVED);
	(void)snprintf(name, sizeof(name), "root/%s", x.path);
	assert_int_equal(scratch_read(&w->t, name, bytes, sizeof(bytes)), 12);
	assert_memory_equal(bytes, "another body", 12);
	free(same);
}

/* A folder that cannot be made: nothing is durable, so nothing is recorded. */
static void
test_lost(void **state)
{
	struct world *w = *state;
	struct commit_batch *b;

	assert_int_equal(store_file_put(w->t.store, "2024", "x", 1, NULL), 0);
	add(w, NOW_MS);
	add(w, NOW_MS);
	committer_tick(w->c, NOW_MS, true);
	b = take(w);
	for (size_t i = 0; i < b->n; i++) {
		assert_int_equal(b->items[i].end, COMMIT_LOST);
		assert_null(b->items[i].part);
	}
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
	assert_int_equal(committer_pending(w->c), 0);
	assert_int_equal(state_of(w, 0), ARK_QUEUED);
	assert_int_equal(state_of(w, 1), ARK_QUEUED);
}

static void
test_path_too_long(void **state)
{
	struct world *w = *state;
	char path[STORE_PATH_MAX + 1];
	struct commit_order order = {
		.part = scratch_part(&w->t, "x", "x", 1),
		.path = path,
		.row = { .media_type = "", .codec = "", .link_host = "" },
	};

	memset(path, 'x', STORE_PATH_MAX);
	path[STORE_PATH_MAX] = 0;
	assert_int_equal(committer_add(w->c, &order, NOW_MS, &w->t.err),
			 ARK_EBUG);
	assert_int_equal(committer_pending(w->c), 0);
	assert_int_equal(committer_due_ms(w->c, NOW_MS), -1);
	committer_tick(w->c, NOW_MS, true);
	assert_int_equal(committer_backlog(w->c), 0);
	part_drop(order.part);	/* still ours */
}

/* A batch for which there is no memory is lost, and its parts are gone. */
static void
test_lost_for_want_of_memory(void **state)
{
	struct world *w = *state;
	struct commit_batch *b;

	add(w, NOW_MS);
	add(w, NOW_MS);
	heap_fail(1);
	committer_tick(w->c, NOW_MS, true);
	b = take(w);
	assert_true(heap_has_failed());
	assert_int_equal(b->rc, ARK_ENOMEM);
	for (size_t i = 0; i < b->n; i++) {
		assert_int_equal(b->items[i].end, COMMIT_LOST);
		assert_int_equal(b->items[i].err.code, ARK_ENOMEM);
		assert_null(b->items[i].part);
	}
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
	assert_int_equal(committer_pending(w->c), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(state_of(w, i), ARK_QUEUED);
		assert_false(has_file(w, i));
	}
}

/* What could not be added is not pending, and its part is still ours. */
static void
test_add_without_memory(void **state)
{
	struct world *w = *state;
	struct texts x = texts(0);
	struct catalogue_document d = document(x.id);
	struct commit_order order = {
		.part = scratch_part(&w->t, x.id, "abc", 3),
		.path = x.path,
		.row = {
			.row = put(&w->f, &d).row, .path = "",
			.media_type = x.media_type, .codec = x.codec,
			.link_host = x.host, .downloaded_s = 1700,
			.attempts = 1,
		},
	};
	/* The batch, which is then there, and each of the three texts. */
	static const long failing[] = { 1, 2, 2, 3 };
	struct commit_batch *b;

	for (size_t i = 0; i < sizeof(failing) / sizeof(failing[0]); i++) {
		heap_fail(failing[i]);
		assert_int_equal(committer_add(w->c, &order, NOW_MS,
					       &w->t.err), ARK_ENOMEM);
		assert_true(heap_has_failed());
		assert_int_equal(committer_pending(w->c), 0);
		assert_int_equal(committer_due_ms(w->c, NOW_MS), -1);
	}
	assert_int_equal(committer_add(w->c, &order, NOW_MS, &w->t.err), 0);
	committer_tick(w->c, NOW_MS, true);
	b = take(w);
	assert_int_equal(b->n, 1);
	assert_string_equal(b->rows[0].media_type, x.media_type);
	assert_string_equal(b->rows[0].link_host, x.host);
	assert_int_equal(committer_record(w->c, b, &w->t.err), 0);
	commit_batch_free(b);
	assert_int_equal(state_of(w, 0), ARK_ARCHIVED);
}

int __real_pthread_cond_init(pthread_cond_t *cond,
			     const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *cond,
			     const pthread_condattr_t *attributes);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*run)(void *), void *ctx);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*run)(void *), void *ctx);

static bool has_no_conditions, has_no_threads;

int
__wrap_pthread_cond_init(pthread_cond_t *cond,
			 const pthread_condattr_t *attributes)
{
	return has_no_conditions ? EAGAIN :
		__real_pthread_cond_init(cond, attributes);
}

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
		      void *(*run)(void *), void *ctx)
{
	return has_no_threads ? EAGAIN :
		__real_pthread_create(thread, attributes, run, ctx);
}

static void
test_cannot_start(void **state)
{
	struct world *w = *state;
	struct committer *c = NULL;

	for (int i = 0; i < 3; i++) {
		heap_fail(i == 0);
		has_no_conditions = i == 1;
		has_no_threads = i == 2;
		assert_int_equal(committer_start(&c, w->a, &w->done, KIND,
						 &w->t.err), ARK_ENOMEM);
		assert_null(c);
	}
	has_no_threads = false;
	heap_fail(0);
}

/* Many batches at once: every one comes back, in the order they were given. */
static void
test_many_batches(void **state)
{
	enum { MANY = 5 };
	struct world *w = *state;

	for (int i = 0; i < MANY; i++) {
		add(w, NOW_MS);
		committer_tick(w->c, NOW_MS, true);
	}
	assert_int_equal(committer_backlog(w->c), MANY);
	for (int i = 0; i < MANY;) {
		struct letter *l = mailbox_take(&w->done, -1);

		while (l) {
			struct letter *next = l->next;
			struct commit_batch *b = (struct commit_batch *)l;

			assert_ptr_equal(b->ctx[0], mine(i));
			assert_int_equal(committer_record(w->c, b,
							  &w->t.err), 0);
			commit_batch_free(b);
			assert_int_equal(state_of(w, i), ARK_ARCHIVED);
			l = next;
			i++;
		}
	}
	assert_int_equal(committer_backlog(w->c), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_file_first_row_second),
		TEST(test_closes_when_full),
		TEST(test_closes_when_large),
		TEST(test_closes_when_old),
		TEST(test_same_and_conflict),
		TEST(test_lost),
		TEST(test_lost_for_want_of_memory),
		TEST(test_add_without_memory),
		TEST(test_cannot_start),
		TEST(test_path_too_long),
		TEST(test_many_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
