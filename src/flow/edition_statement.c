/*
 * The statement of completeness of a day, which an edition takes over for as
 * long as it describes it (edition.h).
 */
#include <string.h>

#include "flow/call_listings.h"
#include "flow/custody.h"
#include "flow/edition.h"
#include "flow/report_files.h"
#include "flow/statement_file.h"
#include "store/layout.h"

/* Whether what the statement was made from is what the edition has. */
static int
is_about(struct edition *e, const struct completeness_claim *claim,
	 struct ark_error *err)
{
	struct statement_evidence evidence;
	struct call_listings listings;
	bool is_same;
	int rc;

	manifest_sort(&e->payload);
	rc = statement_evidence(&evidence, &e->payload, err);
	if (!rc)
		rc = call_listings_read(&listings, e->archive->catalogue,
					e->day, err);
	if (rc)
		return rc;
	is_same = !strcmp(claim->evidence, evidence.sha256) &&
		  claim->unreadable == listings.day.oddities;
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		const struct ark_reconcile_listing *l = &listings.of[i];

		is_same &= claim->is_complete[i] == l->is_complete &&
			   claim->total[i] == l->total;
	}
	return is_same;
}

/* Take the statement over: 1, or 0 when it is another or about another day. */
static int
take_over(struct edition *e, const char *known, struct ark_error *err)
{
	struct buf text = BUF_INIT(STATEMENT_MAX_BYTES);
	uint8_t sha256[DIGEST_SHA256_SIZE];
	struct completeness_claim claim;
	int rc;

	rc = statement_load(e->archive, e->day, known, &text, err);
	if (rc == 1) {
		rc = completeness_parse(&claim, buf_text(&text), text.len,
					NULL);
		rc = rc == ARK_ENOMEM ? error_nomem(err) :
		     rc ? 0 : is_about(e, &claim, err);
	}
	if (rc == 1 && digest_unhex(sha256, sizeof(sha256), known))
		rc = 0;
	if (rc == 1) {
		e->octets += (int64_t)text.len;
		e->files++;
		rc = manifest_add(&e->payload, STATEMENT_FILE, sha256,
				  (int64_t)text.len, err);
		rc = rc ? rc : 1;
	}
	buf_release(&text);
	return rc;
}

int
edition_statement(struct edition *e, struct ark_error *err)
{
	char path[STORE_PATH_MAX], known[DIGEST_SHA256_HEX];
	int rc, was_made;

	was_made = statement_known(e->archive, e->day, known, err);
	if (was_made < 0)
		return was_made;
	rc = was_made ? take_over(e, known, err) : 0;
	if (rc)
		return rc < 0 ? rc : 0;
	if (was_made)
		rc = custody_unstated(e->archive, e->day, known, err);
	if (!rc)
		rc = layout_in_bag(path, e->day, STATEMENT_FILE, err);
	if (!rc)
		rc = store_unlink(e->archive->store, path, err);
	if (!rc && was_made)
		rc = statement_know(e->archive, e->day, "", err);
	return rc;
}
