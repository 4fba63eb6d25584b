/*
 * One document of the platform, read into a recording.
 */
#ifndef OMNI_DOCUMENT_H
#define OMNI_DOCUMENT_H

#include "json/scan.h"
#include "model/recording.h"
#include "model/time.h"

#define DOCUMENT_MAX_ID 512	/* bytes; a longer identity is an oddity */
#define DOCUMENT_MAX_TEXT ((size_t)32 << 20)	/* no field is longer than a page */

struct omni_document {
	struct recording recording;
	struct json_slice link;		/* the value of download_url, raw */
	char oddity[160];		/* what is wrong with it, or "" */
};

void document_init(struct omni_document *d);
void document_release(struct omni_document *d);

/*
 * document_parse(d, text, zone, fallback_day, err):
 * Read text.  Identity: `id`, else `_id`, else `protocolo` and `data_inicio`;
 * "" when there is none (an oddity).  A start that is missing or no time is an
 * oddity too, and the document counts to the first second of fallback_day.
 * Field names are exact, in every spelling the vendor's text uses.  Return 0,
 * ARK_EFORMAT when text is no JSON object that obeys json_check (keep it raw),
 * ARK_ENOMEM.
 */
int document_parse(struct omni_document *d, struct json_slice text,
		   const struct zone *zone, int32_t fallback_day,
		   struct ark_error *err);

#endif
