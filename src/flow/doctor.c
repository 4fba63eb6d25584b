/*
 * ark_doctor: everything a run needs, one line each, with the mend.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/archive.h"
#include "base/clock.h"
#include "base/text.h"
#include "callark/service.h"
#include "config/secrets.h"
#include "digest/digest.h"
#include "flow/lister.h"
#include "flow/period.h"
#include "http/url.h"
#include "manifest/gz.h"
#include "store/layout.h"

struct exam {
	const struct ark_config *config;
	const struct ark_listener *listener;
	ark_check_fn *fn;
	void *ctx;
	struct service service;
	struct zone *zone;
	struct buf dialect;		/* what the archive remembers */
	char link[URL_MAX];		/* of some recording, if one was listed */
	int64_t listed;
	char flaw[256];
	int code;			/* of the first bad check */
};

static void
tell(struct exam *x, const char *name, enum ark_check_end end,
     const char *found, const char *mend)
{
	struct ark_check check = { name, end, found, mend };

	x->fn(x->ctx, &check);
}

/* Tell how a step went; its error is the finding.  Returns rc. */
static int
tell_step(struct exam *x, const char *name, int rc, const struct ark_error *e,
	  const char *found)
{
	if (!rc) {
		tell(x, name, ARK_CHECK_OK, found, "");
		return 0;
	}
	if (!x->code)
		x->code = rc;
	tell(x, name, ARK_CHECK_BAD, e->text, "");
	return rc;
}

static int
check_settings(struct exam *x)
{
	const struct ark_config *c = x->config;
	struct ark_error e = { 0 };
	char found[320];
	int rc;

	rc = config_check(c, true, true, &e);
	if (!rc)
		rc = layout_check(c->name, &e);
	(void)snprintf(found, sizeof(found), "%s", c->file ? c->file :
		       "no file; environment and built-in values");
	return tell_step(x, "settings", rc, &e, found);
}

static int
check_secrets(struct exam *x)
{
	struct secret s = { 0 };
	struct ark_error e = { 0 };
	int rc;

	rc = config_api_key(x->config, &s, &e);
	secret_release(&s);
	if (!rc) {
		rc = config_password(x->config, &s, &e);
		secret_release(&s);
	}
	return tell_step(x, "secrets", rc, &e, "API key and password are set");
}

static void
check_versions(struct exam *x)
{
	char gzip[40];

	(void)snprintf(gzip, sizeof(gzip), "zlib %s", gz_version());
	tell(x, "libraries", ARK_CHECK_OK, http_version(), "");
	tell(x, "catalogue library", ARK_CHECK_OK, catalogue_library(), "");
	tell(x, "gzip library", ARK_CHECK_OK, gzip, "");
}

/* What the kernel lets go of, now that the secrets are read. */
static void
check_confinement(struct exam *x)
{
	const struct confine_report *r = &x->service.confined;
	char found[200];

	if (!confinement_is_wanted(x->config)) {
		tell(x, "confinement", ARK_CHECK_NOTE, "off",
		     "process.confine = yes switches it on");
		return;
	}
	if (r->landlock)
		(void)snprintf(found, sizeof(found), "Landlock, version %d",
			       r->landlock);
	else
		(void)snprintf(found, sizeof(found), "%s", r->why_not);
	(void)snprintf(found + strlen(found), sizeof(found) - strlen(found),
		       "; no_new_privs: %s", r->has_no_new_privs ? "yes" : "no");
	tell(x, "confinement", r->landlock ? ARK_CHECK_OK : ARK_CHECK_NOTE,
	     found, r->mend);
}

/* Step 1 also shows that DNS, TLS and the API key are right. */
static int
check_login(struct exam *x)
{
	struct omni *omni = &x->service.omni;
	struct ark_error e = { 0 };
	char found[400];
	int rc;

	rc = omni_organizations(omni, true, &e);
	(void)snprintf(found, sizeof(found), "%zu organisations; %.200s chosen",
		       omni->n_organizations, omni->chosen ?
		       omni->chosen->name : "none");
	rc = tell_step(x, strncmp(x->config->base_url, "https", 5) ? "login" :
		       "TLS and login", rc, &e, found);
	if (rc)
		return rc;
	rc = omni_login(omni, &e);
	return tell_step(x, "token", rc, &e, omni->expires_s < 0 ?
			 "given; it does not say how long it lives" :
			 "given, with an end");
}

