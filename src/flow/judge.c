#include "flow/judge.h"

#include <stdio.h>
#include <string.h>

unsigned
judge_wants(const struct http_head *head)
{
	unsigned wants = 0;

	if (head->checksums & (HTTP_SUM_MD5 | HTTP_SUM_ETAG_MD5))
		wants |= PART_WANTS_MD5;
	if (head->checksums & HTTP_SUM_SHA512)
		wants |= PART_WANTS_SHA512;
	return wants;
}

/* The name of the first server checksum that the bytes contradict, or NULL. */
static const char *
contradicted(const struct part_facts *f, const struct http_head *h)
{
	if (h->checksums & HTTP_SUM_SHA256 && memcmp(f->sha256, h->sha256, 32))
		return "SHA-256";
	if (h->checksums & HTTP_SUM_SHA512 && memcmp(f->sha512, h->sha512, 64))
		return "SHA-512";
	if (h->checksums & HTTP_SUM_MD5 && memcmp(f->md5, h->md5, 16))
		return "MD5";
	return NULL;
}

/* Whether some server checksum vouches for the bytes. */
static bool
is_vouched(const struct part_facts *f, const struct http_head *h)
{
	if (h->checksums & (HTTP_SUM_SHA256 | HTTP_SUM_SHA512 | HTTP_SUM_MD5))
		return true;
	/* an ETag of 32 digits that is another thing proves nothing */
	return h->checksums & HTTP_SUM_ETAG_MD5 &&
	       !memcmp(f->md5, h->etag_md5, 16);
}

/* "WAV", "PNG image" of "a PNG image". */
static const char *
without_article(const char *name)
{
	if (!strncmp(name, "a ", 2))
		return name + 2;
	return strncmp(name, "an ", 3) ? name : name + 3;
}

enum judgement
judge(const struct judge_case *c, char reason[256])
{
	const struct part_facts *f = c->facts;
	const struct http_head *h = c->head;
	const struct media_facts *media = c->media;
	const char *sum;

	reason[0] = 0;
	if (f->size != c->total) {
		(void)snprintf(reason, 256, "%lld bytes are on disk, %lld were "
			       "sent", (long long)f->size, (long long)c->total);
		return JUDGE_AGAIN;
	}
	sum = contradicted(f, h);
	if (sum) {
		(void)snprintf(reason, 256, "the server's %s differs from that "
			       "of the bytes that came", sum);
		return JUDGE_AGAIN;
	}
	if (!(c->kind->classes >> media->class & 1)) {
		(void)snprintf(reason, 256, "the body is %s, %s", media->name,
			       c->kind->refusal);
		return JUDGE_QUARANTINE;
	}
	if (!media->is_whole) {
		(void)snprintf(reason, 256, "the %s is not whole%s: %s",
			       without_article(media->name), is_vouched(f, h) ?
			       " although its checksum agrees" : "",
			       media->flaw);
		return JUDGE_QUARANTINE;
	}
	return JUDGE_ACCEPT;
}
