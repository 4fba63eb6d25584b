/*
 * Making JSON.  A thin coat over cJSON: build an object, print it, free it.
 *
 * Failure to allocate sticks in the tree and is reported by json_print(), so a
 * series of puts needs no checks.  Text is taken as it is; the caller gives
 * UTF-8.  Integers print with all their digits.
 */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include "base/buf.h"
#include "json/scan.h"

struct json_tree;	/* one object or array, and everything below it */

/*
 * A new empty object, or NULL; free with json_tree_free (NULL is fine).  Puts
 * into NULL are let pass, json_print() then fails.
 */
struct json_tree *json_tree_new(void);
void json_tree_free(struct json_tree *t);

/*
 * Put a member; text NULL puts null, as does a real that is no number.  A real
 * has at most three decimals.  `raw` must be a checked JSON value, or empty for
 * null; its line ends become spaces, so that one line stays one line.
 */
void json_put_text(struct json_tree *t, const char *name, const char *text);
void json_put_int(struct json_tree *t, const char *name, int64_t value);
void json_put_real(struct json_tree *t, const char *name, double value);
void json_put_bool(struct json_tree *t, const char *name, bool value);
void json_put_null(struct json_tree *t, const char *name);
void json_put_raw(struct json_tree *t, const char *name, struct json_slice raw);

/*
 * json_put_secret(t, name, text):
 * Put a text of which no copy is made until json_print(), whose out should be a
 * BUF_INIT_SECRET.  It is lent and must live as long as t.
 */
void json_put_secret(struct json_tree *t, const char *name, const char *text);

/*
 * Open an object or array under name (NULL inside an array); puts go into it
 * until json_close(); 31 can be open at a time.  Inside an array give NULL as
 * name to every put.
 */
void json_open_object(struct json_tree *t, const char *name);
void json_open_array(struct json_tree *t, const char *name);
void json_close(struct json_tree *t);

/*
 * json_print(t, is_pretty, out, err):
 * Add the text of t to out, on one line or indented, no line end behind.
 * Return 0, ARK_ENOMEM or ARK_ELIMIT (opened too deep, or out's ceiling, of which
 * the last two bytes may stay unused); out's content is then as it was.
 */
int json_print(struct json_tree *t, bool is_pretty, struct buf *out,
	       struct ark_error *err);

#endif
