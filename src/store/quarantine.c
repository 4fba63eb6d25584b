/*
 * Bodies that were no recordings, each beside a note that tells why.
 */
#include <stdio.h>

#include "store/commit.h"
#include "store/file.h"

/* Put the part at item->path; a file that is there already is as good. */
static int
put_body(struct store *s, struct commit_item *item, struct ark_error *err)
{
	int64_t size;
	int rc;

	rc = store_commit(s, item, 1, 1, err);
	if (rc) {
		part_drop(item->part);
		return rc;
	}
	if (item->end == COMMIT_DONE || item->end == COMMIT_SAME)
		return 0;
	if (item->end == COMMIT_CONFLICT)
		return store_size(s, item->path, &size, err);
	if (err)
		*err = item->err;
	return item->err.code;
}

int
store_quarantine(struct store *s, struct store_part *part, const char *path,
		 const char *why, size_t n, struct ark_error *err)
{
	struct commit_item item = { .part = part };
	char note[STORE_PATH_MAX];
	int rc, len;

	len = snprintf(note, sizeof(note), "%s.json", path);
	if ((size_t)len >= sizeof(note)) {
		part_drop(part);
		return error_set(err, ARK_EBUG, "%s: path too long", path);
	}
	/* First the note: nobody shall find a body that nothing is said of. */
	rc = store_file_put(s, note, why, n, err);
	if (rc) {
		part_drop(part);
		return rc;
	}
	(void)snprintf(item.path, sizeof(item.path), "%s.body", path);
	return put_body(s, &item, err);
}
