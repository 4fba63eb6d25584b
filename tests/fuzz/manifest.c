/*
 * The manifests of a bag.  What is read stays inside the bag, is sorted and
 * can be found; printed and read again it is the same.
 */
#include "fuzz.h"
#include "manifest/manifest.h"

#define TEXT_MAX ((size_t)1 << 20)

/* No part of the path is empty, "." or "..", and none is absolute. */
static void
must_stay_inside(const char *path)
{
	char *parts = strdup(path), *rest = parts, *name;

	MUST(parts && *path && *path != '/' && *path != '~');
	while ((name = strsep(&rest, "/")))
		MUST(*name && strcmp(name, ".") && strcmp(name, ".."));
	free(parts);
}

static void
look(const struct manifest *m, bool is_payload)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *path = m->entries[i].path;

		must_be_text(path);
		must_stay_inside(path);
		MUST(!strncmp(path, "data/", 5) == is_payload);
		MUST(!i || strcmp(m->entries[i - 1].path, path) < 0);
		MUST(manifest_find(m, path) == &m->entries[i]);
		MUST(m->entries[i].bytes == -1);
	}
	MUST(!manifest_find(m, "data/../x"));
}

static void
must_be_equal(const struct manifest *a, const struct manifest *b)
{
	MUST(a->n == b->n);
	for (size_t i = 0; i < a->n; i++) {
		MUST(!strcmp(a->entries[i].path, b->entries[i].path));
		MUST(!memcmp(a->entries[i].sha256, b->entries[i].sha256,
			     DIGEST_SHA256_SIZE));
	}
}

static void
print_and_read(const struct manifest *m, bool is_payload)
{
	struct buf printed = BUF_INIT(TEXT_MAX);
	struct manifest again = { 0 };
	struct ark_error err = { 0 };

	manifest_print(m, &printed);
	MUST(!printed.rc);
	MUST(!manifest_parse(&again, buf_text(&printed), printed.len,
			     is_payload, &err));
	must_be_equal(m, &again);
	manifest_release(&again);
	buf_release(&printed);
}

static void
try_reading(const uint8_t *bytes, size_t n, bool is_payload)
{
	struct manifest m = { 0 };
	struct ark_error err = { 0 };
	int rc = manifest_parse(&m, (const char *)bytes, n, is_payload, &err);

	must_report(rc, &err);
	must_be_one_line(err.text);
	if (!rc) {
		look(&m, is_payload);
		print_and_read(&m, is_payload);
	}
	manifest_release(&m);
}

/* Any name below data/ that may be in a manifest survives the printing. */
static void
try_name(const uint8_t *bytes, size_t n)
{
	uint8_t sha256[DIGEST_SHA256_SIZE] = { 0xca, 0x11 };
	struct input in = { bytes, n };
	char *name = input_rest(&in);
	struct buf path = BUF_INIT(TEXT_MAX);
	struct manifest m = { 0 };

	buf_addf(&path, "data/x%s", name);
	if (text_is_utf8(name, strlen(name)) && !strchr(name, '/')) {
		MUST(!manifest_add(&m, buf_text(&path), sha256, 1, NULL));
		print_and_read(&m, true);
	}
	manifest_release(&m);
	buf_release(&path);
	free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	try_reading(bytes, n, true);
	try_reading(bytes, n, false);
	try_name(bytes, n);
	return 0;
}
