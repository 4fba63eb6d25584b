/*
 * ark_verify_bag: one bag by itself, whosoever made it, against its own
 * manifests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/event.h"
#include "flow/bag.h"
#include "flow/confinement.h"
#include "manifest/baginfo.h"

#define MAX_DEPTH 64		/* of folders below data/ */

static int
check_declaration(struct bag *b, struct ark_error *err)
{
	struct buf text = BUF_INIT(65536);
	struct ark_error why;
	int rc;

	rc = bag_slurp(b, "bagit.txt", &text, err);
	if (!rc && baginfo_is_bagit(buf_text(&text), text.len, &why))
		rc = bag_report(b, ARK_VERIFY_BAD_BAG, "bagit.txt", why.text);
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

/* A payload stands in every manifest; what is none stands in none. */
static int
judge_found(struct bag *b, const char *path)
{
	const char *lacking = NULL;
	size_t named = 0;
	char detail[128];

	for (size_t i = 0; i < b->n_payload; i++) {
		if (manifest_find(&b->payload[i], path))
			named++;
		else
			lacking = b->names[i];
	}
	if (!lacking)
		return 0;
	if (!named)
		return bag_report(b, ARK_VERIFY_EXTRA, path,
				  "no manifest names it");
	(void)snprintf(detail, sizeof(detail), "%.60s does not name it",
		       lacking);
	return bag_report(b, ARK_VERIFY_BAD_BAG, path, detail);
}

static int walk(struct bag *b, const char *folder, int depth,
		struct ark_error *err);

static int
walk_entry(struct bag *b, const char *folder, const struct store_entry *e,
	   int depth, struct ark_error *err)
{
	char path[STORE_PATH_MAX + sizeof(e->name) + 1];
	int n = snprintf(path, sizeof(path), "%s/%s", folder, e->name);

	if (e->is_folder && depth < MAX_DEPTH && n < STORE_PATH_MAX)
		return walk(b, path, depth + 1, err);
	if (e->is_folder)
		return bag_report(b, ARK_VERIFY_UNREADABLE, path, "its path is "
				  "longer or deeper than callark goes");
	if (e->is_file) {
		b->octets += e->size;
		b->files++;
	}
	return judge_found(b, path);
}

static int
walk(struct bag *b, const char *folder, int depth, struct ark_error *err)
{
	struct store_entry *entries = NULL;
	struct ark_error why;
	size_t n = 0;
	int rc;

	rc = store_list(b->store, folder, &entries, &n, &why);
	if (rc == ARK_ENOMEM)
		rc = error_nomem(err);
	else if (rc == ARK_ENOTFOUND && depth)
		rc = 0;		/* it vanished, and so did what was in it */
	else if (rc == ARK_ENOTFOUND)
		rc = bag_report(b, ARK_VERIFY_MISSING, folder,
				"every bag has it");
	else if (rc)
		rc = bag_report(b, ARK_VERIFY_UNREADABLE, folder, why.text);
	for (size_t i = 0; !rc && i < n; i++)
		rc = walk_entry(b, folder, &entries[i], depth, err);
	free(entries);
	return rc;
}

static bool
has_tag(const struct bag *b, const char *name)
{
	for (size_t i = 0; i < b->n_tags; i++) {
		if (!strcmp(b->tags[i].name, name))
			return true;
	}
	return false;
}

/* bag-info.txt need not be there, nor say Payload-Oxum. */
static int
check_info(struct bag *b, struct ark_error *err)
{
	struct buf text = BUF_INIT(1 << 20);
	const char *flaw;
	int rc;

	if (!has_tag(b, "bag-info.txt"))
		return 0;
	rc = bag_slurp(b, "bag-info.txt", &text, err);
	if (rc)
		goto out;
	rc = baginfo_judge_oxum(buf_text(&text), text.len, b->octets, b->files,
				&flaw);
	if (rc == ARK_ENOMEM)
		rc = error_nomem(err);
	else
		rc = flaw ? bag_report(b, ARK_VERIFY_BAD_BAG, "bag-info.txt",
				       flaw) : 0;
out:
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

/* What fetch.txt names must be in every payload manifest. */
static int
judge_fetch(struct bag *b, const struct manifest *m)
{
	char detail[128];
	int rc = 0;

	for (size_t i = 0; !rc && i < m->n; i++) {
		for (size_t k = 0; !rc && k < b->n_payload; k++) {
			if (manifest_find(&b->payload[k], m->entries[i].path))
				continue;
			(void)snprintf(detail, sizeof(detail), "fetch.txt "
				       "names it and %.60s does not",
				       b->names[k]);
			rc = bag_report(b, ARK_VERIFY_BAD_BAG,
					m->entries[i].path, detail);
		}
	}
	return rc;
}

static int
check_fetch(struct bag *b, struct ark_error *err)
{
	struct buf text = BUF_INIT(BAG_TAG_MAX);
	struct manifest m = { 0 };
	struct ark_error why;
	int rc;

	if (!has_tag(b, "fetch.txt"))
		return 0;
	rc = bag_slurp(b, "fetch.txt", &text, err);
	if (!rc) {
		rc = manifest_parse_fetch(&m, buf_text(&text), text.len, &why);
		rc = bag_parsed(b, "fetch.txt", rc, &why, err);
	}
	if (!rc)
		rc = judge_fetch(b, &m);
	if (!rc)
		rc = bag_report(b, ARK_VERIFY_UNCHECKED, "fetch.txt",
			    "nothing is fetched: what it names is here, or "
			    "it is missing");
	manifest_release(&m);
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

/* ---- all of it -------------------------------------------------------- */

static int
verify_bag(struct bag *b, struct ark_error *err)
{
	int rc;

	rc = store_list(b->store, ".", &b->tags, &b->n_tags, err);
	if (!rc)
		rc = check_declaration(b, err);
	if (!rc)
		rc = bag_manifests(b, MANIFEST_PAYLOAD, err);
	if (!rc)
		rc = walk(b, "data", 0, err);
	if (!rc)
		rc = check_info(b, err);
	if (!rc)
		rc = check_fetch(b, err);
	if (!rc)
		rc = bag_manifests(b, MANIFEST_TAGS, err);
	return rc;
}

int
ark_verify_bag(const struct ark_config *c, const char *folder,
	       const struct ark_verify_options *o,
	       struct ark_verify_totals *totals, struct ark_error *err)
{
	struct bag b = { .options = o, .totals = totals };
	int64_t bad = 0;
	int rc;

	memset(totals, 0, sizeof(*totals));
	rc = store_open(&b.store, folder, STORE_FOREIGN, err);
	if (!rc) {
		confinement_offline(c, store_root(b.store), CONFINE_READ,
				    &o->listener);
		rc = verify_bag(&b, err);
	}
	free(b.tags);
	for (size_t i = 0; i < b.n_payload; i++)
		manifest_release(&b.payload[i]);
	store_close(b.store);
	totals->is_finished = !rc;
	for (int i = 0; i < ARK_N_VERDICTS; i++) {
		if (i != ARK_VERIFY_UNCHECKED)
			bad += totals->found[i];
	}
	if (!rc && bad)
		rc = error_set(err, ARK_EINTEGRITY, "%lld findings: the bag is "
			       "not as it should be", (long long)bad);
	return rc;
}
