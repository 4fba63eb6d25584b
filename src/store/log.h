/*
 * A file that only grows: bytes are added at its end, durably, and never
 * changed.
 *
 *	log_open -> (log_hold -> log_tail ... -> log_append -> log_let_go) ...
 *	         -> log_close
 *
 * Whoever holds it is alone with it, so that what is added fits what was read.
 * It may be used on a folder that was opened for reading: that somebody read it
 * can be worth a note.  A crash in mid-append can leave a part of the bytes at
 * the end, and nothing else.
 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include "store/store.h"

struct store_log;

/*
 * store_log_open(out, s, path, may_make, err):
 * Open the file, made when missing and may_make.  Return 0, ARK_ENOTFOUND,
 * ARK_EINTEGRITY (no regular file), ARK_EDISK, ARK_ENOMEM.
 */
int store_log_open(struct store_log **out, struct store *s, const char *path,
		   bool may_make, struct ark_error *err);
void store_log_close(struct store_log *l);

/*
 * store_log_hold(l, err):
 * Be alone with it until store_log_let_go or store_log_close, and learn its
 * size.  Waits up to 10 s for another holder, who has it for one append.
 * Return 0, ARK_ELOCKED, ARK_EDISK.
 */
int store_log_hold(struct store_log *l, struct ark_error *err);
void store_log_let_go(struct store_log *l);

/* Its size in bytes, while it is held. */
int64_t store_log_size(const struct store_log *l);

/*
 * store_log_tail(l, bytes, max, n, err):
 * Read its last max bytes, or all of it when it is shorter; *n is how many.
 * Return 0 or ARK_EDISK.
 */
int store_log_tail(const struct store_log *l, void *bytes, size_t max,
		   size_t *n, struct ark_error *err);

/*
 * store_log_append(l, bytes, n, err):
 * Add n bytes in one write, and see that they and the file's name are durable.
 * Return 0 or ARK_EDISK: then a part of the bytes may stand at the end.
 */
int store_log_append(struct store_log *l, const void *bytes, size_t n,
		     struct ark_error *err);

#endif
