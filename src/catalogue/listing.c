/*
 * What the pages of a listing say, and what follows for each row.
 */
#include <string.h>

#include "base/error.h"
#include "catalogue/ids.h"

/* A row as it was before the document came, as far as that matters. */
struct before {
	int64_t row;
	int32_t day;
	enum ark_state state;
	int version;
	bool was_claimed; /* by this run */
	bool has_vanished;
	bool had_link;
	bool is_link_same, is_body_same, is_oddity_same;
	bool is_reason_same; /* as the filter that excludes it */
	bool is_time_same; /* start, duration, interaction */
};

/* What becomes of it; reason NULL: as it was. */
struct after {
	enum ark_state state;
	const char *reason;
};

#define BEFORE                                                                 \
	"r.n, day, state, version, claimed_run, vanished_s, link,"             \
	" fingerprint, oddity, reason, start_s, duration_s, interaction_id"

static bool
is_waiting(enum ark_state state)
{
	return state == ARK_QUEUED || state == ARK_DEFERRED ||
	       state == ARK_QUARANTINED;
}

/* What is in a bag, or was, stays in that bag. */
static bool
is_settled(enum ark_state state)
{
	return state == ARK_ARCHIVED || state == ARK_PURGED;
}

/* The row of a document: 1 and *b filled, 0 for a new one, or negative. */
static int
find(struct catalogue *c, int64_t run, const struct catalogue_document *d,
     struct before *b, struct ark_error *err)
{
	const char *link, *excluded_by = d->excluded_by ? d->excluded_by : "";
	struct query q;
	int rc;

	query_open(&q, c, STMT_PUT_FIND, IDS_SELECT(BEFORE));
	ids_bind(&q, d->kind, d->id);
	rc = query_next(&q, err);
	if (rc <= 0)
		goto out;
	link = query_get_text(&q, 6);
	*b = (struct before){
		.row = query_get_int(&q, 0),
		.day = (int32_t)query_get_int(&q, 1),
		.state = (enum ark_state)query_get_int(&q, 2),
		.version = (int)query_get_int(&q, 3),
		.was_claimed = query_get_int(&q, 4) == run,
		.has_vanished = query_get_time(&q, 5) != -1,
		.had_link = *link != '\0',
		.is_link_same = !strcmp(link, d->link),
		.is_body_same = query_equal(&q, 7, d->fingerprint,
					    sizeof(d->fingerprint)),
		.is_oddity_same = !strcmp(query_get_text(&q, 8),
					  d->oddity ? d->oddity : ""),
		.is_reason_same = !strcmp(query_get_text(&q, 9), excluded_by),
		.is_time_same =
			query_get_int(&q, 10) == d->start_s &&
			query_get_time(&q, 11) == d->duration_s &&
			!strcmp(query_get_text(&q, 12), d->interaction_id),
	};
	if (query_status(&q, err))
		rc = ARK_ENOMEM;
out:
	query_close(&q);
	return rc;
}

/* The table of catalogue_put()'s contract; b is NULL for a new document. */
static struct after
follow(const struct before *b, const struct catalogue_document *d)
{
	bool has_link = *d->link != '\0';

	if (b && (is_settled(b->state) || b->state == ARK_FAILED))
		return (struct after){ b->state, NULL };
	if (d->excluded_by)
		return (struct after){ ARK_EXCLUDED, d->excluded_by };
	if (b && is_waiting(b->state)) {
		if (has_link)
			return (struct after){ b->state, NULL };
		if (b->had_link)
			return (struct after){ ARK_GONE,
					       "the link was withdrawn" };
	}
	if (b && b->state == ARK_GONE &&
	    (!has_link || (b->is_link_same && !b->has_vanished)))
		return (struct after){ ARK_GONE, NULL };
	return (struct after){ has_link ? ARK_QUEUED : ARK_NO_LINK, "" };
}

/* Bind turn, or NULL for a row that this run cannot claim. */
static void
bind_turn(struct query *q, bool can_claim, int64_t turn)
{
	query_time(q, can_claim ? turn : -1);
}

