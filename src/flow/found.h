/*
 * An archived recording as it is told to others.
 */
#ifndef FLOW_FOUND_H
#define FLOW_FOUND_H

#include "callark/archive.h"
#include "catalogue/catalogue.h"
#include "digest/digest.h"
#include "omni/document.h"

/*
 * found_fill(out, hex, row, d):
 * Everything in out is lent by row, which has its document, by d, which is that
 * document read, and by hex.
 */
void found_fill(struct ark_found *out, char hex[DIGEST_SHA256_HEX],
		const struct catalogue_row *row, const struct omni_document *d);

#endif
