#include "base/luck.h"

#include <sys/random.h>

uint32_t
luck_u32(void)
{
	uint32_t n;

	if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != (ssize_t)sizeof(n))
		return UINT32_MAX / 2;
	return n;
}
