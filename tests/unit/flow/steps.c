#include "unit/flow/steps.h"

#include <stdatomic.h>
#include <stddef.h>

#include "base/error.h"
#include "catalogue/catalogue.h"
#include "catalogue/draw.h"
#include "catalogue/report.h"
#include "catalogue/subject.h"
#include "digest/digest.h"
#include "json/tree.h"
#include "manifest/baginfo.h"
#include "manifest/gz.h"
#include "manifest/manifest.h"
#include "manifest/table.h"
#include "manifest/trail.h"
#include "model/time.h"
#include "report/columns.h"
#include "report/completeness.h"
#include "report/reconcile.h"
#include "report/rows.h"
#include "report/subject.h"
#include "review/form.h"
#include "review/scores.h"
#include "sample/draw.h"
#include "sample/population.h"
#include "sample/record.h"
#include "sample/rules.h"
#include "store/file.h"
#include "store/layout.h"
#include "store/log.h"
#include "store/reader.h"
#include "store/store.h"

#define MAX_PLACES 1000

/* Where a step is taken: its name, and where it returns to. */
struct place {
	const char *step;
	const void *at;
};

static struct {
	bool learns;
	struct place places[MAX_PLACES];
	int n_places;
	int failing;			/* one of them; -1: none */
	int rc;
	const char *failed;
} now = { .failing = -1 };

static atomic_flag taken = ATOMIC_FLAG_INIT;	/* by a thread */

const char *
steps_failed(void)
{
	return now.failed;
}

int
steps_each(void (*attempt)(void *ctx), void *ctx, int rc)
{
	now.learns = true;
	now.n_places = 0;
	now.failed = NULL;
	attempt(ctx);
	now.learns = false;
	now.rc = rc;
	for (int i = 0; i < now.n_places; i++) {
		now.failed = NULL;
		now.failing = i;
		attempt(ctx);
	}
	now.failing = -1;
	now.failed = NULL;
	return now.n_places;
}

static bool
is_place(const struct place *p, const char *step, const void *at)
{
	return p->step == step && p->at == at;
}

static void
learn(const char *step, const void *at)
{
	int i = 0;

	while (i < now.n_places && !is_place(&now.places[i], step, at))
		i++;
	if (i == now.n_places && i < MAX_PLACES)
		now.places[now.n_places++] = (struct place){ step, at };
}

static int
take_step(const char *step, const void *at, struct ark_error *err)
{
	int rc = 0;

	while (atomic_flag_test_and_set(&taken))
		continue;
	if (now.learns)
		learn(step, at);
	else if (now.failing >= 0 && !now.failed &&
		 is_place(&now.places[now.failing], step, at))
		rc = error_set(err, now.rc, "%s fails", now.failed = step);
	atomic_flag_clear(&taken);
	return rc;
}

#define STEP(name, parameters, arguments) \
	int __real_##name parameters; \
	int __wrap_##name parameters; \
	int __wrap_##name parameters \
	{ \
		static const char step[] = #name; \
		int rc = take_step(step, __builtin_return_address(0), err); \
		return rc ? rc : __real_##name arguments; \
	}

STEP(json_print, (struct json_tree *t, bool is_pretty, struct buf *out,
		  struct ark_error *err), (t, is_pretty, out, err))
STEP(digest_new, (struct digest **out, enum digest_kind kind,
		  struct ark_error *err), (out, kind, err))
STEP(digest_reset, (struct digest *d, struct ark_error *err), (d, err))
STEP(digest_add, (struct digest *d, const void *bytes, size_t n,
		  struct ark_error *err), (d, bytes, n, err))
STEP(digest_final, (struct digest *d, uint8_t out[DIGEST_MAX_SIZE],
		    struct ark_error *err), (d, out, err))
STEP(digest_sha256, (uint8_t out[DIGEST_SHA256_SIZE], const void *bytes,
		     size_t n, struct ark_error *err), (out, bytes, n, err))
STEP(store_file_new, (struct store_file **out, struct store *s,
		      const char *path, struct ark_error *err),
     (out, s, path, err))
STEP(store_file_publish, (struct store_file *f, struct ark_error *err),
     (f, err))
STEP(store_file_publish_once, (struct store_file *f, struct ark_error *err),
     (f, err))
