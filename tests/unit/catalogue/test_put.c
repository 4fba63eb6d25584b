#include "fixture.h"

#define EARLIER "https://media.example/earlier"
#define OTHER "https://media.example/other"

/* What a document brings, against a row with or without an earlier link. */
enum brings {
	SAME_LINK,
	OTHER_LINK,
	LINK_WITHDRAWN,
	EXCLUDED,
	FIRST_LINK,		/* the row never had one */
	NEVER_A_LINK,
	N_BRINGS
};

static const struct {
	const char *earlier, *link, *excluded_by;
} brings[N_BRINGS] = {
	[SAME_LINK] = { EARLIER, EARLIER, NULL },
	[OTHER_LINK] = { EARLIER, OTHER, NULL },
	[LINK_WITHDRAWN] = { EARLIER, "", NULL },
	[EXCLUDED] = { EARLIER, OTHER, "agent" },
	[FIRST_LINK] = { "", OTHER, NULL },
	[NEVER_A_LINK] = { "", "", NULL },
};

#define Q ARK_QUEUED
#define A ARK_ARCHIVED
#define N ARK_NO_LINK
#define E ARK_EXCLUDED
#define D ARK_DEFERRED
#define F ARK_FAILED
#define G ARK_GONE
#define T ARK_QUARANTINED
#define P ARK_PURGED

static const enum ark_state expected[ARK_N_STATES][N_BRINGS] = {
	/*		     same other withdrawn excluded first never */
	[ARK_QUEUED] =	    { Q,   Q,	G,	  E,	   Q,	 N },
	[ARK_ARCHIVED] =    { A,   A,	A,	  A,	   A,	 A },
	[ARK_NO_LINK] =	    { Q,   Q,	N,	  E,	   Q,	 N },
	[ARK_EXCLUDED] =    { Q,   Q,	N,	  E,	   Q,	 N },
	[ARK_DEFERRED] =    { D,   D,	G,	  E,	   D,	 N },
	[ARK_FAILED] =	    { F,   F,	F,	  F,	   F,	 F },
	[ARK_GONE] =	    { G,   Q,	G,	  E,	   Q,	 G },
	[ARK_QUARANTINED] = { T,   T,	G,	  E,	   T,	 N },
	[ARK_PURGED] =	    { P,   P,	P,	  P,	   P,	 P },
};

static bool
is_waiting(enum ark_state s)
{
	return s == Q || s == D || s == T;
}

static void
restore(struct fixture *f, const char *id, enum ark_state state,
	const char *link)
{
	static const uint8_t fingerprint[32] = { 1 };
	char path[96];
	struct catalogue_row r = {
		.id = (char *)id,
		.interaction_id = (char *)"i",
		.day = FIRST_DAY,
		.start_s = FIRST_DAY * DAY_S + 100,
		.duration_s = 60,
		.state = state,
		.reason = (char *)"before",
		.link = (char *)link,
		.first_seen_s = 900,
		.vanished_s = -1,
		.path = path,
		.document = (char *)"{\"v\":1}",
		.document_len = 7,
	};

	(void)snprintf(path, sizeof(path), "data/audio/%s.wav", id);
	if (state != ARK_ARCHIVED)
		path[0] = '\0';
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), 0);
}

static const char *
expected_reason(enum ark_state old, enum ark_state new, enum brings what)
{
	if (new == ARK_EXCLUDED)
		return brings[what].excluded_by;
	if (new == ARK_GONE && is_waiting(old))
		return "the link was withdrawn";
	return new == old ? "before" : "";
}

static void
test_states(void **state)
{
	struct fixture *f = *state;
	int64_t n_waiting = 0;

	for (int old = 0; old < ARK_N_STATES; old++) {
		for (int what = 0; what < N_BRINGS; what++) {
			enum ark_state new = expected[old][what];
			struct catalogue_document d;
			struct catalogue_put p;
			char id[32];

			(void)snprintf(id, sizeof(id), "%d-%d", old, what);
			restore(f, id, (enum ark_state)old,
				brings[what].earlier);
			d = document(id);
			d.link = brings[what].link;
			d.excluded_by = brings[what].excluded_by;
			p = put(f, &d);
			assert_int_equal(p.state, new);
			assert_int_equal(p.change, CATALOGUE_SAME);
			assert_row(f, id, new,
				   expected_reason((enum ark_state)old, new,
						   (enum brings)what));
			n_waiting += is_waiting(new);
			assert_int_equal(waiting(f), n_waiting);
		}
	}
}

