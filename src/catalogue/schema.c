#include "catalogue/schema.h"

#include <stdio.h>

#include "base/error.h"

#define APPLICATION_ID 0x6361726b /* "cark" */
#define FORMAT 5

#define TEXT_OF(x) TEXT_OF_(x)
#define TEXT_OF_(x) #x

/*
 * recording is the narrow row of everything that is fetched: state, queue and
 * facts.  The documents lie apart, so that walking the queue or a day does not
 * read them.  kind tells recordings from attachments (enum catalogue_kind);
 * ids are unique within a kind.
 *
 * turn is the place in the queue of the run seen_run, NULL for what that run
 * cannot claim (any more).  Both stand in a partial index, so a claim reads
 * only what it takes, however many rows were tried before.
 *
 * A restored row was seen by no run: seen_run is NULL.
 */
static const char tables[] =
	"CREATE TABLE meta ("
	"  key TEXT PRIMARY KEY,"
	"  value TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE run ("
	"  n INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  started_s INTEGER NOT NULL,"
	"  ended_s INTEGER,"
	"  exit_status INTEGER"
	") STRICT;"

	"CREATE TABLE recording ("
	"  n INTEGER PRIMARY KEY,"
	"  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),"
	"  id TEXT NOT NULL," /* see ids.h */
	"  day INTEGER NOT NULL," /* whose bag it is in */
	"  start_s INTEGER NOT NULL," /* civil, of the document */
	"  duration_s INTEGER,"
	"  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 8),"
	"  seen_run INTEGER,"
	"  turn INTEGER,"
	"  claimed_run INTEGER,"
	"  lease_s INTEGER,"
	"  attempts INTEGER NOT NULL DEFAULT 0,"
	"  runs INTEGER NOT NULL DEFAULT 0,"
	"  first_tried_s INTEGER,"
	"  first_seen_s INTEGER NOT NULL,"
	"  vanished_s INTEGER,"
	"  version INTEGER NOT NULL,"
	"  version_seen_s INTEGER NOT NULL,"
	"  fingerprint BLOB NOT NULL,"
	"  interaction_id TEXT NOT NULL,"
	"  reason TEXT NOT NULL,"
	"  oddity TEXT NOT NULL,"
	"  link TEXT NOT NULL,"
	"  path TEXT," /* this and on: archived */
	"  bytes INTEGER,"
	"  sha256 BLOB,"
	"  media_type TEXT,"
	"  codec TEXT,"
	"  link_host TEXT,"
	"  audio_ms INTEGER,"
	"  downloaded_s INTEGER,"
	"  CHECK (turn IS NULL OR state = " SQL_QUEUED
	"   OR state = " SQL_DEFERRED " OR state = " SQL_QUARANTINED "),"
	"  CHECK (state <> " SQL_ARCHIVED " OR path IS NOT NULL)"
	") STRICT;"

	"CREATE TABLE id (" /* key: of an id; see ids.h */
	"  key INTEGER NOT NULL,"
	"  n INTEGER NOT NULL,"
	"  PRIMARY KEY (key, n)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE id_new (" /* on their way there */
	"  key INTEGER NOT NULL,"
	"  n INTEGER NOT NULL,"
	"  PRIMARY KEY (key, n)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE document (" /* the latest of each */
	"  n INTEGER PRIMARY KEY REFERENCES recording,"
	"  body BLOB NOT NULL"
	") STRICT;"

	"CREATE TABLE earlier (" /* what it said before */
	"  n INTEGER NOT NULL REFERENCES recording,"
	"  version INTEGER NOT NULL,"
	"  seen_s INTEGER NOT NULL,"
	"  fingerprint BLOB NOT NULL,"
	"  body BLOB NOT NULL,"
	"  PRIMARY KEY (n, version)"
	") STRICT;"

	"CREATE TABLE day ("
	"  day INTEGER PRIMARY KEY,"
	"  is_dirty INTEGER NOT NULL,"
	"  was_asked INTEGER NOT NULL DEFAULT 0,"
	"  is_complete INTEGER NOT NULL DEFAULT 0,"
	"  total INTEGER,"
	"  asked_s INTEGER,"
	"  asked_run INTEGER,"
	"  complete_s INTEGER,"
	"  published_s INTEGER,"
	"  flaw TEXT NOT NULL DEFAULT ''"
	") STRICT;"

	"CREATE TABLE tally (" /* sums of recording */
	"  day INTEGER NOT NULL,"
	"  kind INTEGER NOT NULL,"
	"  state INTEGER NOT NULL,"
	"  n INTEGER NOT NULL CHECK (n >= 0),"
	"  bytes INTEGER NOT NULL,"
	"  vanished INTEGER NOT NULL,"
	"  PRIMARY KEY (day, kind, state)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE oddity ("
	"  day INTEGER NOT NULL,"
	"  path TEXT NOT NULL,"
	"  reason TEXT NOT NULL,"
	"  seen_s INTEGER NOT NULL,"
	"  PRIMARY KEY (day, path)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE report (" /* a document of a report: see report.h */
	"  n INTEGER PRIMARY KEY,"
	"  day INTEGER NOT NULL,"
	"  route INTEGER NOT NULL,"
	"  id TEXT NOT NULL,"
	"  start_s INTEGER NOT NULL," /* civil */
	"  version INTEGER NOT NULL,"
	"  first_seen_s INTEGER NOT NULL,"
	"  version_seen_s INTEGER NOT NULL,"
	"  vanished_s INTEGER,"
	"  fingerprint BLOB NOT NULL,"
	"  oddity TEXT NOT NULL,"
	"  body BLOB NOT NULL" /* last: it is long */
	") STRICT;"

	"CREATE TABLE report_earlier (" /* what it said before */
	"  n INTEGER NOT NULL REFERENCES report,"
	"  version INTEGER NOT NULL,"
	"  seen_s INTEGER NOT NULL,"
	"  fingerprint BLOB NOT NULL,"
	"  body BLOB NOT NULL,"
	"  PRIMARY KEY (n, version)"
	") STRICT;"

	"CREATE TABLE report_day (" /* a report's listing, and its sums */
	"  day INTEGER NOT NULL,"
	"  route INTEGER NOT NULL,"
	"  asked_s INTEGER," /* NULL: never */
	"  is_complete INTEGER NOT NULL DEFAULT 0,"
	"  total INTEGER,"
	"  complete_s INTEGER,"
	"  flaw TEXT NOT NULL DEFAULT '',"
	"  documents INTEGER NOT NULL DEFAULT 0,"
	"  vanished INTEGER NOT NULL DEFAULT 0,"
	"  oddities INTEGER NOT NULL DEFAULT 0,"
	"  changed INTEGER NOT NULL DEFAULT 0,"
	"  PRIMARY KEY (day, route)"
	") STRICT, WITHOUT ROWID;"

	/* ---- who may be named where: see subject.h */

	"CREATE TABLE subject ("
	"  block INTEGER NOT NULL,"
	"  key INTEGER NOT NULL,"
	"  n INTEGER NOT NULL," /* a row of the block's source */
	"  PRIMARY KEY (block, key, n)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE subject_block ("
	"  block INTEGER PRIMARY KEY,"
	"  source INTEGER NOT NULL," /* enum catalogue_source */
	"  last INTEGER NOT NULL" /* no row behind it is in the block */
	") STRICT;"

	"CREATE TABLE subject_changed (" /* rows with a version in no block */
	"  source INTEGER NOT NULL,"
	"  n INTEGER NOT NULL,"
	"  PRIMARY KEY (source, n)"
	") STRICT, WITHOUT ROWID;"

	/* ---- samples: see draw.h */

	"CREATE TABLE draw ("
	"  n INTEGER PRIMARY KEY,"
	"  head TEXT NOT NULL," /* the first line of its record */
	"  sha256 BLOB NOT NULL" /* of the record */
	") STRICT;"

	"CREATE TABLE drawn ("
	"  id TEXT NOT NULL," /* of a recording, be it in here or not */
	"  draw INTEGER NOT NULL REFERENCES draw,"
	"  PRIMARY KEY (id, draw)"
	") STRICT, WITHOUT ROWID;";

