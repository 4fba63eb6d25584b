#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "manifest/table.h"
#include "model/recording.h"

#define SLICE(text) { text, sizeof(text) - 1 }

static const struct table_version versions[] = {
	{ 1735600000, SLICE("{\"_id\":\"1\", \"v\":0.10}") },
	{ 1735600001, SLICE("{\"_id\":\"1\"}") },
};

static struct table_row
full_row(void)
{
	struct table_row r = {
		.id = "65f0\"c\\1\n\x01",
		.state = ARK_ARCHIVED,
		.reason = "",
		.path = "data/audio/143005-65f0c1.wav",
		.bytes = INT64_C(9007199254740993),
		.media_type = "audio/wav",
		.codec = "pcm_s16le",
		.link_host = "media.example",
		.oddity = "caf\xc3\xa9",
		.audio_ms = 12345,
		.downloaded_s = 1735655405,
		.first_seen_s = 1735600000,
		.seen_s = 1735600002,
		.vanished_s = 1735700000,
		.versions = versions,
		.n_versions = 2,
		.document = SLICE("{ \"a\" : 1.0e3 ,\"\\u00e9\":[1,2]}"),
	};

	for (uint8_t i = 0; i < sizeof(r.sha256); i++)
		r.sha256[i] = (uint8_t)(i * 8);
	return r;
}

static struct table_row
bare_row(void)
{
	struct table_row r = {
		.id = "x",
		.state = ARK_NO_LINK,
		.reason = "",
		.path = "",
		.media_type = "",
		.codec = "",
		.link_host = "",
		.oddity = "",
		.audio_ms = -1,
		.downloaded_s = -1,
		.first_seen_s = -1,
		.seen_s = -1,
		.vanished_s = -1,
		.document = SLICE("{}"),
	};

	return r;
}

static void
test_ndjson(void **state)
{
	struct table_row r = full_row();
	struct buf out = BUF_INIT(4000);

	(void)state;
	table_ndjson(&out, &r);
	assert_string_equal(buf_text(&out),
		"{\"id\":\"65f0\\\"c\\\\1\\u000a\\u0001\",\"state\":\"archived\","
		"\"reason\":null,\"path\":\"data/audio/143005-65f0c1.wav\","
		"\"bytes\":9007199254740993,\"sha256\":\""
		"0008101820283038404850586068707880889098a0a8b0b8"
		"c0c8d0d8e0e8f0f8\",\"media_type\":\"audio/wav\","
		"\"codec\":\"pcm_s16le\",\"duration_s\":12.345,"
		"\"downloaded_at\":\"2024-12-31T14:30:05Z\","
		"\"link_host\":\"media.example\","
		"\"first_seen_at\":\"2024-12-30T23:06:40Z\","
		"\"seen_at\":\"2024-12-30T23:06:42Z\","
		"\"vanished_at\":\"2025-01-01T02:53:20Z\","
		"\"oddity\":\"caf\xc3\xa9\",\"versions\":["
		"{\"seen_at\":\"2024-12-30T23:06:40Z\","
		"\"document\":{\"_id\":\"1\", \"v\":0.10}},"
		"{\"seen_at\":\"2024-12-30T23:06:41Z\","
		"\"document\":{\"_id\":\"1\"}}],"
		"\"document\":{ \"a\" : 1.0e3 ,\"\\u00e9\":[1,2]}}\n");
	buf_clear(&out);
	r = bare_row();
	table_ndjson(&out, &r);
	assert_string_equal(buf_text(&out),
		"{\"id\":\"x\",\"state\":\"no_link\",\"reason\":null,"
		"\"path\":null,\"bytes\":null,\"sha256\":null,"
		"\"media_type\":null,\"codec\":null,\"duration_s\":null,"
		"\"downloaded_at\":null,\"link_host\":null,"
		"\"first_seen_at\":null,\"seen_at\":null,"
		"\"vanished_at\":null,\"oddity\":null,\"versions\":[],"
		"\"document\":{}}\n");
	buf_release(&out);
}

