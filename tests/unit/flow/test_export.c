/*
 * What an export tells of missing days, and what comes of documents that do not
 * fit, of whoever takes no more, and of lack of memory.
 */
#include "unit/catalogue/fixture.h"
#include "unit/heap.h"

#include "base/error.h"
#include "catalogue/report.h"
#include "flow/listed_days.h"
#include "model/time.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

struct world {
	struct exporter exporter;
	struct ark_export_options options;
	struct buf told, put;
	int refusal;			/* of the next put */
};

static void
listen(void *ctx, const struct ark_event *e)
{
	struct world *w = ctx;

	buf_addf(&w->told, "%s\n", e->text);
}

/* ark_export_fn */
static int
take_bytes(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct world *w = ctx;

	if (w->refusal)
		return error_set(err, w->refusal, "no more");
	return buf_add(&w->put, bytes, n);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	*w = (struct world){
		.options = {
			.route = ARK_ACTIVITY, .format = ARK_EXPORT_CSV,
			.columns = "event",
			.listener = { listen, NULL, w },
		},
		.told = BUF_INIT(10000), .put = BUF_INIT(1000000),
	};
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	exporter_release(&w->exporter);
	buf_release(&w->told);
	buf_release(&w->put);
	free(w);
	return 0;
}

static void
begin(struct world *w)
{
	assert_int_equal(exporter_init(&w->exporter, &w->options, take_bytes, w,
				       NULL), 0);
}

/* Take a document with that text in its column. */
static int
take(struct world *w, const char *text, struct ark_error *err)
{
	struct buf document = BUF_INIT(100000);
	struct report_item item = { .id = "a", .vanished_s = -1 };
	int rc;

	buf_addf(&document, "{\"evento\":\"%s\"}", text);
	item.document = (struct json_slice){ buf_text(&document),
					     document.len };
	rc = exporter_take(&w->exporter, &item, err);
	buf_release(&document);
	return rc;
}

static int32_t
day_called(const char *text)
{
	int32_t day;

	assert_int_equal(day_parse(text, &day), 0);
	return day;
}

static void
missing_days_are_told(void **state)
{
	static const struct {
		const char *from, *to;	/* of the range; NULL: none */
		struct {
			const char *day;
			bool was_asked, is_complete;
			int unreadable;
			const char *flaw;
		} days[4];
		const char *told;
	} rows[] = {
		{ NULL, NULL, { { "2024-12-30", true, true } }, "" },
		{ NULL, NULL, { { NULL } },
		  "activity-history was never asked; callark sync --reports "
		  "does\n" },
		{ NULL, NULL, { { "2024-12-30", false, false } },
		  "activity-history was never asked; callark sync --reports "
		  "does\n" },
		/* documents that moved to a day before or behind */
		{ NULL, NULL, { { "2024-12-29" }, { "2024-12-30", true, true },
				{ "2099-01-01" } }, "" },
		{ NULL, NULL, { { "2024-12-28", true, true }, { "2024-12-29" },
				{ "2024-12-30", true, true } },
		  "2024-12-29: activity-history was never asked\n" },
		{ NULL, NULL, { { "2024-12-28", true, true },
				{ "2025-01-03", true, true } },
		  "2024-12-29 to 2025-01-02: activity-history was never "
		  "asked\n" },
		{ "2024-12-30", "2024-12-30", { { "2024-12-30", true, true } },
		  "" },
		{ "2024-12-29", "2025-01-02", { { "2024-12-30", true, true },
						{ "2024-12-31", true, true } },
		  "2024-12-29: activity-history was never asked\n"
		  "2025-01-01 to 2025-01-02: activity-history was never "
		  "asked\n" },
		{ "2024-12-29", "2024-12-31", { { NULL } },
		  "2024-12-29 to 2024-12-31: activity-history was never "
		  "asked\n" },
		{ NULL, NULL, { { "2024-12-30", true, false, 0, "Total 3" },
				{ "2024-12-31", true, false, 0, "" } },
		  "2024-12-30: the listing is not complete: Total 3\n"
		  "2024-12-31: the listing is not complete: only a part of "
		  "the day was listed\n" },
		{ NULL, NULL, { { "2025-01-05", true, false, 0, "so far" } },
		  "2025-01-05: the day is not over\n" },
		{ NULL, NULL, { { "2025-01-05", true, true } }, "" },
		{ NULL, NULL, { { "2024-12-30", true, true, 2 } },
		  "2024-12-30: 2 documents, of this or another report, cannot "
		  "be read; they are in quarantine/\n" },
	};
	struct world *w = *state;

	begin(w);
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_range range;
		struct listed_day list[4];
		struct listed_days days = { .days = list };

		for (; days.n < 4 && rows[i].days[days.n].day; days.n++)
			list[days.n] = (struct listed_day){
				day_called(rows[i].days[days.n].day),
				rows[i].days[days.n].was_asked,
				rows[i].days[days.n].is_complete,
				rows[i].days[days.n].unreadable,
				(char *)(uintptr_t)rows[i].days[days.n].flaw,
			};
		if (rows[i].from) {
			range.from_s = day_called(rows[i].from) * DAY_SECONDS;
			range.to_s = (day_called(rows[i].to) + 1) * DAY_SECONDS;
		}
		buf_clear(&w->told);
		w->exporter.is_incomplete = false;
		listed_days_tell(&days, rows[i].from ? &range : NULL,
				 ARK_ACTIVITY, day_called("2025-01-05"),
				 &w->exporter);
		assert_string_equal(buf_text(&w->told), rows[i].told);
		assert_int_equal(w->exporter.is_incomplete, *rows[i].told != 0);
	}
}

