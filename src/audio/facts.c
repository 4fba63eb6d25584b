#include <stdarg.h>
#include <stdio.h>

#include "audio/format.h"

void
facts_flaw(struct audio_facts *facts, const char *fmt, ...)
{
	va_list ap;

	if (!facts->is_whole)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(facts->flaw, sizeof(facts->flaw), fmt, ap);
	va_end(ap);
	facts->is_whole = false;
}

void
facts_silent(struct audio_facts *facts)
{
	facts->is_silent = facts->is_whole;
	facts_flaw(facts, "no audio track");
}

void
facts_codec(struct audio_facts *facts, const char *name)
{
	(void)snprintf(facts->codec, sizeof(facts->codec), "%s", name);
}

int64_t
facts_ms(uint64_t units, uint32_t per_second)
{
	uint64_t seconds, rest;

	if (!per_second)
		return -1;
	seconds = units / per_second;
	rest = units % per_second;
	if (seconds >= INT64_MAX / 1000)
		return -1;
	rest = (rest * 1000 + per_second / 2) / per_second;
	return (int64_t)(seconds * 1000 + rest);
}
