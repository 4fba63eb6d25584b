#include "flow/service.h"

#include "config/secrets.h"

#define API_CONNECTIONS 8	/* beside those for media */

static bool
should_stop(void *ctx)
{
	const struct service *s = ctx;

	return event_should_stop(s->listener);
}

int
service_network(struct http_settings *out, const struct ark_config *c,
		struct ark_error *err)
{
	http_settings_init(out);
	out->user_agent = "callark/" CALLARK_VERSION;
	out->ca_file = c->ca_file;
	out->proxy = c->proxy;
	out->allow_http = c->allow_http;
	for (size_t i = 0; i < c->allow_private.n; i++) {
		int rc = address_allow(&out->addresses,
				       c->allow_private.items[i], err);

		if (rc) {
			error_prefix(err, "network.allow_private");
			return rc;
		}
	}
	return 0;
}

static int
start_engine(struct service *s, struct ark_error *err)
{
	const struct ark_config *c = s->config;
	struct http_settings set;
	int rc;

	rc = service_network(&set, c, err);
	if (rc)
		return rc;
	set.api_base = c->base_url;
	set.media_hosts = (const char *const *)c->media_hosts.items;
	set.n_media_hosts = c->media_hosts.n;
	set.max_connections = (uint32_t)c->max_concurrency + API_CONNECTIONS;
	set.rate_limit = c->rate_limit;
	return http_engine_start(&s->engine, &set, err);
}

int
service_open(struct service *s, const struct ark_config *c,
	     const struct confinement_need *need, const struct ark_listener *l,
	     struct ark_error *err)
{
	struct omni_settings set = {
		.base_url = c->base_url, .login = c->login,
		.organization = c->organization,
		.api_key = &s->api_key, .password = &s->password,
		.dialect = { c->method, c->page_param, c->page_unit,
			     c->organization_field },
		.should_stop = should_stop, .ctx = s,
	};
	int rc;

	*s = (struct service){ .config = c, .listener = l };
	rc = config_check(c, true, false, err);
	if (!rc)
		rc = config_api_key(c, &s->api_key, err);
	if (!rc)
		rc = config_password(c, &s->password, err);
	if (!rc) {
		confinement_begin(&s->confined, c, need, l);
		rc = start_engine(s, err);
	}
	if (!rc) {
		gate_init(&s->pages.gate);
		set.engine = s->engine;
		rc = omni_init(&s->omni, &set, err);
		s->has_omni = !rc;
	}
	if (rc)
		service_close(s);
	return rc;
}

void
service_stop(struct service *s)
{
	if (s->engine)
		http_engine_stop(s->engine);
	s->engine = NULL;
}

void
service_close(struct service *s)
{
	if (s->has_omni)
		omni_release(&s->omni);
	service_stop(s);
	secret_release(&s->api_key);
	secret_release(&s->password);
	*s = (struct service){ 0 };
}

const char *
service_zone_name(const struct service *s)
{
	if (s->config->time_zone)
		return s->config->time_zone;
	if (s->omni.chosen && *s->omni.chosen->time_zone)
		return s->omni.chosen->time_zone;
	return "UTC";
}

int
service_login(struct service *s, struct zone **zone, struct ark_error *err)
{
	int rc;

	rc = omni_organizations(&s->omni, true, err);
	if (!rc)
		rc = omni_login(&s->omni, err);
	return rc ? rc : zone_open(zone, service_zone_name(s), err);
}
