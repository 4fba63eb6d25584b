#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "report/completeness.h"
#include "unit/heap.h"

#define DAY 20000			/* 2024-10-04 */
#define MADE INT64_C(1728129600)	/* the next day, noon */
#define MAX_TEXT ((size_t)1 << 20)

static const struct ark_reconcile_line lines[] = {
	{ DAY, "Ana", "ana@acme.example", "Suporte", { .calls = 2,
	  .recordings = 2, .archived = 1, .unexplained = 1 } },
	{ DAY, "Rui", "", "Suporte", { .calls = 3, .recordings = 3,
	  .archived = 3 } },
	{ DAY, "Ana", "ana@acme.example", "Vendas", { .calls = 1,
	  .recordings = 1, .archived = 1, .explained = 1 } },
};

static const struct completeness_file files[] = {
	{ ARK_AUDIO_LINKS, "data/recordings.ndjson", "aa" },
	{ ARK_VOICE_LOG, "data/reports/voice-log.ndjson.gz", "bb" },
	{ ARK_VOICE_LOG, "data/reports/voice-log.versions.ndjson.gz", "cc" },
};

static const struct reconcile_beside beside[] = {
	{ DAY + 1, ARK_SERVICE_HISTORY, "h7", "dd" },
};

static struct ark_reconciled_day
a_day(void)
{
	struct ark_reconciled_day d = {
		.day = DAY, .is_proved = true,
		.sums = { .calls = 6, .attended = { 6, 6, 6 },
			  .recordings = 6, .archived = 5, .explained = 1,
			  .unexplained = 1 },
	};

	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		d.listings[i] = (struct ark_reconcile_listing){
			.was_asked = true, .is_complete = true, .flaw = "",
			.asked_s = MADE - 60, .complete_s = MADE - 60,
			.total = 6, .documents = 7,
		};
	d.explained[ARK_LATE] = 1;
	d.unexplained[ARK_NOT_ARCHIVED] = 1;
	return d;
}

static struct completeness
a_statement(const struct ark_reconciled_day *day)
{
	return (struct completeness){
		.organization_id = "65f0", .organization = "ACME \"Ltda\"",
		.time_zone = "America/Sao_Paulo", .made_by = "callark 1",
		.made_s = MADE, .tolerance_s = 5, .day = day,
		.lines = lines, .n_lines = 3, .files = files, .n_files = 3,
		.evidence = "ee", .evidence_files = 9, .unreadable = 2,
		.beside = beside, .n_beside = 1,
	};
}

/* White space between the parts is the printer's. */
static void
squeeze(char *text)
{
	char *to = text;
	bool is_inside = false;

	for (const char *p = text; *p; p++) {
		if (*p == '"' && (p == text || p[-1] != '\\'))
			is_inside = !is_inside;
		if (is_inside || !strchr(" \t\n", *p))
			*to++ = *p;
	}
	*to = 0;
}

static char *
print(const struct completeness *c)
{
	struct buf out = BUF_INIT(MAX_TEXT);
	char *text;

	assert_int_equal(completeness_print(c, &out, NULL), 0);
	assert_int_equal(out.data[out.len - 1], '\n');
	text = buf_take(&out);
	squeeze(text);
	return text;
}

