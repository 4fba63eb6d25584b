/*
 * From settings to a working connection: secrets, engine, login.
 */
#ifndef FLOW_SERVICE_H
#define FLOW_SERVICE_H

#include "base/event.h"
#include "base/secret.h"
#include "config/config.h"
#include "flow/confinement.h"
#include "http/engine.h"
#include "http/gate.h"
#include "model/time.h"
#include "omni/omni.h"

/* What all who list ask of the one host. */
struct service_pages {
	struct gate gate;
	int in_flight;
	int64_t next_request_ms;	/* requests_per_second */
};

struct service {
	const struct ark_config *config;
	const struct ark_listener *listener;
	struct http_engine *engine;
	struct omni omni;
	struct service_pages pages;
	struct secret api_key, password;
	bool has_omni;
	struct confine_report confined;
};

/*
 * service_open(s, c, need, l, err):
 * Read the secrets, give up what need does not call for (confinement.h), and
 * start the engine; nothing is asked yet.  Call it before there are other
 * threads.  Return 0, ARK_EUSAGE, ARK_EDISK, ARK_ENOMEM.
 */
int service_open(struct service *s, const struct ark_config *c,
		 const struct confinement_need *need,
		 const struct ark_listener *l, struct ark_error *err);
void service_close(struct service *s);

/*
 * service_network(out, c, err):
 * What every engine of ours keeps to: the certificates that are trusted, the
 * proxy, the addresses that are allowed.  The texts are lent by c.  Return 0 or
 * ARK_EUSAGE.
 */
int service_network(struct http_settings *out, const struct ark_config *c,
		    struct ark_error *err);

/*
 * service_login(s, zone, err):
 * Log in, and open the zone to work in; free it.  Return 0, or as
 * omni_organizations(), omni_login() and zone_open().
 */
int service_login(struct service *s, struct zone **zone, struct ark_error *err);

/* service_stop(s): End the engine; what was in flight is delivered. */
void service_stop(struct service *s);

/*
 * service_zone_name(s):
 * The zone to work in: the settings', else the organisation's, else "UTC";
 * lent.  After omni_organizations.
 */
const char *service_zone_name(const struct service *s);

#endif
