#include "report/columns.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

#define FIELD(name, ...) { name, REPORT_FIELD, false, { __VA_ARGS__ } }
#define OPTIONAL(name, ...) { name, REPORT_FIELD, true, { __VA_ARGS__ } }
#define ELEMENT(name, ...) \
	{ name, REPORT_ELEMENT_FIELD, false, { __VA_ARGS__ } }

/* The spellings of an identity; see omni/document.h. */
#define IDENTITY(name, ...) { name, REPORT_ID, false, { __VA_ARGS__ } }

/* What many routes have. */
#define START FIELD("start", "data_inicio")
#define ANSWERED FIELD("answered", "data_atendida")
#define END FIELD("end", "data_fim")
#define FIRST_RESPONSE FIELD("first_response", "data_primeira_resposta")
#define AGENT FIELD("agent", "agente")
#define AGENT_EMAIL FIELD("agent_email", "agent")
#define CLIENT FIELD("client", "cliente")
#define CONTACT FIELD("contact", "contato")
#define CLIENT_DOCUMENT \
	FIELD("client_document", "documento", "documento_cliente")
#define SERVICE FIELD("service", "servico", "serviço")
#define EXTENSION FIELD("extension", "ramal")
#define PROTOCOL FIELD("protocol", "protocolo")
#define STATUS FIELD("status", "status")
#define TAG FIELD("tag", "tag")
#define PORTFOLIO FIELD("portfolio", "portfolio")
#define COMMENTS FIELD("internal_comments", "comentarios_internos")
#define POSITION { "number", REPORT_POSITION, false, { NULL } }
#define OTHER { "other", REPORT_OTHER, false, { NULL } }

static const struct report_column service_history[] = {
	IDENTITY("id", "id", "_id"), START, ANSWERED, END, FIRST_RESPONSE,
	AGENT, AGENT_EMAIL, CLIENT, CONTACT, CLIENT_DOCUMENT, SERVICE,
	EXTENSION, PROTOCOL, STATUS, TAG, FIELD("medium", "midia"), PORTFOLIO,
	FIELD("received", "recebida"), COMMENTS, OTHER,
};

static const struct report_column voice_log[] = {
	IDENTITY("id", "id", "_id"), START, ANSWERED, END, FIRST_RESPONSE,
	AGENT, AGENT_EMAIL, CONTACT, SERVICE, EXTENSION, PROTOCOL, STATUS,
	PORTFOLIO, FIELD("call_type", "tipo"),
	FIELD("integration", "integração", "integracao"),
	FIELD("src_voice_log", "src_voice_log"),
	FIELD("from_voice_log", "from_voice_log"),
	FIELD("type_voice_log", "type_voice_log"),
	FIELD("voice_internal_status", "voice_internal_status"),
	FIELD("ipbx_external_endpoint", "ipbx_external_endpoint"),
	FIELD("ipbx_dialed_string", "ipbx_dialed_string"),
	FIELD("ipbx_external_callerid", "ipbx_external_callerid"),
	FIELD("ipbx_external_channel_id", "ipbx_external_channel_id"),
	FIELD("ipbx_external_channel_desc", "ipbx_external_channel_desc"),
	FIELD("ipbx_external_channel_creationtime",
	      "ipbx_external_channel_creationtime"),
	FIELD("ipbx_internal_channel_creationtime",
	      "ipbx_internal_channel_creationtime"),
	FIELD("service_flow_type_did", "service_flow_type_did"),
	FIELD("ipbx_internal_channel_desc", "ipbx_internal_channel_desc"),
	FIELD("ipbx_internal_channel_id", "ipbx_internal_channel_id"),
	FIELD("feature_request_type", "feature_request_type"),
	FIELD("transfer_result", "transfer_result"), COMMENTS,
	{ "answers", REPORT_COUNT, false, { "respostas_pesquisas" } }, OTHER,
};

/* `_id` is another field here: the attendance that the recording is of. */
static const struct report_column audio_links[] = {
	IDENTITY("id", "id"), OPTIONAL("interaction_id", "_id"), START,
	ANSWERED, END, AGENT, AGENT_EMAIL, CLIENT, CONTACT, CLIENT_DOCUMENT,
	SERVICE, EXTENSION, FIELD("origin", "origem"), PROTOCOL, STATUS, TAG,
	OPTIONAL("download_url", "download_url"), OTHER,
};

