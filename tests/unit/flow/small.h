/*
 * An archive of two days that has one of everything, in a folder of its own:
 * recordings in several states, some with versions, attachments, documents of
 * the other reports, one that could not be read, a statement and a draw.
 */
#ifndef UNIT_FLOW_SMALL_H
#define UNIT_FLOW_SMALL_H

#include "unit/store/scratch.h"

#include "archive/archive.h"
#include "base/buf.h"
#include "callark/archive.h"
#include "callark/reconcile.h"
#include "callark/sample.h"
#include "catalogue/report.h"
#include "config/config.h"
#include "flow/publish.h"
#include "flow/trail.h"

#define SMALL_DAY 20000		/* 2024-10-04 */
#define SMALL_BAG "2024/10/04/"
#define SMALL_NOW INT64_C(1728200000)	/* behind both days */
#define SMALL_CPF "529.982.247-25"	/* the client of the first call */

struct small {
	struct scratch t;		/* only its path */
	char root[96], out[96];		/* the archive; what is made of it */
	struct ark_config config;
	struct archive *archive;	/* open while it is being filled */
	int64_t run;
	/* What an operation told and warned of, and which ask or word ends it. */
	struct buf told;
	int warnings, asks, words, last_ask, last_word;
	struct ark_listener listener;
	struct ark_error err;
};

static inline uint8_t *
small_le(uint8_t *p, uint32_t n, int bytes)
{
	for (; bytes; bytes--, n >>= 8)
		*p++ = (uint8_t)n;
	return p;
}

/* Some stereo PCM at 8 kHz, or GSM, which no browser plays; its length. */
static inline size_t
small_wav(uint8_t out[4096], bool is_gsm, uint8_t seed)
{
	uint32_t data = is_gsm ? 650 : 1600, fmt = is_gsm ? 20 : 16;
	uint8_t *p = out;

	memcpy(p, "RIFF", 4);
	p = small_le(p + 4, 4 + 8 + fmt + 8 + data, 4);
	memcpy(p, "WAVEfmt ", 8);
	p = small_le(p + 8, fmt, 4);
	p = small_le(p, is_gsm ? 49 : 1, 2);
	p = small_le(p, is_gsm ? 1 : 2, 2);
	p = small_le(p, 8000, 4);
	p = small_le(p, is_gsm ? 1625 : 32000, 4);
	p = small_le(p, is_gsm ? 65 : 4, 2);
	p = small_le(p, is_gsm ? 0 : 16, 2);
	if (is_gsm)
		p = small_le(p, 2 | 320u << 16, 4);
	memcpy(p, "data", 4);
	p = small_le(p + 4, data, 4);
	for (uint32_t i = 0; i < data; i++)
		*p++ = (uint8_t)((i * 37 + seed) & 0x1f);
	return (size_t)(p - out);
}

struct small_call {
	const char *id;
	int minute;
	const char *cpf, *agent, *protocol;
	enum ark_state state;
	bool is_gsm, has_changed;
	int32_t day;			/* behind the first */
};

static inline struct catalogue_document
small_document(char body[512], const struct small_call *c, int version)
{
	struct catalogue_document d = {
		.id = c->id, .interaction_id = c->id,
		.day = SMALL_DAY + c->day, .duration_s = 60, .body = body,
		.fingerprint = { (uint8_t)version, (uint8_t)*c->id },
		.link = c->state == ARK_NO_LINK ? "" :
			"https://media.example/1",
		.excluded_by = c->state == ARK_EXCLUDED ? "agent" : NULL,
	};
	int n;

	d.start_s = d.day * INT64_C(86400) + c->minute * 60;
	n = snprintf(body, 512, "{\"id\":\"%s\",\"_id\":\"%s\",\"data_inicio\":"
		     "\"2024-10-%02d 00:%02d:00\",\"data_atendida\":"
		     "\"2024-10-%02d 00:%02d:10\",\"data_fim\":"
		     "\"2024-10-%02d 00:%02d:10\",\"documento\":\"%s\","
		     "\"agente\":\"%s\",\"agent\":\"%s@acme.example\","
		     "\"servico\":\"Vendas\",\"protocolo\":\"%s\","
		     "\"status\":\"Contact\",\"contato\":\"(11) 98765-4321\","
		     "\"tag\":\"%d\"%s}",
		     c->id, c->id, 4 + c->day, c->minute, 4 + c->day,
		     c->minute, 4 + c->day, c->minute + 1, c->cpf, c->agent,
		     c->agent, c->protocol, version, *d.link ?
		     ",\"download_url\":\"https://media.example/1\"" : "");
	assert_in_range(n, 1, 511);
	d.body_len = (size_t)n;
	return d;
}

