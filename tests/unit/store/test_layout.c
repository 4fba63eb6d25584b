#include "base/idset.h"
#include "store/safe.h"
#include "unit/store/scratch.h"

#define DEFAULT "{time}-{id}"

static const struct layout_fields plain = {
	.day = 20088, .second = 52205, .id = "65f0c1", .agent = "Maria Silva",
	.service = "Suporte", .protocol = "20240001", .origin = "phone",
};

static void
checks_templates(void **state)
{
	static const struct {
		const char *template;
		int rc;
	} table[] = {
		{ "{time}-{id}", 0 }, { "{id}", 0 }, { "{id}-{time}", 0 },
		{ "{time}{id}", 0 }, { "{id}{time}", 0 },
		{ "{agent}-{id}", 0 }, { "{agent}.{id}", 0 },
		{ "{time}-{agent}-{id}", 0 }, { "{id}-{agent}", 0 },
		{ "{agent}{service}-{id}", 0 }, { "call-{id}", 0 },
		{ "{agent}_x-{id}-{origin}", 0 }, { "0{id}", 0 },
		{ "{agent}-{service}-{protocol}-{origin}-{id}", 0 },
		{ "", ARK_EUSAGE }, { "{time}", ARK_EUSAGE },
		{ "{id}{id}", ARK_EUSAGE }, { "{id}-{id}", ARK_EUSAGE },
		{ "{agent}{id}", ARK_EUSAGE }, { "{id}{agent}", ARK_EUSAGE },
		{ "{agent}_{id}", ARK_EUSAGE }, { "{id}x{agent}", ARK_EUSAGE },
		{ "{agent}{time}{id}", ARK_EUSAGE },
		{ "{agent}-{id}{origin}", ARK_EUSAGE },
		{ "-{id}", ARK_EUSAGE }, { ".{id}", ARK_EUSAGE },
		{ "_{id}", ARK_EUSAGE }, { "a/{id}", ARK_EUSAGE },
		{ "../{id}", ARK_EUSAGE }, { "{id} ", ARK_EUSAGE },
		{ "{id", ARK_EUSAGE }, { "id}", ARK_EUSAGE },
		{ "{ID}", ARK_EUSAGE }, { "{}-{id}", ARK_EUSAGE },
		{ "{i}-{id}", ARK_EUSAGE }, { "{idx}", ARK_EUSAGE },
		{ "{id}\n", ARK_EUSAGE }, { "\xc3\xa3{id}", ARK_EUSAGE },
		{ "{id}\\x", ARK_EUSAGE }, { "{{id}}", ARK_EUSAGE },
		/* "com" and "xcom" would share "xcom1.wav", and so on. */
		{ "{id}1", ARK_EUSAGE }, { "{id}N", ARK_EUSAGE },
		{ "{id}1.{agent}", ARK_EUSAGE }, { "{id}_1", 0 },
		{ "x{id}1", 0 }, { "{time}{id}1", 0 },
		{ "{path}-{id}", ARK_EUSAGE },
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst{id}",
		  ARK_EUSAGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct ark_error err = { 0 };
		int rc = layout_check(table[i].template, &err);

		if (rc != table[i].rc)
			fail_msg("\"%s\": %d", table[i].template, rc);
		assert_int_equal(err.code, rc);
		assert_int_equal(layout_check(table[i].template, NULL), rc);
	}
}