static const char indexes[] =
	"CREATE INDEX recording_start ON recording (start_s, id);"
	"CREATE INDEX recording_day ON recording (day, start_s, id);"
	"CREATE INDEX recording_open ON recording (start_s, id)"
	" WHERE state IN " SQL_OPEN ";"
	"CREATE INDEX recording_turn ON recording (seen_run, turn)"
	" WHERE turn IS NOT NULL;"
	"CREATE INDEX recording_lease ON recording (day)"
	" WHERE lease_s IS NOT NULL;"
	"CREATE UNIQUE INDEX recording_path ON recording (path)"
	" WHERE path IS NOT NULL;"
	"CREATE INDEX day_dirty ON day (day) WHERE is_dirty;"
	"CREATE UNIQUE INDEX report_id ON report (day, route, id);"
	"CREATE INDEX report_start ON report (day, route, start_s, id);";

/*
 * The sums of a day and the mark that its bag is behind are kept by the
 * database itself, in the statement that changes the row, so no path through
 * the program can forget them.  Counting an index over the day instead would
 * cost some 0.3 s for each million rows at every look; this costs about 2 µs
 * for each row that is written.
 *
 * No upsert here: SQLite lets its update abort, whatever the statement outside
 * says (see SQL_INSERT_RECORDING).  So a day has a row for each kind and state
 * from the start.
 */
