/*
 * What is known of the trail elsewhere: by the catalogue and by the bags.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "flow/audit_trail.h"
#include "flow/days_of.h"
#include "store/layout.h"

#define MAX_INFO_BYTES ((size_t)1 << 20)

bool
known_is_behind(const struct inspection *in, int32_t day)
{
	return days_have(in->behind, in->n_behind, day);
}

static int
add_anchor(struct inspection *in, const struct trail_head *head, int32_t day,
	   struct ark_error *err)
{
	struct anchor *grown;

	grown = array_room(in->anchors, in->n_anchors, &in->anchors_cap,
			   sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	in->anchors = grown;
	in->anchors[in->n_anchors++] = (struct anchor){ *head, day };
	return 0;
}

/* What the bag of a day knows.  One that cannot be read is told elsewhere. */
static int
ask_bag(struct inspection *in, int32_t day, struct ark_error *err)
{
	struct buf text = BUF_INIT(MAX_INFO_BYTES);
	struct trail_head head;
	char path[STORE_PATH_MAX];
	int rc, found;

	rc = layout_in_bag(path, day, "bag-info.txt", err);
	if (rc)
		return rc;
	found = store_slurp(in->audit->archive->store, path, &text, NULL);
	if (!found)
		found = trail_get_baginfo(buf_text(&text), text.len, &head);
	if (found == 1)
		rc = add_anchor(in, &head, day, err);
	else if (found == ARK_ENOMEM)
		rc = error_nomem(err);
	buf_release(&text);
	return rc;
}

static int
by_seq(const void *a, const void *b)
{
	int64_t x = ((const struct anchor *)a)->head.seq;
	int64_t y = ((const struct anchor *)b)->head.seq;

	return x < y ? -1 : x > y;
}

int
known_find(struct inspection *in, const int32_t *days, size_t n,
	   struct ark_error *err)
{
	struct archive *a = in->audit->archive;
	struct trail_head head;
	int rc;

	rc = catalogue_dirty_days(a->catalogue, &in->behind, &in->n_behind,
				  err);
	if (!rc)
		rc = trail_known(a, &head, err);
	if (rc == 1)
		rc = add_anchor(in, &head, ARK_NO_DAY, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (!known_is_behind(in, days[i]))
			rc = ask_bag(in, days[i], err);
	}
	if (in->n_anchors)
		qsort(in->anchors, in->n_anchors, sizeof(*in->anchors),
		      by_seq);
	return rc;
}

bool
known_by_bag(const struct inspection *in, int32_t day)
{
	for (size_t i = 0; i < in->n_anchors; i++) {
		if (in->anchors[i].day == day)
			return true;
	}
	return false;
}

/* Who knows an anchor, for people. */
static const char *
witness(const struct anchor *k, char out[64])
{
	char day[DAY_SIZE];

	day_format(day, k->day);
	if (k->day == ARK_NO_DAY)
		(void)snprintf(out, 64, "the catalogue");
	else
		(void)snprintf(out, 64, "the bag of %s", day);
	return out;
}

int
known_compare(struct inspection *in, const struct trail_entry *e)
{
	char who[64];
	int rc = 0;

	while (!rc && in->n_passed < in->n_anchors &&
	       in->anchors[in->n_passed].head.seq <= e->seq) {
		const struct anchor *k = &in->anchors[in->n_passed++];

		if (k->head.seq != e->seq ||
		    memcmp(k->head.hash, e->hash, sizeof(e->hash)))
			rc = inspection_tell(in, ARK_VERIFY_CHANGED, "entry "
					     "%lld is another than the one "
					     "that %s knows",
					     (long long)k->head.seq,
					     witness(k, who));
	}
	return rc;
}

const struct anchor *
known_beyond(const struct inspection *in, char who[64])
{
	const struct anchor *last;

	if (in->n_passed == in->n_anchors)
		return NULL;
	last = &in->anchors[in->n_anchors - 1];
	(void)witness(last, who);
	return last;
}
