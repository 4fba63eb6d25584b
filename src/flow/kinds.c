#include "flow/kinds.h"

#include <assert.h>

static const struct kind kinds[CATALOGUE_N_KINDS] = {
	[CATALOGUE_RECORDING] = {
		.name = "recording", .classes = 1u << MEDIA_AUDIO,
		.refusal = "no recording", .folder = "data/audio",
		.inspect = media_inspect_audio, .place = layout_audio,
	},
	[CATALOGUE_ATTACHMENT] = {
		.name = "attachment",
		.classes = 1u << MEDIA_AUDIO | 1u << MEDIA_IMAGE |
			   1u << MEDIA_VIDEO | 1u << MEDIA_DOCUMENT,
		.refusal = "none of what is kept of conversations",
		.folder = "data/media", .template = "{time}-{id}",
		.inspect = media_inspect, .place = layout_media,
	},
};

const struct kind *
kind_of(enum catalogue_kind kind)
{
	assert((unsigned)kind < CATALOGUE_N_KINDS);
	return &kinds[kind];
}