/* An id, and what becomes of it; "#" is a hash of 8 hex digits. */
static const struct {
	const char *id, *expected;
} ids[] = {
	{ "65f0c1", "65f0c1" },
	{ "a", "a" },
	{ "0", "0" },
	{ "a.b_c-d", "a.b_c-d" },
	{ "1234567890.123", "1234567890.123" },
	{ "0b54c2a8-3f4e-4d5a-9e1b-2f6a7c8d9e0f",
	  "0b54c2a8-3f4e-4d5a-9e1b-2f6a7c8d9e0f" },
	{ "65F0C1", "65F0C1-#" },		/* differs only by case */
	{ "a-0123abcd", "a-0123abcd-#" },	/* looks as if it had a hash */
	{ "a-0123abcg", "a-0123abcg" },
	{ "-0123abcd", "x-0123abcd-#" },
	{ "", "x-#" },
	{ ".", "x.-#" }, { "..", "x..-#" }, { ".hidden", "x.hidden-#" },
	{ "-rf", "x-rf-#" }, { "_a", "x_a-#" }, { "--", "x---#" },
	{ "../../etc/passwd", "x..-..-etc-passwd-#" },
	{ "a/b", "a-b-#" }, { "a\\b", "a-b-#" }, { "/", "x--#" },
	{ "C:\\a", "C--a-#" }, { "a:b", "a-b-#" }, { "a b", "a-b-#" },
	{ "a\nb", "a-b-#" }, { "a\rb", "a-b-#" }, { "a\tb", "a-b-#" },
	{ "a\033[31mb", "a--31mb-#" }, { "a\177", "a--#" },
	{ "a*?<>|\"'`$;&!b", "a------------b-#" },
	{ "a%2e%2e", "a-2e-2e-#" }, { "a{id}", "a-id--#" },
	{ "~a", "x-a-#" }, { "a~1", "a-1-#" }, { "@a", "x-a-#" },
	{ "a,b", "a-b-#" }, { "a+b=c", "a-b-c-#" }, { "(a)", "x-a--#" },
	{ "jo\xc3\xa3o", "joao-#" },
	{ "\xc3\x87\xc3\xa3o", "Cao-#" },
	{ "\xc3\xa9\xc3\xa8\xc3\xaa\xc3\xab", "eeee-#" },
	{ "\xc3\xb1\xc3\xb5\xc3\xbc\xc3\xbf", "nouy-#" },
	{ "\xc5\x82\xc5\xbc\xc5\xba\xc4\x85", "lzza-#" },
	{ "\xc3\x97", "x--#" },			/* the sign of multiplication */
	{ "a\xcc\x83" "b", "ab-#" },		/* a combining tilde */
	{ "\xcc\x83", "x-#" },
	{ "\xe4\xbd\xa0\xe5\xa5\xbd", "x---#" },
	{ "a\xf0\x9f\x98\x80" "b", "a-b-#" },
	{ "a\xe2\x80\xae" "b", "a-b-#" },	/* right-to-left override */
	{ "a\xef\xbc\x8f" "b", "a-b-#" },	/* a full-width slash */
	{ "a\xef\xbb\xbf", "a--#" },
	{ "\xff\xfe", "x---#" }, { "a\xc3", "a--#" }, { "a\x80", "a--#" },
	{ "a\xc0\xaf" "b", "a--b-#" },		/* an overlong slash */
	{ "a\xed\xa0\x80" "b", "a---b-#" },	/* half a pair */
	{ "a\xf4\x90\x80\x80", "a-----#" },
	{ "con", "xcon-#" }, { "nul", "xnul-#" }, { "aux", "xaux-#" },
	{ "prn", "xprn-#" }, { "com1", "xcom1-#" }, { "lpt9", "xlpt9-#" },
	{ "com0", "xcom0-#" }, { "CON", "xCON-#" }, { "Nul", "xNul-#" },
	{ "con.txt", "xcon.txt-#" }, { "com1.a.b", "xcom1.a.b-#" },
	{ "c\xc3\xb3n", "xcon-#" }, { "NUL.", "xNUL.-#" },
	{ "com", "com" }, { "com10", "com10" }, { "com-", "com-" }, { "coma", "coma" }, { "cona", "cona" },
	{ "com\xc2\xb9", "com--#" }, { "con-x", "con-x" },
	{ "xcon", "xcon" },
	{ "0123456789012345678901234567890123456789012345678901234567890123",
	  "0123456789012345678901234567890123456789012345678901234567890123" },
	{ "01234567890123456789012345678901234567890123456789012345678901234",
	  "0123456789012345678901234567890123456789012345678901234-#" },
};

/* Whether text is pattern, in which "#" stands for 8 hex digits. */
static bool
is_like(const char *text, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern != '#') {
			if (*text++ != *pattern)
				return false;
			continue;
		}
		if (strspn(text, "0123456789abcdef") != 8)
			return false;
		text += 8;
	}
	return !*text;
}

