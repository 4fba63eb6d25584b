#include "base/thread.h"

#include <signal.h>
#include <sys/prctl.h>

#define NAME_SIZE 16	/* of the kernel's names of threads */

/*
 * A new thread has the name of the one that made it.  So that one takes the
 * name for a moment: giving it to the other would need /proc.
 */
int
thread_start(pthread_t *out, const char *name, void *(*work)(void *arg),
	     void *arg)
{
	char own[NAME_SIZE] = "";
	sigset_t all, before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	(void)prctl(PR_GET_NAME, own);
	(void)prctl(PR_SET_NAME, name);
	rc = pthread_create(out, NULL, work, arg);
	(void)prctl(PR_SET_NAME, own);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
