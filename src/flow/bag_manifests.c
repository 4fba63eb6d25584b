/*
 * The manifests of a bag by itself, and what they say of its files.
 */
#include "flow/bag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flow/hashing.h"

int
bag_report(struct bag *b, enum ark_verdict verdict, const char *path,
	   const char *detail)
{
	struct ark_finding f = { verdict, ARK_NO_DAY, path, "", detail };

	b->totals->found[verdict]++;
	if (!b->options->finding)
		return 0;
	return b->options->finding(b->options->ctx, &f);
}

int
bag_slurp(struct bag *b, const char *name, struct buf *out,
	  struct ark_error *err)
{
	struct ark_error why;
	int rc;

	rc = store_slurp(b->store, name, out, &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc == ARK_ENOTFOUND)
		rc = bag_report(b, ARK_VERIFY_MISSING, name,
				"every bag has it");
	else if (rc)
		rc = bag_report(b, ARK_VERIFY_UNREADABLE, name, why.text);
	else
		return 0;
	return rc ? rc : 1;
}

int
bag_parsed(struct bag *b, const char *name, int rc,
	   const struct ark_error *why, struct ark_error *err)
{
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc)
		rc = bag_report(b, ARK_VERIFY_BAD_BAG, name, why->text);
	else
		return 0;
	return rc ? rc : 1;
}

/* The digest that a manifest is named for: 1, or 0 when there is none here. */
static int
find_kind(const char *algorithm, enum digest_kind *kind, struct ark_error *err)
{
	static const struct {
		const char *algorithm;
		enum digest_kind kind;
	} rows[BAG_KINDS] = {
		{ "md5", DIGEST_MD5 }, { "sha256", DIGEST_SHA256 },
		{ "sha512", DIGEST_SHA512 },
	};
	struct digest *d = NULL;
	int rc;

	for (size_t i = 0; i < BAG_KINDS; i++) {
		if (strcmp(rows[i].algorithm, algorithm))
			continue;
		/* a system may forbid MD5 */
		*kind = rows[i].kind;
		rc = digest_new(&d, *kind, NULL);
		digest_free(d);
		return rc == ARK_ENOMEM ? error_nomem(err) : !rc;
	}
	return 0;
}

/* Whether another manifest named this payload before. */
static bool
is_told(const struct bag *b, const char *path)
{
	for (size_t i = 0; i + 1 < b->n_payload; i++) {
		if (manifest_find(&b->payload[i], path))
			return true;
	}
	return false;
}

static int
judge_item(struct bag *b, const struct hashing_item *it,
	   const struct manifest_entry *e, const char *manifest)
{
	const bool is_new = !is_told(b, e->path);
	char detail[128];

	b->totals->files += is_new;
	if (it->size > 0 && is_new)
		b->totals->bytes += it->size;
	if (it->rc) {
		if (!is_new)
			return 0;
		(void)snprintf(detail, sizeof(detail), "%.40s names it",
			       manifest);
		return it->rc == ARK_ENOTFOUND ?
			bag_report(b, ARK_VERIFY_MISSING, e->path, detail) :
			bag_report(b, ARK_VERIFY_UNREADABLE, e->path,
				   it->why);
	}
	if (b->options->is_quick ||
	    !memcmp(it->digest, e->digest, digest_size(it->kind)))
		return 0;
	(void)snprintf(detail, sizeof(detail), "its digest differs from that "
		       "in %.40s", manifest);
	return bag_report(b, ARK_VERIFY_CHANGED, e->path, detail);
}

/* Read what a manifest names, and compare. */
static int
check_entries(struct bag *b, const struct manifest *m, const char *name,
	      struct ark_error *err)
{
	struct hashing_item *items = calloc(m->n + 1, sizeof(*items));
	int rc = 0;

