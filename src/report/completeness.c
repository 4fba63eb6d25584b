#include "report/completeness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "json/tree.h"

#define WHY_SIZE 400

/* ---- writing ---------------------------------------------------------- */

bool
completeness_is_proved(const struct ark_reconciled_day *day)
{
	return day->is_proved && !day->sums.unexplained;
}

static void
put_instant(struct json_tree *t, const char *name, int64_t s)
{
	char text[CLOCK_UTC_SIZE];

	if (s >= 0)
		clock_utc(text, s);
	json_put_text(t, name, s >= 0 ? text : NULL);
}

/* Why the day is not proved to be complete; empty when it is. */
static void
put_why(struct json_tree *t, const struct ark_reconciled_day *d)
{
	char why[WHY_SIZE];

	json_open_array(t, "why");
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		const struct ark_reconcile_listing *l = &d->listings[i];

		if (l->is_complete)
			continue;
		(void)snprintf(why, sizeof(why), "%s was %s%s%s",
			       ark_route_name((enum ark_route)i),
			       l->was_asked ? "not listed completely" :
					      "never asked",
			       *l->flaw ? ": " : "", l->flaw);
		json_put_text(t, NULL, why);
	}
	if (d->sums.unexplained) {
		(void)snprintf(why, sizeof(why), "unexplained discrepancies: %"
			       PRId64, d->sums.unexplained);
		json_put_text(t, NULL, why);
	}
	json_close(t);
}

static void
put_sums(struct json_tree *t, const struct ark_reconcile_sums *s)
{
	for (int i = 0; i < ARK_N_RECONCILE_SUMS; i++) {
		const char *name;
		int64_t n = ark_reconcile_sum(s, i, &name);

		json_put_int(t, name, n);
	}
}

/* The agents of a service stand one behind the other. */
static void
put_services(struct json_tree *t, const struct completeness *c)
{
	json_open_array(t, "services");
	for (size_t i = 0, next; i < c->n_lines; i = next) {
		struct ark_reconcile_sums sums = { 0 };

		for (next = i; next < c->n_lines &&
		     !strcmp(c->lines[next].service, c->lines[i].service);
		     next++)
			reconcile_sums_add(&sums, &c->lines[next].sums);
		json_open_object(t, NULL);
		json_put_text(t, "service", c->lines[i].service);
		put_sums(t, &sums);
		json_close(t);
	}
	json_close(t);
}

static void
put_kinds(struct json_tree *t, const char *name, const int64_t *counts)
{
	json_open_object(t, name);
	for (int i = 0; i < ARK_N_DISCREPANCIES; i++) {
		if (counts[i])
			json_put_int(t, ark_discrepancy_name(
				     (enum ark_discrepancy_kind)i), counts[i]);
	}
	json_close(t);
}

static void
put_files(struct json_tree *t, const struct completeness *c,
	  enum ark_route route)
{
	json_open_array(t, "files");
	for (size_t i = 0; i < c->n_files; i++) {
		if (c->files[i].route != route)
			continue;
		json_open_object(t, NULL);
		json_put_text(t, "path", c->files[i].path);
		json_put_text(t, "sha256", c->files[i].sha256);
		json_close(t);
	}
	json_close(t);
}

static void
put_sources(struct json_tree *t, const struct completeness *c)
{
	json_open_object(t, "sources");
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		const struct ark_reconcile_listing *l = &c->day->listings[i];

		json_open_object(t, ark_route_name((enum ark_route)i));
		json_put_bool(t, "asked", l->was_asked);
		json_put_bool(t, "complete", l->is_complete);
		put_instant(t, "complete_at", l->complete_s);
		if (l->total < 0)
			json_put_null(t, "platform_total");
		else
			json_put_int(t, "platform_total", l->total);
		json_put_int(t, "documents", l->documents);
		put_files(t, c, (enum ark_route)i);
		json_close(t);
	}
	json_close(t);
}

static void
put_evidence(struct json_tree *t, const struct completeness *c)
{
	json_open_object(t, "evidence");
	json_put_int(t, "files", c->evidence_files);
	json_put_text(t, "sha256", c->evidence);
	json_put_int(t, "unreadable_documents", c->unreadable);
	json_close(t);
}

