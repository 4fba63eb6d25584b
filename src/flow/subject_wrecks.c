#include "flow/subject_wrecks.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"

#define MAX_BYTES ((size_t)64 << 20)	/* more than any page has */

/* catalogue_wreck_fn */
static int
add(void *ctx, int32_t day, const char *path)
{
	struct subject_wrecks *w = ctx;
	struct subject_wreck *grown;

	grown = array_room(w->items, w->n, &w->cap, sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	w->items = grown;
	w->items[w->n] = (struct subject_wreck){ strdup(path), day };
	if (!w->items[w->n].path)
		return ARK_ENOMEM;
	w->n++;
	return 0;
}

int
subject_wrecks_list(struct subject_wrecks *out, struct catalogue *c,
		    struct ark_error *err)
{
	int rc;

	rc = catalogue_wrecks(c, add, out, err);
	return rc == ARK_ENOMEM ? error_nomem(err) : rc;
}

void
subject_wrecks_release(struct subject_wrecks *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->items[i].path);
	free(w->items);
	*w = (struct subject_wrecks){ 0 };
}

int
subject_wrecks_scan(const struct subject_wrecks *w, struct store *s,
		    catalogue_body_fn *fn, void *ctx, struct ark_error *err)
{
	struct catalogue_place place = { .source = CATALOGUE_WRECKS };
	struct buf body = BUF_INIT(MAX_BYTES);
	int rc = 0;

	for (size_t i = 0; !rc && i < w->n; i++) {
		buf_clear(&body);
		place.row = (int64_t)i;
		rc = store_slurp(s, w->items[i].path, &body, err);
		if (!rc)
			rc = fn(ctx, &place, buf_text(&body), body.len);
		else if (rc == ARK_ENOTFOUND)
			rc = 0;
	}
	buf_release(&body);
	return rc;
}
