/*
 * The sound of a review: copied or converted, compared and measured, on all
 * cores.  A recording that is damaged or that nobody can play is told on the
 * page; it does not keep back the others.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/transcode.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/event.h"
#include "base/fdio.h"
#include "base/thread.h"
#include "flow/review_internal.h"
#include "store/file.h"

#define MAX_THREADS 64
#define BLOCK ((size_t)256 << 10)
#define AUDIO_FOLDER "audio/"
#define TELL_MS 5000

/* What the threads share. */
struct shift {
	struct review *review;
	atomic_size_t next, done;
	atomic_bool is_stopped;
	atomic_int rc;			/* the first failure that ends it */
	struct ark_error err;		/* of it */
	int64_t told_ms;		/* by the thread that listens */
};

/* One recording in hand. */
struct take {
	struct review *review;
	struct review_call *call;
	int fd;				/* the archive's file */
	struct audio_facts facts;
	struct ark_error *err;
};

/* ---- what keeps one back, and not the others --------------------------------- */

static void
shorten(char out[REVIEW_REASON_SIZE], const char *text)
{
	(void)snprintf(out, REVIEW_REASON_SIZE, "%.*s", REVIEW_REASON_SIZE - 1,
		       text);
}

static int
unplayable(struct take *t, const char *why)
{
	shorten(t->call->why, why);
	*t->call->file = 0;
	return 0;
}

static int
damaged(struct take *t, const char *why)
{
	t->call->is_damaged = true;
	return unplayable(t, why);
}

/* Whether a failure is about this recording alone. */
static bool
is_its_own(int rc)
{
	return rc == ARK_ENOTFOUND || rc == ARK_EINTEGRITY ||
	       rc == ARK_EFORMAT || rc == ARK_ELIMIT;
}

/* ---- into the folder --------------------------------------------------------- */

static void
place(char out[STORE_PATH_MAX], const char *name)
{
	(void)snprintf(out, STORE_PATH_MAX, AUDIO_FOLDER "%s", name);
}

static void
name_file(struct take *t, const char *extension)
{
	size_t number = (size_t)(t->call - t->review->calls) + 1;

	(void)snprintf(t->call->file, sizeof(t->call->file), "%05zu.%s",
		       number, extension);
}

static int
copy_bytes(struct store_file *to, int from, int64_t size,
	   struct ark_error *err)
{
	uint8_t *block = malloc(BLOCK);
	ssize_t n = 1;

	if (!block)
		return error_nomem(err);
	for (int64_t at = 0; n > 0 && at < size; at += n) {
		n = fdio_pread(from, block, BLOCK, at);
		if (n > 0)
			store_file_write(to, block, (size_t)n);
	}
	free(block);
	return n < 0 ? error_errno(err, "reading a recording") : 0;
}

/* Whether what was read is what was archived. */
static bool
is_right(const struct review_call *call, int64_t size, const uint8_t *sha256)
{
	return size == call->bytes &&
	       !memcmp(sha256, call->sha256, sizeof(call->sha256));
}

static int
copy(struct take *t, const char *path)
{
	struct review_call *call = t->call;
	struct store *folder = t->review->folder;
	struct store_file *f = NULL;
	int rc;

	rc = store_file_new(&f, folder, path, t->err);
	if (!rc)
		rc = copy_bytes(f, t->fd, call->bytes, t->err);
	if (!rc)
		rc = store_file_publish(f, t->err);
	if (!rc && !is_right(call, store_file_size(f), store_file_sha256(f))) {
		rc = store_unlink(folder, path, t->err);
		if (!rc)
			rc = damaged(t, "its bytes are not those that were "
				     "archived");
	}
	store_file_free(f);
	return rc;
}

/* Compare the archive's own bytes, for nothing is copied of them. */
static int
compare(struct take *t)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int64_t size;
	int rc;

	rc = store_sha256(t->review->archive->store, t->call->path, sha256,
			  &size, t->err);
	if (!rc && !is_right(t->call, size, sha256))
		return damaged(t, "its bytes are not those that were archived");
	return rc;
}

/* A hard link where that is wanted and can be made; else a copy. */
static int
bring(struct take *t)
{
	char path[STORE_PATH_MAX];
	int rc = ARK_EUSAGE;

	name_file(t, audio_extension(t->facts.type));
	place(path, t->call->file);
	if (t->review->options->wants_links) {
		rc = compare(t);
		if (rc || t->call->is_damaged)
			return rc;
		rc = store_link(t->review->archive->store, t->call->path,
				t->review->folder, path, t->err);
		t->call->is_linked = !rc;
	}
	if (rc == ARK_EUSAGE)
		rc = copy(t, path);
	if (!rc && !t->call->is_damaged)
		t->call->folder_bytes += t->call->bytes;
	return rc;
}

/* transcode_fn; its own failure is told by publishing. */
static int
add_bytes(void *ctx, const void *bytes, size_t n)
{
	store_file_write(ctx, bytes, n);
	return 0;
}

/* Write a WAV of all channels or one as name. */
static int
convert(struct take *t, const char *name, int channel)
{
	struct store_file *f = NULL;
	char path[STORE_PATH_MAX];
	int rc;

	place(path, name);
	rc = store_file_new(&f, t->review->folder, path, t->err);
	if (!rc)
		rc = transcode_wav(t->fd, t->call->bytes, &t->call->measure,
				   channel, add_bytes, f, t->err);
	if (!rc)
		rc = store_file_publish(f, t->err);
	if (!rc)
		t->call->folder_bytes += store_file_size(f);
	store_file_free(f);
	return rc;
}

