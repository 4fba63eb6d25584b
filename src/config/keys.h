/*
 * The table of keys, for those who fill it.  Private to config.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/config.h"

#define KEYS_MAX 64	/* no more rows than this */

/*
 * keys_find(name, origin, err):
 * Lend the row called "section.key".  Return NULL, with err filled, when there
 * is none; origin is where name was read.
 */
const struct config_key *keys_find(const char *name, const char *origin,
				   struct ark_error *err);

/*
 * keys_assign(c, key, value, origin, err):
 * Read value into the field of c that key names; a list grows.  Return 0,
 * ARK_EUSAGE or ARK_ENOMEM.
 */
int keys_assign(struct ark_config *c, const struct config_key *key,
		const char *value, const char *origin, struct ark_error *err);

/* keys_release(c): Free what every field owns. */
void keys_release(struct ark_config *c);

/* keys_is_list(key): Whether the key may be written on several lines. */
bool keys_is_list(const struct config_key *key);

/* keys_forget_list(c, key): Empty the list that key names. */
void keys_forget_list(struct ark_config *c, const struct config_key *key);

#endif
