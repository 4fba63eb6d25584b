/* callark sync */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "callark/notify.h"
#include "callark/sync.h"
#include "cli/cli.h"
#include "config/config.h"
#include "model/time.h"

struct sync_words {
	bool media;
	const char *concurrency, *limit_rate, *reports, *summary_json;
	const char *metrics_file;
	int64_t max_duration_s, max_bytes;
	int durability;
};

static void
print_count(const char *label, int64_t n, const char *note)
{
	printf("  %-14s%10" PRId64 "%s\n", label, n, note);
}

/* What most runs have nothing of. */
static void
print_if_any(const char *label, int64_t n)
{
	if (n)
		print_count(label, n, "");
}

static void
print_problems(const struct ark_problem *problems, int n, int64_t total)
{
	int shown = n < 10 ? n : 10;

	for (int i = 0; i < shown; i++) {
		const struct ark_problem *p = &problems[i];
		struct buf line = BUF_INIT(8192);
		char day[DAY_SIZE];

		day_format(day, p->day);
		text_printable(&line, p->id, strlen(p->id));
		buf_adds(&line, ": ");
		text_printable(&line, p->reason, strlen(p->reason));
		printf("    %s %-11s %s\n", day, ark_state_name(p->state),
		       buf_text(&line));
		buf_release(&line);
	}
	if (total > shown)
		printf("    and %" PRId64 " more: callark status --items\n",
		       total - shown);
}

/* What a run keeps besides is not asked for, and might be much. */
static void
print_rehearsal(const struct ark_summary *s, const struct ark_config *c)
{
	char bytes[24];

	text_bytes(bytes, s->bytes_estimated);
	printf("would fetch %" PRId64 " recordings, about %s; %" PRId64
	       " are archived already\n", s->to_fetch, bytes, s->already);
	if (c->reports.n || c->media)
		printf("a dry run does not ask for %s, which a run keeps "
		       "too\n", c->media ? "reports and attachments" :
					  "reports");
}

/* Where a faster run would have to begin, if the run could tell. */
static void
print_limit(const struct ark_summary *s)
{
	static const char *const words[] = {
		[ARK_LIMIT_LISTING] = "the platform's listing",
		[ARK_LIMIT_SERVER] = "the server of the recordings",
		[ARK_LIMIT_NETWORK] = "the network",
		[ARK_LIMIT_DISK] = "the disk",
		[ARK_LIMIT_CPU] = "this machine's processor",
		[ARK_LIMIT_NUMBER] = "the number of transfers at once",
		[ARK_LIMIT_RATE] = "the rate limit",
	};

	if (s->limit != ARK_LIMIT_UNKNOWN)
		printf("  limited by %s (%d %%)\n", words[s->limit],
		       s->limit_percent);
}

static void
print_reports(const struct ark_summary *s)
{
	for (int i = 0; i < ARK_N_ROUTES; i++) {
		const struct ark_report_sums *r = &s->reports[i];

		if (!r->was_asked || i == ARK_AUDIO_LINKS)
			continue;
		printf("  %-28s %" PRId64 " documents (%" PRId64 " new, %"
		       PRId64 " changed, %" PRId64 " vanished)\n",
		       ark_route_name((enum ark_route)i), r->documents,
		       r->fresh, r->changed, r->vanished);
		if (r->oddities)
			printf("  %-28s %" PRId64 " of them odd\n", "",
			       r->oddities);
		if (r->days_incomplete)
			printf("  %-28s %" PRId64 " days not listed "
			       "completely\n", "", r->days_incomplete);
	}
}

/* The attachments of conversations; few runs ask for them. */
static void
print_media(const struct ark_summary *s)
{
	const struct ark_media_sums *m = &s->media;
	char bytes[24], note[64];

	if (!m->was_asked)
		return;
	text_bytes(bytes, m->bytes_new);
	(void)snprintf(note, sizeof(note), "  (%" PRId64 " new, %s)", m->fresh,
		       bytes);
	puts("attachments of conversations");
	print_count("listed", m->listed, " ");
	print_count("archived", m->counts[ARK_ARCHIVED], note);
	print_count("excluded", m->counts[ARK_EXCLUDED], "");
	print_count("deferred", m->counts[ARK_DEFERRED] +
		    m->counts[ARK_QUEUED], "");
	print_count("failed", m->counts[ARK_FAILED], "");
	print_count("gone", m->counts[ARK_GONE], "");
	print_count("quarantined", m->counts[ARK_QUARANTINED], "");
	print_count("purged", m->counts[ARK_PURGED], "");
	print_problems(m->problems, m->n_problems, m->problems_total);
}

