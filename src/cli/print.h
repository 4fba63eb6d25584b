/*
 * Results on stdout: one recording as a table line, NDJSON or CSV.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/buf.h"
#include "callark/archive.h"
#include "callark/recording.h"
#include "json/tree.h"

enum print_format { PRINT_TABLE, PRINT_NDJSON, PRINT_CSV, PRINT_PATHS };

extern const char *const print_formats[];	/* table, ndjson, csv */
extern const char *const print_find_formats[];	/* and paths, first */

/* The head line of a format, if it has one; is_found: with file columns. */
void print_head(enum print_format format, bool is_found);

/* One listed document. */
int print_listed(enum print_format format, const struct ark_recording *r,
		 const char *document, size_t len);

/* One archived recording; root stands in front of its path. */
int print_found(enum print_format format, const char *root,
		const struct ark_found *f, char path_end);

/* print_put_file(t, f): What the bytes of f are, and its document. */
void print_put_file(struct json_tree *t, const struct ark_found *f);

/*
 * print_buf(line) / print_tree(t):
 * Print a line that has its end; an object of JSON on a line of its own.  Both
 * are freed.  Return 0, or what was wrong with line or t.
 */
int print_buf(struct buf *line);
int print_tree(struct json_tree *t);

/* print_end(rc): rc, or if it is 0 ARK_EDISK once stdout takes no more. */
int print_end(int rc);

/* print_safe(text): text made printable. */
void print_safe(const char *text);

/* print_padded(text, width): text made printable, cut or filled to width columns. */
void print_padded(const char *text, int width);

#endif
