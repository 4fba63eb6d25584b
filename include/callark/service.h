/*
 * Asking the platform without an archive: organisations, listings, and the
 * check of everything a run needs.
 */
#ifndef CALLARK_SERVICE_H
#define CALLARK_SERVICE_H

#include <stddef.h>

#include "callark/config.h"
#include "callark/event.h"
#include "callark/filter.h"
#include "callark/range.h"
#include "callark/recording.h"

struct ark_organization {
	const char *id, *name, *time_zone;
};

typedef int ark_organization_fn(void *ctx, const struct ark_organization *o);

/* ark_organizations(c, l, fn, ctx, err): Call fn for each of the login's. */
int ark_organizations(const struct ark_config *c, const struct ark_listener *l,
		      ark_organization_fn *fn, void *ctx,
		      struct ark_error *err);

enum ark_links { ARK_LINKS_ALL, ARK_LINKS_YES, ARK_LINKS_NO };

struct ark_list_options {
	struct ark_range_words range;	/* none: today */
	const struct ark_filter *filter;
	enum ark_links links;
	struct ark_listener listener;
};

/* A listed document: what it says, and its bytes as they came. */
typedef int ark_list_fn(void *ctx, const struct ark_recording *r,
			const char *document, size_t len);

/*
 * ark_list(c, o, fn, ctx, err):
 * Every document of the range once.  A negative return of fn ends the walk and
 * is returned.  Return 0, ARK_EINCOMPLETE (a window never added up, or a
 * document could not be read) or as ark_sync.
 */
int ark_list(const struct ark_config *c, const struct ark_list_options *o,
	     ark_list_fn *fn, void *ctx, struct ark_error *err);

enum ark_check_end { ARK_CHECK_OK, ARK_CHECK_NOTE, ARK_CHECK_BAD };

/* One line of the doctor: what was looked at, what was found, the mend. */
struct ark_check {
	const char *name;
	enum ark_check_end end;
	const char *found;
	const char *mend;		/* "" when there is nothing to mend */
};

typedef void ark_check_fn(void *ctx, const struct ark_check *check);

/*
 * ark_doctor(c, l, fn, ctx, err):
 * Check settings, secrets, library versions, TLS, login, dialect, the media
 * host, disk and clock, in this order.  Return 0, or the code of the first bad
 * one.
 */
int ark_doctor(const struct ark_config *c, const struct ark_listener *l,
	       ark_check_fn *fn, void *ctx, struct ark_error *err);

#endif
