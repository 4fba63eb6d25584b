/*
 * What a listing tells, into the catalogue, while all that can fail does: a day
 * of recordings and conversations, and one with a row in hand that waits for a
 * fresh link.
 */
#include "unit/flow/steps.h"
#include "unit/flow/trials.h"
#include "unit/heap.h"

#include "flow/lister_internal.h"
#include "flow/pages.h"
#include "flow/sync_internal.h"

#define NEW_DAY (SMALL_DAY + 2)
#define START "\"data_inicio\":\"2024-10-06 00:00:01\""

static const char recordings[] =
	"{\"Total\":3,\"Data\":[{\"id\":\"x\"," START "},"
	"{\"id\":\"y\"," START "},7]}";
static const char conversations[] =
	"{\"Total\":2,\"Data\":[{\"id\":\"m3\"," START ",\"mensagens\":["
	"{\"message\":\"a\",\"media\":[\"/1\",\"https://m.example/2\"]}]},"
	"{\"id\":\"m4\"," START ",\"mensagens\":[{\"message\":\"b\"}]},8]}";
struct listing {
	struct small *w;
	struct sync sync;
	struct ark_sync_options options;
	struct ark_summary summary;
	struct idset seen;
	int links;			/* told of the row that waits */
};

static int
begin(struct listing *l, struct small *w, struct ark_error *err)
{
	struct sync *s = &l->sync;
	struct lister_settings nothing = { .service = &s->service };
	int rc;

	l->w = w;
	l->options.listener = w->listener;
	w->config.media = true;
	*s = (struct sync){
		.config = &w->config, .options = &l->options,
		.summary = &l->summary,
		.service = { .omni = { .set = {
			.base_url = "https://omni.example/v1" } } },
		.range = { SMALL_DAY * DAY_SECONDS,
			   (NEW_DAY + 1) * DAY_SECONDS },
		.wanted_reports = 1u << ARK_AUDIO_LINKS | 1u << ARK_MESSAGES,
	};
	s->ready_last = &s->ready;
	rc = archive_open(&s->archive, w->root, ARCHIVE_WRITE, err);
	if (!rc)
		rc = catalogue_release_leases(s->archive->catalogue, err);
	if (!rc)
		rc = catalogue_run_begin(s->archive->catalogue, SMALL_NOW,
					 &s->run, err);
	if (!rc)
		rc = days_init(s, err);
	nothing.zone = s->archive ? s->archive->zone : NULL;
	/* those who list have listed all that they were to list */
	s->range = (struct ark_range){ 0 };
	if (!rc)
		rc = reports_start(s, s->wanted_reports, err);
	return rc ? rc : lister_new(&s->lister, &nothing, err);
}

static void
end(struct listing *l)
{
	jobs_release(&l->sync);
	lister_free(l->sync.lister);
	reports_release(&l->sync);
	days_release(&l->sync);
	idset_release(&l->seen);
	archive_close(l->sync.archive);
}

/* A page of a report: read, new, and taken by whoever takes such pages. */
static int
take_page(struct listing *l, enum ark_route route, const char *text,
	  struct ark_error *err)
{
	const struct lister_ops *ops = &l->sync.reports[0].lister->set.ops;
	struct page_reader reader = { 0 };
	struct buf body = BUF_INIT(10000);
	struct lister_page page;
	int64_t total;
	int rc;

	rc = page_reader_init(&reader, route, l->sync.service.omni.set.base_url,
			      l->sync.archive->zone, err);
	(void)buf_adds(&body, text);
	if (!rc)
		rc = buf_status(&body, err);
	if (!rc)
		rc = page_read(&reader, &body, NEW_DAY, &total, &page, err);
	for (size_t i = 0; !rc && i < page.n; i++)
		reader.documents[i].is_new = true;
	for (size_t i = 0; !rc && i < page.n_wrecks; i++)
		reader.wrecks[i].is_new = true;
	for (size_t i = 0; !rc && i < reader.n_ids; i++)
		rc = idset_add(&l->seen, reader.ids[i]) < 0 ?
			error_nomem(err) : 0;
	if (!rc)
		rc = route == ARK_MESSAGES ?
			ops->page(ops->ctx, &page, err) :
			intake_page(&l->sync, &page, err);
	page_reader_release(&reader);
	buf_release(&body);
	return rc;
}

static struct lister_window
window_of(const struct listing *l, int32_t day)
{
	return (struct lister_window){
		.day = day, .from_s = day * DAY_SECONDS,
		.to_s = (day + 1) * DAY_SECONDS, .number = 1,
		.is_complete = true, .total = 3, .distinct = 3, .flaw = "",
		.seen = &l->seen,
	};
}

