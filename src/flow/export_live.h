/*
 * A report straight from the platform.
 */
#ifndef FLOW_EXPORT_LIVE_H
#define FLOW_EXPORT_LIVE_H

#include "flow/exporter.h"

/*
 * export_live(e, c, err):
 * Give e every document of the range, a day at a time: by start and id, each
 * once.  What is not complete or cannot be read is told as missing.  Return as
 * exporter_take and ark_list, but never ARK_EINCOMPLETE.
 */
int export_live(struct exporter *e, const struct ark_config *c,
		struct ark_error *err);

#endif
