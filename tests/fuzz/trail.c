/*
 * The trail.  The input is a script that writes one (trail_script.h); what a
 * slow reader says of it, the walk must say too.  Of a whole trail no byte can
 * be changed unnoticed, and whoever adds to its end finds what the walk found,
 * changes nothing before it, and leaves it whole.
 */
#include <strings.h>

#include "flow/custody.h"
#include "folder.h"
#include "trail_script.h"

/* ---- the walk ----------------------------------------------------------- */

/* An entry can be written in one way only. */
static void
must_print_as(const struct trail_entry *e, const char *line, size_t n)
{
	struct buf printed = BUF_INIT(TEXT_MAX);
	struct trail_entry again = *e;

	memset(again.hash, 0, sizeof(again.hash));
	MUST(!trail_print(&again, &printed, NULL));
	MUST(printed.len == n + 1 && !memcmp(printed.data, line, n));
	MUST(!memcmp(again.hash, e->hash, sizeof(e->hash)));
	buf_release(&printed);
}

/* The publication that an entry tells of stands in it. */
static void
look_at_edition(const struct trail_entry *e)
{
	uint8_t tagmanifest[DIGEST_SHA256_SIZE];
	char object[DAY_SIZE + 4] = "day ", hex[DIGEST_SHA256_HEX];
	int32_t day;

	if (!custody_edition(e, &day, tagmanifest))
		return;
	day_format(object + 4, day);
	digest_hex(hex, tagmanifest, sizeof(tagmanifest));
	MUST(!strcmp(e->action, TRAIL_PUBLISHED));
	MUST(!strcmp(e->object, object));
	MUST(!strncmp(e->result, "tagmanifest ", 12));
	MUST(!strncasecmp(e->result + 12, hex, strlen(hex)));
}

static struct state
walk(const char *text, size_t n)
{
	struct state s = { .end = WHOLE };
	struct trail_walk w;
	struct trail_entry e;
	bool is_bad = false;
	int rc;

	MUST(!trail_walk_init(&w, NULL));
	for (const char *p = text; p < text + n;) {
		const char *lf = memchr(p, '\n', (size_t)(text + n - p));
		size_t len = lf ? (size_t)(lf - p) : (size_t)(text + n - p);
		struct ark_error err = { 0 };

		rc = trail_walk_line(&w, p, len, &e, &err);
		must_report(rc, &err);
		must_be_one_line(err.text);
		MUST(rc == 0 || rc == 1 || rc == ARK_EINTEGRITY);
		if (rc) {
			must_print_as(&e, p, len);
			look_at_edition(&e);
		}
		is_bad |= rc < 0;
		p += len + (lf != NULL);
	}
	rc = trail_walk_end(&w, NULL);
	if (w.n_odd)
		MUST(!trail_mended(&w, s.mended, NULL));
	s.n_unfinished = (size_t)w.odd_bytes;
	s.end = is_bad || rc < 0 ? DAMAGED : rc ? UNFINISHED : WHOLE;
	s.head.seq = w.seq;
	memcpy(s.head.hash, w.hash, sizeof(w.hash));
	trail_walk_release(&w);
	return s;
}

static void
must_be_same(const struct state *a, const struct state *b)
{
	MUST(a->end == b->end && a->head.seq == b->head.seq);
	MUST(!memcmp(a->head.hash, b->head.hash, sizeof(a->head.hash)));
	MUST(!strcmp(a->mended, b->mended));
	MUST(a->n_unfinished == b->n_unfinished);
}

/* ---- what else must hold ------------------------------------------------ */

/* A byte changed, or a line taken out before the last: never whole. */
static void
must_be_bound(const struct buf *text, const struct state *was, size_t at)
{
	char *copy = malloc(text->len);
	struct state now;

	MUST(copy);
	memcpy(copy, text->data, text->len);
	copy[at] = (char)(copy[at] ^ (1 << at % 7));
	now = walk(copy, text->len);
	MUST(now.end != WHOLE || now.head.seq != was->head.seq);
	free(copy);
}

/* Only the end is looked at, where so many unfinished entries may be all. */
static bool
can_be_continued(const struct state *was)
{
	return was->end != DAMAGED && was->n_unfinished < 6 * TRAIL_LINE_MAX;
}

