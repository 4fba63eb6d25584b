/*
 * A document of a report, as rows of CSV and as lines.  A reader of CSV finds
 * as many cells in each row as there are columns, and no formula in any; what
 * no column took is JSON; a line says the document again, byte for byte.
 */
#include "fuzz.h"
#include "report/rows.h"

#define TEXT_MAX ((size_t)1 << 26)

/* An object around the document may be one deeper. */
static const struct json_limits limits = { 40, 100000 };

/* Take one cell of RFC 4180 from *p into out; return what ended it. */
static char
take_cell(struct buf *out, const char **p, char separator)
{
	const char special[] = { separator, '\r', '\n', '"', 0 };

	buf_clear(out);
	if (**p == '"') {
		for ((*p)++; **p != '"' || (*p)[1] == '"'; (*p)++) {
			MUST(**p);
			buf_addc(out, **p);
			*p += **p == '"';
		}
		(*p)++;
	} else {
		size_t n = strcspn(*p, special);

		buf_add(out, *p, n);
		*p += n;
	}
	MUST(**p == separator || !strncmp(*p, "\r\n", 2));
	*p += **p == separator ? 1 : 2;
	return (*p)[-1];
}

/* Text is guarded; what JSON wrote as a number needs no guard. */
static void
must_be_no_formula(const char *cell)
{
	struct json_slice v = { cell, strlen(cell) };

	if (!*cell || !strchr("=+-@\t\r", *cell))
		return;
	MUST(*cell == '-' && json_kind(v) == JSON_NUMBER &&
	     !json_check(v, &limits, NULL));
}

/* JSON never begins with an apostrophe; an element alone may be a number. */
static struct json_slice
unguarded(struct json_slice v)
{
	size_t n = *v.p == '\'';

	return (struct json_slice){ v.p + n, v.n - n };
}

static void
look_at_cell(const struct report_column *c, const struct buf *cell,
	     const char *id)
{
	const char *text = buf_text(cell);
	struct json_slice v = { text, cell->len };

	must_be_no_formula(text);
	if (c->source == REPORT_OTHER && *text)
		MUST(!json_check(unguarded(v), &limits, NULL));
	if (c->source == REPORT_ID)
		MUST(!strcmp(text, id) || !strcmp(unguarded(v).p, id));
	if ((c->source == REPORT_COUNT || c->source == REPORT_POSITION) &&
	    *text)
		MUST(json_kind(v) == JSON_NUMBER);
}

static void
try_csv(const struct report_view *view, const struct report_item *item,
	char separator)
{
	struct buf out = BUF_INIT(TEXT_MAX), cell = BUF_INIT(TEXT_MAX);
	struct report_writer w;
	const char *p;
	int64_t n = 0;

	report_writer_init(&w, view, separator);
	MUST(!report_csv(&w, item, &out, NULL));
	for (p = buf_text(&out); *p; n++) {
		for (size_t i = 0; i < view->n_wanted; i++) {
			char end = take_cell(&cell, &p, separator);

			look_at_cell(view->wanted[i], &cell, item->id);
			MUST((end == '\n') == (i + 1 == view->n_wanted));
		}
	}
	MUST(p == buf_text(&out) + out.len && n == w.tally.rows);
	MUST(view->list || n == 1);
	report_writer_release(&w);
	buf_release(&out);
	buf_release(&cell);
}

static void
try_lines(const struct report_view *view, const struct report_item *item)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	const char *p, *end;

	MUST(!report_ndjson(view, item, true, &out, NULL));
	end = buf_text(&out) + out.len;
	for (p = buf_text(&out); p < end;) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		struct json_slice line = { p, (size_t)(eol - p) }, body;

		MUST(!json_check(line, &limits, NULL));
		body = json_member(line, "document");
		MUST(!body.p == (view->list != NULL));
		MUST(!body.p || (body.n == item->document.n &&
				 !memcmp(body.p, item->document.p, body.n)));
		p = eol + 1;
	}
	MUST(view->list || out.len);
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	uint8_t how = input_byte(&in);
	struct report_view_words words = {
		.route = (enum ark_route)(how % ARK_N_ROUTES),
		.has_versions = how & 0x80,
	};
	struct report_item item = { .version = 1, .vanished_s = -1 };
	struct report_view view;
	char *id = input_line(&in);

	if (how & 0x40 && words.route == ARK_MESSAGES)
		words.rows = REPORT_MESSAGES;
	if (how & 0x40 && words.route == ARK_VOICE_LOG)
		words.rows = REPORT_ANSWERS;
	MUST(!report_view_init(&view, &words, NULL));
	item.id = id;
	item.document = (struct json_slice){ (const char *)in.p, in.n };
	if (in.n && text_is_utf8(id, strlen(id)) && in.p[0] == '{' &&
	    in.p[in.n - 1] == '}' && !memchr(in.p, '\n', in.n) &&
	    !memchr(in.p, '\r', in.n) &&
	    !json_check(item.document, &json_limits_document, NULL)) {
		try_csv(&view, &item, how & 0x20 ? ';' : ',');
		try_lines(&view, &item);
	}
	free(id);
	return 0;
}
