/*
 * Four hundred texts that want to be more than a name: as ids, as agents and as
 * templates.  What is made of them is judged by rules written down here anew,
 * those of Linux, Windows and macOS, and not by the store's own.
 */
#include <assert.h>
#include <strings.h>

#include "base/idset.h"
#include "base/text.h"
#include "unit/store/scratch.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define TEXT_SIZE 1024
#define X100 \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define C20 \
	"\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7" \
	"\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7" \
	"\xc3\xa7\xc3\xa7\xc3\xa7\xc3\xa7"

static const char *const stems[] = {
	"con", "NUL", "aux", "Prn", "com1", "LPT9",	/* devices of Windows */
	"../x", "../../etc/passwd", "C:\\x", "\\\\?\\UNC\\x",
	"-rf", "lock", "$(id)`id`;id",
	"ab", "aB",					/* alike but for case */
	"\xc3\xa1", "a\xcc\x81",			/* alike but for form */
	"\xe2\x84\xab",					/* the sign Angstrom */
	"\xe2\x80\xaegnp",				/* right to left */
	"\xff\xfe",					/* no UTF-8 */
};

static const struct {
	const char *before, *behind;
} coats[] = {
	{ "", "" }, { "", ".wav" }, { "", "." }, { "", " " }, { " ", "" },
	{ ".", "" }, { "-", "" }, { "~", "" }, { "", "\n" }, { "\x1b[2J", "" },
	{ "", "/" }, { "/", "" }, { "", "\\" }, { "", ":$DATA" },
	{ "", "%2f%00" }, { "", "~1" }, { "", "-0123abcd" },
	{ "", "*?<>|\"" }, { "", X100 X100 X100 }, { C20 C20 C20 C20, "" },
};

#define N_TEXTS (N(stems) * N(coats))

static_assert(N_TEXTS == 400, "twenty stems in twenty coats");

static void
text_at(char out[TEXT_SIZE], size_t i)
{
	(void)snprintf(out, TEXT_SIZE, "%s%s%s", coats[i % N(coats)].before,
		       stems[i / N(coats)], coats[i % N(coats)].behind);
}

/* Whether Windows would open a device instead of a file. */
static bool
is_device_of_windows(const char *name)
{
	static const char *const devices[] = {
		"con", "prn", "aux", "nul", "conin$", "conout$", "clock$",
	};
	size_t n = strcspn(name, ". :");

	for (size_t i = 0; i < N(devices); i++) {
		if (n == strlen(devices[i]) &&
		    !strncasecmp(name, devices[i], n))
			return true;
	}
	return n == 4 && name[3] >= '0' && name[3] <= '9' &&
	       (!strncasecmp(name, "com", 3) || !strncasecmp(name, "lpt", 3));
}

/* What is wrong with name on any of the three systems, or NULL. */
static const char *
flaw_of(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > 255)
		return "length";
	if (!text_is_utf8(name, n))
		return "no UTF-8";
	for (size_t i = 0; i < n; i++) {
		if (name[i] <= ' ' || name[i] > '~')
			return "a control character, space or no ASCII";
		if (strchr("<>:\"/\\|?*$`;&'(){}[]!#%", name[i]))
			return "a character with a meaning";
	}
	if (strchr("-.~", name[0]))
		return "its first character";
	if (name[n - 1] == '.' || name[n - 1] == '~')
		return "its last character";
	return is_device_of_windows(name) ? "a device" : NULL;
}

static void
is_good(const char *name, const char *text)
{
	const char *flaw = flaw_of(name);

	if (flaw)
		fail_msg("\"%s\" of \"%s\": %s", name, text, flaw);
	assert_true(strlen(name) <= LAYOUT_NAME_MAX);
}

/*
 * Being ASCII, a name is its own NFC, NFD, NFKC and NFKD; so two names are one
 * to no file system if they differ here.
 */
static void
is_new_without_case(struct idset *seen, const char *name)
{
	char folded[LAYOUT_NAME_MAX + 1] = { 0 };

	for (size_t i = 0; name[i]; i++)
		folded[i] = name[i] >= 'A' && name[i] <= 'Z'
			? (char)(name[i] + ('a' - 'A')) : name[i];
	if (idset_add(seen, folded) != 1)
		fail_msg("\"%s\" twice", name);
}

static struct layout_fields
fields_of(const char *id, const char *word)
{
	return (struct layout_fields){
		.day = 20088, .second = 52205, .id = id, .agent = word,
		.service = word, .protocol = word, .origin = word,
	};
}

static void
the_texts_are_400(void **state)
{
	struct idset seen = { 0 };
	char text[TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < N_TEXTS; i++) {
		text_at(text, i);
		assert_int_equal(idset_add(&seen, text), 1);
	}
	idset_release(&seen);
}

