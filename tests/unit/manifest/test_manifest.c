#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "manifest/manifest.h"

#define HEX "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

static const uint8_t bytes[DIGEST_SHA256_SIZE] = {
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45,
	0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
	0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
};

static void
test_sorted(void **state)
{
	static const char *const paths[] = { "data/b", "data/a", "data/A",
					     "data/\xc3\xa9", "data/a/x",
					     "data/a.wav" };
	static const char *const order[] = { "data/A", "data/a", "data/a.wav",
					     "data/a/x", "data/b",
					     "data/\xc3\xa9" };
	struct manifest m = { 0 };

	(void)state;
	manifest_sort(&m);
	assert_null(manifest_find(&m, "data/a"));
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(manifest_add(&m, paths[i], bytes,
					      (int64_t)i, NULL), 0);
	manifest_sort(&m);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(m.entries[i].path, order[i]);
		assert_ptr_equal(manifest_find(&m, order[i]), &m.entries[i]);
	}
	assert_int_equal(manifest_find(&m, "data/b")->bytes, 0);
	assert_null(manifest_find(&m, "data/c"));
	assert_null(manifest_find(&m, ""));
	manifest_release(&m);
	manifest_release(&m);
	manifest_release(NULL);
}

static void
test_print(void **state)
{
	static const char expected[] =
		"0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef"
		"  data/100%25 a%0Ab%0D.wav\n"
		"0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef"
		"  data/z\n";
	struct manifest m = { 0 }, back = { 0 };
	struct buf out = BUF_INIT(1000);

	(void)state;
	(void)manifest_add(&m, "data/z", bytes, 1, NULL);
	(void)manifest_add(&m, "data/100% a\nb\r.wav", bytes, 1, NULL);
	manifest_sort(&m);
	manifest_print(&m, &out);
	assert_string_equal(buf_text(&out), expected);

	assert_int_equal(manifest_parse(&back, buf_text(&out), out.len, 1,
					NULL), 0);
	assert_int_equal(back.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(back.entries[i].path, m.entries[i].path);
		assert_memory_equal(back.entries[i].sha256, bytes, 32);
		assert_int_equal(back.entries[i].bytes, -1);
	}
	manifest_release(&m);
	manifest_release(&back);
	buf_release(&out);
}

/* One line each; path NULL where it must be refused. */
static const struct {
	const char *line, *path;
	int is_payload;
} lines[] = {
	{ HEX "  data/a", "data/a", 1 },
	{ HEX " data/a", "data/a", 1 },
	{ HEX "\tdata/a", "data/a", 1 },
	{ HEX " \t \tdata/a b ", "data/a b ", 1 },
	{ HEX "  data/a\n", "data/a", 1 },
	{ HEX "  data/a\r\n", "data/a", 1 },
	{ HEX "  data/a\r", "data/a", 1 },
	{ HEX "  data/a%0a%0d%0A%0D%25", "data/a\n\r\n\r%", 1 },
	{ HEX "  data/a%252e", "data/a%2e", 1 },
	{ HEX "  data/...", "data/...", 1 },
	{ HEX "  data/.a/..b", "data/.a/..b", 1 },
	{ HEX "  data/~", "data/~", 1 },
	{ HEX "  data/..\\x", "data/..\\x", 1 },
	{ HEX "  data/C:\\x", "data/C:\\x", 1 },
	{ HEX "  data/\xc3\xa9", "data/\xc3\xa9", 1 },
	{ HEX "  bag-info.txt", "bag-info.txt", 0 },
	{ HEX "  data", "data", 0 },
	{ HEX "  C:/x", "C:/x", 0 },
	{ HEX "  database/x", "database/x", 0 },
	/* paths that leave the bag or are none */
	{ HEX "  data/../x", NULL, 1 },
	{ HEX "  data/..", NULL, 1 },
	{ HEX "  data/./x", NULL, 1 },
	{ HEX "  data//x", NULL, 1 },
	{ HEX "  data/x/", NULL, 1 },
	{ HEX "  data/", NULL, 1 },
	{ HEX "  ./data/x", NULL, 1 },
	{ HEX "  ../x", NULL, 0 },
	{ HEX "  /data/x", NULL, 1 },
	{ HEX "  /etc/passwd", NULL, 0 },
	{ HEX "  ~/x", NULL, 0 },
	{ HEX "  ~root/x", NULL, 0 },
	{ HEX "  .", NULL, 0 },
	{ HEX "  ", NULL, 0 },
	{ HEX, NULL, 0 },
	{ HEX "data/x", NULL, 1 },
	/* the wrong side of data/ */
	{ HEX "  bag-info.txt", NULL, 1 },
	{ HEX "  data", NULL, 1 },
	{ HEX "  database/x", NULL, 1 },
	{ HEX "  data/x", NULL, 0 },
	/* only LF, CR and % are ever encoded */
	{ HEX "  data/a%2e%2e", NULL, 1 },
	{ HEX "  data/100%", NULL, 1 },
	{ HEX "  data/a%0", NULL, 1 },
	{ HEX "  data/a%0B", NULL, 1 }, { HEX "  data/a%0z", NULL, 1 },
	{ HEX "  data/a%2F", NULL, 1 },
	/* bytes */
	{ HEX "  data/\xff", NULL, 1 },
	{ HEX "  data/\xc0\xaf", NULL, 1 },
	{ "\xef\xbb\xbf" HEX "  data/x", NULL, 1 },
	/* digests */
	{ HEX "0  data/x", NULL, 1 },
	{ "0123  data/x", NULL, 1 },
	{ "g" HEX "  data/x", NULL, 1 },
	{ " " HEX "  data/x", NULL, 1 },
	{ "\\" HEX "  data/x", NULL, 1 },
	{ HEX " *data/x", NULL, 1 },
	{ "\n", NULL, 1 },
	{ HEX "  data/x\n\n", NULL, 1 },
};

