/*
 * ark_verify: reads the archive back and compares it with what it says of
 * itself, day by day.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "base/event.h"
#include "base/idmap.h"
#include "callark/archive.h"
#include "config/config.h"
#include "flow/days_of.h"
#include "flow/hashing.h"
#include "flow/period.h"
#include "manifest/baginfo.h"
#include "manifest/manifest.h"
#include "store/layout.h"

#define MAX_TAG_BYTES ((size_t)256 << 20)

const char *
ark_verdict_name(enum ark_verdict v)
{
	static const char *const names[] = {
		"missing", "truncated", "changed", "extra", "bad-bag",
		"unpublished", "unreadable",
	};

	return names[v];
}

/* What the catalogue says of a file. */
struct known {
	char *path;			/* relative to the archive */
	char *id;
	int64_t row, bytes;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	bool is_checked;
};

struct audit {
	struct archive *archive;
	const struct ark_verify_options *options;
	struct ark_verify_totals *totals;
	int32_t day;
	bool is_dirty;			/* its bag is behind the catalogue */
	struct manifest payload, tags;
	struct known *known;
	size_t n_known, known_cap;
	struct idmap by_path;
	struct hashing_item *items;	/* of the payload */
	char (*paths)[STORE_PATH_MAX];
};

static void
forget_day(struct audit *a)
{
	for (size_t i = 0; i < a->n_known; i++) {
		free(a->known[i].path);
		free(a->known[i].id);
	}
	a->n_known = 0;
	idmap_release(&a->by_path);
	manifest_release(&a->payload);
	manifest_release(&a->tags);
	free(a->items);
	free(a->paths);
	a->items = NULL;
	a->paths = NULL;
}

static int
report(struct audit *a, enum ark_verdict verdict, const char *path,
       const char *id, const char *detail)
{
	struct ark_finding f = { verdict, a->day, path, id, detail };

	a->totals->found[verdict]++;
	if (!a->options->finding)
		return 0;
	return a->options->finding(a->options->ctx, &f);
}

/* ---- what should be there -------------------------------------------- */

static int
add_known(struct audit *a, const struct catalogue_row *row,
	  struct ark_error *err)
{
	struct known *k;

	if (a->n_known == a->known_cap) {
		size_t cap = a->known_cap ? a->known_cap * 2 : 256;
		struct known *grown = realloc(a->known, cap * sizeof(*grown));

		if (!grown)
			return error_nomem(err);
		a->known = grown;
		a->known_cap = cap;
	}
	k = &a->known[a->n_known];
	*k = (struct known){ .row = row->row, .bytes = row->bytes };
	memcpy(k->sha256, row->sha256, sizeof(k->sha256));
	k->path = strdup(row->path);
	k->id = strdup(row->id);
	a->n_known++;
	return k->path && k->id ? 0 : error_nomem(err);
}

static int
load_known(struct audit *a, struct ark_error *err)
{
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row row = { 0 };
	struct catalogue_day facts;
	int rc;

	rc = catalogue_day(a->archive->catalogue, a->day, &facts, err);
	if (rc)
		return rc;
	a->is_dirty = facts.is_dirty;
	rc = catalogue_select_day(&cur, a->archive->catalogue, a->day, err);
	while (!rc) {
		rc = catalogue_next(cur, &row, err);
		if (rc <= 0)
			break;
		rc = row.state == ARK_ARCHIVED ? add_known(a, &row, err) : 0;
	}
	catalogue_row_release(&row);
	catalogue_cursor_free(cur);
	for (size_t i = 0; !rc && i < a->n_known; i++) {
		if (idmap_put(&a->by_path, a->known[i].path, &a->known[i]))
			rc = error_nomem(err);
	}
	return rc;
}

/* Read one tag file; a missing or bad one is a finding: 1. */
static int
slurp_tag(struct audit *a, const char *name, struct buf *out,
	  struct ark_error *err)
{
	char path[STORE_PATH_MAX];
	struct ark_error why;
	int rc;

	buf_clear(out);
	rc = layout_in_bag(path, a->day, name, err);
	if (rc)
		return rc;
	rc = store_slurp(a->archive->store, path, out, &why);
	if (!rc)
		return 0;
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc == ARK_ENOTFOUND)
		rc = report(a, a->is_dirty ? ARK_VERIFY_UNPUBLISHED :
			    ARK_VERIFY_MISSING, path, "", "a tag file of the "
			    "bag");
	else
		rc = report(a, ARK_VERIFY_UNREADABLE, path, "", why.text);
	return rc ? rc : 1;
}

