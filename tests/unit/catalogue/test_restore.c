#include "fixture.h"

/* ---- reading in order ------------------------------------------------ */

static void
assert_selected(struct fixture *f, const struct catalogue_query *q,
		const char *expected)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row r = { 0 };
	char ids[100] = "";
	size_t len = 0;
	int rc;

	assert_int_equal(catalogue_select(&cur, f->c, q, &f->err), 0);
	for (;;) {
		rc = catalogue_next(cur, &r, &f->err);
		if (rc <= 0)
			break;
		len += (size_t)snprintf(ids + len, sizeof(ids) - len, "%s ",
					r.id);
		assert_true(!r.document == !q->with);
	}
	assert_int_equal(rc, 0);
	catalogue_cursor_free(cur);
	assert_string_equal(ids, expected);
}

static void
test_select(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d[4] = { document("d"), document("a"),
					   document("c"), document("b") };
	int64_t at = d[0].start_s;

	d[0].start_s = at - 1;
	d[2].start_s = at + 1;
	d[1].link = "";
	for (int i = 0; i < 4; i++)
		put(f, &d[i]);
	assert_selected(f, &(struct catalogue_query){ 0, FOREVER, 0, 0 },
			"d a b c ");
	assert_selected(f, &(struct catalogue_query){ at, at + 1, 0,
			CATALOGUE_WITH_DOCUMENT }, "a b ");
	assert_selected(f, &(struct catalogue_query){ 0, FOREVER,
			1u << ARK_QUEUED, 0 }, "d b c ");
	assert_selected(f, &(struct catalogue_query){ 0, FOREVER,
			1u << ARK_NO_LINK | 1u << ARK_GONE,
			CATALOGUE_WITH_DOCUMENT }, "a ");
	assert_selected(f, &(struct catalogue_query){ at, at, 0, 0 }, "");
	catalogue_cursor_free(NULL);
	catalogue_row_release(NULL);
}

/* ---- there and back -------------------------------------------------- */

struct copy {
	struct catalogue *to;
	struct catalogue_version before[4];
	char bodies[4][32];
	size_t n;
	struct ark_error err;
};

static int
copy_version(void *ctx, int version, int64_t seen_s, const char *body,
	     size_t len)
{
	struct copy *copy = ctx;

	assert_int_equal(version, (int)copy->n + 1);
	assert_true(copy->n < 4 && len < 32);
	memcpy(copy->bodies[copy->n], body, len);
	copy->before[copy->n] = (struct catalogue_version){
		.seen_s = seen_s, .body = copy->bodies[copy->n], .len = len,
		.fingerprint = { (uint8_t)version },
	};
	copy->n++;
	return 0;
}

static int
copy_day(void *ctx, const struct catalogue_day *day)
{
	struct copy *copy = ctx;

	return catalogue_restore_day(copy->to, day, &copy->err);
}

static void
copy_all(struct catalogue *from, struct catalogue *to)
{
	struct catalogue_query q = { -FOREVER, FOREVER, 0,
				     CATALOGUE_WITH_DOCUMENT };
	struct copy copy = { .to = to };
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row r = { 0 };

	assert_int_equal(catalogue_begin(to, &copy.err), 0);
	assert_int_equal(catalogue_select(&cur, from, &q, &copy.err), 0);
	while (catalogue_next(cur, &r, &copy.err) > 0) {
		uint8_t fingerprint[32] = { (uint8_t)r.version };

		copy.n = 0;
		assert_int_equal(catalogue_versions(from, r.row, copy_version,
						    &copy, &copy.err), 0);
		assert_int_equal((int)copy.n + 1, r.version);
		assert_int_equal(catalogue_restore(to, &r, fingerprint,
						   copy.before, copy.n,
						   &copy.err), 0);
	}
	catalogue_cursor_free(cur);
	assert_int_equal(catalogue_days(from, INT32_MIN, INT32_MAX, copy_day,
					&copy, &copy.err), 0);
	assert_int_equal(catalogue_commit(to, &copy.err), 0);
}

static void
assert_same_row(const struct catalogue_row *a, const struct catalogue_row *b)
{
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->interaction_id, b->interaction_id);
	assert_int_equal(a->day, b->day);
	assert_int_equal(a->start_s, b->start_s);
	assert_int_equal(a->duration_s, b->duration_s);
	assert_int_equal(a->state, b->state);
	assert_string_equal(a->reason, b->reason);
	assert_string_equal(a->link, b->link);
	assert_int_equal(a->first_seen_s, b->first_seen_s);
	assert_int_equal(a->vanished_s, b->vanished_s);
	assert_string_equal(a->oddity, b->oddity);
	assert_string_equal(a->path, b->path);
	assert_int_equal(a->bytes, b->bytes);
	assert_memory_equal(a->sha256, b->sha256, 32);
	assert_string_equal(a->media_type, b->media_type);
	assert_string_equal(a->codec, b->codec);
	assert_string_equal(a->link_host, b->link_host);
	assert_int_equal(a->audio_ms, b->audio_ms);
	assert_int_equal(a->downloaded_s, b->downloaded_s);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->version_seen_s, b->version_seen_s);
	assert_int_equal(a->document_len, b->document_len);
	assert_memory_equal(a->document, b->document, a->document_len + 1);
}

