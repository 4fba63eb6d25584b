/*
 * A trail that a script writes, well or badly, and a slow reader who has all of
 * it before him.  Of the script a byte says what comes next: an entry, with
 * flaws or without; bytes that are none; a power cut; a byte that changes; what
 * stood there before once more.
 */
#ifndef FUZZ_TRAIL_SCRIPT_H
#define FUZZ_TRAIL_SCRIPT_H

#include "flow/trail.h"
#include "fuzz.h"

#define TEXT_MAX ((size_t)1 << 16)
#define TIME "2024-12-31T14:30:05.678Z"

/* What a trail amounts to. */
struct state {
	enum { WHOLE, UNFINISHED, DAMAGED } end;
	struct trail_head head;
	char mended[TRAIL_RESULT_SIZE];	/* what the next must say, or "" */
	size_t n_unfinished;		/* bytes of that */
};

/* ---- the reader --------------------------------------------------------- */

/* The span of lines that are no entry, as the entry behind it must tell it. */
static inline void
tell_span(char out[TRAIL_RESULT_SIZE], const char *p, size_t n)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	char hex[DIGEST_SHA256_HEX];

	MUST(!digest_sha256(sha256, p, n, NULL));
	digest_hex(hex, sha256, sizeof(sha256));
	(void)snprintf(out, TRAIL_RESULT_SIZE, "the %zu bytes before it are an "
		       "unfinished entry, sha256 %s", n, hex);
}

/* Whether line is the beginning of an entry with the number seq. */
static inline bool
is_cut_short(const char *line, size_t n, int64_t seq)
{
	char begin[64];
	size_t len = (size_t)snprintf(begin, sizeof(begin),
				      "{\"seq\":%lld,\"time\":\"",
				      (long long)seq);

	return n && n <= TRAIL_LINE_MAX && !memcmp(line, begin, n < len ? n :
						   len) &&
	       !(n > 1 && line[n - 2] == '"' && line[n - 1] == '}');
}

static inline struct state
read_slowly(const char *text, size_t n)
{
	struct state s = { .end = WHOLE };
	const char *odd = NULL, *odd_end = NULL;
	bool is_cut = true, is_bad = false;

	for (const char *p = text; p < text + n;) {
		const char *lf = memchr(p, '\n', (size_t)(text + n - p));
		size_t len = lf ? (size_t)(lf - p) : (size_t)(text + n - p);
		char expected[TRAIL_RESULT_SIZE] = "";
		struct trail_entry e;

		if (trail_parse(&e, p, len, NULL)) {
			odd = odd ? odd : p;
			odd_end = p + len;
			is_cut = is_cut && is_cut_short(p, len, s.head.seq + 1);
		} else {
			if (odd)
				tell_span(expected, odd, (size_t)(odd_end -
								  odd));
			is_bad |= odd && (!is_cut ||
					  strcmp(e.result, expected));
			is_bad |= !odd != !!strcmp(e.action, TRAIL_MENDED);
			is_bad |= e.seq != s.head.seq + 1;
			is_bad |= !!memcmp(e.prev, s.head.hash, 32);
			s.head.seq = e.seq;
			memcpy(s.head.hash, e.hash, sizeof(s.head.hash));
			odd = NULL;
			is_cut = true;
		}
		p += len + (lf != NULL);
	}
	if (odd) {
		s.n_unfinished = (size_t)(odd_end - odd);
		tell_span(s.mended, odd, s.n_unfinished);
	}
	s.end = is_bad || (odd && !is_cut) ? DAMAGED : odd ? UNFINISHED : WHOLE;
	return s;
}

/* ---- the writer --------------------------------------------------------- */

/* A text of at most max bytes, harmless or not: trail_print() must tell. */
static inline void
take_text(char *out, size_t max, struct input *in)
{
	size_t n = input_byte(in) % max;
	size_t i = 0;

	for (; i < n && in->n; i++)
		out[i] = (char)(input_byte(in) % 95 + ' ');
	out[i] = 0;
}

static inline size_t
take_place(size_t n, struct input *in)
{
	size_t at = (size_t)input_byte(in) << 8;

	return (at + input_byte(in)) % n;
}

static inline void
change_byte(uint8_t *p, size_t n, struct input *in)
{
	size_t at = n ? take_place(n, in) : 0;

	if (n)
		p[at] ^= input_byte(in);
}

