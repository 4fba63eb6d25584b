/*
 * The calls that can be drawn.
 *
 *	sample_add ... -> sample_measure -> sample_draw (draw.h)
 *
 * What is added is kept until sample_population_release().  The order in which
 * calls are added means nothing.
 */
#ifndef SAMPLE_POPULATION_H
#define SAMPLE_POPULATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/keep.h"
#include "callark/error.h"
#include "digest/digest.h"

#define SAMPLE_MAX_CALLS ((size_t)5000000)

/* What became of a call; only sample_draw() sets it. */
enum sample_fate { SAMPLE_LEFT, SAMPLE_PICKED, SAMPLE_DRAWN };

/*
 * A call: all that a draw can depend on.  Texts are never NULL; those of a
 * population are its own, and equal agents or services are one pointer.
 */
struct sample_call {
	const char *id;
	const char *agent, *service;	/* what tells one from another; or "" */
	int64_t start_s;		/* civil */
	int64_t length_ms;		/* -1: unknown */
	uint8_t rank[DIGEST_SHA256_SIZE];	/* by sample_draw() */
	enum sample_fate fate;
};

/* The calls of one day. */
struct sample_day {
	int32_t day;
	int64_t population, drawn;
	uint8_t sha256[DIGEST_SHA256_SIZE];
};

/* Begin with { 0 }. */
struct sample_population {
	struct sample_call *calls;
	size_t n, cap;
	struct keep texts;
	/* by sample_measure() */
	uint8_t sha256[DIGEST_SHA256_SIZE];
	struct sample_day *days;	/* in order */
	size_t n_days;
};

void sample_population_release(struct sample_population *p);

/*
 * sample_add(p, call, err):
 * Add a copy of *call, whose rank and fate mean nothing.  Ids must differ.
 * Return 0, ARK_EUSAGE (more than SAMPLE_MAX_CALLS; err tells the mend) or
 * ARK_ENOMEM.
 */
int sample_add(struct sample_population *p, const struct sample_call *call,
	       struct ark_error *err);

/*
 * sample_measure(p, err):
 * Fill sha256 and days of p, and sort its calls by id.  A call is written as
 * five netstrings (LENGTH:BYTES,) and LF: id, start as "YYYY-MM-DD HH:MM:SS",
 * agent, service, length in milliseconds or nothing.  The SHA-256 is that of
 * all calls, or of those of one day, written one after the other by the bytes
 * of their ids.  Return 0, ARK_ENOMEM or the digest's failure.
 */
int sample_measure(struct sample_population *p, struct ark_error *err);

#endif
