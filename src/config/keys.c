#include "config/keys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "config/values.h"

#define AT(field) .at = offsetof(struct ark_config, field)
#define YEARS(n) ((n) * INT64_C(366) * 86400)
#define TIB(n) ((n) * (INT64_C(1) << 40))

static const char *const methods[] = { "GET", "POST", NULL };
static const char *const page_params[] = { "report-skip", "report_skip",
					   NULL };
static const char *const page_units[] = { "pages", "documents", NULL };

static const struct config_key keys[] = {
	{ "omni.base_url", "address of the API, such as https://HOST/v1",
	  AT(base_url), .read = value_url },
	{ "omni.login", "e-mail address of the account that reads the API",
	  AT(login), .read = value_text },
	{ "omni.organization", "id or name; not needed when the login has one",
	  AT(organization), .read = value_text },
	{ "omni.api_key_file", "file that holds the API key, mode 0600",
	  AT(api_key_file), .read = value_text },
	{ "omni.password_file", "file that holds the password, mode 0600",
	  AT(password_file), .read = value_text },
	{ "omni.password_command",
	  "command for /bin/sh that prints the password",
	  AT(password_command), .read = value_command },
	{ "omni.time_zone", "IANA name, or auto: the organisation's",
	  AT(time_zone), .read = value_auto },
	{ "omni.method", "how lists are asked for: auto, GET or POST",
	  AT(method), .read = value_word, .words = methods },
	{ "omni.page_param", "page parameter: auto, report-skip or report_skip",
	  AT(page_param), .read = value_word, .words = page_params },
	{ "omni.page_unit", "what is counted: auto, pages or documents",
	  AT(page_unit), .read = value_word, .words = page_units },
	{ "omni.organization_field", "name of the login field, or auto",
	  AT(organization_field), .read = value_auto },
	{ "omni.requests_per_second", "ceiling of API requests; 0: unlimited",
	  AT(requests_per_second), .read = value_rate, .max = 10000 },

	{ "archive.path", "directory of the archive",
	  AT(path), .read = value_text },
	{ "archive.name", "how files are named, such as {time}-{id}",
	  AT(name), .read = value_text, .min = 1 },
	{ "archive.look_back", "how far sync looks again at settled days",
	  AT(look_back_s), .read = value_seconds, .max = YEARS(10) },
	{ "archive.reserve", "disk space that is never used",
	  AT(reserve_bytes), .read = value_bytes, .max = TIB(1024) },
	{ "archive.reports", "reports to keep with the recordings: names, or all",
	  AT(reports), .read = value_list },
	{ "archive.media", "yes: keep what messages of conversations have "
	  "attached",
	  AT(media), .read = value_bool },

	{ "transfer.concurrency", "downloads at a time; auto: as many as help",
	  AT(concurrency), .read = value_int, .max = 512 },
	{ "transfer.max_concurrency", "ceiling of auto, 1 to 512",
	  AT(max_concurrency), .read = value_int, .min = 1, .max = 512 },
	{ "transfer.rate_limit", "bytes a second, all downloads together; "
	  "0: unlimited",
	  AT(rate_limit), .read = value_bytes, .max = TIB(1) },
	{ "transfer.max_recording", "largest recording that is accepted",
	  AT(max_recording), .read = value_bytes, .min = 1024,
	  .max = TIB(1) },

	{ "network.ca_file", "certificates to trust in place of the system's",
	  AT(ca_file), .read = value_text },
	{ "network.proxy", "proxy; the environment's are not read",
	  AT(proxy), .read = value_text },
	{ "network.allow_http", "yes: http:// too, for tests and private nets",
	  AT(allow_http), .read = value_bool },
	{ "network.allow_private",
	  "private networks that recordings may come from, as CIDR",
	  AT(allow_private), .read = value_list },
	{ "network.media_hosts",
	  "hosts that recordings may come from; empty: any public host",
	  AT(media_hosts), .read = value_list },

	{ "process.confine", "no: keep rights that a run does not need",
	  AT(confine), .read = value_bool },

	{ "notify.metrics_file",
	  "file for the metrics of a run, as node_exporter reads it: NAME.prom",
	  AT(metrics_file), .read = value_prom },
	{ "notify.on_failure",
	  "command for /bin/sh, run when a run did not end well",
	  AT(on_failure), .read = value_command },
	{ "notify.ping_url",
	  "address that is asked when a run begins and ends",
	  AT(ping_url), .read = value_secret_url },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static_assert(N_KEYS <= KEYS_MAX, "raise KEYS_MAX");

const struct config_key *
config_keys(size_t *n)
{
	*n = N_KEYS;
	return keys;
}

/* The last part of "section.key". */
static const char *
leaf(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

/* The key that was probably meant: a slip of the pen, or another section. */
static const char *
suggest(const char *name)
{
	const char *names[N_KEYS];

	for (size_t i = 0; i < N_KEYS; i++) {
		if (!strcmp(leaf(keys[i].name), leaf(name)))
			return keys[i].name;
		names[i] = keys[i].name;
	}
	return text_nearest(name, names, N_KEYS);
}

/* Secrets written where they do not belong. */
static int
refuse_secret(const char *name, const char *origin, struct ark_error *err)
{
	static const struct {
		const char *leaf;
		const char *mend;
	} secrets[] = {
		{ "api_key", "omni.api_key_file or $CALLARK_API_KEY" },
		{ "apikey", "omni.api_key_file or $CALLARK_API_KEY" },
		{ "password", "omni.password_file, omni.password_command or "
		  "$CALLARK_PASSWORD" },
	};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (text_equal_nocase(leaf(name), secrets[i].leaf))
			return error_set(err, ARK_EUSAGE, "%s: no secret may "
					 "stand here in \"%s\"; use %s",
					 origin, name, secrets[i].mend);
	}
	return 0;
}

const struct config_key *
keys_find(const char *name, const char *origin, struct ark_error *err)
{
	struct buf shown = BUF_INIT(4096);
	const char *meant;

	for (size_t i = 0; i < N_KEYS; i++) {
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	}
	text_printable(&shown, name, strnlen(name, 100));
	if (refuse_secret(buf_text(&shown), origin, err))
		goto out;
	meant = suggest(name);
	if (meant)
		error_set(err, ARK_EUSAGE, "%s: unknown key \"%s\"; did you "
			  "mean \"%s\"?", origin, buf_text(&shown), meant);
	else
		error_set(err, ARK_EUSAGE, "%s: unknown key \"%s\"", origin,
			  buf_text(&shown));
out:
	buf_release(&shown);
	return NULL;
}

int
keys_assign(struct ark_config *c, const struct config_key *key,
	    const char *value, const char *origin, struct ark_error *err)
{
	int rc = key->read(key, (char *)c + key->at, value, err);

	if (rc)
		error_prefix(err, "%s: %s", origin, key->name);
	return rc;
}

bool
keys_is_list(const struct config_key *key)
{
	return key->read == value_list;
}

void
keys_forget_list(struct ark_config *c, const struct config_key *key)
{
	value_list_clear((void *)((char *)c + key->at));
}

void
keys_release(struct ark_config *c)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		value_reader *read = keys[i].read;
		char **text = (void *)((char *)c + keys[i].at);

		if (read == value_list) {
			keys_forget_list(c, &keys[i]);
		} else if (read == value_text || read == value_auto ||
			   read == value_word || read == value_url ||
			   read == value_secret_url || read == value_prom ||
			   read == value_command) {
			/* A proxy's or a command's may be a secret. */
			secret_free(*text);
			*text = NULL;
		}
	}
}
