#include "flow/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "store/layout.h"

#define MAX_TAG_BYTES ((size_t)256 << 20)

/* ---- what the catalogue knows ------------------------------------------- */

/* catalogue_file_fn */
static int
add_known(void *ctx, const struct catalogue_file *f)
{
	size_t path_size = strlen(f->path) + 1, id_size = strlen(f->id) + 1;
	struct evidence *e = ctx;
	struct known *k;

	k = array_room(e->known, e->n_known, &e->known_cap, sizeof(*k));
	if (!k)
		return ARK_ENOMEM;
	e->known = k;
	k = &e->known[e->n_known];
	*k = (struct known){
		.kind = f->kind, .row = f->row, .bytes = f->bytes,
	};
	memcpy(k->sha256, f->sha256, sizeof(k->sha256));
	k->path = malloc(path_size + id_size);
	if (!k->path)
		return ARK_ENOMEM;
	memcpy(k->path, f->path, path_size);
	k->id = memcpy(k->path + path_size, f->id, id_size);
	e->n_known++;
	return 0;
}

static int
load_known(struct evidence *e, struct catalogue *c, struct ark_error *err)
{
	struct catalogue_day facts;
	int rc;

	rc = catalogue_day(c, e->day, &facts, err);
	if (rc)
		return rc;
	e->is_dirty = facts.is_dirty;
	rc = catalogue_files(c, e->day, add_known, e, err);
	for (size_t i = 0; !rc && i < e->n_known; i++)
		rc = idmap_put(&e->by_path, e->known[i].path, &e->known[i]);
	return rc == ARK_ENOMEM ? error_nomem(err) : rc;
}

/* ---- what the bag says -------------------------------------------------- */

/* What a manifest says has one form only; nothing else vouches for it. */
static int
judge_form(struct evidence_manifest *out, const struct buf *text,
	   struct ark_error *err)
{
	struct buf ours = BUF_INIT(MAX_TAG_BYTES);
	int rc;

	manifest_print(&out->m, &ours);
	rc = buf_status(&ours, err);
	out->is_other_form = ours.len != text->len ||
			     memcmp(buf_text(&ours), buf_text(text), ours.len);
	buf_release(&ours);
	return rc;
}

int
evidence_read(const struct evidence *e, struct store *s, const char *name,
	      bool is_payload, struct evidence_manifest *out,
	      struct ark_error *err)
{
	struct buf text = BUF_INIT(MAX_TAG_BYTES);
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_in_bag(path, e->day, name, err);
	if (rc)
		return rc;
	out->read = store_slurp(s, path, &text, &out->why);
	if (!out->read)
		out->parsed = manifest_parse(&out->m, buf_text(&text),
					     text.len, is_payload, &out->why);
	if (out->read == ARK_ENOMEM || out->parsed == ARK_ENOMEM)
		rc = error_nomem(err);
	else if (!out->read && !out->parsed)
		rc = judge_form(out, &text, err);
	buf_release(&text);
	return rc;
}

/* ---- what is to be looked at -------------------------------------------- */

/* The path in the archive of what is called name, any text, in the bag. */
static int
place_of(const struct evidence *e, const char *name, struct buf *out)
{
	buf_clear(out);
	(void)buf_add(out, e->folder, strlen(e->folder));
	(void)buf_addc(out, '/');
	return buf_add(out, name, strlen(name));
}

static void
add_item(struct evidence_files *f, const char *path, int64_t bytes)
{
	f->job.items[f->job.n++] = (struct hashing_item){
		.path = path, .expected = bytes,
	};
}

/* Keep a path of which nothing is known. */
static int
add_unknown(struct evidence_files *f, const char *path)
{
	char **grown;

	grown = array_room(f->paths, f->n_paths, &f->paths_cap,
			   sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	f->paths = grown;
	grown[f->n_paths] = strdup(path);
	if (!grown[f->n_paths])
		return ARK_ENOMEM;
	add_item(f, grown[f->n_paths++], -1);
	return 0;
}

static int
add_listed(struct evidence *e, const struct manifest *m,
	   struct evidence_files *f)
{
	struct buf path = BUF_INIT(MAX_TAG_BYTES + STORE_PATH_MAX);
	int rc = 0;

	for (size_t i = 0; !rc && i < m->n; i++) {
		struct known *k;

		rc = place_of(e, m->entries[i].path, &path);
		if (rc)
			break;
		k = idmap_get(&e->by_path, buf_text(&path));
		if (!k) {
			rc = add_unknown(f, buf_text(&path));
			continue;
		}
		k->is_listed = true;
		add_item(f, k->path, k->bytes);
	}
	buf_release(&path);
	return rc;
}

/* Make room for n items more. */
static int
make_room(struct evidence_files *f, size_t n)
{
	struct hashing_item *grown;

	grown = realloc(f->job.items, (f->job.n + n + 1) * sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	f->job.items = grown;
	return 0;
}

static int
add_unlisted(const struct evidence *e, struct evidence_files *f)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_known; i++)
		n += !e->known[i].is_listed;
	if (make_room(f, n))
		return ARK_ENOMEM;
	for (size_t i = 0; i < e->n_known; i++) {
		const struct known *k = &e->known[i];

		if (!k->is_listed)
			add_item(f, k->path, k->bytes);
	}
	return 0;
}

int
evidence_list(struct evidence *e, const struct manifest *m, bool is_payload,
	      struct evidence_files *out, struct ark_error *err)
{
	if (make_room(out, m->n) || add_listed(e, m, out) ||
	    (is_payload && add_unlisted(e, out)))
		return error_nomem(err);
	return 0;
}

void
evidence_files_release(struct evidence_files *f)
{
	hashing_items_free(f->job.items, f->job.n);
	for (size_t i = 0; i < f->n_paths; i++)
		free(f->paths[i]);
	free(f->paths);
	*f = (struct evidence_files){ 0 };
}

/* ---- all of it ---------------------------------------------------------- */

struct evidence *
evidence_gather(struct archive *a, int32_t day)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->day = day;
	layout_day(e->folder, day);
	e->rc = load_known(e, a->catalogue, &e->err);
	if (!e->rc)
		e->rc = evidence_read(e, a->store, "manifest-sha256.txt",
				      true, &e->payload, &e->err);
	if (!e->rc)
		e->rc = evidence_list(e, &e->payload.m, true, &e->files,
				      &e->err);
	return e;
}

void
evidence_free(struct evidence *e)
{
	if (!e)
		return;
	evidence_files_release(&e->files);
	manifest_release(&e->payload.m);
	idmap_release(&e->by_path);
	for (size_t i = 0; i < e->n_known; i++)
		free(e->known[i].path);
	free(e->known);
	free(e);
}