STEP(store_file_put, (struct store *s, const char *path, const void *bytes,
		      size_t n, struct ark_error *err),
     (s, path, bytes, n, err))
STEP(layout_in_bag, (char out[STORE_PATH_MAX], int32_t day, const char *name,
		     struct ark_error *err), (out, day, name, err))
STEP(layout_quarantine, (char out[STORE_PATH_MAX], int32_t day,
			 const char *id,
			 const uint8_t sha256[DIGEST_SHA256_SIZE],
			 struct ark_error *err), (out, day, id, sha256, err))
STEP(store_log_open, (struct store_log **out, struct store *s,
		      const char *path, bool may_make, struct ark_error *err),
     (out, s, path, may_make, err))
STEP(store_log_hold, (struct store_log *l, struct ark_error *err), (l, err))
STEP(store_log_tail, (const struct store_log *l, void *bytes, size_t max,
		      size_t *n, struct ark_error *err),
     (l, bytes, max, n, err))
STEP(store_log_append, (struct store_log *l, const void *bytes, size_t n,
			struct ark_error *err), (l, bytes, n, err))
STEP(store_reader_new, (struct store_reader **out, struct store *s,
			struct ark_error *err), (out, s, err))
STEP(store_reader_size, (struct store_reader *r, const char *path,
			 int64_t *size, struct ark_error *err),
     (r, path, size, err))
STEP(store_reader_digest, (struct store_reader *r, const char *path,
			   enum digest_kind kind, int64_t expected,
			   uint8_t out[DIGEST_MAX_SIZE], int64_t *size,
			   struct ark_error *err),
     (r, path, kind, expected, out, size, err))
STEP(store_openat, (struct store *s, const char *path, int flags,
		    int *out_fd, struct ark_error *err),
     (s, path, flags, out_fd, err))
STEP(store_size, (struct store *s, const char *path, int64_t *out,
		  struct ark_error *err), (s, path, out, err))
STEP(store_slurp, (struct store *s, const char *path, struct buf *out,
		   struct ark_error *err), (s, path, out, err))
STEP(store_mkdirs, (struct store *s, const char *path, struct ark_error *err),
     (s, path, err))
STEP(store_finish, (struct store *s, struct ark_error *err), (s, err))
STEP(store_unlink, (struct store *s, const char *path, struct ark_error *err),
     (s, path, err))
STEP(store_set_aside, (struct store *s, const char *from, const char *to,
		       struct ark_error *err), (s, from, to, err))
STEP(store_move, (struct store *s, const char *from, const char *to,
		  struct ark_error *err), (s, from, to, err))
STEP(store_link, (struct store *from, const char *path, struct store *to,
		  const char *new_path, struct ark_error *err),
     (from, path, to, new_path, err))
STEP(store_settle, (struct store *s, const char *path, struct ark_error *err),
     (s, path, err))
STEP(store_list, (struct store *s, const char *path,
		  struct store_entry **entries, size_t *n,
		  struct ark_error *err), (s, path, entries, n, err))
STEP(store_list_names, (struct store *s, const char *path,
			struct store_entry **entries, size_t *n,
			struct ark_error *err), (s, path, entries, n, err))
STEP(store_sha256, (struct store *s, const char *path,
		    uint8_t out[DIGEST_SHA256_SIZE], int64_t *size,
		    struct ark_error *err), (s, path, out, size, err))
STEP(catalogue_check, (struct catalogue *c, struct ark_error *err), (c, err))
STEP(catalogue_begin, (struct catalogue *c, struct ark_error *err), (c, err))
STEP(catalogue_commit, (struct catalogue *c, struct ark_error *err), (c, err))
STEP(catalogue_meta_get, (struct catalogue *c, const char *key,
			  struct buf *out, struct ark_error *err),
     (c, key, out, err))
STEP(catalogue_meta_set, (struct catalogue *c, const char *key,
			  const char *value, struct ark_error *err),
     (c, key, value, err))
STEP(catalogue_oddity, (struct catalogue *c, int32_t day, const char *path,
			const char *reason, int64_t now_s,
			struct ark_error *err),
     (c, day, path, reason, now_s, err))
STEP(catalogue_requeue, (struct catalogue *c, int64_t row,
			 const char *reason, struct ark_error *err),
     (c, row, reason, err))