static void
test_all_of_it(void **state)
{
	static const char listing[] =
		"\"asked\":true,\"complete\":true,"
		"\"complete_at\":\"2024-10-05T11:59:00Z\","
		"\"platform_total\":6,\"documents\":7";
	struct ark_reconciled_day day = a_day();
	struct completeness c = a_statement(&day);
	char *text = print(&c), expected[4096];

	(void)state;
	(void)snprintf(expected, sizeof(expected),
		"{\"statement\":\"completeness\",\"format\":1,"
		"\"organization_id\":\"65f0\","
		"\"organization\":\"ACME \\\"Ltda\\\"\","
		"\"day\":\"2024-10-04\",\"time_zone\":\"America/Sao_Paulo\","
		"\"made_at\":\"2024-10-05T12:00:00Z\","
		"\"made_by\":\"callark 1\",\"complete\":false,"
		"\"why\":[\"unexplained discrepancies: 1\"],"
		"\"tolerance_s\":5,\"sums\":{\"calls\":6,"
		"\"attended_voice_log\":6,\"attended_service_history\":6,"
		"\"attended_audio_links\":6,\"recordings\":6,\"archived\":5,"
		"\"unmeasured\":0,\"talk_s\":0,\"audio_ms\":0,"
		"\"explained\":1,\"unexplained\":1},"
		"\"unexplained_kinds\":{\"not_archived\":1},"
		"\"explained_kinds\":{\"late\":1},"
		"\"services\":[{\"service\":\"Suporte\",\"calls\":5,"
		"\"attended_voice_log\":0,\"attended_service_history\":0,"
		"\"attended_audio_links\":0,\"recordings\":5,\"archived\":4,"
		"\"unmeasured\":0,\"talk_s\":0,\"audio_ms\":0,"
		"\"explained\":0,\"unexplained\":1},"
		"{\"service\":\"Vendas\",\"calls\":1,"
		"\"attended_voice_log\":0,\"attended_service_history\":0,"
		"\"attended_audio_links\":0,\"recordings\":1,\"archived\":1,"
		"\"unmeasured\":0,\"talk_s\":0,\"audio_ms\":0,"
		"\"explained\":1,\"unexplained\":0}],"
		"\"sources\":{\"service-history\":{%s,\"files\":[]},"
		"\"voice-log\":{%s,\"files\":["
		"{\"path\":\"data/reports/voice-log.ndjson.gz\","
		"\"sha256\":\"bb\"},"
		"{\"path\":\"data/reports/voice-log.versions.ndjson.gz\","
		"\"sha256\":\"cc\"}]},"
		"\"service-history-audio-links\":{%s,\"files\":["
		"{\"path\":\"data/recordings.ndjson\",\"sha256\":\"aa\"}]}},"
		"\"evidence\":{\"files\":9,\"sha256\":\"ee\","
		"\"unreadable_documents\":2},"
		"\"documents_of_other_days\":[{\"day\":\"2024-10-05\","
		"\"report\":\"service-history\",\"id\":\"h7\","
		"\"sha256\":\"dd\"}]}", listing, listing, listing);
	assert_string_equal(text, expected);
	free(text);
}

static void
test_complete(void **state)
{
	struct ark_reconciled_day day = a_day();
	struct completeness c = a_statement(&day);
	char *text;

	(void)state;
	assert_false(completeness_is_proved(&day));
	day.sums.unexplained = 0;
	assert_true(completeness_is_proved(&day));
	text = print(&c);
	assert_non_null(strstr(text, "\"complete\":true,\"why\":[]"));
	free(text);
	day.is_proved = false;
	assert_false(completeness_is_proved(&day));
}

/* What is not known is told as such, and why nothing is proved. */
static void
test_unknown(void **state)
{
	struct ark_reconciled_day day = a_day();
	struct completeness c = a_statement(&day);
	char *text;

	(void)state;
	day.is_proved = false;
	day.sums.unexplained = 0;
	day.listings[ARK_VOICE_LOG] = (struct ark_reconcile_listing){
		.flaw = "", .asked_s = -1, .complete_s = -1, .total = -1,
	};
	day.listings[ARK_AUDIO_LINKS].is_complete = false;
	day.listings[ARK_AUDIO_LINKS].flaw = "page 3 is empty";
	text = print(&c);
	assert_non_null(strstr(text, "\"complete\":false,\"why\":["
		"\"voice-log was never asked\","
		"\"service-history-audio-links was not listed completely: "
		"page 3 is empty\"]"));
	assert_non_null(strstr(text, "\"voice-log\":{\"asked\":false,"
		"\"complete\":false,\"complete_at\":null,"
		"\"platform_total\":null,\"documents\":0,"));
	free(text);
}

