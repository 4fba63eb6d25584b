/*
 * Text that comes from outside, and text that goes to people.
 *
 * Parsers here consume the whole string or fail; escapers write to a struct
 * buf, whose sticky status the caller checks once.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* text_is_utf8(p, n): Whether n bytes are well-formed UTF-8 (RFC 3629). */
bool text_is_utf8(const void *p, size_t n);

/*
 * text_stamp(out, first, n, second, third, sep):
 * The last n decimal digits of first, and two each of second and third, with
 * sep between them, as in "2024-12-31" and "14:30:05"; no NUL.  Return the end.
 */
char *text_stamp(char *out, unsigned first, unsigned n, unsigned second,
		 unsigned third, char sep);

/*
 * text_to_int(text, min, max, out):
 * Decimal integer, the whole string, within [min, max].  Return 0 or
 * ARK_EFORMAT; out is written on success only.
 */
int text_to_int(const char *text, int64_t min, int64_t max, int64_t *out);

/*
 * text_to_bytes(text, out):
 * A size as people write it: "0", "512", "10K", "10M", "1.5G", "2T" (powers of
 * 1024, an optional "B" or "iB" behind).  Return 0 or ARK_EFORMAT.
 */
int text_to_bytes(const char *text, int64_t *out);

/*
 * text_to_seconds(text, out):
 * A duration as people write it: "90", "90s", "15m", "2h", "3d", "1w".
 * Return 0 or ARK_EFORMAT.
 */
int text_to_seconds(const char *text, int64_t *out);

/* text_bytes(out, n): Write n bytes for people, "1.4 GiB". */
void text_bytes(char out[24], int64_t n);

/* text_duration(out, s): Write s seconds for people, "2h 04m" or "17s". */
void text_duration(char out[24], int64_t s);

/*
 * text_glob(pattern, text):
 * Whether the whole text matches; `*` is any run, `?` any one character.
 * Letters of ASCII and of the Latin-1 and Latin Extended-A blocks match
 * without regard to case.  Linear in the product of both lengths at worst.
 */
bool text_glob(const char *pattern, const char *text);

/*
 * text_control(text, n):
 * Where the first control character of ASCII stands among n bytes; n: there is
 * none.
 */
size_t text_control(const char *text, size_t n);

/* text_equal_nocase(a, b): ASCII letters without regard to case. */
bool text_equal_nocase(const char *a, const char *b);

/*
 * text_printable(out, text, n):
 * Add n bytes made harmless for a terminal or a log line: C0, C1, DEL, ESC,
 * line ends, bidirectional controls and bad UTF-8 become \xNN or \u{NNNN}.
 */
void text_printable(struct buf *out, const char *text, size_t n);

/*
 * text_html(out, text, n):
 * Add n bytes made harmless for HTML, as the content of an element or in an
 * attribute between quotes: < > & " and ' become character references, the rest
 * is as of text_printable().
 */
void text_html(struct buf *out, const char *text, size_t n);

/*
 * text_redact_url(out, url):
 * Add scheme, host and path of url; user information is dropped and a query
 * or fragment becomes "?...".  What is no URL at all becomes "(no URL)".
 */
void text_redact_url(struct buf *out, const char *url);

/*
 * text_csv_cell(out, text, separator):
 * Add one cell, quoted as in RFC 4180 where needed.  A cell that a spreadsheet
 * would take for a formula (= + - @, tab or CR first, also behind spaces of
 * either kind, or first on a later line) gets an apostrophe in front.
 */
void text_csv_cell(struct buf *out, const char *text, char separator);

/*
 * text_nearest(word, names, n):
 * The name among n that is nearest to word (at most a third of it changed),
 * or NULL.
 */
const char *text_nearest(const char *word, const char *const *names, size_t n);

#endif
