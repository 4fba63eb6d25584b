/*
 * What a run asks of the one who tells others (callark/notify.h).
 */
#ifndef FLOW_NOTIFY_H
#define FLOW_NOTIFY_H

#include "callark/notify.h"

/*
 * notifier_outbox(n):
 * Lend the folder that must stay writable until the end; NULL: none must.
 */
const char *notifier_outbox(const struct ark_notifier *n);

/*
 * notifier_begun(n):
 * The run has its archive and its secrets, and rights that were given up are
 * gone: ping.  Does not block.
 */
void notifier_begun(struct ark_notifier *n);

#endif
