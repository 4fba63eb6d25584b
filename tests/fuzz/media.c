/*
 * What a body is that somebody sent.  The facts agree with each other; what is
 * audio alone is judged as the audio room does; a PNG is looked at once as it
 * is and once with its checksums made right, which no blind change of bytes
 * would get past.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "audio/audio.h"
#include "base/fdio.h"
#include "fuzz.h"
#include "media/media.h"

static void
look(const struct media_facts *f)
{
	MUST((unsigned)f->class <= MEDIA_DOCUMENT);
	MUST(f->name && *f->name && f->extension);
	MUST(memchr(f->codec, 0, sizeof(f->codec)));
	MUST(memchr(f->flaw, 0, sizeof(f->flaw)));
	must_be_one_line(f->flaw);
	must_be_one_line(f->codec);
	MUST(f->is_whole == !f->flaw[0]);
	MUST(f->duration_ms >= -1);
	if (f->class == MEDIA_OTHER)
		MUST(!f->is_whole);
	else
		MUST(*f->extension && strlen(f->extension) <= 4 &&
		     f->media_type);
}

static int
body(const uint8_t *bytes, size_t n)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("body", MFD_CLOEXEC);
	MUST(fd >= 0 && !ftruncate(fd, 0));
	MUST(!fdio_pwrite(fd, bytes, n, 0));
	return fd;
}

static struct media_facts
inspect(media_inspect_fn *fn, const uint8_t *bytes, size_t n)
{
	struct ark_error err = { 0 };
	struct media_facts f;

	memset(&f, 0xff, sizeof(f));
	MUST(!fn(body(bytes, n), (int64_t)n, &f, &err));
	MUST(!err.code);
	look(&f);
	return f;
}

static void
compare_audio(const struct media_facts *f, const uint8_t *bytes, size_t n)
{
	struct media_facts as_recording = inspect(media_inspect_audio, bytes, n);
	struct audio_facts audio;
	struct ark_error err = { 0 };

	MUST(!audio_inspect(body(bytes, n), (int64_t)n, &audio, &err));
	MUST((as_recording.class == MEDIA_AUDIO) == audio_is_audio(audio.type));
	MUST(as_recording.is_whole == audio.is_whole);
	MUST(!strcmp(as_recording.flaw, audio.flaw));
	MUST(as_recording.name == audio_name(audio.type));
	MUST(!audio.is_silent || !audio.is_whole);
	if (f->class == MEDIA_AUDIO)
		MUST(f->is_whole == audio.is_whole && f->name ==
		     as_recording.name);
}

static uint32_t
crc_of(const uint8_t *p, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
	}
	return ~crc;
}

/* Make right the checksum of every chunk that is all there. */
static void
mend_checksums(uint8_t *p, size_t n)
{
	for (p += 8, n -= 8; n >= 12;) {
		size_t size = (size_t)p[0] << 24 | (size_t)p[1] << 16 |
			      (size_t)p[2] << 8 | p[3];
		uint32_t crc;

		if (size > n - 12)
			return;
		crc = crc_of(p + 4, size + 4);
		for (size_t i = 0; i < 4; i++)
			p[8 + size + i] = (uint8_t)(crc >> (24 - 8 * i));
		p += size + 12;
		n -= size + 12;
	}
}

static void
try_mended(const uint8_t *bytes, size_t n)
{
	uint8_t *mended = malloc(n);
	struct media_facts f;

	MUST(mended);
	memcpy(mended, bytes, n);
	mend_checksums(mended, n);
	f = inspect(media_inspect, mended, n);
	MUST(!strcmp(f.extension, "png"));
	MUST(!strstr(f.flaw, "the CRC of"));	/* a chunk may be called CRC */
	free(mended);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct media_facts f = inspect(media_inspect, bytes, n);

	compare_audio(&f, bytes, n);
	if (!strcmp(f.extension, "png"))
		try_mended(bytes, n);
	return 0;
}
