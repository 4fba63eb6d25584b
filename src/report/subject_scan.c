/*
 * The subjects that a document names.
 */
#include <string.h>

#include "base/error.h"
#include "json/scan.h"
#include "report/reading.h"
#include "report/spelling.h"
#include "report/subject.h"

#define MAX_DEPTH 16
#define PERSON (READING_TAXID | READING_PHONE | READING_EMAIL)
#define NOBODY 0

struct field {
	const char *name;
	unsigned readings;
};

/*
 * The fields of the vendor's text, route by route in its order.  Those that are
 * alike in all of them stand first.
 */
static const struct field fields[] = {
	{ "_id", NOBODY },
	{ "id", NOBODY },
	{ "data_inicio", NOBODY },
	{ "data_atendida", NOBODY },
	{ "data_fim", NOBODY },
	{ "data_primeira_resposta", NOBODY },
	{ "cliente", PERSON },
	{ "contato", PERSON },
	{ "agente", NOBODY },
	{ "agent", NOBODY },
	{ "servico", NOBODY },
	{ "serviço", NOBODY },
	{ "ramal", NOBODY },
	{ "protocolo", READING_PROTOCOL },
	{ "status", NOBODY },
	{ "documento", READING_PAPER | PERSON },
	{ "documento_cliente", READING_PAPER | PERSON },
	{ "tag", NOBODY },
	{ "comentarios_internos", NOBODY },
	{ "portfolio", NOBODY },
	/* service-history */
	{ "midia", NOBODY },
	{ "recebida", NOBODY },
	/* voice-log */
	{ "tipo", NOBODY },
	{ "integração", NOBODY },
	{ "integracao", NOBODY },
	{ "src_voice_log", PERSON },
	{ "from_voice_log", PERSON },
	{ "type_voice_log", NOBODY },
	{ "voice_internal_status", NOBODY },
	{ "ipbx_external_endpoint", PERSON },
	{ "ipbx_dialed_string", PERSON },
	{ "ipbx_external_callerid", PERSON },
	{ "ipbx_external_channel_id", NOBODY },
	{ "ipbx_external_channel_desc", PERSON },
	{ "ipbx_external_channel_creationtime", NOBODY },
	{ "ipbx_internal_channel_creationtime", NOBODY },
	{ "service_flow_type_did", NOBODY },
	{ "ipbx_internal_channel_desc", PERSON },
	{ "ipbx_internal_channel_id", NOBODY },
	{ "feature_request_type", NOBODY },
	{ "transfer_result", NOBODY },
	{ "respostas_pesquisas", NOBODY },
	/* service-history-audio-links */
	{ "origem", NOBODY },
	{ "download_url", NOBODY },
	/* activity-history */
	{ "agent_id", NOBODY },
	{ "evento", NOBODY },
	/* satisfaction-survey-history */
	{ "data_completado", NOBODY },
	{ "media_type", NOBODY },
	{ "voice_type", NOBODY },
	{ "research_type", NOBODY },
	{ "question_id", NOBODY },
	{ "score", NOBODY },
	{ "completed", NOBODY },
	{ "satisfaction_nps_level", NOBODY },
	{ "calculation_type", NOBODY },
	{ "satisfaction_level", NOBODY },
	{ "questão", NOBODY },
	{ "questao", NOBODY },
	/* service-history-messages */
	{ "mensagens", NOBODY },
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

void
subject_scan_release(struct subject_scan *scan)
{
	buf_release(&scan->value);
	buf_release(&scan->plain);
}

/* A document being scanned. */
struct walk {
	struct subject_scan *scan;
	subject_fn *fn;
	void *ctx;
	size_t at;	/* where the last field was found */
};

/*
 * As what the value behind key is read.  Documents have their fields in much
 * the same order: the search begins behind the one found last and goes round.
 */
static unsigned
readings_of(struct walk *w, struct json_slice key, unsigned otherwise)
{
	for (size_t n = 0; n < N_FIELDS; n++) {
		const struct field *f = &fields[w->at];

		w->at = w->at + 1 < N_FIELDS ? w->at + 1 : 0;
		if (json_key_is(key, f->name))
			return f->readings;
	}
	return otherwise;
}

static int
take_text(struct walk *w, struct json_slice v, unsigned readings)
{
	struct buf *value = &w->scan->value, *plain = &w->scan->plain;
	int rc;

	buf_clear(value);
	buf_clear(plain);
	rc = json_text(v, value);
	if (rc == 1)
		rc = spelling_plain(plain, buf_text(value), value->len);
	if (rc == ARK_ENOMEM)
		return rc;
	if (rc || !plain->len)
		return 0;
	return reading_each(buf_text(plain), readings, w->fn, w->ctx);
}

static int take_value(struct walk *w, struct json_slice v, unsigned readings,
		      int depth);

static int
take_members(struct walk *w, struct json_slice object, unsigned otherwise,
	     int depth)
{
	struct json_slice key, value;
	struct json_walk members;
	int rc = 0;

	json_walk_init(&members, object);
	while (!rc && json_next_member(&members, &key, &value)) {
		unsigned readings = readings_of(w, key, otherwise);

		if (readings != NOBODY)
			rc = take_value(w, value, readings, depth);
	}
	return rc;
}

static int
take_value(struct walk *w, struct json_slice v, unsigned readings, int depth)
{
	struct json_slice item;
	struct json_walk items;
	int rc = 0;

	switch (json_kind(v)) {
	case JSON_STRING:
	case JSON_NUMBER:
		return take_text(w, v, readings);
	case JSON_OBJECT:
		if (depth < MAX_DEPTH)
			rc = take_members(w, v, readings, depth + 1);
		return rc;
	case JSON_ARRAY:
		json_walk_init(&items, v);
		while (depth < MAX_DEPTH && !rc &&
		       json_next_item(&items, &item))
			rc = take_value(w, item, readings, depth + 1);
		return rc;
	default:
		return 0;
	}
}

int
subject_each(struct subject_scan *scan, const char *text, size_t n,
	     subject_fn *fn, void *ctx, struct ark_error *err)
{
	struct walk w = { .scan = scan, .fn = fn, .ctx = ctx };
	int rc;

	rc = take_value(&w, (struct json_slice){ text, n }, PERSON, 0);
	return rc == ARK_ENOMEM ? error_nomem(err) : rc;
}
