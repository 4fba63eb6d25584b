/*
 * What rights an operation keeps once it has opened what it needs.
 *
 * Each operation calls confinement_begin() once: after its secrets are read
 * (password_command may be anything), after the archive is found or made, and
 * before its first thread and its first connection.  It does nothing unless
 * the program allowed it (ark_config_allow_confinement) and the settings want
 * it (process.confine).
 */
#ifndef FLOW_CONFINEMENT_H
#define FLOW_CONFINEMENT_H

#include "base/confine.h"
#include "base/event.h"
#include "config/config.h"

/* What the operation is about to do. */
struct confinement_need {
	const char *root;	/* of the archive; NULL: none is used */
	enum confine_right right;	/* to what is beneath root */
	const char *cache;	/* a folder beneath root to write into, whatever
				   the right; NULL: none */
	const char *outbox;	/* a folder elsewhere to write into; NULL: none */
	bool may_connect;	/* to the platform and to recordings */
};

/*
 * confinement_is_wanted(c):
 * Whether confinement_begin(c, …) does anything.
 */
bool confinement_is_wanted(const struct ark_config *c);

/*
 * confinement_begin(out, c, need, l):
 * Give up, for good, the rights that need does not call for, as far as the
 * kernel knows how; l is told (debug).  out may be NULL; it says that nothing is
 * in force when nothing was to be done.
 */
void confinement_begin(struct confine_report *out, const struct ark_config *c,
		       const struct confinement_need *need,
		       const struct ark_listener *l);

/*
 * confinement_offline(c, root, right, l):
 * The same for an operation that needs the archive at root and no network.
 */
void confinement_offline(const struct ark_config *c, const char *root,
			 enum confine_right right,
			 const struct ark_listener *l);

#endif
