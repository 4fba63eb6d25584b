#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0)))
static void
fill(struct ark_error *err, int code, const char *fmt, va_list ap)
{
	err->code = code;
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

int
error_set(struct ark_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	fill(err, code, fmt, ap);
	va_end(ap);
	return code;
}

int
error_prefix(struct ark_error *err, const char *fmt, ...)
{
	char old[sizeof(err->text)];
	size_t len;
	va_list ap;

	if (!err)
		return ARK_EBUG;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	fill(err, err->code, fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	(void)snprintf(err->text + len, sizeof(err->text) - len, ": %s", old);
	return err->code;
}

int
error_errno(struct ark_error *err, const char *fmt, ...)
{
	int saved = errno;
	int code = ARK_EDISK;
	size_t len;
	va_list ap;

	if (saved == ENOMEM)
		code = ARK_ENOMEM;
	else if (saved == ENOENT)
		code = ARK_ENOTFOUND;
	if (!err)
		return code;
	va_start(ap, fmt);
	fill(err, code, fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	(void)snprintf(err->text + len, sizeof(err->text) - len, ": %s",
		       strerror(saved));
	return code;
}

int
error_nomem(struct ark_error *err)
{
	return error_set(err, ARK_ENOMEM, "out of memory");
}

const char *
error_name(int code)
{
	switch (code) {
	case ARK_OK: return "ok";
	case ARK_EUSAGE: return "usage";
	case ARK_EAUTH: return "authentication";
	case ARK_EDISK: return "disk";
	case ARK_EINTEGRITY: return "integrity";
	case ARK_ESERVICE: return "service";
	case ARK_ELOCKED: return "locked";
	case ARK_EINCOMPLETE: return "incomplete";
	case ARK_ELIMIT: return "limit";
	case ARK_ESTOPPED: return "stopped";
	case ARK_ENOMEM: return "memory";
	case ARK_EFORMAT: return "format";
	case ARK_ENOTFOUND: return "not-found";
	case ARK_EEXISTS: return "exists";
	default: return "internal";
	}
}
