/*
 * Whether a body that came whole is the recording that was meant.  Pure.
 */
#ifndef FLOW_JUDGE_H
#define FLOW_JUDGE_H

#include "audio/audio.h"
#include "http/header.h"
#include "store/part.h"

enum judgement {
	JUDGE_ACCEPT,
	JUDGE_AGAIN,		/* the bytes are not what the server sent */
	JUDGE_QUARANTINE,	/* it is whole, and no recording */
};

/*
 * judge_wants(head): Digests beside SHA-256 that judge() will need, as bits of
 * enum part_wants.
 */
unsigned judge_wants(const struct http_head *head);

/*
 * judge(facts, head, total, audio, reason):
 * facts of the bytes on disk, the answer's head, the length that was proved,
 * what the audio room found.  reason (256 bytes) is one line unless accepted.
 */
enum judgement judge(const struct part_facts *facts,
		     const struct http_head *head, int64_t total,
		     const struct audio_facts *audio, char reason[256]);

#endif
