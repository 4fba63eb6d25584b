#include "flow/draws.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/fdio.h"
#include "catalogue/draw.h"
#include "flow/custody.h"
#include "store/file.h"
#include "store/layout.h"

#define CHUNK_BYTES 65536

/* ---- reading ---------------------------------------------------------- */

/* A file, line after line. */
struct reader {
	struct sample_record *record;
	struct digest *digest;
	struct buf held;		/* the begin of a line */
	int64_t n_lines;
};

/* Every whole line that is held; the rest moves to the front. */
static int
take_lines(struct reader *r, struct ark_error *err)
{
	const char *p = buf_text(&r->held);
	size_t left = r->held.len;
	int rc = 0;

	while (!rc && left) {
		const char *end = memchr(p, '\n', left);
		size_t n = end ? (size_t)(end - p) : 0;

		if (!end)
			break;
		r->n_lines++;
		rc = record_line(r->record, p, n, err);
		if (rc)
			return error_prefix(err, "line %lld",
					    (long long)r->n_lines);
		left -= n + 1;
		p = end + 1;
	}
	if (left)
		memmove(r->held.data, p, left);
	r->held.len = left;
	return rc;
}

static int
read_chunk(struct reader *r, const void *chunk, size_t n, struct ark_error *err)
{
	int rc = digest_add(r->digest, chunk, n, err);

	if (!rc && buf_add(&r->held, chunk, n) == ARK_ELIMIT)
		rc = error_set(err, ARK_EFORMAT, "line %lld is too long",
			       (long long)r->n_lines + 1);
	else if (!rc)
		rc = buf_status(&r->held, err);
	return rc ? rc : take_lines(r, err);
}

static int
read_all(struct reader *r, int fd, struct ark_error *err)
{
	uint8_t chunk[CHUNK_BYTES];
	int64_t at = 0;

	for (;;) {
		ssize_t got = fdio_pread(fd, chunk, sizeof(chunk), at);
		int rc;

		if (got < 0)
			return error_errno(err, "reading");
		if (!got)
			break;
		rc = read_chunk(r, chunk, (size_t)got, err);
		if (rc)
			return rc;
		at += got;
	}
	if (r->held.len)
		return error_set(err, ARK_EFORMAT, "its last line is cut off");
	return record_end(r->record, err);
}

int
draws_read(struct sample_record *record, int fd,
	   uint8_t sha256[DIGEST_SHA256_SIZE], struct ark_error *err)
{
	struct reader r = {
		.record = record,
		.held = BUF_INIT(RECORD_MAX_LINE + CHUNK_BYTES),
	};
	uint8_t value[DIGEST_MAX_SIZE];
	int rc;

	rc = digest_new(&r.digest, DIGEST_SHA256, err);
	if (!rc)
		rc = read_all(&r, fd, err);
	if (!rc)
		rc = digest_final(r.digest, value, err);
	if (!rc)
		memcpy(sha256, value, DIGEST_SHA256_SIZE);
	digest_free(r.digest);
	buf_release(&r.held);
	return rc;
}

/* ---- knowing ---------------------------------------------------------- */

/* The catalogue, in one transaction. */
static int
note(struct archive *a, const struct sample_record *r,
     const uint8_t sha256[DIGEST_SHA256_SIZE], struct ark_error *err)
{
	struct buf head = BUF_INIT(RECORD_MAX_LINE);
	int rc;

	rc = record_head(r, &head, err);
	if (!rc)
		rc = catalogue_begin(a->catalogue, err);
	if (rc)
		goto out;
	rc = catalogue_draw_add(a->catalogue, r->number, buf_text(&head),
				sha256, err);
	for (size_t i = 0; !rc && i < r->n_calls; i++)
		rc = catalogue_drawn_add(a->catalogue, r->number,
					 r->calls[i].id, err);
	if (!rc)
		rc = catalogue_commit(a->catalogue, err);
	if (rc)
		catalogue_rollback(a->catalogue);
out:
	buf_release(&head);
	return rc;
}

/* Read one record of the archive. */
static int
read_own(struct archive *a, const char *path, int64_t number,
	 struct sample_record *r, uint8_t sha256[DIGEST_SHA256_SIZE],
	 struct ark_error *err)
{
	int fd = -1, rc;

	rc = store_openat(a->store, path, O_RDONLY | O_NONBLOCK, &fd, err);
	if (rc)
		return rc;
	rc = draws_read(r, fd, sha256, err);
	if (!rc && r->number != number)
		rc = error_set(err, ARK_EFORMAT, "it is that of draw %lld",
			       (long long)r->number);
	(void)fdio_close(&fd);
	return rc;
}

