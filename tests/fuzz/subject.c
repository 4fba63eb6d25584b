/*
 * Whom somebody searches for, and whom a document names: the first line is the
 * word, the rest the document.  What is told has one form, reading that again
 * changes nothing, and what compares as the same has the same key.
 */
#include "fuzz.h"
#include "report/subject.h"

/* A subject's own text is read as the subject. */
static void
read_again(const struct subject *s)
{
	bool is_paper = s->kind == ARK_SUBJECT_CPF ||
			s->kind == ARK_SUBJECT_CNPJ;
	char word[SUBJECT_MAX_TEXT + 2];
	struct subject again;

	(void)snprintf(word, sizeof(word), "%s%s", s->has_area ? "+" : "",
		       s->text);
	MUST(!subject_parse(&again, word, (int)s->kind, is_paper, NULL));
	MUST(again.kind == s->kind && again.has_area == s->has_area);
	MUST(!strcmp(again.text, s->text));
}

static void
look(const struct subject *s)
{
	MUST((unsigned)s->kind < ARK_N_SUBJECT_KINDS);
	MUST(s->text[0] && memchr(s->text, 0, sizeof(s->text)));
	MUST(!s->has_area || s->kind == ARK_SUBJECT_PHONE);
	must_be_text(s->text);
	MUST(subject_compare(s, s) == SUBJECT_SAME);
	MUST(subject_key(s) >= 0 && subject_key(s) < INT64_C(1) << 47);
	read_again(s);
}

/* subject_fn: ctx is the word's subject, or NULL. */
static int
take(void *ctx, const struct subject *s)
{
	const struct subject *wanted = ctx;

	look(s);
	if (wanted && subject_compare(wanted, s) != SUBJECT_OTHER)
		MUST(subject_key(wanted) == subject_key(s));
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct subject_scan scan = SUBJECT_SCAN_INIT;
	struct input in = { bytes, n };
	struct subject wanted, *found = NULL;
	char *word = input_line(&in);
	struct ark_error err;

	for (int kind = ARK_SUBJECT_ANY_KIND; kind < ARK_N_SUBJECT_KINDS;
	     kind++) {
		int rc;

		err = (struct ark_error){ 0 };
		rc = subject_parse(&wanted, word, kind, false, &err);
		must_report(rc, &err);
		must_be_one_line(err.text);
		MUST(rc == 0 || rc == ARK_EUSAGE);
		if (rc)
			continue;
		found = &wanted;
		look(&wanted);
	}
	MUST(!subject_each(&scan, (const char *)in.p, in.n, take, found, NULL));
	subject_scan_release(&scan);
	free(word);
	return 0;
}
