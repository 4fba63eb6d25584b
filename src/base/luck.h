/*
 * Random numbers for jitter; not for secrets.
 */
#ifndef BASE_LUCK_H
#define BASE_LUCK_H

#include <stdint.h>

/* luck_u32(): Anything in [0, UINT32_MAX]; half of it when the system has none. */
uint32_t luck_u32(void);

#endif