/* Take one record in.  What is wrong with itself is a problem, told. */
static int
take_in(struct archive *a, int64_t number, bool has_trail,
	draws_problem_fn *problem, void *ctx, struct ark_error *err)
{
	struct sample_record r = { 0 };
	struct ark_error why = { 0 };
	uint8_t sha256[DIGEST_SHA256_SIZE];
	char path[STORE_PATH_MAX];
	int rc;

	layout_draw(path, number);
	rc = read_own(a, path, number, &r, sha256, &why);
	if (rc == ARK_EFORMAT || rc == ARK_EINTEGRITY) {
		rc = problem(ctx, path, &why);
	} else if (rc) {
		error_set(err, rc, "%s: %s", path, why.text);
	} else {
		if (has_trail)
			rc = custody_drawn(a, &r, sha256, err);
		if (!rc)
			rc = note(a, &r, sha256, err);
	}
	sample_record_release(&r);
	return rc;
}

/* The names in the folder of records; none when there is no folder. */
static int
list_draws(struct archive *a, struct store_entry **entries, size_t *n,
	   struct ark_error *err)
{
	int rc = store_list(a->store, LAYOUT_DRAWS, entries, n, err);

	return rc == ARK_ENOTFOUND ? 0 : rc;
}

int
draws_catch_up(struct archive *a, bool has_trail, draws_problem_fn *problem,
	       void *ctx, struct ark_error *err)
{
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = list_draws(a, &entries, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		int64_t number;

		if (layout_parse_draw(entries[i].name, &number))
			continue;
		rc = catalogue_has_draw(a->catalogue, number, err);
		if (!rc)
			rc = take_in(a, number, has_trail, problem, ctx, err);
		else if (rc > 0)
			rc = 0;
	}
	free(entries);
	return rc;
}

/* ---- keeping ---------------------------------------------------------- */

/* The number behind all that the catalogue or the tree has. */
static int
next_number(struct archive *a, int64_t *next, struct ark_error *err)
{
	struct store_entry *entries = NULL;
	int64_t last = 0, number;
	size_t n = 0;
	int rc;

	rc = catalogue_last_draw(a->catalogue, &last, err);
	if (!rc)
		rc = list_draws(a, &entries, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (!layout_parse_draw(entries[i].name, &number) &&
		    number > last)
			last = number;
	}
	free(entries);
	if (!rc && last == INT64_MAX)
		rc = error_set(err, ARK_EINTEGRITY, "%s/%s: the number %lld is "
			       "taken", store_root(a->store), LAYOUT_DRAWS,
			       (long long)last);
	*next = last + (last < INT64_MAX);
	return rc;
}

/* Where the bytes of a record go. */
struct outlets {
	struct store_file *file;
	ark_export_fn *put;
	void *ctx;
};

/* ark_export_fn */
static int
put_everywhere(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct outlets *o = ctx;

	store_file_write(o->file, bytes, n);
	return o->put ? o->put(o->ctx, bytes, n, err) : 0;
}

static int
publish(struct archive *a, const struct sample_record *r, ark_export_fn *put,
	void *ctx, uint8_t sha256[DIGEST_SHA256_SIZE], struct ark_error *err)
{
	struct outlets o = { .put = put, .ctx = ctx };
	char path[STORE_PATH_MAX];
	int rc;

	layout_draw(path, r->number);
	rc = store_file_new(&o.file, a->store, path, err);
	if (!rc)
		rc = record_write(r, put_everywhere, &o, err);
	if (!rc)
		rc = store_file_publish_once(o.file, err);
	if (rc == ARK_EEXISTS)	/* the lock is ours: it is no draw's */
		rc = error_set(err, ARK_EINTEGRITY, "%s: somebody put it there",
			       path);
	if (!rc)
		memcpy(sha256, store_file_sha256(o.file), DIGEST_SHA256_SIZE);
	store_file_free(o.file);
	return rc;
}

int
draws_keep(struct archive *a, struct sample_record *r, ark_export_fn *put,
	   void *ctx, struct ark_error *err)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int rc;

	rc = next_number(a, &r->number, err);
	if (!rc)
		rc = publish(a, r, put, ctx, sha256, err);
	if (!rc)
		rc = custody_drawn(a, r, sha256, err);
	return rc ? rc : note(a, r, sha256, err);
}
