#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "callark/error.h"
#include "flow/severity.h"

/* From what a run is soonest forgotten for to what it is remembered for. */
static const int order[] = {
	ARK_OK, ARK_ELIMIT, ARK_EINCOMPLETE, ARK_ENOTFOUND, ARK_ESTOPPED,
	ARK_ELOCKED, ARK_ESERVICE, ARK_EINTEGRITY, ARK_EDISK, ARK_EAUTH,
	ARK_EUSAGE, ARK_EBUG,
};

enum { N_ORDER = sizeof(order) / sizeof(order[0]) };

static void
test_order(void **state)
{
	(void)state;
	for (int i = 0; i < N_ORDER; i++) {
		for (int k = 0; k < N_ORDER; k++) {
			int worse = order[i > k ? i : k];

			assert_int_equal(severity_worse(order[i], order[k]),
					 worse);
		}
	}
}

/* What no run should end with is a fault of ours, and as bad. */
static void
test_faults(void **state)
{
	static const int faults[] = {
		ARK_ENOMEM, ARK_EBUG, ARK_EFORMAT, ARK_EEXISTS, -1000, 1,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		assert_int_equal(severity_worse(faults[i], ARK_EUSAGE),
				 faults[i]);
		assert_int_equal(severity_worse(ARK_EUSAGE, faults[i]),
				 faults[i]);
	}
	/* of two equals the first stays */
	assert_int_equal(severity_worse(ARK_ENOMEM, ARK_EBUG), ARK_ENOMEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
