#include "catalogue/subject.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/error.h"
#include "catalogue/query.h"

/*
 * Documents of a block.  What is in none is read at each look-up, and each
 * block costs a look-up a page or two.
 */
#define BLOCK_DOCUMENTS 32768

/* Entries at which a block ends early: 16 MB of memory. */
#define BLOCK_ENTRIES (1 << 20)

int
catalogue_keys_add(struct catalogue_keys *k, int64_t key)
{
	int64_t *grown;

	grown = array_room(k->keys, k->n, &k->cap, sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	k->keys = grown;
	k->keys[k->n++] = key;
	return 0;
}

/* ---- walking documents ------------------------------------------------- */

#define IN_RANGE(table)                                                        \
	"SELECT n, body FROM " table " WHERE n > ? AND n <= ? ORDER BY n"
#define CHANGED(table, source)                                                 \
	"SELECT d.n, d.body FROM subject_changed s CROSS JOIN " table " d"     \
	" ON d.n = s.n WHERE s.source = " source " ORDER BY s.n"

/* The tables that hold a source's documents: the latest, earlier ones. */
#define TABLES 2

static const char *const in_range[CATALOGUE_N_SOURCES][TABLES] = {
	{ IN_RANGE("document"), IN_RANGE("earlier") },
	{ IN_RANGE("report"), IN_RANGE("report_earlier") },
};

static const char *const changed[CATALOGUE_N_SOURCES][TABLES] = {
	{ CHANGED("document", "0"), CHANGED("earlier", "0") },
	{ CHANGED("report", "1"), CHANGED("report_earlier", "1") },
};

static const char *const newest[CATALOGUE_N_SOURCES] = {
	"SELECT coalesce(max(n), 0) FROM recording",
	"SELECT coalesce(max(n), 0) FROM report",
};

/* The one number that a statement about a source yields. */
static int
number_of(struct catalogue *c, const char *sql, enum catalogue_source source,
	  int64_t *n, struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c, sql);
	if (q.s && sqlite3_bind_parameter_count(q.s))
		query_int(&q, source);
	rc = query_next(&q, err);
	*n = rc > 0 ? query_get_int(&q, 0) : 0;
	query_close(&q);
	return rc < 0 ? rc : 0;
}

/* Up to which row the documents of a source are in blocks. */
static int
last_indexed(struct catalogue *c, enum catalogue_source source, int64_t *row,
	     struct ark_error *err)
{
	return number_of(c, "SELECT coalesce(max(last), 0) FROM subject_block"
			 " WHERE source = ?", source, row, err);
}

/* Tell fn of each body that q yields as its columns 0 (row) and 1. */
static int
tell_bodies(struct query *q, enum catalogue_source source,
	    catalogue_body_fn *fn, void *ctx, struct ark_error *err)
{
	struct catalogue_place place = { .source = source };
	const char *body;
	size_t n;
	int rc;

	for (;;) {
		rc = query_next(q, err);
		if (rc <= 0)
			break;
		place.row = query_get_int(q, 0);
		body = query_get_bytes(q, 1, &n);
		rc = query_status(q, err);
		if (!rc)
			rc = fn(ctx, &place, body, n);
		if (rc)
			break;
	}
	query_close(q);
	return rc;
}

/* Every version of the documents of the rows in (after, up_to]. */
static int
walk_range(struct catalogue *c, enum catalogue_source source, int64_t after,
	   int64_t up_to, catalogue_body_fn *fn, void *ctx,
	   struct ark_error *err)
{
	struct query q;
	int rc = 0;

	for (int i = 0; !rc && i < TABLES; i++) {
		query_prepare(&q, c, in_range[source][i]);
		query_int(&q, after);
		query_int(&q, up_to);
		rc = tell_bodies(&q, source, fn, ctx, err);
	}
	return rc;
}

