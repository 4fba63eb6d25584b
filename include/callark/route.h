/*
 * The platform's reports.
 */
#ifndef CALLARK_ROUTE_H
#define CALLARK_ROUTE_H

#include <stddef.h>

/* In the order of the vendor's text.  The numbers stand in catalogues. */
enum ark_route {
	ARK_SERVICE_HISTORY,
	ARK_VOICE_LOG,
	ARK_AUDIO_LINKS,
	ARK_ACTIVITY,
	ARK_SURVEYS,
	ARK_MESSAGES,
	ARK_N_ROUTES
};

#define ARK_ALL_ROUTES ((1u << ARK_N_ROUTES) - 1)

/* ark_route_name(r): What the platform calls it, as "voice-log". */
const char *ark_route_name(enum ark_route r);

/* ark_route_find(name, n): The report whose name is the n bytes there, or -1. */
int ark_route_find(const char *name, size_t n);

#endif
