/*
 * bagit.txt and bag-info.txt (RFC 8493, 2.1.1 and 2.2.2).
 */
#ifndef MANIFEST_BAGINFO_H
#define MANIFEST_BAGINFO_H

#include "base/buf.h"

/* The whole of bagit.txt. */
extern const char baginfo_bagit_txt[];

/* baginfo_is_bagit(text, n, err): Whether text declares BagIt 1.0 in UTF-8. */
int baginfo_is_bagit(const char *text, size_t n, struct ark_error *err);

/*
 * baginfo_put(out, label, value):
 * Add one element, "Label: value"; line ends in value become spaces, lines are
 * folded at 79 columns where a space allows it.
 */
void baginfo_put(struct buf *out, const char *label, const char *value);
void baginfo_put_int(struct buf *out, const char *label, int64_t value);

/*
 * baginfo_get(text, n, label, out):
 * The value of the first element called label (ASCII case does not matter),
 * folded lines joined.  1, 0 when there is none, ARK_EFORMAT when text is no
 * list of elements, or out's failure.
 */
int baginfo_get(const char *text, size_t n, const char *label, struct buf *out);

/*
 * baginfo_put_instant(out, label, s) / baginfo_get_instant(text, n, label, s):
 * The same of an instant, as "2024-12-31T14:30:05Z".  put leaves out a negative
 * one; get sets *s to -1 unless it returns 1, and what is no instant is
 * ARK_EFORMAT.
 */
void baginfo_put_instant(struct buf *out, const char *label, int64_t s);
int baginfo_get_instant(const char *text, size_t n, const char *label,
			int64_t *s);

/* baginfo_count(text, n, label): How many lines begin with "label:". */
size_t baginfo_count(const char *text, size_t n, const char *label);

/*
 * Payload-Oxum (RFC 8493, 2.2.2): the bytes and the number of payload files.
 *
 * baginfo_put_oxum(out, octets, files): Add it.
 *
 * baginfo_judge_oxum(text, n, octets, files, flaw):
 * Whether the bag-info.txt in text tells it once and rightly.  octets -1: only
 * whether once.  *flaw is what is wrong, or NULL.  Return 1; 0 when there is
 * none, without a flaw; ARK_ENOMEM.
 */
void baginfo_put_oxum(struct buf *out, int64_t octets, int64_t files);
int baginfo_judge_oxum(const char *text, size_t n, int64_t octets,
		       int64_t files, const char **flaw);

#endif
