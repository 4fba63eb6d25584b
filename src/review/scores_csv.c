/*
 * Scores as CSV: what the page wrote, or what a spreadsheet made of it.  The
 * head names the columns; those that we do not know are passed over.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "review/scores.h"

#define MAX_COLUMNS 400
#define MAX_ROW ((size_t)4 << 20)
#define BOM "\xef\xbb\xbf"

/* One row: its cells lie one behind the other in `text`, each with a NUL. */
struct row {
	const char *p, *end;	/* what is still to be read */
	char separator;
	struct buf text;
	size_t cells[MAX_COLUMNS];
	size_t n;
};

/* A quoted cell, from behind its first quote.  Return false without an end. */
static bool
read_quoted(struct row *r)
{
	while (r->p < r->end) {
		char c = *r->p++;

		if (c != '"')
			(void)buf_addc(&r->text, c);
		else if (r->p < r->end && *r->p == '"')
			(void)buf_addc(&r->text, *r->p++);
		else
			return true;
	}
	return false;
}

static bool
is_end(const struct row *r)
{
	return r->p == r->end || *r->p == '\n' || *r->p == r->separator ||
	       (*r->p == '\r' && r->p + 1 < r->end && r->p[1] == '\n');
}

/* The next row.  1, 0 at the end, or ARK_EFORMAT. */
static int
read_row(struct row *r)
{
	buf_clear(&r->text);
	r->n = 0;
	if (r->p == r->end)
		return 0;
	for (;;) {
		if (r->n == MAX_COLUMNS)
			return ARK_EFORMAT;
		r->cells[r->n++] = r->text.len;
		if (r->p < r->end && *r->p == '"') {
			r->p++;
			if (!read_quoted(r))
				return ARK_EFORMAT;
		}
		while (!is_end(r))
			(void)buf_addc(&r->text, *r->p++);
		(void)buf_addc(&r->text, 0);
		if (r->p < r->end && *r->p == r->separator) {
			r->p++;
			continue;
		}
		while (r->p < r->end && *r->p++ != '\n')
			;
		return r->text.rc ? r->text.rc : 1;
	}
}

/* The cell without the apostrophe that keeps spreadsheets from reckoning. */
static const char *
cell(const struct row *r, size_t i)
{
	const char *text;

	if (i >= r->n)
		return "";
	text = buf_text(&r->text) + r->cells[i];
	if (text[0] == '\'' &&
	    strchr("=+-@\t\r", text[1 + strspn(text + 1, " ")]))
		return text + 1;
	return text;
}

/* Which column has which text; MAX_COLUMNS: none. */
static void
find_columns(const struct row *head, size_t columns[SCORES_N_TEXTS])
{
	for (int i = 0; i < SCORES_N_TEXTS; i++) {
		columns[i] = MAX_COLUMNS;
		for (size_t c = head->n; c-- > 0;) {
			if (!strcmp(cell(head, c), scores_names[i]))
				columns[i] = c;
		}
	}
}

/* Some write ; where others write a comma, and the head tells which. */
static char
find_separator(const char *text, size_t n)
{
	const char *stop = memchr(text, '\n', n);
	size_t head = stop ? (size_t)(stop - text) : n;

	return memchr(text, ';', head) && !memchr(text, ',', head) ? ';' : ',';
}

static int
take_rows(struct scores *s, struct row *r, const size_t *columns,
	  struct ark_error *err)
{
	const char *texts[SCORES_N_TEXTS];
	int rc = 0, got;

	while (!rc) {
		got = read_row(r);
		if (got <= 0)
			return got;
		if (r->n == 1 && !*cell(r, 0))
			continue;
		for (int i = 0; i < SCORES_N_TEXTS; i++)
			texts[i] = cell(r, columns[i]);
		rc = scores_put(s, texts, err);
	}
	return rc;
}

int
scores_add_csv(struct scores *s, const char *text, size_t n,
	       struct ark_error *err)
{
	size_t bom = n >= 3 && !memcmp(text, BOM, 3) ? 3 : 0;
	struct row *r = calloc(1, sizeof(*r));
	size_t columns[SCORES_N_TEXTS];
	int rc;

	if (!r)
		return error_nomem(err);
	buf_init(&r->text, MAX_ROW);
	r->p = text + bom;
	r->end = text + n;
	r->separator = find_separator(r->p, n - bom);
	rc = memchr(text, 0, n) ? ARK_EFORMAT : read_row(r);
	find_columns(r, columns);
	if (rc > 0 && columns[SCORES_EVALUATOR] < MAX_COLUMNS &&
	    columns[SCORES_ID] < MAX_COLUMNS &&
	    columns[SCORES_SCORE] < MAX_COLUMNS)
		rc = take_rows(s, r, columns, err);
	else if (rc >= 0)
		rc = ARK_EFORMAT;
	if (rc == ARK_ENOMEM)
		rc = error_nomem(err);
	else if (rc == ARK_EFORMAT || rc == ARK_ELIMIT)
		rc = error_set(err, ARK_EUSAGE, "this is no export of scores: "
			       "expected JSON, or CSV with the columns "
			       "evaluator, id and score");
	buf_release(&r->text);
	free(r);
	return rc;
}
