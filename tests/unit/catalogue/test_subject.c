#include "fixture.h"

#include <inttypes.h>

#include "catalogue/query.h"
#include "catalogue/report.h"
#include "catalogue/subject.h"

#define BLOCK 32768	/* documents of a block */
#define PAGE 1024
#define HOSTILE (INT64_C(1) << 21)	/* keys of one document */

/* The keys of a body are the numbers in it; "*" is very many of them. */
static int
keys_of(void *ctx, const char *body, size_t n, struct catalogue_keys *out)
{
	const char *end = body + n;
	int rc = 0;

	++*(int64_t *)ctx;
	for (int64_t i = 0; *body == '*' && !rc && i < HOSTILE; i++)
		rc = catalogue_keys_add(out, i % (HOSTILE / 2) + 1000000);
	while (!rc && body < end) {
		char *behind;
		int64_t key = strtoll(body, &behind, 10);

		if (behind == body)
			break;
		rc = catalogue_keys_add(out, key);
		body = behind;
	}
	return rc;
}

static struct catalogue_document
doc(const char *id, const char *body)
{
	struct catalogue_document d = document(id);

	d.body = body;
	d.body_len = strlen(body);
	(void)snprintf((char *)d.fingerprint, sizeof(d.fingerprint), "%s",
		       body);
	return d;
}

/* Recordings from `first` to `end`; number N has the keys N and N % 100. */
static void
fill_recordings(struct fixture *f, int64_t first, int64_t end)
{
	static struct catalogue_document docs[PAGE];
	static struct catalogue_put puts[PAGE];
	static char ids[PAGE][32], bodies[PAGE][64];

	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	while (first < end) {
		size_t n = 0;

		for (; n < PAGE && first < end; n++, first++) {
			(void)snprintf(ids[n], sizeof(ids[n]), "id%" PRId64,
				       first);
			(void)snprintf(bodies[n], sizeof(bodies[n]),
				       "%" PRId64 " %" PRId64, first,
				       first % 100);
			docs[n] = doc(ids[n], bodies[n]);
		}
		assert_int_equal(catalogue_put(f->c, f->run, 1500, docs, n,
					       puts, &f->err), 0);
	}
	assert_int_equal(catalogue_commit(f->c, &f->err), 0);
}

static void
put_report(struct fixture *f, const char *id, const char *body)
{
	struct catalogue_report_change change;
	struct catalogue_report_document d = {
		.id = id, .day = FIRST_DAY, .start_s = FIRST_DAY * DAY_S + 60,
		.body = body, .body_len = strlen(body),
	};

	(void)snprintf((char *)d.fingerprint, sizeof(d.fingerprint), "%s",
		       body);
	assert_int_equal(catalogue_report_put(f->c, ARK_SURVEYS, 1500, &d, 1,
					      &change, &f->err), 0);
}

/* The same of reports, in one statement. */
static void
fill_reports(struct fixture *f, int64_t n)
{
	char sql[600];

	(void)snprintf(sql, sizeof(sql),
		       "WITH RECURSIVE c (i) AS (SELECT 0 UNION ALL"
		       "  SELECT i + 1 FROM c WHERE i + 1 < %" PRId64 ")"
		       " INSERT INTO report (day, route, id, start_s, version,"
		       "  first_seen_s, version_seen_s, fingerprint, oddity,"
		       "  body) SELECT %d, %d, 'r' || i, %" PRId64 ", 1, 1500,"
		       "  1500, zeroblob(32), '',"
		       "  CAST(i || ' ' || (i %% 100) AS BLOB) FROM c",
		       n, FIRST_DAY, ARK_SURVEYS, FIRST_DAY * DAY_S + 60);
	if (query_exec(f->c, sql, &f->err))
		fail_msg("%s", f->err.text);
}

/* Write one block; how many documents it took. */
static int64_t
index_one(struct fixture *f)
{
	int64_t n = -1, bodies = 0;

	assert_int_equal(catalogue_subject_index(f->c, keys_of, &bodies, &n,
						 &f->err), 0);
	assert_int_equal(!n, !bodies);
	return n;
}

static int64_t
behind(struct fixture *f)
{
	int64_t n = -1;

	assert_int_equal(catalogue_subject_behind(f->c, &n, &f->err), 0);
	return n;
}

/* What was told: how often, the last place, and the bodies. */
struct told {
	int64_t n, sources[CATALOGUE_N_SOURCES], row;
	char bodies[200];
};

/* catalogue_body_fn */
static int
note(void *ctx, const struct catalogue_place *place, const char *body, size_t n)
{
	struct told *t = ctx;
	size_t len = strlen(t->bodies);

	t->n++;
	t->sources[place->source]++;
	t->row = place->row;
	(void)snprintf(t->bodies + len, sizeof(t->bodies) - len, "[%.*s]",
		       (int)n, body);
	return 0;
}

static struct told
find(struct fixture *f, int64_t key)
{
	struct told t = { 0 };

	assert_int_equal(catalogue_subject_find(f->c, key, note, &t, &f->err),
			 0);
	return t;
}