static void
assert_same(const struct table_row *a, const struct table_row *b)
{
	assert_string_equal(a->id, b->id);
	assert_int_equal(a->state, b->state);
	assert_string_equal(a->reason, b->reason);
	assert_string_equal(a->path, b->path);
	assert_int_equal(a->bytes, b->bytes);
	assert_memory_equal(a->sha256, b->sha256, sizeof(a->sha256));
	assert_string_equal(a->media_type, b->media_type);
	assert_string_equal(a->codec, b->codec);
	assert_string_equal(a->link_host, b->link_host);
	assert_string_equal(a->oddity, b->oddity);
	assert_int_equal(a->audio_ms, b->audio_ms);
	assert_int_equal(a->downloaded_s, b->downloaded_s);
	assert_int_equal(a->first_seen_s, b->first_seen_s);
	assert_int_equal(a->seen_s, b->seen_s);
	assert_int_equal(a->vanished_s, b->vanished_s);
	assert_int_equal(a->n_versions, b->n_versions);
	for (size_t i = 0; i < a->n_versions; i++) {
		assert_int_equal(a->versions[i].seen_s, b->versions[i].seen_s);
		assert_int_equal(a->versions[i].document.n,
				 b->versions[i].document.n);
		assert_memory_equal(a->versions[i].document.p,
				    b->versions[i].document.p,
				    a->versions[i].document.n);
	}
	assert_int_equal(a->document.n, b->document.n);
	assert_memory_equal(a->document.p, b->document.p, a->document.n);
}

static void
round_trip(const struct table_row *row)
{
	struct buf out = BUF_INIT(4000);
	struct table_parsed back;
	struct ark_error err = { 0 };
	struct json_slice line;
	int rc;

	table_ndjson(&out, row);
	line = (struct json_slice){ buf_text(&out), out.len };
	rc = table_parse(&back, line, &err);
	if (rc)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	assert_same(&back.row, row);
	table_parsed_release(&back);
	table_parsed_release(&back);
	/* and without its line end */
	line.n--;
	assert_int_equal(table_parse(&back, line, &err), 0);
	table_parsed_release(&back);
	buf_release(&out);
}

static void
test_round_trip(void **state)
{
	static const int64_t ms[] = { -1, 0, 1, 10, 100, 999, 1000, 1001,
				      60000, 3599999 };
	struct table_row r = bare_row();

	(void)state;
	round_trip(&r);
	r = full_row();
	round_trip(&r);
	for (size_t i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		r.audio_ms = ms[i];
		round_trip(&r);
	}
	for (int s = 0; s < ARK_N_STATES; s++) {
		r.state = (enum ark_state)s;
		r.reason = s & 1 ? "" : "HTTP 404, \"gone\"";
		r.bytes = s;
		round_trip(&r);
	}
}

#define HEAD "{\"id\":\"a\",\"state\":\"gone\",\"document\":{}"
#define ZERO8 "00000000"
#define ZERO64 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8