static void
a_document_too_large_costs_no_other(void **state)
{
	struct world *w = *state;
	struct ark_error err = { 0 };

	begin(w);
	w->exporter.item.max = 20;
	assert_int_equal(take(w, "first", &err), 0);
	assert_int_equal(take(w, "123456789012345678901234567890", &err), 0);
	assert_int_equal(take(w, "last", &err), 0);
	assert_int_equal(err.code, 0);
	assert_int_equal(exporter_finish(&w->exporter, &err),
			 ARK_EINCOMPLETE);
	assert_string_equal(buf_text(&w->put), "event\r\nfirst\r\nlast\r\n");
	assert_non_null(strstr(buf_text(&w->told), "is left out"));
	assert_non_null(strstr(err.text, "activity-history is not complete"));
}

static void
who_takes_no_more_ends_it(void **state)
{
	struct world *w = *state;
	struct ark_error err = { 0 };
	char text[1000];
	int rc = 0;

	begin(w);
	w->refusal = ARK_EDISK;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	for (int i = 0; !rc && i < 100000; i++)
		rc = take(w, text, &err);
	assert_int_equal(rc, ARK_EDISK);
	assert_string_equal(err.text, "no more");
}

static void
the_last_of_it_may_be_refused(void **state)
{
	struct world *w = *state;
	struct ark_error err = { 0 };

	begin(w);
	assert_int_equal(take(w, "x", &err), 0);
	w->refusal = ARK_EDISK;
	assert_int_equal(exporter_finish(&w->exporter, &err), ARK_EDISK);
	assert_string_equal(err.text, "no more");
}

/* Whoever reads a catalogue must not wait for whoever takes the bytes. */
static void
bytes_are_put_when_that_is_said(void **state)
{
	struct world *w = *state;

	begin(w);
	for (int i = 0; i < 500; i++)
		assert_int_equal(take(w, "x", NULL), 0);
	assert_int_equal(w->put.len, 0);
	assert_int_equal(exporter_put(&w->exporter, NULL), 0);
	assert_int_equal(w->put.len, strlen("event\r\n") + 500 * 3);
	assert_int_equal(take(w, "x", NULL), 0);
	assert_int_equal(exporter_finish(&w->exporter, NULL), 0);
	assert_int_equal(w->put.len, strlen("event\r\n") + 501 * 3);
}

/* ark_export_fn */
static int
discard(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	(void)ctx;
	(void)bytes;
	(void)n;
	(void)err;
	return 0;
}