static void
put_beside(struct json_tree *t, const struct completeness *c)
{
	json_open_array(t, "documents_of_other_days");
	for (size_t i = 0; i < c->n_beside; i++) {
		const struct reconcile_beside *b = &c->beside[i];
		char day[DAY_SIZE];

		day_format(day, b->day);
		json_open_object(t, NULL);
		json_put_text(t, "day", day);
		json_put_text(t, "report", ark_route_name(b->route));
		json_put_text(t, "id", b->id);
		json_put_text(t, "sha256", b->sha256);
		json_close(t);
	}
	json_close(t);
}

static void
put_all(struct json_tree *t, const struct completeness *c)
{
	char day[DAY_SIZE];

	day_format(day, c->day->day);
	json_put_text(t, "statement", "completeness");
	json_put_int(t, "format", COMPLETENESS_FORMAT);
	json_put_text(t, "organization_id", c->organization_id);
	json_put_text(t, "organization", c->organization);
	json_put_text(t, "day", day);
	json_put_text(t, "time_zone", c->time_zone);
	put_instant(t, "made_at", c->made_s);
	json_put_text(t, "made_by", c->made_by);
	json_put_bool(t, "complete", completeness_is_proved(c->day));
	put_why(t, c->day);
	json_put_int(t, "tolerance_s", c->tolerance_s);
	json_open_object(t, "sums");
	put_sums(t, &c->day->sums);
	json_close(t);
	put_kinds(t, "unexplained_kinds", c->day->unexplained);
	put_kinds(t, "explained_kinds", c->day->explained);
	put_services(t, c);
	put_sources(t, c);
	put_evidence(t, c);
	put_beside(t, c);
}

int
completeness_print(const struct completeness *c, struct buf *out,
		   struct ark_error *err)
{
	struct json_tree *t = json_tree_new();
	int rc;

	put_all(t, c);
	rc = json_print(t, true, out, err);
	json_tree_free(t);
	if (rc)
		return rc;
	(void)buf_addc(out, '\n');
	return buf_status(out, err);
}

/* ---- reading ---------------------------------------------------------- */

/* A text of less than size bytes. */
static int
read_text(char *out, size_t size, struct json_slice v)
{
	struct buf text = BUF_INIT(size - 1);
	int rc = json_kind(v) == JSON_STRING ? json_text(v, &text) : 0;

	(void)snprintf(out, size, "%s", buf_text(&text));
	buf_release(&text);
	return rc == 1 ? 0 : rc == ARK_ENOMEM ? rc : ARK_EFORMAT;
}

static int
read_made(int64_t *made_s, struct json_slice v)
{
	char text[CLOCK_UTC_SIZE];
	int rc = read_text(text, sizeof(text), v);

	return rc ? rc : utc_parse(text, made_s) ? ARK_EFORMAT : 0;
}

static int
read_source(struct completeness_claim *out, int route, struct json_slice v)
{
	struct json_slice complete = json_member(v, "complete");
	struct json_slice total = json_member(v, "platform_total");

	if (json_kind(complete) != JSON_BOOL)
		return ARK_EFORMAT;
	out->is_complete[route] = *complete.p == 't';
	out->total[route] = -1;
	if (json_kind(total) == JSON_NULL)
		return 0;
	return json_int(total, 0, INT64_MAX, &out->total[route]);
}

int
completeness_parse(struct completeness_claim *out, const char *text, size_t n,
		   struct ark_error *err)
{
	const struct json_slice whole = { text, n };
	struct json_slice evidence, sources;
	int rc;

	rc = json_check(whole, &json_limits_page, err);
	if (rc)
		return rc;
	*out = (struct completeness_claim){ 0 };
	evidence = json_member(whole, "evidence");
	sources = json_member(whole, "sources");
	rc = read_made(&out->made_s, json_member(whole, "made_at"));
	if (!rc)
		rc = read_text(out->evidence, sizeof(out->evidence),
			       json_member(evidence, "sha256"));
	if (!rc)
		rc = json_int(json_member(evidence, "unreadable_documents"), 0,
			      INT64_MAX, &out->unreadable);
	for (int i = 0; !rc && i < ARK_CALL_ROUTES; i++)
		rc = read_source(out, i, json_member(sources,
				 ark_route_name((enum ark_route)i)));
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	return rc ? error_set(err, ARK_EFORMAT, "it is no statement of "
			      "completeness") : 0;
}
