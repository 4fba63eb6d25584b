/*
 * The file of settings, and opening files that the user names.  Private to
 * config.
 */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <sys/stat.h>

#include "config/config.h"

/*
 * file_open(fd, path, st, err):
 * Open path for reading, through symbolic links but without waiting for a
 * pipe's other end, and fill st.  Return 0 with *fd yours, ARK_ENOTFOUND, or
 * ARK_EUSAGE when it cannot be opened.
 */
int file_open(int *fd, const char *path, struct stat *st,
	      struct ark_error *err);

/*
 * file_apply(c, path, err):
 * Set everything that the file at path sets.  Return 0, ARK_ENOTFOUND,
 * ARK_EUSAGE with err naming file and line, or ARK_ENOMEM.
 */
int file_apply(struct ark_config *c, const char *path, struct ark_error *err);

#endif
