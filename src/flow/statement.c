#include "flow/statement.h"

#include <string.h>

#include "base/error.h"
#include "flow/custody.h"
#include "flow/publish.h"
#include "flow/report_files.h"
#include "flow/statement_file.h"
#include "store/file.h"
#include "store/layout.h"

/* A day that is being stated. */
struct making {
	struct archive *archive;
	struct completeness *c;
	int32_t day;
	struct manifest payload;
	struct buf text;
	char sha256[DIGEST_SHA256_HEX];	/* of text */
};

static int
print(struct making *m, int64_t made_s, struct ark_error *err)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int rc;

	m->c->made_s = made_s;
	buf_clear(&m->text);
	rc = completeness_print(m->c, &m->text, err);
	if (!rc)
		rc = digest_sha256(sha256, buf_text(&m->text), m->text.len,
				   err);
	if (!rc)
		digest_hex(m->sha256, sha256, sizeof(sha256));
	return rc;
}

/* The files of the bag, as it was published. */
static int
gather(struct making *m, struct statement_evidence *evidence,
       struct ark_error *err)
{
	struct completeness *c = m->c;
	struct ark_error why = { 0 };
	int rc;

	rc = statement_manifest(m->archive, m->day, &m->payload, &why);
	if (rc == ARK_ENOTFOUND || rc == ARK_EFORMAT)
		rc = ARK_EINTEGRITY;
	if (rc)
		return error_set(err, rc, "%s", why.text);
	rc = statement_evidence(evidence, &m->payload, err);
	if (rc)
		return rc;
	c->organization_id = m->archive->organization_id;
	c->organization = m->archive->organization;
	c->time_zone = zone_name(m->archive->zone);
	c->made_by = "callark " CALLARK_VERSION;
	c->files = evidence->files;
	c->n_files = evidence->n_files;
	memcpy(c->evidence, evidence->sha256, sizeof(c->evidence));
	c->evidence_files = evidence->n;
	return 0;
}

/* Whether the bag has a statement that differs in nothing but when. */
static int
is_there(struct making *m, struct ark_error *err)
{
	struct buf text = BUF_INIT(STATEMENT_MAX_BYTES);
	char known[DIGEST_SHA256_HEX];
	struct completeness_claim claim;
	int rc;

	rc = statement_known(m->archive, m->day, known, err);
	if (rc == 1)
		rc = statement_load(m->archive, m->day, known, &text, err);
	if (rc == 1) {
		rc = completeness_parse(&claim, buf_text(&text), text.len,
					NULL);
		rc = rc == ARK_ENOMEM ? error_nomem(err) : !rc;
	}
	if (rc == 1) {
		rc = print(m, claim.made_s, err);
		rc = rc ? rc : !strcmp(m->sha256, known);
	}
	buf_release(&text);
	return rc;
}

/* Put the text into the bag. */
static int
put(struct making *m, struct ark_error *err)
{
	struct archive *a = m->archive;
	char path[STORE_PATH_MAX];
	int rc;

	rc = custody_stated(a, m->c->day, m->sha256, err);
	if (!rc)
		rc = catalogue_unpublish(a->catalogue, m->day, err);
	if (!rc)
		rc = layout_in_bag(path, m->day, REPORT_FOLDER, err);
	if (!rc)
		rc = store_mkdirs(a->store, path, err);
	if (!rc)
		rc = layout_in_bag(path, m->day, STATEMENT_FILE, err);
	if (!rc)
		rc = store_file_put(a->store, path, buf_text(&m->text),
				    m->text.len, err);
	return rc ? rc : statement_know(a, m->day, m->sha256, err);
}

/* The edition has taken it over, or the bag was not what it said of itself. */
static int
see_it_there(struct making *m, struct ark_error *err)
{
	char known[DIGEST_SHA256_HEX], day[DAY_SIZE];
	int rc = statement_known(m->archive, m->day, known, err);

	if (rc)
		return rc < 0 ? rc : 0;
	day_format(day, m->day);
	return error_set(err, ARK_EINTEGRITY, "the manifest of %s did not name "
			 "what is archived; it was written anew, and nothing "
			 "is stated of the day: run callark verify first", day);
}

/* Unless it is there already, which makes rc 1. */
static int
make(struct making *m, struct statement *out, int64_t now_s,
     struct ark_error *err)
{
	struct statement_evidence evidence;
	int rc;

	rc = gather(m, &evidence, err);
	if (!rc)
		rc = is_there(m, err);
	out->is_new = !rc;
	if (!rc)
		rc = print(m, now_s, err);
	if (!rc)
		rc = put(m, err);
	if (!rc)
		rc = publish_day(m->archive, m->day, now_s, err);
	if (!rc)
		rc = see_it_there(m, err);
	if (rc >= 0)
		memcpy(out->sha256, m->sha256, sizeof(out->sha256));
	return rc < 0 ? rc : 0;
}

int
statement_make(struct statement *out, struct archive *a,
	       struct completeness *c, int64_t now_s, struct ark_error *err)
{
	struct making m = {
		.archive = a, .c = c, .day = c->day->day,
		.text = BUF_INIT(STATEMENT_MAX_BYTES),
	};
	struct catalogue_day facts;
	int rc;

	*out = (struct statement){ 0 };
	rc = catalogue_day(a->catalogue, m.day, &facts, err);
	if (!rc && facts.published_s >= 0)
		rc = make(&m, out, now_s, err);
	manifest_release(&m.payload);
	buf_release(&m.text);
	return rc;
}
