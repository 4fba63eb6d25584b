#include "flow/notify.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/event.h"
#include "flow/courier.h"
#include "flow/metrics_file.h"
#include "flow/pinger.h"

#define SIGNALLED 128		/* exit statuses above: stopped by a signal */

struct ark_notifier {
	const struct ark_config *config;
	const struct ark_listener *listener;
	struct courier courier;
	struct metrics_file metrics;
	struct pinger pinger;
};

/* Nothing of it changes how the run ends. */
static void
warn(const struct ark_listener *l, const char *what,
     const struct ark_error *err)
{
	event_log(l, ARK_LOG_WARNING, NULL, "%s: %s", what, err->text);
}

struct ark_notifier *
ark_notifier_new(const struct ark_config *c, const struct ark_listener *l)
{
	struct ark_error err = { 0 };
	struct ark_notifier *n;

	if (!c->metrics_file && !c->on_failure && !c->ping_url)
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n) {
		event_log(l, ARK_LOG_WARNING, NULL,
			  "notify: nobody will be told: out of memory");
		return NULL;
	}
	n->config = c;
	n->listener = l;
	n->courier.pid = -1;
	n->metrics.folder = -1;
	if (c->on_failure && courier_start(&n->courier, c, l, &err))
		warn(l, "notify.on_failure", &err);
	if (c->metrics_file &&
	    metrics_file_open(&n->metrics, c->metrics_file, &err)) {
		metrics_file_close(&n->metrics);
		warn(l, "notify.metrics_file", &err);
	}
	return n;
}

const char *
notifier_outbox(const struct ark_notifier *n)
{
	return n ? n->metrics.outbox : NULL;
}

/* ---- pings -------------------------------------------------------------- */

static void
ping(struct ark_notifier *n, const char *suffix)
{
	struct ark_error err = { 0 };
	int rc = 0;

	if (!n->pinger.engine)
		rc = pinger_start(&n->pinger, n->config, n->listener,
				  &err);
	if (!rc)
		rc = pinger_send(&n->pinger, suffix, &err);
	if (rc)
		warn(n->listener, "notify.ping_url", &err);
}

/* Return 0, or ARK_ESTOPPED when one is still out. */
static int
await_ping(struct ark_notifier *n)
{
	struct ark_error err = { 0 };
	int rc = n->pinger.engine ? pinger_wait(&n->pinger, &err) : 0;

	if (rc)
		warn(n->listener, "notify.ping_url", &err);
	return rc == ARK_ESTOPPED ? rc : 0;
}

void
notifier_begun(struct ark_notifier *n)
{
	if (n && n->config->ping_url)
		ping(n, "/start");
}

/* The pings arrive in their order: the second goes out after the first. */
static void
ping_end(struct ark_notifier *n, int exit_status)
{
	char suffix[16] = "";

	if (exit_status)
		(void)snprintf(suffix, sizeof(suffix), "/%d", exit_status);
	if (await_ping(n))
		return;
	ping(n, suffix);
	(void)await_ping(n);
}

/* ---- the end ------------------------------------------------------------ */

static void
write_metrics(struct ark_notifier *n, const struct ark_summary *s,
	      int exit_status)
{
	struct ark_error err = { 0 };

	if (metrics_file_replace(&n->metrics, n->config, s, exit_status, &err))
		warn(n->listener, "notify.metrics_file", &err);
}

/* Without the memory for the account the command runs all the same. */
static void
run_command(struct ark_notifier *n, const struct ark_summary *s,
	    int exit_status)
{
	struct ark_error err = { 0 };
	char *account = NULL;

	(void)ark_summary_json(s, exit_status, &account, NULL);
	if (courier_send(&n->courier, exit_status, account, &err))
		warn(n->listener, "notify.on_failure", &err);
	free(account);
}

/* Whoever stopped a run by a signal knows of it, and does not want to wait. */
void
ark_notifier_tell(struct ark_notifier *n, const struct ark_summary *s,
		  int exit_status)
{
	bool was_stopped = exit_status > SIGNALLED;

	if (!n)
		return;
	if (n->metrics.folder >= 0)
		write_metrics(n, s, exit_status);
	if (n->config->ping_url && !was_stopped)
		ping_end(n, exit_status);
	if (n->courier.pid >= 0 && exit_status && !was_stopped)
		run_command(n, s, exit_status);
}

void
ark_notifier_free(struct ark_notifier *n)
{
	if (!n)
		return;
	pinger_stop(&n->pinger);
	metrics_file_close(&n->metrics);
	courier_dismiss(&n->courier);
	free(n);
}