static const struct report_column activity[] = {
	IDENTITY("id", "id", "_id"), START, END, AGENT, AGENT_EMAIL,
	FIELD("agent_id", "agent_id"), FIELD("event", "evento"), OTHER,
};

static const struct report_column surveys[] = {
	IDENTITY("id", "id", "_id"), START, END,
	FIELD("completed_at", "data_completado"), AGENT, AGENT_EMAIL, CONTACT,
	PROTOCOL, STATUS, FIELD("medium", "media_type"),
	FIELD("voice_type", "voice_type"),
	FIELD("research_type", "research_type"),
	FIELD("question_id", "question_id"),
	FIELD("question", "questão", "questao"), FIELD("score", "score"),
	FIELD("completed", "completed"),
	FIELD("satisfaction_nps_level", "satisfaction_nps_level"),
	FIELD("calculation_type", "calculation_type"),
	FIELD("satisfaction_level", "satisfaction_level"), OTHER,
};

static const struct report_column messages[] = {
	IDENTITY("id", "id", "_id"), START, ANSWERED, END, AGENT, AGENT_EMAIL,
	CONTACT, SERVICE, PROTOCOL, FIELD("medium", "media_type"),
	{ "messages", REPORT_COUNT, false, { "mensagens" } }, OTHER,
};

static const struct report_column each_answer[] = {
	IDENTITY("document_id", "id", "_id"), START, PROTOCOL, POSITION,
	ELEMENT("id", "id", "_id"), ELEMENT("question", "questão", "questao"),
	ELEMENT("score", "score"), ELEMENT("status", "status"),
	ELEMENT("closed_at", "data_encerramento"), OTHER,
};

static const struct report_column each_message[] = {
	IDENTITY("document_id", "id", "_id"), START, PROTOCOL, POSITION,
	ELEMENT("received", "recebida"), ELEMENT("sent_at", "send_time"),
	ELEMENT("message", "message"), ELEMENT("media", "media"),
	ELEMENT("message_type", "message_type"), OTHER,
};

struct table {
	const struct report_column *columns;
	size_t n;
};

#define TABLE(columns) { columns, N(columns) }

static const struct table documents[ARK_N_ROUTES] = {
	[ARK_SERVICE_HISTORY] = TABLE(service_history),
	[ARK_VOICE_LOG] = TABLE(voice_log),
	[ARK_AUDIO_LINKS] = TABLE(audio_links),
	[ARK_ACTIVITY] = TABLE(activity),
	[ARK_SURVEYS] = TABLE(surveys),
	[ARK_MESSAGES] = TABLE(messages),
};

/* Rows that are elements of a list. */
static const struct {
	enum ark_route route;
	const char *rows, *element;
	struct table table;
} elements[] = {
	[REPORT_MESSAGES] = { ARK_MESSAGES, "messages", "message",
			      TABLE(each_message) },
	[REPORT_ANSWERS] = { ARK_VOICE_LOG, "answers", "answer",
			     TABLE(each_answer) },
};

/* What the archive knows of a document, in any table behind its identity. */
static const struct report_column of_archive[] = {
	{ "version", REPORT_VERSION, false, { NULL } },
	{ "seen", REPORT_SEEN, false, { NULL } },
	{ "vanished", REPORT_VANISHED, false, { NULL } },
};

_Static_assert(N(voice_log) + N(of_archive) <= REPORT_MAX_COLUMNS,
	       "raise REPORT_MAX_COLUMNS");

static const struct report_column *
list_of(enum ark_route route)
{
	const struct table *t = &documents[route];

	for (size_t i = 0; i < t->n; i++) {
		if (t->columns[i].source == REPORT_COUNT)
			return &t->columns[i];
	}
	return NULL;
}

static int
choose_rows(struct report_view *v, const struct report_view_words *words,
	    struct ark_error *err)
{
	const struct table *t = &documents[words->route];

	*v = (struct report_view){ 0 };
	if (words->rows != REPORT_DOCUMENTS) {
		enum ark_route owner = elements[words->rows].route;

		if (owner != words->route)
			return error_set(err, ARK_EUSAGE, "--rows %s: only %s "
					 "has them, not %s",
					 elements[words->rows].rows,
					 ark_route_name(owner),
					 ark_route_name(words->route));
		t = &elements[words->rows].table;
		v->list = list_of(owner);
		v->element = elements[words->rows].element;
	}
	v->table = t->columns;
	v->n_table = t->n;
	return 0;
}