static int
put_new(struct catalogue *c, int64_t run, int64_t now_s,
	const struct catalogue_document *d, const struct after *a, int64_t turn,
	int64_t *row, struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_PUT_NEW,
		   SQL_INSERT_RECORDING " (kind, id, day, start_s, duration_s,"
		   " state, seen_run, turn, first_seen_s, version, version_seen_s,"
		   " fingerprint, interaction_id, reason, oddity, link)"
		   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?9, ?10,"
		   " ?11, ?12, ?13, ?14)");
	query_int(&q, d->kind);
	query_text(&q, d->id);
	query_int(&q, d->day);
	query_int(&q, d->start_s);
	query_time(&q, d->duration_s);
	query_int(&q, a->state);
	query_int(&q, run);
	bind_turn(&q, is_waiting(a->state), turn);
	query_int(&q, now_s);
	query_bytes(&q, d->fingerprint, sizeof(d->fingerprint));
	query_text(&q, d->interaction_id);
	query_text(&q, a->reason);
	query_text(&q, d->oddity ? d->oddity : "");
	query_text(&q, d->link);
	rc = query_run(&q, err);
	if (rc)
		return rc;
	*row = sqlite3_last_insert_rowid(c->db);
	rc = ids_add(c, d->id, *row, err);
	if (rc || !d->body)
		return rc;
	query_open(&q, c, STMT_PUT_DOCUMENT,
		   "INSERT INTO document (n, body) VALUES (?, ?)");
	query_int(&q, *row);
	query_bytes(&q, d->body, d->body_len);
	return query_run(&q, err);
}

/* A row that waits and did not change otherwise: only its place and link. */
static int
put_seen(struct catalogue *c, int64_t run, const struct catalogue_document *d,
	 const struct before *b, int64_t turn, struct ark_error *err)
{
	struct query q;

	if (b->was_claimed && b->is_link_same)
		return 0;
	query_open(&q, c, STMT_PUT_SEEN,
		   SQL_UPDATE_RECORDING " SET seen_run = ?2, turn = ?3,"
		   " link = ?4 WHERE n = ?1");
	query_int(&q, b->row);
	query_int(&q, run);
	bind_turn(&q, !b->was_claimed, turn);
	query_text(&q, d->link);
	return query_run(&q, err);
}

/* The present document becomes an earlier one. */
static int
put_version(struct catalogue *c, const struct catalogue_document *d,
	    const struct before *b, struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_PUT_KEEP_VERSION,
		   "INSERT INTO earlier (n, version, seen_s, fingerprint, body)"
		   " SELECT r.n, r.version, r.version_seen_s, r.fingerprint,"
		   "  d.body"
		   " FROM recording r JOIN document d ON d.n = r.n"
		   " WHERE r.n = ?");
	query_int(&q, b->row);
	rc = query_run(&q, err);
	if (rc)
		return rc;
	query_open(&q, c, STMT_PUT_NEW_VERSION,
		   "UPDATE document SET body = ?2 WHERE n = ?1");
	query_int(&q, b->row);
	query_bytes(&q, d->body, d->body_len);
	return query_run(&q, err);
}

static int
put_change(struct catalogue *c, int64_t run, int64_t now_s,
	   const struct catalogue_document *d, const struct before *b,
	   const struct after *a, int64_t turn, struct ark_error *err)
{
	bool keeps_bag = is_settled(b->state);
	bool has_version = !b->is_body_same && d->body;
	struct query q;
	int rc = 0;

	if (has_version)
		rc = put_version(c, d, b, err);
	if (rc)
		return rc;
	query_open(&q, c, STMT_PUT_CHANGE,
		   SQL_UPDATE_RECORDING " SET day = ?2, start_s = ?3,"
		   " duration_s = ?4, state = ?5, seen_run = ?6, turn = ?7,"
		   " vanished_s = NULL, version = ?8,"
		   " version_seen_s = coalesce(?9, version_seen_s),"
		   " fingerprint = ?10, interaction_id = ?11,"
		   " reason = coalesce(?12, reason), oddity = ?13,"
		   " link = coalesce(?14, link)"
		   " WHERE n = ?1");
	query_int(&q, b->row);
	query_int(&q, keeps_bag ? b->day : d->day);
	query_int(&q, d->start_s);
	query_time(&q, d->duration_s);
	query_int(&q, a->state);
	query_int(&q, run);
	bind_turn(&q, is_waiting(a->state) && !b->was_claimed, turn);
	query_int(&q, has_version ? b->version + 1 : b->version);
	query_time(&q, has_version ? now_s : -1);
	query_bytes(&q, d->fingerprint, sizeof(d->fingerprint));
	query_text(&q, d->interaction_id);
	query_text(&q, a->reason);
	query_text(&q, d->oddity ? d->oddity : "");
	query_text(&q, keeps_bag ? NULL : d->link);
	return query_run(&q, err);
}

