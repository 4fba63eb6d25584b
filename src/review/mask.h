/*
 * Names and numbers of clients, so far hidden that the call can be told from
 * others and the client cannot be told.
 */
#ifndef REVIEW_MASK_H
#define REVIEW_MASK_H

#include "base/buf.h"

/*
 * mask_client(out, text):
 * Add a client's name, telephone number or address with a bullet for each
 * letter and digit but the first of each word, or, where there is no letter,
 * but the last four of eight or more.  Malformed UTF-8 becomes bullets.
 */
void mask_client(struct buf *out, const char *text);

/* mask_document(out, text): A CPF or CNPJ, of either form: the last two stay. */
void mask_document(struct buf *out, const char *text);

#endif
