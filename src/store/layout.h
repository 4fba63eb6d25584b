/*
 * Where things lie in the archive.  The only place where foreign text becomes
 * part of a path.
 */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include "store/store.h"

#define LAYOUT_NAME_MAX 120	/* bytes of a name we make, without NUL */

/* What a name may be made of; texts are never NULL. */
struct layout_fields {
	int32_t day;		/* days since 1970-01-01 */
	int32_t second;		/* of the day, 0..86399 */
	const char *id, *agent, *service, *protocol, *origin;
};

/*
 * layout_check(template, err):
 * Whether template is text of [A-Za-z0-9._-] and {time} {id} {agent}
 * {service} {protocol} {origin}, with {id} in it exactly once, beginning with a
 * letter, a digit or a field, with "-" or "." between {id} and every other
 * field but {time}, and with no letter or digit right behind an {id} that it
 * begins with.  Return 0 or ARK_EUSAGE.
 */
int layout_check(const char *template, struct ark_error *err);

/*
 * layout_name(out, template, fields, extension):
 * The name of the file of an id: [A-Za-z0-9._-], begins with a letter or digit,
 * at most LAYOUT_NAME_MAX bytes, holds the id.  Other bytes become "-"; letters
 * with Latin accents lose them; an id that did not survive as it was (or that
 * differs from another only by case: any upper-case letter) gets "-" and 8 hex
 * digits of its SHA-256 behind it.  In other fields such bytes become "_", and
 * so do "-" and ".": what is between those can be told apart, and two ids never
 * share a name.  Other fields are cut before the id is.  {time} is HHMMSS;
 * extension is 1 to 8 of [a-z0-9].  template must have passed layout_check.
 * Return 0, ARK_EFORMAT (extension, second) or ARK_ENOMEM.
 */
int layout_name(char out[LAYOUT_NAME_MAX + 1], const char *template,
		const struct layout_fields *fields, const char *extension,
		struct ark_error *err);

/* layout_day(out, day): "2024/12/31". */
void layout_day(char out[STORE_PATH_MAX], int32_t day);

/*
 * layout_audio(out, day, name): "2024/12/31/data/audio/NAME".
 * layout_media(out, day, name): "2024/12/31/data/media/NAME".
 */
int layout_audio(char out[STORE_PATH_MAX], int32_t day, const char *name,
		 struct ark_error *err);
int layout_media(char out[STORE_PATH_MAX], int32_t day, const char *name,
		 struct ark_error *err);

/* layout_in_bag(out, day, name): "2024/12/31/NAME"; name is ours. */
int layout_in_bag(char out[STORE_PATH_MAX], int32_t day, const char *name,
		  struct ark_error *err);

/* layout_parse_day(path, day): The day of "2024/12/31[/...]"; 0 or ARK_EFORMAT. */
int layout_parse_day(const char *path, int32_t *day);

/*
 * layout_quarantine(out, day, id, sha256):
 * "quarantine/2024/12/31/ID-<8 hex of sha256>", id made safe as above; the
 * caller adds ".body" or ".json".
 */
int layout_quarantine(char out[STORE_PATH_MAX], int32_t day, const char *id,
		      const uint8_t sha256[DIGEST_SHA256_SIZE],
		      struct ark_error *err);

#define LAYOUT_DRAWS "draws"	/* the folder of the records of draws */

/* layout_draw(out, number): "draws/0007.ndjson"; number is positive. */
void layout_draw(char out[STORE_PATH_MAX], int64_t number);

/*
 * layout_parse_draw(name, number):
 * The number in a name that layout_draw() gives, without the folder.  Return 0
 * or ARK_EFORMAT.
 */
int layout_parse_draw(const char *name, int64_t *number);

#endif
