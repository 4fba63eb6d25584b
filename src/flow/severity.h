/*
 * Which of two ends a run should be remembered for.
 */
#ifndef FLOW_SEVERITY_H
#define FLOW_SEVERITY_H

/*
 * severity_worse(a, b):
 * The more severe of two ark_codes: internal faults, usage, authentication,
 * disk, integrity, service, lock, stop, incomplete, limit, success.
 */
int severity_worse(int a, int b);

#endif
