#include "config/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

/* Fail with what was expected and what was found, made fit for a terminal. */
static int
refuse(const char *expected, const char *found, struct ark_error *err)
{
	struct buf shown = BUF_INIT(4096);

	text_printable(&shown, found, strnlen(found, 200));
	(void)error_set(err, ARK_EUSAGE, "expected %s, found \"%s\"", expected,
			buf_text(&shown));
	buf_release(&shown);
	return ARK_EUSAGE;
}

/* Control characters would break a header line, a path or a log line. */
static int
check_text(const char *text, struct ark_error *err)
{
	size_t len = strlen(text);

	if (!text_is_utf8(text, len))
		return refuse("UTF-8", text, err);
	if (text_control(text, len) < len)
		return refuse("text without control characters", text, err);
	return 0;
}

static int
replace(char **field, const char *text, struct ark_error *err)
{
	char *copy = NULL;

	if (*text) {
		copy = strdup(text);
		if (!copy)
			return error_nomem(err);
	}
	secret_free(*field);
	*field = copy;
	return 0;
}

int
value_command(const struct config_key *key, void *field, const char *text,
	      struct ark_error *err)
{
	int rc;

	(void)key;
	rc = check_text(text, err);
	if (rc)
		return rc;
	return replace(field, text, err);
}

int
value_text(const struct config_key *key, void *field, const char *text,
	   struct ark_error *err)
{
	size_t len = strlen(text);

	if ((int64_t)len < key->min)
		return refuse("something", text, err);
	/* INI has no quotes: they would become part of the value. */
	if (len > 1 && text[0] == '"' && text[len - 1] == '"')
		return refuse("text without quotes around it", text, err);
	return value_command(key, field, text, err);
}

int
value_prom(const struct config_key *key, void *field, const char *text,
	   struct ark_error *err)
{
	const char *slash = strrchr(text, '/');
	const char *name = slash ? slash + 1 : text;
	size_t len = strlen(name);

	if (*text && (len < sizeof(".prom") ||
		      strcmp(name + len - strlen(".prom"), ".prom")))
		return refuse("a file whose name ends in .prom (the collector "
			      "reads no other)", text, err);
	return value_text(key, field, text, err);
}

int
value_auto(const struct config_key *key, void *field, const char *text,
	   struct ark_error *err)
{
	if (text_equal_nocase(text, "auto"))
		text = "";
	return value_text(key, field, text, err);
}

int
value_word(const struct config_key *key, void *field, const char *text,
	   struct ark_error *err)
{
	struct buf expected = BUF_INIT(1024);
	int rc;

	if (!*text || text_equal_nocase(text, "auto"))
		return replace(field, "", err);
	buf_adds(&expected, "auto");
	for (const char *const *word = key->words; *word; word++) {
		if (text_equal_nocase(text, *word)) {
			rc = replace(field, *word, err);
			goto out;
		}
		buf_addf(&expected, " or %s", *word);
	}
	rc = refuse(buf_text(&expected), text, err);
out:
	buf_release(&expected);
	return rc;
}

/* Whether text is nothing, or a colon and a port. */
static bool
is_port(const char *text, size_t len)
{
	char digits[6] = { 0 };
	int64_t port;

	if (!len)
		return true;
	if (text[0] != ':' || len > sizeof(digits))
		return false;
	memcpy(digits, text + 1, len - 1);
	return !text_to_int(digits, 1, 65535, &port);
}

/* What should stand in place of the address behind "://"; NULL: it is fine. */
static const char *
find_fault(const char *rest)
{
	size_t authority = strcspn(rest, "/?#");
	size_t host = strcspn(rest, "/?#:");

	if (strcspn(rest, "@") < authority)
		return "an address without user name and password";
	if (rest[strcspn(rest, "?#")])
		return "an address without query and fragment";
	for (const char *p = rest; *p; p++) {
		if (*p <= ' ' || *p == '\\' || *p == '"' || *p == 0x7f)
			return "an address in ASCII and without spaces";
	}
	/* An IPv6 address has colons of its own. */
	if (rest[0] == '[')
		host = strcspn(rest, "/]") + 1;
	if (!host || host > authority ||
	    !is_port(rest + host, authority - host))
		return "https://HOST[:PORT]/PATH";
	return NULL;
}

/* The same of the whole address. */
static const char *
find_fault_of_url(const char *text)
{
	if (!strncasecmp(text, "https://", 8))
		return find_fault(text + 8);
	if (!strncasecmp(text, "http://", 7))
		return find_fault(text + 7);
	return *text ? "https://HOST[:PORT]/PATH" : NULL;
}

/* Put a sound address into the field, without slashes at its end. */
static int
replace_url(char **url, const char *text, struct ark_error *err)
{
	size_t len = strlen(text);
	int rc;

	rc = replace(url, text, err);
	while (!rc && len && (*url)[len - 1] == '/')
		(*url)[--len] = 0;
	return rc;
}

int
value_url(const struct config_key *key, void *field, const char *text,
	  struct ark_error *err)
{
	struct buf shown = BUF_INIT(4096);
	const char *fault = find_fault_of_url(text);
	int rc;

