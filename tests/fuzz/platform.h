/*
 * A platform that means well, made up of the bytes of an input: what calls
 * there were, and how it speaks.  It reads the very requests that would be sent
 * and answers them truthfully, as far as its manners let it.
 */
#ifndef FUZZ_PLATFORM_H
#define FUZZ_PLATFORM_H

#include <cjson/cJSON.h>

#include "fuzz.h"
#include "model/time.h"
#include "omni/page.h"

#define ROUTE "https://omni.example.com/v1/ReportsApi/" \
	      "service-history-audio-links"

#define DAY_FROM (20088 * DAY_SECONDS)
#define MAX_CALLS ((size_t)48)
#define MAX_IN_FLIGHT 4
#define MAX_REQUESTS 100000

enum {
	COUNTS_DOCUMENTS = 1,
	IS_UNDERSCORE = 2,
	ENDS_BEFORE_END = 4,
	IGNORES_TIMES = 8,
	CLAMPS = 16,		/* behind the last page: that again */
	REFUSES = 32,		/* behind the last page: an error */
	HAS_CEILING = 64,
	IS_CAPPED = 128,	/* Total tells the ceiling */
};

struct call_made {
	char id[8];
	int64_t at_s;
};

/* One request on its way, and what will come of it. */
struct request {
	struct walk_query query;
	bool is_failed;
	int64_t total;
	size_t n;
	const struct call_made *calls[MAX_CALLS];
};

struct platform {
	uint8_t manners;
	enum omni_method method;
	int64_t from_s, to_s, size, ceiling;
	struct call_made calls[MAX_CALLS];
	size_t n, n_asked, n_requests;
	struct request asked[MAX_IN_FLIGHT];
	uint32_t luck;
};

static inline bool
is_meant(const struct platform *p, const struct call_made *c,
	 const struct walk_query *q)
{
	if (p->manners & IGNORES_TIMES)
		return true;
	return c->at_s >= q->from_s && c->at_s <= q->to_s &&
	       !(p->manners & ENDS_BEFORE_END && c->at_s == q->to_s);
}

/* What a request asks for; skip -1 where it does not say. */
struct wanted {
	int64_t from_s, to_s, skip;
};

static inline int64_t
number(const char *text)
{
	int64_t n = -1;

	MUST(!text_to_int(text, 0, INT64_MAX, &n));
	return n;
}

static inline void
take_member(struct wanted *w, const struct platform *p, const char *name,
	    const char *value)
{
	const char *skip = p->manners & IS_UNDERSCORE ? "report_skip" :
							"report-skip";

	if (!strcmp(name, "date_ini"))
		MUST(!moment_parse(value, NULL, &w->from_s));
	else if (!strcmp(name, "date_end"))
		MUST(!moment_parse(value, NULL, &w->to_s));
	else if (!strcmp(name, skip))
		w->skip = number(value);
}

/* "%20" and the like become what they stand for. */
static inline void
decode(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++) {
		char hex[3] = "";

		if (*p == '%' && p[1] && p[2]) {
			memcpy(hex, p + 1, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			p += 2;
		} else {
			*to++ = *p;
		}
	}
	*to = 0;
}

static inline void
read_query(struct wanted *w, const struct platform *p, const char *query)
{
	char *copy = strdup(query), *rest = copy, *member;

	MUST(copy);
	while ((member = strsep(&rest, "&"))) {
		char *value = strchr(member, '=');

		MUST(value);
		*value++ = 0;
		decode(value);
		take_member(w, p, member, value);
	}
	free(copy);
}

static inline void
read_body(struct wanted *w, const struct platform *p,
	  const struct http_request *r)
{
	cJSON *body = cJSON_ParseWithLength(r->body, r->body_len), *it;
	char digits[24];

	MUST(cJSON_IsObject(body));
	cJSON_ArrayForEach(it, body) {
		(void)snprintf(digits, sizeof(digits), "%.0f",
			       it->valuedouble);
		take_member(w, p, it->string, cJSON_IsNumber(it) ? digits :
			    it->valuestring);
	}
	cJSON_Delete(body);
}

/*
 * Where the page begins, as the platform understands what it is sent.  A
 * parameter that it does not know is passed over.
 */
static inline int64_t
first_of(const struct platform *p, const struct omni_dialect *d,
	 const struct walk_query *q)
{
	struct wanted w = { .skip = -1 };
	struct http_request *r = NULL;

	MUST(!page_request(&r, "https://omni.example.com/v1",
			   ARK_AUDIO_LINKS, d, q, NULL));
	MUST(!strncmp(r->url, ROUTE, strlen(ROUTE)) && r->wants_credentials);
	MUST(!r->body == (r->url[strlen(ROUTE)] == '?'));
	if (r->body)
		read_body(&w, p, r);
	else
		read_query(&w, p, r->url + strlen(ROUTE) + 1);
	http_request_free(r);
	MUST(w.from_s == q->from_s && w.to_s == q->to_s);
	if (w.skip < 0)
		return 0;
	return p->manners & COUNTS_DOCUMENTS ? w.skip : w.skip * p->size;
}

static inline void
answer(const struct platform *p, const struct omni_dialect *d,
       struct request *r)
{
	const struct call_made *found[MAX_CALLS];
	int64_t at = first_of(p, d, &r->query), n = 0, reach;

	for (size_t i = 0; i < p->n; i++) {
		if (is_meant(p, &p->calls[i], &r->query))
			found[n++] = &p->calls[i];
	}
	reach = p->ceiling && n > p->ceiling ? p->ceiling : n;
	r->total = p->manners & IS_CAPPED ? reach : n;
	r->is_failed = p->manners & REFUSES && at >= reach && at;
	if (p->manners & CLAMPS && at >= reach && reach)
		at = (reach - 1) / p->size * p->size;
	for (; at < reach && (int64_t)r->n < p->size; at++)
		r->calls[r->n++] = found[at];
}

/* ---- of an input -------------------------------------------------------- */

static inline void
take_platform(struct platform *p, struct input *in)
{
	static const int64_t spans_s[] = { 86400, 3600, 60, 4, 3, 2, 1, 43201 };
	uint8_t ceiling, span;

	p->manners = input_byte(in);
	p->size = input_byte(in) % 16 + 1;
	ceiling = input_byte(in);
	if (p->manners & HAS_CEILING)
		p->ceiling = p->size * (ceiling % 8 + 1) + ceiling / 8 % 8;
	p->method = ceiling / 64 == 3 ? OMNI_POST : OMNI_GET;
	span = input_byte(in);
	p->from_s = DAY_FROM;
	p->to_s = DAY_FROM + spans_s[span % 8];
	p->luck = span / 8;
}

static inline void
take_calls(struct platform *p, struct input *in)
{
	while (in->n && p->n < MAX_CALLS) {
		struct call_made *c = &p->calls[p->n];
		int64_t at = input_byte(in) << 8;

		at += input_byte(in);
		/* 65535 is the first second behind the window */
		c->at_s = p->from_s + (p->to_s - p->from_s) * at / 65535;
		(void)snprintf(c->id, sizeof(c->id), "c%zu", p->n++);
	}
}

#endif
