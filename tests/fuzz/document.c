/*
 * One document of the platform.  Its texts are text, its times are times, its
 * identity is never too long, and everything lies within its bytes.
 */
#include "fuzz.h"
#include "omni/document.h"

#define FALLBACK_DAY 20088	/* 2024-12-31 */
#define FIRST_S INT64_C(631152000)
#define LAST_S INT64_C(4133980799)

static const struct zone *
zone(void)
{
	static struct zone *z;

	if (!z)
		MUST(!zone_open(&z, "America/Sao_Paulo", NULL));
	return z;
}

static bool
is_time(int64_t civil_s)
{
	return civil_s >= FIRST_S && civil_s <= LAST_S;
}

static void
look(const struct omni_document *d, struct json_slice text)
{
	const struct ark_recording *r = &d->recording.pub;

	for (int i = 0; i < RECORDING_N_TEXTS; i++)
		must_be_text(recording_text(r, (enum recording_text)i));
	MUST(strlen(r->id) <= DOCUMENT_MAX_ID);
	MUST(memchr(d->oddity, 0, sizeof(d->oddity)));
	MUST(*r->id || *d->oddity);
	MUST(is_time(r->start_s) && r->day == day_of(r->start_s));
	MUST(r->answered_s == -1 || is_time(r->answered_s));
	MUST(r->end_s == -1 || is_time(r->end_s));
	MUST(r->duration_s >= -1 && r->duration_s <= LAST_S - FIRST_S);
	if (d->link.p)
		MUST(d->link.p >= text.p &&
		     d->link.p + d->link.n <= text.p + text.n);
	else
		MUST(!*r->url);
}

/* The time behind name, read on its own; -1 when it is none. */
static int64_t
time_of(struct json_slice text, const char *name)
{
	struct buf written = BUF_INIT(DOCUMENT_MAX_TEXT);
	int64_t civil_s = -1;

	if (json_text(json_member(text, name), &written) == 1 &&
	    moment_parse(buf_text(&written), zone(), &civil_s))
		civil_s = -1;
	buf_release(&written);
	return civil_s;
}

static void
compare_times(const struct ark_recording *r, struct json_slice text)
{
	int64_t start_s = time_of(text, "data_inicio");

	MUST(r->start_s == (start_s < 0 ? FALLBACK_DAY * DAY_SECONDS
					: start_s));
	MUST(r->answered_s == time_of(text, "data_atendida"));
	MUST(r->end_s == time_of(text, "data_fim"));
}

/* A document that was used before is as good as a fresh one. */
static void
parse_again(const struct omni_document *d, struct json_slice text)
{
	static const char full[] =
		"{\"id\":1,\"agente\":\"x\",\"tag\":\"y\",\"download_url\":"
		"\"https://h/\",\"data_inicio\":\"2024-01-01 00:00:00\"}";
	struct json_slice other = { full, sizeof(full) - 1 };
	struct omni_document used;

	document_init(&used);
	MUST(!document_parse(&used, other, zone(), FALLBACK_DAY, NULL));
	MUST(!document_parse(&used, text, zone(), FALLBACK_DAY, NULL));
	for (int i = 0; i < RECORDING_N_TEXTS; i++)
		MUST(!strcmp(recording_text(&d->recording.pub,
					    (enum recording_text)i),
			     recording_text(&used.recording.pub,
					    (enum recording_text)i)));
	MUST(used.recording.pub.start_s == d->recording.pub.start_s);
	MUST(used.recording.pub.duration_s == d->recording.pub.duration_s);
	MUST(!strcmp(used.oddity, d->oddity) && used.link.p == d->link.p);
	document_release(&used);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct json_slice text = { (const char *)bytes, n };
	struct omni_document d;
	struct ark_error err = { 0 };
	int rc;

	document_init(&d);
	rc = document_parse(&d, text, zone(), FALLBACK_DAY, &err);
	must_report(rc, &err);
	must_be_one_line(err.text);
	MUST(rc == 0 || rc == ARK_EFORMAT);
	if (!rc) {
		look(&d, text);
		compare_times(&d.recording.pub, text);
		parse_again(&d, text);
	}
	document_release(&d);
	return 0;
}
