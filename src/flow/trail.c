#include "flow/trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

#define WINDOW (8 * TRAIL_LINE_MAX)	/* of its end that is read */

/* The end of the trail, held. */
struct end {
	struct archive *archive;
	struct store_log *log;
	struct trail_walk walk;		/* to the end */
	bool lacks_line_end;
	struct buf text;		/* what is to be added */
};

static int
refuse(const struct end *e, const char *why, struct ark_error *err)
{
	return error_set(err, ARK_EINTEGRITY, "%s/" TRAIL_PATH ": %s; restore "
			 "it from a copy, or set it aside and begin another "
			 "with: callark verify --repair",
			 store_root(e->archive->store), why);
}

/* Walk over the lines of the last bytes, as far as they are whole. */
static int
walk_window(struct end *e, const char *p, size_t n, struct ark_error *err)
{
	struct trail_entry entry;
	struct ark_error why;

	if (store_log_size(e->log) > (int64_t)n) {
		const char *first = memchr(p, '\n', n);
		size_t skipped = first ? (size_t)(first - p) + 1 : n;

		p += skipped;
		n -= skipped;
	}
	e->lacks_line_end = n && p[n - 1] != '\n';
	while (n) {
		const char *lf = memchr(p, '\n', n);
		size_t len = lf ? (size_t)(lf - p) : n;
		int rc;

		/* Whether each follows the one before is verify's business. */
		rc = trail_walk_line(&e->walk, p, len, &entry, &why);
		if (rc < 0 && rc != ARK_EINTEGRITY)
			return error_set(err, rc, "%s", why.text);
		len += lf != NULL;
		p += len;
		n -= len;
	}
	return 0;
}

static int
read_window(struct end *e, struct ark_error *err)
{
	char *window = malloc(WINDOW);
	size_t n = 0;
	int rc;

	if (!window)
		return error_nomem(err);
	rc = store_log_tail(e->log, window, WINDOW, &n, err);
	if (!rc)
		rc = walk_window(e, window, n, err);
	free(window);
	return rc;
}

/* Whether the trail may be continued behind what was found. */
static int
judge_end(const struct end *e, const struct trail_head *known,
	  struct ark_error *err)
{
	const struct trail_walk *w = &e->walk;
	struct ark_error why;
	char text[96];
	int rc;

	rc = trail_walk_end(w, &why);
	if (rc < 0)
		return refuse(e, why.text, err);
	if (w->seq < known->seq) {
		(void)snprintf(text, sizeof(text), "it ends with entry %lld, "
			       "and the catalogue knows entry %lld",
			       (long long)w->seq, (long long)known->seq);
		return refuse(e, text, err);
	}
	if (w->seq && w->seq == known->seq &&
	    memcmp(w->hash, known->hash, sizeof(w->hash)))
		return refuse(e, "its last entry is another than the one that "
			      "the catalogue knows", err);
	/* what is unfinished may begin before what was looked at */
	if (!w->seq && store_log_size(e->log) > WINDOW)
		return refuse(e, "no entry was found at its end", err);
	return 0;
}

static void
end_release(struct end *e)
{
	trail_walk_release(&e->walk);
	store_log_let_go(e->log);
	buf_release(&e->text);
}

/* What the catalogue knows; nothing while there is none. */
static int
load_known(struct archive *a, struct trail_head *known, struct ark_error *err)
{
	int rc;

	*known = (struct trail_head){ 0 };
	if (!a->catalogue)
		return 0;
	rc = trail_known(a, known, err);
	return rc < 0 ? rc : 0;
}

/* Hold the trail and learn its end, which must be fit to be continued. */
static int
end_find(struct end *e, struct archive *a, struct store_log *log,
	 struct ark_error *err)
{
	struct trail_head known;
	int rc;

	*e = (struct end){
		.archive = a, .log = log,
		.text = BUF_INIT((size_t)4 * TRAIL_LINE_MAX),
	};
	rc = trail_walk_init(&e->walk, err);
	if (!rc)
		rc = load_known(a, &known, err);
	if (!rc)
		rc = store_log_hold(log, err);
	if (!rc)
		rc = read_window(e, err);
	if (!rc)
		rc = judge_end(e, &known, err);
	if (rc)
		end_release(e);
	return rc;
}

/* ---- adding ------------------------------------------------------------ */

/* One entry more into the text; the walk goes on to it. */
static int
compose(struct end *e, const char *action, const char *object,
	const char *result, struct ark_error *err)
{
	struct trail_entry entry = { .seq = e->walk.seq + 1 };
	int rc;

	clock_utc_ms(entry.time, clock_wall_ms());
	(void)snprintf(entry.actor, sizeof(entry.actor), "callark "
		       CALLARK_VERSION " uid %lu", (unsigned long)geteuid());
	(void)snprintf(entry.action, sizeof(entry.action), "%s", action);
	(void)snprintf(entry.object, sizeof(entry.object), "%s", object);
	(void)snprintf(entry.result, sizeof(entry.result), "%s", result);
	memcpy(entry.prev, e->walk.hash, sizeof(entry.prev));
	rc = trail_print(&entry, &e->text, err);
	if (rc)
		return rc;
	e->walk.seq = entry.seq;
	memcpy(e->walk.hash, entry.hash, sizeof(e->walk.hash));
	return 0;
}

