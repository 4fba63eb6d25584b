#include "audio/decode.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>

#include "audio/itu.h"
#include "base/error.h"
#include "base/fdio.h"

struct decoder {
	int fd;
	sf_count_t size, at;
	int fault;		/* errno of a reading that failed, or 0 */
	SNDFILE *file;		/* or … */
	struct itu *itu;	/* … what libsndfile does not know */
	uint32_t rate;
	uint16_t channels;
};

/* ---- the bytes, as libsndfile asks for them ----------------------------- */

static sf_count_t
tell_size(void *ctx)
{
	const struct decoder *d = ctx;

	return d->size;
}

static sf_count_t
tell_place(void *ctx)
{
	const struct decoder *d = ctx;

	return d->at;
}

static sf_count_t
seek(sf_count_t offset, int whence, void *ctx)
{
	struct decoder *d = ctx;
	sf_count_t base = whence == SEEK_SET ? 0 :
			  whence == SEEK_CUR ? d->at : d->size;

	if (offset < -base || offset > d->size - base)
		return -1;
	d->at = base + offset;
	return d->at;
}

static sf_count_t
read_bytes(void *out, sf_count_t n, void *ctx)
{
	struct decoder *d = ctx;
	ssize_t got;

	if (n > d->size - d->at)
		n = d->size - d->at;
	if (n <= 0)
		return 0;
	got = fdio_pread(d->fd, out, (size_t)n, d->at);
	if (got < 0)
		d->fault = errno;
	if (got <= 0)
		return 0;
	d->at += got;
	return got;
}

static sf_count_t
write_bytes(const void *bytes, sf_count_t n, void *ctx)
{
	(void)bytes;
	(void)n;
	(void)ctx;
	return 0;
}

/* ------------------------------------------------------------------------- */

/* Why it is not decoded, from what its bytes say of themselves. */
static int
cannot_decode(int fd, int64_t size, struct ark_error *err)
{
	struct audio_facts facts;
	int rc;

	rc = audio_inspect(fd, size, &facts, err);
	if (rc)
		return rc;
	if (!audio_is_audio(facts.type))
		return error_set(err, ARK_EFORMAT, "it is %s, not audio",
				 audio_name(facts.type));
	if (!facts.is_whole)
		return error_set(err, ARK_EFORMAT, "%s, damaged: %s",
				 audio_name(facts.type), facts.flaw);
	if (*facts.codec)
		return error_set(err, ARK_EFORMAT, "%s with codec %s is not "
				 "decoded", audio_name(facts.type),
				 facts.codec);
	return error_set(err, ARK_EFORMAT, "%s that cannot be decoded",
			 audio_name(facts.type));
}

/* Whether what the head says can be: nothing is allocated for less. */
static bool
is_sane(const SF_INFO *info)
{
	return info->channels > 0 && info->channels <= DECODER_MAX_CHANNELS &&
	       info->samplerate > 0 && info->samplerate <= DECODER_MAX_RATE;
}

/*
 * Begin with libsndfile.  Whether it can.  While it opens a file, and then only,
 * libsndfile writes to variables that all files share.
 */
static bool
open_file(struct decoder *d)
{
	static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
	static SF_VIRTUAL_IO bytes = {
		tell_size, seek, read_bytes, write_bytes, tell_place,
	};
	SF_INFO info = { 0 };

	(void)pthread_mutex_lock(&alone);
	d->file = sf_open_virtual(&bytes, SFM_READ, &info, d);
	(void)pthread_mutex_unlock(&alone);
	if (!d->file || !is_sane(&info))
		return false;
	d->rate = (uint32_t)info.samplerate;
	d->channels = (uint16_t)info.channels;
	return true;
}

int
decoder_open(struct decoder **out, int fd, int64_t size, struct ark_error *err)
{
	struct decoder *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return error_nomem(err);
	d->fd = fd;
	d->size = size;
	rc = itu_open(&d->itu, fd, size, err);
	if (rc > 0) {
		d->rate = itu_rate(d->itu);
		d->channels = 1;
	} else if (!rc && !open_file(d)) {
		rc = decoder_status(d, err);
		if (!rc)
			rc = cannot_decode(fd, size, err);
	}
	if (rc < 0)
		decoder_close(d);
	else
		*out = d;
	return rc < 0 ? rc : 0;
}

void
decoder_close(struct decoder *d)
{
	if (!d)
		return;
	if (d->file)
		(void)sf_close(d->file);
	itu_close(d->itu);
	free(d);
}

uint32_t
decoder_rate(const struct decoder *d)
{
	return d->rate;
}

uint16_t
decoder_channels(const struct decoder *d)
{
	return d->channels;
}

size_t
decoder_read(struct decoder *d, float *samples, size_t frames)
{
	sf_count_t n;

	assert(frames <= DECODER_FRAMES);
	if (d->itu)
		return itu_read(d->itu, samples, frames);
	n = sf_readf_float(d->file, samples, (sf_count_t)frames);
	if (n <= 0)
		return 0;
	for (size_t i = 0; i < (size_t)n * d->channels; i++) {
		if (!isfinite(samples[i]))
			samples[i] = 0;
	}
	return (size_t)n;
}

int
decoder_status(const struct decoder *d, struct ark_error *err)
{
	int fault = d->itu ? itu_fault(d->itu) : d->fault;

	if (!fault)
		return 0;
	return error_set(err, ARK_EDISK, "reading: %s", strerror(fault));
}
