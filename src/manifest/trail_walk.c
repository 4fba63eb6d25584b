/*
 * Entry after entry of a trail: whether each follows the one before it.
 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "manifest/trail.h"

int
trail_walk_init(struct trail_walk *w, struct ark_error *err)
{
	*w = (struct trail_walk){ .is_unfinished = true };
	return digest_new(&w->odd, DIGEST_SHA256, err);
}

void
trail_walk_release(struct trail_walk *w)
{
	digest_free(w->odd);
	w->odd = NULL;
}

/* Whether the line is what is there of the next entry, its end missing. */
static bool
is_beginning(const struct trail_walk *w, const char *line, size_t n)
{
	char next[64];
	size_t known;

	if (!n || n > TRAIL_LINE_MAX)
		return false;
	/* This one has its end: it was whole, and changed. */
	if (n >= 2 && line[n - 2] == '"' && line[n - 1] == '}')
		return false;
	(void)snprintf(next, sizeof(next), "{\"seq\":%lld,\"time\":\"",
		       (long long)w->seq + 1);
	known = strlen(next);
	return !memcmp(line, next, n < known ? n : known);
}

static int
add_odd(struct trail_walk *w, const char *line, size_t n,
	struct ark_error *err)
{
	int rc = 0;

	w->is_unfinished = w->is_unfinished && is_beginning(w, line, n);
	if (w->n_odd++) {
		rc = digest_add(w->odd, "\n", 1, err);
		w->odd_bytes++;
	}
	if (!rc)
		rc = digest_add(w->odd, line, n, err);
	w->odd_bytes += (int64_t)n;
	return rc;
}

static int
forget_odd(struct trail_walk *w, struct ark_error *err)
{
	if (!w->n_odd)
		return 0;
	w->n_odd = w->odd_bytes = 0;
	w->is_unfinished = true;
	return digest_reset(w->odd, err);
}

int
trail_mended(const struct trail_walk *w, char result[TRAIL_RESULT_SIZE],
	     struct ark_error *err)
{
	uint8_t sha256[DIGEST_MAX_SIZE];
	char hex[DIGEST_SHA256_HEX];
	int rc;

	rc = digest_final(w->odd, sha256, err);
	if (rc)
		return rc;
	digest_hex(hex, sha256, DIGEST_SHA256_SIZE);
	(void)snprintf(result, TRAIL_RESULT_SIZE, "the %lld bytes before it "
		       "are an unfinished entry, sha256 %s",
		       (long long)w->odd_bytes, hex);
	return 0;
}

/* n_odd lines, the last of them with this number, are wrong. */
static int
refuse_odd(const struct trail_walk *w, int64_t last, struct ark_error *err)
{
	if (w->n_odd == 1)
		return error_set(err, ARK_EINTEGRITY, "line %lld is not as it "
				 "was written", (long long)last);
	return error_set(err, ARK_EINTEGRITY, "lines %lld to %lld are not as "
			 "they were written", (long long)(last - w->n_odd + 1),
			 (long long)last);
}

/* What the lines before the entry e were. */
static int
judge_odd(const struct trail_walk *w, const struct trail_entry *e,
	  struct ark_error *err)
{
	char expected[TRAIL_RESULT_SIZE];
	int rc;

	if (!w->n_odd && !strcmp(e->action, TRAIL_MENDED))
		return error_set(err, ARK_EINTEGRITY, "line %lld: it tells of "
				 "an unfinished entry that is not there",
				 (long long)w->n_lines);
	if (!w->n_odd)
		return 0;
	rc = trail_mended(w, expected, err);
	if (rc)
		return rc;
	if (w->is_unfinished && !strcmp(e->action, TRAIL_MENDED) &&
	    !strcmp(e->result, expected))
		return 0;
	return refuse_odd(w, w->n_lines - 1, err);
}

static int
judge_place(const struct trail_walk *w, const struct trail_entry *e,
	    struct ark_error *err)
{
	if (e->seq != w->seq + 1)
		return error_set(err, ARK_EINTEGRITY, "line %lld: expected "
				 "entry %lld, found %lld",
				 (long long)w->n_lines, (long long)w->seq + 1,
				 (long long)e->seq);
	if (memcmp(e->prev, w->hash, sizeof(e->prev)))
		return error_set(err, ARK_EINTEGRITY, "line %lld: entry %lld "
				 "was written behind another than the one "
				 "before it", (long long)w->n_lines,
				 (long long)e->seq);
	return 0;
}

int
trail_walk_line(struct trail_walk *w, const char *line, size_t n,
		struct trail_entry *e, struct ark_error *err)
{
	int rc, later;

	w->n_lines++;
	rc = trail_parse(e, line, n, NULL);
	if (rc == ARK_EFORMAT)
		return add_odd(w, line, n, err);
	if (rc)
		return error_nomem(err);
	rc = judge_odd(w, e, err);
	if (!rc)
		rc = judge_place(w, e, err);
	w->seq = e->seq;
	memcpy(w->hash, e->hash, sizeof(w->hash));
	later = forget_odd(w, err);
	if (later)
		return later;
	return rc ? rc : 1;
}

int
trail_walk_end(const struct trail_walk *w, struct ark_error *err)
{
	if (!w->n_odd)
		return 0;
	if (w->is_unfinished)
		return 1;
	return refuse_odd(w, w->n_lines, err);
}
