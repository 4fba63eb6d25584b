#include "flow/confinement.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PLACES 32

/* What the libraries read at any time, whatever the operation. */
static const char *const places_of_libraries[] = {
	"/dev/urandom",				/* SQLite */
	"/etc/ssl", "/etc/pki", "/etc/crypto-policies",	/* OpenSSL's settings */
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
	"/usr/share/zoneinfo",
	"/sys/devices/system/cpu/online",	/* how many cores there are */
	"/proc/sys/kernel/random/boot_id",	/* partials of this boot */
	"/proc/sys/vm/overcommit_memory",	/* malloc */
#ifdef CALLARK_DUMPABLE		/* where a leak checker attaches to us */
	"/proc/self",
#endif
};

/* Folders and files that the environment puts in place of the usual ones. */
static const char *const variables[] = {
	"TZDIR", "OPENSSL_CONF", "OPENSSL_MODULES",
};

/*
 * Looking up names and checking certificates.  All of /etc: what is there
 * (resolv.conf, hosts, the certificates) is replaced by a new file in the
 * course of a long run, and a rule about the old one would not hold for it.
 * Which of them others may read is up to their modes, as before.
 */
static const char *const places_of_network[] = {
	"/etc", "/usr/share/ca-certificates", "/var/lib/ca-certificates",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A plan being made. */
struct draft {
	struct confine_place places[MAX_PLACES];
	size_t n;
	char resolver[PATH_MAX];
};

_Static_assert(COUNT(places_of_libraries) + COUNT(variables) +
	       COUNT(places_of_network) + 5 <= MAX_PLACES,
	       "raise MAX_PLACES");

static void
add(struct draft *d, const char *path, enum confine_right right)
{
	if (path && *path)
		d->places[d->n++] = (struct confine_place){ path, right };
}

/*
 * resolv.conf is often a link to a file that some service writes anew; then
 * it is its folder that must stay readable.
 */
static void
add_resolver(struct draft *d)
{
	char *slash;

	if (!realpath("/etc/resolv.conf", d->resolver))
		return;
	slash = strrchr(d->resolver, '/');
	if (slash > d->resolver)
		*slash = 0;
	add(d, d->resolver, CONFINE_READ);
}

static void
add_network(struct draft *d, const struct ark_config *c)
{
	for (size_t i = 0; i < COUNT(places_of_network); i++)
		add(d, places_of_network[i], CONFINE_READ);
	add_resolver(d);
	add(d, c->ca_file, CONFINE_READ);
}

static void
make_draft(struct draft *d, const struct ark_config *c,
	   const struct confinement_need *need)
{
	d->n = 0;
	for (size_t i = 0; i < COUNT(places_of_libraries); i++)
		add(d, places_of_libraries[i], CONFINE_READ);
	for (size_t i = 0; i < COUNT(variables); i++)
		add(d, getenv(variables[i]), CONFINE_READ);
	if (need->may_connect)
		add_network(d, c);
	add(d, need->root, need->right);
	add(d, need->cache, CONFINE_WRITE);
	add(d, need->outbox, CONFINE_WRITE);
}

bool
confinement_is_wanted(const struct ark_config *c)
{
	return c->may_confine && c->confine;
}

void
confinement_begin(struct confine_report *out, const struct ark_config *c,
		  const struct confinement_need *need,
		  const struct ark_listener *l)
{
	struct confine_report report = { .mend = "" };
	struct draft d;

	if (confinement_is_wanted(c)) {
		make_draft(&d, c, need);
		confine_apply(&report, &(struct confine_plan){
			.places = d.places, .n = d.n,
			.may_connect = need->may_connect,
		});
		if (report.landlock)
			event_log(l, ARK_LOG_DEBUG, NULL, "confined by "
				  "Landlock, version %d", report.landlock);
		else
			event_log(l, ARK_LOG_DEBUG, NULL, "not confined by "
				  "%s", report.why_not);
	}
	if (out)
		*out = report;
}

void
confinement_offline(const struct ark_config *c, const char *root,
		    enum confine_right right, const struct ark_listener *l)
{
	const struct confinement_need need = { .root = root, .right = right };

	confinement_begin(NULL, c, &need, l);
}