static void
test_read_back(void **state)
{
	struct ark_reconciled_day day = a_day();
	struct completeness c = a_statement(&day);
	struct completeness_claim claim;
	char *text;

	(void)state;
	day.listings[ARK_VOICE_LOG].is_complete = false;
	day.listings[ARK_SERVICE_HISTORY].total = -1;
	text = print(&c);
	assert_int_equal(completeness_parse(&claim, text, strlen(text), NULL),
			 0);
	free(text);
	assert_int_equal(claim.made_s, MADE);
	assert_string_equal(claim.evidence, "ee");
	assert_int_equal(claim.unreadable, 2);
	assert_true(claim.is_complete[ARK_SERVICE_HISTORY]);
	assert_false(claim.is_complete[ARK_VOICE_LOG]);
	assert_true(claim.is_complete[ARK_AUDIO_LINKS]);
	assert_int_equal(claim.total[ARK_SERVICE_HISTORY], -1);
	assert_int_equal(claim.total[ARK_VOICE_LOG], 6);
	assert_int_equal(claim.total[ARK_AUDIO_LINKS], 6);
}

/* Each with one part of a good one replaced by something else. */
static void
test_no_statement(void **state)
{
	static const struct {
		const char *part, *instead;
	} harms[] = {
		{ "\"made_at\":\"2024", "\"made_at\":\"x024" },
		{ "\"made_at\":\"2024-10-05T12:00:00Z\"", "\"made_at\":null" },
		{ "\"made_at\"", "\"made\"" },
		{ "\"sha256\":\"ee\"", "\"sha256\":0" },
		{ "\"evidence\":{", "\"other\":{" },
		{ "\"unreadable_documents\":2", "\"unreadable_documents\":-1" },
		{ "\"sources\":{", "\"springs\":{" },
		{ "\"voice-log\":{", "\"voice-logs\":{" },
		{ "\"complete\":true", "\"complete\":\"true\"" },
		{ "\"platform_total\":6", "\"platform_total\":6.5" },
		{ "\"platform_total\":6", "\"platform_total\":-6" },
		{ "}", "" },
	};
	struct ark_reconciled_day day = a_day();
	struct completeness c = a_statement(&day);
	char *text = print(&c);

	(void)state;
	for (size_t i = 0; i < sizeof(harms) / sizeof(harms[0]); i++) {
		struct buf bad = BUF_INIT(MAX_TEXT);
		const char *at = strstr(text, harms[i].part);
		struct completeness_claim claim;
		struct ark_error err = { 0 };

		assert_non_null(at);
		(void)buf_add(&bad, text, (size_t)(at - text));
		(void)buf_adds(&bad, harms[i].instead);
		(void)buf_adds(&bad, at + strlen(harms[i].part));
		if (completeness_parse(&claim, buf_text(&bad), bad.len,
				       &err) != ARK_EFORMAT)
			fail_msg("%s is taken", harms[i].instead);
		assert_int_equal(err.code, ARK_EFORMAT);
		buf_release(&bad);
	}
	free(text);
}

static void
test_ceiling(void **state)
{
	struct ark_reconciled_day day = a_day();
	struct completeness c = a_statement(&day);
	struct buf out = BUF_INIT(100);

	(void)state;
	assert_int_equal(completeness_print(&c, &out, NULL), ARK_ELIMIT);
	buf_release(&out);
}

static void
attempt(void *ctx)
{
	const struct completeness *c = ctx;
	struct buf out = BUF_INIT(MAX_TEXT);
	struct completeness_claim claim;
	struct ark_error err = { 0 };
	int rc;

	rc = completeness_print(c, &out, &err);
	if (!rc)
		rc = completeness_parse(&claim, buf_text(&out), out.len, &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	buf_release(&out);
}

static void
test_memory(void **state)
{
	struct ark_reconciled_day day = a_day();
	struct completeness c = a_statement(&day);

	(void)state;
	assert_true(heap_each(attempt, &c) > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_no_statement),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
