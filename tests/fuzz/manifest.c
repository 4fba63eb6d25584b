/*
 * The manifests of a bag, of any digest, and its fetch.txt.  What is read stays
 * inside the bag, is sorted and can be found; printed and read again it is the
 * same.  The first line is also tried as the name of such a file.
 */
#include <fnmatch.h>

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
look(const struct manifest *m, bool is_payload, bool has_sizes)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *path = m->entries[i].path;

		must_be_text(path);
		must_stay_inside(path);
		MUST(!strncmp(path, "data/", 5) == is_payload);
		MUST(!i || strcmp(m->entries[i - 1].path, path) < 0);
		MUST(manifest_find(m, path) == &m->entries[i]);
		MUST(m->entries[i].bytes == -1 ||
		     (has_sizes && m->entries[i].bytes >= 0));
	}
	MUST(!manifest_find(m, "data/../x"));
}

static void
must_be_equal(const struct manifest *a, const struct manifest *b)
{
	MUST(a->n == b->n);
	for (size_t i = 0; i < a->n; i++) {
		MUST(!strcmp(a->entries[i].path, b->entries[i].path));
		MUST(a->entries[i].bytes == b->entries[i].bytes);
		MUST(!memcmp(a->entries[i].digest, b->entries[i].digest,
			     digest_size(a->kind)));
	}
}

static void
print_and_read(const struct manifest *m, bool is_payload)
{
	struct buf printed = BUF_INIT(TEXT_MAX);
	struct manifest again = { .kind = m->kind };
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
try_reading(const uint8_t *bytes, size_t n, enum digest_kind kind,
	    bool is_payload)
{
	struct manifest m = { .kind = kind };
	struct ark_error err = { 0 };
	int rc = manifest_parse(&m, (const char *)bytes, n, is_payload, &err);

	must_report(rc, &err);
	must_be_one_line(err.text);
	if (!rc) {
		look(&m, is_payload, false);
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
		MUST(!manifest_add(&m, buf_text(&path), sha256, -1, NULL));
		print_and_read(&m, true);
	}
	manifest_release(&m);
	buf_release(&path);
	free(name);
}

/* What fetch.txt names, written down again; '%' and line ends are encoded. */
static void
print_fetch(const struct manifest *m, struct buf *out)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->entries[i].bytes < 0)
			buf_adds(out, "https://x\t-  ");
		else
			buf_addf(out, "x: %lld\t",
				 (long long)m->entries[i].bytes);
		for (const char *p = m->entries[i].path; *p; p++) {
			if (strchr("\n\r%", *p))
				buf_addf(out, "%%%02x", (unsigned)*p);
			else
				buf_addc(out, *p);
		}
		buf_adds(out, i % 2 ? "\r\n" : "\n");
	}
}

static void
try_fetch(const uint8_t *bytes, size_t n)
{
	struct manifest m = { 0 }, again = { 0 };
	struct buf printed = BUF_INIT(TEXT_MAX);
	struct ark_error err = { 0 };
	int rc = manifest_parse_fetch(&m, (const char *)bytes, n, &err);

	must_report(rc, &err);
	must_be_one_line(err.text);
	if (!rc) {
		look(&m, true, true);
		print_fetch(&m, &printed);
		MUST(!manifest_parse_fetch(&again, buf_text(&printed),
					   printed.len, &err));
		must_be_equal(&m, &again);
	}
	manifest_release(&m);
	manifest_release(&again);
	buf_release(&printed);
}

/* What the shell's patterns say of the name. */
static void
try_role(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *name = input_line(&in);
	char algorithm[MANIFEST_ALGORITHM_SIZE];
	enum manifest_role role = manifest_role(name, algorithm);
	const char *stem = strchr(name, '-');

	MUST((role == MANIFEST_PAYLOAD) ==
	     !fnmatch("manifest-?*.txt", name, FNM_NOESCAPE));
	MUST((role == MANIFEST_TAGS) ==
	     !fnmatch("tagmanifest-?*.txt", name, FNM_NOESCAPE));
	MUST(memchr(algorithm, 0, sizeof(algorithm)));
	MUST(!role == !*algorithm);
	MUST(!role || !strncmp(stem + 1, algorithm, strlen(algorithm)));
	free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const enum digest_kind kinds[] = {
		DIGEST_SHA256, DIGEST_MD5, DIGEST_SHA512,
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		try_reading(bytes, n, kinds[i], true);
		try_reading(bytes, n, kinds[i], false);
	}
	try_fetch(bytes, n);
	try_name(bytes, n);
	try_role(bytes, n);
	return 0;
}
