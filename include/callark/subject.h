/*
 * Everything that an archive holds about one person or company: what a request
 * under Brazil's data protection law (LGPD) asks for.
 *
 * The subject is the client of an attendance, known by a CPF, a CNPJ, a
 * telephone number, an e-mail address or the protocol of an attendance.  An
 * item is held about the subject when it names it, or when it belongs to an
 * attendance (has the protocol of one) whose other documents name it.  Each
 * version of a document counts.  What people wrote to each other (messages,
 * internal comments) and the agents are not looked at.
 */
#ifndef CALLARK_SUBJECT_H
#define CALLARK_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "callark/config.h"
#include "callark/event.h"
#include "callark/range.h"
#include "callark/recording.h"
#include "callark/route.h"

/* Keys in catalogues are made of the order. */
enum ark_subject_kind {
	ARK_SUBJECT_CPF,
	ARK_SUBJECT_CNPJ,
	ARK_SUBJECT_PHONE,
	ARK_SUBJECT_EMAIL,
	ARK_SUBJECT_PROTOCOL,
	ARK_N_SUBJECT_KINDS
};

#define ARK_SUBJECT_ANY_KIND (-1)

/* Why an item is held about the subject; the first of these that is so. */
enum ark_subject_match {
	ARK_SUBJECT_NAMED,		/* it names the subject */
	ARK_SUBJECT_ATTENDANCE,		/* its attendance does */
	ARK_SUBJECT_PARTLY,		/* perhaps: telephone numbers agree, but
					   one of them has no area code */
	ARK_N_SUBJECT_MATCHES
};

const char *ark_subject_match_name(enum ark_subject_match m);

/* A recording, a document of another report, or one that cannot be read. */
struct ark_held {
	enum ark_subject_match match;
	enum ark_route route;		/* ARK_AUDIO_LINKS: a recording;
					   ARK_N_ROUTES: it cannot be read */
	const char *id;			/* "" of the last */
	int32_t day;			/* in whose bag it is */
	int64_t start_s;		/* civil */
	int versions;			/* of its document */
	bool has_vanished;		/* the platform lists it no more */
	enum ark_state state;		/* of a recording */
	const char *path;		/* relative to the archive: the file
					   of an archived recording, else the
					   table that has the document */
	int64_t bytes;			/* of that file; -1: none */
};

typedef int ark_held_fn(void *ctx, const struct ark_held *h);

struct ark_subject_options {
	const char *word;		/* as somebody typed it */
	int kind;			/* or ARK_SUBJECT_ANY_KIND: found out */
	bool is_unchecked;		/* check digits may be wrong */
	bool has_partly;		/* export: ARK_SUBJECT_PARTLY, too */
	struct ark_range_words range;	/* none: everything */
	struct ark_listener listener;
};

/*
 * ark_subject_find(c, o, fn, ctx, err):
 * Tell fn of everything held about the subject, by time; nothing of it is
 * personal but what the platform or the user put into ids and names of files.
 * The catalogue's index is brought up to date first, unless another run holds
 * the archive; what it does not have is read, so nothing is missed.  The
 * listener is warned of days that are not held as a whole.  Return 0,
 * ARK_ENOTFOUND (nothing is held), ARK_EUSAGE (the word, see --kind; or more
 * than a million items are held), ARK_ESTOPPED, or as opening an archive.
 */
int ark_subject_find(const struct ark_config *c,
		     const struct ark_subject_options *o, ark_held_fn *fn,
		     void *ctx, struct ark_error *err);

/* The days that were searched; what is not held of them cannot be found. */
struct ark_subject_scope {
	int64_t days;			/* of the range; without one those from
					   the first to the last archived */
	int64_t absent;			/* the archive knows nothing of them */
	int64_t incomplete;		/* before today, and not all of what was
					   asked of them is listed completely */
	int64_t without_reports;	/* none was asked for but recordings */
};

struct ark_subject_totals {
	int64_t recordings, documents;	/* each document once */
	int64_t attachments;		/* of the conversations among them */
	int64_t versions;		/* of the documents of both */
	int64_t bytes;			/* of the recordings */
	int64_t partly_left_out;	/* for want of an area code */
	int64_t damaged;		/* files that were not copied */
	struct ark_subject_scope scope;
};

/*
 * ark_subject_export(c, o, folder, totals, err):
 * Put everything held about the subject into folder, which is made or must be
 * empty and lies outside the archive, as a BagIt 1.0 bag: data/audio/DAY/NAME,
 * the recordings, and data/media/DAY/NAME, the attachments of conversations,
 * each compared with the SHA-256 of the catalogue while it is copied;
 * data/documents/REPORT.ndjson, every version of every document byte
 * for byte but for line ends between its tokens, one a line; data/unreadable,
 * documents that could not be read when they were listed.  Tag files hold
 * nothing personal.  The archive's trail tells of it before the bag is whole.
 * When nothing is held, the folder is made and left empty.  Return as
 * ark_subject_find; ARK_EINTEGRITY when files are damaged or missing, with
 * all the others in the bag; ARK_EDISK.
 */
int ark_subject_export(const struct ark_config *c,
		       const struct ark_subject_options *o, const char *folder,
		       struct ark_subject_totals *totals,
		       struct ark_error *err);

#endif
