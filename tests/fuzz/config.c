/*
 * The file of settings.  What is accepted obeys the table of keys; written down
 * again it gives the same settings; what is refused is told on one line.
 */
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fdio.h"
#include "config/keys.h"
#include "config/values.h"
#include "fuzz.h"

#define TEXT_MAX ((size_t)4 << 20)

/* Nothing but the file shall count. */
static void
forget_environment(void)
{
	(void)unsetenv("CALLARK_CONFIG");
	(void)unsetenv("CALLARK_BASE_URL");
	(void)unsetenv("CALLARK_LOGIN");
	(void)unsetenv("CALLARK_ORGANIZATION");
	(void)unsetenv("CALLARK_ARCHIVE");
}

static int
load(struct ark_config **out, const void *bytes, size_t n,
     struct ark_error *err)
{
	int fd = memfd_create("settings", MFD_CLOEXEC);
	char path[32];
	int rc;

	MUST(fd >= 0 && !fdio_write(fd, bytes, n));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = ark_config_load(out, path, err);
	(void)close(fd);
	return rc;
}

static const void *
field_of(const struct ark_config *c, const struct config_key *key)
{
	return (const char *)c + key->at;
}

static bool
is_text(const struct config_key *key)
{
	return key->read == value_text || key->read == value_auto ||
	       key->read == value_word || key->read == value_url ||
	       key->read == value_command;
}

static const char *
text_of(const struct ark_config *c, const struct config_key *key)
{
	const char *text;

	memcpy(&text, field_of(c, key), sizeof(text));
	return text;
}

/* The number behind key; false when it has none, or a fraction. */
static bool
number_of(const struct ark_config *c, const struct config_key *key,
	  int64_t *out)
{
	if (key->read == value_bytes || key->read == value_seconds)
		*out = *(const int64_t *)field_of(c, key);
	else if (key->read == value_int)
		*out = *(const int32_t *)field_of(c, key);
	else
		return false;
	return true;
}

static void
look_at(const struct ark_config *c, const struct config_key *key)
{
	const struct config_list *list = field_of(c, key);
	int64_t number;

	if (is_text(key) && text_of(c, key)) {
		must_be_text(text_of(c, key));
		must_be_one_line(text_of(c, key));
	}
	if (number_of(c, key, &number))
		MUST(number >= key->min && number <= key->max);
	for (size_t i = 0; keys_is_list(key) && i < list->n; i++) {
		must_be_one_line(list->items[i]);
		MUST(*list->items[i] && !strpbrk(list->items[i], " ,"));
	}
}

static void
look(const struct ark_config *c)
{
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++)
		look_at(c, &keys[i]);
	MUST(c->name && *c->name);
	MUST(c->requests_per_second >= 0 && c->requests_per_second <= 10000);
	if (c->base_url) {
		const char *host = strstr(c->base_url, "://");

		MUST(host && !strpbrk(c->base_url, "?# "));
		MUST(!memchr(host + 3, '@', strcspn(host + 3, "/")));
	}
}

static void
write_key(struct buf *out, const struct ark_config *c,
	  const struct config_key *key)
{
	const struct config_list *list = field_of(c, key);
	const char *dot = strchr(key->name, '.');
	int64_t number;

	buf_addf(out, "[%.*s]\n", (int)(dot - key->name), key->name);
	if (is_text(key))
		buf_addf(out, "%s=%s\n", dot + 1,
			 text_of(c, key) ? text_of(c, key) : "");
	else if (number_of(c, key, &number))
		buf_addf(out, "%s=%" PRId64 "\n", dot + 1, number);
	else if (key->read == value_bool)
		buf_addf(out, "%s=%s\n", dot + 1,
			 *(const bool *)field_of(c, key) ? "yes" : "no");
	for (size_t i = 0; keys_is_list(key) && i < list->n; i++)
		buf_addf(out, "%s=%s\n", dot + 1, list->items[i]);
}

static void
must_be_equal(const struct ark_config *a, const struct ark_config *b)
{
	struct buf of_a = BUF_INIT(TEXT_MAX), of_b = BUF_INIT(TEXT_MAX);
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++) {
		write_key(&of_a, a, &keys[i]);
		write_key(&of_b, b, &keys[i]);
	}
	MUST(!of_a.rc && !of_b.rc);
	MUST(!strcmp(buf_text(&of_a), buf_text(&of_b)));
	buf_release(&of_a);
	buf_release(&of_b);
}

static void
write_and_load(const struct ark_config *c)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	struct ark_config *again = NULL;
	struct ark_error err = { 0 };
	size_t n;
	const struct config_key *keys = config_keys(&n);

	for (size_t i = 0; i < n; i++)
		write_key(&text, c, &keys[i]);
	MUST(!load(&again, text.data, text.len, &err));
	must_be_equal(c, again);
	ark_config_free(again);
	buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct ark_config *c = NULL;
	struct ark_error err = { 0 };
	int rc;

	forget_environment();
	rc = load(&c, bytes, n, &err);
	must_report(rc, &err);
	must_be_one_line(err.text);
	MUST(rc == 0 || rc == ARK_EUSAGE);
	if (!rc) {
		look(c);
		write_and_load(c);
		/* Whatever is missing, it is told and nothing worse. */
		(void)config_check(c, true, true, &err);
		must_be_one_line(err.text);
	}
	ark_config_free(c);
	return 0;
}
