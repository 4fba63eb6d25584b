/*
 * A statement of completeness: what reconciling one day found, in which sums,
 * and from which evidence, as one JSON object.
 *
 * It names services, which are the company's own, and no person: neither agents
 * nor clients nor protocols.  Ids are those that the platform gave.
 *
 * What it was made from
 *   evidence is the SHA-256 of the lines of manifest-sha256.txt that name the
 *   recordings, their table and the reports compared with them: see
 *   flow/statement_file.h.  It, the number of documents that could not be read,
 *   and of each report whether it was listed completely and the platform's
 *   total must be what the statement says, or it speaks of another bag than the
 *   one that it lies in.
 */
#ifndef REPORT_COMPLETENESS_H
#define REPORT_COMPLETENESS_H

#include "base/buf.h"
#include "report/reconcile.h"

#define COMPLETENESS_FORMAT 1
#define COMPLETENESS_HEX_SIZE 65	/* of a SHA-256, with NUL */

/* A file of the bag that a report was read from. */
struct completeness_file {
	enum ark_route route;
	const char *path;		/* in the bag */
	char sha256[COMPLETENESS_HEX_SIZE];
};

/* All texts are lent, and none is NULL. */
struct completeness {
	const char *organization_id, *organization, *time_zone;
	const char *made_by;		/* program and version */
	int64_t made_s;			/* UTC */
	int64_t tolerance_s;
	const struct ark_reconciled_day *day;
	/* by service, as reconcile_lines() has them: agents are summed up */
	const struct ark_reconcile_line *lines;
	size_t n_lines;
	const struct completeness_file *files;
	size_t n_files;
	char evidence[COMPLETENESS_HEX_SIZE];
	int64_t evidence_files;		/* named in those lines */
	int64_t unreadable;		/* documents that lie in quarantine */
	const struct reconcile_beside *beside;
	size_t n_beside;
};

/* completeness_is_proved(day): Every report complete, nothing unexplained. */
bool completeness_is_proved(const struct ark_reconciled_day *day);

/*
 * completeness_print(c, out, err):
 * Add the statement to out, indented, with a line end.  The same c gives the
 * same bytes.  Return 0, ARK_ENOMEM or ARK_ELIMIT (out's ceiling).
 */
int completeness_print(const struct completeness *c, struct buf *out,
		       struct ark_error *err);

/* What a statement says of itself and of what it was made from. */
struct completeness_claim {
	int64_t made_s;
	char evidence[COMPLETENESS_HEX_SIZE];
	int64_t unreadable;
	bool is_complete[ARK_CALL_ROUTES];	/* the listing of each report */
	int64_t total[ARK_CALL_ROUTES];		/* the platform's; -1: none */
};

/*
 * completeness_parse(out, text, n, err):
 * Read what completeness_print() wrote.  Return 0, ARK_EFORMAT or ARK_ENOMEM.
 */
int completeness_parse(struct completeness_claim *out, const char *text,
		       size_t n, struct ark_error *err);

#endif
