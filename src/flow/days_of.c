#include "flow/days_of.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "store/layout.h"

struct harvest {
	struct store *store;
	int32_t from, to;
	int32_t *days;
	size_t n, cap;
};

static int
add_day(struct harvest *h, const char *path, struct ark_error *err)
{
	int32_t *grown, day;

	if (layout_parse_day(path, &day) || day < h->from || day > h->to)
		return 0;
	grown = array_room(h->days, h->n, &h->cap, sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	h->days = grown;
	h->days[h->n++] = day;
	return 0;
}

/* Whether name is n digits. */
static bool
is_number(const char *name, size_t n)
{
	if (strlen(name) != n)
		return false;
	while (*name) {
		if (!isdigit((unsigned char)*name++))
			return false;
	}
	return true;
}

/* Folders below path, depth levels of them, down to the days. */
static int
descend(struct harvest *h, const char *path, int depth, struct ark_error *err)
{
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = store_list(h->store, path, &entries, &n, err);
	if (rc == ARK_ENOTFOUND && depth)
		rc = 0;		/* it was there a moment ago */
	for (size_t i = 0; !rc && i < n; i++) {
		char below[STORE_PATH_MAX];

		if (!entries[i].is_folder ||
		    !is_number(entries[i].name, depth == 0 ? 4 : 2))
			continue;
		(void)snprintf(below, sizeof(below), "%s%s%.4s",
			       depth ? path : "", depth ? "/" : "",
			       entries[i].name);
		rc = depth == 2 ? add_day(h, below, err) :
				  descend(h, below, depth + 1, err);
	}
	free(entries);
	return rc;
}

int
days_of_tree(struct store *s, int32_t from, int32_t to, int32_t **days,
	     size_t *n, struct ark_error *err)
{
	struct harvest h = { .store = s, .from = from, .to = to };
	int rc;

	rc = descend(&h, ".", 0, err);
	if (rc) {
		free(h.days);
		return rc;
	}
	*days = h.days;
	*n = h.n;
	return 0;
}

bool
days_have(const int32_t *days, size_t n, int32_t day)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (days[mid] < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && days[low] == day;
}
