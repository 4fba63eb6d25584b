/*
 * A day of made-up calls for the tests of reconcile: documents are added one
 * by one, and what is told is kept as text.
 */
#ifndef UNIT_REPORT_CALLS_H
#define UNIT_REPORT_CALLS_H

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "report/reconcile.h"

#define DAY 20000			/* 2024-10-04 */
#define MIDNIGHT (DAY * DAY_SECONDS)
#define NOON (MIDNIGHT + 43200)
#define V ARK_VOICE_LOG
#define H ARK_SERVICE_HISTORY
#define A ARK_AUDIO_LINKS

struct day {
	struct zone *zone;
	struct reconcile_options options;
	struct reconcile *calls;
	struct buf told;		/* "kind protocol[ explained]\n" */
};

/* A document: what differs from an attended, archived call of 60 seconds. */
struct doc {
	enum ark_route route;
	const char *protocol, *id;
	int64_t start_s;		/* answered 10 seconds later */
	int64_t talk_s;			/* 0: 60; -1: no end */
	const char *status;		/* NULL: Contact */
	enum ark_state state;		/* 0: archived */
	int64_t audio_ms;		/* 0: as the call; -1: unknown */
	const char *reason;
	enum reconcile_medium medium;
	int version;
	int64_t first_seen_s, vanished_s;	/* 0: the same for all; never */
	const char *sha256;
	bool is_queued;			/* whatever the state says */
	const char *interaction_id;	/* NULL: none */
	const char *agent, *email;	/* NULL: Ana's */
	const char *service;		/* NULL: Vendas */
	bool is_unwanted;
};

static void
day_begin(struct day *d)
{
	*d = (struct day){ .told = BUF_INIT((size_t)16 << 20) };
	assert_int_equal(zone_open(&d->zone, "UTC", NULL), 0);
	d->options = (struct reconcile_options){
		.day = DAY, .tolerance_s = 5, .zone = d->zone,
	};
	memset(d->options.is_listed, true, sizeof(d->options.is_listed));
}

static void
day_open(struct day *d)
{
	assert_int_equal(reconcile_new(&d->calls, &d->options, NULL), 0);
}

static int
day_put(struct day *d, const struct doc *doc, struct ark_error *err)
{
	/* one without status was attended if somebody answered */
	bool is_contact = !doc->status || !*doc->status ||
			  !strcmp(doc->status, "Contact");
	int64_t talk_s = doc->talk_s ? doc->talk_s : 60;
	struct ark_recording fields = {
		.id = doc->id ? doc->id : doc->protocol,
		.interaction_id = doc->interaction_id ? doc->interaction_id :
							"",
		.agent = doc->agent ? doc->agent : "Ana",
		.agent_email = doc->email ? doc->email : "ana@acme.example",
		.client = "", .contact = "",
		.service = doc->service ? doc->service : "Vendas",
		.extension = "", .origin = "", .protocol = doc->protocol,
		.status = doc->status ? doc->status : "Contact",
		.client_document = "", .tag = "", .url = "",
		.start_s = doc->start_s,
		.answered_s = is_contact ? doc->start_s + 10 : -1,
		.end_s = talk_s < 0 ? -1 : doc->start_s + 10 + talk_s,
	};
	const struct reconcile_document document = {
		.route = doc->route, .fields = &fields,
		.medium = doc->medium, .is_wanted = !doc->is_unwanted,
		.bag_day = day_of(doc->start_s), .sha256 = doc->sha256,
		.version = doc->version ? doc->version : 1,
		.first_seen_s = doc->first_seen_s ? doc->first_seen_s :
				MIDNIGHT + 2 * DAY_SECONDS,
		.vanished_s = doc->vanished_s ? doc->vanished_s : -1,
		.state = doc->is_queued ? ARK_QUEUED :
			 doc->state ? doc->state : ARK_ARCHIVED,
		.reason = doc->reason ? doc->reason : "",
		.audio_ms = doc->audio_ms ? doc->audio_ms : talk_s * 1000,
	};

	return reconcile_add(d->calls, &document, err);
}

/* ark_discrepancy_fn */
static int
day_hear(void *ctx, const struct ark_discrepancy *found)
{
	struct day *d = ctx;

	return buf_addf(&d->told, "%s %s%s\n",
			ark_discrepancy_name(found->kind), found->protocol,
			found->is_explained ? " explained" : "");
}

static void
day_end(struct day *d)
{
	reconcile_free(d->calls);
	zone_free(d->zone);
	buf_release(&d->told);
}

#endif