static struct told
rest(struct fixture *f)
{
	struct told t = { 0 };

	assert_int_equal(catalogue_subject_rest(f->c, note, &t, &f->err), 0);
	return t;
}

static int64_t
number(struct fixture *f, const char *sql)
{
	struct query q;
	int64_t n;

	query_prepare(&q, f->c, sql);
	assert_int_equal(query_next(&q, &f->err), 1);
	n = query_get_int(&q, 0);
	query_close(&q);
	return n;
}

/* ---- the tests -------------------------------------------------------------- */

static void
test_what_is_in_no_block_is_told(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = doc("a", "7");
	struct told t;

	assert_int_equal(rest(f).n, 0);
	assert_int_equal(index_one(f), 0);
	put(f, &d);
	d = doc("a", "8");
	put(f, &d);
	put_report(f, "b", "9");
	assert_int_equal(behind(f), 0);
	assert_int_equal(index_one(f), 0);
	assert_int_equal(find(f, 7).n, 0);
	t = rest(f);
	assert_string_equal(t.bodies, "[8][7][9]");
	assert_int_equal(t.sources[CATALOGUE_RECORDINGS], 2);
	assert_int_equal(t.sources[CATALOGUE_REPORTS], 1);
}

static void
test_blocks_are_asked(void **state)
{
	struct fixture *f = *state;
	struct told t;

	fill_recordings(f, 0, 2 * BLOCK + 10);
	assert_int_equal(behind(f), 2 * BLOCK);
	assert_int_equal(index_one(f), BLOCK);
	assert_int_equal(behind(f), BLOCK);
	assert_int_equal(rest(f).n, BLOCK + 10);
	assert_int_equal(index_one(f), BLOCK);
	assert_int_equal(index_one(f), 0);
	assert_int_equal(behind(f), 0);
	assert_int_equal(rest(f).n, 10);

	t = find(f, 4711);
	assert_string_equal(t.bodies, "[4711 11]");
	assert_int_equal(t.row, 4712);
	t = find(f, BLOCK + 4711);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.row, BLOCK + 4712);
	assert_int_equal(find(f, 2 * BLOCK + 5).n, 0);
	assert_int_equal(find(f, 77).n, 2 * BLOCK / 100);
	assert_int_equal(find(f, INT64_MAX).n, 0);
	assert_int_equal(find(f, -1).n, 0);
}

static void
test_sources_are_kept_apart(void **state)
{
	struct fixture *f = *state;
	struct told t;

	fill_recordings(f, 0, BLOCK - 1);
	fill_reports(f, BLOCK);
	assert_int_equal(behind(f), BLOCK);
	assert_int_equal(index_one(f), BLOCK);
	assert_int_equal(index_one(f), 0);
	t = find(f, 4711);
	assert_int_equal(t.sources[CATALOGUE_REPORTS], 1);
	assert_int_equal(t.n, 1);
	assert_int_equal(rest(f).sources[CATALOGUE_RECORDINGS], BLOCK - 1);
	assert_int_equal(rest(f).sources[CATALOGUE_REPORTS], 0);
	fill_recordings(f, BLOCK - 1, BLOCK);
	assert_int_equal(index_one(f), BLOCK);
	t = find(f, 4711);
	assert_int_equal(t.sources[CATALOGUE_REPORTS], 1);
	assert_int_equal(t.sources[CATALOGUE_RECORDINGS], 1);
	assert_int_equal(rest(f).n, 0);
}

/* Both wordings are found, before and after the next block. */
static void
test_a_changed_document_stays_findable(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d;
	struct told t;

	fill_recordings(f, 0, BLOCK);
	fill_reports(f, BLOCK);
	assert_int_equal(index_one(f), BLOCK);
	assert_int_equal(index_one(f), BLOCK);
	d = doc("id4711", "999999");
	put(f, &d);
	put(f, &d);
	d = doc("id4712", "4712 12");
	d.oddity = "another word about it";	/* the document is the same */
	put(f, &d);
	put_report(f, "r4711", "888888");
	assert_int_equal(number(f, "SELECT count(*) FROM subject_changed"), 2);
	assert_string_equal(rest(f).bodies,
			    "[999999][4711 11][888888][4711 11]");
	t = find(f, 4711);
	assert_string_equal(t.bodies, "[999999][4711 11][888888][4711 11]");
	assert_int_equal(find(f, 999999).n, 0);

	fill_recordings(f, BLOCK, 2 * BLOCK - 1);
	assert_int_equal(index_one(f), BLOCK);
	assert_string_equal(rest(f).bodies, "[888888][4711 11]");
	assert_string_equal(find(f, 999999).bodies, "[999999][4711 11]");
	assert_string_equal(find(f, 4711).bodies,
			    "[999999][4711 11][888888][4711 11]");
}