/* Of those that have changed since they went into a block. */
static int
walk_changed(struct catalogue *c, enum catalogue_source source,
	     catalogue_body_fn *fn, void *ctx, struct ark_error *err)
{
	struct query q;
	int rc = 0;

	for (int i = 0; !rc && i < TABLES; i++) {
		query_prepare(&q, c, changed[source][i]);
		rc = tell_bodies(&q, source, fn, ctx, err);
	}
	return rc;
}

/* How many documents of a source wait for a block; behind: those of blocks. */
static int
waiting(struct catalogue *c, enum catalogue_source source, int64_t *last,
	int64_t *n, struct ark_error *err)
{
	int64_t end = 0, again = 0;
	int rc;

	rc = last_indexed(c, source, last, err);
	if (!rc)
		rc = number_of(c, newest[source], source, &end, err);
	if (!rc)
		rc = number_of(c, "SELECT count(*) FROM subject_changed"
			       " WHERE source = ?", source, &again, err);
	*n = end - *last + again;
	return rc;
}

int
catalogue_subject_behind(struct catalogue *c, int64_t *n, struct ark_error *err)
{
	int64_t last, of_source;
	int rc = 0;

	*n = 0;
	for (int s = 0; !rc && s < CATALOGUE_N_SOURCES; s++) {
		rc = waiting(c, (enum catalogue_source)s, &last, &of_source,
			     err);
		*n += of_source - of_source % BLOCK_DOCUMENTS;
	}
	return rc;
}

/* ---- writing a block --------------------------------------------------- */

struct entry {
	int64_t key, row;
};

/* A block being made. */
struct block {
	struct catalogue *c;
	int64_t number;
	catalogue_keys_fn *keys_of;
	void *ctx;
	struct entry *entries;		/* not yet written */
	size_t n;
	struct catalogue_keys keys;	/* of one body */
	struct ark_error *err;
};

static int
by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Write the entries, in order, each once. */
static int
write_entries(struct block *b)
{
	struct query q;
	int rc = 0;

	if (b->n)
		qsort(b->entries, b->n, sizeof(*b->entries), by_key);
	for (size_t i = 0; !rc && i < b->n; i++) {
		if (i && !by_key(&b->entries[i - 1], &b->entries[i]))
			continue;
		query_open(&q, b->c, STMT_SUBJECT_ADD,
			   "INSERT OR IGNORE INTO subject (block, key, n)"
			   " VALUES (?, ?, ?)");
		query_int(&q, b->number);
		query_int(&q, b->entries[i].key);
		query_int(&q, b->entries[i].row);
		rc = query_run(&q, b->err);
	}
	b->n = 0;
	return rc;
}

/* catalogue_body_fn: What is written early is only less well in order. */
static int
add_body(void *ctx, const struct catalogue_place *place, const char *body,
	 size_t n)
{
	struct block *b = ctx;
	int rc;

	b->keys.n = 0;
	rc = b->keys_of(b->ctx, body, n, &b->keys);
	for (size_t i = 0; !rc && i < b->keys.n; i++) {
		if (b->n == BLOCK_ENTRIES)
			rc = write_entries(b);
		b->entries[b->n++] = (struct entry){ b->keys.keys[i],
						     place->row };
	}
	return rc == ARK_ENOMEM ? error_nomem(b->err) : rc;
}

static int
record_block(struct block *b, enum catalogue_source source, int64_t last)
{
	struct query q;
	int rc;

	query_prepare(&q, b->c,
		      "INSERT INTO subject_block (block, source, last)"
		      " VALUES (?, ?, ?)");
	query_int(&q, b->number);
	query_int(&q, source);
	query_int(&q, last);
	rc = query_run(&q, b->err);
	if (rc)
		return rc;
	query_prepare(&q, b->c, "DELETE FROM subject_changed WHERE source = ?");
	query_int(&q, source);
	return query_run(&q, b->err);
}

