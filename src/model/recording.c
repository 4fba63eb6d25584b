#include "model/recording.h"

#include <assert.h>
#include <string.h>

#include "model/time.h"

/* All texts of one document; the platform's are a few hundred bytes. */
#define ARENA_MAX ((size_t)1 << 20)

/* Where struct ark_recording keeps the text of each field. */
static const size_t text_at[RECORDING_N_TEXTS] = {
	[RECORDING_ID] = offsetof(struct ark_recording, id),
	[RECORDING_INTERACTION_ID] =
		offsetof(struct ark_recording, interaction_id),
	[RECORDING_AGENT] = offsetof(struct ark_recording, agent),
	[RECORDING_AGENT_EMAIL] = offsetof(struct ark_recording, agent_email),
	[RECORDING_CLIENT] = offsetof(struct ark_recording, client),
	[RECORDING_CONTACT] = offsetof(struct ark_recording, contact),
	[RECORDING_SERVICE] = offsetof(struct ark_recording, service),
	[RECORDING_EXTENSION] = offsetof(struct ark_recording, extension),
	[RECORDING_ORIGIN] = offsetof(struct ark_recording, origin),
	[RECORDING_PROTOCOL] = offsetof(struct ark_recording, protocol),
	[RECORDING_STATUS] = offsetof(struct ark_recording, status),
	[RECORDING_CLIENT_DOCUMENT] =
		offsetof(struct ark_recording, client_document),
	[RECORDING_TAG] = offsetof(struct ark_recording, tag),
	[RECORDING_URL] = offsetof(struct ark_recording, url),
};

const char *
ark_state_name(enum ark_state state)
{
	static const char *const names[ARK_N_STATES] = {
		[ARK_QUEUED] = "queued",
		[ARK_ARCHIVED] = "archived",
		[ARK_NO_LINK] = "no_link",
		[ARK_EXCLUDED] = "excluded",
		[ARK_DEFERRED] = "deferred",
		[ARK_FAILED] = "failed",
		[ARK_GONE] = "gone",
		[ARK_QUARANTINED] = "quarantined",
		[ARK_PURGED] = "purged",
	};

	assert((unsigned)state < ARK_N_STATES);
	return names[state];
}

static void
set_text(struct ark_recording *pub, size_t field, const char *text)
{
	memcpy((char *)pub + text_at[field], &text, sizeof(text));
}

/* Everything but the arena. */
static void
reset(struct recording *r)
{
	r->pub = (struct ark_recording){
		.start_s = -1,
		.answered_s = -1,
		.end_s = -1,
		.day = -1,
		.duration_s = -1,
	};
	for (size_t i = 0; i < RECORDING_N_TEXTS; i++) {
		r->offsets[i] = 0;
		set_text(&r->pub, i, "");
	}
}

void
recording_init(struct recording *r)
{
	buf_init(&r->arena, ARENA_MAX);
	reset(r);
}

void
recording_release(struct recording *r)
{
	if (!r)
		return;
	buf_release(&r->arena);
	reset(r);
}

void
recording_clear(struct recording *r)
{
	buf_clear(&r->arena);
	reset(r);
}

int
recording_put(struct recording *r, enum recording_text field,
	      const char *text, size_t n)
{
	size_t len = strnlen(text, n);
	size_t offset;

	/* Offset 0 belongs to the empty text. */
	if (!r->arena.len)
		buf_addc(&r->arena, 0);
	offset = len ? r->arena.len : 0;
	if (len) {
		buf_add(&r->arena, text, len);
		buf_addc(&r->arena, 0);
	}
	if (!r->arena.rc)
		r->offsets[field] = offset;
	return r->arena.rc;
}

void
recording_seal(struct recording *r)
{
	struct ark_recording *pub = &r->pub;
	const char *texts = buf_text(&r->arena);
	int64_t began_s = pub->answered_s;

	for (size_t i = 0; i < RECORDING_N_TEXTS; i++)
		set_text(pub, i, texts + r->offsets[i]);
	pub->day = pub->start_s < 0 ? -1 : day_of(pub->start_s);
	if (began_s < 0)
		began_s = pub->start_s;
	pub->duration_s = -1;
	if (began_s >= 0 && pub->end_s >= began_s)
		pub->duration_s = pub->end_s - began_s;
}

const char *
recording_text(const struct ark_recording *r, enum recording_text field)
{
	const char *text;

	memcpy(&text, (const char *)r + text_at[field], sizeof(text));
	return text;
}
