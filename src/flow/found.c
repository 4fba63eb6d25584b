#include "flow/found.h"

void
found_fill(struct ark_found *out, char hex[DIGEST_SHA256_HEX],
	   const struct catalogue_row *row, const struct omni_document *d)
{
	digest_hex(hex, row->sha256, sizeof(row->sha256));
	*out = (struct ark_found){
		.recording = &d->recording.pub, .path = row->path,
		.bytes = row->bytes, .sha256 = hex,
		.media_type = row->media_type, .codec = row->codec,
		.audio_ms = row->audio_ms, .downloaded_s = row->downloaded_s,
		.document = row->document, .document_len = row->document_len,
	};
}
