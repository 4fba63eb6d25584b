/*
 * The tables.  Private to the room.
 */
#ifndef CATALOGUE_SCHEMA_H
#define CATALOGUE_SCHEMA_H

#include "catalogue/query.h"

/* schema_make(c, err): Make the tables in an empty file. */
int schema_make(struct catalogue *c, struct ark_error *err);

/*
 * schema_check(c, is_empty, err):
 * Whether the file is a catalogue of the format this program knows.  Return 0,
 * or ARK_EINTEGRITY; *is_empty tells of a file that holds nothing at all.
 */
int schema_check(struct catalogue *c, bool *is_empty, struct ark_error *err);

#endif
