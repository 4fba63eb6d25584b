/*
 * Which of the platform's reports are kept.
 */
#ifndef FLOW_REPORTS_H
#define FLOW_REPORTS_H

#include "callark/route.h"
#include "config/config.h"

/*
 * reports_wanted(out, c, err):
 * Bits 1 << enum ark_route of the names in archive.reports; "all" is every one,
 * no name none.  Attachments want the conversations, which tell what there is.
 * Return 0, or ARK_EUSAGE naming what is no report.
 */
int reports_wanted(unsigned *out, const struct ark_config *c,
		   struct ark_error *err);

#endif
