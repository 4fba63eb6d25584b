/*
 * What lies in a day's folder and should not, and the tables, which should.
 */
#include "flow/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flow/report_files.h"
#include "store/layout.h"

#define MAX_DEPTH 8	/* of folders below data/; ours have one */

bool
audit_is_table(const char *path_in_bag)
{
	return !strcmp(path_in_bag, "data/recordings.ndjson") ||
	       !strcmp(path_in_bag, "data/recordings.csv") ||
	       report_is_file(path_in_bag);
}

char *
audit_place(const struct audit *a, const char *name)
{
	char folder[STORE_PATH_MAX];
	size_t n = strlen(name), head;
	char *path;

	layout_day(folder, a->day);
	head = strlen(folder);
	path = malloc(head + n + 2);
	if (!path)
		return NULL;
	memcpy(path, folder, head);
	path[head] = '/';
	memcpy(path + head + 1, name, n + 1);
	return path;
}

int
audit_stranger(struct audit *a, const char *path)
{
	return audit_report(a, a->is_dirty ? ARK_VERIFY_UNPUBLISHED :
			    ARK_VERIFY_EXTRA, path, "", "nobody knows of it");
}

int
audit_tables(struct audit *a, struct ark_error *err)
{
	static const char *const tables[] = {
		"data/recordings.csv", "data/recordings.ndjson",
	};
	struct ark_error why;
	int64_t size;
	char *path;
	int rc = 0;

	for (size_t i = 0; !rc && !a->is_dirty && i < 2; i++) {
		if (manifest_find(&a->payload, tables[i]))
			continue;
		path = audit_place(a, tables[i]);
		if (!path)
			return error_nomem(err);
		rc = store_size(a->archive->store, path, &size, &why);
		if (rc == ARK_ENOTFOUND)
			rc = audit_report(a, ARK_VERIFY_MISSING, path, "",
					  "neither listed nor there");
		else if (rc)
			rc = audit_report(a, ARK_VERIFY_UNREADABLE, path, "",
					  why.text);
		else
			rc = audit_report(a, ARK_VERIFY_BAD_BAG, path, "",
					  "the manifest does not name it");
		free(path);
	}
	return rc;
}

/* The tables are told of by audit_tables(); a report may be on its way. */
static bool
is_expected(const struct audit *a, const char *name)
{
	return audit_is_table(name) && (a->is_dirty || !report_is_file(name));
}

static int find_strangers(struct audit *a, const char *folder, int depth,
			  struct ark_error *err);

/* Something found below data/: what nobody knows of is told. */
static int
judge_found(struct audit *a, const char *folder,
	    const struct store_entry *e, int depth, struct ark_error *err)
{
	char name[STORE_PATH_MAX + sizeof(e->name) + 1];
	char *path;
	int rc = 0;

	(void)snprintf(name, sizeof(name), "%s/%s", folder, e->name);
	path = audit_place(a, name);
	if (!path)
		return error_nomem(err);
	if (e->is_folder && depth < MAX_DEPTH && strlen(path) < STORE_PATH_MAX)
		rc = find_strangers(a, name, depth + 1, err);
	else if (!manifest_find(&a->payload, name) && !is_expected(a, name) &&
		 !idmap_get(&a->by_path, path))
		rc = audit_stranger(a, path);
	free(path);
	return rc;
}

static int
find_strangers(struct audit *a, const char *folder, int depth,
	       struct ark_error *err)
{
	struct store_entry *entries = NULL;
	char *path = audit_place(a, folder);
	struct ark_error why;
	size_t n = 0;
	int rc;

	if (!path)
		return error_nomem(err);
	rc = store_list(a->archive->store, path, &entries, &n, &why);
	if (rc == ARK_ENOMEM)
		rc = error_nomem(err);
	else if (rc == ARK_ENOTFOUND)
		rc = 0;
	else if (rc)
		rc = audit_report(a, ARK_VERIFY_UNREADABLE, path, "", why.text);
	for (size_t i = 0; !rc && i < n; i++)
		rc = judge_found(a, folder, &entries[i], depth, err);
	free(entries);
	free(path);
	return rc;
}

int
audit_strangers(struct audit *a, struct ark_error *err)
{
	return find_strangers(a, "data", 0, err);
}
