#include "base/event.h"

#include <stdarg.h>
#include <stdio.h>

void
event_log(const struct ark_listener *l, enum ark_level level, const char *id,
	  const char *fmt, ...)
{
	struct ark_event event = { .level = level, .id = id };
	char text[768];
	va_list ap;

	if (!l || !l->notify)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	event.text = text;
	l->notify(l->ctx, &event);
}

void
event_progress(const struct ark_listener *l,
	       const struct ark_progress *progress)
{
	struct ark_event event = { ARK_LOG_INFO, NULL, NULL, progress };

	if (l && l->notify)
		l->notify(l->ctx, &event);
}

bool
event_should_stop(const struct ark_listener *l)
{
	return l && l->should_stop && l->should_stop(l->ctx);
}
