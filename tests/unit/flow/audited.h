/*
 * A small archive for what verify says of one: of one day with one recording,
 * published; and the harm that may be done to it.
 */
#ifndef UNIT_FLOW_AUDITED_H
#define UNIT_FLOW_AUDITED_H

#include "unit/store/scratch.h"

#include "callark/archive.h"
#include "config/config.h"
#include "flow/publish.h"
#include "flow/trail.h"

#define DAY 20000		/* 2024-10-04 */
#define BAG "2024/10/04/"
#define AUDIO BAG "data/audio/000140-a.wav"
/* sha256sum of "abc" */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define STOP (-99)		/* what ends it, of nobody else's codes */

struct world {
	struct scratch t;	/* only its path and its store */
	char root[96];
	bool has_trail;		/* and it is a file */
	struct ark_config config;
	/* What was found, and which finding is to end it; 0: none. */
	int n_found, stop_at;
	int found[ARK_N_VERDICTS];
	char last[512];		/* finding, in words */
	int n_days;		/* told */
	struct ark_verify_options options;
	struct ark_verify_totals totals;
	struct ark_error err;
};

static inline void
put_document(struct archive *a, const uint8_t sha256[DIGEST_SHA256_SIZE])
{
	const struct catalogue_document d = {
		.id = "a", .interaction_id = "i", .day = DAY,
		.start_s = DAY * INT64_C(86400) + 100, .duration_s = 60,
		.body = "{\"v\":1}", .body_len = 7, .fingerprint = { 1 },
		.link = "https://media.example/1",
	};
	struct catalogue_archived archived = {
		.path = AUDIO, .bytes = 3, .media_type = "audio/wav",
		.codec = "pcm_s16le", .link_host = "media.example",
		.audio_ms = 1000, .downloaded_s = 1700, .attempts = 1,
	};
	struct catalogue_put put = { 0 };
	int64_t run;

	memcpy(archived.sha256, sha256, sizeof(archived.sha256));
	assert_int_equal(catalogue_run_begin(a->catalogue, 1000, &run, NULL),
			 0);
	assert_int_equal(catalogue_put(a->catalogue, run, 1500, &d, 1, &put,
				       NULL), 0);
	archived.row = put.row;
	assert_int_equal(catalogue_archive(a->catalogue, &archived, 1, NULL),
			 0);
}

static inline int
tell(void *ctx, const struct ark_finding *f)
{
	struct world *w = ctx;

	w->found[f->verdict]++;
	(void)snprintf(w->last, sizeof(w->last), "%s %s: %s",
		       ark_verdict_name(f->verdict), f->path, f->detail);
	return ++w->n_found == w->stop_at ? STOP : 0;
}

static inline int
tell_day(void *ctx, int32_t day, const struct ark_verify_totals *t)
{
	struct world *w = ctx;

	assert_int_equal(day, DAY);
	assert_int_equal(t->days, 1);
	w->n_days++;
	return 0;
}

/* An archive of one day with one recording, published. */
static inline int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	uint8_t sha256[DIGEST_SHA256_SIZE];
	struct archive *a = NULL;

	assert_non_null(w);
	(void)snprintf(w->t.path, sizeof(w->t.path),
		       "/tmp/callark-audit-XXXXXX");
	assert_non_null(mkdtemp(w->t.path));
	(void)snprintf(w->root, sizeof(w->root), "%s/root", w->t.path);
	w->config.path = w->root;
	w->has_trail = true;
	w->options.finding = tell;
	w->options.day = tell_day;
	w->options.ctx = w;
	assert_int_equal(archive_open(&a, w->root, ARCHIVE_CREATE, &w->err), 0);
	assert_int_equal(archive_declare(a, "org", "ACME", "UTC", NULL), 0);
	assert_int_equal(store_file_put(a->store, AUDIO, "abc", 3, NULL), 0);
	assert_int_equal(digest_sha256(sha256, "abc", 3, NULL), 0);
	put_document(a, sha256);
	assert_int_equal(trail_add(a, TRAIL_CREATED, "archive org", "format 1",
				   NULL), 0);
	assert_int_equal(publish_day(a, DAY, 2000, &w->err), 0);
	archive_close(a);
	*state = w;
	return 0;
}

static inline int
teardown(void **state)
{
	struct world *w = *state;

	(void)nftw(w->t.path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

/* What came of it is told by the trail; that is undone, for the next time. */
static inline int
verify(struct world *w)
{
	static char trail[3 * 65536];
	size_t n = 0;
	int rc;

	if (w->has_trail)
		n = scratch_read(&w->t, "root/" TRAIL_PATH, trail,
				 sizeof(trail));
	w->n_found = w->n_days = 0;
	memset(w->found, 0, sizeof(w->found));
	w->err = (struct ark_error){ 0 };
	rc = ark_verify(&w->config, &w->options, &w->totals, &w->err);
	if (w->has_trail)
		scratch_write(&w->t, "root/" TRAIL_PATH, trail, n);
	return rc;
}

/* ---- harm --------------------------------------------------------------- */

enum act {
	NOTHING,
	WRITE,		/* text, in place of whatever is there */
	APPEND,
	REMOVE,
	FOLDER,		/* in place of a file, if there is one */
	REPLACE,	/* the first text by another of its length */
	UPPER_CASE,	/* of the first digest: the same, in another form */
	CUT,		/* the last 10 bytes off */
};

struct harm {
	enum act act;
	const char *name, *text, *other;
	bool stays;	/* also after a repair */
};

static inline void
replace(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);

	assert_non_null(at);
	memcpy(at, to, strlen(to));
}

static inline void
upper_case(char *text)
{
	for (size_t i = 0; i < 64; i++) {
		if (text[i] >= 'a' && text[i] <= 'f')
			text[i] = (char)(text[i] - 'a' + 'A');
	}
}

/* The folder of a file, if there is none. */
static inline void
make_folder_of(struct world *w, const char *path)
{
	char folder[256];

	(void)snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	if (!scratch_has(&w->t, folder))
		scratch_mkdir(&w->t, folder);
}

static inline void
do_harm(struct world *w, const struct harm *h)
{
	char path[256], text[16384] = "";
	size_t n;

	(void)snprintf(path, sizeof(path), "root/%s", h->name);
	if (h->act == NOTHING)
		return;
	if (h->act == REMOVE || (h->act == FOLDER && scratch_has(&w->t, path)))
		assert_int_equal(remove(scratch_at(&w->t, path)), 0);
	if (h->act == FOLDER)
		scratch_mkdir(&w->t, path);
	if (h->act == REMOVE || h->act == FOLDER) {
		w->has_trail = strcmp(h->name, TRAIL_PATH);
		return;
	}
	if (h->act == WRITE) {
		make_folder_of(w, path);
		scratch_write(&w->t, path, h->text, strlen(h->text));
		return;
	}
	n = scratch_read(&w->t, path, text, sizeof(text) - 1);
	if (h->act == REPLACE)
		replace(text, h->text, h->other);
	else if (h->act == UPPER_CASE)
		upper_case(text);
	else if (h->act == APPEND)
		(void)snprintf(text + n, sizeof(text) - n, "%s", h->text);
	n = h->act == CUT ? n - 10 : strlen(text);
	scratch_write(&w->t, path, text, n);
}

#endif