/* A tag file that breaks its format; of a day that is behind it is no news. */
static int
bad_tag(struct audit *a, const char *name, const char *why)
{
	char path[STORE_PATH_MAX];

	if (layout_in_bag(path, a->day, name, NULL))
		return ARK_EBUG;
	return report(a, ARK_VERIFY_BAD_BAG, path, "", why);
}

/* Read and parse one manifest: 0, 1 when it could not be had, negative. */
static int
load_manifest(struct audit *a, const char *name, struct manifest *m,
	      bool is_payload, struct ark_error *err)
{
	struct buf text = BUF_INIT(MAX_TAG_BYTES);
	struct ark_error why;
	int rc;

	rc = slurp_tag(a, name, &text, err);
	if (rc)
		goto out;
	rc = manifest_parse(m, buf_text(&text), text.len, is_payload, &why);
	if (rc == ARK_EFORMAT) {
		rc = bad_tag(a, name, why.text);
		rc = rc ? rc : 1;
	} else if (rc) {
		rc = error_nomem(err);
	}
out:
	buf_release(&text);
	return rc;
}

static int
check_bagit(struct audit *a, struct ark_error *err)
{
	struct buf text = BUF_INIT(65536);
	struct ark_error why;
	int rc;

	rc = slurp_tag(a, "bagit.txt", &text, err);
	if (!rc && baginfo_is_bagit(buf_text(&text), text.len, &why))
		rc = bad_tag(a, "bagit.txt", why.text);
	buf_release(&text);
	return rc < 0 ? rc : 0;
}

/* Payload-Oxum, the quick sum: bytes and files of the payload. */
static int
check_oxum(struct audit *a, int64_t octets, int64_t files,
	   struct ark_error *err)
{
	struct buf text = BUF_INIT(1 << 20), oxum = BUF_INIT(256);
	char expected[64];
	int rc;

	(void)snprintf(expected, sizeof(expected), "%lld.%lld",
		       (long long)octets, (long long)files);
	rc = slurp_tag(a, "bag-info.txt", &text, err);
	if (rc)
		goto out;
	rc = baginfo_get(buf_text(&text), text.len, "Payload-Oxum", &oxum);
	if (rc == 1 && strcmp(buf_text(&oxum), expected) && octets >= 0)
		rc = bad_tag(a, "bag-info.txt",
			     "Payload-Oxum differs from the payload");
	else if (rc == ARK_EFORMAT)
		rc = bad_tag(a, "bag-info.txt", "it is no list of elements");
	else if (rc == 0)
		rc = bad_tag(a, "bag-info.txt", "it has no Payload-Oxum");
	else
		rc = 0;
out:
	buf_release(&text);
	buf_release(&oxum);
	return rc < 0 ? rc : 0;
}

/* ---- repairing -------------------------------------------------------- */

/* Set a bad recording aside and let the next sync fetch it again. */
static int
repair(struct audit *a, const struct known *k, enum ark_verdict verdict,
       struct ark_error *err)
{
	const char *name = strrchr(k->path, '/');
	char folder[STORE_PATH_MAX], to[STORE_PATH_MAX + 64];
	int rc = 0;

	if (verdict != ARK_VERIFY_MISSING) {
		layout_day(folder, a->day);
		(void)snprintf(to, sizeof(to), "quarantine/%s/%s.damaged",
			       folder, name ? name + 1 : k->path);
		rc = store_move(a->archive->store, k->path, to, err);
	}
	if (!rc)
		rc = catalogue_requeue(a->archive->catalogue, k->row,
				       "verify found it damaged or missing",
				       err);
	if (!rc)
		a->totals->repaired++;
	return rc;
}

/* ---- comparing -------------------------------------------------------- */

static bool
should_stop(const void *ctx)
{
	const struct audit *a = ctx;

	return event_should_stop(&a->options->listener);
}

/* Our own tables are written anew with every edition of a bag. */
static bool
is_table(const char *path_in_bag)
{
	return !strcmp(path_in_bag, "data/recordings.ndjson") ||
	       !strcmp(path_in_bag, "data/recordings.csv");
}

/* What one file of the manifest turned out to be; -1: as it should. */
static int
verdict_of(const struct audit *a, const struct hashing_item *it,
	   const uint8_t sha256[DIGEST_SHA256_SIZE], int64_t bytes)
{
	if (it->rc == ARK_ENOTFOUND)
		return ARK_VERIFY_MISSING;
	if (it->rc)
		return ARK_VERIFY_UNREADABLE;
	if (bytes >= 0 && it->size != bytes)
		return ARK_VERIFY_TRUNCATED;
	if (!a->options->is_quick &&
	    memcmp(it->sha256, sha256, DIGEST_SHA256_SIZE))
		return ARK_VERIFY_CHANGED;
	return -1;
}

