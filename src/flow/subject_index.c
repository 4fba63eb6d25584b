#include "flow/subject_index.h"

#include "base/clock.h"
#include "base/event.h"
#include "catalogue/subject.h"
#include "report/subject.h"

#define SHARE 20	/* of the time that the run took */

/* subject_fn */
static int
add_key(void *ctx, const struct subject *s)
{
	return catalogue_keys_add(ctx, subject_key(s));
}

/* catalogue_keys_fn */
static int
keys_of(void *ctx, const char *body, size_t n, struct catalogue_keys *out)
{
	return subject_each(ctx, body, n, add_key, out, NULL);
}

int
subject_index(struct archive *a, int64_t budget_ms,
	      const struct ark_listener *l, struct ark_error *err)
{
	struct subject_scan scan = SUBJECT_SCAN_INIT;
	int64_t begun_ms = clock_now_ms(), n = 1, total = 0;
	int rc = 0;

	while (!rc && n && !event_should_stop(l)) {
		rc = catalogue_subject_index(a->catalogue, keys_of, &scan, &n,
					     err);
		total += n;
		if (budget_ms >= 0 && clock_now_ms() - begun_ms >= budget_ms)
			break;
	}
	subject_scan_release(&scan);
	if (total)
		event_log(l, ARK_LOG_DEBUG, NULL, "the index of subjects took "
			  "in %lld documents, in %lld ms", (long long)total,
			  (long long)(clock_now_ms() - begun_ms));
	return rc;
}

void
subject_index_after_run(struct archive *a, int64_t took_ms,
			const struct ark_listener *l)
{
	struct ark_error err = { 0 };

	if (subject_index(a, took_ms / SHARE, l, &err))
		event_log(l, ARK_LOG_WARNING, NULL, "the index of subjects is "
			  "not brought up to date: %s", err.text);
}
