/*
 * Which recordings are meant: the same words in every command.
 */
#ifndef CALLARK_FILTER_H
#define CALLARK_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "callark/error.h"
#include "callark/recording.h"

struct ark_filter;

/* One row of the table of filters, for option parsers and help. */
struct ark_filter_word {
	const char *name;	/* "agent" */
	const char *argument;	/* "GLOB" or "SPAN" */
	const char *help;	/* one line */
};

/* ark_filter_words(n): Lend the table; n becomes its length. */
const struct ark_filter_word *ark_filter_words(int *n);

int ark_filter_new(struct ark_filter **out, struct ark_error *err);
void ark_filter_free(struct ark_filter *f);

/*
 * ark_filter_add(f, name, value, err):
 * Add one option.  Globs of one name are alternatives, different names must
 * all match.  `agent` looks at the agent's name and e-mail, `client` at the
 * client, the contact and the CPF or CNPJ.  Return 0, ARK_EUSAGE (unknown
 * name, bad duration, empty glob) or ARK_ENOMEM.
 */
int ark_filter_add(struct ark_filter *f, const char *name, const char *value,
		   struct ark_error *err);

/*
 * ark_filter_has(f, name):
 * Whether an option of that name was added; false for NULL, and for a name that
 * there is not.
 */
bool ark_filter_has(const struct ark_filter *f, const char *name);

/*
 * ark_filter_each(f, fn, ctx):
 * Tell fn of options that make a filter like f: in the order of the table,
 * patterns as given, durations in seconds.  Not 0 ends it and is returned; of
 * NULL there is none.
 */
typedef int ark_filter_option_fn(void *ctx, const char *name,
				 const char *value);
int ark_filter_each(const struct ark_filter *f, ark_filter_option_fn *fn,
		    void *ctx);

/* ark_filter_is_empty(f): Whether everything passes (NULL is empty). */
bool ark_filter_is_empty(const struct ark_filter *f);

/*
 * ark_filter_excludes(f, r):
 * The name of the first filter that r does not pass ("agent"), or NULL when r
 * passes them all.  A call without a known duration does not pass a bound on
 * the duration.
 */
const char *ark_filter_excludes(const struct ark_filter *f,
				const struct ark_recording *r);

#endif
