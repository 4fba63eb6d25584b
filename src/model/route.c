#include "callark/route.h"

#include <string.h>

static const char *const names[ARK_N_ROUTES] = {
	[ARK_SERVICE_HISTORY] = "service-history",
	[ARK_VOICE_LOG] = "voice-log",
	[ARK_AUDIO_LINKS] = "service-history-audio-links",
	[ARK_ACTIVITY] = "activity-history",
	[ARK_SURVEYS] = "satisfaction-survey-history",
	[ARK_MESSAGES] = "service-history-messages",
};

const char *
ark_route_name(enum ark_route r)
{
	return names[r];
}

int
ark_route_find(const char *name, size_t n)
{
	for (int r = 0; r < ARK_N_ROUTES; r++) {
		if (strlen(names[r]) == n && !memcmp(names[r], name, n))
			return r;
	}
	return -1;
}
