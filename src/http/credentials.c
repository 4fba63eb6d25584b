#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "http/engine_internal.h"

/* "name: value", or NULL when out of memory or not fit for a header line. */
static char *
make_line(const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 1;
	char *line;

	if (value[text_control(value, strlen(value))])
		return NULL;
	line = malloc(size);
	if (line)
		(void)snprintf(line, size, "%s%s", name, value);
	return line;
}

void
credentials_free(struct credentials *c)
{
	if (!c)
		return;
	secret_free(c->key_line);
	secret_free(c->token_line);
	free(c);
}

static struct credentials *
credentials_new(const char *api_key, const char *token)
{
	struct credentials *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	/* libcurl takes a header without a value for one to leave out. */
	if (api_key && *api_key) {
		c->key_line = make_line("x-api-key: ", api_key);
		if (!c->key_line)
			goto failed;
	}
	if (token && *token) {
		c->token_line = make_line("Authorization: Bearer ", token);
		if (!c->token_line)
			goto failed;
	}
	return c;
failed:
	credentials_free(c);
	return NULL;
}

unsigned
http_engine_credentials(struct http_engine *e, const char *api_key,
			const char *token)
{
	struct credentials *c = credentials_new(api_key, token);
	struct credentials *old;
	unsigned generation;

	if (!c)
		return 0;
	c->n_users = 1;
	(void)pthread_mutex_lock(&e->mutex);
	generation = c->generation = ++e->generation;
	old = e->credentials;
	e->credentials = c;
	(void)pthread_mutex_unlock(&e->mutex);
	credentials_put(e, old);
	return generation;
}

struct credentials *
credentials_get(struct http_engine *e)
{
	struct credentials *c;

	(void)pthread_mutex_lock(&e->mutex);
	c = e->credentials;
	if (c)
		c->n_users++;
	(void)pthread_mutex_unlock(&e->mutex);
	return c;
}

void
credentials_put(struct http_engine *e, struct credentials *c)
{
	bool is_last;

	if (!c)
		return;
	(void)pthread_mutex_lock(&e->mutex);
	is_last = --c->n_users == 0;
	(void)pthread_mutex_unlock(&e->mutex);
	if (is_last)
		credentials_free(c);
}
