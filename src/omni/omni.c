#include "omni/omni.h"

#include <time.h>

#include "base/clock.h"
#include "base/luck.h"
#include "base/text.h"
#include "json/scan.h"
#include "json/tree.h"
#include "omni/organizations.h"
#include "omni/token.h"

#define MAX_LOGIN_BYTES (INT64_C(4) << 20)

int
omni_init(struct omni *o, const struct omni_settings *set,
	  struct ark_error *err)
{
	*o = (struct omni){ .set = *set, .expires_s = -1 };
	dialect_init(&o->dialect);
	if (dialect_pin(&o->dialect, &set->dialect, err))
		return ARK_EUSAGE;
	if (!http_engine_credentials(set->engine, set->api_key->text, NULL))
		return error_nomem(err);
	return 0;
}

static void
forget(struct omni *o)
{
	organizations_release(o->organizations, o->n_organizations);
	o->organizations = NULL;
	o->n_organizations = 0;
	o->chosen = NULL;
}

void
omni_release(struct omni *o)
{
	forget(o);
}

bool
omni_is_stale(const struct omni *o, int64_t now_s)
{
	return o->expires_s >= 0 && now_s + 60 >= o->expires_s;
}

/* Sleep in small steps, so that a signal is noticed. */
static int
wait_ms(const struct omni *o, int64_t ms, struct ark_error *err)
{
	int64_t until = clock_now_ms() + ms;
	struct timespec step = { .tv_nsec = 50 * 1000000 };

	while (clock_now_ms() < until) {
		if (o->set.should_stop && o->set.should_stop(o->set.ctx))
			return error_set(err, ARK_ESTOPPED, "stopped");
		(void)nanosleep(&step, NULL);
	}
	return 0;
}

/* The request of a login step; field and id may be NULL. */
static int
login_request(struct http_request **out, const struct omni *o,
	      const char *route, const char *field, struct ark_error *err)
{
	struct buf url = BUF_INIT(8192), body = BUF_INIT_SECRET(65536);
	struct json_tree *t = json_tree_new();
	struct http_request *r = NULL;
	int rc;

	if (!t) {
		rc = error_nomem(err);
		goto out;
	}
	json_put_text(t, "login", o->set.login);
	json_put_secret(t, "password", o->set.password->text);
	if (field)
		json_put_text(t, field, o->chosen->id);
	rc = json_print(t, false, &body, err);
	if (rc)
		goto out;
	buf_addf(&url, "%s%s", o->set.base_url, route);
	r = url.rc ? NULL : http_request_new(HTTP_API, buf_text(&url));
	if (!r) {
		rc = error_nomem(err);
		goto out;
	}
	r->wants_credentials = true;
	r->max_body = MAX_LOGIN_BYTES;
	r->deadline_ms = 60000;
	r->body_len = body.len;
	r->body = buf_take(&body);
	if (!r->body) {
		rc = error_nomem(err);
		http_request_free(r);
		goto out;
	}
	*out = r;
out:
	json_tree_free(t);
	buf_release(&body);
	buf_release(&url);
	return rc;
}

/* Ask until there is an answer that is not transient; it is yours. */
static int
ask(struct omni *o, const char *route, const char *field,
    struct http_result **out, struct ark_error *err)
{
	for (int attempt = 1;; attempt++) {
		struct http_request *r = NULL;
		struct http_result *res = NULL;
		struct retry_decision next;
		int rc;

		rc = login_request(&r, o, route, field, err);
		if (!rc)
			rc = http_call(o->set.engine, r, &res, err);
		if (rc)
			return rc;
		o->requests++;
		next = retry_decide(&retry_default, retry_classify(res),
				    attempt, res->head.retry_after_ms, luck_u32());
		if (res->end == HTTP_DONE || next.what == RETRY_GIVE_UP) {
			*out = res;
			return 0;
		}
		http_result_free(res);
		rc = wait_ms(o, next.wait_ms > next.host_pause_ms ?
			     next.wait_ms : next.host_pause_ms, err);
		if (rc)
			return rc;
	}
}

/* Turn an answer that is no success into an error. */
static int
refused(const struct http_result *res, const char *step, struct ark_error *err)
{
	if (res->end == HTTP_STATUS &&
	    (res->head.status == 401 || res->head.status == 403))
		return error_set(err, ARK_EAUTH, "%s: the platform refused the "
				 "credentials (%ld); check omni.login, the "
				 "password and the API key", step,
				 res->head.status);
	if (res->end == HTTP_CANCELLED)
		return error_set(err, ARK_ESTOPPED, "stopped");
	if (res->end == HTTP_FORBIDDEN)
		return error_set(err, ARK_EUSAGE, "%s: %s", step, res->text);
	if (res->end == HTTP_STATUS && res->head.status == 404)
		return error_set(err, ARK_ESERVICE, "%s: there is no such route "
				 "(404); check omni.base_url, it often ends "
				 "in /v1", step);
	return error_set(err, ARK_ESERVICE, "%s: %s", step, res->text);
}