	if (!items)
		return error_nomem(err);
	for (size_t i = 0; i < m->n; i++)
		items[i] = (struct hashing_item){
			.path = m->entries[i].path, .expected = -1,
			.kind = m->kind,
		};
	rc = hashing_run(b->store, items, m->n, b->options->is_quick,
			 &b->options->listener, err);
	for (size_t i = 0; !rc && i < m->n; i++) {
		if (items[i].rc == ARK_ESTOPPED)
			rc = error_set(err, ARK_ESTOPPED,
				       "stopped by a signal");
		else if (items[i].rc == ARK_ENOMEM)
			rc = error_nomem(err);
		else
			rc = judge_item(b, &items[i], &m->entries[i], name);
	}
	hashing_items_free(items, m->n);
	return rc;
}

/* Read a manifest into m: 0, or 1 when it cannot be checked (told). */
static int
load_manifest(struct bag *b, const char *name, const char *algorithm,
	      struct manifest *m, bool is_payload, struct ark_error *err)
{
	struct buf text = BUF_INIT(BAG_TAG_MAX);
	struct ark_error why;
	int rc;

	rc = find_kind(algorithm, &m->kind, err);
	if (rc < 0)
		return rc;
	if (!rc) {
		rc = bag_report(b, ARK_VERIFY_UNCHECKED, name,
			    "callark computes MD5, SHA-256 and SHA-512 only");
		return rc ? rc : 1;
	}
	rc = bag_slurp(b, name, &text, err);
	if (!rc) {
		rc = manifest_parse(m, buf_text(&text), text.len, is_payload,
				    &why);
		rc = bag_parsed(b, name, rc, &why, err);
	}
	buf_release(&text);
	return rc;
}

static int
check_payload_manifest(struct bag *b, const char *name, const char *algorithm,
		       struct ark_error *err)
{
	struct manifest m = { 0 };
	int rc;

	rc = load_manifest(b, name, algorithm, &m, true, err);
	if (rc) {
		manifest_release(&m);
		return rc < 0 ? rc : 0;
	}
	b->payload[b->n_payload] = m;
	b->names[b->n_payload++] = name;
	return check_entries(b, &b->payload[b->n_payload - 1], name, err);
}

/* A tag manifest lists every payload manifest, and no tag manifest. */
static int
judge_tag_list(struct bag *b, const struct manifest *m, const char *name)
{
	char algorithm[MANIFEST_ALGORITHM_SIZE], detail[128];
	int rc = 0;

	for (size_t i = 0; !rc && i < b->n_tags; i++) {
		const char *other = b->tags[i].name;
		enum manifest_role role = manifest_role(other, algorithm);
		bool is_listed = manifest_find(m, other);

		if (!role || is_listed == (role == MANIFEST_PAYLOAD))
			continue;
		(void)snprintf(detail, sizeof(detail), role == MANIFEST_TAGS ?
			       "it lists %.60s, a tag manifest" :
			       "it does not list %.60s", other);
		rc = bag_report(b, ARK_VERIFY_BAD_BAG, name, detail);
	}
	return rc;
}

static int
check_tag_manifest(struct bag *b, const char *name, const char *algorithm,
		   struct ark_error *err)
{
	struct manifest m = { 0 };
	int rc;

	rc = load_manifest(b, name, algorithm, &m, false, err);
	if (!rc)
		rc = judge_tag_list(b, &m, name);
	else if (rc == 1)
		rc = 0;
	if (!rc)
		rc = check_entries(b, &m, name, err);
	manifest_release(&m);
	return rc;
}

int
bag_manifests(struct bag *b, enum manifest_role role, struct ark_error *err)
{
	char algorithm[MANIFEST_ALGORITHM_SIZE];
	int rc = 0;

	for (size_t i = 0; !rc && i < b->n_tags; i++) {
		const char *name = b->tags[i].name;

		if (manifest_role(name, algorithm) != role)
			continue;
		rc = role == MANIFEST_PAYLOAD ?
			check_payload_manifest(b, name, algorithm, err) :
			check_tag_manifest(b, name, algorithm, err);
	}
	if (!rc && role == MANIFEST_PAYLOAD && !b->n_payload)
		rc = bag_report(b, ARK_VERIFY_BAD_BAG, ".", "no payload "
				"manifest in it could be checked");
	return rc;
}
