#include "report/csv.h"

#include "base/text.h"

void
csv_begin(struct csv_row *r)
{
	r->n = 0;
	r->begin = r->out->len;
}

static void
cell_begin(struct csv_row *r)
{
	if (r->n++)
		(void)buf_addc(r->out, r->separator);
}

void
csv_text(struct csv_row *r, const char *text)
{
	cell_begin(r);
	text_csv_cell(r->out, text, r->separator);
}

void
csv_number(struct csv_row *r, struct json_slice literal)
{
	cell_begin(r);
	(void)buf_add(r->out, literal.p, literal.n);
}

void
csv_end(struct csv_row *r)
{
	if (r->n == 1 && r->out->len == r->begin)
		(void)buf_adds(r->out, "\"\"");
	(void)buf_adds(r->out, "\r\n");
}
