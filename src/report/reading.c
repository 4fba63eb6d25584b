#include "report/reading.h"

#include <string.h>

#include "report/phone.h"
#include "report/taxid.h"

#define LEAST_PAPER 3	/* digits, without zeros in front, to be filled up */
#define LEAST_PIECE 10	/* digits of a telephone number among others */
#define PAPER_BREAKS " ,;:<>()[]{}\"'|=\\"

/* A text being read. */
struct reader {
	subject_fn *fn;
	void *ctx;
};

static int
tell(const struct reader *r, enum ark_subject_kind kind, const char *text,
     size_t n)
{
	struct subject s = { .kind = kind };

	if (!n || n > SUBJECT_MAX_TEXT)
		return 0;
	memcpy(s.text, text, n);
	s.text[n] = 0;
	return r->fn(r->ctx, &s);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A letter or digit of ASCII, or part of any other letter. */
static bool
is_word(char c)
{
	return is_alnum(c) || (unsigned char)c >= 0x80;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* ---- CPF and CNPJ ---------------------------------------------------- */

static int
tell_right(const struct reader *r, const char *plain)
{
	int rc = 0;

	if (taxid_is_cpf(plain))
		rc = tell(r, ARK_SUBJECT_CPF, plain, TAXID_CPF_LENGTH);
	if (!rc && taxid_is_cnpj(plain))
		rc = tell(r, ARK_SUBJECT_CNPJ, plain, TAXID_CNPJ_LENGTH);
	return rc;
}

/* Each word of a text, and the text as a whole. */
static int
read_taxids(const struct reader *r, const char *text)
{
	char plain[TAXID_SIZE];
	int rc = 0;

	if (taxid_plain(plain, text, strlen(text)))
		rc = tell_right(r, plain);
	while (!rc && *text) {
		size_t n = strcspn(text, PAPER_BREAKS);

		if (taxid_plain(plain, text, n) >= TAXID_CPF_LENGTH)
			rc = tell_right(r, plain);
		text += n;
		text += strspn(text, PAPER_BREAKS);
	}
	return rc;
}

/*
 * A number that was kept as one has lost the zeros in front, and one kept in a
 * field of fourteen digits may have more of them than it should.
 */
static int
read_filled_up(const struct reader *r, const char *plain)
{
	const char *core = plain + strspn(plain, "0");
	size_t n = strlen(core);
	char filled[TAXID_SIZE] = "00000000000000";
	int rc = 0;

	if (n < LEAST_PAPER || strspn(core, "0123456789") != n)
		return 0;
	memcpy(filled + TAXID_CNPJ_LENGTH - n, core, n + 1);
	if (n <= TAXID_CPF_LENGTH)
		rc = tell_right(r, filled + TAXID_CNPJ_LENGTH -
				TAXID_CPF_LENGTH);
	return rc ? rc : tell_right(r, filled);
}

/*
 * The whole text as a CPF or CNPJ; *is_one tells whether it is nothing else.
 * Letters may be anything ("CPF 123..."), unless the check digits are right.
 */
static int
read_paper(const struct reader *r, const char *text, bool *is_one)
{
	char plain[TAXID_SIZE];
	size_t n = taxid_plain(plain, text, strlen(text));
	bool is_number = strspn(plain, "0123456789") == n;
	int rc = 0;

	*is_one = n >= TAXID_CPF_LENGTH && (is_number || taxid_is_cnpj(plain));
	if (n == TAXID_CPF_LENGTH && is_number)
		rc = tell(r, ARK_SUBJECT_CPF, plain, n);
	if (n == TAXID_CNPJ_LENGTH)
		rc = tell(r, ARK_SUBJECT_CNPJ, plain, n);
	if (!rc && n)
		rc = read_filled_up(r, plain);
	return rc;
}

/* ---- telephone numbers ------------------------------------------------ */

static int
tell_phone(const struct reader *r, const char *text, size_t n, size_t *found)
{
	struct phone phones[PHONE_MAX_READINGS];
	int rc = 0;

	*found = phone_read(phones, text, n);
	for (size_t i = 0; !rc && i < *found; i++) {
		struct subject s = {
			.kind = ARK_SUBJECT_PHONE,
			.has_area = phones[i].has_area,
		};

		memcpy(s.text, phones[i].digits, sizeof(phones[i].digits));
		rc = r->fn(r->ctx, &s);
	}
	return rc;
}

/* Whether the n bytes at p stand alone, not within a word of text. */
static bool
stands_alone(const char *text, const char *p, size_t n)
{
	return (p == text || (!is_word(p[-1]) && p[-1] != '_')) &&
	       !is_word(p[n]) && p[n] != '_';
}

/* Numbers with nothing in them, in what is none as a whole. */
static int
read_pieces(const struct reader *r, const char *text, const char *p,
	    const char *end)
{
	size_t found;
	int rc = 0;

	while (!rc && p < end) {
		size_t n = strspn(p, "0123456789");

		if (n >= LEAST_PIECE && stands_alone(text, p, n))
			rc = tell_phone(r, p, n, &found);
		p += n ? n : 1;
	}
	return rc;
}

/*
 * How far the number goes that begins at p: digits with what may stand between
 * them.  0 when none begins there; "+" begins another one.
 */
static size_t
phone_span(const char *p)
{
	size_t n = *p == '+' || *p == '(' ? 1 : 0;

	if (!is_digit(p[n]) && !(*p == '+' && p[n] == '('))
		return 0;
	n += strspn(p + n, "0123456789 .-()");
	while (n && !is_digit(p[n - 1]))
		n--;
	return n;
}

static int
read_phones(const struct reader *r, const char *text)
{
	const char *p = text;
	int rc = 0;

	while (!rc && *p) {
		size_t n = phone_span(p), found = 0;

		if (n && stands_alone(text, p, n))
			rc = tell_phone(r, p, n, &found);
		if (!rc && n && !found)
			rc = read_pieces(r, text, p, p + n);
		p += n ? n : 1;
	}
	return rc;
}

/* ---- e-mail addresses -------------------------------------------------- */

static bool
is_local_sign(char c)
{
	return is_word(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool
is_domain_sign(char c)
{
	return is_word(c) || c == '-' || c == '.';
}

/* The address around at, which points to an "@" behind start. */
static int
read_email(const struct reader *r, const char *start, const char *at)
{
	char address[SUBJECT_MAX_TEXT + 1];
	const char *first = at, *end = at + 1;
	size_t n;

	while (first > start && is_local_sign(first[-1]))
		first--;
	while (first < at && strchr(".'`", *first))
		first++;
	while (is_domain_sign(*end))
		end++;
	while (end > at + 1 && (end[-1] == '.' || end[-1] == '-'))
		end--;
	n = (size_t)(end - first);
	if (first == at || end == at + 1 || n > SUBJECT_MAX_TEXT)
		return 0;
	for (size_t i = 0; i < n; i++)
		address[i] = lower(first[i]);
	return tell(r, ARK_SUBJECT_EMAIL, address, n);
}

static int
read_emails(const struct reader *r, const char *text)
{
	const char *start = text, *at;
	int rc = 0;

	for (at = strchr(text, '@'); !rc && at; at = strchr(at + 1, '@')) {
		rc = read_email(r, start, at);
		start = at + 1;
	}
	return rc;
}

/* ---- protocols --------------------------------------------------------- */

static int
read_protocol(const struct reader *r, const char *text)
{
	char plain[SUBJECT_MAX_TEXT + 1];
	size_t n = 0;

	for (; *text; text++) {
		if (!is_word(*text))
			continue;
		if (n == SUBJECT_MAX_TEXT)
			return 0;
		plain[n++] = lower(*text);
	}
	return tell(r, ARK_SUBJECT_PROTOCOL, plain, n);
}

int
reading_each(const char *text, unsigned readings, subject_fn *fn, void *ctx)
{
	const struct reader r = { fn, ctx };
	bool is_one = false;
	int rc = 0;

	if (readings & READING_PAPER)
		rc = read_paper(&r, text, &is_one);
	if (is_one)
		return rc;
	if (!rc && readings & READING_TAXID)
		rc = read_taxids(&r, text);
	if (!rc && readings & READING_PHONE)
		rc = read_phones(&r, text);
	if (!rc && readings & READING_EMAIL)
		rc = read_emails(&r, text);
	if (!rc && readings & READING_PROTOCOL)
		rc = read_protocol(&r, text);
	return rc;
}
