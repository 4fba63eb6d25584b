/*
 * What an attachment is called: ID.3.1, the conversation's id, the number of
 * the message and the place in it.  When another one comes to the place of one
 * that is archived, the catalogue calls that ID.3.1-2, and so on.
 */
#ifndef FLOW_ATTACHMENT_ID_H
#define FLOW_ATTACHMENT_ID_H

#include <stddef.h>
#include <stdint.h>

struct attachment_place {
	int64_t message, place;		/* from 1 */
};

/* attachment_id(conversation, at): Free it; NULL when there is no memory. */
char *attachment_id(const char *conversation,
		    const struct attachment_place *at);

/*
 * attachment_place(id, conversation, out):
 * Where the attachment called id stands.  0, or ARK_EFORMAT when it is none of
 * that conversation.
 */
int attachment_place(const char *id, const char *conversation,
		     struct attachment_place *out);

#endif
