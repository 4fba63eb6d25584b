/*
 * The records of the draws, ARCHIVE/draws/NNNN.ndjson: kept, and known to the
 * catalogue.
 *
 * A record is first, the trail's entry second, the rows third; so a crash
 * leaves a record that the catalogue does not know, which draws_catch_up()
 * mends.
 */
#ifndef FLOW_DRAWS_H
#define FLOW_DRAWS_H

#include "archive/archive.h"
#include "callark/export.h"
#include "sample/record.h"

/*
 * draws_read(r, fd, sha256, err):
 * Read a record from the beginning of a file, and the SHA-256 of its bytes.
 * Return 0, ARK_EFORMAT (err names the line), ARK_EDISK or ARK_ENOMEM.
 */
int draws_read(struct sample_record *r, int fd,
	       uint8_t sha256[DIGEST_SHA256_SIZE], struct ark_error *err);

/*
 * draws_keep(a, r, put, ctx, err):
 * Give r the next number and keep it durably; put, unless it is NULL, gets a
 * copy of its bytes.  Return 0, ARK_EINTEGRITY (the trail cannot be continued),
 * ARK_EDISK, ARK_ENOMEM, or what put returned; then there is no draw, unless it
 * was the trail or the catalogue that failed.
 */
int draws_keep(struct archive *a, struct sample_record *r, ark_export_fn *put,
	       void *ctx, struct ark_error *err);

/* A record that cannot be taken; not 0 ends the work and is returned. */
typedef int draws_problem_fn(void *ctx, const char *path,
			     const struct ark_error *why);

/*
 * draws_catch_up(a, has_trail, problem, ctx, err):
 * Take the records that the catalogue does not know into it; has_trail: the
 * trail is told of them, too.  Return 0, what problem returned, or as
 * draws_keep().
 */
int draws_catch_up(struct archive *a, bool has_trail,
		   draws_problem_fn *problem, void *ctx,
		   struct ark_error *err);

#endif