static const struct {
	const char *line;
	int rc;
} lines[] = {
	{ HEAD "}", 0 },
	{ HEAD ",\"more\":[1]}", 0 },
	{ HEAD ",\"duration_s\":1.5}", 0 },
	{ HEAD ",\"path\":\"p\",\"bytes\":1,\"sha256\":\"" ZERO64 "\"}", 0 },
	{ "", ARK_EFORMAT },
	{ "[]", ARK_EFORMAT },
	{ HEAD, ARK_EFORMAT },
	{ HEAD "} x", ARK_EFORMAT },
	{ HEAD ",\"id\":\"b\"}", ARK_EFORMAT },
	{ "{\"state\":\"gone\",\"document\":{}}", ARK_EFORMAT },
	{ "{\"id\":\"\",\"state\":\"gone\",\"document\":{}}", ARK_EFORMAT },
	{ "{\"id\":1,\"state\":\"gone\",\"document\":{}}", ARK_EFORMAT },
	{ "{\"id\":\"a\",\"document\":{}}", ARK_EFORMAT },
	{ "{\"id\":\"a\",\"state\":\"lost\",\"document\":{}}", ARK_EFORMAT },
	{ "{\"id\":\"a\",\"state\":null,\"document\":{}}", ARK_EFORMAT },
	{ "{\"id\":\"a\",\"state\":\"gone\"}", ARK_EFORMAT },
	{ "{\"id\":\"a\",\"state\":\"gone\",\"document\":null}", ARK_EFORMAT },
	{ "{\"id\":\"a\",\"state\":\"gone\",\"document\":[1]}", ARK_EFORMAT },
	{ HEAD ",\"reason\":7}", ARK_EFORMAT },
	{ HEAD ",\"reason\":{}}", ARK_EFORMAT },
	{ HEAD ",\"bytes\":-1}", ARK_EFORMAT },
	{ HEAD ",\"bytes\":1.5}", ARK_EFORMAT },
	{ HEAD ",\"bytes\":\"1\"}", ARK_EFORMAT },
	{ HEAD ",\"bytes\":9223372036854775808}", ARK_EFORMAT },
	{ HEAD ",\"path\":\"p\",\"bytes\":1}", ARK_EFORMAT },
	{ HEAD ",\"path\":\"p\",\"sha256\":\"" ZERO64 "\"}", ARK_EFORMAT },
	{ HEAD ",\"sha256\":\"00\"}", ARK_EFORMAT },
	{ HEAD ",\"sha256\":\"" ZERO64 "0\"}", ARK_EFORMAT },
	{ HEAD ",\"sha256\":\"" ZERO64 "00\"}", ARK_EFORMAT },
	{ HEAD ",\"duration_s\":-0.5}", ARK_EFORMAT },
	{ HEAD ",\"duration_s\":1e3}", ARK_EFORMAT },
	{ HEAD ",\"duration_s\":1.5e3}", ARK_EFORMAT },
	{ HEAD ",\"duration_s\":1.2345}", ARK_EFORMAT },
	{ HEAD ",\"duration_s\":9223372036854775807}", ARK_EFORMAT },
	{ HEAD ",\"duration_s\":\"1\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":1}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-12-31\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-12-31T14:30:05+00\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-02-30T14:30:05Z\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-12-31T24:30:05Z\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-12-31T23:60:05Z\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-12-31T23:30:60Z\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-12-31T1x:30:05Z\"}", ARK_EFORMAT },
	{ HEAD ",\"seen_at\":\"2024-12-31T14:30:05Z and more\"}", ARK_EFORMAT },
	{ HEAD ",\"versions\":{}}", ARK_EFORMAT },
	{ HEAD ",\"versions\":[1]}", ARK_EFORMAT },
	{ HEAD ",\"versions\":[{\"document\":{}}]}", ARK_EFORMAT },
	{ HEAD ",\"versions\":[{\"seen_at\":\"2024-12-31T14:30:05Z\"}]}",
	  ARK_EFORMAT },
};

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct json_slice line = { NULL, strlen(lines[i].line) };
		struct ark_error err = { 0 };
		struct table_parsed p;
		char *text = malloc(line.n + 1);
		int rc;

		assert_non_null(text);
		memcpy(text, lines[i].line, line.n);
		line.p = text;
		rc = table_parse(&p, line, &err);
		if (rc != lines[i].rc)
			print_error("%s: %d %s\n", lines[i].line, rc, err.text);
		assert_int_equal(rc, lines[i].rc);
		assert_true(!rc == !*err.text);
		table_parsed_release(&p);
		free(text);
	}
}

/* As deep as a document may be, it is read back from a version too. */
static struct table_attachment
attachment(void)
{
	struct table_attachment a = {
		.row = bare_row(), .conversation = "65f0\"c", .message = 3,
		.place = 1, .start_s = 1735655405, .fingerprint = { 0xab },
	};

	a.row.id = "65f0\"c.3.1";
	return a;
}

static void
test_attachment(void **state)
{
	struct table_attachment a = attachment();
	struct buf out = BUF_INIT(4000);

	(void)state;
	a.row.state = ARK_ARCHIVED;
	a.row.path = "data/media/143005-65f0c.3.1.png";
	a.row.bytes = 7;
	a.row.media_type = "image/png";
	a.row.first_seen_s = 1735600000;
	table_attachment(&out, &a);
	assert_string_equal(buf_text(&out),
		"{\"id\":\"65f0\\\"c.3.1\",\"conversation\":\"65f0\\\"c\","
		"\"message\":3,\"place\":1,\"start\":\"2024-12-31 14:30:05\","
		"\"state\":\"archived\",\"reason\":null,"
		"\"path\":\"data/media/143005-65f0c.3.1.png\",\"bytes\":7,"
		"\"sha256\":\"0000000000000000000000000000000000000000000000000"
		"000000000000000\",\"media_type\":\"image/png\",\"codec\":null,"
		"\"duration_s\":null,\"downloaded_at\":null,"
		"\"link_host\":null,"
		"\"first_seen_at\":\"2024-12-30T23:06:40Z\","
		"\"vanished_at\":null,\"fingerprint\":\"ab000000000000000000000"
		"00000000000000000000000000000000000000000\"}\n");
	buf_release(&out);
}

