#include "flow/tap.h"

static void
set_held(struct tap *t, bool is_held)
{
	if (t->is_held == is_held)
		return;
	t->is_held = is_held;
	(void)atomic_fetch_add(&t->count->held, is_held ? 1 : -1);
}

static int
begin(struct sink *sink, int64_t offset, int64_t total)
{
	struct tap *t = (struct tap *)sink;

	set_held(t, false);
	return t->behind->begin(t->behind, offset, total);
}

static int
write_on(struct sink *sink, const uint8_t *bytes, size_t n)
{
	struct tap *t = (struct tap *)sink;
	int rc = t->behind->write(t->behind, bytes, n);

	set_held(t, rc == SINK_AGAIN);
	if (!rc)
		(void)atomic_fetch_add(&t->count->bytes, (long long)n);
	return rc;
}

void
tap_init(struct tap *t, struct sink *behind, struct tap_count *count)
{
	*t = (struct tap){
		.sink = { begin, write_on }, .behind = behind, .count = count,
	};
}

void
tap_end(struct tap *t)
{
	if (t->count)
		set_held(t, false);
}