static void
makes_ids_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct layout_fields f = plain;
		char out[SAFE_ID_MAX + 1], name[LAYOUT_NAME_MAX + 1];
		char expected[256];

		assert_int_equal(safe_id(out, ids[i].id, NULL), 0);
		if (!is_like(out, ids[i].expected))
			fail_msg("%zu \"%s\": \"%s\"", i, ids[i].id, out);
		f.id = ids[i].id;
		assert_int_equal(layout_name(name, DEFAULT, &f, "wav", NULL),
				 0);
		(void)snprintf(expected, sizeof(expected), "143005-%s.wav",
			       out);
		assert_string_equal(name, expected);
		assert_int_equal(layout_name(name, "{id}", &f, "mp3", NULL), 0);
		(void)snprintf(expected, sizeof(expected), "%s.mp3", out);
		assert_string_equal(name, expected);
	}
}

static void
fills_templates(void **state)
{
	static const struct {
		const char *template, *agent, *expected;
	} table[] = {
		{ "{agent}-{id}", "Maria Silva", "Maria_Silva-65f0c1.wav" },
		{ "{agent}-{id}", "Jo\xc3\xa3o", "Joao-65f0c1.wav" },
		{ "{agent}-{id}", "", "none-65f0c1.wav" },
		{ "{agent}-{id}", "\xe4\xbd\xa0", "none-65f0c1.wav" },
		{ "{agent}-{id}", "../../x", "x-65f0c1.wav" },
		{ "{agent}-{id}", "..", "none-65f0c1.wav" },
		{ "{agent}-{id}", "-rf", "rf-65f0c1.wav" },
		{ "{agent}-{id}", ".bashrc", "bashrc-65f0c1.wav" },
		{ "{agent}-{id}", "a-b.c/d", "a_b_c_d-65f0c1.wav" },
		{ "{agent}-{id}", "a\xcc\x83" "b", "ab-65f0c1.wav" },
		{ "{agent}-{id}", "CON", "CON-65f0c1.wav" },
		{ "{agent}.{id}", "CON", "xCON.65f0c1.wav" },
		{ "{agent}.{id}", "nul", "xnul.65f0c1.wav" },
		{ "co{agent}.{id}", "m1", "xcom1.65f0c1.wav" },
		{ "{agent}-{id}", "0123456789012345678901234567890123456789",
		  "01234567890123456789012345678901-65f0c1.wav" },
		{ "{service}_{protocol}_{origin}-{time}-{id}", "",
		  "Suporte_20240001_phone-143005-65f0c1.wav" },
		{ "{id}.{origin}", "", "65f0c1.phone.wav" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct layout_fields f = plain;
		char name[LAYOUT_NAME_MAX + 1];

		f.agent = table[i].agent;
		assert_int_equal(layout_check(table[i].template, NULL), 0);
		assert_int_equal(layout_name(name, table[i].template, &f, "wav",
					     NULL), 0);
		assert_string_equal(name, table[i].expected);
	}
}

static void
refuses_odd_fields(void **state)
{
	static const char *const extensions[] = {
		"", ".wav", "WAV", "w v", "../x", "toolong99", "a.b", "w\n",
	};
	struct layout_fields f = plain;
	char name[LAYOUT_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++)
		assert_int_equal(layout_name(name, DEFAULT, &f, extensions[i],
					     NULL), ARK_EFORMAT);
	f.second = -1;
	assert_int_equal(layout_name(name, DEFAULT, &f, "wav", NULL),
			 ARK_EFORMAT);
	f.second = 86400;
	assert_int_equal(layout_name(name, DEFAULT, &f, "wav", NULL),
			 ARK_EFORMAT);
	f.second = 86399;
	assert_int_equal(layout_name(name, DEFAULT, &f, "wav", NULL), 0);
	assert_string_equal(name, "235959-65f0c1.wav");
	f.second = 0;
	assert_int_equal(layout_name(name, DEFAULT, &f, "wav", NULL), 0);
	assert_string_equal(name, "000000-65f0c1.wav");
	assert_int_equal(layout_name(name, "{x}", &f, "wav", NULL), ARK_EUSAGE);
}

static void
is_a_good_name(const char *name)
{
	if (!safe_is_name(name, LAYOUT_NAME_MAX) || safe_is_device(name))
		fail_msg("\"%s\"", name);
}

/* Enter name without regard to case; it must be new. */
static void
is_new(struct idset *seen, const char *name)
{
	char folded[LAYOUT_NAME_MAX + 1];
	size_t i;

	for (i = 0; name[i]; i++)
		folded[i] = name[i] >= 'A' && name[i] <= 'Z' ?
			(char)(name[i] - 'A' + 'a') : name[i];
	folded[i] = 0;
	if (idset_add(seen, folded) != 1)
		fail_msg("\"%s\" twice", name);
}

/* Every byte alone, first, last and in the middle. */
static void
every_byte_is_harmless(void **state)
{
	struct idset seen = { 0 };

	(void)state;
	for (int b = 1; b < 256; b++) {
		const char c = (char)b;
		const char forms[4][4] = {
			{ c }, { c, 'a' }, { 'b', c }, { 'c', c, 'd' },
		};

		for (int k = 0; k < 4; k++) {
			struct layout_fields f = plain;
			char name[LAYOUT_NAME_MAX + 1];

			f.id = f.agent = forms[k];
			assert_int_equal(layout_name(name, "{id}", &f, "wav",
						     NULL), 0);
			is_a_good_name(name);
			/* "ba" came as { c, 'a' } or comes later: once. */
			if (!(k == 2 && c == 'a'))
				is_new(&seen, name);
			assert_int_equal(layout_name(name, "{agent}-{id}", &f,
						     "wav", NULL), 0);
			is_a_good_name(name);
		}
	}
	idset_release(&seen);
}

/* Text of characters that make trouble, from a seed. */
static void
troublesome(char out[100], uint32_t *seed)
{
	static const char *const pieces[] = {
		"a", "A", "b", "-", ".", "_", "/", "\\", " ", "1", "\n",
		"\xc3\xa3", "\xc3\x83", "\xff", "con", "x", "-00000000", "nul.",
		"0123456789abcdefghijklmnopqrstuvwxyz",
	};
	size_t n = 0;
	unsigned count;

	*seed = *seed * 1664525u + 1013904223u;
	count = (*seed >> 24) % 7;
	for (unsigned i = 0; i < count; i++) {
		const char *piece;

		*seed = *seed * 1664525u + 1013904223u;
		piece = pieces[(*seed >> 16) %
			       (sizeof(pieces) / sizeof(*pieces))];
		if (n + strlen(piece) >= 99)
			break;
		memcpy(out + n, piece, strlen(piece));
		n += strlen(piece);
	}
	out[n] = 0;
}

static void
two_ids_never_share_a_name(void **state)
{
	static const char *const templates[] = {
		"{id}", "{time}-{id}", "{time}{id}", "{agent}-{id}",
		"{id}-{agent}", "{agent}.{id}-x{origin}", "c{agent}.{id}",
		"{agent}-{service}-{protocol}-{origin}-{time}-{id}",
	};

	(void)state;
	for (size_t k = 0; k < sizeof(templates) / sizeof(*templates); k++) {
		struct idset known = { 0 }, seen = { 0 };
		uint32_t seed = (uint32_t)k + 1;

		assert_int_equal(layout_check(templates[k], NULL), 0);
		for (int i = 0; i < 20000; i++) {
			char id[100], agent[100], origin[100];
			char name[LAYOUT_NAME_MAX + 1];
			struct layout_fields f = plain;

			troublesome(id, &seed);
			troublesome(agent, &seed);
			troublesome(origin, &seed);
			if (idset_add(&known, id) != 1)
				continue;
			f.id = id;
			f.agent = agent;
			f.origin = origin;
			f.service = agent;
			assert_int_equal(layout_name(name, templates[k], &f,
						     "wav", NULL), 0);
			is_a_good_name(name);
			is_new(&seen, name);
			/* What a name was made of must not undo another. */
			if (idset_add(&known, name) == 1) {
				f.id = name;
				assert_int_equal(layout_name(name, templates[k],
							     &f, "wav", NULL),
						 0);
				is_a_good_name(name);
				is_new(&seen, name);
			}
		}
		idset_release(&known);
		idset_release(&seen);
	}
}

static void
long_fields_fit(void **state)
{
	char text[5001];
	struct layout_fields f = plain;
	char name[LAYOUT_NAME_MAX + 1];

	(void)state;
	memset(text, 'z', sizeof(text));
	text[5000] = 0;
	f.agent = f.service = f.protocol = f.origin = f.id = text;
	assert_int_equal(layout_name(name, "{agent}-{service}-{protocol}-"
				     "{origin}-{time}-{id}", &f, "wav", NULL),
			 0);
	is_a_good_name(name);
	assert_true(strlen(name) <= LAYOUT_NAME_MAX);
	text[SAFE_ID_MAX] = 0;	/* just not too long to stay as it is */
	assert_int_equal(layout_name(name, "{agent}-{service}-{protocol}-"
				     "{origin}-{time}-{id}", &f, "wav", NULL),
			 0);
	assert_non_null(strstr(name, f.id));
}

static void
days_go_round(void **state)
{
	char path[STORE_PATH_MAX];
	int32_t found = 0;

	(void)state;
	layout_day(path, 0);
	assert_string_equal(path, "1970/01/01");
	layout_day(path, 20088);
	assert_string_equal(path, "2024/12/31");
	layout_day(path, 11016);
	assert_string_equal(path, "2000/02/29");
	layout_day(path, INT32_MAX);
	assert_string_equal(path, "9999/12/31");
	layout_day(path, INT32_MIN);
	assert_string_equal(path, "0000/01/01");
	for (int32_t day = -719528; day <= 2932896; day += 17) {
		layout_day(path, day);
		assert_int_equal(layout_parse_day(path, &found), 0);
		assert_int_equal(found, day);
	}
}

static void
parses_days(void **state)
{
	static const struct {
		const char *path;
		int rc;
	} table[] = {
		{ "2024/12/31", 0 }, { "2024/12/31/", 0 },
		{ "2024/12/31/data/audio/x.wav", 0 }, { "2024/02/29", 0 },
		{ "2023/02/29", ARK_EFORMAT }, { "1900/02/29", ARK_EFORMAT },
		{ "2000/02/29", 0 }, { "2024/13/01", ARK_EFORMAT },
		{ "2024/00/01", ARK_EFORMAT }, { "2024/01/00", ARK_EFORMAT },
		{ "2024/04/31", ARK_EFORMAT }, { "2024-12-31", ARK_EFORMAT },
		{ "2024/12/3", ARK_EFORMAT }, { "2024/12/311", ARK_EFORMAT },
		{ "2024/12", ARK_EFORMAT }, { "", ARK_EFORMAT },
		{ " 024/12/31", ARK_EFORMAT }, { "+024/12/31", ARK_EFORMAT },
		{ "2024/1 /31", ARK_EFORMAT }, { "/2024/12/31", ARK_EFORMAT },
		{ "2024/12/31x", ARK_EFORMAT }, { "quarantine", ARK_EFORMAT },
	};
	int32_t day = -5;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (layout_parse_day(table[i].path, &day) != table[i].rc)
			fail_msg("\"%s\"", table[i].path);
	}
	assert_int_equal(layout_parse_day("2024/12/31/x", &day), 0);
	assert_int_equal(day, 20088);
}

