#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "unit/store/scratch.h"

#define MIB (1 << 20)

static void
expect_file(const struct store_part *part, const uint8_t *bytes, size_t n)
{
	const struct part_facts *facts = part_facts(part);
	uint8_t sha256[DIGEST_SHA256_SIZE];
	uint8_t *found = malloc(n + 1);
	size_t head = n < PART_HEAD_SIZE ? n : PART_HEAD_SIZE;

	assert_int_equal(facts->size, n);
	(void)digest_sha256(sha256, bytes, n, NULL);
	assert_memory_equal(facts->sha256, sha256, sizeof(sha256));
	assert_int_equal(facts->head_len, head);
	assert_memory_equal(facts->head, bytes, head);
	assert_int_equal(pread(part->fd, found, n + 1, 0), n);
	assert_memory_equal(found, bytes, n);
	free(found);
}

static void
writes_every_size(void **state)
{
	static const struct {
		size_t n, step;
		bool is_known;
	} table[] = {
		{ 0, 1, true }, { 0, 1, false }, { 1, 1, true },
		{ 20000, 16384, true }, { 4095, 7, false },
		{ 4097, 4096, true },
		{ PART_BLOCK - 1, 16384, true }, { PART_BLOCK, 16384, true },
		{ PART_BLOCK + 1, 16384, true },
		{ PART_BLOCK, PART_BLOCK, false },
		{ 3 * PART_BLOCK, 3 * PART_BLOCK, true },
		{ 300001, 12345, false }, { 300001, 300001, true },
		{ 9 * MIB + 5, 16384, true }, { 9 * MIB + 5, 400000, false },
	};
	struct scratch *t = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		uint8_t *bytes = scratch_bytes(table[i].n, (uint32_t)i);
		struct store_part *part = NULL;
		struct sink *sink;

		assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
		sink = part_sink(part);
		assert_int_equal(sink->begin(sink, 0, table[i].is_known ?
					     (int64_t)table[i].n : -1), 0);
		assert_int_equal(scratch_feed(part, bytes, table[i].n,
					      table[i].step), 0);
		assert_int_equal(scratch_settle(t, part, 0), 0);
		expect_file(part, bytes, table[i].n);
		part_drop(part);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
		assert_int_equal(parts_pressure(t->parts), 0);
		free(bytes);
	}
}

static void
makes_the_file_late_and_private(void **state)
{
	struct scratch *t = *state;
	struct store_part *part = NULL;
	struct sink *sink;
	struct stat st;

	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, 5), 0);
	assert_int_equal(sink->write(sink, (const uint8_t *)"hello", 5), 0);
	(void)usleep(2000);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	assert_int_equal(scratch_settle(t, part, 0), 0);
	assert_int_equal(fstat(part->fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(fcntl(part->fd, F_GETFD) & FD_CLOEXEC);
	part_drop(part);
}

static void
knows_other_digests(void **state)
{
	/* RFC 1321 and FIPS 180-4 for "abc". */
	static const char md5[] = "900150983cd24fb0d6963f7d28e17f72";
	static const char sha512[] =
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
	struct scratch *t = *state;
	struct store_part *part = NULL;
	struct sink *sink;
	char hex[DIGEST_HEX_SIZE];

	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, -1), 0);
	assert_int_equal(sink->write(sink, (const uint8_t *)"abc", 3), 0);
	assert_int_equal(scratch_settle(t, part, PART_WANTS_MD5 |
					PART_WANTS_SHA512), 0);
	digest_hex(hex, part_facts(part)->md5, 16);
	assert_string_equal(hex, md5);
	digest_hex(hex, part_facts(part)->sha512, 64);
	assert_string_equal(hex, sha512);
	part_drop(part);
}

/* What inspect saw. */
struct seen {
	pthread_t thread;
	int64_t size;
	char text[8];
};

static void
look(void *ctx, int fd, int64_t size)
{
	struct seen *seen = ctx;

	seen->thread = pthread_self();
	seen->size = size;
	(void)!pread(fd, seen->text, sizeof(seen->text) - 1, 0);
}

