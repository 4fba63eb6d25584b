#include "report/subject.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "report/phone.h"
#include "report/reading.h"
#include "report/spelling.h"
#include "report/taxid.h"

#define MAX_WORD 1024	/* bytes of what somebody typed */
#define LEAST_PROTOCOL 16	/* signs, to be taken for one unasked */
#define KEY_DIGITS 8	/* of a telephone number: the others may be missing */

static const char *const names[ARK_N_SUBJECT_KINDS] = {
	[ARK_SUBJECT_CPF] = "cpf",
	[ARK_SUBJECT_CNPJ] = "cnpj",
	[ARK_SUBJECT_PHONE] = "phone",
	[ARK_SUBJECT_EMAIL] = "email",
	[ARK_SUBJECT_PROTOCOL] = "protocol",
};

static const char *const words[ARK_N_SUBJECT_KINDS] = {
	[ARK_SUBJECT_CPF] = "CPF",
	[ARK_SUBJECT_CNPJ] = "CNPJ",
	[ARK_SUBJECT_PHONE] = "telephone number",
	[ARK_SUBJECT_EMAIL] = "e-mail address",
	[ARK_SUBJECT_PROTOCOL] = "protocol",
};

const char *
subject_kind_name(enum ark_subject_kind kind)
{
	return names[kind];
}

const char *
subject_kind_words(enum ark_subject_kind kind)
{
	return words[kind];
}

/* ---- comparing --------------------------------------------------------- */

enum subject_match
subject_compare(const struct subject *a, const struct subject *b)
{
	const char *local_a, *local_b;

	if (a->kind != b->kind)
		return SUBJECT_OTHER;
	if (a->has_area == b->has_area)
		return strcmp(a->text, b->text) ? SUBJECT_OTHER : SUBJECT_SAME;
	local_a = phone_local(a->text, a->has_area);
	local_b = phone_local(b->text, b->has_area);
	if (!local_a || !local_b || strcmp(local_a, local_b) != 0)
		return SUBJECT_OTHER;
	return SUBJECT_PARTLY;
}

int64_t
subject_key(const struct subject *s)
{
	char text[SUBJECT_MAX_TEXT + 3];
	size_t n = strlen(s->text), skip = 0;

	if (s->kind == ARK_SUBJECT_PHONE && n > KEY_DIGITS)
		skip = n - KEY_DIGITS;
	(void)snprintf(text, sizeof(text), "%d:%s", (int)s->kind,
		       s->text + skip);
	return (int64_t)(hash_text(text) >> 17);
}

/* ---- what somebody typed ------------------------------------------------ */

static void
set(struct subject *out, enum ark_subject_kind kind, const char *text)
{
	*out = (struct subject){ .kind = kind };
	(void)snprintf(out->text, sizeof(out->text), "%s", text);
}

static int
parse_cpf(struct subject *out, const char *text, bool is_unchecked,
	  struct ark_error *err)
{
	char plain[TAXID_SIZE];
	size_t n = taxid_plain(plain, text, strlen(text));

	if (n != TAXID_CPF_LENGTH || strspn(plain, "0123456789") != n)
		return error_set(err, ARK_EUSAGE, "this is no CPF: it takes 11 "
				 "digits, as in 123.456.789-09");
	if (!is_unchecked && !taxid_is_cpf(plain))
		return error_set(err, ARK_EUSAGE, "this is no CPF: its check "
				 "digits are wrong (--unchecked searches for "
				 "it all the same)");
	set(out, ARK_SUBJECT_CPF, plain);
	return 0;
}

static int
parse_cnpj(struct subject *out, const char *text, bool is_unchecked,
	   struct ark_error *err)
{
	char plain[TAXID_SIZE];
	size_t n = taxid_plain(plain, text, strlen(text));

	if (n != TAXID_CNPJ_LENGTH)
		return error_set(err, ARK_EUSAGE, "this is no CNPJ: it takes "
				 "14 digits or letters, as in "
				 "12.ABC.345/01DE-35");
	if (!is_unchecked && !taxid_is_cnpj(plain))
		return error_set(err, ARK_EUSAGE, "this is no CNPJ: its check "
				 "digits are wrong (--unchecked searches for "
				 "it all the same)");
	set(out, ARK_SUBJECT_CNPJ, plain);
	return 0;
}

static int
parse_phone(struct subject *out, const char *text, struct ark_error *err)
{
	struct phone phones[PHONE_MAX_READINGS];

	if (!phone_read(phones, text, strlen(text)))
		return error_set(err, ARK_EUSAGE, "this is no telephone "
				 "number: it takes 8 to 15 digits, as in "
				 "(11) 91234-5678 or +55 11 91234-5678");
	set(out, ARK_SUBJECT_PHONE, phones[0].digits);
	out->has_area = phones[0].has_area;
	return 0;
}

/* The one subject of a reading. */
struct found {
	struct subject *out;
	size_t n;
};

/* subject_fn */
static int
take(void *ctx, const struct subject *s)
{
	struct found *found = ctx;

	*found->out = *s;
	found->n++;
	return 0;
}

