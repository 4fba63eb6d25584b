#include "unit/http/lacking.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct lacking lacking;

CURLcode __real_curl_easy_setopt(CURL *h, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *h, CURLoption option, ...);
CURLMcode __real_curl_multi_setopt(CURLM *h, CURLMoption option, ...);
CURLMcode __wrap_curl_multi_setopt(CURLM *h, CURLMoption option, ...);
CURLSHcode __real_curl_share_setopt(CURLSH *h, CURLSHoption option, ...);
CURLSHcode __wrap_curl_share_setopt(CURLSH *h, CURLSHoption option, ...);
CURL *__real_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void);
CURLM *__real_curl_multi_init(void);
CURLM *__wrap_curl_multi_init(void);
CURLSH *__real_curl_share_init(void);
CURLSH *__wrap_curl_share_init(void);
CURLU *__real_curl_url(void);
CURLU *__wrap_curl_url(void);
CURLMcode __real_curl_multi_socket_action(CURLM *h, curl_socket_t fd, int ready,
					  int *n_running);
CURLMcode __wrap_curl_multi_socket_action(CURLM *h, curl_socket_t fd, int ready,
					  int *n_running);
curl_version_info_data *__real_curl_version_info(CURLversion age);
curl_version_info_data *__wrap_curl_version_info(CURLversion age);
CURLMcode __real_curl_multi_add_handle(CURLM *h, CURL *easy);
CURLMcode __wrap_curl_multi_add_handle(CURLM *h, CURL *easy);
CURLcode __real_curl_easy_pause(CURL *h, int what);
CURLcode __wrap_curl_easy_pause(CURL *h, int what);
CURLUcode __real_curl_url_get(const CURLU *h, CURLUPart part, char **out,
			      unsigned flags);
CURLUcode __wrap_curl_url_get(const CURLU *h, CURLUPart part, char **out,
			      unsigned flags);
CURLMcode __real_curl_multi_assign(CURLM *h, curl_socket_t fd, void *known);
CURLMcode __wrap_curl_multi_assign(CURLM *h, curl_socket_t fd, void *known);
int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __real_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);
ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __real_eventfd(unsigned count, int flags);
int __wrap_eventfd(unsigned count, int flags);
int __real_pthread_cond_init(pthread_cond_t *cond,
			     const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *cond,
			     const pthread_condattr_t *attributes);

static bool
is_refused(void)
{
	if (atomic_load(&lacking.option_to_refuse) <= 0 ||
	    atomic_fetch_sub(&lacking.option_to_refuse, 1) != 1)
		return false;
	atomic_store(&lacking.has_refused, true);
	return true;
}

/* libcurl's options tell by their numbers of what type the value is. */
#define FORWARD(set, h, option) do {					\
	va_list ap;							\
	va_start(ap, option);						\
	if ((option) >= CURLOPTTYPE_OFF_T)				\
		code = set(h, option, va_arg(ap, curl_off_t));		\
	else if ((option) >= CURLOPTTYPE_OBJECTPOINT)			\
		code = set(h, option, va_arg(ap, void *));		\
	else								\
		code = set(h, option, va_arg(ap, long));		\
	va_end(ap);							\
} while (0)

CURLcode
__wrap_curl_easy_setopt(CURL *h, CURLoption option, ...)
{
	CURLcode code = CURLE_UNKNOWN_OPTION;
	const void *value = NULL;

	if (option == CURLOPT_CAINFO || option == CURLOPT_RESOLVE) {
		va_list ap;

		va_start(ap, option);
		value = va_arg(ap, const void *);
		va_end(ap);
	}
	/* Undoing it never fails. */
	if ((option != CURLOPT_RESOLVE || value) && is_refused())
		return code;
	if (option == CURLOPT_CAINFO)
		(void)snprintf(lacking.bundle, sizeof(lacking.bundle), "%s",
			       (const char *)value);
	FORWARD(__real_curl_easy_setopt, h, option);
	return code;
}

CURLMcode
__wrap_curl_multi_setopt(CURLM *h, CURLMoption option, ...)
{
	CURLMcode code = CURLM_UNKNOWN_OPTION;

	if (!is_refused())
		FORWARD(__real_curl_multi_setopt, h, option);
	return code;
}