static void
try_without_memory(void *ctx)
{
	const struct ark_export_options *o = ctx;
	static const char document[] = "{\"evento\":\"x\",\"y\":1}";
	const struct report_item item = {
		.document = { document, sizeof(document) - 1 }, .id = "a",
		.vanished_s = -1,
	};
	struct ark_error err = { 0 };
	struct exporter e;
	int rc;

	rc = exporter_init(&e, o, discard, NULL, &err);
	if (!rc)
		rc = exporter_take(&e, &item, &err);
	if (!rc)
		rc = exporter_finish(&e, &err);
	exporter_release(&e);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
}

static void
lack_of_memory_is_told(void **state)
{
	struct ark_export_options o = { .route = ARK_ACTIVITY };

	(void)state;
	assert_true(heap_each(try_without_memory, &o) >= 2);
	o.format = ARK_EXPORT_NDJSON_GZ;
	assert_true(heap_each(try_without_memory, &o) >= 3);
	o.format = ARK_EXPORT_CSV;
	assert_true(heap_each(try_without_memory, &o) >= 3);
}

/* ---- days of a catalogue */

static void
list_day(struct fixture *f, enum ark_route route, int32_t day, bool is_complete)
{
	struct catalogue_window w = {
		.day = day, .from_s = day * DAY_S, .to_s = (day + 1) * DAY_S,
		.is_whole_day = true, .is_complete = is_complete,
		.flaw = is_complete ? NULL : "Total 3",
	};
	static const char *const none[] = { NULL };
	void *ids = (void *)(uintptr_t)none;
	int64_t vanished;
	int rc;

	if (route == ARK_AUDIO_LINKS)
		rc = catalogue_listed(f->c, f->run, 1600, &w, was_seen, ids,
				      &vanished, &f->err);
	else
		rc = catalogue_report_listed(f->c, (enum ark_route)route, 1600,
					     &w, was_seen, ids, &vanished,
					     &f->err);
	assert_int_equal(rc, 0);
}

static const struct ark_range three_days = {
	FIRST_DAY * DAY_S, (FIRST_DAY + 3) * DAY_S,
};

static void
each_report_has_days_of_its_own(void **state)
{
	static const enum ark_route routes[] = { ARK_AUDIO_LINKS,
						 ARK_VOICE_LOG };
	struct fixture *f = *state;

	list_day(f, ARK_ACTIVITY, FIRST_DAY, true);
	for (size_t i = 0; i < N(routes); i++) {
		struct listed_days days = { 0 };

		list_day(f, routes[i], FIRST_DAY + 1, true);
		list_day(f, routes[i], FIRST_DAY + 2, false);
		list_day(f, routes[i], FIRST_DAY + 3, false);
		assert_int_equal(listed_days_read(&days, f->c, routes[i],
						  &three_days, &f->err), 0);
		assert_int_equal(days.n, 2);
		assert_int_equal(days.days[0].day, FIRST_DAY + 1);
		assert_true(days.days[0].was_asked);
		assert_true(days.days[0].is_complete);
		assert_string_equal(days.days[0].flaw, "");
		assert_int_equal(days.days[0].unreadable, 0);
		assert_int_equal(days.days[1].day, FIRST_DAY + 2);
		assert_false(days.days[1].is_complete);
		assert_string_equal(days.days[1].flaw, "Total 3");
		listed_days_release(&days);
	}
}

static void
try_days_without_memory(void *ctx)
{
	struct fixture *f = ctx;
	struct listed_days days = { 0 };
	struct ark_error err = { 0 };
	int rc;

	rc = listed_days_read(&days, f->c, ARK_VOICE_LOG, &three_days, &err);
	listed_days_release(&days);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
}

static void
lack_of_memory_for_days_is_told(void **state)
{
	struct fixture *f = *state;

	list_day(f, ARK_VOICE_LOG, FIRST_DAY + 1, true);
	list_day(f, ARK_VOICE_LOG, FIRST_DAY + 2, true);
	assert_true(heap_each(try_days_without_memory, f) >= 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(missing_days_are_told),
		TEST(a_document_too_large_costs_no_other),
		TEST(who_takes_no_more_ends_it),
		TEST(the_last_of_it_may_be_refused),
		TEST(bytes_are_put_when_that_is_said),
		cmocka_unit_test(lack_of_memory_is_told),
		cmocka_unit_test_setup_teardown(each_report_has_days_of_its_own,
						fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(lack_of_memory_for_days_is_told,
						fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