static void
is_inspected_before_the_letter(void **state)
{
	struct scratch *t = *state;
	struct store_part *part = NULL;
	struct seen seen = { .size = -1 };
	struct part_settled *s;
	struct sink *sink;

	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, -1), 0);
	assert_int_equal(sink->write(sink, (const uint8_t *)"RIFFx", 5), 0);
	part_settle(part, 0, look, &seen, &t->reply, 1);
	s = (struct part_settled *)mailbox_take(&t->reply, -1);
	assert_int_equal(s->rc, 0);
	assert_int_equal(seen.size, 5);
	assert_string_equal(seen.text, "RIFFx");
	assert_false(pthread_equal(seen.thread, pthread_self()));
	part_settled_free(s);
	part_drop(part);
}

static void
a_second_begin_voids_the_first(void **state)
{
	struct scratch *t = *state;
	uint8_t *wrong = scratch_bytes(3 * MIB, 1);
	uint8_t *right = scratch_bytes(2 * MIB + 7, 2);
	static const size_t before[] = { 0, 100, PART_BLOCK, 400000, 3 * MIB };

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		struct store_part *part = NULL;
		struct sink *sink;

		assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
		sink = part_sink(part);
		assert_int_equal(sink->begin(sink, 0, 3 * MIB), 0);
		assert_int_equal(scratch_feed(part, wrong, before[i], 16384),
				 0);
		if (i % 2)
			(void)usleep(3000);
		assert_int_equal(sink->begin(sink, 0, 2 * MIB + 7), 0);
		assert_int_equal(scratch_feed(part, right, 2 * MIB + 7, 16384),
				 0);
		assert_int_equal(scratch_settle(t, part, 0), 0);
		expect_file(part, right, 2 * MIB + 7);
		part_drop(part);
	}
	free(wrong);
	free(right);
}

static void
one_part_an_identity(void **state)
{
	struct scratch *t = *state;
	struct store_part *a = NULL, *b = NULL, *c = NULL;

	assert_int_equal(part_open(&a, t->parts, "same", &t->err), 0);
	assert_int_equal(part_open(&b, t->parts, "same", &t->err),
			 ARK_EEXISTS);
	assert_null(b);
	assert_int_equal(part_open(&b, t->parts, "other\n/..", &t->err), 0);
	assert_int_equal(part_open(&c, t->parts, "", &t->err), 0);
	part_drop(a);
	assert_int_equal(part_open(&a, t->parts, "same", &t->err), 0);
	part_drop(c);
	part_drop(b);
	part_drop(a);
	part_drop(NULL);
}

static void
can_be_dropped_at_any_time(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(MIB, 1);

	for (int i = 0; i < 50; i++) {
		struct store_part *part = NULL;
		struct sink *sink;

		assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
		sink = part_sink(part);
		assert_int_equal(sink->begin(sink, 0, MIB), 0);
		assert_int_equal(scratch_feed(part, bytes,
					      (size_t)i * 10000, 16384), 0);
		part_drop(part);
		assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	}
	free(bytes);
}

static void
settles_without_a_begin(void **state)
{
	struct scratch *t = *state;
	struct store_part *part = NULL;

	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	assert_int_equal(scratch_settle(t, part, 0), 0);
	expect_file(part, (const uint8_t *)"", 0);
	part_drop(part);
}

static void
a_leftover_is_in_nobodys_way(void **state)
{
	struct scratch *t = *state;
	struct store_part *part;
	char name[64];

	part = scratch_part(t, "id", "abc", 3);
	(void)snprintf(name, sizeof(name), "root/.partial/%s", part->name);
	part_drop(part);
	scratch_write(t, name, "old and longer", 14);
	part = scratch_part(t, "id", "abc", 3);
	expect_file(part, (const uint8_t *)"abc", 3);
	part_drop(part);
	/* Nor is a link followed. */
	scratch_write(t, "outside", "theirs", 6);
	scratch_link(t, "../../outside", name);
	part = scratch_part(t, "id", "abc", 3);
	expect_file(part, (const uint8_t *)"abc", 3);
	part_drop(part);
	{
		char text[8] = "";

		assert_int_equal(scratch_read(t, "outside", text, 8), 6);
		assert_memory_equal(text, "theirs", 6);
	}
}

