#include "report/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "report/csv.h"

#define TEXT_MAX ((size_t)64 << 20)	/* of one cell; a page is smaller */

void
report_elements_init(struct report_elements *e, const struct report_view *view,
		     struct json_slice document)
{
	const char *const *names = view->list->fields;
	enum json_kind kind;

	*e = (struct report_elements){ 0 };
	for (size_t i = 0; i < REPORT_MAX_FIELDS && names[i] && !e->list.p; i++)
		e->list = json_member(document, names[i]);
	kind = json_kind(e->list);
	e->is_odd = e->list.p && kind != JSON_ARRAY && kind != JSON_NULL;
	if (!e->is_odd)
		json_walk_init(&e->walk, e->list);
}

int
report_elements_next(struct report_elements *e, struct json_slice *element)
{
	if (e->is_odd) {
		e->is_odd = false;
		*element = e->list;
		return 1;
	}
	if (!json_next_item(&e->walk, element))
		return 0;
	e->position++;
	return 1;
}

void
report_writer_init(struct report_writer *w, const struct report_view *view,
		   char separator)
{
	*w = (struct report_writer){
		.view = view, .separator = separator,
		.other = BUF_INIT(TEXT_MAX), .text = BUF_INIT(TEXT_MAX),
	};
}

void
report_writer_release(struct report_writer *w)
{
	buf_release(&w->other);
	buf_release(&w->text);
}

void
report_mark(struct buf *out)
{
	(void)buf_adds(out, "\xef\xbb\xbf");
}

void
report_head(const struct report_writer *w, struct buf *out)
{
	struct csv_row row = { .out = out, .separator = w->separator };

	csv_begin(&row);
	for (size_t i = 0; i < w->view->n_wanted; i++)
		csv_text(&row, w->view->wanted[i]->name);
	csv_end(&row);
}

/* ---- taking an object apart ------------------------------------------ */

static bool
has_key(const struct report_column *c, struct json_slice key)
{
	for (size_t i = 0; i < REPORT_MAX_FIELDS && c->fields[i]; i++) {
		if (json_key_is(key, c->fields[i]))
			return true;
	}
	return false;
}

/*
 * The column that takes the member key of an element or a document, or NULL.
 * Objects name their members in much the same order: the search begins behind
 * the one found last, *at, and goes round.
 */
static const struct report_column *
find_column(const struct report_view *v, struct json_slice key,
	    bool is_element, size_t *at)
{
	for (size_t n = 0; n < v->n_table; n++) {
		const struct report_column *c = &v->table[*at];

		*at = *at + 1 < v->n_table ? *at + 1 : 0;
		if ((c->source == REPORT_ELEMENT_FIELD) == is_element &&
		    has_key(c, key))
			return c;
	}
	return NULL;
}

/* The text of {"$oid": "…"}, as some databases write an id, else v. */
static struct json_slice
unwrapped(struct json_slice v)
{
	struct json_slice key, inner, more;
	struct json_walk w;

	if (json_kind(v) != JSON_OBJECT)
		return v;
	json_walk_init(&w, v);
	if (json_next_member(&w, &key, &inner) && json_key_is(key, "$oid") &&
	    json_kind(inner) == JSON_STRING &&
	    !json_next_member(&w, &key, &more))
		return inner;
	return v;
}

/* Whether v says what the archive calls the document. */
static bool
is_identity(struct report_writer *w, struct json_slice v, const char *id)
{
	buf_clear(&w->text);
	return json_text(unwrapped(v), &w->text) == 1 &&
	       !strcmp(buf_text(&w->text), id);
}

static void
keep_other(struct report_writer *w, struct json_slice key,
	   struct json_slice value)
{
	(void)buf_addc(&w->other, w->other.len ? ',' : '{');
	(void)buf_add(&w->other, key.p, key.n);
	(void)buf_addc(&w->other, ':');
	(void)buf_add(&w->other, value.p, value.n);
}

/* Whether c has a place for value; what it held before was less. */
static bool
take(struct report_writer *w, const struct report_column *c,
     struct json_slice value, const char *id)
{
	struct json_slice *slot = &w->values[c - w->view->table];
	bool is_null = json_kind(value) == JSON_NULL;

	if (c->source == REPORT_ID)
		return is_null || is_identity(w, value, id);
	if (c->source == REPORT_COUNT && !is_null &&
	    json_kind(value) != JSON_ARRAY)
		return false;
	if (slot->p && json_kind(*slot) != JSON_NULL)
		return is_null;
	*slot = value;
	return true;
}

/* Sort the members of object into columns; the rest goes into w->other. */
static void
take_apart(struct report_writer *w, struct json_slice object, const char *id,
	   bool is_element)
{
	struct json_slice key, value;
	struct json_walk walk;
	size_t at = 0;

	json_walk_init(&walk, object);
	while (json_next_member(&walk, &key, &value)) {
		const struct report_column *c =
			find_column(w->view, key, is_element, &at);

		if (!c || !take(w, c, value, id))
			keep_other(w, key, value);
	}
	if (w->other.len)
		(void)buf_addc(&w->other, '}');
}

/* ---- cells ----------------------------------------------------------- */

