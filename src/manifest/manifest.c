#include "manifest/manifest.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "manifest/lines.h"

enum manifest_role
manifest_role(const char *name, char algorithm[MANIFEST_ALGORITHM_SIZE])
{
	static const char tag[] = "tag", head[] = "manifest-", tail[] = ".txt";
	const bool is_tags = !strncmp(name, tag, sizeof(tag) - 1);
	size_t n;

	algorithm[0] = '\0';
	if (is_tags)
		name += sizeof(tag) - 1;
	if (strncmp(name, head, sizeof(head) - 1))
		return MANIFEST_NONE;
	name += sizeof(head) - 1;
	n = strlen(name);
	if (n < sizeof(tail) || strcmp(name + n - sizeof(tail) + 1, tail))
		return MANIFEST_NONE;
	n -= sizeof(tail) - 1;
	if (n >= MANIFEST_ALGORITHM_SIZE)
		n = MANIFEST_ALGORITHM_SIZE - 1;
	memcpy(algorithm, name, n);
	algorithm[n] = '\0';
	return is_tags ? MANIFEST_TAGS : MANIFEST_PAYLOAD;
}

void
manifest_release(struct manifest *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		free(m->entries[i].path);
	free(m->entries);
	*m = (struct manifest){ 0 };
}

/* Add an entry whose path becomes the manifest's, also when that fails. */
static int
add_taken(struct manifest *m, char *path, const uint8_t *digest,
	  int64_t bytes)
{
	struct manifest_entry *e;

	if (!path)
		return ARK_ENOMEM;
	e = array_room(m->entries, m->n, &m->cap, sizeof(*e));
	if (!e) {
		free(path);
		return ARK_ENOMEM;
	}
	m->entries = e;
	e = &m->entries[m->n++];
	e->path = path;
	memcpy(e->digest, digest, digest_size(m->kind));
	e->bytes = bytes;
	return 0;
}

int
manifest_add(struct manifest *m, const char *path,
	     const uint8_t sha256[DIGEST_SHA256_SIZE], int64_t bytes,
	     struct ark_error *err)
{
	assert(m->kind == DIGEST_SHA256);
	return add_taken(m, strdup(path), sha256, bytes) ? error_nomem(err) : 0;
}

/* strcmp() compares as unsigned char, so this is the order of bytes. */
static int
compare(const void *a, const void *b)
{
	const struct manifest_entry *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void
manifest_sort(struct manifest *m)
{
	if (m->n > 1)
		qsort(m->entries, m->n, sizeof(*m->entries), compare);
}

const struct manifest_entry *
manifest_find(const struct manifest *m, const char *path)
{
	size_t from = 0, to = m->n;

	while (from < to) {
		size_t at = from + (to - from) / 2;
		int order = strcmp(path, m->entries[at].path);

		if (!order)
			return &m->entries[at];
		if (order < 0)
			to = at;
		else
			from = at + 1;
	}
	return NULL;
}

static void
print_path(struct buf *out, const char *path)
{
	for (;;) {
		size_t plain = strcspn(path, "\n\r%");

		(void)buf_add(out, path, plain);
		path += plain;
		if (!*path)
			return;
		(void)buf_addf(out, "%%%02X", (unsigned)*path++);
	}
}

void
manifest_print(const struct manifest *m, struct buf *out)
{
	size_t size = digest_size(m->kind);
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < m->n; i++) {
		digest_hex(hex, m->entries[i].digest, size);
		(void)buf_add(out, hex, 2 * size);
		(void)buf_add(out, "  ", 2);
		print_path(out, m->entries[i].path);
		(void)buf_addc(out, '\n');
	}
}

/* The byte that stands for %0A, %0D or %25 at p, or 0 for anything else. */
static char
decode(const char *p, size_t n)
{
	if (n < 3 || p[0] != '%')
		return 0;
	if (p[1] == '2' && p[2] == '5')
		return '%';
	if (p[1] != '0')
		return 0;
	if (p[2] == 'A' || p[2] == 'a')
		return '\n';
	return p[2] == 'D' || p[2] == 'd' ? '\r' : 0;
}

/* Only LF, CR and % may be encoded, and they must be (RFC 8493, 2.1.3). */
static int
decode_path(char *out, const char *p, size_t n)
{
	while (n) {
		char c = decode(p, n);
		size_t used = c ? 3 : 1;

		if (!c && (*p == '%' || *p == '\0'))
			return ARK_EFORMAT;
		*out++ = c ? c : *p;
		p += used;
		n -= used;
	}
	*out = '\0';
	return 0;
}

/* Whether path stays in the bag: no part of it empty, "." or "..". */
static bool
is_inside(const char *path)
{
	if (*path == '~')
		return false;
	for (;;) {
		size_t len = strcspn(path, "/");

		if (len == 0 || (len <= 2 && !strncmp(path, "..", len)))
			return false;
		if (!path[len])
			return true;
		path += len + 1;
	}
}

/* What is wrong with the path of a manifest, or NULL. */
static const char *
path_flaw(const char *path, bool is_payload)
{
	bool is_in_data = !strncmp(path, "data/", 5);

	if (!text_is_utf8(path, strlen(path)))
		return "the path is not UTF-8";
	if (!is_inside(path))
		return "the path leaves the bag, or has an empty part";
	if (is_payload && !is_in_data)
		return "the path is not below data/";
	if (!is_payload && is_in_data)
		return "the path is below data/";
	return NULL;
}

