#include "omni/dialect.h"

#include <string.h>

#include "json/scan.h"
#include "json/tree.h"

static const char *const methods[] = { NULL, "GET", "POST" };
static const char *const params[] = { NULL, "report-skip", "report_skip" };
static const char *const units[] = { NULL, "pages", "documents" };
static const char *const fields[] = {
	"organization", "organization_id", "organizationId",
	"id_organization", "empresa", "id",
};

#define N_FIELDS (int)(sizeof(fields) / sizeof(fields[0]))

void
dialect_init(struct omni_dialect *d)
{
	*d = (struct omni_dialect){ .organization_field = -1 };
}

/* The index of text among n words (NULL entries are skipped), or -1. */
static int
word_index(const char *const *words, int n, const char *text)
{
	for (int i = 0; i < n; i++) {
		if (words[i] && !strcmp(words[i], text))
			return i;
	}
	return -1;
}

const char *
dialect_organization_field(int index)
{
	return index >= 0 && index < N_FIELDS ? fields[index] : NULL;
}

int
dialect_pin(struct omni_dialect *d, const struct dialect_words *w,
	    struct ark_error *err)
{
	int i;

	if (w->method) {
		i = word_index(methods, 3, w->method);
		if (i < 0)
			return error_set(err, ARK_EUSAGE, "omni.method is "
					 "\"%s\"; expected auto, GET or POST",
					 w->method);
		d->method = (enum omni_method)i;
		d->is_method_pinned = true;
	}
	if (w->page_param) {
		i = word_index(params, 3, w->page_param);
		if (i < 0)
			return error_set(err, ARK_EUSAGE, "omni.page_param is "
					 "\"%s\"; expected auto, report-skip "
					 "or report_skip", w->page_param);
		d->param = (enum omni_param)i;
		d->is_param_pinned = true;
	}
	if (w->page_unit) {
		i = word_index(units, 3, w->page_unit);
		if (i < 0)
			return error_set(err, ARK_EUSAGE, "omni.page_unit is "
					 "\"%s\"; expected auto, pages or "
					 "documents", w->page_unit);
		d->unit = (enum omni_unit)i;
		d->is_unit_pinned = true;
	}
	if (w->organization_field) {
		i = word_index(fields, N_FIELDS, w->organization_field);
		if (i < 0)
			return error_set(err, ARK_EUSAGE,
					 "omni.organization_field is \"%s\"; "
					 "expected auto, organization, "
					 "organization_id, organizationId, "
					 "id_organization, empresa or id",
					 w->organization_field);
		d->organization_field = i;
		d->is_field_pinned = true;
	}
	return 0;
}

/* The index that the member called name has among words, or -1. */
static int
saved_index(struct json_slice object, const char *name,
	    const char *const *words, int n)
{
	struct buf text = BUF_INIT(64);
	int i = -1;

	if (json_text(json_member(object, name), &text) == 1)
		i = word_index(words, n, buf_text(&text));
	buf_release(&text);
	return i;
}

void
dialect_load(struct omni_dialect *d, const char *json, size_t n)
{
	struct json_slice o = { json, n };
	int i;

	if (json_check(o, &json_limits_document, NULL))
		return;
	i = saved_index(o, "method", methods, 3);
	if (i > 0 && !d->is_method_pinned)
		d->method = (enum omni_method)i;
	i = saved_index(o, "page_param", params, 3);
	if (i > 0 && !d->is_param_pinned)
		d->param = (enum omni_param)i;
	i = saved_index(o, "page_unit", units, 3);
	if (i > 0 && !d->is_unit_pinned)
		d->unit = (enum omni_unit)i;
	i = saved_index(o, "organization_field", fields, N_FIELDS);
	if (i >= 0 && !d->is_field_pinned)
		d->organization_field = i;
	(void)json_int(json_member(o, "page_size"), 1, 1000000, &d->page_size);
	(void)json_int(json_member(o, "ceiling"), 1, INT64_MAX, &d->ceiling);
}

int
dialect_save(const struct omni_dialect *d, struct buf *out,
	     struct ark_error *err)
{
	struct json_tree *t = json_tree_new();
	int rc;

	if (!t)
		return error_nomem(err);
	json_put_text(t, "method", methods[d->method]);
	json_put_text(t, "page_param", params[d->param]);
	json_put_text(t, "page_unit", units[d->unit]);
	json_put_text(t, "organization_field",
		      dialect_organization_field(d->organization_field));
	if (d->page_size)
		json_put_int(t, "page_size", d->page_size);
	if (d->ceiling)
		json_put_int(t, "ceiling", d->ceiling);
	rc = json_print(t, false, out, err);
	json_tree_free(t);
	return rc;
}

bool
dialect_is_post(const struct omni_dialect *d)
{
	return d->method == OMNI_POST;
}

const char *
dialect_param(const struct omni_dialect *d)
{
	return params[d->param ? d->param : OMNI_PARAM_DASH];
}

int64_t
dialect_page_size(const struct omni_dialect *d)
{
	return d->page_size ? d->page_size : OMNI_PAGE_SIZE;
}

int64_t
dialect_skip(const struct omni_dialect *d, int64_t page)
{
	if (d->unit == OMNI_UNIT_DOCUMENTS)
		return page * dialect_page_size(d);
	return page;
}