/* What was written so far, and what that amounts to unless it is stale. */
struct script {
	struct buf text;
	struct state now;
	bool is_stale;
};

/* As a publication is told, or not far from it. */
static inline void
make_edition(struct trail_entry *e, struct input *in)
{
	static const char digits[] = "0123456789abcdefABCDEFg";
	int month = input_byte(in) % 14, day = input_byte(in) % 33, n;

	(void)snprintf(e->object, sizeof(e->object), "day 2024-%02d-%02d",
		       month, day);
	n = snprintf(e->result, sizeof(e->result), "tagmanifest ");
	for (int left = input_byte(in) % 68; left; left--)
		e->result[n++] = digits[input_byte(in) % 23];
	(void)snprintf(e->result + n, sizeof(e->result) - (size_t)n,
		       ", listed 7");
}

static inline void
choose_action(struct trail_entry *e, const struct state *now,
	      struct input *in, uint8_t flaws)
{
	static const char *const actions[] = {
		TRAIL_STARTED, TRAIL_ENDED, TRAIL_PUBLISHED, TRAIL_MENDED,
	};
	uint8_t which = input_byte(in);
	const char *action = actions[which % 4];

	if (*now->mended && !(flaws & 1))
		action = TRAIL_MENDED;
	(void)snprintf(e->action, sizeof(e->action), "%s", action);
	take_text(e->object, sizeof(e->object), in);
	take_text(e->result, sizeof(e->result), in);
	if (which & 2)
		make_edition(e, in);
	if (*now->mended && !(flaws & 2))
		(void)snprintf(e->result, sizeof(e->result), "%s",
			       now->mended);
}

/* One entry, right but for what the bits of flaws say. */
static inline void
write_entry(struct script *s, struct input *in, uint8_t flaws)
{
	struct trail_entry e = { .time = TIME, .actor = "callark uid 0" };

	if (s->is_stale)
		s->now = read_slowly(buf_text(&s->text), s->text.len);
	s->is_stale = false;
	choose_action(&e, &s->now, in, flaws);
	e.seq = s->now.head.seq + 1;
	memcpy(e.prev, s->now.head.hash, sizeof(e.prev));
	if (flaws & 4)
		e.seq += (int8_t)input_byte(in);
	if (flaws & 8)
		change_byte(e.prev, sizeof(e.prev), in);
	if (s->text.len && s->text.data[s->text.len - 1] != '\n')
		buf_addc(&s->text, '\n');
	if (trail_print(&e, &s->text, NULL)) {
		MUST(s->text.rc || e.seq < 1 || strpbrk(e.object, "\"\\") ||
		     strpbrk(e.result, "\"\\"));
		s->is_stale = true;
		return;
	}
	s->now.head.seq = e.seq;
	memcpy(s->now.head.hash, e.hash, sizeof(e.hash));
	*s->now.mended = 0;
}

static inline void
write_bytes(struct buf *text, struct input *in)
{
	for (size_t n = input_byte(in); n-- && in->n;)
		buf_addc(text, (char)input_byte(in));
}

/* The line before last again. */
static inline void
repeat(struct buf *text, struct input *in)
{
	size_t at = text->len ? (size_t)input_byte(in) * 37 % text->len : 0;
	char *copy;

	while (at && text->data[at - 1] != '\n')
		at--;
	copy = malloc(text->len - at + 1);
	MUST(copy);
	memcpy(copy, buf_text(text) + at, text->len - at);
	buf_add(text, copy, text->len - at);
	free(copy);
}

static inline void
write_trail(struct script *s, struct input *in)
{
	struct buf *text = &s->text;

	while (in->n && !text->rc) {
		uint8_t what = input_byte(in);

		s->is_stale |= what % 8 > 3;
		switch (what % 8) {
		case 4:
			write_bytes(text, in);
			break;
		case 5:		/* a power cut */
			if (text->len)
				text->len -= take_place(text->len, in);
			break;
		case 6:
			change_byte(text->data, text->len, in);
			break;
		case 7:
			repeat(text, in);
			break;
		default:
			write_entry(s, in, what % 8 == 3 ? what / 8 : 0);
			break;
		}
	}
}

#endif
