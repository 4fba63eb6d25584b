#include "manifest/baginfo.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "manifest/lines.h"
#include "model/time.h"

#define COLUMNS 79

const char baginfo_bagit_txt[] = "BagIt-Version: 1.0\n"
				 "Tag-File-Character-Encoding: UTF-8\n";

int
baginfo_is_bagit(const char *text, size_t n, struct ark_error *err)
{
	struct lines found, expected;
	const char *a, *b;
	size_t a_len, b_len;

	lines_init(&found, text, n);
	lines_init(&expected, baginfo_bagit_txt, sizeof(baginfo_bagit_txt) - 1);
	while (lines_next(&expected, &b, &b_len)) {
		if (!lines_next(&found, &a, &a_len) || a_len != b_len ||
		    memcmp(a, b, b_len))
			return error_set(
				err, ARK_EFORMAT,
				"bagit.txt: line %zu: expected \"%.*s\"",
				expected.number, (int)b_len, b);
	}
	if (lines_next(&found, &a, &a_len))
		return error_set(err, ARK_EFORMAT,
				 "bagit.txt: more than its two lines");
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* Add value on one line; CR LF is one line end. */
static void
add_flat(struct buf *out, const char *value)
{
	for (; *value; value++) {
		if (value[0] == '\r' && value[1] == '\n')
			continue;
		(void)buf_addc(out, is_line_end(*value) ? ' ' : *value);
	}
}

/* A single space between two words: unfolding gives just that back. */
static bool
can_fold(const char *p, size_t i, size_t n)
{
	return p[i] == ' ' && i + 1 < n && !is_blank(p[i - 1]) &&
	       !is_blank(p[i + 1]);
}

/*
 * Where to fold the line at p: at the last space behind `head` that leaves no
 * more than COLUMNS before it, or the first one if there is none; n when the
 * line fits or cannot be folded.
 */
static size_t
fold_at(const char *p, size_t n, size_t head)
{
	size_t best = n, column = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > head && can_fold(p, i, n)) {
			if (best != n && column > COLUMNS)
				break;
			best = i;
		}
		/* a character of UTF-8 takes one column */
		column += ((unsigned char)p[i] & 0xc0) != 0x80;
	}
	return column <= COLUMNS ? n : best;
}

void
baginfo_put(struct buf *out, const char *label, const char *value)
{
	struct buf line = BUF_INIT(out->max);
	size_t head = strlen(label) + 2;
	const char *p;
	size_t n;

	(void)buf_adds(&line, label);
	(void)buf_add(&line, ": ", 2);
	add_flat(&line, value);
	if (line.rc) {
		out->rc = out->rc ? out->rc : line.rc;
		goto out;
	}
	p = buf_text(&line);
	n = line.len;
	for (;;) {
		size_t at = fold_at(p, n, head);

		(void)buf_add(out, p, at);
		(void)buf_addc(out, '\n');
		if (at == n)
			break;
		/* the space itself begins the next line */
		p += at;
		n -= at;
		head = 0;
	}
out:
	buf_release(&line);
}

void
baginfo_put_int(struct buf *out, const char *label, int64_t value)
{
	(void)buf_addf(out, "%s: %lld\n", label, (long long)value);
}

void
baginfo_put_instant(struct buf *out, const char *label, int64_t s)
{
	char text[CLOCK_UTC_SIZE];

	if (s < 0)
		return;
	clock_utc(text, s);
	baginfo_put(out, label, text);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_label(const char *p, size_t n, const char *label)
{
	for (size_t i = 0; i < n; i++) {
		if (!label[i] || lower(p[i]) != lower(label[i]))
			return false;
	}
	return !label[n];
}

/* A line that begins with white space goes on with the value before it. */
static void
join(struct buf *out, const char *line, size_t n)
{
	while (n && is_blank(*line)) {
		line++;
		n--;
	}
	(void)buf_addc(out, ' ');
	(void)buf_add(out, line, n);
}

int
baginfo_get_instant(const char *text, size_t n, const char *label, int64_t *s)
{
	struct buf value = BUF_INIT(CLOCK_UTC_SIZE);
	int rc = baginfo_get(text, n, label, &value);

	*s = -1;
	if (rc == ARK_ELIMIT ||
	    (rc == 1 && utc_parse(buf_text(&value), s)))
		rc = ARK_EFORMAT;
	buf_release(&value);
	return rc;
}

size_t
baginfo_count(const char *text, size_t n, const char *label)
{
	struct lines lines;
	const char *line, *colon;
	size_t len, count = 0;

	lines_init(&lines, text, n);
	while (lines_next(&lines, &line, &len)) {
		colon = memchr(line, ':', len);
		if (colon && is_label(line, (size_t)(colon - line), label))
			count++;
	}
	return count;
}

int
baginfo_get(const char *text, size_t n, const char *label, struct buf *out)
{
	bool is_found = false, is_wanted = false;
	struct lines lines;
	const char *line, *colon;
	size_t len, label_len;

	lines_init(&lines, text, n);
	while (lines_next(&lines, &line, &len)) {
		if (len && is_blank(*line) && lines.number > 1) {
			if (is_wanted)
				join(out, line, len);
			continue;
		}
		colon = memchr(line, ':', len);
		label_len = colon ? (size_t)(colon - line) : 0;
		if (!label_len || is_blank(*line) || is_blank(colon[-1]))
			return ARK_EFORMAT;
		line += label_len + 1;
		len -= label_len + 1;
		if (len && !is_blank(*line))
			return ARK_EFORMAT;
		is_wanted = !is_found &&
			    is_label(colon - label_len, label_len, label);
		is_found = is_found || is_wanted;
		if (is_wanted && len)
			(void)buf_add(out, line + 1, len - 1);
	}
	return out->rc ? out->rc : is_found;
}

/* ---- Payload-Oxum ------------------------------------------------------- */

#define OXUM "Payload-Oxum"
#define OXUM_SIZE 48

static void
print_oxum(char out[OXUM_SIZE], int64_t octets, int64_t files)
{
	(void)snprintf(out, OXUM_SIZE, "%lld.%lld", (long long)octets,
		       (long long)files);
}

void
baginfo_put_oxum(struct buf *out, int64_t octets, int64_t files)
{
	char oxum[OXUM_SIZE];

	print_oxum(oxum, octets, files);
	baginfo_put(out, OXUM, oxum);
}

int
baginfo_judge_oxum(const char *text, size_t n, int64_t octets, int64_t files,
		   const char **flaw)
{
	struct buf found = BUF_INIT(256);
	char expected[OXUM_SIZE];
	int rc = baginfo_get(text, n, OXUM, &found);
	bool is_other;

	print_oxum(expected, octets, files);
	is_other = rc == ARK_ELIMIT || strcmp(buf_text(&found), expected);
	buf_release(&found);
	*flaw = NULL;
	if (!rc || rc == ARK_ENOMEM)
		return rc;
	if (rc == ARK_EFORMAT)
		*flaw = "it is no list of elements";
	else if (baginfo_count(text, n, OXUM) > 1)
		*flaw = "it has more than one Payload-Oxum";
	else if (octets >= 0 && is_other)
		*flaw = "Payload-Oxum differs from the payload";
	return 1;
}