/* What is no file of ours is not removed, and not written to. */
static void
a_folder_of_that_name_is_in_the_way(void **state)
{
	struct scratch *t = *state;
	struct store_part *part;
	char name[64];

	part = scratch_part(t, "id", "abc", 3);
	(void)snprintf(name, sizeof(name), "root/.partial/%s", part->name);
	part_drop(part);
	scratch_mkdir(t, name);
	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EDISK);
	assert_non_null(strstr(t->err.text, "create"));
	part_drop(part);
	assert_true(scratch_has(t, name));
}

static void
a_write_error_sticks(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(4 * MIB, 1);
	struct store_part *part = NULL;
	struct rlimit limit, before;
	struct sink *sink;
	int rc = 0;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = MIB + 1000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, -1), 0);
	for (int i = 0; i < 1000 && !rc; i++)
		rc = scratch_feed(part, bytes, 4 * MIB, 16384);
	assert_int_equal(rc, ARK_EDISK);
	assert_int_equal(sink->write(sink, bytes, 1), ARK_EDISK);
	assert_int_equal(sink->begin(sink, 0, -1), ARK_EDISK);
	assert_int_equal(scratch_settle(t, part, PART_WANTS_MD5), ARK_EDISK);
	assert_non_null(strstr(t->err.text, "File too large"));
	assert_non_null(strstr(t->err.text, ".partial/"));
	part_drop(part);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(scratch_count(t, STORE_PARTIAL), 0);
	assert_int_equal(parts_pressure(t->parts), 0);
	free(bytes);
}

static void
refuses_a_continuation_of_nothing(void **state)
{
	struct scratch *t = *state;
	struct store_part *part = NULL;
	struct sink *sink;

	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 10, 20), ARK_EBUG);
	/* the first failure is told */
	assert_int_equal(sink->begin(sink, -1, 20), ARK_EBUG);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EBUG);
	assert_non_null(strstr(t->err.text, "continued at 10,"));
	part_drop(part);
	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, -1, 20), ARK_EBUG);
	part_drop(part);
	part_free(NULL);
}

static void
has_a_writer_at_least_and_not_too_many(void **state)
{
	static const struct {
		unsigned wanted, n;
	} table[] = { { 0, 1 }, { 1, 1 }, { 64, 64 }, { 100, 64 } };
	struct scratch *t = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct parts_settings settings = {
			.store = t->store, .n_threads = table[i].wanted,
			.pool_bytes = MIB,
		};
		struct parts *parts = NULL;

		assert_int_equal(parts_start(&parts, &settings, &t->err), 0);
		assert_int_equal(parts->n_writers, table[i].n);
		parts_stop(parts);
	}
}

/* Room left in a file that turned out shorter than announced is given back. */
static void
gives_back_what_was_allocated(void **state)
{
	struct scratch *t = *state;
	uint8_t *bytes = scratch_bytes(100000, 1);
	struct store_part *part = NULL;
	struct sink *sink;
	struct stat st;

	assert_int_equal(part_open(&part, t->parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, 16 * MIB), 0);
	assert_int_equal(scratch_feed(part, bytes, 100000, 16384), 0);
	assert_int_equal(scratch_settle(t, part, 0), 0);
	expect_file(part, bytes, 100000);
	assert_int_equal(fstat(part->fd, &st), 0);
	assert_true((int64_t)st.st_blocks * 512 < 2 * MIB);
	part_drop(part);
	free(bytes);
}

