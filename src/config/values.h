/*
 * How the text of a setting becomes its value.  Private to config.
 *
 * Each reader takes the whole text or fails with "expected …, found …" and
 * ARK_EUSAGE, or ARK_ENOMEM; the field is changed on success only.  What the
 * old value owned is freed.
 */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include "config/config.h"

typedef int value_reader(const struct config_key *key, void *field,
			 const char *text, struct ark_error *err);

/* char *: a shell command, taken as it is; empty is NULL. */
value_reader value_command;

/* char *: text without quotes; empty is NULL, refused when key->min is 1. */
value_reader value_text;

/* char *: the path of a file whose name ends in ".prom"; empty is NULL. */
value_reader value_prom;

/* char *: the same as value_text, and "auto" is NULL. */
value_reader value_auto;

/* char *: one of key->words in their own writing; empty and "auto" are NULL. */
value_reader value_word;

/* char *: an address of http or https without user, query or fragment. */
value_reader value_url;

/* char *: the same, but a secret: no error quotes it. */
value_reader value_secret_url;

/* int64_t: a size or a duration from key->min to key->max. */
value_reader value_bytes;
value_reader value_seconds;

/* int32_t: a number from key->min to key->max; "auto" is 0 if min is 0. */
value_reader value_int;

/* double: a number with a point, from key->min to key->max. */
value_reader value_rate;

/* bool: yes, no, true, false, on, off, 1, 0. */
value_reader value_bool;

/* struct config_list: separated by commas or white space; adds to the list. */
value_reader value_list;

/* value_list_clear(list): Free the items; the list is empty and usable. */
void value_list_clear(struct config_list *list);

#endif