static const char triggers[] =
	"CREATE TRIGGER day_added AFTER INSERT ON day BEGIN"
	"  INSERT INTO tally SELECT new.day, k.column1, s.column1, 0, 0, 0"
	"   FROM (VALUES (" SQL_RECORDING "), (" SQL_ATTACHMENT ")) k,"
	"    (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8)) s; "
	"END;"

	"CREATE TRIGGER recording_first BEFORE INSERT ON recording"
	" WHEN NOT EXISTS (SELECT 1 FROM day WHERE day = new.day) BEGIN"
	"  INSERT INTO day (day, is_dirty) VALUES (new.day, 0); "
	"END;"

	"CREATE TRIGGER recording_moved BEFORE UPDATE OF day ON recording"
	" WHEN NOT EXISTS (SELECT 1 FROM day WHERE day = new.day) BEGIN"
	"  INSERT INTO day (day, is_dirty) VALUES (new.day, 0); "
	"END;"

	"CREATE TRIGGER recording_added AFTER INSERT ON recording BEGIN"
	"  UPDATE day SET is_dirty = 1 WHERE day = new.day AND NOT is_dirty"
	"   AND new.seen_run IS NOT NULL;"
	"  UPDATE tally SET n = n + 1, bytes = bytes + coalesce(new.bytes, 0),"
	"    vanished = vanished + (new.vanished_s IS NOT NULL)"
	"   WHERE day = new.day AND kind = new.kind AND state = new.state; "
	"END;"

	"CREATE TRIGGER recording_counted"
	" AFTER UPDATE OF day, state, bytes, vanished_s ON recording"
	" WHEN (old.day, old.state, old.bytes, old.vanished_s IS NULL) IS NOT"
	"  (new.day, new.state, new.bytes, new.vanished_s IS NULL) BEGIN"
	"  UPDATE tally SET n = n - 1, bytes = bytes - coalesce(old.bytes, 0),"
	"    vanished = vanished - (old.vanished_s IS NOT NULL)"
	"   WHERE day = old.day AND kind = old.kind AND state = old.state;"
	"  UPDATE tally SET n = n + 1, bytes = bytes + coalesce(new.bytes, 0),"
	"    vanished = vanished + (new.vanished_s IS NOT NULL)"
	"   WHERE day = new.day AND kind = new.kind AND state = new.state; "
	"END;"

	/* claimed_run: what a crash after the rename left must be found. */
	"CREATE TRIGGER recording_changed AFTER UPDATE OF day, start_s, state,"
	"  reason, oddity, vanished_s, version, path, claimed_run ON recording"
	" WHEN (old.day, old.start_s, old.state, old.reason, old.oddity,"
	"   old.vanished_s, old.version, old.path, old.claimed_run) IS NOT"
	"  (new.day, new.start_s, new.state, new.reason, new.oddity,"
	"   new.vanished_s, new.version, new.path, new.claimed_run) BEGIN"
	"  UPDATE day SET is_dirty = 1 WHERE day = old.day AND NOT is_dirty;"
	"  UPDATE day SET is_dirty = 1 WHERE day = new.day AND NOT is_dirty; "
	"END;"

	"CREATE TRIGGER report_first BEFORE INSERT ON report"
	" WHEN NOT EXISTS (SELECT 1 FROM report_day"
	"  WHERE day = new.day AND route = new.route) BEGIN"
	"  INSERT INTO report_day (day, route) VALUES (new.day, new.route); "
	"END;"

	"CREATE TRIGGER report_day_first BEFORE INSERT ON report_day"
	" WHEN NOT EXISTS (SELECT 1 FROM day WHERE day = new.day) BEGIN"
	"  INSERT INTO day (day, is_dirty) VALUES (new.day, 0); "
	"END;"

	"CREATE TRIGGER report_added AFTER INSERT ON report BEGIN"
	"  UPDATE day SET is_dirty = 1 WHERE day = new.day AND NOT is_dirty;"
	"  UPDATE report_day SET documents = documents + 1,"
	"    vanished = vanished + (new.vanished_s IS NOT NULL),"
	"    oddities = oddities + (new.oddity <> ''),"
	"    changed = changed + (new.version > 1)"
	"   WHERE day = new.day AND route = new.route; "
	"END;"

	"CREATE TRIGGER report_changed AFTER UPDATE ON report BEGIN"
	"  UPDATE day SET is_dirty = 1 WHERE day = new.day AND NOT is_dirty;"
	"  UPDATE report_day SET"
	"    vanished = vanished + (new.vanished_s IS NOT NULL)"
	"     - (old.vanished_s IS NOT NULL),"
	"    oddities = oddities + (new.oddity <> '') - (old.oddity <> ''),"
	"    changed = changed + (new.version > 1) - (old.version > 1)"
	"   WHERE day = new.day AND route = new.route; "
	"END;"

	/* A row that is in no block yet is read whole when its turn comes. */
	"CREATE TRIGGER recording_reworded AFTER UPDATE OF version ON recording"
	" WHEN new.version <> old.version"
	"  AND new.n <= (SELECT max(last) FROM subject_block WHERE source = 0)"
	"  AND NOT EXISTS (SELECT 1 FROM subject_changed"
	"   WHERE source = 0 AND n = new.n) BEGIN"
	"  INSERT INTO subject_changed VALUES (0, new.n); "
	"END;"

	"CREATE TRIGGER report_reworded AFTER UPDATE OF version ON report"
	" WHEN new.version <> old.version"
	"  AND new.n <= (SELECT max(last) FROM subject_block WHERE source = 1)"
	"  AND NOT EXISTS (SELECT 1 FROM subject_changed"
	"   WHERE source = 1 AND n = new.n) BEGIN"
	"  INSERT INTO subject_changed VALUES (1, new.n); "
	"END;"

	"CREATE TRIGGER report_asked AFTER INSERT ON report_day"
	" WHEN new.asked_s IS NOT NULL BEGIN"
	"  UPDATE day SET is_dirty = 1 WHERE day = new.day AND NOT is_dirty; "
	"END;"

	"CREATE TRIGGER report_asked_again"
	" AFTER UPDATE OF asked_s, is_complete, total, flaw ON report_day"
	" WHEN (old.asked_s IS NULL, old.is_complete, old.total, old.flaw)"
	"  IS NOT (new.asked_s IS NULL, new.is_complete, new.total, new.flaw)"
	" BEGIN"
	"  UPDATE day SET is_dirty = 1 WHERE day = new.day AND NOT is_dirty; "
	"END;";

