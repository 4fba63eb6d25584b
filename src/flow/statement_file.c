#include "flow/statement_file.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "flow/report_files.h"
#include "store/layout.h"

#define AUDIO_FOLDER "data/audio/"
#define MAX_MANIFEST_BYTES ((size_t)256 << 20)
#define MAX_MANIFEST_LINE 65536
#define KEY_SIZE (sizeof("statement ") + DAY_SIZE)

/* ---- what the catalogue knows ------------------------------------------- */

static void
key_of(char out[KEY_SIZE], int32_t day)
{
	char text[DAY_SIZE];

	day_format(text, day);
	(void)snprintf(out, KEY_SIZE, "statement %s", text);
}

int
statement_known(struct archive *a, int32_t day, char sha256[DIGEST_SHA256_HEX],
		struct ark_error *err)
{
	struct buf value = BUF_INIT(DIGEST_SHA256_HEX);
	char key[KEY_SIZE];
	int rc;

	key_of(key, day);
	rc = catalogue_meta_get(a->catalogue, key, &value, err);
	if (rc == 1 && value.len != DIGEST_SHA256_HEX - 1)
		rc = 0;
	if (rc == 1)
		memcpy(sha256, buf_text(&value), DIGEST_SHA256_HEX);
	buf_release(&value);
	return rc;
}

int
statement_know(struct archive *a, int32_t day, const char *sha256,
	       struct ark_error *err)
{
	char key[KEY_SIZE];

	key_of(key, day);
	return catalogue_meta_set(a->catalogue, key, sha256, err);
}

/* ---- what lies in the bag ----------------------------------------------- */

int
statement_load(struct archive *a, int32_t day, const char *sha256,
	       struct buf *text, struct ark_error *err)
{
	uint8_t found[DIGEST_SHA256_SIZE];
	char path[STORE_PATH_MAX], hex[DIGEST_SHA256_HEX];
	struct ark_error why = { 0 };
	int rc;

	rc = layout_in_bag(path, day, STATEMENT_FILE, err);
	if (rc)
		return rc;
	rc = store_slurp(a->store, path, text, &why);
	if (rc == ARK_ENOMEM || rc == ARK_EDISK)
		return error_set(err, rc, "%s", why.text);
	if (rc)		/* missing, or no file that we wrote */
		return 0;
	rc = digest_sha256(found, buf_text(text), text->len, err);
	if (rc)
		return rc;
	digest_hex(hex, found, sizeof(found));
	return !strcmp(hex, sha256);
}

int
statement_manifest(struct archive *a, int32_t day, struct manifest *m,
		   struct ark_error *err)
{
	struct buf text = BUF_INIT(MAX_MANIFEST_BYTES);
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_in_bag(path, day, "manifest-sha256.txt", err);
	if (!rc)
		rc = store_slurp(a->store, path, &text, err);
	if (!rc)
		rc = manifest_parse(m, buf_text(&text), text.len, true, err);
	buf_release(&text);
	return rc;
}

int
statement_restore(struct archive *a, int32_t day, struct ark_error *err)
{
	const struct manifest_entry *e = NULL;
	char hex[DIGEST_SHA256_HEX];
	struct manifest m = { 0 };
	struct ark_error why = { 0 };
	int rc;

	rc = statement_manifest(a, day, &m, &why);
	if (!rc)
		e = manifest_find(&m, STATEMENT_FILE);
	if (rc == ARK_ENOMEM || rc == ARK_EDISK)
		rc = error_set(err, rc, "%s", why.text);
	else
		rc = 0;
	if (e) {
		digest_hex(hex, e->sha256, sizeof(e->sha256));
		rc = statement_know(a, day, hex, err);
	}
	manifest_release(&m);
	return rc;
}

/* ---- what it describes --------------------------------------------------- */

/* The report that was read from a file of the bag; -1: none. */
static int
route_of(const char *path)
{
	static const enum ark_route routes[] = {
		ARK_SERVICE_HISTORY, ARK_VOICE_LOG,
	};
	char name[REPORT_FILE_SIZE];

	if (!strcmp(path, "data/recordings.ndjson"))
		return ARK_AUDIO_LINKS;
	for (size_t i = 0; i < 2 * sizeof(routes) / sizeof(routes[0]); i++) {
		report_file(name, routes[i / 2], i % 2);
		if (!strcmp(path, name))
			return (int)routes[i / 2];
	}
	return -1;
}

/* Note the entry at e, and add its line to d. */
static int
add_entry(struct statement_evidence *out, struct manifest_entry *e, int route,
	  struct digest *d, struct ark_error *err)
{
	const struct manifest one = { .entries = e, .n = 1 };
	struct buf line = BUF_INIT(MAX_MANIFEST_LINE);
	int rc;

	manifest_print(&one, &line);
	rc = buf_status(&line, err);
	if (!rc)
		rc = digest_add(d, buf_text(&line), line.len, err);
	buf_release(&line);
	out->n++;
	if (route >= 0) {
		struct completeness_file *f = &out->files[out->n_files++];

		f->route = (enum ark_route)route;
		f->path = e->path;
		digest_hex(f->sha256, e->sha256, sizeof(e->sha256));
	}
	return rc;
}

int
statement_evidence(struct statement_evidence *out,
		   const struct manifest *payload, struct ark_error *err)
{
	uint8_t sha256[DIGEST_MAX_SIZE];
	struct digest *d = NULL;
	int rc;

	*out = (struct statement_evidence){ 0 };
	rc = digest_new(&d, DIGEST_SHA256, err);
	for (size_t i = 0; !rc && i < payload->n; i++) {
		struct manifest_entry *e = &payload->entries[i];
		bool is_audio = !strncmp(e->path, AUDIO_FOLDER,
					 sizeof(AUDIO_FOLDER) - 1);
		int route = is_audio ? -1 : route_of(e->path);

		if (is_audio || route >= 0)
			rc = add_entry(out, e, route, d, err);
	}
	if (!rc)
		rc = digest_final(d, sha256, err);
	if (!rc)
		digest_hex(out->sha256, sha256, DIGEST_SHA256_SIZE);
	digest_free(d);
	return rc;
}
