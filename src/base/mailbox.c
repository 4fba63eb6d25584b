#include "base/mailbox.h"

#include <errno.h>
#include <time.h>

int
mailbox_init(struct mailbox *m, struct ark_error *err)
{
	pthread_condattr_t attr;
	int rc;

	m->first = NULL;
	m->last = &m->first;
	if (pthread_condattr_init(&attr))
		return error_nomem(err);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	rc = pthread_cond_init(&m->arrived, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (rc)
		return error_nomem(err);
	if (pthread_mutex_init(&m->mutex, NULL)) {
		(void)pthread_cond_destroy(&m->arrived);
		return error_nomem(err);
	}
	return 0;
}

void
mailbox_release(struct mailbox *m)
{
	(void)pthread_cond_destroy(&m->arrived);
	(void)pthread_mutex_destroy(&m->mutex);
}

void
mailbox_post(struct mailbox *m, struct letter *l)
{
	l->next = NULL;
	(void)pthread_mutex_lock(&m->mutex);
	*m->last = l;
	m->last = &l->next;
	(void)pthread_cond_signal(&m->arrived);
	(void)pthread_mutex_unlock(&m->mutex);
}

static struct timespec
deadline_in(int64_t wait_ms)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += wait_ms / 1000;
	ts.tv_nsec += wait_ms % 1000 * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

struct letter *
mailbox_take(struct mailbox *m, int64_t wait_ms)
{
	struct timespec until = deadline_in(wait_ms > 0 ? wait_ms : 0);
	struct letter *chain;
	int rc = 0;

	(void)pthread_mutex_lock(&m->mutex);
	while (!m->first && wait_ms != 0 && rc != ETIMEDOUT) {
		if (wait_ms < 0)
			rc = pthread_cond_wait(&m->arrived, &m->mutex);
		else
			rc = pthread_cond_timedwait(&m->arrived, &m->mutex,
						    &until);
	}
	chain = m->first;
	m->first = NULL;
	m->last = &m->first;
	(void)pthread_mutex_unlock(&m->mutex);
	return chain;
}
