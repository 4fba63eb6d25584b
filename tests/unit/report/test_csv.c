#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "report/csv.h"
#include "unit/sheet.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void
hostile_cells_come_back(void **state)
{
	static const char separators[] = { ',', ';' };
	int n_tried = 0, n_guarded = 0;

	(void)state;
	for (size_t i = 0; i < SHEET_CELLS * N(separators); i++) {
		struct buf line = BUF_INIT(1000), cell = BUF_INIT(1000);
		char separator = separators[i % N(separators)];
		struct csv_row row = { .out = &line, .separator = separator };
		char text[200];
		const char *p;

		sheet_cell(text, sizeof(text), i / N(separators));
		csv_begin(&row);
		csv_text(&row, text);
		csv_text(&row, text);
		csv_end(&row);
		assert_int_equal(buf_status(&line, NULL), 0);
		p = buf_text(&line);
		assert_int_equal(sheet_take(&cell, &p, separator), separator);
		n_guarded += sheet_is_guarded(&cell, text);
		assert_int_equal(sheet_take(&cell, &p, separator), '\r');
		(void)sheet_is_guarded(&cell, text);
		assert_int_equal(*p, 0);
		buf_release(&line);
		buf_release(&cell);
		n_tried++;
	}
	assert_int_equal(n_tried, 120);
	assert_int_equal(n_guarded, 74);
}

static void
rows_are_of_rfc_4180(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct csv_row row = { .out = &out, .separator = ';' };
	static const struct json_slice minus = { "-2.50e3", 7 };

	(void)state;
	csv_begin(&row);
	csv_text(&row, "a;b");
	csv_text(&row, "");
	csv_number(&row, minus);
	csv_end(&row);
	csv_begin(&row);
	csv_text(&row, "a,b");
	csv_text(&row, "-2.50e3");
	csv_end(&row);
	assert_string_equal(buf_text(&out),
			    "\"a;b\";;-2.50e3\r\na,b;'-2.50e3\r\n");
	buf_release(&out);
}

/* A line without anything would be passed over. */
static void
a_row_of_one_empty_cell_is_a_row(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct csv_row row = { .out = &out, .separator = ',' };

	(void)state;
	for (int i = 0; i < 2; i++) {
		csv_begin(&row);
		csv_text(&row, "");
		csv_end(&row);
	}
	csv_begin(&row);
	csv_text(&row, "");
	csv_text(&row, "");
	csv_end(&row);
	assert_string_equal(buf_text(&out), "\"\"\r\n\"\"\r\n,\r\n");
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_cells_come_back),
		cmocka_unit_test(rows_are_of_rfc_4180),
		cmocka_unit_test(a_row_of_one_empty_cell_is_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
