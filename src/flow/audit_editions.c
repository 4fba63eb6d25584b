/*
 * The publications that the trail tells of, against the bags.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "flow/audit_trail.h"
#include "flow/custody.h"
#include "store/layout.h"

/* Where the edition of a day is, or would be. */
static size_t
place_of(const struct inspection *in, int32_t day)
{
	size_t low = 0, high = in->n_editions;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (in->editions[mid].day < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct edition_told *
find_edition(const struct inspection *in, int32_t day)
{
	size_t i = place_of(in, day);

	if (i < in->n_editions && in->editions[i].day == day)
		return &in->editions[i];
	return NULL;
}

int
editions_note(struct inspection *in, const struct trail_entry *e,
	      struct ark_error *err)
{
	struct edition_told told = { .seq = e->seq };
	struct edition_told *grown;
	size_t i;

	if (!custody_edition(e, &told.day, told.tagmanifest))
		return 0;
	i = place_of(in, told.day);
	if (i < in->n_editions && in->editions[i].day == told.day) {
		in->editions[i] = told;
		return 0;
	}
	grown = array_room(in->editions, in->n_editions, &in->editions_cap,
			   sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	in->editions = grown;
	memmove(grown + i + 1, grown + i,
		(in->n_editions - i) * sizeof(*grown));
	grown[i] = told;
	in->n_editions++;
	return 0;
}

int
audit_published(const struct audit *a, size_t i, int32_t *day)
{
	const struct inspection *in = a->inspection;

	if (i >= in->n_editions)
		return 0;
	*day = in->editions[i].day;
	return 1;
}

int
audit_edition(struct audit *a, struct ark_error *err)
{
	const struct inspection *in = a->inspection;
	const struct edition_told *told = find_edition(in, a->day);
	uint8_t found[DIGEST_SHA256_SIZE];
	char path[STORE_PATH_MAX], detail[96];
	int64_t size;
	int rc;

	if (known_is_behind(in, a->day))
		return 0;
	rc = layout_in_bag(path, a->day, "tagmanifest-sha256.txt", err);
	if (rc)
		return rc;
	/* In a trail that was changed, the entry may be what was. */
	if (!told && !in->n_findings && known_by_bag(in, a->day))
		return audit_report(a, ARK_VERIFY_CHANGED, path, "", "the "
				    "trail does not tell of its publication");
	if (!told)	/* a bag older than the trail */
		return 0;
	rc = store_sha256(a->archive->store, path, found, &size, NULL);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	if (rc)		/* missing, or unreadable, which audit_day tells */
		return 0;
	if (!memcmp(found, told->tagmanifest, sizeof(found)))
		return 0;
	(void)snprintf(detail, sizeof(detail), "entry %lld of the trail "
		       "published another", (long long)told->seq);
	return audit_report(a, ARK_VERIFY_CHANGED, path, "", detail);
}