/* A full disk: a file system of 1 MiB, where we may mount one. */
static void
a_full_disk_is_told_early(void **state)
{
	struct scratch *t = *state;
	struct parts_settings settings = { .n_threads = 1, .pool_bytes = MIB };
	uint8_t *bytes = scratch_bytes(2 * MIB, 1);
	struct store_part *part = NULL;
	struct parts *parts = NULL;
	struct store *s = NULL;
	char path[96];
	struct sink *sink;

	(void)snprintf(path, sizeof(path), "%s/small", t->path);
	scratch_mkdir(t, "small");
	if (mount("none", path, "tmpfs", 0, "size=1m,mode=0700")) {
		free(bytes);
		skip();
	}
	assert_int_equal(store_open(&s, path, STORE_CREATE, &t->err), 0);
	settings.store = s;
	assert_int_equal(parts_start(&parts, &settings, &t->err), 0);
	for (int i = 0; i < 2; i++) {
		int64_t total = i ? -1 : 2 * MIB;

		assert_int_equal(part_open(&part, parts, "id", &t->err), 0);
		sink = part_sink(part);
		assert_int_equal(sink->begin(sink, 0, total), 0);
		(void)scratch_feed(part, bytes, i ? 2 * MIB : 1, 16384);
		assert_int_equal(scratch_settle(t, part, 0), ARK_EDISK);
		if (!strstr(t->err.text, "No space left"))
			fail_msg("%s", t->err.text);
		assert_int_equal(part_keep(part, "\"e\"", -1, &t->err), 0);
	}
	/* And there is room again. */
	assert_int_equal(part_open(&part, parts, "id", &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, MIB / 2), 0);
	assert_int_equal(scratch_feed(part, bytes, MIB / 2, 16384), 0);
	assert_int_equal(scratch_settle(t, part, 0), 0);
	part_drop(part);
	parts_stop(parts);
	store_close(s);
	assert_int_equal(umount(path), 0);
	free(bytes);
}

/* Many parts through a tiny pool, by the wakes alone. */
struct gate {
	pthread_mutex_t mutex;
	pthread_cond_t opened;
	unsigned long n;
};

static void
open_gate(void *ctx)
{
	struct gate *g = ctx;

	(void)pthread_mutex_lock(&g->mutex);
	g->n++;
	(void)pthread_cond_signal(&g->opened);
	(void)pthread_mutex_unlock(&g->mutex);
}

static bool
wait_at_gate(struct gate *g, unsigned long seen)
{
	struct timespec until;
	int rc = 0;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 20;
	(void)pthread_mutex_lock(&g->mutex);
	while (g->n == seen && !rc)
		rc = pthread_cond_timedwait(&g->opened, &g->mutex, &until);
	(void)pthread_mutex_unlock(&g->mutex);
	return !rc;
}

static unsigned long
gate_count(struct gate *g)
{
	unsigned long n;

	(void)pthread_mutex_lock(&g->mutex);
	n = g->n;
	(void)pthread_mutex_unlock(&g->mutex);
	return n;
}

#define N_CROWD 64
#define CROWD_SIZE 300000

static void
run_crowd(struct scratch *t, unsigned n_threads, size_t blocks)
{
	struct gate gate = { .mutex = PTHREAD_MUTEX_INITIALIZER,
			     .opened = PTHREAD_COND_INITIALIZER };
	struct parts_settings settings = {
		.store = t->store, .n_threads = n_threads,
		.pool_bytes = blocks * PART_BLOCK, .wake = open_gate,
		.ctx = &gate,
	};
	struct store_part *part[N_CROWD];
	uint8_t *bytes[N_CROWD];
	size_t at[N_CROWD] = { 0 };
	struct parts *parts = NULL;
	size_t done = 0;

	assert_int_equal(parts_start(&parts, &settings, &t->err), 0);
	for (size_t i = 0; i < N_CROWD; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "%zu", i);
		bytes[i] = scratch_bytes(CROWD_SIZE, (uint32_t)i);
		assert_int_equal(part_open(&part[i], parts, id, &t->err), 0);
		assert_int_equal(part_sink(part[i])->begin(part_sink(part[i]),
							   0, CROWD_SIZE), 0);
	}
	while (done < N_CROWD) {
		unsigned long seen = gate_count(&gate);
		bool has_moved = false;

		for (size_t i = 0; i < N_CROWD; i++) {
			struct sink *sink = part_sink(part[i]);
			size_t n = CROWD_SIZE - at[i];
			int rc;

			if (!n)
				continue;
			if (n > 16384)
				n = 16384;
			rc = sink->write(sink, bytes[i] + at[i], n);
			if (rc == SINK_AGAIN)
				continue;
			assert_int_equal(rc, 0);
			at[i] += n;
			done += at[i] == CROWD_SIZE;
			has_moved = true;
		}
		if (!has_moved && !wait_at_gate(&gate, seen))
			fail_msg("not woken");
		assert_true(parts_pressure(parts) <= 100);
	}
	for (size_t i = 0; i < N_CROWD; i++) {
		assert_int_equal(scratch_settle(t, part[i], 0), 0);
		expect_file(part[i], bytes[i], CROWD_SIZE);
		part_drop(part[i]);
		free(bytes[i]);
	}
	parts_stop(parts);
}