static int
judge_item(struct audit *a, const struct hashing_item *it,
	   const struct manifest_entry *e, struct ark_error *err)
{
	struct known *k = idmap_get(&a->by_path, it->path);
	char detail[128] = "";
	int verdict, rc;

	if (k)
		k->is_checked = true;
	verdict = verdict_of(a, it, e->sha256, k ? k->bytes : -1);
	if (verdict < 0)
		return 0;
	if (a->is_dirty && is_table(e->path))
		verdict = ARK_VERIFY_UNPUBLISHED;
	if (verdict == ARK_VERIFY_TRUNCATED)
		(void)snprintf(detail, sizeof(detail),
			       "%lld bytes, should be %lld",
			       (long long)it->size, (long long)k->bytes);
	else if (verdict == ARK_VERIFY_CHANGED)
		(void)snprintf(detail, sizeof(detail),
			       "its SHA-256 differs from the manifest");
	else if (verdict == ARK_VERIFY_UNREADABLE)
		(void)snprintf(detail, sizeof(detail), "%.120s", it->err.text);
	rc = report(a, (enum ark_verdict)verdict, it->path, k ? k->id : "",
		    detail);
	if (!rc && k && a->options->is_repairing &&
	    verdict != ARK_VERIFY_UNPUBLISHED)
		rc = repair(a, k, (enum ark_verdict)verdict, err);
	return rc;
}

/* Hash what entries name, and judge each. */
static int
check_entries(struct audit *a, const struct manifest *m, int64_t *octets,
	      struct ark_error *err)
{
	int rc = 0;

	a->items = calloc(m->n + 1, sizeof(*a->items));
	a->paths = calloc(m->n + 1, sizeof(*a->paths));
	if (!a->items || !a->paths)
		return error_nomem(err);
	for (size_t i = 0; !rc && i < m->n; i++) {
		rc = layout_in_bag(a->paths[i], a->day, m->entries[i].path,
				   err);
		a->items[i].path = a->paths[i];
	}
	if (rc)
		return rc;
	hashing_run(a->archive->store, a->items, m->n, a->options->is_quick,
		    should_stop, a);
	for (size_t i = 0; !rc && i < m->n; i++) {
		if (a->items[i].rc == ARK_ESTOPPED)
			return error_set(err, ARK_ESTOPPED,
					 "stopped by a signal");
		a->totals->files++;
		if (a->items[i].size > 0)
			*octets += a->items[i].size;
		rc = judge_item(a, &a->items[i], &m->entries[i], err);
	}
	a->totals->bytes += *octets;
	free(a->items);
	free(a->paths);
	a->items = NULL;
	a->paths = NULL;
	return rc;
}

/* The tag manifest: every tag file as it was published. */
static int
check_tags(struct audit *a, struct ark_error *err)
{
	int64_t octets = 0;
	int rc;

	rc = load_manifest(a, "tagmanifest-sha256.txt", &a->tags, false, err);
	if (rc)
		return rc < 0 ? rc : 0;
	if (a->is_dirty)	/* an edition may have been cut off half-way */
		return 0;
	return check_entries(a, &a->tags, &octets, err);
}

/* A file below data/ that the manifest does not name. */
static int
judge_stranger(struct audit *a, const char *path)
{
	struct known *k = idmap_get(&a->by_path, path);

	if (k) {
		k->is_checked = true;
		return report(a, ARK_VERIFY_UNPUBLISHED, path, k->id,
			      "archived, but not in the manifest yet");
	}
	return report(a, a->is_dirty ? ARK_VERIFY_UNPUBLISHED :
		      ARK_VERIFY_EXTRA, path, "", "nobody knows of it");
}

static int
find_strangers(struct audit *a, const char *folder, int depth,
	       struct ark_error *err)
{
	char path[STORE_PATH_MAX], in_bag[STORE_PATH_MAX];
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = layout_in_bag(path, a->day, folder, err);
	if (!rc)
		rc = store_list(a->archive->store, path, &entries, &n, err);
	if (rc == ARK_ENOTFOUND)
		rc = 0;
	for (size_t i = 0; !rc && i < n; i++) {
		(void)snprintf(in_bag, sizeof(in_bag), "%.250s/%.255s", folder,
			       entries[i].name);
		if (entries[i].is_folder && depth < 8) {
			rc = find_strangers(a, in_bag, depth + 1, err);
			continue;
		}
		if (entries[i].is_file && manifest_find(&a->payload, in_bag))
			continue;
		rc = layout_in_bag(path, a->day, in_bag, err);
		if (!rc)
			rc = judge_stranger(a, path);
	}
	free(entries);
	return rc;
}

