#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "flow/statement_file.h"

#define AB "abababababababababababababababababababababababababababababababab"
#define CD "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

static void
read_manifest(struct manifest *m, const char *text)
{
	*m = (struct manifest){ 0 };
	assert_int_equal(manifest_parse(m, text, strlen(text), 1, NULL), 0);
}

static void
evidence_of(struct statement_evidence *out, struct manifest *m,
	    const char *text)
{
	read_manifest(m, text);
	assert_int_equal(statement_evidence(out, m, NULL), 0);
}

/* The lines that count, and no other, as they stand in the manifest. */
static void
test_which_lines(void **state)
{
	static const char evidence[] =
		AB "  data/audio/100000-a%0Ab.wav\n"
		CD "  data/audio/100001-c.mp3\n"
		AB "  data/recordings.ndjson\n"
		CD "  data/reports/service-history.ndjson.gz\n"
		AB "  data/reports/service-history.versions.ndjson.gz\n"
		CD "  data/reports/voice-log.ndjson.gz\n"
		AB "  data/reports/voice-log.versions.ndjson.gz\n";
	static const char others[] =
		AB "  data/recordings.csv\n"
		AB "  data/reports/activity-history.ndjson.gz\n"
		AB "  data/reports/completeness.json\n"
		AB "  data/reports/service-history-audio-links.ndjson.gz\n"
		AB "  data/reports/service-history-messages.ndjson.gz\n"
		AB "  data/reports/voice-log.csv\n"
		AB "  data/audio2/x.wav\n";
	static const enum ark_route routes[] = {
		ARK_AUDIO_LINKS, ARK_SERVICE_HISTORY, ARK_SERVICE_HISTORY,
		ARK_VOICE_LOG, ARK_VOICE_LOG,
	};
	struct statement_evidence e;
	struct manifest m;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	char both[4096], hex[DIGEST_SHA256_HEX];

	(void)state;
	assert_int_equal(digest_sha256(sha256, evidence, strlen(evidence),
				       NULL), 0);
	digest_hex(hex, sha256, sizeof(sha256));
	(void)snprintf(both, sizeof(both), "%s%s", others, evidence);
	evidence_of(&e, &m, both);
	assert_string_equal(e.sha256, hex);
	assert_int_equal(e.n, 7);
	assert_int_equal(e.n_files, STATEMENT_MAX_FILES);
	for (size_t i = 0; i < STATEMENT_MAX_FILES; i++)
		assert_int_equal(e.files[i].route, routes[i]);
	assert_string_equal(e.files[0].path, "data/recordings.ndjson");
	assert_string_equal(e.files[0].sha256, AB);
	assert_string_equal(e.files[3].path,
			    "data/reports/voice-log.ndjson.gz");
	assert_string_equal(e.files[3].sha256, CD);
	manifest_release(&m);
}

/* Another recording, another name and another digest are another evidence. */
static void
test_what_differs(void **state)
{
	static const char *const manifests[] = {
		"", AB "  data/audio/a.wav\n", CD "  data/audio/a.wav\n",
		AB "  data/audio/b.wav\n",
		AB "  data/audio/a.wav\n" AB "  data/audio/b.wav\n",
	};
	const size_t n = sizeof(manifests) / sizeof(manifests[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			struct statement_evidence a, b;
			struct manifest x, y;

			evidence_of(&a, &x, manifests[i]);
			evidence_of(&b, &y, manifests[k]);
			assert_int_equal(!strcmp(a.sha256, b.sha256), i == k);
			manifest_release(&x);
			manifest_release(&y);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_lines),
		cmocka_unit_test(test_what_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
