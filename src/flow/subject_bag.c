#include "flow/subject_bag.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fdio.h"
#include "flow/custody.h"
#include "flow/kinds.h"
#include "flow/outside.h"
#include "manifest/baginfo.h"

#define BLOCK 65536
#define MAX_TAG_BYTES ((size_t)256 << 20)	/* of a manifest */

/* ---- the folder -------------------------------------------------------- */

int
subject_bag_open(struct subject_bag *bag, const char *folder,
		 const char *archive, struct ark_error *err)
{
	*bag = (struct subject_bag){ 0 };
	return outside_open(&bag->store, folder, archive, err);
}

void
subject_bag_close(struct subject_bag *bag)
{
	for (int r = 0; r < ARK_N_ROUTES; r++)
		store_file_free(bag->documents[r]);
	manifest_release(&bag->payload);
	manifest_release(&bag->tags);
	if (bag->store && !bag->is_sealed)
		(void)store_finish(bag->store, NULL);
	store_close(bag->store);
	*bag = (struct subject_bag){ 0 };
}

/* ---- payload ----------------------------------------------------------- */

/* Put a file of the payload in place and into the manifest. */
static int
add_payload(struct subject_bag *bag, struct store_file *f, const char *path,
	    struct ark_error *err)
{
	bag->octets += store_file_size(f);
	return manifest_add(&bag->payload, path, store_file_sha256(f),
			    store_file_size(f), err);
}

static int
copy_bytes(struct store_file *to, int from, const char *path,
	   struct ark_error *err)
{
	uint8_t *block = malloc(BLOCK);
	ssize_t n = 1;

	if (!block)
		return error_nomem(err);
	for (int64_t at = 0; n > 0; at += n) {
		n = fdio_pread(from, block, BLOCK, at);
		if (n > 0)
			store_file_write(to, block, (size_t)n);
	}
	free(block);
	return n < 0 ? error_errno(err, "%s", path) : 0;
}

/* "FOLDER/2024-12-31/NAME", with the name that it has in the archive. */
static int
target_path(char out[STORE_PATH_MAX], const char *folder, int32_t day,
	    const char *from, struct ark_error *err)
{
	const char *slash = strrchr(from, '/');
	char date[DAY_SIZE];
	int n;

	day_format(date, day);
	n = snprintf(out, STORE_PATH_MAX, "%s/%s/%s", folder, date,
		     slash ? slash + 1 : from);
	return n < STORE_PATH_MAX ? 0 : error_set(err, ARK_EBUG, "%s: a name "
						  "too long", from);
}

/* Copy a file of the archive; *out is what came of it, free it. */
static int
copy_file(struct store_file **out, struct subject_bag *bag, struct archive *a,
	  const char *from, const char *to, struct ark_error *err)
{
	int fd = -1, rc;

	rc = store_openat(a->store, from, O_RDONLY, &fd, err);
	if (!rc)
		rc = store_file_new(out, bag->store, to, err);
	if (!rc)
		rc = copy_bytes(*out, fd, from, err);
	if (!rc)
		rc = store_file_publish(*out, err);
	(void)fdio_close(&fd);
	return rc;
}

/* Whether what was copied is what the catalogue knows. */
static bool
is_right(const struct store_file *f, const struct subject_file *file)
{
	return store_file_size(f) == file->bytes &&
	       !memcmp(store_file_sha256(f), file->sha256, DIGEST_SHA256_SIZE);
}

int
subject_bag_copy(struct subject_bag *bag, struct archive *a,
		 const struct subject_file *file, struct ark_error *err)
{
	struct store_file *f = NULL;
	char path[STORE_PATH_MAX];
	int rc;

	rc = target_path(path, kind_of(file->kind)->folder, file->day,
			 file->path, err);
	if (!rc)
		rc = copy_file(&f, bag, a, file->path, path, err);
	if (!rc && is_right(f, file)) {
		rc = add_payload(bag, f, path, err);
	} else if (!rc) {
		rc = store_unlink(bag->store, path, err);
		if (!rc)
			rc = error_set(err, ARK_EINTEGRITY, "%s: it is not "
				       "what was archived", file->path);
	}
	store_file_free(f);
	return rc;
}

int
subject_bag_copy_wreck(struct subject_bag *bag, struct archive *a,
		       const struct subject_wreck *wreck, struct ark_error *err)
{
	struct store_file *f = NULL;
	char path[STORE_PATH_MAX];
	int rc;

	rc = target_path(path, "data/unreadable", wreck->day, wreck->path, err);
	if (!rc)
		rc = copy_file(&f, bag, a, wreck->path, path, err);
	if (!rc)
		rc = add_payload(bag, f, path, err);
	store_file_free(f);
	return rc;
}

static void
documents_path(char out[STORE_PATH_MAX], enum ark_route route)
{
	(void)snprintf(out, STORE_PATH_MAX, "data/documents/%s.ndjson",
		       ark_route_name(route));
}

/* Line ends are white space between tokens: no string has them. */
static void
write_line(struct store_file *f, const char *body, size_t n)
{
	while (n) {
		size_t part = 0;

		while (part < n && body[part] != '\n' && body[part] != '\r')
			part++;
		store_file_write(f, body, part);
		if (part < n) {
			store_file_write(f, " ", 1);
			part++;
		}
		body += part;
		n -= part;
	}
	store_file_write(f, "\n", 1);
}