/* The row of it, whose file is there when it is archived. */
static inline void
small_archive(struct small *w, int64_t row, const char *path, bool is_gsm,
	      bool is_audio)
{
	struct catalogue_archived a = {
		.row = row, .path = path,
		.media_type = is_audio ? "audio/wav" : "text/plain",
		.codec = is_audio ? is_gsm ? "gsm" : "pcm_s16le" : "",
		.link_host = "media.example", .audio_ms = is_audio ? 100 : -1,
		.downloaded_s = SMALL_NOW + 1700, .attempts = 1,
	};
	uint8_t bytes[4096];
	size_t n = small_wav(bytes, is_gsm, (uint8_t)row);

	a.bytes = (int64_t)n;
	assert_int_equal(digest_sha256(a.sha256, bytes, n, NULL), 0);
	assert_int_equal(store_file_put(w->archive->store, path, bytes, n,
					&w->err), 0);
	assert_int_equal(catalogue_archive(w->archive->catalogue, &a, 1, NULL),
			 0);
}

static inline void
small_put_call(struct small *w, const struct small_call *c)
{
	struct catalogue *catalogue = w->archive->catalogue;
	struct catalogue_put put = { 0 };
	char body[512], path[STORE_PATH_MAX], name[64];

	for (int version = 1; version <= 1 + c->has_changed; version++) {
		struct catalogue_document d = small_document(body, c, version);

		assert_int_equal(catalogue_put(catalogue, w->run,
					       SMALL_NOW + version, &d, 1, &put,
					       NULL), 0);
	}
	if (c->state == ARK_ARCHIVED) {
		(void)snprintf(name, sizeof(name), "00%02d00-%s.wav",
			       c->minute, c->id);
		assert_int_equal(layout_audio(path, SMALL_DAY + c->day, name,
					      NULL), 0);
		small_archive(w, put.row, path, c->is_gsm, true);
	} else if (c->state == ARK_FAILED || c->state == ARK_DEFERRED) {
		const struct catalogue_setback s = {
			put.row, c->state, "the server answered 500", 3, SMALL_NOW,
		};

		assert_int_equal(catalogue_set_back(catalogue, &s, 1, NULL),
				 0);
	}
}

static inline bool
small_was_seen(void *ctx, const char *id)
{
	(void)ctx;
	return strcmp(id, "vanished") != 0;
}

/* All of a report on a day was listed, and the vanished were not in it. */
static inline void
small_listed(struct small *w, enum ark_route route, int32_t day)
{
	struct catalogue *c = w->archive->catalogue;
	const struct catalogue_window listed = {
		.day = day, .from_s = day * INT64_C(86400),
		.to_s = (day + 1) * INT64_C(86400), .is_whole_day = true,
		.is_complete = true, .total = 5, .distinct = 5,
	};
	int64_t n;

	assert_int_equal(route == ARK_AUDIO_LINKS ?
		catalogue_listed(c, w->run, SMALL_NOW, &listed, small_was_seen,
				 NULL, &n, NULL) :
		catalogue_report_listed(c, route, SMALL_NOW, &listed,
					small_was_seen, NULL, &n, NULL), 0);
}

/* A document of a report; it changes when a version is told, too. */
static inline void
small_put_report(struct small *w, enum ark_route route, const char *id,
		 const char *more, int versions)
{
	struct catalogue_report_change change;
	char body[1024];

	for (int version = 1; version <= versions; version++) {
		struct catalogue_report_document d = {
			.id = id, .day = SMALL_DAY,
			.start_s = SMALL_DAY * INT64_C(86400) + 60,
			.body = body, .fingerprint = { (uint8_t)version },
		};
		int n = snprintf(body, sizeof(body), "{\"id\":\"%s\","
				 "\"data_inicio\":\"2024-10-04 00:01:00\","
				 "\"tag\":\"%d\",%s}", id, version, more);

		assert_in_range(n, 1, sizeof(body) - 1);
		d.body_len = (size_t)n;
		assert_int_equal(catalogue_report_put(w->archive->catalogue,
						      route, SMALL_NOW + version,
						      &d, 1, &change, NULL),
				 0);
	}
}

