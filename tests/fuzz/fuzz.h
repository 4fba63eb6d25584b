/*
 * What the fuzz targets share: judging, and taking an input apart.
 *
 * A target is one file with one LLVMFuzzerTestOneInput().  It says with MUST
 * what has to hold whatever the bytes are; a claim that does not hold ends the
 * program, which libFuzzer and ctest both take for a find.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "callark/error.h"

/*
 * LLVMFuzzerTestOneInput(bytes, n):
 * Try one input.  Always 0; keeps nothing between calls that changes what a
 * later call does.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define MUST(claim) \
	((claim) ? (void)0 : must_fail(#claim, __FILE__, __LINE__))

_Noreturn static inline void
must_fail(const char *claim, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line,
		      claim);
	abort();
}

/*
 * must_report(rc, err):
 * What every function promises that fails with an error: err is filled on
 * failure, with the code that is returned, and left alone on success.
 */
static inline void
must_report(int rc, const struct ark_error *err)
{
	MUST(err->code == (rc < 0 ? rc : 0));
	MUST(memchr(err->text, 0, sizeof(err->text)));
	MUST(rc >= 0 || err->text[0]);
}

/* must_be_one_line(text): It breaks no line and moves no cursor. */
static inline void
must_be_one_line(const char *text)
{
	for (; *text; text++)
		MUST((unsigned char)*text >= 0x20 && *text != 0x7f);
}

/* must_be_text(text): UTF-8, as whatever is kept of foreign text. */
static inline void
must_be_text(const char *text)
{
	MUST(text_is_utf8(text, strlen(text)));
}

/* What is left of an input. */
struct input {
	const uint8_t *p;
	size_t n;
};

/* input_byte(in): The next byte; 0 at the end. */
static inline uint8_t
input_byte(struct input *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

/* The first n bytes as text of its own, so that reading on is found out. */
static inline char *
input_cut(struct input *in, size_t n)
{
	char *text = malloc(n + 1);
	size_t len;

	if (!text)
		abort();
	if (n)
		memcpy(text, in->p, n);
	text[n] = 0;
	in->p += n;
	in->n -= n;
	len = strlen(text);
	if (len < n) {
		char *less = realloc(text, len + 1);

		text = less ? less : text;
	}
	return text;
}

/*
 * input_rest(in) / input_line(in):
 * Everything, or everything before the next line end, as text that ends at the
 * first NUL; yours to free.  Of a line the end is taken too.
 */
static inline char *
input_rest(struct input *in)
{
	return input_cut(in, in->n);
}

static inline char *
input_line(struct input *in)
{
	const uint8_t *end = in->n ? memchr(in->p, '\n', in->n) : NULL;
	char *text = input_cut(in, end ? (size_t)(end - in->p) : in->n);

	(void)input_byte(in);
	return text;
}

#endif