static void
makes_paths(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "a/b", "/a", ".a", "-a", "a b", "a\n",
	};
	const uint8_t sha256[DIGEST_SHA256_SIZE] = { 0xde, 0xad, 0xbe, 0xef };
	char path[STORE_PATH_MAX], name[LAYOUT_NAME_MAX + 2];

	(void)state;
	assert_int_equal(layout_audio(path, 20088, "a-1.wav", NULL), 0);
	assert_string_equal(path, "2024/12/31/data/audio/a-1.wav");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(layout_audio(path, 20088, bad[i], NULL),
				 ARK_EFORMAT);
	memset(name, 'a', sizeof(name));
	name[LAYOUT_NAME_MAX + 1] = 0;
	assert_int_equal(layout_audio(path, 0, name, NULL), ARK_EFORMAT);
	name[LAYOUT_NAME_MAX] = 0;
	assert_int_equal(layout_audio(path, 0, name, NULL), 0);
	assert_int_equal(layout_audio(path, INT32_MAX, "a", NULL), ARK_EFORMAT);
	assert_int_equal(layout_audio(path, INT32_MIN, "a", NULL), ARK_EFORMAT);
	assert_int_equal(layout_media(path, 20088, "a.3.1.png", NULL), 0);
	assert_string_equal(path, "2024/12/31/data/media/a.3.1.png");
	assert_int_equal(layout_media(path, 20088, "../a", NULL), ARK_EFORMAT);
	assert_int_equal(layout_media(path, INT32_MAX, "a", NULL), ARK_EFORMAT);
	assert_int_equal(layout_in_bag(path, 20088, "bagit.txt", NULL), 0);
	assert_string_equal(path, "2024/12/31/bagit.txt");
	assert_int_equal(layout_in_bag(path, 20088, "data/recordings.csv",
				       NULL), 0);
	assert_string_equal(path, "2024/12/31/data/recordings.csv");
	assert_int_equal(layout_in_bag(path, 20088, "data/../x", NULL),
			 ARK_EFORMAT);
	assert_int_equal(layout_in_bag(path, 20088, "data//x", NULL),
			 ARK_EFORMAT);
	assert_int_equal(layout_quarantine(path, 20088, "../x", sha256, NULL),
			 0);
	assert_true(is_like(path, "quarantine/2024/12/31/x..-x-#-deadbeef"));
	assert_int_equal(layout_quarantine(path, INT32_MAX, "x", sha256, NULL),
			 ARK_EFORMAT);
}

