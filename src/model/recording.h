/*
 * A recording that owns its texts.
 */
#ifndef MODEL_RECORDING_H
#define MODEL_RECORDING_H

#include "callark/recording.h"
#include "base/buf.h"

/* The fields that hold text, in the order of struct ark_recording. */
enum recording_text {
	RECORDING_ID,
	RECORDING_INTERACTION_ID,
	RECORDING_AGENT,
	RECORDING_AGENT_EMAIL,
	RECORDING_CLIENT,
	RECORDING_CONTACT,
	RECORDING_SERVICE,
	RECORDING_EXTENSION,
	RECORDING_ORIGIN,
	RECORDING_PROTOCOL,
	RECORDING_STATUS,
	RECORDING_CLIENT_DOCUMENT,
	RECORDING_TAG,
	RECORDING_URL,
	RECORDING_N_TEXTS
};

struct recording {
	struct ark_recording pub;	/* what everybody reads */
	struct buf arena;		/* holds the texts */
	size_t offsets[RECORDING_N_TEXTS];	/* 0: "" */
};

/* recording_init(r): All texts "", all times -1. */
void recording_init(struct recording *r);
void recording_release(struct recording *r);

/* recording_clear(r): As after init, memory kept. */
void recording_clear(struct recording *r);

/*
 * recording_put(r, field, text, n):
 * Remember n bytes of text (up to the first NUL) as field.  r->pub's texts are
 * valid after the next recording_seal().  Return 0, ARK_ENOMEM or ARK_ELIMIT.
 */
int recording_put(struct recording *r, enum recording_text field,
		  const char *text, size_t n);

/*
 * recording_seal(r):
 * Point the texts of r->pub into the arena and derive day and duration_s.
 */
void recording_seal(struct recording *r);

/* recording_text(r, field): Lend one text of a public recording. */
const char *recording_text(const struct ark_recording *r,
			   enum recording_text field);

#endif
