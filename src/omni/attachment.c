#include "omni/attachment.h"

#include <stdbool.h>

static const struct json_slice nothing;

/* Whether media is or has an address, and which. */
static bool
address_of(struct json_slice media, struct json_slice *address)
{
	if (json_kind(media) == JSON_OBJECT)
		media = json_member(media, "url");
	*address = media;
	return json_kind(media) == JSON_STRING && media.n > 2;
}

/* Begin the addresses of a message: one by itself, or those of a list. */
static void
enter(struct attachment_walk *w, struct json_slice message)
{
	struct json_slice media = json_member(message, "media");

	w->message = message;
	w->number++;
	w->place = 0;
	if (!address_of(media, &w->single))
		w->single = nothing;
	json_walk_init(&w->list, json_kind(media) == JSON_ARRAY ? media :
								  nothing);
}

void
attachment_walk_init(struct attachment_walk *w, struct json_slice document)
{
	*w = (struct attachment_walk){ 0 };
	json_walk_init(&w->messages, json_member(document, "mensagens"));
	json_walk_init(&w->list, nothing);
}

void
attachment_walk_message(struct attachment_walk *w, struct json_slice message)
{
	*w = (struct attachment_walk){ 0 };
	json_walk_init(&w->messages, nothing);
	enter(w, message);
}

/* The next address of the message at hand.  1, or 0 when it has no more. */
static int
next_of_message(struct attachment_walk *w, struct json_slice *address)
{
	struct json_slice item;

	if (w->single.n) {
		*address = w->single;
		w->single = nothing;
		w->place++;
		return 1;
	}
	while (json_next_item(&w->list, &item)) {
		w->place++;
		if (address_of(item, address))
			return 1;
	}
	return 0;
}

int
attachment_next(struct attachment_walk *w, struct json_slice *address)
{
	struct json_slice message;

	while (!next_of_message(w, address)) {
		if (!json_next_item(&w->messages, &message))
			return 0;
		enter(w, message);
	}
	return 1;
}
