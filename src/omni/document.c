#include "omni/document.h"

#include <stdio.h>
#include <string.h>

enum field_kind { IS_TEXT, IS_LINK, IS_ID, IS_START, IS_ANSWERED, IS_END };

struct field {
	const char *name;
	enum field_kind kind;
	enum recording_text text;	/* of a text or link */
};

/*
 * Where the vendor's fields go, in the vendor's order; the first spelling of a
 * text in a document wins.
 */
static const struct field fields[] = {
	{ "_id", IS_TEXT, RECORDING_INTERACTION_ID },
	{ "data_inicio", IS_START, 0 },
	{ "data_atendida", IS_ANSWERED, 0 },
	{ "data_fim", IS_END, 0 },
	{ "cliente", IS_TEXT, RECORDING_CLIENT },
	{ "contato", IS_TEXT, RECORDING_CONTACT },
	{ "agente", IS_TEXT, RECORDING_AGENT },
	{ "agent", IS_TEXT, RECORDING_AGENT_EMAIL },
	{ "servico", IS_TEXT, RECORDING_SERVICE },
	{ "serviço", IS_TEXT, RECORDING_SERVICE },
	{ "ramal", IS_TEXT, RECORDING_EXTENSION },
	{ "origem", IS_TEXT, RECORDING_ORIGIN },
	{ "protocolo", IS_TEXT, RECORDING_PROTOCOL },
	{ "status", IS_TEXT, RECORDING_STATUS },
	{ "documento", IS_TEXT, RECORDING_CLIENT_DOCUMENT },
	{ "documento_cliente", IS_TEXT, RECORDING_CLIENT_DOCUMENT },
	{ "tag", IS_TEXT, RECORDING_TAG },
	{ "download_url", IS_LINK, RECORDING_URL },
	{ "id", IS_ID, 0 },
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

void
document_init(struct omni_document *d)
{
	*d = (struct omni_document){ 0 };
	recording_init(&d->recording);
}

void
document_release(struct omni_document *d)
{
	recording_release(&d->recording);
}

static void
odd(struct omni_document *d, const char *what)
{
	size_t len = strlen(d->oddity);

	(void)snprintf(d->oddity + len, sizeof(d->oddity) - len, "%s%s",
		       len ? "; " : "", what);
}

/* Text of v, also of {"$oid": "..."}.  1 when there is some. */
static int
id_text(struct json_slice v, struct buf *out)
{
	if (json_kind(v) == JSON_OBJECT)
		v = json_member(v, "$oid");
	if (json_kind(v) == JSON_BOOL)
		return 0;
	return json_text(v, out) == 1 && out->len;
}

static int
put_text(struct omni_document *d, enum recording_text field,
	 struct json_slice v, struct buf *scratch)
{
	if (d->recording.offsets[field])
		return 0;
	buf_clear(scratch);
	if (field == RECORDING_INTERACTION_ID)
		(void)id_text(v, scratch);
	else
		(void)json_text(v, scratch);
	if (scratch->rc)
		return scratch->rc;
	return recording_put(&d->recording, field, buf_text(scratch),
			     scratch->len);
}

/* A time; *civil is -1 where v has none that can be read. */
static int
read_time(int64_t *civil, struct json_slice v, const struct zone *zone,
	  struct buf *scratch)
{
	*civil = -1;
	buf_clear(scratch);
	if (json_text(v, scratch) != 1 || !scratch->len)
		return scratch->rc == ARK_ENOMEM ? ARK_ENOMEM : 0;
	if (moment_parse(buf_text(scratch), zone, civil))
		*civil = -1;
	return 0;
}

/* Choose the identity.  `id` is the member of that name. */
static int
identify(struct omni_document *d, struct json_slice id, struct buf *scratch)
{
	const struct ark_recording *r = &d->recording.pub;
	char start[MOMENT_SIZE];

	buf_clear(scratch);
	if (id.p && json_kind(id) != JSON_NULL && !id_text(id, scratch) &&
	    json_kind(id) != JSON_STRING)
		odd(d, "its id is neither text nor a number");
	if (!scratch->len)
		buf_adds(scratch, r->interaction_id);
	if (!scratch->len && *r->protocol && r->start_s >= 0) {
		moment_format(start, r->start_s);
		buf_addf(scratch, "%s %s", r->protocol, start);
	}
	if (!scratch->len)
		odd(d, "it has no id");
	if (scratch->len > DOCUMENT_MAX_ID) {
		odd(d, "its id is longer than 512 bytes");
		buf_clear(scratch);
	}
	if (scratch->rc)
		return scratch->rc;
	return recording_put(&d->recording, RECORDING_ID, buf_text(scratch),
			     scratch->len);
}

/*
 * The field of a key, or NULL.  Documents name their fields in much the same
 * order: the search begins behind the one found last, *at, and goes round.
 */
static const struct field *
find_field(struct json_slice key, size_t *at)
{
	for (size_t n = 0; n < N_FIELDS; n++) {
		const struct field *f = &fields[*at];

		*at = *at + 1 < N_FIELDS ? *at + 1 : 0;
		if (json_key_is(key, f->name))
			return f;
	}
	return NULL;
}

/* Take one member of the document but its id. */
static int
take_member(struct omni_document *d, const struct field *f,
	    struct json_slice value, const struct zone *zone,
	    struct buf *scratch)
{
	struct ark_recording *r = &d->recording.pub;

	switch (f->kind) {
	case IS_ID:
		return 0;
	case IS_START:
		return read_time(&r->start_s, value, zone, scratch);
	case IS_ANSWERED:
		return read_time(&r->answered_s, value, zone, scratch);
	case IS_END:
		return read_time(&r->end_s, value, zone, scratch);
	case IS_LINK:
		d->link = value;
		if (json_kind(value) == JSON_OBJECT ||
		    json_kind(value) == JSON_ARRAY)
			odd(d, "its download_url is no text");
		break;
	case IS_TEXT:
		break;
	}
	return put_text(d, f->text, value, scratch);
}

int
document_parse(struct omni_document *d, struct json_slice text,
	       const struct zone *zone, int32_t fallback_day,
	       struct ark_error *err)
{
	struct json_slice key, value, id = { 0 };
	size_t at = 0;
	struct buf scratch = BUF_INIT(DOCUMENT_MAX_TEXT);
	struct json_walk w;
	int rc;

	recording_clear(&d->recording);
	d->link = (struct json_slice){ 0 };
	d->oddity[0] = 0;
	rc = json_check(text, &json_limits_document, err);
	if (rc)
		goto out;
	if (json_kind(text) != JSON_OBJECT) {
		rc = error_set(err, ARK_EFORMAT, "it is no JSON object");
		goto out;
	}
	json_walk_init(&w, text);
	while (!rc && json_next_member(&w, &key, &value)) {
		const struct field *f = find_field(key, &at);

		if (f && f->kind == IS_ID)
			id = value;
		else if (f)
			rc = take_member(d, f, value, zone, &scratch);
	}
	recording_seal(&d->recording);
	if (!rc)
		rc = identify(d, id, &scratch);
	if (d->recording.pub.start_s < 0) {
		odd(d, "its data_inicio is missing or no time");
		d->recording.pub.start_s = fallback_day * DAY_SECONDS;
	}
	recording_seal(&d->recording);
	if (rc == ARK_ELIMIT)
		rc = error_set(err, ARK_EFORMAT, "its texts are longer than "
			       "a recording may hold");
	else if (rc)
		rc = error_nomem(err);
out:
	buf_release(&scratch);
	return rc;
}