/* The engine knows one option of a share, whose value is an int. */
CURLSHcode
__wrap_curl_share_setopt(CURLSH *h, CURLSHoption option, ...)
{
	CURLSHcode code = CURLSHE_BAD_OPTION;
	va_list ap;

	if (atomic_load(&lacking.what) == SESSIONS)
		return CURLSHE_NOMEM;
	if (option != CURLSHOPT_SHARE || is_refused())
		return code;
	va_start(ap, option);
	code = __real_curl_share_setopt(h, option, va_arg(ap, int));
	va_end(ap);
	return code;
}

CURL *
__wrap_curl_easy_init(void)
{
	return atomic_load(&lacking.what) == HANDLES ? NULL : __real_curl_easy_init();
}

CURLM *
__wrap_curl_multi_init(void)
{
	return atomic_load(&lacking.what) == MULTI ? NULL : __real_curl_multi_init();
}

CURLSH *
__wrap_curl_share_init(void)
{
	return atomic_load(&lacking.what) == SHARE ? NULL : __real_curl_share_init();
}

CURLU *
__wrap_curl_url(void)
{
	return atomic_load(&lacking.what) == PROXY ? NULL : __real_curl_url();
}

/* Once; what came for the transfer comes to nobody. */
CURLMcode
__wrap_curl_multi_socket_action(CURLM *h, curl_socket_t fd, int ready,
				int *n_running)
{
	enum lack expected = fd == CURL_SOCKET_TIMEOUT ? LIBCURL_TIMER : LIBCURL;

	if (atomic_compare_exchange_strong(&lacking.what, &expected, NOTHING))
		return CURLM_INTERNAL_ERROR;
	return __real_curl_multi_socket_action(h, fd, ready, n_running);
}

CURLMcode
__wrap_curl_multi_assign(CURLM *h, curl_socket_t fd, void *known)
{
	return atomic_load(&lacking.what) == ASSIGNING ? CURLM_BAD_SOCKET :
		__real_curl_multi_assign(h, fd, known);
}

CURLMcode
__wrap_curl_multi_add_handle(CURLM *h, CURL *easy)
{
	return atomic_load(&lacking.what) == ADDING ? CURLM_OUT_OF_MEMORY :
		__real_curl_multi_add_handle(h, easy);
}

CURLcode
__wrap_curl_easy_pause(CURL *h, int what)
{
	return atomic_load(&lacking.what) == RESUMING ? CURLE_OUT_OF_MEMORY :
		__real_curl_easy_pause(h, what);
}

CURLUcode
__wrap_curl_url_get(const CURLU *h, CURLUPart part, char **out, unsigned flags)
{
	enum lack now = atomic_load(&lacking.what);

	if ((now == SCHEME && part == CURLUPART_SCHEME) ||
	    (now == HOST && part == CURLUPART_HOST))
		return CURLUE_OUT_OF_MEMORY;
	return __real_curl_url_get(h, part, out, flags);
}

curl_version_info_data *
__wrap_curl_version_info(CURLversion age)
{
	static curl_version_info_data own;

	own = *__real_curl_version_info(age);
	if (atomic_load(&lacking.what) == BUNDLE)
		own.cainfo = NULL;
	return &own;
}

int
__wrap_epoll_create1(int flags)
{
	if (atomic_load(&lacking.what) != EPOLL)
		return __real_epoll_create1(flags);
	errno = EMFILE;
	return -1;
}

int
__wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event)
{
	if (what != EPOLL_CTL_ADD || atomic_load(&lacking.what) != WATCHING)
		return __real_epoll_ctl(epoll, what, fd, event);
	errno = ENOSPC;
	return -1;
}

int
__wrap_eventfd(unsigned count, int flags)
{
	if (atomic_load(&lacking.what) != EVENTFD)
		return __real_eventfd(count, flags);
	errno = EMFILE;
	return -1;
}

static bool
fails(atomic_int *left)
{
	if (atomic_load(left) <= 0 || atomic_fetch_sub(left, 1) <= 0)
		return false;
	errno = atomic_load(&lacking.failing_errno);
	return true;
}

ssize_t
__wrap_read(int fd, void *bytes, size_t n)
{
	return fails(&lacking.failing_reads) ? -1 : __real_read(fd, bytes, n);
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t n)
{
	return fails(&lacking.failing_writes) ? -1 : __real_write(fd, bytes, n);
}

int
__wrap_pthread_cond_init(pthread_cond_t *cond,
			 const pthread_condattr_t *attributes)
{
	return atomic_load(&lacking.what) == CONDITION ? EAGAIN :
		__real_pthread_cond_init(cond, attributes);
}
