#include "cli/status_records.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/calendar.h"
#include "cli/print.h"
#include "json/tree.h"
#include "model/time.h"

static void
put_media(struct json_tree *t, const struct ark_day_media *m)
{
	json_open_object(t, "media");
	json_put_int(t, "listed", m->listed);
	for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
		json_put_int(t, ark_state_name((enum ark_state)i),
			     m->counts[i]);
	json_put_int(t, "bytes", m->bytes);
	json_close(t);
}

static void
put_reports(struct json_tree *t, unsigned incomplete)
{
	json_open_array(t, "reports_incomplete");
	for (int i = 0; i < ARK_N_ROUTES; i++) {
		if (incomplete >> i & 1)
			json_put_text(t, NULL,
				      ark_route_name((enum ark_route)i));
	}
	json_close(t);
}

int
status_ndjson_day(const struct ark_day *d)
{
	struct json_tree *t = json_tree_new();
	char text[MOMENT_SIZE];

	day_format(text, d->day);
	json_put_text(t, "day", text);
	json_put_text(t, "state", day_word(d));
	json_put_text(t, "cell", cell_name(day_cell(d)));
	json_put_int(t, "listed", d->listed);
	for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
		json_put_int(t, ark_state_name((enum ark_state)i),
			     d->counts[i]);
	if (d->total >= 0)
		json_put_int(t, "platform_total", d->total);
	json_put_int(t, "vanished", d->vanished);
	json_put_int(t, "odd_documents", d->oddities);
	json_put_int(t, "bytes", d->bytes);
	json_put_bool(t, "published", d->is_published);
	if (*d->flaw)
		json_put_text(t, "flaw", d->flaw);
	if (d->reports_incomplete)
		put_reports(t, d->reports_incomplete);
	if (d->media.listed)
		put_media(t, &d->media);
	return print_tree(t);
}

void
status_csv_head(void)
{
	printf("day,state,listed");
	for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
		printf(",%s", ark_state_name((enum ark_state)i));
	printf(",bytes,cell,platform_total,vanished,odd_documents,published,"
	       "attachments,attachments_archived,attachments_bytes,"
	       "reports_incomplete,flaw\r\n");
}

/* What is behind the state of a day, as far as its recordings do not tell. */
static void
put_why(struct buf *line, const struct ark_day *d)
{
	(void)buf_addf(line, ",%" PRId64 ",%" PRId64 ",%s", d->vanished,
		       d->oddities, d->is_published ? "yes" : "no");
	(void)buf_addf(line, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",",
		       d->media.listed, d->media.counts[ARK_ARCHIVED],
		       d->media.bytes);
	day_reports(d, " ", line);
	(void)buf_addc(line, ',');
	text_csv_cell(line, d->flaw, ',');
}

int
status_csv_day(const struct ark_day *d)
{
	struct buf line = BUF_INIT(65536);
	char day[DAY_SIZE];

	day_format(day, d->day);
	(void)buf_addf(&line, "%s,%s,%" PRId64, day, day_word(d), d->listed);
	for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
		(void)buf_addf(&line, ",%" PRId64, d->counts[i]);
	(void)buf_addf(&line, ",%" PRId64 ",%s,", d->bytes,
		       cell_name(day_cell(d)));
	if (d->total >= 0)
		(void)buf_addf(&line, "%" PRId64, d->total);
	put_why(&line, d);
	(void)buf_adds(&line, "\r\n");
	return print_buf(&line);
}
