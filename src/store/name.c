/*
 * The names of recordings: templates and what they yield.
 */
#include <string.h>

#include "store/layout.h"
#include "store/safe.h"

#define EXTENSION_MAX 8
#define TIME_LEN 6

/* One stretch of a template. */
enum piece_kind { PIECE_END, PIECE_TEXT, PIECE_TIME, PIECE_ID, PIECE_WORD };

struct piece {
	enum piece_kind kind;
	const char *text;
	size_t len;
	size_t field;		/* of a word: where in layout_fields it is */
};

static const struct field {
	const char *name;
	enum piece_kind kind;
	size_t offset;
} known[] = {
	{ "time", PIECE_TIME, 0 },
	{ "id", PIECE_ID, 0 },
	{ "agent", PIECE_WORD, offsetof(struct layout_fields, agent) },
	{ "service", PIECE_WORD, offsetof(struct layout_fields, service) },
	{ "protocol", PIECE_WORD, offsetof(struct layout_fields, protocol) },
	{ "origin", PIECE_WORD, offsetof(struct layout_fields, origin) },
};

static int
take_field(struct piece *out, struct ark_error *err)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *name = known[i].name;

		if (out->len != strlen(name) + 2 ||
		    memcmp(out->text + 1, name, out->len - 2))
			continue;
		out->kind = known[i].kind;
		out->field = known[i].offset;
		return 0;
	}
	return error_set(err, ARK_EUSAGE, "name template: %.*s: expected "
			 "{time}, {id}, {agent}, {service}, {protocol} or "
			 "{origin}", (int)out->len, out->text);
}

/* Take the first piece of *template and move behind it. */
static int
take_piece(struct piece *out, const char **template, struct ark_error *err)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._-";
	const char *p = *template;

	*out = (struct piece){ .kind = PIECE_TEXT, .text = p };
	if (!*p) {
		out->kind = PIECE_END;
		return 0;
	}
	out->len = strspn(p, allowed);
	if (*p == '{' && strchr(p, '}'))
		out->len = (size_t)(strchr(p, '}') - p) + 1;
	if (!out->len)
		return error_set(err, ARK_EUSAGE, "name template: expected "
				 "letters, digits, \"._-\" or {field}, found "
				 "byte 0x%02x", (unsigned char)*p);
	*template = p + out->len;
	return *p == '{' ? take_field(out, err) : 0;
}

/* What a template amounts to. */
struct sums {
	size_t n_ids, n_words;
	size_t fixed;		/* bytes of everything else */
};

/*
 * Words have neither "-" nor "." in them.  With one of the two between the id
 * and the words, a name can be parted again, so two ids never share a name.
 */
static int
add_up(struct sums *sums, const char *template, struct ark_error *err)
{
	enum piece_kind last = PIECE_END;
	struct piece piece;
	bool is_parted = true;
	int rc;

	*sums = (struct sums){ 0 };
	for (rc = take_piece(&piece, &template, err);
	     !rc && piece.kind != PIECE_END;
	     rc = take_piece(&piece, &template, err)) {
		if (piece.kind == PIECE_TEXT) {
			is_parted |= memchr(piece.text, '-', piece.len) ||
				     memchr(piece.text, '.', piece.len);
			sums->fixed += piece.len;
			continue;
		}
		if (piece.kind == PIECE_TIME) {
			sums->fixed += TIME_LEN;
			continue;
		}
		if (!is_parted && last != piece.kind)
			return error_set(err, ARK_EUSAGE, "name template: "
					 "expected \"-\" or \".\" between {id} "
					 "and every other field but {time}");
		sums->n_ids += piece.kind == PIECE_ID;
		sums->n_words += piece.kind == PIECE_WORD;
		last = piece.kind;
		is_parted = false;
	}
	return rc;
}

/* Bytes left for the words of a name. */
static size_t
room_for_words(size_t fixed, size_t id_len)
{
	/* The first byte is the letter put in front of a device's name. */
	size_t taken = 1 + fixed + id_len + 1 + EXTENSION_MAX;

	return taken < LAYOUT_NAME_MAX ? LAYOUT_NAME_MAX - taken : 0;
}

/*
 * Whether letters or digits follow an id that begins the name: they could make
 * a device of it ("{id}1" of "com1"), and what is then put in front of that
 * name another id may have by itself ("xcom").
 */