/* The documents behind `last`, and those that changed. */
static int
write_block(struct block *b, enum catalogue_source source, int64_t last)
{
	int64_t end = 0;
	int rc;

	rc = number_of(b->c, newest[source], source, &end, b->err);
	if (end > last + BLOCK_DOCUMENTS)
		end = last + BLOCK_DOCUMENTS;
	if (!rc)
		rc = number_of(b->c, "SELECT coalesce(max(block), 0) + 1"
			       " FROM subject_block", source, &b->number,
			       b->err);
	if (!rc)
		rc = walk_range(b->c, source, last, end, add_body, b, b->err);
	if (!rc)
		rc = walk_changed(b->c, source, add_body, b, b->err);
	if (!rc)
		rc = write_entries(b);
	return rc ? rc : record_block(b, source, end);
}

static int
index_source(struct catalogue *c, enum catalogue_source source, int64_t last,
	     catalogue_keys_fn *keys_of, void *ctx, struct ark_error *err)
{
	struct block b = {
		.c = c, .keys_of = keys_of, .ctx = ctx, .err = err,
	};
	int rc;

	b.entries = malloc(BLOCK_ENTRIES * sizeof(*b.entries));
	if (!b.entries)
		return error_nomem(err);
	rc = work_begin(c, err);
	if (!rc)
		rc = work_end(c, write_block(&b, source, last), err);
	free(b.entries);
	free(b.keys.keys);
	return rc;
}

int
catalogue_subject_index(struct catalogue *c, catalogue_keys_fn *keys_of,
			void *ctx, int64_t *n, struct ark_error *err)
{
	int64_t last, found, left = 0;
	int rc = 0;

	*n = 0;
	for (int s = 0; s < CATALOGUE_N_SOURCES; s++) {
		enum catalogue_source source = (enum catalogue_source)s;

		rc = waiting(c, source, &last, &found, err);
		if (rc)
			return rc;
		if (found < BLOCK_DOCUMENTS)
			continue;
		rc = index_source(c, source, last, keys_of, ctx, err);
		if (!rc)
			rc = waiting(c, source, &last, &left, err);
		if (!rc)
			*n = found - left;
		break;
	}
	return rc;
}

/* ---- looking up -------------------------------------------------------- */

int
catalogue_subject_find(struct catalogue *c, int64_t key, catalogue_body_fn *fn,
		       void *ctx, struct ark_error *err)
{
	struct query q;
	int rc;

	/* CROSS: the blocks are few, and each is asked for the key. */
	query_prepare(&q, c,
		      "SELECT DISTINCT b.source, s.n FROM subject_block b"
		      " CROSS JOIN subject s"
		      " ON s.block = b.block AND s.key = ?");
	query_int(&q, key);
	for (;;) {
		int64_t row;

		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		row = query_get_int(&q, 1);
		rc = walk_range(c, (enum catalogue_source)query_get_int(&q, 0),
				row - 1, row, fn, ctx, err);
		if (rc)
			break;
	}
	query_close(&q);
	return rc;
}

/* A part at a time: who reads keeps a run that writes waiting. */
static int
walk_rest(struct catalogue *c, enum catalogue_source source,
	  catalogue_body_fn *fn, void *ctx, struct ark_error *err)
{
	int64_t last, end = 0;
	int rc;

	rc = last_indexed(c, source, &last, err);
	if (!rc)
		rc = number_of(c, newest[source], source, &end, err);
	for (; !rc && last < end; last += BLOCK_DOCUMENTS)
		rc = walk_range(c, source, last, last + BLOCK_DOCUMENTS, fn,
				ctx, err);
	return rc ? rc : walk_changed(c, source, fn, ctx, err);
}

int
catalogue_subject_rest(struct catalogue *c, catalogue_body_fn *fn, void *ctx,
		       struct ark_error *err)
{
	int rc = 0;

	for (int s = 0; !rc && s < CATALOGUE_N_SOURCES; s++)
		rc = walk_rest(c, (enum catalogue_source)s, fn, ctx, err);
	return rc;
}
