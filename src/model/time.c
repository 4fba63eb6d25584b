#include "model/time.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fdio.h"
#include "model/civil.h"

#define NAME_MAX_BYTES ((size_t)100)
#define STEP_S (7 * DAY_SECONDS)
/* A week more than the civil seconds we read, whatever the zone. */
#define SCAN_FROM_S (CIVIL_MIN_S - STEP_S)
#define SCAN_TO_S (CIVIL_MAX_S + STEP_S)
#define MAX_STRETCHES ((size_t)10000)

/* From at_s on, until the next stretch, civil time is UTC plus offset_s. */
struct stretch {
	int64_t at_s;
	int64_t offset_s;
};

struct zone {
	struct stretch *stretches;	/* at least one; sorted */
	size_t n;
	char name[NAME_MAX_BYTES + 1];
};

static bool
name_is_plain(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+_/-";
	size_t len = strlen(name);

	if (!len || len > NAME_MAX_BYTES || name[strspn(name, allowed)])
		return false;
	/* The zones below right/ count leap seconds: other instants. */
	return name[0] != '/' && strncmp(name, "right/", 6);
}

static const char *
zone_directory(void)
{
	const char *dir = getenv("TZDIR");

	return dir && dir[0] == '/' ? dir : "/usr/share/zoneinfo";
}

/*
 * The C library takes a name it does not know for UTC and says nothing, so
 * look for the file, and for the letters that every zone file begins with.
 */
static bool
file_is_zone(const char *path)
{
	char magic[4] = { 0 };
	bool is_zone;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	is_zone = fdio_pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
		  !memcmp(magic, "TZif", sizeof(magic));
	(void)fdio_close(&fd);
	return is_zone;
}

/* The value for TZ.  UTC needs no file. */
static int
find_rule(struct buf *rule, const char *name, struct ark_error *err)
{
	if (!strcmp(name, "UTC")) {
		buf_adds(rule, "UTC0");
		return buf_status(rule, err);
	}
	if (!name_is_plain(name))
		goto unknown;
	buf_addf(rule, ":%s/%s", zone_directory(), name);
	if (rule->rc)
		return buf_status(rule, err);
	if (file_is_zone(buf_text(rule) + 1))
		return 0;
unknown:
	return error_set(err, ARK_EUSAGE, "no time zone \"%.100s\" in %s: "
			 "expected an IANA name such as America/Sao_Paulo, and "
			 "the system's time zone data (package tzdata)", name,
			 zone_directory());
}

static int64_t
offset_at(int64_t instant_s)
{
	time_t t = (time_t)instant_s;
	struct tm tm;

	return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

static int
append(struct zone *z, int64_t at_s, int64_t offset_s, struct ark_error *err)
{
	struct stretch *grown;

	if (z->n == MAX_STRETCHES)
		return error_set(err, ARK_EUSAGE, "time zone %s changes more "
				 "than %zu times", z->name, MAX_STRETCHES);
	grown = realloc(z->stretches, (z->n + 1) * sizeof(*grown));
	if (!grown)
		return error_nomem(err);
	z->stretches = grown;
	z->stretches[z->n++] = (struct stretch){ at_s, offset_s };
	return 0;
}

/* The first second after `from` whose offset is not that of `from`. */
static int64_t
find_change(int64_t from, int64_t to)
{
	int64_t offset_s = offset_at(from);

	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;

		if (offset_at(middle) == offset_s)
			from = middle;
		else
			to = middle;
	}
	return to;
}

/* Ask the C library, under the TZ now in force, for every change. */
static int
scan(struct zone *z, struct ark_error *err)
{
	int64_t offset_s = offset_at(SCAN_FROM_S);
	int rc;

	rc = append(z, SCAN_FROM_S, offset_s, err);
	for (int64_t s = SCAN_FROM_S; !rc && s < SCAN_TO_S; s += STEP_S) {
		int64_t at_s = s;

		/* More than one change in a week is rare, but allowed. */
		while (!rc && offset_at(s + STEP_S) != offset_s) {
			at_s = find_change(at_s, s + STEP_S);
			offset_s = offset_at(at_s);
			rc = append(z, at_s, offset_s, err);
		}
	}
	return rc;
}

/* Run scan() under another TZ, and put things back. */
static int
scan_under(struct zone *z, const char *rule, struct ark_error *err)
{
	const char *present = getenv("TZ");
	char *saved = NULL;
	int rc;

	if (present) {
		saved = strdup(present);
		if (!saved)
			return error_nomem(err);
	}
	if (setenv("TZ", rule, 1)) {
		rc = error_nomem(err);
		goto out;
	}
	tzset();
	rc = scan(z, err);
	if (saved ? setenv("TZ", saved, 1) : unsetenv("TZ"))
		rc = error_nomem(err);
	tzset();
out:
	free(saved);
	return rc;
}

int
zone_open(struct zone **out, const char *name, struct ark_error *err)
{
	struct buf rule = BUF_INIT(4096);
	struct zone *z = NULL;
	int rc;

	rc = find_rule(&rule, name, err);
	if (rc)
		goto out;
	z = calloc(1, sizeof(*z));
	if (!z) {
		rc = error_nomem(err);
		goto out;
	}
	(void)snprintf(z->name, sizeof(z->name), "%s", name);
	rc = scan_under(z, buf_text(&rule), err);
	if (rc)
		goto out;
	*out = z;
	z = NULL;
out:
	zone_free(z);
	buf_release(&rule);
	return rc;
}

void
zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->stretches);
	free(z);
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

int64_t
zone_civil(const struct zone *z, int64_t instant_s)
{
	size_t low = 0, high = z->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (z->stretches[middle].at_s <= instant_s)
			low = middle;
		else
			high = middle;
	}
	return instant_s + z->stretches[low].offset_s;
}

int64_t
zone_instant(const struct zone *z, int64_t civil_s)
{
	size_t i = 0;
	int64_t instant_s;

	/* The first stretch that has not ended by then. */
	while (i + 1 < z->n && civil_s - z->stretches[i].offset_s >=
			       z->stretches[i + 1].at_s)
		i++;
	instant_s = civil_s - z->stretches[i].offset_s;
	/* Behind the end of the one before, yet not begun: a gap. */
	if (i && instant_s < z->stretches[i].at_s)
		instant_s = civil_s - z->stretches[i - 1].offset_s;
	return instant_s;
}
