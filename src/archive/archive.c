#include "archive/archive.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "json/scan.h"
#include "json/tree.h"
#include "store/file.h"

#define MAX_MARK_BYTES 65536
#define WHOLE_KEY "whole"	/* of a catalogue that nothing is missing in */

/* Copy the text of a member; *copy is NULL when object has none. */
static int
copy_text(char **copy, struct json_slice object, const char *name)
{
	struct buf text = BUF_INIT(4096);
	int rc = 0;

	*copy = NULL;
	if (json_text(json_member(object, name), &text) == 1)
		*copy = buf_take(&text);
	if (text.rc == ARK_ENOMEM)
		rc = ARK_ENOMEM;
	buf_release(&text);
	return rc;
}

static int
parse_mark(struct archive *a, struct json_slice mark, struct ark_error *err)
{
	char *zone = NULL;
	int64_t format;
	int rc;

	rc = json_check(mark, &json_limits_document, err);
	if (rc == ARK_ENOMEM)
		return rc;
	if (rc)
		return error_set(err, ARK_EINTEGRITY, "%s/%s is damaged: it is "
				 "no JSON; restore it from a copy",
				 store_root(a->store), ARCHIVE_MARK);
	if (json_int(json_member(mark, "format"), 1, 1000000, &format))
		return error_set(err, ARK_EINTEGRITY, "%s/%s names no format",
				 store_root(a->store), ARCHIVE_MARK);
	if (format > ARCHIVE_FORMAT)
		return error_set(err, ARK_EINTEGRITY, "%s has archive format "
				 "%lld; this callark knows up to %d: use a "
				 "newer one", store_root(a->store),
				 (long long)format, ARCHIVE_FORMAT);
	if (copy_text(&a->organization_id, mark, "organization_id") ||
	    copy_text(&a->organization, mark, "organization") ||
	    copy_text(&zone, mark, "time_zone"))
		rc = error_nomem(err);
	else if (!a->organization_id || !a->organization || !zone)
		rc = error_set(err, ARK_EINTEGRITY, "%s/%s lacks organization, "
			       "organization_id or time_zone",
			       store_root(a->store), ARCHIVE_MARK);
	else
		rc = zone_open(&a->zone, zone, err);
	free(zone);
	return rc;
}

/* Read callark.json, if it is there. */
static int
load_mark(struct archive *a, struct ark_error *err)
{
	struct buf text = BUF_INIT(MAX_MARK_BYTES);
	int rc;

	rc = store_slurp(a->store, ARCHIVE_MARK, &text, err);
	if (!rc)
		rc = parse_mark(a, (struct json_slice){ buf_text(&text),
							text.len }, err);
	buf_release(&text);
	return rc;
}

/* A folder without mark may become an archive only when it is empty. */
static int
check_blank(struct archive *a, struct ark_error *err)
{
	static const char *const ours[] = {
		"lock", STORE_PARTIAL, ARCHIVE_CATALOGUE,
		ARCHIVE_CATALOGUE "-journal", "lost+found",
	};
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = store_list(a->store, ".", &entries, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		bool is_ours = false;

		for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
			is_ours |= !strcmp(entries[i].name, ours[k]);
		if (!is_ours)
			rc = error_set(err, ARK_EUSAGE, "%s is no archive (it "
				       "has no %s) and not empty: choose "
				       "another archive.path",
				       store_root(a->store), ARCHIVE_MARK);
	}
	free(entries);
	return rc;
}

static int
open_catalogue(const struct archive *a, enum catalogue_mode mode,
	       struct catalogue **out, struct ark_error *err)
{
	struct buf path = BUF_INIT(8192);
	int rc;

	buf_addf(&path, "%s/%s", store_root(a->store), ARCHIVE_CATALOGUE);
	rc = buf_status(&path, err);
	if (!rc)
		rc = catalogue_open(out, buf_text(&path), mode, err);
	buf_release(&path);
	return rc;
}

/* An archive that has its mark had a catalogue. */
static int
find_catalogue(struct archive *a, struct ark_error *err)
{
	int64_t size = 0;
	int rc;

	rc = store_size(a->store, ARCHIVE_CATALOGUE, &size, err);
	if (rc == ARK_ENOTFOUND || (!rc && !size))
		return error_set(err, ARK_EINTEGRITY, "catalogue %s/%s: it is "
				 "missing or empty; make it anew with: callark "
				 "rebuild", store_root(a->store),
				 ARCHIVE_CATALOGUE);
	return rc;
}

/* A rebuild that was cut off leaves one that lacks days. */
static int
check_whole(struct archive *a, struct ark_error *err)
{
	struct buf value = BUF_INIT(64);
	int rc;

	rc = catalogue_meta_get(a->catalogue, WHOLE_KEY, &value, err);
	buf_release(&value);
	if (!rc)
		return error_set(err, ARK_EINTEGRITY, "catalogue %s/%s: the "
				 "last rebuild did not come to its end; do it "
				 "again with: callark rebuild",
				 store_root(a->store), ARCHIVE_CATALOGUE);
	return rc < 0 ? rc : 0;
}

static int
lock(struct archive *a, enum archive_mode mode, struct ark_error *err)
{
	if (mode == ARCHIVE_READ)
		return 0;
	return store_lock(a->store, mode != ARCHIVE_CHECK, err);
}

