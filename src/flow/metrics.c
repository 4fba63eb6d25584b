#include "flow/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

#define LAST_SUCCESS "callark_last_success_timestamp_seconds"
#define LABELS_MAX ((size_t)65536)

/* Samples being written. */
struct page {
	struct buf *out;
	struct buf labels;	/* that all of them have */
	const char *family;	/* the name of those being written */
};

/* The reader takes only UTF-8; what is none becomes U+FFFD. */
static void
add_label_value(struct buf *out, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t n = strlen(text);

	while (n) {
		uint32_t c = 0;
		size_t len = utf8_next(p, n, &c);

		if (!len)
			buf_adds(out, "\xEF\xBF\xBD");
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", (char)c);
		else
			buf_add(out, p, len);
		if (!len)
			len = 1;
		p += len;
		n -= len;
	}
}

static void
add_label(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s%s=\"", out->len ? "," : "", name);
	add_label_value(out, value);
	buf_addc(out, '"');
}

static void
begin_family(struct page *p, const char *name, const char *help)
{
	p->family = name;
	buf_addf(p->out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* The beginning of a line, up to its value; word may be NULL. */
static void
begin_sample(struct page *p, const char *label, const char *word)
{
	buf_addf(p->out, "%s{%s", p->family, buf_text(&p->labels));
	if (word)
		buf_addf(p->out, ",%s=\"%s\"", label, word);
	buf_adds(p->out, "} ");
}

static void
put(struct page *p, const char *label, const char *word, int64_t value)
{
	begin_sample(p, label, word);
	buf_addf(p->out, "%" PRId64 "\n", value);
}

/* A whole number that is a family by itself. */
static void
gauge(struct page *p, const char *name, const char *help, int64_t value)
{
	begin_family(p, name, help);
	put(p, NULL, NULL, value);
}

static void
put_times(struct page *p, const struct metrics *m)
{
	int64_t elapsed_ms = m->run->elapsed_ms;

	gauge(p, "callark_run_start_timestamp_seconds",
	      "When the last run began.", m->run->started_s);
	gauge(p, "callark_run_end_timestamp_seconds",
	      "When the last run ended.", m->ended_s);
	begin_family(p, "callark_run_duration_seconds",
		     "How long the last run took.");
	begin_sample(p, NULL, NULL);
	buf_addf(p->out, "%" PRId64 ".%03" PRId64 "\n", elapsed_ms / 1000,
		 elapsed_ms % 1000);
	gauge(p, "callark_run_exit_status",
	      "Exit status of the last run, as callark(1) lists them.",
	      m->exit_status);
	gauge(p, LAST_SUCCESS,
	      "When a run last ended with exit status 0; 0 if none did.",
	      m->last_success_s < 0 ? 0 : m->last_success_s);
}

static void
put_work(struct page *p, const struct ark_summary *run)
{
	gauge(p, "callark_run_new_recordings",
	      "Recordings that the last run archived.", run->new_recordings);
	gauge(p, "callark_run_new_bytes",
	      "Bytes of the recordings that the last run archived.",
	      run->bytes_new);
	gauge(p, "callark_run_requests",
	      "Requests of the last run to the platform.", run->requests);
	gauge(p, "callark_run_retries",
	      "Attempts of the last run that had to be made again.",
	      run->retries);
	gauge(p, "callark_run_incomplete_days",
	      "Days that the last run could not list completely.",
	      run->windows_incomplete);
	begin_family(p, "callark_run_limit_ratio",
		     "Share of its time for which something held the last run "
		     "most.");
	for (int i = ARK_LIMIT_UNKNOWN + 1; i <= ARK_LIMIT_RATE; i++) {
		int percent = run->limit == (enum ark_limit)i ?
			      run->limit_percent : 0;

		begin_sample(p, "limit", ark_limit_name((enum ark_limit)i));
		buf_addf(p->out, "%d.%02d\n", percent / 100, percent % 100);
	}
}

/* For the reader what is queued is deferred. */
static void
put_states(struct page *p, const int64_t counts[ARK_N_STATES])
{
	for (int i = 0; i < ARK_N_STATES; i++) {
		int64_t n = counts[i];

		if (i == ARK_QUEUED)
			continue;
		if (i == ARK_DEFERRED)
			n += counts[ARK_QUEUED];
		put(p, "state", ark_state_name((enum ark_state)i), n);
	}
}

/* An archive that never kept any has no samples of them. */
static void
put_media(struct page *p, const struct catalogue_media *media)
{
	if (!media->listed)
		return;
	begin_family(p, "callark_attachments",
		     "Attachments that the archive knows of, by state.");
	put_states(p, media->counts);
	gauge(p, "callark_attachment_bytes",
	      "Bytes of all attachments in the archive.", media->bytes);
}

static void
put_archive(struct page *p, const struct metrics *m)
{
	begin_family(p, "callark_recordings",
		     "Calls that the archive knows of, by state.");
	put_states(p, m->counts);
	put_media(p, &m->media);
	gauge(p, "callark_archived_bytes",
	      "Bytes of all recordings in the archive.", m->bytes);
	gauge(p, "callark_incomplete_days",
	      "Days before today that were asked for and are not complete.",
	      m->days_incomplete);
	if (m->oldest_waiting_s >= 0)
		gauge(p, "callark_oldest_waiting_timestamp_seconds",
		      "When the oldest call began whose recording is still to "
		      "be fetched; missing if none is.", m->oldest_waiting_s);
}

int
metrics_format(struct buf *out, const struct metrics *m, struct ark_error *err)
{
	struct page p = { .out = out, .labels = BUF_INIT(LABELS_MAX) };
	int rc;

	add_label(&p.labels, "archive", m->archive);
	add_label(&p.labels, "organization", m->organization);
	rc = buf_status(&p.labels, err);
	if (rc)
		goto out;
	begin_family(&p, "callark_info", "The program that made these.");
	begin_sample(&p, "version", CALLARK_VERSION);
	buf_adds(out, "1\n");
	put_times(&p, m);
	put_work(&p, m->run);
	if (m->has_archive)
		put_archive(&p, m);
	rc = buf_status(out, err);
out:
	buf_release(&p.labels);
	return rc;
}

int64_t
metrics_last_success(const char *text)
{
	static const char begin[] = "\n" LAST_SUCCESS "{";
	const char *line = strstr(text, begin);
	size_t len = line ? strcspn(line + 1, "\n") : 0;
	char number[24] = "";
	int64_t value;

	for (size_t i = len; i > 0 && len - i < sizeof(number); i--) {
		if (line[i] != ' ')
			continue;
		memcpy(number, line + 1 + i, len - i);
		break;
	}
	if (text_to_int(number, 1, INT64_MAX, &value))
		return -1;
	return value;
}