STEP(catalogue_select, (struct catalogue_cursor **out, struct catalogue *c,
			const struct catalogue_query *q,
			struct ark_error *err), (out, c, q, err))
STEP(catalogue_next, (struct catalogue_cursor *cur,
		      struct catalogue_row *row, struct ark_error *err),
     (cur, row, err))
STEP(catalogue_select_day, (struct catalogue_cursor **out,
			    struct catalogue *c, enum catalogue_kind kind,
			    int32_t day, struct ark_error *err),
     (out, c, kind, day, err))
STEP(catalogue_files, (struct catalogue *c, int32_t day,
		       catalogue_file_fn *fn, void *ctx,
		       struct ark_error *err), (c, day, fn, ctx, err))
STEP(catalogue_versions, (struct catalogue *c, int64_t row,
			  catalogue_version_fn *fn, void *ctx,
			  struct ark_error *err), (c, row, fn, ctx, err))
STEP(catalogue_find, (struct catalogue *c, enum catalogue_kind kind,
		      const char *id, struct catalogue_row *row,
		      struct ark_error *err), (c, kind, id, row, err))
STEP(catalogue_document, (struct catalogue *c, int64_t row, struct buf *out,
			  struct ark_error *err), (c, row, out, err))
STEP(catalogue_days, (struct catalogue *c, int32_t from_day, int32_t to_day,
		      catalogue_day_fn *fn, void *ctx, struct ark_error *err),
     (c, from_day, to_day, fn, ctx, err))
STEP(catalogue_day, (struct catalogue *c, int32_t day,
		     struct catalogue_day *out, struct ark_error *err),
     (c, day, out, err))
STEP(catalogue_dirty_days, (struct catalogue *c, int32_t **days, size_t *n,
			    struct ark_error *err), (c, days, n, err))
STEP(catalogue_unpublish, (struct catalogue *c, int32_t day,
			   struct ark_error *err), (c, day, err))
STEP(catalogue_published, (struct catalogue *c, int32_t day, int64_t now_s,
			   struct ark_error *err), (c, day, now_s, err))
STEP(catalogue_restore, (struct catalogue *c,
			 const struct catalogue_row *row,
			 const uint8_t fingerprint[32],
			 const struct catalogue_version *before, size_t n,
			 struct ark_error *err),
     (c, row, fingerprint, before, n, err))
STEP(catalogue_restore_day, (struct catalogue *c,
			     const struct catalogue_day *day,
			     struct ark_error *err), (c, day, err))
STEP(catalogue_draw_add, (struct catalogue *c, int64_t number,
			  const char *head, const uint8_t sha256[32],
			  struct ark_error *err),
     (c, number, head, sha256, err))
STEP(catalogue_drawn_add, (struct catalogue *c, int64_t number,
			   const char *id, struct ark_error *err),
     (c, number, id, err))
STEP(catalogue_has_draw, (struct catalogue *c, int64_t number,
			  struct ark_error *err), (c, number, err))
STEP(catalogue_was_drawn, (struct catalogue *c, const char *id,
			   int64_t *draw, struct ark_error *err),
     (c, id, draw, err))
STEP(catalogue_report_put, (struct catalogue *c, enum ark_route route,
			    int64_t now_s,
			    const struct catalogue_report_document *docs,
			    size_t n, struct catalogue_report_change *change,
			    struct ark_error *err),
     (c, route, now_s, docs, n, change, err))
STEP(catalogue_report_ask, (struct catalogue *c, int32_t day,
			    unsigned routes, int64_t now_s,
			    struct ark_error *err),
     (c, day, routes, now_s, err))
STEP(catalogue_report_select, (struct catalogue_report_cursor **out,
			       struct catalogue *c,
			       const struct catalogue_report_query *q,
			       struct ark_error *err), (out, c, q, err))
STEP(catalogue_report_next, (struct catalogue_report_cursor *cur,
			     struct catalogue_report_row *row,
			     struct ark_error *err), (cur, row, err))
STEP(catalogue_report_versions, (struct catalogue *c, int64_t row,
				 catalogue_version_fn *fn, void *ctx,
				 struct ark_error *err), (c, row, fn, ctx, err))
