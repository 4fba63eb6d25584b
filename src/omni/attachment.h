/*
 * What clients and agents sent in a conversation: the addresses in a document
 * of service-history-messages.
 */
#ifndef OMNI_ATTACHMENT_H
#define OMNI_ATTACHMENT_H

#include "json/scan.h"

/*
 * The `media` of each message, in the order of the document: an address, an
 * object with one in `url`, or a list of these.  The vendor's text says no
 * more than that it is there.
 */
struct attachment_walk {
	struct json_walk messages, media;
};

/* attachment_walk_init(w, document): document obeys json_check(). */
void attachment_walk_init(struct attachment_walk *w,
			  struct json_slice document);

/*
 * attachment_next(w, address):
 * The next address: a string that is not empty, raw, quotes with it.  1, or 0
 * at the end.
 */
int attachment_next(struct attachment_walk *w, struct json_slice *address);

#endif
