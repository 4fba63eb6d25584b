/*
 * Whether a body that came whole is what was meant.  Pure.
 */
#ifndef FLOW_JUDGE_H
#define FLOW_JUDGE_H

#include "flow/kinds.h"
#include "http/header.h"
#include "store/part.h"

enum judgement {
	JUDGE_ACCEPT,
	JUDGE_AGAIN,		/* the bytes are not what the server sent */
	JUDGE_QUARANTINE,	/* it is whole, and nothing of its kind */
};

/* A body on disk and all that is known of it; borrowed. */
struct judge_case {
	const struct kind *kind;	/* what it should be */
	const struct part_facts *facts;	/* of the bytes on disk */
	const struct http_head *head;	/* of the answer */
	int64_t total;			/* the length that was proved */
	const struct media_facts *media;	/* what the bytes are */
};

/*
 * judge_wants(head): Digests beside SHA-256 that judge() will need, as bits of
 * enum part_wants.
 */
unsigned judge_wants(const struct http_head *head);

/* judge(c, reason): reason is one line unless it is accepted. */
enum judgement judge(const struct judge_case *c, char reason[256]);

#endif