/* Whether more is new about a row than its link and its place. */
static bool
has_changed(const struct before *b, const struct after *a,
	    const struct catalogue_document *d)
{
	if (b->state != a->state || b->has_vanished || !b->is_body_same ||
	    !b->is_oddity_same || !b->is_time_same)
		return true;
	if (b->day != d->day && !is_settled(b->state))
		return true;
	return a->state == ARK_EXCLUDED && !b->is_reason_same;
}

/*
 * As find(), for what may have changed its place.  What was archived of an
 * attachment stays, whatever stands now where it stood: that goes by the next
 * name that is free or its own, ID-2, ID-3 and so on, in name.
 */
static int
find_own(struct catalogue *c, int64_t run, struct catalogue_document *d,
	 struct buf *name, struct before *b, struct ark_error *err)
{
	const char *id = d->id;
	int rc;

	for (int n = 2;; n++) {
		rc = find(c, run, d, b, err);
		if (rc <= 0 || d->kind != CATALOGUE_ATTACHMENT ||
		    b->is_body_same || !is_settled(b->state))
			return rc;
		buf_clear(name);
		buf_addf(name, "%s-%d", id, n);
		if (name->rc)
			return buf_status(name, err);
		d->id = buf_text(name);
	}
}

static int
put_found(struct catalogue *c, int64_t run, int64_t now_s,
	  const struct catalogue_document *d, const struct before *b,
	  int64_t turn, struct catalogue_put *put, struct ark_error *err)
{
	struct after a = follow(b, d);

	put->state = a.state;
	if (!b) {
		put->change = CATALOGUE_NEW;
		return put_new(c, run, now_s, d, &a, turn, &put->row, err);
	}
	put->row = b->row;
	put->change = b->is_body_same ? CATALOGUE_SAME : CATALOGUE_CHANGED;
	if (has_changed(b, &a, d))
		return put_change(c, run, now_s, d, b, &a, turn, err);
	if (is_waiting(a.state))
		return put_seen(c, run, d, b, turn, err);
	return 0;
}

static int
put_one(struct catalogue *c, int64_t run, int64_t now_s,
	const struct catalogue_document *d, int64_t turn,
	struct catalogue_put *put, struct ark_error *err)
{
	struct buf name = BUF_INIT(65536);
	struct catalogue_document own = *d;
	struct before b = { 0 };
	int rc;

	rc = find_own(c, run, &own, &name, &b, err);
	if (rc >= 0)
		rc = put_found(c, run, now_s, &own, rc ? &b : NULL, turn, put,
			       err);
	buf_release(&name);
	return rc;
}

/* The last place given in the queue of run, or 0. */
static int
last_turn(struct catalogue *c, int64_t run, int64_t *turn,
	  struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_LAST_TURN,
		   "SELECT max(turn) FROM recording"
		   " WHERE seen_run = ? AND turn IS NOT NULL");
	query_int(&q, run);
	rc = query_next(&q, err);
	*turn = rc > 0 ? query_get_int(&q, 0) : 0;
	query_close(&q);
	return rc < 0 ? rc : 0;
}

int
catalogue_put(struct catalogue *c, int64_t run, int64_t now_s,
	      const struct catalogue_document *docs, size_t n,
	      struct catalogue_put *puts, struct ark_error *err)
{
	int64_t turn = 0;
	int rc;

	rc = work_join(c, err);
	if (rc)
		return rc;
	rc = last_turn(c, run, &turn, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = put_one(c, run, now_s, &docs[i], ++turn, &puts[i], err);
	return work_part(c, rc, err);
}
