/*
 * Threads that work for another one.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/*
 * thread_start(out, name, work, arg):
 * Run work(arg) on a thread of its own, to be joined by the caller.  All
 * signals are blocked in it: they are for the thread that decides.  name, of
 * at most 15 bytes, is what tools such as top show for it.  Return 0 or an
 * errno value: EAGAIN without the memory or the right to one more thread.
 */
int thread_start(pthread_t *out, const char *name, void *(*work)(void *arg),
		 void *arg);

#endif