/* Each name in it could be ours, and together they are longer than a path. */
static void
a_path_that_is_too_long_is_none(void **state)
{
	char path[STORE_PATH_MAX], name[STORE_PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 100 ? 'a' : '/';
	name[0] = 'a';
	name[sizeof(name) - 1] = 0;
	assert_int_equal(layout_in_bag(path, 20088, name, NULL), ARK_EFORMAT);
	name[100] = 0;
	assert_int_equal(layout_in_bag(path, 20088, name, NULL), 0);
	memset(name, 'a', LAYOUT_NAME_MAX + 1);
	name[LAYOUT_NAME_MAX + 1] = 0;
	assert_int_equal(layout_in_bag(path, 20088, name, NULL), ARK_EFORMAT);
}

static void
records_of_draws_go_round(void **state)
{
	static const int64_t numbers[] = { 1, 42, 9999, 10000, INT64_MAX };
	static const char *const others[] = {
		"", ".ndjson", "0.ndjson", "0000.ndjson", "1.ndjson",
		"00001.ndjson", "0001.ndjson~", "0001", "+001.ndjson",
		"0001.NDJSON", "99999999999999999999.ndjson",
		"0000000000000000000000000000001.ndjson",
	};
	char path[STORE_PATH_MAX];
	int64_t found = -7;

	(void)state;
	layout_draw(path, 7);
	assert_string_equal(path, "draws/0007.ndjson");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		layout_draw(path, numbers[i]);
		assert_int_equal(layout_parse_draw(path + strlen("draws/"),
						   &found), 0);
		assert_true(found == numbers[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(layout_parse_draw(others[i], &found),
				 ARK_EFORMAT);
	assert_true(found == INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_templates),
		cmocka_unit_test(makes_ids_safe),
		cmocka_unit_test(fills_templates),
		cmocka_unit_test(refuses_odd_fields),
		cmocka_unit_test(every_byte_is_harmless),
		cmocka_unit_test(two_ids_never_share_a_name),
		cmocka_unit_test(long_fields_fit),
		cmocka_unit_test(days_go_round),
		cmocka_unit_test(parses_days),
		cmocka_unit_test(makes_paths),
		cmocka_unit_test(a_path_that_is_too_long_is_none),
		cmocka_unit_test(records_of_draws_go_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
