#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/fdio.h"
#include "base/text.h"
#include "config/keys.h"

#define FILE_MAX ((size_t)1 << 20)

int
file_open(int *fd, const char *path, struct stat *st, struct ark_error *err)
{
	int opened;
	int code = ARK_EUSAGE;

	opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (opened >= 0 && !fstat(opened, st)) {
		*fd = opened;
		return 0;
	}
	if (errno == ENOENT || errno == ENOTDIR)
		code = ARK_ENOTFOUND;
	(void)error_set(err, code, "%s: %s", path, strerror(errno));
	(void)fdio_close(&opened);
	return code;
}

/* One reading of one file. */
struct reading {
	struct ark_config *config;
	const char *path;
	const char *next;		/* the rest of the text */
	int line;			/* of what the parser has now */
	bool is_seen[KEYS_MAX];		/* by row of the table */
	int rc;				/* of the first failure */
	struct ark_error *err;
};

/* Fail at the present line, unless something failed before. */
static void
fail_line(struct reading *r, const char *what)
{
	if (!r->rc)
		r->rc = error_set(r->err, ARK_EUSAGE, "%s:%d: %s", r->path,
				  r->line, what);
}

/*
 * Hand the parser one line, as fgets() would.  Spaces in front are left out:
 * to the parser an indented line would be the rest of the value before.  A
 * line that is too long for the parser is refused rather than cut in two.
 */
static char *
read_line(char *out, int size, void *user)
{
	struct reading *r = user;
	size_t len;

	if (!*r->next || r->rc)
		return NULL;
	r->line++;
	r->next += strspn(r->next, " \t");
	len = strcspn(r->next, "\n");
	if (len + 2 > (size_t)size) {
		fail_line(r, "the line is too long; a list may be written on "
			  "several lines, with its key in front of each");
		return NULL;
	}
	memcpy(out, r->next, len);
	r->next += len;
	if (*r->next) {
		r->next++;
		out[len++] = '\n';
	}
	out[len] = 0;
	return out;
}

/* Lists may stand on several lines; everything else is said once. */
static int
check_repeated(struct reading *r, const struct config_key *key)
{
	size_t n;
	size_t i = (size_t)(key - config_keys(&n));

	if (r->is_seen[i] && !keys_is_list(key))
		return error_set(r->err, ARK_EUSAGE, "%s:%d: \"%s\" is set a "
				 "second time", r->path, r->line, key->name);
	if (!r->is_seen[i] && keys_is_list(key))
		keys_forget_list(r->config, key);
	r->is_seen[i] = true;
	return 0;
}

static int
set_key(struct reading *r, const char *name, const char *value)
{
	struct buf origin = BUF_INIT(8192);
	const struct config_key *key;
	int rc;

	buf_addf(&origin, "%s:%d", r->path, r->line);
	key = keys_find(name, buf_text(&origin), r->err);
	if (!key) {
		rc = ARK_EUSAGE;
		goto out;
	}
	rc = check_repeated(r, key);
	if (rc)
		goto out;
	rc = keys_assign(r->config, key, value, buf_text(&origin), r->err);
out:
	buf_release(&origin);
	return rc;
}

/* Called by the parser for every pair; 0 says that it was refused. */
static int
take_pair(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;
	struct buf full = BUF_INIT(8192);

	if (r->rc)
		return 0;
	if (*section)
		buf_addf(&full, "%s.", section);
	buf_adds(&full, name);
	r->rc = buf_status(&full, r->err);
	if (!r->rc)
		r->rc = set_key(r, buf_text(&full), value ? value : "");
	buf_release(&full);
	return !r->rc;
}

/* The parser knows text only: no NUL, no bytes that are not UTF-8. */
static int
check_bytes(struct reading *r, const struct buf *bytes)
{
	const char *p = buf_text(bytes);
	const char *end = p + bytes->len;

	while (p < end) {
		const char *line_end = memchr(p, '\n', (size_t)(end - p));
		size_t len;

		if (!line_end)
			line_end = end;
		len = (size_t)(line_end - p);
		r->line++;
		if (memchr(p, 0, len) || !text_is_utf8(p, len)) {
			fail_line(r, "expected text in UTF-8");
			return r->rc;
		}
		p = line_end + (line_end < end);
	}
	r->line = 0;
	return 0;
}

static int
parse(struct ark_config *c, const char *path, const struct buf *bytes,
      struct ark_error *err)
{
	struct ark_error cause = { 0 };
	struct reading r = {
		.config = c,
		.path = path,
		.next = buf_text(bytes),
		.err = &cause,
	};
	int bad_line;

	if (check_bytes(&r, bytes))
		goto out;
	bad_line = ini_parse_stream(read_line, &r, take_pair, &r);
	if (bad_line < 0 && !r.rc) {
		r.rc = error_nomem(&cause);
	} else if (bad_line > 0 && (!r.rc || bad_line < r.line)) {
		/* What broke the form came before what we refused. */
		r.rc = 0;
		r.line = bad_line;
		fail_line(&r, "expected [section], \"key = value\" or a "
			  "comment behind # or ;");
	}
out:
	if (r.rc && err)
		*err = cause;
	return r.rc;
}

int
file_apply(struct ark_config *c, const char *path, struct ark_error *err)
{
	struct buf bytes = BUF_INIT_SECRET(FILE_MAX);	/* a proxy's password */
	struct ark_error cause = { 0 };
	struct stat st;
	int fd = -1;
	int rc;

	rc = file_open(&fd, path, &st, err);
	if (rc)
		goto out;
	/* Devices because of /dev/null, which says: no file at all. */
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode)) {
		rc = error_set(err, ARK_EUSAGE, "%s: not a regular file",
			       path);
		goto out;
	}
	rc = fdio_slurp(fd, &bytes, &cause);
	if (rc) {
		rc = error_set(err, rc == ARK_ENOMEM ? rc : ARK_EUSAGE,
			       "%s: %s", path, cause.text);
		goto out;
	}
	rc = parse(c, path, &bytes, err);
out:
	(void)fdio_close(&fd);
	buf_release(&bytes);
	return rc;
}