int
archive_open(struct archive **out, const char *path, enum archive_mode mode,
	     struct ark_error *err)
{
	bool is_reading = mode == ARCHIVE_READ || mode == ARCHIVE_CHECK;
	enum store_mode how = is_reading ? STORE_READ :
		mode == ARCHIVE_CREATE ? STORE_CREATE : STORE_WRITE;
	struct archive *a = calloc(1, sizeof(*a));
	int rc;

	if (!a)
		return error_nomem(err);
	rc = store_open(&a->store, path, how, err);
	if (!rc)
		rc = lock(a, mode, err);
	if (rc)
		goto out;
	rc = load_mark(a, err);
	if (rc == ARK_ENOTFOUND && mode == ARCHIVE_CREATE)
		rc = check_blank(a, err);
	else if (rc == ARK_ENOTFOUND)
		rc = error_set(err, ARK_ENOTFOUND, "%s is no archive: it has "
			       "no %s; callark sync makes one", path,
			       ARCHIVE_MARK);
	if (!rc && mode != ARCHIVE_REBUILD && archive_is_declared(a))
		rc = find_catalogue(a, err);
	if (!rc && mode != ARCHIVE_REBUILD)
		rc = open_catalogue(a, is_reading ? CATALOGUE_READ :
				    CATALOGUE_WRITE, &a->catalogue, err);
	if (!rc && mode != ARCHIVE_REBUILD && archive_is_declared(a))
		rc = check_whole(a, err);
	if (rc)
		goto out;
	*out = a;
	a = NULL;
out:
	archive_close(a);
	return rc;
}

static void
forget_mark(struct archive *a)
{
	zone_free(a->zone);
	free(a->organization_id);
	free(a->organization);
	a->zone = NULL;
	a->organization_id = a->organization = NULL;
}

void
archive_close(struct archive *a)
{
	if (!a)
		return;
	catalogue_close(a->catalogue);
	store_close(a->store);
	forget_mark(a);
	free(a);
}

int
archive_check(const struct archive *a, struct ark_error *err)
{
	struct catalogue *c = NULL;
	int rc;

	rc = open_catalogue(a, CATALOGUE_READ, &c, err);
	if (!rc)
		rc = catalogue_check(c, err);
	catalogue_close(c);
	return rc;
}

bool
archive_is_declared(const struct archive *a)
{
	return a->zone;
}

static int
compare_mark(const struct archive *a, const char *id, const char *zone,
	     struct ark_error *err)
{
	if (strcmp(a->organization_id, id))
		return error_set(err, ARK_EUSAGE, "%s belongs to organisation "
				 "%s (%s), not to %s: give each organisation "
				 "an archive.path of its own",
				 store_root(a->store), a->organization_id,
				 a->organization, id);
	if (strcmp(zone_name(a->zone), zone))
		return error_set(err, ARK_EUSAGE, "%s was made in time zone %s, "
				 "not %s: set omni.time_zone = %s",
				 store_root(a->store), zone_name(a->zone), zone,
				 zone_name(a->zone));
	return 0;
}

static int
write_mark(struct archive *a, const char *id, const char *name,
	   const char *zone, struct ark_error *err)
{
	struct buf text = BUF_INIT(MAX_MARK_BYTES);
	struct json_tree *t = json_tree_new();
	char now[CLOCK_UTC_SIZE];
	int rc;

	if (!t)
		return error_nomem(err);
	clock_utc(now, clock_wall_s());
	json_put_int(t, "format", ARCHIVE_FORMAT);
	json_put_text(t, "organization_id", id);
	json_put_text(t, "organization", name);
	json_put_text(t, "time_zone", zone);
	json_put_text(t, "created_at", now);
	json_put_text(t, "created_by", "callark " CALLARK_VERSION);
	rc = json_print(t, true, &text, err);
	if (!rc && buf_addc(&text, '\n'))
		rc = buf_status(&text, err);
	if (!rc)
		rc = store_file_put(a->store, ARCHIVE_MARK, text.data, text.len,
				    err);
	json_tree_free(t);
	buf_release(&text);
	return rc;
}

int
archive_declare(struct archive *a, const char *id, const char *name,
		const char *zone, struct ark_error *err)
{
	int rc;

	if (archive_is_declared(a))
		return compare_mark(a, id, zone, err);
	rc = zone_open(&a->zone, zone, err);
	if (rc)
		return rc;
	a->organization_id = strdup(id);
	a->organization = strdup(name);
	if (!a->organization_id || !a->organization)
		rc = error_nomem(err);
	if (!rc)
		rc = archive_rebuilt(a, err);	/* nothing yet to lack */
	if (!rc)
		rc = write_mark(a, id, name, zone, err);
	if (rc)
		forget_mark(a);
	return rc;
}

int
archive_open_catalogue(struct archive *a, struct ark_error *err)
{
	int rc;

	rc = store_set_aside(a->store, ARCHIVE_CATALOGUE,
			     ARCHIVE_CATALOGUE ".old", err);
	if (!rc)
		rc = store_unlink(a->store, ARCHIVE_CATALOGUE "-journal", err);
	if (rc)
		return rc;
	return open_catalogue(a, CATALOGUE_WRITE, &a->catalogue, err);
}

int
archive_rebuilt(struct archive *a, struct ark_error *err)
{
	return catalogue_meta_set(a->catalogue, WHOLE_KEY, "yes", err);
}
