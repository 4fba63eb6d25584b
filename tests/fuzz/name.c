/*
 * Names made of foreign text: the lines are a template, two ids, two agents and
 * anything else.  A made name is harmless whatever it is made of, and two ids
 * never share one, also where capitals do not count.
 */
#include <strings.h>

#include "fuzz.h"
#include "store/layout.h"
#include "store/safe.h"

#define ALLOWED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
		"0123456789._-"

static void
must_be_harmless(const char *name, size_t max)
{
	MUST(*name && strlen(name) <= max);
	MUST(!name[strspn(name, ALLOWED)]);
	MUST(!strchr("._-", *name));
	MUST(!safe_is_device(name));
	MUST(safe_is_name(name, max));
}

/* Below the archive, and none of its parts hidden or a way out. */
static void
must_be_a_path(const char *path, const char *begin)
{
	MUST(!strncmp(path, begin, strlen(begin)));
	MUST(!strstr(path, "//") && !strstr(path, "/."));
	MUST(!path[strspn(path, ALLOWED "/")]);
}

static void
try_words(const char *text)
{
	char word[SAFE_WORD_MAX + 1], id[SAFE_ID_MAX + 1], again[sizeof(id)];

	for (size_t max = 4; max <= SAFE_WORD_MAX; max += 7) {
		safe_word(word, text, max);
		MUST(*word && strlen(word) <= max && !strpbrk(word, ".-"));
		MUST(!word[strspn(word, ALLOWED)] && *word != '_');
	}
	MUST(!safe_id(id, text, NULL));
	must_be_harmless(id, SAFE_ID_MAX);
	/* What was made safe is told apart from an id that looks like it. */
	MUST(!safe_id(again, id, NULL));
	MUST(!strcmp(id, text) == !strcmp(again, id));
}

static void
try_names(const char *template, const struct layout_fields *one,
	  const struct layout_fields *other)
{
	char a[LAYOUT_NAME_MAX + 1], b[LAYOUT_NAME_MAX + 1];
	char path[STORE_PATH_MAX];
	int32_t day;

	MUST(!layout_name(a, template, one, "wav", NULL));
	MUST(!layout_name(b, template, other, "wav", NULL));
	must_be_harmless(a, LAYOUT_NAME_MAX);
	must_be_harmless(b, LAYOUT_NAME_MAX);
	MUST(!strcmp(a + strlen(a) - 4, ".wav"));
	if (strcmp(one->id, other->id))
		MUST(strcasecmp(a, b));
	MUST(!layout_audio(path, one->day, a, NULL));
	must_be_a_path(path, "2024/12/31/data/audio/");
	MUST(!layout_parse_day(path, &day) && day == one->day);
}

static void
try_paths(const char *text)
{
	uint8_t sha256[DIGEST_SHA256_SIZE] = { 0xab };
	char path[STORE_PATH_MAX], folder[STORE_PATH_MAX];
	int32_t day = 0;

	if (!layout_parse_day(text, &day)) {
		layout_day(folder, day);
		MUST(strlen(folder) == 10 && !strncmp(folder, text, 10));
	}
	if (!layout_in_bag(path, 20088, text, NULL))
		must_be_a_path(path, "2024/12/31/");
	if (!layout_audio(path, 20088, text, NULL))
		must_be_a_path(path, "2024/12/31/data/audio/");
	MUST(!layout_quarantine(path, 20088, text, sha256, NULL));
	must_be_a_path(path, "quarantine/2024/12/31/");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *template = input_line(&in);
	char *id = input_line(&in), *other_id = input_line(&in);
	char *agent = input_line(&in), *other_agent = input_line(&in);
	char *rest = input_rest(&in);
	const struct layout_fields one = { 20088, 52205, id, agent, rest,
					   other_agent, "" };
	const struct layout_fields other = { 20088, 52205, other_id,
					     other_agent, rest, agent, "x" };
	struct ark_error err = { 0 };
	int rc = layout_check(template, &err);

	must_report(rc, &err);
	if (!rc)
		try_names(template, &one, &other);
	try_names("{time}-{id}", &one, &other);
	try_words(id);
	try_words(agent);
	try_paths(rest);
	try_paths(id);
	free(template);
	free(id);
	free(other_id);
	free(agent);
	free(other_agent);
	free(rest);
	return 0;
}