/* Remember the first failure of what a cell was put together in. */
static void
note(struct report_writer *w, const struct buf *b)
{
	if (!w->rc)
		w->rc = b->rc;
}

static void
put_int(struct csv_row *row, int64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRId64, n);

	csv_number(row, (struct json_slice){ digits, (size_t)len });
}

/* The place in an order; 0: in none. */
static void
put_place(struct csv_row *row, int64_t n)
{
	if (n)
		put_int(row, n);
	else
		csv_text(row, "");
}

static void
put_instant(struct csv_row *row, int64_t s)
{
	char text[CLOCK_UTC_SIZE] = "";

	if (s >= 0)
		clock_utc(text, s);
	csv_text(row, text);
}

static void
put_text(struct report_writer *w, struct csv_row *row, struct json_slice v)
{
	buf_clear(&w->text);
	if (json_kind(v) == JSON_STRING)
		(void)json_text(v, &w->text);
	else
		(void)buf_add(&w->text, v.p, v.n);
	note(w, &w->text);
	csv_text(row, buf_text(&w->text));
}

static void
put_value(struct report_writer *w, struct csv_row *row,
	  const struct report_column *c)
{
	struct json_slice v = unwrapped(w->values[c - w->view->table]);

	switch (json_kind(v)) {
	case JSON_NONE:
		w->tally.missing += !c->is_optional;
		csv_text(row, "");
		break;
	case JSON_NULL: csv_text(row, ""); break;
	case JSON_NUMBER:
	case JSON_BOOL: csv_number(row, v); break;
	case JSON_OBJECT:
	case JSON_ARRAY:
		w->tally.nested++;
		put_text(w, row, v);
		break;
	case JSON_STRING: put_text(w, row, v); break;
	}
}

static void
put_count(struct report_writer *w, struct csv_row *row,
	  const struct report_column *c)
{
	struct json_slice list = w->values[c - w->view->table], item;
	struct json_walk walk;
	int64_t n = 0;

	if (json_kind(list) != JSON_ARRAY) {
		put_value(w, row, c);
		return;
	}
	json_walk_init(&walk, list);
	while (json_next_item(&walk, &item))
		n++;
	put_int(row, n);
}

static void
put_other(struct report_writer *w, struct csv_row *row)
{
	note(w, &w->other);
	csv_text(row, buf_text(&w->other));
}

static void
put_cell(struct report_writer *w, struct csv_row *row,
	 const struct report_column *c, const struct report_item *item,
	 int64_t position)
{
	switch (c->source) {
	case REPORT_ID: csv_text(row, item->id); break;
	case REPORT_VERSION: put_place(row, item->version); break;
	case REPORT_SEEN: put_instant(row, item->seen_s); break;
	case REPORT_VANISHED: put_instant(row, item->vanished_s); break;
	case REPORT_FIELD:
	case REPORT_ELEMENT_FIELD: put_value(w, row, c); break;
	case REPORT_COUNT: put_count(w, row, c); break;
	case REPORT_POSITION: put_place(row, position); break;
	case REPORT_OTHER: put_other(w, row); break;
	}
}

static void
put_row(struct report_writer *w, const struct report_item *item,
	int64_t position, struct buf *out)
{
	struct csv_row row = { .out = out, .separator = w->separator };

	csv_begin(&row);
	for (size_t i = 0; i < w->view->n_wanted; i++)
		put_cell(w, &row, w->view->wanted[i], item, position);
	csv_end(&row);
	w->tally.rows++;
	w->tally.other += w->other.len > 0;
}

static void
forget(struct report_writer *w)
{
	memset(w->values, 0, sizeof(w->values));
	buf_clear(&w->other);
}

static void
put_document(struct report_writer *w, const struct report_item *item,
	     struct buf *out)
{
	forget(w);
	take_apart(w, item->document, item->id, false);
	put_row(w, item, 0, out);
}

/*
 * One row for an element.  What of the document no column takes stands in the
 * rows of documents, not in each of these.
 */
static void
put_element(struct report_writer *w, const struct report_item *item,
	    struct json_slice element, int64_t position, struct buf *out)
{
	forget(w);
	take_apart(w, item->document, item->id, false);
	buf_clear(&w->other);
	if (json_kind(element) == JSON_OBJECT)
		take_apart(w, element, item->id, true);
	else
		(void)buf_add(&w->other, element.p, element.n);
	put_row(w, item, position, out);
}

static void
put_elements(struct report_writer *w, const struct report_item *item,
	     struct buf *out)
{
	struct report_elements e;
	struct json_slice element;

	report_elements_init(&e, w->view, item->document);
	while (report_elements_next(&e, &element))
		put_element(w, item, element, e.position, out);
}

int
report_csv(struct report_writer *w, const struct report_item *item,
	   struct buf *out, struct ark_error *err)
{
	w->rc = 0;
	if (w->view->list)
		put_elements(w, item, out);
	else
		put_document(w, item, out);
	note(w, out);
	if (w->rc == ARK_ENOMEM)
		return error_nomem(err);
	if (w->rc)
		return error_set(err, w->rc, "a row is larger than %zu bytes",
				 TEXT_MAX);
	return 0;
}
