/*
 * Where the secrets come from.
 */
#ifndef CONFIG_SECRETS_H
#define CONFIG_SECRETS_H

#include "base/secret.h"
#include "config/config.h"

/*
 * config_api_key(c, out, err) / config_password(c, out, err):
 * The first that is set of: the environment ($CALLARK_API_KEY /
 * $CALLARK_PASSWORD), the file named in the settings, the output of
 * password_command (password only; run by /bin/sh, first line), systemd's
 * $CREDENTIALS_DIRECTORY/api-key / password.  A file must be regular and not
 * readable by group or others; one line end behind the secret is cut off.
 * Return 0, ARK_EUSAGE (none is set, or a file is refused; err tells the
 * mend), ARK_EDISK or ARK_ENOMEM.
 */
int config_api_key(const struct ark_config *c, struct secret *out,
		   struct ark_error *err);
int config_password(const struct ark_config *c, struct secret *out,
		    struct ark_error *err);

#endif
