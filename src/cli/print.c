#include "cli/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "model/time.h"

#define MAX_LINE ((size_t)64 << 20)

const char *const print_formats[] = { "table", "ndjson", "csv", NULL };
const char *const print_find_formats[] = {
	"paths", "table", "ndjson", "csv", NULL,
};

/* Columns that a character takes are not known here: one each is near enough. */
void
print_padded(const char *text, int width)
{
	struct buf safe = BUF_INIT(4096);
	const unsigned char *p;
	int column = 0;

	text_printable(&safe, text, strnlen(text, 200));
	for (p = (const unsigned char *)buf_text(&safe); *p; p++) {
		if ((*p & 0xc0) != 0x80 && column++ == width)
			break;
		putchar(*p);
	}
	buf_release(&safe);
	while (column++ < width)
		putchar(' ');
	putchar(' ');
}

void
print_safe(const char *text)
{
	struct buf safe = BUF_INIT(65536);

	text_printable(&safe, text, strlen(text));
	fputs(buf_text(&safe), stdout);
	buf_release(&safe);
}

static void
when(char out[MOMENT_SIZE], int64_t civil_s)
{
	out[0] = 0;
	if (civil_s >= 0)
		moment_format(out, civil_s);
}

void
print_head(enum print_format format, bool is_found)
{
	if (format == PRINT_CSV)
		printf("id,start,duration_s,agent,agent_email,client,contact,"
		       "client_document,service,extension,origin,protocol,"
		       "status,tag%s\r\n", is_found ? ",path,bytes,sha256,"
		       "media_type,codec,downloaded_at" : ",has_link");
	if (format == PRINT_TABLE)
		printf("%-19s %6s %-36s %-16s %-16s %-12s %s\n", "start",
		       "secs", "id", "agent", "service", "status",
		       is_found ? "path" : "link");
}

static void
csv_cells(struct buf *out, const struct ark_recording *r)
{
	const char *const texts[] = {
		r->agent, r->agent_email, r->client, r->contact,
		r->client_document, r->service, r->extension, r->origin,
		r->protocol, r->status, r->tag,
	};
	char start[MOMENT_SIZE];

	when(start, r->start_s);
	text_csv_cell(out, r->id, ',');
	buf_addf(out, ",%s,", start);
	if (r->duration_s >= 0)
		buf_addf(out, "%" PRId64, r->duration_s);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_addc(out, ',');
		text_csv_cell(out, texts[i], ',');
	}
}

/* The columns of a table line that every recording has. */
static void
table_cells(const struct ark_recording *r)
{
	char start[MOMENT_SIZE], seconds[24] = "";

	when(start, r->start_s);
	if (r->duration_s >= 0)
		(void)snprintf(seconds, sizeof(seconds), "%" PRId64,
			       r->duration_s);
	printf("%-19s %6s ", start, seconds);
	print_padded(r->id, 36);
	print_padded(r->agent, 16);
	print_padded(r->service, 16);
	print_padded(r->status, 12);
}

int
print_end(int rc)
{
	return rc ? rc : ferror(stdout) ? ARK_EDISK : 0;
}

int
print_buf(struct buf *line)
{
	int rc = line->rc;

	if (!rc)
		fputs(buf_text(line), stdout);
	buf_release(line);
	return rc;
}

int
print_tree(struct json_tree *t)
{
	struct buf line = BUF_INIT(MAX_LINE);
	int rc = json_print(t, false, &line, NULL);

	json_tree_free(t);
	(void)buf_addc(&line, '\n');
	if (!rc)
		return print_buf(&line);
	buf_release(&line);
	return rc;
}

int
print_listed(enum print_format format, const struct ark_recording *r,
	     const char *document, size_t len)
{
	struct buf line = BUF_INIT(MAX_LINE);
	int rc = 0;

	switch (format) {
	case PRINT_NDJSON:
		printf("%.*s\n", (int)len, document);
		break;
	case PRINT_CSV:
		csv_cells(&line, r);
		buf_addf(&line, ",%s\r\n", *r->url ? "yes" : "no");
		rc = print_buf(&line);
		break;
	default:
		table_cells(r);
		puts(*r->url ? "yes" : "no");
	}
	return print_end(rc);
}

void
print_put_file(struct json_tree *t, const struct ark_found *f)
{
	char at[CLOCK_UTC_SIZE];

	clock_utc(at, f->downloaded_s);
	json_put_text(t, "media_type", f->media_type);
	json_put_text(t, "codec", f->codec);
	if (f->audio_ms >= 0)
		json_put_real(t, "duration_s", (double)f->audio_ms / 1000);
	else
		json_put_null(t, "duration_s");
	json_put_text(t, "downloaded_at", at);
	json_put_raw(t, "document", (struct json_slice){ f->document,
							 f->document_len });
}

static int
found_json(const struct ark_found *f)
{
	struct json_tree *t = json_tree_new();
	char day[DAY_SIZE];

	day_format(day, f->recording->day);
	json_put_text(t, "id", f->recording->id);
	json_put_text(t, "day", day);
	json_put_text(t, "path", f->path);
	json_put_int(t, "bytes", f->bytes);
	json_put_text(t, "sha256", f->sha256);
	print_put_file(t, f);
	return print_tree(t);
}

static int
found_csv(const struct ark_found *f)
{
	struct buf line = BUF_INIT(MAX_LINE);
	char at[CLOCK_UTC_SIZE];

	clock_utc(at, f->downloaded_s);
	csv_cells(&line, f->recording);
	buf_addf(&line, ",%s,%" PRId64 ",%s,%s,%s,%s\r\n", f->path, f->bytes,
		 f->sha256, f->media_type, f->codec, at);
	return print_buf(&line);
}

int
print_found(enum print_format format, const char *root,
	    const struct ark_found *f, char path_end)
{
	int rc = 0;

	switch (format) {
	case PRINT_PATHS:
		printf("%s/%s%c", root, f->path, path_end);
		break;
	case PRINT_NDJSON:
		rc = found_json(f);
		break;
	case PRINT_CSV:
		rc = found_csv(f);
		break;
	case PRINT_TABLE:
		table_cells(f->recording);
		puts(f->path);
		break;
	}
	return print_end(rc);
}