static void
test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct manifest m = { 0 };
		struct ark_error err = { 0 };
		size_t n = strlen(lines[i].line);
		char *text = malloc(n + 1);
		int rc;

		/* bytes of their own, so that a read too far is seen */
		assert_non_null(text);
		memcpy(text, lines[i].line, n);
		rc = manifest_parse(&m, text, n, lines[i].is_payload, &err);
		free(text);
		if (!lines[i].path) {
			if (rc != ARK_EFORMAT)
				print_error("accepted: %s\n", lines[i].line);
			assert_int_equal(rc, ARK_EFORMAT);
			assert_non_null(strstr(err.text, "line "));
			manifest_release(&m);
			continue;
		}
		if (rc)
			print_error("%s: %s\n", lines[i].line, err.text);
		assert_int_equal(rc, 0);
		assert_int_equal(m.n, 1);
		assert_string_equal(m.entries[0].path, lines[i].path);
		assert_memory_equal(m.entries[0].sha256, bytes, 32);
		assert_int_equal(m.entries[0].bytes, -1);
		manifest_release(&m);
	}
}

static void
test_repeated(void **state)
{
	static const char same[] = HEX "  data/a\n" HEX "  data/b\n"
				   HEX "  data/a\n";
	static const char nul[] = HEX "  data/a\0b\n";
	struct manifest m = { 0 };
	struct ark_error err = { 0 };

	(void)state;
	assert_int_equal(manifest_parse(&m, same, sizeof(same) - 1, 1, &err),
			 ARK_EFORMAT);
	assert_non_null(strstr(err.text, "data/a"));
	manifest_release(&m);
	assert_int_equal(manifest_parse(&m, nul, sizeof(nul) - 1, 1, &err),
			 ARK_EFORMAT);
	manifest_release(&m);
	assert_int_equal(manifest_parse(&m, NULL, 0, 1, &err), 0);
	assert_int_equal(m.n, 0);
	assert_int_equal(manifest_parse(&m, HEX "  data/a\nx", 74, 1, &err),
			 ARK_EFORMAT);
	assert_non_null(strstr(err.text, "line 2"));
	manifest_release(&m);
}

