/*
 * A disk that fails at one of the readings, whichever it is: a fault of the
 * disk, and nothing is said of the file.
 */
#include "images.h"

#include "audio/reader.h"
#include "media/media.h"

/* The n-th reading from now on fails; 0: none. */
static long failing;

const uint8_t *__real_reader_get(struct reader *r, int64_t offset, size_t n);
const uint8_t *__wrap_reader_get(struct reader *r, int64_t offset, size_t n);

/* As it does when pread() fails. */
const uint8_t *
__wrap_reader_get(struct reader *r, int64_t offset, size_t n)
{
	if (!failing || --failing)
		return __real_reader_get(r, offset, n);
	r->rc = error_set(r->err, ARK_EDISK, "reading: a fault");
	return NULL;
}

static void
add_ogg(struct buf *b)
{
	add_opus(b, 7, 3);
}

static void
add_some_wav(struct buf *b)
{
	add_wav(b, 1000);
}

static void
add_some_mp3(struct buf *b)
{
	add_id3(b, 10);
	add_mp3(b, 5);
}

static void
add_some_webm(struct buf *b)
{
	add_webm(b, 0);
}

static void
add_some_amr(struct buf *b)
{
	add_amr(b, 5);
}

static void
add_some_amr_wb(struct buf *b)
{
	add_amr_wb(b, 5);
}

static void
add_some_flac(struct buf *b)
{
	add_flac(b, 100);
}

static void
add_mp4(struct buf *b)
{
	add_video(b, "isom");
}

static void
a_failing_disk_is_no_flaw(void **state)
{
	static void (*const table[])(struct buf *b) = {
		add_png, add_jpeg, add_gif, add_webp, add_pdf, add_mp4, add_m4a,
		add_ogg, add_some_wav, add_some_mp3, add_some_webm,
		add_some_amr, add_some_amr_wb, add_some_flac,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf b = SAMPLE_INIT;
		struct media_facts f;
		FILE *file;
		int rc;

		table[i](&b);
		file = sample_file(&b);
		for (long n = 1;; n++) {
			struct ark_error err = { 0 };

			failing = n;
			rc = media_inspect(fileno(file), (int64_t)b.len, &f,
					   &err);
			assert_int_equal(err.code, rc);
			if (failing)
				break;
			assert_int_equal(rc, ARK_EDISK);
			assert_string_equal(err.text, "reading: a fault");
		}
		failing = 0;
		assert_int_equal(rc, 0);
		fclose(file);
		buf_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failing_disk_is_no_flaw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
