#include "audio/itu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audio/decode.h"
#include "audio/format.h"
#include "audio/g722.h"
#include "audio/g726.h"
#include "base/fdio.h"

#define BLOCK 4096		/* bytes read at a time */
#define FULL_SCALE 32768.0F
#define G726_RATE 8000
#define G722_RATE 16000

struct itu {
	int fd;
	int64_t at, end;	/* of the sound that is still to be read */
	uint32_t rate;
	unsigned bits;		/* of a code; 0: it is G.722 */
	struct g722 g722;
	struct g726 g726;
	uint32_t held;		/* bits that are no whole code yet … */
	unsigned n_held;	/* … and how many */
	uint8_t bytes[BLOCK];
	size_t next, n;		/* of bytes */
	int fault;		/* errno of a reading that failed, or 0 */
	int16_t pair[2];	/* of G.722, the second one when has_second */
	bool has_second;
};

/* How many bits a code of G.726 has; 0 when it cannot be told. */
static unsigned
code_bits(const struct wav_sound *s)
{
	uint32_t by_rate = s->rate_hz ? s->bytes_per_second * 8 / s->rate_hz :
					0;

	if (s->bits >= 2 && s->bits <= 5)
		return s->bits;
	return by_rate >= 2 && by_rate <= 5 ? by_rate : 0;
}

/* Whether it is one of ours, and then what it takes. */
static bool
prepare(struct itu *i, const char *codec, const struct wav_sound *s)
{
	bool is_g722 = !strcmp(codec, "g722");

	if (s->channels != 1 || (!is_g722 && strcmp(codec, "g726") != 0))
		return false;
	i->bits = is_g722 ? 0 : code_bits(s);
	if (!is_g722 && !i->bits)
		return false;
	i->rate = is_g722 ? G722_RATE : G726_RATE;
	if (!is_g722 && s->rate_hz && s->rate_hz <= DECODER_MAX_RATE)
		i->rate = s->rate_hz;
	i->at = s->data_at;
	i->end = s->data_at + s->data_size;
	g722_init(&i->g722);
	if (i->bits)
		g726_init(&i->g726, i->bits);
	return true;
}

static int
look(struct itu *i, int fd, int64_t size, struct ark_error *err)
{
	struct reader *r = malloc(sizeof(*r));
	struct audio_facts facts;
	struct wav_sound sound;
	int rc;

	if (!r)
		return error_nomem(err);
	rc = audio_inspect(fd, size, &facts, err);
	if (!rc) {
		reader_init(r, fd, size, err);
		wav_sound(r, &sound);
		rc = r->rc;
	}
	if (!rc)
		rc = prepare(i, facts.codec, &sound);
	free(r);
	return rc;
}

int
itu_open(struct itu **out, int fd, int64_t size, struct ark_error *err)
{
	struct itu *i = calloc(1, sizeof(*i));
	int rc;

	*out = NULL;
	if (!i)
		return error_nomem(err);
	i->fd = fd;
	rc = look(i, fd, size, err);
	if (rc > 0)
		*out = i;
	else
		itu_close(i);
	return rc;
}

void
itu_close(struct itu *i)
{
	free(i);
}

uint32_t
itu_rate(const struct itu *i)
{
	return i->rate;
}

int
itu_fault(const struct itu *i)
{
	return i->fault;
}

/* The next byte of the sound; -1 behind the last. */
static int
next_byte(struct itu *i)
{
	int64_t left = i->end - i->at;
	ssize_t got;

	if (i->next == i->n) {
		got = left <= 0 ? 0 :
		      fdio_pread(i->fd, i->bytes, left < BLOCK ?
				 (size_t)left : BLOCK, i->at);
		if (got < 0)
			i->fault = errno;
		if (got <= 0)
			return -1;
		i->at += got;
		i->n = (size_t)got;
		i->next = 0;
	}
	return i->bytes[i->next++];
}

/* The next sample of G.722, of which a byte holds two.  Whether there is one. */
static bool
next_of_two(struct itu *i, int16_t *out)
{
	int byte;
	uint8_t code;

	if (i->has_second) {
		i->has_second = false;
		*out = i->pair[1];
		return true;
	}
	byte = next_byte(i);
	if (byte < 0)
		return false;
	code = (uint8_t)byte;
	g722_decode(&i->g722, i->pair, &code, 1);
	i->has_second = true;
	*out = i->pair[0];
	return true;
}

/* The next sample of G.726: codes follow one another, highest bit first. */
static bool
next_of_bits(struct itu *i, int16_t *out)
{
	while (i->n_held < i->bits) {
		int byte = next_byte(i);

		if (byte < 0)
			return false;
		i->held = i->held << 8 | (uint32_t)byte;
		i->n_held += 8;
	}
	i->n_held -= i->bits;
	*out = g726_decode(&i->g726, i->held >> i->n_held);
	return true;
}

size_t
itu_read(struct itu *i, float *samples, size_t frames)
{
	size_t n = 0;
	int16_t x;

	while (n < frames && (i->bits ? next_of_bits(i, &x) :
					next_of_two(i, &x)))
		samples[n++] = (float)x / FULL_SCALE;
	return n;
}
