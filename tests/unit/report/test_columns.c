#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "callark/filter.h"
#include "report/columns.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* The wanted columns, with commas. */
static const char *
names_of(const struct report_view *v)
{
	static struct buf names = BUF_INIT(4000);

	buf_clear(&names);
	for (size_t i = 0; i < v->n_wanted; i++)
		buf_addf(&names, "%s%s", i ? "," : "", v->wanted[i]->name);
	assert_int_equal(buf_status(&names, NULL), 0);
	return buf_text(&names);
}

/* These names and their order are an interface. */
static void
columns_stay_as_they_are(void **state)
{
	static const struct {
		struct report_view_words words;
		const char *names;
	} rows[] = {
		{ { ARK_SERVICE_HISTORY, REPORT_DOCUMENTS, NULL, false },
		  "id,start,answered,end,first_response,agent,agent_email,"
		  "client,contact,client_document,service,extension,protocol,"
		  "status,tag,medium,portfolio,received,internal_comments,"
		  "other" },
		{ { ARK_VOICE_LOG, REPORT_DOCUMENTS, NULL, false },
		  "id,start,answered,end,first_response,agent,agent_email,"
		  "contact,service,extension,protocol,status,portfolio,"
		  "call_type,integration,src_voice_log,from_voice_log,"
		  "type_voice_log,voice_internal_status,"
		  "ipbx_external_endpoint,ipbx_dialed_string,"
		  "ipbx_external_callerid,ipbx_external_channel_id,"
		  "ipbx_external_channel_desc,"
		  "ipbx_external_channel_creationtime,"
		  "ipbx_internal_channel_creationtime,service_flow_type_did,"
		  "ipbx_internal_channel_desc,ipbx_internal_channel_id,"
		  "feature_request_type,transfer_result,internal_comments,"
		  "answers,other" },
		{ { ARK_AUDIO_LINKS, REPORT_DOCUMENTS, NULL, false },
		  "id,interaction_id,start,answered,end,agent,agent_email,"
		  "client,contact,client_document,service,extension,origin,"
		  "protocol,status,tag,download_url,other" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, NULL, true },
		  "id,version,seen,vanished,start,end,agent,agent_email,"
		  "agent_id,event,other" },
		{ { ARK_SURVEYS, REPORT_DOCUMENTS, NULL, false },
		  "id,start,end,completed_at,agent,agent_email,contact,"
		  "protocol,status,medium,voice_type,research_type,"
		  "question_id,question,score,completed,"
		  "satisfaction_nps_level,calculation_type,"
		  "satisfaction_level,other" },
		{ { ARK_MESSAGES, REPORT_DOCUMENTS, NULL, false },
		  "id,start,answered,end,agent,agent_email,contact,service,"
		  "protocol,medium,messages,other" },
		{ { ARK_MESSAGES, REPORT_MESSAGES, NULL, false },
		  "document_id,start,protocol,number,received,sent_at,"
		  "message,media,message_type,other" },
		{ { ARK_VOICE_LOG, REPORT_ANSWERS, NULL, true },
		  "document_id,version,seen,vanished,start,protocol,number,id,"
		  "question,score,status,closed_at,other" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "event,id,seen", false },
		  "event,id,seen" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "other", true }, "other" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct report_view v;

		assert_int_equal(report_view_init(&v, &rows[i].words, &err), 0);
		assert_string_equal(names_of(&v), rows[i].names);
		assert_int_equal(err.code, 0);
	}
}

static void
what_is_not_there_is_told(void **state)
{
	static const struct {
		struct report_view_words words;
		const char *text;
	} rows[] = {
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "id,evnt", false },
		  "there is no column \"evnt\"; did you mean \"event\"?" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "zzz", false },
		  "there is no column \"zzz\"; callark(1) lists them" },
		{ { ARK_SURVEYS, REPORT_DOCUMENTS, "questão", false },
		  "\"questão\" is a field; its column is called \"question\"" },
		{ { ARK_SURVEYS, REPORT_DOCUMENTS, "questao", false },
		  "\"questao\" is a field; its column is called \"question\"" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "id,", false },
		  "there is no column \"\"" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "", false },
		  "there is no column \"\"" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "id, end", false },
		  "there is no column \" end\"; did you mean \"end\"?" },
		{ { ARK_ACTIVITY, REPORT_DOCUMENTS, "id,end,id", false },
		  "--columns names \"id\" twice" },
		{ { ARK_ACTIVITY, REPORT_MESSAGES, NULL, false },
		  "--rows messages: only service-history-messages has them, "
		  "not activity-history" },
		{ { ARK_MESSAGES, REPORT_ANSWERS, NULL, false },
		  "--rows answers: only voice-log has them, not "
		  "service-history-messages" },
		{ { ARK_MESSAGES, REPORT_MESSAGES, "document_id,agent", false },
		  "there is no column \"agent\"" },
		/* no room for such a name, nor one that it begins with */
		{ { ARK_VOICE_LOG, REPORT_DOCUMENTS,
		    "ipbx_external_channel_creationtimexxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false },
		  "there is no column \"ipbx_external_channel_creationtimex" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct report_view v;

		assert_int_equal(report_view_init(&v, &rows[i].words, &err),
				 ARK_EUSAGE);
		if (!strstr(err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].words.columns, err.text);
	}
}

/* Each route, and the filters that it has nothing for. */
static void
filters_without_a_field_are_known(void **state)
{
	static const struct {
		enum ark_route route;
		const char *lacks;
	} rows[] = {
		{ ARK_SERVICE_HISTORY, " origin" },
		{ ARK_VOICE_LOG, " tag origin" },
		{ ARK_AUDIO_LINKS, "" },
		{ ARK_ACTIVITY, " service tag status origin client protocol "
		  "extension" },
		{ ARK_SURVEYS, " service tag origin extension" },
		{ ARK_MESSAGES, " tag status origin extension" },
	};
	const struct ark_filter_word *words;
	int n;

	(void)state;
	assert_int_equal(N(rows), ARK_N_ROUTES);
	words = ark_filter_words(&n);
	for (size_t i = 0; i < N(rows); i++) {
		struct buf lacks = BUF_INIT(1000);

		for (int j = 0; j < n; j++) {
			if (!report_tells(rows[i].route, words[j].name))
				buf_addf(&lacks, " %s", words[j].name);
		}
		assert_string_equal(buf_text(&lacks), rows[i].lacks);
		buf_release(&lacks);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_stay_as_they_are),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(filters_without_a_field_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
