/*
 * What one format of this room offers, and what its inspection uses.  A new
 * format is one file with a sniff and an inspect function, and one row in
 * inspect.c.
 */
#ifndef MEDIA_FORMAT_H
#define MEDIA_FORMAT_H

#include <stddef.h>

#include "audio/reader.h"
#include "media/media.h"

struct media_format {
	enum media_class class;
	const char *name, *extension, *media_type;

	/* Whether the body that begins with these n bytes is of the format. */
	bool (*sniff)(const uint8_t *head, size_t n);

	/* Find flaws; NULL: it is none of what the room is for. */
	void (*inspect)(struct reader *r, struct media_facts *facts);
};

/*
 * media_flaw(facts, fmt, ...):
 * The body is not whole, for this reason.  The first reason stays.
 */
void media_flaw(struct media_facts *facts, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* media_begins(head, n, magic, len): Whether the n bytes begin with magic. */
bool media_begins(const uint8_t *head, size_t n, const char *magic, size_t len);

/* The formats, each in the file of its name. */
bool png_sniff(const uint8_t *head, size_t n);
void png_inspect(struct reader *r, struct media_facts *facts);
bool jpeg_sniff(const uint8_t *head, size_t n);
void jpeg_inspect(struct reader *r, struct media_facts *facts);
bool gif_sniff(const uint8_t *head, size_t n);
void gif_inspect(struct reader *r, struct media_facts *facts);
bool webp_sniff(const uint8_t *head, size_t n);
void webp_inspect(struct reader *r, struct media_facts *facts);
bool pdf_sniff(const uint8_t *head, size_t n);
void pdf_inspect(struct reader *r, struct media_facts *facts);

/* What it is instead: foreign.c. */
bool program_sniff(const uint8_t *head, size_t n);
bool zip_sniff(const uint8_t *head, size_t n);
bool heif_sniff(const uint8_t *head, size_t n);

#endif
