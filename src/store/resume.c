/*
 * The record beside a partial: what its bytes are part of.
 *
 *	callark-partial 1
 *	identity <SHA-256 of the identity, hex>
 *	etag <as the server sent it>
 *	total <bytes of the whole, or -1>
 *	synced <bytes known to be on disk>
 *	boot <the kernel's boot id>
 *
 * Lines in this order and nothing else; anything amiss and there is no record.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/text.h"
#include "store/beneath.h"
#include "store/partial.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* The boot id; "" where the kernel does not tell. */
static void
read_boot(char out[RECORD_BOOT_SIZE])
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0)
		n = read(fd, out, RECORD_BOOT_SIZE - 1);
	out[n > 0 ? n : 0] = 0;
	(void)fdio_close(&fd);
}

/* Write the name of the record of the partial called name. */
static void
record_name(char out[PARTIAL_NAME], const char *name)
{
	(void)snprintf(out, PARTIAL_NAME, "%.*s.keep", PARTIAL_HEX, name);
}

/* Take "KEY VALUE\n" off *text; value is of size bytes. */
static int
take_line(const char **text, const char *key, char *value, size_t size)
{
	size_t n = strlen(key);
	size_t len;

	if (strncmp(*text, key, n) || (*text)[n] != ' ')
		return ARK_EFORMAT;
	*text += n + 1;
	len = strcspn(*text, "\n");
	if ((*text)[len] != '\n' || len >= size)
		return ARK_EFORMAT;
	memcpy(value, *text, len);
	value[len] = 0;
	*text += len + 1;
	return 0;
}

static int
take_number(const char **text, const char *key, int64_t min, int64_t *out)
{
	char value[24];

	if (take_line(text, key, value, sizeof(value)))
		return ARK_EFORMAT;
	return text_to_int(value, min, INT64_MAX, out);
}

int
record_parse(struct record *r, const struct buf *content)
{
	const char *text = buf_text(content);
	char version[4];

	if (strlen(text) != content->len)
		return ARK_EFORMAT;
	if (take_line(&text, "callark-partial", version, sizeof(version)) ||
	    strcmp(version, "1") ||
	    take_line(&text, "identity", r->identity, sizeof(r->identity)) ||
	    take_line(&text, "etag", r->etag, sizeof(r->etag)) ||
	    take_number(&text, "total", -1, &r->total) ||
	    take_number(&text, "synced", 0, &r->synced) ||
	    take_line(&text, "boot", r->boot, sizeof(r->boot)) || *text)
		return ARK_EFORMAT;
	return record_can_hold(r->etag) ? 0 : ARK_EFORMAT;
}

void
record_print(struct buf *out, const struct record *r)
{
	(void)buf_addf(out, "callark-partial 1\nidentity %s\netag %s\n"
		       "total %lld\nsynced %lld\nboot %s\n", r->identity,
		       r->etag, (long long)r->total, (long long)r->synced,
		       r->boot);
}

bool
record_can_hold(const char *etag)
{
	size_t n = strlen(etag);

	return n > 0 && n < PART_ETAG_SIZE && text_control(etag, n) == n;
}

/* How much of the partial called name counts, given its record. */
static int64_t
trusted(const struct store *s, const char *name, const struct record *r)
{
	char boot[RECORD_BOOT_SIZE];
	struct stat st;
	int64_t size;

	if (fstatat(s->partial, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode))
		return 0;
	size = st.st_size;
	/* What was not synced may have been lost with the last boot. */
	read_boot(boot);
	if ((!*boot || strcmp(boot, r->boot)) && size > r->synced)
		size = r->synced;
	if (r->total >= 0 && size > r->total)
		return 0;
	return size < PART_RESUME_MIN ? 0 : size;
}

/*
 * Read the record of the partial called name.  Return whether it exists; kept
 * is filled when it is good and there are bytes to continue.
 */
static bool
load(const struct store *s, const char *name, struct record *r,
     struct part_kept *kept)
{
	struct buf content = BUF_INIT(RECORD_MAX);
	char record[PARTIAL_NAME];
	int64_t size = 0;
	int rc;

