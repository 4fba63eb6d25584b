#include "flow/report_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "manifest/baginfo.h"

#define LABEL_SIZE 64

void
report_file(char out[REPORT_FILE_SIZE], enum ark_route route, bool has_versions)
{
	(void)snprintf(out, REPORT_FILE_SIZE, REPORT_FOLDER "/%s%s.ndjson.gz",
		       ark_route_name(route), has_versions ? ".versions" : "");
}

bool
report_is_file(const char *path)
{
	char name[REPORT_FILE_SIZE];

	for (int i = 0; i < 2 * ARK_N_ROUTES; i++) {
		report_file(name, (enum ark_route)(i / 2), i % 2);
		if (!strcmp(name, path))
			return true;
	}
	return !strcmp(STATEMENT_FILE, path);
}

static void
label_of(char out[LABEL_SIZE], enum ark_route route)
{
	(void)snprintf(out, LABEL_SIZE, "Callark-Report-%s",
		       ark_route_name(route));
}

/* When it was listed completely. */
static void
label_of_time(char out[LABEL_SIZE], enum ark_route route)
{
	(void)snprintf(out, LABEL_SIZE, "Callark-Report-%s-Complete-At",
		       ark_route_name(route));
}

/* "complete, 12 documents, platform total 12" */
void
report_put_baginfo(struct buf *out, enum ark_route route,
		   const struct report_listing *l)
{
	char label[LABEL_SIZE], text[128];
	int n;

	label_of(label, route);
	n = snprintf(text, sizeof(text), "%s, %" PRId64 " documents",
		     l->is_complete ? "complete" : "incomplete", l->documents);
	if (l->total >= 0)
		(void)snprintf(text + n, sizeof(text) - (size_t)n,
			       ", platform total %" PRId64, l->total);
	baginfo_put(out, label, text);
	label_of_time(label, route);
	baginfo_put_instant(out, label, l->complete_s);
}

/* The number that stands between two words, or ARK_EFORMAT. */
static int
take_number(const char **p, const char *before, const char *after, int64_t *n)
{
	size_t lead = strlen(before);
	char digits[24] = "";
	size_t len;

	if (strncmp(*p, before, lead))
		return ARK_EFORMAT;
	len = strspn(*p + lead, "0123456789");
	if (!len || len >= sizeof(digits) ||
	    strncmp(*p + lead + len, after, strlen(after)))
		return ARK_EFORMAT;
	memcpy(digits, *p + lead, len);
	*p += lead + len + strlen(after);
	return text_to_int(digits, 0, INT64_MAX, n) ? ARK_EFORMAT : 0;
}

static int
parse(const char *p, struct report_listing *l)
{
	l->is_complete = !strncmp(p, "complete,", 9);
	if (!l->is_complete && strncmp(p, "incomplete,", 11))
		return ARK_EFORMAT;
	p += strcspn(p, ",");
	if (take_number(&p, ", ", " documents", &l->documents))
		return ARK_EFORMAT;
	if (*p && take_number(&p, ", platform total ", "", &l->total))
		return ARK_EFORMAT;
	return *p ? ARK_EFORMAT : 0;
}

int
report_get_baginfo(const char *text, size_t n, enum ark_route route,
		   struct report_listing *l)
{
	struct buf value = BUF_INIT(256);
	char label[LABEL_SIZE];
	int rc;

	*l = (struct report_listing){ .total = -1, .complete_s = -1 };
	label_of(label, route);
	rc = baginfo_get(text, n, label, &value);
	if (rc == 1 && parse(buf_text(&value), l))
		rc = ARK_EFORMAT;
	buf_release(&value);
	if (rc != 1)
		return rc;
	label_of_time(label, route);
	rc = baginfo_get_instant(text, n, label, &l->complete_s);
	return rc == ARK_ENOMEM ? rc : 1;
}
