#include "omni/organizations.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* The first of names that object has, else ""; NULL without memory. */
static char *
member_text(struct json_slice object, const char *const *names)
{
	struct buf text = BUF_INIT(4096);
	char *copy;

	for (; *names; names++) {
		buf_clear(&text);
		if (json_text(json_member_nocase(object, *names), &text) == 1 ||
		    text.rc == ARK_ENOMEM)
			break;
	}
	copy = buf_take(&text);
	buf_release(&text);
	return copy;
}

static int
add(struct omni_organization **list, size_t *n, struct json_slice item)
{
	static const char *const ids[] = { "id", "_id", NULL };
	static const char *const named[] = { "name", "nome", NULL };
	static const char *const zones[] = { "timeZone", "time_zone", NULL };
	struct omni_organization *grown, *it;

	grown = realloc(*list, (*n + 1) * sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	*list = grown;
	it = &grown[(*n)++];
	it->id = member_text(item, ids);
	it->name = member_text(item, named);
	it->time_zone = member_text(item, zones);
	return it->id && it->name && it->time_zone ? 0 : ARK_ENOMEM;
}

/* The list `empresas`, at the top or one object down. */
static struct json_slice
find_list(struct json_slice answer)
{
	struct json_slice list = json_member_nocase(answer, "empresas");
	struct json_slice key, value;
	struct json_walk w;

	if (json_kind(list) == JSON_ARRAY || json_kind(answer) != JSON_OBJECT)
		return list;
	json_walk_init(&w, answer);
	while (json_next_member(&w, &key, &value)) {
		if (json_kind(value) != JSON_OBJECT)
			continue;
		list = json_member_nocase(value, "empresas");
		if (json_kind(list) == JSON_ARRAY)
			return list;
	}
	return list;
}

int
organizations_read(struct omni_organization **list, size_t *n,
		   struct json_slice answer)
{
	struct json_slice found = find_list(answer), item;
	struct json_walk w;
	int rc = 0;

	*list = NULL;
	*n = 0;
	if (json_kind(found) != JSON_ARRAY)
		return 0;
	json_walk_init(&w, found);
	while (!rc && *n < OMNI_MAX_ORGANIZATIONS &&
	       json_next_item(&w, &item))
		rc = add(list, n, item);
	return rc;
}

int
organizations_choose(const struct omni_organization *list, size_t n,
		     const char *wanted,
		     const struct omni_organization **chosen,
		     struct ark_error *err)
{
	struct buf names = BUF_INIT(300);
	int rc;

	for (size_t i = 0; i < n; i++) {
		const struct omni_organization *it = &list[i];

		if (!wanted ? n == 1 : !strcmp(it->id, wanted) ||
		    text_equal_nocase(it->name, wanted)) {
			*chosen = it;
			buf_release(&names);
			return 0;
		}
		if (i)
			buf_adds(&names, ", ");
		text_printable(&names, it->name, strlen(it->name));
	}
	if (wanted)
		rc = error_set(err, ARK_EUSAGE, "omni.organization \"%s\" is "
			       "not among those of this login: %s",
			       wanted, buf_text(&names));
	else
		rc = error_set(err, ARK_EUSAGE, "this login has %zu "
			       "organisations; set omni.organization to one "
			       "of: %s", n, buf_text(&names));
	buf_release(&names);
	return rc;
}

void
organizations_release(struct omni_organization *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].id);
		free(list[i].name);
		free(list[i].time_zone);
	}
	free(list);
}
