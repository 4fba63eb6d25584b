#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int
secret_set(struct secret *s, const char *text, size_t len,
	   struct ark_error *err)
{
	size_t at = text_control(text, len);
	char *copy;

	if (at < len)
		return error_set(err, ARK_EFORMAT, "the secret holds a control "
				 "character at byte %zu", at);
	copy = malloc(len + 1);
	if (!copy)
		return error_nomem(err);
	memcpy(copy, text, len);
	copy[len] = 0;
	secret_release(s);
	s->text = copy;
	s->len = len;
	return 0;
}

void
secret_release(struct secret *s)
{
	if (!s || !s->text)
		return;
	secret_wipe(s->text, s->len);
	free(s->text);
	*s = (struct secret){ 0 };
}

bool
secret_is_set(const struct secret *s)
{
	return s->text && s->len;
}

void
secret_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

void
secret_free(char *text)
{
	if (text)
		secret_wipe(text, strlen(text));
	free(text);
}
