#include <assert.h>

#include "audio/format.h"

/* The facts before anything contradicts them. */
static void
begin(struct audio_facts *facts)
{
	*facts = (struct audio_facts){
		.type = AUDIO_UNKNOWN,
		.duration_ms = -1,
		.is_whole = true,
	};
}

int
audio_inspect(int fd, int64_t size, struct audio_facts *facts,
	      struct ark_error *err)
{
	const struct audio_format *format;
	const uint8_t *head;
	/* Not worth zeroing 64 KiB for: it tells what it has read. */
	struct reader r __attribute__((uninitialized));
	size_t n;

	assert(size >= 0);
	begin(facts);
	reader_init(&r, fd, size, err);
	n = size < AUDIO_HEAD_SIZE ? (size_t)size : AUDIO_HEAD_SIZE;
	head = n ? reader_get(&r, 0, n) : r.window;
	if (!head)
		return r.rc;
	facts->type = audio_sniff(head, n);
	format = audio_format_get(facts->type);
	if (format->inspect)
		format->inspect(&r, facts);
	else
		facts_flaw(facts, "it is %s, not audio", format->name);
	return r.rc;
}
