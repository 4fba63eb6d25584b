/*
 * The file of metrics: opened before a run, replaced when it has ended.
 *
 * The new file appears under its name as a whole: readers find the old one or
 * the new one.  A run that is killed meanwhile may leave NAME.prom.PID beside
 * it, which the collector does not read.  The file has mode 0644, because the
 * collector is another user; who comes that far is up to the folder.
 */
#ifndef FLOW_METRICS_FILE_H
#define FLOW_METRICS_FILE_H

#include "callark/sync.h"
#include "config/config.h"

struct metrics_file {
	int folder;		/* descriptor, or -1 */
	char *outbox;		/* its path */
	const char *name;	/* in it; lent */
};

/*
 * metrics_file_open(f, path, err):
 * The folder must be there, the file need not; path is borrowed until f is
 * closed.  Return 0, ARK_ENOTFOUND, ARK_EDISK or ARK_ENOMEM; close f in any
 * case.
 */
int metrics_file_open(struct metrics_file *f, const char *path,
		      struct ark_error *err);
void metrics_file_close(struct metrics_file *f);

/*
 * metrics_file_replace(f, c, run, exit_status, err):
 * Gather what there is to tell: of the run, from its account; of the archive
 * that c names, by reading it, if that can be done; of the last success, from
 * the archive or else from the file that is replaced.  Return 0, ARK_EDISK,
 * ARK_ENOTFOUND, ARK_ELIMIT (names of many kilobytes) or ARK_ENOMEM; then the
 * old file is still there.
 */
int metrics_file_replace(struct metrics_file *f, const struct ark_config *c,
			 const struct ark_summary *run, int exit_status,
			 struct ark_error *err);

#endif
