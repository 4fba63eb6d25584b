/*
 * What a body sounds like, whatever its bytes are: what was measured is told
 * within its bounds, is the same when it was kept, and what it becomes for
 * browsers is a whole WAV of the same length.  The bytes are tried as a kept
 * measure too.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "audio/measure.h"
#include "audio/transcode.h"
#include "base/fdio.h"
#include "fuzz.h"

#define MAX_FRAMES 2000000	/* what a small body may claim in silence */

/* libvorbis forgets 6 KiB of some streams that it refuses; not ours to mend. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:vorbis_info_init\n";
}

/* What is suppressed is no report, not even a sum of it. */
const char *__lsan_default_options(void);

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}

static void
look(const struct measure *m)
{
	MUST(m->frames > 0 && m->rate_hz && m->channels);
	MUST(m->lanes == (m->channels > 1 ? 2 : 1));
	MUST(m->points > 0 && m->points <= MEASURE_POINTS);
	MUST(m->silence <= 1000);
	MUST(m->active[0] <= 1000 && m->active[1] <= 1000);
	MUST(measure_ms(m) >= 0);
	MUST(!(measure_is_silent(m) && measure_is_one_sided(m)) ||
	     m->silence < 1000);
}

static void
keep(const struct measure *m)
{
	struct buf b = BUF_INIT((size_t)1 << 20), again = BUF_INIT(b.max);
	struct measure back;

	measure_pack(m, &b);
	MUST(!measure_unpack(&back, b.data, b.len, NULL));
	measure_pack(&back, &again);
	MUST(b.len == again.len && !memcmp(b.data, again.data, b.len));
	measure_release(&back);
	buf_release(&b);
	buf_release(&again);
}

static int
add(void *ctx, const void *bytes, size_t n)
{
	return buf_add(ctx, bytes, n);
}

static void
transcode(int fd, size_t n, const struct measure *m)
{
	struct buf out = BUF_INIT((size_t)1 << 26);
	struct ark_error err = { 0 };
	int rc = transcode_wav(fd, (int64_t)n, m, 0, add, &out, &err);

	must_report(rc, &err);
	MUST(!rc);
	MUST(out.len == 44 + (size_t)(m->frames + m->frames % 2));
	buf_release(&out);
}

static void
unpack(const uint8_t *bytes, size_t n)
{
	struct ark_error err = { 0 };
	struct measure m;
	int rc = measure_unpack(&m, bytes, n, &err);

	must_report(rc, &err);
	measure_release(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static int fd = -1;
	struct ark_error err = { 0 };
	struct measure m;
	int rc;

	unpack(bytes, n);
	if (fd < 0)
		fd = memfd_create("body", MFD_CLOEXEC);
	MUST(fd >= 0 && !ftruncate(fd, 0));
	MUST(!fdio_pwrite(fd, bytes, n, 0));
	rc = measure_audio(&m, fd, (int64_t)n, &err);
	must_report(rc, &err);
	if (!rc) {
		look(&m);
		keep(&m);
		if (m.frames < MAX_FRAMES)
			transcode(fd, n, &m);
	} else {
		must_be_one_line(err.text);
	}
	measure_release(&m);
	return 0;
}
