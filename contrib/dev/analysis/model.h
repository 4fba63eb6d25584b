/*
 * What the analysers cannot see, since they read one file at a time: that the
 * functions which tell of a failure always return one.  contrib/dev/analyse
 * includes this before every file but those that define them; no build does.
 */
#ifndef ANALYSIS_MODEL_H
#define ANALYSIS_MODEL_H

#include "base/error.h"
#include "store/inside.h"

#define error_set(err, code, ...) \
	((void)error_set(err, code, __VA_ARGS__), (code))
#define error_prefix(...) ((void)error_prefix(__VA_ARGS__), ARK_EBUG)
#define error_errno(...) ((void)error_errno(__VA_ARGS__), ARK_EDISK)
#define error_nomem(err) ((void)error_nomem(err), ARK_ENOMEM)
#define store_fail(err, path) ((void)store_fail(err, path), ARK_EDISK)

#endif