static void
whoever_waits_is_woken(void **state)
{
	static const size_t blocks[] = { 0, 1, 2, 3, 5, 16 };
	struct scratch *t = *state;

	store_set_durability(t->store, STORE_NONE);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		run_crowd(t, 1, blocks[i]);
		run_crowd(t, 3, blocks[i]);
	}
}

/* Holds the writer of one part until it is let go. */
static void
hold(void *ctx, int fd, int64_t size)
{
	(void)fd;
	(void)size;
	(void)pthread_mutex_lock(ctx);
	(void)pthread_mutex_unlock(ctx);
}

/*
 * With the one writer held up, a part may fill half the pool and no more,
 * besides the block that is still its own.
 */
static void
one_part_leaves_room_for_others(void **state)
{
	struct scratch *t = *state;
	pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
	struct parts_settings settings = {
		.store = t->store, .n_threads = 1, .pool_bytes = 8 * PART_BLOCK,
	};
	uint8_t *bytes = scratch_bytes(PART_BLOCK, 1);
	struct store_part *first = NULL, *greedy = NULL, *other = NULL;
	struct parts *parts = NULL;
	struct sink *sink;
	int n = 0;

	assert_int_equal(parts_start(&parts, &settings, &t->err), 0);
	assert_int_equal(part_open(&first, parts, "0", &t->err), 0);
	assert_int_equal(part_open(&greedy, parts, "1", &t->err), 0);
	assert_int_equal(part_open(&other, parts, "2", &t->err), 0);
	(void)pthread_mutex_lock(&held);
	part_settle(first, 0, hold, &held, &t->reply, 1);
	sink = part_sink(greedy);
	assert_int_equal(sink->begin(sink, 0, -1), 0);
	while (n < 100 && sink->write(sink, bytes, PART_BLOCK) == 0)
		n++;
	assert_int_equal(n, 5);
	assert_int_equal(parts_pressure(parts), 50);
	sink = part_sink(other);
	assert_int_equal(sink->begin(sink, 0, -1), 0);
	for (n = 0; n < 5; n++)
		assert_int_equal(sink->write(sink, bytes, PART_BLOCK), 0);
	assert_int_equal(sink->write(sink, bytes, 1), SINK_AGAIN);
	assert_int_equal(parts_pressure(parts), 100);
	(void)pthread_mutex_unlock(&held);
	part_settled_free((struct part_settled *)mailbox_take(&t->reply, -1));
	assert_int_equal(scratch_settle(t, greedy, 0), 0);
	assert_int_equal(scratch_settle(t, other, 0), 0);
	assert_int_equal(part_facts(other)->size, 5 * PART_BLOCK);
	part_drop(first);
	part_drop(greedy);
	part_drop(other);
	parts_stop(parts);
	free(bytes);
}

/* Holds the writer until it is told to go on. */
static void
hold_until(void *ctx, int fd, int64_t size)
{
	atomic_bool *goes_on = ctx;

	(void)fd;
	(void)size;
	while (!atomic_load(goes_on))
		(void)usleep(100);
}

