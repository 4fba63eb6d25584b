/*
 * The tables of a day, line by line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fdio.h"
#include "flow/rebuild_internal.h"
#include "store/layout.h"

#define CHUNK_BYTES 65536

/* One line of a table.  Bad ones are told and left out. */
static int
take_line(struct rebuild *r, const struct rebuild_table *t,
	  struct json_slice line, struct ark_error *err)
{
	struct ark_error why = { 0 };
	char what[64];
	int rc;

	rc = t->restore(r, line, &why);
	if (rc == ARK_EFORMAT || rc == ARK_EEXISTS) {
		(void)snprintf(what, sizeof(what), "a line of %s", t->name);
		rebuild_problem(r, what, why.text);
		return 0;
	}
	if (rc && err)
		*err = why;
	return rc;
}

/* Every whole line that the buffer has; the rest moves to its front. */
static int
take_lines(struct rebuild *r, const struct rebuild_table *t,
	   struct ark_error *err)
{
	const char *p = buf_text(&r->line);
	size_t left = r->line.len;
	int rc = 0;

	while (!rc && left) {
		const char *end = memchr(p, '\n', left);

		if (!end)
			break;
		rc = take_line(r, t, (struct json_slice){
			p, (size_t)(end - p) }, err);
		left -= (size_t)(end - p) + 1;
		p = end + 1;
	}
	memmove(r->line.data, p, left);
	r->line.len = left;
	return rc;
}

static int
read_table(struct rebuild *r, const struct rebuild_table *t, int fd,
	   struct ark_error *err)
{
	uint8_t chunk[CHUNK_BYTES];
	int rc = 0;

	buf_clear(&r->line);
	while (!rc) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "%s", t->name);
		if (got == 0)
			break;
		if (buf_add(&r->line, chunk, (size_t)got))
			return buf_status(&r->line, err);
		rc = take_lines(r, t, err);
	}
	if (!rc && r->line.len)
		rebuild_problem(r, t->name, "its last line is cut off");
	return rc;
}

int
rebuild_table(struct rebuild *r, const struct rebuild_table *t,
	      struct ark_error *err)
{
	char name[64], path[STORE_PATH_MAX];
	int fd = -1, rc;

	(void)snprintf(name, sizeof(name), "data/%s", t->name);
	rc = layout_in_bag(path, r->day, name, err);
	if (!rc)
		rc = store_openat(r->archive->store, path, O_RDONLY, &fd, err);
	if (rc == ARK_ENOTFOUND) {
		if (t->if_missing)
			rebuild_problem(r, path, t->if_missing);
		rc = 0;
	} else if (!rc) {
		rc = read_table(r, t, fd, err);
	}
	(void)fdio_close(&fd);
	return rc;
}
