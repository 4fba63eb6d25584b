/*
 * The records of draws that the trail tells of, against the files.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "flow/audit_trail.h"
#include "flow/custody.h"
#include "store/layout.h"

/* Where the draw is, or would be. */
static size_t
place_of(const struct inspection *in, int64_t number)
{
	size_t i = in->n_draws;

	/* They come in their order, but for what was told again. */
	while (i && in->draws[i - 1].number >= number)
		i--;
	return i;
}

int
draws_note(struct inspection *in, const struct trail_entry *e,
	   struct ark_error *err)
{
	struct draw_told told, *grown;
	size_t i;

	if (!custody_draw(e, &told.number, told.sha256))
		return 0;
	i = place_of(in, told.number);
	if (i < in->n_draws && in->draws[i].number == told.number) {
		in->draws[i] = told;
		return 0;
	}
	grown = array_room(in->draws, in->n_draws, &in->draws_cap,
			   sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	in->draws = grown;
	memmove(grown + i + 1, grown + i, (in->n_draws - i) * sizeof(*grown));
	grown[i] = told;
	in->n_draws++;
	return 0;
}

static int
tell(const struct inspection *in, enum ark_verdict verdict, const char *path,
     const char *detail)
{
	int rc;

	in->audit->day = ARK_NO_DAY;
	rc = audit_report(in->audit, verdict, path, "", detail);
	in->audit->is_bag_bad = false;	/* it is no day's */
	return rc;
}

static int
judge(const struct inspection *in, const struct draw_told *d,
      struct ark_error *err)
{
	struct store *s = in->audit->archive->store;
	struct ark_error why = { 0 };
	uint8_t found[DIGEST_SHA256_SIZE];
	char path[STORE_PATH_MAX];
	int64_t size;
	int rc;

	layout_draw(path, d->number);
	if (in->audit->options->is_quick)
		rc = store_size(s, path, &size, &why);
	else
		rc = store_sha256(s, path, found, &size, &why);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc == ARK_ENOTFOUND)
		return tell(in, ARK_VERIFY_MISSING, path, "the trail tells of "
			    "it; restore it from a copy");
	if (rc)
		return tell(in, ARK_VERIFY_UNREADABLE, path, why.text);
	if (in->audit->options->is_quick ||
	    !memcmp(found, d->sha256, sizeof(found)))
		return 0;
	return tell(in, ARK_VERIFY_CHANGED, path, "the trail tells of another; "
		    "restore it from a copy");
}

int
draws_judge(const struct inspection *in, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < in->n_draws; i++)
		rc = judge(in, &in->draws[i], err);
	return rc;
}
