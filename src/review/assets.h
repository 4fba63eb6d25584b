/*
 * The files of the page, as they lie in src/review/page; the build puts them
 * into the program (src/review/embed.cmake), so that it needs no path.
 */
#ifndef REVIEW_ASSETS_H
#define REVIEW_ASSETS_H

#include <stddef.h>
#include <stdint.h>

struct review_asset {
	const char *name;	/* NULL ends the table */
	const uint8_t *bytes;
	size_t n;
};

extern const struct review_asset review_assets[];

#endif
