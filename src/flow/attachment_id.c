#include "flow/attachment_id.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define MAX_ID ((size_t)65536)

char *
attachment_id(const char *conversation, const struct attachment_place *at)
{
	struct buf id = BUF_INIT(MAX_ID);

	buf_addf(&id, "%s.%" PRId64 ".%" PRId64, conversation, at->message,
		 at->place);
	return buf_take(&id);
}

/* Take a number that stands behind mark. */
static int
take_number(const char **p, char mark, int64_t *n)
{
	char digits[24] = "";
	size_t len;

	if (**p != mark)
		return ARK_EFORMAT;
	len = strspn(*p + 1, "0123456789");
	if (!len || len >= sizeof(digits))
		return ARK_EFORMAT;
	memcpy(digits, *p + 1, len);
	*p += 1 + len;
	return text_to_int(digits, 1, INT64_MAX, n);
}

int
attachment_place(const char *id, const char *conversation,
		 struct attachment_place *out)
{
	size_t n = strlen(conversation);
	const char *p = id + n;
	int64_t turn;

	if (strncmp(id, conversation, n) != 0 ||
	    take_number(&p, '.', &out->message) ||
	    take_number(&p, '.', &out->place))
		return ARK_EFORMAT;
	if (*p && take_number(&p, '-', &turn))
		return ARK_EFORMAT;
	return *p ? ARK_EFORMAT : 0;
}
