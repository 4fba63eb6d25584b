/*
 * An archive: the folder and its catalogue, and what they were made for.
 *
 * Two rules bind them.  A file is first, its row second: a row says "archived"
 * only of a file that is durable under its name (committer.h).  And an archive
 * belongs to one organisation and one time zone for good (archive_declare).
 */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include "catalogue/catalogue.h"
#include "model/time.h"
#include "store/store.h"

#define ARCHIVE_FORMAT 1
#define ARCHIVE_MARK "callark.json"
#define ARCHIVE_CATALOGUE "catalogue.sqlite3"

enum archive_mode {
	ARCHIVE_READ,	/* beside a running sync: no lock, nothing written */
	ARCHIVE_CHECK,	/* reading, but nobody may write meanwhile */
	ARCHIVE_WRITE,	/* alone; must exist */
	ARCHIVE_CREATE,	/* alone; made when missing */
	ARCHIVE_REBUILD,/* alone, without opening the catalogue */
};

struct archive {
	struct store *store;
	struct catalogue *catalogue;	/* NULL after ARCHIVE_REBUILD */
	struct zone *zone;		/* NULL before archive_declare */
	char *organization_id, *organization;	/* NULL before */
};

/*
 * archive_open(out, path, mode, err):
 * Return 0, ARK_ENOTFOUND (no archive there), ARK_ELOCKED, ARK_EINTEGRITY
 * (its mark or catalogue is damaged, missing or newer than this callark: a new
 * catalogue would know nothing of what the tree keeps), ARK_EUSAGE
 * (a folder that is no archive and not empty, or with loose permissions),
 * ARK_EDISK, ARK_ENOMEM.
 */
int archive_open(struct archive **out, const char *path,
		 enum archive_mode mode, struct ark_error *err);
void archive_close(struct archive *a);

/*
 * archive_check(a, err):
 * Whether the catalogue is sound as a file, all of it, by a connection of its
 * own: it may be asked on another thread, while nobody writes.  Return 0,
 * ARK_EINTEGRITY, or as archive_open.
 */
int archive_check(const struct archive *a, struct ark_error *err);

/* archive_is_declared(a): Whether it has an organisation and a zone already. */
bool archive_is_declared(const struct archive *a);

/*
 * archive_declare(a, id, name, zone, err):
 * Settle what the archive is for, durably; the first time only.  Later the
 * same id and zone must come again, else ARK_EUSAGE telling both.
 */
int archive_declare(struct archive *a, const char *id, const char *name,
		    const char *zone, struct ark_error *err);

/*
 * archive_open_catalogue(a, err):
 * After ARCHIVE_REBUILD: move the old catalogue aside
 * (catalogue.sqlite3.old) and open an empty one.  Until archive_rebuilt() it
 * cannot be opened otherwise.
 */
int archive_open_catalogue(struct archive *a, struct ark_error *err);

/* archive_rebuilt(a, err): The catalogue has all that the tree has. */
int archive_rebuilt(struct archive *a, struct ark_error *err);

#endif