static int
check_answer(struct json_slice answer, const char *step, struct ark_error *err)
{
	int rc = json_check(answer, &json_limits_page, err);

	if (!rc || rc == ARK_ENOMEM)
		return rc;
	return error_set(err, ARK_ESERVICE, "%s: the answer is no JSON; check "
			 "omni.base_url", step);
}

int
omni_organizations(struct omni *o, bool is_choosing, struct ark_error *err)
{
	struct http_result *res = NULL;
	struct json_slice answer;
	int rc;

	forget(o);
	rc = ask(o, "/Login/loginApi", NULL, &res, err);
	if (rc)
		return rc;
	if (res->end != HTTP_DONE) {
		rc = refused(res, "login", err);
		goto out;
	}
	answer = (struct json_slice){ buf_text(&res->body), res->body.len };
	rc = check_answer(answer, "login", err);
	if (rc)
		goto out;
	if (organizations_read(&o->organizations, &o->n_organizations, answer))
		rc = error_nomem(err);
	else if (!o->n_organizations)
		rc = error_set(err, ARK_EAUTH, "login: the platform accepted "
			       "the login but named no organisation; a user "
			       "with two-factor login cannot use the API: "
			       "create a service user without it");
	else if (is_choosing)
		rc = organizations_choose(o->organizations, o->n_organizations,
					  o->set.organization, &o->chosen, err);
out:
	http_result_free(res);
	return rc;
}

static int
no_token(const struct buf *token, struct ark_error *err)
{
	if (token->rc == ARK_ENOMEM)
		return error_nomem(err);
	return error_set(err, ARK_EAUTH, "login to the organisation: the "
			 "answer holds no token; a user with two-factor login "
			 "cannot use the API: create a service user without "
			 "it");
}

/* Take the token of a successful answer into use. */
static int
use_token(struct omni *o, const struct http_result *res, struct ark_error *err)
{
	struct json_slice answer = { buf_text(&res->body), res->body.len };
	struct buf token = BUF_INIT_SECRET(16384);
	int rc;

	rc = check_answer(answer, "login to the organisation", err);
	if (rc)
		goto out;
	if (!token_find(answer, &token)) {
		rc = no_token(&token, err);
		goto out;
	}
	o->expires_s = token_expiry(buf_text(&token));
	o->generation = http_engine_credentials(o->set.engine,
						o->set.api_key->text,
						buf_text(&token));
	if (o->generation)
		o->logins++;
	else if (text_control(buf_text(&token), token.len) == token.len)
		rc = error_nomem(err);
	else
		rc = error_set(err, ARK_ESERVICE, "login to the organisation: "
			       "the token cannot be sent in a header");
out:
	buf_release(&token);
	return rc;
}

static bool
is_wrong_field(const struct http_result *res)
{
	return res->end == HTTP_STATUS &&
	       (res->head.status == 400 || res->head.status == 422);
}

/* Remember which field of step 2 the platform takes. */
static void
learn_field(struct omni *o, int field)
{
	if (o->dialect.organization_field == field)
		return;
	o->dialect.organization_field = field;
	o->dialect.is_changed = true;
}

int
omni_login(struct omni *o, struct ark_error *err)
{
	const char *step = "login to the organisation";
	int known = o->dialect.organization_field;
	struct http_result *res = NULL;
	int field = known >= 0 ? known : 0;
	int rc;

	for (int tries = 0;; tries++) {
		rc = ask(o, "/Login/organization",
			 dialect_organization_field(field), &res, err);
		if (rc)
			return rc;
		if (res->end == HTTP_DONE || !is_wrong_field(res) ||
		    o->dialect.is_field_pinned)
			break;
		/* after the first one, the others in their order */
		field = known < 0 || tries >= known ? tries + 1 : tries;
		if (!dialect_organization_field(field))
			break;
		http_result_free(res);
		res = NULL;
	}
	if (res->end == HTTP_DONE)
		rc = use_token(o, res, err);
	else if (is_wrong_field(res))
		rc = error_set(err, ARK_ESERVICE, "%s: the platform understood "
			       "no name of the organisation's field (%ld); set "
			       "omni.organization_field", step,
			       res->head.status);
	else
		rc = refused(res, step, err);
	if (!rc)
		learn_field(o, field);
	http_result_free(res);
	return rc;
}

int
omni_relogin(struct omni *o, unsigned refused_generation, struct ark_error *err)
{
	if (refused_generation != o->generation)
		return 0;
	return omni_login(o, err);
}
