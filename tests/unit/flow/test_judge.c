#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "flow/judge.h"

#define SUM_ALL (HTTP_SUM_MD5 | HTTP_SUM_SHA256 | HTTP_SUM_SHA512 | \
		 HTTP_SUM_ETAG_MD5)

static void
test_wants(void **state)
{
	static const struct {
		unsigned checksums, wants;
	} rows[] = {
		{ 0, 0 },
		{ HTTP_SUM_SHA256, 0 },	/* made anyhow */
		{ HTTP_SUM_MD5, PART_WANTS_MD5 },
		{ HTTP_SUM_ETAG_MD5, PART_WANTS_MD5 },
		{ HTTP_SUM_SHA512, PART_WANTS_SHA512 },
		{ SUM_ALL, PART_WANTS_MD5 | PART_WANTS_SHA512 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct http_head head = {
			.checksums = rows[i].checksums,
		};

		assert_int_equal(judge_wants(&head), rows[i].wants);
	}
}

struct row {
	unsigned checksums, wrong;	/* of the server; of them, wrong */
	int64_t size, total;
	enum media_class class;
	const char *name;		/* of what it is */
	bool is_broken;
	enum judgement judgement;
	const char *reason;		/* some words of it */
	enum catalogue_kind kind;
};

static const struct row rows[] = {
	{ 0, 0, 100, 100, MEDIA_AUDIO, "WAV", false, JUDGE_ACCEPT, "" },
	{ SUM_ALL, 0, 100, 100, MEDIA_AUDIO, "Ogg", false, JUDGE_ACCEPT, "" },
	{ 0, 0, 0, 0, MEDIA_OTHER, "an empty body", true, JUDGE_QUARANTINE,
	  "no recording" },
	/* fewer or more bytes than were proved */
	{ 0, 0, 99, 100, MEDIA_AUDIO, "WAV", false, JUDGE_AGAIN, "99 bytes" },
	{ 0, 0, 101, 100, MEDIA_AUDIO, "WAV", false, JUDGE_AGAIN, "100 were" },
	{ 0, 0, 99, 100, MEDIA_OTHER, "an HTML page", true, JUDGE_AGAIN, "99 bytes" },
	{ 0, 0, 100, -1, MEDIA_AUDIO, "WAV", false, JUDGE_AGAIN, "-1 were" },
	/* checksums; one that is wrong is enough */
	{ HTTP_SUM_SHA256, HTTP_SUM_SHA256, 100, 100, MEDIA_AUDIO, "WAV", false,
	  JUDGE_AGAIN, "SHA-256" },
	{ HTTP_SUM_SHA512, HTTP_SUM_SHA512, 100, 100, MEDIA_AUDIO, "WAV", false,
	  JUDGE_AGAIN, "SHA-512" },
	{ HTTP_SUM_MD5, HTTP_SUM_MD5, 100, 100, MEDIA_AUDIO, "WAV", false,
	  JUDGE_AGAIN, "MD5" },
	{ SUM_ALL, HTTP_SUM_MD5, 100, 100, MEDIA_AUDIO, "WAV", false,
	  JUDGE_AGAIN, "MD5" },
	/* not asked for, not looked at */
	{ HTTP_SUM_SHA256, HTTP_SUM_MD5 | HTTP_SUM_SHA512, 100, 100, MEDIA_AUDIO, "WAV",
	  false, JUDGE_ACCEPT, "" },
	/* an ETag is only perhaps a checksum */
	{ HTTP_SUM_ETAG_MD5, HTTP_SUM_ETAG_MD5, 100, 100, MEDIA_AUDIO, "WAV", false,
	  JUDGE_ACCEPT, "" },
	/* a wrong body is fetched again before anybody looks inside */
	{ HTTP_SUM_MD5, HTTP_SUM_MD5, 100, 100, MEDIA_OTHER, "an HTML page", true,
	  JUDGE_AGAIN, "MD5" },
	/* whole, and no recording */
	{ SUM_ALL, 0, 100, 100, MEDIA_OTHER, "an HTML page", true, JUDGE_QUARANTINE,
	  "HTML" },
	{ 0, 0, 100, 100, MEDIA_OTHER, "a JSON document", false, JUDGE_QUARANTINE, "JSON" },
	{ 0, 0, 100, 100, MEDIA_OTHER, "data of no known type", false, JUDGE_QUARANTINE,
	  "no recording" },
	/* a recording that is broken where it lies */
	{ 0, 0, 100, 100, MEDIA_AUDIO, "WAV", true, JUDGE_QUARANTINE, "not whole: cut" },
	{ HTTP_SUM_ETAG_MD5, HTTP_SUM_ETAG_MD5, 100, 100, MEDIA_AUDIO, "WAV", true,
	  JUDGE_QUARANTINE, "not whole: cut" },
	{ HTTP_SUM_ETAG_MD5, 0, 100, 100, MEDIA_AUDIO, "WAV", true, JUDGE_QUARANTINE,
	  "although its checksum agrees: cut" },
	{ HTTP_SUM_SHA256, 0, 100, 100, MEDIA_AUDIO, "MP3", true, JUDGE_QUARANTINE,
	  "although its checksum agrees: cut" },
	/* what shows pictures is no recording, however well it is made */
	{ 0, 0, 100, 100, MEDIA_IMAGE, "a PNG image", false, JUDGE_QUARANTINE,
	  "is a PNG image, no recording" },
	{ 0, 0, 100, 100, MEDIA_VIDEO, "an MP4 video", false, JUDGE_QUARANTINE,
	  "no recording" },
	/* attachments: four classes, and whole ones alone */
	{ 0, 0, 100, 100, MEDIA_IMAGE, "a PNG image", false, JUDGE_ACCEPT, "",
	  CATALOGUE_ATTACHMENT },
	{ 0, 0, 100, 100, MEDIA_AUDIO, "Ogg", false, JUDGE_ACCEPT, "",
	  CATALOGUE_ATTACHMENT },
	{ 0, 0, 100, 100, MEDIA_VIDEO, "an MP4 video", false, JUDGE_ACCEPT, "",
	  CATALOGUE_ATTACHMENT },
	{ 0, 0, 100, 100, MEDIA_DOCUMENT, "a PDF document", false, JUDGE_ACCEPT,
	  "", CATALOGUE_ATTACHMENT },
	{ 0, 0, 100, 100, MEDIA_OTHER, "an HTML page", true, JUDGE_QUARANTINE,
	  "is an HTML page, none of what is kept of conversations",
	  CATALOGUE_ATTACHMENT },
	{ 0, 0, 100, 100, MEDIA_IMAGE, "a PNG image", true, JUDGE_QUARANTINE,
	  "the PNG image is not whole: cut", CATALOGUE_ATTACHMENT },
	{ 0, 0, 100, 100, MEDIA_VIDEO, "an MP4 video", true, JUDGE_QUARANTINE,
	  "the MP4 video is not whole: cut", CATALOGUE_ATTACHMENT },
	{ 0, 0, 99, 100, MEDIA_IMAGE, "a PNG image", false, JUDGE_AGAIN,
	  "99 bytes", CATALOGUE_ATTACHMENT },
};

static void
check(const struct row *r)
{
	struct media_facts media = {
		.class = r->class, .name = r->name, .is_whole = !r->is_broken,
	};
	struct part_facts facts = { .size = r->size };
	struct http_head head = { .checksums = r->checksums };
	const struct judge_case c = {
		.kind = kind_of(r->kind), .facts = &facts, .head = &head,
		.total = r->total, .media = &media,
	};
	char reason[256] = "left over";
	enum judgement j;

	memset(facts.sha256, 1, sizeof(facts.sha256));
	memset(facts.sha512, 2, sizeof(facts.sha512));
	memset(facts.md5, 3, sizeof(facts.md5));
	memset(head.sha256, 1, sizeof(head.sha256));
	memset(head.sha512, 2, sizeof(head.sha512));
	memset(head.md5, 3, sizeof(head.md5));
	memset(head.etag_md5, 3, sizeof(head.etag_md5));
	/* wrong in the last byte only */
	head.sha256[31] = r->wrong & HTTP_SUM_SHA256 ? 9 : 1;
	head.sha512[63] = r->wrong & HTTP_SUM_SHA512 ? 9 : 2;
	head.md5[15] = r->wrong & HTTP_SUM_MD5 ? 9 : 3;
	head.etag_md5[15] = r->wrong & HTTP_SUM_ETAG_MD5 ? 9 : 3;
	if (r->is_broken)
		(void)snprintf(media.flaw, sizeof(media.flaw), "cut");
	j = judge(&c, reason);
	if (j != r->judgement || !strstr(reason, r->reason))
		fail_msg("row %td: %d, \"%s\"", r - rows, j, reason);
	assert_int_equal(!*reason, j == JUDGE_ACCEPT);
	assert_null(strchr(reason, '\n'));
}

static void
test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wants),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
