/*
 * What callark sample prints: a draw and its calls, or how a draw made again
 * differs.
 */
#ifndef CLI_SAMPLE_PRINT_H
#define CLI_SAMPLE_PRINT_H

#include "callark/sample.h"
#include "cli/cli.h"
#include "cli/print.h"

struct sample_output {
	const struct cli *cli;
	enum print_format format;
	bool is_silent;			/* stdout holds the record alone */
	const struct ark_sample_rules *rules;
	bool was_drawn;			/* there is a draw */
	bool has_picked;		/* a call was printed with asterisk */
};

/* For struct ark_sample_options; ctx is a struct sample_output. */
int sample_print_draw(void *ctx, const struct ark_draw *d);
int sample_print_call(void *ctx, const struct ark_drawn *call);

/* sample_print_end(out): After the last call. */
void sample_print_end(const struct sample_output *out);

/* For struct ark_redraw_options, and after the last difference. */
int redraw_print(void *ctx, const struct ark_redraw_difference *d);
int redraw_print_end(const struct sample_output *out,
		     const struct ark_redraw_totals *t);

#endif
