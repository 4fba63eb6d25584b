/*
 * Talk: log lines, the status line of a terminal, and stopping by signal.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "json/tree.h"

#define LINE_EVERY_MS 60000	/* a log line, where there is no terminal */

/*
 * Signals have no other way to a program than a variable; it is the only one
 * of this program that changes.
 */
static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	if (caught)
		_exit(128 + sig);	/* the second one means now */
	caught = sig;
}

int
talk_signal(void)
{
	return caught;
}

static bool
should_stop(void *ctx)
{
	(void)ctx;
	return caught != 0;
}

static const char *
level_name(enum ark_level level)
{
	static const char *const names[] = {
		"error", "warning", "info", "debug",
	};

	return names[level];
}

static bool
is_wanted(const struct cli *cli, enum ark_level level)
{
	if (cli->is_quiet)
		return level == ARK_LOG_ERROR;
	return level < ARK_LOG_DEBUG || cli->is_verbose;
}

static bool
has_status_line(const struct cli *cli)
{
	return !cli->is_quiet && !cli->is_json_log && isatty(STDERR_FILENO);
}

static void
wipe_line(const struct cli *cli)
{
	if (has_status_line(cli))
		fputs("\r\033[K", stderr);
}

/* Without the memory for a line: the same text, byte by byte, in ASCII. */
static void
print_plainly(const struct ark_event *e)
{
	fprintf(stderr, "callark: %s: ", level_name(e->level));
	for (const char *p = e->text; *p; p++)
		fputc(*p >= 0x20 && *p < 0x7f ? *p : '?', stderr);
	fputc('\n', stderr);
}

static void
print_json(const struct ark_event *e)
{
	struct buf line = BUF_INIT(65536);
	struct json_tree *t = json_tree_new();
	char now[CLOCK_UTC_SIZE];

	clock_utc(now, clock_wall_s());
	json_put_text(t, "time", now);
	json_put_text(t, "level", level_name(e->level));
	if (e->id)
		json_put_text(t, "id", e->id);
	json_put_text(t, "text", e->text);
	if (!json_print(t, false, &line, NULL))
		fprintf(stderr, "%s\n", buf_text(&line));
	else
		fprintf(stderr, "{\"level\":\"%s\",\"text\":\"a line of the "
			"log is lost: out of memory\"}\n",
			level_name(e->level));
	json_tree_free(t);
	buf_release(&line);
}

static void
print_text(const struct cli *cli, const struct ark_event *e)
{
	struct buf line = BUF_INIT(65536);

	wipe_line(cli);
	if (e->level != ARK_LOG_INFO)
		buf_addf(&line, "%s: ", level_name(e->level));
	if (e->id) {
		buf_adds(&line, "recording ");
		text_printable(&line, e->id, strlen(e->id));
		buf_adds(&line, ": ");
	}
	text_printable(&line, e->text, strlen(e->text));
	if (buf_status(&line, NULL))
		print_plainly(e);
	else
		fprintf(stderr, "callark: %s\n", buf_text(&line));
	buf_release(&line);
}

static void
format_progress(const struct ark_progress *p, char *out, size_t size)
{
	int64_t done = p->fetched + p->troubled;
	char bytes[24], rate[24], left[40] = "";

	text_bytes(bytes, p->bytes);
	text_bytes(rate, p->rate);
	if (done > 0 && p->to_fetch > done && p->elapsed_ms > 2000) {
		char eta[24];

		text_duration(eta, (p->to_fetch - done) * p->elapsed_ms /
			      done / 1000);
		(void)snprintf(left, sizeof(left), ", %s left", eta);
	}
	(void)snprintf(out, size, "%" PRId64 "/%" PRId64 " recordings, "
		       "%" PRId64 "/%" PRId64 " days listed, %s, %s/s, "
		       "%u in flight%s", done, p->to_fetch, p->days_listed,
		       p->days, bytes, rate, p->in_flight, left);
}

static void
show_progress(const struct cli *cli, const struct ark_progress *p)
{
	char line[200];

	format_progress(p, line, sizeof(line));
	if (has_status_line(cli)) {
		fprintf(stderr, "\r\033[K%.78s", line);
		(void)fflush(stderr);
		return;
	}
	/* progress comes four times a second: one line a minute is enough */
	if (p->elapsed_ms / LINE_EVERY_MS !=
	    (p->elapsed_ms - 300) / LINE_EVERY_MS && p->elapsed_ms > 300) {
		struct ark_event e = { ARK_LOG_INFO, line, NULL, NULL };

		if (cli->is_json_log)
			print_json(&e);
		else if (!cli->is_quiet)
			print_text(cli, &e);
	}
}

static void
notify(void *ctx, const struct ark_event *e)
{
	const struct cli *cli = ctx;

	if (!e->text) {
		if (e->progress && !cli->is_quiet)
			show_progress(cli, e->progress);
		return;
	}
	if (!is_wanted(cli, e->level))
		return;
	if (cli->is_json_log)
		print_json(e);
	else
		print_text(cli, e);
}

bool
talk_wants_color(const struct cli *cli, FILE *out)
{
	const char *no_color = getenv("NO_COLOR");

	if (cli->color != CLI_COLOR_AUTO)
		return cli->color == CLI_COLOR_ALWAYS;
	return !(no_color && *no_color) && isatty(fileno(out));
}

void
talk_init(struct cli *cli)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = on_signal };

	cli->listener = (struct ark_listener){ notify, should_stop, cli };
	(void)sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &act, NULL);
	act.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &act, NULL);
	(void)sigaction(SIGXFSZ, &act, NULL);
}

void
talk_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
