/*
 * A folder outside the archive that a command fills.
 */
#ifndef FLOW_OUTSIDE_H
#define FLOW_OUTSIDE_H

#include "store/store.h"

/*
 * outside_open(out, folder, archive, err):
 * Make the folder, or take one that is empty.  It may not lie in the folder of
 * the archive, where verify would wonder at it.  *out is to be closed whatever
 * comes of it.  Return 0, ARK_EUSAGE, ARK_EDISK, ARK_ENOMEM.
 */
int outside_open(struct store **out, const char *folder, const char *archive,
		 struct ark_error *err);

#endif
