/*
 * The form that evaluators fill in: a small JSON file.
 *
 *	{"title": "…", "questions": [
 *	 {"id": "greeting", "text": "…", "type": "yes_no",
 *	  "weight": 2, "fatal": true, "help": "…"},
 *	 {"id": "tone", "text": "…", "type": "scale"},
 *	 {"id": "reason", "text": "…", "type": "choice",
 *	  "choices": [{"text": "…", "value": 1}, "…"]},
 *	 {"id": "remark", "text": "…", "type": "text"}]}
 *
 * Types: yes_no; scale, from 1 to 5; choice, of 2 to 9, each worth a `value`
 * from 0 to 1, or nothing at all; text, which is worth nothing.  A weight is
 * 0 to 1000, 1 when not given.  A fatal question (yes_no or scale) that is
 * answered no, or 1, makes the score 0.
 */
#ifndef REVIEW_FORM_H
#define REVIEW_FORM_H

#include "base/buf.h"
#include "json/scan.h"

#define FORM_MAX_BYTES ((size_t)1 << 20)
#define FORM_MAX_QUESTIONS 100
#define FORM_MAX_CHOICES 9	/* a key each */

/*
 * form_check(text, err):
 * Whether text is such a form.  Unknown members are errors, so that a typing
 * mistake does not pass for a wish.  Return 0, ARK_EUSAGE (err tells which
 * question and what was expected), or ARK_ENOMEM.
 */
int form_check(struct json_slice text, struct ark_error *err);

/*
 * form_id_is_good(p, n):
 * Whether it can name a question: 1 to 40 of [a-z0-9_-], a letter first.
 */
bool form_id_is_good(const char *p, size_t n);

#endif
