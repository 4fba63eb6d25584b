/*
 * The settings as the rooms read them.  callark/config.h has the way in.
 *
 * Adding a key: a field here, a row in the table of keys.c, a paragraph in
 * callark.conf(5).
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "callark/config.h"

#define CONFIG_MAX_LIST 64

struct config_list {
	char *items[CONFIG_MAX_LIST];
	size_t n;
};

struct ark_config {
	char *file;			/* which was read, or NULL */
	/* [omni]; texts are NULL when not set, "auto" is stored as NULL */
	char *base_url;			/* without the slash at its end */
	char *login;
	char *organization;		/* id or name */
	char *api_key_file;
	char *password_file;
	char *password_command;
	char *time_zone;		/* NULL: the organisation's */
	char *method;			/* "GET", "POST" */
	char *page_param;		/* "report-skip", "report_skip" */
	char *page_unit;		/* "pages", "documents" */
	char *organization_field;
	double requests_per_second;	/* 0: unlimited */
	/* [archive] */
	char *path;
	char *name;			/* template, "{time}-{id}" */
	int64_t look_back_s;		/* 3 days */
	int64_t reserve_bytes;		/* 1 GiB */
	struct config_list reports;	/* names, or "all"; checked by flow */
	bool media;			/* no */
	/* [transfer] */
	int32_t concurrency;		/* 0: adaptive */
	int32_t max_concurrency;	/* 64; 1..512 */
	int64_t rate_limit;		/* bytes a second; 0: unlimited */
	int64_t max_recording;		/* bytes; 2 GiB */
	/* [network] */
	char *ca_file;
	char *proxy;
	bool allow_http;
	struct config_list allow_private;	/* CIDR, checked by http */
	struct config_list media_hosts;		/* globs */
	/* [process] */
	bool confine;			/* yes */
	/* [notify] */
	char *metrics_file;		/* its name ends in ".prom" */
	char *on_failure;
	char *ping_url;			/* a secret; without the slash at its
					   end */
	/* Not a setting: ark_config_allow_confinement() was called. */
	bool may_confine;
};

/* One row of the table of keys, for help and for `doctor`. */
struct config_key {
	const char *name;	/* "omni.base_url" */
	const char *help;	/* one line */
	/* Private to config: where the value goes and how it is read. */
	size_t at;
	int (*read)(const struct config_key *key, void *field,
		    const char *text, struct ark_error *err);
	int64_t min, max;
	const char *const *words;
};

const struct config_key *config_keys(size_t *n);

/*
 * config_check(c, needs_service, needs_archive, err):
 * What only all settings together can tell, once everything is set: http://
 * only with network.allow_http, concurrency within its ceiling, and what the
 * command cannot do without: omni.base_url and omni.login (needs_service),
 * archive.path (needs_archive).  Return 0 or ARK_EUSAGE with err naming the
 * setting and every way to give it.
 */
int config_check(const struct ark_config *c, bool needs_service,
		 bool needs_archive, struct ark_error *err);

#endif
