/* Names and places for which there is no memory, with OpenSSL's or without. */
#include "unit/heap.h"
#include "unit/heap_openssl.h"
#include "unit/store/scratch.h"

static const uint8_t sha256[DIGEST_SHA256_SIZE] = { 0xde, 0xad, 0xbe, 0xef };

/*
 * Right, or no memory.  OpenSSL does without some of what it asks for, and does
 * not always tell why it fails (digest.h).
 */
static void
expect(int rc, const char *found, const char *expected)
{
	if (!heap_has_failed() || (rc != ARK_ENOMEM && rc != ARK_EBUG)) {
		assert_int_equal(rc, 0);
		assert_string_equal(found, expected);
	}
}

static void
name_recording(void *ctx)
{
	const struct layout_fields fields = {
		.day = 20088, .second = 52205, .id = "A", .agent = "Maria",
		.service = "", .protocol = "", .origin = "",
	};
	char name[LAYOUT_NAME_MAX + 1] = "";
	int rc = layout_name(name, "{agent}-{id}", &fields, "wav", NULL);

	(void)ctx;
	expect(rc, name, "Maria-A-559aead0.wav");
}

static void
place_quarantine(void *ctx)
{
	char path[STORE_PATH_MAX] = "";
	int rc = layout_quarantine(path, 20088, "A", sha256, NULL);

	(void)ctx;
	expect(rc, path, "quarantine/2024/12/31/A-559aead0-deadbeef");
}

static void
a_name_without_memory_is_none(void **state)
{
	(void)state;
	assert_true(heap_each(name_recording, NULL) > 1);
	assert_true(heap_each(place_quarantine, NULL) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_without_memory_is_none),
	};
	uint8_t unused[DIGEST_SHA256_SIZE];

	/* What OpenSSL makes once for all is made before. */
	if (!openssl_takes_heap() || digest_sha256(unused, "", 0, NULL))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
