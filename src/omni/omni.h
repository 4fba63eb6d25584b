/*
 * A login to the platform.
 *
 *	omni_init -> omni_organizations -> omni_login -> (requests) -> omni_release
 *
 * Both steps block their caller and are retried while the service is away.
 * omni_login() hands the token to the engine; omni_relogin() is called when a
 * request came back with 401, and logs in once however many requests failed
 * with the same token.
 */
#ifndef OMNI_OMNI_H
#define OMNI_OMNI_H

#include "base/secret.h"
#include "http/engine.h"
#include "http/retry.h"
#include "omni/dialect.h"
#include "omni/organizations.h"

struct omni_settings {
	struct http_engine *engine;
	const char *base_url;
	const char *login;
	const char *organization;	/* id or name; NULL: the only one */
	const struct secret *api_key, *password;	/* outlive the session */
	struct dialect_words dialect;
	bool (*should_stop)(void *ctx);	/* NULL: never; asked while waiting */
	void *ctx;
};

struct omni {
	struct omni_settings set;
	struct omni_dialect dialect;
	struct omni_organization *organizations;
	size_t n_organizations;
	const struct omni_organization *chosen;	/* after omni_organizations */
	unsigned generation;		/* of the credentials in use; 0: none */
	int64_t expires_s;		/* of the token, by its own word; -1 */
	int logins;			/* successful ones */
	int requests;			/* made here */
};

int omni_init(struct omni *o, const struct omni_settings *set,
	      struct ark_error *err);
void omni_release(struct omni *o);

/*
 * omni_organizations(o, err):
 * Step 1: the organisations of the login; choose the one that was asked for.
 * Return 0; ARK_EAUTH (refused, or no organisations: two-factor login?);
 * ARK_EUSAGE (the one asked for is not among them, or several and none asked
 * for; err lists them); ARK_ESERVICE; ARK_ESTOPPED; ARK_ENOMEM.  With choose
 * false none needs to be chosen.
 */
int omni_organizations(struct omni *o, bool choose, struct ark_error *err);

/* omni_login(o, err): Step 2, for the chosen one.  As above. */
int omni_login(struct omni *o, struct ark_error *err);

/*
 * omni_relogin(o, refused, err):
 * A request with credentials of generation `refused` got a 401.  Log in unless
 * that was done since.  Return as omni_login.
 */
int omni_relogin(struct omni *o, unsigned refused, struct ark_error *err);

/* omni_is_stale(o, now_s): Whether the token ends within a minute by its own word. */
bool omni_is_stale(const struct omni *o, int64_t now_s);

#endif
