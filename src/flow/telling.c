#include "flow/telling.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/error.h"
#include "base/thread.h"

static void *
look(void *arg)
{
	struct telling *t = arg;

	t->rc = archive_check(t->archive, &t->err);
	atomic_store(&t->is_known, true);
	return NULL;
}

int
telling_begin(struct telling *t, const struct archive *a,
	      const struct ark_verify_options *o)
{
	*t = (struct telling){ .options = o, .archive = a };
	t->has_looker = !o->is_repairing &&
			!thread_start(&t->looker, "callark-check", look, t);
	if (t->has_looker)
		return 0;
	(void)look(t);
	return t->rc;
}

static int
tell_day(const struct telling *t, int32_t day,
	 const struct ark_verify_totals *totals)
{
	if (t->rc || !t->options->day)
		return t->rc;
	return t->options->day(t->options->ctx, day, totals);
}

/* Wait for the look, and tell what was held back till then. */
static int
catch_up(struct telling *t)
{
	int rc = 0;

	if (t->has_looker)
		(void)pthread_join(t->looker, NULL);
	t->has_looker = false;
	for (size_t i = 0; !rc && i < t->n_days; i++)
		rc = tell_day(t, t->days[i].day, &t->days[i].totals);
	t->n_days = 0;
	return rc ? rc : t->rc;
}

int
telling_finding(struct telling *t, const struct ark_finding *f)
{
	int rc = catch_up(t);

	if (rc || !t->options->finding)
		return rc;
	return t->options->finding(t->options->ctx, f);
}

int
telling_day_end(struct telling *t, int32_t day,
		const struct ark_verify_totals *totals)
{
	struct telling_day *grown = NULL;
	int rc;

	if (!atomic_load(&t->is_known))
		grown = array_room(t->days, t->n_days, &t->days_cap,
				   sizeof(*grown));
	if (grown) {
		t->days = grown;
		t->days[t->n_days++] = (struct telling_day){ day, *totals };
		return 0;
	}
	rc = catch_up(t);
	return rc ? rc : tell_day(t, day, totals);
}

int
telling_end(struct telling *t, int rc, struct ark_error *err)
{
	int told = catch_up(t);

	free(t->days);
	t->days = NULL;
	if (t->rc && err)
		*err = t->err;
	return t->rc ? t->rc : rc ? rc : told;
}
