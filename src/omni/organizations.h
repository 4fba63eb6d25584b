/*
 * The organisations that a login may work for, as the platform lists them.
 */
#ifndef OMNI_ORGANIZATIONS_H
#define OMNI_ORGANIZATIONS_H

#include <stddef.h>

#include "base/error.h"
#include "json/scan.h"

#define OMNI_MAX_ORGANIZATIONS 1000

struct omni_organization {
	char *id, *name;
	char *time_zone;		/* as the platform says; "" if not */
};

/*
 * organizations_read(list, n, answer):
 * Read the list `empresas`, at the top of the answer or one object down; of more
 * than OMNI_MAX_ORGANIZATIONS the first.  Return 0, with none where there is no
 * such list, or ARK_ENOMEM.  In both cases organizations_release(*list, *n).
 */
int organizations_read(struct omni_organization **list, size_t *n,
		       struct json_slice answer);

/*
 * organizations_choose(list, n, wanted, chosen, err):
 * The one with that id or name; with wanted NULL the only one.  *chosen points
 * into the list.  Return 0, or ARK_EUSAGE; err names those there are.
 */
int organizations_choose(const struct omni_organization *list, size_t n,
			 const char *wanted,
			 const struct omni_organization **chosen,
			 struct ark_error *err);

/* organizations_release(list, n): list may be NULL. */
void organizations_release(struct omni_organization *list, size_t n);

#endif