static void
test_new(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d[3] = { document("a"), document("b"),
					   document("c") };
	struct catalogue_put p[3];
	struct catalogue_row r;

	d[1].link = "";
	d[2].excluded_by = "tag";
	d[2].oddity = "a strange date";
	d[2].duration_s = -1;
	assert_int_equal(catalogue_put(f->c, f->run, 1500, d, 3, p, &f->err),
			 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(p[i].change, CATALOGUE_NEW);
	assert_row(f, "a", ARK_QUEUED, "");
	assert_row(f, "b", ARK_NO_LINK, "");
	assert_row(f, "c", ARK_EXCLUDED, "tag");
	assert_int_equal(waiting(f), 1);

	r = row_of(f, "c");
	assert_int_equal(r.row, p[2].row);
	assert_string_equal(r.interaction_id, "i");
	assert_string_equal(r.oddity, "a strange date");
	assert_string_equal(r.link, d[2].link);
	assert_string_equal(r.path, "");
	assert_int_equal(r.day, FIRST_DAY);
	assert_int_equal(r.start_s, d[2].start_s);
	assert_int_equal(r.duration_s, -1);
	assert_int_equal(r.first_seen_s, 1500);
	assert_int_equal(r.vanished_s, -1);
	assert_int_equal(r.first_tried_s, -1);
	assert_int_equal(r.version, 1);
	assert_int_equal(r.version_seen_s, 1500);
	assert_null(r.document);
	catalogue_row_release(&r);
	assert_int_equal(catalogue_find(f->c, CATALOGUE_RECORDING, "z", &r, &f->err), 0);
}

/* What comes out unchanged is not written, what waits only gets its place. */
static void
test_unchanged(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a"), e = document("b");
	int64_t row = put(f, &d).row;
	uint32_t counter;

	archive(f, row, "data/audio/a.wav");
	e.link = "";
	put(f, &e);
	publish(f, FIRST_DAY);
	counter = change_counter(f);
	fixture_next_run(f);
	assert_int_equal(change_counter(f), ++counter);
	d.link = "https://media.example/signed-again";
	assert_int_equal(put(f, &d).change, CATALOGUE_SAME);
	assert_int_equal(put(f, &e).state, ARK_NO_LINK);
	assert_int_equal(change_counter(f), counter);
	assert_false(is_dirty(f, FIRST_DAY));

	e.link = EARLIER;
	put(f, &e);
	assert_true(is_dirty(f, FIRST_DAY));
	publish(f, FIRST_DAY);
	e.link = OTHER;
	put(f, &e);
	assert_false(is_dirty(f, FIRST_DAY));
}

/* What a document says beside its body is brought up to date, too. */
static void
test_other_facts(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_row r;

	put(f, &d);
	d.duration_s = 61;
	assert_int_equal(put(f, &d).change, CATALOGUE_SAME);
	r = row_of(f, "a");
	assert_int_equal(r.duration_s, 61);
	catalogue_row_release(&r);
	d.interaction_id = "j";
	assert_int_equal(put(f, &d).change, CATALOGUE_SAME);
	r = row_of(f, "a");
	assert_string_equal(r.interaction_id, "j");
	catalogue_row_release(&r);
}

static void
test_no_document(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct buf out = BUF_INIT(100);
	int64_t row = put(f, &d).row;

	assert_int_equal(catalogue_document(f->c, row, &out, &f->err), 0);
	assert_string_equal(buf_text(&out), "{\"v\":1}");
	assert_int_equal(catalogue_document(f->c, row + 1, &out, &f->err),
			 ARK_ENOTFOUND);
	buf_release(&out);
}

static void
test_new_link(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_row r = { 0 };
	size_t n;

	put(f, &d);
	d.link = OTHER;
	put(f, &d);
	assert_int_equal(catalogue_claim(f->c, f->run, 0, 9, &r, 1, &n,
					 &f->err), 0);
	assert_int_equal(n, 1);
	assert_string_equal(r.link, OTHER);
	catalogue_row_release(&r);
	/* listed again for a fresh link while this run fetches it */
	d.link = EARLIER;
	put(f, &d);
	r = row_of(f, "a");
	assert_string_equal(r.link, EARLIER);
	catalogue_row_release(&r);
	assert_int_equal(waiting(f), 0);
}

/* Reads are the same from the failure of a run on: given up, then mended. */
static void
test_gone_comes_back(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	struct catalogue_document d = document("a");
	int64_t row = put(f, &d).row;

	set_back(f, row, ARK_GONE, "404");
	assert_int_equal(put(f, &d).state, ARK_GONE);
	assert_row(f, "a", ARK_GONE, "404");
	/* seen again with its old link, after it was not listed at all */
	assert_int_equal(listed(f, FIRST_DAY, none), 1);
	assert_int_equal(put(f, &d).state, ARK_QUEUED);
}

struct seen_version {
	int n;
	char text[3][16];
	int64_t seen_s[3];
};

static int
note_version(void *ctx, int version, int64_t seen_s, const char *body,
	     size_t len)
{
	struct seen_version *v = ctx;

	assert_true(v->n < 3 && len < 16);
	assert_int_equal(version, v->n + 1);
	memcpy(v->text[v->n], body, len);
	v->text[v->n][len] = '\0';
	v->seen_s[v->n++] = seen_s;
	return version == 2 ? 77 : 0;
}

static void
test_versions(void **state)
{
	static const char *const bodies[] = { "{\"v\":1}", "{\"v\":2}",
					      "{\"v\":33}" };
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_query q = { 0, FOREVER, 0, CATALOGUE_WITH_DOCUMENT };
	struct seen_version seen = { 0 };
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row r = { 0 };
	struct catalogue_put p;

	for (uint8_t i = 0; i < 3; i++) {
		d.body = bodies[i];
		d.body_len = strlen(bodies[i]);
		d.fingerprint[0] = i;
		assert_int_equal(catalogue_put(f->c, f->run, 100 + i, &d, 1, &p,
					       &f->err), 0);
		assert_int_equal(p.change,
				 i ? CATALOGUE_CHANGED : CATALOGUE_NEW);
		assert_true(is_dirty(f, FIRST_DAY));
		publish(f, FIRST_DAY);
		if (i == 1)
			archive(f, p.row, "data/audio/a.wav");
	}
	assert_int_equal(p.state, ARK_ARCHIVED);
	assert_int_equal(catalogue_select(&cur, f->c, &q, &f->err), 0);
	assert_int_equal(catalogue_next(cur, &r, &f->err), 1);
	assert_string_equal(r.document, bodies[2]);
	assert_int_equal(r.document_len, 8);
	assert_int_equal(r.version, 3);
	assert_int_equal(r.version_seen_s, 102);
	assert_int_equal(r.first_seen_s, 100);
	assert_int_equal(catalogue_next(cur, &r, &f->err), 0);
	assert_null(r.id);
	assert_int_equal(catalogue_next(cur, &r, &f->err), 0);
	catalogue_cursor_free(cur);

	assert_int_equal(catalogue_versions(f->c, p.row, note_version, &seen,
					    &f->err), 77);
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.text[0], bodies[0]);
	assert_string_equal(seen.text[1], bodies[1]);
	assert_int_equal(seen.seen_s[1], 101);
}

