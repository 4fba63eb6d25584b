#include "omni/page.h"

#include <stdio.h>

#include "http/url.h"
#include "json/tree.h"
#include "model/time.h"

static int
post_body(struct http_request *r, const char *param, int64_t skip,
	  const char *from, const char *to, struct ark_error *err)
{
	struct json_tree *t = json_tree_new();
	struct buf body = BUF_INIT(1024);
	int rc;

	if (!t)
		return error_nomem(err);
	json_put_int(t, param, skip);
	json_put_text(t, "date_ini", from);
	json_put_text(t, "date_end", to);
	rc = json_print(t, false, &body, err);
	json_tree_free(t);
	if (rc)
		goto out;
	r->body_len = body.len;
	r->body = buf_take(&body);
	if (!r->body)
		rc = error_nomem(err);
out:
	buf_release(&body);
	return rc;
}

int
page_request(struct http_request **out, const char *base_url,
	     enum ark_route route,
	     const struct omni_dialect *d, const struct walk_query *q,
	     struct ark_error *err)
{
	int64_t skip = q->page < 0 ? 0 : dialect_skip(d, q->page);
	char from[MOMENT_SIZE], to[MOMENT_SIZE];
	struct buf url = BUF_INIT(URL_MAX);
	struct http_request *r = NULL;
	int rc = 0;

	moment_format(from, q->from_s);
	moment_format(to, q->to_s);
	buf_addf(&url, "%s/ReportsApi/%s", base_url, ark_route_name(route));
	if (!dialect_is_post(d)) {
		char number[24];

		(void)snprintf(number, sizeof(number), "%lld", (long long)skip);
		url_add_query(&url, dialect_param(d), number);
		url_add_query(&url, "date_ini", from);
		url_add_query(&url, "date_end", to);
	}
	rc = buf_status(&url, err);
	if (rc)
		goto out;
	r = http_request_new(HTTP_API, buf_text(&url));
	if (!r) {
		rc = error_nomem(err);
		goto out;
	}
	r->wants_credentials = r->wants_token = true;
	r->max_body = OMNI_MAX_PAGE_BYTES;
	r->deadline_ms = 300000;
	if (dialect_is_post(d))
		rc = post_body(r, dialect_param(d), skip, from, to, err);
	if (rc)
		goto out;
	*out = r;
	r = NULL;
out:
	http_request_free(r);
	buf_release(&url);
	return rc;
}

int
page_parse(struct omni_page *out, const char *body, size_t n,
	   struct ark_error *err)
{
	/* Deep enough for one bad document not to hide its neighbours. */
	const struct json_limits limits = {
		.max_depth = 1024, .max_values = json_limits_page.max_values,
	};
	struct json_slice top = { body, n }, total;
	int rc;

	rc = json_outline(top, &limits, err);
	if (rc)
		return rc;
	out->data = json_member_nocase(top, "data");
	if (json_kind(out->data) == JSON_OBJECT) {
		top = out->data;
		out->data = json_member_nocase(top, "data");
	}
	if (json_kind(out->data) != JSON_ARRAY)
		return error_set(err, ARK_EFORMAT,
				 "the answer has no list called Data");
	total = json_member_nocase(top, "total");
	if (json_int(total, 0, INT64_MAX / 2, &out->total))
		out->total = -1;
	return 0;
}
