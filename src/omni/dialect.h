/*
 * How this platform's API really speaks.
 *
 * The vendor's text leaves parts of the wire format open.  Each is either set
 * by the user, or found out once and remembered: a dialect is loaded at start,
 * learns while windows are walked, and is saved when it changed.
 */
#ifndef OMNI_DIALECT_H
#define OMNI_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum omni_method { OMNI_METHOD_UNKNOWN, OMNI_GET, OMNI_POST };
enum omni_param { OMNI_PARAM_UNKNOWN, OMNI_PARAM_DASH, OMNI_PARAM_UNDERSCORE };
enum omni_unit { OMNI_UNIT_UNKNOWN, OMNI_UNIT_PAGES, OMNI_UNIT_DOCUMENTS };

#define OMNI_PAGE_SIZE 1000	/* the vendor's word, until page 0 tells */

struct omni_dialect {
	enum omni_method method;
	enum omni_param param;
	enum omni_unit unit;
	int organization_field;		/* index into the table, -1: unknown */
	int64_t page_size;		/* 0: unknown */
	int64_t page_holds;		/* that many are no full page */
	int64_t ceiling;		/* most documents a result gave; 0: none met */
	bool is_method_pinned, is_param_pinned, is_unit_pinned;
	bool is_field_pinned;
	bool is_changed;		/* learned something since it was loaded */
};

/* dialect_init(d): Nothing known, nothing pinned. */
void dialect_init(struct omni_dialect *d);

/* The words of the settings; NULL leaves a thing to be found out. */
struct dialect_words {
	const char *method, *page_param, *page_unit, *organization_field;
};

/*
 * dialect_pin(d, words, err):
 * Settle what the user settled.  Return 0, or ARK_EUSAGE naming the key and
 * the words it takes.
 */
int dialect_pin(struct omni_dialect *d, const struct dialect_words *words,
		struct ark_error *err);

/* dialect_load(d, json): Take what was saved and is not pinned; bad text is ignored. */
void dialect_load(struct omni_dialect *d, const char *json, size_t n);

/* dialect_save(d, out, err): What is known, as one JSON object. */
int dialect_save(const struct omni_dialect *d, struct buf *out,
		 struct ark_error *err);

/* What to use now: the known value, or the one that is tried first. */
bool dialect_is_post(const struct omni_dialect *d);
const char *dialect_param(const struct omni_dialect *d);
int64_t dialect_page_size(const struct omni_dialect *d);

/* The value of the page parameter for page k (0, 1, ...). */
int64_t dialect_skip(const struct omni_dialect *d, int64_t page);

/* The field of step 2 of the login that names the organisation; NULL past the end. */
const char *dialect_organization_field(int index);

#endif
