/*
 * callark.json, which says what an archive is for.  cJSON finds the same in
 * what is accepted; the archive can be declared to be that again and nothing
 * else, and the name of its zone leads nowhere but to a zone.
 */
#include <cjson/cJSON.h>

#include "archive/archive.h"
#include "folder.h"

static void
must_be_text_of(const cJSON *mark, const char *name, const char *found)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(mark, name);

	MUST(cJSON_IsString(value) && !strcmp(value->valuestring, found));
}

/* As cJSON reads it; a text with NUL in it ends there for both. */
static void
compare(const struct archive *a, const char *text, size_t n)
{
	cJSON *mark = cJSON_ParseWithLength(text, n);
	const cJSON *format;

	MUST(mark);
	format = cJSON_GetObjectItemCaseSensitive(mark, "format");
	MUST(format && (cJSON_IsString(format) ||
			format->valueint == ARCHIVE_FORMAT));
	must_be_text_of(mark, "organization_id", a->organization_id);
	must_be_text_of(mark, "organization", a->organization);
	must_be_text_of(mark, "time_zone", zone_name(a->zone));
	cJSON_Delete(mark);
}

static void
look(struct archive *a)
{
	struct ark_error err = { 0 };

	MUST(archive_is_declared(a));
	must_be_text(a->organization_id);
	must_be_text(a->organization);
	MUST(*zone_name(a->zone) != '/' && !strstr(zone_name(a->zone), ".."));
	MUST(!archive_declare(a, a->organization_id, "another name",
			      zone_name(a->zone), &err));
	MUST(archive_declare(a, a->organization_id, a->organization,
			     "Etc/GMT+11", &err) == ARK_EUSAGE ||
	     !strcmp(zone_name(a->zone), "Etc/GMT+11"));
	MUST(archive_declare(a, "\x01", a->organization, zone_name(a->zone),
			     &err) == ARK_EUSAGE ||
	     !strcmp(a->organization_id, "\x01"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct archive *a = NULL;
	struct ark_error err = { 0 };
	int rc;

	folder_put(ARCHIVE_MARK, bytes, n);
	rc = archive_open(&a, folder(), ARCHIVE_REBUILD, &err);
	must_report(rc, &err);
	if (!rc) {
		look(a);
		compare(a, (const char *)bytes, n);
	} else {
		MUST(!a && (rc == ARK_EINTEGRITY || rc == ARK_EUSAGE ||
			    rc == ARK_EDISK));
		MUST(rc != ARK_EDISK || n > 65536);
	}
	archive_close(a);
	return 0;
}