static void
choose_all(struct report_view *v, bool has_versions)
{
	v->wanted[v->n_wanted++] = &v->table[0];
	for (size_t i = 0; has_versions && i < N(of_archive); i++)
		v->wanted[v->n_wanted++] = &of_archive[i];
	for (size_t i = 1; i < v->n_table; i++)
		v->wanted[v->n_wanted++] = &v->table[i];
}

/* How many columns there are for v, and one of them. */
static size_t
count(const struct report_view *v)
{
	return v->n_table + N(of_archive);
}

static const struct report_column *
nth(const struct report_view *v, size_t i)
{
	return i < v->n_table ? &v->table[i] : &of_archive[i - v->n_table];
}

static bool
has_spelling(const struct report_column *c, const char *field)
{
	for (size_t i = 0; i < REPORT_MAX_FIELDS && c->fields[i]; i++) {
		if (!strcmp(c->fields[i], field))
			return true;
	}
	return false;
}

/* There is no column of this name; which one may have been meant? */
static int
no_column(const struct report_view *v, const char *name, struct ark_error *err)
{
	const char *names[REPORT_MAX_COLUMNS];
	const char *near;

	for (size_t i = 0; i < count(v); i++) {
		const struct report_column *c = nth(v, i);

		if (has_spelling(c, name))
			return error_set(err, ARK_EUSAGE, "--columns: \"%s\" "
					 "is a field; its column is called "
					 "\"%s\"", name, c->name);
		names[i] = c->name;
	}
	near = text_nearest(name, names, count(v));
	if (near)
		return error_set(err, ARK_EUSAGE, "--columns: there is no "
				 "column \"%s\"; did you mean \"%s\"?", name,
				 near);
	return error_set(err, ARK_EUSAGE, "--columns: there is no column "
			 "\"%s\"; callark(1) lists them", name);
}

static int
choose_one(struct report_view *v, const char *name, struct ark_error *err)
{
	const struct report_column *c;
	size_t at = 0;

	while (at < count(v) && strcmp(nth(v, at)->name, name))
		at++;
	if (at == count(v))
		return no_column(v, name, err);
	c = nth(v, at);
	for (size_t i = 0; i < v->n_wanted; i++) {
		if (v->wanted[i] == c)
			return error_set(err, ARK_EUSAGE, "--columns names "
					 "\"%s\" twice", name);
	}
	v->wanted[v->n_wanted++] = c;
	return 0;
}

#define NAME_SIZE ((size_t)64)

/* Take the words between commas; more than there are columns repeat one. */
static int
choose_some(struct report_view *v, const char *words, struct ark_error *err)
{
	for (;;) {
		char name[NAME_SIZE];
		size_t n = strcspn(words, ",");
		int rc;

		(void)snprintf(name, sizeof(name), "%.*s",
			       (int)(n < NAME_SIZE ? n : NAME_SIZE), words);
		rc = choose_one(v, name, err);
		if (rc || !words[n])
			return rc;
		words += n + 1;
	}
}

int
report_view_init(struct report_view *v, const struct report_view_words *words,
		 struct ark_error *err)
{
	int rc = choose_rows(v, words, err);

	if (rc)
		return rc;
	if (words->columns)
		return choose_some(v, words->columns, err);
	choose_all(v, words->has_versions);
	return 0;
}

bool
report_tells(enum ark_route route, const char *filter)
{
	/* What filters look at; one that is not here has a column's name. */
	static const struct {
		const char *filter, *column;
	} looks[] = {
		{ "agent", "agent_email" },
		{ "client", "client" },
		{ "client", "contact" },
		{ "client", "client_document" },
		{ "min-duration", "end" },
		{ "max-duration-call", "end" },
	};
	const struct table *t = &documents[route];

	for (size_t i = 0; i < t->n; i++) {
		const char *name = t->columns[i].name;

		if (!strcmp(name, filter))
			return true;
		for (size_t j = 0; j < N(looks); j++) {
			if (!strcmp(looks[j].filter, filter) &&
			    !strcmp(looks[j].column, name))
				return true;
		}
	}
	return false;
}
