#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/file.h"
#include "config/keys.h"

static const struct {
	const char *variable;
	const char *key;
} environment[] = {
	{ "CALLARK_BASE_URL", "omni.base_url" },
	{ "CALLARK_LOGIN", "omni.login" },
	{ "CALLARK_ORGANIZATION", "omni.organization" },
	{ "CALLARK_ARCHIVE", "archive.path" },
};

#define N_VARIABLES (sizeof(environment) / sizeof(environment[0]))

/* What a variable holds; NULL when it is not set or empty. */
static const char *
get_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* The built-in values. */
static int
new_config(struct ark_config **out, struct ark_error *err)
{
	struct ark_config *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return error_nomem(err);
	c->look_back_s = INT64_C(3) * 86400;
	c->reserve_bytes = INT64_C(1) << 30;
	c->max_concurrency = 64;
	c->max_recording = INT64_C(2) << 30;
	c->confine = true;
	rc = ark_config_set(c, "archive.name", "{time}-{id}", "built in", err);
	if (rc) {
		ark_config_free(c);
		return rc;
	}
	*out = c;
	return 0;
}

/* Apply the file and remember its name. */
static int
apply_file(struct ark_config *c, const char *path, struct ark_error *err)
{
	int rc;

	rc = file_apply(c, path, err);
	if (rc)
		return rc;
	c->file = strdup(path);
	return c->file ? 0 : error_nomem(err);
}

/* A file that the user named must be there. */
static int
apply_named(struct ark_config *c, const char *path, const char *named_by,
	    struct ark_error *err)
{
	int rc;

	rc = apply_file(c, path, err);
	if (rc == ARK_ENOTFOUND)
		rc = error_set(err, ARK_EUSAGE, "%s names %s, but there is no "
			       "such file", named_by, path);
	return rc;
}

/* The user's own file, by the rules of the XDG base directories. */
static int
find_own(struct buf *path)
{
	const char *dir = get_variable("XDG_CONFIG_HOME");
	const char *home = get_variable("HOME");

	if (dir && dir[0] == '/')
		return buf_addf(path, "%s/callark/callark.conf", dir);
	if (home && home[0] == '/')
		return buf_addf(path, "%s/.config/callark/callark.conf", home);
	return 0;
}

/* The same of one that may be missing: err says nothing of that. */
static int
apply_optional(struct ark_config *c, const char *path, struct ark_error *err)
{
	struct ark_error cause = { 0 };
	int rc;

	rc = apply_file(c, path, &cause);
	if (rc && rc != ARK_ENOTFOUND && err)
		*err = cause;
	return rc;
}

static int
apply_default(struct ark_config *c, struct ark_error *err)
{
	struct buf own = BUF_INIT(4096);
	int rc = ARK_ENOTFOUND;

	if (find_own(&own)) {
		rc = buf_status(&own, err);
		goto out;
	}
	if (own.len)
		rc = apply_optional(c, buf_text(&own), err);
	if (rc == ARK_ENOTFOUND)
		rc = apply_optional(c, "/etc/callark/callark.conf", err);
	if (rc == ARK_ENOTFOUND)
		rc = 0;
out:
	buf_release(&own);
	return rc;
}

static int
apply_environment(struct ark_config *c, struct ark_error *err)
{
	char origin[64];
	int rc = 0;

	for (size_t i = 0; !rc && i < N_VARIABLES; i++) {
		const char *value = get_variable(environment[i].variable);

		(void)snprintf(origin, sizeof(origin), "$%s",
			       environment[i].variable);
		if (value)
			rc = ark_config_set(c, environment[i].key, value,
					    origin, err);
	}
	return rc;
}

int
ark_config_load(struct ark_config **out, const char *path,
		struct ark_error *err)
{
	const char *variable = get_variable("CALLARK_CONFIG");
	struct ark_config *c = NULL;
	int rc;

	rc = new_config(&c, err);
	if (rc)
		goto out;
	if (path)
		rc = apply_named(c, path, "--config", err);
	else if (variable)
		rc = apply_named(c, variable, "$CALLARK_CONFIG", err);
	else
		rc = apply_default(c, err);
	if (rc)
		goto out;
	rc = apply_environment(c, err);
	if (rc)
		goto out;
	*out = c;
	c = NULL;
out:
	ark_config_free(c);
	return rc;
}

void
ark_config_free(struct ark_config *c)
{
	if (!c)
		return;
	keys_release(c);
	free(c->file);
	free(c);
}

void
ark_config_allow_confinement(struct ark_config *c)
{
	c->may_confine = true;
}

int
ark_config_set(struct ark_config *c, const char *key, const char *value,
	       const char *origin, struct ark_error *err)
{
	const struct config_key *row = keys_find(key, origin, err);

	if (!row)
		return ARK_EUSAGE;
	if (keys_is_list(row))
		keys_forget_list(c, row);
	return keys_assign(c, row, value, origin, err);
}

static int
missing(const struct ark_config *c, const char *key, const char *other_ways,
	struct ark_error *err)
{
	return error_set(err, ARK_EUSAGE, "%s is not set: write it into %s, "
			 "or use %s", key,
			 c->file ? c->file : "~/.config/callark/callark.conf "
			 "or /etc/callark/callark.conf",
			 other_ways);
}

static int
check_service(const struct ark_config *c, struct ark_error *err)
{
	if (!c->base_url)
		return missing(c, "omni.base_url", "$CALLARK_BASE_URL", err);
	if (!c->login)
		return missing(c, "omni.login", "$CALLARK_LOGIN", err);
	return 0;
}

int
config_check(const struct ark_config *c, bool needs_service,
	     bool needs_archive, struct ark_error *err)
{
	int rc = 0;

	if (needs_service)
		rc = check_service(c, err);
	if (rc)
		return rc;
	if (needs_archive && !c->path)
		return missing(c, "archive.path",
			       "--archive DIR or $CALLARK_ARCHIVE", err);
	if (c->base_url && !c->allow_http &&
	    strncasecmp(c->base_url, "https://", 8))
		return error_set(err, ARK_EUSAGE, "omni.base_url is \"%s\": "
				 "expected https://, or network.allow_http = "
				 "yes", c->base_url);
	if (c->ping_url && !c->allow_http &&
	    strncasecmp(c->ping_url, "https://", 8))
		return error_set(err, ARK_EUSAGE, "notify.ping_url: expected "
				 "https://, or network.allow_http = yes");
	if (c->concurrency > c->max_concurrency)
		return error_set(err, ARK_EUSAGE, "transfer.concurrency is "
				 "%d: expected at most the %d of "
				 "transfer.max_concurrency", c->concurrency,
				 c->max_concurrency);
	return 0;
}