static bool
is_id_prolonged(const char *template)
{
	static const char id[] = "{id}";
	size_t n = sizeof(id) - 1;

	return !strncmp(template, id, n) && template[n] &&
	       !strchr("._-{", template[n]);
}

int
layout_check(const char *template, struct ark_error *err)
{
	struct sums sums;
	int rc;

	rc = add_up(&sums, template, err);
	if (rc)
		return rc;
	if (sums.n_ids != 1)
		return error_set(err, ARK_EUSAGE, "name template: expected "
				 "{id} once, found it %zu times", sums.n_ids);
	if (strchr("._-", template[0]))
		return error_set(err, ARK_EUSAGE, "name template: expected a "
				 "letter, a digit or a field first, found "
				 "\"%c\"", template[0]);
	if (is_id_prolonged(template))
		return error_set(err, ARK_EUSAGE, "name template: expected "
				 "\"-\", \".\" or \"_\" behind {id} at its "
				 "beginning, found \"%c\"", template[4]);
	if (room_for_words(sums.fixed, SAFE_ID_MAX) < 1 + sums.n_words * 4)
		return error_set(err, ARK_EUSAGE, "name template: too long for "
				 "names of %d bytes", LAYOUT_NAME_MAX);
	return 0;
}

static bool
is_extension(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");

	return n > 0 && n <= EXTENSION_MAX && !text[n];
}

static const char *
word_of(const struct layout_fields *fields, size_t offset)
{
	const char *word;

	memcpy(&word, (const char *)fields + offset, sizeof(word));
	return word;
}

/* Add what stands for piece to out, which has room. */
static void
put_piece(struct buf *out, const struct piece *piece,
	  const struct layout_fields *fields, const char *id, size_t word_max)
{
	char word[SAFE_WORD_MAX + 1];
	int32_t s = fields->second;

	switch (piece->kind) {
	case PIECE_TEXT:
		(void)buf_add(out, piece->text, piece->len);
		break;
	case PIECE_TIME:
		(void)buf_addf(out, "%02d%02d%02d", s / 3600, s / 60 % 60,
			       s % 60);
		break;
	case PIECE_ID:
		(void)buf_adds(out, id);
		break;
	case PIECE_WORD:
		safe_word(word, word_of(fields, piece->field), word_max);
		(void)buf_adds(out, word);
		break;
	case PIECE_END:
		break;
	}
}

static void
put_pieces(struct buf *out, const char *template,
	   const struct layout_fields *fields, const char *id, size_t word_max)
{
	struct piece piece;

	while (!take_piece(&piece, &template, NULL) &&
	       piece.kind != PIECE_END)
		put_piece(out, &piece, fields, id, word_max);
}

static int
put_name(struct buf *out, const char *template,
	 const struct layout_fields *fields, const char *extension,
	 struct ark_error *err)
{
	char id[SAFE_ID_MAX + 1];
	struct sums sums;
	size_t word_max = 0;
	int rc;

	rc = add_up(&sums, template, err);
	if (!rc)
		rc = safe_id(id, fields->id, err);
	if (rc)
		return rc;
	if (sums.n_words)
		word_max = room_for_words(sums.fixed, strlen(id)) /
			   sums.n_words;
	if (word_max > SAFE_WORD_MAX)
		word_max = SAFE_WORD_MAX;
	put_pieces(out, template, fields, id, word_max);
	(void)buf_addf(out, ".%s", extension);
	return buf_status(out, err);
}

int
layout_name(char out[LAYOUT_NAME_MAX + 1], const char *template,
	    const struct layout_fields *fields, const char *extension,
	    struct ark_error *err)
{
	struct buf name = BUF_INIT(LAYOUT_NAME_MAX);
	const char *text;
	int rc;

	if (!is_extension(extension))
		return error_set(err, ARK_EFORMAT, "extension: expected 1 to "
				 "%d of [a-z0-9]", EXTENSION_MAX);
	if (fields->second < 0 || fields->second >= 86400)
		return error_set(err, ARK_EFORMAT, "second of the day: "
				 "expected 0 to 86399, found %ld",
				 (long)fields->second);
	rc = put_name(&name, template, fields, extension, err);
	if (rc)
		goto out;
	text = buf_text(&name);
	/* By what stands around the id: safe_id() has seen to the id alone. */
	if (safe_is_device(text))
		*out++ = 'x';
	memcpy(out, text, name.len + 1);
out:
	buf_release(&name);
	return rc;
}
