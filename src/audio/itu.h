/*
 * WAV with G.722 or G.726, one channel, which telephone systems write and
 * libsndfile does not read.
 */
#ifndef AUDIO_ITU_H
#define AUDIO_ITU_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct itu;

/*
 * itu_open(out, fd, size, err):
 * Begin, if the size bytes behind fd (lent) are such a WAV.  Return 1; 0 when
 * they are not, and *out is NULL; ARK_EDISK or ARK_ENOMEM.
 */
int itu_open(struct itu **out, int fd, int64_t size, struct ark_error *err);
void itu_close(struct itu *i);

uint32_t itu_rate(const struct itu *i);

/* itu_read(i, samples, frames): As decoder_read(). */
size_t itu_read(struct itu *i, float *samples, size_t frames);

/* itu_fault(i): The errno of a reading that failed; 0: none did. */
int itu_fault(const struct itu *i);

#endif