static int
check_zone(struct exam *x)
{
	const char *name = service_zone_name(&x->service);
	struct ark_error e = { 0 };
	char found[200], now[MOMENT_SIZE];
	int rc;

	rc = zone_open(&x->zone, name, &e);
	if (!rc) {
		moment_format(now, period_now(x->zone));
		(void)snprintf(found, sizeof(found), "%s; it is %s there now",
			       name, now);
	}
	return tell_step(x, "time zone", rc, &e, found);
}

static int
exam_page(void *ctx, const struct lister_page *page, struct ark_error *err)
{
	struct exam *x = ctx;

	(void)err;
	for (size_t i = 0; i < page->n; i++) {
		x->listed += page->documents[i].is_new;
		if (!*x->link && strlen(page->documents[i].link) <
		    sizeof(x->link))
			(void)snprintf(x->link, sizeof(x->link), "%s",
				       page->documents[i].link);
	}
	return 0;
}

static int
exam_window(void *ctx, const struct lister_window *w, struct ark_error *err)
{
	struct exam *x = ctx;

	(void)err;
	if (!w->is_complete && !*x->flaw)
		(void)snprintf(x->flaw, sizeof(x->flaw), "%s", w->flaw);
	return 0;
}

/* List yesterday and today: it shows the dialect, and finds a link to try. */
static int
list_lately(struct exam *x, struct ark_error *e)
{
	int64_t now_s = period_now(x->zone);
	struct mailbox box;
	struct lister_settings set = {
		.route = ARK_AUDIO_LINKS,
		.service = &x->service, .zone = x->zone, .reply = &box,
		.from_s = (day_of(now_s) - 1) * DAY_SECONDS,
		.to_s = now_s + 1,
		.ops = { exam_page, exam_window, NULL, x },
	};
	struct lister *lister = NULL;
	int rc;

	rc = mailbox_init(&box, e);
	if (rc)
		return rc;
	rc = lister_new(&lister, &set, e);
	if (!rc)
		rc = lister_drive(lister, &x->service, &box, e);
	lister_free(lister);
	mailbox_release(&box);
	return rc;
}

static int
check_dialect(struct exam *x)
{
	const struct omni_dialect *d = &x->service.omni.dialect;
	struct ark_error e = { 0 };
	char found[400];
	int rc;

	rc = list_lately(x, &e);
	(void)snprintf(found, sizeof(found), "%s, %s%s, counts %s, %lld a "
		       "page; %lld documents since yesterday",
		       dialect_is_post(d) ? "POST" : "GET", dialect_param(d),
		       d->param ? "" : " (not settled: one page was enough)",
		       d->unit == OMNI_UNIT_DOCUMENTS ? "documents" : "pages",
		       (long long)dialect_page_size(d), (long long)x->listed);
	rc = tell_step(x, "listing", rc, &e, found);
	if (!rc && *x->flaw)
		tell(x, "completeness", ARK_CHECK_NOTE, x->flaw,
		     "run callark list to see more");
	return rc;
}

static int
probe_begin(struct sink *s, int64_t offset, int64_t total)
{
	(void)s;
	(void)offset;
	(void)total;
	return 0;
}

static int
probe_write(struct sink *s, const uint8_t *bytes, size_t n)
{
	(void)s;
	(void)bytes;
	(void)n;
	return 0;
}