	record_name(record, name);
	rc = fdio_slurp_at(s->partial, record, &content, NULL);
	if (!rc && !record_parse(r, &content) &&
	    !strncmp(r->identity, name, PARTIAL_HEX))
		size = trusted(s, name, r);
	if (size) {
		kept->offset = size;
		kept->total = r->total;
		memcpy(kept->etag, r->etag, sizeof(kept->etag));
	}
	buf_release(&content);
	return rc != ARK_ENOTFOUND;
}

void
record_take(struct store *s, struct store_part *part)
{
	char record[PARTIAL_NAME];
	struct record r = { 0 };

	if (!atomic_load(&part->parts->n_records) ||
	    !load(s, part->name, &r, &part->kept))
		return;
	(void)atomic_fetch_sub(&part->parts->n_records, 1);
	part->has_file = part->had_record = true;
	record_name(record, part->name);
	/* A record that stays could be trusted twice. */
	if (unlinkat(s->partial, record, 0) || strcmp(r.identity,
						      part->identity))
		part_forget(part);
}

int
record_put(struct store *s, const struct store_part *part, const char *etag,
	   int64_t total, struct ark_error *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL;
	struct record r = { .total = total };
	struct buf text = BUF_INIT(RECORD_MAX);
	char name[PARTIAL_NAME];
	int fd = -1;
	int rc;

	(void)snprintf(r.identity, sizeof(r.identity), "%s", part->identity);
	(void)snprintf(r.etag, sizeof(r.etag), "%s", etag);
	if (s->durability != STORE_NONE)
		r.synced = part->size;
	read_boot(r.boot);
	record_print(&text, &r);
	rc = buf_status(&text, err);
	if (rc)
		goto out;
	record_name(name, part->name);
	fd = beneath_open(s->partial, name, flags, STORE_FILE_MODE);
	if (fd < 0 || fdio_write(fd, text.data, text.len) ||
	    store_fsync(s, fd) || fdio_close(&fd) ||
	    store_fsync(s, s->partial)) {
		rc = error_errno(err, STORE_PARTIAL "/%s", name);
		(void)unlinkat(s->partial, name, 0);
	} else {
		(void)atomic_fetch_add(&part->parts->n_records, 1);
	}
out:
	(void)fdio_close(&fd);
	buf_release(&text);
	return rc;
}

/* Whether name is 32 hex digits and suffix. */
static bool
is_ours(const char *name, const char *suffix)
{
	return strspn(name, "0123456789abcdef") == PARTIAL_HEX &&
	       !strcmp(name + PARTIAL_HEX, suffix);
}

int
records_count(struct parts *p, struct ark_error *err)
{
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = store_list(p->set.store, STORE_PARTIAL, &entries, &n, err);
	for (size_t i = 0; i < n; i++) {
		if (is_ours(entries[i].name, ".keep"))
			(void)atomic_fetch_add(&p->n_records, 1);
	}
	free(entries);
	return rc;
}

/* Whether the file called name in .partial can serve a later part. */
static bool
can_serve(const struct store *s, const char *name)
{
	struct part_kept kept = { 0 };
	struct record r = { 0 };
	char partial[PARTIAL_NAME];

	if (!is_ours(name, ".part") && !is_ours(name, ".keep"))
		return false;
	(void)snprintf(partial, sizeof(partial), "%.*s.part", PARTIAL_HEX,
		       name);
	(void)load(s, partial, &r, &kept);
	return kept.offset > 0;
}

int
parts_sweep(struct store *s, struct ark_error *err)
{
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = store_may_write(s, err);
	if (!rc)
		rc = store_list(s, STORE_PARTIAL, &entries, &n, err);
	for (size_t i = 0; i < n && !rc; i++) {
		const char *name = entries[i].name;

		if (entries[i].is_folder || can_serve(s, name))
			continue;
		if (unlinkat(s->partial, name, 0))
			rc = error_errno(err, STORE_PARTIAL "/%s", name);
	}
	free(entries);
	return rc;
}
