/*
 * Mending what a killed run left: partials, leases, files without a row, rows
 * without a file, bags behind the catalogue.  Only days that were being worked
 * on are looked at.  May be killed itself at any point and run again.
 */
#ifndef FLOW_RECOVER_H
#define FLOW_RECOVER_H

#include "archive/archive.h"
#include "base/event.h"

/*
 * recover(a, l, template, err):
 * template is that of names in force (a file is recognised by its name).
 * Return 0 or as the store and the catalogue.
 */
int recover(struct archive *a, const struct ark_listener *l,
	    const char *template, struct ark_error *err);

#endif
