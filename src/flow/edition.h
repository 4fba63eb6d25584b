/*
 * Inside publish: one edition of a day's bag, on its way out.
 */
#ifndef FLOW_EDITION_H
#define FLOW_EDITION_H

#include "archive/archive.h"
#include "manifest/manifest.h"
#include "manifest/table.h"
#include "omni/document.h"
#include "store/file.h"

/* A day on its way out. */
struct edition {
	struct archive *archive;
	int32_t day;
	struct manifest payload, tags;
	struct store_file *ndjson, *csv;
	struct buf line, versions_text;
	struct omni_document document;
	struct table_version *versions;
	size_t n_versions, versions_cap;
	size_t *offsets;		/* of versions in versions_text */
	int64_t octets, files;
};

/* edition_tables(e, err): data/recordings.ndjson and .csv, and e->payload. */
int edition_tables(struct edition *e, struct ark_error *err);

/*
 * edition_tag(e, name, bytes, n, err):
 * Write one tag file and note it for the tag manifest.
 */
int edition_tag(struct edition *e, const char *name, const void *bytes,
		size_t n, struct ark_error *err);

#endif