static void
assert_same_rows(struct catalogue *a, struct catalogue *b)
{
	struct catalogue_query q = { -FOREVER, FOREVER, 0,
				     CATALOGUE_WITH_DOCUMENT };
	struct catalogue_cursor *at_a = NULL, *at_b = NULL;
	struct catalogue_row x = { 0 }, y = { 0 };
	int rc;

	assert_int_equal(catalogue_select(&at_a, a, &q, NULL), 0);
	assert_int_equal(catalogue_select(&at_b, b, &q, NULL), 0);
	do {
		struct copy of_x = { 0 }, of_y = { 0 };

		rc = catalogue_next(at_a, &x, NULL);
		assert_int_equal(catalogue_next(at_b, &y, NULL), rc);
		if (rc <= 0)
			break;
		assert_same_row(&x, &y);
		assert_int_equal(catalogue_versions(a, x.row, copy_version,
						    &of_x, NULL), 0);
		assert_int_equal(catalogue_versions(b, y.row, copy_version,
						    &of_y, NULL), 0);
		assert_int_equal(of_x.n, of_y.n);
		for (size_t i = 0; i < of_x.n; i++)
			assert_string_equal(of_x.bodies[i], of_y.bodies[i]);
	} while (rc > 0);
	assert_int_equal(rc, 0);
	catalogue_cursor_free(at_a);
	catalogue_cursor_free(at_b);
}

static void
assert_same_days(struct fixture *a, struct fixture *b)
{
	for (int32_t d = FIRST_DAY - 1; d < FIRST_DAY + 5; d++) {
		struct catalogue_day x = day_of_catalogue(a, d);
		struct catalogue_day y = day_of_catalogue(b, d);

		assert_int_equal(x.was_asked, y.was_asked);
		assert_int_equal(x.is_complete, y.is_complete);
		assert_int_equal(x.is_dirty, y.is_dirty);
		assert_int_equal(x.total, y.total);
		assert_int_equal(x.asked_s, y.asked_s);
		assert_int_equal(x.complete_s, y.complete_s);
		assert_int_equal(x.published_s, y.published_s);
		assert_string_equal(x.flaw, y.flaw);
		assert_memory_equal(x.counts, y.counts, sizeof(x.counts));
		assert_int_equal(x.listed, y.listed);
		assert_int_equal(x.vanished, y.vanished);
		assert_int_equal(x.bytes, y.bytes);
		assert_int_equal(x.first_s, y.first_s);
		assert_int_equal(x.last_s, y.last_s);
	}
}

/* Rows in many states, some with versions, some vanished, some moved. */
static void
make_history(struct fixture *f)
{
	static const enum ark_state states[] = { ARK_DEFERRED, ARK_FAILED,
						 ARK_GONE, ARK_QUARANTINED };
	const char *seen[] = { "00", "01", "02", "03", NULL };
	char id[16], path[32];

	for (int i = 0; i < 20; i++) {
		struct catalogue_document d;
		int64_t row;

		(void)snprintf(id, sizeof(id), "%02d", i);
		d = document(id);
		d.day += i % 3;
		d.start_s += i % 3 * DAY_S + i;
		d.duration_s = i % 4 ? i : -1;
		d.link = i % 5 ? d.link : "";
		d.excluded_by = i % 7 ? NULL : "agent";
		d.oddity = i % 6 ? NULL : "odd";
		row = put(f, &d).row;
		(void)snprintf(path, sizeof(path), "data/%02d.wav", i);
		if (i % 2)
			archive(f, row, path);
		else if (i % 4)
			set_back(f, row, states[i / 4 % 4], "why");
		for (uint8_t v = 2; v <= 1 + i % 4; v++) {
			d.fingerprint[0] = v;
			d.body = v & 1 ? "{\"v\":3}" : "{\"v\":\"2\"}";
			d.body_len = strlen(d.body);
			d.day = FIRST_DAY + 3;
			d.start_s = d.day * DAY_S;
			put(f, &d);
		}
	}
	(void)listed(f, FIRST_DAY, seen);
	publish(f, FIRST_DAY);
	(void)listed(f, FIRST_DAY + 4, seen);
}

static void
test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct fixture *copy = NULL;
	struct catalogue_document d = document("01");
	void *made = NULL;

	make_history(f);
	assert_int_equal(fixture_setup(&made), 0);
	copy = made;
	copy_all(f->c, copy->c);
	assert_same_rows(f->c, copy->c);
	assert_same_days(f, copy);
	/* the copy goes on like the first */
	assert_int_equal(waiting(copy), 0);
	d.day++;
	d.start_s += DAY_S + 1;
	d.duration_s = 1;
	d.fingerprint[0] = 2;
	assert_int_equal(put(copy, &d).state, ARK_ARCHIVED);
	assert_int_equal(put(copy, &d).change, CATALOGUE_SAME);
	assert_int_equal(fixture_teardown(&made), 0);
}

static void
test_restore_refused(void **state)
{
	struct fixture *f = *state;
	static const uint8_t fingerprint[32];
	struct catalogue_row r = {
		.id = (char *)"a",
		.state = ARK_ARCHIVED,
		.path = (char *)"a.wav",
		.vanished_s = -1,
		.document = (char *)"{}",
		.document_len = 2,
	};

	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), 0);
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), ARK_EEXISTS);
	assert_non_null(strstr(f->err.text, "recording a"));
	/* another recording with the same file */
	r.id = (char *)"b";
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), ARK_EEXISTS);
	r.path = (char *)"";
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), ARK_EFORMAT);
	r.path = NULL;
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), ARK_EFORMAT);
	r.state = ARK_PURGED;
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), 0);
	assert_int_equal(catalogue_commit(f->c, &f->err), 0);
	assert_row(f, "a", ARK_ARCHIVED, "");
	assert_row(f, "b", ARK_PURGED, "");
	/* a tree tells only what is in its bags */
	assert_false(is_dirty(f, 0));
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_select),
		TEST(test_round_trip),
		TEST(test_restore_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
