#include "flow/outside.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Whether path is root or lies in it; both are absolute and resolved. */
static bool
is_within(const char *path, const char *root)
{
	size_t n = strlen(root);

	return !strncmp(path, root, n) && (!path[n] || path[n] == '/');
}

static int
check_place(struct store *s, const char *archive, struct ark_error *err)
{
	char *root = realpath(archive, NULL);
	int rc = 0;

	if (root && is_within(store_root(s), root))
		rc = error_set(err, ARK_EUSAGE, "%s: expected a folder outside "
			       "the archive", store_root(s));
	free(root);
	return rc;
}

/* Nothing may lie there but the folder for temporaries, just made. */
static int
check_empty(struct store *s, struct ark_error *err)
{
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = store_list(s, "", &entries, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (strcmp(entries[i].name, STORE_PARTIAL) != 0)
			rc = error_set(err, ARK_EUSAGE, "%s: expected a folder "
				       "that is new or empty, it has %s",
				       store_root(s), entries[i].name);
	}
	free(entries);
	return rc;
}

int
outside_open(struct store **out, const char *folder, const char *archive,
	     struct ark_error *err)
{
	int rc;

	*out = NULL;
	rc = store_open(out, folder, STORE_CREATE, err);
	if (rc)
		error_prefix(err, "the folder to fill");
	if (!rc)
		rc = check_place(*out, archive, err);
	if (!rc)
		rc = check_empty(*out, err);
	return rc;
}
