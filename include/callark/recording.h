/*
 * A recording as the platform's document tells of it, and what became of it.
 */
#ifndef CALLARK_RECORDING_H
#define CALLARK_RECORDING_H

#include <stdint.h>

/* Every document that was listed is in exactly one of these. */
enum ark_state {
	ARK_QUEUED,		/* has a link, not tried yet (counts as deferred) */
	ARK_ARCHIVED,		/* in the archive, verified */
	ARK_NO_LINK,		/* the platform gave no link */
	ARK_EXCLUDED,		/* left out by a filter */
	ARK_DEFERRED,		/* could not be fetched yet; tried again */
	ARK_FAILED,		/* given up after the limits; --retry-failed */
	ARK_GONE,		/* the platform does not have it any more */
	ARK_QUARANTINED,	/* what came was no recording; tried again */
	ARK_PURGED,		/* removed by rule after its retention */
	ARK_N_STATES
};

/* ark_state_name(state): "archived", "no_link", …; the words of the summary. */
const char *ark_state_name(enum ark_state state);

/*
 * The fields of one document.  Texts are UTF-8 and never NULL: "" where the
 * document has none.  Times are civil seconds: seconds since 1970-01-01
 * 00:00:00 as a clock on the wall of the archive's zone shows them; -1 where
 * the document has none.
 */
struct ark_recording {
	const char *id;			/* identity in the archive */
	const char *interaction_id;	/* _id */
	const char *agent;		/* agente: name */
	const char *agent_email;	/* agent */
	const char *client;		/* cliente */
	const char *contact;		/* contato */
	const char *service;		/* servico */
	const char *extension;		/* ramal */
	const char *origin;		/* origem */
	const char *protocol;		/* protocolo */
	const char *status;
	const char *client_document;	/* documento: CPF or CNPJ */
	const char *tag;
	const char *url;		/* download_url, as it came */
	int64_t start_s;		/* data_inicio */
	int64_t answered_s;		/* data_atendida */
	int64_t end_s;			/* data_fim */
	int32_t day;			/* days since 1970-01-01, of start_s */
	int64_t duration_s;		/* answered (or start) to end; -1 */
};

#endif
