/* libsndfile opens files one after the other: it shares variables then. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "audio/decode.h"

#define N_THREADS 4

SNDFILE *__real_sf_open_virtual(SF_VIRTUAL_IO *bytes, int mode, SF_INFO *info,
				void *ctx);
SNDFILE *__wrap_sf_open_virtual(SF_VIRTUAL_IO *bytes, int mode, SF_INFO *info,
				void *ctx);

static atomic_int n_opening, n_opened, most;

/* Long enough for the others to come as well. */
SNDFILE *
__wrap_sf_open_virtual(SF_VIRTUAL_IO *bytes, int mode, SF_INFO *info, void *ctx)
{
	const struct timespec a_while = { .tv_nsec = 20 * 1000000 };
	SNDFILE *file;
	int n = atomic_fetch_add(&n_opening, 1) + 1;

	if (n > atomic_load(&most))
		atomic_store(&most, n);
	(void)nanosleep(&a_while, NULL);
	file = __real_sf_open_virtual(bytes, mode, info, ctx);
	atomic_fetch_sub(&n_opening, 1);
	atomic_fetch_add(&n_opened, 1);
	return file;
}

/* Of no sound at all: what libsndfile has to say of it goes to such a variable. */
static void *
open_one(void *arg)
{
	struct decoder *d = NULL;
	FILE *file = tmpfile();
	int *rc = arg;

	*rc = ARK_EDISK;
	if (!file)
		return NULL;
	if (fputs("no sound", file) >= 0 && !fflush(file))
		*rc = decoder_open(&d, fileno(file), 8, NULL);
	(void)fclose(file);
	return NULL;
}

static void
files_are_opened_one_after_the_other(void **state)
{
	pthread_t threads[N_THREADS];
	int codes[N_THREADS];

	(void)state;
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, open_one,
						&codes[i]), 0);
	for (int i = 0; i < N_THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(codes[i], ARK_EFORMAT);
	}
	assert_int_equal(atomic_load(&n_opened), N_THREADS);
	assert_int_equal(atomic_load(&most), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_opened_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
