/*
 * What a body is, and whether it is whole.  The facts agree with each other;
 * the type by the first bytes is the type of the whole; a body is looked at
 * once as it is and, when it is Ogg, once with its checksums made right, which
 * no blind change of bytes would get past.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "audio/audio.h"
#include "audio/crc.h"
#include "base/fdio.h"
#include "fuzz.h"

static void
look(const struct audio_facts *f)
{
	MUST(memchr(f->codec, 0, sizeof(f->codec)));
	MUST(memchr(f->flaw, 0, sizeof(f->flaw)));
	must_be_one_line(f->flaw);
	must_be_one_line(f->codec);
	MUST(f->is_whole == !f->flaw[0]);
	MUST(f->duration_ms >= -1);
	MUST(audio_name(f->type) && *audio_name(f->type));
	if (!audio_is_audio(f->type)) {
		MUST(!f->is_whole && !f->codec[0]);
		MUST(f->duration_ms == -1 && !f->rate_hz && !f->channels);
	} else {
		MUST(*audio_extension(f->type) && audio_media_type(f->type));
		MUST(strlen(audio_extension(f->type)) <= 4);
	}
}

static void
inspect(const uint8_t *bytes, size_t n, struct audio_facts *f)
{
	static int fd = -1;
	struct ark_error err = { 0 };

	if (fd < 0)
		fd = memfd_create("body", MFD_CLOEXEC);
	MUST(fd >= 0 && !ftruncate(fd, 0));
	MUST(!fdio_pwrite(fd, bytes, n, 0));
	memset(f, 0xff, sizeof(*f));
	MUST(!audio_inspect(fd, (int64_t)n, f, &err));
	MUST(!err.code);
	look(f);
	/* Fewer bytes than promised are a fault of the disk, not a flaw. */
	if (n < AUDIO_HEAD_SIZE) {
		struct audio_facts ignored;

		MUST(audio_inspect(fd, (int64_t)n + 1, &ignored, &err) ==
		     ARK_EDISK);
	}
}

/* Make right the checksum of every page that is all there. */
static void
mend_checksums(uint8_t *p, size_t n)
{
	struct crc_table table;

	crc_init(&table);
	while (n >= 27 && !memcmp(p, "OggS", 4)) {
		size_t size = 27 + (size_t)p[26];
		uint32_t crc;

		for (size_t i = 27, end = size; i < end && end <= n; i++)
			size += p[i];
		if (size > n)
			return;
		memset(p + 22, 0, 4);
		crc = crc_add(&table, 0, p, size);
		for (size_t i = 0; i < 4; i++)
			p[22 + i] = (uint8_t)(crc >> 8 * i);
		p += size;
		n -= size;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	enum audio_type type = audio_sniff(bytes, n);
	struct audio_facts facts;
	uint8_t *mended;

	inspect(bytes, n, &facts);
	MUST(facts.type == type);
	if (type != AUDIO_OGG)
		return 0;
	mended = malloc(n);
	MUST(mended);
	memcpy(mended, bytes, n);
	mend_checksums(mended, n);
	inspect(mended, n, &facts);
	MUST(facts.type == AUDIO_OGG);
	free(mended);
	return 0;
}
