/*
 * Texts that would command a terminal, a browser or a spreadsheet, in every
 * place of a text, judged by a reader of their own: what a terminal is sent
 * holds nothing but characters, and what a browser or a spreadsheet is given
 * comes back as it was.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "unit/sheet.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define LONG_SIZE ((size_t)200000)

struct bytes {
	const char *p;
	size_t n;
};

/* ---- terminals */

static const struct bytes commands[] = {
	TEXT("\x1b[2J"),			/* clear the screen */
	TEXT("\x1b[31m"), TEXT("\x1b[8m"),	/* red; invisible */
	TEXT("\x1b[1A\x1b[2K"),			/* rewrite the line above */
	TEXT("\x1b]0;title\x07"),		/* name the window */
	TEXT("\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\"),	/* a link */
	TEXT("\x1b]52;c;aWQK\x07"),		/* fill the clipboard */
	TEXT("\x1b[6n\x1b[c"),			/* make it type an answer */
	TEXT("\x1bP$q\"p\x1b\\"),		/* device control */
	TEXT("\x1b"), TEXT("\x1b["),		/* unfinished */
	TEXT("\xc2\x9b" "31m"),			/* CSI in one character */
	TEXT("\xc2\x9d" "0;t\xc2\x9c"),		/* OSC likewise */
	TEXT("\xc2\x85"), TEXT("\xc2\x90q"),	/* next line; DCS */
	TEXT("\x9b" "31m"),			/* C1 as a bare byte */
	TEXT("\x07"), TEXT("\x08\x08\x08"), TEXT("\rall is well"),
	TEXT("\nsync: complete"), TEXT("\x0b\x0c"), TEXT("\x0e\x0f"),
	TEXT("\x7f"), TEXT("\0"),
	TEXT("\xe2\x80\xaegnp.exe"),		/* right-to-left override */
	TEXT("\xe2\x81\xa6x\xe2\x81\xa9"),	/* isolates */
	TEXT("\xd8\x9c"),			/* the mark of Arabic */
	TEXT("\xe2\x80\xa8\xe2\x80\xa9"),	/* line, paragraph */
	TEXT("\xc0\x9b"),			/* an overlong ESC */
	TEXT("\xed\xa0\x9b\xf4\x90\x80\x80"),	/* no characters */
};

enum place { ALONE, FIRST, LAST, AGAIN_AND_AGAIN, N_PLACES };

static_assert(N(commands) * N_PLACES == 120, "thirty commands in four places");

static void
put_in_place(struct buf *out, const struct bytes *c, enum place place)
{
	if (place == LAST)
		buf_adds(out, "Jo\xc3\xa3o ");
	buf_add(out, c->p, c->n);
	if (place == FIRST)
		buf_adds(out, " Jo\xc3\xa3o");
	while (place == AGAIN_AND_AGAIN && out->len < LONG_SIZE)
		buf_add(out, c->p, c->n);
}

/* Whether a terminal does nothing with c but show it where it stands. */
static bool
is_shown(uint32_t c)
{
	static const uint32_t directions[] = {
		0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
		0x2066, 0x2067, 0x2068, 0x2069, 0x2028, 0x2029,
	};

	for (size_t i = 0; i < N(directions); i++) {
		if (c == directions[i])
			return false;
	}
	return c >= 0x20 && !(c >= 0x7f && c <= 0x9f);
}

static void
is_harmless(const struct buf *shown)
{
	const uint8_t *p = shown->data;
	size_t left = shown->len;

	while (left) {
		uint32_t c = 0;
		size_t n = utf8_next(p, left, &c);

		assert_int_not_equal(n, 0);
		if (!is_shown(c))
			fail_msg("U+%04X is shown", (unsigned)c);
		p += n;
		left -= n;
	}
}

static void
nothing_commands_a_terminal(void **state)
{
	int n_tried = 0;

	(void)state;
	for (size_t i = 0; i < N(commands); i++) {
		for (enum place place = ALONE; place < N_PLACES; place++) {
			struct buf text = BUF_INIT(2 * LONG_SIZE);
			struct buf shown = BUF_INIT(20 * LONG_SIZE);

			put_in_place(&text, &commands[i], place);
			assert_int_equal(buf_status(&text, NULL), 0);
			text_printable(&shown, buf_text(&text), text.len);
			assert_int_equal(buf_status(&shown, NULL), 0);
			is_harmless(&shown);
			/* What was in it is told, not dropped. */
			assert_true(shown.len > text.len);
			if (place == FIRST)
				assert_non_null(strstr(buf_text(&shown),
						       " Jo\xc3\xa3o"));
			buf_release(&text);
			buf_release(&shown);
			n_tried++;
		}
	}
	print_message("%d texts for a terminal\n", n_tried);
	assert_int_equal(n_tried, 120);
}

/* ---- browsers */

static const struct bytes markup[] = {
	TEXT("<script>alert(1)</script>"), TEXT("</title><script>"),
	TEXT("</style><style>*{display:none}"), TEXT("<img src=x onerror=a()>"),
	TEXT("\" onmouseover=\"a()"), TEXT("' onfocus='a()"),
	TEXT("<!--"), TEXT("-->"), TEXT("<![CDATA["), TEXT("]]>"), TEXT("<?x"),
	TEXT("&lt;script&gt;"), TEXT("&#60;b&#62;"), TEXT("&"), TEXT("&#x3c"),
	TEXT("<\0script>"), TEXT("<scr\x1bipt>"), TEXT("\xc0\xbc" "b>"),
	TEXT("\xe0\x80\xbc"), TEXT("\xe2<b>"), TEXT("+ADw-script+AD4-"),
	TEXT("<a href=javascript:a()>x</a>"), TEXT("<base href=//x>"),
	TEXT("<meta http-equiv=refresh content=0>"), TEXT("`<`"),
};

static const struct {
	const char *name;
	char c;
} references[] = {
	{ "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
	{ "&#39;", '\'' },
};

/* The character that a browser reads at *p, which moves behind it. */
static char
take_character(const char **p)
{
	if (strchr("<>\"'", **p))
		fail_msg("bare: %s", *p);
	for (size_t i = 0; i < N(references); i++) {
		size_t n = strlen(references[i].name);

		if (!strncmp(*p, references[i].name, n)) {
			*p += n;
			return references[i].c;
		}
	}
	assert_int_not_equal(**p, '&');
	return *(*p)++;
}

static void
browsers_show_what_a_terminal_would(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(markup); i++) {
		for (enum place place = ALONE; place < N_PLACES; place++) {
			struct buf text = BUF_INIT(2 * LONG_SIZE);
			struct buf html = BUF_INIT(20 * LONG_SIZE);
			struct buf shown = BUF_INIT(20 * LONG_SIZE);
			struct buf read = BUF_INIT(20 * LONG_SIZE);
			const char *p;

			put_in_place(&text, &markup[i], place);
			text_html(&html, buf_text(&text), text.len);
			text_printable(&shown, buf_text(&text), text.len);
			for (p = buf_text(&html); *p;)
				buf_addc(&read, take_character(&p));
			assert_int_equal(buf_status(&html, NULL), 0);
			assert_int_equal(buf_status(&shown, NULL), 0);
			assert_int_equal(buf_status(&read, NULL), 0);
			assert_string_equal(buf_text(&read), buf_text(&shown));
			is_harmless(&read);
			buf_release(&text);
			buf_release(&html);
			buf_release(&shown);
			buf_release(&read);
		}
	}
}

/* ---- spreadsheets */

static void
cells_come_back_and_are_no_formulas(void **state)
{
	int n_tried = 0, n_guarded = 0;
	char text[200];

	(void)state;
	for (size_t i = 0; i < SHEET_CELLS; i++) {
		struct buf line = BUF_INIT(1000), cell = BUF_INIT(1000);
		const char *p;

		sheet_cell(text, sizeof(text), i);
		/* Twice in a row, so that a cell that leaks is seen. */
		text_csv_cell(&line, text, ',');
		buf_addc(&line, ',');
		text_csv_cell(&line, text, ',');
		buf_adds(&line, "\r\n");
		p = buf_text(&line);
		assert_int_equal(sheet_take(&cell, &p, ','), ',');
		n_guarded += sheet_is_guarded(&cell, text);
		assert_int_equal(sheet_take(&cell, &p, ','), '\r');
		(void)sheet_is_guarded(&cell, text);
		assert_int_equal(*p, 0);
		buf_release(&line);
		buf_release(&cell);
		n_tried++;
	}
	print_message("%d cells, %d behind an apostrophe\n", n_tried,
		      n_guarded);
	assert_int_equal(n_tried, 60);
	assert_int_equal(n_guarded, 37);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_commands_a_terminal),
		cmocka_unit_test(browsers_show_what_a_terminal_would),
		cmocka_unit_test(cells_come_back_and_are_no_formulas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
