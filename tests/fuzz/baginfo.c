/*
 * bag-info.txt.  A value that is put comes back by its label, whatever stands
 * in it, and its lines stay lines; any text can be searched, and what is
 * found is counted.  bagit.txt is judged as by who compares its bytes.
 */
#include <strings.h>

#include "fuzz.h"
#include "manifest/baginfo.h"

#define TEXT_MAX ((size_t)1 << 20)

/* What must come back of value: line ends are spaces, CR LF is one. */
static char *
flat(const char *value)
{
	char *out = strdup(value), *to = out;

	MUST(out);
	for (const char *p = value; *p; p++) {
		if (p[0] == '\r' && p[1] == '\n')
			continue;
		*to++ = *p == '\n' || *p == '\r' ? ' ' : *p;
	}
	*to = 0;
	return out;
}

static void
put_and_get(const char *value)
{
	struct buf info = BUF_INIT(TEXT_MAX), back = BUF_INIT(TEXT_MAX);
	char *expected = flat(value);

	baginfo_put(&info, "Source-Organization", "callark");
	baginfo_put(&info, "External-Description", value);
	baginfo_put_int(&info, "Bag-Count", 42);
	MUST(!info.rc);
	MUST(baginfo_get(buf_text(&info), info.len, "external-description",
			 &back) == 1);
	MUST(!strcmp(buf_text(&back), expected));
	buf_clear(&back);
	MUST(baginfo_get(buf_text(&info), info.len, "Bag-Count", &back) == 1);
	MUST(!strcmp(buf_text(&back), "42"));
	MUST(!baginfo_get(buf_text(&info), info.len, "Contact-Name", &back));
	free(expected);
	buf_release(&info);
	buf_release(&back);
}

/* text with all line ends as LF, and one behind the last line. */
static char *
lines_of(const char *text, size_t n)
{
	char *out = malloc(n + 2), *to = out;

	MUST(out);
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\r' && i + 1 < n && text[i + 1] == '\n')
			continue;
		*to++ = text[i] == '\r' ? '\n' : text[i];
	}
	if (to > out && to[-1] != '\n')
		*to++ = '\n';
	*to = 0;
	return out;
}

static bool
is_bagit(const char *text, size_t n)
{
	char *lines = lines_of(text, n);
	bool is_equal = !memchr(text, 0, n) &&
			!strcmp(lines, baginfo_bagit_txt);

	free(lines);
	return is_equal;
}

/* How many lines begin with label, its colon included. */
static size_t
count_slowly(const char *text, size_t n, const char *label)
{
	const size_t len = strlen(label);
	bool is_begin = true;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_begin && n - i >= len &&
		    !strncasecmp(text + i, label, len))
			count++;
		is_begin = text[i] == '\n' || text[i] == '\r';
	}
	return count;
}

static void
search(const char *text, size_t n)
{
	struct buf found = BUF_INIT(TEXT_MAX);
	struct ark_error err = { 0 };
	int rc;

	rc = baginfo_get(text, n, "Payload-Oxum", &found);
	MUST(rc == 0 || rc == 1 || rc == ARK_EFORMAT);
	MUST(rc == 1 || rc == ARK_EFORMAT || !found.len);
	MUST(found.len <= n);
	/* a list of elements has as many as have lines that begin with them */
	if (rc >= 0)
		MUST((baginfo_count(text, n, "Payload-Oxum") > 0) == rc);
	if (found.len)
		MUST(!memchr(found.data, '\n', found.len) &&
		     !memchr(found.data, '\r', found.len));
	MUST(baginfo_count(text, n, "Payload-Oxum") ==
	     count_slowly(text, n, "Payload-Oxum:"));
	rc = baginfo_is_bagit(text, n, &err);
	must_report(rc, &err);
	MUST(!rc == is_bagit(text, n));
	buf_release(&found);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *value = input_rest(&in);

	search((const char *)bytes, n);
	put_and_get(value);
	free(value);
	return 0;
}
