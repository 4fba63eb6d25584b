/*
 * Telling a listener.  See callark/event.h.
 */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include "callark/event.h"

/* event_log(l, level, id, fmt, ...): Tell one line; l and id may be NULL. */
void event_log(const struct ark_listener *l, enum ark_level level,
	       const char *id, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

void event_progress(const struct ark_listener *l,
		    const struct ark_progress *progress);

/* event_should_stop(l): Whether the listener wants an orderly end. */
bool event_should_stop(const struct ark_listener *l);

#endif
