#include "cli/opt.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define HELP_COLUMN 28
#define HELP_WIDTH 79

void
opt_add(struct opt_table *t, const struct opt *rows)
{
	for (; rows->name && t->n < OPT_MAX; rows++)
		t->rows[t->n++] = *rows;
}

void
opt_add_filters(struct opt_table *t, struct ark_filter *f)
{
	int n = 0;
	const struct ark_filter_word *words = ark_filter_words(&n);

	for (int i = 0; i < n && t->n < OPT_MAX; i++)
		t->rows[t->n++] = (struct opt){
			.name = words[i].name, .kind = OPT_FILTER,
			.argument = words[i].argument, .help = words[i].help,
			.target = f,
		};
}

/* The row called by n characters of name. */
static struct opt *
find_name(struct opt_table *t, const char *name, size_t n)
{
	for (size_t i = 0; i < t->n; i++) {
		struct opt *o = &t->rows[i];

		if (strlen(o->name) == n && !strncmp(o->name, name, n))
			return o;
	}
	return NULL;
}

static struct opt *
find_letter(struct opt_table *t, char letter)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].letter == letter)
			return &t->rows[i];
	return NULL;
}

static int
unknown(const struct opt_table *t, const char *word, struct ark_error *err)
{
	const char *names[OPT_MAX];
	const char *near;
	/* What somebody took for a value may be a secret. */
	int len = (int)strcspn(word, "=");

	for (size_t i = 0; i < t->n; i++)
		names[i] = t->rows[i].name;
	near = text_nearest(word + strspn(word, "-"), names, t->n);
	if (near)
		return error_set(err, ARK_EUSAGE, "there is no option %.*s; "
				 "did you mean --%s?", len, word, near);
	return error_set(err, ARK_EUSAGE, "there is no option %.*s; --help "
			 "lists them", len, word);
}

static int
take_word(const struct opt *o, const char *value, struct ark_error *err)
{
	struct buf list = BUF_INIT(300);

	assert(value);
	for (int i = 0; o->words[i]; i++) {
		if (!strcmp(o->words[i], value)) {
			*(int *)o->target = i;
			buf_release(&list);
			return 0;
		}
		buf_addf(&list, "%s%s", i ? ", " : "", o->words[i]);
	}
	(void)error_set(err, ARK_EUSAGE, "--%s is \"%s\"; expected one of: %s",
			o->name, value, buf_text(&list));
	buf_release(&list);
	return ARK_EUSAGE;
}

static int
take_number(const struct opt *o, const char *value, struct ark_error *err)
{
	int64_t *out = o->target;

	switch (o->kind) {
	case OPT_BYTES:
		if (!text_to_bytes(value, out))
			return 0;
		return error_set(err, ARK_EUSAGE, "--%s is \"%s\"; expected a "
				 "size such as 10M or 50G", o->name, value);
	case OPT_SECONDS:
		if (!text_to_seconds(value, out))
			return 0;
		return error_set(err, ARK_EUSAGE, "--%s is \"%s\"; expected a "
				 "duration such as 90s, 15m, 2h or 3d",
				 o->name, value);
	default:
		if (!text_to_int(value, 1, INT32_MAX, out))
			return 0;
		return error_set(err, ARK_EUSAGE, "--%s is \"%s\"; expected a "
				 "number of 1 or more", o->name, value);
	}
}

static int
take_value(const struct opt *o, const char *value, struct ark_error *err)
{
	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->target = true;
		return 0;
	case OPT_TEXT:
		*(const char **)o->target = value;
		return 0;
	case OPT_WORD:
		return take_word(o, value, err);
	case OPT_FILTER:
		return ark_filter_add(o->target, o->name, value, err);
	default:
		return take_number(o, value, err);
	}
}

/* Take the option in argv[*i], and its value. */
static int
take_option(struct opt_table *t, int argc, char **argv, int *i,
	    struct ark_error *err)
{
	const char *word = argv[*i], *value = NULL;
	struct opt *o;

	if (word[1] == '-') {
		const char *equals = strchr(word, '=');

		o = find_name(t, word + 2, equals ?
			      (size_t)(equals - word - 2) : strlen(word + 2));
		value = equals ? equals + 1 : NULL;
	} else {
		o = word[2] ? NULL : find_letter(t, word[1]);
	}
	if (!o)
		return unknown(t, word, err);
	if (t->given[o - t->rows] && o->kind != OPT_FILTER &&
	    o->kind != OPT_FLAG)
		return error_set(err, ARK_EUSAGE, "--%s is given twice",
				 o->name);
	t->given[o - t->rows] = true;
	if (o->kind == OPT_FLAG && value)
		return error_set(err, ARK_EUSAGE, "--%s takes no value",
				 o->name);
	if (o->kind != OPT_FLAG && !value) {
		if (*i + 1 >= argc)
			return error_set(err, ARK_EUSAGE, "--%s needs a value: "
					 "%s", o->name, o->argument);
		value = argv[++*i];
	}
	return take_value(o, value, err);
}

int
opt_parse(struct opt_table *t, int argc, char **argv, bool stop_at_word,
	  int *rest, struct ark_error *err)
{
	int kept = 1, i;

	for (i = 1; i < argc; i++) {
		int rc;

		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (argv[i][0] != '-' || !argv[i][1]) {
			if (stop_at_word)
				break;
			argv[kept++] = argv[i];
			continue;
		}
		rc = take_option(t, argc, argv, &i, err);
		if (rc)
			return rc;
	}
	for (; i < argc; i++)
		argv[kept++] = argv[i];
	*rest = kept - 1;
	return 0;
}

/* Print text from HELP_COLUMN on, broken at spaces. */
static void
print_wrapped(const char *text, FILE *out)
{
	size_t room = HELP_WIDTH - HELP_COLUMN;

	while (strlen(text) > room) {
		size_t n = room;

		while (n && text[n] != ' ')
			n--;
		if (!n)
			n = room;
		fprintf(out, "%.*s\n%*s", (int)n, text, HELP_COLUMN, "");
		text += n + (text[n] == ' ');
	}
	fprintf(out, "%s\n", text);
}

void
opt_help(const struct opt_table *t, FILE *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct opt *o = &t->rows[i];
		char head[80];
		int n;

		n = snprintf(head, sizeof(head), "  %c%c%s--%s%s%s",
			     o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
			     o->letter ? ", " : "  ", o->name,
			     o->argument ? " " : "",
			     o->argument ? o->argument : "");
		fputs(head, out);
		if (n >= HELP_COLUMN - 1)
			fprintf(out, "\n%*s", HELP_COLUMN, "");
		else
			fprintf(out, "%*s", HELP_COLUMN - n, "");
		print_wrapped(o->help, out);
	}
}