/* What a file in the base folder of a bag is, by its name. */
static void
test_role(void **state)
{
	static const struct {
		const char *name;
		enum manifest_role role;
		const char *algorithm;
	} rows[] = {
		{ "manifest-sha256.txt", MANIFEST_PAYLOAD, "sha256" },
		{ "tagmanifest-md5.txt", MANIFEST_TAGS, "md5" },
		{ "manifest-x.txt", MANIFEST_PAYLOAD, "x" },
		{ "manifest-a-b.txt", MANIFEST_PAYLOAD, "a-b" },
		{ "manifest-0123456789012345678901234567890123456789.txt",
		  MANIFEST_PAYLOAD, "0123456789012345678901234567890" },
		{ "manifest-.txt", MANIFEST_NONE, "" },
		{ "manifest.txt", MANIFEST_NONE, "" },
		{ "manifest-sha256.txt~", MANIFEST_NONE, "" },
		{ "manifest-sha256", MANIFEST_NONE, "" },
		{ "xmanifest-sha256.txt", MANIFEST_NONE, "" },
		{ "Manifest-sha256.txt", MANIFEST_NONE, "" },
		{ "tagtagmanifest-md5.txt", MANIFEST_NONE, "" },
		{ "tag", MANIFEST_NONE, "" },
		{ "", MANIFEST_NONE, "" },
	};
	char algorithm[MANIFEST_ALGORITHM_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(manifest_role(rows[i].name, algorithm),
				 rows[i].role);
		assert_string_equal(algorithm, rows[i].algorithm);
	}
}

/* Manifests of other digests take as many digits as these have. */
static void
test_kinds(void **state)
{
	static const struct {
		enum digest_kind kind;
		const char *hex;
	} rows[] = {
		{ DIGEST_MD5, "0123456789abcdef0123456789abcdef" },
		{ DIGEST_SHA512,
		  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
		  "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123"
		  "456789abcdef" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct manifest m = { .kind = rows[i].kind };
		struct buf text = BUF_INIT(1000), out = BUF_INIT(1000);

		(void)buf_addf(&text, "%s  data/a\n", rows[i].hex);
		assert_int_equal(manifest_parse(&m, buf_text(&text), text.len,
						1, NULL), 0);
		assert_memory_equal(m.entries[0].digest, bytes, 16);
		manifest_print(&m, &out);
		assert_string_equal(buf_text(&out), buf_text(&text));
		assert_int_equal(manifest_parse(&m, HEX "  data/b\n", 75, 1,
						NULL), ARK_EFORMAT);
		manifest_release(&m);
		assert_int_equal(m.kind, DIGEST_SHA256);
		buf_release(&text);
		buf_release(&out);
	}
}

/* Lines of fetch.txt; path NULL where it must be refused. */
static void
test_fetch(void **state)
{
	static const struct {
		const char *line, *path;
		int64_t length;
	} rows[] = {
		{ "http://x/y 12 data/a", "data/a", 12 },
		{ "https://x/y\t-  data/a b", "data/a b", -1 },
		{ "http://x/y 0 data/%0A%25\r\n", "data/\n%", 0 },
		{ "urn:x 9223372036854775807 data/a", "data/a", INT64_MAX },
		{ "http://x/y 9223372036854775808 data/a", NULL, 0 },
		{ "http://x/y 000000000000000000000001 data/a", NULL, 0 },
		{ "http://x/y -1 data/a", NULL, 0 },
		{ "http://x/y +1 data/a", NULL, 0 },
		{ "http://x/y 1x data/a", NULL, 0 },
		{ "http://x/y data/a", NULL, 0 },
		{ "http://x/y 1 ", NULL, 0 },
		{ "http://x/y 1", NULL, 0 },
		{ "http://x/y", NULL, 0 },
		{ "x/y 1 data/a", NULL, 0 },
		{ " http://x/y 1 data/a", NULL, 0 },
		{ "http://x/y 1 data/../a", NULL, 0 },
		{ "http://x/y 1 /etc/passwd", NULL, 0 },
		{ "http://x/y 1 ~/a", NULL, 0 },
		{ "http://x/y 1 bagit.txt", NULL, 0 },
		{ "http://x/y 1 data/a%2F", NULL, 0 },
		{ "http://x/y 1 data/\xff", NULL, 0 },
		{ "\n", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct manifest m = { 0 };
		struct ark_error err = { 0 };
		int rc = manifest_parse_fetch(&m, rows[i].line,
					      strlen(rows[i].line), &err);

		if (!rows[i].path) {
			assert_int_equal(rc, ARK_EFORMAT);
			assert_non_null(strstr(err.text, "fetch.txt: line 1"));
		} else {
			assert_int_equal(rc, 0);
			assert_string_equal(m.entries[0].path, rows[i].path);
			assert_int_equal(m.entries[0].bytes, rows[i].length);
		}
		manifest_release(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_role),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_fetch),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
