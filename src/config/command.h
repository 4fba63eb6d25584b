/*
 * Running the command that prints a secret.  Private to config.
 */
#ifndef CONFIG_COMMAND_H
#define CONFIG_COMMAND_H

#include <stdint.h>

#include "base/secret.h"

/*
 * command_read(command, max_ms, out, err):
 * Run command by /bin/sh -c, with nothing on its standard input, and take the
 * first line that it prints.  It must end well, within max_ms, and print no
 * more than 64 KiB; otherwise it is killed together with what it started.
 * Blocks.  Return 0, ARK_EUSAGE, ARK_EDISK or ARK_ENOMEM.
 */
int command_read(const char *command, int64_t max_ms, struct secret *out,
		 struct ark_error *err);

#endif
