/*
 * Patterns: the first line is the pattern, the rest the text.  The judge is the
 * textbook's table of all beginnings; only which two characters are equal is
 * asked of the function itself.
 */
#include "base/utf8.h"
#include "fuzz.h"

#define MAX_CHARS 64

/* The characters of a text, each as a text of its own. */
struct chars {
	char of[MAX_CHARS][5];
	size_t n;
};

static bool
part(struct chars *c, const char *text)
{
	size_t left = strlen(text);

	for (c->n = 0; left; c->n++) {
		uint32_t ignored;
		size_t len = utf8_next((const uint8_t *)text, left, &ignored);

		if (c->n == MAX_CHARS)
			return false;
		len = len ? len : 1;
		memcpy(c->of[c->n], text, len);
		c->of[c->n][len] = 0;
		text += len;
		left -= len;
	}
	return true;
}

/* By the table: row i, column j is whether the first i match the first j. */
static bool
matches(const struct chars *pattern, const struct chars *text)
{
	bool above[MAX_CHARS + 1] = { true }, row[MAX_CHARS + 1];

	for (size_t i = 0; i < pattern->n; i++) {
		const char *p = pattern->of[i];
		bool is_star = !strcmp(p, "*");

		row[0] = is_star && above[0];
		for (size_t j = 0; j < text->n; j++) {
			if (is_star)
				row[j + 1] = row[j] || above[j + 1];
			else
				row[j + 1] = above[j] &&
					     text_glob(p, text->of[j]);
		}
		memcpy(above, row, sizeof(above));
	}
	return above[text->n];
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *pattern = input_line(&in);
	char *text = input_rest(&in);
	struct chars of_pattern, of_text;
	bool is_match = text_glob(pattern, text);

	if (part(&of_pattern, pattern) && part(&of_text, text))
		MUST(matches(&of_pattern, &of_text) == is_match);
	MUST(text_glob("*", text));
	if (!strpbrk(pattern, "*?")) {
		MUST(text_glob(pattern, pattern));
		/* Without stars both sides are alike. */
		if (!strpbrk(text, "*?"))
			MUST(text_glob(text, pattern) == is_match);
	}
	free(pattern);
	free(text);
	return 0;
}
