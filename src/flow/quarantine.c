#include "flow/quarantine.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "flow/custody.h"
#include "flow/kinds.h"
#include "json/tree.h"
#include "model/time.h"
#include "store/layout.h"

static int
describe(struct buf *out, const struct quarantine_case *it,
	 struct ark_error *err)
{
	const struct part_facts *facts = part_facts(it->part);
	char hex[DIGEST_SHA256_HEX], day[DAY_SIZE], now[CLOCK_UTC_SIZE];
	struct json_tree *t = json_tree_new();
	int rc;

	if (!t)
		return error_nomem(err);
	digest_hex(hex, facts->sha256, sizeof(facts->sha256));
	day_format(day, it->day);
	clock_utc(now, clock_wall_s());
	json_put_text(t, "id", it->id);
	if (it->kind != CATALOGUE_RECORDING)
		json_put_text(t, "kind", kind_of(it->kind)->name);
	json_put_text(t, "day", day);
	json_put_text(t, "reason", it->reason);
	json_put_text(t, "fetched_at", now);
	json_put_text(t, "link_host", it->answer->host);
	json_put_int(t, "status", it->answer->head.status);
	json_put_text(t, "content_type", it->answer->head.content_type);
	json_put_int(t, "bytes", facts->size);
	json_put_text(t, "sha256", hex);
	rc = json_print(t, true, out, err);
	json_tree_free(t);
	buf_addc(out, '\n');
	return rc ? rc : buf_status(out, err);
}

int
quarantine_body(struct archive *a, const struct quarantine_case *it,
		struct ark_error *err)
{
	const struct part_facts facts = *part_facts(it->part);
	struct buf why = BUF_INIT(65536);
	char path[STORE_PATH_MAX];
	int rc;

	rc = layout_quarantine(path, it->day, it->id, facts.sha256, err);
	if (!rc)
		rc = describe(&why, it, err);
	if (rc)
		part_drop(it->part);
	else
		rc = store_quarantine(a->store, it->part, path, buf_text(&why),
				      why.len, err);
	buf_release(&why);
	if (!rc)
		rc = custody_quarantined(a, it->kind, it->id, facts.size,
					 facts.sha256, err);
	return rc;
}

/* Move a damaged file to a name that is free. */
static int
move_damaged(struct store *s, int32_t day, const char *path,
	     struct ark_error *err)
{
	const char *name = strrchr(path, '/');
	char folder[STORE_PATH_MAX], to[STORE_PATH_MAX + 64], turn[16] = "";
	int rc;

	layout_day(folder, day);
	for (int i = 2;; i++) {
		(void)snprintf(to, sizeof(to), "quarantine/%s/%s%s.damaged",
			       folder, name ? name + 1 : path, turn);
		rc = store_move(s, path, to, err);
		if (rc != ARK_EEXISTS || i > 1000)
			return rc;
		(void)snprintf(turn, sizeof(turn), ".%d", i);
	}
}

int
quarantine_damaged(struct archive *a, enum catalogue_kind kind, const char *id,
		   int32_t day, const char *path, struct ark_error *err)
{
	int rc;

	rc = move_damaged(a->store, day, path, err);
	return rc ? rc : custody_set_aside(a, kind, id, day, err);
}
