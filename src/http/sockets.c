/*
 * What the loop waits for.  libcurl says which sockets and how long; epoll
 * says which of them is ready, and only its transfer is driven.  So the cost
 * of an event does not grow with the number of transfers, as it does where
 * every turn of the loop looks at all of them.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "http/engine_internal.h"

#define MAX_EVENTS 64

static uint32_t
events_of(int what)
{
	return (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) |
	       (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
}

/* CURLMOPT_SOCKETFUNCTION.  known is what we told libcurl of the socket. */
static int
watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct http_engine *e = arg;
	struct epoll_event event = { .events = events_of(what),
				     .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		/* It may be closed already, and so gone from the set. */
		(void)epoll_ctl(e->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if (known)
		return epoll_ctl(e->epoll, EPOLL_CTL_MOD, fd, &event);
	if (epoll_ctl(e->epoll, EPOLL_CTL_ADD, fd, &event))
		return -1;
	return curl_multi_assign(e->multi, fd, e) ? -1 : 0;
}

/* CURLMOPT_TIMERFUNCTION */
static int
set_timer(CURLM *multi, long wait_ms, void *arg)
{
	struct http_engine *e = arg;

	(void)multi;
	e->timer_ms = wait_ms < 0 ? -1 : clock_now_ms() + wait_ms;
	return 0;
}

int
sockets_open(struct http_engine *e, struct ark_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	e->timer_ms = -1;
	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	e->waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.data.fd = e->waker;
	if (e->epoll < 0 || e->waker < 0 ||
	    epoll_ctl(e->epoll, EPOLL_CTL_ADD, e->waker, &event))
		return error_set(err, ARK_EUSAGE, "too few file descriptors "
				 "for transfers: raise the limit (ulimit -n)");
	if (curl_multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION,
			      watch_socket) ||
	    curl_multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e) ||
	    curl_multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, set_timer) ||
	    curl_multi_setopt(e->multi, CURLMOPT_TIMERDATA, e))
		return error_set(err, ARK_EBUG, "libcurl refuses our options");
	return 0;
}

void
sockets_close(struct http_engine *e)
{
	(void)fdio_close(&e->epoll);
	(void)fdio_close(&e->waker);
}

/*
 * A wake costs a system call only when the loop sleeps.  Either we see
 * is_asleep, or the loop, which looks at has_orders after it has set
 * is_asleep, does not fall asleep.
 */
void
sockets_wake(struct http_engine *e)
{
	const uint64_t one = 1;

	atomic_store(&e->has_orders, true);
	if (!atomic_exchange(&e->is_asleep, false))
		return;
	while (write(e->waker, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* Sleep for at most wait_ms; return how many events there are. */
static int
sleep_until_event(struct http_engine *e, struct epoll_event *events,
		  int wait_ms)
{
	int n;

	atomic_store(&e->is_asleep, true);
	if (atomic_exchange(&e->has_orders, false))
		wait_ms = 0;
	n = epoll_wait(e->epoll, events, MAX_EVENTS, wait_ms);
	atomic_store(&e->is_asleep, false);
	return n;
}

static int
nearer_timer(const struct http_engine *e, int wait_ms)
{
	int64_t left_ms = e->timer_ms - clock_now_ms();

	if (e->timer_ms < 0 || left_ms >= wait_ms)
		return wait_ms;
	return left_ms > 0 ? (int)left_ms : 0;
}

static CURLMcode
act(struct http_engine *e, const struct epoll_event *event)
{
	int ready = 0, n_running;
	uint64_t count;

	if (event->data.fd == e->waker) {
		while (read(e->waker, &count, sizeof(count)) < 0 &&
		       errno == EINTR)
			;
		return CURLM_OK;
	}
	if (event->events & EPOLLIN)
		ready |= CURL_CSELECT_IN;
	if (event->events & EPOLLOUT)
		ready |= CURL_CSELECT_OUT;
	if (event->events & (EPOLLERR | EPOLLHUP))
		ready |= CURL_CSELECT_ERR;
	return curl_multi_socket_action(e->multi, event->data.fd, ready,
					&n_running);
}

CURLMcode
sockets_wait(struct http_engine *e, int wait_ms)
{
	struct epoll_event events[MAX_EVENTS];
	CURLMcode code = CURLM_OK;
	int n, n_running;

	n = sleep_until_event(e, events, nearer_timer(e, wait_ms));
	for (int i = 0; !code && i < n; i++)
		code = act(e, &events[i]);
	if (!code && e->timer_ms >= 0 && e->timer_ms <= clock_now_ms()) {
		e->timer_ms = -1;	/* libcurl sets the next one */
		code = curl_multi_socket_action(e->multi, CURL_SOCKET_TIMEOUT,
						0, &n_running);
	}
	return code;
}
