/*
 * A line of recordings.ndjson.  What is read can be printed and read again
 * with the same result, and the second printing is the first, byte for byte.
 */
#include "fuzz.h"
#include "manifest/table.h"

#define TEXT_MAX ((size_t)1 << 20)

static void
must_be_inside(struct json_slice v, struct json_slice line)
{
	MUST(json_kind(v) == JSON_OBJECT);
	MUST(v.p >= line.p && v.p + v.n <= line.p + line.n);
}

static void
look(const struct table_row *r, struct json_slice line)
{
	const char *texts[] = { r->id, r->reason, r->path, r->media_type,
				r->codec, r->link_host, r->oddity };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		must_be_text(texts[i]);
	MUST(*r->id);
	MUST((unsigned)r->state < ARK_N_STATES);
	MUST(r->bytes >= 0 && r->audio_ms >= -1);
	MUST(r->downloaded_s >= -1 && r->first_seen_s >= -1);
	MUST(r->seen_s >= -1 && r->vanished_s >= -1);
	must_be_inside(r->document, line);
	for (size_t i = 0; i < r->n_versions; i++) {
		must_be_inside(r->versions[i].document, line);
		MUST(r->versions[i].seen_s >= 0);
	}
}

static void
must_be_equal(const struct table_row *a, const struct table_row *b)
{
	MUST(!strcmp(a->id, b->id) && !strcmp(a->reason, b->reason));
	MUST(!strcmp(a->path, b->path) && !strcmp(a->oddity, b->oddity));
	MUST(!strcmp(a->codec, b->codec));
	MUST(!strcmp(a->media_type, b->media_type));
	MUST(!strcmp(a->link_host, b->link_host));
	MUST(a->state == b->state && a->audio_ms == b->audio_ms);
	MUST(!*a->path || (a->bytes == b->bytes &&
			   !memcmp(a->sha256, b->sha256,
				   DIGEST_SHA256_SIZE)));
	MUST(a->downloaded_s == b->downloaded_s && a->seen_s == b->seen_s);
	MUST(a->first_seen_s == b->first_seen_s);
	MUST(a->vanished_s == b->vanished_s);
	MUST(a->n_versions == b->n_versions);
	MUST(a->document.n == b->document.n &&
	     !memcmp(a->document.p, b->document.p, a->document.n));
}

static void
print_and_read(const struct table_row *row)
{
	struct buf once = BUF_INIT(TEXT_MAX), twice = BUF_INIT(TEXT_MAX);
	struct table_parsed again = { 0 };
	struct ark_error err = { 0 };
	struct json_slice line;

	table_ndjson(&once, row);
	MUST(!once.rc && once.len && once.data[once.len - 1] == '\n');
	line = (struct json_slice){ buf_text(&once), once.len - 1 };
	MUST(!table_parse(&again, line, &err));
	must_be_equal(row, &again.row);
	table_ndjson(&twice, &again.row);
	MUST(!strcmp(buf_text(&once), buf_text(&twice)));
	table_parsed_release(&again);
	buf_release(&once);
	buf_release(&twice);
}

/* Every line of the CSV has as many cells as its head. */
static size_t
count_cells(const struct buf *line)
{
	bool is_quoted = false;
	size_t n = 1;

	for (size_t i = 0; i < line->len; i++) {
		if (line->data[i] == '"')
			is_quoted = !is_quoted;
		n += !is_quoted && line->data[i] == ';';
		MUST(is_quoted || line->data[i] != '\n' ||
		     i == line->len - 1);
	}
	MUST(!is_quoted);
	return n;
}

static void
print_csv(const struct table_row *row)
{
	const struct ark_recording call = {
		.id = row->id, .interaction_id = "", .agent = row->oddity,
		.agent_email = row->reason, .client = row->link_host,
		.contact = row->path, .service = row->id, .extension = "",
		.origin = "", .protocol = row->codec, .status = "",
		.client_document = "", .tag = "", .url = "",
		.start_s = row->seen_s, .answered_s = -1, .end_s = -1,
		.duration_s = row->audio_ms,
	};
	struct buf head = BUF_INIT(TEXT_MAX), line = BUF_INIT(TEXT_MAX);

	table_csv_head(&head, ';');
	table_csv(&line, row, &call, ';');
	MUST(!head.rc && !line.rc);
	MUST(count_cells(&head) == count_cells(&line));
	buf_release(&head);
	buf_release(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct json_slice line = { (const char *)bytes, n };
	struct table_parsed p = { 0 };
	struct ark_error err = { 0 };
	int rc = table_parse(&p, line, &err);

	must_report(rc, &err);
	if (!rc) {
		look(&p.row, line);
		/* Its documents may stand on several lines, then so does it. */
		if (!memchr(bytes, '\n', n) && !memchr(bytes, '\r', n))
			print_and_read(&p.row);
		print_csv(&p.row);
	}
	table_parsed_release(&p);
	return 0;
}