	(void)key;
	if (fault) {
		/* A misplaced password must not reach the screen. */
		if (text[strcspn(text, "@?#")])
			text_redact_url(&shown, text);
		else
			buf_adds(&shown, text);
		rc = refuse(fault, buf_text(&shown), err);
		buf_release(&shown);
		return rc;
	}
	return replace_url(field, text, err);
}

int
value_secret_url(const struct config_key *key, void *field, const char *text,
		 struct ark_error *err)
{
	const char *fault = find_fault_of_url(text);

	(void)key;
	if (fault)
		return error_set(err, ARK_EUSAGE, "expected %s; what was found "
				 "is a secret and not shown", fault);
	return replace_url(field, text, err);
}

static int
within(const struct config_key *key, int64_t value, const char *text,
       const char *unit, struct ark_error *err)
{
	if (value >= key->min && value <= key->max)
		return 0;
	return error_set(err, ARK_EUSAGE, "expected %lld to %lld%s, "
			 "found \"%s\"", (long long)key->min,
			 (long long)key->max, unit, text);
}

int
value_bytes(const struct config_key *key, void *field, const char *text,
	    struct ark_error *err)
{
	int64_t value;
	int rc;

	if (text_to_bytes(text, &value))
		return refuse("a size such as 512, 10M or 1.5G", text, err);
	rc = within(key, value, text, " bytes", err);
	if (!rc)
		*(int64_t *)field = value;
	return rc;
}

int
value_seconds(const struct config_key *key, void *field, const char *text,
	      struct ark_error *err)
{
	int64_t value;
	int rc;

	if (text_to_seconds(text, &value))
		return refuse("a duration such as 90s, 12h or 3d", text, err);
	rc = within(key, value, text, " seconds", err);
	if (!rc)
		*(int64_t *)field = value;
	return rc;
}

int
value_int(const struct config_key *key, void *field, const char *text,
	  struct ark_error *err)
{
	int64_t value;
	int rc;

	if (key->min == 0 && text_equal_nocase(text, "auto"))
		value = 0;
	else if (text_to_int(text, INT32_MIN, INT32_MAX, &value))
		return refuse("a whole number", text, err);
	rc = within(key, value, text, "", err);
	if (!rc)
		*(int32_t *)field = (int32_t)value;
	return rc;
}

/* Not strtod(): its decimal point is the locale's. */
static int
parse_decimal(const char *text, double *out)
{
	size_t whole = strspn(text, "0123456789");
	const char *point = text + whole;
	double value = 0, worth = 0.1;

	if (!whole || whole > 15)
		return ARK_EFORMAT;
	for (const char *p = text; p < point; p++)
		value = value * 10 + (*p - '0');
	if (*point == '.') {
		const char *p = point + 1;

		if (!strspn(p, "0123456789") || p[strspn(p, "0123456789")])
			return ARK_EFORMAT;
		for (; *p; p++) {
			value += (*p - '0') * worth;
			worth /= 10;
		}
	} else if (*point) {
		return ARK_EFORMAT;
	}
	*out = value;
	return 0;
}

int
value_rate(const struct config_key *key, void *field, const char *text,
	   struct ark_error *err)
{
	double value;

	if (parse_decimal(text, &value))
		return refuse("a number such as 5 or 0.5", text, err);
	if (value < (double)key->min || value > (double)key->max)
		return error_set(err, ARK_EUSAGE, "expected %lld to %lld, "
				 "found \"%s\"", (long long)key->min,
				 (long long)key->max, text);
	*(double *)field = value;
	return 0;
}

int
value_bool(const struct config_key *key, void *field, const char *text,
	   struct ark_error *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "yes", true }, { "no", false },
		{ "true", true }, { "false", false },
		{ "on", true }, { "off", false },
		{ "1", true }, { "0", false },
	};

	(void)key;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_equal_nocase(text, words[i].word)) {
			*(bool *)field = words[i].value;
			return 0;
		}
	}
	return refuse("yes or no", text, err);
}

void
value_list_clear(struct config_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	*list = (struct config_list){ 0 };
}

int
value_list(const struct config_key *key, void *field, const char *text,
	   struct ark_error *err)
{
	static const char separators[] = ", \t\r\n";
	struct config_list *list = field;
	size_t before = list->n;
	int rc = 0;

	(void)key;
	for (text += strspn(text, separators); *text;
	     text += strspn(text, separators)) {
		size_t len = strcspn(text, separators);
		char *item;

		if (list->n == CONFIG_MAX_LIST) {
			rc = error_set(err, ARK_EUSAGE, "expected at most %d "
				       "items", CONFIG_MAX_LIST);
			goto out;
		}
		item = strndup(text, len);
		if (!item) {
			rc = error_nomem(err);
			goto out;
		}
		list->items[list->n++] = item;
		rc = check_text(item, err);
		if (rc)
			goto out;
		text += len;
	}
out:
	while (rc && list->n > before) {
		free(list->items[--list->n]);
		list->items[list->n] = NULL;
	}
	return rc;
}
