/*
 * The login, both steps of it.  Two bytes say with which status they end, a
 * line which organisation is wanted ("" for none); the rest is the answer to
 * both.  cJSON finds the same organisations, the one that is chosen was wanted,
 * what is sent holds its id whatever that is, and the password goes into the
 * requests alone.
 *
 * Behind the requests there is no engine: what would go to its thread is
 * answered at once.
 */
#include <cjson/cJSON.h>

#include "fuzz.h"
#include "http/engine_internal.h"
#include "omni/omni.h"

#define PASSWORD "pass\"word\\1"
#define LOGIN "robot@acme.example"
#define BODY_MAX ((size_t)1 << 20)

/* What the platform is to say, and what it was told. */
struct http_engine_stub {
	struct input answer;
	long statuses[2];
	int n_asked;
	char id[4200];			/* of the organisation, in step 2 */
	bool has_id, knows_password;
	char token[20000];
};

static struct http_engine_stub platform;

/* ---- in place of the engine --------------------------------------------- */

static void
read_request(const struct http_request *r)
{
	cJSON *sent = cJSON_ParseWithLength(r->body, r->body_len);
	const cJSON *it;
	int n = 0;

	MUST(cJSON_IsObject(sent) && r->wants_credentials && !r->wants_token);
	platform.has_id = false;
	cJSON_ArrayForEach(it, sent) {
		MUST(cJSON_IsString(it));
		if (!strcmp(it->string, "login"))
			MUST(!strcmp(it->valuestring, LOGIN));
		else if (!strcmp(it->string, "password"))
			MUST(!strcmp(it->valuestring, PASSWORD));
		else {
			platform.has_id = true;
			(void)snprintf(platform.id, sizeof(platform.id), "%s",
				       it->valuestring);
		}
		n++;
	}
	MUST(n == 2 + platform.has_id);
	cJSON_Delete(sent);
}

void
http_engine_submit(struct http_engine *e, struct http_request *r)
{
	struct transfer *t = (struct transfer *)r;
	struct http_result *res = &t->result;
	bool is_step_2 = strstr(r->url, "/Login/organization");

	(void)e;
	read_request(r);
	platform.n_asked++;
	t->has_result = true;
	header_init(&res->head);
	res->request = r;
	res->head.status = platform.statuses[is_step_2];
	res->end = res->head.status == 200 ? HTTP_DONE : HTTP_STATUS;
	buf_init(&res->body, BODY_MAX);
	MUST(!buf_add(&res->body, platform.answer.p, platform.answer.n));
	(void)snprintf(res->text, sizeof(res->text), "POST %ld",
		       res->head.status);
	mailbox_post(r->reply, &res->letter);
}

unsigned
http_engine_credentials(struct http_engine *e, const char *api_key,
			const char *token)
{
	(void)e;
	MUST(!strcmp(api_key, "key"));
	(void)snprintf(platform.token, sizeof(platform.token), "%s",
		       token ? token : "");
	for (const char *p = platform.token; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return 0;
	}
	return 1;
}

/* ---- the organisations once more ---------------------------------------- */

static bool
is_list(const cJSON *object)
{
	return cJSON_IsArray(cJSON_GetObjectItem(object, "empresas"));
}

static int
count_organizations(void)
{
	cJSON *answer = cJSON_ParseWithLength((const char *)platform.answer.p,
					      platform.answer.n);
	const cJSON *at = answer, *it;
	int n = 0;

	MUST(answer);
	if (cJSON_IsObject(answer) && !is_list(answer)) {
		cJSON_ArrayForEach(it, answer) {
			if (cJSON_IsObject(it) && is_list(it)) {
				at = it;
				break;
			}
		}
	}
	if (cJSON_IsObject(at) && is_list(at))
		n = cJSON_GetArraySize(cJSON_GetObjectItem(at, "empresas"));
	cJSON_Delete(answer);
	return n > OMNI_MAX_ORGANIZATIONS ? OMNI_MAX_ORGANIZATIONS : n;
}

static bool
is_wanted(const struct omni_organization *it, const char *wanted)
{
	return !strcmp(it->id, wanted) || text_equal_nocase(it->name, wanted);
}

static int
count_wanted(const struct omni *o, const char *wanted)
{
	int n = 0;

	for (size_t i = 0; i < o->n_organizations; i++)
		n += is_wanted(&o->organizations[i], wanted);
	return n;
}

/* ---- what must hold ----------------------------------------------------- */

static void
look_at_list(const struct omni *o, int rc)
{
	const char *wanted = o->set.organization;

	if (platform.statuses[0] != 200) {
		MUST(rc && !o->n_organizations);
		return;
	}
	if (rc == ARK_ESERVICE)		/* it was no JSON */
		return;
	MUST((int)o->n_organizations == count_organizations());
	MUST((rc == ARK_EAUTH) == !o->n_organizations);
	for (size_t i = 0; i < o->n_organizations; i++) {
		must_be_text(o->organizations[i].id);
		must_be_text(o->organizations[i].name);
		must_be_text(o->organizations[i].time_zone);
	}
	if (!rc && wanted)
		MUST(is_wanted(o->chosen, wanted));
	else if (!rc)
		MUST(o->chosen && o->n_organizations == 1);
	else if (rc == ARK_EUSAGE)
		MUST(!o->chosen && (wanted ? !count_wanted(o, wanted) :
					     o->n_organizations > 1));
}

static void
must_be_harmless(int rc, const struct ark_error *err)
{
	must_report(rc, err);
	must_be_one_line(err->text);
	/* unless the input happens to be about it */
	MUST(platform.knows_password || !strstr(err->text, PASSWORD));
}

static void
log_in(struct omni *o)
{
	struct ark_error err = { 0 };
	int before = platform.n_asked;
	int rc = omni_login(o, &err);

	must_be_harmless(rc, &err);
	MUST(platform.n_asked > before && platform.n_asked < before + 20);
	MUST(platform.has_id);
	/* the copy here may be shorter */
	MUST(!strncmp(platform.id, o->chosen->id, sizeof(platform.id) - 1));
	MUST(rc || platform.statuses[1] == 200);
	MUST(o->logins == !rc);
	if (!rc) {
		MUST(*platform.token && o->generation == 1);
		MUST(o->dialect.organization_field >= 0);
		must_be_one_line(platform.token);
	}
}

/* What the settings would not take cannot be wanted. */
static bool
is_setting(const char *text)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	}
	return *text && text_is_utf8(text, strlen(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const long statuses[] = { 200, 400, 401, 403, 404, 422, 200,
					 200 };
	static char key[] = "key", password[] = PASSWORD;
	const struct secret api_key = { key, 3 };
	const struct secret secret = { password, sizeof(password) - 1 };
	struct input in = { bytes, n };
	struct ark_error err = { 0 };
	struct omni_settings set = {
		.base_url = "https://omni.example.com/v1", .login = LOGIN,
		.api_key = &api_key, .password = &secret,
	};
	struct omni o;
	char *wanted;
	int rc;

	memset(&platform, 0, sizeof(platform));
	platform.statuses[0] = statuses[input_byte(&in) % 8];
	platform.statuses[1] = statuses[input_byte(&in) % 8];
	platform.knows_password = n && memmem(bytes, n, "word", 4);
	wanted = input_line(&in);
	set.organization = is_setting(wanted) ? wanted : NULL;
	platform.answer = in;
	MUST(!omni_init(&o, &set, &err));
	rc = omni_organizations(&o, true, &err);
	must_be_harmless(rc, &err);
	look_at_list(&o, rc);
	if (!rc)
		log_in(&o);
	omni_release(&o);
	free(wanted);
	return 0;
}