/* An attachment of a conversation called "mN", of the Nth day. */
static inline void
small_put_attachment(struct small *w, const char *id, const char *path)
{
	const char conversation[] = { 'm', id[1], 0 };
	int32_t day = SMALL_DAY + id[1] - '1';
	const struct catalogue_document d = {
		.kind = CATALOGUE_ATTACHMENT, .id = id,
		.interaction_id = conversation, .day = day,
		.start_s = day * INT64_C(86400) + 60, .duration_s = -1,
		.fingerprint = { (uint8_t)id[1], (uint8_t)id[5] },
		.link = "https://media.example/2",
	};
	struct catalogue_put put = { 0 };

	assert_int_equal(catalogue_put(w->archive->catalogue, w->run, SMALL_NOW, &d,
				       1, &put, NULL), 0);
	if (path)
		small_archive(w, put.row, path, false, false);
}

static inline void
small_put_calls(struct small *w)
{
	static const struct small_call calls[] = {
		{ "a", 1, SMALL_CPF, "Ana", "2024100400000001",
		  ARK_ARCHIVED, false, true, 0 },
		{ "b", 2, "", "Bia", "2024100400000002", ARK_ARCHIVED,
		  true, false, 0 },
		{ "c", 3, SMALL_CPF, "Ana", "2024100400000003",
		  ARK_DEFERRED, false, true, 0 },
		{ "d", 4, "", "Bia", "2024100400000004", ARK_NO_LINK,
		  false, false, 0 },
		{ "e", 5, "", "Bia", "2024100400000005", ARK_EXCLUDED,
		  false, false, 0 },
		{ "f", 6, "", "Bia", "2024100400000006", ARK_FAILED,
		  false, false, 0 },
		{ "vanished", 7, "", "Bia", "2024100400000001",
		  ARK_ARCHIVED, false, false, 0 },
		{ "g", 8, "", "Ana", "2024100500000001", ARK_ARCHIVED,
		  false, false, 1 },
		{ "h", 9, "", "Ana", "2024100500000002", ARK_DEFERRED,
		  false, false, 1 },
		{ "i", 10, "", "Ana", "2024100500000003", ARK_FAILED,
		  false, false, 1 },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		small_put_call(w, &calls[i]);
}

#define SMALL_SPOKEN(protocol) \
	"\"protocolo\":\"" protocol "\",\"status\":\"Contact\"," \
	"\"data_atendida\":\"2024-10-04 00:01:10\"," \
	"\"data_fim\":\"2024-10-04 00:02:10\",\"agente\":\"Ana\"," \
	"\"agent\":\"ana@acme.example\",\"servico\":\"Vendas\"," \
	"\"media_type\":\"1\""

static inline void
small_put_reports(struct small *w)
{
	static const char conversation[] =
		"\"protocolo\":\"2024100400000001\",\"documento\":\""
		SMALL_CPF "\",\"mensagens\":[{\"recebida\":true,\"send_time\":"
		"\"2024-10-04 00:01:00\",\"message_type\":\"text\","
		"\"message\":\"oi\",\"media\":[\"https://media.example/2\","
		"\"https://media.example/3\"]},{\"message\":\"tchau\"}]";
	static const char survey[] =
		"\"protocolo\":\"2024100400000001\",\"questao\":\"?\","
		"\"score\":5,\"research_type\":\"CSAT\",\"status\":\"x\"";

	small_put_report(w, ARK_VOICE_LOG, "v1",
			 SMALL_SPOKEN("2024100400000001"), 2);
	small_put_report(w, ARK_VOICE_LOG, "v2",
			 SMALL_SPOKEN("2024100400000009"), 1);
	small_put_report(w, ARK_SERVICE_HISTORY, "h1",
			 SMALL_SPOKEN("2024100400000001"), 1);
	small_put_report(w, ARK_SERVICE_HISTORY, "vanished",
			 SMALL_SPOKEN("2024100400000008"), 1);
	small_put_report(w, ARK_MESSAGES, "m1", conversation, 2);
	small_put_report(w, ARK_MESSAGES, "m2", conversation, 1);
	small_put_report(w, ARK_SURVEYS, "s1", survey, 1);
	small_put_report(w, ARK_SURVEYS, "s2", survey, 1);
	small_put_report(w, ARK_ACTIVITY, "e1", "\"evento\":\"login\"", 1);
	small_put_attachment(w, "m1.1.1", SMALL_BAG "data/media/m1.1.1.txt");
	small_put_attachment(w, "m1.1.2", NULL);
	small_put_attachment(w, "m2.1.1", NULL);
	for (int route = 0; route < ARK_N_ROUTES; route++)
		small_listed(w, (enum ark_route)route, SMALL_DAY);
}

/* A document that could not be read: its bytes lie aside. */
static inline void
small_put_wreck(struct small *w)
{
	static const char path[] = "quarantine/2024/10/04/wreck.raw";
	static const char body[] = "{\"documento\":\"" SMALL_CPF "\",";

	assert_int_equal(store_file_put(w->archive->store, path, body,
					sizeof(body) - 1, &w->err), 0);
	assert_int_equal(catalogue_oddity(w->archive->catalogue, SMALL_DAY,
					  path, "no JSON", SMALL_NOW, NULL), 0);
}

static inline void
small_listen(void *ctx, const struct ark_event *e)
{
	struct small *w = ctx;

	w->warnings += e->text && e->level <= ARK_LOG_WARNING;
}

static inline bool
small_should_stop(void *ctx)
{
	struct small *w = ctx;

	return ++w->asks >= w->last_ask && w->last_ask;
}

/* For memory, if there is such a file system: syncing takes no time there. */
static inline void
small_make_folder(struct small *w)
{
	(void)snprintf(w->t.path, sizeof(w->t.path),
		       "/dev/shm/callark-small-XXXXXX");
	if (!mkdtemp(w->t.path)) {
		(void)snprintf(w->t.path, sizeof(w->t.path),
			       "/tmp/callark-small-XXXXXX");
		assert_non_null(mkdtemp(w->t.path));
	}
	(void)snprintf(w->root, sizeof(w->root), "%s/root", w->t.path);
	(void)snprintf(w->out, sizeof(w->out), "%s/out", w->t.path);
}

static inline void
small_finish(struct small *w)
{
	const struct ark_reconcile_options reconcile = {
		.tolerance_s = ARK_RECONCILE_TOLERANCE_S,
		.makes_statements = true, .listener = w->listener,
	};
	const struct ark_sample_options sample = {
		.rules = { .count = 2, .seed = "1", .evaluators = "eva,ivo",
			   .calibration = 1, .pick = "longest:1" },
		.listener = w->listener,
	};
	struct ark_reconcile_totals totals;

	if (ark_sample(&w->config, &sample, &w->err))
		fail_msg("a draw: %s", w->err.text);
	if (ark_reconcile(&w->config, &reconcile, &totals, &w->err) !=
	    ARK_EINCOMPLETE)	/* there is a day that was not listed */
		fail_msg("statements: %s", w->err.text);
}

static inline int
small_setup(void **state)
{
	struct small *w = calloc(1, sizeof(*w));
	int64_t n;

	assert_non_null(w);
	small_make_folder(w);
	w->config.path = w->root;
	w->told = (struct buf)BUF_INIT(1 << 20);
	w->listener = (struct ark_listener){
		small_listen, small_should_stop, w,
	};
	assert_int_equal(archive_open(&w->archive, w->root, ARCHIVE_CREATE,
				      &w->err), 0);
	assert_int_equal(archive_declare(w->archive, "org", "ACME", "UTC",
					 NULL), 0);
	assert_int_equal(trail_add(w->archive, TRAIL_CREATED, "archive org",
				   "format 1", NULL), 0);
	assert_int_equal(catalogue_run_begin(w->archive->catalogue, SMALL_NOW,
					     &w->run, NULL), 0);
	small_put_calls(w);
	small_put_reports(w);
	small_put_wreck(w);
	assert_int_equal(publish_dirty(w->archive, SMALL_NOW, &n, &w->err), 0);
	assert_int_equal(catalogue_run_end(w->archive->catalogue, w->run, 0,
					   SMALL_NOW, NULL), 0);
	archive_close(w->archive);
	w->archive = NULL;
	small_finish(w);
	*state = w;
	return 0;
}

static inline int
small_teardown(void **state)
{
	struct small *w = *state;

	(void)nftw(w->t.path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	buf_release(&w->told);
	free(w);
	return 0;
}

#endif
