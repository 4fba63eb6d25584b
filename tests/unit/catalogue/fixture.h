/*
 * A catalogue in a directory of its own, and short ways to fill it.
 */
#ifndef TESTS_CATALOGUE_FIXTURE_H
#define TESTS_CATALOGUE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue/catalogue.h"

#define DAY_S INT64_C(86400)
#define FIRST_DAY 20000		/* 2024-10-04 */
#define FOREVER (INT64_C(1) << 40)

struct fixture {
	char dir[64], path[96], journal[112];
	struct catalogue *c;
	int64_t run;
	struct ark_error err;
};

static inline void
fixture_paths(struct fixture *f)
{
	*f = (struct fixture){ .dir = "/tmp/callark-catalogue-XXXXXX" };
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/db", f->dir);
	(void)snprintf(f->journal, sizeof(f->journal), "%s-journal", f->path);
}

static inline void
fixture_open(struct fixture *f)
{
	assert_int_equal(catalogue_open(&f->c, f->path, CATALOGUE_WRITE,
					&f->err), 0);
}

/* For cmocka: a catalogue that is open, and a run. */
static inline int
fixture_setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	assert_non_null(f);
	fixture_paths(f);
	fixture_open(f);
	assert_int_equal(catalogue_run_begin(f->c, 1000, &f->run, &f->err), 0);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	catalogue_close(f->c);
	(void)unlink(f->path);
	(void)unlink(f->journal);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

static inline void
fixture_next_run(struct fixture *f)
{
	assert_int_equal(catalogue_run_begin(f->c, 2000, &f->run, &f->err), 0);
}

/* A document of FIRST_DAY with a link; change what a test is about. */
static inline struct catalogue_document
document(const char *id)
{
	struct catalogue_document d = {
		.id = id,
		.interaction_id = "i",
		.day = FIRST_DAY,
		.start_s = FIRST_DAY * DAY_S + 100,
		.duration_s = 60,
		.body = "{\"v\":1}",
		.body_len = 7,
		.fingerprint = { 1 },
		.link = "https://media.example/1",
	};

	return d;
}

static inline struct catalogue_put
put(struct fixture *f, const struct catalogue_document *d)
{
	struct catalogue_put p = { 0 };

	assert_int_equal(catalogue_put(f->c, f->run, 1500, d, 1, &p, &f->err),
			 0);
	return p;
}

/* The row called id; release it. */
static inline struct catalogue_row
row_of(struct fixture *f, const char *id)
{
	struct catalogue_row r = { 0 };

	assert_int_equal(catalogue_find(f->c, CATALOGUE_RECORDING, id, &r, &f->err), 1);
	return r;
}

static inline void
assert_row(struct fixture *f, const char *id, enum ark_state state,
	   const char *reason)
{
	struct catalogue_row r = row_of(f, id);

	assert_int_equal(r.state, state);
	assert_string_equal(r.reason, reason);
	catalogue_row_release(&r);
}

static inline int64_t
waiting(struct fixture *f)
{
	int64_t n = -1;

	assert_int_equal(catalogue_waiting(f->c, f->run, &n, &f->err), 0);
	return n;
}

static inline void
archive(struct fixture *f, int64_t row, const char *path)
{
	struct catalogue_archived a = {
		.row = row,
		.path = path,
		.bytes = 1000,
		.sha256 = { 7, 8, 9 },
		.media_type = "audio/wav",
		.codec = "pcm_s16le",
		.link_host = "media.example",
		.audio_ms = 12345,
		.downloaded_s = 1700,
		.attempts = 2,
	};

	assert_int_equal(catalogue_archive(f->c, &a, 1, &f->err), 0);
}

static inline void
set_back(struct fixture *f, int64_t row, enum ark_state state,
	 const char *reason)
{
	struct catalogue_setback s = { row, state, reason, 3, 1800 };

	assert_int_equal(catalogue_set_back(f->c, &s, 1, &f->err), 0);
}

static inline struct catalogue_day
day_of_catalogue(struct fixture *f, int32_t day)
{
	struct catalogue_day d;

	assert_int_equal(catalogue_day(f->c, day, &d, &f->err), 0);
	return d;
}

static inline bool
is_dirty(struct fixture *f, int32_t day)
{
	return day_of_catalogue(f, day).is_dirty;
}

static inline void
publish(struct fixture *f, int32_t day)
{
	assert_int_equal(catalogue_published(f->c, day, 1900, &f->err), 0);
	assert_false(is_dirty(f, day));
}

static inline bool
was_seen(void *ctx, const char *id)
{
	const char *const *ids = ctx;

	for (; *ids; ids++) {
		if (!strcmp(*ids, id))
			return true;
	}
	return false;
}

/* All of a day was listed, and ids (ended by NULL) were in it. */
static inline int64_t
listed(struct fixture *f, int32_t day, const char **ids)
{
	struct catalogue_window w = {
		.day = day,
		.from_s = day * DAY_S,
		.to_s = (day + 1) * DAY_S,
		.is_whole_day = true,
		.is_complete = true,
		.total = 5,
		.distinct = 5,
	};
	int64_t vanished = -1;

	assert_int_equal(catalogue_listed(f->c, f->run, 1600, &w, was_seen,
					  (void *)ids, &vanished, &f->err), 0);
	return vanished;
}

/* How often the file was written, as its header counts it. */
static inline uint32_t
change_counter(const struct fixture *f)
{
	uint8_t b[4];
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, b, sizeof(b), 24), 4);
	assert_int_equal(close(fd), 0);
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

#endif