static int
parse_email(struct subject *out, const char *text, struct ark_error *err)
{
	struct found found = { .out = out };

	(void)reading_each(text, READING_EMAIL, take, &found);
	if (found.n != 1)
		return error_set(err, ARK_EUSAGE, "this is no e-mail address: "
				 "it takes one of the form NAME@HOST");
	return 0;
}

static int
parse_protocol(struct subject *out, const char *text, struct ark_error *err)
{
	struct found found = { .out = out };

	(void)reading_each(text, READING_PROTOCOL, take, &found);
	if (found.n != 1)
		return error_set(err, ARK_EUSAGE, "this is no protocol: it "
				 "takes letters or digits");
	return 0;
}

static int
parse_as(struct subject *out, const char *text, enum ark_subject_kind kind,
	 bool is_unchecked, struct ark_error *err)
{
	switch (kind) {
	case ARK_SUBJECT_CPF:
		return parse_cpf(out, text, is_unchecked, err);
	case ARK_SUBJECT_CNPJ:
		return parse_cnpj(out, text, is_unchecked, err);
	case ARK_SUBJECT_PHONE:
		return parse_phone(out, text, err);
	case ARK_SUBJECT_EMAIL:
		return parse_email(out, text, err);
	case ARK_SUBJECT_PROTOCOL:
	default:
		return parse_protocol(out, text, err);
	}
}

/* Whether text has the dots and the dash of a CPF, where nothing else has. */
static bool
looks_like_cpf(const char *text)
{
	static const char form[] = "ddd.ddd.ddd-dd";
	const char *f = form;

	text += strspn(text, " ");
	while (*f && (*f == 'd' ? *text >= '0' && *text <= '9' : *text == *f)) {
		f++;
		text++;
	}
	return !*f && !text[strspn(text, " ")];
}

/*
 * Whether text is one of kind beyond doubt.  Nothing but its length tells a
 * protocol, and a number without area code may be anything.
 */
static bool
is_surely(const char *text, enum ark_subject_kind kind)
{
	struct subject s;

	if (kind == ARK_SUBJECT_EMAIL && !strchr(text, '@'))
		return false;
	if (kind == ARK_SUBJECT_PHONE && looks_like_cpf(text))
		return false;
	if (parse_as(&s, text, kind, false, NULL))
		return false;
	if (kind == ARK_SUBJECT_PHONE)
		return s.has_area && (strchr(text, '+') ||
				      phone_local(s.text, true));
	return kind != ARK_SUBJECT_PROTOCOL;
}

/*
 * Whether text may be taken for a protocol unasked.  The name of somebody,
 * which would then be held nowhere, has no digit.
 */
static bool
looks_like_protocol(const char *text)
{
	struct subject s;

	return !strchr(text, '@') && !parse_protocol(&s, text, NULL) &&
	       strlen(s.text) >= LEAST_PROTOCOL &&
	       strpbrk(s.text, "0123456789");
}

static int
find_kind(enum ark_subject_kind *kind, const char *text, struct ark_error *err)
{
	char list[64] = "";
	size_t n = 0, len = 0;

	for (int k = 0; k < ARK_N_SUBJECT_KINDS; k++) {
		if (!is_surely(text, (enum ark_subject_kind)k))
			continue;
		*kind = (enum ark_subject_kind)k;
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					n++ ? " or " : "", names[k]);
	}
	if (n == 1)
		return 0;
	if (n > 1)
		return error_set(err, ARK_EUSAGE, "this may be %s: tell which "
				 "with --kind", list);
	*kind = ARK_SUBJECT_PROTOCOL;
	if (looks_like_protocol(text))
		return 0;
	return error_set(err, ARK_EUSAGE, "this is no CPF or CNPJ with the "
			 "right check digits, no telephone number with an area "
			 "code and no e-mail address: tell what it is with "
			 "--kind; names are not searched for");
}

int
subject_parse(struct subject *out, const char *word, int kind,
	      bool is_unchecked, struct ark_error *err)
{
	struct buf plain = BUF_INIT(MAX_WORD);
	enum ark_subject_kind k = (enum ark_subject_kind)kind;
	int rc;

	if (is_unchecked && kind != ARK_SUBJECT_CPF &&
	    kind != ARK_SUBJECT_CNPJ)
		return error_set(err, ARK_EUSAGE, "--unchecked goes with "
				 "--kind cpf or --kind cnpj");
	rc = spelling_plain(&plain, word, strlen(word));
	if (rc == ARK_ELIMIT)
		rc = error_set(err, ARK_EUSAGE, "the word to search for is "
			       "longer than %d bytes", MAX_WORD);
	else if (rc)
		rc = error_nomem(err);
	if (!rc && kind == ARK_SUBJECT_ANY_KIND)
		rc = find_kind(&k, buf_text(&plain), err);
	if (!rc)
		rc = parse_as(out, buf_text(&plain), k, is_unchecked, err);
	buf_release(&plain);
	return rc;
}