/* Add the path that n bytes at p encode, or say what is wrong with it. */
static int
add_path(struct manifest *m, const char *p, size_t n, bool is_payload,
	 const uint8_t *digest, const char **flaw)
{
	char *path = malloc(n + 1);

	if (!path)
		return ARK_ENOMEM;
	if (decode_path(path, p, n))
		*flaw = "a NUL, or a % that is not of %0A, %0D or %25";
	else
		*flaw = path_flaw(path, is_payload);
	if (*flaw) {
		free(path);
		return ARK_EFORMAT;
	}
	return add_taken(m, path, digest, -1);
}

/* Read one line into m, or say what is wrong with it. */
static int
parse_line(struct manifest *m, const char *line, size_t n, bool is_payload,
	   const char **flaw)
{
	const size_t size = digest_size(m->kind), digits = 2 * size;
	uint8_t digest[DIGEST_MAX_SIZE];
	char hex[DIGEST_HEX_SIZE] = "";
	size_t at = digits;

	if (n > digits)
		memcpy(hex, line, digits);
	while (at < n && (line[at] == ' ' || line[at] == '\t'))
		at++;
	if (digest_unhex(digest, size, hex) || at == digits || at == n) {
		*flaw = "expected the hex digits of its digest, white space "
			"and a path";
		return ARK_EFORMAT;
	}
	return add_path(m, line + at, n - at, is_payload, digest, flaw);
}

/* Past the white space, if there is any, behind the word at *p. */
static bool
next_word(const char **p, const char *end)
{
	const char *q = *p;

	while (q < end && (*q == ' ' || *q == '\t'))
		q++;
	if (q == *p || q == end)
		return false;
	*p = q;
	return true;
}

static const char *
word_end(const char *p, const char *end)
{
	while (p < end && *p != ' ' && *p != '\t')
		p++;
	return p;
}

/* "-" or digits, all of a length that fits; n is not 0. */
static int
parse_length(const char *p, size_t n, int64_t *out)
{
	char text[24] = "";

	*out = -1;
	if (n == 1 && *p == '-')
		return 0;
	if (n >= sizeof(text) || *p < '0' || *p > '9')
		return ARK_EFORMAT;
	memcpy(text, p, n);
	return text_to_int(text, 0, INT64_MAX, out);
}

static int
parse_fetch_line(struct manifest *m, const char *line, size_t n,
		 const char **flaw)
{
	static const uint8_t no_digest[DIGEST_MAX_SIZE] = { 0 };
	const char *end = line + n, *p = word_end(line, end), *length;
	int64_t bytes = -1;
	int rc;

	*flaw = "expected a URL, its length or \"-\", and a path";
	if (!memchr(line, ':', (size_t)(p - line)) || !next_word(&p, end))
		return ARK_EFORMAT;
	length = p;
	p = word_end(p, end);
	if (parse_length(length, (size_t)(p - length), &bytes) ||
	    !next_word(&p, end))
		return ARK_EFORMAT;
	*flaw = NULL;
	rc = add_path(m, p, (size_t)(end - p), true, no_digest, flaw);
	if (!rc)
		m->entries[m->n - 1].bytes = bytes;
	return rc;
}

static int
refuse_repeated(const struct manifest *m, struct ark_error *err)
{
	struct buf shown = BUF_INIT(1024);

	for (size_t i = 1; i < m->n; i++) {
		const char *path = m->entries[i].path;

		if (strcmp(path, m->entries[i - 1].path))
			continue;
		text_printable(&shown, path, strlen(path));
		(void)error_set(err, ARK_EFORMAT,
				"manifest: %s is listed more than once",
				buf_text(&shown));
		buf_release(&shown);
		return ARK_EFORMAT;
	}
	return 0;
}

int
manifest_parse(struct manifest *m, const char *text, size_t n, int is_payload,
	       struct ark_error *err)
{
	struct lines lines;
	const char *line, *flaw = NULL;
	size_t len;
	int rc;

	lines_init(&lines, text, n);
	while (lines_next(&lines, &line, &len)) {
		rc = parse_line(m, line, len, is_payload, &flaw);
		if (rc == ARK_ENOMEM)
			return error_nomem(err);
		if (rc)
			return error_set(err, rc, "manifest: line %zu: %s",
					 lines.number, flaw);
	}
	manifest_sort(m);
	return refuse_repeated(m, err);
}

int
manifest_parse_fetch(struct manifest *m, const char *text, size_t n,
		     struct ark_error *err)
{
	struct lines lines;
	const char *line, *flaw = NULL;
	size_t len;
	int rc;

	lines_init(&lines, text, n);
	while (lines_next(&lines, &line, &len)) {
		rc = parse_fetch_line(m, line, len, &flaw);
		if (rc == ARK_ENOMEM)
			return error_nomem(err);
		if (rc)
			return error_set(err, rc, "fetch.txt: line %zu: %s",
					 lines.number, flaw);
	}
	manifest_sort(m);
	return refuse_repeated(m, err);
}
