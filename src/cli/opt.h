/*
 * Options: a command's table, from which it is parsed and its help printed.
 *
 * `--name value`, `--name=value`, `-x value`; flags take no value.  "--" ends
 * the options.  An option given twice is an error unless its kind collects.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "callark/error.h"
#include "callark/filter.h"

enum opt_kind {
	OPT_FLAG,		/* bool */
	OPT_TEXT,		/* const char * */
	OPT_WORD,		/* int: index among `words` */
	OPT_BYTES,		/* int64_t, "10M" */
	OPT_SECONDS,		/* int64_t, "2h" */
	OPT_COUNT,		/* int64_t, 1 or more */
	OPT_FILTER,		/* struct ark_filter *; collects */
};

struct opt {
	const char *name;	/* without dashes; NULL ends a table */
	char letter;		/* or 0 */
	enum opt_kind kind;
	const char *argument;	/* as help shows it; NULL for flags */
	const char *help;
	void *target;
	const char *const *words;	/* OPT_WORD: NULL at the end */
};

#define OPT_MAX 48		/* rows of one command, all told */

/* A table being put together. */
struct opt_table {
	struct opt rows[OPT_MAX];
	bool given[OPT_MAX];
	size_t n;
};

/* opt_add(t, rows): Append rows, up to the one without a name. */
void opt_add(struct opt_table *t, const struct opt *rows);

/* opt_add_filters(t, f): Append a row for every word of ark_filter_words(). */
void opt_add_filters(struct opt_table *t, struct ark_filter *f);

/*
 * opt_parse(t, argc, argv, rest, err):
 * Take the options out of argv[1..]; *rest is the number of words left, which
 * are moved to argv[1..].  With stop_at_word the first word that is no option
 * ends it.  Return 0 or ARK_EUSAGE naming the option, the value and what was
 * expected.
 */
int opt_parse(struct opt_table *t, int argc, char **argv, bool stop_at_word,
	      int *rest, struct ark_error *err);

/* opt_help(t, out): One paragraph a row, within 80 columns. */
void opt_help(const struct opt_table *t, FILE *out);

#endif