static void
ids_get_harmless_names_of_their_own(void **state)
{
	static const char *const templates[] = {
		"{time}-{id}", "{id}", "{id}.{time}", "{agent}.{id}",
		"{agent}-{service}-{protocol}-{origin}-{time}-{id}",
	};
	char text[TEXT_SIZE], name[LAYOUT_NAME_MAX + 1];

	(void)state;
	for (size_t k = 0; k < N(templates); k++) {
		struct idset seen = { 0 };

		assert_int_equal(layout_check(templates[k], NULL), 0);
		for (size_t i = 0; i < N_TEXTS; i++) {
			struct layout_fields f = fields_of(text, text);

			text_at(text, i);
			assert_int_equal(layout_name(name, templates[k], &f,
						     "wav", NULL), 0);
			is_good(name, text);
			is_new_without_case(&seen, name);
		}
		idset_release(&seen);
	}
	print_message("%zu ids, %zu templates\n", (size_t)N_TEXTS,
		      N(templates));
}

/* An id may be chosen to be what another one was made into. */
static void
what_was_made_of_an_id_undoes_no_other(void **state)
{
	char text[TEXT_SIZE], name[LAYOUT_NAME_MAX + 1];
	struct idset seen = { 0 };
	size_t n_new = 0;

	(void)state;
	for (size_t i = 0; i < N_TEXTS; i++) {
		struct layout_fields f = fields_of(text, text);

		text_at(text, i);
		assert_int_equal(layout_name(name, "{id}", &f, "wav", NULL), 0);
		is_new_without_case(&seen, name);
		name[strlen(name) - strlen(".wav")] = 0;
		if (!strcmp(name, text))
			continue;
		(void)snprintf(text, sizeof(text), "%s", name);
		assert_int_equal(layout_name(name, "{id}", &f, "wav", NULL), 0);
		is_good(name, text);
		is_new_without_case(&seen, name);
		n_new++;
	}
	print_message("%zu ids made of ids\n", n_new);
	idset_release(&seen);
}

/* The other fields may share a name's part, and the id still tells apart. */
static void
agents_harm_no_name(void **state)
{
	static const char *const templates[] = {
		"{agent}-{id}", "{agent}.{id}", "{time}-{agent}-{id}",
		"{id}-{agent}", "{id}.{agent}",
	};
	char text[TEXT_SIZE], name[LAYOUT_NAME_MAX + 1];

	(void)state;
	for (size_t k = 0; k < N(templates); k++) {
		for (size_t i = 0; i < N_TEXTS; i++) {
			struct layout_fields f = fields_of("65f0c1", text);

			text_at(text, i);
			assert_int_equal(layout_name(name, templates[k], &f,
						     "wav", NULL), 0);
			is_good(name, text);
			assert_non_null(strstr(name, "65f0c1"));
		}
	}
	print_message("%zu agents, %zu templates\n", (size_t)N_TEXTS,
		      N(templates));
}

/* Try template on an id; return whether it may be used at all. */
static bool
is_taken(const char *template)
{
	struct layout_fields f = fields_of("nul", "com1");
	char name[LAYOUT_NAME_MAX + 1];
	struct ark_error err = { 0 };

	if (layout_check(template, &err)) {
		assert_int_equal(err.code, ARK_EUSAGE);
		return false;
	}
	assert_int_equal(layout_name(name, template, &f, "wav", NULL), 0);
	is_good(name, template);
	return true;
}

/* Before, behind and without an {id}: refused, or of no harm. */
static void
templates_are_refused_or_harmless(void **state)
{
	char text[TEXT_SIZE], template[TEXT_SIZE + 8];
	size_t n_taken = 0;

	(void)state;
	for (size_t i = 0; i < N_TEXTS; i++) {
		text_at(text, i);
		assert_false(is_taken(text));
		(void)snprintf(template, sizeof(template), "{id}-%s", text);
		n_taken += is_taken(template);
		(void)snprintf(template, sizeof(template), "%s-{id}", text);
		n_taken += is_taken(template);
	}
	/* Those of stem and coat that are letters, digits and "._-" alone. */
	print_message("%zu templates, %zu taken\n", 3 * (size_t)N_TEXTS,
		      n_taken);
	assert_int_equal(n_taken, 96);
}

static void
quarantine_is_harmless_too(void **state)
{
	const uint8_t sha256[DIGEST_SHA256_SIZE] = { 0xde, 0xad, 0xbe, 0xef };
	static const char prefix[] = "quarantine/2024/12/31/";
	char text[TEXT_SIZE], path[STORE_PATH_MAX];
	struct idset seen = { 0 };

	(void)state;
	for (size_t i = 0; i < N_TEXTS; i++) {
		text_at(text, i);
		assert_int_equal(layout_quarantine(path, 20088, text, sha256,
						   NULL), 0);
		assert_memory_equal(path, prefix, sizeof(prefix) - 1);
		is_good(path + sizeof(prefix) - 1, text);
		is_new_without_case(&seen, path + sizeof(prefix) - 1);
	}
	idset_release(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_texts_are_400),
		cmocka_unit_test(ids_get_harmless_names_of_their_own),
		cmocka_unit_test(what_was_made_of_an_id_undoes_no_other),
		cmocka_unit_test(agents_harm_no_name),
		cmocka_unit_test(templates_are_refused_or_harmless),
		cmocka_unit_test(quarantine_is_harmless_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