static void
print_summary(const struct ark_summary *s)
{
	char from[MOMENT_SIZE], to[MOMENT_SIZE], bytes[24], note[64], took[24];

	moment_format(from, s->from_s);
	moment_format(to, s->to_s - 1);
	text_bytes(bytes, s->bytes_new);
	(void)snprintf(note, sizeof(note), "  (%" PRId64 " new, %s)",
		       s->new_recordings, bytes);
	printf("%s to %s\n", from, to);
	print_count("listed", s->listed, "");
	print_count("archived", s->counts[ARK_ARCHIVED], note);
	print_if_any("no link", s->counts[ARK_NO_LINK]);
	print_if_any("excluded", s->counts[ARK_EXCLUDED]);
	print_if_any("deferred", s->counts[ARK_DEFERRED] +
		     s->counts[ARK_QUEUED]);
	print_if_any("failed", s->counts[ARK_FAILED]);
	print_if_any("gone", s->counts[ARK_GONE]);
	print_if_any("quarantined", s->counts[ARK_QUARANTINED]);
	print_if_any("purged", s->counts[ARK_PURGED]);
	print_if_any("odd documents", s->oddities);
	print_problems(s->problems, s->n_problems, s->problems_total);
	print_reports(s);
	print_media(s);
	if (s->windows_incomplete)
		printf("  %" PRId64 " of %" PRId64 " days could not be listed "
		       "completely\n", s->windows_incomplete, s->windows);
	print_limit(s);
	text_duration(took, s->elapsed_ms / 1000);
	printf("%s after %s\n", s->is_complete ? "complete" :
	       "NOT complete", took);
}

/* The file for the account of the run. */
struct account {
	const char *path;		/* NULL: none; "-": stdout */
	FILE *file;
	struct ark_error error;		/* why it could not be opened */
};

/*
 * A run gives up the right to open files outside the archive, so this one is
 * opened before.  What is in it stays until there is something to put in place
 * of it.
 */
static void
open_account(struct account *a, const char *path)
{
	*a = (struct account){ .path = path };
	if (!path || !strcmp(path, "-"))
		return;
	a->file = fopen(path, "ae");
	if (!a->file)
		(void)error_errno(&a->error, "--summary-json %s", path);
}

/* Whether all that is in the file is the text now. */
static bool
replace_content(FILE *f, const char *text)
{
	struct stat st;

	if (fstat(fileno(f), &st))
		return false;
	if (S_ISREG(st.st_mode) && ftruncate(fileno(f), 0))
		return false;
	return fprintf(f, "%s\n", text) > 0 && !fflush(f);
}

/* Write the account, as JSON, and close its file. */
static int
write_account(struct account *a, const struct ark_summary *s,
	      struct ark_error *err)
{
	char *text = NULL;
	int rc;

	if (!a->path)
		return 0;
	rc = ark_summary_json(s, cli_exit_status(s->code), &text, err);
	if (rc)
		goto out;
	if (!strcmp(a->path, "-")) {
		puts(text);
	} else if (!a->file) {
		*err = a->error;
		rc = ARK_EDISK;
	} else if (!replace_content(a->file, text)) {
		(void)error_errno(err, "--summary-json %s", a->path);
		rc = ARK_EDISK;
	}
out:
	if (a->file && fclose(a->file) && !rc) {
		(void)error_errno(err, "--summary-json %s", a->path);
		rc = ARK_EDISK;
	}
	free(text);
	return rc;
}

/*
 * How a run ends that came to rc, and whose account to end: the worse of both,
 * by the order in callark(1).  Both are told.
 */
static int
end_with_account(struct cli *cli, int rc, int end, struct ark_error *err,
		 const struct ark_error *later)
{
	int status = cli_exit_status(rc);

	if (!end)
		return rc;
	if (status == 70 || status == 2 || status == 3 || status == 5) {
		(void)cli_fail(cli, end, later);
		return rc;
	}
	(void)cli_fail(cli, rc, err);
	*err = *later;
	return end;
}

