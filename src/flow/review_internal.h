/*
 * A review being made, shared by its files.
 *
 *	review.c	from start to end
 *	review_calls.c	which recordings
 *	review_record.c	what is told of each
 *	review_related.c	messages and surveys of the same protocols
 *	review_audio.c	their sound, on all cores
 *	review_page.c	the files of the page
 */
#ifndef FLOW_REVIEW_INTERNAL_H
#define FLOW_REVIEW_INTERNAL_H

#include "archive/archive.h"
#include "audio/measure.h"
#include "base/buf.h"
#include "callark/review.h"
#include "flow/measures.h"
#include "omni/document.h"

#define REVIEW_NAME_SIZE 32	/* of a file in audio/ */
#define REVIEW_REASON_SIZE 256
#define REVIEW_RECORD_MAX ((size_t)1 << 20)	/* bytes of one record */
#define REVIEW_RELATED_MAX ((size_t)1 << 20)	/* of the messages of a call */

/* A call on the page. */
struct review_call {
	char *id, *protocol;
	char *path;		/* relative to the archive; "" if not there */
	int32_t day;
	int64_t bytes;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	struct buf record;	/* JSON object: what is told of it */
	struct buf messages, surveys;	/* JSON values, a comma between them */

	/* what came of its sound */
	char file[REVIEW_NAME_SIZE];	/* in audio/; "" when there is none */
	bool is_linked, is_converted, has_lanes, was_remembered, is_damaged;
	bool has_measure;
	struct measure measure;		/* its points are gone when written */
	char why[REVIEW_REASON_SIZE];	/* it cannot be played; "" */
	char note[REVIEW_REASON_SIZE];	/* else what is odd about it; "" */
	int64_t folder_bytes;		/* of its sound in the folder */
};

struct review {
	const struct ark_review_options *options;
	struct ark_review_totals *totals;
	struct archive *archive;
	struct store *folder;
	bool is_finished;	/* nothing more comes into it */
	struct measures measures;
	struct buf form, sample;	/* the files as they are; empty: none */
	struct buf draw;		/* JSON of the sample's first line */
	struct review_call *calls;
	size_t n, cap;
	struct omni_document parsed;
	struct ark_error *err;
};

/* review_add(r, call): Room for one more, all zero.  0 or ARK_ENOMEM, ARK_EUSAGE. */
int review_add(struct review *r, struct review_call **call);

/* review_calls(r): Gather the calls that were asked for. */
int review_calls(struct review *r);

/* What a sample says of one of its calls. */
struct review_drawn {
	struct json_slice evaluators;	/* an array, or nothing */
	bool is_calibration;
};

/*
 * review_record(r, call, row, drawn):
 * Tell of an archived call: row with its document parsed into r->parsed.  drawn
 * is NULL without a sample.
 */
int review_record(struct review *r, struct review_call *call,
		  const struct catalogue_row *row,
		  const struct review_drawn *drawn);

/* review_absent(r, call, id, start, drawn): Of one that is not there. */
int review_absent(struct review *r, struct review_call *call, const char *id,
		  const char *start, const struct review_drawn *drawn);

/* review_related(r): Find messages and surveys of the calls' protocols. */
int review_related(struct review *r);

/* review_audio(r): Put the sound of all calls into the folder. */
int review_audio(struct review *r);

/* review_call_script(r, call): Write calls/NNNNN.js, and drop the points. */
int review_call_script(struct review *r, struct review_call *call,
		       struct ark_error *err);

/* review_page(r): Write the page, its style and script, and data.js. */
int review_page(struct review *r);

#endif
