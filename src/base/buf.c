#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT(max);
}

/* Empty, but for what it is meant for. */
static void
forget(struct buf *b)
{
	*b = (struct buf){ .max = b->max, .is_secret = b->is_secret };
}

static void
discard(struct buf *b)
{
	if (b->is_secret && b->data)
		secret_wipe(b->data, b->cap);
	free(b->data);
}

/* As realloc(), which may leave the old bytes behind, where that matters not. */
static uint8_t *
grow(struct buf *b, size_t cap)
{
	uint8_t *grown;

	if (!b->is_secret)
		return realloc(b->data, cap);
	grown = malloc(cap);
	if (!grown)
		return NULL;
	if (b->data)
		memcpy(grown, b->data, b->len);
	discard(b);
	return grown;
}

void
buf_release(struct buf *b)
{
	if (!b)
		return;
	discard(b);
	forget(b);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->rc = 0;
	if (b->data)
		b->data[0] = 0;
}

int
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;
	uint8_t *grown;

	if (b->rc)
		return b->rc;
	if (n > b->max || b->len > b->max - n)
		return b->rc = ARK_ELIMIT;
	if (b->cap > b->len && b->cap - b->len > n)
		return 0;
	while (cap - b->len <= n) {
		if (cap > SIZE_MAX / 2)
			return b->rc = ARK_ENOMEM;
		cap *= 2;
	}
	grown = grow(b, cap);
	if (!grown)
		return b->rc = ARK_ENOMEM;
	b->data = grown;
	b->cap = cap;
	b->data[b->len] = 0;
	return 0;
}

int
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (buf_reserve(b, n))
		return b->rc;
	if (n)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = 0;
	return 0;
}

int
buf_adds(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

int
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return b->rc = ARK_ENOMEM;
	if (buf_reserve(b, (size_t)n))
		return b->rc;
	va_start(ap, fmt);
	(void)vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

int
buf_status(const struct buf *b, struct ark_error *err)
{
	if (b->rc == ARK_ELIMIT)
		return error_set(err, ARK_ELIMIT,
				 "more than the ceiling of %zu bytes", b->max);
	if (b->rc)
		return error_nomem(err);
	return 0;
}

const char *
buf_text(const struct buf *b)
{
	return b->data ? (const char *)b->data : "";
}

char *
buf_take(struct buf *b)
{
	char *text;

	if (buf_reserve(b, 0))
		return NULL;
	text = (char *)b->data;
	forget(b);
	return text;
}