/* Options that are settings too. */
static int
set_config(struct cli *cli, const struct sync_words *w, struct ark_error *err)
{
	int rc = 0;

	if (w->concurrency)
		rc = ark_config_set(cli->config, "transfer.concurrency",
				    w->concurrency, "--concurrency", err);
	if (!rc && w->reports)
		rc = ark_config_set(cli->config, "archive.reports", w->reports,
				    "--reports", err);
	if (!rc && w->media)
		rc = ark_config_set(cli->config, "archive.media", "yes",
				    "--media", err);
	if (!rc && w->limit_rate)
		rc = ark_config_set(cli->config, "transfer.rate_limit",
				    w->limit_rate, "--limit-rate", err);
	if (!rc && w->metrics_file)
		rc = ark_config_set(cli->config, "notify.metrics_file",
				    w->metrics_file, "--metrics-file", err);
	return rc;
}

static int
run(struct cli *cli, const struct ark_sync_options *o,
    const struct sync_words *w, struct ark_error *err)
{
	struct ark_summary *s = calloc(1, sizeof(*s));
	struct ark_error later = { 0 };
	struct account account;
	bool has_stdout;
	int rc, end;

	if (!s)
		return error_nomem(err);
	open_account(&account, w->summary_json);
	rc = ark_sync(cli->config, o, s, err);
	talk_end();
	has_stdout = !w->summary_json || strcmp(w->summary_json, "-");
	if (has_stdout && s->to_s && o->is_dry_run)
		print_rehearsal(s, cli->config);
	else if (has_stdout && s->to_s && (!cli->is_quiet || rc))
		print_summary(s);
	end = write_account(&account, s, &later);
	rc = end_with_account(cli, rc, end, err, &later);
	ark_notifier_tell(o->notifier, s, cli_exit_status(rc));
	ark_summary_release(s);
	free(s);
	return rc;
}

static void
add_options(struct opt_table *t, struct ark_sync_options *o,
	    struct sync_words *w)
{
	static const char *const durabilities[] = {
		"batch", "file", "none", NULL,
	};
	const struct opt rows[] = {
		{ "concurrency", 0, OPT_TEXT, "N", "transfers at once; else "
		  "as many as pay", &w->concurrency, NULL },
		{ "limit-rate", 0, OPT_TEXT, "SIZE", "bytes a second for "
		  "recordings, as 10M", &w->limit_rate, NULL },
		{ "reports", 0, OPT_TEXT, "NAMES", "reports to keep with the "
		  "recordings: all, or names", &w->reports, NULL },
		{ "media", 0, OPT_FLAG, NULL, "keep what the messages of "
		  "conversations have attached", &w->media, NULL },
		{ "max-duration", 0, OPT_SECONDS, "SPAN", "begin nothing new "
		  "after this time; exit 8", &w->max_duration_s, NULL },
		{ "max-bytes", 0, OPT_BYTES, "SIZE", "begin nothing new after "
		  "so many bytes; exit 8", &w->max_bytes, NULL },
		{ "dry-run", 'n', OPT_FLAG, NULL, "tell what would be "
		  "fetched; write nothing", &o->is_dry_run, NULL },
		{ "retry-failed", 0, OPT_FLAG, NULL, "try again what was "
		  "given up", &o->retry_failed, NULL },
		{ "summary-json", 0, OPT_TEXT, "FILE", "write the account of "
		  "the run as JSON; - is stdout", &w->summary_json, NULL },
		{ "metrics-file", 0, OPT_TEXT, "FILE", "write metrics for "
		  "node_exporter; FILE ends in .prom", &w->metrics_file, NULL },
		{ "durability", 0, OPT_WORD, "WORD", "batch, file or none "
		  "(none: for measuring only)", &w->durability, durabilities },
		{ 0 },
	};

	cli_add_range(t, &o->range);
	opt_add(t, rows);
}

int
cmd_sync(struct cli *cli, int argc, char **argv)
{
	struct ark_sync_options o = { .listener = cli->listener };
	struct sync_words w = { 0 };
	struct ark_filter *filter = NULL;
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int rc;

	rc = ark_filter_new(&filter, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	add_options(&t, &o, &w);
	opt_add_filters(&t, filter);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = set_config(cli, &w, &err);
	if (!rc) {
		o.filter = filter;
		o.max_duration_s = w.max_duration_s;
		o.max_bytes = w.max_bytes;
		o.durability = (enum ark_durability)w.durability;
		if (!o.is_dry_run)
			o.notifier = ark_notifier_new(cli->config,
						      &cli->listener);
		rc = run(cli, &o, &w, &err);
		ark_notifier_free(o.notifier);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
