#include "omni/attachment.h"

#include <stdbool.h>

void
attachment_walk_init(struct attachment_walk *w, struct json_slice document)
{
	json_walk_init(&w->messages, json_member(document, "mensagens"));
	json_walk_init(&w->media, (struct json_slice){ NULL, 0 });
}

/* Whether media is or has an address, and which. */
static bool
address_of(struct json_slice media, struct json_slice *address)
{
	if (json_kind(media) == JSON_OBJECT)
		media = json_member(media, "url");
	*address = media;
	return json_kind(media) == JSON_STRING && media.n > 2;
}

int
attachment_next(struct attachment_walk *w, struct json_slice *address)
{
	struct json_slice item;

	for (;;) {
		while (json_next_item(&w->media, &item)) {
			if (address_of(item, address))
				return 1;
		}
		if (!json_next_item(&w->messages, &item))
			return 0;
		item = json_member(item, "media");
		if (address_of(item, address))
			return 1;
		json_walk_init(&w->media, item);
	}
}
