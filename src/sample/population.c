#include "sample/population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/time.h"

void
sample_population_release(struct sample_population *p)
{
	free(p->calls);
	free(p->days);
	keep_release(&p->texts);
	*p = (struct sample_population){ 0 };
}

int
sample_add(struct sample_population *p, const struct sample_call *call,
	   struct ark_error *err)
{
	struct sample_call *grown, copy = *call;

	if (p->n == SAMPLE_MAX_CALLS)
		return error_set(err, ARK_EUSAGE, "more than %zu calls to draw "
				 "from: choose a shorter range",
				 SAMPLE_MAX_CALLS);
	grown = array_room(p->calls, p->n, &p->cap, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	p->calls = grown;
	copy.fate = SAMPLE_LEFT;
	copy.id = keep_text(&p->texts, call->id);
	copy.agent = keep_once(&p->texts, call->agent);
	copy.service = keep_once(&p->texts, call->service);
	if (!copy.id || !copy.agent || !copy.service)
		return error_nomem(err);
	p->calls[p->n++] = copy;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct sample_call *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static int
by_day(const void *a, const void *b)
{
	const struct sample_call *x = a, *y = b;
	int32_t day = day_of(x->start_s), other = day_of(y->start_s);

	return day != other ? (day < other ? -1 : 1) : by_id(a, b);
}

static void
put_netstring(struct buf *out, const char *text)
{
	buf_addf(out, "%zu:", strlen(text));
	buf_adds(out, text);
	buf_addc(out, ',');
}

/* Write a call into line, over what it held. */
static int
write_call(struct buf *line, const struct sample_call *c, struct ark_error *err)
{
	char start[MOMENT_SIZE], length[24] = "";

	moment_format(start, c->start_s);
	if (c->length_ms >= 0)
		(void)snprintf(length, sizeof(length), "%lld",
			       (long long)c->length_ms);
	buf_clear(line);
	put_netstring(line, c->id);
	put_netstring(line, start);
	put_netstring(line, c->agent);
	put_netstring(line, c->service);
	put_netstring(line, length);
	buf_addc(line, '\n');
	return buf_status(line, err);
}

/* The SHA-256 of n calls as they stand. */
static int
hash_calls(uint8_t out[DIGEST_SHA256_SIZE], struct digest *d,
	   const struct sample_call *calls, size_t n, struct ark_error *err)
{
	struct buf line = BUF_INIT((size_t)64 << 20);
	uint8_t value[DIGEST_MAX_SIZE];
	int rc;

	rc = digest_reset(d, err);
	for (size_t i = 0; !rc && i < n; i++) {
		rc = write_call(&line, &calls[i], err);
		if (!rc)
			rc = digest_add(d, line.data, line.len, err);
	}
	if (!rc)
		rc = digest_final(d, value, err);
	if (!rc)
		memcpy(out, value, DIGEST_SHA256_SIZE);
	buf_release(&line);
	return rc;
}

/* Where the day of the call at `from` ends, of calls by day. */
static size_t
day_end(const struct sample_population *p, size_t from)
{
	int32_t day = day_of(p->calls[from].start_s);
	size_t to = from + 1;

	while (to < p->n && day_of(p->calls[to].start_s) == day)
		to++;
	return to;
}

/* Of calls by day. */
static int
measure_days(struct sample_population *p, struct digest *d,
	     struct ark_error *err)
{
	size_t cap = 0;
	int rc = 0;

	for (size_t at = 0, end; !rc && at < p->n; at = end) {
		struct sample_day *grown;

		end = day_end(p, at);
		grown = array_room(p->days, p->n_days, &cap, sizeof(*grown));
		if (!grown)
			return error_nomem(err);
		p->days = grown;
		p->days[p->n_days] = (struct sample_day){
			.day = day_of(p->calls[at].start_s),
			.population = (int64_t)(end - at),
		};
		rc = hash_calls(p->days[p->n_days++].sha256, d, &p->calls[at],
				end - at, err);
	}
	return rc;
}

int
sample_measure(struct sample_population *p, struct ark_error *err)
{
	struct digest *d = NULL;
	int rc;

	rc = digest_new(&d, DIGEST_SHA256, err);
	if (rc)
		return rc;
	if (p->n)
		qsort(p->calls, p->n, sizeof(*p->calls), by_day);
	rc = measure_days(p, d, err);
	if (!rc && p->n)
		qsort(p->calls, p->n, sizeof(*p->calls), by_id);
	if (!rc)
		rc = hash_calls(p->sha256, d, p->calls, p->n, err);
	digest_free(d);
	return rc;
}