/* Lets the writer go on once a drop has given back what its part held. */
struct helper {
	struct parts *parts;
	atomic_bool goes_on;
};

static void *
let_go(void *ctx)
{
	struct helper *h = ctx;

	while (parts_pressure(h->parts) > 0)
		(void)usleep(100);
	atomic_store(&h->goes_on, true);
	return NULL;
}

static void
note_wake(void *ctx)
{
	atomic_fetch_add((atomic_int *)ctx, 1);
}

/*
 * What waits for a writer that is held up is given back, and whoever was
 * refused is woken: by a part that begins anew, and by one that is dropped.
 */
static void
what_is_given_back_wakes(void **state)
{
	struct scratch *t = *state;
	atomic_int n_woken = 0;
	struct parts_settings settings = {
		.store = t->store, .n_threads = 1, .pool_bytes = 8 * PART_BLOCK,
		.wake = note_wake, .ctx = &n_woken,
	};
	uint8_t *bytes = scratch_bytes(PART_BLOCK, 1);
	struct store_part *first = NULL, *greedy = NULL;
	struct helper helper = { 0 };
	struct sink *sink;
	pthread_t thread;

	assert_int_equal(parts_start(&helper.parts, &settings, &t->err), 0);
	assert_int_equal(part_open(&first, helper.parts, "0", &t->err), 0);
	assert_int_equal(part_open(&greedy, helper.parts, "1", &t->err), 0);
	part_settle(first, 0, hold_until, &helper.goes_on, &t->reply, 1);
	sink = part_sink(greedy);
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(sink->begin(sink, 0, -1), 0);
		while (sink->write(sink, bytes, PART_BLOCK) == 0)
			;
		assert_int_equal(parts_pressure(helper.parts), 50);
		assert_int_equal(atomic_load(&n_woken), i - 1);
		if (i == 2)
			break;
		assert_int_equal(sink->begin(sink, 0, -1), 0);
		assert_int_equal(parts_pressure(helper.parts), 0);
		assert_int_equal(atomic_load(&n_woken), 1);
	}
	assert_int_equal(pthread_create(&thread, NULL, let_go, &helper), 0);
	part_drop(greedy);
	assert_int_equal(atomic_load(&n_woken), 2);
	assert_int_equal(pthread_join(thread, NULL), 0);
	part_settled_free((struct part_settled *)mailbox_take(&t->reply, -1));
	part_drop(first);
	parts_stop(helper.parts);
	free(bytes);
}

static void
signals_stay_with_the_main_thread(void **state)
{
	struct scratch *t = *state;
	struct store_part *part = scratch_part(t, "id", "abc", 3);
	sigset_t now;

	/* Ours are as they were: a writer blocks them for itself alone. */
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
	assert_false(sigismember(&now, SIGTERM));
	part_drop(part);
}

#define WITH_PARTS(test) \
	cmocka_unit_test_setup_teardown(test, scratch_setup_parts, \
					scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PARTS(writes_every_size),
		WITH_PARTS(makes_the_file_late_and_private),
		WITH_PARTS(knows_other_digests),
		WITH_PARTS(is_inspected_before_the_letter),
		WITH_PARTS(a_second_begin_voids_the_first),
		WITH_PARTS(one_part_an_identity),
		WITH_PARTS(can_be_dropped_at_any_time),
		WITH_PARTS(settles_without_a_begin),
		WITH_PARTS(a_leftover_is_in_nobodys_way),
		WITH_PARTS(a_folder_of_that_name_is_in_the_way),
		WITH_PARTS(a_write_error_sticks),
		WITH_PARTS(refuses_a_continuation_of_nothing),
		WITH_PARTS(gives_back_what_was_allocated),
		WITH_PARTS(a_full_disk_is_told_early),
		WITH_PARTS(whoever_waits_is_woken),
		WITH_PARTS(one_part_leaves_room_for_others),
		WITH_PARTS(has_a_writer_at_least_and_not_too_many),
		WITH_PARTS(what_is_given_back_wakes),
		WITH_PARTS(signals_stay_with_the_main_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