/* Each side of a call alone, for a page cannot take them apart. */
static int
part_lanes(struct take *t)
{
	static const char *const sides[MEASURE_LANES] = { "left", "right" };
	size_t number = (size_t)(t->call - t->review->calls) + 1;
	char name[REVIEW_NAME_SIZE];
	int rc = 0;

	for (int lane = 0; !rc && lane < MEASURE_LANES; lane++) {
		(void)snprintf(name, sizeof(name), "%05zu.%s.wav", number,
			       sides[lane]);
		rc = convert(t, name, lane);
	}
	t->call->has_lanes = !rc;
	return rc;
}

/* ---- one recording ------------------------------------------------------------ */

/* Measure it, or remember what was measured.  Not being able to is a note. */
static int
measure(struct take *t)
{
	struct review_call *call = t->call;
	const struct measures *kept = &t->review->measures;
	int rc;

	call->was_remembered = measures_get(kept, call->sha256,
					    &call->measure);
	call->has_measure = call->was_remembered;
	if (call->has_measure)
		return 0;
	rc = measure_audio(&call->measure, t->fd, call->bytes, t->err);
	call->has_measure = !rc;
	if (!rc)
		measures_keep(kept, call->sha256, &call->measure);
	if (rc != ARK_EFORMAT)
		return rc;
	shorten(call->note, t->err->text);
	return 0;
}

static int
convert_all(struct take *t)
{
	int rc = compare(t);

	if (rc || t->call->is_damaged)
		return rc;
	if (!t->call->has_measure) {
		(void)unplayable(t, t->call->note);
		*t->call->note = 0;
		return 0;
	}
	name_file(t, "wav");
	rc = convert(t, t->call->file, TRANSCODE_ALL);
	t->call->is_converted = !rc;
	return rc;
}

static int
process(struct take *t)
{
	struct review_call *call = t->call;
	int rc;

	rc = audio_inspect(t->fd, call->bytes, &t->facts, t->err);
	if (!rc)
		rc = measure(t);
	if (rc)
		return rc;
	if (!t->facts.is_whole && !*call->note)
		shorten(call->note, t->facts.flaw);
	rc = audio_is_playable(&t->facts) ? bring(t) : convert_all(t);
	if (!rc && *call->file && call->has_measure && call->measure.lanes > 1)
		rc = part_lanes(t);
	return rc;
}

/* All that is to be done of one call.  What is its own is told of it. */
static int
work_on(struct review *r, struct review_call *call, struct ark_error *err)
{
	struct take t = { .review = r, .call = call, .fd = -1, .err = err };
	int64_t size = 0;
	int rc = 0;

	if (!*call->path)
		rc = damaged(&t, "it is not in this archive");
	else
		rc = store_size(r->archive->store, call->path, &size, err);
	if (!rc && !call->is_damaged && size != call->bytes)
		rc = damaged(&t, "it is longer or shorter than when it was "
			     "archived");
	if (!rc && !call->is_damaged)
		rc = store_openat(r->archive->store, call->path, O_RDONLY,
				  &t.fd, err);
	if (!rc && !call->is_damaged)
		rc = process(&t);
	(void)fdio_close(&t.fd);
	if (rc == ARK_ENOTFOUND)
		rc = damaged(&t, "its file is missing from the archive");
	else if (rc && is_its_own(rc))
		rc = unplayable(&t, err->text);
	return rc ? rc : review_call_script(r, call, err);
}

/* ---- all of them --------------------------------------------------------------- */

static void
fail(struct shift *s, int rc, const struct ark_error *err)
{
	int none = 0;

	if (atomic_compare_exchange_strong(&s->rc, &none, rc))
		s->err = *err;
	atomic_store(&s->is_stopped, true);
}

/* One more, if there is one. */
static bool
take_next(struct shift *s)
{
	size_t i = atomic_fetch_add(&s->next, 1);
	struct ark_error err = { 0 };
	int rc;

	if (i >= s->review->n || atomic_load(&s->is_stopped))
		return false;
	rc = work_on(s->review, &s->review->calls[i], &err);
	if (rc)
		fail(s, rc, &err);
	atomic_fetch_add(&s->done, 1);
	return true;
}

static void *
work(void *arg)
{
	while (take_next(arg))
		;
	return NULL;
}

/* The thread that listens tells how far it is, and whether to stop. */
static void
listen(struct shift *s)
{
	const struct ark_listener *l = &s->review->options->listener;
	int64_t now = clock_now_ms();

	if (event_should_stop(l))
		atomic_store(&s->is_stopped, true);
	if (now - s->told_ms < TELL_MS)
		return;
	s->told_ms = now;
	event_log(l, ARK_LOG_INFO, NULL, "%zu of %zu recordings are in the "
		  "folder", atomic_load(&s->done), s->review->n);
}

int
review_audio(struct review *r)
{
	struct shift s = { .review = r, .told_ms = clock_now_ms() };
	pthread_t threads[MAX_THREADS];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = cores > MAX_THREADS ? MAX_THREADS :
			cores > 1 ? (size_t)cores : 1;
	size_t started = 0;

	while (started + 1 < wanted && started + 1 < r->n &&
	       !thread_start(&threads[started], "callark-sound", work, &s))
		started++;
	while (take_next(&s))
		listen(&s);
	while (started)
		(void)pthread_join(threads[--started], NULL);
	if (atomic_load(&s.rc))
		return error_set(r->err, atomic_load(&s.rc), "%s", s.err.text);
	if (atomic_load(&s.is_stopped))
		return error_set(r->err, ARK_ESTOPPED, "stopped by a signal");
	return 0;
}
