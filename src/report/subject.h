/*
 * Whom a document is about: a person or company as somebody typed it, and as
 * documents of the platform write it, brought to one form so that they can be
 * compared.
 *
 *	subject_parse(&wanted, word, ARK_SUBJECT_ANY_KIND, false, err);
 *	subject_each(&scan, document, n, compare, &wanted, err);
 *
 * Pure: no disk, no network, no catalogue.
 */
#ifndef REPORT_SUBJECT_H
#define REPORT_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "callark/subject.h"

#define SUBJECT_MAX_TEXT 254	/* bytes: as long as an e-mail address may be */

struct subject {
	enum ark_subject_kind kind;
	bool has_area;		/* of a telephone number; else false */
	char text[SUBJECT_MAX_TEXT + 1];	/* in its one form, see below */
};

/*
 * The forms.  CPF and CNPJ: 11 digits; 14 digits or capital letters.  Telephone
 * number: the digits of E.164; without area code eight or nine.  E-mail address
 * and protocol: ASCII letters in lower case; a protocol has no signs between
 * its letters and digits.
 */

/*
 * subject_parse(out, word, kind, is_unchecked, err):
 * Read what somebody typed.  kind is one of enum ark_subject_kind, or
 * ARK_SUBJECT_ANY_KIND to find out: an e-mail address by its "@", a CPF or CNPJ
 * by its check digits, a telephone number by a "+" or an area code of Brazil, a
 * protocol by being longer than any of them.  With is_unchecked a CPF or CNPJ
 * may have wrong check digits; kind must be given then.  Return 0, or
 * ARK_EUSAGE: it is nothing of the kind, or without kind none or more than one
 * of them.  err never repeats the word, which is personal.
 */
int subject_parse(struct subject *out, const char *word, int kind,
		  bool is_unchecked, struct ark_error *err);

/*
 * The name of a kind for programs ("cpf", "cnpj", "phone", "email", "protocol")
 * and for people ("CPF", "telephone number").
 */
const char *subject_kind_name(enum ark_subject_kind kind);
const char *subject_kind_words(enum ark_subject_kind kind);

enum subject_match {
	SUBJECT_OTHER,
	SUBJECT_PARTLY,		/* the same telephone number, as far as it is
				   known: one of them has no area code */
	SUBJECT_SAME,
};

enum subject_match subject_compare(const struct subject *a,
				   const struct subject *b);

/*
 * subject_key(s):
 * A number from 0 to 2^47 - 1 that is the same for all subjects which compare
 * as other than SUBJECT_OTHER, and seldom for others.  Keys are kept in
 * catalogues: whoever changes what goes into them makes a new format.
 */
int64_t subject_key(const struct subject *s);

/* ---- subject_scan.c: documents ---------------------------------------- */

/* Memory for reading documents, one after the other. */
struct subject_scan {
	struct buf value, plain;
};

#define SUBJECT_MAX_VALUE 65536	/* bytes of one value; a longer one names
				   nobody */

#define SUBJECT_SCAN_INIT                                                      \
	{ .value = BUF_INIT(SUBJECT_MAX_VALUE),                                \
	  .plain = BUF_INIT(SUBJECT_MAX_VALUE) }

void subject_scan_release(struct subject_scan *scan);

/* subject_fn: 0 to go on; else it ends the scan and is returned. */
typedef int subject_fn(void *ctx, const struct subject *s);

/*
 * subject_each(scan, text, n, fn, ctx, err):
 * Tell fn of every subject that a document of any route names, some of them
 * more than once.  The n bytes of text may be anything: what cannot be read
 * names nobody.  Fields are known by their names in the vendor's text; one that
 * it does not have is read as if it were `cliente`, at up to 16 levels.  Not
 * read: agents, messages, internal comments, answers of surveys, the company's
 * own numbers.  Return 0, what fn returned, or ARK_ENOMEM.
 */
int subject_each(struct subject_scan *scan, const char *text, size_t n,
		 subject_fn *fn, void *ctx, struct ark_error *err);

#endif
