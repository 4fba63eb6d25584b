/*
 * For tests with processes that end by _exit(): what they did is counted for
 * coverage, too, if that is what the program was built for.  The test calls
 * leave_counted() from its __wrap__exit().
 */
#ifndef UNIT_LEAVE_H
#define UNIT_LEAVE_H

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
void __gcov_dump(void) __attribute__((weak));

static inline _Noreturn void
leave_counted(int status)
{
	if (__gcov_dump)
		__gcov_dump();
	__real__exit(status);
}

#endif
