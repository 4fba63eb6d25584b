/*
 * Settings of one archive and one login.  Filled from the built-in values, a
 * file, the environment and the command line, in that order.
 */
#ifndef CALLARK_CONFIG_H
#define CALLARK_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "callark/error.h"

struct ark_config;

/*
 * ark_config_load(out, path, err):
 * Built-in values, then the file (path, or when NULL the first that exists of
 * $CALLARK_CONFIG, $XDG_CONFIG_HOME/callark/callark.conf (~/.config when
 * unset), /etc/callark/callark.conf; only what path or $CALLARK_CONFIG names
 * must exist), then the environment.  Return 0, ARK_EUSAGE with err naming
 * file, line, key and mend, or ARK_ENOMEM.
 */
int ark_config_load(struct ark_config **out, const char *path,
		    struct ark_error *err);
void ark_config_free(struct ark_config *c);

/*
 * ark_config_set(c, key, value, origin, err):
 * Set "section.key" ("transfer.concurrency") from text; origin is named in
 * errors ("--concurrency").  Return 0, ARK_EUSAGE or ARK_ENOMEM.
 */
int ark_config_set(struct ark_config *c, const char *key, const char *value,
		   const char *origin, struct ark_error *err);

/*
 * ark_config_allow_confinement(c):
 * The process has nothing else to do than one operation with c: as soon as it
 * has opened what it needs, that operation may give up, for good, all rights of
 * the calling thread, and of the threads and programs that it starts later, to
 * use other files, to connect where it has no need to, and to start programs
 * (process.confine in callark.conf(5)).  Without this call nothing is given up.
 */
void ark_config_allow_confinement(struct ark_config *c);

#endif
