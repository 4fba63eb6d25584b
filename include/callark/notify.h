/*
 * Telling others how an unattended run went, as notify.* of the settings has
 * it: metrics in a file, pings to a health-check service, a command after a
 * failure.
 *
 * ark_notifier_new -> ark_sync, with the notifier among its options ->
 * ark_notifier_tell -> ark_notifier_free.
 *
 * Nothing of this changes how a run ends: what could not be told is a warning.
 * Every function accepts NULL, which tells nobody.
 */
#ifndef CALLARK_NOTIFY_H
#define CALLARK_NOTIFY_H

#include "callark/config.h"
#include "callark/event.h"
#include "callark/sync.h"

struct ark_notifier;

/*
 * ark_notifier_new(c, l):
 * A notifier, or NULL when nobody is to be told or memory is out.  c and l are
 * borrowed until it is freed.  With notify.on_failure it forks a process that
 * waits for the end of this one, so call it before there is a second thread,
 * and before rights are given up.
 */
struct ark_notifier *ark_notifier_new(const struct ark_config *c,
				      const struct ark_listener *l);

/*
 * ark_notifier_tell(n, s, exit_status):
 * Once, when a run has ended with exit_status, as callark(1) lists them, and s
 * is its account.  Blocks for at most 20 seconds of pings and one minute of the
 * command, and a second of each once the listener wants to stop.
 */
void ark_notifier_tell(struct ark_notifier *n, const struct ark_summary *s,
		       int exit_status);

/* ark_notifier_free(n): A run that was not told of is nobody's business. */
void ark_notifier_free(struct ark_notifier *n);

#endif