int
subject_bag_line(struct subject_bag *bag, enum ark_route route,
		 const char *body, size_t n, struct ark_error *err)
{
	struct store_file **f = &bag->documents[route];
	char path[STORE_PATH_MAX];
	int rc = 0;

	if (!*f) {
		documents_path(path, route);
		rc = store_file_new(f, bag->store, path, err);
	}
	if (!rc)
		write_line(*f, body, n);
	return rc;
}

static int
close_documents(struct subject_bag *bag, struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	int rc = 0;

	for (int r = 0; !rc && r < ARK_N_ROUTES; r++) {
		struct store_file *f = bag->documents[r];

		if (!f)
			continue;
		documents_path(path, (enum ark_route)r);
		rc = store_file_publish(f, err);
		if (!rc)
			rc = add_payload(bag, f, path, err);
	}
	return rc;
}

/* ---- tag files --------------------------------------------------------- */

static int
put_tag(struct subject_bag *bag, const char *name, const struct buf *text,
	struct ark_error *err)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int rc;

	rc = buf_status(text, err);
	if (!rc)
		rc = store_file_put(bag->store, name, buf_text(text), text->len,
				    err);
	if (!rc)
		rc = digest_sha256(sha256, buf_text(text), text->len, err);
	if (!rc)
		rc = manifest_add(&bag->tags, name, sha256, (int64_t)text->len,
				  err);
	return rc;
}

static int
put_declaration(struct subject_bag *bag, struct ark_error *err)
{
	struct buf out = BUF_INIT(1024);
	int rc;

	(void)buf_adds(&out, baginfo_bagit_txt);
	rc = put_tag(bag, "bagit.txt", &out, err);
	buf_release(&out);
	return rc;
}

/* What it is and how much; not about whom. */
static int
put_baginfo(struct subject_bag *bag, struct archive *a,
	    const struct ark_subject_totals *totals, struct ark_error *err)
{
	struct buf out = BUF_INIT(65536);
	char now[CLOCK_UTC_SIZE];
	struct trail_head head;
	int rc;

	rc = trail_last(a, &head, err);
	if (rc)
		return rc;
	clock_utc(now, clock_wall_s());
	now[10] = 0;	/* the date alone */
	baginfo_put(&out, "Source-Organization", a->organization);
	baginfo_put(&out, "External-Description", "Everything that an archive "
		    "of recordings and reports holds about one subject");
	baginfo_put(&out, "Bagging-Date", now);
	baginfo_put(&out, "Bag-Software-Agent", "callark " CALLARK_VERSION);
	baginfo_put_oxum(&out, bag->octets, (int64_t)bag->payload.n);
	baginfo_put(&out, "Callark-Organization-Id", a->organization_id);
	baginfo_put(&out, "Callark-Time-Zone", zone_name(a->zone));
	baginfo_put_int(&out, "Callark-Recordings", totals->recordings);
	if (totals->attachments)
		baginfo_put_int(&out, "Callark-Attachments",
				totals->attachments);
	baginfo_put_int(&out, "Callark-Documents", totals->documents);
	baginfo_put_int(&out, "Callark-Document-Versions", totals->versions);
	baginfo_put_int(&out, "Callark-Damaged", totals->damaged);
	baginfo_put_int(&out, "Callark-Days", totals->scope.days);
	baginfo_put_int(&out, "Callark-Days-Absent", totals->scope.absent);
	baginfo_put_int(&out, "Callark-Days-Incomplete",
			totals->scope.incomplete);
	baginfo_put_int(&out, "Callark-Days-Without-Reports",
			totals->scope.without_reports);
	trail_put_baginfo(&out, &head);
	rc = put_tag(bag, "bag-info.txt", &out, err);
	buf_release(&out);
	return rc;
}

static int
put_manifest(struct subject_bag *bag, struct ark_error *err)
{
	struct buf out = BUF_INIT(MAX_TAG_BYTES);
	int rc;

	manifest_sort(&bag->payload);
	manifest_print(&bag->payload, &out);
	rc = put_tag(bag, "manifest-sha256.txt", &out, err);
	buf_release(&out);
	return rc;
}

/* The tag manifest, which makes the bag whole, after the trail told of it. */
static int
put_tagmanifest(struct subject_bag *bag, struct archive *a,
		const struct ark_subject_totals *totals, struct ark_error *err)
{
	struct buf out = BUF_INIT(MAX_TAG_BYTES);
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int rc;

	manifest_sort(&bag->tags);
	manifest_print(&bag->tags, &out);
	rc = buf_status(&out, err);
	if (!rc)
		rc = digest_sha256(sha256, buf_text(&out), out.len, err);
	if (!rc)
		rc = custody_exported(a, totals, sha256, err);
	if (!rc)
		rc = store_file_put(bag->store, "tagmanifest-sha256.txt",
				    buf_text(&out), out.len, err);
	buf_release(&out);
	return rc;
}

int
subject_bag_seal(struct subject_bag *bag, struct archive *a,
		 const struct ark_subject_totals *totals, struct ark_error *err)
{
	int rc;

	rc = close_documents(bag, err);
	if (!rc)
		rc = put_declaration(bag, err);
	if (!rc)
		rc = put_baginfo(bag, a, totals, err);
	if (!rc)
		rc = put_manifest(bag, err);
	if (!rc)
		rc = put_tagmanifest(bag, a, totals, err);
	bag->is_sealed = !rc;
	return rc ? rc : store_finish(bag->store, err);
}
