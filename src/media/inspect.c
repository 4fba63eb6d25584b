#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audio/audio.h"
#include "media/format.h"

static const struct media_format formats[] = {
	{ MEDIA_IMAGE, "a PNG image", "png", "image/png", png_sniff,
	  png_inspect },
	{ MEDIA_IMAGE, "a JPEG image", "jpg", "image/jpeg", jpeg_sniff,
	  jpeg_inspect },
	{ MEDIA_IMAGE, "a GIF image", "gif", "image/gif", gif_sniff,
	  gif_inspect },
	{ MEDIA_IMAGE, "a WebP image", "webp", "image/webp", webp_sniff,
	  webp_inspect },
	{ MEDIA_DOCUMENT, "a PDF document", "pdf", "application/pdf", pdf_sniff,
	  pdf_inspect },
	{ MEDIA_OTHER, "an HEIF image", "", NULL, heif_sniff, NULL },
	{ MEDIA_OTHER, "a program", "", NULL, program_sniff, NULL },
	{ MEDIA_OTHER, "a ZIP archive or office document", "", NULL, zip_sniff,
	  NULL },
};

/* What shows moving pictures, by the brand that ISO base media begin with. */
struct video {
	const char *brand;	/* how it begins */
	const char *name, *extension, *media_type;
};

static const struct video videos[] = {
	{ "3g", "a 3GP video", "3gp", "video/3gpp" },
	{ "qt  ", "a QuickTime video", "mov", "video/quicktime" },
	{ "", "an MP4 video", "mp4", "video/mp4" },
};

static const struct video webm = {
	"", "a WebM video", "webm", "video/webm",
};

void
media_flaw(struct media_facts *facts, const char *fmt, ...)
{
	va_list ap;

	if (!facts->is_whole)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(facts->flaw, sizeof(facts->flaw), fmt, ap);
	va_end(ap);
	facts->is_whole = false;
}

bool
media_begins(const uint8_t *head, size_t n, const char *magic, size_t len)
{
	return n >= len && !memcmp(head, magic, len);
}

static const struct media_format *
find_format(const uint8_t *head, size_t n)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].sniff(head, n))
			return &formats[i];
	}
	return NULL;
}

/* What the audio room found. */
static void
take_audio(struct media_facts *facts, const struct audio_facts *audio)
{
	*facts = (struct media_facts){
		.class = audio_is_audio(audio->type) ? MEDIA_AUDIO :
						       MEDIA_OTHER,
		.name = audio_name(audio->type),
		.extension = audio_extension(audio->type),
		.media_type = audio_media_type(audio->type),
		.duration_ms = audio->duration_ms,
		.is_whole = audio->is_whole,
	};
	memcpy(facts->codec, audio->codec, sizeof(facts->codec));
	memcpy(facts->flaw, audio->flaw, sizeof(facts->flaw));
}

static const struct video *
find_video(enum audio_type type, const uint8_t *head)
{
	const struct video *v = videos;

	if (type == AUDIO_WEBM)
		return &webm;
	/* its box of brands was recognised, and the last takes every one */
	while (memcmp(head + 8, v->brand, strlen(v->brand)) != 0)
		v++;
	return v;
}

/* It shows something: then it is a video, which may be silent. */
static void
take_video(struct media_facts *facts, const struct audio_facts *audio,
	   const struct video *v)
{
	facts->class = MEDIA_VIDEO;
	facts->name = v->name;
	facts->extension = v->extension;
	facts->media_type = v->media_type;
	if (!audio->is_silent)
		return;
	facts->is_whole = true;
	facts->flaw[0] = '\0';
}

int
media_inspect_audio(int fd, int64_t size, struct media_facts *facts,
		    struct ark_error *err)
{
	struct audio_facts audio;
	int rc = audio_inspect(fd, size, &audio, err);

	take_audio(facts, &audio);
	return rc;
}

/* What has a format of this room; false: it has none. */
static bool
inspect_format(struct reader *r, const struct media_format *format,
	       struct media_facts *facts)
{
	if (!format)
		return false;
	*facts = (struct media_facts){
		.class = format->class, .name = format->name,
		.extension = format->extension,
		.media_type = format->media_type,
		.duration_ms = -1, .is_whole = true,
	};
	if (format->inspect)
		format->inspect(r, facts);
	else
		media_flaw(facts, "it is %s", format->name);
	return true;
}

int
media_inspect(int fd, int64_t size, struct media_facts *facts,
	      struct ark_error *err)
{
	static const struct audio_facts unread = {
		.type = AUDIO_UNKNOWN, .duration_ms = -1,
	};
	/* Not worth zeroing 64 KiB for: it tells what it has read. */
	struct reader r __attribute__((uninitialized));
	struct audio_facts audio;
	const uint8_t *head;
	size_t n;
	int rc;

	reader_init(&r, fd, size, err);
	n = size < AUDIO_HEAD_SIZE ? (size_t)size : AUDIO_HEAD_SIZE;
	head = n ? reader_get(&r, 0, n) : r.window;
	if (!head) {
		take_audio(facts, &unread);
		return r.rc;
	}
	if (inspect_format(&r, find_format(head, n), facts))
		return r.rc;
	rc = audio_inspect(fd, size, &audio, err);
	take_audio(facts, &audio);
	if (!rc && audio.has_video)
		take_video(facts, &audio, find_video(audio.type, head));
	return rc;
}