static void
test_a_document_with_very_many_keys(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = doc("many", "*");

	put(f, &d);
	fill_recordings(f, 0, BLOCK - 1);
	assert_int_equal(index_one(f), BLOCK);
	assert_string_equal(find(f, 1000000).bodies, "[*]");
	assert_string_equal(find(f, 1000000 + HOSTILE / 2 - 1).bodies, "[*]");
	assert_string_equal(find(f, 4711).bodies, "[4711 11]");
	assert_int_equal(number(f, "SELECT count(*) FROM subject"
				" WHERE key >= 1000000"), HOSTILE / 2);
}

static int
run_out(void *ctx, const char *body, size_t n, struct catalogue_keys *out)
{
	(void)body;
	(void)n;
	(void)out;
	return --*(int64_t *)ctx > 0 ? 0 : ARK_ENOMEM;
}

static void
test_a_block_is_whole_or_not_there(void **state)
{
	struct fixture *f = *state;
	int64_t left = BLOCK / 2, n;

	fill_recordings(f, 0, BLOCK);
	assert_int_equal(catalogue_subject_index(f->c, run_out, &left, &n,
						 &f->err), ARK_ENOMEM);
	assert_int_equal(f->err.code, ARK_ENOMEM);
	assert_int_equal(number(f, "SELECT count(*) FROM subject"), 0);
	assert_int_equal(rest(f).n, BLOCK);
	assert_int_equal(index_one(f), BLOCK);
}

static int
stop(void *ctx, const struct catalogue_place *place, const char *body, size_t n)
{
	(void)ctx;
	(void)place;
	(void)body;
	(void)n;
	return 7;
}

static void
test_a_walk_can_be_ended(void **state)
{
	struct fixture *f = *state;

	fill_recordings(f, 0, BLOCK + 1);
	assert_int_equal(index_one(f), BLOCK);
	assert_int_equal(catalogue_subject_find(f->c, 77, stop, NULL, &f->err),
			 7);
	assert_int_equal(catalogue_subject_rest(f->c, stop, NULL, &f->err), 7);
}

/* ---- what is at a place -------------------------------------------------- */

/* catalogue_version_fn */
static int
note_version(void *ctx, int version, int64_t seen_s, const char *body, size_t n)
{
	struct told *t = ctx;
	size_t len = strlen(t->bodies);

	(void)snprintf(t->bodies + len, sizeof(t->bodies) - len,
		       "%d@%" PRId64 "[%.*s]", version, seen_s, (int)n, body);
	return 0;
}

static void
test_what_is_held(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = doc("a", "1");
	struct catalogue_archived archived = {
		.path = "2024/10/04/data/audio/a.wav", .bytes = 44,
		.sha256 = { 9 }, .media_type = "audio/wav", .codec = "pcm",
		.link_host = "h",
	};
	struct catalogue_place place = { .source = CATALOGUE_RECORDINGS };
	struct catalogue_held held;
	struct told t = { 0 };

	place.row = archived.row = put(f, &d).row;
	assert_int_equal(catalogue_archive(f->c, &archived, 1, &f->err), 0);
	d = doc("a", "2");
	put(f, &d);
	assert_int_equal(catalogue_held(f->c, &place, &held, &f->err), 0);
	assert_int_equal(held.route, ARK_AUDIO_LINKS);
	assert_string_equal(held.id, "a");
	assert_int_equal(held.day, FIRST_DAY);
	assert_int_equal(held.start_s, FIRST_DAY * DAY_S + 100);
	assert_int_equal(held.vanished_s, -1);
	assert_int_equal(held.version, 2);
	assert_int_equal(held.state, ARK_ARCHIVED);
	assert_string_equal(held.path, archived.path);
	assert_int_equal(held.bytes, 44);
	assert_memory_equal(held.sha256, archived.sha256, 32);
	assert_int_equal(catalogue_held_versions(f->c, &place, note_version,
						 &t, &f->err), 0);
	assert_string_equal(t.bodies, "1@1500[1]2@1500[2]");

	put_report(f, "b", "3");
	put_report(f, "b", "4");
	place = (struct catalogue_place){ CATALOGUE_REPORTS, 1 };
	assert_int_equal(catalogue_held(f->c, &place, &held, &f->err), 0);
	assert_int_equal(held.route, ARK_SURVEYS);
	assert_string_equal(held.id, "b");
	assert_string_equal(held.path, "");
	assert_int_equal(held.version, 2);
	t = (struct told){ 0 };
	assert_int_equal(catalogue_held_versions(f->c, &place, note_version,
						 &t, &f->err), 0);
	assert_string_equal(t.bodies, "1@1500[3]2@1500[4]");
	place.row = 2;
	assert_int_equal(catalogue_held(f->c, &place, &held, &f->err),
			 ARK_ENOTFOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
						   fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_in_no_block_is_told),
		TEST(test_blocks_are_asked),
		TEST(test_sources_are_kept_apart),
		TEST(test_a_changed_document_stays_findable),
		TEST(test_a_document_with_very_many_keys),
		TEST(test_a_block_is_whole_or_not_there),
		TEST(test_a_walk_can_be_ended),
		TEST(test_what_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