static void
test_move(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_row r;
	int64_t row = put(f, &d).row;

	publish(f, FIRST_DAY);
	d.day++;
	d.start_s += DAY_S;
	d.fingerprint[0]++;
	put(f, &d);
	assert_true(is_dirty(f, FIRST_DAY));
	assert_true(is_dirty(f, FIRST_DAY + 1));
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).listed, 0);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY + 1).listed, 1);

	/* in a bag: the start follows the document, the bag does not */
	archive(f, row, "data/audio/a.wav");
	d.day++;
	d.start_s += DAY_S;
	d.fingerprint[0]++;
	put(f, &d);
	r = row_of(f, "a");
	assert_int_equal(r.day, FIRST_DAY + 1);
	assert_int_equal(r.start_s, d.start_s);
	catalogue_row_release(&r);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY + 1).bytes, 1000);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY + 2).listed, 0);
}

/* A page that cannot be recorded whole is not recorded at all. */
static void
test_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d[2] = { document("a"), document("b") };
	struct catalogue_put p[2];
	struct catalogue_row r;

	d[1].interaction_id = NULL;
	assert_int_equal(catalogue_put(f->c, f->run, 1, d, 2, p, &f->err),
			 ARK_EBUG);
	assert_int_equal(catalogue_find(f->c, CATALOGUE_RECORDING, "a", &r, &f->err), 0);
	/* and of a transaction of the caller nothing either */
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	assert_int_equal(catalogue_begin(f->c, NULL), ARK_EBUG);
	assert_int_equal(catalogue_put(f->c, f->run, 1, d, 1, p, &f->err), 0);
	assert_int_equal(catalogue_put(f->c, f->run, 1, d, 2, p, &f->err),
			 ARK_EBUG);
	assert_int_equal(catalogue_put(f->c, f->run, 1, d, 1, p, &f->err),
			 ARK_EBUG);
	assert_int_equal(catalogue_commit(f->c, &f->err), ARK_EBUG);
	assert_int_equal(catalogue_find(f->c, CATALOGUE_RECORDING, "a", &r, &f->err), 0);
	assert_int_equal(catalogue_put(f->c, f->run, 1, d, 1, p, &f->err), 0);
	assert_row(f, "a", ARK_QUEUED, "");
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).listed, 1);
}

static void
test_rollback(void **state)
{
	struct fixture *f = *state;
	struct buf value = BUF_INIT(100);

	assert_int_equal(catalogue_meta_get(f->c, "k", &value, &f->err), 0);
	assert_int_equal(catalogue_meta_set(f->c, "k", "one", &f->err), 0);
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	assert_int_equal(catalogue_meta_set(f->c, "k", "two", &f->err), 0);
	catalogue_rollback(f->c);
	catalogue_rollback(f->c);
	assert_int_equal(catalogue_commit(f->c, &f->err), ARK_EBUG);
	assert_int_equal(catalogue_meta_get(f->c, "k", &value, &f->err), 1);
	assert_string_equal(buf_text(&value), "one");
	assert_int_equal(catalogue_meta_set(f->c, "k", "three", &f->err), 0);
	value.max = 3;
	assert_int_equal(catalogue_meta_get(f->c, "k", &value, &f->err),
			 ARK_ELIMIT);
	buf_release(&value);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_states),	TEST(test_new),
		TEST(test_unchanged),	TEST(test_other_facts),
		TEST(test_no_document),	TEST(test_new_link),
		TEST(test_gone_comes_back), TEST(test_versions),
		TEST(test_move),	TEST(test_all_or_nothing),
		TEST(test_rollback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
