/*
 * Where a long result goes: standard output, or a file that gets its name only
 * when all of it is written.
 *
 * An operation gives up the right to make and name files outside the archive
 * (flow/confinement.h).  So the file is begun before, under a temporary name
 * beside the final one, and a process of its own waits to give it that name.
 * It removes the file when this process ends without a word, however it ends.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "callark/error.h"

struct output {
	const char *option;	/* that gave it, for messages */
	const char *path;	/* as given; NULL: standard output */
	FILE *file;
	char *final, *temporary;	/* NULL: written in place */
	pid_t keeper;		/* 0: none */
	int orders;		/* to the keeper */
};

/*
 * output_open(o, option, path, err):
 * Begin.  option is the name of the one that path was given by.  path NULL or
 * "-" is standard output.  What is there under path and is no file (a device, a
 * pipe) is written in place; a symbolic link is followed.  Call it before there
 * are other threads.  Return 0, or ARK_EDISK or ARK_ENOMEM; then there is
 * nothing to close.
 */
int output_open(struct output *o, const char *option, const char *path,
		struct ark_error *err);

/* output_put(ctx, bytes, n, err): An ark_export_fn; ctx is a struct output. */
int output_put(void *ctx, const void *bytes, size_t n, struct ark_error *err);

/*
 * output_close(o, is_good, err):
 * Make what was written durable and give it its name, in place of what has it,
 * which holds all of the one or of the other also after a crash; or, when it is
 * not good, be as if nothing had been written (of a file).  Return 0,
 * ARK_EDISK or ARK_ENOMEM; of standard output always 0, which is checked at the
 * program's end.
 */
int output_close(struct output *o, bool is_good, struct ark_error *err);

#endif
