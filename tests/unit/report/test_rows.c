#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "report/rows.h"
#include "unit/heap.h"
#include "unit/sheet.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static struct json_slice
slice(const char *text)
{
	struct json_slice s = { text, strlen(text) };
	struct ark_error err = { 0 };

	if (json_check(s, &json_limits_document, &err))
		fail_msg("%s: %s", text, err.text);
	return s;
}

static struct report_view
view_of(enum ark_route route, enum report_rows rows, const char *columns)
{
	struct report_view_words words = { route, rows, columns, false };
	struct report_view v;

	assert_int_equal(report_view_init(&v, &words, NULL), 0);
	return v;
}

static struct report_item
item_of(const char *id, const char *document)
{
	return (struct report_item){
		.document = slice(document), .id = id, .version = 2,
		.seen_s = 1735603200, .vanished_s = -1,
	};
}

struct row {
	enum ark_route route;
	enum report_rows rows;
	const char *columns, *id, *document, *csv;
	int missing, nested, other;
};

static void
must_yield(const struct row *r)
{
	struct report_view v = view_of(r->route, r->rows, r->columns);
	struct report_item item = item_of(r->id, r->document);
	struct buf out = BUF_INIT(10000);
	struct ark_error err = { 0 };
	struct report_writer w;

	report_writer_init(&w, &v, ',');
	assert_int_equal(report_csv(&w, &item, &out, &err), 0);
	assert_int_equal(err.code, 0);
	if (strcmp(buf_text(&out), r->csv))
		fail_msg("%s: %s", r->document, buf_text(&out));
	assert_int_equal(w.tally.missing, r->missing);
	assert_int_equal(w.tally.nested, r->nested);
	assert_int_equal(w.tally.other, r->other);
	report_writer_release(&w);
	buf_release(&out);
}