/* Add an entry as a run does. */
static void
add(struct archive *a, const struct buf *text, const struct state *was)
{
	struct buf after = BUF_INIT(2 * TEXT_MAX);
	struct ark_error err = { 0 };
	struct state now;
	int rc = trail_add(a, TRAIL_STARTED, "run 1", "ok", &err);

	must_report(rc, &err);
	must_be_one_line(err.text);
	MUST(!store_slurp(a->store, TRAIL_PATH, &after, NULL));
	MUST(after.len >= text->len);
	MUST(!text->len || !memcmp(after.data, text->data, text->len));
	if (rc) {
		MUST(rc == ARK_EINTEGRITY && after.len == text->len);
		MUST(!can_be_continued(was));
	} else {
		now = walk(buf_text(&after), after.len);
		MUST(was->end == DAMAGED || now.end == WHOLE);
		MUST(now.head.seq > was->head.seq || was->end == DAMAGED);
	}
	buf_release(&after);
}

/* What stands at its end is found without reading all of it. */
static void
continue_on_disk(const struct buf *text, const struct state *was)
{
	static char id[] = "org-1";
	struct archive a = { .organization_id = id };
	struct ark_error err = { 0 };
	struct trail_head head = { 0 };
	int rc;

	folder_put(TRAIL_PATH, buf_text(text), text->len);
	MUST(!store_open(&a.store, folder(), STORE_WRITE, NULL));
	store_set_durability(a.store, STORE_NONE);
	rc = trail_last(&a, &head, &err);
	must_report(rc, &err);
	MUST(rc == 0 || rc == ARK_EINTEGRITY);
	if (can_be_continued(was)) {
		MUST(!rc && head.seq == was->head.seq);
		MUST(!memcmp(head.hash, was->head.hash, sizeof(head.hash)));
	}
	add(&a, text, was);
	store_close(a.store);
}

/* What a bag-info.txt tells of the trail. */
static void
try_baginfo(const char *text, size_t n, const struct trail_head *head)
{
	struct buf info = BUF_INIT(TEXT_MAX);
	struct trail_head found = { .seq = -7 };
	int rc = trail_get_baginfo(text, n, &found);

	MUST(rc == 1 ? found.seq > 0 : found.seq == 0);
	if (rc == 1)
		head = &found;
	trail_put_baginfo(&info, head);
	rc = trail_get_baginfo(buf_text(&info), info.len, &found);
	MUST(rc == (head->seq > 0));
	MUST(!rc || (found.seq == head->seq &&
		     !memcmp(found.hash, head->hash, sizeof(found.hash))));
	buf_release(&info);
}

/* An id stands there as it is, or by its hash; either can be written. */
static void
try_object(const char *id)
{
	struct trail_entry e = { .seq = 1, .time = TIME, .actor = "callark" };
	struct buf line = BUF_INIT(TEXT_MAX);
	size_t n = strlen(id);
	bool is_plain = n && n <= 200 && !strpbrk(id, "\"\\");

	for (size_t i = 0; i < n; i++)
		is_plain = is_plain && id[i] >= ' ' && id[i] <= '~';
	MUST(!trail_object(e.object, "recording", id));
	MUST(!strncmp(e.object, "recording ", 10));
	if (is_plain)
		MUST(!strcmp(e.object + 10, id));
	else
		MUST(!strncmp(e.object + 10, "sha256:", 7) &&
		     strlen(e.object) == 17 + 64);
	MUST(!trail_print(&e, &line, NULL));
	MUST(!trail_parse(&e, buf_text(&line), line.len - 1, NULL));
	buf_release(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n }, whole = in;
	char *id = input_rest(&whole);
	struct script s = { .text = BUF_INIT(TEXT_MAX) };
	uint8_t at = input_byte(&in);
	struct state seen, expected;

	try_object(id);
	free(id);
	write_trail(&s, &in);
	if (!s.text.rc) {
		seen = walk(buf_text(&s.text), s.text.len);
		expected = read_slowly(buf_text(&s.text), s.text.len);
		must_be_same(&seen, &expected);
		if (seen.end == WHOLE && s.text.len)
			must_be_bound(&s.text, &seen, at * 251 % s.text.len);
		continue_on_disk(&s.text, &seen);
		try_baginfo((const char *)bytes, n, &seen.head);
	}
	buf_release(&s.text);
	return 0;
}