/* Archived recordings that neither the manifest nor the folder had. */
static int
find_lost(struct audit *a, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < a->n_known; i++) {
		const struct known *k = &a->known[i];

		if (k->is_checked)
			continue;
		rc = report(a, ARK_VERIFY_MISSING, k->path, k->id,
			    "archived, and neither listed nor there");
		if (!rc && a->options->is_repairing)
			rc = repair(a, k, ARK_VERIFY_MISSING, err);
	}
	return rc;
}

static int
verify_day(struct audit *a, struct ark_error *err)
{
	int64_t octets = 0;
	int rc;

	rc = load_known(a, err);
	if (!rc)
		rc = check_bagit(a, err);
	if (!rc)
		rc = load_manifest(a, "manifest-sha256.txt", &a->payload, true,
				   err);
	if (rc == 1)	/* told already: everything else is still looked at */
		rc = 0;
	if (!rc)
		rc = check_entries(a, &a->payload, &octets, err);
	if (!rc && !a->is_dirty)
		rc = check_oxum(a, octets, (int64_t)a->payload.n, err);
	if (!rc)
		rc = check_tags(a, err);
	if (!rc)
		rc = find_strangers(a, "data", 0, err);
	if (!rc)
		rc = find_lost(a, err);
	a->totals->days++;
	return rc;
}

/* catalogue_day_fn: days that have archived recordings. */
struct day_list {
	int32_t *days;
	size_t n, cap;
};

static int
add_day(void *ctx, const struct catalogue_day *d)
{
	struct day_list *l = ctx;

	if (!d->counts[ARK_ARCHIVED])
		return 0;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		int32_t *grown = realloc(l->days, cap * sizeof(*grown));

		if (!grown)
			return ARK_ENOMEM;
		l->days = grown;
		l->cap = cap;
	}
	l->days[l->n++] = d->day;
	return 0;
}

static int
by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

/* Days that the tree or the catalogue has, each once, in order. */
static int
gather_days(struct audit *a, const struct ark_range *range,
	    struct day_list *l, struct ark_error *err)
{
	int32_t from = day_of(range->from_s), to = day_of(range->to_s - 1);
	size_t kept = 0;
	int rc;

	rc = days_of_tree(a->archive->store, from, to, &l->days, &l->n, err);
	l->cap = l->n;
	if (!rc)
		rc = catalogue_days(a->archive->catalogue, from, to, add_day, l,
				    err);
	if (rc)
		return rc;
	if (l->n)
		qsort(l->days, l->n, sizeof(*l->days), by_day);
	for (size_t i = 0; i < l->n; i++) {
		if (!kept || l->days[kept - 1] != l->days[i])
			l->days[kept++] = l->days[i];
	}
	l->n = kept;
	return 0;
}

static int
verify_days(struct audit *a, const struct ark_range *range,
	    struct ark_error *err)
{
	struct day_list list = { 0 };
	int rc;

	rc = gather_days(a, range, &list, err);
	for (size_t i = 0; !rc && i < list.n; i++) {
		a->day = list.days[i];
		rc = verify_day(a, err);
		forget_day(a);
	}
	free(list.days);
	free(a->known);
	return rc;
}

int
ark_verify(const struct ark_config *c, const struct ark_verify_options *o,
	   struct ark_verify_totals *totals, struct ark_error *err)
{
	struct audit a = { .options = o, .totals = totals };
	struct ark_range range;
	int64_t bad = 0;
	int rc;

	memset(totals, 0, sizeof(*totals));
	rc = config_check(c, false, true, err);
	if (!rc)
		rc = archive_open(&a.archive, c->path, o->is_repairing ?
				  ARCHIVE_WRITE : ARCHIVE_CHECK, err);
	if (!rc)
		rc = catalogue_check(a.archive->catalogue, err);
	if (!rc)
		rc = period_or_all(&range, &o->range, a.archive->zone, err);
	if (!rc)
		rc = verify_days(&a, &range, err);
	archive_close(a.archive);
	for (int i = 0; i <= ARK_VERIFY_UNREADABLE; i++) {
		if (i != ARK_VERIFY_UNPUBLISHED)
			bad += totals->found[i];
	}
	if (!rc && bad)
		rc = error_set(err, ARK_EINTEGRITY, "%lld files are not as "
			       "they should be", (long long)bad);
	return rc;
}