/* Tell of an entry that is not finished. */
static int
compose_mended(struct end *e, struct ark_error *err)
{
	char result[TRAIL_RESULT_SIZE];
	int rc;

	rc = trail_mended(&e->walk, result, err);
	return rc ? rc : compose(e, TRAIL_MENDED, "trail", result, err);
}

/* The first entry names the archive that the trail is of. */
static int
compose_begun(struct end *e, const char *action, const char *result,
	      struct ark_error *err)
{
	char object[TRAIL_OBJECT_SIZE];

	if (trail_object(object, "archive", e->archive->organization_id))
		return error_nomem(err);
	return compose(e, action, object, result, err);
}

static int
add(struct end *e, const char *action, const char *object, const char *result,
    struct ark_error *err)
{
	bool is_first = !e->walk.seq && strcmp(action, TRAIL_CREATED) != 0;
	int rc = 0;

	if (e->lacks_line_end)
		buf_addc(&e->text, '\n');
	if (e->walk.n_odd)
		rc = compose_mended(e, err);
	if (!rc && is_first)
		rc = compose_begun(e, TRAIL_BEGUN, "the archive had none", err);
	if (!rc)
		rc = compose(e, action, object, result, err);
	if (!rc)
		rc = store_log_append(e->log, e->text.data, e->text.len, err);
	return rc;
}

int
trail_append(struct archive *a, struct store_log *log, const char *action,
	     const char *object, const char *result, struct ark_error *err)
{
	struct end e;
	int rc;

	rc = end_find(&e, a, log, err);
	if (rc)
		return rc;
	rc = add(&e, action, object, result, err);
	end_release(&e);
	return rc;
}

int
trail_add(struct archive *a, const char *action, const char *object,
	  const char *result, struct ark_error *err)
{
	struct store_log *log = NULL;
	int rc;

	rc = store_log_open(&log, a->store, TRAIL_PATH, true, err);
	if (!rc)
		rc = trail_append(a, log, action, object, result, err);
	store_log_close(log);
	return rc;
}

static struct trail_head
head_of(const struct end *e)
{
	struct trail_head head = { .seq = e->walk.seq };

	memcpy(head.hash, e->walk.hash, sizeof(head.hash));
	return head;
}

int
trail_last(struct archive *a, struct trail_head *head, struct ark_error *err)
{
	struct store_log *log = NULL;
	struct end e;
	int rc;

	rc = store_log_open(&log, a->store, TRAIL_PATH, true, err);
	if (!rc)
		rc = end_find(&e, a, log, err);
	if (!rc) {
		*head = head_of(&e);
		end_release(&e);
	}
	store_log_close(log);
	return rc;
}

/* ---- beginning another ------------------------------------------------- */

/* Move the old one away; result tells where it is. */
static int
move_aside(struct archive *a, char result[TRAIL_RESULT_SIZE],
	   struct ark_error *err)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	char hex[DIGEST_SHA256_HEX], to[STORE_PATH_MAX];
	int64_t size = 0;
	int rc;

	rc = store_sha256(a->store, TRAIL_PATH, sha256, &size, err);
	if (rc == ARK_ENOTFOUND) {
		(void)snprintf(result, TRAIL_RESULT_SIZE,
			       "the one before it was missing");
		return 0;
	}
	if (rc == ARK_EINTEGRITY) {
		(void)snprintf(result, TRAIL_RESULT_SIZE,
			       "the one before it was no file");
		return store_move(a->store, TRAIL_PATH,
				  "quarantine/trail-no-file.damaged", err);
	}
	if (rc)
		return rc;
	digest_hex(hex, sha256, sizeof(sha256));
	(void)snprintf(to, sizeof(to), "quarantine/trail-%.16s.damaged", hex);
	(void)snprintf(result, TRAIL_RESULT_SIZE, "the one before it is "
		       "%.64s, %lld bytes, sha256 %s", to, (long long)size,
		       hex);
	return store_move(a->store, TRAIL_PATH, to, err);
}

int
trail_set_aside(struct archive *a, struct ark_error *err)
{
	char result[TRAIL_RESULT_SIZE];
	struct store_log *log = NULL;
	struct trail_head head = { 0 };
	struct end e;
	int rc;

	rc = move_aside(a, result, err);
	if (!rc)
		rc = trail_forget_known(a, err);
	if (!rc)
		rc = store_log_open(&log, a->store, TRAIL_PATH, true, err);
	if (!rc)
		rc = end_find(&e, a, log, err);
	if (!rc) {
		rc = compose_begun(&e, TRAIL_BEGUN, result, err);
		if (!rc)
			rc = store_log_append(log, e.text.data, e.text.len,
					      err);
		head = head_of(&e);
		end_release(&e);
	}
	store_log_close(log);
	return rc ? rc : trail_restore_known(a, &head, err);
}