STEP(catalogue_report_days, (struct catalogue *c, int32_t from_day,
			     int32_t to_day, catalogue_report_day_fn *fn,
			     void *ctx, struct ark_error *err),
     (c, from_day, to_day, fn, ctx, err))
STEP(catalogue_report_day, (struct catalogue *c, int32_t day,
			    enum ark_route route,
			    struct catalogue_report_day *out,
			    struct ark_error *err), (c, day, route, out, err))
STEP(catalogue_report_restore, (struct catalogue *c, int32_t day,
				enum ark_route route,
				const struct catalogue_report_row *row,
				const uint8_t fingerprint[32],
				const struct catalogue_version *before,
				size_t n, struct ark_error *err),
     (c, day, route, row, fingerprint, before, n, err))
STEP(catalogue_report_restore_day, (struct catalogue *c,
				    const struct catalogue_report_day *d,
				    struct ark_error *err), (c, d, err))
STEP(catalogue_subject_index, (struct catalogue *c,
			       catalogue_keys_fn *keys_of, void *ctx,
			       int64_t *n, struct ark_error *err),
     (c, keys_of, ctx, n, err))
STEP(catalogue_subject_behind, (struct catalogue *c, int64_t *n,
				struct ark_error *err), (c, n, err))
STEP(catalogue_subject_find, (struct catalogue *c, int64_t key,
			      catalogue_body_fn *fn, void *ctx,
			      struct ark_error *err), (c, key, fn, ctx, err))
STEP(catalogue_subject_rest, (struct catalogue *c, catalogue_body_fn *fn,
			      void *ctx, struct ark_error *err),
     (c, fn, ctx, err))
STEP(catalogue_held, (struct catalogue *c,
		      const struct catalogue_place *place,
		      struct catalogue_held *out, struct ark_error *err),
     (c, place, out, err))
STEP(catalogue_wrecks, (struct catalogue *c, catalogue_wreck_fn *fn,
			void *ctx, struct ark_error *err), (c, fn, ctx, err))
STEP(catalogue_held_versions, (struct catalogue *c,
			       const struct catalogue_place *place,
			       catalogue_version_fn *fn, void *ctx,
			       struct ark_error *err), (c, place, fn, ctx, err))
STEP(baginfo_is_bagit, (const char *text, size_t n, struct ark_error *err),
     (text, n, err))
STEP(gz_writer_new, (struct gz_writer **out, gz_put_fn *put, void *ctx,
		     struct ark_error *err), (out, put, ctx, err))
STEP(gz_write, (struct gz_writer *w, const char *line, size_t n,
		struct ark_error *err), (w, line, n, err))
STEP(gz_finish, (struct gz_writer *w, struct ark_error *err), (w, err))
STEP(gz_reader_new, (struct gz_reader **out, gz_get_fn *get, void *ctx,
		     size_t max_line, struct ark_error *err),
     (out, get, ctx, max_line, err))
STEP(gz_next, (struct gz_reader *r, const char **line, size_t *n,
	       struct ark_error *err), (r, line, n, err))
STEP(manifest_add, (struct manifest *m, const char *path,
		    const uint8_t sha256[DIGEST_SHA256_SIZE], int64_t bytes,
		    struct ark_error *err), (m, path, sha256, bytes, err))
STEP(manifest_parse, (struct manifest *m, const char *text, size_t n,
		      int is_payload, struct ark_error *err),
     (m, text, n, is_payload, err))
STEP(manifest_parse_fetch, (struct manifest *m, const char *text, size_t n,
			    struct ark_error *err), (m, text, n, err))
STEP(table_parse, (struct table_parsed *out, struct json_slice line,
		   struct ark_error *err), (out, line, err))
STEP(table_attachment_parse, (struct table_attachment *out,
			      struct buf *texts, struct json_slice line,
			      struct ark_error *err), (out, texts, line, err))
STEP(trail_print, (struct trail_entry *e, struct buf *out,
		   struct ark_error *err), (e, out, err))
STEP(trail_parse, (struct trail_entry *e, const char *line, size_t n,
		   struct ark_error *err), (e, line, n, err))
STEP(trail_walk_init, (struct trail_walk *w, struct ark_error *err), (w, err))
STEP(trail_walk_line, (struct trail_walk *w, const char *line, size_t n,
		       struct trail_entry *e, struct ark_error *err),
     (w, line, n, e, err))
