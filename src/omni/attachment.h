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
	struct json_walk messages, list;
	struct json_slice single;
	/* of the address that was given last */
	struct json_slice message;
	size_t number;		/* of the message in its document, from 1 */
	size_t place;		/* in the list that is its media, from 1 */
};

/* attachment_walk_init(w, document): document obeys json_check(). */
void attachment_walk_init(struct attachment_walk *w,
			  struct json_slice document);

/* attachment_walk_message(w, message): Those of one message alone. */
void attachment_walk_message(struct attachment_walk *w,
			     struct json_slice message);

/*
 * attachment_next(w, address):
 * The next address: a string that is not empty, raw, quotes with it.  1, or 0
 * at the end.
 */
int attachment_next(struct attachment_walk *w, struct json_slice *address);

#endif
