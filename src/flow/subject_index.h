/*
 * The index of who is named where, brought up to date.
 */
#ifndef FLOW_SUBJECT_INDEX_H
#define FLOW_SUBJECT_INDEX_H

#include "archive/archive.h"
#include "callark/event.h"

/*
 * subject_index(a, budget_ms, l, err):
 * Take the documents that wait into blocks, until none is to be had, budget_ms
 * are over after one of them (-1: no limit) or l wants an end, which is no
 * failure.  a is open for writing.  Return 0 or as the catalogue.
 */
int subject_index(struct archive *a, int64_t budget_ms,
		  const struct ark_listener *l, struct ark_error *err);

/*
 * subject_index_after_run(a, took_ms, l):
 * The same at the end of a run that took so long, for a twentieth of that or
 * one block.  What fails is told and left to a later run: no answer depends on
 * it.
 */
void subject_index_after_run(struct archive *a, int64_t took_ms,
			     const struct ark_listener *l);

#endif