static void
test_attachment_round_trip(void **state)
{
	struct buf once = BUF_INIT(4000), twice = BUF_INIT(4000), texts;
	struct table_attachment a = attachment(), b;
	struct ark_error err = { 0 };

	(void)state;
	a.row.state = ARK_QUARANTINED;
	a.row.reason = "the body is an HTML page";
	a.row.vanished_s = 1735700000;
	table_attachment(&once, &a);
	assert_int_equal(table_attachment_parse(&b, &texts,
		(struct json_slice){ buf_text(&once), once.len - 1 }, &err), 0);
	assert_string_equal(b.conversation, a.conversation);
	assert_int_equal(b.start_s, a.start_s);
	assert_int_equal(b.message, 3);
	assert_memory_equal(b.fingerprint, a.fingerprint, 32);
	table_attachment(&twice, &b);
	assert_string_equal(buf_text(&once), buf_text(&twice));
	buf_release(&texts);
	buf_release(&once);
	buf_release(&twice);
}

/* One member of a good line is another text. */
static void
test_attachment_lines(void **state)
{
	static const struct {
		const char *member, *instead, *reason;
	} rows[] = {
		{ "\"message\":3", "\"message\":0", "message: expected" },
		{ "\"message\":3", "\"message\":\"3\"", "message: expected" },
		{ "\"place\":1", "\"place\":null", "place: expected" },
		{ "14:30:05", "14:30:5", "start: expected" },
		{ "14:30:05", "14:30:61", "start: expected" },
		{ "\"2024-12-31 14:30:05\"", "\"2024-12-31 14:30Z\"",
		  "start: expected" },
		{ "\"2024-12-31 14:30:05\"", "\"2024-12-31 14:30+03\"",
		  "start: expected" },
		{ "\"2024-12-31 14:30:05\"", "null", "start: expected" },
		{ "\"2024-12-31 14:30:05\"", "7", "start: expected" },
		{ "2024-12-31 14:30:05", "2024-12-31T14:30:05",
		  "start: expected" },
		{ "2024-12-31 14:30:05", "2024-12-31 14:30-03",
		  "start: expected" },
		{ "\"ab00", "\"ab0", "fingerprint: expected" },
		{ "\"65f0\\\"c\"", "null", "conversation: expected" },
		{ "\"no_link\"", "\"nolink\"", "state: expected" },
	};
	struct table_attachment a = attachment(), b;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf good = BUF_INIT(4000), bad = BUF_INIT(4000), texts;
		struct ark_error err = { 0 };
		const char *at;

		table_attachment(&good, &a);
		at = strstr(buf_text(&good), rows[i].member);
		assert_non_null(at);
		buf_add(&bad, good.data, (size_t)(at - (char *)good.data));
		buf_adds(&bad, rows[i].instead);
		buf_adds(&bad, at + strlen(rows[i].member));
		assert_int_equal(table_attachment_parse(&b, &texts,
			(struct json_slice){ buf_text(&bad), bad.len - 1 },
			&err), ARK_EFORMAT);
		if (!strstr(err.text, rows[i].reason))
			fail_msg("row %zu: %s", i, err.text);
		buf_release(&texts);
		buf_release(&good);
		buf_release(&bad);
	}
}

static void
test_deep(void **state)
{
	struct table_version version = { .seen_s = 1735600000 };
	struct table_row r = bare_row();
	struct buf deep = BUF_INIT(400);

	(void)state;
	for (int i = 0; i < 32; i++)
		(void)buf_adds(&deep, "{\"a\":");
	(void)buf_addc(&deep, '1');
	for (int i = 0; i < 32; i++)
		(void)buf_addc(&deep, '}');
	version.document = (struct json_slice){ buf_text(&deep), deep.len };
	assert_int_equal(json_check(version.document, &json_limits_document,
				    NULL), 0);
	r.document = version.document;
	r.versions = &version;
	r.n_versions = 1;
	round_trip(&r);
	buf_release(&deep);
}

