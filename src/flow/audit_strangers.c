/*
 * What lies in a day's folder and should not, and the tables, which should.
 */
#include "flow/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flow/edition.h"
#include "flow/report_files.h"
#include "store/layout.h"

#define MAX_DEPTH 8	/* of folders below data/; ours have one */

bool
audit_is_table(const char *path_in_bag)
{
	return !strcmp(path_in_bag, "data/recordings.ndjson") ||
	       !strcmp(path_in_bag, "data/recordings.csv") ||
	       !strcmp(path_in_bag, EDITION_MEDIA) ||
	       report_is_file(path_in_bag);
}

int
audit_stranger(struct audit *a, const char *path)
{
	return audit_report(a, a->evidence->is_dirty ?
			    ARK_VERIFY_UNPUBLISHED : ARK_VERIFY_EXTRA, path, "",
			    "nobody knows of it");
}

/* A table that the manifest does not name. */
static int
judge_unlisted_table(struct audit *a, const char *path, struct ark_error *err)
{
	struct ark_error why;
	int64_t size;
	int rc;

	rc = store_size(a->archive->store, path, &size, &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc == ARK_ENOTFOUND)
		return audit_report(a, ARK_VERIFY_MISSING, path, "",
				    "neither listed nor there");
	if (rc)
		return audit_report(a, ARK_VERIFY_UNREADABLE, path, "",
				    why.text);
	return audit_report(a, ARK_VERIFY_BAD_BAG, path, "",
			    "the manifest does not name it");
}

int
audit_tables(struct audit *a, struct ark_error *err)
{
	static const char *const tables[] = {
		"data/recordings.csv", "data/recordings.ndjson",
	};
	const struct evidence *e = a->evidence;
	char path[STORE_PATH_MAX];
	int rc = 0;

	for (size_t i = 0; !rc && !e->is_dirty && i < 2; i++) {
		if (manifest_find(&e->payload.m, tables[i]))
			continue;
		rc = layout_in_bag(path, a->day, tables[i], err);
		if (!rc)
			rc = judge_unlisted_table(a, path, err);
	}
	return rc;
}

/* The tables are told of by audit_tables(); the others may be on their way. */
static bool
is_expected(const struct evidence *e, const char *name)
{
	return audit_is_table(name) &&
	       (e->is_dirty || !(report_is_file(name) ||
				 !strcmp(name, EDITION_MEDIA)));
}

static int find_strangers(struct audit *a, const char *folder, int depth,
			  struct ark_error *err);

/* Something found below data/: what nobody knows of is told. */
static int
judge_found(struct audit *a, const char *folder,
	    const struct store_entry *found, int depth, struct ark_error *err)
{
	const struct evidence *e = a->evidence;
	char path[2 * STORE_PATH_MAX + sizeof(found->name)];
	const char *name = path + strlen(e->folder) + 1;	/* in the bag */
	int n;

	n = snprintf(path, sizeof(path), "%s/%s/%s", e->folder, folder,
		     found->name);
	if (found->is_folder && depth < MAX_DEPTH && n < STORE_PATH_MAX)
		return find_strangers(a, name, depth + 1, err);
	if (manifest_find(&e->payload.m, name) || is_expected(e, name) ||
	    idmap_get(&e->by_path, path))
		return 0;
	return audit_stranger(a, path);
}

static int
find_strangers(struct audit *a, const char *folder, int depth,
	       struct ark_error *err)
{
	struct store_entry *entries = NULL;
	char path[2 * STORE_PATH_MAX];
	struct ark_error why;
	size_t n = 0;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s", a->evidence->folder,
		       folder);
	rc = store_list_names(a->archive->store, path, &entries, &n, &why);
	if (rc == ARK_ENOMEM)
		rc = error_nomem(err);
	else if (rc == ARK_ENOTFOUND)
		rc = 0;
	else if (rc)
		rc = audit_report(a, ARK_VERIFY_UNREADABLE, path, "", why.text);
	for (size_t i = 0; !rc && i < n; i++)
		rc = judge_found(a, folder, &entries[i], depth, err);
	free(entries);
	return rc;
}

int
audit_strangers(struct audit *a, struct ark_error *err)
{
	return find_strangers(a, "data", 0, err);
}