STEP(trail_walk_end, (const struct trail_walk *w, struct ark_error *err),
     (w, err))
STEP(trail_mended, (const struct trail_walk *w,
		    char result[TRAIL_RESULT_SIZE], struct ark_error *err),
     (w, result, err))
STEP(report_view_init, (struct report_view *v,
			const struct report_view_words *words,
			struct ark_error *err), (v, words, err))
STEP(completeness_print, (const struct completeness *c, struct buf *out,
			  struct ark_error *err), (c, out, err))
STEP(completeness_parse, (struct completeness_claim *out, const char *text,
			  size_t n, struct ark_error *err), (out, text, n, err))
STEP(reconcile_new, (struct reconcile **out,
		     const struct reconcile_options *o, struct ark_error *err),
     (out, o, err))
STEP(reconcile_add, (struct reconcile *r, const struct reconcile_document *d,
		     struct ark_error *err), (r, d, err))
STEP(reconcile_run, (struct reconcile *r, ark_discrepancy_fn *fn, void *ctx,
		     struct ark_error *err), (r, fn, ctx, err))
STEP(reconcile_lines, (const struct reconcile *r,
		       struct ark_reconcile_line **lines, size_t *n,
		       struct ark_error *err), (r, lines, n, err))
STEP(reconcile_beside, (const struct reconcile *r,
			struct reconcile_beside **list, size_t *n,
			struct ark_error *err), (r, list, n, err))
STEP(report_csv, (struct report_writer *w, const struct report_item *item,
		  struct buf *out, struct ark_error *err), (w, item, out, err))
STEP(report_ndjson, (const struct report_view *view,
		     const struct report_item *item, bool has_versions,
		     struct buf *out, struct ark_error *err),
     (view, item, has_versions, out, err))
STEP(subject_parse, (struct subject *out, const char *word, int kind,
		     bool is_unchecked, struct ark_error *err),
     (out, word, kind, is_unchecked, err))
STEP(subject_each, (struct subject_scan *scan, const char *text, size_t n,
		    subject_fn *fn, void *ctx, struct ark_error *err),
     (scan, text, n, fn, ctx, err))
STEP(sample_draw, (struct sample_draw *out, const struct sample_rules *r,
		   struct sample_population *p, struct ark_error *err),
     (out, r, p, err))
STEP(sample_add, (struct sample_population *p,
		  const struct sample_call *call, struct ark_error *err),
     (p, call, err))
STEP(sample_measure, (struct sample_population *p, struct ark_error *err),
     (p, err))
STEP(record_add_filter, (struct sample_record *r, const char *name,
			 const char *value, struct ark_error *err),
     (r, name, value, err))
STEP(record_add_day, (struct sample_record *r, const struct sample_day *d,
		      struct ark_error *err), (r, d, err))
STEP(record_add_call, (struct sample_record *r, const struct record_call *c,
		       struct ark_error *err), (r, c, err))
STEP(record_add_excluded, (struct sample_record *r, const char *id,
			   int64_t draw, struct ark_error *err),
     (r, id, draw, err))
STEP(record_head, (const struct sample_record *r, struct buf *out,
		   struct ark_error *err), (r, out, err))
STEP(record_write, (const struct sample_record *r, ark_export_fn *put,
		    void *ctx, struct ark_error *err), (r, put, ctx, err))
STEP(record_line, (struct sample_record *r, const char *line, size_t n,
		   struct ark_error *err), (r, line, n, err))
STEP(record_end, (const struct sample_record *r, struct ark_error *err),
     (r, err))
STEP(sample_rules_read, (struct sample_rules *out,
			 const struct ark_sample_rules *words,
			 struct ark_error *err), (out, words, err))
STEP(form_check, (struct json_slice text, struct ark_error *err), (text, err))
STEP(scores_add, (struct scores *s, const char *text, size_t n,
		  struct ark_error *err), (s, text, n, err))
STEP(scores_put, (struct scores *s, const char *const texts[SCORES_N_TEXTS],
		  struct ark_error *err), (s, texts, err))
STEP(scores_add_csv, (struct scores *s, const char *text, size_t n,
		      struct ark_error *err), (s, text, n, err))
STEP(zone_open, (struct zone **out, const char *name, struct ark_error *err),
     (out, name, err))