/* One cell of RFC 4180, by other means than it was written. */
static const char *
next_cell(const char *p, char separator, char *cell)
{
	if (*p == '"') {
		for (p++; *p != '"' || p[1] == '"'; p++) {
			assert_true(*p);
			p += *p == '"';
			*cell++ = *p;
		}
		p++;
	} else {
		while (*p && *p != separator && *p != '\r') {
			assert_true(*p != '"' && *p != '\n');
			*cell++ = *p++;
		}
	}
	*cell = '\0';
	assert_true(*p == separator || !strcmp(p, "\r\n"));
	return *p == separator ? p + 1 : p;
}

enum { N_CELLS = 25 };

static void
read_cells(const struct buf *line, char separator, char cells[N_CELLS][100])
{
	const char *p = buf_text(line);

	for (int i = 0; i < N_CELLS; i++) {
		assert_true(i == 0 || p[0] != '\r' || i == N_CELLS - 1);
		p = next_cell(p, separator, cells[i]);
	}
	assert_string_equal(p, "\r\n");
}

static void
test_csv(void **state)
{
	static const char *const names[N_CELLS] = {
		"id", "state", "path", "start", "answered", "end", "duration_s",
		"agent", "agent_email", "client", "contact", "client_document",
		"service", "extension", "origin", "protocol", "status", "tag",
		"bytes", "sha256", "media_type", "codec", "audio_s",
		"downloaded_at", "reason",
	};
	static const char *const expected[N_CELLS] = {
		"i;d", "archived", "data/audio/143005-65f0c1.wav",
		"2024-12-31 14:30:05", "", "2024-12-31 14:31:05", "60",
		"Ana \"A\" Silva", "'@ana", "'=1+1", "'+5511", "'-7", "a,b;c",
		"two\nlines", "'\tx", "p", "ok", "t", "9007199254740993",
		("0008101820283038404850586068707880889098a0a8b0b8"
		 "c0c8d0d8e0e8f0f8"), "audio/wav", "pcm_s16le", "12.345",
		"2024-12-31T14:30:05Z", "because",
	};
	static const char separators[] = { ',', ';' };
	struct table_row row = full_row();
	struct ark_recording r = {
		.agent = "Ana \"A\" Silva", .agent_email = "@ana",
		.client = "=1+1", .contact = "+5511", .client_document = "-7",
		.service = "a,b;c", .extension = "two\nlines", .origin = "\tx",
		.protocol = "p", .status = "ok", .tag = "t",
		.start_s = 1735655405, .answered_s = -1, .end_s = 1735655465,
		.duration_s = 60,
	};
	char cells[N_CELLS][100];

	(void)state;
	row.id = "i;d";
	row.reason = "because";
	for (size_t s = 0; s < sizeof(separators); s++) {
		struct buf out = BUF_INIT(4000);

		table_csv_head(&out, separators[s]);
		read_cells(&out, separators[s], cells);
		for (int i = 0; i < N_CELLS; i++)
			assert_string_equal(cells[i], names[i]);
		buf_clear(&out);
		table_csv(&out, &row, &r, separators[s]);
		read_cells(&out, separators[s], cells);
		for (int i = 0; i < N_CELLS; i++)
			assert_string_equal(cells[i], expected[i]);
		buf_release(&out);
	}
}

static void
test_csv_unknown(void **state)
{
	struct table_row row = bare_row();
	struct recording r;
	struct buf out = BUF_INIT(4000);

	(void)state;
	recording_init(&r);
	table_csv(&out, &row, &r.pub, ',');
	assert_string_equal(buf_text(&out),
			    "x,no_link,,,,,,,,,,,,,,,,,,,,,,,\r\n");
	recording_release(&r);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ndjson),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_attachment),
		cmocka_unit_test(test_attachment_round_trip),
		cmocka_unit_test(test_attachment_lines),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_csv_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
