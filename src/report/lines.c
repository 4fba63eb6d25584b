/*
 * Documents and their elements as lines of NDJSON.
 */
#include "base/clock.h"
#include "json/tree.h"
#include "report/rows.h"

static void
put_instant(struct json_tree *t, const char *name, int64_t s)
{
	char text[CLOCK_UTC_SIZE];

	if (s >= 0)
		clock_utc(text, s);
	json_put_text(t, name, s >= 0 ? text : NULL);
}

/* A line begun: what the archive knows of the document. */
static struct json_tree *
begin(const struct report_item *item, bool has_versions)
{
	struct json_tree *t = json_tree_new();

	json_put_text(t, "id", item->id);
	if (has_versions) {
		json_put_int(t, "version", item->version);
		put_instant(t, "seen", item->seen_s);
		put_instant(t, "vanished", item->vanished_s);
	}
	return t;
}

static int
end(struct json_tree *t, struct buf *out, struct ark_error *err)
{
	int rc = json_print(t, false, out, err);

	if (!rc && buf_addc(out, '\n'))
		rc = buf_status(out, err);
	json_tree_free(t);
	return rc;
}

static int
add_version(const struct report_item *item, struct buf *out,
	    struct ark_error *err)
{
	struct json_tree *t = begin(item, true);

	json_put_raw(t, "document", item->document);
	return end(t, out, err);
}

static int
add_elements(const struct report_view *view, const struct report_item *item,
	     bool has_versions, struct buf *out, struct ark_error *err)
{
	struct report_elements e;
	struct json_slice element;
	int rc = 0;

	report_elements_init(&e, view, item->document);
	while (!rc && report_elements_next(&e, &element)) {
		struct json_tree *t = begin(item, has_versions);

		if (e.position)
			json_put_int(t, "number", e.position);
		else
			json_put_null(t, "number");
		json_put_raw(t, view->element, element);
		rc = end(t, out, err);
	}
	return rc;
}

int
report_ndjson(const struct report_view *view, const struct report_item *item,
	      bool has_versions, struct buf *out, struct ark_error *err)
{
	if (view->list)
		return add_elements(view, item, has_versions, out, err);
	if (has_versions)
		return add_version(item, out, err);
	(void)buf_add(out, item->document.p, item->document.n);
	(void)buf_addc(out, '\n');
	return buf_status(out, err);
}