/* Fetch one recording to nowhere: address rules, TLS, ranges of its host. */
static void
check_media(struct exam *x)
{
	struct sink sink = { probe_begin, probe_write };
	struct http_result *res = NULL;
	struct http_request *r;
	struct ark_error e = { 0 };
	char found[700];

	if (!*x->link) {
		tell(x, "recordings", ARK_CHECK_NOTE,
		     "no link was listed since yesterday: not tried", "");
		return;
	}
	r = http_request_new(HTTP_MEDIA, x->link);
	if (!r)
		return;
	r->wants_credentials = r->wants_token = true;
	r->sink = &sink;
	r->max_body = x->config->max_recording;
	r->deadline_ms = 60000;
	if (http_call(x->service.engine, r, &res, &e))
		return;
	if (res->end == HTTP_DONE) {
		(void)snprintf(found, sizeof(found), "%s sends them; ranges: "
			       "%s; strong ETag: %s", res->host,
			       res->head.accepts_ranges ? "yes" : "not said",
			       header_etag_is_strong(res->head.etag) ? "yes" :
			       "no (a broken transfer starts anew)");
		tell(x, "recordings", ARK_CHECK_OK, found, "");
	} else {
		if (!x->code)
			x->code = ARK_ESERVICE;
		tell(x, "recordings", ARK_CHECK_BAD, res->text,
		     "see [network] in callark.conf(5)");
	}
	http_result_free(res);
}

static int
check_archive(struct exam *x)
{
	struct archive *a = NULL;
	struct ark_error e = { 0 };
	char found[400], room[24], reserve[24];
	int64_t free_bytes = 0;
	int rc;

	rc = archive_open(&a, x->config->path, ARCHIVE_READ, &e);
	if (rc == ARK_ENOTFOUND) {
		tell(x, "archive", ARK_CHECK_NOTE, "there is none yet",
		     "callark sync makes it");
		return 0;
	}
	if (!rc && catalogue_meta_get(a->catalogue, "dialect", &x->dialect,
				      &e) < 0)
		rc = e.code;
	if (!rc)
		rc = store_free_bytes(a->store, &free_bytes, &e);
	if (!rc && free_bytes < x->config->reserve_bytes)
		rc = error_set(&e, ARK_EDISK, "%s: only %lld bytes are free, "
			       "fewer than archive.reserve: make room",
			       store_root(a->store), (long long)free_bytes);
	text_bytes(room, free_bytes);
	text_bytes(reserve, x->config->reserve_bytes);
	if (a)
		(void)snprintf(found, sizeof(found), "%.250s, %s free (%s kept "
			       "back), zone %s", store_root(a->store), room,
			       reserve, zone_name(a->zone));
	archive_close(a);
	return tell_step(x, "archive", rc, &e, found);
}

static void
check_clock(struct exam *x)
{
	char now[CLOCK_UTC_SIZE];
	int64_t s = clock_wall_s();

	clock_utc(now, s);
	if (s < INT64_C(1704067200)) {	/* 2024-01-01: before callark */
		if (!x->code)
			x->code = ARK_EUSAGE;
		tell(x, "clock", ARK_CHECK_BAD, now, "set the system's clock");
	} else {
		tell(x, "clock", ARK_CHECK_OK, now, "");
	}
}

int
ark_doctor(const struct ark_config *c, const struct ark_listener *l,
	   ark_check_fn *fn, void *ctx, struct ark_error *err)
{
	struct exam x = {
		.config = c, .listener = l, .fn = fn, .ctx = ctx,
		.dialect = BUF_INIT(65536),
	};
	const struct confinement_need need = { .may_connect = true };
	struct ark_error e = { 0 };
	int rc;

	check_versions(&x);
	check_clock(&x);
	rc = check_settings(&x);
	if (!rc)
		rc = check_archive(&x);
	if (!rc || c->base_url)
		rc = check_secrets(&x) || rc;
	if (!rc) {
		rc = service_open(&x.service, c, &need, l, &e);
		if (rc)
			(void)tell_step(&x, "service", rc, &e, "");
	}
	if (!rc) {
		check_confinement(&x);
		dialect_load(&x.service.omni.dialect, buf_text(&x.dialect),
			     x.dialect.len);
		rc = check_login(&x);
		if (!rc)
			rc = check_zone(&x);
		if (!rc)
			rc = check_dialect(&x);
		if (!rc)
			check_media(&x);
		service_close(&x.service);
	}
	zone_free(x.zone);
	buf_release(&x.dialect);
	if (x.code)
		return error_set(err, x.code, "not everything is as it "
				 "should be");
	return 0;
}
