/*
 * Samples of archived calls for quality assurance: who listens to what.
 *
 * A draw depends on nothing but its seed, its rules and its population: the
 * archived recordings of a range that pass the filters and, if so asked, were
 * never drawn before.  How it is made stands in callark(1), SAMPLING, well
 * enough to be done again without callark.
 *
 * Each draw leaves a record, ARCHIVE/draws/NNNN.ndjson, which is never
 * overwritten and from which another copy of the archive proves the draw.  It
 * is NDJSON; its lines are told apart by their first member, type:
 *
 *	{"type":"draw","format":1,"draw":7,"drawn_at":"2026-01-05T08:00:00Z",
 *	 "tool":"callark 0.1.0","organization_id":"…",
 *	 "time_zone":"America/Sao_Paulo","from":"2025-12-29 00:00:00",
 *	 "to":"2026-01-05 00:00:00","filters":[{"name":"agent","value":"ana*"}],
 *	 "seed":"…","rules":{"per_agent":3,"pick":"longest:1"},
 *	 "exclude_drawn":true,"evaluators":["eva","ivo"],"calibration":1,
 *	 "population":4711,"population_sha256":"…","excluded":57,"drawn":30}
 *		once, the first; `to` is the first second that is outside; rules
 *		has one of count, per_agent, per_service (numbers) and percent
 *		(a text), or pick alone
 *	{"type":"day","day":"2025-12-29","population":680,"sha256":"…",
 *	 "drawn":4}
 *		for each day of the population, in order
 *	{"type":"call","n":1,"id":"…","start":"2025-12-29 08:15:00",
 *	 "sha256":"…","picked":false,"calibration":false,"evaluators":["eva"]}
 *		for each call that was drawn, by start and id; n counts from 1;
 *		sha256 is that of the recording; evaluators is empty when none
 *		were named, and has all of them in a call for calibration
 *	{"type":"excluded","id":"…","draw":3}
 *		for each call that was left out because that draw had it, by id
 */
#ifndef CALLARK_SAMPLE_H
#define CALLARK_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "callark/archive.h"
#include "callark/config.h"
#include "callark/event.h"
#include "callark/export.h"
#include "callark/filter.h"
#include "callark/range.h"

/*
 * What a user asks for: exactly one of the four sizes, or a pick alone.  Texts
 * are NULL and numbers 0 where an option was not given.
 */
struct ark_sample_rules {
	int64_t count;			/* calls in all */
	int64_t per_agent, per_service;	/* calls of each */
	const char *percent;		/* "5", "2.5": of the population */
	const char *pick;		/* "longest:2", "shortest:1": of the
					   calls above, or of each group */
	const char *seed;		/* NULL: made up, and told */
	const char *evaluators;		/* "eva,ivo": who gets the calls */
	int64_t calibration;		/* so many of them go to everybody */
};

/* A draw that was made; texts are lent. */
struct ark_draw {
	int64_t number;			/* of the archive's draws, from 1 */
	int64_t drawn_s;
	const char *seed;
	struct ark_range range;
	int64_t population;		/* calls that could be drawn */
	const char *population_sha256;	/* hex */
	int64_t excluded;		/* left out: they were drawn before */
	int64_t drawn;
	const char *path;		/* of the record, in the archive */
	const char *record;		/* its first line, without line end */
};

/* A call that was drawn. */
struct ark_drawn {
	int64_t n;			/* from 1 */
	const struct ark_found *found;
	bool is_picked;			/* for its length */
	bool is_calibration;		/* for every evaluator */
	const char *const *evaluators;	/* n_evaluators of them */
	size_t n_evaluators;
};

/* Each is called on the caller's thread; not 0 ends it and is returned. */
typedef int ark_draw_fn(void *ctx, const struct ark_draw *d);
typedef int ark_drawn_fn(void *ctx, const struct ark_drawn *call);

struct ark_sample_options {
	struct ark_range_words range;	/* none: everything */
	const struct ark_filter *filter;
	struct ark_sample_rules rules;
	bool excludes_drawn;		/* nothing that was ever drawn before */
	ark_draw_fn *draw;		/* may be NULL; before the calls */
	ark_drawn_fn *call;		/* may be NULL; by start and id */
	void *ctx;
	ark_export_fn *put;		/* gets a copy of the record, or NULL */
	void *put_ctx;
	struct ark_listener listener;
};

/*
 * ark_sample(c, o, err):
 * Draw.  The record is durable, and the trail tells of it, before anybody is
 * told of a call.  What is asked for beyond the population is all of it, which
 * the listener is told.  Memory: some 150 bytes for each call of the population
 * and 100 for each that is drawn.  Return 0; ARK_ENOTFOUND (there is nothing to
 * draw from; no record is made); ARK_EUSAGE (rules that exclude each other or
 * cannot be read, the range, more than 5 million calls); ARK_ELOCKED (another
 * run holds the archive), ARK_ESTOPPED, ARK_EINTEGRITY, ARK_EDISK, ARK_ENOMEM,
 * or what a function of o returned.
 */
int ark_sample(const struct ark_config *c, const struct ark_sample_options *o,
	       struct ark_error *err);

/* In what a draw made again may differ from its record. */
enum ark_redraw_kind {
	ARK_REDRAW_POPULATION,	/* all in all: the calls to draw from */
	ARK_REDRAW_DAY,		/* those of one day */
	ARK_REDRAW_MISSING,	/* a call of the record is not drawn now … */
	ARK_REDRAW_NEW,		/* a call is drawn that is not in the record */
	ARK_REDRAW_BYTES,	/* the recording of a call has other bytes */
	ARK_REDRAW_EVALUATORS,	/* a call goes to others, or is not picked */
	ARK_N_REDRAW_KINDS
};

/* ark_redraw_name(kind): "population", "day", "missing", … */
const char *ark_redraw_name(enum ark_redraw_kind kind);

struct ark_redraw_difference {
	enum ark_redraw_kind kind;
	int32_t day;			/* ARK_NO_DAY: of the whole draw */
	const char *id;			/* of the call, or "" */
	const char *detail;		/* one line */
};

struct ark_redraw_totals {
	int64_t number;			/* of the draw, in its archive */
	int64_t population, population_now;
	int64_t drawn, drawn_now;
	int64_t differences;
};

typedef int ark_redraw_fn(void *ctx, const struct ark_redraw_difference *d);

struct ark_redraw_options {
	const char *path;		/* of a record */
	ark_redraw_fn *difference;	/* may be NULL */
	void *ctx;
	struct ark_listener listener;
};

/*
 * ark_redraw(c, o, totals, err):
 * Make the draw of a record again from this archive, and compare; writes
 * nothing and may run beside a sync.  Memory is that of ark_sample() and some
 * 250 bytes for each call of the record.  Return 0 when it is the same: the
 * same population, and from it the same calls for the same evaluators, with the
 * same bytes.  ARK_EINCOMPLETE when it is another (err is not filled),
 * ARK_EUSAGE (the file is no record, or one of another organisation or time
 * zone), ARK_ENOTFOUND, ARK_ESTOPPED, or as opening an archive.
 */
int ark_redraw(const struct ark_config *c, const struct ark_redraw_options *o,
	       struct ark_redraw_totals *totals, struct ark_error *err);

#endif