static int
take_new_day(struct listing *l, struct ark_error *err)
{
	const struct lister_ops *ops = &l->sync.reports[0].lister->set.ops;
	const struct lister_window w = window_of(l, NEW_DAY);
	int rc;

	rc = take_page(l, ARK_AUDIO_LINKS, recordings, err);
	if (!rc)
		rc = take_page(l, ARK_MESSAGES, conversations, err);
	if (rc)
		return intake_end(&l->sync, rc, err);
	rc = ops->window(ops->ctx, &w, err);
	if (!rc)
		rc = intake_window(&l->sync, &w, err);
	l->sync.reports[0].dialect.is_changed = true;
	return rc ? rc : reports_conclude(&l->sync, err);
}

/* Tell of the row that waits, each time with another link. */
static int
take_waiting(struct listing *l, struct ark_error *err)
{
	char text[200];
	int rc;

	(void)snprintf(text, sizeof(text), "{\"Total\":1,\"Data\":[{\"id\":"
		       "\"h\",\"data_inicio\":\"2024-10-05 00:09:00\","
		       "\"download_url\":\"https://m.example/%d\"}]}",
		       l->links++);
	rc = take_page(l, ARK_AUDIO_LINKS, text, err);
	return intake_end(&l->sync, rc, err);
}

/* Put all that is in hand into the state of those who wait for a listing. */
static size_t
relist_all(struct sync *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->jobs.n_slots; i++) {
		struct job *j = s->jobs.slots[i].item;

		if (!j)
			continue;
		j->state = JOB_RELISTING;
		j->has_fresh_link = false;
		n++;
	}
	s->ready = NULL;
	s->ready_last = &s->ready;
	s->n_ready = 0;
	return n;
}

static int
take_relisted(struct listing *l, struct ark_error *err)
{
	struct lister_window w = window_of(l, SMALL_DAY + 1);
	int rc;

	rc = take_waiting(l, err);
	if (!rc)
		rc = jobs_claim(&l->sync, err);
	if (rc)
		return rc;
	(void)relist_all(&l->sync);
	rc = take_waiting(l, err);
	return rc ? rc : intake_relisted(&l->sync, CATALOGUE_RECORDING, &w,
					 err);
}

static int
take_in(struct small *w, struct ark_error *err)
{
	struct listing *l = calloc(1, sizeof(*l));
	int rc;

	if (!l)
		return error_nomem(err);
	rc = begin(l, w, err);
	if (!rc)
		rc = take_new_day(l, err);
	if (!rc)
		rc = take_relisted(l, err);
	note(w, "listed", l->sync.progress.listed);
	note(w, "days", l->sync.progress.days_listed);
	note(w, "odd", l->summary.oddities);
	note(w, "ready", (int64_t)l->sync.n_ready);
	note(w, "conversations", l->summary.reports[ARK_MESSAGES].documents);
	end(l);
	free(l);
	return rc;
}

/* ---- the tests ---------------------------------------------------------- */

static const struct operation operations[] = {
	{ "a listing", take_in, 0,
	  .told = "listed 4\ndays 1\nodd 2\nready 1\nconversations 2\n" },
};

static void
what_fails_is_told(void **state)
{
	(void)state;
	trial_each(operations, sizeof(operations) / sizeof(*operations));
}

/* Gone when all was listed, else deferred; not before its own listing. */
static void
a_row_without_a_fresh_link_is_let_go(void **state)
{
	static const struct {
		bool is_complete, has_strayed;
		int64_t after;			/* it was refused behind that */
		enum ark_state state;
		size_t left;
	} rows[] = {
		{ true, false, 1, ARK_DEFERRED, 1 },
		{ true, false, 0, ARK_GONE, 0 },
		{ true, true, 0, ARK_FAILED, 0 },	/* it was tried long */
		{ false, false, 0, ARK_FAILED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct listing *l = calloc(1, sizeof(*l));
		struct catalogue_row row = { 0 };
		struct lister_window w;
		struct small *s;

		assert_non_null(l);
		(void)small_setup((void **)&s);
		assert_int_equal(begin(l, s, NULL), 0);
		assert_int_equal(take_waiting(l, NULL), 0);
		assert_int_equal(jobs_claim(&l->sync, NULL), 0);
		assert_int_equal(relist_all(&l->sync), 1);
		w = window_of(l, SMALL_DAY + 1);
		w.is_complete = rows[i].is_complete;
		w.has_strayed = rows[i].has_strayed;
		for (size_t k = 0; k < l->sync.jobs.n_slots; k++) {
			struct job *j = l->sync.jobs.slots[k].item;

			if (j)
				j->relisted_after = rows[i].after;
		}
		assert_int_equal(intake_relisted(&l->sync, CATALOGUE_RECORDING,
						 &w, NULL), 0);
		assert_int_equal(l->sync.jobs.n, rows[i].left);
		assert_int_equal(catalogue_find(l->sync.archive->catalogue,
						CATALOGUE_RECORDING, "h", &row,
						NULL), 1);
		assert_string_equal(ark_state_name(row.state),
				    ark_state_name(rows[i].state));
		catalogue_row_release(&row);
		end(l);
		free(l);
		(void)small_teardown((void **)&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_is_told),
		cmocka_unit_test(a_row_without_a_fresh_link_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