static const char stamps[] = "PRAGMA application_id = " TEXT_OF(
	APPLICATION_ID) ";"
			"PRAGMA user_version = " TEXT_OF(FORMAT) ";";

static const char *const parts[] = { tables, indexes, triggers, stamps };

int
schema_make(struct catalogue *c, struct ark_error *err)
{
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = query_exec(c, parts[i], err);
	return work_end(c, rc, err);
}

int
schema_check(struct catalogue *c, bool *is_empty, struct ark_error *err)
{
	int64_t id = 0, format = 0, objects = 0;
	char why[96];
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT (SELECT application_id FROM"
		      "  pragma_application_id),"
		      " (SELECT user_version FROM pragma_user_version),"
		      " (SELECT count(*) FROM sqlite_schema)");
	rc = query_next(&q, err);
	if (rc > 0) {
		id = query_get_int(&q, 0);
		format = query_get_int(&q, 1);
		objects = query_get_int(&q, 2);
	}
	query_close(&q);
	if (rc < 0)
		return rc;
	*is_empty = !id && !format && !objects;
	if (*is_empty || (id == APPLICATION_ID && format == FORMAT))
		return 0;
	if (id != APPLICATION_ID)
		return query_damaged(c, "it is a database, but not ours", err);
	(void)snprintf(why, sizeof(why),
		       "it has format %lld, made by another callark; this one "
		       "knows format %d",
		       (long long)format, FORMAT);
	return query_damaged(c, why, err);
}