static void
documents_become_rows(void **state)
{
	static const struct row rows[] = {
		/* text, numbers, booleans, null and what is missing */
		{ ARK_SURVEYS, 0, "id,score,question,completed,status,agent",
		  "a1", "{\"id\":\"a1\",\"score\":-1.50,\"completed\":true,"
		  "\"status\":null,\"questão\":\"-1\"}",
		  "a1,-1.50,'-1,true,,\r\n", .missing = 1 },
		/* one column for all spellings; escapes in names too */
		{ ARK_SURVEYS, 0, "question,other", "a",
		  "{\"questao\":\"x\",\"id\":\"a\"}", "x,\r\n" },
		{ ARK_SURVEYS, 0, "question,other", "a",
		  "{\"quest\\u00e3o\":\"x\"}", "x,\r\n" },
		/* the first that says something; nothing is dropped */
		{ ARK_SURVEYS, 0, "question,other", "a",
		  "{\"questao\":null,\"questão\":\"x\"}", "x,\r\n" },
		{ ARK_SURVEYS, 0, "question,other", "a",
		  "{\"questao\":\"x\",\"questão\":null}", "x,\r\n" },
		{ ARK_SURVEYS, 0, "question,other", "a",
		  "{\"questao\":\"x\",\"questão\":\"y\"}",
		  "x,\"{\"\"questão\"\":\"\"y\"\"}\"\r\n", .other = 1 },
		/* what no column takes, as it was written */
		{ ARK_ACTIVITY, 0, "other", "a",
		  "{\"id\":\"a\",\"n\":1.0,\"l\":[1, 2],\"z\":null}",
		  "\"{\"\"n\"\":1.0,\"\"l\"\":[1, 2],\"\"z\"\":null}\"\r\n",
		  .other = 1 },
		{ ARK_ACTIVITY, 0, "other", "a", "{}", "\"\"\r\n" },
		/* objects and lists in place of text */
		{ ARK_ACTIVITY, 0, "event,agent", "a",
		  "{\"evento\":{\"a\":1},\"agente\":[]}",
		  "\"{\"\"a\"\":1}\",[]\r\n", .nested = 2 },
		{ ARK_ACTIVITY, 0, "agent_id,agent", "a",
		  "{\"agent_id\":{\"$oid\":\"5f\"},"
		  "\"agente\":{\"$oid\":\"5f\",\"x\":1}}",
		  "5f,\"{\"\"$oid\"\":\"\"5f\"\",\"\"x\"\":1}\"\r\n",
		  .nested = 1 },
		/* the identity is the archive's; one that differs is kept */
		{ ARK_ACTIVITY, 0, "id,other", "a",
		  "{\"_id\":{\"$oid\":\"a\"}}", "a,\r\n" },
		{ ARK_ACTIVITY, 0, "id,other", "7", "{\"id\":7}", "7,\r\n" },
		{ ARK_ACTIVITY, 0, "id,other", "a",
		  "{\"id\":\"a\",\"_id\":\"b\"}",
		  "a,\"{\"\"_id\"\":\"\"b\"\"}\"\r\n", .other = 1 },
		{ ARK_ACTIVITY, 0, "id,other", "p 2024",
		  "{\"id\":null}", "p 2024,\r\n" },
		{ ARK_AUDIO_LINKS, 0, "id,interaction_id,download_url,other",
		  "a", "{\"id\":\"a\",\"_id\":\"b\"}", "a,b,,\r\n" },
		{ ARK_AUDIO_LINKS, 0, "id,interaction_id,other", "b",
		  "{\"_id\":\"b\"}", "b,b,\r\n" },
		/* what the archive knows */
		{ ARK_ACTIVITY, 0, "version,seen,vanished", "a", "{}",
		  "2,2024-12-31T00:00:00Z,\r\n" },
		/* lists are counted */
		{ ARK_MESSAGES, 0, "messages,other", "a",
		  "{\"mensagens\":[{\"a\":[1,2]},2]}", "2,\r\n" },
		{ ARK_MESSAGES, 0, "messages,other", "a",
		  "{\"mensagens\":[]}", "0,\r\n" },
		{ ARK_MESSAGES, 0, "messages,other", "a",
		  "{\"mensagens\":null}", ",\r\n" },
		{ ARK_MESSAGES, 0, "messages,other", "a", "{}", ",\r\n",
		  .missing = 1 },
		{ ARK_MESSAGES, 0, "messages,other", "a",
		  "{\"mensagens\":\"x\"}",
		  ",\"{\"\"mensagens\"\":\"\"x\"\"}\"\r\n", .missing = 1,
		  .other = 1 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		must_yield(&rows[i]);
}

static void
elements_become_rows(void **state)
{
	static const struct row rows[] = {
		{ ARK_MESSAGES, REPORT_MESSAGES, NULL, "c1",
		  "{\"data_inicio\":\"2024-12-31 10:00:00\",\"x\":1,"
		  "\"protocolo\":\"9\",\"id\":\"c1\",\"mensagens\":["
		  "{\"recebida\":true,\"send_time\":\"t\",\"message\":\"=1\","
		  "\"media\":null,\"message_type\":\"text\"},"
		  "{\"recebida\":false,\"send_time\":\"u\",\"message\":"
		  "\"a\\nb\",\"media\":\"m\",\"message_type\":2,"
		  "\"lida\":1}]}",
		  "c1,2024-12-31 10:00:00,9,1,true,t,'=1,,text,\r\n"
		  "c1,2024-12-31 10:00:00,9,2,false,u,\"a\nb\",m,2,"
		  "\"{\"\"lida\"\":1}\"\r\n", .other = 1 },
		/* `id` and `status` of an answer are not the call's */
		{ ARK_VOICE_LOG, REPORT_ANSWERS,
		  "document_id,id,status,question,score,closed_at", "v",
		  "{\"id\":\"v\",\"status\":\"Contact\","
		  "\"respostas_pesquisas\":[{\"questão\":\"q\",\"score\":5,"
		  "\"status\":\"ok\",\"data_encerramento\":null,"
		  "\"id\":\"r\"}]}", "v,r,ok,q,5,\r\n" },
		/* no elements, no rows */
		{ ARK_MESSAGES, REPORT_MESSAGES, NULL, "a", "{}", "" },
		{ ARK_MESSAGES, REPORT_MESSAGES, NULL, "a",
		  "{\"mensagens\":null}", "" },
		{ ARK_MESSAGES, REPORT_MESSAGES, NULL, "a",
		  "{\"mensagens\":[]}", "" },
		/* what is no element, or no list, is not lost */
		{ ARK_MESSAGES, REPORT_MESSAGES, "document_id,number,other",
		  "a", "{\"mensagens\":[\"x\",null]}",
		  "a,1,\"\"\"x\"\"\"\r\na,2,null\r\n", .other = 2 },
		{ ARK_MESSAGES, REPORT_MESSAGES, "document_id,number,other",
		  "a", "{\"mensagens\":{\"k\":[1]}}",
		  "a,,\"{\"\"k\"\":[1]}\"\r\n", .other = 1 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		must_yield(&rows[i]);
}

/* A document whose text is in JSON what text is in C. */
static void
put_document(struct buf *out, const char *text)
{
	buf_adds(out, "{\"evento\":\"");
	for (; *text; text++) {
		if (strchr("\"\\", *text) || (unsigned char)*text < 0x20)
			buf_addf(out, "\\u%04x", (unsigned)*text);
		else
			buf_addc(out, *text);
	}
	buf_adds(out, "\",\"agente\":\"behind\"}");
}

static void
hostile_texts_stay_in_their_cells(void **state)
{
	struct report_view v = view_of(ARK_ACTIVITY, 0, "event,agent");
	struct report_writer w;

	(void)state;
	report_writer_init(&w, &v, ';');
	for (size_t i = 0; i < SHEET_CELLS; i++) {
		struct buf document = BUF_INIT(2000), line = BUF_INIT(2000);
		struct buf cell = BUF_INIT(1000);
		struct report_item item;
		const char *p;
		char text[200];

		sheet_cell(text, sizeof(text), i);
		put_document(&document, text);
		item = item_of("a", buf_text(&document));
		assert_int_equal(report_csv(&w, &item, &line, NULL), 0);
		p = buf_text(&line);
		assert_int_equal(sheet_take(&cell, &p, ';'), ';');
		(void)sheet_is_guarded(&cell, text);
		assert_int_equal(sheet_take(&cell, &p, ';'), '\r');
		assert_string_equal(buf_text(&cell), "behind");
		assert_int_equal(*p, 0);
		buf_release(&document);
		buf_release(&line);
		buf_release(&cell);
	}
	assert_int_equal(w.tally.rows, SHEET_CELLS);
	report_writer_release(&w);
}

static void
the_head_names_the_columns(void **state)
{
	struct report_view v = view_of(ARK_ACTIVITY, 0, "id,event");
	struct buf out = BUF_INIT(1000);
	struct report_writer w;

	(void)state;
	report_writer_init(&w, &v, ';');
	report_mark(&out);
	report_head(&w, &out);
	assert_string_equal(buf_text(&out), "\xef\xbb\xbfid;event\r\n");
	report_writer_release(&w);
	buf_release(&out);
}

static void
lines_are_the_documents(void **state)
{
	static const char document[] =
		"{ \"id\":\"a\\u0062\", \"mensagens\":[{\"n\": 1.0},null]}";
	static const struct {
		enum report_rows rows;
		bool has_versions;
		const char *lines;
	} rows[] = {
		{ REPORT_DOCUMENTS, false,
		  "{ \"id\":\"a\\u0062\", "
		  "\"mensagens\":[{\"n\": 1.0},null]}\n" },
		{ REPORT_DOCUMENTS, true,
		  "{\"id\":\"ab\",\"version\":2,"
		  "\"seen\":\"2024-12-31T00:00:00Z\",\"vanished\":null,"
		  "\"document\":{ \"id\":\"a\\u0062\", "
		  "\"mensagens\":[{\"n\": 1.0},null]}}\n" },
		{ REPORT_MESSAGES, false,
		  "{\"id\":\"ab\",\"number\":1,\"message\":{\"n\": 1.0}}\n"
		  "{\"id\":\"ab\",\"number\":2,\"message\":null}\n" },
		{ REPORT_MESSAGES, true,
		  "{\"id\":\"ab\",\"version\":2,"
		  "\"seen\":\"2024-12-31T00:00:00Z\",\"vanished\":null,"
		  "\"number\":1,\"message\":{\"n\": 1.0}}\n"
		  "{\"id\":\"ab\",\"version\":2,"
		  "\"seen\":\"2024-12-31T00:00:00Z\",\"vanished\":null,"
		  "\"number\":2,\"message\":null}\n" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct report_view v = view_of(ARK_MESSAGES, rows[i].rows,
					       NULL);
		struct report_item item = item_of("ab", document);
		struct buf out = BUF_INIT(1000);

		assert_int_equal(report_ndjson(&v, &item, rows[i].has_versions,
					       &out, NULL), 0);
		assert_string_equal(buf_text(&out), rows[i].lines);
		buf_release(&out);
	}
}

static void
a_list_that_is_none_is_one_line(void **state)
{
	struct report_view v = view_of(ARK_MESSAGES, REPORT_MESSAGES, NULL);
	struct report_item item = item_of("a", "{\"mensagens\":\"x\"}");
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_int_equal(report_ndjson(&v, &item, false, &out, NULL), 0);
	assert_string_equal(buf_text(&out),
			    "{\"id\":\"a\",\"number\":null,"
			    "\"message\":\"x\"}\n");
	buf_release(&out);
}

static void
try_without_memory(void *ctx)
{
	static const char document[] =
		"{\"agente\":\"x\",\"evento\":\"y\",\"z\":[1]}";
	struct report_view v = view_of(ARK_ACTIVITY, 0, NULL);
	struct report_item item = item_of("a", document);
	struct buf out = BUF_INIT(1000);
	struct ark_error err = { 0 };
	bool is_csv = *(bool *)ctx;
	struct report_writer w;
	int rc;

	report_writer_init(&w, &v, ',');
	rc = is_csv ? report_csv(&w, &item, &out, &err) :
		      report_ndjson(&v, &item, true, &out, &err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	report_writer_release(&w);
	buf_release(&out);
}

static void
lack_of_memory_is_told(void **state)
{
	bool is_csv = true;

	(void)state;
	assert_true(heap_each(try_without_memory, &is_csv) >= 3);
	is_csv = false;
	assert_true(heap_each(try_without_memory, &is_csv) >= 1);
}

static void
a_ceiling_is_told(void **state)
{
	struct report_view v = view_of(ARK_ACTIVITY, 0, NULL);
	struct report_item item = item_of("a", "{\"agente\":\"0123456789\"}");
	struct buf out = BUF_INIT(8);
	struct ark_error err = { 0 };
	struct report_writer w;

	(void)state;
	report_writer_init(&w, &v, ',');
	assert_int_equal(report_csv(&w, &item, &out, &err), ARK_ELIMIT);
	assert_int_equal(err.code, ARK_ELIMIT);
	report_writer_release(&w);
	buf_release(&out);
}

/* At whichever byte it stands, and nothing is told of a line cut off. */
static void
a_ceiling_may_stand_anywhere(void **state)
{
	static const char document[] =
		"{\"mensagens\":[{\"message\":\"x\"},{\"message\":\"y\"}]}";
	struct report_view v = view_of(ARK_MESSAGES, REPORT_MESSAGES, NULL);
	struct report_item item = item_of("a", document);
	struct ark_error err;
	size_t max = 0;
	int rc;

	(void)state;
	do {
		struct buf out = BUF_INIT(max++);

		err = (struct ark_error){ 0 };
		rc = report_ndjson(&v, &item, false, &out, &err);
		assert_int_equal(rc, out.rc);
		assert_int_equal(err.code, rc);
		assert_true(!rc || rc == ARK_ELIMIT);
		buf_release(&out);
	} while (rc);
	assert_true(max > 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_become_rows),
		cmocka_unit_test(elements_become_rows),
		cmocka_unit_test(hostile_texts_stay_in_their_cells),
		cmocka_unit_test(the_head_names_the_columns),
		cmocka_unit_test(lines_are_the_documents),
		cmocka_unit_test(a_list_that_is_none_is_one_line),
		cmocka_unit_test(lack_of_memory_is_told),
		cmocka_unit_test(a_ceiling_is_told),
		cmocka_unit_test(a_ceiling_may_stand_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
